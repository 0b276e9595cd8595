// SPDX-License-Identifier: Apache-2.0
// Strict f32 product, NEON: tiles of 8 rows and 3 vectors, 24 accumulators of 32 registers.
#include "kern/variants.h"

#include <arm_neon.h>

#define KERNEL nacrek_gemm_f32__neon
#define LANES ((size_t)4)
#define TILE_ROWS 8
#define TILE_VECS 3
#define TILE_TALLEST TILE_ROWS
#define TILE_MOST(vecs) ((size_t)TILE_ROWS)
#define TILE_LIST(X) TILES_TO_8(X, 1) TILES_TO_8(X, 2) TILES_TO_8(X, 3)
#define BLOCK_DEPTH ((size_t)512)
#define BLOCK_ROWS ((size_t)96)
#define BLOCK_COLUMNS ((size_t)2016)
#define SLAB_ROWS ((size_t)480)
#define DIRECT_PRODUCT ((size_t)128 * 128 * 128)

typedef float REAL;
typedef float32x4_t VEC;
typedef size_t TAIL; // NEON has no masks: the number of lanes

static inline VEC vec_load_tail(const REAL *from, TAIL count)
{
    REAL lanes[LANES] = {0};
    for (size_t i = 0; i < count; i++)
        lanes[i] = from[i];
    return vld1q_f32(lanes);
}

static inline void vec_store_tail(REAL *to, TAIL count, VEC x)
{
    REAL lanes[LANES];
    vst1q_f32(lanes, x);
    for (size_t i = 0; i < count; i++)
        to[i] = lanes[i];
}

#define vec_zero() vdupq_n_f32(0)
#define vec_all vdupq_n_f32
#define vec_load vld1q_f32
#define vec_store vst1q_f32
#define vec_mul vmulq_f32
#define vec_fma(a, b, c) vfmaq_f32(c, a, b)
#define vec_tail(count) (count)

#include "kern/gemm/gemm_blocked.h"
