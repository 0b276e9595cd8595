// SPDX-License-Identifier: Apache-2.0
// The desk's tables. Numbers are the shortest text that reads back equal, what is not defined is an
// empty field. weights.csv has every asset, so that a reader can join it to the panel by position.
#include "cli/cli_factors.h"
#include "cli/results_desk.h"

#include <math.h>
#include <string.h>

#define COMPONENTS 10u ///< of factors.csv

const char *const nacrei_results_desk_tables[RESULTS_DESK_TABLES] = {
    "weights.csv", "factors.csv", "trades.csv", "follow.csv", "walk.csv"};

static void put_double(FILE *out, double value)
{
    char text[40];
    (void)fputc(',', out);
    if (!isfinite(value))
        return;
    (void)nacrei_format_double(text, sizeof text, value);
    (void)fputs(text, out);
}

static void put_weights(FILE *out, const run_desk *desk)
{
    const nacre_returns *r = desk->panel.returns;
    (void)fputs("asset,group,weight,risk_share,component_es975\n", out);
    for (size_t i = 0; i < r->assets; i++) {
        uint32_t group = desk->groups ? desk->groups->group[r->column[i]] : NACRE_GROUP_NONE;
        cli_factors_put_name(out, r->names[i]);
        (void)fputc(',', out);
        cli_factors_put_name(out, group == NACRE_GROUP_NONE ? "" : desk->groups->names[group]);
        put_double(out, desk->portfolio->weights[i]);
        put_double(out, desk->portfolio->risk_share[i]);
        put_double(out, desk->component_es[i]);
        (void)fputc('\n', out);
    }
}

static void put_factors(FILE *out, const run_desk *desk)
{
    size_t all = desk->pca->components;
    cli_factors factors = {.panel = desk->panel,
                           .pca = desk->pca,
                           .model = desk->model,
                           .shown = all < COMPONENTS ? all : COMPONENTS};
    cli_factors_write_rows(out, &factors);
}

static void put_trades(FILE *out, const run_desk *desk)
{
    const nacre_returns *r = desk->panel.returns;
    (void)fputs("asset,price,shares,value\n", out);
    for (size_t i = 0; i < r->assets; i++) {
        if (desk->trades[i].shares == 0.0)
            continue;
        cli_factors_put_name(out, r->names[i]);
        put_double(out, desk->price[i]);
        put_double(out, desk->trades[i].shares);
        put_double(out, desk->trades[i].value);
        (void)fputc('\n', out);
    }
}

static void put_follow(FILE *out, const run_desk *desk)
{
    (void)fputs("date,pnl,pnl_money,value,var99,es975,exception\n", out);
    for (size_t i = 0; i < desk->followed; i++) {
        const run_desk_day *day = &desk->day[i];
        (void)fputs(cli_panel_day(desk->file, day->date).text, out);
        put_double(out, day->pnl);
        put_double(out, day->pnl * desk->capital);
        put_double(out, day->value);
        put_double(out, day->var99);
        put_double(out, day->es975);
        (void)fprintf(out, ",%d\n", day->exception);
    }
}

static void put_walk(FILE *out, const run_desk *desk)
{
    size_t period = 0;
    (void)fputs("date,period", out);
    for (size_t p = 0; p < desk->walk_count; p++)
        (void)fprintf(out, ",%s_wealth,%s_var99", desk->walk[p].name, desk->walk[p].name);
    (void)fputc('\n', out);
    for (size_t t = 0; desk->walk_count && t < desk->walk_days; t++) {
        while (period + 1 < desk->walk[0].rebalances && desk->walk_start[period + 1] <= t)
            period++;
        (void)fprintf(out, "%s,%zu", cli_panel_day(desk->file, desk->walk_date[t]).text, period);
        for (size_t p = 0; p < desk->walk_count; p++) {
            put_double(out, desk->walk[p].wealth[t]);
            put_double(out, desk->walk[p].var99[t]);
        }
        (void)fputc('\n', out);
    }
}

void nacrei_results_desk_table(FILE *out, const char *name, const run_desk *desk)
{
    static void (*const put[RESULTS_DESK_TABLES])(FILE * out, const run_desk *desk) = {
        put_weights, put_factors, put_trades, put_follow, put_walk};
    for (size_t i = 0; i < RESULTS_DESK_TABLES; i++)
        if (strcmp(name, nacrei_results_desk_tables[i]) == 0)
            put[i](out, desk);
}
