// SPDX-License-Identifier: Apache-2.0
// Decimal text to scaled int64, exactly. Two ways with one result: the inline one takes plain
// digits with at most one point, eight at a time in a 64-bit word, and gives up (NULL) on anything
// else; the function takes every case, exponents and rounding included, and says what is wrong.
#ifndef NACREI_DATA_DECIMAL_H
#define NACREI_DATA_DECIMAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define NACREI_DECIMAL_SCALE_MAX 9u

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "digits are loaded lowest byte first");

typedef enum nacrei_decimal_result {
    NACREI_DECIMAL_OK = 0,
    NACREI_DECIMAL_EMPTY,
    NACREI_DECIMAL_NOT_A_NUMBER, ///< text that is no decimal number, hex and '+' included
    NACREI_DECIMAL_NONFINITE,    ///< "nan", "inf"
    NACREI_DECIMAL_NEGATIVE,
    NACREI_DECIMAL_OVERFLOW, ///< does not fit 63 bits at this scale
    NACREI_DECIMAL_EXCESS,   ///< non-zero digits below the scale
} nacrei_decimal_result;

/// value = text * 10^scale. With `round`, excess digits are rounded half to even and *rounded is
/// set.
nacrei_decimal_result nacrei_decimal_parse(const char *text, size_t bytes, unsigned scale,
                                           bool round, int64_t *value, bool *rounded);

extern const uint64_t nacrei_pow10[20];
/// Largest integer part that cannot overflow at a scale, whatever its fraction.
extern const uint64_t nacrei_integer_limit[NACREI_DECIMAL_SCALE_MAX + 1];

/// Number of digits (0 to 8) at p and their value. Reads 8 bytes.
static inline __attribute__((always_inline)) unsigned nacrei_digits8(const char *p, uint64_t *value)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    word ^= UINT64_C(0x3030303030303030);
    // A byte is a digit when its high nibble is 0 and stays so after adding 6. A carry can only
    // leave a byte that is no digit, so the lowest mark is right.
    uint64_t marks = ((word + UINT64_C(0x0606060606060606)) | word) & UINT64_C(0xf0f0f0f0f0f0f0f0);
    unsigned count = marks ? (unsigned)__builtin_ctzll(marks) >> 3 : 8;
    if (count == 0) {
        *value = 0;
        return 0;
    }
    word <<= 64 - 8 * count; // leading zeros come in from below
    word = word * 10 + (word >> 8);
    *value = (((word & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x000f424000000064)) +
              (((word >> 16) & UINT64_C(0x000000ff000000ff)) * UINT64_C(0x0000271000000001))) >>
             32;
    return count;
}

static inline bool nacrei_is_digit(char c)
{
    return (unsigned)(unsigned char)c - '0' < 10;
}

/// Up to 19 digits; *digits is 0 when there are none or more than 19. Reads 24 bytes at most.
/// Where a group of eight is followed by no digit the place of the next field does not depend on a
/// count, so the processor runs ahead on the predicted branch.
static inline __attribute__((always_inline)) const char *
nacrei_scan_digits(const char *p, uint64_t *value, unsigned *digits)
{
    uint64_t part;
    unsigned count = nacrei_digits8(p, value);
    *digits = count;
    if (count < 8 || !nacrei_is_digit(p[8]))
        return p + count;
    count = nacrei_digits8(p + 8, &part);
    *value = *value * nacrei_pow10[count] + part;
    *digits = 8 + count;
    if (count < 8 || !nacrei_is_digit(p[16]))
        return p + 8 + count;
    count = nacrei_digits8(p + 16, &part);
    *value = *value * nacrei_pow10[count & 3] + part;
    *digits = count > 3 ? 0 : 16 + count;
    return p + 16 + count;
}

/// Digits, optionally a point and digits. NULL when the exact function has to look.
static inline __attribute__((always_inline)) const char *
nacrei_decimal_fast(const char *p, unsigned scale, int64_t *value)
{
    uint64_t whole, fraction, low;
    unsigned digits;
    p = nacrei_scan_digits(p, &whole, &digits);
    if (digits == 0 || whole > nacrei_integer_limit[scale])
        return NULL;
    whole *= nacrei_pow10[scale];
    if (*p == '.') {
        unsigned count = nacrei_digits8(p + 1, &fraction);
        const char *end = p + 1 + count;
        if (count == 8) {
            end = p + 9;
            if (nacrei_is_digit(*end)) {
                unsigned more = nacrei_digits8(end, &low);
                fraction = fraction * nacrei_pow10[more] + low;
                count += more;
                end += more;
            }
        }
        p = end;
        if (count == 0 || count > scale)
            return NULL;
        whole += fraction * nacrei_pow10[scale - count];
    }
    *value = (int64_t)whole;
    return p;
}

#endif
