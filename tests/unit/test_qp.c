// SPDX-License-Identifier: Apache-2.0
// The solver on problems with answers worked out by hand, in every form of P and A, with the KKT
// conditions evaluated apart from it; infeasible and unbounded problems with their certificates;
// refusals by name.
#include "nacre/portfolio.h"

#include "kkt_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static nacre_ctx *ctx;
static const double INF = (double)INFINITY;

static nacre_qp_result solve(const nacre_qp *qp, bool warm, double *x, double *y, double *z)
{
    nacre_qp_result result;
    nacre_error err = {0};
    if (nacre_qp_solve(ctx, qp, NULL, warm, x, y, z, &result, &err))
        fail_msg("%s", err.message);
    return result;
}

static void assert_kkt(const nacre_qp *qp, const double *x, const double *y, const double *z,
                       double limit)
{
    kkt_residuals r = kkt_check(qp, x, y, z);
    if (!(r.primal <= limit && r.dual <= limit && r.gap <= limit))
        fail_msg("KKT residuals: primal %g, dual %g, gap %g", r.primal, r.dual, r.gap);
}

// min (x0 - 1)^2 + (x1 - 2.5)^2, x0 + x1 <= 2, x >= 0: the nearest point is (0.25, 1.75) and the
// row's dual is -1.5, the change of the objective 1.125 = (2 - 3.5)^2 / 2 per unit of the bound.
static void test_projection_in_every_form(void **state)
{
    (void)state;
    static const double dense_p[] = {2, 0, 0, 2}, diagonal[] = {2, 2}, q[] = {-2, -5};
    static const double half[] = {1, 1}, factor[] = {1, 0, 0, 1};
    static const double a[] = {1, 1}, high[] = {2}, low[] = {-(double)INFINITY}, zero[] = {0, 0};
    static const size_t p_start[] = {0, 1, 2}, p_index[] = {0, 1}, a_start[] = {0, 2},
                        a_index[] = {0, 1};
    nacre_qp base = {.variables = 2,
                     .rows = 1,
                     .linear = q,
                     .constant = 7.25,
                     .row_lower = low,
                     .row_upper = high,
                     .lower = zero};
    for (int form = 0; form < 5; form++) {
        nacre_qp qp = base;
        double x[2], y[1], z[2];
        qp.hessian = form == 0 ? dense_p : NULL;
        qp.diagonal = form == 1 || form == 4 ? diagonal : form == 2 ? half : NULL;
        qp.factor = form == 2 ? factor : NULL;
        qp.factors = form == 2 ? 2 : 0;
        qp.p_start = form == 3 ? p_start : NULL;
        qp.p_index = p_index;
        qp.p_value = diagonal;
        qp.matrix = form < 3 ? a : NULL;
        qp.a_start = form < 3 ? NULL : a_start;
        qp.a_index = a_index;
        qp.a_value = a;
        // form 2: P = diag(1) + I I' = diag(2)
        nacre_qp_result result = solve(&qp, false, x, y, z);
        assert_int_equal(result.outcome, NACRE_QP_OPTIMAL);
        assert_true(fabs(x[0] - 0.25) < 1e-7 && fabs(x[1] - 1.75) < 1e-7);
        assert_true(fabs(y[0] + 1.5) < 1e-7 && fabs(z[0]) < 1e-7);
        assert_true(fabs(result.objective - 1.125) < 1e-8);
        assert_kkt(&qp, x, y, z, 2e-9);
    }
}

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static double uniform(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53;
}

enum { N = 40, M = 9, K = 5 };

/// A random problem with every kind of bound; P = diag + F F' dense in `p`.
static void random_problem(uint64_t seed, double *diagonal, double *factor, double *p, double *q,
                           double *a, double *bounds)
{
    uint64_t s = seed;
    for (size_t i = 0; i < N; i++)
        diagonal[i] = uniform(&s) < 0.3 ? 0.0 : uniform(&s);
    for (size_t i = 0; i < N * K; i++)
        factor[i] = uniform(&s) - 0.5;
    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            p[i * N + j] = i == j ? diagonal[i] : 0.0;
            for (size_t k = 0; k < K; k++)
                p[i * N + j] += factor[i * K + k] * factor[j * K + k];
        }
    double *low = bounds, *high = bounds + N, *row_low = high + N, *row_high = row_low + M;
    double inside[N];
    for (size_t i = 0; i < N; i++) {
        q[i] = 2.0 * uniform(&s) - 1.0;
        inside[i] = uniform(&s);
        low[i] = -uniform(&s);
        high[i] = i % 7 == 0 ? INF : 1.0 + uniform(&s);
        if (i % 11 == 5)
            low[i] = high[i] = inside[i];
    }
    for (size_t i = 0; i < M; i++) {
        double value = 0.0;
        for (size_t j = 0; j < N; j++) {
            a[i * N + j] = uniform(&s) < 0.5 ? 0.0 : uniform(&s) - 0.3;
            value += a[i * N + j] * inside[j];
        }
        row_low[i] = i % 3 == 0 ? value : i % 3 == 1 ? -INF : value - uniform(&s);
        row_high[i] = i % 3 == 0 ? value : i % 3 == 1 ? value + 0.1 : value + uniform(&s);
    }
    row_low[M - 1] = -INF; // a row that constrains nothing
    row_high[M - 1] = INF;
}

static void test_forms_agree_on_random_problems(void **state)
{
    (void)state;
    double diagonal[N], factor[N * K], p[N * N], q[N], a[M * N], bounds[2 * N + 2 * M];
    size_t a_start[M + 1], a_index[M * N], p_start[N + 1], p_index[N * N];
    double p_value[N * N];
    for (uint64_t seed = 1; seed <= 30; seed++) {
        random_problem(seed, diagonal, factor, p, q, a, bounds);
        nacre_qp qp = {.variables = N,
                       .rows = M,
                       .hessian = p,
                       .linear = q,
                       .matrix = a,
                       .lower = bounds,
                       .upper = bounds + N,
                       .row_lower = bounds + 2 * N,
                       .row_upper = bounds + 2 * N + M};
        double x[3][N], y[3][M], z[3][N], objective[3];
        for (int form = 0; form < 3; form++) {
            nacre_qp other = qp;
            size_t at = 0;
            if (form == 1) {
                other.hessian = NULL;
                other.diagonal = diagonal;
                other.factor = factor;
                other.factors = K;
            } else if (form == 2) {
                for (size_t j = 0; j < N; j++) {
                    p_start[j] = at;
                    for (size_t i = 0; i <= j; i++) {
                        p_index[at] = i;
                        p_value[at++] = p[i * N + j];
                    }
                }
                p_start[N] = at;
                for (size_t i = 0; i <= M; i++)
                    a_start[i] = i * N;
                for (size_t i = 0; i < M * N; i++)
                    a_index[i] = i % N;
                other.hessian = other.matrix = NULL;
                other.p_start = p_start;
                other.p_index = p_index;
                other.p_value = p_value;
                other.a_start = a_start;
                other.a_index = a_index;
                other.a_value = a;
            }
            nacre_qp_result result = solve(&other, false, x[form], y[form], z[form]);
            assert_int_equal(result.outcome, NACRE_QP_OPTIMAL);
            assert_kkt(&other, x[form], y[form], z[form], 2e-9);
            objective[form] = result.objective;
        }
        assert_true(fabs(objective[1] - objective[0]) < 1e-7 * (1.0 + fabs(objective[0])));
        assert_true(fabs(objective[2] - objective[0]) < 1e-7 * (1.0 + fabs(objective[0])));
        // From the solution itself: the same point.
        nacre_qp_result again = solve(&qp, true, x[0], y[0], z[0]);
        assert_int_equal(again.outcome, NACRE_QP_OPTIMAL);
        assert_kkt(&qp, x[0], y[0], z[0], 2e-9);
        assert_true(fabs(again.objective - objective[0]) < 1e-7 * (1.0 + fabs(objective[0])));
    }
}

static void test_infeasible_with_certificate(void **state)
{
    (void)state;
    static const double a[] = {1, 1, 1, -1}, low[] = {3, -(double)INFINITY},
                        high[] = {(double)INFINITY, 0}, upper[] = {1, 1}, zero[] = {0, 0},
                        p[] = {1, 0, 0, 1};
    nacre_qp qp = {.variables = 2,
                   .rows = 2,
                   .hessian = p,
                   .linear = zero,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high,
                   .lower = zero,
                   .upper = upper};
    double x[2], y[2], z[2];
    nacre_qp_result result = solve(&qp, false, x, y, z);
    assert_int_equal(result.outcome, NACRE_QP_PRIMAL_INFEASIBLE);
    // y and z combine the constraints to 0 >= something positive.
    double support = y[0] * low[0] + y[1] * (y[1] < 0 ? high[1] : low[1]);
    for (size_t j = 0; j < 2; j++)
        support += z[j] * (z[j] > 0 ? zero[j] : upper[j]);
    assert_true(y[0] >= 0.0 && y[1] <= 0.0 && support > 0.0);
    for (size_t j = 0; j < 2; j++)
        assert_true(fabs(a[j] * y[0] + a[2 + j] * y[1] + z[j]) <= 1e-8 * support);
}

static void test_unbounded_with_direction(void **state)
{
    (void)state;
    // P has curvature along x0 only; x1 + x2 >= 0 leaves the direction (0, 1, 1) free.
    static const double p[] = {1, 0, 0, 0, 0, 0, 0, 0, 0}, q[] = {1, -1, -1}, a[] = {0, 1, 1},
                        low[] = {0}, high[] = {(double)INFINITY};
    nacre_qp qp = {.variables = 3,
                   .rows = 1,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high};
    double x[3], y[1], z[3];
    nacre_qp_result result = solve(&qp, false, x, y, z);
    assert_int_equal(result.outcome, NACRE_QP_DUAL_INFEASIBLE);
    double slope = q[0] * x[0] + q[1] * x[1] + q[2] * x[2];
    assert_true(slope < 0.0);
    assert_true(fabs(x[0]) <= 1e-7 * -slope && x[1] + x[2] >= -1e-7 * -slope);
}

static void test_limit_is_an_outcome(void **state)
{
    (void)state;
    static const double p[] = {2, 0, 0, 2}, q[] = {-2, -5}, zero[] = {0, 0};
    nacre_qp qp = {.variables = 2, .hessian = p, .linear = q, .lower = zero};
    double x[2], z[2];
    nacre_qp_options options;
    nacre_qp_result result;
    nacre_qp_options_init(&options);
    options.max_iterations = 1;
    assert_int_equal(nacre_qp_solve(ctx, &qp, &options, false, x, NULL, z, &result, NULL),
                     NACRE_OK);
    assert_int_equal(result.outcome, NACRE_QP_ITERATION_LIMIT);
    assert_int_equal(result.iterations, 1);
    assert_true(fmax(result.dual_residual, result.gap) > options.tolerance);
    assert_string_equal(nacre_qp_outcome_name(result.outcome), "iteration_limit");
    assert_string_equal(nacre_qp_outcome_name(NACRE_QP_OPTIMAL), "optimal");
}

static void test_refusals(void **state)
{
    (void)state;
    static const double p[] = {1, 0, 0, 1}, bad[] = {1, 2, 2, 1}, skew[] = {1, 1, 0, 1},
                        q[] = {0, 0}, nan_q[] = {0, (double)NAN}, low[] = {0, 2}, high[] = {1, 1},
                        a[] = {1, 1}, side[] = {0}, minus[] = {1, -1}, off[] = {1, 2, 1},
                        open_p[] = {1, 0, (double)INFINITY, 1};
    static const size_t p_start[] = {0, 1, 3}, p_index[] = {0, 0, 1}, a_start[] = {0, 2},
                        far[] = {0, 2};
    const struct {
        nacre_qp qp;
        nacre_status status;
        const char *message;
    } cases[] = {
        {{.variables = 2, .hessian = bad, .linear = q}, NACRE_E_ARG, "pivot 1"},
        {{.variables = 2, .diagonal = minus, .linear = q}, NACRE_E_ARG, "pivot 1"},
        {{.variables = 2, .p_start = p_start, .p_index = p_index, .p_value = off, .linear = q},
         NACRE_E_ARG,
         "positive semidefinite"},
        {{.variables = 2, .hessian = skew, .linear = q}, NACRE_E_ARG, "row 1, column 0"},
        {{.variables = 2, .hessian = p, .linear = nan_q}, NACRE_E_NONFINITE, "entry 1"},
        {{.variables = 2, .hessian = open_p, .linear = q}, NACRE_E_NONFINITE, "entry 2"},
        {{.variables = 2, .hessian = p, .linear = q, .lower = low, .upper = high},
         NACRE_E_ARG,
         "variable 1 cross"},
        {{.variables = 2,
          .rows = 1,
          .hessian = p,
          .linear = q,
          .matrix = a,
          .row_lower = nan_q + 1},
         NACRE_E_NONFINITE,
         "row 0"},
        {{.variables = 2, .rows = 1, .hessian = p, .linear = q}, NACRE_E_SHAPE, "need A"},
        {{.variables = 2,
          .rows = 1,
          .hessian = p,
          .linear = q,
          .a_start = a_start,
          .a_index = far,
          .a_value = a,
          .row_lower = side},
         NACRE_E_SHAPE,
         "index 2"},
        {{.variables = 0, .linear = q}, NACRE_E_SHAPE, "0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        double x[2] = {5, 5}, y[2], z[2];
        nacre_qp_result result;
        nacre_error err = {0};
        nacre_status status =
            nacre_qp_solve(ctx, &cases[i].qp, NULL, false, x, y, z, &result, &err);
        if (status != cases[i].status || !strstr(err.message, cases[i].message))
            fail_msg("case %zu: %s, lacks '%s'", i, err.message, cases[i].message);
        assert_true(x[0] == 5.0);
    }
}

static int open_context(void **state)
{
    (void)state;
    return nacre_ctx_create(NULL, &ctx, NULL) ? -1 : 0;
}

static int close_context(void **state)
{
    (void)state;
    nacre_ctx_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_projection_in_every_form),
        cmocka_unit_test(test_forms_agree_on_random_problems),
        cmocka_unit_test(test_infeasible_with_certificate),
        cmocka_unit_test(test_unbounded_with_direction),
        cmocka_unit_test(test_limit_is_an_outcome),
        cmocka_unit_test(test_refusals),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
