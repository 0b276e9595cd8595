// SPDX-License-Identifier: Apache-2.0
// The days after asof. Shares are held, nothing is traded; every evening the weights have drifted,
// and the next day's loss is forecast from the returns up to that evening and nothing later. So a
// panel that ends after the k-th day gives the same first k rows.
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"

#include <math.h>

_Static_assert(RUN_DESK_FOLLOWED_MAX < RUN_DESK_RETURNS_MIN, "a window holds more than its follow");

/// Scratch of the walk through the days.
typedef struct follower {
    run_desk *desk;
    size_t assets;
    double *close, *weight; ///< assets: of the evening
    double *after;          ///< days x assets: returns of the days followed; 0 where not held
    double *series;         ///< periods of the window: losses of the evening's weights
    size_t days;
} follower;

/// Closes of a file row into `close`; false and the first held asset without one.
static bool closes(const follower *f, size_t row, double *close, size_t *missing)
{
    const nacre_returns *r = f->desk->panel.returns;
    const double *values = f->desk->file->values + row * f->desk->file->assets;
    for (size_t i = 0; i < f->assets; i++) {
        close[i] = values[r->column[i]];
        if (f->desk->held[i] > 0.0 && isnan(close[i])) {
            *missing = i;
            return false;
        }
    }
    return true;
}

/// Rows on which few columns have a close are no trading days, as in the window.
static bool trading_row(const run_desk *desk, size_t row)
{
    const nacre_panel *file = desk->file;
    size_t there = 0;
    for (size_t i = 0; i < file->assets; i++)
        there += isnan(file->values[row * file->assets + i]) ? 0 : 1;
    return (double)there >= desk->panel.min_share * (double)file->assets * (1.0 - 1e-12);
}

/// VaR and ES of the next day, as fractions of the capital at the start.
static nacre_status forecast(nacre_ctx *ctx, follower *f, double value, double *var99,
                             double *es975, nacre_error *err)
{
    const run_desk *desk = f->desk;
    const nacre_returns *r = desk->panel.returns;
    size_t n = f->assets, seen = f->days;
    size_t kept = r->periods - seen; // the window moves along: as many returns as at the start
    for (size_t i = 0; i < n; i++)
        f->weight[i] = desk->held[i] > 0.0 ? desk->held[i] * f->close[i] / value : 0.0;
    nacre_status status =
        nacre_risk_portfolio_returns(kept, n, r->values + seen * n, n, f->weight, f->series, err);
    if (!status && seen)
        status =
            nacre_risk_portfolio_returns(seen, n, f->after, n, f->weight, f->series + kept, err);
    for (size_t t = 0; !status && t < r->periods; t++)
        f->series[t] = -f->series[t];
    nacre_risk_figure var, es, ignored;
    if (!status)
        status = nacre_risk_historical(ctx, r->periods, f->series, 0.99, &var, &ignored, err);
    if (!status)
        status = nacre_risk_historical(ctx, r->periods, f->series, 0.975, &ignored, &es, err);
    if (status)
        return status;
    *var99 = var.value * value / desk->capital;
    *es975 = es.value * value / desk->capital;
    return NACRE_OK;
}

static double value_of(const follower *f)
{
    double value = f->desk->trade_summary.cash;
    for (size_t i = 0; i < f->assets; i++)
        if (f->desk->held[i] > 0.0)
            value += f->desk->held[i] * f->close[i];
    return value;
}

/// One day: the forecast of the evening before, then what happened.
static nacre_status step(nacre_ctx *ctx, follower *f, size_t row, const double *next,
                         nacre_error *err)
{
    run_desk *desk = f->desk;
    run_desk_day *day = &desk->day[f->days];
    double before = value_of(f);
    *day = (run_desk_day){.date = desk->file->date[row]};
    nacre_status status = forecast(ctx, f, before, &day->var99, &day->es975, err);
    if (status)
        return status;
    double *change = f->after + f->days * f->assets;
    for (size_t i = 0; i < f->assets; i++) {
        change[i] = desk->held[i] > 0.0 ? (next[i] - f->close[i]) / f->close[i] : 0.0;
        f->close[i] = next[i];
    }
    day->value = value_of(f);
    day->pnl = (day->value - before) / desk->capital;
    day->exception = -day->pnl > day->var99;
    f->days++;
    return NACRE_OK;
}

/// Sunday of the calendar week of a date.
static int32_t week_end(int32_t date)
{
    int64_t days = 0;
    (void)nacrei_days_from_yyyymmdd(date, &days);
    int64_t weekday = (days + 3) % 7; // 1970-01-01 was a Thursday; 0 = Monday
    return nacrei_yyyymmdd_from_days(days + 6 - weekday);
}

static nacre_status follow(nacre_ctx *ctx, follower *f, size_t wanted, double *next,
                           nacre_error *err)
{
    run_desk *desk = f->desk;
    const nacre_panel *file = desk->file;
    size_t most = wanted ? wanted : RUN_DESK_FOLLOWED_MAX, missing;
    size_t row = desk->asof_row + 1;
    int32_t last = !wanted && row < file->dates ? week_end(file->date[row]) : INT32_MAX;
    for (; row < file->dates && file->date[row] <= last && f->days < most; row++) {
        if (!trading_row(desk, row))
            continue;
        if (!closes(f, row, next, &missing)) {
            (void)snprintf(desk->follow_reason, sizeof desk->follow_reason,
                           "%.40s, which is held, has no close on %s",
                           desk->panel.returns->names[missing],
                           cli_panel_day(file, file->date[row]).text);
            return NACRE_OK;
        }
        nacre_status status = step(ctx, f, row, next, err);
        if (status)
            return status;
    }
    if (f->days < wanted || f->days == 0)
        (void)snprintf(desk->follow_reason, sizeof desk->follow_reason, "the panel ends on %s",
                       cli_panel_day(file, file->date[file->dates - 1]).text);
    return NACRE_OK;
}

nacre_status nacrei_desk_follow(run_job *job, const run_desk_options *options, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_returns *r = desk->panel.returns;
    size_t n = r->assets, cells = RUN_DESK_FOLLOWED_MAX * n;
    follower f = {.desk = desk, .assets = n};
    double *next = NULL;
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacrei_alloc(job->ctx, n, sizeof(double), "closes", &f.close, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, sizeof(double), "closes", &next, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, sizeof(double), "weights", &f.weight, err);
    if (!status)
        status = nacrei_alloc(job->ctx, cells, sizeof(double), "returns", &f.after, err);
    if (!status)
        status = nacrei_alloc(job->ctx, r->periods, sizeof(double), "returns", &f.series, err);
    for (size_t i = 0; !status && i < n; i++)
        f.close[i] = desk->price[i];
    if (!status)
        status = follow(job->ctx, &f, options->follow, next, err);
    desk->followed = f.days;
    nacrei_free(job->ctx, f.series, r->periods, sizeof(double));
    nacrei_free(job->ctx, f.after, cells, sizeof(double));
    nacrei_free(job->ctx, f.weight, n, sizeof(double));
    nacrei_free(job->ctx, next, n, sizeof(double));
    nacrei_free(job->ctx, f.close, n, sizeof(double));
    if (!status)
        nacrei_run_desk_stage(job, "follow", desk->followed, "days",
                              (double)(nacrei_monotonic_ns() - started) / 1e9,
                              "nacre_risk_historical", "blas", "bounded");
    return status;
}
