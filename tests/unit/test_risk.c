// SPDX-License-Identifier: Apache-2.0
// The risk engine by hand: tables whose arithmetic is shown, published quantiles and regions, and
// bad input. Monte Carlo has its own file, tests/property/test_risk_simulation.c.
#include "nacre/risk.h"

#include "core_context.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <math.h>
#include <stdio.h>
#include <string.h>

static core_memory memory;
static nacre_ctx context;

#define assert_close(got, want, bound)                                                             \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (bound)))                                                      \
            fail_msg("%s:%d: %.17g, expected %.17g", __FILE__, __LINE__, got_, want_);             \
    } while (0)

static int begin(void **state)
{
    (void)state;
    context = core_test_context(&memory);
    return 0;
}

static int end(void **state)
{
    (void)state;
    assert_int_equal(atomic_load(&memory.live), 0);
    return 0;
}

// Ten losses 0.01 .. 0.10 in disorder.
static const double ten[10] = {0.03, 0.10, 0.01, 0.07, 0.05, 0.02, 0.09, 0.04, 0.08, 0.06};

/// level 0.75: tail mass 2.5; F(0.08) = 0.8 is the first >= 0.75, so VaR = 0.08;
/// ES = (0.10 + 0.09 + 0.5 * 0.08) / 2.5 = 0.092 (Acerbi & Tasche's fraction).
static void test_historical_fraction(void **state)
{
    (void)state;
    nacre_risk_figure var, es;
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.75, &var, &es, NULL), NACRE_OK);
    assert_close(var.value, 0.08, 0);
    assert_close(es.value, 0.092, 1e-15);
    // Var(L | tail) = (1 * 0.008^2 + 1 * 0.002^2 + 0.5 * 0.012^2) / 2.5 = 1.4e-4 / 2.5 = 5.6e-5;
    // error = sqrt((5.6e-5 + 0.75 * 0.012^2) / 2.5) = sqrt(1.64e-4 / 2.5)
    assert_close(es.standard_error, sqrt(1.64e-4 / 2.5), 1e-15);
    assert_close(es.high - es.low, 2 * 1.959963984540054 * es.standard_error, 1e-15);
}

/// level 0.8: mass 2 exactly; F(0.08) = 0.8 >= 0.8, so VaR = 0.08 and ES = (0.10 + 0.09) / 2.
/// level 0.9: 1 - 0.9 is a rounding below 0.1, and must still be one observation of ten.
static void test_historical_whole(void **state)
{
    (void)state;
    nacre_risk_figure var, es;
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.8, &var, &es, NULL), NACRE_OK);
    assert_close(var.value, 0.08, 0);
    assert_close(es.value, 0.095, 1e-15);
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.9, &var, &es, NULL), NACRE_OK);
    assert_close(var.value, 0.09, 0);
    assert_close(es.value, 0.10, 1e-15);
    assert_true(isinf(var.high));
    assert_true(isnan(var.standard_error));
}

/// The interval's ranks for the median of n = 10: P(B <= 1) = 11/1024 = 1.07 %, P(B <= 2) = 56/1024
/// = 5.5 %, so ranks 2 and 9 (Conover 1999, table A3, the same for p = 0.5): 0.02 and 0.09.
static void test_order_interval(void **state)
{
    (void)state;
    nacre_risk_figure var, es;
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.5, &var, &es, NULL), NACRE_OK);
    assert_close(var.value, 0.05, 0);
    assert_close(var.low, 0.02, 0);
    assert_close(var.high, 0.09, 0);
    assert_close(var.standard_error, 0.07 / (2 * 1.959963984540054), 1e-15);
}

static void test_historical_bad(void **state)
{
    (void)state;
    nacre_risk_figure var = {.value = 7}, es = {.value = 7};
    nacre_error err;
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.95, &var, &es, &err),
                     NACRE_E_SHAPE);
    assert_non_null(strstr(err.message, "at least 20"));
    assert_int_equal(nacre_risk_historical(&context, 0, ten, 0.5, &var, &es, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_historical(&context, 1, ten, 0.99, &var, &es, &err),
                     NACRE_E_SHAPE); // one day
    const double bad[3] = {0, (double)NAN, 1};
    assert_int_equal(nacre_risk_historical(&context, 3, bad, 0.5, &var, &es, &err),
                     NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "loss 1"));
    static const double levels[] = {0, 1, -1, 2, (double)NAN};
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(nacre_risk_historical(&context, 10, ten, levels[i], &var, &es, &err),
                         NACRE_E_ARG);
    assert_close(var.value, 7, 0);
    assert_close(es.value, 7, 0);
    atomic_store(&memory.fail_at, atomic_load(&memory.requests) + 1);
    assert_int_equal(nacre_risk_historical(&context, 10, ten, 0.5, &var, &es, &err), NACRE_E_NOMEM);
    atomic_store(&memory.fail_at, 0);
}

/// Standard tables: z 0.95 = 1.644854, 0.975 = 1.959964, 0.99 = 2.326348 (Abramowitz & Stegun,
/// table 26.5); ES = phi(z) / (1 - level): 2.062713, 2.337803, 2.665214 (McNeil, Frey & Embrechts
/// 2005).
static void test_parametric_normal(void **state)
{
    (void)state;
    static const double rows[3][3] = {
        {0.95, 1.644854, 2.062713}, {0.975, 1.959964, 2.337803}, {0.99, 2.326348, 2.665214}};
    for (size_t i = 0; i < 3; i++) {
        double var, es;
        assert_int_equal(
            nacre_risk_parametric(NACRE_RISK_NORMAL, 0.5, 2, 0, rows[i][0], &var, &es, NULL),
            NACRE_OK);
        assert_close(var, 2 * rows[i][1] - 0.5, 2e-6);
        assert_close(es, 2 * rows[i][2] - 0.5, 2e-6);
    }
}

/// Quantiles of Student's t, NIST/SEMATECH e-Handbook of Statistical Methods, table 1.3.6.7.2 (one
/// side): rows nu, 0.90, 0.95, 0.975, 0.99, 0.995, 0.999.
static void test_parametric_t(void **state)
{
    (void)state;
    static const double levels[6] = {0.90, 0.95, 0.975, 0.99, 0.995, 0.999};
    static const double rows[5][7] = {
        {3, 1.638, 2.353, 3.182, 4.541, 5.841, 10.215},
        {4, 1.533, 2.132, 2.776, 3.747, 4.604, 7.173},
        {5, 1.476, 2.015, 2.571, 3.365, 4.032, 5.894},
        {10, 1.372, 1.812, 2.228, 2.764, 3.169, 4.144},
        {30, 1.310, 1.697, 2.042, 2.457, 2.750, 3.385},
    };
    for (size_t i = 0; i < 5; i++)
        for (size_t j = 0; j < 6; j++) {
            double var, es, nu = rows[i][0], scale = sqrt((nu - 2) / nu);
            assert_int_equal(nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0, 1 / scale, nu,
                                                   levels[j], &var, &es, NULL),
                             NACRE_OK);
            // The handbook cuts 10.2145 up and 7.1732 down: three decimals, half of the last one.
            assert_close(var, rows[i][j + 1], 6e-4);
            // Closed form at nu = 4 for the density, else only that ES lies beyond VaR.
            assert_true(es > var);
        }
}

/// nu = 4, one-sided: F(t) = 1/2 + (3/8) s (1 - s^2/12 ... ) has the closed quantile 2 sqrt(c - 1)
/// with a = 4 p (1 - p), c = cos(acos(sqrt a) / 3) / sqrt a (Shaw 2006); the tail integral of t
/// f(t) is f(t) (nu + t^2) / (nu - 1) with f(t) = (3/8) (1 + t^2/4)^-2.5.
static void test_parametric_t4(void **state)
{
    (void)state;
    static const double levels[] = {0.6, 0.9, 0.99, 0.999, 0.999999};
    for (size_t i = 0; i < 5; i++) {
        double p = levels[i], a = 4 * p * (1 - p);
        double t = 2 * sqrt(cos(acos(sqrt(a)) / 3) / sqrt(a) - 1);
        double tail = 0.375 * pow(1 + t * t / 4, -2.5) * (4 + t * t) / 3 / (1 - p);
        double var, es, scale = sqrt(0.5);
        assert_int_equal(
            nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0, 1 / scale, 4, p, &var, &es, NULL),
            NACRE_OK);
        assert_close(var, t, 1e-12 * t + 1e-14);
        assert_close(es, tail, 1e-12 * tail);
        assert_int_equal(
            nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0, 1 / scale, 4, 1 - p, &var, &es, NULL),
            NACRE_OK);
        assert_close(var, -t, 1e-9 * t);
    }
}

static void test_parametric_bad(void **state)
{
    (void)state;
    double var = 7, es = 7;
    nacre_error err;
    assert_int_equal(nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0, 1, 2, 0.99, &var, &es, &err),
                     NACRE_E_ARG);
    assert_int_equal(nacre_risk_parametric(NACRE_RISK_NORMAL, 0, -1, 2, 0.99, &var, &es, &err),
                     NACRE_E_ARG);
    assert_int_equal(
        nacre_risk_parametric(NACRE_RISK_NORMAL, 0, (double)NAN, 2, 0.99, &var, &es, &err),
        NACRE_E_NONFINITE);
    assert_int_equal(nacre_risk_parametric(NACRE_RISK_NORMAL, 0, 1, 2, 1, &var, &es, &err),
                     NACRE_E_ARG);
    assert_close(var + es, 14, 0);
    assert_int_equal(nacre_risk_parametric(NACRE_RISK_NORMAL, 0.01, 0, 0, 0.99, &var, &es, &err),
                     NACRE_OK); // zero volatility: the mean
    assert_close(var, -0.01, 0);
    assert_close(es, -0.01, 0);
}

/// z = -2.326348, s = -0.5, k = 2: z + (z^2-1) s/6 + (z^3-3z) k/24 - (2z^3-5z) s^2/36
/// = -2.326348 - 0.367657976 - 0.467564...; computed here in the same terms from the table's z.
static void test_cornish_fisher(void **state)
{
    (void)state;
    nacre_risk_cornish_fisher_result result;
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, 0, 0, 0.99, &result, NULL), NACRE_OK);
    assert_int_equal(result.outcome, NACRE_RISK_CF_VALID);
    assert_close(result.var, 2.326348, 1e-6);
    // z^2 = 5.411895, z^3 = -12.589951: terms 4.411895 * -0.5/6 = -0.367658,
    // (-12.589951 + 6.979044) * 2/24 = -0.467576, -(-25.179902 + 11.63174) * 0.25/36 = 0.094084
    assert_int_equal(nacre_risk_cornish_fisher(0.01, 2, -0.5, 2, 0.99, &result, NULL), NACRE_OK);
    assert_int_equal(result.outcome, NACRE_RISK_CF_VALID);
    assert_close(result.var, -(0.01 + 2 * (-2.326348 - 0.367658 - 0.467576 + 0.094084)), 1e-5);
    // Outside its domain: skewness 3 with no kurtosis; kurtosis 12 alone (k <= 8 is Maillard's
    // bound).
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, 3, 0, 0.99, &result, NULL), NACRE_OK);
    assert_int_equal(result.outcome, NACRE_RISK_CF_INVALID_DOMAIN);
    assert_true(isnan(result.var));
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, 0, 7.9, 0.99, &result, NULL), NACRE_OK);
    assert_int_equal(result.outcome, NACRE_RISK_CF_VALID);
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, 0, 8.1, 0.99, &result, NULL), NACRE_OK);
    assert_int_equal(result.outcome, NACRE_RISK_CF_INVALID_DOMAIN);
    nacre_error err;
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, (double)NAN, 0, 0.99, &result, &err),
                     NACRE_E_NONFINITE);
    assert_int_equal(nacre_risk_cornish_fisher(0, -1, 0, 0, 0.99, &result, &err), NACRE_E_ARG);
    assert_int_equal(nacre_risk_cornish_fisher(0, 1, 0, 0, 1, &result, &err), NACRE_E_ARG);
}

/// 1, 2, 3, 4, 10: mean 4, squares 9+4+1+0+36 = 50, cubes -27-8-1+216 = 180, fourths
/// 81+16+1+1296 = 1394; m2 = 10, skewness 36/10^1.5, kurtosis 278.8/100.
static void test_moments(void **state)
{
    (void)state;
    const double r[5] = {1, 2, 3, 4, 10}, same[3] = {0.1, 0.1, 0.1};
    nacre_risk_moments m;
    assert_int_equal(nacre_risk_moments_of(5, r, &m, NULL), NACRE_OK);
    assert_close(m.mean, 4, 1e-15);
    assert_close(m.deviation, sqrt(12.5), 1e-15);
    assert_close(m.skewness, 36 / pow(10, 1.5), 1e-15);
    assert_close(m.excess_kurtosis, 2.788 - 3, 1e-15);
    assert_close(m.deviation_error, sqrt(1.788 / 20), 1e-15);
    assert_int_equal(nacre_risk_moments_of(3, same, &m, NULL), NACRE_OK);
    assert_close(m.deviation, 0, 0);
    nacre_error err;
    assert_int_equal(nacre_risk_moments_of(1, r, &m, &err), NACRE_E_SHAPE);
    const double bad[2] = {1, (double)INFINITY};
    assert_int_equal(nacre_risk_moments_of(2, bad, &m, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "return 1"));
}

/// lambda 0.5: 0.04 -> 0.5 * 0.04 + 0.5 * 0.01 = 0.025 -> 0.5 * 0.025 + 0.5 * 0.09 = 0.0575
static void test_ewma(void **state)
{
    (void)state;
    const double r[3] = {-0.2, 0.1, 0.3};
    double s;
    assert_int_equal(nacre_risk_ewma_variance(1, r, 0.5, &s, NULL), NACRE_OK);
    assert_close(s, 0.04, 1e-17);
    assert_int_equal(nacre_risk_ewma_variance(3, r, 0.5, &s, NULL), NACRE_OK);
    assert_close(s, 0.0575, 1e-16);
    nacre_error err;
    assert_int_equal(nacre_risk_ewma_variance(0, r, 0.5, &s, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_ewma_variance(3, r, 1, &s, &err), NACRE_E_ARG);
    const double bad[2] = {1, (double)NAN};
    assert_int_equal(nacre_risk_ewma_variance(2, bad, 0.9, &s, &err), NACRE_E_NONFINITE);
}

/// Each method's figure is its own closed form on the series' own moments.
static void test_series(void **state)
{
    (void)state;
    double r[40], squares[40];
    for (int i = 0; i < 40; i++)
        r[i] = 0.01 * sin(1.7 * i) + (i == 11 ? -0.06 : 0);
    nacre_risk_moments m;
    assert_int_equal(nacre_risk_moments_of(40, r, &m, NULL), NACRE_OK);
    nacre_risk_series_options options;
    nacre_risk_series_options_init(&options);
    assert_close(options.level, 0.99, 0);
    options.level = 0.95;
    nacre_risk_figure var, es;
    double nu, want_var, want_es, s;
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, NULL), NACRE_OK);
    assert_true(isnan(nu));
    assert_true(var.value > 0.009 && es.value > 0.03);
    options.method = NACRE_RISK_PARAMETRIC_NORMAL;
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, NULL), NACRE_OK);
    assert_int_equal(nacre_risk_parametric(NACRE_RISK_NORMAL, 0, m.deviation, 0, 0.95, &want_var,
                                           &want_es, NULL),
                     NACRE_OK);
    assert_close(var.value, want_var, 0);
    assert_close(es.value, want_es, 0);
    assert_close(var.standard_error, want_var * m.deviation_error, 1e-17);
    options.sample_mean = true;
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, NULL), NACRE_OK);
    assert_close(var.value, want_var - m.mean, 1e-17);
    options.sample_mean = false;
    options.method = NACRE_RISK_EWMA;
    assert_int_equal(nacre_risk_ewma_variance(40, r, 0.94, &s, NULL), NACRE_OK);
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, NULL), NACRE_OK);
    assert_close(var.value, sqrt(s) * 1.6448536269514722, 1e-15);
    options.method = NACRE_RISK_PARAMETRIC_T;
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, NULL), NACRE_OK);
    for (int i = 0; i < 40; i++)
        squares[i] = (r[i] - m.mean) * (r[i] - m.mean) / (m.deviation * m.deviation);
    double fitted;
    assert_int_equal(nacre_risk_fit_nu(40, squares, 1, &fitted, NULL), NACRE_OK);
    assert_close(nu, fitted, 1e-5 * fitted);
    assert_true(nu < 20); // the outlier
    nacre_error err;
    const double flat[12] = {0};
    assert_int_equal(nacre_risk_series(&context, 12, flat, &options, &var, &es, &nu, &err),
                     NACRE_E_ARG);
    assert_non_null(strstr(err.message, "constant"));
    options.method = (nacre_risk_method)9;
    assert_int_equal(nacre_risk_series(&context, 40, r, &options, &var, &es, &nu, &err),
                     NACRE_E_ARG);
    assert_string_equal(nacre_risk_method_name(NACRE_RISK_EWMA), "ewma");
    assert_null(nacre_risk_method_name((nacre_risk_method)4));
}

/// Quantiles of a t with nu = 4 at (i + 1/2)/n, standardised to variance 1, are as good a t sample
/// as there is: the fit must find about 4. A normal's end at the upper edge.
static void test_fit_nu(void **state)
{
    (void)state;
    enum { N = 4000 };
    static double squares[N];
    double nu;
    for (int i = 0; i < N; i++) {
        double p = (i + 0.5) / N, a = 4 * p * (1 - p);
        double t = 2 * sqrt(cos(acos(sqrt(a)) / 3) / sqrt(a) - 1);
        squares[i] = t * t / 2; // the variance of t with nu = 4 is 2
    }
    assert_int_equal(nacre_risk_fit_nu(N, squares, 1, &nu, NULL), NACRE_OK);
    assert_close(nu, 4, 0.1);
    for (int i = 0; i < N; i++) {
        double var, es;
        assert_int_equal(
            nacre_risk_parametric(NACRE_RISK_NORMAL, 0, 1, 0, (i + 0.5) / N, &var, &es, NULL),
            NACRE_OK);
        squares[i] = var * var;
    }
    assert_int_equal(nacre_risk_fit_nu(N, squares, 1, &nu, NULL), NACRE_OK);
    assert_true(nu > 0.9 * NACRE_RISK_NU_MAX);
    nacre_error err;
    assert_int_equal(nacre_risk_fit_nu(9, squares, 1, &nu, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_fit_nu(N, squares, 0, &nu, &err), NACRE_E_SHAPE);
    squares[3] = -1;
    assert_int_equal(nacre_risk_fit_nu(N, squares, 1, &nu, &err), NACRE_E_ARG);
    squares[3] = (double)NAN;
    assert_int_equal(nacre_risk_fit_nu(N, squares, 1, &nu, &err), NACRE_E_NONFINITE);
}

/// Two assets, sigma 0.1 and 0.2, correlation 0.5, w = (0.6, 0.4):
/// S w = (0.006 + 0.004, 0.006 + 0.016) = (0.010, 0.022); w'Sw = 0.0148.
static void test_components(void **state)
{
    (void)state;
    const double w[2] = {0.6, 0.4}, s[6] = {0.01, 0.01, (double)NAN, 0.01, 0.04, (double)NAN};
    double c[2], deviation;
    assert_int_equal(nacre_risk_components(&context, 2, w, s, 3, 2, c, &deviation, NULL), NACRE_OK);
    assert_close(deviation, sqrt(0.0148), 1e-16);
    assert_close(c[0], 2 * 0.0060 / sqrt(0.0148), 1e-15);
    assert_close(c[1], 2 * 0.0088 / sqrt(0.0148), 1e-15);
    const double none[2] = {0, 0}, bad[2] = {1, (double)NAN};
    nacre_error err;
    assert_int_equal(nacre_risk_components(&context, 2, none, s, 3, 2, c, NULL, &err), NACRE_E_ARG);
    assert_int_equal(nacre_risk_components(&context, 2, bad, s, 3, 2, c, NULL, &err),
                     NACRE_E_NONFINITE);
    assert_int_equal(nacre_risk_components(&context, 2, w, s, 2, 2, c, NULL, &err),
                     NACRE_E_NONFINITE); // the padding is NaN
}

/// Losses of w = (1, 1): rows (0.1, 0), (0, 0.3), (-0.2, 0.4), (0.05, -0.1), level 0.6: mass 1.6;
/// sorted -0.05, 0.1, 0.2, 0.3; F(0.2) = 0.75: VaR 0.2; ES (0.3 + 0.6 * 0.2) / 1.6 = 0.2625;
/// component ES 1: (0 - 0.12) / 1.6 = -0.075; 2: (0.3 + 0.24) / 1.6 = 0.3375.
/// Band of 1: ranks 0.1, 0.2, 0.3, mean 0.2: component VaR (-0.1, 0.7) / 3.
static void test_historical_tail(void **state)
{
    (void)state;
    const double returns[8] = {-0.1, 0, 0, -0.3, 0.2, -0.4, -0.05, 0.1}, w[2] = {1, 1};
    double es[2], var[2];
    nacre_risk_tail tail = {.band = 1, .component_es = es, .component_var = var};
    assert_int_equal(nacre_risk_historical_tail(&context, 4, 2, returns, 2, w, 0.6, &tail, NULL),
                     NACRE_OK);
    assert_close(tail.var.value, 0.2, 1e-16);
    assert_close(tail.es.value, 0.2625, 1e-15);
    assert_close(es[0], -0.075, 1e-15);
    assert_close(es[1], 0.3375, 1e-15);
    assert_int_equal(tail.band, 1);
    assert_close(tail.band_mean, 0.2, 1e-15);
    assert_close(var[0], -0.1 / 3, 1e-15);
    assert_close(var[1], 0.7 / 3, 1e-15);
    nacre_error err;
    const double bad[2] = {0, (double)NAN};
    assert_int_equal(nacre_risk_historical_tail(&context, 4, 2, returns, 2, bad, 0.6, &tail, &err),
                     NACRE_E_NONFINITE);
}

static void test_horizons(void **state)
{
    (void)state;
    const double r[3] = {0.1, -0.5, 1.0};
    double out[3];
    assert_int_equal(nacre_risk_overlapping(3, r, 2, out, NULL), NACRE_OK);
    assert_close(out[0], 1.1 * 0.5 - 1, 1e-16);
    assert_close(out[1], 0, 1e-16);
    assert_int_equal(nacre_risk_overlapping(3, r, 1, out, NULL), NACRE_OK);
    assert_memory_equal(out, r, sizeof r);
    nacre_error err;
    assert_int_equal(nacre_risk_overlapping(3, r, 4, out, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_overlapping(3, r, 0, out, &err), NACRE_E_SHAPE);
    const double bad[2] = {0, (double)NAN};
    assert_int_equal(nacre_risk_overlapping(2, bad, 1, out, &err), NACRE_E_NONFINITE);
    nacre_risk_figure one = {0.02, 0.001, 0.018, 0.022}, ten_days = nacre_risk_scaled(&one, 10);
    assert_close(ten_days.value, 0.02 * sqrt(10), 1e-17);
    assert_close(ten_days.standard_error, 0.001 * sqrt(10), 1e-17);
    assert_close(ten_days.low, 0.018 * sqrt(10), 1e-17);
    assert_close(ten_days.high, 0.022 * sqrt(10), 1e-17);
    double portfolio[2];
    const double three[3] = {1, 1, 1};
    const double panel[6] = {0.1, 0.2, (double)NAN, -0.1, 0.3, (double)NAN}, w[2] = {0.5, 0.25};
    assert_int_equal(nacre_risk_portfolio_returns(2, 2, panel, 3, w, portfolio, NULL), NACRE_OK);
    assert_close(portfolio[0], 0.1, 1e-16);
    assert_close(portfolio[1], 0.025, 1e-16);
    assert_int_equal(nacre_risk_portfolio_returns(2, 3, panel, 3, three, out, &err),
                     NACRE_E_NONFINITE);
}

static void test_stress(void **state)
{
    (void)state;
    // Bought at (0.5, 0.5): asset 1 grows to 0.9 * 1.1 = 0.99, asset 2 to 0.8 * 0.5 = 0.4.
    const double r[6] = {-0.1, -0.2, 0.1, -0.5, 0.3, 0.1}, w[2] = {0.5, 0.5};
    double parts[2], loss;
    assert_int_equal(nacre_risk_stress_window(3, 2, r, 2, w, 0, 2, parts, &loss, NULL), NACRE_OK);
    assert_close(parts[0], 0.005, 1e-16);
    assert_close(parts[1], 0.3, 1e-16);
    assert_close(loss, 0.305, 1e-16);
    nacre_error err;
    assert_int_equal(nacre_risk_stress_window(3, 2, r, 2, w, 2, 2, parts, &loss, &err),
                     NACRE_E_SHAPE);
    // Windows of two: 1 - 0.9*0.8 = 0.28, 1 - 0.8*0.9 = 0.28 (the first wins), 1 - 0.9*1.2 < 0
    const double series[4] = {-0.1, -0.2, -0.1, 0.2};
    size_t first = 9;
    assert_int_equal(nacre_risk_worst_window(4, series, 2, &first, &loss, NULL), NACRE_OK);
    assert_close(loss, 0.28, 1e-15);
    assert_in_range(first, 0, 1);
    assert_int_equal(nacre_risk_worst_window(4, series, 1, &first, &loss, NULL), NACRE_OK);
    assert_int_equal(first, 1);
    assert_int_equal(nacre_risk_worst_window(4, series, 5, &first, &loss, &err), NACRE_E_SHAPE);
    // B = ((1, 2), (3, -1)), w = (0.5, 0.5): exposures 2 and 0.5; shock (-0.1, 0.2): 0.2 - 0.1
    const double b[4] = {1, 2, 3, -1}, shock[2] = {-0.1, 0.2};
    assert_int_equal(nacre_risk_stress_factors(2, 2, b, 2, w, shock, parts, &loss, NULL), NACRE_OK);
    assert_close(parts[0], 0.2, 1e-16);
    assert_close(parts[1], -0.1, 1e-16);
    assert_close(loss, 0.1, 1e-16);
    const double bad[2] = {(double)NAN, 0};
    assert_int_equal(nacre_risk_stress_factors(2, 2, b, 2, w, bad, parts, &loss, &err),
                     NACRE_E_NONFINITE);
}

static void test_limits(void **state)
{
    (void)state;
    nacre_risk_limit limits[3] = {
        {.name = "var99", .value = 0.02, .limit = 0.025},
        {.name = "es975", .value = 0.03, .limit = 0.02},
        {.name = "exact", .value = 0.5, .limit = 0.5},
    };
    size_t breaches;
    assert_int_equal(nacre_risk_check_limits(3, limits, &breaches, NULL), NACRE_OK);
    assert_int_equal(breaches, 1);
    assert_close(limits[0].use, 0.8, 1e-15);
    assert_false(limits[0].breached);
    assert_true(limits[1].breached);
    assert_false(limits[2].breached);
    nacre_error err;
    limits[1].value = (double)NAN;
    assert_int_equal(nacre_risk_check_limits(3, limits, &breaches, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "es975"));
    limits[1].value = 1;
    limits[2].limit = 0;
    assert_int_equal(nacre_risk_check_limits(3, limits, &breaches, &err), NACRE_E_ARG);
}

/// Non-rejection regions at 95 %, Kupiec 1995, table 3 (as in Jorion, Value at Risk): p, and the
/// exclusive bounds for T = 255, 510, 1000. The first cell is printed as N < 7 alone, but its own
/// statistic at N = 0, -2 * 255 ln 0.99 = 5.13, lies above 3.84; the bound here is 0 for that
/// reason.
static void test_kupiec_regions(void **state)
{
    (void)state;
    static const size_t days[3] = {255, 510, 1000};
    static const double tails[3] = {0.01, 0.025, 0.05};
    static const int bounds[3][3][2] = {
        {{0, 7}, {1, 11}, {4, 17}}, {{2, 12}, {6, 21}, {15, 36}}, {{6, 21}, {16, 36}, {37, 65}}};
    for (size_t p = 0; p < 3; p++)
        for (size_t t = 0; t < 3; t++)
            for (int n = 0; n < 120; n++) {
                nacre_risk_test test;
                assert_int_equal(nacre_risk_kupiec(days[t], (size_t)n, tails[p], &test, NULL),
                                 NACRE_OK);
                bool inside = n > bounds[p][t][0] && n < bounds[p][t][1];
                if (inside != (test.p_value > 0.05))
                    fail_msg("p %g, T %zu, N %d: p-value %g", tails[p], days[t], n, test.p_value);
            }
    nacre_risk_test test;
    nacre_error err;
    assert_int_equal(nacre_risk_kupiec(255, 0, 0.01, &test, NULL), NACRE_OK);
    assert_close(test.statistic, 5.12567, 1e-5); // 510 * 0.0100503359
    assert_int_equal(nacre_risk_kupiec(10, 11, 0.01, &test, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_kupiec(0, 0, 0.01, &test, &err), NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_kupiec(10, 1, 1, &test, &err), NACRE_E_ARG);
}

/// 0 0 1 1 0 0 0 0 1: transitions 00: 4, 01: 2, 11: 1, 10: 1; pi = 3/8, pi0 = 1/3, pi1 = 1/2.
static void test_christoffersen(void **state)
{
    (void)state;
    const bool hits[9] = {0, 0, 1, 1, 0, 0, 0, 0, 1};
    nacre_risk_test independence, conditional;
    assert_int_equal(nacre_risk_christoffersen(9, hits, 0.25, &independence, &conditional, NULL),
                     NACRE_OK);
    double free = 4 * log(2.0 / 3) + 2 * log(1.0 / 3) + 2 * log(0.5);
    double bound = 5 * log(5.0 / 8) + 3 * log(3.0 / 8);
    double null = 5 * log(0.75) + 3 * log(0.25);
    assert_close(independence.statistic, 2 * (free - bound), 1e-14);
    assert_close(conditional.statistic, 2 * (free - null), 1e-14);
    assert_close(conditional.p_value, exp(-(free - null)), 1e-14);
    // Published points of the chi-square distribution: 3.841 (1 degree) and 5.991 (2) at 5 %.
    assert_true((independence.p_value > 0.05) == (independence.statistic < 3.841459));
    const bool clustered[12] = {0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 0, 0};
    assert_int_equal(
        nacre_risk_christoffersen(12, clustered, 0.25, &independence, &conditional, NULL),
        NACRE_OK);
    assert_true(independence.p_value < 0.05);
    const bool none[4] = {0, 0, 0, 0};
    assert_int_equal(nacre_risk_christoffersen(4, none, 0.01, &independence, &conditional, NULL),
                     NACRE_OK);
    assert_close(independence.p_value, 1, 0);
    nacre_error err;
    assert_int_equal(nacre_risk_christoffersen(1, none, 0.01, &independence, &conditional, &err),
                     NACRE_E_SHAPE);
    assert_int_equal(nacre_risk_christoffersen(4, none, 0, &independence, &conditional, &err),
                     NACRE_E_ARG);
}

/// Basel's zones for 250 days: green 0-4, yellow 5-9, red from 10 on.
static void test_traffic_light(void **state)
{
    (void)state;
    for (size_t n = 0; n <= 250; n++) {
        nacre_risk_light light;
        assert_int_equal(nacre_risk_traffic_light(250, n, &light, NULL), NACRE_OK);
        assert_int_equal(light, n < 5    ? NACRE_RISK_GREEN
                                : n < 10 ? NACRE_RISK_YELLOW
                                         : NACRE_RISK_RED);
    }
    assert_string_equal(nacre_risk_light_name(NACRE_RISK_YELLOW), "yellow");
    nacre_risk_light light;
    nacre_error err;
    assert_int_equal(nacre_risk_traffic_light(250, 251, &light, &err), NACRE_E_SHAPE);
}

/// n = 4, level 0.75: n (1 - level) = 1; one loss beyond VaR, 0.3 against ES 0.2: 1 - 1.5 = -0.5.
static void test_acerbi_szekely(void **state)
{
    (void)state;
    const double losses[4] = {0.05, 0.3, -0.1, 0.1}, var[4] = {0.1, 0.1, 0.1, 0.1};
    double es[4] = {0.2, 0.2, 0.2, 0.2}, z2;
    assert_int_equal(nacre_risk_acerbi_szekely(4, losses, var, es, 0.75, &z2, NULL), NACRE_OK);
    assert_close(z2, -0.5, 1e-15);
    nacre_error err;
    es[2] = 0;
    assert_int_equal(nacre_risk_acerbi_szekely(4, losses, var, es, 0.75, &z2, &err), NACRE_E_ARG);
    es[2] = (double)NAN;
    assert_int_equal(nacre_risk_acerbi_szekely(4, losses, var, es, 0.75, &z2, &err),
                     NACRE_E_NONFINITE);
    assert_int_equal(nacre_risk_acerbi_szekely(0, losses, var, es, 0.75, &z2, &err), NACRE_E_SHAPE);
}

/// Window 2, lambda 0, EWMA: tomorrow's deviation is today's |return|; at level 0.84134 the
/// multiple is 1, so a day is an exception when it falls by more than yesterday moved.
static void test_backtest(void **state)
{
    (void)state;
    const double r[7] = {0.01, -0.02, -0.03, 0.01, -0.005, -0.02, 0.04};
    nacre_risk_series_options options;
    nacre_risk_series_options_init(&options);
    options.method = NACRE_RISK_EWMA;
    options.lambda = 0;
    options.level = 0.8413447460685429; // the normal CDF at 1
    double var[5], es[5];
    bool hits[5];
    nacre_risk_backtest result;
    assert_int_equal(
        nacre_risk_backtest_series(&context, 7, r, &options, 2, 5, var, es, hits, &result, NULL),
        NACRE_OK);
    for (int i = 0; i < 5; i++)
        assert_close(var[i], fabs(r[i + 1]), 1e-15);
    const bool want[5] = {1, 0, 0, 1, 0};
    assert_memory_equal(hits, want, sizeof want);
    assert_int_equal(result.observations, 5);
    assert_int_equal(result.exceptions, 2);
    assert_false(result.has_light);
    nacre_risk_test coverage;
    assert_int_equal(nacre_risk_kupiec(5, 2, 1 - options.level, &coverage, NULL), NACRE_OK);
    assert_close(result.coverage.p_value, coverage.p_value, 0);
    nacre_error err;
    assert_int_equal(
        nacre_risk_backtest_series(&context, 7, r, &options, 3, 5, var, es, hits, &result, &err),
        NACRE_E_SHAPE);
    // The future changes nothing: a crash on the last day leaves every forecast as it was.
    double changed[7], again[5];
    memcpy(changed, r, sizeof r);
    changed[6] = -0.9;
    assert_int_equal(nacre_risk_backtest_series(&context, 7, changed, &options, 2, 5, again, NULL,
                                                hits, &result, NULL),
                     NACRE_OK);
    assert_memory_equal(again, var, sizeof var);
    assert_true(hits[4]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_historical_fraction),
        TEST(test_historical_whole),
        TEST(test_order_interval),
        TEST(test_historical_bad),
        TEST(test_parametric_normal),
        TEST(test_parametric_t),
        TEST(test_parametric_t4),
        TEST(test_parametric_bad),
        TEST(test_cornish_fisher),
        TEST(test_moments),
        TEST(test_ewma),
        TEST(test_series),
        TEST(test_fit_nu),
        TEST(test_components),
        TEST(test_historical_tail),
        TEST(test_horizons),
        TEST(test_stress),
        TEST(test_limits),
        TEST(test_kupiec_regions),
        TEST(test_christoffersen),
        TEST(test_traffic_light),
        TEST(test_acerbi_szekely),
        TEST(test_backtest),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
