// SPDX-License-Identifier: Apache-2.0
// Equilibrium returns of seven stock markets as published by He & Litterman, "The Intuition Behind
// Black-Litterman Model Portfolios" (1999): tables 1 and 2 (correlations, volatilities, market
// weights, returns in per cent to one decimal), risk aversion 2.5. Their views on the same markets,
// tau 0.05, against tests/oracle/black_litterman.py, which inverts precisions where the library
// updates; and what holds in closed form.
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

// Germany over France and the UK by 5 %, weighted as the market; Canada over the USA by 3 %.
static const double pick[2 * COUNTRIES] = {
    0.0,  0.0, -0.052 / 0.176,
    1.0,  0.0, -0.124 / 0.176,
    0.0, //
    0.0,  1.0, 0.0,
    0.0,  0.0, 0.0,
    -1.0,
};
static const double expected[2] = {0.05, 0.03};

// tests/oracle/black_litterman.py
static const struct {
    size_t views;
    double confidence[2];
    double figure[COUNTRIES][3]; // mean, its standard deviation, weight; per cent
} oracle[] = {
    {1,
     {0.5},
     {
         {4.328187682010, 16.385501319215, 1.523809523810},
         {7.575790302894, 20.779621335424, 2.095238095238},
         {9.287497508126, 25.377290783889, -3.967802665540},
         {11.037475043678, 27.618461148876, 35.429485944904},
         {4.506244928720, 21.516609239442, 11.047619047619},
         {6.952869853313, 20.492172564008, -9.461683279364},
         {8.069433174144, 19.147800852101, 58.571428571429},
     }},
    {2,
     {0.5, 0.5},
     {
         {4.422315846292, 16.385125025379, 1.523809523809},
         {8.730004273546, 20.734958666362, 41.863263075577},
         {9.479622202420, 25.376278569616, -3.427867222618},
         {11.210749246009, 27.617704634892, 33.602012138090},
         {4.616430637870, 21.516216573400, 11.047619047619},
         {6.971817935513, 20.492160371717, -8.174144915473},
         {7.481684784279, 19.135242024043, 18.803403591090},
     }},
    {2,
     {0.8, 0.3},
     {
         {4.608769490913, 16.379567328421, 1.523809523810},
         {8.631734091960, 20.740967924416, 25.078732086518},
         {9.936470351273, 25.355776962666, -9.025182921139},
         {12.299573043460, 27.527460425247, 52.546772963856},
         {4.688109445847, 21.515213494905, 11.047619047619},
         {7.070875729552, 20.491132272696, -21.521590042717},
         {8.020134463558, 19.131348637678, 35.587934580148},
     }},
};

static void fill_covariance(double *covariance)
{
    for (size_t i = 0; i < COUNTRIES; i++)
        for (size_t j = 0; j < COUNTRIES; j++)
            covariance[i * COUNTRIES + j] =
                (i > j ? correlation[i][j] : correlation[j][i]) * volatility[i] * volatility[j];
}

typedef struct market_state {
    nacre_ctx *ctx;
    double covariance[COUNTRIES * COUNTRIES], implied[COUNTRIES];
} market_state;

static int open_market(void **state)
{
    static market_state market_now;
    market_now = (market_state){0};
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    fill_covariance(market_now.covariance);
    *state = &market_now;
    return nacre_ctx_create(&options, &market_now.ctx, NULL) ||
           nacre_portfolio_equilibrium(COUNTRIES, market_now.covariance, market, 2.5,
                                       market_now.implied, NULL);
}

static int close_market(void **state)
{
    nacre_ctx_destroy(((market_state *)*state)->ctx);
    return 0;
}

static void he_litterman(void **state)
{
    (void)state;
    double covariance[COUNTRIES * COUNTRIES], implied[COUNTRIES];
    fill_covariance(covariance);
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

static void posterior_oracle(void **state)
{
    market_state *now = *state;
    for (size_t c = 0; c < sizeof oracle / sizeof oracle[0]; c++) {
        double mean[COUNTRIES], covariance[COUNTRIES * COUNTRIES];
        const nacre_portfolio_views views = {.count = oracle[c].views,
                                             .pick = pick,
                                             .expected = expected,
                                             .confidence = oracle[c].confidence};
        assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance,
                                                   now->implied, &views, 0.05, mean, covariance,
                                                   NULL),
                         NACRE_OK);
        for (size_t i = 0; i < COUNTRIES; i++) {
            double deviation = sqrt(covariance[i * COUNTRIES + i]), demand = 0.0;
            assert_true(fabs(100.0 * mean[i] - oracle[c].figure[i][0]) < 1e-11);
            assert_true(fabs(100.0 * deviation - oracle[c].figure[i][1]) < 1e-11);
            // The oracle's weights are optimal for our moments: 2.5 S w = mean.
            for (size_t j = 0; j < COUNTRIES; j++)
                demand += 0.025 * covariance[i * COUNTRIES + j] * oracle[c].figure[j][2];
            assert_true(fabs(demand - mean[i]) < 1e-13);
        }
    }
}

/// The default confidence is He & Litterman's Omega = diag(tau P S P'), given here as variances.
/// Their result: without limits, an asset that no view names is held at market weight / (1 + tau).
static void posterior_variances(void **state)
{
    market_state *now = *state;
    double a[COUNTRIES], b[COUNTRIES], variance[2] = {0.0}, covariance[COUNTRIES * COUNTRIES];
    for (size_t v = 0; v < 2; v++)
        for (size_t i = 0; i < COUNTRIES; i++)
            for (size_t j = 0; j < COUNTRIES; j++)
                variance[v] += 0.05 * pick[v * COUNTRIES + i] * now->covariance[i * COUNTRIES + j] *
                               pick[v * COUNTRIES + j];
    nacre_portfolio_views views = {.count = 2, .pick = pick, .expected = expected};
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, now->implied,
                                               &views, 0.05, a, covariance, NULL),
                     NACRE_OK);
    views.variance = variance;
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, now->implied,
                                               &views, 0.05, b, NULL, NULL),
                     NACRE_OK);
    for (size_t i = 0; i < COUNTRIES; i++)
        assert_true(fabs(a[i] - b[i]) < 1e-15);
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.method = NACRE_PORTFOLIO_UTILITY;
    problem.assets = COUNTRIES;
    problem.covariance = covariance;
    problem.mean = a;
    problem.risk_aversion = 2.5;
    problem.min_weight = -10.0;
    problem.max_weight = 10.0;
    problem.budget = 1.0 / 1.05; // the weights sum to it of themselves: the views are differences
    nacre_portfolio_result *result;
    assert_int_equal(nacre_portfolio_optimize(now->ctx, &problem, &result, NULL), NACRE_OK);
    assert_true(fabs(result->weights[0] - market[0] / 1.05) < 1e-7); // Australia
    assert_true(fabs(result->weights[4] - market[4] / 1.05) < 1e-7); // Japan
    assert_true(fabs(100.0 * result->weights[3] - oracle[1].figure[3][2]) < 1e-5);
    nacre_portfolio_result_destroy(now->ctx, result);
}

static void posterior_extremes(void **state)
{
    market_state *now = *state;
    double mean[COUNTRIES], covariance[COUNTRIES * COUNTRIES];
    nacre_portfolio_views views = {.count = 0};
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, now->implied,
                                               &views, 0.05, mean, covariance, NULL),
                     NACRE_OK);
    for (size_t i = 0; i < COUNTRIES; i++)
        assert_true(mean[i] == now->implied[i]);
    for (size_t i = 0; i < COUNTRIES * COUNTRIES; i++)
        assert_true(fabs(covariance[i] - 1.05 * now->covariance[i]) < 1e-17);

    const double certain[2] = {1.0, 1.0};
    views = (nacre_portfolio_views){
        .count = 2, .pick = pick, .expected = expected, .confidence = certain};
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, now->implied,
                                               &views, 0.05, mean, covariance, NULL),
                     NACRE_OK);
    for (size_t v = 0; v < 2; v++) {
        double met = 0.0, open = 0.0, all = 0.0;
        for (size_t i = 0; i < COUNTRIES; i++) {
            met += pick[v * COUNTRIES + i] * mean[i];
            for (size_t j = 0; j < COUNTRIES; j++) {
                double both = pick[v * COUNTRIES + i] * pick[v * COUNTRIES + j];
                open += both * covariance[i * COUNTRIES + j];
                all += both * now->covariance[i * COUNTRIES + j];
            }
        }
        assert_true(fabs(met - expected[v]) < 1e-15);
        assert_true(fabs(open - all) < 1e-15); // nothing of the view is left uncertain
    }
    // `mean` may be the equilibrium itself, and a view that expects it changes nothing.
    memcpy(mean, now->implied, sizeof mean);
    const double agreed = now->implied[1] - now->implied[6];
    views = (nacre_portfolio_views){.count = 1, .pick = pick + COUNTRIES, .expected = &agreed};
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, mean, &views,
                                               0.05, mean, NULL, NULL),
                     NACRE_OK);
    for (size_t i = 0; i < COUNTRIES; i++)
        assert_true(fabs(mean[i] - now->implied[i]) < 1e-16);
}

static void posterior_refuses(const market_state *now, nacre_portfolio_views views, double tau,
                              nacre_status status, const char *text)
{
    double mean[COUNTRIES] = {42.0}, covariance[COUNTRIES * COUNTRIES] = {43.0};
    nacre_error err = {0};
    assert_int_equal(nacre_portfolio_posterior(now->ctx, COUNTRIES, now->covariance, now->implied,
                                               &views, tau, mean, covariance, &err),
                     status);
    if (!strstr(err.message, text))
        fail_msg("\"%s\" is not in \"%s\"", text, err.message);
    assert_true(mean[0] == 42.0 && covariance[0] == 43.0);
}

static void posterior_bad_input(void **state)
{
    const market_state *now = *state;
    const char *const names[] = {"europe", "america"};
    const double twice[2 * COUNTRIES] = {[0] = 1.0, [COUNTRIES] = 2.0}, nothing[COUNTRIES] = {0.0};
    const double certain[2] = {1.0, 1.0}, none[2] = {0.5, 0.0}, over[2] = {1.5, 0.5};
    const double negative[2] = {0.1, -0.1}, broken[2] = {0.05, (double)NAN};
    double broken_pick[2 * COUNTRIES] = {[0] = 1.0, [COUNTRIES + 3] = (double)INFINITY};
    const nacre_portfolio_views good = {
        .count = 2, .names = names, .pick = pick, .expected = expected};
    nacre_portfolio_views bad = good;
    posterior_refuses(now, good, 0.0, NACRE_E_ARG, "tau 0");
    posterior_refuses(now, good, (double)NAN, NACRE_E_ARG, "tau");
    bad.confidence = none;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "view america: confidence 0");
    bad.confidence = over;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "view europe: confidence 1.5");
    bad.variance = negative;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "variances or confidences");
    bad.confidence = NULL;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "view america: variance -0.1");
    bad = good;
    bad.expected = broken;
    posterior_refuses(now, bad, 0.05, NACRE_E_NONFINITE, "view america expects nan");
    bad = good;
    bad.pick = broken_pick;
    posterior_refuses(now, bad, 0.05, NACRE_E_NONFINITE, "america: coefficient of asset 3 is inf");
    bad = good;
    bad.pick = twice;
    bad.confidence = certain;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "view america repeats or contradicts");
    bad = good;
    bad.count = 1;
    bad.names = NULL;
    bad.pick = nothing;
    posterior_refuses(now, bad, 0.05, NACRE_E_ARG, "view 0 has variance 0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(he_litterman),       cmocka_unit_test(bad_input),
        cmocka_unit_test(posterior_oracle),   cmocka_unit_test(posterior_variances),
        cmocka_unit_test(posterior_extremes), cmocka_unit_test(posterior_bad_input),
    };
    return cmocka_run_group_tests(tests, open_market, close_market);
}
