// SPDX-License-Identifier: Apache-2.0
// Exact sums of price steps and their sample standard deviation. Integers make the answer
// independent of order, block size and machine; the numerator N*S2 - S1^2 has no cancellation.
#ifndef NACREI_ENGINE_VPIN_SIGMA_H
#define NACREI_ENGINE_VPIN_SIGMA_H

#include "core/int128.h"

#include <stdint.h>

typedef struct nacrei_vpin_sums {
    nacrei_i128 square; ///< sum of dP^2, below 2^127 by the limits on dP and on the count
    nacrei_i128 plain;  ///< sum of dP
    uint64_t count;
} nacrei_vpin_sums;

static inline void nacrei_vpin_sums_add(nacrei_vpin_sums *sums, int64_t dp)
{
    sums->square += (nacrei_i128)dp * dp;
    sums->plain += dp;
    sums->count++;
}

static inline void nacrei_vpin_sums_merge(nacrei_vpin_sums *sums, const nacrei_vpin_sums *other)
{
    sums->square += other->square;
    sums->plain += other->plain;
    sums->count += other->count;
}

static inline void nacrei_vpin_sums_remove(nacrei_vpin_sums *sums, const nacrei_vpin_sums *other)
{
    sums->square -= other->square;
    sums->plain -= other->plain;
    sums->count -= other->count;
}

/// sqrt((N S2 - S1^2) / (N (N - 1))), NaN for fewer than two steps.
/// @accuracy  the numerator is exact, then one rounding each for it, the divisor, the quotient and
///            the root
double nacrei_vpin_sigma(const nacrei_vpin_sums *sums);

#endif
