// SPDX-License-Identifier: Apache-2.0
// Transposition of one type: every variant against the definition, bit by bit; included by
// test_transpose_f32.c and test_transpose_f64.c, which say before:
//   REAL, BITS                    element and the integer of its size
//   KERNEL_OP, OP_ID    member of a variant, operation
//   TRANSPOSE                     the public function
// Matrices hold random bit patterns, so NaNs of every payload; padding of B holds marks.
#ifndef NACRE_TESTS_TRANSPOSE_CONFORM_H
#define NACRE_TESTS_TRANSPOSE_CONFORM_H

#include "kern/variants.h"

#include "conform/guarded.h"

#include <stdio.h>

static const size_t dims[] = {0, 1, 7, 15, 16, 17, 31, 33, 63, 65, 130};
enum { DIMS = sizeof dims / sizeof *dims };

static BITS bits_of(const REAL *x)
{
    BITS bits;
    memcpy(&bits, x, sizeof bits);
    return bits;
}

static guarded random_bits(size_t count, bool at_end, uint64_t *seed)
{
    guarded x = map_guarded(count, at_end);
    for (size_t i = 0; i < count; i++) {
        BITS bits = (BITS)next_random(seed);
        memcpy(x.data + i, &bits, sizeof bits);
    }
    return x;
}

static size_t extent(size_t rows, size_t columns, size_t ld)
{
    return rows && columns ? (rows - 1) * ld + columns : 0;
}

/// b against a and, in its padding, against what it held before.
static void compare(const char *name, size_t m, size_t n, const REAL *a, size_t lda, const REAL *b,
                    size_t ldb, const REAL *before)
{
    size_t count = extent(n, m, ldb);
    for (size_t at = 0; at < count; at++) {
        size_t j = at / ldb, i = at % ldb;
        const REAL *want = i < m ? a + i * lda + j : before + at;
        if (bits_of(b + at) != bits_of(want))
            fail_msg("%s m %zu n %zu lda %zu ldb %zu: B[%zu][%zu] differs", name, m, n, lda, ldb, j,
                     i);
    }
}

/// `shift` elements into B's memory, which moves it against cache lines.
static void check(size_t m, size_t n, size_t pad_a, size_t pad_b, size_t shift, uint64_t seed)
{
    size_t lda = n + pad_a, ldb = m + pad_b, count = extent(n, m, ldb);
    guarded a = random_bits(extent(m, n, lda), seed % 2, &seed);
    guarded before = random_bits(count, true, &seed);
    for (size_t v = 0; v < nacrei_variant_count; v++) {
        const nacrei_variant *one = &nacrei_variants[v];
        if (one->op != OP_ID || !(nacrei_cpu_isas() & (uint32_t)one->isa))
            continue;
        assert_int_equal(one->numeric_class, NACRE_CLASS_EXACT);
        guarded b = map_guarded(count + shift, shift == 0);
        memcpy(b.data + shift, before.data, count * sizeof(REAL));
        one->function.KERNEL_OP(m, n, a.data, lda, b.data + shift, ldb);
        compare(one->name, m, n, a.data, lda, b.data + shift, ldb, before.data);
        unmap(&b);
    }
    unmap(&a);
    unmap(&before);
}

static void test_shapes(void **state)
{
    (void)state;
    for (size_t i = 0; i < DIMS * DIMS * 3; i++)
        check(dims[i / 3 / DIMS], dims[i / 3 % DIMS], i % 3, i / 2 % 4, i % 3 ? i % 19 : 0, i);
}

/// Large enough for stores past the caches, at every distance from a line.
static void test_large(void **state)
{
    (void)state;
    size_t unit = 64 / sizeof(REAL), n = ((size_t)8 << 20) / sizeof(REAL) / 1024 + 3;
    for (size_t shift = 0; shift < unit; shift += 3)
        check(1024 - shift / 3, n, 1, shift / 3, shift, shift);
    check(1021, n + 5, 0, 0, 0, 1);
    check(3, ((size_t)8 << 20) / sizeof(REAL), 0, unit - 3, 1, 2);
}

static nacre_ctx *create(uint32_t threads)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = threads;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    return ctx;
}

static void test_public(void **state)
{
    (void)state;
    enum { M = 700, N = 601 };
    uint64_t seed = 5;
    guarded a = random_bits(M * N, true, &seed);
    for (uint32_t threads = 1; threads <= 4; threads++) {
        nacre_ctx *ctx = create(threads);
        nacre_kern_ran ran;
        guarded b = map_guarded(M * N, true);
        assert_int_equal(
            TRANSPOSE(ctx, NACRE_CLASS_DEFAULT, M, N, a.data, N, b.data, M, &ran, NULL), NACRE_OK);
        compare(ran.kernel, M, N, a.data, N, b.data, M, b.data);
        assert_int_equal(ran.threads, threads);
        assert_int_equal(ran.numeric_class, NACRE_CLASS_EXACT);
        unmap(&b);
        nacre_ctx_destroy(ctx);
    }
    unmap(&a);
}

#define REFUSED(call, code, says)                                                                  \
    do {                                                                                           \
        nacre_error err = {0};                                                                     \
        assert_int_equal(call, code);                                                              \
        if (!strstr(err.message, says))                                                            \
            fail_msg("\"%s\" does not say \"%s\"", err.message, says);                             \
    } while (0)

static void test_errors(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(1);
    const nacre_class exact = NACRE_CLASS_EXACT;
    REAL a[12] = {1, 2, 3, 4, 5, 6}, b[6] = {7, 7, 7, 7, 7, 7};
    REFUSED(TRANSPOSE(ctx, exact, 2, 3, NULL, 3, b, 2, NULL, &err), NACRE_E_ARG, "A is NULL");
    REFUSED(TRANSPOSE(ctx, exact, 2, 3, a, 3, NULL, 2, NULL, &err), NACRE_E_ARG, "B is NULL");
    REFUSED(TRANSPOSE(ctx, exact, 2, 3, a, 2, b, 2, NULL, &err), NACRE_E_SHAPE, "rows of A");
    REFUSED(TRANSPOSE(ctx, exact, 2, 3, a, 3, b, 1, NULL, &err), NACRE_E_SHAPE, "rows of B");
    REFUSED(TRANSPOSE(ctx, exact, 2, 3, a, 3, a + 5, 2, NULL, &err), NACRE_E_ARG, "B overlaps A");
    REFUSED(TRANSPOSE(ctx, exact, SIZE_MAX / 2, 3, a, 3, b, SIZE_MAX, NULL, &err), NACRE_E_RANGE,
            "A of");
    REFUSED(TRANSPOSE(ctx, NACRE_CLASS_BOUNDED, 2, 3, a, 3, b, 2, NULL, &err), NACRE_E_UNSUPPORTED,
            "exact");
    for (size_t i = 0; i < 6; i++)
        assert_true(b[i] == 7);
    assert_int_equal(TRANSPOSE(ctx, exact, 0, 3, NULL, 0, NULL, 0, NULL, NULL), NACRE_OK);
    assert_int_equal(TRANSPOSE(ctx, exact, 2, 3, a, 3, a + 6, 2, NULL, NULL), NACRE_OK);
    assert_true(a[6] == 1 && a[7] == 4 && a[8] == 2 && a[11] == 6);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_large),
        cmocka_unit_test(test_public),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
