// SPDX-License-Identifier: Apache-2.0
// This machine as hwloc sees it, against what the C library says of it, and the sums that must
// hold on every machine.
#include "core_context.h"
#include "nacre/hw.h"

#include <math.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static void check_cores(const nacre_hw_topology *t)
{
    uint32_t threads = 0, classes[2] = {0};
    for (size_t i = 0; i < t->core_count; i++) {
        const nacre_hw_core *core = &t->cores[i];
        assert_true(core->threads >= 1);
        assert_true(core->package < t->packages || core->package == NACRE_HW_NONE);
        assert_true(core->numa < t->numa_count || core->numa == NACRE_HW_NONE);
        assert_true(core->core_class <= NACRE_HW_CORE_EFFICIENCY);
        threads += core->threads;
        classes[core->core_class]++;
    }
    assert_int_equal(threads, t->cpus);
    assert_int_equal(classes[NACRE_HW_CORE_PERFORMANCE], t->performance_cores);
    assert_int_equal(classes[NACRE_HW_CORE_EFFICIENCY], t->efficiency_cores);
    assert_true(t->performance_cores >= 1);
}

static void test_sums(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_error err = {0};
    nacre_hw_topology *t;
    assert_int_equal(nacre_hw_topology_create(&ctx, &t, &err), NACRE_OK);
    assert_true(t->cpus >= 1 && t->usable_cpus >= 1 && t->usable_cpus <= t->cpus);
    assert_int_equal(t->cpus, sysconf(_SC_NPROCESSORS_ONLN));
    assert_int_equal(t->page_bytes, sysconf(_SC_PAGESIZE));
    assert_true(t->core_count >= 1 && t->core_count <= t->cpus);
    check_cores(t);
    for (size_t i = 0; i < t->cache_count; i++) {
        const nacre_hw_cache *cache = &t->caches[i];
        assert_true(cache->level >= 1 && cache->level <= 5 && cache->bytes > 0);
        assert_true(cache->instances >= 1 && cache->instances * cache->shared_by <= t->cpus);
        assert_true(i == 0 || cache->level >= t->caches[i - 1].level);
    }
    uint32_t cpus = 0;
    for (size_t i = 0; i < t->numa_count; i++)
        cpus += t->numas[i].cpus;
    assert_int_equal(cpus, t->cpus);
    assert_true(t->memory_bytes > 0 && t->memory_free_bytes <= t->memory_bytes);
    assert_true(isnan(t->cpu_quota) || t->cpu_quota > 0.0);
    assert_true(t->cpu_name[0] && t->architecture[0] && t->system[0]);
    nacre_hw_topology_destroy(&ctx, t);
    nacre_hw_topology_destroy(&ctx, NULL);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static void test_features(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_hw_topology *t;
    assert_int_equal(nacre_hw_topology_create(&ctx, &t, NULL), NACRE_OK);
    const nacre_hw_feature *tiles = nacre_hw_feature_find(t, "amx_tile");
    const nacre_hw_feature *sme = nacre_hw_feature_find(t, "sme");
    assert_non_null(tiles);
    assert_non_null(sme);
    assert_null(nacre_hw_feature_find(t, "amx"));
    assert_false(tiles->usable && sme->usable);
    if (tiles->usable)
        assert_string_equal(t->matrix_unit, "amx");
    else if (sme->usable)
        assert_string_equal(t->matrix_unit, "sme");
    else
        assert_null(t->matrix_unit);
    nacre_hw_topology_destroy(&ctx, t);
}

/// Looking may move the thread from CPU to CPU; afterwards it may run where it could before.
static void test_mask_is_restored(void **state)
{
    (void)state;
#if defined(__linux__)
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    cpu_set_t before, after;
    nacre_hw_topology *t;
    assert_int_equal(sched_getaffinity(0, sizeof before, &before), 0);
    assert_int_equal(nacre_hw_topology_create(&ctx, &t, NULL), NACRE_OK);
    nacre_hw_topology_destroy(&ctx, t);
    assert_int_equal(sched_getaffinity(0, sizeof after, &after), 0);
    assert_true(CPU_EQUAL(&before, &after));
#endif
}

/// A made-up hybrid CPU (hw_hybrid.xml), which hwloc reads in the place of this machine.
static void test_hybrid(void **state)
{
    (void)state;
    const char *source = getenv("NACRE_SOURCE");
    assert_non_null(source); // ctest sets it
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/tests/unit/hw_hybrid.xml", source);
    assert_int_equal(setenv("HWLOC_XMLFILE", path, 1), 0);
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    nacre_hw_topology *t;
    nacre_status status = nacre_hw_topology_create(&ctx, &t, NULL);
    assert_int_equal(unsetenv("HWLOC_XMLFILE"), 0);
    assert_int_equal(status, NACRE_OK);
    assert_int_equal(t->packages, 1);
    assert_int_equal(t->cpus, 6);
    assert_int_equal(t->core_count, 4);
    assert_int_equal(t->performance_cores, 2);
    assert_int_equal(t->efficiency_cores, 2);
    assert_int_equal(t->clusters, 1);
    static const nacre_hw_core cores[] = {
        {0, NACRE_HW_NONE, 0, 0, 2, NACRE_HW_CORE_PERFORMANCE},
        {0, NACRE_HW_NONE, 0, 2, 2, NACRE_HW_CORE_PERFORMANCE},
        {0, 0, 0, 4, 1, NACRE_HW_CORE_EFFICIENCY},
        {0, 0, 0, 5, 1, NACRE_HW_CORE_EFFICIENCY},
    };
    for (size_t i = 0; i < 4; i++)
        assert_memory_equal(&t->cores[i], &cores[i], sizeof cores[i]);
    static const nacre_hw_cache caches[] = {
        {1, 'd', 49152, 64, 8, 2, 2},    {1, 'd', 32768, 64, 8, 2, 1},
        {2, 'u', 2 << 20, 64, 8, 2, 2},  {2, 'u', 4 << 20, 64, 8, 1, 2},
        {3, 'u', 16 << 20, 64, 8, 1, 6},
    };
    assert_int_equal(t->cache_count, 5);
    for (size_t i = 0; i < 5; i++) {
        const nacre_hw_cache *a = &t->caches[i], *b = &caches[i];
        assert_true(a->level == b->level && a->kind == b->kind && a->bytes == b->bytes);
        assert_true(a->line_bytes == b->line_bytes && a->ways == b->ways);
        assert_true(a->instances == b->instances && a->shared_by == b->shared_by);
    }
    assert_int_equal(t->numa_count, 1);
    assert_int_equal(t->numas[0].cpus, 6);
    assert_true(t->numas[0].bytes == UINT64_C(16) << 30);
    nacre_hw_topology_destroy(&ctx, t);
    assert_int_equal(atomic_load(&memory.live), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sums),
        cmocka_unit_test(test_features),
        cmocka_unit_test(test_hybrid),
        cmocka_unit_test(test_mask_is_restored),
    };
    return cmocka_run_group_tests_name("hw_topology", tests, NULL, NULL);
}
