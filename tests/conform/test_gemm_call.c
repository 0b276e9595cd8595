// SPDX-License-Identifier: Apache-2.0
// The public product around the kernels: every bad argument by name and with C untouched, overlap
// against a brute-force search, what ran, counting, and allocations that fail.
#include "kern/variants.h"

#include "core/alloc.h"

#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct counting {
    size_t calls, fail_at; ///< fail_at 0 = never
    size_t live_bytes;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    counting *c = user;
    assert_true(c->live_bytes >= bytes);
    c->live_bytes -= bytes;
    free(memory);
}

static nacre_ctx *create(counting *memory, const char *isa)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    options.isa = isa;
    if (memory)
        options.allocator = (nacre_allocator){counting_alloc, counting_release, memory};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    return ctx;
}

typedef struct call {
    nacre_class numeric_class;
    bool ta, tb;
    size_t m, n, k, lda, ldb, ldc;
    bool no_a, no_b, no_c;
    nacre_status status;
    const char *says;
} call;

static void test_bad_arguments(void **state)
{
    (void)state;
    const nacre_class S = NACRE_CLASS_STRICT, B = NACRE_CLASS_BOUNDED;
    const call calls[] = {
        {S, false, false, 2, 3, 4, 4, 3, 3, true, false, false, NACRE_E_ARG, "A is NULL"},
        {S, false, false, 2, 3, 4, 4, 3, 3, false, true, false, NACRE_E_ARG, "B is NULL"},
        {S, false, false, 2, 3, 4, 4, 3, 3, false, false, true, NACRE_E_ARG, "C is NULL"},
        {S, false, false, 2, 3, 4, 3, 3, 3, false, false, false, NACRE_E_SHAPE, "rows of A have 4"},
        {S, true, false, 5, 3, 4, 4, 3, 3, false, false, false, NACRE_E_SHAPE, "rows of A have 5"},
        {S, false, false, 2, 3, 4, 4, 2, 3, false, false, false, NACRE_E_SHAPE, "rows of B have 3"},
        {S, false, true, 2, 3, 4, 4, 3, 3, false, false, false, NACRE_E_SHAPE, "rows of B have 4"},
        {S, false, false, 2, 3, 4, 4, 3, 2, false, false, false, NACRE_E_SHAPE, "rows of C have 3"},
        {S, false, false, 2, 3, 4, SIZE_MAX, 3, 3, false, false, false, NACRE_E_RANGE, "A of 2"},
        {S, false, false, 2, 3, 4, 4, SIZE_MAX / 2, 3, false, false, false, NACRE_E_RANGE, "B of"},
        {S, false, false, 3, 3, 4, 4, 3, SIZE_MAX / 4, false, false, false, NACRE_E_RANGE, "C of"},
        {B, false, false, 1, 3, 4, 1ul << 31, 3, 3, false, false, false, NACRE_E_RANGE, "bounded"},
        {NACRE_CLASS_EXACT, false, false, 2, 3, 4, 4, 3, 3, false, false, false,
         NACRE_E_UNSUPPORTED,
         "no variant of class exact (1) here; ask for one of: strict, bounded"},
        {(nacre_class)9, false, false, 2, 3, 4, 4, 3, 3, false, false, false, NACRE_E_UNSUPPORTED,
         "class unknown (9)"},
    };
    nacre_ctx *ctx = create(NULL, NULL);
    float a[64] = {0}, b[64] = {0};
    double x[64] = {0}, y[64] = {0};
    for (size_t i = 0; i < sizeof calls / sizeof *calls; i++) {
        const call *t = &calls[i];
        float c[64];
        double z[64];
        for (size_t j = 0; j < 64; j++)
            z[j] = 7, c[j] = 7;
        nacre_kern_ran ran = {.kernel = "none"};
        for (int wide = 0; wide < 2; wide++) {
            nacre_error err = {0};
            nacre_status status =
                wide ? nacre_gemm_f64(ctx, t->numeric_class, t->ta, t->tb, t->m, t->n, t->k, 1,
                                      t->no_a ? NULL : x, t->lda, t->no_b ? NULL : y, t->ldb, 0,
                                      t->no_c ? NULL : z, t->ldc, &ran, &err)
                     : nacre_gemm_f32(ctx, t->numeric_class, t->ta, t->tb, t->m, t->n, t->k, 1,
                                      t->no_a ? NULL : a, t->lda, t->no_b ? NULL : b, t->ldb, 0,
                                      t->no_c ? NULL : c, t->ldc, &ran, &err);
            assert_int_equal(status, t->status);
            assert_int_equal(err.status, t->status);
            if (!strstr(err.message, t->says))
                fail_msg("\"%s\" does not say \"%s\"", err.message, t->says);
        }
        for (size_t j = 0; j < 64; j++)
            assert_true(c[j] == 7 && z[j] == 7);
        assert_string_equal(ran.kernel, "none");
    }
    nacre_ctx_destroy(ctx);
}

/// Matrices without elements may be NULL and have any leading dimension; k = 0 scales C.
static void test_empty(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, NULL);
    for (nacre_class class = NACRE_CLASS_STRICT; class <= NACRE_CLASS_BOUNDED; class ++) {
        assert_int_equal(nacre_gemm_f64(ctx, class, false, false, 0, 3, 4, 1, NULL, 0, NULL, 3, 0,
                                        NULL, 0, NULL, NULL),
                         NACRE_E_ARG); // B has elements
        double b[12] = {0}, c[6] = {1, 2, 3, 4, 5, 6};
        assert_int_equal(nacre_gemm_f64(ctx, class, false, false, 0, 3, 4, 1, NULL, 0, b, 3, 0,
                                        NULL, 0, NULL, NULL),
                         NACRE_OK);
        assert_int_equal(nacre_gemm_f64(ctx, class, false, false, 2, 3, 0, 1, NULL, 0, NULL, 0, 2,
                                        c, 3, NULL, NULL),
                         NACRE_OK);
        for (size_t i = 0; i < 6; i++)
            assert_true(c[i] == 2.0 * (double)(i + 1));
        c[0] = (double)NAN;
        assert_int_equal(nacre_gemm_f64(ctx, class, true, true, 2, 3, 0, 1, NULL, 0, NULL, 0, 0, c,
                                        3, NULL, NULL),
                         NACRE_OK);
        for (size_t i = 0; i < 6; i++)
            assert_true(c[i] == 0.0);
        // A single row has no next one, so its leading dimension says nothing.
        double one = 3, result = 0;
        assert_int_equal(nacre_gemm_f64(ctx, class, false, false, 1, 1, 1, 1, &one, 1, b, 1, 0,
                                        &result, 1, NULL, NULL),
                         NACRE_OK);
        assert_true(result == 0.0);
    }
    double one = 3, two = 2, result = 0;
    assert_int_equal(nacre_gemm_f64(ctx, NACRE_CLASS_STRICT, false, false, 1, 1, 1, 1, &one,
                                    SIZE_MAX, &two, SIZE_MAX, 0, &result, SIZE_MAX, NULL, NULL),
                     NACRE_OK);
    assert_true(result == 6.0);
    nacre_ctx_destroy(ctx);
}

enum { LD = 5, PARENT = 4 * LD };

static void mark(bool *used, size_t start, size_t rows, size_t columns)
{
    for (size_t i = 0; i < rows; i++) {
        for (size_t j = 0; j < columns; j++)
            used[start + i * LD + j] = true;
    }
}

/// A and C as blocks of one parent, at every place and of every size: refused exactly when they
/// share an element.
static void test_overlap(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, "ref");
    float parent[2 * PARENT + LD], other[16] = {0};
    size_t refused = 0, allowed = 0;
    for (size_t code = 0; code < PARENT * PARENT * 3 * 3 * 3 * 2; code++) {
        size_t rest = code;
        size_t at_a = rest % PARENT, at_c = (rest /= PARENT) % PARENT;
        size_t m = (rest /= PARENT) % 3 + 1, n = (rest /= 3) % 3 * 2 + 1, k = (rest /= 3) % 3 + 1;
        bool as_b = rest / 3;
        bool in_a[2 * PARENT + LD] = {0}, in_c[2 * PARENT + LD] = {0};
        size_t rows = as_b ? k : m, columns = as_b ? n : k;
        mark(in_a, at_a, rows, columns);
        mark(in_c, at_c, m, n);
        bool shared = false;
        for (size_t i = 0; i < sizeof in_a; i++) {
            shared |= in_a[i] && in_c[i];
            parent[i] = 1;
        }
        const float *a = as_b ? other : parent + at_a, *b = as_b ? parent + at_a : other;
        nacre_error err = {0};
        nacre_status status =
            nacre_gemm_f32(ctx, NACRE_CLASS_DEFAULT, false, false, m, n, k, 1, a, as_b ? k : LD, b,
                           as_b ? LD : n, 0, parent + at_c, LD, NULL, &err);
        if (status != (shared ? NACRE_E_ARG : NACRE_OK))
            fail_msg("%s at %zu, C at %zu, m %zu n %zu k %zu: %s", as_b ? "B" : "A", at_a, at_c, m,
                     n, k, err.message);
        if (shared)
            assert_non_null(strstr(err.message, as_b ? "shares elements with B" : "with A"));
        refused += shared;
        allowed += !shared;
    }
    assert_true(refused > 1000 && allowed > 1000);
    assert_int_equal(nacre_gemm_f32(ctx, NACRE_CLASS_DEFAULT, false, false, 2, 2, 2, 1, parent, 2,
                                    other, 2, 0, parent + 2, 3, NULL, NULL),
                     NACRE_E_ARG); // other leading dimensions: by addresses
    nacre_ctx_destroy(ctx);
}

static void test_what_ran(void **state)
{
    (void)state;
    float a[4] = {1, 2, 3, 4}, c[4];
    nacre_kern_ran ran;
    nacre_ctx *ctx = create(NULL, "ref");
    assert_int_equal(nacre_gemm_f32(ctx, NACRE_CLASS_DEFAULT, false, false, 2, 2, 2, 1, a, 2, a, 2,
                                    0, c, 2, &ran, NULL),
                     NACRE_OK);
    assert_true(c[0] == 7 && c[1] == 10 && c[2] == 15 && c[3] == 22);
    assert_string_equal(ran.kernel, "nacrek_gemm_f32__ref");
    assert_string_equal(ran.device, "cpu");
    assert_string_equal(ran.unit, "scalar");
    assert_int_equal(ran.numeric_class, NACRE_CLASS_STRICT);
    assert_int_equal(ran.threads, 1);
    assert_int_equal(nacre_gemm_f32(ctx, NACRE_CLASS_BOUNDED, false, true, 2, 2, 2, 1, a, 2, a, 2,
                                    0, c, 2, &ran, NULL),
                     NACRE_OK);
    assert_true(c[0] == 5 && c[1] == 11 && c[2] == 11 && c[3] == 25);
    assert_string_equal(ran.kernel, "nacrek_gemm_f32__blas");
    assert_string_equal(ran.unit, "library");
    assert_int_equal(ran.numeric_class, NACRE_CLASS_BOUNDED);
    nacre_ctx_destroy(ctx);
}

static void test_stats(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, NULL);
    double a[6] = {1, 2, 3, 4, 5, 6}, c[4];
    nacre_kern_stats rows[8];
    for (int round = 0; round < 5; round++) {
        nacre_kern_count(ctx, round == 1 || round == 2 || round == 4);
        nacre_class class = round == 4 ? NACRE_CLASS_BOUNDED : NACRE_CLASS_DEFAULT;
        assert_int_equal(
            nacre_gemm_f64(ctx, class, false, true, 2, 2, 3, 1, a, 3, a, 3, 0, c, 2, NULL, NULL),
            NACRE_OK);
        assert_int_equal(nacre_kern_stats_read(ctx, NULL, 0), round == 0 ? 0 : round == 4 ? 2 : 1);
    }
    assert_int_equal(nacre_kern_stats_read(ctx, rows, 8), 2);
    assert_string_equal(rows[0].op, "gemm_f64");
    assert_string_equal(rows[0].kernel, ctx->kerns->gemm_f64_name);
    assert_int_equal(rows[0].numeric_class, NACRE_CLASS_STRICT);
    assert_int_equal(rows[0].calls, 2);
    assert_true(rows[0].flops == 2 * 2 * 2 * 2 * 3 && rows[0].bytes == 2 * 8 * (6 + 6 + 4));
    assert_true(rows[0].seconds > 0 && rows[0].flops_per_s == rows[0].flops / rows[0].seconds);
    assert_true(isnan(rows[0].ceiling_fraction) && isnan(rows[0].reference_factor));
    assert_true(isnan(rows[0].ceiling_flops_per_s) && isnan(rows[0].reference_flops_per_s));
    assert_int_equal(rows[1].numeric_class, NACRE_CLASS_BOUNDED);
    assert_int_equal(rows[1].calls, 1);
    rows[1].calls = 77;
    assert_int_equal(nacre_kern_stats_read(ctx, rows, 1), 2);
    assert_int_equal(rows[1].calls, 77); // behind the capacity

    double rate = rows[0].flops_per_s;
    assert_int_equal(
        nacre_kern_set_yardsticks(ctx, "gemm_f64", NACRE_CLASS_DEFAULT, 4 * rate, rate / 2, NULL),
        NACRE_OK);
    assert_int_equal(nacre_kern_stats_read(ctx, rows, 8), 2);
    assert_true(rows[0].ceiling_fraction == 0.25 && rows[0].reference_factor == 2);
    assert_true(isnan(rows[1].ceiling_fraction));
    assert_int_equal(
        nacre_kern_set_yardsticks(ctx, "gemm_f64", NACRE_CLASS_STRICT, (double)NAN, rate, NULL),
        NACRE_OK);
    assert_int_equal(nacre_kern_stats_read(ctx, rows, 8), 2);
    assert_true(isnan(rows[0].ceiling_fraction) && rows[0].reference_factor == 1);
    nacre_error err;
    assert_int_equal(nacre_kern_set_yardsticks(ctx, "gem_f64", NACRE_CLASS_DEFAULT, 1, 1, &err),
                     NACRE_E_NOTFOUND);
    assert_non_null(strstr(err.message, "did you mean gemm_f64"));
    assert_int_equal(nacre_kern_set_yardsticks(ctx, "ndtr_f64", NACRE_CLASS_BOUNDED, 1, 1, &err),
                     NACRE_E_UNSUPPORTED);
    assert_int_equal(nacre_kern_set_yardsticks(ctx, "gemm_f64", NACRE_CLASS_DEFAULT, 1, -1, &err),
                     NACRE_E_ARG);
    assert_int_equal(nacre_kern_stats_read(ctx, rows, 8), 2);
    assert_true(isnan(rows[0].ceiling_fraction)); // untouched
    nacre_ctx_destroy(ctx);
}

enum { SIDE = 40, DEEP = 1100 };
static float deep_a[SIDE * DEEP], deep_b[DEEP * SIDE];

/// Scratch fails: the error says so, C is untouched, and everything comes back.
static void test_no_memory(void **state)
{
    (void)state;
    counting memory = {0};
    nacre_ctx *ctx = create(&memory, NULL);
    size_t before = memory.calls;
    float c[SIDE * SIDE];
    for (size_t i = 0; i < SIDE * SIDE; i++)
        c[i] = 7;
    memory.fail_at = before + 1;
    nacre_error err = {0};
    nacre_status status = nacre_gemm_f32(ctx, NACRE_CLASS_DEFAULT, false, false, SIDE, SIDE, DEEP,
                                         1, deep_a, DEEP, deep_b, SIDE, 1, c, SIDE, NULL, &err);
    if (memory.calls > before) { // the reference needs none
        assert_int_equal(status, NACRE_E_NOMEM);
        assert_non_null(strstr(err.message, "working memory"));
        for (size_t i = 0; i < SIDE * SIDE; i++)
            assert_true(c[i] == 7);
    }
    memory.fail_at = 0;
    for (int again = 0; again < 3; again++)
        assert_int_equal(nacre_gemm_f32(ctx, NACRE_CLASS_DEFAULT, false, false, SIDE, SIDE, DEEP, 1,
                                        deep_a, DEEP, deep_b, SIDE, 1, c, SIDE, NULL, &err),
                         NACRE_OK);
    assert_true(memory.calls <= before + 2); // the block is kept
    for (size_t i = 0; i < SIDE * SIDE; i++)
        assert_true(c[i] == 7); // A is zero
    nacre_ctx_destroy(ctx);
    assert_int_equal(memory.live_bytes, 0);
}

typedef struct caller {
    nacre_ctx *ctx;
    float c[SIDE * SIDE];
    nacre_status status;
} caller;

static void *call_often(void *argument)
{
    caller *x = argument;
    for (int i = 0; i < 20 && !x->status; i++)
        x->status = nacre_gemm_f32(x->ctx, NACRE_CLASS_DEFAULT, false, false, SIDE, SIDE, DEEP, 1,
                                   deep_a, DEEP, deep_b, SIDE, 0, x->c, SIDE, NULL, NULL);
    return NULL;
}

/// Callers on several threads share one context, its scratch and its counters.
static void test_callers(void **state)
{
    (void)state;
    enum { CALLERS = 4 };
    nacre_ctx *ctx = create(NULL, NULL);
    nacre_kern_count(ctx, true);
    static caller callers[CALLERS];
    pthread_t threads[CALLERS];
    for (size_t i = 0; i < SIDE * DEEP; i++) {
        deep_a[i] = (float)(i % 13) - 6;
        deep_b[i] = (float)(i % 7) - 3;
    }
    for (size_t i = 0; i < CALLERS; i++) {
        callers[i].ctx = ctx;
        assert_int_equal(pthread_create(&threads[i], NULL, call_often, &callers[i]), 0);
    }
    for (size_t i = 0; i < CALLERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < CALLERS; i++) {
        assert_int_equal(callers[i].status, NACRE_OK);
        assert_memory_equal(callers[i].c, callers[0].c, sizeof callers[0].c);
    }
    long expected = 0; // integers below 2^24: exact
    for (size_t p = 0; p < DEEP; p++)
        expected += ((long)(p % 13) - 6) * ((long)(p * SIDE % 7) - 3);
    assert_true(callers[0].c[0] == (float)expected);
    nacre_kern_stats row;
    assert_int_equal(nacre_kern_stats_read(ctx, &row, 1), 1);
    assert_int_equal(row.calls, 20 * CALLERS);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_bad_arguments), cmocka_unit_test(test_empty),
        cmocka_unit_test(test_overlap),       cmocka_unit_test(test_what_ran),
        cmocka_unit_test(test_stats),         cmocka_unit_test(test_no_memory),
        cmocka_unit_test(test_callers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
