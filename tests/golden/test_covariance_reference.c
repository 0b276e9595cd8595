// SPDX-License-Identifier: Apache-2.0
// Covariance estimators against two sources that share no code with them: tests/oracle/
// factor_oracle.py (NumPy, the N x N formulas of the papers, scikit-learn's weight), and the
// authors' own program on real weekly prices ($NACRE_DATA/reference/ledoit_wolf).
#include "unit/factor_fixture.h"

typedef struct covariance_reference {
    const char *name, *method;
    double value[5]; ///< trace, norm, weighted sum, corner, shrinkage (-1 = none)
    size_t clamped;
} covariance_reference;

#include "covariance_reference.h"

/// Relative to the trace; the oracle's own rounding through eigh and N x N sums is of this size.
#define ORACLE_TOLERANCE 1e-12

static void compare(nacre_ctx *ctx, const covariance_reference *r)
{
    const factor_case *shape = find_case(r->name);
    char label[64];
    (void)snprintf(label, sizeof label, "%s %s", r->name, r->method);
    nacre_covariance_options options;
    nacre_covariance_options_init(&options);
    options.divisor_n = strchr(r->method, '/') != NULL;
    char method[32];
    (void)snprintf(method, sizeof method, "%.*s", (int)strcspn(r->method, "/"), r->method);
    assert_true(nacre_covariance_method_parse(method, &options.method));
    size_t n = shape->assets, ld = n + 3;
    double *returns = make_returns(shape->periods, n, ld), *out = make_doubles(n * n);
    nacre_covariance_info info;
    nacre_error err;
    if (nacre_covariance(ctx, shape->periods, n, returns, ld, &options, out, &info, &err))
        fail_msg("%s: %s", label, err.message);
    digest d = digest_of(n, n, out, n);
    double tolerance = ORACLE_TOLERANCE * r->value[0];
    assert_near(d.trace, r->value[0], tolerance, label);
    assert_near(d.norm, r->value[1], tolerance, label);
    assert_near(d.weighted, r->value[2], 10.0 * tolerance, label);
    assert_near(d.corner, r->value[3], tolerance, label);
    if (r->value[4] < 0.0)
        assert_true(isnan(info.shrinkage));
    else
        assert_near(info.shrinkage, r->value[4], 1e-11, label);
    assert_int_equal(info.clamped, r->clamped);
    free(out);
    free(returns);
}

static void test_oracle(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    for (size_t i = 0; i < sizeof covariance_references / sizeof covariance_references[0]; i++)
        compare(ctx, &covariance_references[i]);
    nacre_ctx_destroy(ctx);
}

typedef struct published {
    nacre_covariance_method method;
    const char *file; ///< part of the name
    // summary.csv, indtrack4: s_11, s_12, s_p_pm1, trace, Frobenius
    double indtrack4[5];
} published;

static const published publisheds[] = {
    {NACRE_COV_SAMPLE,
     NULL,
     {0.0010664195383566144, 0.00021790418057910936, 0.00019236893930382542, 0.13338889291676867,
      0.02830506667237515}},
    {NACRE_COV_LW_IDENTITY,
     "cov1Para",
     {0.0010986559617558983, 0.00019406756258470964, 0.00017132563068998069, 0.13338889291676867,
      0.025942830915272427}},
    {NACRE_COV_LW_CONSTANT_CORRELATION,
     "covCor",
     {0.0010664195383566144, 0.00020570483093173324, 0.00022907434467867645, 0.13338889291676867,
      0.026971779313718573}},
    {NACRE_COV_QIS,
     "QIS",
     {0.001177292696943327, 0.00019559920371583668, 0.0002024759968141748, 0.13338889291676886,
      0.02564437293530598}},
};
#define PUBLISHED_TOLERANCE 1e-9

/// Simple returns of an OR-Library file without its first column, the index. NULL = no data.
static nacre_returns *open_returns(nacre_ctx *ctx, const char *file, nacre_panel **panel)
{
    const char *data = getenv("NACRE_DATA");
    char path[512];
    nacre_returns *returns = NULL;
    nacre_error err;
    (void)snprintf(path, sizeof path, "%s/panels/%s", data ? data : "", file);
    FILE *probe = data && *data ? fopen(path, "rb") : NULL;
    if (!probe) {
        print_message("SKIP test_covariance_reference: NACRE_DATA has no panels/%s\n", file);
        return NULL;
    }
    (void)fclose(probe);
    if (nacre_panel_open(ctx, path, NULL, panel, &err) ||
        nacre_panel_returns(ctx, *panel, 0.95, &returns, &err))
        fail_msg("%s", err.message);
    return returns;
}

static void compare_file(const char *name, size_t n, const double *ours)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/reference/ledoit_wolf/indtrack1_simple_returns_%s.csv",
                   getenv("NACRE_DATA"), name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s is missing", path);
    for (size_t i = 0; i < n * n; i++) {
        double value;
        if (fscanf(file, "%lf%*[,\n]", &value) < 1)
            fail_msg("%s ends at %zu", path, i);
        assert_near(ours[i], value, PUBLISHED_TOLERANCE * fabs(value), name);
    }
    (void)fclose(file);
}

static void test_authors_full_matrix(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_panel *panel = NULL;
    nacre_returns *r = open_returns(ctx, "orlib_indtrack1.txt.xz", &panel);
    for (size_t k = 1; r && k < sizeof publisheds / sizeof publisheds[0]; k++) {
        size_t n = r->assets - 1;
        assert_int_equal(n, 31);
        double *out =
            covariance_of(ctx, r->periods, n, r->values + 1, r->assets, publisheds[k].method, NULL);
        compare_file(publisheds[k].file, n, out);
        free(out);
    }
    nacre_returns_destroy(ctx, r);
    nacre_panel_close(ctx, panel);
    nacre_ctx_destroy(ctx);
}

static void test_authors_summary(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_panel *panel = NULL;
    nacre_returns *r = open_returns(ctx, "orlib_indtrack4.txt.xz", &panel);
    for (size_t k = 0; r && k < sizeof publisheds / sizeof publisheds[0]; k++) {
        size_t n = r->assets - 1;
        const double *expected = publisheds[k].indtrack4;
        assert_int_equal(n, 98);
        double *out =
            covariance_of(ctx, r->periods, n, r->values + 1, r->assets, publisheds[k].method, NULL);
        digest d = digest_of(n, n, out, n);
        const double values[] = {out[0], out[1], out[(n - 1) * n + n - 2], d.trace, d.norm};
        for (size_t i = 0; i < 5; i++)
            assert_near(values[i], expected[i], PUBLISHED_TOLERANCE * expected[i],
                        nacre_covariance_method_name(publisheds[k].method));
        free(out);
    }
    nacre_returns_destroy(ctx, r);
    nacre_panel_close(ctx, panel);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle),
        cmocka_unit_test(test_authors_full_matrix),
        cmocka_unit_test(test_authors_summary),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
