// SPDX-License-Identifier: Apache-2.0
// Strict f64 product, AVX2 with FMA: tiles of 6 rows and 2 vectors, 12 accumulators of 16
// registers.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_gemm_f64__avx2
#define LANES ((size_t)4)
#define TILE_ROWS 6
#define TILE_VECS 2
#define TILE_TALLEST 8
#define TILE_MOST(vecs) ((vecs) == 1 ? (size_t)8 : (size_t)6)
#define TILE_LIST(X) TILES_TO_8(X, 1) TILES_TO_6(X, 2)
#define BLOCK_DEPTH ((size_t)1024)
#define BLOCK_ROWS ((size_t)84)
#define BLOCK_COLUMNS ((size_t)2048)
#define SLAB_ROWS ((size_t)504)
#define DIRECT_PRODUCT ((size_t)256 * 256 * 256)

typedef double REAL;
typedef __m256d VEC;
typedef __m256i TAIL;

static inline TAIL vec_tail(size_t count)
{
    static const int64_t lanes[8] = {-1, -1, -1, -1};
    return _mm256_loadu_si256((const __m256i *)(const void *)(lanes + 4 - count));
}

#define vec_zero _mm256_setzero_pd
#define vec_all _mm256_set1_pd
#define vec_load _mm256_loadu_pd
#define vec_store _mm256_storeu_pd
#define vec_mul _mm256_mul_pd
#define vec_fma _mm256_fmadd_pd
#define vec_load_tail _mm256_maskload_pd
#define vec_store_tail _mm256_maskstore_pd

#include "kern/gemm/gemm_blocked.h"
