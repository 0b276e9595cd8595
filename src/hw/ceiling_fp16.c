// SPDX-License-Identifier: Apache-2.0
// Half precision multiply-adds of AVX512_FP16: sixteen accumulators of 32 lanes.
#include "hw/ceiling_kernels.h"

#include <immintrin.h>

#define EACH_16(X)                                                                                 \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)

/// 0 as halves that the compiler cannot see through.
static __m512h opaque_zero(void)
{
    volatile int zero = 0;
    return _mm512_castsi512_ph(_mm512_set1_epi32(zero));
}

double nacrek_fmarate_f16__avx512_fp16(uint64_t rounds)
{
    enum { HALF_BITS = 0x3800, ONE_BITS = 0x3c00, LANES = 32 };
    const __m512h half = _mm512_castsi512_ph(_mm512_set1_epi16(HALF_BITS));
    const __m512h one = _mm512_castsi512_ph(_mm512_set1_epi16(ONE_BITS));
#define START(k) __m512h sum##k = opaque_zero();
#define STEP(k) sum##k = _mm512_fmadd_ph(sum##k, half, one);
#define FOLD(k) total = _mm512_add_ph(total, sum##k);
    EACH_16(START)
    for (uint64_t r = 0; r < rounds; r++) {
        EACH_16(STEP)
    }
    __m512h total = opaque_zero();
    EACH_16(FOLD)
    float lane[LANES];
    __m512i bits = _mm512_castph_si512(total);
    _mm512_storeu_ps(lane, _mm512_cvtph_ps(_mm512_castsi512_si256(bits)));
    _mm512_storeu_ps(lane + LANES / 2, _mm512_cvtph_ps(_mm512_extracti64x4_epi64(bits, 1)));
    double result = 0.0;
    for (int i = 0; i < LANES; i++)
        result += (double)lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}
