// SPDX-License-Identifier: Apache-2.0
// The measured ceilings: loops against closed forms, working sets of made-up machines, the
// hand-over between threads, the cache file, and one real measurement. Nothing asserts a speed.
#include "core/alloc.h"
#include "hw/ceiling_kernels.h"
#include "hw_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

typedef struct fixture {
    nacre_ctx *ctx;
    char folder[64];
} fixture;

static int set_up(void **state)
{
    static fixture f;
    (void)snprintf(f.folder, sizeof f.folder, "/tmp/nacre-ceilings-XXXXXX");
    if (!mkdtemp(f.folder) || nacre_ctx_create(NULL, &f.ctx, NULL))
        return -1;
    *state = &f;
    return 0;
}

static int tear_down(void **state)
{
    fixture *f = *state;
    char command[256];
    nacre_ctx_destroy(f->ctx);
    (void)snprintf(command, sizeof command, "rm -rf %s", f->folder);
    return system(command);
}

// ---- loops -------------------------------------------------------------------------------------

static void check_streams(const char *name, nacrei_stream_read_fn *read,
                          nacrei_stream_copy_fn *copy, nacrei_stream_triad_fn *triad)
{
    enum { N = 4 * NACREI_STREAM_STEP };
    static _Alignas(64) uint64_t x[N], y[N + 1];
    static _Alignas(64) double a[N], b[N], c[N + 1];
    for (size_t n = 0; n <= N; n += NACREI_STREAM_STEP) {
        uint64_t sum = 0;
        for (size_t i = 0; i < N; i++) {
            x[i] = UINT64_MAX / 7 * (i + 1);
            sum += i < n ? x[i] : 0;
            a[i] = (double)i;
            b[i] = (double)(2 * i + 1);
            y[i] = 5;
            c[i] = -1.0;
        }
        if (read(n, x) != sum)
            fail_msg("%s reads another sum", name);
        copy(n, x, y);
        triad(n, a, b, c);
        for (size_t i = 0; i < N; i++) {
            assert_true(y[i] == (i < n ? x[i] : 5));
            assert_true(c[i] == (i < n ? (double)(7 * i + 3) : -1.0));
        }
    }
}

/// Each lane makes two operations a round and ends at 2: the sum is the operations per round.
static void check_fma(const char *name, nacrei_rate_fma_fn *run, double operations)
{
    if (run(60) != operations)
        fail_msg("%s ends at %g, not %g", name, run(60), operations);
    assert_true(run(0) == 0.0);
    assert_true(run(1) == operations / 2.0);
}

#if defined(__x86_64__)
static void check_tile(const char *name, nacrei_rate_tile_fn *run, double depth, double operations)
{
    assert_true(run(0) == 0.0);
    if (run(1000) != 1000.0 * depth)
        fail_msg("%s gives %g, not %g", name, run(1000), 1000.0 * depth);
    assert_true(operations == 4.0 * 2.0 * 16.0 * 16.0 * depth); // four products of 16 x 16 x depth
}
#endif

static void test_loops(void **state)
{
    fixture *f = *state;
    nacre_hw_topology *t;
    assert_int_equal(nacre_hw_topology_create(f->ctx, &t, NULL), NACRE_OK);
#define USABLE(feature)                                                                            \
    (strcmp(#feature, "ALWAYS") == 0 ||                                                            \
     (nacre_hw_feature_find(t, #feature) && nacre_hw_feature_find(t, #feature)->usable))
#define NACREI_STREAM(set, feature, read, copy, triad)                                             \
    if (USABLE(feature))                                                                           \
        check_streams(#set, read, copy, triad);
#define NACREI_FMA(type, feature, operations, symbol)                                              \
    if (USABLE(feature))                                                                           \
        check_fma(#symbol, symbol, operations);
#define NACREI_TILE(type, feature, operations, depth, symbol)                                      \
    if (USABLE(feature))                                                                           \
        check_tile(#symbol, symbol, depth, operations);
#include "hw/ceiling_kernels.inc"
#undef NACREI_STREAM
#undef NACREI_FMA
#undef NACREI_TILE
    nacre_hw_topology_destroy(f->ctx, t);
}

// ---- figures -----------------------------------------------------------------------------------

static void test_quartiles(void **state)
{
    (void)state;
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacrei_figures_init(figures);
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        assert_int_equal(figures[i].samples, 0);
        assert_true(isnan(figures[i].median));
        assert_string_equal(figures[i].reason, "not measured");
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(figures[i].name, figures[j].name);
    }
    double sample[] = {9.0, 1.0, 5.0, 3.0, 7.0, 0.0};
    nacre_hw_figure *rate = &figures[NACREI_CEILING_READ_L1];
    nacrei_figure_set(rate, sample, 5, 1, "k");
    assert_true(rate->q1 == 3.0 && rate->median == 5.0 && rate->q3 == 7.0 && rate->best == 9.0);
    nacre_hw_figure *latency = &figures[NACREI_CEILING_CLOCK_MONOTONIC];
    sample[5] = 11.0;
    nacrei_figure_set(latency, sample, 6, 1, "");
    assert_true(latency->median == 6.0 && latency->q1 == 3.5 && latency->best == 1.0);
    assert_string_equal(latency->reason, "");
    double one = 4.0;
    assert_true(nacrei_quantile(&one, 1, 0.99) == 4.0);
}

static void test_levels(void **state)
{
    (void)state;
    nacrei_levels levels;
    const nacre_hw_cache usual[] = {{1, 'd', 48 * KIB, 64, 12, 4, 1},
                                    {1, 'i', 999 * KIB, 64, 8, 4, 1},
                                    {2, 'u', 1 * MIB, 64, 16, 4, 1},
                                    {3, 'u', 32 * MIB, 64, 16, 1, 4}};
    nacre_hw_topology t = hw_machine(usual, 4, 64 * 1024 * MIB);
    nacrei_levels_choose(&t, &levels);
    assert_true(levels.bytes[0] == 24 * KIB && levels.bytes[1] == 512 * KIB);
    assert_true(levels.bytes[2] == 8 * MIB && levels.bytes[3] == 128 * MIB);
    for (int i = 0; i < 4; i++)
        assert_string_equal(levels.reason[i], "");

    // Little memory: a smaller set, said; then none.
    t.memory_free_bytes = 200 * MIB;
    nacrei_levels_choose(&t, &levels);
    assert_true(levels.bytes[3] == 50 * MIB);
    assert_non_null(strstr(levels.reason[3], "32 MiB"));
    t.memory_free_bytes = 10 * MIB;
    nacrei_levels_choose(&t, &levels);
    assert_true(levels.bytes[3] == 0);
    assert_non_null(strstr(levels.reason[3], "only 10 MiB"));

    // A level 3 that is hardly larger than level 2; one beyond every set.
    const nacre_hw_cache narrow[] = {{1, 'd', 64 * KIB, 64, 4, 4, 1},
                                     {2, 'u', 4 * MIB, 64, 16, 1, 4},
                                     {3, 'u', 8 * MIB, 64, 16, 1, 4}};
    t = hw_machine(narrow, 3, 64 * 1024 * MIB);
    nacrei_levels_choose(&t, &levels);
    assert_true(levels.bytes[2] == 0 && levels.reason[2][0]);
    assert_true(levels.bytes[3] == 64 * MIB && !levels.reason[3][0]);
    const nacre_hw_cache vast[] = {{3, 'u', UINT64_MAX / 2, 64, 0, 2, 4}};
    t = hw_machine(vast, 1, 64 * 1024 * MIB);
    nacrei_levels_choose(&t, &levels);
    assert_true(levels.bytes[0] == 0 && levels.bytes[1] == 0);
    assert_non_null(strstr(levels.reason[0], "no cache of level 1"));
    assert_true(levels.bytes[3] == 256 * MIB && levels.reason[3][0]);
}

static void test_wakeups(void **state)
{
    fixture *f = *state;
    nacre_hw_topology *t;
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacrei_figures_init(figures);
    assert_int_equal(nacre_hw_topology_create(f->ctx, &t, NULL), NACRE_OK);
    assert_int_equal(nacrei_measure_wakeups(f->ctx, t, figures, NULL), NACRE_OK);
    const nacre_hw_figure *wake = &figures[NACREI_CEILING_WAKE_FUTEX];
#if defined(__linux__)
    assert_in_range(wake->samples, 200, 900); // fewer than 900 on a busy machine
    assert_int_equal(wake->threads, 2);
    assert_true(wake->best >= 0.0 && wake->best <= wake->q1 && wake->q1 <= wake->median);
    assert_true(wake->median <= wake->q3 && wake->q3 <= wake->p99);
#else
    assert_int_equal(wake->samples, 0);
#endif
    const nacre_hw_figure *spin = &figures[NACREI_CEILING_HANDOVER_SPIN];
    if (spin->samples) {
        assert_in_range(spin->samples, 4, 15);
        assert_true(spin->best > 0.0 && spin->q1 <= spin->median && spin->median <= spin->q3);
    } else {
        assert_true(spin->reason[0]);
    }
    nacre_hw_topology_destroy(f->ctx, t);
}

/// A machine whose cores are not ours to use: both threads share what there is.
static void test_wakeups_on_one_core(void **state)
{
    fixture *f = *state;
    nacre_hw_topology t = hw_machine(NULL, 0, 0);
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacrei_figures_init(figures);
    assert_int_equal(nacrei_measure_wakeups(f->ctx, &t, figures, NULL), NACRE_OK);
#if defined(__linux__)
    assert_in_range(figures[NACREI_CEILING_WAKE_FUTEX].samples, 200, 900);
    assert_string_equal(figures[NACREI_CEILING_WAKE_FUTEX].reason, "both threads share one core");
    assert_int_equal(figures[NACREI_CEILING_HANDOVER_SPIN].samples, 0);
#endif
}

// ---- the whole ---------------------------------------------------------------------------------

static void check_same(const nacre_hw_ceilings *a, const nacre_hw_ceilings *b)
{
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        const nacre_hw_figure *x = &a->figures[i], *y = &b->figures[i];
        assert_string_equal(x->name, y->name);
        assert_true(hw_same(x->median, y->median) && hw_same(x->q1, y->q1));
        assert_true(hw_same(x->q3, y->q3) && hw_same(x->p99, y->p99) && hw_same(x->best, y->best));
        assert_int_equal(x->samples, y->samples);
        assert_true(x->working_bytes == y->working_bytes);
        assert_string_equal(x->kernel, y->kernel);
        assert_string_equal(x->reason, y->reason);
    }
}

static void test_measure_then_cache(void **state)
{
    fixture *f = *state;
    nacre_hw_topology *t;
    nacre_hw_ceilings *first, *second;
    nacre_hw_ceilings_options options;
    nacre_error err = {0};
    nacre_hw_ceilings_options_init(&options);
    options.cache_folder = f->folder;
    assert_int_equal(nacre_hw_topology_create(f->ctx, &t, &err), NACRE_OK);
    assert_int_equal(nacre_hw_ceilings_create(f->ctx, t, &options, &first, &err), NACRE_OK);
    assert_false(first->from_cache);
    assert_true(first->measured_ns > 0);
    for (size_t i = 0; i < first->count; i++) {
        const nacre_hw_figure *figure = &first->figures[i];
        if (!figure->samples) {
            assert_true(isnan(figure->median) && figure->reason[0]);
            continue;
        }
        assert_true(figure->median > 0.0 && figure->q1 <= figure->median);
        assert_true(figure->median <= figure->q3 && isfinite(figure->q3));
        assert_true(figure->threads >= 1 && figure->samples >= 3);
    }
    const nacre_hw_figure *memory = nacre_hw_figure_find(first, "read.memory");
    assert_non_null(memory);
    assert_null(nacre_hw_figure_find(first, "read"));
    assert_int_equal(nacre_hw_ceilings_create(f->ctx, t, &options, &second, &err), NACRE_OK);
    assert_true(second->from_cache);
    assert_true(second->measured_ns == first->measured_ns);
    check_same(first, second);
    nacre_hw_ceilings_destroy(f->ctx, second);
    nacre_hw_ceilings_destroy(f->ctx, first);
    nacre_hw_ceilings_destroy(f->ctx, NULL);
    options.struct_size = 1;
    assert_int_equal(nacre_hw_ceilings_create(f->ctx, t, &options, &second, &err), NACRE_E_ARG);
    assert_null(second);
    nacre_hw_topology_destroy(f->ctx, t);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_loops, set_up, tear_down),
        cmocka_unit_test(test_quartiles),
        cmocka_unit_test(test_levels),
        cmocka_unit_test_setup_teardown(test_wakeups, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_wakeups_on_one_core, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_measure_then_cache, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("hw_ceilings", tests, NULL, NULL);
}
