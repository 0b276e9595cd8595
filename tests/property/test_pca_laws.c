// SPDX-License-Identifier: Apache-2.0
// Laws of principal components on panels of every shape: orthonormal vectors with the sign rule,
// the eigenvalues and vectors rebuild the covariance, scores rebuild the returns and have the
// eigenvalues as variances, doubled columns give a clamped or missing eigenvalue and one subspace.
#include "unit/factor_fixture.h"

static nacre_pca *pca_of(nacre_ctx *ctx, size_t periods, size_t n, const double *returns,
                         bool correlation, size_t components)
{
    nacre_pca *pca;
    nacre_error err = {0};
    if (nacre_pca_create(ctx, periods, n, returns, n, correlation, components, &pca, &err))
        fail_msg("%s", err.message);
    return pca;
}

static void check_vectors(const nacre_pca *pca, const char *name)
{
    size_t n = pca->assets;
    for (size_t a = 0; a < pca->components; a++) {
        const double *v = pca->vectors + a * n;
        size_t largest = 0;
        for (size_t i = 1; i < n; i++)
            largest = fabs(v[i]) > fabs(v[largest]) ? i : largest;
        assert_true(v[largest] > 0.0);
        for (size_t b = 0; b <= a; b++) {
            double product = 0.0;
            for (size_t i = 0; i < n; i++)
                product += v[i] * pca->vectors[b * n + i];
            assert_near(product, a == b ? 1.0 : 0.0, 1e-13, name);
        }
        assert_true(a == 0 || pca->explained_variance[a] <= pca->explained_variance[a - 1]);
        for (size_t i = 0; i < n; i++)
            assert_near(pca->loadings[i * pca->components + a],
                        v[i] * sqrt(pca->explained_variance[a]), 1e-16, name);
    }
}

static void check_rebuilds(nacre_ctx *ctx, const nacre_pca *pca, const double *returns)
{
    size_t n = pca->assets, k = pca->components;
    double *sample = covariance_of(ctx, pca->periods, n, returns, n, NACRE_COV_SAMPLE, NULL);
    double ratio = 0.0;
    for (size_t a = 0; a < k; a++)
        ratio += pca->explained_ratio[a];
    assert_near(ratio, 1.0, 1e-12, "explained ratio");
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < n; j++) {
            double sum = 0.0;
            for (size_t a = 0; a < k; a++)
                sum += pca->loadings[i * k + a] * pca->loadings[j * k + a];
            assert_near(sum, sample[i * n + j], 1e-13 * pca->total_variance, "loadings");
        }
        double mean = 0.0;
        for (size_t t = 0; t < pca->periods; t++)
            mean += returns[t * n + i] / (double)pca->periods;
        for (size_t t = 0; t < pca->periods; t++) {
            double sum = mean;
            for (size_t a = 0; a < k; a++)
                sum += pca->scores[t * k + a] * pca->vectors[a * n + i];
            assert_near(sum, returns[t * n + i], 1e-14, "scores");
        }
    }
    free(sample);
}

static void test_every_shape(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t c = 0; c < FACTOR_CASES; c++) {
        size_t n = factor_cases[c].assets, periods = factor_cases[c].periods;
        double *returns = make_returns(periods, n, n);
        nacre_pca *pca = pca_of(ctx, periods, n, returns, false, 0);
        assert_int_equal(pca->components, n < periods ? n : periods - 1);
        check_vectors(pca, factor_cases[c].name);
        check_rebuilds(ctx, pca, returns);
        nacre_pca *first = pca_of(ctx, periods, n, returns, false, 1);
        assert_int_equal(first->components, 1);
        assert_memory_equal(first->vectors, pca->vectors, n * sizeof(double));
        assert_true(first->total_variance == pca->total_variance);
        nacre_pca_destroy(ctx, first);
        nacre_pca_destroy(ctx, pca);
        free(returns);
    }
    nacre_ctx_destroy(ctx);
}

/// Asset 1 repeats asset 0: (e0 - e1) / sqrt2 has no variance.
static void test_doubled_columns(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{60, 13}, {25, 40}};
    nacre_ctx *ctx = make_ctx();
    for (size_t s = 0; s < 2; s++) {
        size_t periods = shapes[s][0], n = shapes[s][1];
        double *returns = make_returns(periods, n, n);
        for (size_t t = 0; t < periods; t++)
            returns[t * n + 1] = returns[t * n];
        nacre_pca *pca = pca_of(ctx, periods, n, returns, false, 0);
        check_vectors(pca, "doubled");
        check_rebuilds(ctx, pca, returns);
        double last = pca->explained_variance[pca->components - 1];
        assert_true(last >= 0.0);
        if (n < periods)
            assert_true(last <= 1e-15 * pca->total_variance);
        nacre_pca_destroy(ctx, pca);
        free(returns);
    }
    nacre_ctx_destroy(ctx);
}

/// A market ten thousand times the rest, fewer periods than assets: vectors stay orthonormal.
static void test_overwhelming_market(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    size_t n = 40, periods = 25;
    double *returns = make_returns(periods, n, n);
    for (size_t t = 0; t < periods; t++)
        for (size_t i = 0; i < n; i++)
            returns[t * n + i] = 1e-4 * returns[t * n + i] + formula(t, 5);
    nacre_pca *pca = pca_of(ctx, periods, n, returns, false, 0);
    assert_int_equal(pca->components, periods - 1);
    assert_true(pca->explained_variance[1] < 1e-7 * pca->explained_variance[0]);
    check_vectors(pca, "overwhelming market");
    nacre_pca_destroy(ctx, pca);
    free(returns);
    nacre_ctx_destroy(ctx);
}

/// Three uncorrelated columns of equal variance and one of a larger: one subspace of three.
static void test_subspaces(void **state)
{
    (void)state;
    // Walsh functions over eight periods are orthogonal and have mean 0.
    double returns[8 * 4];
    for (size_t t = 0; t < 8; t++) {
        returns[t * 4 + 0] = t & 1 ? 0.01 : -0.01;
        returns[t * 4 + 1] = t & 2 ? 0.03 : -0.03;
        returns[t * 4 + 2] = t & 4 ? 0.01 : -0.01;
        returns[t * 4 + 3] = ((t ^ t >> 1) & 1) ? 0.01 : -0.01;
    }
    nacre_ctx *ctx = make_ctx();
    nacre_pca *pca = pca_of(ctx, 8, 4, returns, false, 0);
    static const uint32_t expected[] = {0, 1, 1, 1};
    assert_int_equal(pca->components, 4);
    assert_memory_equal(pca->subspace, expected, sizeof expected);
    assert_near(pca->explained_variance[0], 8.0 / 7.0 * 9e-4, 1e-18, "largest");
    assert_near(pca->explained_variance[3], 8.0 / 7.0 * 1e-4, 1e-18, "smallest");
    assert_near(pca->noise_edge, 8.0 / 7.0 * 3e-4 * (1.5 + M_SQRT2), 1e-18, "edge");
    nacre_pca_destroy(ctx, pca);
    pca = pca_of(ctx, 8, 4, returns, true, 0);
    static const uint32_t one[] = {0, 0, 0, 0};
    assert_memory_equal(pca->subspace, one, sizeof one);
    nacre_pca_destroy(ctx, pca);
    nacre_ctx_destroy(ctx);
}

static void test_align(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    size_t n = 13, periods = 60;
    double *returns = make_returns(periods, n, n), *previous = make_doubles(2 * n);
    nacre_pca *pca = pca_of(ctx, periods, n, returns, false, 3);
    nacre_pca *plain = pca_of(ctx, periods, n, returns, false, 3);
    nacre_error err;
    for (size_t i = 0; i < n; i++) {
        previous[i] = plain->vectors[i];
        previous[n + i] = -plain->vectors[n + i];
    }
    assert_int_equal(nacre_pca_align(pca, 2, n, previous, &err), NACRE_OK);
    for (size_t a = 0; a < 3; a++) {
        double sign = a == 1 ? -1.0 : 1.0;
        for (size_t i = 0; i < n; i++) {
            assert_true(pca->vectors[a * n + i] == sign * plain->vectors[a * n + i]);
            assert_true(pca->loadings[i * 3 + a] == sign * plain->loadings[i * 3 + a]);
        }
        for (size_t t = 0; t < periods; t++)
            assert_true(pca->scores[t * 3 + a] == sign * plain->scores[t * 3 + a]);
    }
    assert_int_equal(nacre_pca_align(pca, 2, n - 1, previous, &err), NACRE_E_SHAPE);
    assert_non_null(strstr(err.message, "12 assets"));
    nacre_pca_destroy(ctx, plain);
    nacre_pca_destroy(ctx, pca);
    free(previous);
    free(returns);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_shape),
        cmocka_unit_test(test_doubled_columns),
        cmocka_unit_test(test_overwhelming_market),
        cmocka_unit_test(test_subspaces),
        cmocka_unit_test(test_align),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
