// SPDX-License-Identifier: Apache-2.0
// The figures of `nacre risk`: weights, portfolio returns, every wanted method at every horizon,
// components from the closed form and from the simulation, the worst windows, and the backtest.
#include "cli/cli_risk.h"

#include "cli/cli_table.h"
#include "core/alloc.h"
#include "nacre/factor.h"

#include <math.h>
#include <string.h>

#define VAR_LEVEL 0.99
#define ES_LEVEL 0.975

const char *const cli_risk_methods[CLI_RISK_METHODS] = {"historical", "normal", "t",
                                                        "ewma",       "mc-t",   "mc-normal"};

static nacre_status estimate(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    const nacre_returns *r = risk->panel.returns;
    nacre_covariance_options options;
    nacre_covariance_options_init(&options);
    options.method = NACRE_COV_SAMPLE;
    nacre_status status =
        nacrei_alloc(ctx, r->assets, sizeof *risk->weights, "weights", &risk->weights, err);
    if (!status)
        status = nacrei_alloc(ctx, r->periods, sizeof *risk->portfolio, "portfolio returns",
                              &risk->portfolio, err);
    if (!status)
        status = nacrei_alloc(ctx, r->assets, r->assets * sizeof *risk->covariance, "covariance",
                              &risk->covariance, err);
    for (size_t i = 0; !status && i < r->assets; i++)
        risk->weights[i] = 1 / (double)r->assets;
    if (!status && risk->weights_path)
        status = cli_read_values(ctx, risk->weights_path, r, risk->weights, err);
    for (size_t i = 0; !status && i < r->assets; i++)
        risk->invested += risk->weights[i];
    if (!status)
        status = nacre_risk_portfolio_returns(r->periods, r->assets, r->values, r->assets,
                                              risk->weights, risk->portfolio, err);
    if (!status)
        status = nacre_risk_moments_of(r->periods, risk->portfolio, &risk->moments, err);
    if (!status)
        status = nacre_covariance(ctx, r->periods, r->assets, r->values, r->assets, &options,
                                  risk->covariance, NULL, err);
    const nacre_risk_moments *m = &risk->moments;
    if (!status)
        status = nacre_risk_cornish_fisher(0, m->deviation, m->skewness, m->excess_kurtosis,
                                           VAR_LEVEL, &risk->cornish_fisher, err);
    return status;
}

static cli_risk_row *add_row(cli_risk *risk, int method, uint32_t horizon)
{
    cli_risk_row *row = &risk->row[risk->row_count++];
    *row = (cli_risk_row){.method = method, .horizon = horizon, .nu = (double)NAN};
    return row;
}

static void add_scaled(cli_risk *risk, const cli_risk_row *one)
{
    for (size_t h = 0; h < risk->horizon_count; h++) {
        if (risk->horizon[h] == 1)
            continue;
        cli_risk_row *row = add_row(risk, one->method, risk->horizon[h]);
        row->nu = one->nu;
        for (size_t c = 0; c < risk->column_count; c++)
            row->figure[c] = nacre_risk_scaled(&one->figure[c], risk->horizon[h]);
    }
}

static nacre_status series_row(nacre_ctx *ctx, const cli_risk *risk, size_t n,
                               const double *returns, cli_risk_row *row, nacre_error *err)
{
    nacre_risk_series_options options;
    nacre_risk_series_options_init(&options);
    options.method = (nacre_risk_method)row->method;
    nacre_status status = NACRE_OK;
    for (size_t c = 0; !status && c < risk->column_count; c++) {
        nacre_risk_figure var, es;
        options.level = risk->column[c].level;
        status = nacre_risk_series(ctx, n, returns, &options, &var, &es, &row->nu, err);
        if (!status)
            row->figure[c] = risk->column[c].es ? es : var;
    }
    return status;
}

/// Historical over real horizons; the windows overlap, so no error can be stated.
static nacre_status overlapping_rows(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    size_t periods = risk->panel.returns->periods;
    double *returns;
    nacre_status status =
        nacrei_alloc(ctx, periods, sizeof *returns, "horizon returns", &returns, err);
    if (status)
        return status;
    for (size_t h = 0; !status && h < risk->horizon_count; h++) {
        uint32_t horizon = risk->horizon[h];
        if (horizon == 1)
            continue;
        cli_risk_row *row = add_row(risk, NACRE_RISK_HISTORICAL, horizon);
        row->overlapping = true;
        status = nacre_risk_overlapping(periods, risk->portfolio, horizon, returns, err);
        if (!status)
            status = series_row(ctx, risk, periods - horizon + 1, returns, row, err);
        for (size_t c = 0; !status && c < risk->column_count; c++)
            row->figure[c].standard_error = row->figure[c].low = row->figure[c].high = (double)NAN;
    }
    nacrei_free(ctx, returns, periods, sizeof *returns);
    return status;
}

static nacre_status simulated_components(nacre_ctx *ctx, cli_risk *risk,
                                         const nacre_risk_simulation *simulation, nacre_error *err)
{
    risk->var_tail.component_var = risk->component_var;
    risk->es_tail.component_es = risk->component_es;
    nacre_status status =
        nacre_risk_simulation_tail(ctx, simulation, VAR_LEVEL, &risk->var_tail, err);
    if (!status)
        status = nacre_risk_simulation_tail(ctx, simulation, ES_LEVEL, &risk->es_tail, err);
    return status;
}

static nacre_status simulated_row(nacre_ctx *ctx, cli_risk *risk, int method, double nu,
                                  nacre_error *err)
{
    nacre_risk_simulation_options options = risk->simulation;
    bool is_t = method == CLI_RISK_MC_T;
    options.distribution = is_t ? NACRE_RISK_STUDENT_T : NACRE_RISK_NORMAL;
    options.nu = nu;
    size_t assets = risk->panel.returns->assets;
    nacre_risk_simulation *simulation;
    nacre_status status = nacre_risk_simulation_create(ctx, assets, risk->weights, risk->covariance,
                                                       assets, &options, &simulation, err);
    if (status)
        return status;
    if (is_t)
        status = simulated_components(ctx, risk, simulation, err);
    if (!status && risk->wanted[method]) {
        cli_risk_row *row = add_row(risk, method, 1);
        row->nu = is_t ? nu : (double)NAN;
        for (size_t c = 0; !status && c < risk->column_count; c++) {
            nacre_risk_tail tail = {0};
            status = nacre_risk_simulation_tail(ctx, simulation, risk->column[c].level, &tail, err);
            row->figure[c] = risk->column[c].es ? tail.es : tail.var;
        }
        add_scaled(risk, row);
    }
    nacre_risk_simulation_destroy(ctx, simulation);
    return status;
}

static nacre_status all_rows(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    const nacre_returns *r = risk->panel.returns;
    nacre_status status = NACRE_OK;
    for (int method = 0; !status && method < CLI_RISK_MC_T; method++) {
        if (!risk->wanted[method])
            continue;
        cli_risk_row *row = add_row(risk, method, 1);
        status = series_row(ctx, risk, r->periods, risk->portfolio, row, err);
        if (!status)
            add_scaled(risk, row);
        if (!status && method == NACRE_RISK_HISTORICAL)
            status = overlapping_rows(ctx, risk, err);
    }
    nacre_risk_series_options t;
    nacre_risk_series_options_init(&t);
    t.method = NACRE_RISK_PARAMETRIC_T;
    nacre_risk_figure var, es;
    double nu;
    if (!status)
        status = nacre_risk_series(ctx, r->periods, risk->portfolio, &t, &var, &es, &nu, err);
    if (!status)
        status = simulated_row(ctx, risk, CLI_RISK_MC_T, nu, err);
    if (!status && risk->wanted[CLI_RISK_MC_NORMAL])
        status = simulated_row(ctx, risk, CLI_RISK_MC_NORMAL, 0, err);
    return status;
}

static nacre_status components(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    size_t n = risk->panel.returns->assets;
    nacre_status status =
        nacrei_alloc(ctx, n, sizeof(double), "components", &risk->component_normal, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof(double), "components", &risk->component_var, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof(double), "components", &risk->component_es, err);
    double multiple, es;
    if (!status)
        status = nacre_risk_parametric(NACRE_RISK_NORMAL, 0, 1, 0, VAR_LEVEL, &multiple, &es, err);
    if (!status)
        status = nacre_risk_components(ctx, n, risk->weights, risk->covariance, n, multiple,
                                       risk->component_normal, NULL, err);
    return status;
}

static nacre_status worst_windows(cli_risk *risk, nacre_error *err)
{
    static const size_t lengths[] = {1, 5, 20};
    const nacre_returns *r = risk->panel.returns;
    for (size_t i = 0; i < 3 && lengths[i] <= r->periods; i++) {
        cli_risk_stress *stress = &risk->stress[risk->stress_count++];
        size_t first;
        nacre_status status = nacre_risk_worst_window(r->periods, risk->portfolio, lengths[i],
                                                      &first, &stress->loss, err);
        if (status)
            return status;
        (void)snprintf(stress->name, sizeof stress->name, "worst %zu of the panel", lengths[i]);
        stress->first = r->date[first];
        stress->last = r->date[first + lengths[i] - 1];
    }
    return NACRE_OK;
}

/// Windows that were asked for by dates: held from the weights, not rebalanced.
static nacre_status named_windows(cli_risk *risk, nacre_error *err)
{
    const nacre_returns *r = risk->panel.returns;
    for (size_t i = 0; i < risk->stress_count; i++) {
        cli_risk_stress *stress = &risk->stress[i];
        size_t first = 0, end;
        while (first < r->periods && r->date[first] < stress->first)
            first++;
        for (end = first; end < r->periods && r->date[end] <= stress->last;)
            end++;
        if (first == end)
            return nacrei_fail(err, NACRE_E_NOTFOUND, "--stress %s: no return of the panel in it",
                               stress->name);
        nacre_status status =
            nacre_risk_stress_window(r->periods, r->assets, r->values, r->assets, risk->weights,
                                     first, end - first, NULL, &stress->loss, err);
        if (status)
            return status;
        stress->first = r->date[first];
        stress->last = r->date[end - 1];
    }
    return NACRE_OK;
}

static nacre_status backtest(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    size_t periods = risk->panel.returns->periods;
    risk->has_backtest = periods >= CLI_RISK_OBSERVATIONS + CLI_RISK_WINDOW;
    nacre_risk_series_options options;
    nacre_risk_series_options_init(&options);
    nacre_status status = NACRE_OK;
    for (int method = 0; !status && risk->has_backtest && method < CLI_RISK_MC_T; method++) {
        options.method = (nacre_risk_method)method;
        status = nacre_risk_backtest_series(ctx, periods, risk->portfolio, &options,
                                            CLI_RISK_WINDOW, CLI_RISK_OBSERVATIONS, NULL, NULL,
                                            NULL, &risk->backtest[method], err);
    }
    return status;
}

/// A limit holds for the largest figure of its name among the rows of one period.
static nacre_status limits(cli_risk *risk, nacre_error *err)
{
    for (size_t i = 0; i < risk->limit_count; i++) {
        risk->limit[i].value = -(double)INFINITY;
        for (size_t k = 0; k < risk->row_count; k++)
            for (size_t c = 0; c < risk->column_count; c++)
                if (risk->row[k].horizon == 1 &&
                    strcmp(risk->column[c].key, risk->limit[i].name) == 0)
                    risk->limit[i].value = fmax(risk->limit[i].value, risk->row[k].figure[c].value);
    }
    return nacre_risk_check_limits(risk->limit_count, risk->limit, &risk->breaches, err);
}

nacre_status cli_risk_compute(nacre_ctx *ctx, cli_risk *risk, nacre_error *err)
{
    nacre_status status = cli_panel_load(ctx, &risk->panel, err);
    if (!status)
        status = estimate(ctx, risk, err);
    if (!status)
        status = components(ctx, risk, err);
    if (!status)
        status = all_rows(ctx, risk, err);
    if (!status)
        status = named_windows(risk, err);
    if (!status)
        status = worst_windows(risk, err);
    if (!status)
        status = backtest(ctx, risk, err);
    return status ? status : limits(risk, err);
}

void cli_risk_free(nacre_ctx *ctx, cli_risk *risk)
{
    size_t n = risk->panel.returns ? risk->panel.returns->assets : 0;
    size_t periods = risk->panel.returns ? risk->panel.returns->periods : 0;
    nacrei_free(ctx, risk->weights, n, sizeof(double));
    nacrei_free(ctx, risk->portfolio, periods, sizeof(double));
    nacrei_free(ctx, risk->covariance, n, n * sizeof(double));
    nacrei_free(ctx, risk->component_normal, n, sizeof(double));
    nacrei_free(ctx, risk->component_var, n, sizeof(double));
    nacrei_free(ctx, risk->component_es, n, sizeof(double));
    cli_panel_unload(ctx, &risk->panel);
}
