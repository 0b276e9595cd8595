// SPDX-License-Identifier: Apache-2.0
// The loops of ceiling_kernels.h over vectors of one instruction set, included by the file of that
// set, which says before:
//   READ, COPY, TRIAD, FMA_F32, FMA_F64     the symbols
//   LANES                                   64-bit lanes of a vector
//   VEC(op)                                 the intrinsic, as VEC(fmadd_ps)
//   INTS, FLOATS, DOUBLES                   the vector types
//   LOAD_INTS, STORE_INTS, NO_INTS          aligned load and store of integers, and zero
//   EACH_CHAIN(X)                           X for every accumulator of the multiply-adds: enough to
//                                           hide the latency, few enough for the registers
// Streams move eight vectors per step.
#ifndef NACREI_HW_CEILING_LOOPS_H
#define NACREI_HW_CEILING_LOOPS_H

#include "hw/ceiling_kernels.h"

#define EACH_8(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7)

uint64_t READ(size_t n, const uint64_t *x)
{
#define START(k) INTS sum##k = NO_INTS();
#define STEP(k) sum##k = VEC(add_epi64)(sum##k, LOAD_INTS((const void *)(x + i + k * LANES)));
#define FOLD(k) total = VEC(add_epi64)(total, sum##k);
    EACH_8(START)
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
    INTS total = NO_INTS();
    EACH_8(FOLD)
    _Alignas(64) uint64_t lane[LANES];
    uint64_t result = 0;
    STORE_INTS((void *)lane, total);
    for (size_t i = 0; i < LANES; i++)
        result += lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}

void COPY(size_t n, const uint64_t *restrict x, uint64_t *restrict y)
{
#define STEP(k)                                                                                    \
    STORE_INTS((void *)(y + i + k * LANES), LOAD_INTS((const void *)(x + i + k * LANES)));
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
#undef STEP
}

void TRIAD(size_t n, const double *restrict a, const double *restrict b, double *restrict y)
{
    const DOUBLES three = VEC(set1_pd)(3.0);
#define STEP(k)                                                                                    \
    VEC(store_pd)                                                                                  \
    (y + i + k * LANES,                                                                            \
     VEC(fmadd_pd)(VEC(load_pd)(b + i + k * LANES), three, VEC(load_pd)(a + i + k * LANES)));
    for (size_t i = 0; i < n; i += 8 * LANES) {
        EACH_8(STEP)
    }
#undef STEP
}

double FMA_F32(uint64_t rounds)
{
    volatile float zero = 0.0f; // read for each: accumulators that look alike would be merged
    const FLOATS half = VEC(set1_ps)(0.5f), one = VEC(set1_ps)(1.0f);
#define START(k) FLOATS sum##k = VEC(set1_ps)(zero);
#define STEP(k) sum##k = VEC(fmadd_ps)(sum##k, half, one);
#define FOLD(k) total = VEC(add_ps)(total, sum##k);
    EACH_CHAIN(START)
    for (uint64_t r = 0; r < rounds; r++) {
        EACH_CHAIN(STEP)
    }
    FLOATS total = VEC(set1_ps)(zero);
    EACH_CHAIN(FOLD)
    float lane[2 * LANES];
    VEC(storeu_ps)(lane, total);
    double result = 0.0;
    for (size_t i = 0; i < 2 * LANES; i++)
        result += (double)lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}

double FMA_F64(uint64_t rounds)
{
    volatile double zero = 0.0;
    const DOUBLES half = VEC(set1_pd)(0.5), one = VEC(set1_pd)(1.0);
#define START(k) DOUBLES sum##k = VEC(set1_pd)(zero);
#define STEP(k) sum##k = VEC(fmadd_pd)(sum##k, half, one);
#define FOLD(k) total = VEC(add_pd)(total, sum##k);
    EACH_CHAIN(START)
    for (uint64_t r = 0; r < rounds; r++) {
        EACH_CHAIN(STEP)
    }
    DOUBLES total = VEC(set1_pd)(zero);
    EACH_CHAIN(FOLD)
    double lane[LANES];
    VEC(storeu_pd)(lane, total);
    double result = 0.0;
    for (size_t i = 0; i < LANES; i++)
        result += lane[i];
    return result;
#undef START
#undef STEP
#undef FOLD
}

#endif
