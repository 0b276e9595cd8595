// SPDX-License-Identifier: Apache-2.0
// The matrix unit's products on emulated tiles, against sums in double: every length around the
// tile, both transposes, alpha and beta, blocks and slabs of k, columns beyond a block, padding,
// scratch. Where the machine has the unit, the library's own kernel does the same. Says before:
// KERNEL_FILE with its symbol renamed to emulated_kernel, NATIVE_NAME and NATIVE_OP of that symbol,
// ERROR(k, sum of |a||b|).
#ifndef TESTS_GEMM_AMX_EMULATED_H
#define TESTS_GEMM_AMX_EMULATED_H

#include "hw/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define NACREI_TILES_EMULATED "conform/tiles_emulated.h"
#include KERNEL_FILE

/// Called through a pointer: gcc 12 follows a NULL scratch into code that it does not reach, and
/// warns.
static nacrei_gemm_f32_fn *volatile kernel = emulated_kernel;

static float next_value(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (float)(int32_t)(*state >> 32) * 0x1p-32f;
}

/// A rows x columns matrix whose padding is `pad`.
static float *make(size_t rows, size_t columns, size_t ld, float pad, uint64_t seed)
{
    float *x = malloc((rows * ld + 1) * sizeof *x);
    assert_non_null(x);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < ld; j++)
            x[i * ld + j] = j < columns ? next_value(&seed) : pad;
    return x;
}

typedef struct shape {
    size_t m, n, k;
    bool ta, tb;
    float alpha, beta;
} shape;

static void check_entries(const shape *s, const float *a, size_t lda, const float *b, size_t ldb,
                          const float *before, const float *c, size_t ldc)
{
    for (size_t i = 0; i < s->m; i++) {
        for (size_t j = 0; j < s->n; j++) {
            double sum = 0.0, size = 0.0;
            for (size_t p = 0; p < s->k; p++) {
                double x = (double)(s->ta ? a[p * lda + i] : a[i * lda + p]) *
                           (double)(s->tb ? b[j * ldb + p] : b[p * ldb + j]);
                sum += x;
                size += fabs(x);
            }
            double old = s->beta == 0.0f ? 0.0 : (double)s->beta * (double)before[i * ldc + j];
            double want = (double)s->alpha * sum + old;
            double bound = fabs((double)s->alpha) * ERROR(s->k, size) + 0x1p-22 * fabs(want) +
                           0x1p-22 * fabs(old);
            if (!(fabs((double)c[i * ldc + j] - want) <= bound))
                fail_msg("%zu x %zu x %zu, ta %d, tb %d: C[%zu][%zu] is %.9g, not %.9g +- %.2g",
                         s->m, s->n, s->k, s->ta, s->tb, i, j, (double)c[i * ldc + j], want, bound);
        }
        for (size_t j = s->n; j < ldc; j++)
            assert_true(c[i * ldc + j] == 77.0f);
    }
}

static void check(const shape *s)
{
    size_t a_rows = s->ta ? s->k : s->m, a_columns = s->ta ? s->m : s->k;
    size_t b_rows = s->tb ? s->n : s->k, b_columns = s->tb ? s->k : s->n;
    size_t lda = a_columns + 3, ldb = b_columns + 1, ldc = s->n + 5;
    float *a = make(a_rows, a_columns, lda, NAN, 1), *b = make(b_rows, b_columns, ldb, NAN, 2);
    float *before = make(s->m, s->n, ldc, 77.0f, 3), *c = make(s->m, s->n, ldc, 77.0f, 3);
    for (size_t i = 0; i < s->m && s->beta == 0.0f; i++)
        for (size_t j = 0; j < s->n; j++)
            c[i * ldc + j] = NAN; // must not be read
    size_t need =
        kernel(s->ta, s->tb, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, c, ldc, NULL, 0);
    unsigned char *scratch = malloc(need + 1);
    assert_non_null(scratch);
    memset(scratch, 0xff, need); // NaN: nothing is summed that was not packed
    assert_int_equal(kernel(s->ta, s->tb, s->m, s->n, s->k, s->alpha, a, lda, b, ldb, s->beta, c,
                            ldc, scratch + 1, need),
                     0);
    assert_false(tiles_configured);
    check_entries(s, a, lda, b, ldb, before, c, ldc);
    free(scratch);
    free(a);
    free(b);
    free(before);
    free(c);
}

static void skip_without_bf16(const char *name)
{
    nacrei_cpu_bits bits;
    nacrei_cpu_read_bits(&bits);
    if (nacrei_cpu_isas() & NACREI_ISA_avx512 && bits.leaf7_1_eax & 1u << 5)
        return;
    printf("SKIP %s: the code around the tiles needs AVX512_BF16\n", name);
    skip();
}

static void test_lengths(void **state)
{
    (void)state;
    skip_without_bf16("amx_lengths");
    static const size_t length[] = {0, 1, 15, 16, 17, 31, 32, 33, 63, 65};
    enum { COUNT = sizeof length / sizeof *length };
    for (size_t i = 0; i < COUNT; i++)
        for (size_t j = 0; j < COUNT; j++)
            for (size_t l = 0; l < COUNT; l++) {
                size_t turn = i + 3 * j + 5 * l; // every combination of the rest comes up
                check(&(shape){length[i], length[j], length[l], turn % 2, turn / 2 % 2,
                               turn % 3 ? 1.0f : -0.5f, turn % 5 ? 0.0f : 2.0f});
            }
}

static void test_blocks(void **state)
{
    (void)state;
    skip_without_bf16("amx_blocks");
    check(&(shape){3, 5, 1100, false, false, 1.0f, 0.0f});  // blocks of k
    check(&(shape){33, 2, 2101, true, true, 1.5f, -1.0f});  // slabs of k
    check(&(shape){261, 7, 40, false, true, 1.0f, 1.0f});   // blocks of rows
    check(&(shape){5, 300, 530, true, false, 1.0f, 0.0f});  // blocks of columns and of k
    check(&(shape){2, 2085, 35, false, false, 1.0f, 0.5f}); // slabs of columns
}

static void test_scratch(void **state)
{
    (void)state;
    skip_without_bf16("amx_scratch");
    float a[4] = {1, 2, 3, 4}, b[4] = {1, 0, 0, 1}, c[4] = {9, 9, 9, 9};
    unsigned char small[64];
    size_t need = kernel(false, false, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2, NULL, 0);
    assert_true(need > sizeof small);
    assert_int_equal(kernel(false, false, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2, small, sizeof small),
                     need);
    for (size_t i = 0; i < 4; i++)
        assert_true(c[i] == 9.0f);
}

static void test_nonfinite(void **state)
{
    (void)state;
    skip_without_bf16("amx_nonfinite");
    float a[4] = {INFINITY, 2, 3, 4}, b[4] = {1, 0, 0, NAN}, c[4];
    size_t need = kernel(false, false, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2, NULL, 0);
    void *scratch = malloc(need);
    assert_non_null(scratch);
    (void)kernel(false, false, 2, 2, 2, 1, a, 2, b, 2, 0, c, 2, scratch, need);
    free(scratch);
    assert_true(!isfinite(c[0]) && !isfinite(c[1]) && !isfinite(c[3]));
    assert_true(c[2] == 3.0f);
}

/// The library's kernel where it can run, else NULL.
static nacrei_gemm_f32_fn *native_kernel(void)
{
    for (size_t i = 0; i < nacrei_variant_count; i++)
        if (strcmp(nacrei_variants[i].name, NATIVE_NAME) == 0 &&
            (nacrei_cpu_isas() & (uint32_t)nacrei_variants[i].isa))
            return nacrei_variants[i].function.NATIVE_OP;
    return NULL;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_scratch),
        cmocka_unit_test(test_nonfinite),
    };
    int failed = cmocka_run_group_tests_name("emulated tiles", tests, NULL, NULL);
    kernel = native_kernel();
    if (kernel)
        failed += cmocka_run_group_tests_name("matrix unit", tests, NULL, NULL);
    else
        printf("SKIP amx_native: no matrix unit may be used here\n");
    return failed;
}

#endif
