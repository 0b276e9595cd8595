// SPDX-License-Identifier: Apache-2.0
// The portfolio stream on books small enough to work out by hand, and everything that it refuses.
#include "stream_support.h"

typedef struct book {
    nacre_portfolio_stream *stream;
    void *memory;
    size_t bytes;
    const nacre_portfolio_stream_report *report;
} book;

static nacre_portfolio_stream_options two_assets(void)
{
    nacre_portfolio_stream_options options;
    nacre_portfolio_stream_options_init(&options);
    options.assets = 2;
    options.lot = 10;
    options.band = 0.05;
    return options;
}

static book book_new(const nacre_portfolio_stream_options *options)
{
    book b = {.bytes = nacre_portfolio_stream_bytes(options)};
    nacre_error err = {0};
    b.memory = stream_memory(b.bytes);
    if (nacre_portfolio_stream_init(b.memory, b.bytes, options, &b.stream, &err))
        fail_msg("%s", err.message);
    return b;
}

static void bar(book *b, int64_t time, int64_t first, int64_t second)
{
    const int64_t price[2] = {first * CURRENCY, second * CURRENCY};
    assert_int_equal(nacre_portfolio_stream_bar(b->stream, time, price, &b->report, NULL), 0);
}

static void fill(book *b, int64_t time, uint32_t asset, int64_t lots, int64_t price, int64_t fee)
{
    assert_int_equal(nacre_portfolio_stream_fill(b->stream, time, asset, lots, price * CURRENCY,
                                                 fee * CURRENCY, &b->report, NULL),
                     0);
}

static void transfer(book *b, int64_t time, int64_t amount)
{
    assert_int_equal(
        nacre_portfolio_stream_transfer(b->stream, time, amount * CURRENCY, &b->report, NULL), 0);
}

static void set_target(book *b, int64_t time, double first, double second)
{
    const double weights[2] = {first, second};
    assert_int_equal(nacre_portfolio_stream_set_target(b->stream, time, weights, &b->report, NULL),
                     0);
}

/// 100,000 into 60 % at 100 and 40 % at 50, in lots of 10: 60 and 80 lots.
static void test_from_cash_to_target(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = two_assets();
    book b = book_new(&options);
    transfer(&b, 1, 100000);
    assert_true(isnan(b.report->capital) && isnan(b.report->drift) && b.report->cash == 100000);
    set_target(&b, 2, 0.6, 0.4);
    assert_int_equal(b.report->rebalancing, 1); // waits for prices
    assert_int_equal(b.report->trades.orders, 0);
    bar(&b, 3, 100, 50);
    const nacre_portfolio_trade *trades = nacre_portfolio_stream_trades(b.stream);
    assert_true(b.report->capital == 100000 && b.report->drift == 0.6 && b.report->turnover == 1);
    assert_int_equal(b.report->drift_asset, 0);
    assert_int_equal(b.report->trades.orders, 2);
    assert_true(trades[0].shares == 600 && trades[1].shares == 800);
    bar(&b, 4, 100, 50); // the same prices: nothing is new
    assert_null(b.report);
    assert_int_equal(nacre_portfolio_stream_last(b.stream)->bars, 2);
    fill(&b, 5, 0, 60, 100, 3);
    assert_true(b.report->cash == 39997 && b.report->capital == 99997);
    assert_int_equal(b.report->rebalancing, 1);
    assert_int_equal(b.report->trades.orders, 2); // the fee costs one lot of the first asset
    assert_true(trades[0].shares == -10 && trades[1].shares == 790);
    fill(&b, 6, 0, -1, 100, 0);
    fill(&b, 7, 1, 79, 50, 0);
    assert_int_equal(b.report->rebalancing, 0);
    assert_int_equal(b.report->trades.orders, 0);
    assert_true(trades[0].target == 0 && trades[1].target == 0 && b.report->cash == 1497);
    assert_int_equal(nacre_portfolio_stream_lots(b.stream)[0], 59);
    assert_int_equal(nacre_portfolio_stream_lots(b.stream)[1], 79);
    assert_int_equal(b.report->target_ns, 2);
    free(b.memory);
}

/// 500 and 500 shares at 100: equal weights of 100,000. Drift is 1/2 p / (p + 1) off.
static void test_band(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = two_assets();
    book b = book_new(&options);
    transfer(&b, 1, 100000);
    bar(&b, 1, 100, 100);
    assert_true(isnan(b.report->drift)); // no target yet
    fill(&b, 2, 0, 50, 100, 0);
    fill(&b, 2, 1, 50, 100, 0);
    set_target(&b, 3, 0.5, 0.5);
    assert_int_equal(b.report->rebalancing, 0); // it is met
    assert_true(b.report->drift == 0 && b.report->cash == 0);
    bar(&b, 4, 120, 100); // 60 / 110 = 0.5454...: inside the band
    assert_int_equal(b.report->rebalancing, 0);
    stream_near(b.report->drift, 5.0 / 110, 1e-15, "drift");
    stream_near(b.report->turnover, 10.0 / 110, 1e-15, "turnover");
    bar(&b, 5, 130, 100); // 65 / 115 = 0.5652...
    assert_int_equal(b.report->rebalancing, 1);
    const nacre_portfolio_trade *trades = nacre_portfolio_stream_trades(b.stream);
    // 57,500 each: 442.3 and 575 shares, in lots of 10 towards zero
    assert_true(trades[0].target == 440 && trades[1].target == 570);
    assert_true(trades[0].shares == -60 && trades[1].shares == 70);
    bar(&b, 6, 110, 100); // back inside, but the rebalancing that has begun goes on
    assert_int_equal(b.report->rebalancing, 1);
    assert_true(b.report->drift < options.band);
    bar(&b, 7, 100, 100); // the holdings are the target again
    assert_int_equal(b.report->rebalancing, 0);
    assert_true(trades[0].held == 0 && b.report->trades.orders == 0);
    free(b.memory);
}

static void test_without_capital(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = two_assets();
    book b = book_new(&options);
    bar(&b, 1, 100, 50);
    assert_true(b.report->capital == 0);
    set_target(&b, 2, 0.5, 0.5);
    assert_true(isnan(b.report->drift) && b.report->rebalancing == 1);
    transfer(&b, 3, -5);
    assert_true(b.report->capital == -5 && isnan(b.report->drift));
    transfer(&b, 4, 100005);
    assert_int_equal(b.report->trades.orders, 2);
    free(b.memory);
}

static void test_refused_events(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = two_assets();
    book b = book_new(&options);
    const nacre_portfolio_stream_report *report = NULL;
    const int64_t most = (INT64_C(1) << 47) / 10, good[2] = {1, 1}, zero[2] = {1, 0};
    const double nan[2] = {(double)NAN, 0}, huge[2] = {0, -2e6}, half[2] = {0.5, 0.5};
    transfer(&b, 10, 1000);
    bar(&b, 11, 100, 50);
    set_target(&b, 12, 0.5, 0.5);
    assert_int_equal(nacre_portfolio_stream_fill(b.stream, 12, 0, most, 1, 0, &report, NULL),
                     NACRE_OK);
#define REFUSED(call, status, part)                                                                \
    do {                                                                                           \
        report = (const nacre_portfolio_stream_report *)b.memory;                                  \
        STREAM_REFUSED(call, status, part, b.memory, b.bytes);                                     \
        assert_null(report);                                                                       \
    } while (0)
    REFUSED(nacre_portfolio_stream_bar(b.stream, 1, good, &report, &err), NACRE_E_ORDER, "back");
    REFUSED(nacre_portfolio_stream_bar(b.stream, 13, zero, &report, &err), NACRE_E_ARG,
            "asset 1 is 0");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 1, 0, 1, 1, 0, &report, &err), NACRE_E_ORDER,
            "back");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 13, 2, 1, 1, 0, &report, &err), NACRE_E_ARG,
            "asset 2");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 13, 1, 0, 1, 0, &report, &err), NACRE_E_ARG,
            "0 lots");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 13, 1, 1, -1, 0, &report, &err), NACRE_E_ARG,
            "price -1");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 13, 0, 1, 1, 0, &report, &err), NACRE_E_RANGE,
            "2^47");
    REFUSED(nacre_portfolio_stream_fill(b.stream, 13, 1, INT64_MAX, 1, 0, &report, &err),
            NACRE_E_RANGE, "2^47");
    REFUSED(nacre_portfolio_stream_transfer(b.stream, 13, 0, &report, &err), NACRE_E_ARG,
            "nothing");
    REFUSED(nacre_portfolio_stream_transfer(b.stream, 1, 1, &report, &err), NACRE_E_ORDER, "back");
    REFUSED(nacre_portfolio_stream_set_target(b.stream, 13, nan, &report, &err), NACRE_E_NONFINITE,
            "asset 0");
    REFUSED(nacre_portfolio_stream_set_target(b.stream, 13, huge, &report, &err), NACRE_E_RANGE,
            "asset 1");
    REFUSED(nacre_portfolio_stream_set_target(b.stream, 1, half, &report, &err), NACRE_E_ORDER,
            "back");
#undef REFUSED
    // Buying high and selling low until cash leaves its range: at most 2^15 round trips.
    nacre_status status = NACRE_OK;
    nacre_error err = {0};
    for (int i = 0; i < (1 << 15) && !status; i++) {
        status = nacre_portfolio_stream_fill(b.stream, 14, 1, most, INT64_MAX, 0, &report, &err);
        if (!status)
            assert_int_equal(
                nacre_portfolio_stream_fill(b.stream, 14, 1, -most, 1, 0, &report, NULL), 0);
    }
    assert_int_equal(status, NACRE_E_LIMIT);
    stream_has(&err, "124 bits");
    free(b.memory);
}

static void test_cash_beyond_64_bits(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = two_assets();
    book b = book_new(&options);
    int64_t high;
    uint64_t low;
    nacre_portfolio_stream_cash(b.stream, &high, &low);
    assert_true(high == 0 && low == 0);
    for (int i = 0; i < 4; i++)
        assert_int_equal(nacre_portfolio_stream_transfer(b.stream, 1, INT64_MAX, &b.report, NULL),
                         NACRE_OK);
    nacre_portfolio_stream_cash(b.stream, &high, &low); // 4 (2^63 - 1) = 2^65 - 4
    assert_true(high == 1 && low == UINT64_MAX - 3);
    for (int i = 0; i < 5; i++)
        assert_int_equal(nacre_portfolio_stream_transfer(b.stream, 1, -INT64_MAX, &b.report, NULL),
                         NACRE_OK);
    nacre_portfolio_stream_cash(b.stream, &high, &low);
    assert_true(high == -1 && low == (uint64_t)INT64_MAX + 2);
    free(b.memory);
}

static void test_refused_options(void **state)
{
    (void)state;
    _Alignas(64) char memory[64];
    nacre_portfolio_stream *stream;
#define REFUSED(field, value, part)                                                                \
    do {                                                                                           \
        nacre_portfolio_stream_options bad = two_assets();                                         \
        nacre_error err = {0};                                                                     \
        bad.field = (value);                                                                       \
        assert_int_equal(nacre_portfolio_stream_bytes(&bad), 0);                                   \
        stream = (nacre_portfolio_stream *)memory;                                                 \
        assert_int_equal(nacre_portfolio_stream_init(memory, sizeof memory, &bad, &stream, &err),  \
                         NACRE_E_ARG);                                                             \
        assert_null(stream);                                                                       \
        stream_has(&err, part);                                                                    \
    } while (0)
    REFUSED(struct_size, 0, "nacre_portfolio_stream_options_init");
    REFUSED(assets, 0, "assets 0");
    REFUSED(assets, 16385, "16384");
    REFUSED(lot, 0, "lot 0");
    REFUSED(lot, (INT64_C(1) << 40) + 1, "2^40");
    REFUSED(cost_rate, -0.1, "cost_rate");
    REFUSED(cost_rate, (double)NAN, "cost_rate");
    REFUSED(band, (double)INFINITY, "band");
    REFUSED(band, -1.0, "band");
#undef REFUSED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_from_cash_to_target), cmocka_unit_test(test_band),
        cmocka_unit_test(test_without_capital),     cmocka_unit_test(test_refused_events),
        cmocka_unit_test(test_cash_beyond_64_bits), cmocka_unit_test(test_refused_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
