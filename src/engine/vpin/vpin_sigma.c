// SPDX-License-Identifier: Apache-2.0
// The numerator needs up to 192 bits (2^34 steps of 2^46): years of one-minute bars of a coin at
// 60,000 do not fit 128 bits, so three limbs are carried instead of an error.
#include "engine/vpin/vpin_sigma.h"

#include <math.h>
#include <stddef.h>

/// limb[0] + limb[1] 2^64 + limb[2] 2^128
typedef struct wide {
    uint64_t limb[3];
} wide;

/// (high 2^64 + low) for high, low below 2^128; the sum must fit 192 bits.
static wide wide_of(nacrei_u128 high, nacrei_u128 low)
{
    nacrei_u128 middle = high + (uint64_t)(low >> 64);
    // A carry out of `high + ...` would mean more than 192 bits.
    return (wide){{(uint64_t)low, (uint64_t)middle, (uint64_t)(middle >> 64)}};
}

static wide wide_subtract(wide a, wide b)
{
    wide out;
    uint64_t borrow = 0;
    for (size_t i = 0; i < 3; i++) {
        nacrei_u128 difference = (nacrei_u128)a.limb[i] - b.limb[i] - borrow;
        out.limb[i] = (uint64_t)difference;
        borrow = (uint64_t)(difference >> 64) & 1;
    }
    return out;
}

/// Nearest double: the leading 128 bits decide, any lower bit counts as a sticky one.
static double wide_to_double(wide a)
{
    nacrei_u128 lead = ((nacrei_u128)a.limb[2] << 64) | a.limb[1];
    if (lead >> 64 == 0)
        return a.limb[1] ? (double)(((nacrei_u128)a.limb[1] << 64) | a.limb[0]) : (double)a.limb[0];
    return ldexp((double)(lead | (a.limb[0] != 0)), 64);
}

double nacrei_vpin_sigma(const nacrei_vpin_sums *sums)
{
    if (sums->count < 2)
        return (double)NAN;
    nacrei_u128 square = (nacrei_u128)sums->square;
    nacrei_u128 plain = (nacrei_u128)(sums->plain < 0 ? -sums->plain : sums->plain);
    wide first = wide_of((square >> 64) * sums->count, (nacrei_u128)(uint64_t)square * sums->count);
    // |S1| is below 2^80: its upper part has 16 bits, the cross term fits.
    nacrei_u128 upper = plain >> 64;
    nacrei_u128 lower = (uint64_t)plain;
    wide second = wide_of(((upper * upper) << 64) + 2 * upper * lower, lower * lower);
    double numerator = wide_to_double(wide_subtract(first, second));
    double divisor = (double)((nacrei_u128)sums->count * (sums->count - 1));
    return sqrt(numerator / divisor);
}
