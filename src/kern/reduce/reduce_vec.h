// SPDX-License-Identifier: Apache-2.0
// Reductions over vectors of any width, included by one file per instruction set and type, which
// says before:
//   KERNEL(op)      the symbol
//   REAL, REAL_FMA  the element and its fma
//   VEC, LANES      the vector and its elements
//   MOMENT_VECS     vectors of a row whose two moments are summed at a time: two accumulators each
//   vec_zero, vec_all, vec_load, vec_store, vec_add, vec_sub, vec_fma (a b + c)
//   vec_scan        the prefix sums of a vector by the tree of reduce.h
//   vec_last        every element the last one
// A row is NACREI_REDUCE_ROW_BYTES whatever the vector, so each vector of a row is some lanes, and
// a wider machine has fewer of them. A row that is not full goes through a buffer of zeros.
#ifndef NACREI_KERN_REDUCE_VEC_H
#define NACREI_KERN_REDUCE_VEC_H

#include "kern/reduce/reduce.h"

#include <stdbool.h>
#include <string.h>

#define BLOCK NACREI_REDUCE_BLOCK
#define ROW (NACREI_REDUCE_ROW_BYTES / sizeof(REAL))
#define ROW_VECS (ROW / LANES)
#define GROUP (NACREI_PREFIX_GROUP_BYTES / sizeof(REAL))
#define GROUP_VECS (GROUP / LANES)

#define REDUCE_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define REDUCE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define REDUCE_UNROLL _Pragma("GCC unroll 16")
#endif

/// The tree over the lanes of a block; `lane` is overwritten.
static REAL fold_lanes(REAL lane[ROW])
{
    for (size_t half = ROW / 2; half; half /= 2) {
        for (size_t i = 0; i < half; i++)
            lane[i] = lane[2 * i] + lane[2 * i + 1];
    }
    return lane[0];
}

REDUCE_INLINE void sum_row(const REAL *x, VEC acc[ROW_VECS])
{
    REDUCE_UNROLL
    for (size_t v = 0; v < ROW_VECS; v++)
        acc[v] = vec_add(acc[v], vec_load(x + v * LANES));
}

REDUCE_INLINE void dot_row(const REAL *x, const REAL *y, VEC acc[ROW_VECS])
{
    REDUCE_UNROLL
    for (size_t v = 0; v < ROW_VECS; v++)
        acc[v] = vec_fma(vec_load(x + v * LANES), vec_load(y + v * LANES), acc[v]);
}

REDUCE_INLINE REAL fold_vectors(const VEC acc[ROW_VECS])
{
    REAL lane[ROW];
    REDUCE_UNROLL
    for (size_t v = 0; v < ROW_VECS; v++)
        vec_store(lane + v * LANES, acc[v]);
    return fold_lanes(lane);
}

static REAL sum_block(size_t n, const REAL *x)
{
    VEC acc[ROW_VECS];
    REDUCE_UNROLL
    for (size_t v = 0; v < ROW_VECS; v++)
        acc[v] = vec_zero();
    size_t whole = n / ROW * ROW;
    for (size_t i = 0; i < whole; i += ROW)
        sum_row(x + i, acc);
    if (whole < n) {
        REAL last[ROW] = {0};
        memcpy(last, x + whole, (n - whole) * sizeof *x);
        sum_row(last, acc);
    }
    return fold_vectors(acc);
}

REAL KERNEL(sum)(size_t n, const REAL *x)
{
    if (n <= BLOCK)
        return sum_block(n, x);
    size_t left = nacrei_reduce_left(n, BLOCK);
    REAL first = KERNEL(sum)(left, x); // in order of address, as prefetchers like it
    return first + KERNEL(sum)(n - left, x + left);
}

static REAL dot_block(size_t n, const REAL *x, const REAL *y)
{
    VEC acc[ROW_VECS];
    REDUCE_UNROLL
    for (size_t v = 0; v < ROW_VECS; v++)
        acc[v] = vec_zero();
    size_t whole = n / ROW * ROW;
    for (size_t i = 0; i < whole; i += ROW)
        dot_row(x + i, y + i, acc);
    if (whole < n) {
        REAL last_x[ROW] = {0}, last_y[ROW] = {0};
        memcpy(last_x, x + whole, (n - whole) * sizeof *x);
        memcpy(last_y, y + whole, (n - whole) * sizeof *y);
        dot_row(last_x, last_y, acc);
    }
    return fold_vectors(acc);
}

REAL KERNEL(dot)(size_t n, const REAL *x, const REAL *y)
{
    if (n <= BLOCK)
        return dot_block(n, x, y);
    size_t left = nacrei_reduce_left(n, BLOCK);
    REAL first = KERNEL(dot)(left, x, y);
    return first + KERNEL(dot)(n - left, x + left, y + left);
}

REDUCE_INLINE void moments_row(const REAL *x, VEC pilot, VEC first[MOMENT_VECS],
                               VEC second[MOMENT_VECS])
{
    REDUCE_UNROLL
    for (size_t v = 0; v < MOMENT_VECS; v++) {
        VEC d = vec_sub(vec_load(x + v * LANES), pilot);
        first[v] = vec_add(first[v], d);
        second[v] = vec_fma(d, d, second[v]);
    }
}

static void moments_block(size_t n, const REAL *x, REAL pilot, REAL sums[2])
{
    REAL lane_first[ROW], lane_second[ROW], last[ROW] = {0};
    const VEC p = vec_all(pilot);
    size_t whole = n / ROW * ROW;
    for (size_t i = whole; i < n; i++)
        last[i - whole] = x[i] - pilot;
    for (size_t start = 0; start < ROW; start += MOMENT_VECS * LANES) {
        VEC first[MOMENT_VECS], second[MOMENT_VECS];
        REDUCE_UNROLL
        for (size_t v = 0; v < MOMENT_VECS; v++)
            first[v] = second[v] = vec_zero();
        for (size_t i = start; i < whole; i += ROW)
            moments_row(x + i, p, first, second);
        if (whole < n)
            moments_row(last + start, vec_zero(), first, second);
        REDUCE_UNROLL
        for (size_t v = 0; v < MOMENT_VECS; v++) {
            vec_store(lane_first + start + v * LANES, first[v]);
            vec_store(lane_second + start + v * LANES, second[v]);
        }
    }
    sums[0] = fold_lanes(lane_first);
    sums[1] = fold_lanes(lane_second);
}

void KERNEL(moments)(size_t n, const REAL *x, REAL pilot, REAL sums[2])
{
    if (n <= BLOCK) {
        moments_block(n, x, pilot, sums);
        return;
    }
    REAL right[2];
    size_t left = nacrei_reduce_left(n, BLOCK);
    KERNEL(moments)(left, x, pilot, sums);
    KERNEL(moments)(n - left, x + left, pilot, right);
    sums[0] += right[0];
    sums[1] += right[1];
}

/// One group from x to y; returns the carry behind it.
REDUCE_INLINE VEC prefix_group(const REAL *x, REAL *y, VEC base, VEC carry)
{
    VEC part[GROUP_VECS];
    REDUCE_UNROLL
    for (size_t v = 0; v < GROUP_VECS; v++)
        part[v] = vec_scan(vec_load(x + v * LANES));
    REDUCE_UNROLL
    for (size_t s = 1; s < GROUP_VECS; s *= 2) {
        REDUCE_UNROLL
        for (size_t v = s; v < GROUP_VECS; v++) {
            if (v & s)
                part[v] = vec_add(vec_last(part[v / (2 * s) * (2 * s) + s - 1]), part[v]);
        }
    }
    REDUCE_UNROLL
    for (size_t v = 0; v < GROUP_VECS; v++)
        vec_store(y + v * LANES, vec_add(base, vec_add(carry, part[v])));
    return vec_add(carry, vec_last(part[GROUP_VECS - 1]));
}

void KERNEL(prefix)(size_t n, const REAL *x, REAL *y)
{
    VEC base = vec_zero();
    while (n) {
        size_t count = n < BLOCK ? n : BLOCK, whole = count / GROUP * GROUP;
        VEC carry = vec_zero();
        for (size_t i = 0; i < whole; i += GROUP)
            carry = prefix_group(x + i, y + i, base, carry);
        if (whole < count) {
            REAL last[GROUP] = {0};
            memcpy(last, x + whole, (count - whole) * sizeof *x);
            (void)prefix_group(last, last, base, carry);
            memcpy(y + whole, last, (count - whole) * sizeof *y);
        }
        base = vec_add(base, carry);
        x += count;
        y += count;
        n -= count;
    }
}

#include "kern/reduce/gemv_vec.h"

#endif
