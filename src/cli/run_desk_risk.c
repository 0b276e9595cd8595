// SPDX-License-Identifier: Apache-2.0
// The risk of the portfolio over the next period: four methods side by side, because where they
// disagree is what there is to know. The history is that of the window under today's weights. The
// simulation draws from the covariance that chose the weights, with the tails of the fitted t.
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"

#include <math.h>

static const struct {
    bool es;
    double level;
} levels[RUN_DESK_LEVELS] = {{false, 0.95}, {false, 0.99}, {true, 0.975}};

const char *const nacrei_desk_level_name[RUN_DESK_LEVELS] = {"var95", "var99", "es975"};

const char *nacrei_desk_method_name(run_desk_method method)
{
    static const char *const names[RUN_DESK_METHODS] = {"historical", "normal", "t", "mc-t"};
    return method < RUN_DESK_METHODS ? names[method] : "unknown";
}

static double since(int64_t started_ns)
{
    return (double)(nacrei_monotonic_ns() - started_ns) / 1e9;
}

/// The three methods that need the series alone.
static nacre_status from_series(run_job *job, nacre_error *err)
{
    static const nacre_risk_method methods[] = {
        [RUN_DESK_HISTORICAL] = NACRE_RISK_HISTORICAL,
        [RUN_DESK_NORMAL] = NACRE_RISK_PARAMETRIC_NORMAL,
        [RUN_DESK_STUDENT_T] = NACRE_RISK_PARAMETRIC_T,
    };
    run_desk *desk = job->desk;
    nacre_risk_series_options options;
    nacre_risk_series_options_init(&options);
    for (size_t m = 0; m < sizeof methods / sizeof methods[0]; m++)
        for (size_t c = 0; c < RUN_DESK_LEVELS; c++) {
            nacre_risk_figure var, es;
            options.method = methods[m];
            options.level = levels[c].level;
            nacre_status status =
                nacre_risk_series(job->ctx, desk->panel.returns->periods, desk->returns, &options,
                                  &var, &es, &desk->nu, err);
            if (status)
                return status;
            desk->figure[m][c] = levels[c].es ? es : var;
        }
    return NACRE_OK;
}

static nacre_status simulate(run_job *job, nacre_error *err)
{
    run_desk *desk = job->desk;
    size_t n = desk->panel.returns->assets;
    nacre_risk_simulation_options options;
    nacre_risk_simulation_options_init(&options);
    options.scenarios = RUN_DESK_SCENARIOS;
    options.nu = desk->nu;
    nacre_status status =
        nacre_risk_simulation_create(job->ctx, n, desk->portfolio->weights, desk->covariance, n,
                                     &options, &desk->simulation, err);
    if (status)
        return status;
    desk->seed = options.seed;
    desk->scenarios = desk->simulation->scenarios;
    desk->losses = desk->simulation->losses;
    for (size_t c = 0; !status && c < RUN_DESK_LEVELS; c++) {
        nacre_risk_tail tail = {.component_es = levels[c].es ? desk->component_es : NULL};
        status =
            nacre_risk_simulation_tail(job->ctx, desk->simulation, levels[c].level, &tail, err);
        desk->figure[RUN_DESK_MONTE_CARLO][c] = levels[c].es ? tail.es : tail.var;
    }
    return status;
}

/// The window's worst stretches under today's weights.
static nacre_status worst_windows(run_desk *desk, nacre_error *err)
{
    static const size_t lengths[] = {1, 5, 20};
    const nacre_returns *r = desk->panel.returns;
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        size_t first;
        double loss;
        nacre_status status =
            nacre_risk_worst_window(r->periods, desk->returns, lengths[i], &first, &loss, err);
        if (status)
            return status;
        size_t at = desk->stress_count++;
        desk->stress[at].loss = loss;
        desk->stress[at].first = r->date[first];
        desk->stress[at].last = r->date[first + lengths[i] - 1];
        (void)snprintf(desk->stress[at].name, sizeof desk->stress[at].name,
                       lengths[i] > 1 ? "worst %zu days" : "worst day", lengths[i]);
    }
    return NACRE_OK;
}

nacre_status nacrei_desk_risk(run_job *job, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_returns *r = desk->panel.returns;
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_risk_portfolio_returns(
        r->periods, r->assets, r->values, r->assets, desk->portfolio->weights, desk->returns, err);
    if (!status)
        status = from_series(job, err);
    if (!status)
        status = worst_windows(desk, err);
    if (status)
        return status;
    nacrei_run_desk_stage(job, "risk", r->periods, "returns", since(started), "nacre_risk_series",
                          "blas", "bounded");
    started = nacrei_monotonic_ns();
    status = simulate(job, err);
    if (!status)
        nacrei_run_desk_stage(job, "scenarios", desk->scenarios, "scenarios", since(started),
                              "nacre_risk_simulation_create", "blas", "bounded");
    return status;
}
