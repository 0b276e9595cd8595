// SPDX-License-Identifier: Apache-2.0
// AVX2 and FMA: twelve accumulators (latency 4 or 5, two a cycle) in the sixteen registers.
#include <immintrin.h>

#define READ nacrek_read_u64__avx2
#define COPY nacrek_copy_u64__avx2
#define TRIAD nacrek_triad_f64__avx2
#define FMA_F32 nacrek_fmarate_f32__avx2
#define FMA_F64 nacrek_fmarate_f64__avx2
#define LANES 4
#define VEC(op) _mm256_##op
#define INTS __m256i
#define FLOATS __m256
#define DOUBLES __m256d
#define LOAD_INTS _mm256_load_si256
#define STORE_INTS _mm256_store_si256
#define NO_INTS _mm256_setzero_si256
#define EACH_CHAIN(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11)
#include "hw/ceiling_loops.h"
