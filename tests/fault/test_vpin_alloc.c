// SPDX-License-Identifier: Apache-2.0
// Allocation n fails, for every n that a batch makes: the error is named, no result appears and
// nothing is leaked.
#include "vpin_support.h"

typedef struct failing {
    size_t left; ///< allocations until one fails
    size_t live; ///< bytes not given back
} failing;

static void *failing_alloc(void *user, size_t bytes, size_t alignment)
{
    failing *source = user;
    if (source->left == 0)
        return NULL;
    source->left--;
    source->live += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void failing_release(void *user, void *memory, size_t bytes)
{
    failing *source = user;
    if (memory)
        source->live -= bytes;
    free(memory);
}

static void run_all(nacre_vpin_mode mode)
{
    failing source = {.left = SIZE_MAX};
    nacre_ctx_options context;
    nacre_ctx_options_init(&context);
    context.threads = 1;
    context.allocator = (nacre_allocator){failing_alloc, failing_release, &source};
    nacre_ctx *ctx;
    nacre_error err;
    if (nacre_ctx_create(&context, &ctx, &err))
        fail_msg("%s", err.message);
    size_t base = source.live;
    vpin_tape tape = vpin_tape_random(1, 6, 1000);
    nacre_vpin_options options = vpin_options(mode);
    options.bucket_volume = 900;
    options.window = 5;
    options.cdf_min = 10;
    options.cdf_threshold = 0.8;
    size_t failures = 0;
    for (size_t n = 0;; n++) {
        source.left = n;
        nacre_vpin_result *result = (nacre_vpin_result *)&tape;
        nacre_status status = nacre_vpin_batch(ctx, &tape.view, NULL, &options, &result, &err);
        source.left = SIZE_MAX;
        if (!status) {
            assert_true(result->alarm_count > 0);
            nacre_vpin_result_destroy(ctx, result);
            assert_int_equal(source.live, base);
            break;
        }
        assert_int_equal(status, NACRE_E_NOMEM);
        assert_non_null(strstr(err.message, "memory"));
        assert_null(result);
        assert_int_equal(source.live, base);
        failures++;
    }
    assert_true(failures >= 5);
    vpin_tape_free(&tape);
    nacre_ctx_destroy(ctx);
}

static void test_causal(void **state)
{
    (void)state;
    run_all(NACRE_VPIN_CAUSAL);
}

static void test_research(void **state)
{
    (void)state;
    run_all(NACRE_VPIN_ELO_RESEARCH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_causal),
        cmocka_unit_test(test_research),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
