// SPDX-License-Identifier: Apache-2.0
// Laws of portfolios on generated problems: optimality conditions recomputed here (gradient of the
// reported objective = sum of dual x gradient of limit, signs, complementarity), duals as
// differences of optimal values, permutation, scaling, and the quadratic program against the
// critical line.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { N = 24, FACTORS = 4, SECTOR = 8 };

typedef struct market {
    double covariance[N * N], mean[N], beta[N], benchmark[N], holdings[N];
    size_t sector[SECTOR];
    nacre_portfolio_group group;
    nacre_portfolio_row row;
} market;

static nacre_ctx *ctx;

/// splitmix64, to a double in (-1, 1).
static double next(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return 2.0 * (((double)(z >> 11) + 0.5) * 0x1p-53) - 1.0;
}

/// Daily figures of N assets with one common and some further factors.
static void make_market(market *m, uint64_t seed)
{
    double exposure[N][FACTORS];
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < N; i++) {
        for (size_t f = 0; f < FACTORS; f++)
            exposure[i][f] = (f == 0 ? 0.01 : 0.0) + 0.005 * next(&seed);
        m->mean[i] = 0.0004 + 0.0006 * next(&seed);
        m->beta[i] = 1.0 + 0.5 * next(&seed);
        m->benchmark[i] = 1.0 / N;
        m->holdings[i] = (1.0 + next(&seed)) / N;
    }
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            double sum = i == j ? 1e-4 * (1.2 + next(&seed)) : 0.0;
            for (size_t f = 0; f < FACTORS; f++)
                sum += exposure[i][f] * exposure[j][f];
            m->covariance[i * N + j] = sum;
        }
    for (size_t i = 0; i < SECTOR; i++)
        m->sector[i] = i;
    m->group = (nacre_portfolio_group){
        .name = "sector", .member = m->sector, .members = SECTOR, .lower = 0.1, .upper = 0.2};
    m->row =
        (nacre_portfolio_row){.name = "beta", .coefficient = m->beta, .lower = 0.95, .upper = 1.05};
}

static nacre_portfolio_problem pose(const market *m, nacre_portfolio_method method)
{
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.method = method;
    problem.assets = N;
    problem.covariance = m->covariance;
    problem.mean = m->mean;
    problem.benchmark = method == NACRE_PORTFOLIO_TRACKING_ERROR ? m->benchmark : NULL;
    problem.groups = &m->group;
    problem.group_count = 1;
    problem.rows = &m->row;
    problem.row_count = 1;
    problem.max_weight = 0.12;
    problem.target_return = 0.0005;
    problem.risk_free = 0.0001;
    if (method == NACRE_PORTFOLIO_UTILITY)
        problem.risk_aversion = 10.0;
    return problem;
}

static nacre_portfolio_result *solve(const nacre_portfolio_problem *problem)
{
    nacre_portfolio_result *result = NULL;
    nacre_error err = {0};
    nacre_status status = nacre_portfolio_optimize(ctx, problem, &result, &err);
    if (status)
        print_error("%s\n", err.message);
    assert_int_equal(status, NACRE_OK);
    if (result->outcome != NACRE_PORTFOLIO_OPTIMAL)
        print_error("%s: %s, residuals %g %g gap %g\n",
                    nacre_portfolio_method_name(problem->method),
                    nacre_portfolio_outcome_name(result->outcome), result->qp.primal_residual,
                    result->qp.dual_residual, result->qp.gap);
    assert_int_equal(result->outcome, NACRE_PORTFOLIO_OPTIMAL);
    return result;
}

/// d reported objective / d w.
static void gradient(const nacre_portfolio_problem *p, const double *w, double *g)
{
    double variance = 0.0, excess = 0.0, product[N];
    for (size_t i = 0; i < N; i++) {
        product[i] = 0.0;
        for (size_t j = 0; j < N; j++)
            product[i] += p->covariance[i * N + j] * (w[j] - (p->benchmark ? p->benchmark[j] : 0));
        variance += w[i] * product[i];
        excess += w[i] * (p->mean[i] - p->risk_free);
    }
    for (size_t i = 0; i < N; i++) {
        g[i] = p->risk_aversion * product[i];
        if (p->method == NACRE_PORTFOLIO_UTILITY)
            g[i] = p->mean[i] - g[i];
        if (p->method == NACRE_PORTFOLIO_MAX_SHARPE)
            g[i] = (p->mean[i] - p->risk_free) / sqrt(variance) -
                   excess * product[i] / (variance * sqrt(variance));
    }
}

static void check_conditions(const nacre_portfolio_problem *p, const nacre_portfolio_result *r)
{
    bool maximised =
        p->method == NACRE_PORTFOLIO_UTILITY || p->method == NACRE_PORTFOLIO_MAX_SHARPE;
    // A gradient may vanish at the optimum (tracking error): the risk of an asset is the floor.
    double g[N], scale = p->risk_aversion * p->covariance[0], rest = 0.0;
    gradient(p, r->weights, g);
    for (size_t i = 0; i < N; i++)
        scale = fmax(scale, fabs(g[i]));
    for (size_t d = 0; d < r->dual_count; d++) {
        const nacre_portfolio_dual *dual = r->duals + d;
        double sign = maximised ? -dual->dual : dual->dual;
        bool is_bound = strstr(dual->constraint, "_bounds") != NULL;
        // Complementarity: what the gap of 1e-9 leaves of dual x distance.
        assert_true(fabs(dual->dual * (dual->value - dual->bound)) < 1e-8 * scale);
        if (strcmp(dual->constraint, "lower_bounds") == 0)
            assert_true(sign > 0.0);
        if (strcmp(dual->constraint, "upper_bounds") == 0)
            assert_true(sign < 0.0);
        for (size_t i = 0; i < N; i++) {
            double coefficient = 0.0;
            if (is_bound)
                coefficient = i == dual->index;
            else if (strcmp(dual->constraint, "budget") == 0)
                coefficient = 1.0;
            else if (strcmp(dual->constraint, "sector") == 0)
                coefficient = i < SECTOR;
            else if (strcmp(dual->constraint, "beta") == 0)
                coefficient = p->rows[0].coefficient[i];
            else if (strcmp(dual->constraint, "target_return") == 0)
                coefficient = p->mean[i];
            g[i] -= dual->dual * coefficient;
        }
    }
    for (size_t i = 0; i < N; i++)
        rest = fmax(rest, fabs(g[i]));
    if (rest > 1e-5 * scale)
        print_error("%s: gradient left %g of %g\n", nacre_portfolio_method_name(p->method), rest,
                    scale);
    assert_true(rest <= 1e-5 * scale);
    double sum = 0.0;
    for (size_t i = 0; i < N; i++) {
        assert_true(r->weights[i] >= 0.0 && r->weights[i] <= p->max_weight);
        sum += r->weights[i];
    }
    assert_true(fabs(sum - 1.0) < 1e-8);
}

static const nacre_portfolio_method programs[] = {
    NACRE_PORTFOLIO_MIN_VARIANCE, NACRE_PORTFOLIO_TARGET_RETURN,  NACRE_PORTFOLIO_UTILITY,
    NACRE_PORTFOLIO_MAX_SHARPE,   NACRE_PORTFOLIO_TRACKING_ERROR,
};
enum { PROGRAMS = sizeof programs / sizeof programs[0] };

static void optimality(void **state)
{
    (void)state;
    market m;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        make_market(&m, seed);
        for (size_t k = 0; k < PROGRAMS; k++) {
            nacre_portfolio_problem problem = pose(&m, programs[k]);
            nacre_portfolio_result *result = solve(&problem);
            check_conditions(&problem, result);
            nacre_portfolio_result_destroy(ctx, result);
        }
    }
}

static double value_of(const nacre_portfolio_problem *problem)
{
    nacre_portfolio_result *result = solve(problem);
    double objective = result->objective;
    nacre_portfolio_result_destroy(ctx, result);
    return objective;
}

static double dual_of(const nacre_portfolio_result *result, const char *name, double *bound)
{
    for (size_t i = 0; i < result->dual_count; i++)
        if (strcmp(result->duals[i].constraint, name) == 0) {
            *bound = result->duals[i].bound;
            return result->duals[i].dual;
        }
    fail();
    return 0.0;
}

/// The dual of a limit is what the objective does when its bound moves: central differences.
static void check_derivative(nacre_portfolio_problem *problem, double *bound, double dual,
                             double scale)
{
    const double step = 1e-4 * fmax(fabs(*bound), 1e-4), keep = *bound;
    *bound = keep + step;
    double above = value_of(problem);
    *bound = keep - step;
    double below = value_of(problem);
    *bound = keep;
    assert_true(fabs((above - below) / (2.0 * step) - dual) < 5e-3 * (scale + fabs(dual)));
}

static void duals_are_derivatives(void **state)
{
    (void)state;
    market m;
    for (size_t k = 0; k < PROGRAMS; k++) {
        make_market(&m, 100 + k);
        nacre_portfolio_problem problem = pose(&m, programs[k]);
        nacre_portfolio_result *result = solve(&problem);
        double bound = 0.0, budget = dual_of(result, "budget", &bound);
        double sector = dual_of(result, "sector", &bound), upper = 0.0;
        double *sector_side = bound == m.group.lower ? &m.group.lower : &m.group.upper;
        double beta = dual_of(result, "beta", &bound);
        double *beta_side = bound == m.row.lower ? &m.row.lower : &m.row.upper;
        bool target = programs[k] == NACRE_PORTFOLIO_TARGET_RETURN;
        double mean = target ? dual_of(result, "target_return", &bound) : 0.0;
        for (size_t i = 0; i < result->dual_count; i++)
            if (strcmp(result->duals[i].constraint, "upper_bounds") == 0)
                upper += result->duals[i].dual;
        double scale = fabs(result->objective);
        nacre_portfolio_result_destroy(ctx, result);
        check_derivative(&problem, &problem.budget, budget, scale);
        check_derivative(&problem, &problem.max_weight, upper, scale); // of all assets at it
        check_derivative(&problem, sector_side, sector, scale);
        check_derivative(&problem, beta_side, beta, scale);
        if (target)
            check_derivative(&problem, &problem.target_return, mean, scale);
    }
}

/// The same for a limit on turnover that binds, with costs.
static void turnover_dual_is_a_derivative(void **state)
{
    (void)state;
    market m;
    double cost[N], bound = 0.0;
    make_market(&m, 700);
    for (size_t i = 0; i < N; i++)
        cost[i] = 1e-6;
    nacre_portfolio_problem problem = pose(&m, NACRE_PORTFOLIO_MIN_VARIANCE);
    problem.group_count = problem.row_count = 0;
    problem.holdings = m.benchmark;
    problem.cost = cost;
    problem.max_turnover = 0.3;
    nacre_portfolio_result *result = solve(&problem);
    double dual = dual_of(result, "turnover", &bound), scale = fabs(result->objective);
    assert_true(bound == 0.3 && fabs(dual) > 0.01 * scale);
    nacre_portfolio_result_destroy(ctx, result);
    check_derivative(&problem, &problem.max_turnover, dual, scale);
}

/// Assets in reverse order give the weights in reverse order; risk parity, too.
static void permutation(void **state)
{
    (void)state;
    market m, reversed;
    for (size_t k = 0; k <= PROGRAMS; k++) {
        make_market(&m, 200 + k);
        reversed = m;
        for (size_t i = 0; i < N; i++) {
            reversed.mean[i] = m.mean[N - 1 - i];
            reversed.beta[i] = m.beta[N - 1 - i];
            for (size_t j = 0; j < N; j++)
                reversed.covariance[i * N + j] = m.covariance[(N - 1 - i) * N + N - 1 - j];
        }
        for (size_t i = 0; i < SECTOR; i++)
            reversed.sector[i] = N - 1 - i;
        reversed.group.member = reversed.sector;
        reversed.row.coefficient = reversed.beta;
        nacre_portfolio_method method = k < PROGRAMS ? programs[k] : NACRE_PORTFOLIO_RISK_PARITY;
        nacre_portfolio_problem first = pose(&m, method), second = pose(&reversed, method);
        if (k == PROGRAMS)
            first.group_count = first.row_count = second.group_count = second.row_count = 0;
        nacre_portfolio_result *a = solve(&first), *b = solve(&second);
        for (size_t i = 0; i < N; i++)
            assert_true(fabs(a->weights[i] - b->weights[N - 1 - i]) < 1e-5);
        nacre_portfolio_result_destroy(ctx, a);
        nacre_portfolio_result_destroy(ctx, b);
    }
}

/// Yearly instead of daily figures (means, rates and covariance x 252) change no weights; with the
/// covariance alone x 4 minimum variance, Sharpe and parity stay.
static void scaling(void **state)
{
    (void)state;
    market m, yearly;
    for (size_t k = 0; k < PROGRAMS; k++) {
        make_market(&m, 300 + k);
        yearly = m;
        yearly.group.member = yearly.sector;
        yearly.row.coefficient = yearly.beta;
        for (size_t i = 0; i < N * N; i++)
            yearly.covariance[i] *= 252.0;
        for (size_t i = 0; i < N; i++)
            yearly.mean[i] *= 252.0;
        nacre_portfolio_problem first = pose(&m, programs[k]), second = pose(&yearly, programs[k]);
        second.risk_free *= 252.0;
        second.target_return *= 252.0;
        nacre_portfolio_result *a = solve(&first), *b = solve(&second);
        double power = programs[k] == NACRE_PORTFOLIO_MAX_SHARPE ? sqrt(252.0) : 252.0;
        assert_true(fabs(b->objective - power * a->objective) < 1e-6 * fabs(b->objective) + 1e-12);
        for (size_t i = 0; i < N; i++)
            assert_true(fabs(a->weights[i] - b->weights[i]) < 1e-5);
        nacre_portfolio_result_destroy(ctx, a);
        nacre_portfolio_result_destroy(ctx, b);
    }
}

/// Two algorithms that share no code: the variance at a mean by the critical line and by the
/// program.
static void program_meets_critical_line(void **state)
{
    (void)state;
    market m;
    double lower[N] = {0}, upper[N];
    make_market(&m, 400);
    for (size_t i = 0; i < N; i++)
        upper[i] = 0.12;
    nacre_frontier *frontier = NULL;
    assert_int_equal(
        nacre_frontier_create(ctx, N, m.mean, m.covariance, lower, upper, 1.0, &frontier, NULL),
        NACRE_OK);
    nacre_portfolio_problem problem = pose(&m, NACRE_PORTFOLIO_TARGET_RETURN);
    problem.group_count = problem.row_count = 0;
    double first = frontier->mean[0], last = frontier->mean[frontier->corners - 1];
    for (int k = 1; k < 10; k++) {
        double variance;
        problem.target_return = last + (first - last) * 0.1 * k;
        assert_int_equal(nacre_frontier_at(frontier, problem.target_return, NULL, &variance, NULL),
                         NACRE_OK);
        nacre_portfolio_result *result = solve(&problem);
        assert_true(fabs(result->variance - variance) < 1e-7 * variance);
        nacre_portfolio_result_destroy(ctx, result);
    }
    nacre_frontier_destroy(ctx, frontier);
}

/// Turnover: a limit that does not bind changes nothing, a tighter one never makes things better,
/// and with none allowed the holdings are what is left.
static void turnover(void **state)
{
    (void)state;
    market m;
    make_market(&m, 500);
    double sum = 0.0;
    for (size_t i = 0; i < N; i++)
        sum += m.holdings[i];
    for (size_t i = 0; i < N; i++)
        m.holdings[i] /= sum;
    nacre_portfolio_problem problem = pose(&m, NACRE_PORTFOLIO_MIN_VARIANCE);
    problem.group_count = problem.row_count = 0;
    problem.holdings = m.holdings;
    double before = value_of(&problem);
    static const double limits[] = {2.0, 0.5, 0.25, 0.1};
    for (size_t k = 0; k < sizeof limits / sizeof limits[0]; k++) {
        problem.max_turnover = limits[k];
        nacre_portfolio_result *result = solve(&problem);
        assert_true(result->turnover <= limits[k] + 1e-8);
        assert_true(result->objective >= before * (1.0 - 1e-7));
        before = result->objective;
        nacre_portfolio_result_destroy(ctx, result);
    }
}

/// A minimal conflict: each member was needed. Dropping it (by opening its bounds) leaves a problem
/// that can be solved; all the others together cannot.
static void conflict_is_minimal(void **state)
{
    (void)state;
    market m;
    make_market(&m, 600);
    m.group.lower = 0.97; // eight assets of at most 0.12 hold 0.96
    m.group.upper = 1.0;
    nacre_portfolio_problem problem = pose(&m, NACRE_PORTFOLIO_MIN_VARIANCE);
    nacre_portfolio_result *result = NULL;
    assert_int_equal(nacre_portfolio_optimize(ctx, &problem, &result, NULL), NACRE_OK);
    assert_int_equal(result->outcome, NACRE_PORTFOLIO_INFEASIBLE);
    assert_int_equal(result->conflict_count, 2);
    assert_string_equal(result->conflict[0], "upper_bounds");
    assert_string_equal(result->conflict[1], "sector");
    assert_true(result->violation_count >= 1);
    nacre_portfolio_result_destroy(ctx, result);
    problem.row_count = 0;
    problem.max_weight = 0.1225;
    nacre_portfolio_result_destroy(ctx, solve(&problem)); // without upper_bounds as they were
    problem.max_weight = 0.12;
    m.group.lower = 0.95;
    nacre_portfolio_result_destroy(ctx, solve(&problem)); // without the sector as it was
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
        cmocka_unit_test(optimality),
        cmocka_unit_test(duals_are_derivatives),
        cmocka_unit_test(turnover_dual_is_a_derivative),
        cmocka_unit_test(permutation),
        cmocka_unit_test(scaling),
        cmocka_unit_test(program_meets_critical_line),
        cmocka_unit_test(turnover),
        cmocka_unit_test(conflict_is_minimal),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
