// SPDX-License-Identifier: Apache-2.0
// The risk model against numpy.linalg.lstsq on every date with the constraint substituted into the
// design (tests/oracle/factor_oracle.py model); the engine uses the closed form.
#include "unit/factor_fixture.h"

#include "model_reference.h"

enum { PERIODS = 60, ASSETS = 13, GROUPS = 4, FACTORS = GROUPS + 1 };
#define TOLERANCE 1e-10

static void assert_all(const double *values, const double *expected, size_t count, double largest,
                       const char *what)
{
    for (size_t i = 0; i < count; i++)
        assert_near(values[i], expected[i], TOLERANCE * largest, what);
}

static void test_oracle(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    double *returns = make_returns(PERIODS, ASSETS, ASSETS + 2), weight[ASSETS];
    double sigma[ASSETS * ASSETS];
    uint32_t group[ASSETS];
    nacre_risk_model *model;
    nacre_error err;
    for (uint32_t i = 0; i < ASSETS; i++) {
        group[i] = i * 3 % GROUPS;
        weight[i] = 1.0 + (double)(i * 5 % 7);
    }
    if (nacre_risk_model_create(ctx, PERIODS, ASSETS, returns, ASSETS + 2, group, GROUPS, NULL,
                                weight, &model, &err))
        fail_msg("%s", err.message);
    assert_int_equal(model->factors, FACTORS);
    assert_int_equal(model->assets, ASSETS);
    assert_int_equal(model->periods, PERIODS);
    assert_int_equal(model->floored, 0);
    assert_int_equal(sizeof model_returns, PERIODS * FACTORS * sizeof(double));
    assert_all(model->factor_returns, model_returns, PERIODS * FACTORS, 0.01, "factor return");
    assert_all(model->r_squared, model_r_squared, PERIODS, 1.0, "R squared");
    assert_all(model->specific_variance, model_specific, ASSETS, 1e-4, "specific variance");
    assert_all(model->factor_covariance, model_factor_covariance, FACTORS * FACTORS, 1e-4,
               "factor covariance");
    assert_int_equal(nacre_risk_model_covariance(ctx, model, sigma, &err), NACRE_OK);
    digest d = digest_of(ASSETS, ASSETS, sigma, ASSETS);
    const double values[] = {d.trace, d.norm, d.weighted, d.corner};
    assert_all(values, model_covariance_digest, 4, 1e-3, "model covariance");
    nacre_risk_model_destroy(ctx, model);
    free(returns);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_oracle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
