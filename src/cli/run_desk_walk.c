// SPDX-License-Identifier: Apache-2.0
// The walk forward: would this way of building a portfolio have kept its word before asof? Every
// month three policies see the window before, buy, and hold; what they predicted stands beside what
// came. Minimum variance on the sample covariance promises the least risk because it fits the
// noise: the bias statistic shows by how much. Equal weights predict without choosing anything.
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"
#include "core/progress.h"

#include <math.h>
#include <string.h>

#define WALK_WINDOW_MIN 60u
#define VAR_LEVEL 0.99

static const struct {
    const char *name;
    nacre_covariance_method method;
    bool equal;
} policies[RUN_DESK_WALKS] = {
    {"sample", NACRE_COV_SAMPLE, false},
    {"lw_constant_correlation", NACRE_COV_LW_CONSTANT_CORRELATION, false},
    {"equal_weight", NACRE_COV_SAMPLE, true},
};

/// The state of one policy and its series, which live in desk->walk_memory.
typedef struct walker {
    double *weight;                       ///< assets: today's, they drift
    double *target;                       ///< assets: of the rebalance
    double *predicted, *realised, *score; ///< per holding period
    double *wealth, *var99, *daily;       ///< per day
    double turnover;
} walker;

typedef struct walk_job {
    nacre_ctx *ctx;
    run_desk *desk;
    const nacre_returns *returns;
    size_t first, window, hold, periods; ///< first row held; holding periods
    double multiple;                     ///< of the deviation, for VaR
    double *covariance;                  ///< of the sample or of Ledoit and Wolf, in turn
    int32_t *date;
    size_t *start;
    walker policy[RUN_DESK_WALKS];
    nacrei_progress progress;
    uint64_t done;
} walk_job;

static double variance_of(size_t n, const double *covariance, const double *weight)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (weight[i] == 0.0)
            continue;
        const double *row = covariance + i * n;
        double cross = 0.0;
        for (size_t j = 0; j < i; j++)
            cross += row[j] * weight[j];
        sum += weight[i] * (weight[i] * row[i] + 2.0 * cross);
    }
    return sum;
}

static double deviation_of(size_t n, const double *values)
{
    double mean = 0.0, squares = 0.0;
    if (n < 2)
        return (double)NAN;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    return sqrt(squares / (double)(n - 1));
}

/// Why the walk ends without an answer; the run goes on.
static void give_up(walk_job *walk, size_t row, const char *why)
{
    run_desk *desk = walk->desk;
    (void)snprintf(desk->walk_text, sizeof desk->walk_text,
                   "the rebalance before %s failed: %.180s",
                   cli_panel_day(desk->file, walk->returns->date[row]).text, why);
    desk->walk_reason = desk->walk_text;
}

/// Wanted weights from walk->covariance. A refusal of this window's data ends the walk.
static nacre_status choose(walk_job *walk, size_t p, size_t row, nacre_error *err)
{
    size_t n = walk->returns->assets;
    double *target = walk->policy[p].target;
    if (policies[p].equal) {
        for (size_t i = 0; i < n; i++)
            target[i] = 1.0 / (double)n;
        return NACRE_OK;
    }
    nacre_portfolio_problem problem = walk->desk->problem;
    nacre_portfolio_result *result = NULL;
    problem.assets = n;
    problem.names = walk->returns->names;
    problem.covariance = walk->covariance;
    nacre_status status = nacre_portfolio_optimize(walk->ctx, &problem, &result, err);
    if (status)
        return status;
    if (result->outcome == NACRE_PORTFOLIO_OPTIMAL)
        memcpy(target, result->weights, n * sizeof *target);
    else
        give_up(walk, row, nacre_portfolio_outcome_name(result->outcome));
    nacre_portfolio_result_destroy(walk->ctx, result);
    return NACRE_OK;
}

/// Moves a policy to its target at holding period k, then through the period's days.
static void hold(walk_job *walk, size_t p, size_t k, size_t row, size_t days)
{
    walker *w = &walk->policy[p];
    size_t n = walk->returns->assets, day = row - walk->first;
    double growth = 1.0, wealth = day ? w->wealth[day - 1] : 1.0;
    for (size_t i = 0; i < n; i++) {
        w->turnover += k ? fabs(w->target[i] - w->weight[i]) : 0.0;
        w->weight[i] = w->target[i];
    }
    double per_day = sqrt(fmax(variance_of(n, walk->covariance, w->weight), 0.0));
    for (size_t t = 0; t < days; t++, day++) {
        const double *r = walk->returns->values + (row + t) * n;
        double change = 0.0;
        w->var99[day] =
            walk->multiple * sqrt(fmax(variance_of(n, walk->covariance, w->weight), 0.0));
        for (size_t i = 0; i < n; i++)
            change += w->weight[i] * r[i];
        for (size_t i = 0; i < n; i++)
            w->weight[i] *= (1.0 + r[i]) / (1.0 + change);
        w->daily[day] = change;
        growth *= 1.0 + change;
        w->wealth[day] = wealth * growth;
    }
    double annual = sqrt(walk->desk->per_year);
    w->predicted[k] = per_day * annual;
    w->realised[k] = deviation_of(days, w->daily + day - days) * annual;
    w->score[k] = (growth - 1.0) / (per_day * sqrt((double)days));
}

/// One rebalance of all policies; those that share a covariance share its estimation.
static nacre_status rebalance(walk_job *walk, size_t k, nacre_error *err)
{
    static const nacre_covariance_method methods[] = {NACRE_COV_SAMPLE,
                                                      NACRE_COV_LW_CONSTANT_CORRELATION};
    const nacre_returns *r = walk->returns;
    size_t row = walk->start[k] + walk->first;
    size_t days = row + walk->hold <= r->periods ? walk->hold : r->periods - row;
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++) {
        nacre_covariance_options options;
        nacre_covariance_options_init(&options);
        options.method = methods[m];
        nacre_status status = nacre_covariance(walk->ctx, walk->window, r->assets,
                                               r->values + (row - walk->window) * r->assets,
                                               r->assets, &options, walk->covariance, NULL, err);
        for (size_t p = 0; !status && p < RUN_DESK_WALKS; p++) {
            if (policies[p].method != methods[m])
                continue;
            status = choose(walk, p, row, err);
            if (status || walk->desk->walk_reason)
                break;
            hold(walk, p, k, row, days);
            (void)nacrei_progress_update(&walk->progress, ++walk->done,
                                         walk->periods * RUN_DESK_WALKS);
        }
        if (status == NACRE_E_ARG || status == NACRE_E_RANGE) {
            // Of this window's data, such as a price that stood still: no reason to end the run.
            give_up(walk, row, err ? err->message : nacre_status_text(status));
            return NACRE_OK;
        }
        if (status || walk->desk->walk_reason)
            return status;
    }
    return NACRE_OK;
}

static nacre_status summarise(walk_job *walk, nacre_error *err)
{
    run_desk *desk = walk->desk;
    size_t days = desk->walk_days, periods = walk->periods;
    for (size_t p = 0; p < RUN_DESK_WALKS; p++) {
        const walker *w = &walk->policy[p];
        run_desk_walk *out = &desk->walk[p];
        size_t measured = 0;
        *out = (run_desk_walk){.name = policies[p].name,
                               .rebalances = periods,
                               .predicted = w->predicted,
                               .realised = w->realised,
                               .wealth = w->wealth,
                               .var99 = w->var99};
        for (size_t k = 0; k < periods; k++) {
            out->mean_predicted += w->predicted[k] / (double)periods;
            if (isnan(w->realised[k]))
                continue;
            out->mean_realised += w->realised[k];
            measured++;
        }
        out->mean_realised /= (double)measured;
        out->realised_all = deviation_of(days, w->daily) * sqrt(desk->per_year);
        out->bias = deviation_of(periods, w->score);
        out->turnover = w->turnover / (double)(periods - 1);
        for (size_t t = 0; t < days; t++)
            out->exceptions += -w->daily[t] > w->var99[t];
        nacre_status status =
            nacre_risk_kupiec(days, out->exceptions, 1.0 - VAR_LEVEL, &out->kupiec, err);
        if (status)
            return status;
    }
    desk->walk_count = RUN_DESK_WALKS;
    return NACRE_OK;
}

/// Shares one block out among the series: doubles first, then sizes, then dates.
static nacre_status carve(walk_job *walk, nacre_error *err)
{
    run_desk *desk = walk->desk;
    size_t n = walk->returns->assets, days = desk->walk_days, k = walk->periods;
    size_t per_policy = 2 * n + 3 * k + 3 * days;
    desk->walk_bytes =
        RUN_DESK_WALKS * per_policy * sizeof(double) + k * sizeof(size_t) + days * sizeof(int32_t);
    nacre_status status =
        nacrei_alloc(walk->ctx, desk->walk_bytes, 1, "walk forward", &desk->walk_memory, err);
    if (status)
        return status;
    double *next = desk->walk_memory;
    for (size_t p = 0; p < RUN_DESK_WALKS; p++, next += per_policy) {
        walker *w = &walk->policy[p];
        w->weight = next;
        w->target = w->weight + n;
        w->predicted = w->target + n;
        w->realised = w->predicted + k;
        w->score = w->realised + k;
        w->wealth = w->score + k;
        w->var99 = w->wealth + days;
        w->daily = w->var99 + days;
    }
    walk->start = (size_t *)next;
    walk->date = (int32_t *)(walk->start + k);
    for (size_t i = 0; i < k; i++)
        walk->start[i] = i * walk->hold;
    for (size_t t = 0; t < days; t++)
        walk->date[t] = walk->returns->date[walk->first + t];
    desk->walk_start = walk->start;
    desk->walk_date = walk->date;
    return NACRE_OK;
}

/// How the past is cut up; false when it is too short.
static bool plan(walk_job *walk)
{
    run_desk *desk = walk->desk;
    size_t all = walk->returns->periods;
    walk->hold = RUN_DESK_WALK_HOLD;
    walk->window = all >= RUN_DESK_WALK_WINDOW + 2 * walk->hold ? RUN_DESK_WALK_WINDOW : all / 2;
    if (walk->window < WALK_WINDOW_MIN) {
        (void)snprintf(desk->walk_text, sizeof desk->walk_text,
                       "the panel has %zu returns up to asof; %u are needed", all,
                       2 * WALK_WINDOW_MIN);
        desk->walk_reason = desk->walk_text;
        return false;
    }
    walk->periods = (all - walk->window + walk->hold - 1) / walk->hold;
    walk->first = walk->window;
    if (walk->periods > RUN_DESK_WALK_REBALANCES) {
        walk->first += (walk->periods - RUN_DESK_WALK_REBALANCES) * walk->hold;
        walk->periods = RUN_DESK_WALK_REBALANCES;
    }
    desk->walk_days = all - walk->first;
    desk->walk_window = walk->window;
    desk->walk_hold = walk->hold;
    return true;
}

static nacre_status walk_through(walk_job *walk, bool quiet, nacre_error *err)
{
    size_t n = walk->returns->assets;
    double es;
    nacre_status status = nacre_risk_parametric(NACRE_RISK_NORMAL, 0.0, 1.0, 0.0, VAR_LEVEL,
                                                &walk->multiple, &es, err);
    if (!status)
        status = carve(walk, err);
    if (!status)
        status =
            nacrei_alloc(walk->ctx, n, n * sizeof(double), "covariance", &walk->covariance, err);
    nacrei_progress_begin(&walk->progress, "walk", "portfolios", quiet);
    for (size_t k = 0; !status && !walk->desk->walk_reason && k < walk->periods; k++)
        status = rebalance(walk, k, err);
    nacrei_progress_end(&walk->progress);
    if (!status && !walk->desk->walk_reason)
        status = summarise(walk, err);
    nacrei_free(walk->ctx, walk->covariance, n, n * sizeof(double));
    return status;
}

nacre_status nacrei_desk_walk(run_job *job, bool quiet, nacre_error *err)
{
    run_desk *desk = job->desk;
    nacre_panel past = *desk->file;
    nacre_returns *returns = NULL;
    int64_t started = nacrei_monotonic_ns();
    past.dates = desk->asof_row + 1;
    nacre_status status =
        nacre_panel_returns(job->ctx, &past, desk->panel.min_share, &returns, err);
    if (status)
        return status;
    walk_job walk = {.ctx = job->ctx, .desk = desk, .returns = returns};
    if (plan(&walk))
        status = walk_through(&walk, quiet, err);
    nacre_returns_destroy(job->ctx, returns);
    if (!status && desk->walk_count)
        nacrei_run_desk_stage(job, "walk", walk.periods * RUN_DESK_WALKS, "portfolios",
                              (double)(nacrei_monotonic_ns() - started) / 1e9,
                              "nacre_portfolio_optimize", "blas", "bounded");
    return status;
}
