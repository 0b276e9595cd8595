// SPDX-License-Identifier: Apache-2.0
// Laws that every covariance estimator obeys: symmetric to the bit, permuting assets permutes,
// scaling by a power of two scales exactly (far out of the range of fourth moments too), positive
// variances of random portfolios, and the trace that shrinkage keeps. EWMA against its own
// definition.
#include "unit/factor_fixture.h"

enum { METHODS = NACRE_COV_MP_CLIP + 1 };

/// QIS has no estimate for two periods of few assets' worth of rank; it is asked elsewhere.
static bool applies(nacre_covariance_method method, const factor_case *c)
{
    return method != NACRE_COV_QIS || c->periods > 2;
}

static void test_symmetric_permuted(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t c = 0; c < FACTOR_CASES; c++) {
        size_t n = factor_cases[c].assets, periods = factor_cases[c].periods;
        double *returns = make_returns(periods, n, n), *turned = make_doubles(periods * n);
        for (size_t t = 0; t < periods; t++)
            for (size_t i = 0; i < n; i++)
                turned[t * n + i] = returns[t * n + (i * 3 + 1) % n];
        for (int m = 0; m < METHODS && n % 3 != 0; m++) {
            nacre_covariance_method method = (nacre_covariance_method)m;
            if (!applies(method, &factor_cases[c]))
                continue;
            double *a = covariance_of(ctx, periods, n, returns, n, method, NULL);
            double *b = covariance_of(ctx, periods, n, turned, n, method, NULL);
            double tolerance = 1e-12 * digest_of(n, n, a, n).trace;
            for (size_t i = 0; i < n; i++) {
                for (size_t j = 0; j < n; j++) {
                    double moved = a[((i * 3 + 1) % n) * n + (j * 3 + 1) % n];
                    assert_true(a[i * n + j] == a[j * n + i]);
                    assert_near(b[i * n + j], moved, tolerance,
                                nacre_covariance_method_name(method));
                }
            }
            free(a);
            free(b);
        }
        free(turned);
        free(returns);
    }
    nacre_ctx_destroy(ctx);
}

static void test_scaling(void **state)
{
    (void)state;
    static const int exponents[] = {-400, -1, 1, 400};
    nacre_ctx *ctx = make_ctx();
    size_t n = 13, periods = 60;
    double *returns = make_returns(periods, n, n), *scaled = make_doubles(periods * n);
    for (int m = 0; m < METHODS; m++) {
        nacre_covariance_method method = (nacre_covariance_method)m;
        nacre_covariance_info plain, moved;
        double *a = covariance_of(ctx, periods, n, returns, n, method, &plain);
        for (size_t e = 0; e < sizeof exponents / sizeof exponents[0]; e++) {
            for (size_t i = 0; i < periods * n; i++)
                scaled[i] = ldexp(returns[i], exponents[e]);
            double *b = covariance_of(ctx, periods, n, scaled, n, method, &moved);
            for (size_t i = 0; i < n * n; i++)
                assert_true(b[i] == ldexp(a[i], 2 * exponents[e]));
            assert_memory_equal(&plain.shrinkage, &moved.shrinkage, sizeof plain.shrinkage);
            free(b);
        }
        free(a);
    }
    free(scaled);
    free(returns);
    nacre_ctx_destroy(ctx);
}

static void test_trace_and_positive(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t c = 0; c < FACTOR_CASES; c++) {
        size_t n = factor_cases[c].assets, periods = factor_cases[c].periods;
        double *returns = make_returns(periods, n, n);
        double *sample = covariance_of(ctx, periods, n, returns, n, NACRE_COV_SAMPLE, NULL);
        double trace = digest_of(n, n, sample, n).trace;
        assert_true(trace > 0.0);
        for (int m = 0; m < METHODS; m++) {
            nacre_covariance_method method = (nacre_covariance_method)m;
            if (method == NACRE_COV_EWMA || !applies(method, &factor_cases[c]))
                continue;
            nacre_covariance_info info;
            double *a = covariance_of(ctx, periods, n, returns, n, method, &info);
            assert_near(digest_of(n, n, a, n).trace, trace, 1e-13 * trace, "trace");
            assert_true(isnan(info.shrinkage) || (info.shrinkage >= 0.0 && info.shrinkage <= 1.0));
            for (size_t p = 0; p < 50; p++) {
                double variance = 0.0;
                for (size_t i = 0; i < n; i++)
                    for (size_t j = 0; j < n; j++)
                        variance += formula(p, i) * a[i * n + j] * formula(p, j);
                assert_true(variance > -1e-15 * trace);
            }
            free(a);
        }
        free(sample);
        free(returns);
    }
    nacre_ctx_destroy(ctx);
}

/// S_t = lambda S_(t-1) + r r', over the sum of the weights.
static void test_ewma_recursion(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    size_t n = 13, periods = 60;
    double *returns = make_returns(periods, n, n), *s = make_doubles(n * n), sum = 0.0;
    nacre_covariance_options options;
    nacre_covariance_options_init(&options);
    options.method = NACRE_COV_EWMA;
    options.lambda = 0.8;
    double *out = make_doubles(n * n);
    assert_int_equal(nacre_covariance(ctx, periods, n, returns, n, &options, out, NULL, NULL), 0);
    for (size_t t = 0; t < periods; t++) {
        sum = 0.8 * sum + 1.0;
        for (size_t i = 0; i < n * n; i++)
            s[i] = 0.8 * s[i] + returns[t * n + i / n] * returns[t * n + i % n];
    }
    for (size_t i = 0; i < n * n; i++)
        assert_near(out[i], s[i] / sum, 1e-15, "ewma");
    free(out);
    free(s);
    free(returns);
    nacre_ctx_destroy(ctx);
}

/// Doubling the history changes the sample by its divisor only; the two LW weights fall.
static void test_more_data_shrinks_less(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    size_t n = 13, periods = 60;
    double *twice = make_doubles(2 * periods * n), *once = make_returns(periods, n, n);
    memcpy(twice, once, periods * n * sizeof *once);
    memcpy(twice + periods * n, once, periods * n * sizeof *once);
    for (int m = NACRE_COV_LW_IDENTITY; m <= (int)NACRE_COV_LW_CONSTANT_CORRELATION; m++) {
        nacre_covariance_info few, many;
        nacre_covariance_method method = (nacre_covariance_method)m;
        free(covariance_of(ctx, periods, n, once, n, method, &few));
        free(covariance_of(ctx, 2 * periods, n, twice, n, method, &many));
        assert_true(few.shrinkage > 0.0 && many.shrinkage < 0.6 * few.shrinkage);
    }
    free(once);
    free(twice);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_symmetric_permuted),     cmocka_unit_test(test_scaling),
        cmocka_unit_test(test_trace_and_positive),     cmocka_unit_test(test_ewma_recursion),
        cmocka_unit_test(test_more_data_shrinks_less),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
