// SPDX-License-Identifier: Apache-2.0
// The simulated market: its laws (order, tick, lot, sides), its truth (episodes), and that each
// kind of episode looks as documented: what differs differs, and what must not differ does not.
#include "core/timezone.h"
#include "data/sim/sim_random.h"
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MINUTE_NS INT64_C(60000000000)

/// What is added up per minute.
typedef struct minute_sum {
    int64_t trades, signed_trades, volume;
    int64_t close;
} minute_sum;

static nacre_ctx *make_ctx(void)
{
    nacre_ctx *ctx;
    nacre_error err;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, &err), NACRE_OK);
    return ctx;
}

static nacre_sim *make_sim(nacre_ctx *ctx, const nacre_sim_options *options)
{
    nacre_sim *sim;
    nacre_error err;
    if (nacre_sim_create(ctx, options, &sim, &err))
        fail_msg("%s", err.message);
    return sim;
}

/// Runs a simulation to its end, checks every trade's laws, and fills one sum per minute.
static uint64_t run_minutes(nacre_sim *sim, const nacre_sim_options *options, minute_sum *minutes)
{
    uint64_t rows = 0;
    int64_t last = options->start_ns - 1, price = 0;
    int64_t end = options->start_ns + (int64_t)options->days * NACREI_NS_PER_DAY;
    const nacre_instrument *instrument = nacre_sim_instrument(sim);
    for (;;) {
        nacre_trades block;
        assert_int_equal(nacre_sim_next(sim, &block, NULL), NACRE_OK);
        if (!block.rows)
            break;
        for (size_t i = 0; i < block.rows; i++) {
            assert_true(block.ts_event[i] > last && block.ts_event[i] < end);
            last = block.ts_event[i];
            assert_true(block.ts_recv[i] > last);
            assert_true(block.seq[i] == (int64_t)++rows);
            price = block.price[i];
            assert_true(price > 0 && price % instrument->tick == 0);
            assert_true(block.size[i] > 0 && block.size[i] % instrument->lot == 0);
            assert_true(block.side[i] == NACRE_SIDE_BUY || block.side[i] == NACRE_SIDE_SELL);
            minute_sum *sum = &minutes[(last - options->start_ns) / MINUTE_NS];
            sum->trades++;
            sum->signed_trades += block.side[i];
            sum->volume += block.size[i];
            sum->close = price;
        }
    }
    for (size_t i = 1; i < (size_t)options->days * 1440; i++)
        if (!minutes[i].trades)
            minutes[i].close = minutes[i - 1].close;
    return rows;
}

typedef struct span_stats {
    double trades_per_minute, tilt, volatility, drift;
} span_stats;

/// Statistics over minutes [begin, end).
static span_stats span(const minute_sum *minutes, int64_t begin, int64_t end)
{
    double trades = 0, tilt = 0, squares = 0;
    for (int64_t i = begin; i < end; i++) {
        trades += (double)minutes[i].trades;
        tilt += (double)minutes[i].signed_trades;
        double r = (double)minutes[i].close / (double)minutes[i - 1].close - 1.0;
        squares += r * r;
    }
    double n = (double)(end - begin);
    double drift = (double)minutes[end - 1].close / (double)minutes[begin - 1].close - 1.0;
    return (span_stats){trades / n, tilt / trades, sqrt(squares / n), drift};
}

static void episodes_are_lawful(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.flash_crash = true;
    for (uint64_t seed = 0; seed < 50; seed++) {
        options.seed = seed;
        nacre_sim *sim = make_sim(ctx, &options);
        size_t count;
        const nacre_episode *episodes = nacre_sim_episodes(sim, &count);
        assert_int_equal(count, 4 * options.episodes_per_kind + 1);
        uint32_t kinds[5] = {0};
        int64_t free_from = options.start_ns + 12 * NACREI_NS_PER_DAY;
        int64_t last_day = options.start_ns + ((int64_t)options.days - 1) * NACREI_NS_PER_DAY;
        for (size_t i = 0; i < count; i++) {
            kinds[episodes[i].kind]++;
            int64_t minutes = (episodes[i].end_ns - episodes[i].begin_ns) / MINUTE_NS;
            assert_true(episodes[i].begin_ns >= free_from);
            free_from = episodes[i].end_ns + 1;
            if (episodes[i].kind == NACRE_EPISODE_FLASH_CRASH) {
                assert_true(minutes == 5 && episodes[i].begin_ns > last_day);
            } else {
                assert_true(minutes >= 60 && minutes <= 180);
                assert_true(episodes[i].end_ns <= last_day);
            }
        }
        for (size_t k = 0; k < 4; k++)
            assert_int_equal(kinds[k], options.episodes_per_kind);
        assert_int_equal(kinds[NACRE_EPISODE_FLASH_CRASH], 1);
        nacre_sim_destroy(sim);
    }
    nacre_ctx_destroy(ctx);
}

static void check_kind(nacre_episode_kind kind, const span_stats *episode, const span_stats *before)
{
    double busier = episode->trades_per_minute / before->trades_per_minute;
    double wilder = episode->volatility / before->volatility;
    switch (kind) {
    case NACRE_EPISODE_INFORMED:
        assert_true(fabs(episode->tilt) > 0.4 && fabs(episode->tilt) < 0.8);
        assert_true(episode->tilt * episode->drift > 0.0); // the price follows the flow
        assert_true(fabs(episode->drift) > 0.01 && busier > 3.0);
        break;
    case NACRE_EPISODE_VOLATILITY_BURST:
        assert_true(wilder > 2.0 && busier < 2.0 && fabs(episode->tilt) < 0.15);
        break;
    case NACRE_EPISODE_VOLUME_BURST:
        assert_true(busier > 3.0 && wilder < 1.7 && fabs(episode->tilt) < 0.15);
        break;
    case NACRE_EPISODE_CALM:
        assert_true(busier > 0.4 && busier < 2.5 && wilder < 1.7 && fabs(episode->tilt) < 0.15);
        break;
    case NACRE_EPISODE_FLASH_CRASH:
        assert_true(episode->drift < -0.05 && episode->drift > -0.07);
        assert_true(episode->tilt < -0.8 && busier > 50.0);
        break;
    }
}

static void episodes_look_as_documented(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.flash_crash = true;
    minute_sum *minutes = calloc((size_t)options.days * 1440, sizeof *minutes);
    assert_non_null(minutes);
    nacre_sim *sim = make_sim(ctx, &options);
    (void)run_minutes(sim, &options, minutes);
    size_t count;
    const nacre_episode *episodes = nacre_sim_episodes(sim, &count);
    for (size_t i = 0; i < count; i++) {
        int64_t begin = (episodes[i].begin_ns - options.start_ns) / MINUTE_NS;
        int64_t end = (episodes[i].end_ns - options.start_ns) / MINUTE_NS;
        // The 12 quiet days are the comparison; a day has the same hours as any other.
        span_stats quiet = span(minutes, 1, 12 * 1440);
        span_stats inside = span(minutes, begin, end);
        check_kind(episodes[i].kind, &inside, &quiet);
        if (episodes[i].kind == NACRE_EPISODE_FLASH_CRASH) {
            double fall = (double)(minutes[begin - 1].close - minutes[end - 1].close);
            double back = (double)(minutes[end + 29].close - minutes[end - 1].close);
            assert_true(back > 0.25 * fall && back < 0.75 * fall); // a part of it
        }
    }
    nacre_sim_destroy(sim);
    free(minutes);
    nacre_ctx_destroy(ctx);
}

static void quiet_market_is_as_asked(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.days = 20;
    options.episodes_per_kind = 0;
    minute_sum *minutes = calloc((size_t)options.days * 1440, sizeof *minutes);
    assert_non_null(minutes);
    nacre_sim *sim = make_sim(ctx, &options);
    assert_string_equal(nacre_sim_instrument(sim)->symbol, "SIM");
    assert_string_equal(nacre_sim_instrument(sim)->calendar, "24x7");
    assert_int_equal(nacre_sim_instrument(sim)->size_exp, 8);
    assert_int_equal(nacre_sim_instrument(sim)->tick, 10000000);
    uint64_t rows = run_minutes(sim, &options, minutes);
    double expected = (double)options.days * options.trades_per_day;
    assert_true(fabs((double)rows / expected - 1.0) < 0.05);
    // 2 % a day = 0.0527 % a minute, and the bounce of half a basis point around it.
    span_stats all = span(minutes, 1, (int64_t)options.days * 1440);
    assert_true(all.volatility > 0.0004 && all.volatility < 0.0008);
    assert_true(fabs(all.tilt) < 0.02);
    nacre_sim_destroy(sim);
    free(minutes);
    nacre_ctx_destroy(ctx);
}

/// A digest of the first blocks; two runs are compared, nothing is pinned.
static uint64_t digest(nacre_ctx *ctx, uint64_t seed)
{
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.seed = seed;
    nacre_sim *sim = make_sim(ctx, &options);
    uint64_t hash = UINT64_C(14695981039346656037);
    for (int b = 0; b < 5; b++) {
        nacre_trades block;
        assert_int_equal(nacre_sim_next(sim, &block, NULL), NACRE_OK);
        assert_true(block.rows > 0);
        for (size_t i = 0; i < block.rows; i++) {
            hash = (hash ^ (uint64_t)block.ts_event[i]) * UINT64_C(1099511628211);
            hash = (hash ^ (uint64_t)block.price[i]) * UINT64_C(1099511628211);
            hash = (hash ^ (uint64_t)block.size[i]) * UINT64_C(1099511628211);
            hash = (hash ^ (uint64_t)block.side[i]) * UINT64_C(1099511628211);
        }
    }
    nacre_sim_destroy(sim);
    return hash;
}

static void seed_decides(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    assert_true(digest(ctx, 7) == digest(ctx, 7));
    assert_true(digest(ctx, 7) != digest(ctx, 8));
    nacre_ctx_destroy(ctx);
}

static void expect_refused(nacre_ctx *ctx, const nacre_sim_options *options, const char *word)
{
    nacre_error err = {0};
    nacre_sim *sim = (nacre_sim *)&err;
    assert_int_equal(nacre_sim_create(ctx, options, &sim, &err), NACRE_E_ARG);
    assert_null(sim);
    assert_non_null(strstr(err.message, word));
    assert_null(strchr(err.message, '\n'));
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_sim_options good, bad;
    nacre_sim_options_init(&good);
    bad = good;
    bad.struct_size = 4;
    expect_refused(ctx, &bad, "nacre_sim_options_init");
    bad = good;
    bad.days = 0;
    expect_refused(ctx, &bad, "days");
    bad.days = 13; // 32 episodes do not fit into one day
    expect_refused(ctx, &bad, "at least 18 days");
    bad = good;
    bad.trades_per_day = 10;
    expect_refused(ctx, &bad, "trades_per_day");
    bad = good;
    bad.start_ns++;
    expect_refused(ctx, &bad, "midnight");
    bad = good;
    bad.episodes_per_kind = UINT32_MAX;
    expect_refused(ctx, &bad, "episodes");
    nacre_ctx_destroy(ctx);
}

static void names(void **state)
{
    (void)state;
    assert_string_equal(nacre_episode_kind_name(NACRE_EPISODE_INFORMED), "informed");
    assert_string_equal(nacre_episode_kind_name(NACRE_EPISODE_VOLATILITY_BURST),
                        "volatility_burst");
    assert_string_equal(nacre_episode_kind_name(NACRE_EPISODE_VOLUME_BURST), "volume_burst");
    assert_string_equal(nacre_episode_kind_name(NACRE_EPISODE_CALM), "calm");
    assert_string_equal(nacre_episode_kind_name(NACRE_EPISODE_FLASH_CRASH), "flash_crash");
}

static void integer_variates(void **state)
{
    (void)state;
    nacrei_sim_log table;
    nacrei_sim_log_init(&table);
    static const uint32_t words[] = {0,          1,          2,          1000,       0x3fffffff,
                                     0x7fffffff, 0x80000000, 0xdeadbeef, 0xfffffffe, 0xffffffff};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
        double exact = -log(((double)words[i] + 0.5) / 4294967296.0);
        double ours = (double)nacrei_sim_exponential_q32(&table, words[i]) / 4294967296.0;
        assert_true(fabs(ours - exact) <= 1e-5 * exact + 3e-6);
    }
    static const uint64_t squares[] = {0, 1, 2, 3, 4, 99, 100, UINT64_C(1) << 62, UINT64_MAX};
    for (size_t i = 0; i < sizeof squares / sizeof squares[0]; i++) {
        uint64_t root = nacrei_sim_isqrt(squares[i]);
        assert_true(root * root <= squares[i]);
        assert_true(root == UINT32_MAX || (root + 1) * (root + 1) > squares[i]);
    }
    assert_true(nacrei_sim_size_lots(UINT32_MAX) >= 1000);
    assert_true(nacrei_sim_size_lots(0) > 40 * nacrei_sim_size_lots(UINT32_MAX)); // the tail
    assert_int_equal(nacrei_sim_bell(0), -510);
    assert_int_equal(nacrei_sim_bell(UINT32_MAX), 510);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(episodes_are_lawful),      cmocka_unit_test(episodes_look_as_documented),
        cmocka_unit_test(quiet_market_is_as_asked), cmocka_unit_test(seed_decides),
        cmocka_unit_test(bad_options_are_refused),  cmocka_unit_test(names),
        cmocka_unit_test(integer_variates),
    };
    return cmocka_run_group_tests_name("sim", tests, NULL, NULL);
}
