// SPDX-License-Identifier: Apache-2.0
// Every allocation of the topology and of the ceilings fails in turn: one error, nothing kept. The
// ceilings come from a cache file here, so that nothing is measured; what measuring allocates is
// tried part by part.
#include "unit/core_context.h"
#include "unit/hw_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <unistd.h>

#include <cmocka.h>

static void test_topology(void **state)
{
    (void)state;
    long requests = 0;
    for (long n = 0; n <= requests; n++) {
        core_memory memory = {.fail_at = n};
        nacre_ctx ctx = core_test_context(&memory);
        nacre_error err = {0};
        nacre_hw_topology *t;
        nacre_status status = nacre_hw_topology_create(&ctx, &t, &err);
        if (n == 0) {
            assert_int_equal(status, NACRE_OK);
            requests = atomic_load(&memory.requests);
            assert_true(requests >= 2);
        } else {
            assert_int_equal(status, NACRE_E_NOMEM);
            assert_non_null(strstr(err.message, "out of memory"));
            assert_null(t);
        }
        nacre_hw_topology_destroy(&ctx, t);
        assert_int_equal(atomic_load(&memory.live), 0);
    }
}

static void test_parts_of_measuring(void **state)
{
    (void)state;
    const nacre_hw_cache caches[] = {{1, 'd', 32 * KIB, 64, 8, 1, 1}};
    nacre_hw_topology t = hw_machine(caches, 1, 64 * MIB);
    nacre_hw_figure figures[NACREI_CEILINGS];
    for (long n = 1; n <= 2; n++) {
        core_memory memory = {.fail_at = n};
        nacre_ctx ctx = core_test_context(&memory);
        nacre_error err = {0};
        nacrei_figures_init(figures);
        assert_int_equal(nacrei_measure_wakeups(&ctx, &t, figures, &err), NACRE_E_NOMEM);
        assert_int_equal(atomic_load(&memory.live), 0);
        assert_string_equal(figures[NACREI_CEILING_WAKE_FUTEX].reason, "not measured");
    }
    core_memory memory = {.fail_at = 1};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err = {0};
    assert_int_equal(nacrei_measure_streams(&ctx, &t, figures, &err), NACRE_E_NOMEM);
    assert_non_null(strstr(err.message, "bandwidth"));
    assert_int_equal(atomic_load(&memory.live), 0);
}

/// With a cache that fits, three allocations are asked for: the result, the file, its parse.
static void test_ceilings(void **state)
{
    (void)state;
    char folder[] = "/tmp/nacre-hw-alloc-XXXXXX", key[256], path[1024], note[384], command[128];
    assert_non_null(mkdtemp(folder));
    nacre_hw_topology t = hw_machine(NULL, 0, 64 * MIB);
    nacre_hw_figure figures[NACREI_CEILINGS];
    hw_figures(figures);
    nacre_hw_ceilings written = {.count = NACREI_CEILINGS, .figures = figures};
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacrei_ceilings_key(&ctx, &t, key);
    assert_true(nacrei_ceilings_path(folder, key, path, sizeof path, note, sizeof note));
    assert_int_equal(nacrei_ceilings_save(path, key, &written, NULL), NACRE_OK);
    nacre_hw_ceilings_options options;
    nacre_hw_ceilings_options_init(&options);
    options.cache_folder = folder;
    nacre_hw_ceilings *c;
    assert_int_equal(nacre_hw_ceilings_create(&ctx, &t, &options, &c, NULL), NACRE_OK);
    assert_true(c->from_cache);
    assert_string_equal(c->cache_note, "read from the cache");
    nacre_hw_ceilings_destroy(&ctx, c);
    assert_int_equal(atomic_load(&memory.requests), 3);
    memory = (core_memory){.fail_at = 1};
    nacre_error err = {0};
    assert_int_equal(nacre_hw_ceilings_create(&ctx, &t, &options, &c, &err), NACRE_E_NOMEM);
    assert_null(c);
    for (long n = 1; n <= 2; n++) {
        memory = (core_memory){.fail_at = n};
        assert_int_equal(nacrei_ceilings_load(&ctx, path, key, figures, &written, &err),
                         NACRE_E_NOMEM);
        assert_int_equal(atomic_load(&memory.live), 0);
    }
    (void)snprintf(command, sizeof command, "rm -rf %s", folder);
    assert_int_equal(system(command), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_topology),
        cmocka_unit_test(test_parts_of_measuring),
        cmocka_unit_test(test_ceilings),
    };
    return cmocka_run_group_tests_name("hw_alloc", tests, NULL, NULL);
}
