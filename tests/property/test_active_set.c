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
            if (getenv("SHOW"))
                print_message("%d %d rows %zu: %s %u steps; interior %u\n", dense, (int)seed,
                              from.qp.rows, nacre_qp_method_name(active.result.method),
                              active.result.iterations, interior.result.iterations);
        }
        print_message("%s: %d of %d by active sets\n", dense ? "dense" : "factor", taken, count);
        assert_true(taken * 10 >= count * 9);
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
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
