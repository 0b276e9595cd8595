// SPDX-License-Identifier: Apache-2.0
// Strict f32 reductions, NEON: a row is sixteen vectors.
#include "kern/variants.h"

#include <arm_neon.h>
#include <stdint.h>

#define KERNEL(op) nacrek_##op##_f32__neon
#define LANES ((size_t)4)
#define MOMENT_VECS 8

typedef float REAL;
typedef float32x4_t VEC;

#define REAL_FMA __builtin_fmaf
#define vec_zero() vdupq_n_f32(0)
#define vec_all vdupq_n_f32
#define vec_load vld1q_f32
#define vec_store vst1q_f32
#define vec_add vaddq_f32
#define vec_sub vsubq_f32
#define vec_fma(a, b, c) vfmaq_f32(c, a, b)

static inline VEC vec_last(VEC x)
{
    return vdupq_laneq_f32(x, 3);
}

static inline VEC vec_scan(VEC x)
{
    const uint32x4_t odd = {0, UINT32_MAX, 0, UINT32_MAX};
    x = vbslq_f32(odd, vaddq_f32(x, vtrn1q_f32(x, x)), x);
    float32x2_t low = vget_low_f32(x);
    return vcombine_f32(low, vadd_f32(vget_high_f32(x), vdup_lane_f32(low, 1)));
}

#include "kern/reduce/reduce_vec.h"
