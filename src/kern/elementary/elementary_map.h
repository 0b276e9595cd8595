// SPDX-License-Identifier: Apache-2.0
// All elementary functions of one instruction set, included by its file, which says before:
//   ISA                   its name in the lists
//   LANES                 f64 elements of a vector
//   VEC, BITS, MASK       vector of doubles, of uint64_t, and what a comparison gives
//   vec_all, vec_load, vec_store, vec_load_tail(p, count), vec_store_tail(p, count, x) and the same
//   with _f32, which widen floats and round to them
//   vec_add, vec_sub, vec_mul, vec_div, vec_sqrt, vec_fma (ab + c), vec_fms (ab - c),
//   vec_fnma (c - ab), vec_min (a < b ? a : b), vec_max (a > b ? a : b), vec_abs, vec_copysign
//   vec_less, vec_is_nan, vec_select(mask, yes, no), vec_any(mask)
//   vec_bits, vec_from_bits, bits_all, bits_add, bits_sub, bits_and, bits_shl, bits_shr
//   FLT_LANES, FLT, FLTBITS and flt_, fltbits_ for what elementary_exp_f32.h does in f32 lanes
// A new instruction set is one such file; a new function is one in elementary_f64.h, one in
// elementary_f32.h and a line here and in the lists.
#ifndef NACREI_KERN_ELEMENTARY_MAP_H
#define NACREI_KERN_ELEMENTARY_MAP_H

#include "kern/elementary/elementary.h"
#include "kern/elementary/elementary_coeff.h"

#include <math.h>

#define LANE static inline __attribute__((always_inline))

/// Adding it to a double below 2^51 rounds that to an integer, which the low bits then hold.
#define MAGIC 0x1.8p52
#define MAGIC_BITS UINT64_C(0x4338000000000000)
#define ONE_BITS UINT64_C(0x3ff0000000000000)
#define TWO_52_BITS UINT64_C(0x4330000000000000)
#define ROOT_HALF_BITS UINT64_C(0x3fe6a09e667f3bcd)
#define FRACTION_BITS UINT64_C(0x000fffffffffffff)
#define EXP_LIMIT 746.0     // exp(-746) is below half of 2^-1074
#define EXP_LIMIT_F32 105.0 // exp(-105) is below half of 2^-149
#define NDTR_LIMIT_F32 14.25
#define TANH_LIMIT 22.0 // 1 - tanh(22) is below half an ulp of 1

/// sum c[first + i step] t^i over the table's `count` entries
LANE VEC polynomial(const double *c, size_t count, size_t first, size_t step, VEC t)
{
    size_t i = first + (count - 1 - first) / step * step;
    VEC sum = vec_all(c[i]);
    _Pragma("GCC unroll 32") while (i > first)
    {
        i -= step;
        sum = vec_fma(sum, t, vec_all(c[i]));
    }
    return sum;
}
#define POLY(table, t) polynomial(table, sizeof(table) / sizeof *(table), 0, 1, t)
#define POLY_EACH_SECOND(table, first, t2)                                                         \
    polynomial(table, sizeof(table) / sizeof *(table), first, 2, t2)

#include "kern/elementary/elementary_exp_f32.h"
#include "kern/elementary/elementary_f64.h"

#include "kern/elementary/elementary_f32.h"

LANE void map_f64(size_t n, const double *x, double *y, VEC (*function)(VEC))
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES)
        vec_store(y + i, function(vec_load(x + i)));
    if (i < n)
        vec_store_tail(y + i, n - i, function(vec_load_tail(x + i, n - i)));
}

/// In f64 lanes.
LANE void map_f32(size_t n, const float *x, float *y, VEC (*function)(VEC))
{
    size_t i = 0;
    for (; n - i >= LANES; i += LANES)
        vec_store_f32(y + i, function(vec_load_f32(x + i)));
    if (i < n)
        vec_store_tail_f32(y + i, n - i, function(vec_load_tail_f32(x + i, n - i)));
}

/// In f32 lanes.
LANE void map_flt(size_t n, const float *x, float *y, FLT (*function)(FLT))
{
    size_t i = 0;
    for (; n - i >= FLT_LANES; i += FLT_LANES)
        flt_store(y + i, function(flt_load(x + i)));
    if (i < n)
        flt_store_tail(y + i, n - i, function(flt_load_tail(x + i, n - i)));
}

#define KERNEL_NAME(op, isa) nacrek_##op##__##isa
#define KERNEL(op, isa) KERNEL_NAME(op, isa)
#define KERNEL_F32(op, map)                                                                        \
    void KERNEL(op, ISA)(size_t n, const float *x, float *y)                                       \
    {                                                                                              \
        map(n, x, y, op);                                                                          \
    }
#define KERNEL_F64(op)                                                                             \
    void KERNEL(op, ISA)(size_t n, const double *x, double *y)                                     \
    {                                                                                              \
        map_f64(n, x, y, op);                                                                      \
    }

KERNEL_F32(exp_f32, map_flt)
KERNEL_F32(log_f32, map_f32)
KERNEL_F32(ndtr_f32, map_f32)
KERNEL_F32(ndtri_f32, map_f32)
KERNEL_F32(tanh_f32, map_f32)
KERNEL_F32(sigmoid_f32, map_f32)
KERNEL_F64(exp_f64)
KERNEL_F64(log_f64)
KERNEL_F64(ndtr_f64)
KERNEL_F64(ndtri_f64)
KERNEL_F64(tanh_f64)
KERNEL_F64(sigmoid_f64)

#endif
