// SPDX-License-Identifier: Apache-2.0
// Laws of the risk stream on seeded books: its figures are the batch functions' on the window, to
// the bit; a snapshot at any moment changes nothing; the short way (unchanged weights) and the long
// one agree to the bit; permuting assets permutes; fills and their reversals leave nothing behind.
#include "core/int128.h"
#include "stream_support.h"

enum { ASSETS = 13, WINDOW = 40, EVENTS = 260 };

static nacre_risk_stream_options laws_options(nacre_risk_positions positions)
{
    nacre_risk_stream_options options;
    nacre_risk_stream_options_init(&options);
    options.positions = positions;
    options.assets = ASSETS;
    options.window = WINDOW;
    options.level_count = 3;
    options.level[0] = 0.95;
    options.level[1] = 0.9;
    options.level[2] = 0.925; // 3 observations beyond: exactly an integer but for rounding
    options.limit[NACRE_RISK_STREAM_VAR] = 3000;
    return options;
}

/// A stream and, beside it, everything that ever happened.
typedef struct twin {
    nacre_ctx *ctx;
    nacre_risk_stream_options options;
    void *memory;
    nacre_risk_stream *stream;
    double rows[EVENTS][ASSETS];
    size_t row_count;
    int64_t price[ASSETS], shares[ASSETS];
    double weights[ASSETS];
} twin;

static void twin_begin(twin *t, nacre_risk_positions positions)
{
    memset(t, 0, sizeof *t);
    t->ctx = stream_ctx();
    t->options = laws_options(positions);
    size_t bytes = nacre_risk_stream_bytes(&t->options);
    t->memory = stream_memory(bytes);
    assert_int_equal(nacre_risk_stream_init(t->memory, bytes, &t->options, &t->stream, NULL), 0);
}

static void twin_end(twin *t)
{
    free(t->memory);
    nacre_ctx_destroy(t->ctx);
}

static const nacre_risk_stream_report *twin_bar(twin *t, int64_t time, const int64_t *price)
{
    const nacre_risk_stream_report *report;
    if (t->price[0]) {
        for (size_t i = 0; i < ASSETS; i++)
            t->rows[t->row_count][i] = (double)(price[i] - t->price[i]) / (double)t->price[i];
        t->row_count++;
    }
    memcpy(t->price, price, sizeof t->price);
    assert_int_equal(nacre_risk_stream_bar(t->stream, time, price, &report, NULL), NACRE_OK);
    return report;
}

static const nacre_risk_stream_report *twin_fill(twin *t, int64_t time, uint32_t asset,
                                                 int64_t shares, int64_t price)
{
    const nacre_risk_stream_report *report;
    t->shares[asset] += shares;
    assert_int_equal(nacre_risk_stream_fill(t->stream, time, asset, shares, price, &report, NULL),
                     NACRE_OK);
    return report;
}

static void exposures_of(const twin *t, double *out)
{
    for (size_t i = 0; i < ASSETS; i++)
        out[i] = t->options.positions == NACRE_RISK_WEIGHTS
                     ? t->weights[i]
                     : (double)(t->shares[i] * (nacrei_i128)t->price[i]) / 1e9;
}

/// The order that the header states: 8 lanes folded in halves, then the rest.
static double stated_sum(const double *exposure, const double *row)
{
    double lane[8] = {0}, rest = 0;
    for (size_t i = 0; i < ASSETS; i++)
        if (i < ASSETS / 8 * 8)
            lane[i % 8] += exposure[i] * row[i];
        else
            rest += exposure[i] * row[i];
    for (size_t step = 4; step; step /= 2)
        for (size_t k = 0; k < step; k++)
            lane[k] += lane[k + step];
    return lane[0] + rest;
}

static void same_figure(const nacre_risk_figure *a, const nacre_risk_figure *b)
{
    assert_true(stream_same(a->value, b->value) &&
                stream_same(a->standard_error, b->standard_error) && stream_same(a->low, b->low) &&
                stream_same(a->high, b->high));
}

/// The stream's figures against the batch functions on the last rows.
static void check_against_batch(const twin *t)
{
    const nacre_risk_stream_report *report = nacre_risk_stream_last(t->stream);
    if (t->row_count < WINDOW) {
        assert_true(isnan(report->level[0].var.value) && isnan(report->volatility));
        return;
    }
    const double *first = t->rows[t->row_count - WINDOW];
    double exposure[ASSETS], losses[WINDOW], returns[WINDOW], variance, size = 0;
    exposures_of(t, exposure);
    for (size_t i = 0; i < ASSETS; i++)
        size += fabs(exposure[i]);
    for (size_t r = 0; r < WINDOW; r++)
        losses[r] = 0 - stated_sum(exposure, first + r * ASSETS);
    for (uint32_t k = 0; k < report->level_count; k++) {
        nacre_risk_figure var, es;
        assert_int_equal(
            nacre_risk_historical(t->ctx, WINDOW, losses, t->options.level[k], &var, &es, NULL),
            NACRE_OK);
        same_figure(&report->level[k].var, &var);
        same_figure(&report->level[k].es, &es);
    }
    assert_int_equal(nacre_risk_ewma_variance(WINDOW, losses, 0.94, &variance, NULL), NACRE_OK);
    assert_true(stream_same(report->volatility, sqrt(variance)));
    assert_int_equal(
        nacre_risk_portfolio_returns(WINDOW, ASSETS, first, ASSETS, exposure, returns, NULL),
        NACRE_OK);
    for (size_t r = 0; r < WINDOW; r++)
        stream_near(losses[r], -returns[r], ASSETS * 0x1p-52 * size, "loss of a row");
}

/// One random event: mostly bars, some fills at prices near the last.
static const nacre_risk_stream_report *random_event(twin *t, uint64_t *seed, int64_t time)
{
    uint64_t r = stream_random(seed);
    if (t->price[0] && r % 4 == 0) {
        uint32_t asset = (uint32_t)((r >> 8) % ASSETS);
        int64_t shares = (int64_t)((r >> 16) % 400) - 200;
        return twin_fill(t, time, asset, shares ? shares : 7, t->price[asset] - (int64_t)(r >> 48));
    }
    int64_t price[ASSETS];
    memcpy(price, t->price, sizeof price);
    stream_step_prices(seed, ASSETS, price);
    return twin_bar(t, time, price);
}

static void test_batch_on_the_window(void **state)
{
    (void)state;
    for (uint64_t s = 0; s < 4; s++) {
        uint64_t seed = s, published = 0, exceptions = 0, began = 0;
        twin *t = malloc(sizeof *t);
        twin_begin(t, NACRE_RISK_SHARES);
        nacrei_i128 cost = 0, before = 0;
        for (int64_t e = 0; e < EVENTS; e++) {
            double forecast = nacre_risk_stream_last(t->stream)->level[1].var.value;
            uint64_t bars = nacre_risk_stream_last(t->stream)->bars;
            int64_t held[ASSETS], old[ASSETS];
            memcpy(held, t->shares, sizeof held);
            memcpy(old, t->price, sizeof old);
            uint64_t copy = seed;
            const nacre_risk_stream_report *report = random_event(t, &seed, e);
            if (report)
                assert_int_equal(report->sequence, ++published);
            if (report)
                began += report->began != 0;
            report = nacre_risk_stream_last(t->stream);
            if (report->bars == bars) {
                uint64_t r = stream_random(&copy);
                for (size_t i = 0; i < ASSETS; i++)
                    cost +=
                        (t->shares[i] - held[i]) * (nacrei_i128)(t->price[i] - (int64_t)(r >> 48));
            } else {
                nacrei_i128 value = 0, move = 0;
                for (size_t i = 0; i < ASSETS; i++) {
                    value += t->shares[i] * (nacrei_i128)t->price[i];
                    move += old[i] ? t->shares[i] * (nacrei_i128)(t->price[i] - old[i]) : 0;
                }
                assert_true(report->pnl == (double)(value - cost - before) / 1e9);
                assert_true(report->held_pnl == (double)move / 1e9);
                assert_true(report->total_pnl == (double)(value - cost) / 1e9);
                before = value - cost;
                exceptions += 0 - report->held_pnl > forecast;
            }
            assert_int_equal(report->level[1].exceptions, exceptions);
            check_against_batch(t);
        }
        assert_true(t->row_count > 150 && exceptions > 5 && began > 0);
        assert_memory_equal(nacre_risk_stream_shares(t->stream), t->shares, sizeof t->shares);
        twin_end(t);
        free(t);
    }
}

/// The state moves through a snapshot after every event, and the reports are the same bytes.
static void test_snapshot_anywhere(void **state)
{
    (void)state;
    twin *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    uint64_t seed_a = 9, seed_b = 9;
    twin_begin(a, NACRE_RISK_SHARES);
    twin_begin(b, NACRE_RISK_SHARES);
    size_t bytes = nacre_risk_stream_bytes(&b->options);
    for (int64_t e = 0; e < EVENTS; e++) {
        const nacre_risk_stream_report *first = random_event(a, &seed_a, e);
        const nacre_risk_stream_report *second = random_event(b, &seed_b, e);
        assert_true((first != NULL) == (second != NULL));
        nacre_risk_stream_seal(b->stream);
        b->memory = stream_move(b->memory, bytes);
        assert_int_equal(nacre_risk_stream_restore(b->memory, bytes, &b->options, &b->stream, NULL),
                         0);
        assert_memory_equal(nacre_risk_stream_last(a->stream), nacre_risk_stream_last(b->stream),
                            sizeof *first);
    }
    nacre_risk_stream_seal(a->stream);
    assert_memory_equal(a->memory, b->memory, bytes);
    twin_end(a);
    twin_end(b);
    free(a);
    free(b);
}

static void new_weights(twin *t, int64_t time)
{
    const nacre_risk_stream_report *report;
    assert_int_equal(nacre_risk_stream_set_weights(t->stream, time, t->weights, &report, NULL),
                     NACRE_OK);
}

/// One stream keeps its weights and goes the short way, the other is told them at every bar.
static void test_short_way(void **state)
{
    (void)state;
    twin *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    uint64_t seed = 31;
    int64_t price[ASSETS] = {0};
    twin_begin(a, NACRE_RISK_WEIGHTS);
    twin_begin(b, NACRE_RISK_WEIGHTS);
    for (int64_t e = 0; e < EVENTS; e++) {
        if (e % 50 == 0) {
            for (size_t i = 0; i < ASSETS; i++)
                a->weights[i] = b->weights[i] = stream_uniform(&seed);
            new_weights(a, e);
        }
        if (e % 7 != 3) // now and then nothing moves: ties among the losses
            stream_step_prices(&seed, ASSETS, price);
        new_weights(b, e);
        (void)twin_bar(a, e, price);
        (void)twin_bar(b, e, price);
        check_against_batch(a);
        check_against_batch(b);
        const nacre_risk_stream_report *x = nacre_risk_stream_last(a->stream);
        const nacre_risk_stream_report *y = nacre_risk_stream_last(b->stream);
        assert_memory_equal(x->level, y->level, sizeof x->level);
        assert_true(x->pnl == y->pnl && x->total_pnl == y->total_pnl);
    }
    twin_end(a);
    twin_end(b);
    free(a);
    free(b);
}

static void test_permuted_assets(void **state)
{
    (void)state;
    twin *a = malloc(sizeof *a), *b = malloc(sizeof *b);
    uint64_t seed = 77;
    int64_t price[ASSETS] = {0}, turned[ASSETS];
    twin_begin(a, NACRE_RISK_SHARES);
    twin_begin(b, NACRE_RISK_SHARES);
    for (int64_t e = 0; e < EVENTS; e++) {
        uint64_t r = stream_random(&seed);
        if (r % 4 == 0 && price[0]) {
            uint32_t asset = (uint32_t)(r >> 8) % ASSETS;
            (void)twin_fill(a, e, asset, 1 + (int64_t)(r >> 56), price[asset]);
            (void)twin_fill(b, e, (asset * 5 + 2) % ASSETS, 1 + (int64_t)(r >> 56), price[asset]);
        } else {
            stream_step_prices(&seed, ASSETS, price);
            for (size_t i = 0; i < ASSETS; i++)
                turned[(i * 5 + 2) % ASSETS] = price[i];
            (void)twin_bar(a, e, price);
            (void)twin_bar(b, e, turned);
        }
        const nacre_risk_stream_report *x = nacre_risk_stream_last(a->stream);
        const nacre_risk_stream_report *y = nacre_risk_stream_last(b->stream);
        assert_true(x->pnl == y->pnl && x->held_pnl == y->held_pnl && x->total_pnl == y->total_pnl);
        if (isnan(x->volatility))
            continue;
        for (uint32_t k = 0; k < x->level_count; k++) {
            stream_near(y->level[k].var.value, x->level[k].var.value, 1e-12 * x->gross, "VaR");
            stream_near(y->level[k].es.value, x->level[k].es.value, 1e-12 * x->gross, "ES");
        }
    }
    twin_end(a);
    twin_end(b);
    free(a);
    free(b);
}

static void test_reversed_fills(void **state)
{
    (void)state;
    twin *t = malloc(sizeof *t);
    uint64_t seed = 5;
    twin_begin(t, NACRE_RISK_SHARES);
    for (int64_t e = 0; e < 100; e++)
        (void)random_event(t, &seed, e);
    nacre_risk_stream_report before = *nacre_risk_stream_last(t->stream);
    int64_t shares[ASSETS];
    memcpy(shares, t->shares, sizeof shares);
    for (int pass = 1; pass >= -1; pass -= 2) {
        uint64_t again = 1000;
        for (int e = 0; e < 30; e++) {
            uint64_t r = stream_random(&again);
            (void)twin_fill(t, 100, (uint32_t)(r % ASSETS), pass * (1 + (int64_t)(r >> 50)),
                            1 + (int64_t)(r >> 20));
        }
    }
    nacre_risk_stream_report after = *nacre_risk_stream_last(t->stream);
    assert_memory_equal(nacre_risk_stream_shares(t->stream), shares, sizeof shares);
    assert_int_equal(after.fills, before.fills + 60);
    assert_memory_equal(after.level, before.level, sizeof after.level);
    assert_true(after.net == before.net && after.gross == before.gross &&
                after.volatility == before.volatility && after.pnl == before.pnl);
    // The money has come back too: at unchanged prices the next bar gains nothing.
    (void)twin_bar(t, 101, t->price);
    assert_true(nacre_risk_stream_last(t->stream)->total_pnl != 0);
    uint64_t untouched = 5;
    twin *u = malloc(sizeof *u);
    twin_begin(u, NACRE_RISK_SHARES);
    for (int64_t e = 0; e < 100; e++)
        (void)random_event(u, &untouched, e);
    (void)twin_bar(u, 101, u->price);
    assert_true(nacre_risk_stream_last(t->stream)->total_pnl ==
                nacre_risk_stream_last(u->stream)->total_pnl);
    twin_end(t);
    twin_end(u);
    free(t);
    free(u);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_on_the_window), cmocka_unit_test(test_snapshot_anywhere),
        cmocka_unit_test(test_short_way),           cmocka_unit_test(test_permuted_assets),
        cmocka_unit_test(test_reversed_fills),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
