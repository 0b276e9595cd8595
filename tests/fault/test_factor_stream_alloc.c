// SPDX-License-Identifier: Apache-2.0
// The one function of the streaming adapters that allocates: an estimate. Allocation number n
// fails, for every n; nothing is given out, nothing leaked, and the stream's bytes are those of
// before. Taking rows in, bars and fills have no context to allocate from.
#include "stream_support.h"

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

static void fail_each(nacre_covariance_method method)
{
    enum { ASSETS = 5, WINDOW = 12 };
    failing source = {.left = SIZE_MAX};
    nacre_ctx_options context;
    nacre_ctx_options_init(&context);
    context.threads = 1;
    context.allocator = (nacre_allocator){failing_alloc, failing_release, &source};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&context, &ctx, NULL), NACRE_OK);
    nacre_factor_stream_options options;
    nacre_factor_stream_options_init(&options);
    options.assets = ASSETS;
    options.window = WINDOW;
    options.covariance.method = method;
    size_t bytes = nacre_factor_stream_bytes(&options), base = source.live, failures = 0;
    void *memory = stream_memory(bytes);
    nacre_factor_stream *stream;
    assert_int_equal(nacre_factor_stream_init(memory, bytes, &options, &stream, NULL), NACRE_OK);
    uint64_t seed = 4;
    for (int t = 0; t < WINDOW; t++) {
        double row[ASSETS];
        for (size_t i = 0; i < ASSETS; i++)
            row[i] = stream_uniform(&seed);
        assert_int_equal(nacre_factor_stream_push(stream, t, row, NULL), NACRE_OK);
    }
    for (;; failures++) {
        nacre_factor_estimate found = {.rows = 99};
        double c[ASSETS * ASSETS] = {7};
        nacre_status status = NACRE_OK;
        source.left = failures;
        status = nacre_factor_stream_estimate(stream, ctx, &found, c, NULL);
        source.left = SIZE_MAX;
        assert_int_equal(source.live, base);
        if (!status)
            break;
        assert_true(found.rows == 99 && c[0] == 7 && c[1] == 0);
        source.left = failures;
        STREAM_REFUSED(nacre_factor_stream_estimate(stream, ctx, &found, c, &err), NACRE_E_NOMEM,
                       "out of memory", memory, bytes);
        source.left = SIZE_MAX;
    }
    assert_true(failures > 5);
    free(memory);
    nacre_ctx_destroy(ctx);
}

static void test_each_allocation(void **state)
{
    (void)state;
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++)
        fail_each((nacre_covariance_method)m);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_each_allocation)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
