// SPDX-License-Identifier: Apache-2.0
// A sliding window of whole lines over an input. Parsers work on the bytes in place; every line in
// [next, complete) ends in '\n' (one is added to a last line without it), and SLACK readable bytes
// follow, so that a number may be loaded eight bytes at a time.
#ifndef NACREI_DATA_LINE_WINDOW_H
#define NACREI_DATA_LINE_WINDOW_H

#include "data/reader/input_stream.h"

/// Longest line, with its end. Nothing beyond it is ever held.
#define NACREI_LINE_BYTES_MAX ((size_t)1 << 20)
/// One refill: small enough that text, columns and tables share a second-level cache.
#define NACREI_LINE_CHUNK_BYTES ((size_t)128 << 10)
#define NACREI_LINE_SLACK 64u

typedef struct nacrei_lines {
    char *buffer;
    const char *next;     ///< first byte not yet parsed
    const char *complete; ///< end of the last whole line
    size_t used;          ///< bytes in the buffer
    uint64_t line;        ///< number of the line at `next`, from 1
    bool end;             ///< the member has no more bytes
} nacrei_lines;

NACRE_MUST_CHECK nacre_status nacrei_lines_init(nacre_ctx *ctx, nacrei_lines *lines,
                                                nacre_error *err);
void nacrei_lines_fini(nacre_ctx *ctx, nacrei_lines *lines);
/// Begins a new member.
void nacrei_lines_reset(nacrei_lines *lines);
/// Call when next == complete: afterwards there is a line, or next == complete at the end.
/// @error  NACRE_E_PARSE a line is longer than NACREI_LINE_BYTES_MAX; or what the input says
NACRE_MUST_CHECK nacre_status nacrei_lines_fill(nacrei_lines *lines, nacrei_input *input,
                                                nacre_error *err);

#endif
