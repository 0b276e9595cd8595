// SPDX-License-Identifier: Apache-2.0
// Allocation number n fails, for every n that the factor engine makes: each call ends with
// NACRE_E_NOMEM, gives nothing out and everything back.
#include "unit/factor_fixture.h"

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

typedef nacre_status use_fn(nacre_ctx *ctx, const double *returns, size_t periods, size_t assets,
                            nacre_error *err);

static nacre_status use_covariances(nacre_ctx *ctx, const double *returns, size_t periods,
                                    size_t assets, nacre_error *err)
{
    nacre_covariance_options options;
    nacre_status status = NACRE_OK;
    nacre_covariance_options_init(&options);
    double *out = make_doubles(assets * assets);
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP && !status; m++) {
        options.method = (nacre_covariance_method)m;
        status = nacre_covariance(ctx, periods, assets, returns, assets, &options, out, NULL, err);
    }
    free(out);
    return status;
}

static nacre_status use_pca(nacre_ctx *ctx, const double *returns, size_t periods, size_t assets,
                            nacre_error *err)
{
    nacre_pca *pca;
    nacre_status status =
        nacre_pca_create(ctx, periods, assets, returns, assets, true, 0, &pca, err);
    assert_true((status == NACRE_OK) == (pca != NULL));
    nacre_pca_destroy(ctx, pca);
    return status;
}

static nacre_status use_model(nacre_ctx *ctx, const double *returns, size_t periods, size_t assets,
                              nacre_error *err)
{
    uint32_t group[64];
    nacre_risk_model *model;
    double *out = make_doubles(assets * assets);
    for (uint32_t i = 0; i < assets; i++)
        group[i] = i % 3;
    nacre_status status = nacre_risk_model_create(ctx, periods, assets, returns, assets, group, 3,
                                                  NULL, NULL, &model, err);
    assert_true((status == NACRE_OK) == (model != NULL));
    if (!status)
        status = nacre_risk_model_covariance(ctx, model, out, err);
    nacre_risk_model_destroy(ctx, model);
    free(out);
    return status;
}

/// Number of allocations of a good run; every one of them is then made to fail.
static void fail_each(use_fn *use, const factor_case *shape)
{
    double *returns = make_returns(shape->periods, shape->assets, shape->assets);
    uint64_t needed = 1;
    for (uint64_t fail_at = 0; fail_at <= needed; fail_at++) {
        counting c = {0};
        nacre_ctx_options options;
        nacre_ctx_options_init(&options);
        options.threads = 1;
        options.allocator = (nacre_allocator){counting_alloc, counting_release, &c};
        nacre_ctx *ctx;
        nacre_error err = {0};
        assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
        size_t bytes = c.live_bytes;
        c.calls = 0;
        c.fail_at = fail_at;
        nacre_status status = use(ctx, returns, shape->periods, shape->assets, &err);
        assert_int_equal(status, fail_at ? NACRE_E_NOMEM : NACRE_OK);
        assert_true(!fail_at || strstr(err.message, "out of memory"));
        assert_int_equal(c.live_bytes, bytes);
        if (!fail_at)
            needed = c.calls;
        nacre_ctx_destroy(ctx);
    }
    assert_true(needed > 3);
    free(returns);
}

static void test_each_allocation(void **state)
{
    (void)state;
    static use_fn *const uses[] = {use_covariances, use_pca, use_model};
    for (size_t i = 0; i < sizeof uses / sizeof uses[0]; i++) {
        fail_each(uses[i], find_case("tall"));
        fail_each(uses[i], find_case("wide"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
