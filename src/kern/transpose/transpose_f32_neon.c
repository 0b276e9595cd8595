// SPDX-License-Identifier: Apache-2.0
// Transposition of f32 in squares of 4 x 4, NEON, which has no store past the caches.
#include "kern/variants.h"

#include <arm_neon.h>

#define KERNEL nacrek_transpose_f32__neon
#define LANES ((size_t)4)

typedef float REAL;
typedef float32x4_t VEC;

#define vec_load vld1q_f32
#define vec_store vst1q_f32
#define vec_stream vec_store
#define vec_streamed() ((void)0)

static inline __attribute__((always_inline)) void square(VEC r[LANES])
{
    float64x2_t even01 = vreinterpretq_f64_f32(vtrn1q_f32(r[0], r[1]));
    float64x2_t odd01 = vreinterpretq_f64_f32(vtrn2q_f32(r[0], r[1]));
    float64x2_t even23 = vreinterpretq_f64_f32(vtrn1q_f32(r[2], r[3]));
    float64x2_t odd23 = vreinterpretq_f64_f32(vtrn2q_f32(r[2], r[3]));
    r[0] = vreinterpretq_f32_f64(vtrn1q_f64(even01, even23));
    r[1] = vreinterpretq_f32_f64(vtrn1q_f64(odd01, odd23));
    r[2] = vreinterpretq_f32_f64(vtrn2q_f64(even01, even23));
    r[3] = vreinterpretq_f32_f64(vtrn2q_f64(odd01, odd23));
}

#include "kern/transpose/transpose_vec.h"
