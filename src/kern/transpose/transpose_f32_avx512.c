// SPDX-License-Identifier: Apache-2.0
// Transposition of f32 in squares of 16 x 16, AVX-512.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_transpose_f32__avx512
#define LANES ((size_t)16)

typedef float REAL;
typedef __m512 VEC;

#define vec_load _mm512_loadu_ps
#define vec_store _mm512_storeu_ps
#define vec_stream _mm512_stream_ps
#define vec_streamed _mm_sfence

/// Pairs of elements, pairs of pairs, then quarters.
static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    VEC u[LANES];
    for (size_t g = 0; g < 16; g += 4) {
        __m512d low01 = _mm512_castps_pd(_mm512_unpacklo_ps(r[g], r[g + 1]));
        __m512d high01 = _mm512_castps_pd(_mm512_unpackhi_ps(r[g], r[g + 1]));
        __m512d low23 = _mm512_castps_pd(_mm512_unpacklo_ps(r[g + 2], r[g + 3]));
        __m512d high23 = _mm512_castps_pd(_mm512_unpackhi_ps(r[g + 2], r[g + 3]));
        u[g] = _mm512_castpd_ps(_mm512_unpacklo_pd(low01, low23));
        u[g + 1] = _mm512_castpd_ps(_mm512_unpackhi_pd(low01, low23));
        u[g + 2] = _mm512_castpd_ps(_mm512_unpacklo_pd(high01, high23));
        u[g + 3] = _mm512_castpd_ps(_mm512_unpackhi_pd(high01, high23));
    }
    for (size_t c = 0; c < 4; c++) { // quarter q of u[4 g + c] is column 4 q + c of rows 4 g
        VEC even_top = _mm512_shuffle_f32x4(u[c], u[4 + c], 0x88);
        VEC odd_top = _mm512_shuffle_f32x4(u[c], u[4 + c], 0xdd);
        VEC even_low = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0x88);
        VEC odd_low = _mm512_shuffle_f32x4(u[8 + c], u[12 + c], 0xdd);
        r[c] = _mm512_shuffle_f32x4(even_top, even_low, 0x88);
        r[4 + c] = _mm512_shuffle_f32x4(odd_top, odd_low, 0x88);
        r[8 + c] = _mm512_shuffle_f32x4(even_top, even_low, 0xdd);
        r[12 + c] = _mm512_shuffle_f32x4(odd_top, odd_low, 0xdd);
    }
}

#include "kern/transpose/transpose_vec.h"
