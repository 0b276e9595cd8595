// SPDX-License-Identifier: Apache-2.0
// Strict f32 reductions, AVX-512: a row is four vectors.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL(op) nacrek_##op##_f32__avx512
#define LANES ((size_t)16)
#define MOMENT_VECS 4

typedef float REAL;
typedef __m512 VEC;

#define REAL_FMA __builtin_fmaf
#define vec_zero _mm512_setzero_ps
#define vec_all _mm512_set1_ps
#define vec_load _mm512_loadu_ps
#define vec_store _mm512_storeu_ps
#define vec_add _mm512_add_ps
#define vec_sub _mm512_sub_ps
#define vec_fma _mm512_fmadd_ps

static inline VEC vec_last(VEC x)
{
    return _mm512_permutexvar_ps(_mm512_set1_epi32(15), x);
}

static inline VEC vec_scan(VEC x)
{
    const __m512i quads = _mm512_set_epi32(11, 11, 11, 11, 11, 11, 11, 11, 3, 3, 3, 3, 3, 3, 3, 3);
    x = _mm512_mask_add_ps(x, 0xaaaa, x, _mm512_moveldup_ps(x));
    x = _mm512_mask_add_ps(x, 0xcccc, x, _mm512_permute_ps(x, 0x55));
    x = _mm512_mask_add_ps(x, 0xf0f0, x, _mm512_permutexvar_ps(quads, x));
    return _mm512_mask_add_ps(x, 0xff00, x, _mm512_permutexvar_ps(_mm512_set1_epi32(7), x));
}

#include "kern/reduce/reduce_vec.h"
