// SPDX-License-Identifier: Apache-2.0
// The outputs of `nacre risk`: a table for people, JSON with everything, components as CSV. Losses
// are positive, as per cent and money for people and as fractions for programs.
#include "cli/cli_csv.h"
#include "cli/cli_export.h"
#include "cli/cli_risk.h"
#include "cli/cli_text.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define TOP 10u

static const char *horizon_label(const cli_risk_row *row)
{
    return row->horizon == 1 ? "" : row->overlapping ? " overlapping" : " scaled";
}

static void print_figures(FILE *out, const cli_risk *risk)
{
    (void)fprintf(out, "\n%-11s %-15s", "method", "horizon");
    for (size_t c = 0; c < risk->column_count; c++)
        (void)fprintf(out, "  %-16s", risk->column[c].name);
    (void)fprintf(out, "  %s\n", risk->column_count ? "(% of the value, +- standard error)" : "");
    for (size_t i = 0; i < risk->row_count; i++) {
        const cli_risk_row *row = &risk->row[i];
        char horizon[32];
        (void)snprintf(horizon, sizeof horizon, "%" PRIu32 "%s", row->horizon, horizon_label(row));
        (void)fprintf(out, "%-11s %-15s", cli_risk_methods[row->method], horizon);
        for (size_t c = 0; c < risk->column_count; c++) {
            const nacre_risk_figure *figure = &row->figure[c];
            if (isnan(figure->standard_error))
                (void)fprintf(out, "  %7.4f         ", 100 * figure->value);
            else
                (void)fprintf(out, "  %7.4f +-%6.4f", 100 * figure->value,
                              100 * figure->standard_error);
        }
        if (!isnan(row->nu))
            (void)fprintf(out, "  nu %.2f", row->nu);
        (void)fprintf(out, "\n");
    }
    if (risk->cornish_fisher.outcome == NACRE_RISK_CF_VALID)
        (void)fprintf(out, "Cornish-Fisher VaR 99: %.4f\n", 100 * risk->cornish_fisher.var);
    else
        (void)fprintf(out,
                      "Cornish-Fisher VaR 99: invalid_domain (skewness %.2f, excess kurtosis "
                      "%.2f)\n",
                      risk->moments.skewness, risk->moments.excess_kurtosis);
}

/// The largest magnitudes of component ES, by repeated search: ten of a few thousand.
static void print_components(FILE *out, const cli_risk *risk)
{
    const nacre_returns *r = risk->panel.returns;
    (void)fprintf(out,
                  "\ncomponents (top %u by ES 97.5 of %zu assets; they sum to the total)\n"
                  "%-12s %9s %14s %14s %14s %8s\n",
                  TOP, r->assets, "asset", "weight %", "VaR 99 normal", "VaR 99 mc-t",
                  "ES 97.5 mc-t", "share %");
    double last = (double)INFINITY;
    size_t last_index = 0;
    for (size_t k = 0; k < TOP && k < r->assets; k++) {
        size_t best = SIZE_MAX;
        double best_size = -1;
        for (size_t i = 0; i < r->assets; i++) {
            double size = fabs(risk->component_es[i]);
            bool later = size < last || (size == last && i > last_index);
            if (later && size > best_size) {
                best = i;
                best_size = size;
            }
        }
        if (best == SIZE_MAX)
            return;
        last = best_size;
        last_index = best;
        (void)fprintf(out, "%-12.12s %9.3f %14.5f %14.5f %14.5f %8.2f\n", r->names[best],
                      100 * risk->weights[best], 100 * risk->component_normal[best],
                      100 * risk->component_var[best], 100 * risk->component_es[best],
                      100 * risk->component_es[best] / risk->es_tail.es.value);
    }
    (void)fprintf(out, "component VaR averages %zu ranks on either side of VaR's\n",
                  risk->var_tail.band);
}

static void print_backtest(FILE *out, const cli_risk *risk)
{
    if (!risk->has_backtest) {
        (void)fprintf(out, "\nbacktest: not made, %zu periods; it needs %u\n",
                      risk->panel.returns->periods, CLI_RISK_OBSERVATIONS + CLI_RISK_WINDOW);
        return;
    }
    (void)fprintf(out,
                  "\nbacktest of VaR 99, the last %u periods, each from the %u before it\n"
                  "%-11s %10s %9s %14s %16s %7s %9s\n",
                  CLI_RISK_OBSERVATIONS, CLI_RISK_WINDOW, "method", "exceptions", "Kupiec p",
                  "independence p", "Christoffersen p", "light", "Z2");
    for (int method = 0; method < CLI_RISK_MC_T; method++) {
        const nacre_risk_backtest *test = &risk->backtest[method];
        (void)fprintf(out, "%-11s %10zu %9.4f %14.4f %16.4f %7s %9.3f%s\n",
                      cli_risk_methods[method], test->exceptions, test->coverage.p_value,
                      test->independence.p_value, test->conditional.p_value,
                      nacre_risk_light_name(test->light), test->z2,
                      test->z2 < NACRE_RISK_Z2_CRITICAL ? " ES too small" : "");
    }
}

void cli_risk_print(FILE *out, const cli_risk *risk)
{
    const nacre_panel *panel = risk->panel.panel;
    cli_panel_print(out, &risk->panel);
    (void)fprintf(out, "weights     %s, %.2f %% invested, capital %.0f%s%s\n",
                  risk->weights_path ? risk->weights_path : "equal", 100 * risk->invested,
                  risk->capital, panel->currency ? " " : "",
                  panel->currency ? panel->currency : "");
    (void)fprintf(
        out, "deviation   %.4f %% per period, mean taken as 0; %zu scenarios, seed %" PRIu64 "\n",
        100 * risk->moments.deviation, risk->simulation.scenarios, risk->simulation.seed);
    print_figures(out, risk);
    (void)fprintf(out, "in money: %s mc-t VaR 99 %.0f, ES 97.5 %.0f, 1 period\n",
                  panel->currency ? panel->currency : "", risk->capital * risk->var_tail.var.value,
                  risk->capital * risk->es_tail.es.value);
    print_components(out, risk);
    (void)fprintf(out, "\nstress\n");
    for (size_t i = 0; i < risk->stress_count; i++)
        (void)fprintf(out, "%-24s %s to %s  loss %.2f %%\n", risk->stress[i].name,
                      cli_panel_day(panel, risk->stress[i].first).text,
                      cli_panel_day(panel, risk->stress[i].last).text, 100 * risk->stress[i].loss);
    print_backtest(out, risk);
    for (size_t i = 0; i < risk->limit_count; i++)
        (void)fprintf(out, "limit %s: %.4f of %.4f %%, %.1f %% used%s\n", risk->limit[i].name,
                      100 * risk->limit[i].value, 100 * risk->limit[i].limit,
                      100 * risk->limit[i].use, risk->limit[i].breached ? ": BREACHED" : "");
}

static void put_figure(nacrei_json *json, const cli_risk *risk, const char *key,
                       const nacre_risk_figure *figure)
{
    nacrei_json_key(json, key);
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "fraction", figure->value);
    nacrei_json_put_double(json, "money", figure->value * risk->capital);
    nacrei_json_put_double(json, "standard_error", figure->standard_error);
    nacrei_json_put_double(json, "low", figure->low);
    nacrei_json_put_double(json, "high", figure->high);
    nacrei_json_object_end(json);
}

static void put_rows(nacrei_json *json, const cli_risk *risk)
{
    nacrei_json_key(json, "figures");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < risk->row_count; i++) {
        const cli_risk_row *row = &risk->row[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "method", cli_risk_methods[row->method]);
        nacrei_json_put_uint(json, "horizon", row->horizon);
        nacrei_json_put_string(json, "horizon_kind",
                               row->horizon == 1  ? "direct"
                               : row->overlapping ? "overlapping"
                                                  : "scaled");
        nacrei_json_put_double(json, "nu", row->nu);
        for (size_t c = 0; c < risk->column_count; c++)
            put_figure(json, risk, risk->column[c].key, &row->figure[c]);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_components(nacrei_json *json, const cli_risk *risk)
{
    const nacre_returns *r = risk->panel.returns;
    nacrei_json_put_uint(json, "component_var_band", risk->var_tail.band);
    nacrei_json_key(json, "components");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < r->assets; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "asset", r->names[i]);
        nacrei_json_put_double(json, "weight", risk->weights[i]);
        nacrei_json_put_double(json, "var99_normal", risk->component_normal[i]);
        nacrei_json_put_double(json, "var99_mc_t", risk->component_var[i]);
        nacrei_json_put_double(json, "es975_mc_t", risk->component_es[i]);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_backtest(nacrei_json *json, const cli_risk *risk)
{
    nacrei_json_key(json, "backtest_var99");
    if (!risk->has_backtest) {
        nacrei_json_null(json);
        return;
    }
    nacrei_json_array_begin(json);
    for (int method = 0; method < CLI_RISK_MC_T; method++) {
        const nacre_risk_backtest *test = &risk->backtest[method];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "method", cli_risk_methods[method]);
        nacrei_json_put_uint(json, "observations", test->observations);
        nacrei_json_put_uint(json, "window", CLI_RISK_WINDOW);
        nacrei_json_put_uint(json, "exceptions", test->exceptions);
        nacrei_json_put_double(json, "kupiec_p", test->coverage.p_value);
        nacrei_json_put_double(json, "independence_p", test->independence.p_value);
        nacrei_json_put_double(json, "christoffersen_p", test->conditional.p_value);
        nacrei_json_put_string(json, "light", nacre_risk_light_name(test->light));
        nacrei_json_put_double(json, "z2", test->z2);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_checks(nacrei_json *json, const cli_risk *risk)
{
    nacrei_json_key(json, "stress");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < risk->stress_count; i++) {
        const cli_risk_stress *stress = &risk->stress[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", stress->name);
        nacrei_json_put_string(json, "first", cli_panel_day(risk->panel.panel, stress->first).text);
        nacrei_json_put_string(json, "last", cli_panel_day(risk->panel.panel, stress->last).text);
        nacrei_json_put_double(json, "loss", stress->loss);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "limits");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < risk->limit_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", risk->limit[i].name);
        nacrei_json_put_double(json, "value", risk->limit[i].value);
        nacrei_json_put_double(json, "limit", risk->limit[i].limit);
        nacrei_json_put_bool(json, "breached", risk->limit[i].breached);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

nacre_status cli_risk_json(FILE *out, const cli_risk *risk, const char *name, nacre_error *err)
{
    nacrei_json json;
    nacrei_json_init(&json, out, true);
    nacrei_json_object_begin(&json);
    cli_panel_json(&json, &risk->panel);
    nacrei_json_put_string(&json, "weights", risk->weights_path ? risk->weights_path : "equal");
    nacrei_json_put_double(&json, "invested", risk->invested);
    nacrei_json_put_double(&json, "capital", risk->capital);
    nacrei_json_put_string(&json, "unit", "loss as fraction of the value, positive");
    nacrei_json_put_double(&json, "deviation", risk->moments.deviation);
    nacrei_json_put_double(&json, "skewness", risk->moments.skewness);
    nacrei_json_put_double(&json, "excess_kurtosis", risk->moments.excess_kurtosis);
    nacrei_json_put_uint(&json, "scenarios", risk->simulation.scenarios);
    nacrei_json_put_uint(&json, "seed", risk->simulation.seed);
    put_rows(&json, risk);
    nacrei_json_put_string(&json, "cornish_fisher_outcome",
                           risk->cornish_fisher.outcome ? "invalid_domain" : "valid");
    nacrei_json_put_double(&json, "cornish_fisher_var99", risk->cornish_fisher.var);
    put_components(&json, risk);
    put_checks(&json, risk);
    put_backtest(&json, risk);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, name, err);
}

static void write_components(FILE *out, const void *what)
{
    const cli_risk *risk = what;
    const nacre_returns *r = risk->panel.returns;
    (void)fputs("asset,weight,var99_normal,var99_mc_t,es975_mc_t\n", out);
    for (size_t i = 0; i < r->assets; i++) {
        cli_csv_name(out, r->names[i]);
        cli_csv_double(out, risk->weights[i]);
        cli_csv_double(out, risk->component_normal[i]);
        cli_csv_double(out, risk->component_var[i]);
        cli_csv_double(out, risk->component_es[i]);
        (void)fputc('\n', out);
    }
}

nacre_status cli_risk_write(const char *folder, const cli_risk *risk, nacre_error *err)
{
    char path[2048];
    if (strlen(folder) > sizeof path - 32)
        return nacrei_fail(err, NACRE_E_ARG, "--out: the path is too long");
    nacre_status status = cli_make_folder(folder, err);
    if (status)
        return status;
    status = cli_csv_write(folder, "components.csv", write_components, risk, err);
    if (status)
        return status;
    (void)snprintf(path, sizeof path, "%s/risk.json", folder);
    cli_file file;
    status = cli_file_open(&file, path, err);
    if (status)
        return status;
    status = cli_risk_json(file.out, risk, path, err);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}
