// SPDX-License-Identifier: Apache-2.0
// Busy time in one word: sums over users, readings while some are inside, the wrap at 2^52, and
// many threads at once.
#include "core/busy.h"
#include "core_context.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static void test_sums(void **state)
{
    (void)state;
    nacrei_busy busy = {0};
    assert_true(nacrei_busy_ns(&busy, 5) == 0);
    nacrei_busy_begin(&busy, 100);
    assert_true(nacrei_busy_ns(&busy, 100) == 0);
    assert_true(nacrei_busy_ns(&busy, 130) == 30); // still inside
    nacrei_busy_begin(&busy, 120);
    assert_true(nacrei_busy_ns(&busy, 130) == 30 + 10);
    nacrei_busy_end(&busy, 150);
    nacrei_busy_end(&busy, 170);
    assert_true(nacrei_busy_ns(&busy, 170) == 50 + 50);
    assert_true(nacrei_busy_ns(&busy, 999999) == 100); // nobody inside
}

static void test_wrap(void **state)
{
    (void)state;
    nacrei_busy busy = {0};
    const int64_t late = INT64_MAX - 1000; // 292 years of uptime
    nacrei_busy_begin(&busy, late);
    assert_true(nacrei_busy_ns(&busy, late + 7) == 7);
    nacrei_busy_end(&busy, late + 9);
    // Two users for 40 days each leave the 52 bits; differences still count.
    const int64_t long_ns = INT64_C(40) * 86400 * 1000000000;
    nacrei_busy_begin(&busy, 0);
    nacrei_busy_begin(&busy, 0);
    uint64_t before = nacrei_busy_ns(&busy, long_ns);
    uint64_t after = nacrei_busy_ns(&busy, long_ns + 50);
    assert_true(((after - before) & NACREI_BUSY_MASK) == 100);
    nacrei_busy_end(&busy, long_ns);
    nacrei_busy_end(&busy, long_ns);
    assert_true(nacrei_busy_ns(&busy, 1) == ((2 * (uint64_t)long_ns + 9) & NACREI_BUSY_MASK));
}

enum { THREADS = 4, TURNS = 20000 };

static void *work(void *user)
{
    for (int i = 0; i < TURNS; i++) {
        nacrei_busy_begin(user, i);
        nacrei_busy_end(user, i + 3);
    }
    return NULL;
}

static void test_threads(void **state)
{
    (void)state;
    nacrei_busy busy = {0};
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, work, &busy), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(nacrei_busy_ns(&busy, 123456) == UINT64_C(3) * THREADS * TURNS);
}

static void test_of_a_context(void **state)
{
    (void)state;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    for (int unit = 0; unit < NACRE_HW_UNITS; unit++)
        assert_true(nacre_hw_busy_ns(ctx, (nacre_hw_unit)unit) == 0);
    nacrei_busy_begin(&ctx->busy[NACRE_HW_UNIT_MATRIX], 1000);
    nacrei_busy_end(&ctx->busy[NACRE_HW_UNIT_MATRIX], 1500);
    assert_true(nacre_hw_busy_ns(ctx, NACRE_HW_UNIT_MATRIX) == 500);
    assert_true(nacre_hw_busy_ns(ctx, NACRE_HW_UNIT_VECTOR) == 0);
    assert_true(nacre_hw_busy_ns(ctx, (nacre_hw_unit)77) == 0);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_wrap),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_of_a_context),
    };
    return cmocka_run_group_tests_name("hw_busy", tests, NULL, NULL);
}
