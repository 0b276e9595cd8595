// SPDX-License-Identifier: Apache-2.0
// What the tests of the factor engine share: a context, the integer formula of
// tests/oracle/factor_oracle.py for returns, and its digest of a matrix.
#ifndef NACRE_TESTS_FACTOR_FIXTURE_H
#define NACRE_TESTS_FACTOR_FIXTURE_H

#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct factor_case {
    const char *name;
    size_t periods, assets;
} factor_case;

static const factor_case factor_cases[] = {
    {"tall", 60, 13},
    {"wide", 25, 40},
    {"square", 21, 20},
    {"two_periods", 2, 5},
};
#define FACTOR_CASES (sizeof factor_cases / sizeof factor_cases[0])

static inline const factor_case *find_case(const char *name)
{
    for (size_t i = 0; i < FACTOR_CASES; i++)
        if (strcmp(factor_cases[i].name, name) == 0)
            return &factor_cases[i];
    fail_msg("no case %s", name);
    return factor_cases;
}

static inline nacre_ctx *make_ctx(void)
{
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    return ctx;
}

static inline double *make_doubles(size_t count)
{
    double *values = calloc(count ? count : 1, sizeof *values);
    assert_non_null(values);
    return values;
}

static inline double formula(size_t t, size_t i)
{
    long own = (long)((i * i * 7 + t * t * 11 + i * t * 13 + i * 37 + t * 101) % 997) - 498;
    long market = (long)((t * t * 17 + t * 29) % 199) - 99;
    return (double)(own * (1 + (long)(i % 3)) + 6 * market) / 25000.0;
}

/// periods x assets with `ld` columns; the columns after `assets` are NaN and must never be read.
static inline double *make_returns(size_t periods, size_t assets, size_t ld)
{
    double *returns = make_doubles(periods * ld);
    for (size_t t = 0; t < periods; t++)
        for (size_t i = 0; i < ld; i++)
            returns[t * ld + i] = i < assets ? formula(t, i) : (double)NAN;
    return returns;
}

/// Covariance by one method; fails the test when the call fails.
static inline double *covariance_of(nacre_ctx *ctx, size_t periods, size_t assets,
                                    const double *returns, size_t ld,
                                    nacre_covariance_method method, nacre_covariance_info *info)
{
    nacre_covariance_options options;
    nacre_error err = {0};
    nacre_covariance_options_init(&options);
    options.method = method;
    double *out = make_doubles(assets * assets);
    if (nacre_covariance(ctx, periods, assets, returns, ld, &options, out, info, &err))
        fail_msg("%s: %s", nacre_covariance_method_name(method), err.message);
    return out;
}

typedef struct digest {
    double trace, norm, weighted, corner;
} digest;

static inline digest digest_of(size_t rows, size_t columns, const double *a, size_t lda)
{
    digest d = {.corner = a[columns - 1]};
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++) {
            double value = a[i * lda + j];
            d.trace += i == j ? value : 0.0;
            d.norm += value * value;
            d.weighted += value * (double)(1 + (3 * i + 7 * j) % 11);
        }
    }
    d.norm = sqrt(d.norm);
    return d;
}

static inline void assert_near(double value, double expected, double tolerance, const char *what)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%s: %.17g instead of %.17g, tolerance %g", what, value, expected, tolerance);
}

#endif
