// SPDX-License-Identifier: Apache-2.0
// The largest eigenpairs against spectra that are known and against the full solver. Residuals and
// overlaps are computed here, in long double, never taken from the function's own report. Rows of A
// are padded with NaN; every allocation fails in turn.
#include "kern/linalg/linalg.h"

#include "../unit/core_context.h"

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

#define PAD 3
#define MARK 1234567.0
#define TOLERANCE 1e-12

static core_memory memory;
static uint64_t random_state = 7;

static double next_random(void)
{
    random_state = random_state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(int64_t)(random_state >> 11) * 0x1p-52 - 1.0;
}

static double *doubles(size_t count)
{
    double *data = calloc(count, sizeof *data);
    assert_non_null(data);
    return data;
}

/// A problem and its answer; everything on exactly as much memory as it needs.
typedef struct problem {
    size_t n, k, lda;
    double *a, *values, *vectors;
    nacrei_eigen_top_info info;
} problem;

static problem make(size_t n, size_t k)
{
    problem p = {.n = n, .k = k, .lda = n + PAD};
    p.a = doubles(n * p.lda);
    p.values = doubles(k);
    p.vectors = doubles(k * n);
    for (size_t i = 0; i < n; i++)
        for (size_t j = n; j < p.lda; j++)
            p.a[i * p.lda + j] = (double)NAN;
    return p;
}

static void discard(problem *p)
{
    free(p->a);
    free(p->values);
    free(p->vectors);
}

static void solve(problem *p, const double *start_or_NULL)
{
    memory = (core_memory){0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err = {0};
    nacre_status status = nacrei_eigen_top(&ctx, p->n, p->a, p->lda, p->k, start_or_NULL, 0.0,
                                           p->values, p->vectors, &p->info, &err);
    if (status)
        fail_msg("n %zu, k %zu: %s", p->n, p->k, err.message);
    assert_int_equal(atomic_load(&memory.live), 0);
}

/// Residuals against `scale`, unit rows, overlaps and the order of the values.
static void check_pairs(const problem *p, double scale)
{
    for (size_t i = 0; i < p->k; i++) {
        const double *v = p->vectors + i * p->n;
        long double squares = 0.0L;
        for (size_t r = 0; r < p->n; r++) {
            long double sum = -(long double)p->values[i] * (long double)v[r];
            for (size_t c = 0; c < p->n; c++)
                sum += (long double)p->a[r * p->lda + c] * (long double)v[c];
            squares += sum * sum;
        }
        if (!(sqrtl(squares) <= (long double)(2 * TOLERANCE * scale)))
            fail_msg("residual of pair %zu: %.3Lg", i, sqrtl(squares) / (long double)scale);
        for (size_t j = 0; j <= i; j++) {
            long double sum = i == j ? -1.0L : 0.0L;
            for (size_t c = 0; c < p->n; c++)
                sum += (long double)v[c] * (long double)p->vectors[j * p->n + c];
            if (!(fabsl(sum) <= (long double)TOLERANCE))
                fail_msg("overlap of vectors %zu and %zu: %.3Lg", i, j, sum);
        }
        if (i > 0)
            assert_true(p->values[i - 1] >= p->values[i]);
    }
}

static void check_values(const problem *p, const double *expected, double bound)
{
    for (size_t i = 0; i < p->k; i++)
        if (!(fabs(p->values[i] - expected[i]) <= bound * fabs(expected[i])))
            fail_msg("value %zu of n %zu: %.17g, expected %.17g", i, p->n, p->values[i],
                     expected[i]);
}

static void full_values(const problem *p, double *expected)
{
    core_memory own = {0};
    nacre_ctx ctx = core_test_context(&own);
    double *copy = doubles(p->n * p->n), *ascending = doubles(p->n);
    for (size_t i = 0; i < p->n; i++)
        memcpy(copy + i * p->n, p->a + i * p->lda, p->n * sizeof *copy);
    assert_int_equal(nacrei_eigen_symmetric(&ctx, p->n, copy, p->n, ascending, NULL), NACRE_OK);
    for (size_t i = 0; i < p->k; i++)
        expected[i] = ascending[p->n - 1 - i];
    free(copy);
    free(ascending);
}

/// H D H for a reflection H = I - 2 u u'/u'u: a full matrix whose spectrum is known.
static void reflect_diagonal(problem *p, const double *diagonal)
{
    size_t n = p->n;
    double *u = doubles(n), squares = 0.0, weighted = 0.0;
    for (size_t i = 0; i < n; i++) {
        u[i] = next_random();
        squares += u[i] * u[i];
        weighted += diagonal[i] * u[i] * u[i];
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++) {
            double value = (i == j ? diagonal[i] : 0.0) -
                           2.0 / squares * u[i] * u[j] *
                               (diagonal[i] + diagonal[j] - 2.0 * weighted / squares);
            p->a[i * p->lda + j] = p->a[j * p->lda + i] = value;
        }
    free(u);
}

/// Covariance of `periods` draws of n variables with 20 factors of falling strength.
static void factor_covariance(problem *p, size_t periods, double strength)
{
    enum { FACTORS = 20 };
    size_t n = p->n;
    double *x = doubles(periods * n), *load = doubles(FACTORS * n), f[FACTORS];
    for (size_t i = 0; i < FACTORS * n; i++)
        load[i] = next_random() * strength / (1.0 + 0.2 * (double)(i / n));
    for (size_t t = 0; t < periods; t++) {
        for (size_t q = 0; q < FACTORS; q++)
            f[q] = next_random();
        for (size_t i = 0; i < n; i++) {
            x[t * n + i] = next_random();
            for (size_t q = 0; q < FACTORS; q++)
                x[t * n + i] += f[q] * load[q * n + i];
        }
    }
    double *c = doubles(n * n);
    nacrei_syrk(true, n, periods, 1.0 / (double)periods, x, n, 0.0, c, n);
    for (size_t i = 0; i < n; i++)
        memcpy(p->a + i * p->lda, c + i * n, n * sizeof *c);
    free(c);
    free(x);
    free(load);
}

static void diagonal_matrix(void **state)
{
    (void)state;
    problem p = make(300, 5);
    double expected[5];
    for (size_t i = 0; i < p.n; i++)
        p.a[i * p.lda + i] = 1.0 / (1.0 + (double)(i * 77 % p.n)); // a permutation of 1/1 ... 1/n
    for (size_t i = 0; i < p.k; i++)
        expected[i] = 1.0 / (1.0 + (double)i);
    solve(&p, NULL);
    assert_false(p.info.full);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, 1.0);
    discard(&p);
}

static void factors_match_the_full_solver(void **state)
{
    (void)state;
    problem p = make(400, 20);
    double expected[20];
    factor_covariance(&p, 600, 1.0);
    full_values(&p, expected);
    solve(&p, NULL);
    assert_false(p.info.full);
    assert_true(p.info.residual > 0.0 && p.info.residual <= TOLERANCE);
    assert_true(p.info.orthogonality <= TOLERANCE);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, expected[0]);
    double *again = doubles(p.k * p.n);
    memcpy(again, p.vectors, p.k * p.n * sizeof *again);
    solve(&p, NULL);
    assert_memory_equal(again, p.vectors, p.k * p.n * sizeof *again); // to the bit
    free(again);
    discard(&p);
}

// The vectors of a repeated value are any basis of its space: only the space can be compared.
static void repeated_values(void **state)
{
    (void)state;
    problem p = make(250, 6);
    double *diagonal = doubles(p.n), expected[6] = {9.0, 9.0, 9.0, 5.0, 5.0, 5.0};
    for (size_t i = 0; i < p.n; i++)
        diagonal[i] = i < 3 ? 9.0 : i < 10 ? 5.0 : 1.0;
    reflect_diagonal(&p, diagonal);
    solve(&p, NULL);
    assert_false(p.info.full);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, 9.0);
    // The first three span the space of 9: (A - 5)(A - 1) / 32 is its projection, of trace 3.
    for (size_t i = 0; i < 3; i++) {
        double *once = doubles(p.n), *twice = doubles(p.n), gap = 0.0;
        const double *v = p.vectors + i * p.n;
        nacrei_gemv(false, p.n, p.n, 1.0, p.a, p.lda, v, 0.0, once);
        for (size_t j = 0; j < p.n; j++)
            once[j] -= v[j];
        nacrei_gemv(false, p.n, p.n, 1.0, p.a, p.lda, once, 0.0, twice);
        for (size_t j = 0; j < p.n; j++)
            gap = fmax(gap, fabs((twice[j] - 5.0 * once[j]) / 32.0 - v[j]));
        assert_true(gap <= 1e-11);
        free(once);
        free(twice);
    }
    discard(&p);
    free(diagonal);
}

// A block that A maps into itself: nothing is left of the next one but rounding, or zeros.
static void invariant_at_once(void **state)
{
    (void)state;
    problem p = make(200, 4);
    double expected[4] = {2.0, 2.0, 2.0, 2.0};
    for (size_t i = 0; i < p.n; i++)
        p.a[i * p.lda + i] = 2.0;
    solve(&p, NULL);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, 2.0);
    for (size_t i = 0; i < p.n; i++)
        p.a[i * p.lda + i] = 0.0;
    solve(&p, NULL);
    for (size_t i = 0; i < p.k; i++)
        assert_true(p.values[i] == 0.0);
    check_pairs(&p, 1.0);
    discard(&p);
}

static void small_and_whole(void **state)
{
    (void)state;
    static const size_t shapes[][2] = {{1, 1},   {2, 1},   {7, 7},   {40, 40},
                                       {107, 1}, {108, 1}, {109, 1}, {240, 12}};
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++) {
        problem p = make(shapes[s][0], shapes[s][1]);
        double *diagonal = doubles(p.n);
        for (size_t i = 0; i < p.n; i++)
            diagonal[i] = pow(0.8, (double)i);
        if (p.n == 1)
            p.a[0] = 1.0;
        else
            reflect_diagonal(&p, diagonal);
        solve(&p, NULL);
        assert_int_equal(p.info.full, p.n < 12 * (p.k + 8));
        for (size_t i = 0; i < p.k; i++)
            assert_true(fabs(p.values[i] - diagonal[i]) <= 1e-13);
        check_pairs(&p, 1.0);
        free(diagonal);
        discard(&p);
    }
}

// Values so close that hardly anything parts them, and white noise: right by whichever way.
static void flat_spectrum(void **state)
{
    (void)state;
    problem p = make(300, 10);
    double *diagonal = doubles(p.n), expected[10];
    for (size_t i = 0; i < p.n; i++)
        diagonal[i] = 1.0 + 1e-7 * sin((double)i);
    reflect_diagonal(&p, diagonal);
    full_values(&p, expected);
    solve(&p, NULL);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, expected[0]);
    free(diagonal);
    factor_covariance(&p, 450, 0.0); // white noise
    full_values(&p, expected);
    solve(&p, NULL);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, expected[0]);
    discard(&p);
}

// A largest value far below |A|: rounding alone keeps the residual above the tolerance.
static void fill_unreachable(problem *p, double *diagonal)
{
    for (size_t i = 0; i < p->n; i++)
        diagonal[i] = i == 0 ? 1e-6 : -1.0 - (double)i / (double)p->n;
    reflect_diagonal(p, diagonal);
}

static void full_solver_answers(void **state)
{
    (void)state;
    problem p = make(300, 6);
    double *diagonal = doubles(p.n);
    fill_unreachable(&p, diagonal);
    solve(&p, NULL);
    assert_true(p.info.full);
    assert_true(p.info.products > 0 && p.info.products <= 2 * p.n / (p.k + 8));
    assert_true(p.info.residual > TOLERANCE); // and says so
    for (size_t i = 0; i < p.k; i++)
        assert_true(fabs(p.values[i] - diagonal[i]) <= 1e-13);
    check_pairs(&p, 1.0);
    free(diagonal);
    discard(&p);
}

static void by_value_not_by_magnitude(void **state)
{
    (void)state;
    problem p = make(300, 4);
    double *diagonal = doubles(p.n), expected[4] = {3.0, 2.0, -1.0, -2.0};
    for (size_t i = 0; i < p.n; i++)
        diagonal[i] = i < 4 ? expected[i] : -10.0 - (double)(i % 50);
    reflect_diagonal(&p, diagonal);
    solve(&p, NULL);
    assert_false(p.info.full);
    check_values(&p, expected, 20 * TOLERANCE); // of values below |A| = 59
    check_pairs(&p, 3.0);
    free(diagonal);
    discard(&p);
}

static void huge_and_tiny_entries(void **state)
{
    (void)state;
    static const double scales[] = {1e-200, 1e-6, 1e6, 1e200};
    for (size_t s = 0; s < 4; s++) {
        problem p = make(240, 3);
        double *diagonal = doubles(p.n), expected[3];
        for (size_t i = 0; i < p.n; i++)
            diagonal[i] = scales[s] / (1.0 + (double)i);
        for (size_t i = 0; i < 3; i++)
            expected[i] = diagonal[i];
        reflect_diagonal(&p, diagonal);
        solve(&p, NULL);
        check_values(&p, expected, 10 * TOLERANCE);
        assert_true(p.info.residual <= TOLERANCE);
        free(diagonal);
        discard(&p);
    }
}

static void warm_start(void **state)
{
    (void)state;
    problem p = make(400, 10);
    double expected[10];
    factor_covariance(&p, 600, 0.4);
    solve(&p, NULL);
    size_t cold = p.info.products;
    assert_false(p.info.full);
    for (size_t i = 0; i < p.n; i++)
        p.a[i * p.lda + i] *= 1.0 + 1e-9 * (double)(i % 7); // the next day's matrix
    full_values(&p, expected);
    solve(&p, p.vectors);
    assert_false(p.info.full);
    if (!(p.info.products < cold))
        fail_msg("warm %zu products, cold %zu", p.info.products, cold);
    check_values(&p, expected, TOLERANCE);
    check_pairs(&p, expected[0]);
    discard(&p);
}

// Eigenvectors, but not the largest; equal rows; zeros: the random vectors of the block make up.
static void misleading_starts(void **state)
{
    (void)state;
    problem p = make(300, 5);
    double *start = doubles(p.k * p.n), expected[5];
    for (size_t i = 0; i < p.n; i++)
        p.a[i * p.lda + i] = 1.0 / (1.0 + (double)i);
    for (size_t i = 0; i < p.k; i++)
        expected[i] = 1.0 / (1.0 + (double)i);
    for (size_t form = 0; form < 3; form++) {
        memset(start, 0, p.k * p.n * sizeof *start);
        for (size_t i = 0; i < p.k && form < 2; i++)
            start[i * p.n + (form ? 7 : 3 + i)] = 1.0;
        solve(&p, start);
        check_values(&p, expected, TOLERANCE);
        check_pairs(&p, 1.0);
    }
    free(start);
    discard(&p);
}

static void refused(problem *p, const double *start_or_NULL, double tolerance, nacre_status code,
                    const char *words)
{
    memory.requests = 0;
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err = {0};
    p->values[0] = p->vectors[0] = MARK;
    p->info = (nacrei_eigen_top_info){.residual = MARK};
    assert_int_equal(nacrei_eigen_top(&ctx, p->n, p->a, p->lda, p->k, start_or_NULL, tolerance,
                                      p->values, p->vectors, &p->info, &err),
                     code);
    if (!strstr(err.message, words))
        fail_msg("\"%s\" does not say \"%s\"", err.message, words);
    assert_true(p->values[0] == MARK && p->vectors[0] == MARK && p->info.residual == MARK);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static void errors_named(void **state)
{
    (void)state;
    memory = (core_memory){0};
    problem p = make(20, 2);
    double *start = doubles(2 * 20);
    refused(&p, NULL, -1.0, NACRE_E_ARG, "tolerance of -1");
    refused(&p, NULL, (double)NAN, NACRE_E_ARG, "tolerance of");
    refused(&p, NULL, HUGE_VAL, NACRE_E_ARG, "tolerance of inf");
    p.k = 0;
    refused(&p, NULL, 0.0, NACRE_E_SHAPE, "0 eigenpairs of a matrix of 20 rows");
    p.k = 21;
    refused(&p, NULL, 0.0, NACRE_E_SHAPE, "ask for 1 to 20");
    p.k = 2;
    start[25] = HUGE_VAL;
    refused(&p, start, 0.0, NACRE_E_NONFINITE,
            "the start holds NaN or infinity at row 1, column 5");
    p.a[3 * p.lda + 17] = (double)NAN; // above the diagonal, which is read too
    refused(&p, NULL, 0.0, NACRE_E_NONFINITE, "NaN or infinity at row 3, column 17");
    free(start);
    discard(&p);
}

static void every_allocation_fails(void **state)
{
    (void)state;
    problem p = make(240, 2);
    double *diagonal = doubles(p.n);
    for (size_t full = 0; full < 2; full++) { // both ways to the answer
        for (size_t i = 0; i < p.n; i++)
            diagonal[i] = pow(0.5, (double)i);
        if (full)
            fill_unreachable(&p, diagonal);
        else
            reflect_diagonal(&p, diagonal);
        solve(&p, NULL);
        assert_int_equal(p.info.full, full);
        long requests = atomic_load(&memory.requests);
        assert_true(requests >= 3);
        for (long at = 1; at <= requests; at++) {
            atomic_store(&memory.fail_at, at);
            refused(&p, NULL, 0.0, NACRE_E_NOMEM, "");
        }
        atomic_store(&memory.fail_at, 0);
    }
    free(diagonal);
    discard(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(diagonal_matrix),        cmocka_unit_test(factors_match_the_full_solver),
        cmocka_unit_test(repeated_values),        cmocka_unit_test(invariant_at_once),
        cmocka_unit_test(small_and_whole),        cmocka_unit_test(flat_spectrum),
        cmocka_unit_test(full_solver_answers),    cmocka_unit_test(by_value_not_by_magnitude),
        cmocka_unit_test(huge_and_tiny_entries),  cmocka_unit_test(warm_start),
        cmocka_unit_test(misleading_starts),      cmocka_unit_test(errors_named),
        cmocka_unit_test(every_allocation_fails),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
