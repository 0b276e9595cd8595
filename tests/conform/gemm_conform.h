// SPDX-License-Identifier: Apache-2.0
// Products of one type against the reference, to the bit, and the reference against closed forms
// and long double; included by test_gemm_f32.c and test_gemm_f64.c, which say before:
//   REAL, REAL_BITS, EPSILON   element, its bits of precision, 2^-bits
//   OP, OP_ID, FUNCTION        member of a variant, operation, kernel type
//   REF, BLAS                  the reference and the bounded variant
//   GEMM                       the public function
// Inputs lie between unmapped pages, their padding is NaN; the padding of C holds marks.
#ifndef NACRE_TESTS_GEMM_CONFORM_H
#define NACRE_TESTS_GEMM_CONFORM_H

#include "kern/variants.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

static const size_t dims[] = {0, 1, 15, 16, 17, 31, 33, 63, 65};
enum { DIMS = sizeof dims / sizeof *dims };
static const REAL MARK = (REAL)-12345.5;

typedef struct shape {
    bool ta, tb;
    size_t m, n, k;
    size_t pad; // elements between rows
    REAL alpha, beta;
} shape;

/// splitmix64
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/// Of either sign, over eight binary orders of magnitude, so that the order of a sum shows.
static REAL random_value(uint64_t *state)
{
    uint64_t bits = next_random(state);
    double value = (double)(bits >> 40) * 0x1p-24 - 0.5;
    return (REAL)ldexp(value, (int)(bits & 7));
}

/// Equal bits, or both NaN: payloads are excepted.
static bool same(REAL a, REAL b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

/// `count` elements whose last one ends at an unmapped page (`at_end`), or whose first one begins
/// behind one.
typedef struct guarded {
    char *base;
    size_t bytes;
    REAL *data;
    size_t count;
} guarded;

static guarded map_guarded(size_t count, bool at_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = count * sizeof(REAL);
    size_t inner = (size / page + 1) * page;
    guarded x = {.bytes = inner + 2 * page, .count = count};
    x.base = mmap(NULL, x.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(x.base != MAP_FAILED);
    assert_int_equal(mprotect(x.base + page, inner, PROT_READ | PROT_WRITE), 0);
    x.data = (REAL *)(void *)(x.base + page + (at_end ? inner - size : 0));
    return x;
}

static void unmap(guarded *x)
{
    assert_int_equal(munmap(x->base, x->bytes), 0);
}

/// rows x columns with leading dimension ld: random inside, `pad` between the rows.
static guarded random_matrix(size_t rows, size_t columns, size_t ld, REAL pad, bool at_end,
                             uint64_t *seed)
{
    size_t count = rows && columns ? (rows - 1) * ld + columns : 0;
    guarded x = map_guarded(count, at_end);
    for (size_t i = 0; i < count; i++)
        x.data[i] = i % ld < columns ? random_value(seed) : pad;
    return x;
}

typedef struct operands {
    shape s;
    size_t lda, ldb, ldc;
    guarded a, b, c, expected;
} operands;

static operands make_operands(const shape *s, uint64_t seed, bool at_end)
{
    operands x = {.s = *s};
    size_t a_rows = s->ta ? s->k : s->m, a_columns = s->ta ? s->m : s->k;
    size_t b_rows = s->tb ? s->n : s->k, b_columns = s->tb ? s->k : s->n;
    x.lda = a_columns + s->pad + 1;
    x.ldb = b_columns + s->pad;
    x.ldc = s->n + 2 * s->pad;
    x.a = random_matrix(a_rows, a_columns, x.lda, (REAL)NAN, at_end, &seed);
    x.b = random_matrix(b_rows, b_columns, x.ldb ? x.ldb : 1, (REAL)NAN, at_end, &seed);
    x.c = random_matrix(s->m, s->n, x.ldc ? x.ldc : 1, MARK, at_end, &seed);
    for (size_t i = 0; s->beta == 0 && i < x.c.count; i++)
        x.c.data[i] = i % x.ldc < s->n ? (REAL)NAN : MARK; // beta == 0 must not read it
    x.expected = map_guarded(x.c.count, true);
    memcpy(x.expected.data, x.c.data, x.c.count * sizeof(REAL));
    return x;
}

static void free_operands(operands *x)
{
    unmap(&x->a);
    unmap(&x->b);
    unmap(&x->c);
    unmap(&x->expected);
}

/// Runs a kernel as callers do: asks for its scratch, and gives exactly that, misaligned.
static void run_kernel(FUNCTION *kernel, const operands *x, REAL *c)
{
    const shape *s = &x->s;
    size_t bytes = kernel(s->ta, s->tb, s->m, s->n, s->k, s->alpha, x->a.data, x->lda, x->b.data,
                          x->ldb, s->beta, c, x->ldc, NULL, 0);
    char *scratch = malloc(bytes + 1);
    assert_non_null(scratch);
    memset(scratch, 0xff, bytes + 1); // NaN
    if (bytes > 1)
        assert_int_equal(kernel(s->ta, s->tb, s->m, s->n, s->k, s->alpha, x->a.data, x->lda,
                                x->b.data, x->ldb, s->beta, c, x->ldc, scratch, bytes - 1),
                         bytes);
    assert_int_equal(kernel(s->ta, s->tb, s->m, s->n, s->k, s->alpha, x->a.data, x->lda, x->b.data,
                            x->ldb, s->beta, c, x->ldc, scratch + 1, bytes),
                     0);
    free(scratch);
}

static void compare(const char *name, const operands *x, const REAL *got)
{
    const shape *s = &x->s;
    for (size_t i = 0; i < x->c.count; i++) {
        if (!same(got[i], x->expected.data[i]))
            fail_msg("%s%s%s m %zu n %zu k %zu alpha %g beta %g: C[%zu][%zu] = %a, reference %a",
                     name, s->ta ? " A'" : "", s->tb ? " B'" : "", s->m, s->n, s->k,
                     (double)s->alpha, (double)s->beta, i / x->ldc, i % x->ldc, (double)got[i],
                     (double)x->expected.data[i]);
    }
}

/// Every strict variant but the reference, on the reference's operands.
static void check_variants(const operands *x)
{
    run_kernel(REF, x, x->expected.data);
    for (size_t v = 0; v < nacrei_variant_count; v++) {
        const nacrei_variant *one = &nacrei_variants[v];
        if (one->op != OP_ID || one->numeric_class != NACRE_CLASS_STRICT ||
            one->function.OP == REF || !(nacrei_cpu_isas() & (uint32_t)one->isa))
            continue;
        guarded c = map_guarded(x->c.count, v % 2);
        memcpy(c.data, x->c.data, x->c.count * sizeof(REAL));
        run_kernel(one->function.OP, x, c.data);
        compare(one->name, x, c.data);
        unmap(&c);
    }
}

static void test_usable(void **state)
{
    (void)state;
    size_t strict = 0;
    for (size_t v = 0; v < nacrei_variant_count; v++) {
        const nacrei_variant *one = &nacrei_variants[v];
        if (one->op != OP_ID || one->numeric_class != NACRE_CLASS_STRICT)
            continue;
        strict++;
        if (!(nacrei_cpu_isas() & (uint32_t)one->isa))
            printf("SKIP %s: this CPU or system lacks %s\n", one->name, nacrei_isa_name(one->isa));
    }
    assert_true(strict >= 2);
}

static const REAL factors[][2] = {{1, 0}, {1, 1}, {(REAL)-0.3, (REAL)0.7}, {0, (REAL)-1.5}, {2, 0}};
enum { FACTORS = sizeof factors / sizeof *factors };

static void test_shapes(void **state)
{
    (void)state;
    uint64_t run = 0;
    for (size_t i = 0; i < DIMS * DIMS * DIMS; i++) {
        for (unsigned turn = 0; turn < 4; turn++, run++) {
            const REAL *factor = factors[run % FACTORS];
            shape s = {.ta = turn & 1,
                       .tb = turn & 2,
                       .m = dims[i / DIMS / DIMS],
                       .n = dims[i / DIMS % DIMS],
                       .k = dims[i % DIMS],
                       .pad = run % 3,
                       .alpha = factor[0],
                       .beta = factor[1]};
            operands x = make_operands(&s, run, run % 2);
            check_variants(&x);
            free_operands(&x);
        }
    }
}

/// Past every block length of every variant: depth, rows, columns, slab; sums wait in C and in
/// scratch.
static void test_blocks(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {
        {29, 70, 2100}, {190, 45, 1030}, {530, 33, 1100}, {9, 2100, 1050}, {100, 4100, 3}};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        for (unsigned turn = 0; turn < 4; turn++) {
            const REAL *factor = factors[(i + turn) % FACTORS];
            shape s = {.ta = turn & 1,
                       .tb = turn & 2,
                       .m = sizes[i][0],
                       .n = sizes[i][1],
                       .k = sizes[i][2],
                       .pad = turn,
                       .alpha = factor[0],
                       .beta = factor[1]};
            operands x = make_operands(&s, i, true);
            check_variants(&x);
            free_operands(&x);
        }
    }
}

/// NaN and infinity in the inputs, the old C and the factors, also with alpha = 0.
static void test_nonfinite(void **state)
{
    (void)state;
    const REAL infinity = (REAL)INFINITY, nan_value = (REAL)NAN;
    const REAL specials[] = {nan_value, infinity, -infinity, (REAL)-0.0};
    const REAL pairs[][2] = {{0, 0}, {0, 1}, {nan_value, 0}, {infinity, 1}, {1, nan_value}};
    for (size_t i = 0; i < 4 * sizeof pairs / sizeof *pairs; i++) {
        shape s = {.ta = i & 1,
                   .tb = i & 2,
                   .m = 19,
                   .n = 37,
                   .k = 21,
                   .alpha = pairs[i / 4][0],
                   .beta = pairs[i / 4][1]};
        operands x = make_operands(&s, i, true);
        for (size_t at = 0; at < 4; at++) {
            x.a.data[5 + at * x.lda] = specials[at];
            x.b.data[3 + at * (x.ldb + 1)] = specials[(at + i) % 4];
            if (s.beta != 0)
                x.c.data[2 + at * x.ldc] = x.expected.data[2 + at * x.ldc] = specials[at];
        }
        check_variants(&x);
        free_operands(&x);
    }
    REAL a = infinity, b = 1, c = 3, scratch;
    REF(false, false, 1, 1, 1, 0, &a, 1, &b, 1, 1, &c, 1, &scratch, sizeof scratch);
    assert_true(isnan(c)); // 0 * infinity is not skipped
}

/// Integers below the precision: the reference must be exact. Rows of lcm(1..8) / (i + j + 1).
static void test_exact_integers(void **state)
{
    (void)state;
    enum { N = 8, LCM = 840 };
    REAL hilbert[N * N], c[N * N], identity[N * N] = {0}, scratch;
    for (size_t i = 0; i < N * N; i++)
        hilbert[i] = (REAL)(LCM / (i / N + i % N + 1));
    for (size_t i = 0; i < N; i++)
        identity[i * N + i] = 1;
    REF(false, true, N, N, N, 1, identity, N, hilbert, N, 0, c, N, &scratch, sizeof scratch);
    for (size_t i = 0; i < N * N; i++)
        assert_true(c[i] == hilbert[i % N * N + i / N]);
    for (size_t i = 0; i < N * N; i++)
        c[i] = (REAL)i;
    REF(true, false, N, N, N, 2, hilbert, N, hilbert, N, -3, c, N, &scratch, sizeof scratch);
    for (size_t i = 0; i < N * N; i++) {
        int64_t sum = 0;
        for (size_t p = 0; p < N; p++)
            sum += (int64_t)(LCM / (p + i / N + 1)) * (int64_t)(LCM / (p + i % N + 1));
        assert_true(c[i] == (REAL)(2 * sum - 3 * (int64_t)i));
    }
    REAL u[N], v[N];
    for (size_t i = 0; i < N; i++) {
        u[i] = (REAL)(i + 1);
        v[i] = (REAL)(3 * i) - 7;
    }
    REF(false, false, N, N, 1, 1, u, 1, v, N, 0, c, N, &scratch, sizeof scratch);
    for (size_t i = 0; i < N * N; i++)
        assert_true(c[i] == u[i / N] * v[i % N]);
}

/// Only fma in ascending order gives these results.
static void test_order_and_fma(void **state)
{
    (void)state;
    const REAL big = 1 / EPSILON, one = 1;
    REAL scratch, c;
    // big + 1 rounds to big (ties to even), so the ones before are lost and the one behind stays.
    const REAL left[4] = {big, 1, -big, 1}, ones[4] = {1, 1, 1, 1};
    REF(false, false, 1, 1, 4, one, left, 4, ones, 1, 0, &c, 1, &scratch, sizeof scratch);
    assert_true(c == 1);
    // (1 + e)^2 - (1 + 2 e) = e^2, which a rounded product loses.
    const REAL e = (REAL)ldexp(1.0, -((REAL_BITS + 1) / 2));
    const REAL x[2] = {-1 - 2 * e, 1 + e}, y[2] = {1, 1 + e};
    REF(false, false, 1, 1, 2, one, x, 2, y, 1, 0, &c, 1, &scratch, sizeof scratch);
    assert_true(c == e * e);
    // The last step, too: alpha acc + beta C with acc = 1 + e.
    c = -1 - 2 * e;
    REF(false, false, 1, 1, 1, 1 + e, y + 1, 1, &one, 1, 1, &c, 1, &scratch, sizeof scratch);
    assert_true(c == e * e);
}

/// Reference and BLAS within the bound of nacre/kern.h around a long double sum.
static void check_bound(FUNCTION *kernel, operands *x)
{
    const shape *s = &x->s;
    run_kernel(kernel, x, x->expected.data);
    for (size_t i = 0; i < x->c.count; i++) {
        size_t row = i / x->ldc, column = i % x->ldc;
        if (column >= s->n) {
            assert_true(x->expected.data[i] == MARK);
            continue;
        }
        long double sum = 0, size = 0;
        for (size_t p = 0; p < s->k; p++) {
            long double term =
                (long double)(s->ta ? x->a.data[p * x->lda + row] : x->a.data[row * x->lda + p]) *
                (long double)(s->tb ? x->b.data[column * x->ldb + p]
                                    : x->b.data[p * x->ldb + column]);
            sum += term;
            size += fabsl(term);
        }
        long double old = s->beta == 0 ? 0 : (long double)s->beta * (long double)x->c.data[i];
        long double exact = (long double)s->alpha * sum + old;
        long double bound = (long double)(s->k + 3) * (long double)EPSILON *
                            (fabsl((long double)s->alpha) * size + fabsl(old));
        if (!(fabsl((long double)x->expected.data[i] - exact) <= bound))
            fail_msg("m %zu n %zu k %zu: C[%zu][%zu] = %a, exactly %La, bound %La", s->m, s->n,
                     s->k, row, column, (double)x->expected.data[i], exact, bound);
    }
}

static void test_bounds(void **state)
{
    (void)state;
    static FUNCTION *const kernels[] = {REF, BLAS};
    for (size_t i = 0; i < 2 * DIMS * DIMS * 4; i++) {
        size_t at = i / 2;
        const REAL *factor = factors[at % FACTORS];
        shape s = {.ta = at & 1,
                   .tb = at & 2,
                   .m = dims[at / 4 % DIMS],
                   .n = dims[(at / 4 + at) % DIMS],
                   .k = dims[at / 4 / DIMS],
                   .pad = 1 + at % 2,
                   .alpha = factor[0],
                   .beta = factor[1]};
        operands x = make_operands(&s, at, true);
        check_bound(kernels[i % 2], &x);
        free_operands(&x);
    }
}

/// The public call on 1, 2 and 4 threads gives the reference's bits.
static void test_threads(void **state)
{
    (void)state;
    static const size_t sizes[][3] = {{200, 230, 210}, {197, 401, 1100}, {800, 97, 97}, {5, 7, 9}};
    for (size_t i = 0; i < 4 * sizeof sizes / sizeof *sizes; i++) {
        const size_t *size = sizes[i / 4];
        const REAL *factor = factors[i % 3];
        shape s = {.ta = i & 1,
                   .tb = i & 2,
                   .m = size[0],
                   .n = size[1],
                   .k = size[2],
                   .pad = 1,
                   .alpha = factor[0],
                   .beta = factor[1]};
        operands x = make_operands(&s, i, true);
        run_kernel(REF, &x, x.expected.data);
        for (uint32_t threads = 1; threads <= 4; threads *= 2) {
            nacre_ctx_options options;
            nacre_ctx_options_init(&options);
            options.threads = threads;
            nacre_ctx *ctx;
            assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
            guarded c = map_guarded(x.c.count, true);
            memcpy(c.data, x.c.data, x.c.count * sizeof(REAL));
            nacre_kern_ran ran;
            assert_int_equal(GEMM(ctx, NACRE_CLASS_STRICT, s.ta, s.tb, s.m, s.n, s.k, s.alpha,
                                  x.a.data, x.lda, x.b.data, x.ldb, s.beta, c.data, x.ldc, &ran,
                                  NULL),
                             NACRE_OK);
            compare(ran.kernel, &x, c.data);
            assert_int_equal(ran.threads, i / 4 == 3 ? 1 : threads);
            unmap(&c);
            nacre_ctx_destroy(ctx);
        }
        free_operands(&x);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable),         cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_blocks),         cmocka_unit_test(test_nonfinite),
        cmocka_unit_test(test_exact_integers), cmocka_unit_test(test_order_and_fma),
        cmocka_unit_test(test_bounds),         cmocka_unit_test(test_threads),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
