// SPDX-License-Identifier: Apache-2.0
// `nacre optimize --views`: opinions on returns from a CSV, and what they make of the equilibrium
// that a market portfolio implies. The rows with one name are one view; its return and confidence
// may stand on any of its rows, or on all.
#include "cli/cli_optimize.h"
#include "cli/cli_table.h"
#include "core/alloc.h"

#include <math.h>
#include <string.h>

enum { VIEW, ASSET, WEIGHT, RETURN, CONFIDENCE, COLUMNS };
static const char *const column_names[COLUMNS] = {"view", "asset", "weight", "return",
                                                  "confidence"};

typedef struct views_file {
    cli_table table;
    size_t column[COLUMNS]; ///< SIZE_MAX: no confidence column
    const nacre_returns *returns;
    size_t count;
    const char **names; ///< into the table
    double *pick;       ///< rows x assets; the first `count` are used
    double *expected;   ///< a year as read, then in excess and per period
    double *confidence;
} views_file;

static nacre_status find_columns(views_file *file, nacre_error *err)
{
    for (size_t c = 0; c < COLUMNS; c++) {
        file->column[c] = cli_table_column(&file->table, column_names[c]);
        if (file->column[c] == SIZE_MAX && c != CONFIDENCE)
            return nacrei_fail(err, NACRE_E_PARSE,
                               "%s:%zu: the header has no column %s; it is "
                               "view,asset,weight,return,confidence",
                               file->table.path, file->table.line[0], column_names[c]);
    }
    return NACRE_OK;
}

static nacre_status alloc_views(nacre_ctx *ctx, views_file *file, nacre_error *err)
{
    size_t rows = file->table.rows, cells;
    if (!nacrei_mul(rows, file->returns->assets, &cells))
        return nacrei_fail(err, NACRE_E_LIMIT, "%s: too many rows", file->table.path);
    nacre_status status = nacrei_alloc(ctx, rows, sizeof *file->names, "views", &file->names, err);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof *file->pick, "views", &file->pick, err);
    if (!status)
        status = nacrei_alloc(ctx, rows, sizeof *file->expected, "views", &file->expected, err);
    if (!status)
        status = nacrei_alloc(ctx, rows, sizeof *file->confidence, "views", &file->confidence, err);
    return status;
}

static void free_views(nacre_ctx *ctx, views_file *file)
{
    size_t rows = file->table.rows;
    nacrei_free(ctx, file->names, rows, sizeof *file->names);
    nacrei_free(ctx, file->pick, rows * file->returns->assets, sizeof *file->pick);
    nacrei_free(ctx, file->expected, rows, sizeof *file->expected);
    nacrei_free(ctx, file->confidence, rows, sizeof *file->confidence);
    cli_table_close(&file->table);
}

/// An optional figure of a view: empty keeps what other rows said, a second one must agree.
static nacre_status take_figure(const views_file *file, size_t row, int what, double *value,
                                nacre_error *err)
{
    double given;
    size_t column = file->column[what];
    if (column == SIZE_MAX || *cli_table_cell(&file->table, row, column) == '\0')
        return NACRE_OK;
    nacre_status status = cli_table_number(&file->table, row, column, &given, err);
    if (status)
        return status;
    if (!isnan(*value) && *value != given)
        return nacrei_fail(err, NACRE_E_EXISTS,
                           "%s:%zu: view \"%.40s\" has %s %g here and %g above; keep one",
                           file->table.path, file->table.line[row],
                           cli_table_cell(&file->table, row, file->column[VIEW]),
                           column_names[what], given, *value);
    *value = given;
    return NACRE_OK;
}

static nacre_status take_row(views_file *file, size_t row, nacre_error *err)
{
    const cli_table *table = &file->table;
    const char *name = cli_table_cell(table, row, file->column[VIEW]);
    size_t v = 0, asset = 0, n = file->returns->assets;
    double weight = 0.0;
    if (*name == '\0')
        return nacrei_fail(err, NACRE_E_PARSE, "%s:%zu: the view has no name", table->path,
                           table->line[row]);
    while (v < file->count && strcmp(file->names[v], name) != 0)
        v++;
    if (v == file->count) {
        file->names[file->count++] = name;
        file->expected[v] = file->confidence[v] = (double)NAN;
    }
    nacre_status status =
        cli_table_asset(table, row, file->column[ASSET], file->returns, &asset, err);
    if (!status)
        status = cli_table_number(table, row, file->column[WEIGHT], &weight, err);
    if (!status && weight == 0.0)
        status = nacrei_fail(err, NACRE_E_ARG, "%s:%zu: weight 0: leave the row out", table->path,
                             table->line[row]);
    if (!status && file->pick[v * n + asset] != 0.0)
        status = nacrei_fail(err, NACRE_E_EXISTS, "%s:%zu: view \"%.40s\" has %.40s already",
                             table->path, table->line[row], name, file->returns->names[asset]);
    if (!status)
        status = take_figure(file, row, RETURN, file->expected + v, err);
    if (!status)
        status = take_figure(file, row, CONFIDENCE, file->confidence + v, err);
    if (!status)
        file->pick[v * n + asset] = weight;
    return status;
}

/// Returns a year become excess returns per period: the view's weights times the risk-free rate
/// are taken off.
static nacre_status finish(const cli_optimize *job, views_file *file, nacre_error *err)
{
    size_t n = file->returns->assets;
    if (file->count == 0)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: no view below the header", file->table.path);
    for (size_t v = 0; v < file->count; v++) {
        double sum = 0.0;
        if (isnan(file->expected[v]))
            return nacrei_fail(err, NACRE_E_PARSE, "%s: view \"%.40s\" has no return",
                               file->table.path, file->names[v]);
        if (isnan(file->confidence[v]))
            file->confidence[v] = 0.5;
        for (size_t i = 0; i < n; i++)
            sum += file->pick[v * n + i];
        file->expected[v] = (file->expected[v] - sum * job->risk_free_annual) / job->per_year;
    }
    return NACRE_OK;
}

nacre_status cli_optimize_views(nacre_ctx *ctx, const char *path, cli_optimize *job,
                                nacre_error *err)
{
    views_file file = {.returns = job->panel.returns};
    size_t n = file.returns->assets;
    double *posterior = NULL;
    nacre_status status = cli_table_open(ctx, path, &file.table, err);
    if (!status)
        status = find_columns(&file, err);
    if (!status)
        status = alloc_views(ctx, &file, err);
    for (size_t row = 1; !status && row < file.table.rows; row++)
        status = take_row(&file, row, err);
    if (!status)
        status = finish(job, &file, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, sizeof *posterior, "views", &posterior, err);
    if (!status)
        status = nacre_portfolio_equilibrium(n, job->covariance, job->benchmark,
                                             job->problem.risk_aversion, job->mean, err);
    const nacre_portfolio_views views = {.count = file.count,
                                         .names = file.names,
                                         .pick = file.pick,
                                         .expected = file.expected,
                                         .confidence = file.confidence};
    if (!status)
        status = nacre_portfolio_posterior(ctx, n, job->covariance, job->mean, &views, job->tau,
                                           job->mean, posterior, err);
    if (!status) {
        memcpy(job->covariance, posterior, n * n * sizeof *posterior);
        job->views = file.count;
        for (size_t i = 0; i < n; i++)
            job->mean[i] += job->risk_free_annual / job->per_year;
    }
    nacrei_free(ctx, posterior, n * n, sizeof *posterior);
    free_views(ctx, &file);
    return status;
}
