// SPDX-License-Identifier: Apache-2.0
// Input at the edge of what has an answer, through all engines that make weights or figures from
// it: two periods, one asset, more assets than periods, an asset twice, an asset that never moves,
// and a NaN at every place of a portfolio problem. Each is a named error or the stated outcome; no
// weight is ever NaN.
#include "unit/factor_fixture.h"

enum { T = 25, N = 40, FEW = 6 };

static nacre_ctx *ctx;

static nacre_portfolio_problem pose(size_t assets, const double *covariance, const double *mean)
{
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.assets = assets;
    problem.covariance = covariance;
    problem.mean = mean;
    problem.max_weight = 1.0;
    return problem;
}

/// Solves to an optimum and checks what any optimum has: finite weights within the bounds that sum
/// to the budget, risk shares that sum to 1.
static nacre_portfolio_result *optimum(const nacre_portfolio_problem *problem)
{
    nacre_portfolio_result *r = NULL;
    nacre_error err = {0};
    if (nacre_portfolio_optimize(ctx, problem, &r, &err))
        fail_msg("%s", err.message);
    assert_string_equal(nacre_portfolio_outcome_name(r->outcome), "optimal");
    double sum = 0.0, share = 0.0;
    for (size_t i = 0; i < r->assets; i++) {
        assert_true(r->weights[i] >= -1e-9 && r->weights[i] <= problem->max_weight);
        sum += r->weights[i];
        share += r->risk_share[i];
    }
    assert_near(sum, problem->budget, 1e-7, "budget");
    assert_near(share, 1.0, 1e-9, "risk shares");
    assert_true(r->variance > 0.0);
    return r;
}

static void refused(nacre_status status, const nacre_error *err, nacre_status expected,
                    const char *text)
{
    if (status != expected || !strstr(err->message, text))
        fail_msg("%s: \"%s\" instead of %s with \"%s\"", nacre_status_name(status), err->message,
                 nacre_status_name(expected), text);
}

/// T = 2: one direction of variance, from which every estimator makes a finite matrix and the
/// optimiser a portfolio; a figure of risk says how many periods it needs.
static void two_periods(void **state)
{
    (void)state;
    double *r = make_returns(2, FEW, FEW);
    nacre_error err = {0};
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++) {
        double *s = covariance_of(ctx, 2, FEW, r, FEW, (nacre_covariance_method)m, NULL);
        for (size_t i = 0; i < (size_t)FEW * FEW; i++)
            assert_true(isfinite(s[i]));
        free(s);
    }
    double *s = covariance_of(ctx, 2, FEW, r, FEW, NACRE_COV_LW_IDENTITY, NULL);
    nacre_portfolio_problem problem = pose(FEW, s, NULL);
    nacre_portfolio_result_destroy(ctx, optimum(&problem));
    nacre_pca *pca;
    assert_int_equal(nacre_pca_create(ctx, 2, FEW, r, FEW, false, 0, &pca, &err), NACRE_OK);
    assert_int_equal(pca->components, 1);
    nacre_pca_destroy(ctx, pca);
    nacre_risk_figure var, es;
    nacre_risk_series_options series;
    nacre_risk_series_options_init(&series);
    refused(nacre_risk_series(ctx, 2, r, &series, &var, &es, NULL, &err), &err, NACRE_E_SHAPE,
            "2 observations: level 0.99 needs at least 100");
    series.method = NACRE_RISK_PARAMETRIC_T;
    refused(nacre_risk_series(ctx, 2, r, &series, &var, &es, NULL, &err), &err, NACRE_E_SHAPE, "2");
    free(s);
    free(r);
}

/// N = 1: the whole budget, all of the risk, the closed form.
static void one_asset(void **state)
{
    (void)state;
    const double variance = 4e-4, mean = 1e-3, weight = 1.0, lower = 0.0;
    for (int m = 0; m <= (int)NACRE_PORTFOLIO_RISK_PARITY; m++) {
        nacre_portfolio_problem problem = pose(1, &variance, &mean);
        problem.method = (nacre_portfolio_method)m;
        problem.benchmark = m == (int)NACRE_PORTFOLIO_TRACKING_ERROR ? &weight : NULL;
        nacre_portfolio_result *r = optimum(&problem);
        assert_near(r->weights[0], 1.0, 1e-9, nacre_portfolio_method_name(problem.method));
        assert_near(r->risk_share[0], 1.0, 0.0, "share");
        nacre_portfolio_result_destroy(ctx, r);
    }
    nacre_frontier *frontier;
    assert_int_equal(
        nacre_frontier_create(ctx, 1, &mean, &variance, &lower, &weight, 1.0, &frontier, NULL),
        NACRE_OK);
    assert_int_equal(frontier->corners, 1);
    assert_true(frontier->weights[0] == 1.0);
    nacre_frontier_destroy(ctx, frontier);
    nacre_risk_simulation_options options;
    nacre_risk_simulation_options_init(&options);
    options.scenarios = 20000;
    nacre_risk_simulation *simulation;
    assert_int_equal(
        nacre_risk_simulation_create(ctx, 1, &weight, &variance, 1, &options, &simulation, NULL),
        NACRE_OK);
    double component, var, es;
    nacre_risk_tail tail = {.component_es = &component};
    assert_int_equal(nacre_risk_simulation_tail(ctx, simulation, 0.99, &tail, NULL), NACRE_OK);
    assert_int_equal(
        nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0.0, 0.02, options.nu, 0.99, &var, &es, NULL),
        NACRE_OK);
    assert_near(tail.var.value, var, 5.0 * tail.var.standard_error, "VaR");
    assert_near(component, tail.es.value, 1e-14, "component");
    nacre_risk_simulation_destroy(ctx, simulation);
}

/// N > T: the sample covariance is singular. A portfolio of least variance is still found (here one
/// without any sample risk to speak of would be); the critical line says what to do.
static void more_assets_than_periods(void **state)
{
    (void)state;
    double *r = make_returns(T, N, N), mean[N], lower[N] = {0}, upper[N];
    for (size_t i = 0; i < N; i++) {
        mean[i] = 0.0;
        for (size_t t = 0; t < T; t++)
            mean[i] += r[t * N + i] / T;
        upper[i] = 1.0;
    }
    double *sample = covariance_of(ctx, T, N, r, N, NACRE_COV_SAMPLE, NULL);
    nacre_portfolio_problem problem = pose(N, sample, mean);
    problem.max_weight = 0.1;
    nacre_portfolio_result_destroy(ctx, optimum(&problem));
    problem.method = NACRE_PORTFOLIO_RISK_PARITY;
    nacre_portfolio_result_destroy(ctx, optimum(&problem));
    double *shrunk = covariance_of(ctx, T, N, r, N, NACRE_COV_LW_IDENTITY, NULL);
    nacre_frontier *frontier;
    assert_int_equal(
        nacre_frontier_create(ctx, N, mean, shrunk, lower, upper, 1.0, &frontier, NULL), NACRE_OK);
    nacre_frontier_destroy(ctx, frontier);
    // Of rank one, every corner with two assets is singular.
    for (size_t i = 0; i < N * N; i++)
        sample[i] = (double)((1 + i / N) * (1 + i % N)) * 1e-4;
    for (size_t i = 0; i < N; i++)
        mean[i] = 1e-3 * (double)(i * i);
    nacre_error err = {0};
    refused(nacre_frontier_create(ctx, N, mean, sample, lower, upper, 1.0, &frontier, &err), &err,
            NACRE_E_ARG, "use a shrinkage estimator");
    assert_null(frontier);
    free(shrunk);
    free(sample);
    free(r);
}

/// An asset twice: the two share what the one had, and nothing else changes.
static void doubled_asset(void **state)
{
    (void)state;
    double *r = make_returns(T, FEW, FEW), twice[T * (FEW + 1)];
    for (size_t t = 0; t < T; t++) {
        memcpy(twice + t * (FEW + 1), r + t * FEW, FEW * sizeof *r);
        twice[t * (FEW + 1) + FEW] = r[t * FEW + 2];
    }
    double *one = covariance_of(ctx, T, FEW, r, FEW, NACRE_COV_SAMPLE, NULL);
    double *two = covariance_of(ctx, T, FEW + 1, twice, FEW + 1, NACRE_COV_SAMPLE, NULL);
    nacre_portfolio_problem first = pose(FEW, one, NULL), second = pose(FEW + 1, two, NULL);
    nacre_portfolio_result *a = optimum(&first), *b = optimum(&second);
    assert_near(b->variance, a->variance, 1e-8 * a->variance, "variance");
    for (size_t i = 0; i < FEW; i++)
        assert_near(b->weights[i] + (i == 2 ? b->weights[FEW] : 0.0), a->weights[i], 1e-5,
                    "weight");
    nacre_portfolio_result_destroy(ctx, a);
    nacre_portfolio_result_destroy(ctx, b);
    free(one);
    free(two);
    free(r);
}

/// An asset that never moves: by the sample it has no volatility, which no portfolio takes; shrunk
/// to the identity it has some.
static void constant_asset(void **state)
{
    (void)state;
    double *r = make_returns(T, FEW, FEW), es[FEW], w[FEW] = {[3] = 1.0};
    for (size_t t = 0; t < T; t++)
        r[t * FEW + 3] = 0.001;
    double *s = covariance_of(ctx, T, FEW, r, FEW, NACRE_COV_SAMPLE, NULL);
    nacre_error err = {0};
    for (int m = 0; m <= (int)NACRE_PORTFOLIO_RISK_PARITY; m++) {
        nacre_portfolio_problem problem = pose(FEW, s, r);
        problem.method = (nacre_portfolio_method)m;
        problem.benchmark = m == (int)NACRE_PORTFOLIO_TRACKING_ERROR ? r : NULL;
        nacre_portfolio_result *result;
        refused(nacre_portfolio_optimize(ctx, &problem, &result, &err), &err, NACRE_E_ARG,
                "asset 3 has variance 0: an asset without volatility must be left out");
        assert_null(result);
    }
    refused(nacre_risk_components(ctx, FEW, w, s, FEW, 2.0, es, NULL, &err), &err, NACRE_E_ARG,
            "variance is 0");
    free(s);
    s = covariance_of(ctx, T, FEW, r, FEW, NACRE_COV_LW_IDENTITY, NULL);
    nacre_portfolio_problem problem = pose(FEW, s, NULL);
    nacre_portfolio_result_destroy(ctx, optimum(&problem));
    free(s);
    double constant[200];
    for (size_t t = 0; t < 200; t++)
        constant[t] = 0.001;
    nacre_risk_series_options series;
    nacre_risk_series_options_init(&series);
    series.method = NACRE_RISK_PARAMETRIC_T;
    nacre_risk_figure var, worst;
    refused(nacre_risk_series(ctx, 200, constant, &series, &var, &worst, NULL, &err), &err,
            NACRE_E_ARG, "constant");
    free(r);
}

/// Three assets with everything that a problem can hold.
typedef struct full_problem {
    nacre_portfolio_problem problem;
    double covariance[9], mean[3], benchmark[3], risk_budget[3], holdings[3], cost[3];
    double lower[3], upper[3], coefficient[3], exposures[6], factor_covariance[4], specific[3];
    nacre_portfolio_group group;
    nacre_portfolio_row row;
} full_problem;

static void fill(full_problem *f, nacre_portfolio_method method, bool factors)
{
    static const size_t member[2] = {0, 1};
    *f = (full_problem){
        .covariance = {0.01, 0.004, 0.003, 0.004, 0.04, -0.018, 0.003, -0.018, 0.09},
        .mean = {0.03, 0.06, 0.08},
        .benchmark = {0.5, 0.3, 0.2},
        .risk_budget = {0.2, 0.3, 0.5},
        .holdings = {0.4, 0.3, 0.3},
        .cost = {0.001, 0.001, 0.001},
        .upper = {1.0, 1.0, 1.0},
        .coefficient = {1.0, 0.9, 1.1},
        .exposures = {1.0, 0.2, 0.9, -0.1, 1.2, 0.5},
        .factor_covariance = {0.02, 0.003, 0.003, 0.01},
        .specific = {0.01, 0.02, 0.015},
        .group = {.name = "group", .member = member, .members = 2, .lower = 0.1, .upper = 0.9},
        .row = {.name = "beta", .lower = 0.5, .upper = 1.5},
    };
    f->row.coefficient = f->coefficient;
    bool parity = method == NACRE_PORTFOLIO_RISK_PARITY;
    nacre_portfolio_problem *p = &f->problem;
    *p = pose(3, factors ? NULL : f->covariance, f->mean);
    p->method = method;
    p->exposures = f->exposures;
    p->factor_covariance = f->factor_covariance;
    p->specific_variance = f->specific;
    p->factors = factors ? 2 : 0;
    p->benchmark = f->benchmark;
    p->risk_budget = f->risk_budget;
    p->holdings = f->holdings;
    p->target_return = 0.04;
    if (parity)
        return;
    p->cost = f->cost;
    p->lower = f->lower;
    p->upper = f->upper;
    p->groups = &f->group;
    p->group_count = 1;
    p->rows = &f->row;
    p->row_count = 1;
    p->max_turnover = 1.5;
}

/// Puts NaN at each of `count` places in turn; every one must be refused, with nothing given out.
static void poison(full_problem *f, const char *what, double *place, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        double keep = place[i];
        nacre_portfolio_result *result = NULL;
        nacre_error err = {0};
        place[i] = (double)NAN;
        nacre_status status = nacre_portfolio_optimize(ctx, &f->problem, &result, &err);
        place[i] = keep;
        if ((status != NACRE_E_NONFINITE && status != NACRE_E_ARG) || result || !err.message[0])
            fail_msg("%s: NaN in %s[%zu] gives %s", nacre_portfolio_method_name(f->problem.method),
                     what, i, nacre_status_name(status));
    }
}

static void nan_at_every_place(void **state)
{
    (void)state;
    for (int m = 0; m <= (int)NACRE_PORTFOLIO_RISK_PARITY; m++)
        for (int factors = 0; factors < 2; factors++) {
            full_problem f;
            fill(&f, (nacre_portfolio_method)m, factors);
            nacre_portfolio_problem *p = &f.problem;
            nacre_portfolio_result_destroy(ctx, optimum(p)); // without NaN there is an answer
            poison(&f, "mean", f.mean, 3);
            poison(&f, "benchmark", f.benchmark, 3);
            poison(&f, "risk_budget", f.risk_budget, 3);
            poison(&f, "holdings", f.holdings, 3);
            poison(&f, "risk_free", &p->risk_free, 1);
            poison(&f, "risk_aversion", &p->risk_aversion, 1);
            poison(&f, "target_return", &p->target_return, 1);
            poison(&f, "budget", &p->budget, 1);
            poison(&f, "max_turnover", &p->max_turnover, 1);
            poison(&f, "tolerance", &p->tolerance, 1);
            if (factors) {
                poison(&f, "exposures", f.exposures, 6);
                poison(&f, "factor_covariance", f.factor_covariance, 4);
                poison(&f, "specific_variance", f.specific, 3);
            } else {
                poison(&f, "covariance", f.covariance, 9);
            }
            if (m == (int)NACRE_PORTFOLIO_RISK_PARITY)
                continue; // takes no limits
            poison(&f, "cost", f.cost, 3);
            poison(&f, "lower", f.lower, 3);
            poison(&f, "upper", f.upper, 3);
            poison(&f, "group bounds", &f.group.lower, 1);
            poison(&f, "group bounds", &f.group.upper, 1);
            poison(&f, "coefficients", f.coefficient, 3);
            poison(&f, "row bounds", &f.row.lower, 1);
            poison(&f, "row bounds", &f.row.upper, 1);
            p->lower = p->upper = NULL;
            poison(&f, "min_weight", &p->min_weight, 1);
            poison(&f, "max_weight", &p->max_weight, 1);
        }
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
        cmocka_unit_test(two_periods),    cmocka_unit_test(one_asset),
        cmocka_unit_test(doubled_asset),  cmocka_unit_test(more_assets_than_periods),
        cmocka_unit_test(constant_asset), cmocka_unit_test(nan_at_every_place),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
