// SPDX-License-Identifier: Apache-2.0
// VPIN on examples small enough for paper: the arithmetic stands beside each expected figure.
#include "engine/vpin/vpin_state.h"
#include "vpin_support.h"

#include <math.h>

static void test_buy_units(void **state)
{
    (void)state;
    const int64_t most = NACREI_VPIN_VOLUME_MAX;
    assert_true(nacrei_vpin_buy_units(7, 0.0) == 0);
    assert_true(nacrei_vpin_buy_units(7, 0.5) == 7 << 19);
    assert_true(nacrei_vpin_buy_units(7, 1.0) == 7 << 20);
    assert_true(nacrei_vpin_buy_units(most, 1.0) == (nacrei_i128)most << 20);
    // Ties go to even: 1/2 -> 0, 3/2 -> 2, 5/2 -> 2.
    assert_true(nacrei_vpin_buy_units(1, 0x1p-21) == 0);
    assert_true(nacrei_vpin_buy_units(3, 0x1p-21) == 2);
    assert_true(nacrei_vpin_buy_units(5, 0x1p-21) == 2);
    assert_true(nacrei_vpin_buy_units(1, 0x1.0000000000001p-21) == 1);
    assert_true(nacrei_vpin_buy_units(most, 0x1p-1074) == 0);
    assert_true(nacrei_vpin_buy_units(most, 0x1p-73) == 1);
}

static void test_ratio(void **state)
{
    (void)state;
    const int64_t one = INT64_C(1) << 48;
    assert_int_equal(nacrei_vpin_ratio(0, 5), one);
    assert_int_equal(nacrei_vpin_ratio((nacrei_i128)5 << 20, 5), one);
    assert_int_equal(nacrei_vpin_ratio((nacrei_i128)5 << 19, 5), 0);
    // |2 - 1| / 3 of 2^48 = 93824992236885.33
    assert_int_equal(nacrei_vpin_ratio((nacrei_i128)2 << 20, 3), INT64_C(93824992236885));
    // 1/6: |2 * 3.5 - 6| / 6 of 2^48 = 46912496118442.67
    assert_int_equal(nacrei_vpin_ratio((nacrei_i128)7 << 19, 6), INT64_C(46912496118443));
    assert_int_equal(nacrei_vpin_ratio(0, 0), 0);
}

static void test_mean_ratio(void **state)
{
    (void)state;
    const int64_t one = INT64_C(1) << 48;
    assert_true(nacrei_vpin_mean_ratio(0, 3) == 0.0);
    assert_true(nacrei_vpin_mean_ratio(1, 1) == 0x1p-48);
    assert_true(nacrei_vpin_mean_ratio(32767 * one, 32767) == 1.0);
    assert_true(nacrei_vpin_mean_ratio(one, 3) == 1.0 / 3.0);
    // 2^53 + 1 is no double: one rounding, to even.
    assert_true(nacrei_vpin_mean_ratio((INT64_C(1) << 53) + 1, 1) == 0x1p5);
    // (2^54 + 1) / 3 = 6004799503160661.67: first rounding the sum to a double would give .33 .
    assert_true(nacrei_vpin_mean_ratio((INT64_C(1) << 54) + 1, 3) == 6004799503160662.0 * 0x1p-48);
}

static double sigma_of(const int64_t *steps, size_t count)
{
    nacrei_vpin_sums sums = {0};
    for (size_t i = 0; i < count; i++)
        nacrei_vpin_sums_add(&sums, steps[i]);
    return nacrei_vpin_sigma(&sums);
}

static void test_sigma(void **state)
{
    (void)state;
    const int64_t far = INT64_C(1) << 45, most = NACREI_VPIN_DP_MAX;
    assert_true(isnan(sigma_of((const int64_t[]){5}, 1)));
    assert_true(sigma_of((const int64_t[]){5, 5, 5}, 3) == 0.0);
    assert_true(sigma_of((const int64_t[]){1, 2, 3, 4}, 4) == sqrt(5.0 / 3.0));
    // The same far from zero, where floating sums of squares would have lost it.
    assert_true(sigma_of((const int64_t[]){far + 1, far + 2, far + 3, far + 4}, 4) ==
                sqrt(5.0 / 3.0));
    assert_true(sigma_of((const int64_t[]){-far, -far - 2}, 2) == sqrt(2.0));
    assert_true(sigma_of((const int64_t[]){most, -most}, 2) == 0x1p46 * sqrt(2.0));
    // 2^33 alternating steps of the largest size: the numerator has 159 bits.
    nacrei_vpin_sums sums = {(nacrei_i128)1 << 125, 0, UINT64_C(1) << 33};
    assert_true(fabs(nacrei_vpin_sigma(&sums) / 0x1p46 - 1.0) < 1e-9);
}

/// Trades as rows of {seconds, cents, size, side, flags}.
static vpin_tape tape_of(const int64_t (*rows)[5], size_t count)
{
    vpin_tape tape = vpin_tape_new(count);
    for (size_t i = 0; i < count; i++) {
        tape.ts[i] = MONDAY + rows[i][0] * SECOND;
        tape.price[i] = rows[i][1] * (SECOND / 100);
        tape.size[i] = rows[i][2];
        tape.side[i] = (int8_t)rows[i][3];
        tape.flags[i] = (uint8_t)rows[i][4];
    }
    return tape;
}

#define TAPE(...)                                                                                  \
    tape_of((const int64_t[][5]){__VA_ARGS__}, sizeof((const int64_t[][5]){__VA_ARGS__}) / 40)

static void test_sides(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = TAPE({1, 100, 7, 1, 0}, {2, 101, 6, -1, 0}, {3, 102, 4, 0, 0},
                          {4, 103, 13, 1, 0}, {5, 104, 2, -1, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 10;
    options.window = 2;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    // 7 B + 3 S | 3 S + 4 half + 3 B | 10 B | 2 S stay open
    assert_int_equal(result->bucket_count, 3);
    const nacre_vpin_bucket *b = result->buckets;
    assert_int_equal(b[0].buy_lots, 7);
    assert_int_equal(b[1].buy_lots, 5);
    assert_int_equal(b[2].buy_lots, 10);
    assert_true(fabs(b[0].imbalance - 0.4) < 1e-14 && b[1].imbalance == 0.0 &&
                b[2].imbalance == 1.0);
    assert_true(isnan(b[0].vpin) && fabs(b[1].vpin - 0.2) < 1e-14 && b[2].vpin == 0.5);
    assert_true(isnan(b[2].cdf));
    assert_int_equal(b[0].start_ns, MONDAY + 1 * SECOND);
    assert_int_equal(b[0].end_ns, MONDAY + 2 * SECOND);
    assert_int_equal(b[1].start_ns, MONDAY + 2 * SECOND);
    assert_int_equal(b[1].duration_ns, 2 * SECOND);
    assert_int_equal(b[2].duration_ns, 0);
    assert_int_equal(b[1].price, 103 * (SECOND / 100));
    assert_int_equal(result->trades, 5);
    assert_int_equal(result->bars, 0);
    assert_int_equal(result->total_volume, 32);
    assert_int_equal(result->open_bucket_volume, 2);
    assert_int_equal(result->bucket_volume, 10);
    assert_int_equal(result->cdf_count, 2);
    assert_true(!result->look_ahead && fabs(result->mean_vpin - 0.35) < 1e-14);
    assert_int_equal(result->options.cdf_window, 12500);
    assert_int_equal(result->options.classify, NACRE_VPIN_CLASSIFY_SIDE);
    nacre_vpin_result_destroy(ctx, result);
    nacre_vpin_result_destroy(ctx, NULL);
    vpin_tape_free(&tape);
}

/// Two bars: dP = +1 (own first price) and -1, so sd = sqrt 2 and Z = Phi(+-1/sqrt 2), where
/// Phi(1/sqrt 2) = (1 + erf 0.5) / 2 = 0.76024993890652327 (Abramowitz & Stegun, table 7.1).
static void test_bulk_volume(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = TAPE({1, 10000, 40, 0, 0}, {2, 10100, 60, 0, 0}, {61, 9000, 250, 0, 0},
                          {62, 10000, 50, 0, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_ELO_RESEARCH);
    options.buckets_per_day = 1;
    options.window = 1;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->bucket_count, 1);
    assert_int_equal(result->buckets[0].volume, 400);
    assert_true(fabs(result->sigma - sqrt(2.0)) < 1e-15);
    const double z = 0.76024993890652327;
    double buy = 100 * z + 300 * (1 - z);
    double ours = (double)result->buckets[0].buy_lots +
                  (double)result->buckets[0].buy_frac / (double)(1 << 20);
    assert_true(fabs(ours - buy) <= 0x1p-20);
    assert_true(fabs(result->buckets[0].vpin - fabs(2 * buy - 400) / 400) < 1e-7);
    assert_true(result->buckets[0].cdf == 1.0 && result->look_ahead);
    assert_int_equal(result->bars, 2);
    assert_int_equal(result->unclassified_bars, 0);
    nacre_vpin_result_destroy(ctx, result);

    // By the bar's own prices the second step is +10: steps 1 and 10, sd = 9 / sqrt 2.
    options.mode = NACRE_VPIN_ABAD_YAGUE;
    result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_true(fabs(result->sigma - 9.0 / sqrt(2.0)) < 1e-14);
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
}

static void test_auctions(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = TAPE({1, 100, 5, 1, 0}, {2, 100, 9, 1, NACRE_TRADE_AUCTION}, {3, 100, 5, 1, 0},
                          {4, 100, 1, 1, NACRE_TRADE_AUCTION}, {5, 100, 20, -1, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 10;
    options.window = 1;
    static const struct {
        nacre_vpin_auctions auctions;
        uint64_t trades;
        int64_t lots, volume;
        uint32_t frac;
    } expected[] = {
        {NACRE_VPIN_AUCTIONS_HALF, 5, 7, 40, 1 << 19}, // 5 B + 5 half
        {NACRE_VPIN_AUCTIONS_EXCLUDE, 3, 10, 30, 0},
        {NACRE_VPIN_AUCTIONS_SIGN, 5, 10, 40, 0},
    };
    for (size_t i = 0; i < 3; i++) {
        options.auctions = expected[i].auctions;
        nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
        assert_int_equal(result->trades, expected[i].trades);
        assert_int_equal(result->total_volume, expected[i].volume);
        assert_int_equal(result->buckets[0].buy_lots, expected[i].lots);
        assert_int_equal(result->buckets[0].buy_frac, expected[i].frac);
        nacre_vpin_result_destroy(ctx, result);
    }
    vpin_tape_free(&tape);
}

/// Days of 1000, 3000 and 500 lots at ten buckets a day: V = 100 on day two, 200 on day three.
static void test_bucket_volume_and_warmup(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = TAPE({10, 100, 1000, 1, 0}, {86410, 101, 3000, 1, 0}, {172810, 102, 500, 1, 0},
                          {172811, 102, 50, 1, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.buckets_per_day = 10;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->sessions, 3);
    assert_int_equal(result->warmup_sessions, 1);
    assert_int_equal(result->bucket_count, 32);
    assert_int_equal(result->buckets[29].volume, 100);
    assert_int_equal(result->buckets[30].volume, 200);
    assert_int_equal(result->open_bucket_volume, 150);
    assert_int_equal(result->bucket_volume, 200);
    nacre_vpin_result_destroy(ctx, result);

    options.lookback = 1; // day three: 3000 / 10
    result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->buckets[30].volume, 300);
    nacre_vpin_result_destroy(ctx, result);

    options.warmup = NACRE_VPIN_WARMUP_FIRST_SESSION;
    result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_true(result->look_ahead);
    assert_int_equal(result->bucket_count, 10 + 30 + 1);
    assert_int_equal(result->buckets[0].volume, 100);
    nacre_vpin_result_destroy(ctx, result);

    options.warmup = NACRE_VPIN_WARMUP_REFUSE;
    nacre_error err;
    assert_int_equal(nacre_vpin_batch(ctx, &tape.view, NULL, &options, &result, &err),
                     NACRE_E_STATE);
    assert_null(result);
    assert_non_null(strstr(err.message, "--bucket-volume"));
    assert_non_null(strstr(err.message, "--warmup"));
    vpin_tape_free(&tape);
}

/// A bucket keeps the V with which it opened, unless the session's end drops it.
static void test_sessions(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape =
        TAPE({10, 100, 100, 1, 0}, {86400 + 10, 100, 15, 1, 0}, {2 * 86400 + 10, 100, 8, -1, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.buckets_per_day = 10;
    options.lookback = 1;
    options.window = 1;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->bucket_count, 5); // 10 | 5 B + 5 S with V of day two | 3 of V = 1
    assert_int_equal(result->buckets[1].volume, 10);
    assert_int_equal(result->buckets[1].buy_lots, 5);
    assert_int_equal(result->buckets[1].duration_ns, DAY); // UTC days adjoin
    nacre_vpin_result_destroy(ctx, result);

    options.reset_session = true;
    result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->bucket_count, 1 + 8); // 8 buckets of 1 on day three
    assert_int_equal(result->buckets[1].volume, 1);
    assert_int_equal(result->buckets[1].buy_lots, 0);
    assert_int_equal(result->buckets[1].start_ns, MONDAY + (2 * 86400 + 10) * SECOND);
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
}

/// New York's night of 17.5 hours is not part of a bucket's duration.
static void test_duration_without_the_night(void **state)
{
    nacre_ctx *ctx = *state;
    nacre_calendar *calendar;
    nacre_error err;
    if (nacre_calendar_open(ctx, "XNYS", &calendar, &err)) {
        print_message("SKIP vpin.duration_without_the_night: %s\n", err.message);
        return;
    }
    // Tuesday 2024-01-02 15:50 and Wednesday 10:00 in New York (UTC-5).
    vpin_tape tape = TAPE({86400 + 75000, 100, 10, 1, 0}, {2 * 86400 + 54000, 100, 10, 1, 0});
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 20;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, calendar, &options);
    assert_int_equal(result->sessions, 2);
    assert_int_equal(result->bucket_count, 1);
    assert_int_equal(result->buckets[0].duration_ns, 40 * MINUTE); // 10 min + 30 min
    nacre_vpin_result_destroy(ctx, result);
    nacre_calendar_close(calendar);
    vpin_tape_free(&tape);
}

/// Bars split half and half until min_bars steps lie before them, or while all steps are equal.
static void test_unclassified_bars(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = vpin_tape_new(10);
    for (int i = 0; i < 10; i++) {
        tape.ts[i] = MONDAY + i * MINUTE;
        tape.price[i] = i < 5 ? SECOND : (i % 2 ? 2 : 1) * SECOND;
        tape.size[i] = 4;
    }
    nacre_vpin_options options = vpin_options(NACRE_VPIN_CAUSAL);
    options.bucket_volume = 4;
    options.min_bars = 3;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    // Bars 0..2: too few before; 3..5: sigma of equal steps is 0; from 6 on classified.
    assert_int_equal(result->bars, 10);
    assert_int_equal(result->unclassified_bars, 6);
    for (int i = 0; i < 10; i++)
        assert_int_equal(result->buckets[i].imbalance > 0.0, i >= 6);
    assert_true(result->buckets[6].buy_lots < 2 && result->buckets[7].buy_lots >= 2);
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
}

/// Buckets alternate as told; the level alarm begins at a crossing, ends by hysteresis or horizon.
static void test_level_alarm(void **state)
{
    nacre_ctx *ctx = *state;
    static const int8_t imbalance[] = {0, 1, 1, 0, 1, 1, 1, 1, 0, 1};
    enum { COUNT = sizeof imbalance };
    vpin_tape tape = vpin_tape_new(COUNT);
    for (int i = 0; i < COUNT; i++) {
        tape.ts[i] = MONDAY + i * SECOND;
        tape.price[i] = SECOND;
        tape.size[i] = 10;
        tape.side[i] = imbalance[i];
    }
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 10;
    options.window = 1;
    options.level = 0.5;
    options.horizon_buckets = 3;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    // 1-2 by hysteresis; 4-6 by the horizon (7 needs a fresh crossing); 9 is still on.
    assert_int_equal(result->alarm_count, 3);
    const nacre_vpin_alarm *a = result->alarms;
    assert_int_equal(a[0].begin_bucket, 1);
    assert_int_equal(a[0].end_bucket, 3);
    assert_int_equal(a[0].begin_ns, MONDAY + 1 * SECOND);
    assert_int_equal(a[0].end_ns, MONDAY + 2 * SECOND);
    assert_int_equal(a[1].begin_bucket, 4);
    assert_int_equal(a[1].end_bucket, 7);
    assert_int_equal(a[2].begin_bucket, 9);
    assert_true(a[2].end_bucket == UINT64_MAX);
    assert_true(a[0].kind == NACRE_VPIN_ALARM_LEVEL && a[0].peak_vpin == 1.0);
    assert_int_equal(result->buckets[7].alarm, 0);
    assert_int_equal(result->buckets[9].alarm, NACRE_VPIN_ALARM_LEVEL);
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
}

/// The CDF counts the values before, itself excluded, from cdf_min values on.
static void test_causal_cdf(void **state)
{
    nacre_ctx *ctx = *state;
    // One trade of each size against 10 - size: imbalances 0.2 0.6 0.4 0.6 1.0 0.0
    static const int64_t buys[] = {6, 8, 7, 8, 10, 5};
    vpin_tape tape = vpin_tape_new(12);
    size_t rows = 0;
    for (int i = 0; i < 6; i++)
        for (int side = 1; side >= -1; side -= 2) {
            int64_t size = side > 0 ? buys[i] : 10 - buys[i];
            if (!size)
                continue;
            tape.ts[rows] = MONDAY + i * SECOND;
            tape.price[rows] = SECOND;
            tape.size[rows] = size;
            tape.side[rows++] = (int8_t)side;
        }
    tape.view.rows = rows;
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 10;
    options.window = 1;
    options.cdf_min = 2;
    options.cdf_window = 3;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    static const double expected[] = {-1.0, -1.0, 1.0 / 2.0, 1.0, 1.0, 0.0};
    for (size_t i = 0; i < 6; i++) {
        double cdf = result->buckets[i].cdf;
        assert_true(expected[i] < 0.0 ? isnan(cdf) : cdf == expected[i]);
    }
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
}

static void expect_batch(nacre_ctx *ctx, const vpin_tape *tape, const nacre_vpin_options *options,
                         nacre_status status, const char *part)
{
    nacre_vpin_result *result = (nacre_vpin_result *)&status;
    nacre_error err = {0};
    assert_int_equal(nacre_vpin_batch(ctx, &tape->view, NULL, options, &result, &err), status);
    assert_null(result);
    if (!strstr(err.message, part) || strchr(err.message, '\n'))
        fail_msg("no \"%s\" in: %s", part, err.message);
}

static void test_bad_rows(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = vpin_tape_random(3, 1, 100);
    nacre_vpin_options options = vpin_options(NACRE_VPIN_CAUSAL);
    options.bucket_volume = 100;
    for (size_t row = 1; row < 100; row++) { // every place within a run of 16
        char name[32];
        (void)snprintf(name, sizeof name, "trade %zu ", row);
        int64_t keep = tape.size[row];
        tape.size[row] = 0;
        expect_batch(ctx, &tape, &options, NACRE_E_RANGE, name);
        tape.size[row] = -5;
        expect_batch(ctx, &tape, &options, NACRE_E_RANGE, name);
        tape.size[row] = INT64_C(1) << 53;
        expect_batch(ctx, &tape, &options, NACRE_E_RANGE, name);
        tape.size[row] = keep;
        keep = tape.ts[row];
        tape.ts[row] = tape.ts[row - 1] - 1;
        expect_batch(ctx, &tape, &options, NACRE_E_ORDER, name);
        tape.ts[row] = INT64_MIN + 3;
        expect_batch(ctx, &tape, &options, NACRE_E_RANGE, name);
        tape.ts[row] = INT64_MAX - 3;
        expect_batch(ctx, &tape, &options, NACRE_E_RANGE, name);
        tape.ts[row] = keep;
    }
    tape.price[60] = INT64_MAX;
    tape.price[59] = tape.price[61] = INT64_MIN;
    options.bar_ns = 1;
    expect_batch(ctx, &tape, &options, NACRE_E_RANGE, "2^46");
    vpin_tape_free(&tape);

    tape = TAPE({1, 100, NACREI_VPIN_VOLUME_MAX, 1, 0}, {1, 100, 1, 1, 0});
    options = vpin_options(NACRE_VPIN_CAUSAL);
    options.bucket_volume = NACREI_VPIN_VOLUME_MAX;
    expect_batch(ctx, &tape, &options, NACRE_E_RANGE, "the bar that holds trade 1 ");
    options.mode = NACRE_VPIN_AGGRESSOR;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(result->bucket_count, 1);
    assert_true(result->buckets[0].buy_lots == NACREI_VPIN_VOLUME_MAX);
    nacre_vpin_result_destroy(ctx, result);
    options.bucket_volume = 1;
    expect_batch(ctx, &tape, &options, NACRE_E_LIMIT, "--bucket-volume");
    tape.view.side = NULL;
    expect_batch(ctx, &tape, &options, NACRE_E_ARG, "side");
    tape.view.price = NULL;
    expect_batch(ctx, &tape, &options, NACRE_E_ARG, "price");
    vpin_tape_free(&tape);
}

static void test_nothing_in_nothing_out(void **state)
{
    nacre_ctx *ctx = *state;
    nacre_trades none = {0};
    nacre_vpin_options options = vpin_options(NACRE_VPIN_CAUSAL);
    for (int mode = NACRE_VPIN_CAUSAL; mode <= NACRE_VPIN_AGGRESSOR; mode++) {
        options.mode = (nacre_vpin_mode)mode;
        nacre_vpin_result *result = vpin_run(ctx, &none, NULL, &options);
        assert_int_equal(result->bucket_count + result->sessions + result->trades, 0);
        assert_true(isnan(result->mean_vpin) && isnan(result->sigma));
        nacre_vpin_result_destroy(ctx, result);
    }
}

static int set_up(void **state)
{
    *state = vpin_ctx(NULL);
    return 0;
}

static int tear_down(void **state)
{
    nacre_ctx_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_buy_units),
        cmocka_unit_test(test_ratio),
        cmocka_unit_test(test_mean_ratio),
        cmocka_unit_test(test_sigma),
        cmocka_unit_test(test_sides),
        cmocka_unit_test(test_bulk_volume),
        cmocka_unit_test(test_auctions),
        cmocka_unit_test(test_bucket_volume_and_warmup),
        cmocka_unit_test(test_sessions),
        cmocka_unit_test(test_duration_without_the_night),
        cmocka_unit_test(test_unclassified_bars),
        cmocka_unit_test(test_level_alarm),
        cmocka_unit_test(test_causal_cdf),
        cmocka_unit_test(test_bad_rows),
        cmocka_unit_test(test_nothing_in_nothing_out),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
