// SPDX-License-Identifier: Apache-2.0
// The reference of kern/reduce/reduce.h, word for word, for one type: included by reduce_f32_ref.c
// and reduce_f64_ref.c, which say before:
//   REAL         the element
//   REAL_FMA     its correctly rounded fma
//   KERNEL(op)   the symbol
#ifndef NACREI_KERN_REDUCE_REF_H
#define NACREI_KERN_REDUCE_REF_H

#include "kern/reduce/reduce.h"
#include "kern/variants.h"

#include <math.h>

#define BLOCK NACREI_REDUCE_BLOCK
#define ROW (NACREI_REDUCE_ROW_BYTES / sizeof(REAL))
#define GROUP (NACREI_PREFIX_GROUP_BYTES / sizeof(REAL))

/// n up to a whole number of rows.
static size_t filled(size_t n)
{
    return (n + ROW - 1) / ROW * ROW;
}

static REAL fold(const REAL *x, size_t n)
{
    if (n == 1)
        return x[0];
    size_t left = nacrei_reduce_left(n, 1);
    return fold(x, left) + fold(x + left, n - left);
}

REAL KERNEL(sum)(size_t n, const REAL *x)
{
    if (n > BLOCK) {
        size_t left = nacrei_reduce_left(n, BLOCK);
        return KERNEL(sum)(left, x) + KERNEL(sum)(n - left, x + left);
    }
    REAL lane[ROW] = {0};
    for (size_t i = 0; i < filled(n); i++)
        lane[i % ROW] += i < n ? x[i] : 0;
    return fold(lane, ROW);
}

/// x has its elements `step` apart.
static REAL dot(size_t n, const REAL *x, size_t step, const REAL *y)
{
    if (n > BLOCK) {
        size_t left = nacrei_reduce_left(n, BLOCK);
        return dot(left, x, step, y) + dot(n - left, x + left * step, step, y + left);
    }
    REAL lane[ROW] = {0};
    for (size_t i = 0; i < filled(n); i++)
        lane[i % ROW] = REAL_FMA(i < n ? x[i * step] : 0, i < n ? y[i] : 0, lane[i % ROW]);
    return fold(lane, ROW);
}

REAL KERNEL(dot)(size_t n, const REAL *x, const REAL *y)
{
    return dot(n, x, 1, y);
}

void KERNEL(moments)(size_t n, const REAL *x, REAL pilot, REAL sums[2])
{
    if (n > BLOCK) {
        REAL right[2];
        size_t left = nacrei_reduce_left(n, BLOCK);
        KERNEL(moments)(left, x, pilot, sums);
        KERNEL(moments)(n - left, x + left, pilot, right);
        sums[0] += right[0];
        sums[1] += right[1];
        return;
    }
    REAL first[ROW] = {0}, second[ROW] = {0};
    for (size_t i = 0; i < filled(n); i++) {
        REAL d = i < n ? x[i] - pilot : 0;
        first[i % ROW] += d;
        second[i % ROW] = REAL_FMA(d, d, second[i % ROW]);
    }
    sums[0] = fold(first, ROW);
    sums[1] = fold(second, ROW);
}

void KERNEL(prefix)(size_t n, const REAL *x, REAL *y)
{
    REAL base = 0, carry = 0;
    for (size_t i = 0; i < n; i += GROUP) {
        if (i && i % BLOCK == 0) {
            base += carry;
            carry = 0;
        }
        size_t count = n - i < GROUP ? n - i : GROUP;
        REAL v[GROUP] = {0};
        for (size_t j = 0; j < count; j++)
            v[j] = x[i + j];
        for (size_t s = 1; s < GROUP; s *= 2) {
            for (size_t j = 0; j < GROUP; j++) {
                if (j & s)
                    v[j] = v[j / (2 * s) * (2 * s) + s - 1] + v[j];
            }
        }
        for (size_t j = 0; j < count; j++)
            y[i + j] = base + (carry + v[j]);
        carry += v[GROUP - 1];
    }
}

void KERNEL(gemv)(bool transpose, size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                  const REAL *x, REAL beta, REAL *y)
{
    size_t outputs = transpose ? n : m;
    for (size_t i = 0; i < outputs; i++) {
        REAL acc = transpose ? dot(m, m ? a + i : a, lda, x) : dot(n, n ? a + i * lda : a, 1, x);
        y[i] = beta == 0 ? alpha * acc : REAL_FMA(alpha, acc, beta * y[i]);
    }
}

#endif
