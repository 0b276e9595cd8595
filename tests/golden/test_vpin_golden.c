// SPDX-License-Identifier: Apache-2.0
// VPIN against values that our code had no part in: tests/oracle/vpin_oracle.py (Python, fractions
// and math.erfc) on seeded tapes and on SPY, and the reference folder's aggressor-side VPIN of two
// Binance tapes, which is exact.
#include "vpin_support.h"

#include <math.h>
#include <unistd.h>

#define BUY_TOLERANCE 4 ///< in 2^-20 size units: the oracle's erfc differs in the last bits
#define VPIN_TOLERANCE 1e-12

static bool have_python(void)
{
    return system("python3 -c 'import zoneinfo' >/dev/null 2>&1") == 0;
}

/// One bucket line of the oracle.
typedef struct oracle_line {
    long long start, end, duration, volume, buy, price;
    double vpin, cdf;
    int alarm;
} oracle_line;

static void compare_line(const oracle_line *line, const nacre_vpin_bucket *bucket, size_t i,
                         int64_t buy_tolerance, double vpin_tolerance)
{
    int64_t buy = bucket->buy_lots * (1 << 20) + bucket->buy_frac;
    bool same = line->start == bucket->start_ns && line->end == bucket->end_ns &&
                line->duration == bucket->duration_ns && line->volume == bucket->volume &&
                line->price == bucket->price && llabs(line->buy - buy) <= buy_tolerance;
    if (isnan(line->vpin))
        same = same && isnan(bucket->vpin);
    else
        same = same && fabs(bucket->vpin - line->vpin) <= vpin_tolerance * line->vpin;
    if (isnan(line->cdf))
        same = same && isnan(bucket->cdf);
    else
        same = same && fabs(bucket->cdf - line->cdf) <= 1e-12;
    same = same && line->alarm == (bucket->alarm & NACRE_VPIN_ALARM_CDF ? 1 : 0);
    if (!same)
        fail_msg("bucket %zu: oracle %lld %lld %lld V %lld buy %lld vpin %.17g cdf %.17g alarm %d, "
                 "ours %lld %lld %lld V %lld buy %lld vpin %.17g cdf %.17g alarm %u",
                 i, line->start, line->end, line->duration, line->volume, line->buy, line->vpin,
                 line->cdf, line->alarm, (long long)bucket->start_ns, (long long)bucket->end_ns,
                 (long long)bucket->duration_ns, (long long)bucket->volume, (long long)buy,
                 bucket->vpin, bucket->cdf, bucket->alarm);
}

/// Runs the oracle with `arguments` on `path` and compares every bucket and the totals.
static void compare_with_oracle(const char *arguments, const char *path,
                                const nacre_vpin_result *result, int64_t buy_tolerance,
                                double vpin_tolerance)
{
    const char *source = getenv("NACRE_SOURCE");
    char command[2048];
    (void)snprintf(command, sizeof command, "python3 '%s/tests/oracle/vpin_oracle.py' %s '%s'",
                   source ? source : ".", arguments, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    char text[512];
    size_t count = 0;
    bool totals = false;
    while (fgets(text, sizeof text, pipe)) {
        unsigned long long trades, bars, sessions, buckets, values;
        long long volume;
        double mean;
        if (sscanf(text,
                   "# trades=%llu bars=%llu sessions=%llu volume=%lld buckets=%llu values=%llu "
                   "mean=%lf",
                   &trades, &bars, &sessions, &volume, &buckets, &values, &mean) == 7) {
            totals = true;
            assert_int_equal(trades, result->trades);
            assert_int_equal(bars, result->bars);
            assert_int_equal(sessions, result->sessions);
            assert_int_equal(volume, result->total_volume);
            assert_int_equal(buckets, result->bucket_count);
            assert_int_equal(values, result->cdf_count);
            assert_true(isnan(mean) ? isnan(result->mean_vpin)
                                    : fabs(mean - result->mean_vpin) <= 1e-12);
            continue;
        }
        oracle_line line;
        int fields = sscanf(text, "%lld,%lld,%lld,%lld,%lld,%lf,%lf,%d,%lld", &line.start,
                            &line.end, &line.duration, &line.volume, &line.buy, &line.vpin,
                            &line.cdf, &line.alarm, &line.price);
        assert_int_equal(fields, 9);
        assert_true(count < result->bucket_count);
        compare_line(&line, &result->buckets[count], count, buy_tolerance, vpin_tolerance);
        count++;
    }
    assert_int_equal(pclose(pipe), 0);
    assert_true(totals);
    assert_int_equal(count, result->bucket_count);
}

static void write_tape(const vpin_tape *tape, char path[64])
{
    (void)snprintf(path, 64, "/tmp/nacre-vpin-XXXXXX");
    int file = mkstemp(path);
    assert_true(file >= 0);
    FILE *out = fdopen(file, "w");
    assert_non_null(out);
    for (size_t i = 0; i < tape->view.rows; i++)
        (void)fprintf(out, "%lld,%lld,%lld,%u,%d\n", (long long)tape->ts[i],
                      (long long)tape->price[i], (long long)tape->size[i], tape->flags[i],
                      tape->side[i]);
    assert_int_equal(fclose(out), 0);
}

/// One way to call both.
typedef struct variant {
    const char *arguments;
    nacre_vpin_mode mode;
    nacre_vpin_auctions auctions;
    nacre_vpin_warmup warmup;
    bool reset;
    uint32_t buckets_per_day, window, lookback, min_bars, cdf_window, cdf_min;
    int64_t bucket_volume;
    double threshold;
} variant;

static const variant variants[] = {
    {"--mode elo_research --threshold 0.9", NACRE_VPIN_ELO_RESEARCH, NACRE_VPIN_AUCTIONS_HALF,
     NACRE_VPIN_WARMUP_REFUSE, false, 50, 50, 20, 30, 12500, 500, 0, 0.9},
    {"--mode abad_yague --auctions exclude --threshold 0.9 --window 20", NACRE_VPIN_ABAD_YAGUE,
     NACRE_VPIN_AUCTIONS_EXCLUDE, NACRE_VPIN_WARMUP_REFUSE, false, 50, 20, 20, 30, 12500, 500, 0,
     0.9},
    {"--mode causal --lookback 4 --cdf-min 40 --cdf-window 300 --threshold 0.9", NACRE_VPIN_CAUSAL,
     NACRE_VPIN_AUCTIONS_HALF, NACRE_VPIN_WARMUP_SKIP_SESSION, false, 50, 50, 4, 30, 300, 40, 0,
     0.9},
    {"--mode causal --lookback 2 --cdf-min 40 --cdf-window 90 --threshold 0.8 --auctions sign "
     "--reset-session --window 7 --buckets-per-day 33 --horizon 33 --warmup first_session",
     NACRE_VPIN_CAUSAL, NACRE_VPIN_AUCTIONS_SIGN, NACRE_VPIN_WARMUP_FIRST_SESSION, true, 33, 7, 2,
     30, 90, 40, 0, 0.8},
    {"--mode causal --auctions exclude --bucket-volume 3700 --cdf-min 100 --window 9 --threshold "
     "0.9 "
     "--min-bars 500",
     NACRE_VPIN_CAUSAL, NACRE_VPIN_AUCTIONS_EXCLUDE, NACRE_VPIN_WARMUP_REFUSE, false, 50, 9, 20,
     500, 12500, 100, 3700, 0.9},
    {"--mode aggressor --lookback 3 --cdf-min 50 --threshold 0.9", NACRE_VPIN_AGGRESSOR,
     NACRE_VPIN_AUCTIONS_HALF, NACRE_VPIN_WARMUP_SKIP_SESSION, false, 50, 50, 3, 30, 12500, 50, 0,
     0.9},
    {"--mode aggressor --bucket-volume 2100 --auctions exclude --cdf-min 50 --window 3 "
     "--threshold 0.97 --reset-session",
     NACRE_VPIN_AGGRESSOR, NACRE_VPIN_AUCTIONS_EXCLUDE, NACRE_VPIN_WARMUP_REFUSE, true, 50, 3, 20,
     30, 12500, 50, 2100, 0.97},
};

static void test_oracle_on_seeded_tape(void **state)
{
    (void)state;
    if (!have_python()) {
        print_message("SKIP vpin_golden.oracle: no python3 with zoneinfo\n");
        return;
    }
    nacre_ctx *ctx = vpin_ctx(NULL);
    vpin_tape tape = vpin_tape_random(17, 12, 2500);
    char path[64];
    write_tape(&tape, path);
    size_t alarms = 0;
    for (size_t i = 0; i < sizeof variants / sizeof variants[0]; i++) {
        const variant *v = &variants[i];
        nacre_vpin_options options = vpin_options(v->mode);
        options.auctions = v->auctions;
        options.warmup = v->warmup;
        options.reset_session = v->reset;
        options.buckets_per_day = v->buckets_per_day;
        options.window = v->window;
        options.lookback = v->lookback;
        options.min_bars = v->min_bars;
        options.cdf_window = v->cdf_window;
        options.cdf_min = v->cdf_min;
        options.bucket_volume = v->bucket_volume;
        options.cdf_threshold = v->threshold;
        nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
        bool exact = v->mode == NACRE_VPIN_AGGRESSOR;
        compare_with_oracle(v->arguments, path, result, exact ? 0 : BUY_TOLERANCE,
                            exact ? 0.0 : VPIN_TOLERANCE);
        assert_true(result->bucket_count > 100);
        alarms += result->alarm_count;
        nacre_vpin_result_destroy(ctx, result);
    }
    assert_true(alarms > 10); // else the alarm column was compared in vain
    (void)unlink(path);
    vpin_tape_free(&tape);
    nacre_ctx_destroy(ctx);
}

/// A decimal with at most 8 fractional digits in 1e-8.
static int64_t parse_e8(const char *text, char **end)
{
    int64_t value = strtoll(text, end, 10) * 100000000;
    if (**end != '.')
        return value;
    int64_t unit = 10000000;
    for (++*end; **end >= '0' && **end <= '9'; ++*end, unit /= 10)
        value += (**end - '0') * unit;
    return value;
}

static vpin_tape read_binance(const char *path)
{
    char command[1100], text[256];
    (void)snprintf(command, sizeof command, "xz -dc '%s'", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    vpin_tape tape = vpin_tape_new(30000);
    size_t rows = 0;
    assert_non_null(fgets(text, sizeof text, pipe)); // header
    while (fgets(text, sizeof text, pipe)) {
        char *at = strchr(text, ',');
        assert_non_null(at);
        tape.ts[rows] = strtoll(at + 1, &at, 10) * 1000000;
        at = strchr(at + 1, ',');
        assert_non_null(at);
        tape.price[rows] = parse_e8(at + 1, &at) * 10;
        tape.size[rows] = parse_e8(at + 1, &at);
        tape.side[rows] = at[1] == 'B' ? NACRE_SIDE_BUY : NACRE_SIDE_SELL;
        rows++;
    }
    assert_int_equal(pclose(pipe), 0);
    tape.view.rows = rows;
    return tape;
}

/// Every figure of a reference file: volumes as decimals, VPIN to its printed digits.
static void compare_reference(const char *path, const nacre_vpin_result *result)
{
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    char text[256];
    size_t i = 0, values = 0;
    assert_non_null(fgets(text, sizeof text, file));
    for (; fgets(text, sizeof text, file); i++) {
        assert_true(i < result->bucket_count);
        const nacre_vpin_bucket *bucket = &result->buckets[i];
        char *at;
        assert_int_equal(strtoull(text, &at, 10), i);
        assert_int_equal(strtoll(at + 1, &at, 10) * 1000000, bucket->end_ns);
        assert_int_equal(bucket->buy_frac, 0);
        assert_int_equal(parse_e8(at + 1, &at), bucket->buy_lots);
        assert_int_equal(parse_e8(at + 1, &at), bucket->volume - bucket->buy_lots);
        at[strcspn(at, "\r\n")] = 0;
        if (!at[1]) {
            assert_true(isnan(bucket->vpin));
            continue;
        }
        const char *point = strchr(at + 1, '.');
        char ours[64];
        (void)snprintf(ours, sizeof ours, "%.*f", point ? (int)strlen(point + 1) : 0, bucket->vpin);
        assert_string_equal(ours, at + 1);
        values++;
    }
    (void)fclose(file);
    assert_int_equal(i, result->bucket_count);
    assert_true(values > 50);
}

static void check_binance(const char *market, int64_t coins)
{
    const char *data = getenv("NACRE_DATA");
    if (!data || !data[0] || access(data, R_OK)) {
        print_message("SKIP vpin_golden.binance_%s: NACRE_DATA is not set\n", market);
        return;
    }
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/trades/binance_%s_btcusdt_20240808_trades.csv.xz", data,
                   market);
    nacre_ctx *ctx = vpin_ctx(NULL);
    vpin_tape tape = read_binance(path);
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = coins * 100000000;
    nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
    (void)snprintf(path, sizeof path,
                   "%s/reference/vpin/binance_%s_btcusdt_20240808_trades_V%lld_n50.csv", data,
                   market, (long long)coins);
    compare_reference(path, result);
    nacre_vpin_result_destroy(ctx, result);
    vpin_tape_free(&tape);
    nacre_ctx_destroy(ctx);
}

static void test_binance_spot(void **state)
{
    (void)state;
    check_binance("spot", 1);
}

static void test_binance_usdm(void **state)
{
    (void)state;
    check_binance("usdm", 10);
}

/// Reads all of a reader into one tape.
static vpin_tape read_all(nacre_reader *reader, uint32_t **conditions, size_t capacity)
{
    vpin_tape tape = vpin_tape_new(capacity);
    *conditions = vpin_memory(capacity * sizeof **conditions);
    nacre_trades block;
    nacre_error err;
    size_t rows = 0;
    for (;;) {
        if (nacre_reader_next(reader, &block, &err))
            fail_msg("%s", err.message);
        if (!block.rows)
            break;
        assert_true(rows + block.rows <= capacity);
        memcpy(tape.ts + rows, block.ts_event, block.rows * sizeof *tape.ts);
        memcpy(tape.price + rows, block.price, block.rows * sizeof *tape.price);
        memcpy(tape.size + rows, block.size, block.rows * sizeof *tape.size);
        memcpy(*conditions + rows, block.conditions, block.rows * sizeof **conditions);
        if (block.flags)
            memcpy(tape.flags + rows, block.flags, block.rows);
        rows += block.rows;
    }
    tape.view.rows = rows;
    tape.view.side = NULL;
    tape.view.conditions = *conditions;
    return tape;
}

/// Published scale apart (the phase of the buckets moves the mean by some thousandths), every
/// bucket of all modes on SPY equals the oracle's, which filters the raw file itself.
static void test_spy(void **state)
{
    (void)state;
    const char *data = getenv("NACRE_DATA");
    if (!data || !data[0] || access(data, R_OK) || !have_python()) {
        print_message("SKIP vpin_golden.spy: NACRE_DATA is not set, or no python3\n");
        return;
    }
    char path[1024];
    (void)snprintf(path, sizeof path, "%s/trades/lean_spy_trades_20131007_09.csv.xz", data);
    nacre_ctx *ctx = vpin_ctx(NULL);
    nacre_error err;
    nacre_reader_options reading;
    nacre_reader_options_init(&reading);
    reading.format = NACRE_FORMAT_LEAN;
    reading.symbol = "SPY";
    nacre_reader *reader;
    const char *paths[] = {path};
    if (nacre_reader_open(ctx, paths, 1, &reading, &reader, &err))
        fail_msg("%s", err.message);
    uint32_t *conditions;
    vpin_tape tape = read_all(reader, &conditions, 1200000);
    nacre_calendar *calendar;
    nacre_filtered *filtered;
    nacre_filter_options filter;
    nacre_filter_options_init(&filter);
    if (nacre_calendar_open(ctx, "XNYS", &calendar, &err) ||
        nacre_filter_trades(ctx, nacre_reader_instrument(reader), calendar, &filter, &tape.view,
                            &filtered, &err))
        fail_msg("%s", err.message);
    static const struct {
        const char *arguments;
        nacre_vpin_mode mode;
        nacre_vpin_auctions auctions;
        double mean, spread;
    } runs[] = {
        {"--format lean --mode elo_research", NACRE_VPIN_ELO_RESEARCH, NACRE_VPIN_AUCTIONS_HALF,
         0.254, 0.015},
        {"--format lean --mode abad_yague", NACRE_VPIN_ABAD_YAGUE, NACRE_VPIN_AUCTIONS_HALF, 0.261,
         0.015},
        {"--format lean --mode elo_research --auctions exclude", NACRE_VPIN_ELO_RESEARCH,
         NACRE_VPIN_AUCTIONS_EXCLUDE, 0.254, 0.015},
        {"--format lean --mode causal", NACRE_VPIN_CAUSAL, NACRE_VPIN_AUCTIONS_HALF, 0.25, 0.1},
    };
    for (size_t i = 0; i < sizeof runs / sizeof runs[0]; i++) {
        nacre_vpin_options options = vpin_options(runs[i].mode);
        options.auctions = runs[i].auctions;
        nacre_vpin_result *result = vpin_run(ctx, &filtered->kept, calendar, &options);
        compare_with_oracle(runs[i].arguments, path, result, BUY_TOLERANCE, VPIN_TOLERANCE);
        assert_true(fabs(result->mean_vpin - runs[i].mean) < runs[i].spread);
        if (runs[i].mode != NACRE_VPIN_CAUSAL)
            assert_int_equal(result->cdf_count, 101);
        nacre_vpin_result_destroy(ctx, result);
    }
    nacre_filtered_destroy(ctx, filtered);
    nacre_calendar_close(calendar);
    nacre_reader_close(reader);
    vpin_tape_free(&tape);
    free(conditions);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_oracle_on_seeded_tape),
        cmocka_unit_test(test_binance_spot),
        cmocka_unit_test(test_binance_usdm),
        cmocka_unit_test(test_spy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
