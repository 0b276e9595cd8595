// SPDX-License-Identifier: Apache-2.0
// Laws of the risk model: weighted group returns sum to zero, factor returns and residuals add up
// to the asset's return, the model reproduces the weighted mean variance of every group,
// renumbering groups renumbers factors; a group of one asset and the market alone.
#include "unit/factor_fixture.h"

enum { PERIODS = 60, ASSETS = 13, GROUPS = 4 };

static nacre_risk_model *model_of(nacre_ctx *ctx, const double *returns, const uint32_t *group,
                                  size_t groups, const char *const *names, const double *weight)
{
    nacre_risk_model *model;
    nacre_error err = {0};
    if (nacre_risk_model_create(ctx, PERIODS, ASSETS, returns, ASSETS, group, groups, names, weight,
                                &model, &err))
        fail_msg("%s", err.message);
    return model;
}

static void test_constraint_and_variances(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *returns = make_returns(PERIODS, ASSETS, ASSETS), weight[ASSETS];
    double sigma[ASSETS * ASSETS];
    uint32_t group[ASSETS];
    for (uint32_t i = 0; i < ASSETS; i++) {
        group[i] = i * 3 % GROUPS;
        weight[i] = 0.5 + (double)(i % 5);
    }
    nacre_risk_model *model = model_of(ctx, returns, group, GROUPS, NULL, weight);
    assert_string_equal(model->factor_names[0], "market");
    assert_string_equal(model->factor_names[4], "group 3");
    for (size_t t = 0; t < PERIODS; t++) {
        double sum = 0.0;
        for (size_t i = 0; i < ASSETS; i++)
            sum += weight[i] * model->factor_returns[t * 5 + 1 + group[i]];
        assert_near(sum, 0.0, 1e-15, "constraint");
    }
    double *sample = covariance_of(ctx, PERIODS, ASSETS, returns, ASSETS, NACRE_COV_SAMPLE, NULL);
    assert_int_equal(nacre_risk_model_covariance(ctx, model, sigma, NULL), NACRE_OK);
    for (uint32_t g = 0; g < GROUPS; g++) {
        double of_sample = 0.0, of_model = 0.0;
        for (size_t i = 0; i < ASSETS; i++) {
            of_sample += group[i] == g ? weight[i] * sample[i * ASSETS + i] : 0.0;
            of_model += group[i] == g ? weight[i] * sigma[i * ASSETS + i] : 0.0;
        }
        assert_true(of_sample > 0.0);
        assert_near(of_model, of_sample, 1e-13 * of_sample, "variance of a group");
    }
    for (size_t i = 0; i < ASSETS; i++)
        for (size_t j = 0; j < ASSETS; j++)
            assert_true(sigma[i * ASSETS + j] == sigma[j * ASSETS + i]);
    free(sample);
    nacre_risk_model_destroy(ctx, model);
    free(returns);
    nacre_ctx_destroy(ctx);
}

static void test_renumbered(void **state)
{
    (void)state;
    static const char *const names[] = {"a", "b", "c", "d"};
    static const uint32_t turn[] = {2, 0, 3, 1};
    nacre_ctx *ctx = make_ctx();
    double *returns = make_returns(PERIODS, ASSETS, ASSETS);
    uint32_t group[ASSETS], turned[ASSETS];
    for (uint32_t i = 0; i < ASSETS; i++) {
        group[i] = i % GROUPS;
        turned[i] = turn[group[i]];
    }
    nacre_risk_model *a = model_of(ctx, returns, group, GROUPS, names, NULL);
    nacre_risk_model *b = model_of(ctx, returns, turned, GROUPS, names, NULL);
    assert_string_equal(a->factor_names[3], "c");
    for (size_t t = 0; t < PERIODS; t++) {
        assert_near(a->factor_returns[t * 5], b->factor_returns[t * 5], 1e-16, "market");
        for (size_t g = 0; g < GROUPS; g++)
            assert_near(a->factor_returns[t * 5 + 1 + g], b->factor_returns[t * 5 + 1 + turn[g]],
                        1e-16, "group");
        assert_near(a->r_squared[t], b->r_squared[t], 1e-14, "R squared");
    }
    assert_memory_equal(a->specific_variance, b->specific_variance, ASSETS * sizeof(double));
    nacre_risk_model_destroy(ctx, b);
    nacre_risk_model_destroy(ctx, a);
    free(returns);
    nacre_ctx_destroy(ctx);
}

static void test_one_asset_group_and_market_alone(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *returns = make_returns(PERIODS, ASSETS, ASSETS);
    uint32_t group[ASSETS] = {0};
    group[5] = 1;
    nacre_risk_model *model = model_of(ctx, returns, group, 2, NULL, NULL);
    double *sample = covariance_of(ctx, PERIODS, ASSETS, returns, ASSETS, NACRE_COV_SAMPLE, NULL);
    double mean = digest_of(ASSETS, ASSETS, sample, ASSETS).trace / ASSETS;
    assert_int_equal(model->floored, 1);
    // the floor is of raw second moments about the mean: the sample's own variances
    assert_near(model->specific_variance[5], 1e-6 * mean, 1e-18, "floor");
    for (size_t t = 0; t < PERIODS; t++)
        assert_near(model->factor_returns[t * 3] + model->factor_returns[t * 3 + 2],
                    returns[t * ASSETS + 5], 1e-16, "the asset's own return");
    nacre_risk_model_destroy(ctx, model);
    model = model_of(ctx, returns, NULL, 0, NULL, NULL);
    assert_int_equal(model->factors, 1);
    for (size_t t = 0; t < PERIODS; t++) {
        double sum = 0.0;
        for (size_t i = 0; i < ASSETS; i++)
            sum += returns[t * ASSETS + i] / ASSETS;
        assert_near(model->factor_returns[t], sum, 1e-16, "market");
        assert_near(model->r_squared[t], 0.0, 1e-15, "R squared");
    }
    nacre_risk_model_destroy(ctx, model);
    free(sample);
    free(returns);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_constraint_and_variances),
        cmocka_unit_test(test_renumbered),
        cmocka_unit_test(test_one_asset_group_and_market_alone),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
