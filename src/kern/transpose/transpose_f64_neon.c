// SPDX-License-Identifier: Apache-2.0
// Transposition of f64 in squares of 2 x 2, NEON, which has no store past the caches.
#include "kern/variants.h"

#include <arm_neon.h>

#define KERNEL nacrek_transpose_f64__neon
#define LANES ((size_t)2)

typedef double REAL;
typedef float64x2_t VEC;

#define vec_load vld1q_f64
#define vec_store vst1q_f64
#define vec_stream vec_store
#define vec_streamed() ((void)0)

static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    VEC first = vtrn1q_f64(r[0], r[1]);
    r[1] = vtrn2q_f64(r[0], r[1]);
    r[0] = first;
}

#include "kern/transpose/transpose_vec.h"
