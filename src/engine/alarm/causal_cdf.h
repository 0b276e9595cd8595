// SPDX-License-Identifier: Apache-2.0
// Where a value stands among its own past: the share of the previous W values that are not above
// it, the value itself excluded. Shared by every engine that raises alarms on a causal CDF. The
// state is flat and pointer-free so that it can live inside a larger snapshot; keys are integers,
// so the answer is the same on every machine and in any block size.
#ifndef NACREI_ENGINE_CAUSAL_CDF_H
#define NACREI_ENGINE_CAUSAL_CDF_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

/// Largest window: keeps the worst shift of the sorted copy at 8 MiB.
#define NACREI_CDF_CAPACITY_MAX (UINT32_C(1) << 20)

/// Followed in the same memory by int64_t ring[capacity], sorted[capacity].
typedef struct nacrei_cdf {
    uint32_t capacity; ///< W
    uint32_t count;    ///< values held, at most W
    uint32_t head;     ///< ring index of the oldest value once the window is full, else 0
    uint64_t seen;     ///< values ever pushed
} nacrei_cdf;

/// Bytes of a window, header included; a multiple of 8. `capacity` in [1, NACREI_CDF_CAPACITY_MAX].
size_t nacrei_cdf_bytes(uint32_t capacity);
/// Makes `cdf`, which is 8-byte aligned and nacrei_cdf_bytes(capacity) long, an empty window.
void nacrei_cdf_init(nacrei_cdf *cdf, uint32_t capacity);
/// Share of the previous values <= key, in [0,1]; then the key enters and, when full, the oldest
/// leaves. NaN while fewer than max(min_count, 1) values are held.
double nacrei_cdf_push(nacrei_cdf *cdf, int64_t key, uint32_t min_count);

/// An int64 that orders like the finite double `value` (-0 equals +0); for value >= 0 its bits.
static inline int64_t nacrei_cdf_key(double value)
{
    double plain = value + 0.0;
    int64_t bits;
    memcpy(&bits, &plain, sizeof bits);
    return bits < 0 ? bits ^ INT64_MAX : bits;
}

#endif
