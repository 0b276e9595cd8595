// SPDX-License-Identifier: Apache-2.0
// Strict f64 product, AVX-512: tiles of 14 rows and 2 vectors, 28 accumulators of 32 registers. A
// step of k costs 16 loads for 28 fma, and two of each go per cycle.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_gemm_f64__avx512
#define LANES ((size_t)8)
#define TILE_ROWS 14
#define TILE_VECS 2
#define TILE_TALLEST 16
#define TILE_MOST(vecs) ((vecs) == 1 ? (size_t)16 : (size_t)14)
#define TILE_LIST(X) TILES_TO_16(X, 1) TILES_TO_14(X, 2)
#define BLOCK_DEPTH ((size_t)1024)
#define BLOCK_ROWS ((size_t)84)
#define BLOCK_COLUMNS ((size_t)2048)
#define SLAB_ROWS ((size_t)504)
#define DIRECT_PRODUCT ((size_t)256 * 256 * 256)

typedef double REAL;
typedef __m512d VEC;
typedef __mmask8 TAIL;

#define vec_zero _mm512_setzero_pd
#define vec_all _mm512_set1_pd
#define vec_load _mm512_loadu_pd
#define vec_store _mm512_storeu_pd
#define vec_mul _mm512_mul_pd
#define vec_fma _mm512_fmadd_pd
#define vec_tail(count) ((TAIL)((1u << (count)) - 1))
#define vec_load_tail(p, tail) _mm512_maskz_loadu_pd(tail, p)
#define vec_store_tail _mm512_mask_storeu_pd

#include "kern/gemm/gemm_blocked.h"
