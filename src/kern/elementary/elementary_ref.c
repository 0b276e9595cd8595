// SPDX-License-Identifier: Apache-2.0
// The elementary functions, reference: one lane in plain C with libm's fma, which is correctly
// rounded on every machine. Slow where fma is emulated; it defines the bits that the others must
// match.
#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define ISA ref
#define LANES ((size_t)1)

typedef double VEC;
typedef uint64_t BITS;
typedef bool MASK;

#define vec_all(value) (value)
#define vec_load(p) (*(p))
#define vec_store(p, x) (*(p) = (x))
#define vec_load_f32(p) ((double)*(p))
#define vec_store_f32(p, x) (*(p) = (float)(x))
// No tails: a lane is an element.
#define vec_load_tail(p, count) vec_load(p)
#define vec_store_tail(p, count, x) vec_store(p, x)
#define vec_load_tail_f32(p, count) vec_load_f32(p)
#define vec_store_tail_f32(p, count, x) vec_store_f32(p, x)

#define vec_add(a, b) ((a) + (b))
#define vec_sub(a, b) ((a) - (b))
#define vec_mul(a, b) ((a) * (b))
#define vec_div(a, b) ((a) / (b))
#define vec_sqrt sqrt
#define vec_fma fma
#define vec_fms(a, b, c) fma(a, b, -(c))
#define vec_fnma(a, b, c) fma(-(a), b, c)
#define vec_abs fabs
#define vec_copysign copysign
#define vec_less(a, b) ((a) < (b))
#define vec_is_nan(x) ((x) != (x))
#define vec_select(mask, yes, no) ((mask) ? (yes) : (no))
#define vec_any(mask) (mask)

static inline VEC vec_min(VEC a, VEC b)
{
    return a < b ? a : b;
}

static inline VEC vec_max(VEC a, VEC b)
{
    return a > b ? a : b;
}

static inline BITS vec_bits(VEC value)
{
    BITS bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline VEC vec_from_bits(BITS bits)
{
    VEC value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define bits_all(value) (value)
#define bits_add(a, b) ((a) + (b))
#define bits_sub(a, b) ((a) - (b))
#define bits_and(a, b) ((a) & (b))
#define bits_shl(a, count) ((a) << (count))
#define bits_shr(a, count) ((a) >> (count))

#define FLT_LANES ((size_t)1)

typedef float FLT;
typedef uint32_t FLTBITS;

static inline FLT flt_min(FLT a, FLT b)
{
    return a < b ? a : b;
}

static inline FLT flt_max(FLT a, FLT b)
{
    return a > b ? a : b;
}

static inline FLTBITS flt_bits(FLT value)
{
    FLTBITS bits;
    memcpy(&bits, &value, sizeof bits);
    return bits;
}

static inline FLT flt_from_bits(FLTBITS bits)
{
    FLT value;
    memcpy(&value, &bits, sizeof value);
    return value;
}

#define flt_all(value) (value)
#define flt_load(p) (*(p))
#define flt_store(p, x) (*(p) = (x))
#define flt_load_tail(p, count) flt_load(p)
#define flt_store_tail(p, count, x) flt_store(p, x)
#define flt_add(a, b) ((a) + (b))
#define flt_sub(a, b) ((a) - (b))
#define flt_mul(a, b) ((a) * (b))
#define flt_fma fmaf
#define flt_fnma(a, b, c) fmaf(-(a), b, c)
#define fltbits_all(value) ((FLTBITS)(value))
#define fltbits_add(a, b) ((a) + (b))
#define fltbits_sub(a, b) ((a) - (b))
#define fltbits_shl(a, count) ((a) << (count))
#define fltbits_shr(a, count) ((a) >> (count))

#include "kern/elementary/elementary_map.h"
