// SPDX-License-Identifier: Apache-2.0
// A packed or plain text file line by line, with its place for messages: what the panel's three
// parsers share.
#ifndef NACREI_DATA_PANEL_TEXT_H
#define NACREI_DATA_PANEL_TEXT_H

#include "data/reader/layout.h"
#include "data/reader/line_window.h"

typedef struct nacrei_panel_text {
    nacre_ctx *ctx;
    nacrei_input *input;
    nacrei_lines lines;
    const char *line, *eol; ///< the current line without its end, a '\n' or '\r' at eol
    uint64_t number;        ///< of the current line, from 1
} nacrei_panel_text;

/// @own  nacrei_panel_text_close, also after a failure
NACRE_MUST_CHECK nacre_status nacrei_panel_text_open(nacre_ctx *ctx, nacrei_panel_text *text,
                                                     const char *path, nacre_error *err);
void nacrei_panel_text_close(nacrei_panel_text *text);
/// The next line; *more is false at the end. A byte order mark before the first line is skipped.
/// @error  NACRE_E_PARSE a line of over 1 MiB, or a zip with a second file; NACRE_E_CORRUPT,
/// NACRE_E_IO
NACRE_MUST_CHECK nacre_status nacrei_panel_text_next(nacrei_panel_text *text, bool *more,
                                                     nacre_error *err);
/// Takes the field at *p of the current line and steps over the comma after it; *p is NULL after
/// the last.
/// @error  NACRE_E_PARSE quotes that do not close
NACRE_MUST_CHECK nacre_status nacrei_panel_text_field(const nacrei_panel_text *text, const char **p,
                                                      nacrei_field *field, nacre_error *err);
/// "file:line:column: <what> '<field>' <problem>; <remedy>", the column counted in bytes.
nacre_status nacrei_panel_text_fail(const nacrei_panel_text *text, nacrei_field field,
                                    nacre_status status, const char *what, const char *problem,
                                    const char *remedy, nacre_error *err);
/// Copies a name, doubled quotes made single; `to` has room for field.bytes + 1. Returns the
/// length.
size_t nacrei_panel_text_name(char *to, nacrei_field field);
/// Whether a name can be shown on one line: valid UTF-8 without control characters, not empty.
bool nacrei_panel_text_is_name(nacrei_field field);

#endif
