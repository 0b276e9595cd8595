// SPDX-License-Identifier: Apache-2.0
// VPIN over a year of a busy coin: 50 M trades, 250 UTC days, 139 trades a minute, in memory.
// vpin.batch is one causal run over all of them, vpin.stream pushes blocks of 1,000. Both are
// checked against the slow reference below, which keeps whole arrays and uses long double and
// erfcl.
#include "bench.h"

#include "core/alloc.h"
#include "kern/kern.h"
#include "nacre/vpin.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    DAYS = 250,
    TRADES_PER_DAY = 200000,
    BATCH_TRADES = DAYS * TRADES_PER_DAY,
    STREAM_DAYS = 30,
    STREAM_TRADES = STREAM_DAYS * TRADES_PER_DAY,
    STREAM_BLOCK = 1000,
    BARS_PER_DAY = 1440,
    BYTES_PER_TRADE = 16, // time and size; prices are read at the edges of bars only
    LOOKBACK = 20,
    MIN_BARS = 30,
    BUCKETS_PER_DAY = 50,
    WINDOW = 50,
};
static const int64_t DAY_NS = INT64_C(86400000000000);
static const int64_t START_NS = INT64_C(19723) * INT64_C(86400000000000); // 2024-01-01
static const double VPIN_BOUND = 1e-9; // volumes are rounded to 2^-20 lot in bars

typedef struct vpin_bench {
    size_t trades;
    int64_t *ts, *price, *size;
    void *memory;
    size_t memory_bytes;
    nacre_vpin_options options;
} vpin_bench;

/// splitmix64
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fill(vpin_bench *bench)
{
    const int64_t slot = DAY_NS / TRADES_PER_DAY;
    uint64_t state = 3;
    int64_t price = INT64_C(60000000000000);
    for (size_t i = 0; i < bench->trades; i++) {
        uint64_t r = next_random(&state);
        bench->ts[i] = START_NS + (int64_t)i * slot + (int64_t)(r >> 40) % slot;
        price += ((int64_t)(r & 3) * 2 - 3) * 10000000; // -3, -1, 1 or 3 cents
        bench->price[i] = price;
        bench->size[i] = 1 + (int64_t)((r >> 8) & 0xFFFF);
    }
}

static nacre_trades view_of(const vpin_bench *bench, size_t begin, size_t count)
{
    return (nacre_trades){.rows = count,
                          .ts_event = bench->ts + begin,
                          .price = bench->price + begin,
                          .size = bench->size + begin};
}

// ---- the slow reference ----------------------------------------------------------------------

typedef struct reference {
    long double *step;   ///< by bar; every minute of the tape has trades
    long double *volume; ///< by bar
    double *vpin;        ///< by bucket from the first full window on
    size_t bars, values, capacity;
} reference;

static void reference_bars(const vpin_bench *bench, reference *ref)
{
    long double close = 0.0L;
    for (size_t i = 0; i < bench->trades; ref->bars++) {
        int64_t minute = bench->ts[i] / 60000000000;
        long double first = (long double)bench->price[i], volume = 0.0L;
        for (; i < bench->trades && bench->ts[i] / 60000000000 == minute; i++)
            volume += (long double)bench->size[i];
        long double last = (long double)bench->price[i - 1];
        ref->step[ref->bars] = last - (ref->bars % BARS_PER_DAY == 0 ? first : close);
        ref->volume[ref->bars] = volume;
        close = last;
    }
}

/// Standard deviation of the steps [begin, end).
static long double reference_sigma(const reference *ref, size_t begin, size_t end)
{
    long double mean = 0.0L, square = 0.0L;
    for (size_t i = begin; i < end; i++)
        mean += ref->step[i];
    mean /= (long double)(end - begin);
    for (size_t i = begin; i < end; i++)
        square += (ref->step[i] - mean) * (ref->step[i] - mean);
    return sqrtl(square / (long double)(end - begin - 1));
}

/// Welford's running variance while the window still expands, the window itself afterwards.
static void reference_vpin(reference *ref)
{
    long double ratios[WINDOW] = {0};
    long double mean = 0.0L, square = 0.0L, sigma = 0.0L, bucket = 0.0L, target = 0.0L;
    long double filled = 0.0L, buy = 0.0L;
    size_t count = 0;
    for (size_t bar = 0; bar < ref->bars; bar++) {
        size_t day = bar / BARS_PER_DAY;
        if (bar % BARS_PER_DAY == 0 && day > 0) {
            size_t days = day < LOOKBACK ? day : LOOKBACK;
            long double volume = 0.0L;
            for (size_t i = (day - days) * BARS_PER_DAY; i < bar; i++)
                volume += ref->volume[i];
            target = floorl(volume / (long double)(days * BUCKETS_PER_DAY));
            if (day >= LOOKBACK)
                sigma = reference_sigma(ref, (day - LOOKBACK) * BARS_PER_DAY, bar);
        }
        if (day < LOOKBACK)
            sigma = bar >= MIN_BARS ? sqrtl(square / (long double)(bar - 1)) : 0.0L;
        long double change = ref->step[bar] - mean;
        mean += change / (long double)(bar + 1);
        square += change * (ref->step[bar] - mean);
        if (day == 0)
            continue;
        long double share =
            sigma > 0.0L ? 0.5L * erfcl(-ref->step[bar] / sigma * sqrtl(0.5L)) : 0.5L;
        for (long double left = ref->volume[bar]; left > 0.0L;) {
            if (filled == 0.0L)
                bucket = target;
            long double part = left < bucket - filled ? left : bucket - filled;
            filled += part;
            buy += part * share;
            left -= part;
            if (filled < bucket)
                continue;
            ratios[count++ % WINDOW] = fabsl(2.0L * buy - bucket) / bucket;
            filled = buy = 0.0L;
            long double sum = 0.0L;
            for (size_t i = 0; i < WINDOW; i++)
                sum += ratios[i];
            if (count >= WINDOW && ref->values < ref->capacity)
                ref->vpin[ref->values++] = (double)(sum / WINDOW);
        }
    }
}

/// Compares all values; `*worst` becomes the largest difference.
static nacre_status compare(const reference *ref, const nacre_vpin_result *result, double *worst,
                            nacre_error *err)
{
    size_t skipped = WINDOW - 1;
    if (result->bucket_count != ref->values + skipped || result->bars != ref->bars)
        return nacrei_fail(err, NACRE_E_CORRUPT, "vpin: %zu buckets, the reference has %zu",
                           result->bucket_count, ref->values + skipped);
    for (size_t i = 0; i < ref->values; i++)
        *worst = fmax(*worst, fabs(result->buckets[i + skipped].vpin - ref->vpin[i]));
    if (!(*worst <= VPIN_BOUND))
        return nacrei_fail(err, NACRE_E_CORRUPT, "vpin: differs by %g from the reference", *worst);
    return NACRE_OK;
}

static nacre_status check(nacre_ctx *ctx, const vpin_bench *bench, double *worst, nacre_error *err)
{
    size_t bars = bench->trades / TRADES_PER_DAY * BARS_PER_DAY;
    reference ref = {.capacity = bench->trades / TRADES_PER_DAY * BUCKETS_PER_DAY * 2};
    nacre_vpin_result *result = NULL;
    nacre_trades trades = view_of(bench, 0, bench->trades);
    nacre_status status = nacrei_alloc(ctx, bars, sizeof *ref.step, "bars", &ref.step, err);
    if (!status)
        status = nacrei_alloc(ctx, bars, sizeof *ref.volume, "bars", &ref.volume, err);
    if (!status)
        status = nacrei_alloc(ctx, ref.capacity, sizeof *ref.vpin, "values", &ref.vpin, err);
    if (!status)
        status = nacre_vpin_batch(ctx, &trades, NULL, &bench->options, &result, err);
    if (!status) {
        reference_bars(bench, &ref);
        reference_vpin(&ref);
        status = compare(&ref, result, worst, err);
    }
    nacre_vpin_result_destroy(ctx, result);
    nacrei_free(ctx, ref.step, bars, sizeof *ref.step);
    nacrei_free(ctx, ref.volume, bars, sizeof *ref.volume);
    nacrei_free(ctx, ref.vpin, ref.capacity, sizeof *ref.vpin);
    return status;
}

// ---- the cases -------------------------------------------------------------------------------

static void teardown(nacre_ctx *ctx, void *state)
{
    vpin_bench *bench = state;
    if (!bench)
        return;
    nacrei_free(ctx, bench->ts, bench->trades, sizeof *bench->ts);
    nacrei_free(ctx, bench->price, bench->trades, sizeof *bench->price);
    nacrei_free(ctx, bench->size, bench->trades, sizeof *bench->size);
    nacrei_free(ctx, bench->memory, 1, bench->memory_bytes);
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

static nacre_status setup(nacre_ctx *ctx, size_t trades, void **state, bench_report *report,
                          nacre_error *err)
{
    vpin_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "vpin benchmark", &bench, err);
    if (status)
        return status;
    bench->trades = trades;
    nacre_vpin_options_init(&bench->options);
    bench->options.warmup = NACRE_VPIN_WARMUP_SKIP_SESSION;
    bench->memory_bytes = nacre_vpin_stream_bytes(&bench->options);
    status = nacrei_alloc(ctx, trades, sizeof *bench->ts, "trades", &bench->ts, err);
    if (!status)
        status = nacrei_alloc(ctx, trades, sizeof *bench->price, "trades", &bench->price, err);
    if (!status)
        status = nacrei_alloc(ctx, trades, sizeof *bench->size, "trades", &bench->size, err);
    if (!status)
        status = nacrei_alloc(ctx, 1, bench->memory_bytes, "vpin stream", &bench->memory, err);
    *report = (bench_report){
        .numeric_class = "strict",
        .unit_name = "scalar",
        .n = trades,
        .unit = "trades/s",
        .error_bound = VPIN_BOUND,
        .batch = 1,
    };
    (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                   "pandas is compared on equal data by `make demo` (bench/peers/vpin_pandas.py)");
    if (!status) {
        fill(bench);
        status = check(ctx, bench, &report->max_error, err);
    }
    if (status) {
        teardown(ctx, bench);
        return status;
    }
    *state = bench;
    return NACRE_OK;
}

static nacre_status setup_batch(nacre_ctx *ctx, void **state, bench_report *report,
                                nacre_error *err)
{
    nacre_status status = setup(ctx, BATCH_TRADES, state, report, err);
    report->kernel = "nacre_vpin_batch";
    if (!status) {
        report->ceiling = bench_read_bandwidth(ctx, (size_t)1 << 28) / BYTES_PER_TRADE;
        report->ceiling_name = "read bandwidth at 16 bytes a trade";
    }
    return status;
}

static nacre_status run_batch(nacre_ctx *ctx, void *state, nacre_error *err)
{
    vpin_bench *bench = state;
    nacre_trades trades = view_of(bench, 0, bench->trades);
    nacre_vpin_result *result;
    nacre_status status = nacre_vpin_batch(ctx, &trades, NULL, &bench->options, &result, err);
    if (!status)
        nacre_vpin_result_destroy(ctx, result);
    return status;
}

static nacre_status setup_stream(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    nacre_status status = setup(ctx, STREAM_TRADES, state, report, err);
    report->kernel = "nacre_vpin_stream_push";
    return status;
}

static nacre_status run_stream(nacre_ctx *ctx, void *state, nacre_error *err)
{
    vpin_bench *bench = state;
    nacre_vpin_stream *stream;
    nacre_status status =
        nacre_vpin_stream_init(bench->memory, bench->memory_bytes, &bench->options, &stream, err);
    for (size_t at = 0; !status && at < bench->trades; at += STREAM_BLOCK) {
        nacre_trades block = view_of(bench, at, STREAM_BLOCK);
        status = nacre_vpin_stream_push(stream, ctx, NULL, &block, NULL, NULL, err);
    }
    return status;
}

const bench_case bench_vpin_batch = {
    .id = "vpin.batch",
    .summary = "causal VPIN of 50 M trades, one-minute bars; bar: >= 150 M trades/s on one core",
    .setup = setup_batch,
    .run = run_batch,
    .teardown = teardown,
};

const bench_case bench_vpin_stream = {
    .id = "vpin.stream",
    .summary = "causal VPIN in blocks of 1,000 trades; bar: <= 15 ns a trade (>= 67 M trades/s)",
    .setup = setup_stream,
    .run = run_stream,
    .teardown = teardown,
};
