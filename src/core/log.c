// SPDX-License-Identifier: Apache-2.0
// One buffer on the stack, one call per line: nothing to allocate, nothing to lock.
#include "core/log.h"

#include "core/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};

#define LEVELS (sizeof level_names / sizeof *level_names)

const char *nacrei_log_level_name(nacre_log_level level)
{
    size_t index = (size_t)level;
    return index < LEVELS ? level_names[index] : "unknown";
}

bool nacrei_log_level_parse(const char *name, nacre_log_level *level)
{
    for (size_t i = 0; i < LEVELS; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *level = (nacre_log_level)i;
            return true;
        }
    return false;
}

// Ends a cut line in "...", without leaving half a UTF-8 sequence before it.
static void mark_cut(char line[NACREI_LOG_LINE_BYTES])
{
    size_t end = NACREI_LOG_LINE_BYTES - sizeof "...";
    while (end > 0 && ((unsigned char)line[end] & 0xC0) == 0x80)
        end--;
    memcpy(line + end, "...", sizeof "...");
}

void nacrei_log(const nacre_ctx *ctx, nacre_log_level level, const char *format, ...)
{
    if (!ctx->log)
        return;
    char line[NACREI_LOG_LINE_BYTES];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (length < 0)
        return;
    if ((size_t)length >= sizeof line)
        mark_cut(line);
    nacrei_text_one_line(line);
    ctx->log(ctx->log_user, level, line);
}

void nacrei_log_filter_line(void *user, nacre_log_level level, const char *line)
{
    const nacrei_log_filter *filter = user;
    if (level >= filter->least)
        filter->next(filter->next_user, level, line);
}
