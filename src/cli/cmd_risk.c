// SPDX-License-Identifier: Apache-2.0
// `nacre risk`: a panel and weights in; VaR and ES by every method with their errors, components,
// stress, the backtest, and limits.
#include "cli/cli_risk.h"
#include "core/timezone.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CAPITAL 1e6
#define SCENARIOS 100000
#define SCENARIOS_MAX INT64_C(100000000)
#define HORIZON_MAX 1000

static const cli_option options[] = {
    {"weights", 0, "FILE",
     "NAME,WEIGHT rows, as weights.csv of nacre optimize; others get 0 (default equal)"},
    {"equal", 0, NULL, "equal weights"},
    {"level", 0, "LIST", "levels of VaR and ES, as 95,99 (default VaR 95 and 99, ES 97.5)"},
    {"method", 0, "NAME", "historical, normal, t, ewma, mc-t, mc-normal; repeatable (default all)"},
    {"horizon", 0, "LIST", "periods, as 1,10 (default 1,10)"},
    {"capital", 0, "X", "for figures in money (default 1000000)"},
    {"scenarios", 0, "N", "of the simulation (default 100000)"},
    {"seed", 0, "N", "of the simulation (default 1)"},
    {"stress", 0, "DATE:DATE", "loss of the weights held through these dates; repeatable"},
    {"limit", 0, "NAME=X", "exit with 1 when a 1-period figure exceeds X %: var99=2.5; repeatable"},
    {"out", 0, "DIR", "write risk.json and components.csv there"},
    CLI_PANEL_OPTIONS,
};

const cli_command cmd_risk = {
    .name = "risk",
    .synopsis = "[OPTION...] PANEL",
    .summary = "value at risk and expected shortfall of a portfolio, tested against its past",
    .details =
        "VaR and ES are positive losses. PANEL is a CSV with one row per date and one column per\n"
        "asset. mc-t draws from a multivariate t with the sample covariance and degrees of "
        "freedom\n"
        "fitted to the portfolio. Longer horizons are scaled by the root, and, for historical,\n"
        "also measured on overlapping periods. The backtest forecasts each of the last 255\n"
        "periods from the 250 before it.",
    .example = "nacre risk prices.csv --weights weights.csv --horizon 1,10 --limit var99=3",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

/// "99" or "97.5" of a list; advances *text behind the comma.
static bool next_number(const char **text, double *value)
{
    char *end;
    *value = strtod(*text, &end);
    if (end == *text || (*end != '\0' && *end != ','))
        return false;
    *text = *end == ',' ? end + 1 : end;
    return *end != ',' || end[1] != '\0';
}

static void add_column(cli_risk *risk, bool es, double per_cent)
{
    cli_risk_column *column = &risk->column[risk->column_count++];
    // 1 - 99.9 / 100 keeps one rounding; the engine snaps what is an integer number of losses.
    *column = (cli_risk_column){.es = es, .level = per_cent / 100};
    (void)snprintf(column->name, sizeof column->name, "%s %.5g", es ? "ES" : "VaR", per_cent);
    char digits[12];
    (void)snprintf(digits, sizeof digits, "%.5g", per_cent);
    size_t at = (size_t)snprintf(column->key, sizeof column->key, "%s", es ? "es" : "var");
    for (const char *c = digits; *c && at + 1 < sizeof column->key; c++)
        if (*c != '.')
            column->key[at++] = *c;
    column->key[at] = '\0';
}

static bool parse_levels(const cli_args *args, cli_risk *risk)
{
    const char *text = cli_value(args, "level");
    if (!text) {
        add_column(risk, false, 95);
        add_column(risk, false, 99);
        add_column(risk, true, 97.5);
        return true;
    }
    const char *at = text;
    while (*at) {
        double level;
        if (!next_number(&at, &level) || !(level >= 50 && level <= 99.99) ||
            risk->column_count + 2 > CLI_RISK_COLUMNS)
            return (void)cli_usage(args, "--level: '%s' is not a list of up to %u from 50 to 99.99",
                                   text, CLI_RISK_COLUMNS / 2),
                   false;
        add_column(risk, false, level);
        add_column(risk, true, level);
    }
    return risk->column_count > 0 || ((void)cli_usage(args, "--level: the list is empty"), false);
}

static bool parse_horizons(const cli_args *args, cli_risk *risk)
{
    const char *text = cli_value(args, "horizon"), *at = text ? text : "1,10";
    while (*at) {
        double horizon;
        if (!next_number(&at, &horizon) || !(horizon >= 1 && horizon <= HORIZON_MAX) ||
            floor(horizon) != horizon || risk->horizon_count == CLI_RISK_HORIZONS) {
            (void)cli_usage(args, "--horizon: '%s' is not a list of up to %u from 1 to %d", text,
                            CLI_RISK_HORIZONS, HORIZON_MAX);
            return false;
        }
        risk->horizon[risk->horizon_count++] = (uint32_t)horizon;
    }
    return true;
}

static bool parse_methods(const cli_args *args, cli_risk *risk)
{
    size_t count = cli_count(args, "method");
    for (size_t k = 0; k < CLI_RISK_METHODS; k++)
        risk->wanted[k] = count == 0;
    for (size_t i = 0; i < count; i++) {
        const char *name = cli_value_at(args, "method", i);
        size_t k = 0;
        while (k < CLI_RISK_METHODS && strcmp(name, cli_risk_methods[k]) != 0)
            k++;
        if (k == CLI_RISK_METHODS) {
            (void)cli_usage(
                args, "--method: '%s' is not historical, normal, t, ewma, mc-t or mc-normal", name);
            return false;
        }
        risk->wanted[k] = true;
    }
    return true;
}

static bool parse_day(const char *text, size_t length, int32_t *date)
{
    if (length != 10 || text[4] != '-' || text[7] != '-')
        return false;
    int32_t value = 0;
    for (size_t i = 0; i < length; i++) {
        if (i == 4 || i == 7)
            continue;
        if (text[i] < '0' || text[i] > '9')
            return false;
        value = 10 * value + (text[i] - '0');
    }
    int64_t days;
    *date = value;
    return nacrei_days_from_yyyymmdd(value, &days);
}

static bool parse_stresses(const cli_args *args, cli_risk *risk)
{
    for (size_t i = 0; i < cli_count(args, "stress"); i++) {
        const char *text = cli_value_at(args, "stress", i), *colon = strchr(text, ':');
        cli_risk_stress *stress = &risk->stress[risk->stress_count];
        if (risk->stress_count + 3 >= CLI_RISK_STRESSES || !colon ||
            !parse_day(text, (size_t)(colon - text), &stress->first) ||
            !parse_day(colon + 1, strlen(colon + 1), &stress->last) ||
            stress->first > stress->last) {
            (void)cli_usage(args,
                            "--stress: '%s' is not DATE:DATE in order, as "
                            "2020-02-19:2020-03-23; up to %u of them",
                            text, CLI_RISK_STRESSES - 4);
            return false;
        }
        (void)snprintf(stress->name, sizeof stress->name, "%s", text);
        risk->stress_count++;
    }
    return true;
}

static bool parse_limits(const cli_args *args, cli_risk *risk)
{
    for (size_t i = 0; i < cli_count(args, "limit"); i++) {
        const char *text = cli_value_at(args, "limit", i), *equals = strchr(text, '=');
        char *end = NULL;
        double limit = equals ? strtod(equals + 1, &end) : 0;
        size_t c = 0, length = equals ? (size_t)(equals - text) : 0;
        while (c < risk->column_count && (strlen(risk->column[c].key) != length ||
                                          strncmp(risk->column[c].key, text, length) != 0))
            c++;
        if (!equals || end == equals + 1 || *end != '\0' || !(limit > 0 && isfinite(limit)) ||
            c == risk->column_count || risk->limit_count == CLI_RISK_LIMITS) {
            (void)cli_usage(args,
                            "--limit: '%s' is not NAME=X with a figure of the table (%s, ...) "
                            "and X in per cent",
                            text, risk->column[0].key);
            return false;
        }
        risk->limit[risk->limit_count++] =
            (nacre_risk_limit){.name = risk->column[c].key, .limit = limit / 100};
    }
    return true;
}

static bool parse(const cli_args *args, cli_risk *risk)
{
    nacre_risk_simulation_options_init(&risk->simulation);
    int64_t scenarios = SCENARIOS;
    int64_t seed = (int64_t)risk->simulation.seed;
    risk->capital = CAPITAL;
    risk->weights_path = cli_value(args, "weights");
    if (risk->weights_path && cli_has(args, "equal")) {
        (void)cli_usage(args, "--weights and --equal exclude each other");
        return false;
    }
    if (!cli_panel_parse(args, &risk->panel) || !parse_levels(args, risk) ||
        !parse_horizons(args, risk) || !parse_methods(args, risk) || !parse_stresses(args, risk) ||
        !parse_limits(args, risk) || !cli_double(args, "capital", 1e-9, 1e18, &risk->capital) ||
        !cli_int(args, "scenarios", 100, SCENARIOS_MAX, &scenarios) ||
        !cli_int(args, "seed", 0, INT64_MAX, &seed))
        return false;
    risk->simulation.scenarios = (size_t)scenarios;
    risk->simulation.seed = (uint64_t)seed;
    return true;
}

int run_risk(const cli_env *env, const cli_args *args)
{
    cli_risk risk = {0};
    nacre_error err = {0};
    if (!parse(args, &risk))
        return CLI_USAGE;
    nacre_status status = cli_risk_compute(env->ctx, &risk, &err);
    if (!status && cli_has(args, "out"))
        status = cli_risk_write(cli_value(args, "out"), &risk, &err);
    if (!status && env->json)
        status = cli_risk_json(stdout, &risk, "standard output", &err);
    else if (!status)
        cli_risk_print(stdout, &risk);
    int code = status ? cli_fail(args, &err) : risk.breaches ? CLI_FAILED : CLI_OK;
    cli_risk_free(env->ctx, &risk);
    return code;
}
