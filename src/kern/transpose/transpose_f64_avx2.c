// SPDX-License-Identifier: Apache-2.0
// Transposition of f64 in squares of 4 x 4, AVX2.
#include "kern/variants.h"

#include <immintrin.h>

#define KERNEL nacrek_transpose_f64__avx2
#define LANES ((size_t)4)

typedef double REAL;
typedef __m256d VEC;

#define vec_load _mm256_loadu_pd
#define vec_store _mm256_storeu_pd
#define vec_stream _mm256_stream_pd
#define vec_streamed _mm_sfence

/// Pairs of elements, then halves.
static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    VEC u[LANES];
    for (size_t g = 0; g < 4; g += 2) {
        u[g] = _mm256_unpacklo_pd(r[g], r[g + 1]);
        u[g + 1] = _mm256_unpackhi_pd(r[g], r[g + 1]);
    }
    for (size_t c = 0; c < 2; c++) {
        r[c] = _mm256_permute2f128_pd(u[c], u[2 + c], 0x20);
        r[2 + c] = _mm256_permute2f128_pd(u[c], u[2 + c], 0x31);
    }
}

#include "kern/transpose/transpose_vec.h"
