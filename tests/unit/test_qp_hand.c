// SPDX-License-Identifier: Apache-2.0
// Small programs with answers in closed form, each posed with dense and with sparse matrices: what
// is degenerate about a problem (no curvature, no rows, dependent rows, far scales) must not
// matter.
#include "nacre/portfolio.h"

#include "kkt_check.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum { MOST = 8 };
static nacre_ctx *ctx;
static const double INF = (double)INFINITY;

typedef struct answer {
    nacre_qp_result result;
    double x[MOST], y[MOST], z[MOST];
} answer;

/// Solves `qp` (dense), or the same with sparse matrices.
static answer solve(const nacre_qp *qp, bool sparse)
{
    size_t n = qp->variables, m = qp->rows, p_at = 0, a_at = 0;
    size_t p_start[MOST + 1], p_index[MOST * MOST], a_start[MOST + 1], a_index[MOST * MOST];
    double p_value[MOST * MOST], a_value[MOST * MOST];
    nacre_qp posed = *qp;
    if (sparse) {
        for (size_t j = 0; j < n; j++) {
            p_start[j] = p_at;
            for (size_t i = 0; i <= j; i++)
                if (qp->hessian[i * n + j] != 0.0) {
                    p_index[p_at] = i;
                    p_value[p_at++] = qp->hessian[i * n + j];
                }
        }
        p_start[n] = p_at;
        for (size_t i = 0; i < m; i++) {
            a_start[i] = a_at;
            for (size_t j = 0; j < n; j++)
                if (qp->matrix[i * n + j] != 0.0) {
                    a_index[a_at] = j;
                    a_value[a_at++] = qp->matrix[i * n + j];
                }
        }
        a_start[m] = a_at;
        posed.hessian = posed.matrix = NULL;
        posed.p_start = p_start;
        posed.p_index = p_index;
        posed.p_value = p_value;
        posed.a_start = m > 0 ? a_start : NULL;
        posed.a_index = a_index;
        posed.a_value = a_value;
    }
    answer a;
    nacre_error err = {0};
    if (nacre_qp_solve(ctx, &posed, NULL, false, a.x, a.y, a.z, &a.result, &err))
        fail_msg("%s", err.message);
    return a;
}

static void assert_near(double value, double expected, double limit)
{
    if (!(fabs(value - expected) <= limit * fmax(1.0, fabs(expected))))
        fail_msg("%.17g is not within %g of %.17g", value, limit, expected);
}

static void assert_optimal(const nacre_qp *qp, const answer *a, const double *x, double objective)
{
    assert_int_equal(a->result.outcome, NACRE_QP_OPTIMAL);
    for (size_t i = 0; i < qp->variables; i++)
        assert_near(a->x[i], x[i], 1e-7);
    assert_near(a->result.objective, objective, 1e-8);
    kkt_residuals r = kkt_check(qp, a->x, a->y, a->z);
    assert_true(fmax(r.primal, fmax(r.dual, r.gap)) <= 2e-9);
}

// x0 + x1 >= 2 and x0 + x1 <= 1: the difference of the rows says 0 >= 1.
static void test_conflicting_rows(void **state)
{
    (void)state;
    static const double p[] = {1, 0, 0, 1}, q[] = {1, -1}, a[] = {1, 1, 1, 1};
    const double low[] = {2, -INF}, high[] = {INF, 1};
    nacre_qp qp = {.variables = 2,
                   .rows = 2,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_int_equal(s.result.outcome, NACRE_QP_PRIMAL_INFEASIBLE);
        double proof = 2.0 * s.y[0] + s.y[1];
        assert_true(s.y[0] >= 0.0 && s.y[1] <= 0.0 && proof > 0.0);
        for (size_t j = 0; j < 2; j++)
            assert_true(fabs(s.y[0] + s.y[1] + s.z[j]) <= 1e-7 * proof);
    }
}

// Linear, x >= 0, x0 - x1 <= 1: along (1, 1) the objective falls for ever.
static void test_unbounded_linear(void **state)
{
    (void)state;
    static const double p[] = {0, 0, 0, 0}, q[] = {-1, -1}, a[] = {1, -1}, high[] = {1},
                        zero[] = {0, 0};
    const double low[] = {-INF};
    nacre_qp qp = {.variables = 2,
                   .rows = 1,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high,
                   .lower = zero};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_int_equal(s.result.outcome, NACRE_QP_DUAL_INFEASIBLE);
        double slope = s.x[0] + s.x[1];
        assert_true(slope > 0.0 && s.x[0] - s.x[1] <= 1e-7 * slope);
        assert_true(s.x[0] >= -1e-7 * slope && s.x[1] >= -1e-7 * slope);
    }
}

// P = [4 1; 1 3], q = (-1, -2): x = P^-1 (1, 2) = (1, 7) / 11, f = -15/22.
static void test_free_variables_only(void **state)
{
    (void)state;
    static const double p[] = {4, 1, 1, 3}, q[] = {-1, -2}, x[] = {1.0 / 11.0, 7.0 / 11.0};
    nacre_qp qp = {.variables = 2, .hessian = p, .linear = q};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_optimal(&qp, &s, x, -15.0 / 22.0);
    }
}

// The point of a hyperplane nearest to 0: x = a b / |a|^2, and the dual is b / |a|^2.
static void test_equalities_only(void **state)
{
    (void)state;
    static const double p[] = {1, 0, 0, 0, 1, 0, 0, 0, 1}, q[] = {0, 0, 0}, a[] = {1, 2, -2},
                        side[] = {3}, x[] = {1.0 / 3.0, 2.0 / 3.0, -2.0 / 3.0};
    nacre_qp qp = {.variables = 3,
                   .rows = 1,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = side,
                   .row_upper = side};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_optimal(&qp, &s, x, 0.5);
        assert_near(s.y[0], 1.0 / 3.0, 1e-8);
    }
}

// max x + 2y, x + y <= 4, x + 3y <= 6, x, y >= 0: the vertex (3, 1); both rows are worth -1/2.
static void test_linear_program(void **state)
{
    (void)state;
    static const double p[] = {0, 0, 0, 0}, q[] = {-1, -2}, a[] = {1, 1, 1, 3}, high[] = {4, 6},
                        zero[] = {0, 0}, x[] = {3, 1};
    const double low[] = {-INF, -INF};
    nacre_qp qp = {.variables = 2,
                   .rows = 2,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high,
                   .lower = zero};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_optimal(&qp, &s, x, -5.0);
        assert_near(s.y[0], -0.5, 1e-7);
        assert_near(s.y[1], -0.5, 1e-7);
    }
}

// min (x - 3)^2 with x <= 2 has the dual -2; with x in [2, 2] too; with x free it is 0.
static void test_one_variable(void **state)
{
    (void)state;
    static const double p[] = {2}, q[] = {-6}, two[] = {2}, three[] = {3};
    for (int sparse = 0; sparse < 2; sparse++) {
        nacre_qp qp = {.variables = 1, .hessian = p, .linear = q, .constant = 9.0, .upper = two};
        answer s = solve(&qp, sparse);
        assert_optimal(&qp, &s, two, 1.0);
        assert_near(s.z[0], -2.0, 1e-7);
        qp.lower = two;
        s = solve(&qp, sparse);
        assert_optimal(&qp, &s, two, 1.0);
        assert_near(s.z[0], -2.0, 1e-7);
        qp.lower = qp.upper = NULL;
        s = solve(&qp, sparse);
        assert_optimal(&qp, &s, three, 0.0);
    }
}

// x + y = 1 three times, once doubled, and x + y <= 1 besides: half each, and what the rows are
// worth together is 1/2.
static void test_dependent_rows(void **state)
{
    (void)state;
    static const double p[] = {1, 0, 0, 1}, q[] = {0, 0}, a[] = {1, 1, 1, 1, 2, 2, 1, 1},
                        high[] = {1, 1, 2, 1}, x[] = {0.5, 0.5};
    const double low[] = {1, 1, 2, -INF};
    nacre_qp qp = {.variables = 2,
                   .rows = 4,
                   .hessian = p,
                   .linear = q,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_optimal(&qp, &s, x, 0.25);
        assert_near(s.y[0] + s.y[1] + 2.0 * s.y[2] + s.y[3], 0.5, 1e-7);
    }
}

// u = 1e-8 x0 and v = 1e8 x1: min (u - 1)^2 / 2 + (v - 1)^2 / 2 with u + v <= 1 is u = v = 1/2.
static void test_far_scales(void **state)
{
    (void)state;
    static const double p[] = {1e-16, 0, 0, 1e16}, q[] = {-1e-8, -1e8}, a[] = {1e-8, 1e8},
                        high[] = {1};
    const double low[] = {-INF};
    nacre_qp qp = {.variables = 2,
                   .rows = 1,
                   .hessian = p,
                   .linear = q,
                   .constant = 1.0,
                   .matrix = a,
                   .row_lower = low,
                   .row_upper = high};
    for (int sparse = 0; sparse < 2; sparse++) {
        answer s = solve(&qp, sparse);
        assert_int_equal(s.result.outcome, NACRE_QP_OPTIMAL);
        assert_near(1e-8 * s.x[0], 0.5, 1e-6);
        assert_near(1e8 * s.x[1], 0.5, 1e-6);
        assert_near(s.y[0], -0.5, 1e-6);
        assert_near(s.result.objective, 0.25, 1e-8);
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
        cmocka_unit_test(test_conflicting_rows),    cmocka_unit_test(test_unbounded_linear),
        cmocka_unit_test(test_free_variables_only), cmocka_unit_test(test_equalities_only),
        cmocka_unit_test(test_linear_program),      cmocka_unit_test(test_one_variable),
        cmocka_unit_test(test_dependent_rows),      cmocka_unit_test(test_far_scales),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
