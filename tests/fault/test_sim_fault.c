// SPDX-License-Identifier: Apache-2.0
// Allocation number n fails, for every n: the simulator and the baselines report it by name, hand
// nothing out and leak nothing.
#include "core/timezone.h"
#include "nacre/nacre.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct counting {
    size_t calls, fail_at; ///< 0 = never
    size_t live;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    (void)bytes;
    ((counting *)user)->live--;
    free(memory);
}

static nacre_ctx *make_ctx(counting *c)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    options.allocator = (nacre_allocator){counting_alloc, counting_release, c};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    return ctx;
}

static nacre_status try_sim(nacre_ctx *ctx, nacre_error *err)
{
    nacre_sim *sim;
    nacre_status status = nacre_sim_create(ctx, NULL, &sim, err);
    assert_true((status == NACRE_OK) == (sim != NULL));
    nacre_sim_destroy(sim);
    return status;
}

static nacre_status try_baseline(nacre_ctx *ctx, nacre_error *err)
{
    enum { ROWS = 300 };
    static int64_t ts[ROWS], price[ROWS], size[ROWS];
    static nacre_vpin_bucket buckets[ROWS];
    for (int64_t i = 0; i < ROWS; i++) {
        ts[i] = i * 60 * NACREI_NS_PER_SECOND;
        price[i] = 1000000000;
        size[i] = 1 + i * i % 97; // volume that crosses the threshold now and then
        buckets[i] = (nacre_vpin_bucket){.end_ns = ts[i]};
    }
    nacre_trades trades = {.rows = ROWS, .ts_event = ts, .price = price, .size = size};
    nacre_vpin_result vpin = {.bucket_count = ROWS, .buckets = buckets};
    vpin.options.cdf_window = 100;
    vpin.options.cdf_min = 10;
    vpin.options.cdf_threshold = 0.9;
    vpin.options.horizon_buckets = 5;
    nacre_baseline_result *result;
    nacre_status status =
        nacre_baseline_alarms(ctx, &trades, NULL, &vpin, NACRE_BASELINE_VOLUME, 1, &result, err);
    assert_true((status == NACRE_OK) == (result != NULL));
    if (result)
        assert_true(result->alarm_count > 0); // so that the alarms' array is among the failures
    nacre_baseline_destroy(ctx, result);
    return status;
}

static void fail_each(nacre_status (*attempt)(nacre_ctx *, nacre_error *), size_t at_least)
{
    counting c = {0};
    nacre_ctx *ctx = make_ctx(&c);
    size_t base = c.live, failures = 0;
    for (size_t n = 1;; n++) {
        nacre_error err = {0};
        c.fail_at = c.calls + n;
        nacre_status status = attempt(ctx, &err);
        assert_int_equal(c.live, base);
        if (status == NACRE_OK)
            break;
        failures++;
        assert_int_equal(status, NACRE_E_NOMEM);
        assert_non_null(strstr(err.message, "out of memory"));
    }
    assert_true(failures >= at_least);
    c.fail_at = 0;
    nacre_ctx_destroy(ctx);
    assert_int_equal(c.live, 0);
}

static void sim_allocations_fail(void **state)
{
    (void)state;
    fail_each(try_sim, 3);
}

static void baseline_allocations_fail(void **state)
{
    (void)state;
    fail_each(try_baseline, 6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sim_allocations_fail),
        cmocka_unit_test(baseline_allocations_fail),
    };
    return cmocka_run_group_tests_name("sim_fault", tests, NULL, NULL);
}
