// SPDX-License-Identifier: Apache-2.0
// Reading symbol, venue and date out of names such as lean_spy_trades_20131007_09.csv.xz,
// BTCUSDT-aggTrades-2024-08-08.zip and spy/20131007_trade.zip.
#include "data/reader/file_name.h"

#include "core/timezone.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *word, size_t length, const char *const *list, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == length && strncasecmp(word, list[i], length) == 0)
            return true;
    return false;
}

static bool is_filler(const char *word, size_t length)
{
    static const char *const fillers[] = {
        "lean",   "binance", "trade", "trades", "aggtrades", "tick", "ticks",
        "quotes", "csv",     "gz",    "xz",     "zst",       "zip",  "txt",
    };
    if (is_one_of(word, length, fillers, sizeof fillers / sizeof fillers[0]))
        return true;
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)word[i]))
            return false;
    return true;
}

static bool is_venue(const char *word, size_t length)
{
    static const char *const venues[] = {"spot", "usdm", "cm", "um"};
    return is_one_of(word, length, venues, sizeof venues / sizeof venues[0]);
}

static void append_upper(char *out, size_t capacity, const char *word, size_t length,
                         bool *too_long)
{
    size_t used = strlen(out);
    size_t joint = used > 0;
    if (used + joint + length >= capacity) {
        *too_long = true;
        return;
    }
    if (joint)
        out[used++] = '_';
    for (size_t i = 0; i < length; i++)
        out[used + i] = (char)toupper((unsigned char)word[i]);
    out[used + length] = '\0';
}

static void parse_component(const char *begin, const char *end, nacrei_name_hints *out)
{
    for (const char *p = begin; p < end;) {
        if (!isalnum((unsigned char)*p)) {
            p++;
            continue;
        }
        const char *word = p;
        while (p < end && isalnum((unsigned char)*p))
            p++;
        size_t length = (size_t)(p - word);
        if (is_filler(word, length))
            continue;
        if (is_venue(word, length)) {
            bool ignored = false;
            out->venue[0] = '\0';
            append_upper(out->venue, sizeof out->venue, word, length, &ignored);
        } else {
            append_upper(out->symbol, sizeof out->symbol, word, length, &out->too_long);
        }
    }
}

static const char *component_begin(const char *path, const char *end)
{
    while (end > path && end[-1] != '/')
        end--;
    return end;
}

void nacrei_name_hints_parse(const char *path, nacrei_name_hints *out)
{
    memset(out, 0, sizeof *out);
    const char *end = path + strlen(path);
    const char *begin = component_begin(path, end);
    parse_component(begin, end, out);
    if (out->symbol[0] != '\0' || out->too_long || begin == path)
        return;
    end = begin - 1;
    begin = component_begin(path, end);
    parse_component(begin, end, out);
}

int32_t nacrei_name_date(const char *path)
{
    const char *p = component_begin(path, path + strlen(path));
    while (*p != '\0') {
        size_t digits = strspn(p, "0123456789");
        if (digits == 8) {
            int32_t date = (int32_t)strtol(p, NULL, 10);
            int64_t days;
            if (nacrei_days_from_yyyymmdd(date, &days))
                return date;
        }
        p += digits > 0 ? digits : 1;
    }
    return 0;
}
