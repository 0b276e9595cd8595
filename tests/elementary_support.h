// SPDX-License-Identifier: Apache-2.0
// What the tests of the elementary functions share: every variant of every function from the lists,
// called through one signature, random arguments, and distances in units of the last place.
#ifndef NACRE_TESTS_ELEMENTARY_SUPPORT_H
#define NACRE_TESTS_ELEMENTARY_SUPPORT_H

#include "kern/elementary/elementary.h"

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW_BUILD 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW_BUILD 1
#endif

typedef struct elementary_function {
    const char *name;
    nacrei_op f32, f64;
    double bound_f32, bound_f64; ///< ulp, as elementary.h states
} elementary_function;

static const elementary_function elementary_functions[] = {
#define FUNCTION_ROW(name, bound_f32, bound_f64)                                                   \
    {#name, NACREI_OP_##name##_f32, NACREI_OP_##name##_f64, bound_f32, bound_f64},
    ELEMENTARY_FUNCTIONS(FUNCTION_ROW)
#undef FUNCTION_ROW
};
enum { FUNCTION_COUNT = sizeof elementary_functions / sizeof *elementary_functions };

/// Bytes of an element of the operation: 4 or 8; 0 when it is none of ours.
static inline size_t elementary_size(nacrei_op op)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (op == elementary_functions[i].f32)
            return sizeof(float);
        if (op == elementary_functions[i].f64)
            return sizeof(double);
    }
    return 0;
}

/// The error bound in ulp.
static inline double elementary_bound_ulp(nacrei_op op)
{
    for (size_t i = 0; i < FUNCTION_COUNT; i++) {
        if (op == elementary_functions[i].f32)
            return elementary_functions[i].bound_f32;
        if (op == elementary_functions[i].f64)
            return elementary_functions[i].bound_f64;
    }
    return 0.0;
}

/// All members of the union with these parameters have one type.
static inline void elementary_call(const nacrei_variant *variant, size_t n, const void *x, void *y)
{
    if (elementary_size(variant->op) == sizeof(float))
        variant->function.exp_f32(n, x, y);
    else
        variant->function.exp_f64(n, x, y);
}

static inline double elementary_call_f64(const nacrei_variant *variant, double x)
{
    double y = -1.0;
    variant->function.exp_f64(1, &x, &y);
    return y;
}

/// Every operation has a reference (tests/conform/test_conform_dispatch.c holds the lists to that).
static inline const nacrei_variant *elementary_reference(nacrei_op op)
{
    const nacrei_variant *one = nacrei_variants;
    while (one->op != op || one->isa != NACREI_ISA_ref)
        one++;
    return one;
}

/// The usable variant of the highest rank.
static inline const nacrei_variant *elementary_fastest(nacrei_op op)
{
    const nacrei_variant *best = elementary_reference(op);
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        if (one->op == op && (nacrei_cpu_isas() & (uint32_t)one->isa) && one->rank > best->rank)
            best = one;
    }
    return best;
}

static inline bool elementary_usable(const nacrei_variant *one)
{
    if (nacrei_cpu_isas() & (uint32_t)one->isa)
        return true;
    printf("SKIP %s: this CPU or system lacks %s\n", one->name, nacrei_isa_name(one->isa));
    return false;
}

/// xorshift64
static inline uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/// In (0, 1).
static inline double next_uniform(uint64_t *state)
{
    return ((double)(next_random(state) >> 11) + 0.5) * 0x1p-53;
}

/// Element i of the given size, NaN equal to NaN: payloads are excepted.
static inline bool same_element(const void *a, const void *b, size_t i, size_t size)
{
    if (size == sizeof(float)) {
        const float *x = a, *y = b;
        return memcmp(x + i, y + i, size) == 0 || (isnan(x[i]) && isnan(y[i]));
    }
    const double *x = a, *y = b;
    return memcmp(x + i, y + i, size) == 0 || (isnan(x[i]) && isnan(y[i]));
}

/// A unit of the last place of `value` in a format of that many bits whose least power is 2^lowest.
static inline double unit_in_last_place(double value, int bits, int lowest)
{
    int exponent;
    (void)frexp(value, &exponent);
    return ldexp(1.0, exponent - bits > lowest ? exponent - bits : lowest);
}

#endif
