// SPDX-License-Identifier: Apache-2.0
// Transposition of f64 in squares of 8 x 8, AVX-512.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_transpose_f64__avx512
#define LANES ((size_t)8)

typedef double REAL;
typedef __m512d VEC;

#define vec_load _mm512_loadu_pd
#define vec_store _mm512_storeu_pd
#define vec_stream _mm512_stream_pd
#define vec_streamed _mm_sfence

/// Pairs of elements, then quarters.
static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    VEC u[LANES];
    for (size_t g = 0; g < 8; g += 2) {
        u[g] = _mm512_unpacklo_pd(r[g], r[g + 1]);
        u[g + 1] = _mm512_unpackhi_pd(r[g], r[g + 1]);
    }
    for (size_t c = 0; c < 2; c++) { // quarter q of u[2 g + c] is column 2 q + c of rows 2 g
        VEC even_top = _mm512_shuffle_f64x2(u[c], u[2 + c], 0x88);
        VEC odd_top = _mm512_shuffle_f64x2(u[c], u[2 + c], 0xdd);
        VEC even_low = _mm512_shuffle_f64x2(u[4 + c], u[6 + c], 0x88);
        VEC odd_low = _mm512_shuffle_f64x2(u[4 + c], u[6 + c], 0xdd);
        r[c] = _mm512_shuffle_f64x2(even_top, even_low, 0x88);
        r[2 + c] = _mm512_shuffle_f64x2(odd_top, odd_low, 0x88);
        r[4 + c] = _mm512_shuffle_f64x2(even_top, even_low, 0xdd);
        r[6 + c] = _mm512_shuffle_f64x2(odd_top, odd_low, 0xdd);
    }
}

#include "kern/transpose/transpose_vec.h"
