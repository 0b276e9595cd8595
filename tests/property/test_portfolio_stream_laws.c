// SPDX-License-Identifier: Apache-2.0
// Laws of the portfolio stream on seeded events: cash and lots are sums of integers, orders are
// those of the batch function, to the bit; a snapshot at any moment changes nothing; permuting
// assets permutes; fills and their reversals leave nothing behind.
#include "core/int128.h"
#include "stream_support.h"

enum { ASSETS = 11, EVENTS = 400, LOT = 5 };

static nacre_portfolio_stream_options laws_options(void)
{
    nacre_portfolio_stream_options options;
    nacre_portfolio_stream_options_init(&options);
    options.assets = ASSETS;
    options.lot = LOT;
    options.cost_rate = 0.001;
    return options;
}

/// A stream and, beside it, the plain sums of what it was told. `place` says where an asset is.
typedef struct twin {
    nacre_portfolio_stream_options options;
    void *memory;
    size_t bytes;
    nacre_portfolio_stream *stream;
    uint32_t place[ASSETS];
    nacrei_i128 cash;
    int64_t lots[ASSETS], price[ASSETS];
    double target[ASSETS];
    bool targeted;
} twin;

static void twin_begin(twin *t, uint32_t factor, uint32_t shift)
{
    memset(t, 0, sizeof *t);
    t->options = laws_options();
    t->bytes = nacre_portfolio_stream_bytes(&t->options);
    t->memory = stream_memory(t->bytes);
    assert_int_equal(
        nacre_portfolio_stream_init(t->memory, t->bytes, &t->options, &t->stream, NULL), 0);
    for (uint32_t i = 0; i < ASSETS; i++)
        t->place[i] = (i * factor + shift) % ASSETS;
}

static const nacre_portfolio_stream_report *twin_fill(twin *t, int64_t time, uint32_t asset,
                                                      int64_t lots, int64_t price, int64_t fee)
{
    const nacre_portfolio_stream_report *report;
    t->lots[t->place[asset]] += lots;
    t->cash -= (nacrei_i128)(lots * LOT) * price + fee;
    assert_int_equal(nacre_portfolio_stream_fill(t->stream, time, t->place[asset], lots, price, fee,
                                                 &report, NULL),
                     NACRE_OK);
    return report;
}

static const nacre_portfolio_stream_report *twin_bar(twin *t, int64_t time, const int64_t *price)
{
    const nacre_portfolio_stream_report *report;
    for (uint32_t i = 0; i < ASSETS; i++)
        t->price[t->place[i]] = price[i];
    assert_int_equal(nacre_portfolio_stream_bar(t->stream, time, t->price, &report, NULL), 0);
    return report;
}

static const nacre_portfolio_stream_report *twin_target(twin *t, int64_t time, uint64_t *seed)
{
    const nacre_portfolio_stream_report *report;
    double sum = 0, weights[ASSETS];
    for (uint32_t i = 0; i < ASSETS; i++)
        sum += weights[i] = 1.1 + stream_uniform(seed);
    for (uint32_t i = 0; i < ASSETS; i++)
        t->target[t->place[i]] = 0.98 * weights[i] / sum;
    t->targeted = true;
    assert_int_equal(nacre_portfolio_stream_set_target(t->stream, time, t->target, &report, NULL),
                     NACRE_OK);
    return report;
}

/// Bars, targets, transfers, stray fills, and fills of the orders that stand.
static const nacre_portfolio_stream_report *random_event(twin *t, uint64_t *seed, int64_t time)
{
    const nacre_portfolio_stream_report *report;
    uint64_t r = stream_random(seed);
    uint32_t asset = (uint32_t)((r >> 8) % ASSETS);
    int64_t market[ASSETS];
    for (uint32_t i = 0; i < ASSETS; i++)
        market[i] = t->price[t->place[i]];
    if (time == 0 || r % 64 == 0) {
        int64_t amount = time == 0 ? 50000000 * CURRENCY : (int64_t)(r >> 16) - (INT64_C(1) << 47);
        t->cash += amount;
        assert_int_equal(nacre_portfolio_stream_transfer(t->stream, time, amount, &report, NULL),
                         NACRE_OK);
        return report;
    }
    if (time == 2 || r % 64 == 1)
        return twin_target(t, time, seed);
    if (time == 1 || r % 16 == 2) {
        stream_step_prices(seed, ASSETS, market);
        return twin_bar(t, time, market);
    }
    const nacre_portfolio_trade *trades = nacre_portfolio_stream_trades(t->stream);
    for (uint32_t tries = 1; tries < ASSETS && trades[t->place[asset]].shares == 0; tries++)
        asset = (asset + 1) % ASSETS;
    int64_t wanted = (int64_t)trades[t->place[asset]].shares / LOT;
    if (wanted == 0)
        wanted = r % 16 == 3 ? (int64_t)((r >> 20) % 5) - 2 : 0;
    if (wanted == 0)
        return twin_bar(t, time, market); // nothing has moved
    return twin_fill(t, time, asset, wanted, market[asset] + (int64_t)(r >> 40) % 1000,
                     (int64_t)(r >> 50));
}

static void check_cash(const twin *t)
{
    int64_t high;
    uint64_t low;
    nacre_portfolio_stream_cash(t->stream, &high, &low);
    assert_true(high == (int64_t)(t->cash >> 64) && low == (uint64_t)(nacrei_u128)t->cash);
    assert_memory_equal(nacre_portfolio_stream_lots(t->stream), t->lots, sizeof t->lots);
}

/// Drift, turnover and orders from the plain sums by the batch function.
static void check_against_batch(const twin *t, bool was_rebalancing)
{
    const nacre_portfolio_stream_report *report = nacre_portfolio_stream_last(t->stream);
    nacre_portfolio_trade trades[ASSETS];
    nacre_portfolio_trade_summary summary;
    nacrei_i128 value = t->cash;
    double price[ASSETS], held[ASSETS], drift = 0, turnover = 0;
    for (uint32_t i = 0; i < ASSETS; i++) {
        value += (nacrei_i128)t->lots[i] * LOT * t->price[i];
        price[i] = (double)t->price[i] / 1e9;
        held[i] = (double)(t->lots[i] * LOT);
    }
    double capital = (double)value / 1e9;
    assert_true(report->cash == (double)t->cash / 1e9);
    if (!t->price[0] || !t->targeted) {
        assert_true(isnan(report->drift) && report->trades.orders == 0);
        return;
    }
    for (uint32_t i = 0; i < ASSETS; i++) {
        double off = fabs(held[i] * price[i] / capital - t->target[i]);
        drift = fmax(drift, off);
        turnover += off;
    }
    assert_true(report->capital == capital && report->drift == drift);
    assert_true(report->turnover == turnover);
    assert_int_equal(nacre_portfolio_trades(ASSETS, t->target, price, held, capital, LOT, 0.001,
                                            trades, &summary, NULL),
                     NACRE_OK);
    bool called = was_rebalancing || drift > t->options.band;
    assert_int_equal(report->rebalancing, called && summary.orders > 0);
    if (!report->rebalancing) {
        memset(trades, 0, sizeof trades);
        summary = (nacre_portfolio_trade_summary){0};
    }
    assert_memory_equal(nacre_portfolio_stream_trades(t->stream), trades, sizeof trades);
    assert_memory_equal(&report->trades, &summary, sizeof summary);
}

static void test_batch_after_every_event(void **state)
{
    (void)state;
    for (uint64_t s = 0; s < 4; s++) {
        uint64_t seed = s, published = 0, quiet = 0, idle = 0, ordered = 0;
        twin t;
        twin_begin(&t, 1, 0);
        for (int64_t e = 0; e < EVENTS; e++) {
            int64_t target_ns = nacre_portfolio_stream_last(t.stream)->target_ns;
            bool open = nacre_portfolio_stream_last(t.stream)->rebalancing;
            const nacre_portfolio_stream_report *report = random_event(&t, &seed, e);
            if (report)
                assert_int_equal(report->sequence, ++published);
            quiet += !report;
            report = nacre_portfolio_stream_last(t.stream);
            open |= report->target_ns != target_ns;
            check_cash(&t);
            check_against_batch(&t, open);
            idle += report->rebalancing == 0;
            ordered += report->rebalancing == 1;
        }
        assert_true(quiet > 5 && idle > 20 && ordered > 20);
        free(t.memory);
    }
}

static void test_snapshot_anywhere(void **state)
{
    (void)state;
    uint64_t seed_a = 12, seed_b = 12;
    twin a, b;
    twin_begin(&a, 1, 0);
    twin_begin(&b, 1, 0);
    for (int64_t e = 0; e < EVENTS; e++) {
        bool first = random_event(&a, &seed_a, e) != NULL;
        bool second = random_event(&b, &seed_b, e) != NULL;
        assert_true(first == second);
        nacre_portfolio_stream_seal(b.stream);
        b.memory = stream_move(b.memory, b.bytes);
        assert_int_equal(
            nacre_portfolio_stream_restore(b.memory, b.bytes, &b.options, &b.stream, NULL), 0);
        nacre_portfolio_stream_seal(a.stream);
        assert_memory_equal(a.memory, b.memory, a.bytes);
    }
    free(a.memory);
    free(b.memory);
}

static void test_permuted_assets(void **state)
{
    (void)state;
    uint64_t seed_a = 40, seed_b = 40;
    twin a, b;
    twin_begin(&a, 1, 0);
    twin_begin(&b, 3, 4);
    for (int64_t e = 0; e < EVENTS; e++) {
        (void)random_event(&a, &seed_a, e);
        (void)random_event(&b, &seed_b, e);
        assert_int_equal(seed_a, seed_b);
        const nacre_portfolio_stream_report *x = nacre_portfolio_stream_last(a.stream);
        const nacre_portfolio_stream_report *y = nacre_portfolio_stream_last(b.stream);
        assert_true(x->cash == y->cash && stream_same(x->capital, y->capital) &&
                    stream_same(x->drift, y->drift));
        assert_int_equal(x->trades.orders, y->trades.orders);
        for (uint32_t i = 0; i < ASSETS; i++)
            assert_memory_equal(&nacre_portfolio_stream_trades(a.stream)[i],
                                &nacre_portfolio_stream_trades(b.stream)[b.place[i]],
                                sizeof(nacre_portfolio_trade));
    }
    free(a.memory);
    free(b.memory);
}

static void test_reversed_fills(void **state)
{
    (void)state;
    uint64_t seed = 3;
    twin t;
    twin_begin(&t, 1, 0);
    for (int64_t e = 0; e < 100; e++)
        (void)random_event(&t, &seed, e);
    nacre_portfolio_stream_report before = *nacre_portfolio_stream_last(t.stream);
    int64_t lots[ASSETS];
    memcpy(lots, t.lots, sizeof lots);
    nacrei_i128 cash = t.cash;
    for (int64_t pass = 1; pass >= -1; pass -= 2) {
        uint64_t again = 8;
        for (int e = 0; e < 40; e++) {
            uint64_t r = stream_random(&again);
            (void)twin_fill(&t, 100, (uint32_t)(r % ASSETS), pass * (1 + (int64_t)(r >> 48)),
                            1 + (int64_t)(r >> 22), pass * (int64_t)(r >> 40));
        }
    }
    assert_true(t.cash == cash);
    check_cash(&t);
    assert_memory_equal(nacre_portfolio_stream_lots(t.stream), lots, sizeof lots);
    const nacre_portfolio_stream_report *after = nacre_portfolio_stream_last(t.stream);
    assert_int_equal(after->fills, before.fills + 80);
    assert_true(after->cash == before.cash && after->capital == before.capital &&
                after->drift == before.drift && after->turnover == before.turnover);
    free(t.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_after_every_event),
        cmocka_unit_test(test_snapshot_anywhere),
        cmocka_unit_test(test_permuted_assets),
        cmocka_unit_test(test_reversed_fills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
