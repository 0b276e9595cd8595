// SPDX-License-Identifier: Apache-2.0
// Nearly all numbers of a panel have at most 15 digits: their digits and their power of ten are
// both exact doubles, so one division rounds once (Clinger 1990). The rest goes to the C library.
#include "data/panel/panel_number.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define TEXT_BYTES_MAX ((size_t)512)
/// Integers up to 10^15 are doubles, and so are powers of ten up to 10^22.
#define EXACT_DIGITS 15u
#define EXACT_POWER 22u

static const double powers[EXACT_POWER + 1] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                               1e8,  1e9,  1e10, 1e11, 1e12, 1e13, 1e14, 1e15,
                                               1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/// What the text is, and for short plain decimals also the value.
typedef struct shape {
    bool number, exact;
    double value;
} shape;

static const char *skip_digits(const char *p, const char *end, uint64_t *value, unsigned *digits)
{
    for (; p < end && is_digit(*p); p++) {
        // Past 15 digits the value is not used; it must only not overflow.
        if (*digits <= EXACT_DIGITS)
            *value = *value * 10 + (uint64_t)(*p - '0');
        *digits += *digits > 0 || *p != '0';
    }
    return p;
}

static shape look(const char *text, size_t bytes)
{
    const char *p = text, *end = text + bytes;
    bool negative = p < end && *p == '-';
    p += p < end && (*p == '-' || *p == '+');
    uint64_t value = 0;
    unsigned digits = 0;
    const char *begin = p;
    p = skip_digits(p, end, &value, &digits);
    size_t seen = (size_t)(p - begin), decimals = 0;
    if (p < end && *p == '.') {
        begin = p + 1;
        p = skip_digits(begin, end, &value, &digits);
        decimals = (size_t)(p - begin);
        seen += decimals;
    }
    if (seen == 0)
        return (shape){0};
    bool exponent = p < end && (*p == 'e' || *p == 'E');
    if (exponent) {
        p++;
        p += p < end && (*p == '-' || *p == '+');
        begin = p;
        while (p < end && is_digit(*p))
            p++;
        if (p == begin)
            return (shape){0};
    }
    shape found = {.number = p == end};
    found.exact = found.number && !exponent && digits <= EXACT_DIGITS && decimals <= EXACT_POWER;
    if (found.exact) {
        double magnitude = (double)value / powers[decimals];
        found.value = negative ? -magnitude : magnitude;
    }
    return found;
}

static bool is_nonfinite_word(const char *text, size_t bytes)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    if (bytes > 0 && (*text == '-' || *text == '+')) {
        text++;
        bytes--;
    }
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (bytes == strlen(words[i]) && strncasecmp(text, words[i], bytes) == 0)
            return true;
    return false;
}

nacrei_number_result nacrei_number_parse(const char *text, size_t bytes, locale_t c_locale,
                                         double *value)
{
    shape found = look(text, bytes);
    if (found.exact) {
        *value = found.value;
        return NACREI_NUMBER_OK;
    }
    if (!found.number)
        return is_nonfinite_word(text, bytes) ? NACREI_NUMBER_NONFINITE : NACREI_NUMBER_NONE;
    char copy[TEXT_BYTES_MAX];
    if (bytes >= sizeof copy)
        return NACREI_NUMBER_NONE;
    memcpy(copy, text, bytes);
    copy[bytes] = '\0';
    double parsed = strtod_l(copy, NULL, c_locale);
    if (isinf(parsed))
        return NACREI_NUMBER_OVERFLOW;
    *value = parsed;
    return NACREI_NUMBER_OK;
}
