// SPDX-License-Identifier: Apache-2.0
// The limits of `nacre optimize` that name something: groups, single assets, and exposures to the
// factors of a table. What a name does not fit is an error, because a limit that silently holds for
// nothing is worse than none.
#include "cli/cli_optimize.h"
#include "cli/cli_table.h"
#include "core/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/// "NAME=W": the length of NAME and W.
static nacre_status split(const char *option, const char *text, size_t *length, double *bound,
                          nacre_error *err)
{
    const char *equals = strrchr(text, '=');
    char *end = NULL;
    double value = equals ? strtod(equals + 1, &end) : 0.0;
    if (!equals || end == equals + 1 || *end || !isfinite(value))
        return nacrei_fail(err, NACRE_E_PARSE, "--%s: \"%s\" is not NAME=W", option, text);
    *length = (size_t)(equals - text);
    *bound = value;
    return NACRE_OK;
}

static bool is_name(const char *name, const char *text, size_t length)
{
    return strlen(name) == length && memcmp(name, text, length) == 0;
}

/// "NAME=W" into the group limit of that name, which is made if it is not there.
static nacre_status add_group_limit(const char *option, const char *text, cli_optimize *job,
                                    nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    size_t length;
    double bound;
    nacre_status status = split(option, text, &length, &bound, err);
    if (status)
        return status;
    uint32_t number = 0;
    while (number < job->table->groups && !is_name(job->table->names[number], text, length))
        number++;
    if (number == job->table->groups)
        return nacrei_fail(err, NACRE_E_NOTFOUND, "--%s: there is no group \"%.*s\"", option,
                           (int)length, text);
    nacre_portfolio_group *group = job->groups;
    while (group < job->groups + job->problem.group_count &&
           group->name != job->table->names[number])
        group++;
    if (group == job->groups + job->problem.group_count) {
        size_t *member = job->member + job->problem.group_count++ * r->assets;
        *group = (nacre_portfolio_group){.name = job->table->names[number],
                                         .member = member,
                                         .lower = (double)-INFINITY,
                                         .upper = (double)INFINITY};
        for (size_t i = 0; i < r->assets; i++)
            if (job->table->group[r->column[i]] == number)
                member[group->members++] = i;
    }
    if (strcmp(option, "group-max") == 0)
        group->upper = bound;
    else
        group->lower = bound;
    return NACRE_OK;
}

static nacre_status load_groups(nacre_ctx *ctx, const cli_args *args, cli_optimize *job,
                                nacre_error *err)
{
    static const char *const option[] = {"group-max", "group-min"};
    size_t n = job->panel.returns->assets;
    job->group_count = cli_count(args, option[0]) + cli_count(args, option[1]);
    if (job->group_count == 0)
        return NACRE_OK;
    nacre_status status =
        nacre_panel_groups(ctx, cli_value(args, "groups"), job->panel.panel, &job->table, err);
    if (!status)
        status =
            nacrei_alloc(ctx, job->group_count, sizeof *job->groups, "groups", &job->groups, err);
    if (!status)
        status = nacrei_alloc(ctx, n * job->group_count, sizeof *job->member, "group members",
                              &job->member, err);
    for (size_t o = 0; o < 2; o++)
        for (size_t i = 0; !status && i < cli_count(args, option[o]); i++)
            status = add_group_limit(option[o], cli_value_at(args, option[o], i), job, err);
    job->problem.groups = job->groups;
    return status;
}

static nacre_status load_asset_bounds(const cli_args *args, cli_optimize *job, nacre_error *err)
{
    static const char *const option[] = {"asset-max", "asset-min"};
    const nacre_returns *r = job->panel.returns;
    for (size_t i = 0; i < r->assets; i++) {
        job->lower[i] = job->problem.min_weight;
        job->upper[i] = job->problem.max_weight;
    }
    for (size_t o = 0; o < 2; o++)
        for (size_t k = 0; k < cli_count(args, option[o]); k++) {
            const char *text = cli_value_at(args, option[o], k);
            size_t length, asset = 0;
            double bound;
            nacre_status status = split(option[o], text, &length, &bound, err);
            if (status)
                return status;
            while (asset < r->assets && !is_name(r->names[asset], text, length))
                asset++;
            if (asset == r->assets)
                return nacrei_fail(err, NACRE_E_NOTFOUND,
                                   "--%s: \"%.*s\" is not among the %zu assets of the window",
                                   option[o], (int)length, text, r->assets);
            (o == 0 ? job->upper : job->lower)[asset] = bound;
            job->problem.lower = job->lower;
            job->problem.upper = job->upper;
        }
    return NACRE_OK;
}

/// "NAME=LOW:HIGH", a side left empty is open.
static nacre_status split_band(const char *text, size_t *length, nacre_portfolio_row *row,
                               nacre_error *err)
{
    const char *equals = strrchr(text, '='), *colon = equals ? strchr(equals, ':') : NULL;
    char *low_end = NULL, *high_end = NULL;
    row->lower = (double)-INFINITY;
    row->upper = (double)INFINITY;
    if (colon && colon > equals + 1)
        row->lower = strtod(equals + 1, &low_end);
    if (colon && colon[1])
        row->upper = strtod(colon + 1, &high_end);
    if (!colon || (!low_end && !high_end) || (low_end && low_end != colon) ||
        (high_end && *high_end) || isnan(row->lower) || isnan(row->upper))
        return nacrei_fail(err, NACRE_E_PARSE,
                           "--factor-band: \"%s\" is not NAME=LOW:HIGH; one side may be empty",
                           text);
    *length = (size_t)(equals - text);
    return NACRE_OK;
}

/// The column of the factor into column `band` of the coefficients.
static nacre_status fill_band(const cli_table *table, size_t column, size_t band, cli_optimize *job,
                              nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    double *coefficient = job->exposures + band;
    for (size_t i = 0; i < r->assets; i++)
        coefficient[i * job->band_count] = (double)NAN;
    for (size_t row = 1; row < table->rows; row++) {
        size_t asset = cli_find_asset(r, cli_table_cell(table, row, 0));
        if (asset == r->assets)
            continue; // the table may cover more than the window
        double *to = coefficient + asset * job->band_count;
        if (!isnan(*to))
            return nacrei_fail(err, NACRE_E_EXISTS, "%s:%zu: \"%.60s\" a second time; keep one row",
                               table->path, table->line[row], r->names[asset]);
        nacre_status status = cli_table_number(table, row, column, to, err);
        if (status)
            return status;
    }
    for (size_t i = 0; i < r->assets; i++)
        if (isnan(coefficient[i * job->band_count]))
            return nacrei_fail(err, NACRE_E_NOTFOUND,
                               "%s: no row for %.60s; give every asset of the window its exposures",
                               table->path, r->names[i]);
    return NACRE_OK;
}

static nacre_status add_band(const cli_table *table, const char *text, size_t band,
                             cli_optimize *job, nacre_error *err)
{
    nacre_portfolio_row *row = job->bands + band;
    size_t length = 0, column = 1;
    nacre_status status = split_band(text, &length, row, err);
    if (status)
        return status;
    while (column < table->columns && !is_name(cli_table_cell(table, 0, column), text, length))
        column++;
    if (column == table->columns)
        return nacrei_fail(err, NACRE_E_NOTFOUND, "--factor-band: %s has no column \"%.*s\"",
                           table->path, (int)length, text);
    row->name = cli_table_cell(table, 0, column);
    row->coefficient = job->exposures + band;
    row->stride = job->band_count;
    return fill_band(table, column, band, job, err);
}

static nacre_status load_bands(nacre_ctx *ctx, const cli_args *args, cli_optimize *job,
                               nacre_error *err)
{
    size_t n = job->panel.returns->assets;
    job->band_count = cli_count(args, "factor-band");
    if (job->band_count == 0)
        return NACRE_OK;
    nacre_status status =
        cli_table_open(ctx, cli_value(args, "exposures"), &job->exposure_table, err);
    if (!status)
        status = nacrei_alloc(ctx, job->band_count, sizeof *job->bands, "bands", &job->bands, err);
    if (!status)
        status = nacrei_alloc(ctx, n * job->band_count, sizeof *job->exposures, "exposures",
                              &job->exposures, err);
    for (size_t i = 0; !status && i < job->band_count; i++)
        status = add_band(&job->exposure_table, cli_value_at(args, "factor-band", i), i, job, err);
    job->problem.rows = job->bands;
    job->problem.row_count = job->band_count;
    return status;
}

nacre_status cli_optimize_limits(nacre_ctx *ctx, const cli_args *args, cli_optimize *job,
                                 nacre_error *err)
{
    nacre_status status = load_asset_bounds(args, job, err);
    if (!status)
        status = load_groups(ctx, args, job, err);
    if (!status)
        status = load_bands(ctx, args, job, err);
    return status;
}

void cli_optimize_free_limits(nacre_ctx *ctx, cli_optimize *job)
{
    size_t n = job->panel.returns ? job->panel.returns->assets : 0;
    nacrei_free(ctx, job->member, n * job->group_count, sizeof *job->member);
    nacrei_free(ctx, job->groups, job->group_count, sizeof *job->groups);
    nacre_panel_groups_destroy(ctx, job->table);
    nacrei_free(ctx, job->bands, job->band_count, sizeof *job->bands);
    nacrei_free(ctx, job->exposures, n * job->band_count, sizeof *job->exposures);
    cli_table_close(&job->exposure_table);
}
