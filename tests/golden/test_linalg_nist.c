// SPDX-License-Identifier: Apache-2.0
// Linear regressions of NIST's Statistical Reference Datasets (StRD, itl.nist.gov/div898/strd)
// through the QR least squares: certified coefficients, their standard errors and the residual
// standard deviation, each to at least nine digits. The certified values were typed in from StRD
// and agree with the exact solution in rational arithmetic. Longley's data stand here, the other
// sets are read from $NACRE_DATA/reference/nist_strd.
#include "kern/linalg/linalg.h"

#include "unit/core_context.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <math.h>
#include <stdio.h>
#include <string.h>

#define ROWS_MAX 64
#define TERMS_MAX 7
#define DIGITS 1e-9

typedef struct certified {
    const char *name;
    bool intercept;
    size_t rows, regressors, powers; ///< columns of x in the file; powers of the one column
    double beta[TERMS_MAX], error[TERMS_MAX], deviation;
} certified;

static const certified longley_values = {
    "longley",
    true,
    16,
    6,
    1,
    {-3482258.63459582, 15.0618722713733, -0.358191792925910E-01, -2.02022980381683,
     -1.03322686717359, -0.511041056535807E-01, 1829.15146461355},
    {890420.383607373, 84.9149257747669, 0.334910077722432E-01, 0.488399681651699,
     0.214274163161675, 0.226073200069370, 455.478499142212},
    304.854073561965,
};

static const certified sets[] = {
    {"noint1", false, 11, 1, 1, {2.07438016528926}, {0.165289256198347E-01}, 3.56753034006338},
    {"noint2", false, 3, 1, 1, {0.727272727272727}, {0.420827318078432E-01}, 0.369274472937998},
    {"norris",
     true,
     36,
     1,
     1,
     {-0.262323073774029, 1.00211681802045},
     {0.232818234301152, 0.429796848199937E-03},
     0.884796396144373},
    {"pontius",
     true,
     40,
     1,
     2,
     {0.673565789473684E-03, 0.732059160401003E-06, -0.316081871345029E-14},
     {0.107938612033077E-03, 0.157817399981659E-09, 0.486652849992036E-16},
     0.205177424076185E-03},
};

// J. W. Longley, JASA 62 (1967), 819-841: y, then six regressors.
static const double longley_rows[16][7] = {
    {60323, 83.0, 234289, 2356, 1590, 107608, 1947},
    {61122, 88.5, 259426, 2325, 1456, 108632, 1948},
    {60171, 88.2, 258054, 3682, 1616, 109773, 1949},
    {61187, 89.5, 284599, 3351, 1650, 110929, 1950},
    {63221, 96.2, 328975, 2099, 3099, 112075, 1951},
    {63639, 98.1, 346999, 1932, 3594, 113270, 1952},
    {64989, 99.0, 365385, 1870, 3547, 115094, 1953},
    {63761, 100.0, 363112, 3578, 3350, 116219, 1954},
    {66019, 101.2, 397469, 2904, 3048, 117388, 1955},
    {67857, 104.6, 419180, 2822, 2857, 118734, 1956},
    {68169, 108.4, 442769, 2936, 2798, 120445, 1957},
    {66513, 110.8, 444546, 4681, 2637, 121950, 1958},
    {68655, 112.6, 482704, 3813, 2552, 123366, 1959},
    {69564, 114.2, 502601, 3931, 2514, 125368, 1960},
    {69331, 115.7, 518173, 4806, 2572, 127852, 1961},
    {70551, 116.9, 554894, 4007, 2827, 130081, 1962},
};

static void near_digits(double value, double expected, const char *name, const char *what, size_t i)
{
    if (!(fabs(value - expected) <= DIGITS * fabs(expected)))
        fail_msg("%s: %s %zu is %.15g, certified %.15g", name, what, i, value, expected);
}

/// `table` holds y and the file's columns.
static void fit(const certified *set, const double *table)
{
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    size_t terms = set->intercept + set->regressors + set->powers - 1, ld = TERMS_MAX;
    double a[ROWS_MAX * TERMS_MAX], b[ROWS_MAX], x[TERMS_MAX], inverse[TERMS_MAX];
    assert_true(set->rows <= ROWS_MAX && terms <= TERMS_MAX);
    for (size_t i = 0; i < set->rows; i++) {
        const double *row = table + i * (set->regressors + 1);
        size_t term = 0;
        b[i] = row[0];
        if (set->intercept)
            a[i * ld + term++] = 1.0;
        for (size_t j = 1; j <= set->regressors; j++)
            a[i * ld + term++] = row[j];
        if (set->powers == 2)
            a[i * ld + term++] = row[1] * row[1];
    }
    nacre_error err;
    if (nacrei_least_squares(&ctx, set->rows, terms, a, ld, b, x, inverse, &err))
        fail_msg("%s: %s", set->name, err.message);
    assert_int_equal(memory.live, 0);
    double squares = 0.0;
    for (size_t i = 0; i < set->rows; i++) {
        double residual = b[i];
        for (size_t j = 0; j < terms; j++)
            residual -= a[i * ld + j] * x[j];
        squares += residual * residual;
    }
    double deviation = sqrt(squares / (double)(set->rows - terms));
    near_digits(deviation, set->deviation, set->name, "residual deviation", 0);
    for (size_t j = 0; j < terms; j++) {
        near_digits(x[j], set->beta[j], set->name, "coefficient", j);
        near_digits(deviation * sqrt(inverse[j]), set->error[j], set->name, "standard error", j);
    }
}

static void longley(void **state)
{
    (void)state;
    fit(&longley_values, &longley_rows[0][0]);
}

static void read_set(const char *folder, const certified *set, double *table)
{
    char path[512], line[256];
    (void)snprintf(path, sizeof path, "%s/reference/nist_strd/linreg_%s.csv", folder, set->name);
    FILE *file = fopen(path, "r");
    if (!file)
        fail_msg("%s cannot be read", path);
    size_t row = 0;
    assert_non_null(fgets(line, sizeof line, file)); // the header
    while (fgets(line, sizeof line, file) && line[0] >= '-') {
        char *p = line;
        assert_true(row < set->rows);
        for (size_t j = 0; j <= set->regressors; j++, p++)
            table[row * (set->regressors + 1) + j] = strtod(p, &p);
        row++;
    }
    (void)fclose(file);
    assert_int_equal(row, set->rows);
}

static void files(void **state)
{
    (void)state;
    const char *folder = getenv("NACRE_DATA");
    if (!folder || !*folder) {
        (void)printf("SKIP linalg_nist_files: NACRE_DATA names no folder of real data\n");
        return;
    }
    for (size_t i = 0; i < sizeof sets / sizeof sets[0]; i++) {
        double table[ROWS_MAX * 2];
        read_set(folder, &sets[i], table);
        fit(&sets[i], table);
    }
}

// A column that depends on those before it is named; so is a bad entry, and too few rows.
static void refusals(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err;
    double a[16 * 3], b[16], x[3] = {7, 7, 7};
    for (size_t i = 0; i < 16; i++) {
        a[i * 3] = 1.0;
        a[i * 3 + 1] = 0.1 * (double)i;
        a[i * 3 + 2] = 3.0 - 0.7 * a[i * 3 + 1];
        b[i] = (double)i;
    }
    assert_int_equal(nacrei_least_squares(&ctx, 16, 3, a, 3, b, x, NULL, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "column 2 of 3"));
    for (size_t i = 0; i < 16; i++)
        a[i * 3 + 1] = 0.0;
    assert_int_equal(nacrei_least_squares(&ctx, 16, 3, a, 3, b, x, NULL, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "column 1 of 3"));
    assert_int_equal(nacrei_least_squares(&ctx, 2, 3, a, 3, b, x, NULL, &err), NACRE_E_SHAPE);
    a[10] = (double)NAN;
    assert_int_equal(nacrei_least_squares(&ctx, 16, 3, a, 3, b, x, NULL, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "row 3, column 1"));
    a[10] = 0.0;
    b[5] = (double)INFINITY;
    assert_int_equal(nacrei_least_squares(&ctx, 16, 3, a, 3, b, x, NULL, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "row 5"));
    memory.requests = 0;
    memory.fail_at = 1;
    assert_int_equal(nacrei_least_squares(&ctx, 16, 3, a, 3, b, x, NULL, &err), NACRE_E_NOMEM);
    assert_true(x[0] == 7 && x[1] == 7 && x[2] == 7);
    assert_int_equal(memory.live, 0);
}

// Normal equations of random problems: A'(Ax - b) = 0 within rounding, for sizes about LAPACK's
// block.
static void residuals_are_orthogonal(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    static const size_t shapes[][2] = {{0, 0}, {1, 0}, {1, 1}, {17, 16}, {65, 33}, {300, 65}};
    uint64_t random = 5;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        size_t m = shapes[s][0], n = shapes[s][1];
        double *a = calloc(m * n + m + n + 1, sizeof *a), *b = a + m * n, *x = b + m;
        assert_non_null(a);
        for (size_t i = 0; i < m * n + m; i++) {
            random = random * UINT64_C(6364136223846793005) + 1;
            a[i] = (double)(int64_t)random * 0x1p-63;
        }
        assert_int_equal(nacrei_least_squares(&ctx, m, n, a, n, b, x, NULL, NULL), NACRE_OK);
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                b[i] -= a[i * n + j] * x[j];
        for (size_t j = 0; j < n; j++) {
            double inner = 0.0;
            for (size_t i = 0; i < m; i++)
                inner += a[i * n + j] * b[i];
            assert_true(fabs(inner) < 1e-11);
        }
        free(a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(longley),
        cmocka_unit_test(files),
        cmocka_unit_test(refusals),
        cmocka_unit_test(residuals_are_orthogonal),
    };
    return cmocka_run_group_tests_name("linalg_nist", tests, NULL, NULL);
}
