// SPDX-License-Identifier: Apache-2.0
// AVX-512: sixteen accumulators (latency 4, two a cycle) of thirty-two registers.
#include <immintrin.h>

#define READ nacrek_read_u64__avx512
#define COPY nacrek_copy_u64__avx512
#define TRIAD nacrek_triad_f64__avx512
#define FMA_F32 nacrek_fmarate_f32__avx512
#define FMA_F64 nacrek_fmarate_f64__avx512
#define LANES 8
#define VEC(op) _mm512_##op
#define INTS __m512i
#define FLOATS __m512
#define DOUBLES __m512d
#define LOAD_INTS _mm512_load_si512
#define STORE_INTS _mm512_store_si512
#define NO_INTS _mm512_setzero_si512
#define EACH_CHAIN(X)                                                                              \
    X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12) X(13) X(14) X(15)
#include "hw/ceiling_loops.h"
