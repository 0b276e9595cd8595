// SPDX-License-Identifier: Apache-2.0
// The streaming adapters on one thread, in nanoseconds per event: a row of returns of 500 assets, a
// bar on 100 positions with a window of 500 rows (every exposure moves, so the whole window is
// valued again, with VaR and ES at two levels), a fill in a portfolio of 100 assets with a target.
// Results are checked against the batch functions before anything is timed.
#include "bench.h"

#include "core/alloc.h"
#include "nacre/factor_stream.h"
#include "nacre/portfolio_stream.h"
#include "nacre/risk_stream.h"

#include <math.h>
#include <string.h>

enum {
    FACTOR_ASSETS = 500,
    FACTOR_WINDOW = 252,
    ASSETS = 100,
    WINDOW = 500,
    INPUTS = 64, ///< different rows, bars and fills, used in turn
    PUSHES = 4096,
    BARS = 16, // short against a time slice
    FILLS = 512,
};
static const int64_t UNIT = INT64_C(1000000000);
static const double BOUND = 1e-12;

typedef struct stream_bench {
    void *memory;
    size_t bytes;
    int64_t time;
    double rows[INPUTS][FACTOR_ASSETS];
    int64_t price[INPUTS][ASSETS];
} stream_bench;

/// splitmix64
static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void fill_inputs(stream_bench *bench)
{
    uint64_t state = 5;
    for (size_t t = 0; t < INPUTS; t++) {
        for (size_t i = 0; i < FACTOR_ASSETS; i++)
            bench->rows[t][i] = (double)(next_random(&state) >> 40) * 0x1p-28 - 0.03;
        for (size_t i = 0; i < ASSETS; i++)
            bench->price[t][i] =
                (int64_t)(100 + 3 * i) * UNIT + (int64_t)(next_random(&state) % (uint64_t)UNIT);
    }
}

static void teardown(nacre_ctx *ctx, void *state)
{
    stream_bench *bench = state;
    if (!bench)
        return;
    nacrei_free(ctx, bench->memory, bench->bytes, 1);
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

static nacre_status prepare(nacre_ctx *ctx, size_t bytes, uint64_t events, const char *kernel,
                            stream_bench **out, bench_report *report, nacre_error *err)
{
    stream_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "stream benchmark", &bench, err);
    if (status)
        return status;
    bench->bytes = bytes;
    status = nacrei_alloc(ctx, bytes, 1, "streaming state", &bench->memory, err);
    if (status) {
        teardown(ctx, bench);
        return status;
    }
    fill_inputs(bench);
    *report = (bench_report){
        .kernel = kernel,
        .numeric_class = "strict",
        .unit_name = "scalar",
        .n = 1,
        .unit = "events/s",
        .error_bound = BOUND,
        .batch = events,
    };
    (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                   "no tool at hand keeps these figures from event to event");
    *out = bench;
    return NACRE_OK;
}

/// The end of a set-up: a result that misses the bound is an error.
static nacre_status checked(nacre_ctx *ctx, stream_bench *bench, nacre_status status, double error,
                            void **state, bench_report *report, nacre_error *err)
{
    report->max_error = error;
    if (!status && !(error <= BOUND))
        status = nacrei_fail(err, NACRE_E_CORRUPT, "%s: differs by %g from the batch",
                             report->kernel, error);
    if (status)
        teardown(ctx, bench);
    else
        *state = bench;
    return status;
}

// ---- factor.stream.push.n500 -----------------------------------------------------------------

static nacre_status run_factor(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)ctx;
    stream_bench *bench = state;
    nacre_status status = NACRE_OK;
    for (size_t e = 0; e < PUSHES && !status; e++)
        status =
            nacre_factor_stream_push(bench->memory, bench->time++, bench->rows[e % INPUTS], err);
    return status;
}

/// Largest difference of the stream's covariance from the batch's, relative to the trace.
static nacre_status check_factor(nacre_ctx *ctx, stream_bench *bench, double *worst,
                                 nacre_error *err)
{
    const size_t n = FACTOR_ASSETS, cells = n * n;
    double *window = NULL, *pair = NULL, trace = 0;
    nacre_factor_estimate found;
    nacre_status status =
        nacrei_alloc(ctx, FACTOR_WINDOW * n, sizeof *window, "window", &window, err);
    if (!status)
        status = nacrei_alloc(ctx, 2 * cells, sizeof *pair, "covariances", &pair, err);
    if (!status)
        status = run_factor(ctx, bench, err);
    for (size_t t = 0; !status && t < FACTOR_WINDOW; t++)
        memcpy(window + t * n, bench->rows[(PUSHES - FACTOR_WINDOW + t) % INPUTS],
               n * sizeof *window);
    if (!status)
        status = nacre_covariance(ctx, FACTOR_WINDOW, n, window, n, NULL, pair, NULL, err);
    if (!status)
        status = nacre_factor_stream_estimate(bench->memory, ctx, &found, pair + cells, err);
    for (size_t i = 0; !status && i < n; i++)
        trace += pair[i * n + i];
    for (size_t i = 0; !status && i < cells; i++)
        *worst = fmax(*worst, fabs(pair[i] - pair[cells + i]) / trace);
    nacrei_free(ctx, window, FACTOR_WINDOW * n, sizeof *window);
    nacrei_free(ctx, pair, 2 * cells, sizeof *pair);
    return status;
}

static nacre_status setup_factor(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    nacre_factor_stream_options options;
    nacre_factor_stream_options_init(&options);
    options.assets = FACTOR_ASSETS;
    options.window = FACTOR_WINDOW;
    stream_bench *bench;
    nacre_factor_stream *stream;
    double worst = 0;
    *state = NULL;
    nacre_status status = prepare(ctx, nacre_factor_stream_bytes(&options), PUSHES,
                                  "nacre_factor_stream_push", &bench, report, err);
    if (status)
        return status;
    status = nacre_factor_stream_init(bench->memory, bench->bytes, &options, &stream, err);
    if (!status)
        status = check_factor(ctx, bench, &worst, err);
    return checked(ctx, bench, status, worst, state, report, err);
}

// ---- risk.stream.bar.w500n100 ----------------------------------------------------------------

static nacre_status run_risk(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)ctx;
    stream_bench *bench = state;
    const nacre_risk_stream_report *report;
    nacre_status status = NACRE_OK;
    for (size_t e = 0; e < BARS && !status; e++, bench->time++)
        status = nacre_risk_stream_bar(bench->memory, bench->time,
                                       bench->price[bench->time % INPUTS], &report, err);
    return status;
}

static int64_t shares_of(size_t asset)
{
    return (int64_t)(asset * 37 % 200) - 80;
}

/// VaR and ES against nacre_risk_historical on losses that are summed in the plain order.
static nacre_status check_risk(nacre_ctx *ctx, stream_bench *bench, double *worst, nacre_error *err)
{
    double losses[WINDOW];
    const nacre_risk_stream_report *report = nacre_risk_stream_last(bench->memory);
    const int64_t *now = bench->price[(bench->time - 1) % INPUTS];
    for (int64_t t = 0; t < WINDOW; t++) {
        const int64_t *to = bench->price[(bench->time - WINDOW + t) % INPUTS];
        const int64_t *from = bench->price[(bench->time - WINDOW + t - 1) % INPUTS];
        losses[t] = 0;
        for (size_t i = 0; i < ASSETS; i++)
            losses[t] -= (double)shares_of(i) * (double)now[i] * 1e-9 *
                         ((double)(to[i] - from[i]) / (double)from[i]);
    }
    for (uint32_t k = 0; k < report->level_count; k++) {
        nacre_risk_figure var, es;
        nacre_status status =
            nacre_risk_historical(ctx, WINDOW, losses, report->level[k].level, &var, &es, err);
        if (status)
            return status;
        *worst = fmax(*worst, fabs(report->level[k].var.value - var.value) / report->gross);
        *worst = fmax(*worst, fabs(report->level[k].es.value - es.value) / report->gross);
    }
    return NACRE_OK;
}

static nacre_status setup_risk(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    nacre_risk_stream_options options;
    nacre_risk_stream_options_init(&options);
    options.assets = ASSETS;
    options.window = WINDOW;
    stream_bench *bench;
    nacre_risk_stream *stream = NULL;
    const nacre_risk_stream_report *ignored;
    double worst = 0;
    *state = NULL;
    nacre_status status = prepare(ctx, nacre_risk_stream_bytes(&options), BARS,
                                  "nacre_risk_stream_bar", &bench, report, err);
    if (status)
        return status;
    status = nacre_risk_stream_init(bench->memory, bench->bytes, &options, &stream, err);
    for (uint32_t i = 0; !status && i < ASSETS; i++)
        if (shares_of(i))
            status = nacre_risk_stream_fill(stream, 0, i, shares_of(i), UNIT, &ignored, err);
    while (!status && bench->time <= WINDOW)
        status = run_risk(ctx, bench, err);
    if (!status)
        status = check_risk(ctx, bench, &worst, err);
    return checked(ctx, bench, status, worst, state, report, err);
}

// ---- portfolio.stream.fill -------------------------------------------------------------------

/// Every lot that comes in the first half of the fills goes out in the second.
static nacre_status run_portfolio(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)ctx;
    stream_bench *bench = state;
    const nacre_portfolio_stream_report *report;
    nacre_status status = NACRE_OK;
    for (uint32_t e = 0; e < FILLS && !status; e++)
        status = nacre_portfolio_stream_fill(bench->memory, bench->time++, e % ASSETS,
                                             e < FILLS / 2 ? 1 : -1, bench->price[0][e % ASSETS], 0,
                                             &report, err);
    return status;
}

/// Bought for exactly 1 % each, so every weight is its target but for what a whole share leaves.
static nacre_status check_portfolio(const stream_bench *bench, double *worst)
{
    const nacre_portfolio_stream_report *report = nacre_portfolio_stream_last(bench->memory);
    const int64_t *lots = nacre_portfolio_stream_lots(bench->memory);
    double drift = 0, capital = 0;
    for (size_t i = 0; i < ASSETS; i++)
        capital += (double)lots[i] * ((double)bench->price[0][i] * 1e-9);
    capital += report->cash;
    for (size_t i = 0; i < ASSETS; i++)
        drift = fmax(drift,
                     fabs((double)lots[i] * ((double)bench->price[0][i] * 1e-9) / capital - 0.01));
    *worst = fmax(fabs(report->drift - drift), fabs(report->capital / capital - 1));
    return NACRE_OK;
}

static nacre_status begin_portfolio(stream_bench *bench, nacre_portfolio_stream *stream,
                                    nacre_error *err)
{
    double weights[ASSETS];
    const nacre_portfolio_stream_report *report;
    for (size_t i = 0; i < ASSETS; i++)
        weights[i] = 0.01;
    nacre_status status =
        nacre_portfolio_stream_transfer(stream, 0, 10000000 * UNIT / 10, &report, err);
    for (uint32_t i = 0; !status && i < ASSETS; i++)
        status = nacre_portfolio_stream_fill(stream, 0, i, 10000 * UNIT / bench->price[0][i],
                                             bench->price[0][i], 0, &report, err);
    if (!status)
        status = nacre_portfolio_stream_bar(stream, 0, bench->price[0], &report, err);
    if (!status)
        status = nacre_portfolio_stream_set_target(stream, 0, weights, &report, err);
    return status;
}

static nacre_status setup_portfolio(nacre_ctx *ctx, void **state, bench_report *report,
                                    nacre_error *err)
{
    nacre_portfolio_stream_options options;
    nacre_portfolio_stream_options_init(&options);
    options.assets = ASSETS;
    stream_bench *bench;
    nacre_portfolio_stream *stream = NULL;
    double worst = 0;
    *state = NULL;
    nacre_status status = prepare(ctx, nacre_portfolio_stream_bytes(&options), FILLS,
                                  "nacre_portfolio_stream_fill", &bench, report, err);
    if (status)
        return status;
    status = nacre_portfolio_stream_init(bench->memory, bench->bytes, &options, &stream, err);
    if (!status)
        status = begin_portfolio(bench, stream, err);
    if (!status)
        status = run_portfolio(ctx, bench, err);
    if (!status)
        status = check_portfolio(bench, &worst);
    return checked(ctx, bench, status, worst, state, report, err);
}

const bench_case bench_factor_stream = {
    .id = "factor.stream.push.n500",
    .summary = "a row of 500 returns into a window of 252; bar: <= 300 ns",
    .setup = setup_factor,
    .run = run_factor,
    .teardown = teardown,
};

const bench_case bench_risk_stream = {
    .id = "risk.stream.bar.w500n100",
    .summary = "prices of 100 positions: P&L, VaR and ES of 500 rows anew; bar: <= 50,000 ns",
    .setup = setup_risk,
    .run = run_risk,
    .teardown = teardown,
};

const bench_case bench_portfolio_stream = {
    .id = "portfolio.stream.fill",
    .summary = "a fill among 100 assets: exact cash, drift, orders; bar: <= 1,500 ns",
    .setup = setup_portfolio,
    .run = run_portfolio,
    .teardown = teardown,
};
