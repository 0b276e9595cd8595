// SPDX-License-Identifier: Apache-2.0
// The linear algebra room against plain loops written here. Bounds are those that linalg.h states,
// computed per entry from absolute values. Rows are padded: the padding of inputs is NaN, so
// reading it spoils a result, and the padding of outputs holds a mark that must survive.
#include "kern/linalg/linalg.h"

#include "../unit/core_context.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <float.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define PAD 3
#define GAP ((double)NAN)
#define MARK 1234567.0
#define UNIT (DBL_EPSILON / 2)

static const size_t sizes[] = {0, 1, 15, 16, 17, 33, 65};
#define SIZES (sizeof sizes / sizeof sizes[0])

/// A padded matrix on exactly as much memory as it needs, for the sanitizer to guard.
typedef struct matrix {
    size_t rows, columns, ld;
    double *data;
} matrix;

static uint64_t random_state = 1;

static double next_random(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(int64_t)(random_state >> 11) * 0x1p-52 - 1.0;
}

static matrix make(size_t rows, size_t columns, double padding)
{
    matrix m = {rows, columns, columns + PAD, NULL};
    m.data = malloc(rows * m.ld * sizeof *m.data + 1);
    assert_non_null(m.data);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < m.ld; j++)
            m.data[i * m.ld + j] = j < columns ? next_random() : padding;
    return m;
}

static matrix copy_of(matrix from)
{
    matrix m = from;
    m.data = malloc(from.rows * from.ld * sizeof *m.data + 1);
    assert_non_null(m.data);
    if (from.rows)
        memcpy(m.data, from.data, from.rows * from.ld * sizeof *m.data);
    return m;
}

static double at(matrix m, bool transpose, size_t i, size_t j)
{
    return transpose ? m.data[j * m.ld + i] : m.data[i * m.ld + j];
}

static void set(matrix m, size_t i, size_t j, double value)
{
    m.data[i * m.ld + j] = value;
}

static void check_marks(matrix m)
{
    for (size_t i = 0; i < m.rows; i++)
        for (size_t j = m.columns; j < m.ld; j++)
            if (m.data[i * m.ld + j] != MARK)
                fail_msg("padding of row %zu was written", i);
}

static void near_to(double value, double expected, double bound, const char *what, size_t i,
                    size_t j)
{
    if (!(fabs(value - expected) <= bound))
        fail_msg("%s (%zu, %zu): %.17g, expected %.17g within %.3g", what, i, j, value, expected,
                 bound);
}

/// Sum and sum of absolute values of row i of op(A) times column j of op(B).
static double inner(matrix a, bool ta, matrix b, bool tb, size_t k, size_t i, size_t j,
                    double *absolute)
{
    long double sum = 0.0L;
    *absolute = 0.0;
    for (size_t p = 0; p < k; p++) {
        sum += (long double)at(a, ta, i, p) * (long double)at(b, tb, p, j);
        *absolute += fabs(at(a, ta, i, p) * at(b, tb, p, j));
    }
    return (double)sum;
}

static void gemm_case(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, double beta)
{
    matrix a = make(ta ? k : m, ta ? m : k, GAP), b = make(tb ? n : k, tb ? k : n, GAP);
    matrix c = make(m, n, MARK);
    if (beta == 0.0)
        for (size_t i = 0; i < m; i++)
            for (size_t j = 0; j < n; j++)
                set(c, i, j, GAP);
    matrix before = copy_of(c);
    nacrei_gemm(ta, tb, m, n, k, alpha, a.data, a.ld, b.data, b.ld, beta, c.data, c.ld);
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++) {
            double absolute, sum = inner(a, ta, b, tb, k, i, j, &absolute);
            double old = beta == 0.0 ? 0.0 : beta * at(before, false, i, j);
            near_to(at(c, false, i, j), alpha * sum + old,
                    ((double)k + 4) * UNIT * (fabs(alpha) * absolute + fabs(old)), "gemm", i, j);
        }
    check_marks(c);
    free(a.data);
    free(b.data);
    free(c.data);
    free(before.data);
}

static void gemm_matches(void **state)
{
    (void)state;
    for (unsigned form = 0; form < 4; form++)
        for (size_t m = 0; m < SIZES; m++)
            for (size_t n = 0; n < SIZES; n++)
                for (size_t k = 0; k < SIZES; k++) {
                    bool ta = form & 1, tb = form & 2;
                    gemm_case(ta, tb, sizes[m], sizes[n], sizes[k], 1.0, 0.0);
                    gemm_case(ta, tb, sizes[m], sizes[n], sizes[k], -0.75, 1.0);
                    gemm_case(ta, tb, sizes[m], sizes[n], sizes[k], 2.0, -0.5);
                }
}

static void syrk_case(bool transpose, size_t n, size_t k, double alpha, double beta)
{
    matrix a = make(transpose ? k : n, transpose ? n : k, GAP), c = make(n, n, MARK);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (beta == 0.0 || j > i) // the upper triangle is never read
                set(c, i, j, GAP);
    matrix before = copy_of(c);
    nacrei_syrk(transpose, n, k, alpha, a.data, a.ld, beta, c.data, c.ld);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double absolute, sum = inner(a, transpose, a, !transpose, k, i, j, &absolute);
            double old = beta == 0.0 ? 0.0 : beta * at(before, false, i, j);
            double value = at(c, false, i, j), mirrored = at(c, false, j, i);
            near_to(value, alpha * sum + old,
                    ((double)k + 4) * UNIT * (fabs(alpha) * absolute + fabs(old)), "syrk", i, j);
            assert_memory_equal(&value, &mirrored, sizeof value);
        }
    check_marks(c);
    free(a.data);
    free(c.data);
    free(before.data);
}

static void syrk_matches(void **state)
{
    (void)state;
    for (unsigned transpose = 0; transpose < 2; transpose++)
        for (size_t n = 0; n < SIZES; n++)
            for (size_t k = 0; k < SIZES; k++) {
                syrk_case(transpose, sizes[n], sizes[k], 1.0, 0.0);
                syrk_case(transpose, sizes[n], sizes[k], 0.5, -2.0);
            }
}

static void gemv_case(bool transpose, size_t m, size_t n, double alpha, double beta)
{
    size_t in = transpose ? m : n, out = transpose ? n : m;
    matrix a = make(m, n, GAP), x = make(in, 1, GAP), y = make(1, out, MARK);
    x.ld = 1; // packed
    for (size_t i = 0; i < in; i++)
        x.data[i] = next_random();
    if (beta == 0.0)
        for (size_t i = 0; i < out; i++)
            y.data[i] = GAP;
    matrix before = copy_of(y);
    nacrei_gemv(transpose, m, n, alpha, a.data, a.ld, x.data, beta, y.data);
    for (size_t i = 0; i < out; i++) {
        double absolute, sum = inner(a, transpose, x, false, in, i, 0, &absolute);
        double old = beta == 0.0 ? 0.0 : beta * before.data[i];
        near_to(y.data[i], alpha * sum + old,
                ((double)in + 4) * UNIT * (fabs(alpha) * absolute + fabs(old)), "gemv", i, 0);
    }
    check_marks(y);
    free(a.data);
    free(x.data);
    free(y.data);
    free(before.data);
}

static void gemv_matches(void **state)
{
    (void)state;
    for (unsigned transpose = 0; transpose < 2; transpose++)
        for (size_t m = 0; m < SIZES; m++)
            for (size_t n = 0; n < SIZES; n++) {
                gemv_case(transpose, sizes[m], sizes[n], 1.0, 0.0);
                gemv_case(transpose, sizes[m], sizes[n], -3.0, 0.5);
            }
}

/// M M' + n I, whose Cholesky factor is well conditioned.
static matrix positive(size_t n, double padding)
{
    matrix m = make(n, n, GAP), a = make(n, n, padding);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++) {
            double absolute;
            set(a, i, j, inner(m, false, m, true, n, i, j, &absolute) + (i == j ? (double)n : 0.0));
        }
    free(m.data);
    return a;
}

static void spoil_upper(matrix a, double value)
{
    for (size_t i = 0; i < a.rows; i++)
        for (size_t j = i + 1; j < a.columns; j++)
            set(a, i, j, value);
}

// ||L L' - A|| entry by entry (Higham 2002, theorem 10.3), and zeros above.
static void cholesky_matches(void **state)
{
    (void)state;
    for (size_t s = 0; s < SIZES; s++) {
        size_t n = sizes[s];
        matrix a = positive(n, MARK), l = copy_of(a);
        spoil_upper(l, GAP);
        assert_int_equal(nacrei_cholesky(n, l.data, l.ld, NULL), NACRE_OK);
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++) {
                double absolute, sum = inner(l, false, l, true, n, i, j, &absolute);
                near_to(sum, at(a, false, i, j), ((double)n + 2) * UNIT * 2 * absolute, "cholesky",
                        i, j);
                if (j > i)
                    assert_true(at(l, false, i, j) == 0.0);
            }
        check_marks(l);
        free(a.data);
        free(l.data);
    }
}

static void cholesky_names_the_pivot(void **state)
{
    (void)state;
    nacre_error err;
    double semidefinite[9] = {1, 0, 0, 0, 4, 0, 0, 2, 1};
    assert_int_equal(nacrei_cholesky(3, semidefinite, 3, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "pivot 2 of 3"));
    double negative[4] = {-1, 0, 0, 1};
    assert_int_equal(nacrei_cholesky(2, negative, 2, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "pivot 0 of 2"));
    for (size_t s = 1; s < SIZES; s++) {
        size_t n = sizes[s], bad = n / 2;
        for (unsigned which = 0; which < 2; which++) {
            matrix a = positive(n, MARK);
            set(a, bad, bad, which ? (double)INFINITY : GAP);
            char expected[32];
            (void)snprintf(expected, sizeof expected, "pivot %zu of %zu ", bad, n);
            assert_int_equal(nacrei_cholesky(n, a.data, a.ld, &err), NACRE_E_ARG);
            if (!strstr(err.message, expected))
                fail_msg("'%s' is not in: %s", expected, err.message);
            free(a.data);
        }
    }
}

/// Residual of op(L) X = B, entry by entry: substitution is backward stable (Higham 2002, ch. 8).
static void check_triangular(matrix l, bool transpose, matrix x, matrix b)
{
    for (size_t i = 0; i < b.rows; i++)
        for (size_t j = 0; j < b.columns; j++) {
            double absolute, sum = inner(l, transpose, x, false, l.rows, i, j, &absolute);
            near_to(sum, at(b, false, i, j),
                    ((double)l.rows + 4) * 2 * UNIT * (absolute + fabs(at(b, false, i, j))),
                    "triangular", i, j);
        }
}

static matrix triangle(size_t n)
{
    matrix l = positive(n, GAP);
    assert_int_equal(nacrei_cholesky(n, l.data, l.ld, NULL), NACRE_OK);
    return l;
}

static void trsm_case(size_t n, size_t nrhs, bool transpose, size_t pad)
{
    matrix l = triangle(n), b = make(n, nrhs, MARK);
    b.ld = nrhs + pad;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < b.ld; j++)
            b.data[i * b.ld + j] = j < nrhs ? next_random() : MARK;
    matrix x = copy_of(b), whole = copy_of(l);
    spoil_upper(l, GAP);
    nacrei_trsm_lower(n, l.data, l.ld, transpose, nrhs, x.data, x.ld);
    check_triangular(whole, transpose, x, b);
    check_marks(x);
    free(l.data);
    free(b.data);
    free(x.data);
    free(whole.data);
}

static void trsm_matches(void **state)
{
    (void)state;
    for (size_t s = 0; s < SIZES; s++)
        for (size_t r = 0; r < 4; r++)
            for (unsigned transpose = 0; transpose < 2; transpose++) {
                trsm_case(sizes[s], sizes[r], transpose, PAD);
                trsm_case(sizes[s], sizes[r], transpose, 0);
            }
}

static void cholesky_solve_matches(void **state)
{
    (void)state;
    for (size_t s = 0; s < SIZES; s++)
        for (size_t r = 0; r < 4; r++) {
            size_t n = sizes[s], nrhs = sizes[r];
            matrix a = positive(n, GAP), l = copy_of(a), b = make(n, nrhs, MARK), x = copy_of(b);
            assert_int_equal(nacrei_cholesky(n, l.data, l.ld, NULL), NACRE_OK);
            nacrei_cholesky_solve(n, l.data, l.ld, nrhs, x.data, x.ld);
            for (size_t i = 0; i < n; i++)
                for (size_t j = 0; j < nrhs; j++) {
                    double absolute, sum = inner(a, false, x, false, n, i, j, &absolute);
                    // |L||L'| <= n |A| on the diagonal's scale; the factor is generous by n.
                    near_to(sum, at(b, false, i, j), 8 * (double)(n * n) * UNIT * (absolute + 1.0),
                            "solve", i, j);
                }
            check_marks(x);
            free(a.data);
            free(l.data);
            free(b.data);
            free(x.data);
        }
}

static double largest_row_sum(matrix a)
{
    double largest = 0.0;
    for (size_t i = 0; i < a.rows; i++) {
        double sum = 0.0;
        for (size_t j = 0; j < a.columns; j++)
            sum += fabs(at(a, false, i, j));
        largest = fmax(largest, sum);
    }
    return largest;
}

// A v = lambda v for every row v, orthonormal rows, ascending eigenvalues: that is the definition.
static void eigen_case(nacre_ctx *ctx, matrix a)
{
    size_t n = a.rows;
    matrix v = copy_of(a);
    spoil_upper(v, GAP);
    double *values = malloc(n * sizeof *values + 1);
    assert_non_null(values);
    assert_int_equal(nacrei_eigen_symmetric(ctx, n, v.data, v.ld, values, NULL), NACRE_OK);
    double bound = 10 * (double)(n + 1) * UNIT;
    for (size_t i = 0; i < n; i++) {
        if (i > 0)
            assert_true(values[i] >= values[i - 1]);
        for (size_t j = 0; j < n; j++) {
            double absolute, product = inner(a, false, v, true, n, j, i, &absolute);
            near_to(product, values[i] * at(v, false, i, j), bound * largest_row_sum(a), "eigen", i,
                    j);
            near_to(inner(v, false, v, true, n, i, j, &absolute), i == j ? 1.0 : 0.0, bound,
                    "orthonormal", i, j);
        }
    }
    check_marks(v);
    free(values);
    free(v.data);
}

static void eigen_matches(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    for (size_t s = 0; s < SIZES; s++) {
        matrix a = positive(sizes[s], MARK);
        eigen_case(&ctx, a);
        for (size_t i = 0; i < a.rows; i++) // indefinite, with a repeated eigenvalue 0
            for (size_t j = 0; j < a.rows; j++)
                set(a, i, j, (i + j) % 2 ? 1.0 : -1.0);
        eigen_case(&ctx, a);
        free(a.data);
    }
    assert_int_equal(memory.live, 0);
}

// Path graph: eigenvalues 2 - 2 cos(pi k / (n + 1)), k = 1..n (second difference matrix).
static void eigen_second_difference(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    enum { N = 33 };
    double a[N * N] = {0}, values[N];
    for (size_t i = 0; i < N; i++) {
        a[i * N + i] = 2.0;
        if (i > 0)
            a[i * N + i - 1] = -1.0;
    }
    assert_int_equal(nacrei_eigen_symmetric(&ctx, N, a, N, values, NULL), NACRE_OK);
    for (size_t k = 0; k < N; k++)
        near_to(values[k], 2 - 2 * cos(acos(-1.0) * (double)(k + 1) / (N + 1)), N * 4 * UNIT,
                "second difference", k, 0);
}

static void eigen_refuses(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err;
    double a[9] = {1, 0, 0, 2, 3, 0, 4, GAP, 5}, values[3];
    assert_int_equal(nacrei_eigen_symmetric(&ctx, 3, a, 3, values, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "row 2, column 1"));
    a[7] = 6;
    a[8] = (double)INFINITY;
    assert_int_equal(nacrei_eigen_symmetric(&ctx, 3, a, 3, values, &err), NACRE_E_NONFINITE);
    assert_non_null(strstr(err.message, "row 2, column 2"));
    a[8] = 5;
    for (long failing = 1; failing <= 2; failing++) {
        memory.requests = 0;
        memory.fail_at = failing;
        assert_int_equal(nacrei_eigen_symmetric(&ctx, 3, a, 3, values, &err), NACRE_E_NOMEM);
        assert_int_equal(memory.live, 0);
    }
    memory.requests = 0;
    memory.fail_at = 3;
    assert_int_equal(nacrei_eigen_symmetric(&ctx, 3, a, 3, values, &err), NACRE_OK);
}

int openblas_get_num_threads(void); // of OpenBLAS itself: its headers stay in src/kern/linalg

// With one thread, OpenBLAS gives the same bits again and again.
static void repeatable(void **state)
{
    (void)state;
    matrix a = make(65, 65, GAP), c = make(65, 65, MARK), d = copy_of(c);
    for (unsigned turn = 0; turn < 5; turn++) {
        nacrei_gemm(false, true, 65, 65, 65, 1.0, a.data, a.ld, a.data, a.ld, 0.0,
                    turn ? d.data : c.data, c.ld);
        if (turn)
            assert_memory_equal(c.data, d.data, 65 * c.ld * sizeof *c.data);
    }
    assert_int_equal(openblas_get_num_threads(), 1);
    free(a.data);
    free(c.data);
    free(d.data);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gemm_matches),
        cmocka_unit_test(syrk_matches),
        cmocka_unit_test(gemv_matches),
        cmocka_unit_test(cholesky_matches),
        cmocka_unit_test(cholesky_names_the_pivot),
        cmocka_unit_test(trsm_matches),
        cmocka_unit_test(cholesky_solve_matches),
        cmocka_unit_test(eigen_matches),
        cmocka_unit_test(eigen_second_difference),
        cmocka_unit_test(eigen_refuses),
        cmocka_unit_test(repeatable),
    };
    return cmocka_run_group_tests_name("linalg", tests, NULL, NULL);
}
