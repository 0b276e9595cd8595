// SPDX-License-Identifier: Apache-2.0
// Strict f64 reductions, AVX-512: a row is four vectors.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL(op) nacrek_##op##_f64__avx512
#define LANES ((size_t)8)
#define MOMENT_VECS 4

typedef double REAL;
typedef __m512d VEC;

#define REAL_FMA __builtin_fma
#define vec_zero _mm512_setzero_pd
#define vec_all _mm512_set1_pd
#define vec_load _mm512_loadu_pd
#define vec_store _mm512_storeu_pd
#define vec_add _mm512_add_pd
#define vec_sub _mm512_sub_pd
#define vec_fma _mm512_fmadd_pd

static inline VEC vec_last(VEC x)
{
    return _mm512_permutexvar_pd(_mm512_set1_epi64(7), x);
}

static inline VEC vec_scan(VEC x)
{
    x = _mm512_mask_add_pd(x, 0xaa, x, _mm512_movedup_pd(x));
    x = _mm512_mask_add_pd(x, 0xcc, x, _mm512_permutex_pd(x, 0x55));
    return _mm512_mask_add_pd(x, 0xf0, x, _mm512_permutexvar_pd(_mm512_set1_epi64(3), x));
}

#include "kern/reduce/reduce_vec.h"
