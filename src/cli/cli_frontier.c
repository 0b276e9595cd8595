// SPDX-License-Identifier: Apache-2.0
// Tracing and giving out the frontier. Means and volatilities are printed a year; weights go to the
// file and to JSON, where only those that are not zero are named: a point holds tens of hundreds
// of assets.
#include "cli/cli_frontier.h"

#include "cli/cli_csv.h"
#include "core/alloc.h"

#include <math.h>

/// A weight below this is the solver's rounding, not a holding.
#define HELD 1e-6

/// One portfolio as the table shows it.
typedef struct frontier_row {
    const char *kind; ///< "point", "corner", "chosen"
    double mean, volatility, sharpe;
    size_t held;
    const double *weights;
} frontier_row;

static frontier_row make_row(const cli_frontier *f, const char *kind, double mean, double variance,
                             const double *weights)
{
    frontier_row row = {.kind = kind, .mean = mean * f->per_year, .weights = weights};
    row.volatility = sqrt(variance * f->per_year);
    row.sharpe = row.volatility > 0.0 ? (row.mean - f->risk_free_annual) / row.volatility
                                      : (double)NAN; // nothing is held
    for (size_t i = 0; i < f->line->assets; i++)
        row.held += fabs(weights[i]) > HELD;
    return row;
}

static frontier_row point_row(const cli_frontier *f, size_t k)
{
    return make_row(f, "point", f->mean[k], f->variance[k], f->weights + k * f->line->assets);
}

static frontier_row corner_row(const cli_frontier *f, size_t k)
{
    const nacre_frontier *line = f->line;
    return make_row(f, "corner", line->mean[k], line->variance[k],
                    line->weights + k * line->assets);
}

static frontier_row chosen_row(const cli_frontier *f)
{
    return make_row(f, "chosen", f->chosen->expected_return, f->chosen->variance,
                    f->chosen->weights);
}

static nacre_status fill_points(cli_frontier *f, nacre_error *err)
{
    const nacre_frontier *line = f->line;
    double top = line->mean[0], bottom = line->mean[line->corners - 1];
    nacre_status status = NACRE_OK;
    for (size_t k = 0; !status && k < f->points; k++) {
        double share = (double)k / (double)(f->points - 1);
        f->mean[k] = k + 1 == f->points ? bottom : top + share * (bottom - top);
        status = nacre_frontier_at(line, f->mean[k], f->weights + k * line->assets, f->variance + k,
                                   err);
    }
    return status;
}

nacre_status cli_frontier_trace(nacre_ctx *ctx, const double *mean, const double *covariance,
                                cli_frontier *frontier, nacre_error *err)
{
    size_t n = frontier->chosen->assets, points = frontier->points;
    nacre_status status =
        nacre_frontier_create(ctx, n, mean, covariance, frontier->lower, frontier->upper,
                              frontier->budget, &frontier->line, err);
    size_t cells;
    if (!status && !nacrei_mul(points, n, &cells))
        status = nacrei_fail(err, NACRE_E_LIMIT, "--frontier: %zu points are too many", points);
    if (!status)
        status = nacrei_alloc(ctx, points, sizeof(double), "frontier", &frontier->mean, err);
    if (!status)
        status = nacrei_alloc(ctx, points, sizeof(double), "frontier", &frontier->variance, err);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof(double), "frontier", &frontier->weights, err);
    if (!status)
        status = fill_points(frontier, err);
    if (status)
        return status;
    // The bounds do not bind risk parity, so its mean may lie above the line.
    if (nacre_frontier_at(frontier->line, frontier->chosen->expected_return, NULL,
                          &frontier->least_variance, NULL))
        frontier->least_variance = (double)NAN;
    return NACRE_OK;
}

void cli_frontier_free(nacre_ctx *ctx, cli_frontier *frontier)
{
    size_t n = frontier->line ? frontier->line->assets : 0, points = frontier->points;
    nacrei_free(ctx, frontier->weights, points * n, sizeof(double));
    nacrei_free(ctx, frontier->variance, points, sizeof(double));
    nacrei_free(ctx, frontier->mean, points, sizeof(double));
    nacre_frontier_destroy(ctx, frontier->line);
}

static void print_row(FILE *out, const frontier_row *row)
{
    bool chosen = row->kind[1] == 'h';
    char sharpe[32] = "-";
    if (!isnan(row->sharpe))
        (void)snprintf(sharpe, sizeof sharpe, "%.4f", row->sharpe);
    (void)fprintf(out, "%c %11.4f%% %11.4f%% %9s %7zu%s\n", chosen ? '*' : ' ', 100.0 * row->mean,
                  100.0 * row->volatility, sharpe, row->held, chosen ? "  chosen" : "");
}

void cli_frontier_print(FILE *out, const cli_frontier *f)
{
    if (!f->line)
        return;
    frontier_row chosen = chosen_row(f);
    (void)fprintf(out, "\nfrontier    %zu points, %zu corners; bounds and budget only\n", f->points,
                  f->line->corners);
    if (isnan(f->least_variance))
        (void)fprintf(out, "chosen      its mean is above the frontier's largest\n");
    else
        (void)fprintf(out, "chosen      volatility %.4f %%, least at its mean or above %.4f %%\n",
                      100.0 * chosen.volatility, 100.0 * sqrt(f->least_variance * f->per_year));
    (void)fprintf(out, "\n%14s %12s %9s %7s\n", f->per_year > 1.0 ? "mean a year" : "mean",
                  "volatility", "sharpe", "names");
    bool shown = false;
    for (size_t k = 0; k < f->points; k++) {
        frontier_row row = point_row(f, k);
        if (!shown && chosen.mean >= row.mean) {
            print_row(out, &chosen);
            shown = true;
        }
        print_row(out, &row);
    }
    if (!shown)
        print_row(out, &chosen);
}

static void put_row(nacrei_json *json, const cli_frontier *f, const frontier_row *row)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "mean_annual", row->mean);
    nacrei_json_put_double(json, "volatility_annual", row->volatility);
    nacrei_json_put_double(json, "sharpe_annual", row->sharpe);
    nacrei_json_put_uint(json, "names", row->held);
    nacrei_json_key(json, "weights");
    nacrei_json_object_begin(json);
    for (size_t i = 0; i < f->line->assets; i++)
        if (fabs(row->weights[i]) > HELD)
            nacrei_json_put_double(json, f->names[i], row->weights[i]);
    nacrei_json_object_end(json);
    nacrei_json_object_end(json);
}

void cli_frontier_json(nacrei_json *json, const cli_frontier *f)
{
    nacrei_json_key(json, "frontier");
    if (!f->line) {
        nacrei_json_null(json);
        return;
    }
    nacrei_json_object_begin(json);
    nacrei_json_key(json, "points");
    nacrei_json_array_begin(json);
    for (size_t k = 0; k < f->points; k++) {
        frontier_row row = point_row(f, k);
        put_row(json, f, &row);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "corners");
    nacrei_json_array_begin(json);
    for (size_t k = 0; k < f->line->corners; k++) {
        frontier_row row = corner_row(f, k);
        put_row(json, f, &row);
    }
    nacrei_json_array_end(json);
    frontier_row chosen = chosen_row(f);
    nacrei_json_key(json, "chosen");
    put_row(json, f, &chosen);
    nacrei_json_put_double(json, "least_volatility_annual", sqrt(f->least_variance * f->per_year));
    nacrei_json_object_end(json);
}

static void write_row(FILE *out, const cli_frontier *f, const frontier_row *row)
{
    (void)fputs(row->kind, out);
    cli_csv_double(out, row->mean);
    cli_csv_double(out, row->volatility);
    cli_csv_double(out, row->sharpe);
    (void)fprintf(out, ",%zu", row->held);
    for (size_t i = 0; i < f->line->assets; i++)
        cli_csv_double(out, row->weights[i]);
    (void)fputc('\n', out);
}

void cli_frontier_write(FILE *out, const void *frontier)
{
    const cli_frontier *f = frontier;
    (void)fputs("kind,mean_annual,volatility_annual,sharpe_annual,names", out);
    for (size_t i = 0; i < f->line->assets; i++) {
        (void)fputc(',', out);
        cli_csv_name(out, f->names[i]);
    }
    (void)fputc('\n', out);
    for (size_t k = 0; k < f->points; k++) {
        frontier_row row = point_row(f, k);
        write_row(out, f, &row);
    }
    for (size_t k = 0; k < f->line->corners; k++) {
        frontier_row row = corner_row(f, k);
        write_row(out, f, &row);
    }
    frontier_row chosen = chosen_row(f);
    write_row(out, f, &chosen);
}
