// SPDX-License-Identifier: Apache-2.0
// A run_desk filled by hand: six assets, forty days, five days that followed, three policies. Every
// number is typed in or comes from one small generator; nothing is computed by an engine, so the
// page is tested and not the estimate. A test changes what it is about.
#ifndef TESTS_DESK_FIXTURE_H
#define TESTS_DESK_FIXTURE_H

#include "cli/run_job.h"

#include <math.h>
#include <string.h>

enum {
    DESK_ASSETS = 6,
    DESK_PERIODS = 40,
    DESK_SCENARIOS = 500,
    DESK_REBALANCES = 4,
    DESK_HOLD = 5
};

typedef struct desk_fixture {
    run_job job;
    run_desk desk;
    nacre_panel panel;
    nacre_returns returns;
    nacre_panel_group_table groups;
    nacre_pca pca;
    nacre_risk_model model;
    nacre_portfolio_result portfolio;
    const char *names[DESK_ASSETS];
    uint32_t group[DESK_ASSETS];
    size_t column[DESK_ASSETS], dropped[1], walk_start[DESK_REBALANCES];
    int32_t date[DESK_PERIODS], walk_date[DESK_REBALANCES * DESK_HOLD];
    double ratio[DESK_ASSETS], variance[DESK_ASSETS], weights[DESK_ASSETS], share[DESK_ASSETS];
    double price[DESK_ASSETS], es[DESK_ASSETS], history[DESK_PERIODS], losses[DESK_SCENARIOS];
    double predicted[DESK_REBALANCES], realised[DESK_REBALANCES];
    double wealth[DESK_REBALANCES * DESK_HOLD];
    nacre_portfolio_trade trades[DESK_ASSETS];
    run_desk_tick tick[3];
    const char *conflict[2];
} desk_fixture;

/// A fixed sequence in [-1, 1).
static inline double desk_noise(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return (double)(int32_t)*state / 2147483648.0;
}

static inline void desk_fill_panel(desk_fixture *f)
{
    static const char *const names[DESK_ASSETS] = {
        "AAA", "<b>&\"BB\"</b>", "CCC", "A name that is longer than any column has room for", "EEE",
        "FFF"};
    static const char *const group_names[] = {"Energy & <oil>", "Technology"};
    for (size_t i = 0; i < DESK_ASSETS; i++) {
        f->names[i] = names[i];
        f->column[i] = i;
        f->group[i] = i < 3 ? 0 : 1;
    }
    f->group[5] = NACRE_GROUP_NONE;
    for (size_t t = 0; t < DESK_PERIODS; t++)
        f->date[t] = t < 20 ? 20191001 + (int32_t)t : 20200101 + (int32_t)(t - 20);
    f->panel = (nacre_panel){.kind = NACRE_PANEL_PRICES,
                             .dates = DESK_PERIODS + 1,
                             .assets = DESK_ASSETS,
                             .dated = true,
                             .names = f->names,
                             .currency = "USD"};
    f->returns = (nacre_returns){.periods = DESK_PERIODS,
                                 .assets = DESK_ASSETS,
                                 .date = f->date,
                                 .names = f->names,
                                 .column = f->column,
                                 .periods_per_year = 252.0,
                                 .dropped_columns = 1,
                                 .dropped_column = f->dropped};
    f->groups = (nacre_panel_group_table){
        .assets = DESK_ASSETS, .groups = 2, .group = f->group, .names = group_names};
    f->desk.panel = (cli_panel){
        .path = "panel<1>.csv", .panel = &f->panel, .returns = &f->returns, .all_alive = true};
    f->desk.path = "panel<1>.csv";
    f->desk.groups = &f->groups;
}

static inline void desk_fill_portfolio(desk_fixture *f)
{
    static const double weights[DESK_ASSETS] = {0.10, 0.40, 0.0, 0.25, 0.20, 0.05};
    static const double share[DESK_ASSETS] = {0.12, 0.38, 0.0, 0.27, 0.25, -0.02};
    memcpy(f->weights, weights, sizeof weights);
    memcpy(f->share, share, sizeof share);
    for (size_t i = 0; i < DESK_ASSETS; i++) {
        f->ratio[i] = i == 0 ? 0.7 : 0.06;
        f->variance[i] = 6e-4 * f->ratio[i];
        f->price[i] = 100.0 + (double)i;
        f->es[i] = 0.02 * share[i];
        f->trades[i] = (nacre_portfolio_trade){.shares = 1000.0 * weights[i],
                                               .value = 1000.0 * weights[i] * f->price[i]};
    }
    f->pca = (nacre_pca){.periods = DESK_PERIODS,
                         .assets = DESK_ASSETS,
                         .components = DESK_ASSETS,
                         .explained_variance = f->variance,
                         .explained_ratio = f->ratio,
                         .total_variance = 6e-4,
                         .noise_edge = 1.92e-4};
    f->model = (nacre_risk_model){.assets = 5, .factors = 3, .periods = DESK_PERIODS};
    f->portfolio = (nacre_portfolio_result){.outcome = NACRE_PORTFOLIO_OPTIMAL,
                                            .assets = DESK_ASSETS,
                                            .weights = f->weights,
                                            .risk_share = f->share,
                                            .variance = 1e-4,
                                            .turnover = 0.995,
                                            .cost = 0.0004};
    run_desk *d = &f->desk;
    nacre_portfolio_problem_init(&d->problem);
    d->problem.assets = DESK_ASSETS;
    d->estimator = NACRE_COV_LW_CONSTANT_CORRELATION;
    d->covariance_info = (nacre_covariance_info){.shrinkage = 0.125, .condition = (double)NAN};
    d->pca = &f->pca;
    d->above_noise = 1;
    d->model = &f->model;
    d->portfolio = &f->portfolio;
    d->price = f->price;
    d->trades = f->trades;
    d->trade_summary = (nacre_portfolio_trade_summary){
        .orders = 5, .turnover = 0.995, .cost = 497.5, .invested = 995000, .cash = 4502.5};
    d->held_count = 5;
}

static inline void desk_fill_risk(desk_fixture *f)
{
    uint32_t state = 7;
    run_desk *d = &f->desk;
    for (size_t t = 0; t < DESK_PERIODS; t++)
        f->history[t] = 0.01 * (desk_noise(&state) + desk_noise(&state));
    for (size_t i = 0; i < DESK_SCENARIOS; i++)
        f->losses[i] = 0.01 * (desk_noise(&state) + desk_noise(&state) + desk_noise(&state));
    for (size_t m = 0; m < RUN_DESK_METHODS; m++)
        for (size_t level = 0; level < RUN_DESK_LEVELS; level++) {
            double value = 0.012 + 0.004 * (double)level + 0.0001 * (double)m;
            d->figure[m][level] =
                (nacre_risk_figure){value, 0.0005, value - 0.00098, value + 0.00098};
        }
    d->nu = 4.5;
    d->returns = f->history;
    d->component_es = f->es;
    d->losses = f->losses;
    d->scenarios = DESK_SCENARIOS;
    d->seed = 7;
    (void)snprintf(d->stress[0].name, sizeof d->stress[0].name, "worst <5> days");
    d->stress[0].first = 20191003;
    d->stress[0].last = 20191007;
    d->stress[0].loss = 0.0432;
    d->stress_count = 1;
}

static inline void desk_fill_after(desk_fixture *f)
{
    static const double pnl[] = {0.004, -0.001, -0.025, 0.0, 0.0021};
    run_desk *d = &f->desk;
    double value = d->capital;
    d->followed = 5;
    for (size_t i = 0; i < 5; i++) {
        value += pnl[i] * d->capital;
        d->day[i] =
            (run_desk_day){20200203 + (int32_t)i, pnl[i], value, 0.0165, 0.0203, -pnl[i] > 0.0165};
    }
    f->tick[0] = (run_desk_tick){.symbol = "AAA",
                                 .weight = 0.10,
                                 .spread_bp = 2.4,
                                 .spread_method = "aggressor",
                                 .cost = 0.10 * 2.4e-4 / 2.0,
                                 .last_vpin = 0.2345,
                                 .peak_cdf = 0.9912,
                                 .alarms = 3};
    f->tick[1] = (run_desk_tick){.symbol = "CCC",
                                 .asset = 2,
                                 .spread_bp = (double)NAN,
                                 .spread_reason = "positive autocovariance <0.1>",
                                 .cost = (double)NAN,
                                 .last_vpin = (double)NAN,
                                 .peak_cdf = (double)NAN};
    f->tick[2] = f->tick[1];
    f->tick[2].symbol = "X<Y";
    f->tick[2].asset = SIZE_MAX;
    d->tick = f->tick;
    d->tick_count = 3;
    d->cost_measured = f->tick[0].cost;
    d->weight_measured = 0.10;
}

static inline void desk_fill_walk(desk_fixture *f)
{
    static const char *const policies[RUN_DESK_WALKS] = {"sample", "lw_constant_correlation",
                                                         "equal_weight"};
    run_desk *d = &f->desk;
    for (size_t k = 0; k < DESK_REBALANCES; k++) {
        f->walk_start[k] = k * DESK_HOLD;
        f->predicted[k] = 0.10 + 0.01 * (double)k;
        f->realised[k] = k == 3 ? (double)NAN : 0.12;
    }
    for (size_t i = 0; i < DESK_REBALANCES * DESK_HOLD; i++) {
        f->walk_date[i] = f->date[20 + i];
        f->wealth[i] = 1.0 + 0.001 * (double)i;
    }
    d->walk_days = DESK_REBALANCES * DESK_HOLD;
    d->walk_window = 20;
    d->walk_hold = DESK_HOLD;
    d->walk_date = f->walk_date;
    d->walk_start = f->walk_start;
    d->walk_count = RUN_DESK_WALKS;
    for (size_t w = 0; w < RUN_DESK_WALKS; w++)
        d->walk[w] = (run_desk_walk){.name = policies[w],
                                     .rebalances = DESK_REBALANCES,
                                     .predicted = f->predicted,
                                     .realised = f->realised,
                                     .mean_predicted = 0.115,
                                     .mean_realised = 0.12,
                                     .realised_all = 0.125,
                                     .bias = 1.25,
                                     .turnover = 0.31,
                                     .wealth = f->wealth,
                                     .exceptions = w,
                                     .kupiec = {1.5, 0.221}};
    d->walk[2].kupiec = (nacre_risk_test){20.0, 7.7e-6};
}

static inline void desk_fill(desk_fixture *f, nacre_ctx *ctx)
{
    memset(f, 0, sizeof *f);
    f->job.ctx = ctx;
    f->job.desk = &f->desk;
    f->desk.asof = 20200120;
    f->desk.per_year = 252.0;
    f->desk.capital = 1e6;
    desk_fill_panel(f);
    desk_fill_portfolio(f);
    desk_fill_risk(f);
    desk_fill_after(f);
    desk_fill_walk(f);
}

#endif
