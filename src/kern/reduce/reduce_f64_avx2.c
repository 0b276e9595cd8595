// SPDX-License-Identifier: Apache-2.0
// Strict f64 reductions, AVX2 with FMA: a row is eight vectors.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL(op) nacrek_##op##_f64__avx2
#define LANES ((size_t)4)
#define MOMENT_VECS 4

typedef double REAL;
typedef __m256d VEC;

#define REAL_FMA __builtin_fma
#define vec_zero _mm256_setzero_pd
#define vec_all _mm256_set1_pd
#define vec_load _mm256_loadu_pd
#define vec_store _mm256_storeu_pd
#define vec_add _mm256_add_pd
#define vec_sub _mm256_sub_pd
#define vec_fma _mm256_fmadd_pd

static inline VEC vec_last(VEC x)
{
    return _mm256_permute4x64_pd(x, 0xff);
}

static inline VEC vec_scan(VEC x)
{
    x = _mm256_blend_pd(x, _mm256_add_pd(x, _mm256_movedup_pd(x)), 0xa);
    return _mm256_blend_pd(x, _mm256_add_pd(x, _mm256_permute4x64_pd(x, 0x55)), 0xc);
}

#include "kern/reduce/reduce_vec.h"
