// SPDX-License-Identifier: Apache-2.0
// Allocation number n fails, for every n that a portfolio, a conflict, risk parity and a frontier
// make: each call ends with NACRE_E_NOMEM, gives nothing out and everything back.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

enum { N = 3 };

static const double covariance[N * N] = {0.01,   0.004, 0.003,  0.004, 0.04,
                                         -0.018, 0.003, -0.018, 0.09};
static const double mean[N] = {0.03, 0.06, 0.08};

typedef struct counting {
    uint64_t calls, fail_at; ///< fail_at 0 = never
    size_t live_bytes;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    counting *c = user;
    assert_true(c->live_bytes >= bytes);
    c->live_bytes -= bytes;
    free(memory);
}

static nacre_status optimise(nacre_ctx *ctx, nacre_portfolio_problem *problem, nacre_error *err)
{
    nacre_portfolio_result *result;
    nacre_status status = nacre_portfolio_optimize(ctx, problem, &result, err);
    assert_true((status == NACRE_OK) == (result != NULL));
    nacre_portfolio_result_destroy(ctx, result);
    return status;
}

static nacre_portfolio_problem pose(nacre_portfolio_method method)
{
    nacre_portfolio_problem problem;
    nacre_portfolio_problem_init(&problem);
    problem.method = method;
    problem.assets = N;
    problem.covariance = covariance;
    problem.mean = mean;
    problem.benchmark = mean;
    problem.max_weight = 1.0;
    return problem;
}

static nacre_status use_programs(nacre_ctx *ctx, nacre_error *err)
{
    nacre_status status = NACRE_OK;
    for (int m = 0; m <= (int)NACRE_PORTFOLIO_RISK_PARITY && !status; m++) {
        nacre_portfolio_problem problem = pose((nacre_portfolio_method)m);
        status = optimise(ctx, &problem, err);
    }
    return status;
}

static nacre_status use_conflict(nacre_ctx *ctx, nacre_error *err)
{
    nacre_portfolio_problem problem = pose(NACRE_PORTFOLIO_MIN_VARIANCE);
    problem.max_weight = 0.1;
    return optimise(ctx, &problem, err);
}

static nacre_status use_factor_model(nacre_ctx *ctx, nacre_error *err)
{
    const double exposures[N] = {1.0, 0.9, 1.1}, factor = 0.02, specific[N] = {0.01, 0.02, 0.03};
    nacre_portfolio_problem problem = pose(NACRE_PORTFOLIO_TRACKING_ERROR);
    problem.covariance = NULL;
    problem.exposures = exposures;
    problem.factor_covariance = &factor;
    problem.specific_variance = specific;
    problem.factors = 1;
    return optimise(ctx, &problem, err);
}

static nacre_status use_frontier(nacre_ctx *ctx, nacre_error *err)
{
    const double lower[N] = {0.0}, upper[N] = {1.0, 1.0, 1.0};
    nacre_frontier *frontier;
    nacre_status status =
        nacre_frontier_create(ctx, N, mean, covariance, lower, upper, 1.0, &frontier, err);
    assert_true((status == NACRE_OK) == (frontier != NULL));
    nacre_frontier_destroy(ctx, frontier);
    return status;
}

static nacre_status use_posterior(nacre_ctx *ctx, nacre_error *err)
{
    const double pick[2 * N] = {[0] = 1.0, [N + 1] = 1.0, [N + 2] = -1.0};
    const double expected[2] = {0.1, 0.02};
    const nacre_portfolio_views views = {.count = 2, .pick = pick, .expected = expected};
    double posterior[N];
    return nacre_portfolio_posterior(ctx, N, covariance, mean, &views, 0.05, posterior, NULL, err);
}

static void fail_each(nacre_status (*use)(nacre_ctx *ctx, nacre_error *err))
{
    uint64_t needed = 1;
    for (uint64_t fail_at = 0; fail_at <= needed; fail_at++) {
        counting count = {0};
        nacre_ctx_options options;
        nacre_ctx_options_init(&options);
        options.threads = 1;
        options.allocator = (nacre_allocator){counting_alloc, counting_release, &count};
        nacre_ctx *ctx;
        assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
        uint64_t before = count.calls;
        size_t live = count.live_bytes;
        count.fail_at = fail_at ? before + fail_at : 0;
        nacre_error err = {0};
        assert_int_equal(use(ctx, &err), fail_at ? NACRE_E_NOMEM : NACRE_OK);
        assert_int_equal(count.live_bytes, live);
        if (fail_at == 0)
            needed = count.calls - before;
        nacre_ctx_destroy(ctx);
        assert_int_equal(count.live_bytes, 0);
    }
    assert_true(needed >= 5);
}

static void programs(void **state)
{
    (void)state;
    fail_each(use_programs);
}

static void conflict(void **state)
{
    (void)state;
    fail_each(use_conflict);
}

static void factor_model(void **state)
{
    (void)state;
    fail_each(use_factor_model);
}

static void frontier(void **state)
{
    (void)state;
    fail_each(use_frontier);
}

static void posterior(void **state)
{
    (void)state;
    fail_each(use_posterior);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(programs), cmocka_unit_test(conflict),  cmocka_unit_test(factor_model),
        cmocka_unit_test(frontier), cmocka_unit_test(posterior),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
