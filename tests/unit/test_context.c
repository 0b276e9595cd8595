// SPDX-License-Identifier: Apache-2.0
// Status list, error texts, allocator front and context: what everything else stands on.
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/alloc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void statuses_have_names_texts_and_pinned_codes(void **state)
{
    (void)state;
    assert_string_equal(nacre_status_name(NACRE_OK), "OK");
    assert_string_equal(nacre_status_name(NACRE_E_PARSE), "E_PARSE");
    assert_string_equal(nacre_status_text(NACRE_E_ORDER), "event time steps back");
    assert_string_equal(nacre_status_name((nacre_status)77), "unknown");
    assert_string_equal(nacre_status_text((nacre_status)77), "unknown");
    assert_int_equal(NACRE_E_CANCELLED, -15);
    assert_string_equal(nacre_version(), NACRE_VERSION_STRING);
}

static void failures_say_what_and_why(void **state)
{
    (void)state;
    nacre_error err;
    assert_int_equal(nacrei_fail(&err, NACRE_E_PARSE, "%s:%d: bad", "x.csv", 7), NACRE_E_PARSE);
    assert_int_equal(err.status, NACRE_E_PARSE);
    assert_int_equal(err.system_code, 0);
    assert_string_equal(err.message, "x.csv:7: bad");
    assert_int_equal(nacrei_fail_system(&err, NACRE_E_IO, ENOSPC, "cannot write %s", "a"),
                     NACRE_E_IO);
    assert_int_equal(err.system_code, ENOSPC);
    assert_string_equal(err.message, "cannot write a: No space left on device");
    assert_int_equal(nacrei_fail_memory(NULL, 5, "x"), NACRE_E_NOMEM);
    char longer[2 * NACRE_ERROR_MESSAGE_BYTES];
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    assert_int_equal(nacrei_fail_system(&err, NACRE_E_IO, EIO, "%s", longer), NACRE_E_IO);
    assert_int_equal(strlen(err.message), NACRE_ERROR_MESSAGE_BYTES - 1);
}

struct counting {
    size_t calls, live_bytes, fail_at;
};

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    struct counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    struct counting *c = user;
    c->live_bytes -= bytes;
    free(memory);
}

static void contexts_use_the_given_allocator_and_return_all(void **state)
{
    (void)state;
    struct counting counting = {0};
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.allocator = (nacre_allocator){counting_alloc, counting_release, &counting};
    options.threads = 2;
    nacre_ctx *ctx;
    nacre_error err;
    assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_OK);
    assert_true(counting.live_bytes > 0);
    assert_non_null(nacre_ctx_isa(ctx));
    nacre_ctx_destroy(ctx);
    nacre_ctx_destroy(NULL);
    assert_int_equal(counting.live_bytes, 0);

    size_t calls = counting.calls;
    for (size_t n = 1; n <= calls; n++) {
        counting = (struct counting){.fail_at = n};
        ctx = (nacre_ctx *)(uintptr_t)1;
        assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_E_NOMEM);
        assert_null(ctx);
        assert_int_equal(counting.live_bytes, 0);
    }
}

static void context_options_are_checked(void **state)
{
    (void)state;
    nacre_ctx_options options;
    nacre_ctx *ctx;
    nacre_error err;
    nacre_ctx_options_init(&options);
    options.struct_size = 3;
    assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_E_ARG);
    nacre_ctx_options_init(&options);
    options.allocator.alloc = counting_alloc;
    assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_E_ARG);
    nacre_ctx_options_init(&options);
    options.isa = "abacus";
    assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "abacus"));
    assert_non_null(strstr(err.message, "ref"));
    options.isa = "ref";
    assert_int_equal(nacre_ctx_create(&options, &ctx, &err), NACRE_OK);
    assert_string_equal(nacre_ctx_isa(ctx), "ref");
    nacre_ctx_destroy(ctx);
}

static void allocation_is_zeroed_aligned_and_checked(void **state)
{
    (void)state;
    nacre_ctx *ctx;
    nacre_error err;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, &err), NACRE_OK);
    int64_t *p;
    assert_int_equal(nacrei_alloc(ctx, 100, sizeof *p, "numbers", &p, &err), NACRE_OK);
    assert_int_equal((uintptr_t)p % NACREI_ALIGNMENT, 0);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(p[i], 0);
    p[99] = 42;
    size_t capacity = 100;
    assert_int_equal(nacrei_grow(ctx, &p, &capacity, 101, sizeof *p, "numbers", &err), NACRE_OK);
    assert_true(capacity >= 101);
    assert_int_equal(p[99], 42);
    assert_int_equal(p[capacity - 1], 0);
    nacrei_free(ctx, p, capacity, sizeof *p);

    void *q = (void *)(uintptr_t)1;
    assert_int_equal(nacrei_alloc(ctx, SIZE_MAX / 2, 4, "too much", &q, &err), NACRE_E_NOMEM);
    assert_null(q);
    assert_non_null(strstr(err.message, "too much"));
    assert_int_equal(nacrei_alloc(ctx, 0, 8, "nothing", &q, &err), NACRE_OK);
    assert_null(q);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(statuses_have_names_texts_and_pinned_codes),
        cmocka_unit_test(failures_say_what_and_why),
        cmocka_unit_test(contexts_use_the_given_allocator_and_return_all),
        cmocka_unit_test(context_options_are_checked),
        cmocka_unit_test(allocation_is_zeroed_aligned_and_checked),
    };
    return cmocka_run_group_tests_name("context", tests, NULL, NULL);
}
