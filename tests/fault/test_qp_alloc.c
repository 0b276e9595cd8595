// SPDX-License-Identifier: Apache-2.0
// Every allocation of the QPS reader and of the solver fails in turn, in each of the three forms
// and with a sparse factor by supernodes: the status is NACRE_E_NOMEM, nothing stays allocated, and
// the outputs are untouched.
#include "nacre/portfolio.h"

#include "unit/core_context.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const char TEXT[] = "NAME t\nROWS\n N c\n E e\n L l\nCOLUMNS\n x c -1 e 1\n y e 1 l 1\n"
                           "RHS\n R e 1 l 1\nBOUNDS\n UP B x 1\nQUADOBJ\n x x 2\n x y 1\n y y 2\n"
                           "ENDATA\n";

/// False when the allocation that was to fail came into play.
static bool read_and_solve(nacre_ctx *ctx, core_memory *memory)
{
    nacre_qps *qps;
    nacre_qp_result result = {.iterations = 77};
    double x[2] = {5, 5}, y[2], z[2];
    nacre_status status = nacre_qps_parse(ctx, "t", TEXT, strlen(TEXT), &qps, NULL);
    if (!status) {
        status = nacre_qp_solve(ctx, nacre_qps_problem(qps), NULL, false, x, y, z, &result, NULL);
        if (status)
            assert_true(x[0] == 5.0 && result.iterations == 77);
        nacre_qps_destroy(qps);
    } else {
        assert_null(qps);
    }
    assert_int_equal(atomic_load(&memory->live), 0);
    assert_true(status == NACRE_OK || status == NACRE_E_NOMEM);
    return status == NACRE_OK;
}

/// `infeasible`: the active set method gives up and the interior point method takes its memory too.
static bool solve_dense(nacre_ctx *ctx, core_memory *memory, bool factored, bool infeasible)
{
    static const double p[] = {2, 1, 1, 2}, d[] = {1, 1}, f[] = {1, 1}, q[] = {-1, 0}, a[] = {1, 1},
                        one[] = {1}, zero[] = {0, 0}, third[] = {0.3, 0.3};
    nacre_qp qp = {.variables = 2,
                   .rows = 1,
                   .hessian = factored ? NULL : p,
                   .diagonal = factored ? d : NULL,
                   .factor = factored ? f : NULL,
                   .factors = 1,
                   .linear = q,
                   .matrix = a,
                   .row_lower = one,
                   .row_upper = one,
                   .lower = zero,
                   .upper = infeasible ? third : NULL};
    double x[2] = {5, 5}, y[1], z[2];
    nacre_qp_result result = {.iterations = 77};
    nacre_status status = nacre_qp_solve(ctx, &qp, NULL, false, x, y, z, &result, NULL);
    assert_int_equal(atomic_load(&memory->live), 0);
    assert_true(status == NACRE_OK || status == NACRE_E_NOMEM);
    if (status)
        assert_true(x[0] == 5.0 && result.iterations == 77);
    else
        assert_int_equal(result.method, infeasible ? NACRE_QP_INTERIOR_POINT : NACRE_QP_ACTIVE_SET);
    return status == NACRE_OK;
}

/// A full P in sparse form: min 1/2 |x|^2 + 1/2 (sum x)^2 - x0.
static bool solve_by_supernodes(nacre_ctx *ctx, core_memory *memory)
{
    enum { N = 150 };
    static size_t start[N + 1], index[N * (N + 1) / 2];
    static double value[N * (N + 1) / 2], q[N] = {-1}, x[N], z[N];
    size_t at = 0;
    for (size_t j = 0; j < N; j++) {
        for (size_t i = 0; i <= j; i++) {
            index[at] = i;
            value[at++] = i == j ? 2.0 : 1.0;
        }
        start[j + 1] = at;
    }
    nacre_qp qp = {
        .variables = N, .linear = q, .p_start = start, .p_index = index, .p_value = value};
    nacre_qp_result result;
    nacre_status status = nacre_qp_solve(ctx, &qp, NULL, false, x, NULL, z, &result, NULL);
    assert_int_equal(atomic_load(&memory->live), 0);
    assert_true(status == NACRE_OK || status == NACRE_E_NOMEM);
    return status == NACRE_OK;
}

static void test_every_allocation(void **state)
{
    (void)state;
    for (int form = 0; form < 6; form++) {
        long failed = 0;
        for (bool done = false; !done; failed++) {
            core_memory memory = {0};
            atomic_store(&memory.fail_at, failed + 1);
            nacre_ctx ctx = core_test_context(&memory);
            done = form == 0   ? read_and_solve(&ctx, &memory)
                   : form == 5 ? solve_by_supernodes(&ctx, &memory)
                               : solve_dense(&ctx, &memory, form % 2 == 0, form > 2);
            assert_true(failed < 1000);
        }
        assert_true(failed > (form == 1 || form == 2 ? 20 : 30));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_every_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
