// SPDX-License-Identifier: Apache-2.0
// Transposition of f32 in squares of 8 x 8, AVX2.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_transpose_f32__avx2
#define LANES ((size_t)8)

typedef float REAL;
typedef __m256 VEC;

#define vec_load _mm256_loadu_ps
#define vec_store _mm256_storeu_ps
#define vec_stream _mm256_stream_ps
#define vec_streamed _mm_sfence

/// Pairs of elements, pairs of pairs, then halves.
static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    VEC u[LANES];
    for (size_t g = 0; g < 8; g += 4) {
        __m256d low01 = _mm256_castps_pd(_mm256_unpacklo_ps(r[g], r[g + 1]));
        __m256d high01 = _mm256_castps_pd(_mm256_unpackhi_ps(r[g], r[g + 1]));
        __m256d low23 = _mm256_castps_pd(_mm256_unpacklo_ps(r[g + 2], r[g + 3]));
        __m256d high23 = _mm256_castps_pd(_mm256_unpackhi_ps(r[g + 2], r[g + 3]));
        u[g] = _mm256_castpd_ps(_mm256_unpacklo_pd(low01, low23));
        u[g + 1] = _mm256_castpd_ps(_mm256_unpackhi_pd(low01, low23));
        u[g + 2] = _mm256_castpd_ps(_mm256_unpacklo_pd(high01, high23));
        u[g + 3] = _mm256_castpd_ps(_mm256_unpackhi_pd(high01, high23));
    }
    for (size_t c = 0; c < 4; c++) {
        r[c] = _mm256_permute2f128_ps(u[c], u[4 + c], 0x20);
        r[4 + c] = _mm256_permute2f128_ps(u[c], u[4 + c], 0x31);
    }
}

#include "kern/transpose/transpose_vec.h"
