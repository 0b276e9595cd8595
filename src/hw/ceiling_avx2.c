// SPDX-License-Identifier: Apache-2.0
// AVX2 and FMA: eight vectors per step for the streams, twelve accumulators (latency 4 or 5, two a
// cycle) in the sixteen registers.
#include "hw/ceiling_kernels.h"

#include <immintrin.h>

#define EACH_8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)
#define EACH_12(X) EACH_8(X) X(8) X(9) X(10) X(11)
#define LANES 4 // of 64 bits

uint64_t nacrek_read_u64__avx2(size_t n, const uint64_t *x)
{
#define START(k) __m256i sum##k = _mm256_setzero_si256();
#define STEP(k)                                                                                    \
    sum##k = _mm256_add_epi64(sum##k, _mm256_load_si256((const void *)(x + i + k * LANES)));
#define FOLD(k) total = _mm256_add_epi64(total, sum##k);
    EACH_8(START)
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
    __m256i total = _mm256_setzero_si256();
    EACH_8(FOLD)
    uint64_t lane[LANES], result = 0;
    _mm256_storeu_si256((void *)lane, total);
    for (size_t i = 0; i < LANES; i++)
        result += lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}

void nacrek_copy_u64__avx2(size_t n, const uint64_t *restrict x, uint64_t *restrict y)
{
#define STEP(k)                                                                                    \
    _mm256_store_si256((void *)(y + i + k * LANES),                                                \
                       _mm256_load_si256((const void *)(x + i + k * LANES)));
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
#undef STEP
}

void nacrek_triad_f64__avx2(size_t n, const double *restrict a, const double *restrict b,
                            double *restrict y)
{
    const __m256d three = _mm256_set1_pd(3.0);
#define STEP(k)                                                                                    \
    _mm256_store_pd(y + i + k * LANES, _mm256_fmadd_pd(_mm256_load_pd(b + i + k * LANES), three,   \
                                                       _mm256_load_pd(a + i + k * LANES)));
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
#undef STEP
}

double nacrek_fmarate_f32__avx2(uint64_t rounds)
{
    volatile float zero = 0.0f; // read for each: accumulators that look alike would be merged
    const __m256 half = _mm256_set1_ps(0.5f), one = _mm256_set1_ps(1.0f);
#define START(k) __m256 sum##k = _mm256_set1_ps(zero);
#define STEP(k) sum##k = _mm256_fmadd_ps(sum##k, half, one);
#define FOLD(k) total = _mm256_add_ps(total, sum##k);
    EACH_12(START)
    for (uint64_t r = 0; r < rounds; r++) {
        EACH_12(STEP)
    }
    __m256 total = _mm256_set1_ps(zero);
    EACH_12(FOLD)
    float lane[8];
    _mm256_storeu_ps(lane, total);
    double result = 0.0;
    for (size_t i = 0; i < 8; i++)
        result += (double)lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}

double nacrek_fmarate_f64__avx2(uint64_t rounds)
{
    volatile double zero = 0.0; // read for each: accumulators that look alike would be merged
    const __m256d half = _mm256_set1_pd(0.5), one = _mm256_set1_pd(1.0);
#define START(k) __m256d sum##k = _mm256_set1_pd(zero);
#define STEP(k) sum##k = _mm256_fmadd_pd(sum##k, half, one);
#define FOLD(k) total = _mm256_add_pd(total, sum##k);
    EACH_12(START)
    for (uint64_t r = 0; r < rounds; r++) {
        EACH_12(STEP)
    }
    __m256d total = _mm256_set1_pd(zero);
    EACH_12(FOLD)
    double lane[4];
    _mm256_storeu_pd(lane, total);
    double result = 0.0;
    for (size_t i = 0; i < 4; i++)
        result += lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}
