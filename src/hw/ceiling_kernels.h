// SPDX-License-Identifier: Apache-2.0
// The small loops whose speed is a ceiling: reading, copying and adding streams, multiply-adds in
// registers, tile products. Their results are known in closed form, so that a test can hold every
// variant against it and no compiler can drop the work.
#ifndef NACREI_HW_CEILING_KERNELS_H
#define NACREI_HW_CEILING_KERNELS_H

#include <stddef.h>
#include <stdint.h>

#define NACREI_STREAM_STEP 64 ///< n is a multiple of it; arrays are aligned to 64 bytes

/// The sum modulo 2^64: n loads.
typedef uint64_t nacrei_stream_read_fn(size_t n, const uint64_t *x);
/// y[i] = x[i]
typedef void nacrei_stream_copy_fn(size_t n, const uint64_t *restrict x, uint64_t *restrict y);
/// y[i] = a[i] + 3 b[i]
typedef void nacrei_stream_triad_fn(size_t n, const double *restrict a, const double *restrict b,
                                    double *restrict y);

/// Repeats x = x / 2 + 1 from 0 in every lane of every accumulator; each holds 2 after 60 rounds.
/// @return the sum of all lanes: operations per round, as each lane makes two and ends at 2
typedef double nacrei_rate_fma_fn(uint64_t rounds);
/// Adds products of tiles of ones to four zeroed accumulators, `rounds` times each; needs the
/// grant.
/// @return element (0, 0) of the last accumulator: rounds x depth of the tile product
typedef double nacrei_rate_tile_fn(uint64_t rounds);

#define NACREI_STREAM(set, feature, read, copy, triad)                                             \
    nacrei_stream_read_fn read;                                                                    \
    nacrei_stream_copy_fn copy;                                                                    \
    nacrei_stream_triad_fn triad;
#define NACREI_FMA(type, feature, operations, symbol) nacrei_rate_fma_fn symbol;
#define NACREI_TILE(type, feature, operations, depth, symbol) nacrei_rate_tile_fn symbol;
#include "hw/ceiling_kernels.inc"
#undef NACREI_STREAM
#undef NACREI_FMA
#undef NACREI_TILE

#endif
