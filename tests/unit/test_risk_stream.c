// SPDX-License-Identifier: Apache-2.0
// The risk stream on books small enough to work out by hand, and everything that it refuses.
#include "stream_support.h"

typedef struct book {
    nacre_risk_stream *stream;
    void *memory;
    size_t bytes;
    const nacre_risk_stream_report *report;
} book;

/// W = 2 and level 0.5: VaR is the smaller loss, ES the larger one.
static nacre_risk_stream_options small_options(uint32_t assets)
{
    nacre_risk_stream_options options;
    nacre_risk_stream_options_init(&options);
    options.assets = assets;
    options.window = 2;
    options.level_count = 1;
    options.level[0] = 0.5;
    return options;
}

static book book_new(const nacre_risk_stream_options *options)
{
    book b = {.bytes = nacre_risk_stream_bytes(options)};
    nacre_error err = {0};
    b.memory = stream_memory(b.bytes);
    if (nacre_risk_stream_init(b.memory, b.bytes, options, &b.stream, &err))
        fail_msg("%s", err.message);
    return b;
}

static void bar(book *b, int64_t time, int64_t price)
{
    int64_t prices[1] = {price * CURRENCY};
    nacre_error err = {0};
    if (nacre_risk_stream_bar(b->stream, time, prices, &b->report, &err))
        fail_msg("%s", err.message);
}

static void fill(book *b, int64_t time, int64_t shares, int64_t price)
{
    nacre_error err = {0};
    if (nacre_risk_stream_fill(b->stream, time, 0, shares, price * CURRENCY, &b->report, &err))
        fail_msg("%s", err.message);
}

/// 10 shares through 100, 110, 99: returns +10 %, -10 %.
static void test_one_asset(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(1);
    book b = book_new(&options);
    fill(&b, 1, 10, 100);
    assert_null(b.report); // no price, no exposure, no figure
    bar(&b, 2, 100);
    assert_non_null(b.report);
    assert_int_equal(b.report->sequence, 1);
    assert_true(b.report->pnl == 0 && b.report->net == 1000 && b.report->gross == 1000);
    assert_true(isnan(b.report->level[0].var.value) && isnan(b.report->volatility));
    bar(&b, 3, 110);
    assert_true(b.report->pnl == 100 && b.report->held_pnl == 100 && b.report->rows == 1);
    assert_int_equal(b.report->level[0].observations, 0);
    bar(&b, 4, 99);
    assert_true(b.report->pnl == -110 && b.report->total_pnl == -10 && b.report->gross == 990);
    assert_int_equal(b.report->rows, 2);
    stream_near(b.report->level[0].var.value, -99, 1e-12, "VaR");
    stream_near(b.report->level[0].es.value, 99, 1e-12, "ES");
    // s = 99^2, then 0.94 s + 0.06 99^2
    stream_near(b.report->volatility, 99, 1e-12, "volatility");
    assert_int_equal(b.report->level[0].observations, 0);
    // +20 %: a loss of -198, not above the forecast -99. Then +1 %: one of -11.88, above -118.8.
    int64_t up[1] = {118800000000};
    assert_int_equal(nacre_risk_stream_bar(b.stream, 5, up, &b.report, NULL), NACRE_OK);
    assert_int_equal(b.report->level[0].observations, 1);
    assert_int_equal(b.report->level[0].exceptions, 0);
    stream_near(b.report->level[0].var.value, -237.6, 1e-12, "VaR");
    up[0] = 119988000000;
    assert_int_equal(nacre_risk_stream_bar(b.stream, 6, up, &b.report, NULL), NACRE_OK);
    assert_int_equal(b.report->level[0].observations, 2);
    assert_int_equal(b.report->level[0].exceptions, 1);
    nacre_risk_test test;
    assert_int_equal(nacre_risk_stream_kupiec(b.stream, 0, &test, NULL), NACRE_OK);
    assert_true(test.statistic == 0 && test.p_value == 1); // one of two at 50 %
    free(b.memory);
}

/// Trades between bars: 5 more at 90 while the price goes from 100 to 110.
static void test_traded_and_held(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(1);
    book b = book_new(&options);
    fill(&b, 1, 10, 100);
    bar(&b, 2, 100);
    fill(&b, 3, 5, 90);
    assert_non_null(b.report);
    assert_true(b.report->gross == 1500 && b.report->fills == 2 && b.report->bars == 1);
    bar(&b, 4, 110);
    assert_true(b.report->pnl == 200 && b.report->held_pnl == 150 && b.report->total_pnl == 200);
    fill(&b, 5, -15, 110);
    assert_int_equal(nacre_risk_stream_shares(b.stream)[0], 0);
    assert_true(b.report->gross == 0);
    bar(&b, 6, 300);
    assert_true(b.report->pnl == 0 && b.report->total_pnl == 200); // closed: prices matter no more
    bar(&b, 7, 400);
    assert_null(b.report);
    assert_int_equal(nacre_risk_stream_last(b.stream)->bars, 4);
    free(b.memory);
}

static void test_limits_are_edges(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(1);
    options.limit[NACRE_RISK_STREAM_GROSS] = 1000;
    options.limit[NACRE_RISK_STREAM_LOSS] = 150;
    options.limit[NACRE_RISK_STREAM_VAR] = 1e9;
    const uint32_t gross = 1u << NACRE_RISK_STREAM_GROSS, loss = 1u << NACRE_RISK_STREAM_LOSS;
    book b = book_new(&options);
    fill(&b, 1, 10, 100);
    bar(&b, 2, 100); // at the limit, not above it
    assert_int_equal(b.report->breached | b.report->began | b.report->ended, 0);
    bar(&b, 3, 110);
    assert_int_equal(b.report->breached, gross);
    assert_int_equal(b.report->began, gross);
    bar(&b, 4, 120);
    assert_int_equal(b.report->breached, gross);
    assert_int_equal(b.report->began, 0);
    bar(&b, 5, 90);
    assert_int_equal(b.report->breached, loss);
    assert_int_equal(b.report->began, loss);
    assert_int_equal(b.report->ended, gross);
    assert_string_equal(nacre_risk_stream_figure_name(NACRE_RISK_STREAM_LOSS), "loss");
    assert_null(nacre_risk_stream_figure_name((nacre_risk_stream_figure)5));
    free(b.memory);
}

static void test_weights(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(2);
    options.positions = NACRE_RISK_WEIGHTS;
    book b = book_new(&options);
    const double weights[2] = {0.75, -0.25};
    const int64_t prices[3][2] = {{100, 50}, {110, 60}, {99, 60}};
    assert_int_equal(nacre_risk_stream_set_weights(b.stream, 0, weights, &b.report, NULL), 0);
    assert_true(b.report->net == 0.5 && b.report->gross == 1);
    for (size_t t = 0; t < 3; t++)
        assert_int_equal(nacre_risk_stream_bar(b.stream, (int64_t)t, prices[t], &b.report, NULL),
                         0);
    // 0.075 - 0.05 = 0.025, then -0.075
    stream_near(b.report->pnl, -0.075, 1e-15, "pnl");
    stream_near(b.report->total_pnl, -0.05, 1e-15, "total");
    stream_near(b.report->level[0].var.value, -0.025, 1e-15, "VaR");
    stream_near(b.report->level[0].es.value, 0.075, 1e-15, "ES");
    free(b.memory);
}

static void test_refused_events(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(2);
    book b = book_new(&options);
    const nacre_risk_stream_report *report = NULL;
    int64_t good[2] = {100 * CURRENCY, 1}, zero[2] = {CURRENCY, 0}, negative[2] = {-1, CURRENCY};
    const double weights[2] = {0, (double)NAN};
    nacre_risk_test test;
    const int64_t most = (INT64_C(1) << 47) - 1;
    assert_int_equal(nacre_risk_stream_bar(b.stream, 10, good, &report, NULL), NACRE_OK);
    assert_int_equal(nacre_risk_stream_fill(b.stream, 11, 0, most, 1, &report, NULL), NACRE_OK);
#define REFUSED(call, status, part)                                                                \
    do {                                                                                           \
        report = (const nacre_risk_stream_report *)b.memory;                                       \
        STREAM_REFUSED(call, status, part, b.memory, b.bytes);                                     \
        assert_null(report);                                                                       \
    } while (0)
    REFUSED(nacre_risk_stream_bar(b.stream, 10, good, &report, &err), NACRE_E_ORDER, "steps back");
    REFUSED(nacre_risk_stream_bar(b.stream, 12, zero, &report, &err), NACRE_E_ARG, "asset 1 is 0");
    REFUSED(nacre_risk_stream_bar(b.stream, 12, negative, &report, &err), NACRE_E_ARG, "asset 0");
    REFUSED(nacre_risk_stream_fill(b.stream, 10, 0, 1, 1, &report, &err), NACRE_E_ORDER, "back");
    REFUSED(nacre_risk_stream_fill(b.stream, 12, 2, 1, 1, &report, &err), NACRE_E_ARG, "asset 2");
    REFUSED(nacre_risk_stream_fill(b.stream, 12, 1, 0, 1, &report, &err), NACRE_E_ARG, "0 shares");
    REFUSED(nacre_risk_stream_fill(b.stream, 12, 1, 1, 0, &report, &err), NACRE_E_ARG, "price 0");
    REFUSED(nacre_risk_stream_fill(b.stream, 12, 0, 1, 1, &report, &err), NACRE_E_RANGE, "2^47");
    REFUSED(nacre_risk_stream_fill(b.stream, 12, 0, INT64_MIN, 1, &report, &err), NACRE_E_RANGE,
            "2^47");
    REFUSED(nacre_risk_stream_set_weights(b.stream, 12, weights, &report, &err), NACRE_E_STATE,
            "nacre_risk_stream_fill");
#undef REFUSED
    STREAM_REFUSED(nacre_risk_stream_kupiec(b.stream, 1, &test, &err), NACRE_E_ARG, "level",
                   b.memory, b.bytes);
    STREAM_REFUSED(nacre_risk_stream_kupiec(b.stream, 0, &test, &err), NACRE_E_SHAPE, "observation",
                   b.memory, b.bytes);
    // Round trips at the largest price move money until 124 bits are full: at most 2^15 of them.
    nacre_status status = NACRE_OK;
    nacre_error err = {0};
    assert_int_equal(nacre_risk_stream_fill(b.stream, 12, 0, -most, 1, &report, NULL), NACRE_OK);
    for (int i = 0; i < (1 << 15) && !status; i++) {
        status = nacre_risk_stream_fill(b.stream, 12, 1, most, INT64_MAX, &report, &err);
        if (!status)
            assert_int_equal(nacre_risk_stream_fill(b.stream, 12, 1, -most, 1, &report, NULL), 0);
    }
    assert_int_equal(status, NACRE_E_LIMIT);
    stream_has(&err, "124 bits");
    assert_int_equal(nacre_risk_stream_shares(b.stream)[1], 0);
    free(b.memory);
}

static void test_refused_weights(void **state)
{
    (void)state;
    nacre_risk_stream_options options = small_options(2);
    options.positions = NACRE_RISK_WEIGHTS;
    book b = book_new(&options);
    const nacre_risk_stream_report *report;
    const double nan[2] = {0, (double)NAN}, huge[2] = {2e6, 0}, good[2] = {1, 0};
    STREAM_REFUSED(nacre_risk_stream_set_weights(b.stream, 1, nan, &report, &err),
                   NACRE_E_NONFINITE, "asset 1", b.memory, b.bytes);
    STREAM_REFUSED(nacre_risk_stream_set_weights(b.stream, 1, huge, &report, &err), NACRE_E_RANGE,
                   "asset 0", b.memory, b.bytes);
    STREAM_REFUSED(nacre_risk_stream_fill(b.stream, 1, 0, 1, 1, &report, &err), NACRE_E_STATE,
                   "nacre_risk_stream_set_weights", b.memory, b.bytes);
    assert_int_equal(nacre_risk_stream_set_weights(b.stream, 5, good, &report, NULL), NACRE_OK);
    STREAM_REFUSED(nacre_risk_stream_set_weights(b.stream, 4, good, &report, &err), NACRE_E_ORDER,
                   "steps back", b.memory, b.bytes);
    free(b.memory);
}

static void test_refused_options(void **state)
{
    (void)state;
    _Alignas(64) char memory[64];
    nacre_risk_stream *stream;
#define REFUSED(field, value, status, part)                                                        \
    do {                                                                                           \
        nacre_risk_stream_options bad = small_options(3);                                          \
        nacre_error err = {0};                                                                     \
        bad.field = (value);                                                                       \
        assert_int_equal(nacre_risk_stream_bytes(&bad), 0);                                        \
        stream = (nacre_risk_stream *)memory;                                                      \
        assert_int_equal(nacre_risk_stream_init(memory, sizeof memory, &bad, &stream, &err),       \
                         status);                                                                  \
        assert_null(stream);                                                                       \
        stream_has(&err, part);                                                                    \
    } while (0)
    REFUSED(struct_size, 8, NACRE_E_ARG, "nacre_risk_stream_options_init");
    REFUSED(positions, (nacre_risk_positions)2, NACRE_E_ARG, "positions 2");
    REFUSED(assets, 0, NACRE_E_ARG, "assets 0");
    REFUSED(assets, 16385, NACRE_E_ARG, "16384");
    REFUSED(window, 1, NACRE_E_ARG, "window 1");
    REFUSED(window, 65537, NACRE_E_ARG, "window");
    REFUSED(level_count, 0, NACRE_E_ARG, "level_count 0");
    REFUSED(level_count, 5, NACRE_E_ARG, "level_count 5");
    REFUSED(level[0], 1.0, NACRE_E_ARG, "level 1");
    REFUSED(level[0], 0.99, NACRE_E_SHAPE, "at least 100");
    REFUSED(lambda, 1.0, NACRE_E_ARG, "lambda 1");
    REFUSED(limit[NACRE_RISK_STREAM_ES], (double)NAN, NACRE_E_ARG, "limit of es");
    REFUSED(limit[NACRE_RISK_STREAM_GROSS], -1.0, NACRE_E_ARG, "limit of gross");
#undef REFUSED
    nacre_risk_stream_options options = small_options(3);
    nacre_error err = {0};
    size_t bytes = nacre_risk_stream_bytes(&options);
    char *block = stream_memory(bytes + 64);
    assert_int_equal(nacre_risk_stream_init(block, bytes - 1, &options, &stream, &err),
                     NACRE_E_ARG);
    stream_has(&err, "nacre_risk_stream_bytes");
    assert_int_equal(nacre_risk_stream_init(block + 8, bytes, &options, &stream, &err),
                     NACRE_E_ARG);
    stream_has(&err, "aligned");
    free(block);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one_asset),        cmocka_unit_test(test_traded_and_held),
        cmocka_unit_test(test_limits_are_edges), cmocka_unit_test(test_weights),
        cmocka_unit_test(test_refused_events),   cmocka_unit_test(test_refused_weights),
        cmocka_unit_test(test_refused_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
