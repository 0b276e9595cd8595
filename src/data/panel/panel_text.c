// SPDX-License-Identifier: Apache-2.0
// Lines and fields of a text file over the reader room's byte source and line window.
#include "data/panel/panel_text.h"

#include "core/text.h"

#include <inttypes.h>
#include <string.h>

nacre_status nacrei_panel_text_open(nacre_ctx *ctx, nacrei_panel_text *text, const char *path,
                                    nacre_error *err)
{
    memset(text, 0, sizeof *text);
    text->ctx = ctx;
    nacre_status status = nacrei_lines_init(ctx, &text->lines, err);
    if (!status)
        status = nacrei_input_open(ctx, path, &text->input, err);
    return status;
}

void nacrei_panel_text_close(nacrei_panel_text *text)
{
    nacrei_input_close(text->input);
    nacrei_lines_fini(text->ctx, &text->lines);
}

// A second member would be another table, and silence about it would be a loss.
static nacre_status check_single(const nacrei_panel_text *text, nacre_error *err)
{
    bool more;
    nacre_status status = nacrei_input_next(text->input, &more, err);
    if (!status && more)
        status = nacrei_fail(err, NACRE_E_PARSE,
                             "%s: holds more than one file; unpack it and name the one meant",
                             text->input->path);
    return status;
}

nacre_status nacrei_panel_text_next(nacrei_panel_text *text, bool *more, nacre_error *err)
{
    nacrei_lines *lines = &text->lines;
    *more = false;
    if (lines->next == lines->complete) {
        nacre_status status = nacrei_lines_fill(lines, text->input, err);
        if (status == NACRE_E_PARSE)
            status = nacrei_fail(err, status,
                                 "%s:%" PRIu64 ":1: the line is longer than 1 MiB; this is no "
                                 "table, or its line ends are missing",
                                 text->input->place, lines->line);
        if (status)
            return status;
        if (lines->next == lines->complete)
            return check_single(text, err);
    }
    text->line = lines->next;
    text->eol = nacrei_line_end(text->line);
    text->number = lines->line++;
    lines->next = text->eol + (*text->eol == '\r') + 1;
    if (text->number == 1 && text->eol - text->line >= 3 &&
        memcmp(text->line, "\xef\xbb\xbf", 3) == 0)
        text->line += 3;
    *more = true;
    return NACRE_OK;
}

nacre_status nacrei_panel_text_fail(const nacrei_panel_text *text, nacrei_field field,
                                    nacre_status status, const char *what, const char *problem,
                                    const char *remedy, nacre_error *err)
{
    char shown[40];
    nacrei_fields_show(shown, sizeof shown, &field, 1);
    return nacrei_fail(err, status, "%s:%" PRIu64 ":%zu: %.48s '%s' %s; %s", text->input->place,
                       text->number, (size_t)(field.text - text->line) + 1, what, shown, problem,
                       remedy);
}

nacre_status nacrei_panel_text_field(const nacrei_panel_text *text, const char **p,
                                     nacrei_field *field, nacre_error *err)
{
    const char *after = nacrei_field_next(*p, text->eol, field);
    if (!after) {
        const nacrei_field rest = {*p, (size_t)(text->eol - *p)};
        return nacrei_panel_text_fail(text, rest, NACRE_E_PARSE, "the field", "is quoted wrongly",
                                      "close the quotes before the next comma", err);
    }
    *p = after == text->eol ? NULL : after + 1;
    return NACRE_OK;
}

size_t nacrei_panel_text_name(char *to, nacrei_field field)
{
    size_t used = 0;
    for (size_t i = 0; i < field.bytes; i++) {
        to[used++] = field.text[i];
        if (field.text[i] == '"') // only doubled ones come here
            i++;
    }
    to[used] = '\0';
    return used;
}

bool nacrei_panel_text_is_name(nacrei_field field)
{
    size_t i = 0;
    while (i < field.bytes) {
        // The line's end follows, so no sequence is read past it.
        size_t bytes = nacrei_utf8_sequence(field.text + i);
        unsigned char c = (unsigned char)field.text[i];
        if (bytes == 0 || c < 0x20 || c == 0x7f)
            return false;
        i += bytes;
    }
    return field.bytes > 0;
}
