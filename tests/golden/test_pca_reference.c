// SPDX-License-Identifier: Apache-2.0
// Principal components against NumPy's singular values (tests/oracle/factor_oracle.py pca), which
// never form the covariance matrix: tall, wide (the dual route) and square panels, both matrices.
#include "unit/factor_fixture.h"

typedef struct pca_reference {
    const char *name;
    bool correlation;
    size_t components;
    // total, first, second and last eigenvalue, noise edge; weighted sums of the first three
    // vectors, loadings and scores
    double value[8];
} pca_reference;

#include "pca_reference.h"

/// Relative to the largest eigenvalue, which bounds the rounding of all of them.
#define TOLERANCE 1e-12
/// Vectors of separated eigenvalues: rounding over the gap, summed over the matrix.
#define VECTOR_TOLERANCE 1e-10

static void compare(nacre_ctx *ctx, const pca_reference *r)
{
    const factor_case *shape = find_case(r->name);
    size_t n = shape->assets, ld = n + 1;
    double *returns = make_returns(shape->periods, n, ld);
    nacre_pca *pca;
    nacre_error err;
    if (nacre_pca_create(ctx, shape->periods, n, returns, ld, r->correlation, 0, &pca, &err))
        fail_msg("%s: %s", r->name, err.message);
    size_t k = pca->components;
    assert_int_equal(k, r->components);
    assert_int_equal(pca->assets, n);
    assert_int_equal(pca->periods, shape->periods);
    assert_int_equal(pca->correlation, r->correlation);
    double scale = TOLERANCE * r->value[1];
    assert_near(pca->total_variance, r->value[0], 10.0 * scale, r->name);
    assert_near(pca->explained_variance[0], r->value[1], scale, r->name);
    assert_near(pca->explained_variance[1], r->value[2], scale, r->name);
    assert_near(pca->explained_variance[k - 1], r->value[3], scale, r->name);
    assert_near(pca->explained_ratio[1], r->value[2] / r->value[0], TOLERANCE, r->name);
    assert_near(pca->noise_edge, r->value[4], scale, r->name);
    const digest found[] = {digest_of(3, n, pca->vectors, n), digest_of(n, 3, pca->loadings, k),
                            digest_of(shape->periods, 3, pca->scores, k)};
    for (size_t i = 0; i < 3; i++)
        assert_near(found[i].weighted, r->value[5 + i], VECTOR_TOLERANCE * fabs(r->value[5 + i]),
                    r->name);
    nacre_pca_destroy(ctx, pca);
    free(returns);
}

static void test_oracle(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t i = 0; i < sizeof pca_references / sizeof pca_references[0]; i++)
        compare(ctx, &pca_references[i]);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_oracle)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
