// SPDX-License-Identifier: Apache-2.0
// Portfolios against closed forms and by hand: every method, the limits one by one, what infeasible
// problems say, orders, and all that is refused. The laws are in property/test_portfolio_laws.c.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static nacre_ctx *ctx;

/// Three assets: volatilities 10, 20, 30 %, correlations 0.2, 0.1, -0.3.
static const double covariance3[9] = {0.01, 0.004, 0.003, 0.004, 0.04, -0.018, 0.003, -0.018, 0.09};
static const double mean3[3] = {0.03, 0.06, 0.08};
static const char *const names3[3] = {"AAA", "BBB", "CCC"};
static const double wide_lower[5] = {-10.0, -10.0, -10.0, -10.0, -10.0};
static const double wide_upper[5] = {10.0, 10.0, 10.0, 10.0, 10.0};

static nacre_portfolio_problem three(nacre_portfolio_method method)
{
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.method = method;
    problem.assets = 3;
    problem.names = names3;
    problem.covariance = covariance3;
    problem.mean = mean3;
    problem.max_weight = 1.0;
    return problem;
}

static nacre_portfolio_result *solve(const nacre_portfolio_problem *problem,
                                     nacre_portfolio_outcome outcome)
{
    nacre_portfolio_result *result = NULL;
    nacre_error err = {0};
    nacre_status status = nacre_portfolio_optimize(ctx, problem, &result, &err);
    if (status)
        print_error("%s\n", err.message);
    assert_int_equal(status, NACRE_OK);
    assert_string_equal(nacre_portfolio_outcome_name(result->outcome),
                        nacre_portfolio_outcome_name(outcome));
    return result;
}

static void near(double value, double expected, double tolerance)
{
    if (!(fabs(value - expected) <= tolerance))
        print_error("%.17g, expected %.17g\n", value, expected);
    assert_true(fabs(value - expected) <= tolerance);
}

/// The dual of that name; one of NaNs when it is not there, which fails every comparison.
static const nacre_portfolio_dual *find_dual(const nacre_portfolio_result *result, const char *name,
                                             const char *asset)
{
    for (size_t i = 0; i < result->dual_count; i++)
        if (strcmp(result->duals[i].constraint, name) == 0 &&
            (!asset || strcmp(result->duals[i].asset, asset) == 0))
            return result->duals + i;
    static const nacre_portfolio_dual absent = {.value = (double)NAN, .dual = (double)NAN};
    return &absent;
}

/// Cramer's rule for S x = b.
static void solve3(const double *s, const double *b, double *x)
{
    double det = 0.0;
    for (int column = -1; column < 3; column++) {
        double a[9];
        memcpy(a, s, sizeof a);
        for (int i = 0; column >= 0 && i < 3; i++)
            a[i * 3 + column] = b[i];
        double d = a[0] * (a[4] * a[8] - a[5] * a[7]) - a[1] * (a[3] * a[8] - a[5] * a[6]) +
                   a[2] * (a[3] * a[7] - a[4] * a[6]);
        if (column < 0)
            det = d;
        else
            x[column] = d / det;
    }
}

/// Without bounds: w = S^-1 1 / 1'S^-1 1, variance 1 / 1'S^-1 1, d variance / d budget = 2
/// variance.
static void minimum_variance(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_MIN_VARIANCE);
    problem.lower = wide_lower;
    problem.upper = wide_upper;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    const double one[3] = {1.0, 1.0, 1.0};
    double x[3];
    solve3(covariance3, one, x);
    double sum = x[0] + x[1] + x[2], share = 0.0;
    for (size_t i = 0; i < 3; i++) {
        near(result->weights[i], x[i] / sum, 1e-8);
        near(result->risk_share[i], result->weights[i], 1e-8); // all marginal risks are equal
        share += result->risk_share[i];
    }
    near(share, 1.0, 1e-14);
    near(result->variance, 1.0 / sum, 1e-10);
    near(result->objective, result->variance, 0.0);
    near(find_dual(result, "budget", NULL)->dual, 2.0 / sum, 1e-8);
    near(find_dual(result, "budget", NULL)->value, 1.0, 1e-9);
    near(result->expected_return, (x[0] * mean3[0] + x[1] * mean3[1] + x[2] * mean3[2]) / sum,
         1e-8);
    nacre_portfolio_result_destroy(ctx, result);
}

/// Unconstrained but for the budget: the least variance at a mean is a known parabola.
static void target_return(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_TARGET_RETURN);
    problem.lower = wide_lower;
    problem.upper = wide_upper;
    problem.target_return = 0.07;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    const double one[3] = {1.0, 1.0, 1.0};
    double x[3], y[3];
    solve3(covariance3, one, x);
    solve3(covariance3, mean3, y);
    double a = x[0] + x[1] + x[2], b = y[0] + y[1] + y[2];
    double c = y[0] * mean3[0] + y[1] * mean3[1] + y[2] * mean3[2];
    double variance = (a * 0.07 * 0.07 - 2.0 * b * 0.07 + c) / (a * c - b * b);
    near(result->variance, variance, 1e-9);
    near(result->expected_return, 0.07, 1e-9);
    near(find_dual(result, "target_return", NULL)->dual, 2.0 * (a * 0.07 - b) / (a * c - b * b),
         1e-7);
    nacre_portfolio_result_destroy(ctx, result);
}

/// Without budget pressure (free cash would be another matter): w = S^-1 (mean - nu 1) / gamma.
static void utility(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_UTILITY);
    problem.lower = wide_lower;
    problem.upper = wide_upper;
    problem.risk_aversion = 4.0;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    const double one[3] = {1.0, 1.0, 1.0};
    double x[3], y[3];
    solve3(covariance3, one, x);
    solve3(covariance3, mean3, y);
    double nu = (y[0] + y[1] + y[2] - 4.0) / (x[0] + x[1] + x[2]);
    for (size_t i = 0; i < 3; i++)
        near(result->weights[i], (y[i] - nu * x[i]) / 4.0, 1e-7);
    near(find_dual(result, "budget", NULL)->dual, nu, 1e-7); // one more unit of capital is worth nu
    near(result->objective, result->expected_return - 2.0 * result->variance, 1e-15);
    nacre_portfolio_result_destroy(ctx, result);
}

static void max_sharpe(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_MAX_SHARPE);
    problem.lower = wide_lower;
    problem.upper = wide_upper;
    problem.risk_free = 0.01;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    const double excess[3] = {0.02, 0.05, 0.07};
    double y[3];
    solve3(covariance3, excess, y);
    double sum = y[0] + y[1] + y[2];
    for (size_t i = 0; i < 3; i++)
        near(result->weights[i], y[i] / sum, 1e-7);
    near(result->objective, sqrt(y[0] * excess[0] + y[1] * excess[1] + y[2] * excess[2]), 1e-8);
    near(find_dual(result, "budget", NULL)->dual, 0.0, 1e-7); // the ratio does not depend on size
    nacre_portfolio_result_destroy(ctx, result);
}

static void no_positive_excess_return(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_MAX_SHARPE);
    problem.risk_free = 0.08;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN);
    assert_null(result->weights);
    assert_true(isnan(result->objective));
    nacre_portfolio_result_destroy(ctx, result);
    // One asset beats the rate, but a limit keeps the portfolio from holding it.
    const nacre_portfolio_row limit = {
        .name = "no_ccc", .coefficient = (const double[]){0.0, 0.0, 1.0}, .upper = 0.0};
    problem.risk_free = 0.07;
    problem.rows = &limit;
    problem.row_count = 1;
    result = solve(&problem, NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN);
    nacre_portfolio_result_destroy(ctx, result);
}

/// The benchmark itself is the answer when it is allowed; else the nearest in risk.
static void tracking_error(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_TRACKING_ERROR);
    const double benchmark[3] = {0.5, 0.3, 0.2};
    problem.benchmark = benchmark;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 3; i++)
        near(result->weights[i], benchmark[i], 1e-7);
    near(result->tracking_variance, 0.0, 1e-14);
    nacre_portfolio_result_destroy(ctx, result);
    const double upper[3] = {1.0, 1.0, 0.1};
    problem.upper = upper;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    // w3 = 0.1: active weights (a, 0.1 - a, -0.1), least variance by the derivative in a.
    double a = (0.1 * (0.04 - 0.004) + 0.1 * (0.003 + 0.018)) / (0.01 + 0.04 - 0.008);
    near(result->weights[0], 0.5 + a, 1e-7);
    near(result->weights[2], 0.1, 1e-7);
    assert_true(find_dual(result, "upper_bounds", "CCC")->dual < 0.0);
    nacre_portfolio_result_destroy(ctx, result);
    problem.benchmark = NULL;
    nacre_error err = {0};
    assert_int_equal(nacre_portfolio_optimize(ctx, &problem, &result, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "benchmark"));
}

/// Equal correlations: w ~ 1 / sigma whatever the correlation. Two assets: the same for any.
static void risk_parity(void **state)
{
    (void)state;
    const double sigma[5] = {0.1, 0.15, 0.2, 0.3, 0.7};
    double covariance[25], inverse = 0.0;
    for (size_t i = 0; i < 5; i++) {
        inverse += 1.0 / sigma[i];
        for (size_t j = 0; j < 5; j++)
            covariance[i * 5 + j] = sigma[i] * sigma[j] * (i == j ? 1.0 : 0.6);
    }
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.method = NACRE_PORTFOLIO_RISK_PARITY;
    problem.assets = 5;
    problem.covariance = covariance;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 5; i++) {
        near(result->weights[i], 1.0 / sigma[i] / inverse, 1e-14);
        near(result->risk_share[i], 0.2, 1e-14);
    }
    nacre_portfolio_result_destroy(ctx, result);
    const double budget[3] = {0.5, 0.2, 0.3};
    problem = three(NACRE_PORTFOLIO_RISK_PARITY);
    problem.risk_budget = budget;
    problem.budget = 2.0;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 3; i++)
        near(result->risk_share[i], budget[i], 1e-12);
    near(result->weights[0] + result->weights[1] + result->weights[2], 2.0, 1e-14);
    assert_true(result->qp.iterations < 30);
    nacre_portfolio_result_destroy(ctx, result);
}

/// Budget 1 with five assets of at most 0.1 each: 0.5 is missing, and both limits are to blame; a
/// group and a row that could be met are not.
static void infeasible(void **state)
{
    (void)state;
    double covariance[25] = {0};
    for (size_t i = 0; i < 5; i++)
        covariance[i * 5 + i] = 0.04;
    const nacre_portfolio_group group = {
        .name = "Tech", .member = (const size_t[]){0, 1}, .members = 2, .upper = 0.15};
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.assets = 5;
    problem.covariance = covariance;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_INFEASIBLE);
    assert_int_equal(result->conflict_count, 2);
    assert_string_equal(result->conflict[0], "budget");
    assert_string_equal(result->conflict[1], "upper_bounds");
    for (size_t i = 0; i < 5; i++)
        near(result->weights[i], 0.1, 1e-8);
    assert_int_equal(result->violation_count, 1);
    assert_string_equal(result->violation[0].constraint, "budget");
    near(result->violation[0].amount, 0.5, 1e-7);
    nacre_portfolio_result_destroy(ctx, result);
    // Looser bounds: the group becomes part of the conflict.
    problem.max_weight = 0.25;
    problem.groups = &group;
    problem.group_count = 1;
    result = solve(&problem, NACRE_PORTFOLIO_INFEASIBLE);
    assert_int_equal(result->conflict_count, 3);
    assert_string_equal(result->conflict[2], "Tech");
    near(result->violation[0].amount + result->violation[1].amount, 0.1, 1e-7);
    nacre_portfolio_result_destroy(ctx, result);
    problem.max_weight = 0.3;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    near(result->weights[0] + result->weights[1], 0.15, 1e-8);
    nacre_portfolio_result_destroy(ctx, result);
}

/// The target cannot be reached with what turnover allows from cash.
static void infeasible_target(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_TARGET_RETURN);
    const double holdings[3] = {1.0, 0.0, 0.0};
    problem.holdings = holdings;
    problem.max_turnover = 0.2; // a tenth of the capital moves: at most 0.035
    problem.target_return = 0.05;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_INFEASIBLE);
    bool turnover = false, target = false, upper = false;
    for (size_t i = 0; i < result->conflict_count; i++) {
        turnover |= strcmp(result->conflict[i], "turnover") == 0;
        target |= strcmp(result->conflict[i], "target_return") == 0;
        upper |= strcmp(result->conflict[i], "upper_bounds") == 0;
    }
    assert_true(turnover && target && !upper);
    nacre_portfolio_result_destroy(ctx, result);
    problem.target_return = 0.0349;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    assert_true(result->turnover <= 0.2 + 1e-8);
    nacre_portfolio_result_destroy(ctx, result);
}

/// Trading from h costs c a side: no trade while the gain of moving is below 2 c.
static void costs(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_UTILITY);
    const double holdings[3] = {0.4, 0.3, 0.3}, high[3] = {0.05, 0.05, 0.05},
                 low[3] = {0.001, 0.001, 0.001};
    problem.holdings = holdings;
    problem.cost = high;
    problem.risk_aversion = 3.0;
    nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 3; i++)
        near(result->weights[i], holdings[i], 1e-6);
    nacre_portfolio_result_destroy(ctx, result);
    problem.cost = low;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    assert_true(result->turnover > 0.05);
    near(result->cost, 0.001 * result->turnover, 1e-15);
    near(result->objective, result->expected_return - 1.5 * result->variance - result->cost, 1e-15);
    nacre_portfolio_result_destroy(ctx, result);
    // A limit on turnover that binds is used up.
    problem.max_turnover = 0.05;
    result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    near(result->turnover, 0.05, 1e-7);
    assert_true(find_dual(result, "turnover", NULL)->dual > 0.0);
    nacre_portfolio_result_destroy(ctx, result);
}

/// Two uncorrelated assets of variance a and b, held (x, 1 - x) after (h, 1 - h), cost c a side:
/// minimum variance a x^2 + b (1 - x)^2 + 2 c |x - h| has x = (b -+ c) / (a + b) or stays at h;
/// tracking (t, 1 - t) has x = t -+ c / (a + b); a limit on turnover stops at h +- limit / 2.
static void costs_of_two_assets(void **state)
{
    (void)state;
    const double covariance[4] = {0.01, 0.0, 0.0, 0.04}, cost[2] = {0.002, 0.002};
    const double benchmark[2] = {0.5, 0.5};
    static const struct {
        nacre_portfolio_method method;
        double held, limit, expected;
    } cases[] = {
        {NACRE_PORTFOLIO_MIN_VARIANCE, 0.2, (double)INFINITY, 0.038 / 0.05},
        {NACRE_PORTFOLIO_MIN_VARIANCE, 0.95, (double)INFINITY, 0.042 / 0.05},
        {NACRE_PORTFOLIO_MIN_VARIANCE, 0.79, (double)INFINITY, 0.79},
        {NACRE_PORTFOLIO_MIN_VARIANCE, 0.2, 0.3, 0.35},
        {NACRE_PORTFOLIO_TRACKING_ERROR, 0.2, (double)INFINITY, 0.5 - 0.04},
        {NACRE_PORTFOLIO_TRACKING_ERROR, 0.9, (double)INFINITY, 0.5 + 0.04},
        {NACRE_PORTFOLIO_TRACKING_ERROR, 0.52, (double)INFINITY, 0.52},
        {NACRE_PORTFOLIO_TRACKING_ERROR, 0.9, 0.2, 0.8},
    };
    for (size_t k = 0; k < sizeof cases / sizeof cases[0]; k++) {
        const double holdings[2] = {cases[k].held, 1.0 - cases[k].held};
        nacre_portfolio_problem problem;
        nacre_portfolio_problem_init(&problem);
        problem.method = cases[k].method;
        problem.assets = 2;
        problem.covariance = covariance;
        problem.max_weight = 1.0;
        problem.benchmark = benchmark;
        problem.holdings = holdings;
        problem.cost = cost;
        problem.max_turnover = cases[k].limit;
        nacre_portfolio_result *result = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
        double x = cases[k].expected, moved = 2.0 * fabs(x - cases[k].held), active = x - 0.5;
        near(result->weights[0], x, 1e-6);
        near(result->turnover, moved, 2e-6);
        near(result->cost, 0.002 * moved, 1e-8);
        near(result->tracking_variance, 0.05 * active * active, 1e-7);
        nacre_portfolio_result_destroy(ctx, result);
    }
}

/// The same risk given as factors and as a matrix, with a band on a factor's exposure.
static void factor_model(void **state)
{
    (void)state;
    const double exposures[8] = {1.0, 0.2, 0.9, -0.1, 1.2, 0.5, 0.8, -0.6};
    const double factor_covariance[4] = {0.02, 0.003, 0.003, 0.01};
    const double specific[4] = {0.01, 0.02, 0.015, 0.03};
    double covariance[16];
    for (size_t i = 0; i < 4; i++)
        for (size_t j = 0; j < 4; j++) {
            double sum = i == j ? specific[i] : 0.0;
            for (size_t f = 0; f < 2; f++)
                for (size_t g = 0; g < 2; g++)
                    sum +=
                        exposures[i * 2 + f] * factor_covariance[f * 2 + g] * exposures[j * 2 + g];
            covariance[i * 4 + j] = sum;
        }
    const nacre_portfolio_row band = {
        .name = "value", .coefficient = exposures + 1, .stride = 2, .lower = 0.1, .upper = 0.2};
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.assets = 4;
    problem.max_weight = 1.0;
    problem.rows = &band;
    problem.row_count = 1;
    problem.covariance = covariance;
    nacre_portfolio_result *full = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    problem.covariance = NULL;
    problem.exposures = exposures;
    problem.factor_covariance = factor_covariance;
    problem.specific_variance = specific;
    problem.factors = 2;
    nacre_portfolio_result *factors = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 4; i++)
        near(factors->weights[i], full->weights[i], 1e-7);
    near(factors->variance, full->variance, 1e-9);
    near(find_dual(full, "value", NULL)->value, 0.1, 1e-8);
    near(find_dual(factors, "value", NULL)->dual, find_dual(full, "value", NULL)->dual, 1e-7);
    assert_true(find_dual(full, "value", NULL)->dual > 0.0);
    nacre_portfolio_result_destroy(ctx, full);
    nacre_portfolio_result_destroy(ctx, factors);
    problem.method = NACRE_PORTFOLIO_RISK_PARITY;
    problem.row_count = 0;
    factors = solve(&problem, NACRE_PORTFOLIO_OPTIMAL);
    for (size_t i = 0; i < 4; i++)
        near(factors->risk_share[i], 0.25, 1e-12);
    nacre_portfolio_result_destroy(ctx, factors);
}

/// 100 x 0.25 / 10 = 2.5 lots of 1 -> 2; 0.5 -> 5 at 10; the short one rounds towards zero, too.
static void trades(void **state)
{
    (void)state;
    const double weights[3] = {0.25, 0.5, -0.15}, price[3] = {10.0, 10.0, 4.0},
                 held[3] = {0.0, 7.0, 1.0};
    nacre_portfolio_trade trade[3];
    nacre_portfolio_trade_summary summary;
    assert_int_equal(
        nacre_portfolio_trades(3, weights, price, held, 100.0, 1.0, 0.01, trade, &summary, NULL),
        NACRE_OK);
    const double target[3] = {2.0, 5.0, -3.0}, shares[3] = {2.0, -2.0, -4.0};
    for (size_t i = 0; i < 3; i++) {
        near(trade[i].target, target[i], 0.0);
        near(trade[i].shares, shares[i], 0.0);
        near(trade[i].cost, fabs(shares[i]) * price[i] * 0.01, 1e-15);
    }
    assert_int_equal(summary.orders, 3);
    near(summary.turnover, 0.56, 1e-15);
    near(summary.cost, 0.56, 1e-15);
    near(summary.invested, 58.0, 0.0);
    near(summary.cash, 41.44, 1e-13);
    // 0.3 x 100 / 0.1 = 299.99999999999994 in doubles: three hundred lots, not 299.
    assert_int_equal(nacre_portfolio_trades(1, (const double[]){0.3}, (const double[]){0.1}, NULL,
                                            100.0, 1.0, 0.0, trade, &summary, NULL),
                     NACRE_OK);
    near(trade[0].shares, 300.0, 0.0);
    nacre_error err = {0};
    const double bad[3] = {10.0, 0.0, 4.0};
    assert_int_equal(
        nacre_portfolio_trades(3, weights, bad, held, 100.0, 1.0, 0.0, trade, &summary, &err),
        NACRE_E_ARG);
    assert_non_null(strstr(err.message, "asset 1"));
    assert_int_equal(
        nacre_portfolio_trades(3, weights, price, held, 0.0, 1.0, 0.0, trade, &summary, &err),
        NACRE_E_ARG);
    assert_int_equal(
        nacre_portfolio_trades(3, weights, price, held, 1.0, -1.0, 0.0, trade, &summary, &err),
        NACRE_E_ARG);
    assert_int_equal(
        nacre_portfolio_trades(3, weights, price, held, 1.0, 1.0, -0.1, trade, &summary, &err),
        NACRE_E_ARG);
    const double none[3] = {0.1, (double)NAN, 0.1};
    assert_int_equal(
        nacre_portfolio_trades(3, none, price, held, 1.0, 1.0, 0.0, trade, &summary, &err),
        NACRE_E_NONFINITE);
}

static void expect_refused(const nacre_portfolio_problem *problem, nacre_status expected,
                           const char *text)
{
    nacre_portfolio_result *result = (nacre_portfolio_result *)(void *)&ctx;
    nacre_error err = {0};
    assert_int_equal(nacre_portfolio_optimize(ctx, problem, &result, &err), expected);
    assert_null(result);
    if (!strstr(err.message, text))
        print_error("message: %s\n", err.message);
    assert_non_null(strstr(err.message, text));
}

static void bad_covariance(void **state)
{
    (void)state;
    double covariance[9];
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_MIN_VARIANCE);
    problem.covariance = covariance;
    memcpy(covariance, covariance3, sizeof covariance);
    covariance[4] = 0.0;
    expect_refused(&problem, NACRE_E_ARG, "BBB has variance 0");
    memcpy(covariance, covariance3, sizeof covariance);
    covariance[5] = (double)NAN;
    expect_refused(&problem, NACRE_E_NONFINITE, "BBB and CCC");
    memcpy(covariance, covariance3, sizeof covariance);
    covariance[1] = 0.005;
    expect_refused(&problem, NACRE_E_ARG, "not symmetric");
    memcpy(covariance, covariance3, sizeof covariance);
    covariance[5] = covariance[7] = -0.07;
    expect_refused(&problem, NACRE_E_ARG, "CCC has negative variance");
    problem.covariance = NULL;
    expect_refused(&problem, NACRE_E_ARG, "no risk model");
    const double specific[3] = {0.1, 0.1, 0.0};
    problem.specific_variance = specific;
    expect_refused(&problem, NACRE_E_ARG, "CCC");
}

static void bad_limits(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_MIN_VARIANCE);
    const double lower[3] = {0.0, 0.6, 0.0}, upper[3] = {1.0, 0.5, 1.0};
    problem.lower = lower;
    problem.upper = upper;
    expect_refused(&problem, NACRE_E_ARG, "asset BBB cross");
    problem = three(NACRE_PORTFOLIO_MIN_VARIANCE);
    nacre_portfolio_group group = {.name = "Energy", .upper = 0.5};
    problem.groups = &group;
    problem.group_count = 1;
    expect_refused(&problem, NACRE_E_SHAPE, "group Energy is empty");
    group.member = (const size_t[]){3};
    group.members = 1;
    expect_refused(&problem, NACRE_E_SHAPE, "member 3");
    group.member = (const size_t[]){1};
    group.lower = 0.9;
    expect_refused(&problem, NACRE_E_ARG, "Energy cross");
    problem.group_count = 0;
    const nacre_portfolio_row row = {
        .name = "beta", .coefficient = (const double[]){1.0, (double)NAN, 1.0}, .upper = 1.0};
    problem.rows = &row;
    problem.row_count = 1;
    expect_refused(&problem, NACRE_E_NONFINITE, "BBB in row beta");
}

static void bad_figures(void **state)
{
    (void)state;
    nacre_portfolio_problem problem = three(NACRE_PORTFOLIO_UTILITY);
    const double mean[3] = {0.1, 0.1, (double)NAN}, cost[3] = {0.1, -0.1, 0.0};
    problem.mean = mean;
    expect_refused(&problem, NACRE_E_NONFINITE, "CCC");
    problem.mean = NULL;
    expect_refused(&problem, NACRE_E_ARG, "needs mean");
    problem.mean = mean3;
    problem.cost = cost;
    expect_refused(&problem, NACRE_E_ARG, "cost of BBB");
    problem = three(NACRE_PORTFOLIO_UTILITY);
    problem.risk_aversion = 0.0;
    expect_refused(&problem, NACRE_E_ARG, "risk_aversion");
    problem.risk_aversion = 1.0;
    problem.budget = (double)NAN;
    expect_refused(&problem, NACRE_E_NONFINITE, "budget");
    problem.budget = 1.0;
    problem.max_turnover = -1.0;
    expect_refused(&problem, NACRE_E_ARG, "max_turnover");
    problem = three(NACRE_PORTFOLIO_UTILITY);
    problem.assets = 0;
    expect_refused(&problem, NACRE_E_SHAPE, "0 assets");
    problem = three((nacre_portfolio_method)17);
    expect_refused(&problem, NACRE_E_ARG, "17");
    problem = three(NACRE_PORTFOLIO_RISK_PARITY);
    problem.max_turnover = 1.0;
    expect_refused(&problem, NACRE_E_ARG, "risk_parity takes no");
    problem.struct_size = 4;
    expect_refused(&problem, NACRE_E_ARG, "nacre_portfolio_problem_init");
    nacre_portfolio_result_destroy(ctx, NULL);
    assert_string_equal(nacre_portfolio_method_name(NACRE_PORTFOLIO_MAX_SHARPE), "max_sharpe");
    assert_string_equal(nacre_portfolio_outcome_name((nacre_portfolio_outcome)99), "unknown");
}

static int create_context(void **state)
{
    (void)state;
    return nacre_ctx_create(NULL, &ctx, NULL);
}

static int destroy_context(void **state)
{
    (void)state;
    nacre_ctx_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(minimum_variance),
        cmocka_unit_test(target_return),
        cmocka_unit_test(utility),
        cmocka_unit_test(max_sharpe),
        cmocka_unit_test(no_positive_excess_return),
        cmocka_unit_test(tracking_error),
        cmocka_unit_test(risk_parity),
        cmocka_unit_test(infeasible),
        cmocka_unit_test(infeasible_target),
        cmocka_unit_test(costs),
        cmocka_unit_test(costs_of_two_assets),
        cmocka_unit_test(factor_model),
        cmocka_unit_test(trades),
        cmocka_unit_test(bad_covariance),
        cmocka_unit_test(bad_limits),
        cmocka_unit_test(bad_figures),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
