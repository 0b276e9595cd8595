// SPDX-License-Identifier: Apache-2.0
// The active set methods against the interior point method: the same program in sparse form, which
// only the latter takes, has the same answer; the KKT conditions are evaluated apart from both.
// Degenerate programs end as before, whichever method that takes. Laws: a warm start changes
// nothing, a permutation of the variables permutes the answer.
#include "nacre/portfolio.h"

#include "kkt_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

enum { N = 60, M = 6, K = 4, T = 90 };
static const double INF = (double)INFINITY;
static nacre_ctx *ctx;

static double uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

/// A program with its arrays, in a form that the active set methods take.
typedef struct program {
    double p[N * N], diagonal[N], factor[N * K], q[N], a[M * N];
    double low[N], high[N], row_low[M], row_high[M];
    nacre_qp qp;
} program;

typedef struct answer {
    double x[N], y[M], z[N];
    nacre_qp_result result;
} answer;

static void solve(const nacre_qp *qp, bool warm, answer *out)
{
    nacre_error err = {0};
    if (nacre_qp_solve(ctx, qp, NULL, warm, out->x, out->y, out->z, &out->result, &err))
        fail_msg("%s", err.message);
}

static void assert_kkt(const nacre_qp *qp, const answer *found, double limit)
{
    kkt_residuals r = kkt_check(qp, found->x, found->y, found->z);
    if (!(r.primal <= limit && r.dual <= limit && r.gap <= limit))
        fail_msg("KKT residuals: primal %g, dual %g, gap %g", r.primal, r.dual, r.gap);
    double size = 1.0 + fabs(r.objective);
    assert_true(fabs(r.objective - found->result.objective) <= 1e-12 * size);
}

/// The same program, P upper triangle by columns and A by rows: the interior point method's answer.
static void solve_interior(const program *from, answer *out)
{
    static double p_value[N * N];
    static size_t p_start[N + 1], p_index[N * N], a_start[M + 1], a_index[M * N];
    nacre_qp qp = from->qp;
    size_t at = 0, n = qp.variables;
    for (size_t j = 0; j < n; j++) {
        p_start[j] = at;
        for (size_t i = 0; i <= j; i++) {
            double sum = 0.0;
            if (qp.hessian)
                sum = qp.hessian[i * n + j];
            else if (i == j)
                sum = qp.diagonal[j];
            for (size_t k = 0; !qp.hessian && k < qp.factors; k++)
                sum += qp.factor[i * qp.factors + k] * qp.factor[j * qp.factors + k];
            p_index[at] = i;
            p_value[at++] = sum;
        }
    }
    p_start[n] = at;
    for (size_t i = 0; i <= qp.rows; i++)
        a_start[i] = i * n;
    for (size_t i = 0; i < qp.rows * n; i++)
        a_index[i] = i % n;
    qp.a_value = qp.matrix;
    qp.a_start = a_start;
    qp.a_index = a_index;
    qp.p_start = p_start;
    qp.p_index = p_index;
    qp.p_value = p_value;
    qp.hessian = qp.diagonal = qp.factor = qp.matrix = NULL;
    qp.factors = 0;
    solve(&qp, false, out);
    assert_int_equal(out->result.method, NACRE_QP_INTERIOR_POINT);
}

/// A long-only portfolio: budget, two sector limits, a band of a random exposure, a floor on the
/// mean. `dense`: the covariance of T days of a one-factor market, else a model of K factors.
static void make(program *to, uint64_t seed, bool dense, size_t rows)
{
    uint64_t s = seed;
    memset(to, 0, sizeof *to);
    for (size_t i = 0; i < N; i++) {
        to->diagonal[i] = 0.01 + 0.05 * uniform(&s);
        to->q[i] = 0.02 * (double)(seed % 3) * (uniform(&s) - 0.7);
        to->high[i] = 0.1;
        for (size_t k = 0; k < K; k++)
            to->factor[i * K + k] = (k == 0 ? 0.2 : 0.0) + 0.1 * (uniform(&s) - 0.5);
    }
    for (size_t t = 0; dense && t < T; t++) {
        double day[N], market = 2.0 * (uniform(&s) - 0.5);
        for (size_t i = 0; i < N; i++)
            day[i] = (0.5 + to->diagonal[i] * 20.0) * market + uniform(&s) - 0.5;
        for (size_t i = 0; i < N; i++)
            for (size_t j = 0; j < N; j++)
                to->p[i * N + j] += day[i] * day[j] / T;
    }
    double exposure = 0.0;
    for (size_t i = 0; i < N; i++) {
        to->a[i] = 1.0;
        to->a[N + i] = i < N / 3;
        to->a[2 * N + i] = i >= N / 2;
        to->a[3 * N + i] = uniform(&s) - 0.5;
        to->a[4 * N + i] = -to->q[i];
        to->a[5 * N + i] = uniform(&s);
        exposure += to->a[5 * N + i] / N;
    }
    const double low[] = {1.0, 0.3, -INF, -0.01, -INF, exposure},
                 high[] = {1.0, 0.5, 0.4, 0.02, INF, exposure};
    memcpy(to->row_low, low, sizeof low);
    memcpy(to->row_high, high, sizeof high);
    to->qp = (nacre_qp){
        .variables = N,
        .rows = rows,
        .hessian = dense ? to->p : NULL,
        .diagonal = dense ? NULL : to->diagonal,
        .factor = dense ? NULL : to->factor,
        .factors = dense ? 0 : K,
        .linear = to->q,
        .constant = 0.5,
        .matrix = to->a,
        .row_lower = to->row_low,
        .row_upper = to->row_high,
        .lower = to->low,
        .upper = to->high,
    };
}

static void assert_same(const answer *a, const answer *b, double limit)
{
    assert_int_equal(a->result.outcome, b->result.outcome);
    if (a->result.outcome == NACRE_QP_OPTIMAL)
        assert_true(fabs(a->result.objective - b->result.objective) <=
                    limit * (1.0 + fabs(a->result.objective)));
}

static void test_agrees_with_interior_point(void **state)
{
    (void)state;
    static program from;
    answer active, interior;
    for (int dense = 0; dense < 2; dense++) {
        int taken = 0, count = 0;
        for (uint64_t seed = 1; seed <= 60; seed++, count++) {
            make(&from, seed, dense, seed % (M + 1));
            if (seed % 7 == 0)
                for (size_t i = 0; i < N; i += 3) // shorts, and no upper bound
                    from.low[i] = -0.02, from.high[i] = INF;
            solve(&from.qp, false, &active);
            solve_interior(&from, &interior);
            assert_int_equal(active.result.outcome, NACRE_QP_OPTIMAL);
            assert_kkt(&from.qp, &active, 2e-9);
            assert_same(&active, &interior, 1e-8);
            taken += active.result.method == NACRE_QP_ACTIVE_SET;
        }
        // Were it to hand over much of the time, this test would compare a method with itself.
        if (taken * 10 < count * 9)
            fail_msg("%s: only %d of %d by active sets", dense ? "dense" : "factor", taken, count);
    }
}

static void test_warm_start_changes_nothing(void **state)
{
    (void)state;
    static program from, later;
    answer cold, warm;
    for (int dense = 0; dense < 2; dense++)
        for (uint64_t seed = 1; seed <= 20; seed++) {
            make(&from, 3 * seed + 1, dense, seed % (M + 1));
            later = from;
            later.qp.linear = later.q;
            uint64_t s = seed;
            for (size_t i = 0; i < N; i++)
                later.q[i] *= 1.0 + 0.02 * (uniform(&s) - 0.5);
            solve(&from.qp, false, &warm);
            solve(&later.qp, true, &warm);
            solve(&later.qp, false, &cold);
            assert_kkt(&later.qp, &warm, 2e-9);
            assert_same(&cold, &warm, 1e-8);
            for (size_t i = 0; i < N; i++)
                assert_true(fabs(cold.x[i] - warm.x[i]) < 1e-6);
            // From the solution itself in one linear system, or none.
            uint32_t before = warm.result.iterations;
            solve(&later.qp, true, &warm);
            assert_true(warm.result.method != NACRE_QP_ACTIVE_SET ||
                        warm.result.iterations <= (before < 1 ? before : 1));
        }
    // A start that is no number is refused by name, whichever method would take it.
    for (int dense = 0; dense < 2; dense++) {
        nacre_error err = {0};
        make(&from, 1, dense, 1);
        solve(&from.qp, false, &warm);
        warm.z[3] = (double)NAN;
        cold = warm;
        assert_int_equal(
            nacre_qp_solve(ctx, &from.qp, NULL, true, warm.x, warm.y, warm.z, &warm.result, &err),
            NACRE_E_NONFINITE);
        assert_non_null(strstr(err.message, "entry 3"));
        assert_memory_equal(&cold, &warm, sizeof cold);
    }
}

static void test_permutation_permutes(void **state)
{
    (void)state;
    static program from, to;
    answer first, second;
    for (int dense = 0; dense < 2; dense++)
        for (uint64_t seed = 1; seed <= 10; seed++) {
            make(&from, seed, dense, 4);
            make(&to, seed, dense, 4);
            for (size_t i = 0; i < N; i++) {
                size_t a = (7 * i + 3) % N;
                to.diagonal[i] = from.diagonal[a];
                to.q[i] = from.q[a];
                for (size_t j = 0; j < N; j++)
                    to.p[i * N + j] = from.p[a * N + (7 * j + 3) % N];
                for (size_t k = 0; k < K; k++)
                    to.factor[i * K + k] = from.factor[a * K + k];
                for (size_t r = 0; r < M; r++)
                    to.a[r * N + i] = from.a[r * N + a];
            }
            solve(&from.qp, false, &first);
            solve(&to.qp, false, &second);
            assert_same(&first, &second, 1e-8);
            for (size_t i = 0; i < N; i++)
                assert_true(fabs(second.x[i] - first.x[(7 * i + 3) % N]) < 1e-6);
        }
}

/// Solves in both forms; the outcome and the objective are those of the interior point method.
static void assert_ends_as_before(const program *from)
{
    answer active, interior;
    solve(&from->qp, false, &active);
    solve_interior(from, &interior);
    assert_same(&interior, &active, 1e-8);
    if (active.result.outcome == NACRE_QP_OPTIMAL)
        assert_kkt(&from->qp, &active, 2e-9);
    else
        assert_int_equal(active.result.method, NACRE_QP_INTERIOR_POINT);
}

static void test_degenerate(void **state)
{
    (void)state;
    static program from;
    for (int dense = 0; dense < 2; dense++) {
        make(&from, 2, dense, 1); // every variable fixed, and the budget met
        for (size_t i = 0; i < N; i++)
            from.low[i] = from.high[i] = 1.0 / N;
        assert_ends_as_before(&from);
        make(&from, 2, dense, 1); // the only feasible point has every variable at its upper bound
        for (size_t i = 0; i < N; i++)
            from.high[i] = 1.0 / 64.0;
        from.row_low[0] = from.row_high[0] = N / 64.0;
        assert_ends_as_before(&from);
        make(&from, 2, dense, 2); // one row twice
        memcpy(from.a + N, from.a, N * sizeof *from.a);
        from.row_low[1] = from.row_high[1] = 1.0;
        assert_ends_as_before(&from);
        make(&from, 4, dense, 2); // equality and inequality on the same sum, just compatible
        memcpy(from.a + N, from.a, N * sizeof *from.a);
        from.row_low[1] = 1.0;
        from.row_high[1] = INF;
        assert_ends_as_before(&from);
        make(&from, 5, dense, 3); // every second asset is the one before it
        for (size_t i = 1; i < N; i += 2) {
            for (size_t j = 0; j < N; j++)
                from.p[i * N + j] = from.p[(i - 1) * N + j];
            for (size_t j = 0; j < N; j++)
                from.p[j * N + i] = from.p[j * N + i - 1];
            for (size_t r = 0; r < 3; r++)
                from.a[r * N + i] = from.a[r * N + i - 1];
            from.q[i] = from.q[i - 1];
        }
        assert_ends_as_before(&from);
        make(&from, 5, dense, 3); // directions without curvature
        for (size_t i = 0; i < N; i += 4) {
            from.diagonal[i] = 0.0;
            for (size_t k = 0; k < K; k++)
                from.factor[i * K + k] = 0.0;
            for (size_t j = 0; j < N; j++)
                from.p[i * N + j] = from.p[j * N + i] = 0.0;
        }
        assert_ends_as_before(&from);
        memset(from.p, 0, sizeof from.p); // a linear program
        memset(from.diagonal, 0, sizeof from.diagonal);
        memset(from.factor, 0, sizeof from.factor);
        assert_ends_as_before(&from);
    }
}

static void test_no_optimum(void **state)
{
    (void)state;
    static program from;
    for (int dense = 0; dense < 2; dense++) {
        make(&from, 2, dense, 1); // the upper bounds leave no budget
        for (size_t i = 0; i < N; i++)
            from.high[i] = 0.9 / N;
        assert_ends_as_before(&from);
        answer found;
        solve(&from.qp, false, &found);
        assert_int_equal(found.result.outcome, NACRE_QP_PRIMAL_INFEASIBLE);
        double support = found.y[0];
        for (size_t i = 0; i < N; i++)
            support += found.z[i] * (found.z[i] > 0.0 ? 0.0 : from.high[i]);
        assert_true(support > 0.0);
        make(&from, 2, dense, 2); // rows that contradict each other
        memcpy(from.a + N, from.a, N * sizeof *from.a);
        from.row_low[1] = from.row_high[1] = 0.9;
        assert_ends_as_before(&from);
        make(&from, 2, dense, 0); // asset 0 has neither risk nor bound
        from.diagonal[0] = 0.0;
        from.q[0] = -1.0;
        from.high[0] = INF;
        for (size_t k = 0; k < K; k++)
            from.factor[k] = 0.0;
        for (size_t j = 0; j < N; j++)
            from.p[j] = from.p[j * N] = 0.0;
        assert_ends_as_before(&from);
        solve(&from.qp, false, &found);
        assert_int_equal(found.result.outcome, NACRE_QP_DUAL_INFEASIBLE);
    }
}

static void test_forms_and_limits(void **state)
{
    (void)state;
    static program from;
    answer dense_rows, sparse_rows;
    size_t a_start[M + 1], a_index[M * N];
    for (size_t i = 0; i <= M; i++)
        a_start[i] = i * N;
    for (size_t i = 0; i < M * N; i++)
        a_index[i] = i % N;
    for (int form = 0; form < 3; form++) {
        make(&from, 4, form == 0, 4);
        if (form == 2) { // a diagonal alone
            from.qp.factor = NULL;
            from.qp.factors = 0;
        }
        solve(&from.qp, false, &dense_rows);
        assert_int_equal(dense_rows.result.method, NACRE_QP_ACTIVE_SET);
        assert_kkt(&from.qp, &dense_rows, 2e-9);
        nacre_qp sparse = from.qp;
        sparse.matrix = NULL;
        sparse.a_start = a_start;
        sparse.a_index = a_index;
        sparse.a_value = from.a;
        solve(&sparse, false, &sparse_rows);
        assert_same(&dense_rows, &sparse_rows, 1e-8);
        if (form < 2) // the same method on the same numbers
            assert_memory_equal(dense_rows.x, sparse_rows.x, sizeof dense_rows.x);
        // Too few steps for it: the other method takes over and reports its own limit.
        nacre_qp_options options;
        nacre_qp_result result;
        nacre_qp_options_init(&options);
        options.max_iterations = 1;
        assert_int_equal(nacre_qp_solve(ctx, &from.qp, &options, false, sparse_rows.x,
                                        sparse_rows.y, sparse_rows.z, &result, NULL),
                         NACRE_OK);
        assert_int_equal(result.outcome, NACRE_QP_ITERATION_LIMIT);
        assert_int_equal(result.method, NACRE_QP_INTERIOR_POINT);
    }
    assert_string_equal(nacre_qp_method_name(NACRE_QP_ACTIVE_SET), "active_set");
    assert_string_equal(nacre_qp_method_name(NACRE_QP_INTERIOR_POINT), "interior_point");
}

/// Units must not matter: money in cents, returns in basis points.
static void test_scaling(void **state)
{
    (void)state;
    static program from, to;
    answer first, second;
    const double scales[] = {1e-4, 1e4};
    for (int dense = 0; dense < 2; dense++)
        for (int s = 0; s < 2; s++) {
            make(&from, 5, dense, 5);
            to = from;
            double scale = scales[s];
            for (size_t i = 0; i < N; i++) {
                to.diagonal[i] /= scale * scale;
                to.q[i] /= scale;
                to.low[i] *= scale;
                to.high[i] *= scale;
            }
            for (size_t i = 0; i < N * K; i++)
                to.factor[i] /= scale;
            for (size_t i = 0; i < N * N; i++)
                to.p[i] /= scale * scale;
            for (size_t i = 0; i < M * N; i++)
                to.a[i] /= scale;
            to.qp.hessian = dense ? to.p : NULL;
            to.qp.diagonal = dense ? NULL : to.diagonal;
            to.qp.factor = dense ? NULL : to.factor;
            to.qp.linear = to.q;
            to.qp.matrix = to.a;
            to.qp.lower = to.low;
            to.qp.upper = to.high;
            solve(&from.qp, false, &first);
            solve(&to.qp, false, &second);
            assert_int_equal(first.result.method, NACRE_QP_ACTIVE_SET);
            assert_int_equal(second.result.method, NACRE_QP_ACTIVE_SET);
            assert_same(&first, &second, 1e-8);
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
        cmocka_unit_test(test_agrees_with_interior_point),
        cmocka_unit_test(test_warm_start_changes_nothing),
        cmocka_unit_test(test_permutation_permutes),
        cmocka_unit_test(test_degenerate),
        cmocka_unit_test(test_no_optimum),
        cmocka_unit_test(test_forms_and_limits),
        cmocka_unit_test(test_scaling),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
