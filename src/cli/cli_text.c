// SPDX-License-Identifier: Apache-2.0
// Numbers, durations and times as people read them; integers stay integers until the last
// character.
#include "cli/cli_text.h"

#include "core/timezone.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Appends `value` with a comma every three digits.
static size_t put_grouped(char *out, size_t bytes, uint64_t value)
{
    char digits[24];
    int count = snprintf(digits, sizeof digits, "%llu", (unsigned long long)value);
    size_t used = 0;
    for (int i = 0; i < count && used + 2 < bytes; i++) {
        if (i && (count - i) % 3 == 0)
            out[used++] = ',';
        out[used++] = digits[i];
    }
    out[used] = 0;
    return used;
}

cli_text cli_count_text(uint64_t value)
{
    cli_text text;
    (void)put_grouped(text.text, sizeof text.text, value);
    return text;
}

cli_text cli_decimal_text(int64_t value, unsigned exponent)
{
    cli_text text;
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value, scale = 1;
    for (unsigned i = 0; i < exponent; i++)
        scale *= 10;
    size_t used = 0;
    if (value < 0)
        text.text[used++] = '-';
    used += put_grouped(text.text + used, sizeof text.text - used, magnitude / scale);
    uint64_t rest = magnitude % scale;
    if (rest == 0)
        return text;
    (void)snprintf(text.text + used, sizeof text.text - used, ".%0*llu", (int)exponent,
                   (unsigned long long)rest);
    for (size_t end = strlen(text.text); text.text[end - 1] == '0'; end--)
        text.text[end - 1] = 0;
    return text;
}

cli_text cli_seconds_text(double seconds)
{
    cli_text text;
    char *out = text.text;
    if (seconds < 1e-3)
        (void)snprintf(out, sizeof text.text, "%.0f us", seconds * 1e6);
    else if (seconds < 1)
        (void)snprintf(out, sizeof text.text, "%.3g ms", seconds * 1e3);
    else if (seconds < 60)
        (void)snprintf(out, sizeof text.text, "%.2f s", seconds);
    else if (seconds < 3600)
        (void)snprintf(out, sizeof text.text, "%d min %d s", (int)(seconds / 60),
                       (int)fmod(seconds, 60));
    else
        (void)snprintf(out, sizeof text.text, "%.0f h %d min", floor(seconds / 3600),
                       (int)(fmod(seconds, 3600) / 60));
    return text;
}

static cli_text scaled(double value, const char *const *units, size_t count, const char *tail)
{
    cli_text text;
    size_t unit = 0;
    while (value >= 1000 && unit + 1 < count) {
        value /= 1000;
        unit++;
    }
    (void)snprintf(text.text, sizeof text.text, "%.*f %s%s", value >= 100 || unit == 0 ? 0 : 1,
                   value, units[unit], tail);
    return text;
}

cli_text cli_rate_text(double per_second)
{
    static const char *const units[] = {"", "k", "M", "G"};
    return scaled(per_second, units, 4, "/s");
}

cli_text cli_bytes_text(uint64_t bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    return scaled((double)bytes, units, 5, "");
}

cli_text cli_time_text(int64_t t_ns)
{
    cli_text text;
    if (t_ns == INT64_MIN) {
        (void)snprintf(text.text, sizeof text.text, "-");
        return text;
    }
    char utc[31];
    nacrei_format_utc(utc, t_ns);
    (void)snprintf(text.text, sizeof text.text, "%.10s %.8s UTC", utc, utc + 11);
    return text;
}

bool cli_parse_decimal(const char *text, unsigned exponent, int64_t *value)
{
    int64_t result = 0;
    unsigned decimals = 0, digits = 0;
    bool point = false;
    for (; *text; text++) {
        if (*text == '.' && !point) {
            point = true;
            continue;
        }
        if (*text < '0' || *text > '9')
            return false;
        digits++;
        if (point && decimals == exponent) {
            if (*text != '0')
                return false;
            continue;
        }
        decimals += point;
        if (__builtin_mul_overflow(result, 10, &result) ||
            __builtin_add_overflow(result, *text - '0', &result))
            return false;
    }
    for (; decimals < exponent; decimals++)
        if (__builtin_mul_overflow(result, 10, &result))
            return false;
    if (!digits)
        return false;
    *value = result;
    return true;
}
