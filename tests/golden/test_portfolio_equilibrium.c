// SPDX-License-Identifier: Apache-2.0
// Equilibrium returns of seven stock markets as published by He & Litterman, "The Intuition Behind
// Black-Litterman Model Portfolios" (1999): tables 1 and 2 (correlations, volatilities, market
// weights, returns in per cent to one decimal), risk aversion 2.5.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { COUNTRIES = 7 };

// Australia, Canada, France, Germany, Japan, UK, USA
static const double correlation[COUNTRIES][COUNTRIES] = {
    {1.0},
    {0.488, 1.0},
    {0.478, 0.664, 1.0},
    {0.515, 0.655, 0.861, 1.0},
    {0.439, 0.310, 0.355, 0.354, 1.0},
    {0.512, 0.608, 0.783, 0.777, 0.405, 1.0},
    {0.491, 0.779, 0.668, 0.653, 0.306, 0.652, 1.0},
};
static const double volatility[COUNTRIES] = {0.160, 0.203, 0.248, 0.271, 0.210, 0.200, 0.187};
static const double market[COUNTRIES] = {0.016, 0.022, 0.052, 0.055, 0.116, 0.124, 0.615};
static const double published[COUNTRIES] = {3.9, 6.9, 8.4, 9.0, 4.3, 6.8, 7.6};

static void he_litterman(void **state)
{
    (void)state;
    double covariance[COUNTRIES * COUNTRIES], implied[COUNTRIES];
    for (size_t i = 0; i < COUNTRIES; i++)
        for (size_t j = 0; j < COUNTRIES; j++)
            covariance[i * COUNTRIES + j] =
                (i > j ? correlation[i][j] : correlation[j][i]) * volatility[i] * volatility[j];
    assert_int_equal(nacre_portfolio_equilibrium(COUNTRIES, covariance, market, 2.5, implied, NULL),
                     NACRE_OK);
    for (size_t i = 0; i < COUNTRIES; i++)
        assert_true(fabs(100.0 * implied[i] - published[i]) < 0.05);
}

static void bad_input(void **state)
{
    (void)state;
    double covariance[4] = {1.0, 0.0, 0.0, 1.0}, weights[2] = {0.5, 0.5}, out[2];
    nacre_error err = {0};
    covariance[2] = (double)NAN;
    assert_int_equal(nacre_portfolio_equilibrium(2, covariance, weights, 1.0, out, &err),
                     NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "1 and 0"));
    weights[1] = (double)INFINITY;
    assert_int_equal(nacre_portfolio_equilibrium(2, covariance, weights, 1.0, out, &err),
                     NACRE_E_NONFINITE);
    assert_int_equal(nacre_portfolio_equilibrium(2, covariance, weights, (double)NAN, out, &err),
                     NACRE_E_NONFINITE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(he_litterman),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
