// SPDX-License-Identifier: Apache-2.0
// Refilling the window: the unfinished line moves to the front, then chunks are read until a line
// end shows up. The front of the buffer stays in the cache, whatever the file's size.
#include "data/reader/line_window.h"

#include <string.h>

#define BUFFER_BYTES (NACREI_LINE_BYTES_MAX + NACREI_LINE_SLACK)

nacre_status nacrei_lines_init(nacre_ctx *ctx, nacrei_lines *lines, nacre_error *err)
{
    nacre_status status = nacrei_alloc(ctx, BUFFER_BYTES, 1, "line buffer", &lines->buffer, err);
    if (!status)
        nacrei_lines_reset(lines);
    return status;
}

void nacrei_lines_fini(nacre_ctx *ctx, nacrei_lines *lines)
{
    nacrei_free(ctx, lines->buffer, BUFFER_BYTES, 1);
    lines->buffer = NULL;
}

void nacrei_lines_reset(nacrei_lines *lines)
{
    lines->next = lines->complete = lines->buffer;
    lines->used = 0;
    lines->line = 1;
    lines->end = false;
}

nacre_status nacrei_lines_fill(nacrei_lines *lines, nacrei_input *input, nacre_error *err)
{
    size_t kept = (size_t)(lines->buffer + lines->used - lines->next);
    memmove(lines->buffer, lines->next, kept);
    lines->used = kept;
    lines->next = lines->complete = lines->buffer;
    while (!lines->end) {
        // Room for the line end that a last line may lack.
        size_t room = NACREI_LINE_BYTES_MAX - 1 - lines->used;
        if (room == 0)
            return nacrei_fail(err, NACRE_E_PARSE,
                               "%s:%llu:1: the line is longer than 1 MiB; this is no table of "
                               "trades, or its line ends are missing",
                               input->place, (unsigned long long)lines->line);
        size_t got;
        nacre_status status = nacrei_input_read(
            input, lines->buffer + lines->used,
            room < NACREI_LINE_CHUNK_BYTES ? room : NACREI_LINE_CHUNK_BYTES, &got, err);
        if (status)
            return status;
        char *begin = lines->buffer + lines->used;
        lines->used += got;
        if (got == 0) {
            lines->end = true;
            if (lines->used > 0 && lines->buffer[lines->used - 1] != '\n')
                lines->buffer[lines->used++] = '\n';
            lines->complete = lines->buffer + lines->used;
            break;
        }
        const char *last = memrchr(begin, '\n', got);
        if (last) {
            lines->complete = last + 1;
            break;
        }
    }
    memset(lines->buffer + lines->used, 0, NACREI_LINE_SLACK);
    return NACRE_OK;
}
