// SPDX-License-Identifier: Apache-2.0
// Strict f32 reductions, AVX2 with FMA: a row is eight vectors.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL(op) nacrek_##op##_f32__avx2
#define LANES ((size_t)8)
#define MOMENT_VECS 4

typedef float REAL;
typedef __m256 VEC;

#define REAL_FMA __builtin_fmaf
#define vec_zero _mm256_setzero_ps
#define vec_all _mm256_set1_ps
#define vec_load _mm256_loadu_ps
#define vec_store _mm256_storeu_ps
#define vec_add _mm256_add_ps
#define vec_sub _mm256_sub_ps
#define vec_fma _mm256_fmadd_ps

static inline VEC vec_last(VEC x)
{
    return _mm256_permutevar8x32_ps(x, _mm256_set1_epi32(7));
}

static inline VEC vec_scan(VEC x)
{
    x = _mm256_blend_ps(x, _mm256_add_ps(x, _mm256_moveldup_ps(x)), 0xaa);
    x = _mm256_blend_ps(x, _mm256_add_ps(x, _mm256_permute_ps(x, 0x55)), 0xcc);
    VEC third = _mm256_permutevar8x32_ps(x, _mm256_set1_epi32(3));
    return _mm256_blend_ps(x, _mm256_add_ps(x, third), 0xf0);
}

#include "kern/reduce/reduce_vec.h"
