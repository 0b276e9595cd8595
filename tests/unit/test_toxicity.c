// SPDX-License-Identifier: Apache-2.0
// The baselines against a slow reference that rebuilds every window from the trades in double and
// ranks by counting, and the score against a table worked out by hand.
#include "core/timezone.h"
#include "kern/philox.h"
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND_NS NACREI_NS_PER_SECOND
#define MINUTE_NS (60 * SECOND_NS)

enum { ROWS = 4000, BUCKETS = 400, BARS = 7, CDF_MIN = 20, HORIZON = 6 };

static int64_t ts[ROWS], price[ROWS], size[ROWS];
static uint8_t flags[ROWS];
static nacre_vpin_bucket buckets[BUCKETS];

static nacre_ctx *make_ctx(void)
{
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    return ctx;
}

/// Trades over three days with empty minutes; every tenth trade ends a bucket.
static nacre_trades make_trades(void)
{
    int64_t now = INT64_C(1704067200) * SECOND_NS, at = 100 * INT64_C(1000000000);
    for (uint64_t i = 0; i < ROWS; i++) {
        nacrei_philox words = nacrei_philox_block(11, 0, i);
        now += (int64_t)(words.word[0] % 130) * SECOND_NS;
        at += ((int64_t)(words.word[1] % 2001) - 1000) * 100000;
        ts[i] = now;
        price[i] = at;
        size[i] = 1 + words.word[2] % 1000;
        flags[i] = words.word[3] % 8 == 0 ? NACRE_TRADE_AUCTION : 0;
        if (i % 10 == 9)
            buckets[i / 10] = (nacre_vpin_bucket){.end_ns = now};
    }
    return (nacre_trades){.rows = ROWS, .ts_event = ts, .price = price, .size = size};
}

static nacre_vpin_result make_vpin(nacre_vpin_mode mode)
{
    nacre_vpin_result vpin = {.bucket_count = BUCKETS, .buckets = buckets};
    vpin.options.mode = mode;
    vpin.options.cdf_window = 150;
    vpin.options.cdf_min = CDF_MIN;
    vpin.options.cdf_threshold = 0.9;
    vpin.options.cdf_hysteresis = 0.05;
    vpin.options.horizon_buckets = HORIZON;
    return vpin;
}

/// The value at a bucket's close, from the trades alone. NaN when there are too few bars.
static double slow_value(const nacre_trades *trades, int64_t end_ns, bool open_bar_counts,
                         bool skip_auctions, nacre_baseline baseline)
{
    int64_t minute_of[ROWS], dp[ROWS];
    double volume[ROWS];
    size_t bars = 0;
    int64_t close = 0;
    for (size_t i = 0; i < trades->rows; i++) {
        int64_t minute = trades->ts_event[i] / MINUTE_NS;
        if (open_bar_counts ? minute > end_ns / MINUTE_NS : minute >= end_ns / MINUTE_NS)
            break;
        if (skip_auctions && trades->flags[i] & NACRE_TRADE_AUCTION)
            continue;
        if (!bars || minute_of[bars - 1] != minute) {
            bool new_day = !bars || minute_of[bars - 1] / 1440 != minute / 1440;
            int64_t base = new_day ? trades->price[i] : close;
            minute_of[bars] = minute;
            dp[bars] = -base;
            volume[bars++] = 0;
        }
        // dP = close - base: keep the base negative and add the newest close.
        dp[bars - 1] += trades->price[i] - (volume[bars - 1] > 0 ? close : 0);
        close = trades->price[i];
        volume[bars - 1] += (double)trades->size[i];
    }
    if (bars < BARS)
        return (double)NAN;
    double sum = 0;
    for (size_t b = bars - BARS; b < bars; b++)
        sum += baseline == NACRE_BASELINE_VOLUME ? volume[b]
                                                 : (double)dp[b] / 1e9 * ((double)dp[b] / 1e9);
    return baseline == NACRE_BASELINE_VOLUME ? sum : sqrt(sum / BARS);
}

static double slow_cdf(const double *value, size_t at, uint32_t window)
{
    size_t below = 0, held = 0;
    for (size_t i = at; i-- > 0 && held < window;) {
        if (isnan(value[i]))
            break;
        held++;
        below += value[i] <= value[at];
    }
    return held < CDF_MIN ? (double)NAN : (double)below / (double)held;
}

static void check_baseline(nacre_baseline baseline, nacre_vpin_mode mode, bool skip_auctions)
{
    nacre_ctx *ctx = make_ctx();
    nacre_trades trades = make_trades();
    trades.flags = flags;
    nacre_vpin_result vpin = make_vpin(mode);
    if (skip_auctions)
        vpin.options.auctions = NACRE_VPIN_AUCTIONS_EXCLUDE;
    nacre_baseline_result *result;
    nacre_error err;
    if (nacre_baseline_alarms(ctx, &trades, NULL, &vpin, baseline, BARS, &result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result->count, BUCKETS);
    size_t defined = 0, alarms = 0;
    bool on = false, below = false;
    uint32_t age = 0;
    for (size_t i = 0; i < BUCKETS; i++) {
        double value = slow_value(&trades, buckets[i].end_ns, mode != NACRE_VPIN_AGGRESSOR,
                                  skip_auctions, baseline);
        if (isnan(value)) {
            assert_true(isnan(result->value[i]) && isnan(result->cdf[i]));
            continue;
        }
        assert_true(fabs(result->value[i] - value) <= 1e-12 * value);
        double cdf = slow_cdf(result->value, i, vpin.options.cdf_window);
        assert_true(isnan(cdf) ? isnan(result->cdf[i]) : result->cdf[i] == cdf);
        if (isnan(cdf))
            continue;
        defined++;
        bool crossing = below && cdf >= 0.9;
        below = cdf < 0.9;
        if (on && (cdf < 0.9 - 0.05 || age == HORIZON)) {
            on = false;
            assert_int_equal(result->alarms[alarms - 1].end_bucket, i);
            assert_int_equal(result->alarms[alarms - 1].end_ns, buckets[i].end_ns);
        } else if (on) {
            age++;
            assert_true(result->alarms[alarms - 1].peak_vpin >= value * (1 - 1e-12));
        } else if (crossing) {
            on = true;
            age = 1;
            assert_true(alarms < result->alarm_count);
            assert_int_equal(result->alarms[alarms].begin_bucket, i);
            assert_int_equal(result->alarms[alarms].begin_ns, buckets[i].end_ns);
            assert_int_equal(result->alarms[alarms].kind, NACRE_VPIN_ALARM_CDF);
            alarms++;
        }
    }
    assert_true(defined > BUCKETS / 2 && alarms > 3);
    assert_int_equal(result->alarm_count, alarms);
    if (on)
        assert_true(result->alarms[alarms - 1].end_bucket == UINT64_MAX);
    nacre_baseline_destroy(ctx, result);
    nacre_ctx_destroy(ctx);
}

static void baselines_equal_slow_reference(void **state)
{
    (void)state;
    check_baseline(NACRE_BASELINE_VOLATILITY, NACRE_VPIN_CAUSAL, false);
    check_baseline(NACRE_BASELINE_VOLUME, NACRE_VPIN_CAUSAL, false);
    check_baseline(NACRE_BASELINE_VOLATILITY, NACRE_VPIN_AGGRESSOR, false);
    check_baseline(NACRE_BASELINE_VOLUME, NACRE_VPIN_AGGRESSOR, true);
}

static void calendar_sessions_equal_utc_days(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_trades trades = make_trades();
    nacre_vpin_result vpin = make_vpin(NACRE_VPIN_CAUSAL);
    nacre_calendar *calendar;
    nacre_baseline_result *days, *sessions;
    assert_int_equal(nacre_calendar_open(ctx, "24x7", &calendar, NULL), NACRE_OK);
    assert_int_equal(nacre_baseline_alarms(ctx, &trades, NULL, &vpin, NACRE_BASELINE_VOLATILITY,
                                           BARS, &days, NULL),
                     NACRE_OK);
    assert_int_equal(nacre_baseline_alarms(ctx, &trades, calendar, &vpin, NACRE_BASELINE_VOLATILITY,
                                           BARS, &sessions, NULL),
                     NACRE_OK);
    assert_memory_equal(days->value, sessions->value, BUCKETS * sizeof *days->value);
    nacre_baseline_destroy(ctx, days);
    nacre_baseline_destroy(ctx, sessions);
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void expect_status(nacre_ctx *ctx, const nacre_trades *trades, const nacre_vpin_result *vpin,
                          nacre_baseline baseline, uint32_t bars, nacre_status expected,
                          const char *word)
{
    nacre_error err = {0};
    nacre_baseline_result *result = (nacre_baseline_result *)&err;
    assert_int_equal(nacre_baseline_alarms(ctx, trades, NULL, vpin, baseline, bars, &result, &err),
                     expected);
    assert_null(result);
    assert_non_null(strstr(err.message, word));
}

static void bad_input_is_refused(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_trades trades = make_trades();
    nacre_vpin_result vpin = make_vpin(NACRE_VPIN_CAUSAL);
    const nacre_baseline volume = NACRE_BASELINE_VOLUME;
    expect_status(ctx, NULL, &vpin, volume, BARS, NACRE_E_ARG, "trades");
    expect_status(ctx, &trades, NULL, volume, BARS, NACRE_E_ARG, "vpin");
    expect_status(ctx, &trades, &vpin, (nacre_baseline)7, BARS, NACRE_E_ARG, "kind 7");
    expect_status(ctx, &trades, &vpin, volume, 0, NACRE_E_ARG, "bars is 0");
    nacre_vpin_result empty = {0};
    expect_status(ctx, &trades, &empty, volume, BARS, NACRE_E_ARG, "nacre_vpin_batch");
    ts[17] = ts[16] - 1;
    expect_status(ctx, &trades, &vpin, volume, BARS, NACRE_E_ORDER, "row 17");
    (void)make_trades();
    size[19] = 0;
    expect_status(ctx, &trades, &vpin, volume, BARS, NACRE_E_RANGE, "row 19");
    (void)make_trades();
    ts[21] = ts[20];
    size[20] = size[21] = INT64_MAX;
    expect_status(ctx, &trades, &vpin, volume, BARS, NACRE_E_RANGE, "row 21");
    (void)make_trades();
    price[23] = INT64_MAX;
    expect_status(ctx, &trades, &vpin, volume, BARS, NACRE_E_RANGE, "row");
    nacre_ctx_destroy(ctx);
}

static void no_buckets_and_destroy_null(void **state)
{
    (void)state;
    nacre_ctx *ctx = make_ctx();
    nacre_trades trades = make_trades();
    nacre_vpin_result vpin = make_vpin(NACRE_VPIN_CAUSAL);
    vpin.bucket_count = 0;
    nacre_baseline_result *result;
    assert_int_equal(nacre_baseline_alarms(ctx, &trades, NULL, &vpin, NACRE_BASELINE_VOLUME, BARS,
                                           &result, NULL),
                     NACRE_OK);
    assert_int_equal(result->count, 0);
    assert_int_equal(result->alarm_count, 0);
    nacre_baseline_destroy(ctx, result);
    nacre_baseline_destroy(ctx, NULL);
    nacre_ctx_destroy(ctx);
}

static void score_by_hand(void **state)
{
    (void)state;
    const nacre_episode episodes[] = {
        {NACRE_EPISODE_INFORMED, 10, 20},           // before judging begins
        {NACRE_EPISODE_INFORMED, 100, 120},         // alarms at 105 and 110: delay 5
        {NACRE_EPISODE_VOLATILITY_BURST, 140, 150}, // alarm at 145
        {NACRE_EPISODE_INFORMED, 200, 220},         // alarm at 225, within the grace: delay 25
        {NACRE_EPISODE_CALM, 300, 310},
        {NACRE_EPISODE_INFORMED, 400, 420}, // alarm at 431, after the grace
        {NACRE_EPISODE_INFORMED, 500, 520}, // alarm at 500: delay 0
    };
    static const int64_t begins[] = {12, 105, 110, 145, 225, 431, 500, 999};
    nacre_vpin_alarm alarms[8] = {{0}};
    for (size_t i = 0; i < 8; i++)
        alarms[i].begin_ns = begins[i];
    nacre_alarm_score score;
    nacre_alarm_score_kind(alarms, 8, episodes, 7, NACRE_EPISODE_INFORMED, 50, 10, &score);
    assert_int_equal(score.episodes, 4);
    assert_int_equal(score.detected, 3);
    assert_int_equal(score.alarms, 8);
    assert_int_equal(score.false_alarms, 3); // 145, 431, 999
    assert_int_equal(score.median_delay_ns, 5);
    nacre_alarm_score_kind(alarms, 8, episodes, 7, NACRE_EPISODE_VOLATILITY_BURST, 50, 10, &score);
    assert_int_equal(score.episodes, 1);
    assert_int_equal(score.detected, 1);
    assert_int_equal(score.median_delay_ns, 5);
    nacre_alarm_score_kind(alarms, 8, episodes, 7, NACRE_EPISODE_CALM, 50, 10, &score);
    assert_int_equal(score.episodes, 1);
    assert_int_equal(score.detected, 0);
    assert_int_equal(score.median_delay_ns, -1);
    // Two delays, 5 and 25: the lower of the two in the middle.
    nacre_alarm_score_kind(alarms, 8, episodes, 4, NACRE_EPISODE_INFORMED, 50, 10, &score);
    assert_int_equal(score.detected, 2);
    assert_int_equal(score.median_delay_ns, 5);
    nacre_alarm_score_kind(NULL, 0, NULL, 0, NACRE_EPISODE_INFORMED, 0, 0, &score);
    assert_int_equal(score.episodes, 0);
    assert_int_equal(score.median_delay_ns, -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(baselines_equal_slow_reference),
        cmocka_unit_test(calendar_sessions_equal_utc_days),
        cmocka_unit_test(bad_input_is_refused),
        cmocka_unit_test(no_buckets_and_destroy_null),
        cmocka_unit_test(score_by_hand),
    };
    return cmocka_run_group_tests_name("toxicity", tests, NULL, NULL);
}
