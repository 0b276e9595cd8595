// SPDX-License-Identifier: Apache-2.0
// Log lines go to the function in the context, which the program gives. A filter with a level sits
// between, where one is wanted; without a function nothing is even formatted.
#ifndef NACREI_CORE_LOG_H
#define NACREI_CORE_LOG_H

#include "core/context.h"

#define NACREI_LOG_LINE_BYTES 512

/// Formats one line and hands it to ctx->log. Control characters become spaces; a line that is too
/// long ends in "...".
void nacrei_log(const nacre_ctx *ctx, nacre_log_level level, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// "debug", "info", "warn", "error"
const char *nacrei_log_level_name(nacre_log_level level);
/// The level of that name; false (and *level untouched) when there is none.
bool nacrei_log_level_parse(const char *name, nacre_log_level *level);

/// Passes lines of at least `least` on to `next`.
typedef struct nacrei_log_filter {
    nacre_log_level least;
    nacre_log_fn next;
    void *next_user;
} nacrei_log_filter;

/// A nacre_log_fn whose user is a nacrei_log_filter.
void nacrei_log_filter_line(void *filter, nacre_log_level level, const char *line);

#endif
