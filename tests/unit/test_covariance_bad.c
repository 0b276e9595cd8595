// SPDX-License-Identifier: Apache-2.0
// Bad input of the factor engine: every case is a named error with the place in its message, or a
// documented outcome; outputs stay untouched.
#include "unit/factor_fixture.h"

enum { PERIODS = 10, ASSETS = 4 };

static nacre_status call(nacre_ctx *ctx, size_t periods, size_t assets, const double *returns,
                         size_t ld, nacre_covariance_method method, nacre_error *err)
{
    nacre_covariance_options options;
    nacre_covariance_options_init(&options);
    options.method = method;
    double out[ASSETS * ASSETS], before[ASSETS * ASSETS];
    memset(out, 0x5a, sizeof out);
    memcpy(before, out, sizeof out);
    nacre_status status =
        nacre_covariance(ctx, periods, assets, returns, ld, &options, out, NULL, err);
    if (status)
        assert_memory_equal(out, before, sizeof out);
    return status;
}

#define expect(status_, part)                                                                      \
    do {                                                                                           \
        assert_int_equal(status, NACRE_##status_);                                                 \
        if (!strstr(err.message, part))                                                            \
            fail_msg("\"%s\" does not name \"%s\"", err.message, part);                            \
    } while (0)

static void test_shapes_and_gaps(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *r = make_returns(PERIODS, ASSETS, ASSETS);
    nacre_error err;
    nacre_pca *pca;
    nacre_risk_model *model;
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++) {
        nacre_covariance_method method = (nacre_covariance_method)m;
        nacre_status status = call(ctx, 1, ASSETS, r, ASSETS, method, &err);
        expect(E_SHAPE, "1 periods");
        status = call(ctx, PERIODS, 0, r, ASSETS, method, &err);
        expect(E_SHAPE, "no asset");
        status = call(ctx, PERIODS, ASSETS, r, ASSETS - 1, method, &err);
        expect(E_SHAPE, "leading dimension of 3");
        for (int k = 0; k < 2; k++) {
            double keep = r[3 * ASSETS + 2];
            r[3 * ASSETS + 2] = k ? -(double)INFINITY : (double)NAN;
            status = call(ctx, PERIODS, ASSETS, r, ASSETS, method, &err);
            expect(E_NONFINITE, "row 3, column 2");
            status = nacre_pca_create(ctx, PERIODS, ASSETS, r, ASSETS, false, 0, &pca, &err);
            expect(E_NONFINITE, "row 3, column 2");
            assert_null(pca);
            status = nacre_risk_model_create(ctx, PERIODS, ASSETS, r, ASSETS, NULL, 0, NULL, NULL,
                                             &model, &err);
            expect(E_NONFINITE, "row 3, column 2");
            assert_null(model);
            r[3 * ASSETS + 2] = keep;
        }
    }
    free(r);
    nacre_ctx_destroy(ctx);
}

/// A gap is found at every place of rows longer and shorter than a vector.
static void test_every_place(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t n = 1; n <= 19; n++) {
        double *r = make_returns(3, n, n);
        nacre_pca *pca;
        nacre_error err;
        for (size_t cell = 0; cell < 3 * n; cell++) {
            char place[64];
            double keep = r[cell];
            (void)snprintf(place, sizeof place, "row %zu, column %zu ", cell / n, cell % n);
            r[cell] = cell % 2 ? (double)NAN : (double)INFINITY;
            nacre_status status = nacre_pca_create(ctx, 3, n, r, n, false, 0, &pca, &err);
            expect(E_NONFINITE, place);
            r[cell] = keep;
        }
        free(r);
    }
    nacre_ctx_destroy(ctx);
}

static void test_constant_and_doubled(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *r = make_returns(PERIODS, ASSETS, ASSETS);
    nacre_error err;
    nacre_pca *pca;
    for (size_t t = 0; t < PERIODS; t++)
        r[t * ASSETS + 1] = 0.1; // whose mean over ten periods rounds
    assert_int_equal(call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_SAMPLE, &err), NACRE_OK);
    assert_int_equal(call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_LW_IDENTITY, &err), NACRE_OK);
    nacre_status status =
        call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_LW_CONSTANT_CORRELATION, &err);
    expect(E_ARG, "column 1");
    status = call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_MP_CLIP, &err);
    expect(E_ARG, "column 1");
    status = call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_QIS, &err);
    expect(E_ARG, "rank 3 where 4");
    status = nacre_pca_create(ctx, PERIODS, ASSETS, r, ASSETS, true, 0, &pca, &err);
    expect(E_ARG, "column 1");
    for (size_t t = 0; t < PERIODS; t++)
        r[t * ASSETS + 1] = r[t * ASSETS];
    status = call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_QIS, &err);
    expect(E_ARG, "rank 3 where 4");
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++)
        if (m != (int)NACRE_COV_QIS)
            assert_int_equal(
                call(ctx, PERIODS, ASSETS, r, ASSETS, (nacre_covariance_method)m, &err), NACRE_OK);
    for (size_t i = 0; i < (size_t)PERIODS * ASSETS; i++)
        r[i] = 0.25;
    status = nacre_pca_create(ctx, PERIODS, ASSETS, r, ASSETS, false, 0, &pca, &err);
    expect(E_ARG, "every column is constant");
    free(r);
    nacre_ctx_destroy(ctx);
}

/// One asset: its variance, by every method and never shrunk.
static void test_one_asset(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    const double r[] = {0.01, -0.02, 0.04, 0.0, -0.03};
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++) {
        nacre_covariance_info info;
        double *out = covariance_of(ctx, 5, 1, r, 1, (nacre_covariance_method)m, &info);
        if (m != (int)NACRE_COV_EWMA)
            assert_near(out[0], 7.5e-4, 1e-18, "variance"); // squares add up to 30e-4
        assert_true(isnan(info.shrinkage) || info.shrinkage == 0.0);
        free(out);
    }
    nacre_ctx_destroy(ctx);
}

static void test_options(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *r = make_returns(PERIODS, ASSETS, ASSETS), out[ASSETS * ASSETS];
    nacre_covariance_options options;
    nacre_error err;
    nacre_covariance_options_init(&options);
    assert_int_equal(options.method, NACRE_COV_LW_CONSTANT_CORRELATION);
    assert_true(options.lambda == 0.94);
    options.method = NACRE_COV_EWMA;
    options.lambda = 1.0;
    nacre_status status =
        nacre_covariance(ctx, PERIODS, ASSETS, r, ASSETS, &options, out, NULL, &err);
    expect(E_ARG, "lambda 1");
    options.method = (nacre_covariance_method)6;
    status = nacre_covariance(ctx, PERIODS, ASSETS, r, ASSETS, &options, out, NULL, &err);
    expect(E_ARG, "method 6");
    options.struct_size = 3;
    status = nacre_covariance(ctx, PERIODS, ASSETS, r, ASSETS, &options, out, NULL, &err);
    expect(E_ARG, "struct_size 3");
    assert_null(nacre_covariance_method_name((nacre_covariance_method)6));
    assert_string_equal(nacre_covariance_method_name(NACRE_COV_QIS), "qis");
    options.method = NACRE_COV_EWMA;
    assert_false(nacre_covariance_method_parse("oas", &options.method));
    assert_int_equal(options.method, NACRE_COV_EWMA);
    for (size_t i = 0; i < (size_t)PERIODS * ASSETS; i++)
        r[i] *= 1e200;
    status = call(ctx, PERIODS, ASSETS, r, ASSETS, NACRE_COV_SAMPLE, &err);
    expect(E_RANGE, "overflows");
    free(r);
    nacre_ctx_destroy(ctx);
}

static void test_groups(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *r = make_returns(PERIODS, ASSETS, ASSETS), weight[ASSETS] = {1, 1, 0, 1};
    uint32_t group[ASSETS] = {0, 2, 0, 2};
    nacre_risk_model *model;
    nacre_error err;
#define MODEL(group_, groups_, weight_)                                                            \
    nacre_risk_model_create(ctx, PERIODS, ASSETS, r, ASSETS, group_, groups_, NULL, weight_,       \
                            &model, &err)
    nacre_status status = MODEL(group, 3, NULL);
    expect(E_ARG, "group 1");
    assert_null(model);
    status = MODEL(group, 2, NULL);
    expect(E_ARG, "asset 1");
    status = MODEL(group, 5, NULL);
    expect(E_ARG, "5 groups for 4 assets");
    status = MODEL(NULL, 2, NULL);
    expect(E_ARG, "2 groups");
    status = MODEL(NULL, 0, weight);
    expect(E_ARG, "asset 2");
    weight[2] = (double)NAN;
    status = MODEL(NULL, 0, weight);
    expect(E_ARG, "asset 2");
    for (size_t i = 0; i < (size_t)PERIODS * ASSETS; i++)
        r[i] = 0.1;
    status = MODEL(NULL, 0, NULL);
    expect(E_ARG, "every column is constant");
#undef MODEL
    nacre_risk_model_destroy(ctx, NULL);
    nacre_pca_destroy(ctx, NULL);
    free(r);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes_and_gaps),
        cmocka_unit_test(test_every_place),
        cmocka_unit_test(test_constant_and_doubled),
        cmocka_unit_test(test_one_asset),
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_groups),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
