// SPDX-License-Identifier: Apache-2.0
// The section `desk` of results.json. Headline figures are figure objects that say where they come
// from; lists are plain numbers whose units their names or docs/results.md give. Losses are
// positive fractions of the capital, with the money beside them.
#include "cli/results_desk.h"

#include "cli/results_json.h"
#include "cli/run_desk_make.h"

#include <math.h>

#define RATIOS 10u ///< components whose share of the variance is given

static void put_day(nacrei_json *json, const char *key, const run_desk *desk, int32_t date)
{
    nacrei_json_put_string(json, key, cli_panel_day(desk->file, date).text);
}

static void put_factors(nacrei_json *json, const run_desk *desk)
{
    const nacre_pca *pca = desk->pca;
    nacrei_json_put_string(json, "covariance", nacre_covariance_method_name(desk->estimator));
    nacrei_json_put_double(json, "shrinkage", desk->covariance_info.shrinkage);
    nacrei_json_key(json, "factors");
    nacrei_json_object_begin(json);
    nacrei_json_put_uint(json, "components", pca->components);
    nacrei_json_put_double(json, "noise_edge", pca->noise_edge);
    nacrei_json_put_uint(json, "above_noise", desk->above_noise);
    nacrei_json_key(json, "explained_ratio");
    nacrei_json_array_begin(json);
    for (size_t k = 0; k < pca->components && k < RATIOS; k++)
        nacrei_json_double(json, pca->explained_ratio[k]);
    nacrei_json_array_end(json);
    nacrei_json_key(json, "groups");
    nacrei_json_array_begin(json);
    for (size_t f = 1; desk->model && f < desk->model->factors; f++)
        nacrei_json_string(json, desk->model->factor_names[f]);
    nacrei_json_array_end(json);
    nacrei_json_put_uint(json, "grouped_assets", desk->model ? desk->model->assets : 0);
    nacrei_json_object_end(json);
}

static void put_figures(nacrei_json *json, const run_job *job)
{
    const run_desk *desk = job->desk;
    const nacre_risk_figure *loss = desk->figure[RUN_DESK_HISTORICAL];
    results_origin from = {json, "optimise", "bounded", nacrei_desk_seconds(job, "optimise")};
    nacrei_json_key(json, "figures");
    nacrei_json_object_begin(json);
    nacrei_results_figure(&from, "volatility", sqrt(desk->portfolio->variance * desk->per_year),
                          desk->per_year > 1.0 ? "fraction a year" : "fraction a period",
                          "minimum variance, lw_constant_correlation");
    nacrei_results_figure(&from, "held", (double)desk->held_count, "assets", "weight above 1e-6");
    nacrei_results_figure(&from, "invested", desk->trade_summary.invested, "currency",
                          "whole shares at the panel's last closes, as adjusted there");
    nacrei_results_figure(&from, "cash", desk->trade_summary.cash, "currency",
                          "left over by whole shares");
    from.stage = "risk";
    from.seconds = nacrei_desk_seconds(job, "risk");
    for (size_t c = 0; c < RUN_DESK_LEVELS; c++)
        nacrei_results_figure(&from, nacrei_desk_level_name[c], loss[c].value,
                              "fraction of capital", "historical, one period");
    from.stage = "follow";
    from.seconds = nacrei_desk_seconds(job, "follow");
    double pnl = 0.0;
    for (size_t i = 0; i < desk->followed; i++)
        pnl += desk->day[i].pnl;
    nacrei_results_figure(&from, "pnl", desk->followed ? pnl : (double)NAN, "fraction of capital",
                          "shares held, without cost");
    from.stage = "spread";
    from.seconds = nacrei_desk_seconds(job, "spread");
    bool measured = desk->weight_measured > 0.0;
    nacrei_results_figure(&from, "cost", measured ? desk->cost_measured : (double)NAN,
                          "fraction of capital", "half the measured spread on |weight|");
    nacrei_results_figure(&from, "weight_measured", desk->weight_measured, "share of weight",
                          "held names whose ticks give a spread");
    nacrei_json_object_end(json);
}

static void put_losses(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "losses");
    nacrei_json_array_begin(json);
    for (size_t m = 0; m < RUN_DESK_METHODS; m++) {
        bool tails = m == RUN_DESK_STUDENT_T || m == RUN_DESK_MONTE_CARLO;
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "method", nacrei_desk_method_name((run_desk_method)m));
        nacrei_json_put_double(json, "nu", tails ? desk->nu : (double)NAN);
        for (size_t c = 0; c < RUN_DESK_LEVELS; c++) {
            const nacre_risk_figure *figure = &desk->figure[m][c];
            nacrei_json_key(json, nacrei_desk_level_name[c]);
            nacrei_json_object_begin(json);
            nacrei_json_put_double(json, "value", figure->value);
            nacrei_json_put_double(json, "money", figure->value * desk->capital);
            nacrei_json_put_double(json, "standard_error", figure->standard_error);
            nacrei_json_put_double(json, "low", figure->low);
            nacrei_json_put_double(json, "high", figure->high);
            nacrei_json_object_end(json);
        }
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "simulation");
    nacrei_json_object_begin(json);
    nacrei_json_put_uint(json, "scenarios", desk->scenarios);
    nacrei_json_put_int64(json, "seed", (int64_t)desk->seed);
    nacrei_json_object_end(json);
    nacrei_json_key(json, "stress");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < desk->stress_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", desk->stress[i].name);
        put_day(json, "first", desk, desk->stress[i].first);
        put_day(json, "last", desk, desk->stress[i].last);
        nacrei_json_put_double(json, "loss", desk->stress[i].loss);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_holdings(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "holdings");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < desk->problem.assets; i++) {
        if (desk->portfolio->weights[i] <= RUN_DESK_HELD)
            continue;
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "asset", desk->panel.returns->names[i]);
        nacrei_json_put_double(json, "weight", desk->portfolio->weights[i]);
        nacrei_json_put_double(json, "risk_share", desk->portfolio->risk_share[i]);
        nacrei_json_put_double(json, "component_es975", desk->component_es[i]);
        nacrei_json_put_double(json, "price", desk->price[i]);
        nacrei_json_put_double(json, "shares", desk->held[i]);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_follow(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "followed");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "reason", desk->follow_reason[0] ? desk->follow_reason : NULL);
    nacrei_json_key(json, "days");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < desk->followed; i++) {
        const run_desk_day *day = &desk->day[i];
        nacrei_json_object_begin(json);
        put_day(json, "date", desk, day->date);
        nacrei_json_put_double(json, "pnl", day->pnl);
        nacrei_json_put_double(json, "value", day->value);
        nacrei_json_put_double(json, "var99", day->var99);
        nacrei_json_put_double(json, "es975", day->es975);
        nacrei_json_put_bool(json, "exception", day->exception);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void put_ticks(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "ticks");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < desk->tick_count; i++) {
        const run_desk_tick *tick = &desk->tick[i];
        bool known = tick->asset != SIZE_MAX;
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "symbol", tick->symbol);
        nacrei_json_put_bool(json, "in_panel", known);
        nacrei_json_put_double(json, "weight", known ? tick->weight : (double)NAN);
        nacrei_json_put_double(json, "spread_bp", tick->spread_bp);
        nacrei_json_put_string(json, "spread_method", tick->spread_method);
        nacrei_json_put_string(json, "spread_reason", tick->spread_reason);
        nacrei_json_put_double(json, "cost", known ? tick->cost : (double)NAN);
        nacrei_json_put_double(json, "last_vpin", tick->last_vpin);
        nacrei_json_put_double(json, "peak_cdf", tick->peak_cdf);
        nacrei_json_put_uint(json, "alarms", tick->alarms);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_series(nacrei_json *json, const char *key, size_t count, const double *values)
{
    nacrei_json_key(json, key);
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < count; i++)
        nacrei_json_double(json, values[i]);
    nacrei_json_array_end(json);
}

static void put_policy(nacrei_json *json, const run_desk_walk *walk)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", walk->name);
    nacrei_json_put_uint(json, "rebalances", walk->rebalances);
    nacrei_json_put_double(json, "mean_predicted", walk->mean_predicted);
    nacrei_json_put_double(json, "mean_realised", walk->mean_realised);
    nacrei_json_put_double(json, "realised_all", walk->realised_all);
    nacrei_json_put_double(json, "bias", walk->bias);
    nacrei_json_put_double(json, "turnover", walk->turnover);
    nacrei_json_put_uint(json, "exceptions", walk->exceptions);
    nacrei_json_put_double(json, "kupiec_statistic", walk->kupiec.statistic);
    nacrei_json_put_double(json, "kupiec_p", walk->kupiec.p_value);
    put_series(json, "predicted", walk->rebalances, walk->predicted);
    put_series(json, "realised", walk->rebalances, walk->realised);
    nacrei_json_object_end(json);
}

static void put_walk(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "walk");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "reason", desk->walk_count ? NULL : desk->walk_reason);
    if (desk->walk_count) {
        nacrei_json_put_uint(json, "window", desk->walk_window);
        nacrei_json_put_uint(json, "hold", desk->walk_hold);
        nacrei_json_put_uint(json, "days", desk->walk_days);
        put_day(json, "first", desk, desk->walk_date[0]);
        put_day(json, "last", desk, desk->walk_date[desk->walk_days - 1]);
    }
    nacrei_json_key(json, "policies");
    nacrei_json_array_begin(json);
    for (size_t p = 0; p < desk->walk_count; p++)
        put_policy(json, &desk->walk[p]);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void put_peer(nacrei_json *json, const run_desk *desk)
{
    nacrei_json_key(json, "peer");
    nacrei_json_object_begin(json);
    nacrei_json_put_bool(json, "present", desk->peer.present);
    nacrei_json_put_string(json, "reason", desk->peer.present ? NULL : desk->peer.reason);
    if (desk->peer.present) {
        nacrei_json_put_string(json, "version", desk->peer.version);
        nacrei_json_put_double(json, "seconds", desk->peer.seconds);
        nacrei_json_put_double(json, "ours_seconds", desk->peer.ours_seconds);
        nacrei_json_put_double(json, "weight_difference", desk->peer.weight_difference);
        nacrei_json_put_double(json, "variance_difference", desk->peer.variance_difference);
        nacrei_json_put_double(json, "var_difference", desk->peer.var_difference);
        nacrei_json_put_double(json, "weight_tolerance", RUN_DESK_WEIGHT_TOLERANCE);
        nacrei_json_put_double(json, "variance_tolerance",
                               RUN_DESK_VARIANCE_TOLERANCE * desk->portfolio->variance);
        nacrei_json_put_bool(json, "equal", desk->peer.equal);
    }
    nacrei_json_object_end(json);
}

void nacrei_results_desk_json(nacrei_json *json, const run_job *job)
{
    const run_desk *desk = job->desk;
    nacrei_json_key(json, "desk");
    nacrei_json_object_begin(json);
    put_day(json, "asof", desk, desk->asof);
    nacrei_json_put_double(json, "capital", desk->capital);
    nacrei_json_put_double(json, "max_weight", desk->problem.max_weight);
    nacrei_json_put_bool(json, "simulated", desk->simulated);
    cli_panel_json(json, &desk->panel);
    put_factors(json, desk);
    put_figures(json, job);
    put_losses(json, desk);
    put_holdings(json, desk);
    put_follow(json, desk);
    put_ticks(json, desk);
    put_walk(json, desk);
    if (job->demo)
        put_peer(json, desk);
    nacrei_json_key(json, "files");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < RESULTS_DESK_TABLES; i++)
        nacrei_json_string(json, nacrei_results_desk_tables[i]);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}
