// SPDX-License-Identifier: Apache-2.0
// Strict f64 reductions, NEON: a row is sixteen vectors.
#include "kern/variants.h"

#include <arm_neon.h>

#define KERNEL(op) nacrek_##op##_f64__neon
#define LANES ((size_t)2)
#define MOMENT_VECS 8

typedef double REAL;
typedef float64x2_t VEC;

#define REAL_FMA __builtin_fma
#define vec_zero() vdupq_n_f64(0)
#define vec_all vdupq_n_f64
#define vec_load vld1q_f64
#define vec_store vst1q_f64
#define vec_add vaddq_f64
#define vec_sub vsubq_f64
#define vec_fma(a, b, c) vfmaq_f64(c, a, b)

static inline VEC vec_last(VEC x)
{
    return vdupq_laneq_f64(x, 1);
}

static inline VEC vec_scan(VEC x)
{
    return vcombine_f64(vget_low_f64(x), vadd_f64(vget_low_f64(x), vget_high_f64(x)));
}

#include "kern/reduce/reduce_vec.h"
