// SPDX-License-Identifier: Apache-2.0
// The elementary functions, NEON: 2 lanes, so that a tail is one element. min and max are
// selections because vminq and vmaxq treat NaN otherwise.
#include <arm_neon.h>
#include <stdbool.h>
#include <stddef.h>

#define ISA neon
#define LANES ((size_t)2)

typedef float64x2_t VEC;
typedef uint64x2_t BITS;
typedef uint64x2_t MASK;

#define vec_all vdupq_n_f64
#define vec_load vld1q_f64
#define vec_store vst1q_f64
#define vec_load_tail(p, count) ((void)(count), vdupq_n_f64(*(p)))
#define vec_store_tail(p, count, x) ((void)(count), vst1q_lane_f64(p, x, 0))
#define vec_load_f32(p) vcvt_f64_f32(vld1_f32(p))
#define vec_store_f32(p, x) vst1_f32(p, vcvt_f32_f64(x))
#define vec_load_tail_f32(p, count) ((void)(count), vdupq_n_f64((double)*(p)))
#define vec_store_tail_f32(p, count, x) ((void)(count), vst1_lane_f32(p, vcvt_f32_f64(x), 0))

#define vec_add vaddq_f64
#define vec_sub vsubq_f64
#define vec_mul vmulq_f64
#define vec_div vdivq_f64
#define vec_sqrt vsqrtq_f64
#define vec_fma(a, b, c) vfmaq_f64(c, a, b)
#define vec_fms(a, b, c) vfmaq_f64(vnegq_f64(c), a, b)
#define vec_fnma(a, b, c) vfmsq_f64(c, a, b)
#define vec_abs vabsq_f64
#define vec_copysign(x, sign) vbslq_f64(vdupq_n_u64(UINT64_C(1) << 63), sign, x)
#define vec_less vcltq_f64
#define vec_is_nan(x) veorq_u64(vceqq_f64(x, x), vdupq_n_u64(UINT64_MAX))
#define vec_select vbslq_f64

static inline VEC vec_min(VEC a, VEC b)
{
    return vbslq_f64(vcltq_f64(a, b), a, b);
}

static inline VEC vec_max(VEC a, VEC b)
{
    return vbslq_f64(vcgtq_f64(a, b), a, b);
}

static inline bool vec_any(MASK mask)
{
    return (vgetq_lane_u64(mask, 0) | vgetq_lane_u64(mask, 1)) != 0;
}

#define vec_bits vreinterpretq_u64_f64
#define vec_from_bits vreinterpretq_f64_u64
#define bits_all vdupq_n_u64
#define bits_add vaddq_u64
#define bits_sub vsubq_u64
#define bits_and vandq_u64
#define bits_shl vshlq_n_u64
#define bits_shr vshrq_n_u64

#define FLT_LANES ((size_t)4)

typedef float32x4_t FLT;
typedef uint32x4_t FLTBITS;

static inline FLT flt_load_tail(const float *from, size_t count)
{
    float lanes[FLT_LANES] = {0};
    for (size_t i = 0; i < count; i++)
        lanes[i] = from[i];
    return vld1q_f32(lanes);
}

static inline void flt_store_tail(float *to, size_t count, FLT x)
{
    float lanes[FLT_LANES];
    vst1q_f32(lanes, x);
    for (size_t i = 0; i < count; i++)
        to[i] = lanes[i];
}

static inline FLT flt_min(FLT a, FLT b)
{
    return vbslq_f32(vcltq_f32(a, b), a, b);
}

static inline FLT flt_max(FLT a, FLT b)
{
    return vbslq_f32(vcgtq_f32(a, b), a, b);
}

#define flt_all vdupq_n_f32
#define flt_load vld1q_f32
#define flt_store vst1q_f32
#define flt_add vaddq_f32
#define flt_sub vsubq_f32
#define flt_mul vmulq_f32
#define flt_fma(a, b, c) vfmaq_f32(c, a, b)
#define flt_fnma(a, b, c) vfmsq_f32(c, a, b)
#define flt_bits vreinterpretq_u32_f32
#define flt_from_bits vreinterpretq_f32_u32
#define fltbits_all(value) vdupq_n_u32((uint32_t)(value))
#define fltbits_add vaddq_u32
#define fltbits_sub vsubq_u32
#define fltbits_shl vshlq_n_u32
#define fltbits_shr vshrq_n_u32

#include "kern/elementary/elementary_map.h"
