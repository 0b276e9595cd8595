// SPDX-License-Identifier: Apache-2.0
// The benchmark harness on made-up cases: the number and order of runs, what errors do, the
// arithmetic of medians and ratios by hand, and the fields of a line. The harness is no part of the
// library, so its files are compiled into this test.
#include "../../bench/bench_peer.c"
#include "../../bench/bench_run.c"
#include "../../bench/bench_stats.c"
#include "../../bench/bench_write.c"

#include "unit/core_context.h"

#include <yyjson.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/// What a made-up case saw.
typedef struct calls {
    int setups, runs, peers, teardowns;
    char order[2 * BENCH_PAIRS_MAX + 8]; ///< 'o' and 'p'
    size_t length;
    nacre_status setup_status, run_status;
    int fail_at_run; ///< the run with this number fails; 0 = none
} calls;

static calls seen;

static nacre_status fake_setup(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    (void)ctx;
    seen.setups++;
    if (seen.setup_status)
        return nacrei_fail(err, seen.setup_status, "wrong result");
    *state = &seen;
    *report = (bench_report){.kernel = "fake",
                             .numeric_class = "exact",
                             .unit_name = "scalar",
                             .n = 1000,
                             .unit = "items/s",
                             .peer = "other",
                             .peer_version = "7.1",
                             .error_bound = 1.0};
    return NACRE_OK;
}

static nacre_status fake_setup_alone(nacre_ctx *ctx, void **state, bench_report *report,
                                     nacre_error *err)
{
    nacre_status status = fake_setup(ctx, state, report, err);
    report->peer = NULL;
    (void)snprintf(report->peer_absent, sizeof report->peer_absent, "not installed; get it");
    return status;
}

static nacre_status fake_run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)ctx;
    calls *all = state;
    all->order[all->length++] = 'o';
    all->runs++;
    if (all->runs == all->fail_at_run)
        return nacrei_fail(err, NACRE_E_IO, "run failed");
    return NACRE_OK;
}

/// Times itself: two seconds that nobody waits for.
static nacre_status fake_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    (void)err;
    calls *all = state;
    all->order[all->length++] = 'p';
    all->peers++;
    *seconds = 2.0;
    return NACRE_OK;
}

static void fake_teardown(nacre_ctx *ctx, void *state)
{
    (void)ctx;
    ((calls *)state)->teardowns++;
}

static const bench_case fake = {"fake.case", "made up", fake_setup,
                                fake_run,    fake_peer, fake_teardown};
static const bench_case fake_alone = {"fake.alone", "made up", fake_setup_alone,
                                      fake_run,     fake_peer, fake_teardown};

static bench_result result;

static void test_runs_and_order(void **state)
{
    (void)state;
    seen = (calls){0};
    nacre_error err = {0};
    assert_int_equal(bench_measure(NULL, &fake, 0.0, &result, &err), NACRE_OK);
    assert_int_equal(result.pairs, BENCH_PAIRS_MIN);
    assert_int_equal(seen.setups, 1);
    assert_int_equal(seen.teardowns, 1);
    // One pair to warm up, then seven whose order alternates.
    assert_string_equal(seen.order, "op"
                                    "op"
                                    "po"
                                    "op"
                                    "po"
                                    "op"
                                    "po"
                                    "op");
    assert_true(result.peer_median_ns == 2e9);
    assert_true(result.ratio > 1.0); // ours does nothing
    assert_true(strlen(result.machine) > 0 && result.date[10] == 'T');
    // A budget buys more pairs, up to the limit.
    seen = (calls){0};
    assert_int_equal(bench_measure(NULL, &fake, 15.0, &result, &err), NACRE_OK);
    assert_int_equal(result.pairs, BENCH_PAIRS_MAX);
}

static void test_without_peer(void **state)
{
    (void)state;
    seen = (calls){0};
    nacre_error err = {0};
    assert_int_equal(bench_measure(NULL, &fake_alone, 0.0, &result, &err), NACRE_OK);
    assert_int_equal(seen.peers, 0);
    assert_true(isnan(result.ratio) && isnan(result.peer_median_ns));
    char text[2048] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    bench_write_heading(out);
    bench_write_row(out, &result);
    assert_int_equal(fclose(out), 0);
    assert_non_null(strstr(text, "ratio"));
    assert_non_null(strstr(text, "fake.alone"));
    assert_non_null(strstr(text, "no peer: not installed; get it"));
}

static void test_failures(void **state)
{
    (void)state;
    seen = (calls){.setup_status = NACRE_E_CORRUPT};
    nacre_error err = {0};
    assert_int_equal(bench_measure(NULL, &fake, 0.0, &result, &err), NACRE_E_CORRUPT);
    assert_string_equal(err.message, "wrong result");
    assert_int_equal(seen.runs, 0); // nothing is timed that is not right
    assert_int_equal(seen.teardowns, 0);
    for (int at = 1; at <= 8; at++) {
        seen = (calls){.fail_at_run = at};
        assert_int_equal(bench_measure(NULL, &fake, 0.0, &result, &err), NACRE_E_IO);
        assert_int_equal(seen.teardowns, 1);
    }
}

static void test_quantile(void **state)
{
    (void)state;
    const double sorted[] = {1.0, 2.0, 4.0, 8.0};
    assert_true(bench_quantile(sorted, 4, 0.0) == 1.0);
    assert_true(bench_quantile(sorted, 4, 0.5) == 3.0);
    assert_true(bench_quantile(sorted, 4, 0.25) == 1.75);
    assert_true(bench_quantile(sorted, 4, 1.0) == 8.0);
    assert_true(bench_quantile(sorted, 1, 0.99) == 1.0);
    assert_true(isnan(bench_quantile(sorted, 0, 0.5)));
}

/// Five pairs by hand; the median of the pair ratios (3) differs from the ratio of medians (80/30).
static void fill_by_hand(void)
{
    static const double ours[] = {10, 20, 30, 40, 50}, peer[] = {70, 20, 90, 160, 80};
    memset(&result, 0, sizeof result);
    result.bench = &fake;
    seen = (calls){0};
    void *unused;
    assert_int_equal(fake_setup(NULL, &unused, &result.report, NULL), NACRE_OK);
    result.report.batch = 10;
    result.report.ceiling = 1e12;
    result.report.ceiling_name = "memory";
    memcpy(result.ours_ns, ours, sizeof ours);
    memcpy(result.peer_ns, peer, sizeof peer);
    result.pairs = 5;
    bench_summarise(&result);
}

static void test_summary_by_hand(void **state)
{
    (void)state;
    fill_by_hand();
    assert_true(result.median_ns == 3.0); // per operation: 30 / 10
    assert_true(result.quartiles_ns[0] == 2.0 && result.quartiles_ns[1] == 4.0);
    assert_true(result.max_ns == 5.0);
    assert_true(fabs(result.p99_ns - 4.96) < 1e-12);
    assert_true(result.rate == 1000.0 * 1e9 / 3.0);
    assert_true(result.ceiling_fraction == result.rate / 1e12);
    assert_true(result.peer_median_ns == 8.0);
    assert_true(result.ratio == 3.0); // 7, 1, 3, 4, 1.6
    assert_true(result.ratio_quartiles[0] == 1.6 && result.ratio_quartiles[1] == 4.0);
}

static void test_json_line(void **state)
{
    (void)state;
    static const char *const fields[] = {"id",
                                         "device",
                                         "unit_name",
                                         "kernel",
                                         "class",
                                         "n",
                                         "median_ns",
                                         "p50_ns",
                                         "p99_ns",
                                         "max_ns",
                                         "rate",
                                         "unit",
                                         "peer",
                                         "peer_version",
                                         "peer_median_ns",
                                         "ratio",
                                         "ceiling",
                                         "ceiling_fraction",
                                         "max_error",
                                         "error_bound",
                                         "samples",
                                         "quartiles_ns",
                                         "ratio_quartiles",
                                         "context_switches",
                                         "steal_ms",
                                         "machine",
                                         "date"};
    enum { FIELD_COUNT = sizeof fields / sizeof *fields };
    fill_by_hand();
    result.steal_ms = (double)NAN;
    char text[4096] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    nacre_error err = {0};
    assert_int_equal(bench_write_json(out, &result, &err), NACRE_OK);
    assert_int_equal(fclose(out), 0);
    assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1); // one line

    yyjson_doc *document = yyjson_read(text, strlen(text), 0);
    assert_non_null(document);
    yyjson_val *root = yyjson_doc_get_root(document);
    assert_int_equal(yyjson_obj_size(root), FIELD_COUNT);
    yyjson_obj_iter iterator = yyjson_obj_iter_with(root);
    for (size_t i = 0; i < FIELD_COUNT; i++)
        assert_string_equal(yyjson_get_str(yyjson_obj_iter_next(&iterator)), fields[i]);
    assert_true(yyjson_get_num(yyjson_obj_get(root, "ratio")) == 3.0);
    assert_true(yyjson_get_num(yyjson_obj_get(root, "median_ns")) == 3.0);
    assert_true(yyjson_is_null(yyjson_obj_get(root, "steal_ms")));
    yyjson_val *samples = yyjson_obj_get(root, "samples");
    assert_int_equal(yyjson_arr_size(yyjson_obj_get(samples, "ours_ns")), 5);
    assert_true(yyjson_get_num(yyjson_arr_get(yyjson_obj_get(samples, "peer_ns"), 3)) == 160.0);
    assert_int_equal(yyjson_get_uint(yyjson_obj_get(samples, "operations")), 10);
    yyjson_doc_free(document);
}

static void test_full_disk(void **state)
{
    (void)state;
    FILE *out = fopen("/dev/full", "we");
    if (!out) {
        printf("SKIP test_full_disk: no /dev/full here\n");
        return;
    }
    fill_by_hand();
    nacre_error err = {0};
    assert_int_equal(bench_write_json(out, &result, &err), NACRE_E_IO);
    (void)fclose(out);
}

static void test_read_bandwidth(void **state)
{
    (void)state;
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    double rate = bench_read_bandwidth(&ctx, 1 << 20);
    assert_true(rate > 1e6 && rate < 1e14); // bytes/s: a number that a memory can have
    assert_int_equal(atomic_load(&memory.live), 0);
    assert_true(bench_read_bandwidth(&ctx, 0) == 0.0);
    atomic_store(&memory.fail_at, atomic_load(&memory.requests) + 1);
    assert_true(bench_read_bandwidth(&ctx, 1 << 20) == 0.0);
}

/// A peer that stays answers each question once; one that ends, or never starts, is noticed.
static void test_standing_peer(void **state)
{
    (void)state;
    bench_peer peer;
    char line[32];
    assert_true(bench_peer_start(&peer, "echo one 1; while read x; do echo \"<$x>\"; done", line,
                                 sizeof line));
    assert_string_equal(line, "one 1");
    for (int turn = 0; turn < 3; turn++) {
        line[0] = '\0';
        assert_true(bench_peer_ask(&peer, line, sizeof line));
        assert_string_equal(line, "<>");
    }
    bench_peer_stop(&peer);
    assert_int_equal(peer.pid, 0);
    bench_peer_stop(&peer);
    assert_true(bench_peer_start(&peer, "echo short; exit 0", line, sizeof line));
    assert_false(bench_peer_ask(&peer, line, sizeof line));
    bench_peer_stop(&peer);
    assert_false(bench_peer_start(&peer, "exit 1", line, sizeof line));
    bench_peer_stop(&peer);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runs_and_order),  cmocka_unit_test(test_without_peer),
        cmocka_unit_test(test_failures),        cmocka_unit_test(test_quantile),
        cmocka_unit_test(test_summary_by_hand), cmocka_unit_test(test_json_line),
        cmocka_unit_test(test_full_disk),       cmocka_unit_test(test_read_bandwidth),
        cmocka_unit_test(test_standing_peer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
