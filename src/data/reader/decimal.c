// SPDX-License-Identifier: Apache-2.0
// The exact decimal parser: digits are taken one by one against the position of the last kept
// digit, so that no value ever passes through a floating-point number.
#include "data/reader/decimal.h"

#include <strings.h>

const uint64_t nacrei_pow10[20] = {
    UINT64_C(1),
    UINT64_C(10),
    UINT64_C(100),
    UINT64_C(1000),
    UINT64_C(10000),
    UINT64_C(100000),
    UINT64_C(1000000),
    UINT64_C(10000000),
    UINT64_C(100000000),
    UINT64_C(1000000000),
    UINT64_C(10000000000),
    UINT64_C(100000000000),
    UINT64_C(1000000000000),
    UINT64_C(10000000000000),
    UINT64_C(100000000000000),
    UINT64_C(1000000000000000),
    UINT64_C(10000000000000000),
    UINT64_C(100000000000000000),
    UINT64_C(1000000000000000000),
    UINT64_C(10000000000000000000),
};

// floor(INT64_MAX / 10^scale) - 1, so that any fraction still fits.
const uint64_t nacrei_integer_limit[NACREI_DECIMAL_SCALE_MAX + 1] = {
    UINT64_C(9223372036854775806), UINT64_C(922337203685477579), UINT64_C(92233720368547757),
    UINT64_C(9223372036854774),    UINT64_C(922337203685476),    UINT64_C(92233720368546),
    UINT64_C(9223372036853),       UINT64_C(922337203684),       UINT64_C(92233720367),
    UINT64_C(9223372035),
};

/// Far beyond any scale; more digits of an exponent cannot change the outcome.
#define EXPONENT_LIMIT 100000000

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_nonfinite(const char *text, size_t bytes)
{
    static const char *const names[] = {"nan", "inf", "infinity", "null", "none", "na", "n/a"};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strlen(names[i]) == bytes && strncasecmp(text, names[i], bytes) == 0)
            return true;
    return false;
}

typedef struct decimal_shape {
    size_t mantissa_end; ///< digits and at most one point
    int64_t integer_digits;
    int64_t digits;
    int64_t exponent;
} decimal_shape;

static bool find_shape(const char *text, size_t bytes, decimal_shape *shape)
{
    size_t i = 0;
    bool point = false;
    *shape = (decimal_shape){0};
    for (; i < bytes && (is_digit(text[i]) || (text[i] == '.' && !point)); i++) {
        if (text[i] == '.') {
            point = true;
            continue;
        }
        shape->digits++;
        shape->integer_digits += !point;
    }
    shape->mantissa_end = i;
    if (shape->digits == 0)
        return false;
    if (i < bytes && (text[i] == 'e' || text[i] == 'E')) {
        i++;
        bool minus = i < bytes && text[i] == '-';
        if (i < bytes && (text[i] == '-' || text[i] == '+'))
            i++;
        if (i == bytes)
            return false;
        for (; i < bytes && is_digit(text[i]); i++)
            if (shape->exponent < EXPONENT_LIMIT)
                shape->exponent = shape->exponent * 10 + (text[i] - '0');
        if (minus)
            shape->exponent = -shape->exponent;
    }
    return i == bytes;
}

/// Half to even over the first dropped digit and whether anything non-zero follows it.
static bool rounds_up(uint64_t kept, int first, bool rest)
{
    if (first != 5)
        return first > 5;
    return rest || (kept & 1);
}

nacrei_decimal_result nacrei_decimal_parse(const char *text, size_t bytes, unsigned scale,
                                           bool round, int64_t *value, bool *rounded)
{
    if (bytes == 0)
        return NACREI_DECIMAL_EMPTY;
    if (text[0] == '-') {
        if (is_nonfinite(text + 1, bytes - 1))
            return NACREI_DECIMAL_NONFINITE;
        decimal_shape positive;
        return find_shape(text + 1, bytes - 1, &positive) ? NACREI_DECIMAL_NEGATIVE
                                                          : NACREI_DECIMAL_NOT_A_NUMBER;
    }
    if (is_nonfinite(text, bytes) || (text[0] == '+' && is_nonfinite(text + 1, bytes - 1)))
        return NACREI_DECIMAL_NONFINITE;
    decimal_shape shape;
    if (!find_shape(text, bytes, &shape))
        return NACREI_DECIMAL_NOT_A_NUMBER;

    // Digit number `position` counts from the first one; those from `keep` on are below the scale.
    int64_t keep = shape.integer_digits + shape.exponent + (int64_t)scale;
    uint64_t kept = 0;
    int first = 0;
    bool rest = false;
    int64_t position = 0;
    for (size_t i = 0; i < shape.mantissa_end; i++) {
        if (text[i] == '.')
            continue;
        int digit = text[i] - '0';
        if (position < keep) {
            if (kept > ((uint64_t)INT64_MAX - (uint64_t)digit) / 10)
                return NACREI_DECIMAL_OVERFLOW;
            kept = kept * 10 + (uint64_t)digit;
        } else if (position == keep) {
            first = digit;
        } else {
            rest = rest || digit != 0;
        }
        position++;
    }
    for (; position < keep && kept != 0; position++) {
        if (kept > (uint64_t)INT64_MAX / 10)
            return NACREI_DECIMAL_OVERFLOW;
        kept *= 10;
    }
    if (first != 0 || rest) {
        if (!round)
            return NACREI_DECIMAL_EXCESS;
        kept += rounds_up(kept, first, rest);
        if (kept > (uint64_t)INT64_MAX)
            return NACREI_DECIMAL_OVERFLOW;
        *rounded = true;
    }
    *value = (int64_t)kept;
    return NACREI_DECIMAL_OK;
}
