// SPDX-License-Identifier: Apache-2.0
// Integer random variates over Philox blocks: no floating point and no libm, so that a seed gives
// the same market on every machine. Fixed point is written q16 or q32: value * 2^16 or 2^32.
#ifndef NACREI_DATA_SIM_RANDOM_H
#define NACREI_DATA_SIM_RANDOM_H

#include "core/int128.h"

#include <stddef.h>
#include <stdint.h>

/// log2(1 + i/256) in q32 for i = 0..256, found by repeated squaring.
#define NACREI_SIM_LOG_ENTRIES 257

typedef struct nacrei_sim_log {
    uint64_t fraction_q32[NACREI_SIM_LOG_ENTRIES];
} nacrei_sim_log;

void nacrei_sim_log_init(nacrei_sim_log *table);

/// A standard exponential variate in q32 from one uniform word: -ln((word + 1/2) / 2^32).
/// @accuracy  relative 1e-5 of the exact logarithm (linear interpolation)
uint64_t nacrei_sim_exponential_q32(const nacrei_sim_log *table, uint32_t word);

/// Sum of the four bytes of a word: mean 510, variance 21845, nearly normal.
static inline int64_t nacrei_sim_bell(uint32_t word)
{
    return (int64_t)((word & 255u) + (word >> 8 & 255u) + (word >> 16 & 255u) + (word >> 24)) - 510;
}
#define NACREI_SIM_BELL_SD 148 ///< sqrt(21845), rounded

/// floor(sqrt(x))
uint64_t nacrei_sim_isqrt(uint64_t x);

/// price * part, rounded down.
static inline int64_t nacrei_sim_scale_q32(int64_t price, int64_t part_q32)
{
    return (int64_t)((nacrei_i128)price * part_q32 >> 32);
}

/// A heavy-tailed size in lots, at least 1,000: P(size > x) falls like x^-2.5.
int64_t nacrei_sim_size_lots(uint32_t word);

#endif
