// SPDX-License-Identifier: Apache-2.0
// The answer of `nacre optimize` for people, programs and spreadsheets. Figures a year are printed
// with the factor that made them; a mean of the sample is called in-sample, because it is no
// forecast, and one of views is called theirs.
#include "cli/cli_optimize.h"

#include "cli/cli_csv.h"
#include "cli/cli_export.h"
#include "cli/cli_text.h"

#include <math.h>

/// Rows of the weights table for people; files and --json have all.
#define SHOWN 20
/// Weights below this are not worth a line.
#define WEIGHT_SHOWN 5e-5
/// What the solver leaves of a value that is 0; files and --json have it as it is.
#define ROUNDING 1e-7

static void print_figures(FILE *out, const cli_optimize *job)
{
    const nacre_portfolio_result *r = job->result;
    double k = job->per_year;
    const char *unit = k > 1.0 ? " a year" : " a period";
    (void)fprintf(out, "risk        %.4f %%%s", 100.0 * sqrt(r->variance * k), unit);
    if (!isnan(r->tracking_variance))
        (void)fprintf(out, ", tracking error %.4f %%", 100.0 * sqrt(r->tracking_variance * k));
    (void)fprintf(out, "\nreturn      %.4f %%%s, %s\n", 100.0 * r->expected_return * k, unit,
                  job->views ? "equilibrium with views"
                             : "mean of the sample (in-sample, no forecast)");
    if (job->problem.method == NACRE_PORTFOLIO_MAX_SHARPE && !isnan(r->objective))
        (void)fprintf(out, "sharpe      %.4f%s%s, risk-free %.4f %%\n", r->objective * sqrt(k),
                      unit, job->views ? "" : ", in-sample", 100.0 * job->risk_free_annual);
    (void)fprintf(out, "turnover    %.2f %% of capital (buys and sells)\n", 100.0 * r->turnover);
    if (job->trades)
        (void)fprintf(
            out, "trades      %s orders at the last price, cost %.2f at %g bp, cash left %.2f\n",
            cli_count_text(job->summary.orders).text, job->summary.cost, job->cost_bp,
            job->summary.cash);
}

/// Numbers of `count` items in falling order of size, ties by place: at most SHOWN go to `order`.
static size_t largest(const cli_optimize *job, size_t count,
                      double (*size)(const cli_optimize *job, size_t i), double least,
                      size_t order[SHOWN])
{
    size_t shown = 0, fitting = 0;
    for (size_t i = 0; i < count; i++) {
        double value = size(job, i);
        if (!(value >= least))
            continue;
        fitting++;
        if (shown < SHOWN)
            order[shown++] = i;
        else if (value > size(job, order[SHOWN - 1]))
            order[SHOWN - 1] = i;
        else
            continue;
        for (size_t k = shown - 1; k > 0 && size(job, order[k]) > size(job, order[k - 1]); k--) {
            size_t swap = order[k];
            order[k] = order[k - 1];
            order[k - 1] = swap;
        }
    }
    return fitting;
}

static double weight_size(const cli_optimize *job, size_t i)
{
    return fabs(job->result->weights[i]);
}

/// Bounds of assets only: there are hundreds of them, of the other limits a few.
static double bound_dual_size(const cli_optimize *job, size_t i)
{
    const nacre_portfolio_dual *dual = job->result->duals + i;
    return dual->asset ? fabs(dual->dual) : -1.0;
}

static void print_weights(FILE *out, const cli_optimize *job)
{
    const nacre_portfolio_result *r = job->result;
    size_t order[SHOWN], held = largest(job, r->assets, weight_size, WEIGHT_SHOWN, order);
    (void)fprintf(out, "\n%-16s %10s %12s\n", "asset", "weight", "risk share");
    for (size_t k = 0; k < held && k < SHOWN; k++)
        (void)fprintf(out, "%-16s %9.4f%% %11.4f%%\n", job->panel.returns->names[order[k]],
                      100.0 * r->weights[order[k]], 100.0 * r->risk_share[order[k]]);
    if (held > SHOWN)
        (void)fprintf(out, "... and %zu more (--out or --json)\n", held - SHOWN);
}

static void print_dual(FILE *out, const nacre_portfolio_dual *dual)
{
    char name[96];
    (void)snprintf(name, sizeof name, "%s%s%s", dual->constraint, dual->asset ? ":" : "",
                   dual->asset ? dual->asset : "");
    double value = fabs(dual->value) < ROUNDING ? 0.0 : dual->value;
    (void)fprintf(out, "%-32s %12.6g %12.6g %14.6g\n", name, value, dual->bound + 0.0, dual->dual);
}

static void print_duals(FILE *out, const cli_optimize *job)
{
    const nacre_portfolio_result *r = job->result;
    if (r->dual_count == 0)
        return;
    (void)fprintf(out, "\n%-32s %12s %12s %14s\n", "limit", "value", "bound", "dual");
    for (size_t i = 0; i < r->dual_count; i++)
        if (!r->duals[i].asset)
            print_dual(out, r->duals + i);
    size_t order[SHOWN], bounds = largest(job, r->dual_count, bound_dual_size, 0.0, order);
    for (size_t k = 0; k < bounds && k < SHOWN; k++)
        print_dual(out, r->duals + order[k]);
    if (bounds > SHOWN)
        (void)fprintf(out, "... and %zu more bounds of assets (--json)\n", bounds - SHOWN);
}

static void print_conflict(FILE *out, const nacre_portfolio_result *r)
{
    (void)fprintf(out, "conflict    these cannot be met together, without any one of them the rest "
                       "can:");
    for (size_t i = 0; i < r->conflict_count; i++)
        (void)fprintf(out, "%s %s", i ? "," : "", r->conflict[i]);
    (void)fprintf(out, "\nnearest     ");
    for (size_t i = 0; i < r->violation_count; i++)
        (void)fprintf(out, "%smisses %s by %.6g", i ? ", " : "", r->violation[i].constraint,
                      r->violation[i].amount);
    (void)fprintf(out, " (least squares)\n");
}

void cli_optimize_print(FILE *out, const cli_optimize *job)
{
    const nacre_portfolio_result *r = job->result;
    cli_panel_print(out, &job->panel);
    (void)fprintf(out, "covariance  %s", nacre_covariance_method_name(job->estimator));
    if (!isnan(job->info.shrinkage))
        (void)fprintf(out, ", shrinkage %.4f", job->info.shrinkage);
    if (job->views)
        (void)fprintf(
            out,
            "\nviews       %zu on the equilibrium of the benchmark (risk aversion %g, tau "
            "%g);\n            the covariance includes the uncertainty of the means",
            job->views, job->problem.risk_aversion, job->tau);
    (void)fprintf(out, "\nportfolio   %s: %s", nacre_portfolio_method_name(job->problem.method),
                  nacre_portfolio_outcome_name(r->outcome));
    if (job->problem.method == NACRE_PORTFOLIO_RISK_PARITY)
        (void)fprintf(out, ", %u Newton steps\n", r->qp.iterations);
    else
        (void)fprintf(out, ", %u iterations, residuals %.1e %.1e, gap %.1e\n", r->qp.iterations,
                      r->qp.primal_residual, r->qp.dual_residual, r->qp.gap);
    if (r->outcome == NACRE_PORTFOLIO_INFEASIBLE)
        print_conflict(out, r);
    if (!r->weights)
        return;
    print_figures(out, job);
    print_weights(out, job);
    print_duals(out, job);
    cli_frontier_print(out, &job->frontier);
}

static void put_weights(nacrei_json *json, const cli_optimize *job)
{
    const nacre_portfolio_result *r = job->result;
    nacrei_json_key(json, "weights");
    nacrei_json_array_begin(json);
    for (size_t i = 0; r->weights && i < r->assets; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "asset", job->panel.returns->names[i]);
        nacrei_json_put_double(json, "weight", r->weights[i]);
        nacrei_json_put_double(json, "risk_share", r->risk_share[i]);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_limits(nacrei_json *json, const nacre_portfolio_result *r)
{
    nacrei_json_key(json, "duals");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < r->dual_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "limit", r->duals[i].constraint);
        nacrei_json_put_string(json, "asset", r->duals[i].asset);
        nacrei_json_put_double(json, "value", r->duals[i].value);
        nacrei_json_put_double(json, "bound", r->duals[i].bound);
        nacrei_json_put_double(json, "dual", r->duals[i].dual);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "conflict");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < r->conflict_count; i++)
        nacrei_json_string(json, r->conflict[i]);
    nacrei_json_array_end(json);
    nacrei_json_key(json, "violations");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < r->violation_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "limit", r->violation[i].constraint);
        nacrei_json_put_double(json, "amount", r->violation[i].amount);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_trades(nacrei_json *json, const cli_optimize *job)
{
    nacrei_json_key(json, "trades");
    if (!job->trades) {
        nacrei_json_null(json);
        return;
    }
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "capital", job->capital);
    nacrei_json_put_uint(json, "orders", job->summary.orders);
    nacrei_json_put_double(json, "turnover", job->summary.turnover);
    nacrei_json_put_double(json, "cost", job->summary.cost);
    nacrei_json_put_double(json, "cost_bp", job->cost_bp);
    nacrei_json_put_double(json, "invested", job->summary.invested);
    nacrei_json_put_double(json, "cash", job->summary.cash);
    nacrei_json_object_end(json);
}

nacre_status cli_optimize_print_json(FILE *out, const cli_optimize *job, nacre_error *err)
{
    const nacre_portfolio_result *r = job->result;
    double k = job->per_year;
    nacrei_json json;
    nacrei_json_init(&json, out, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "schema", "nacre.portfolio/1");
    cli_panel_json(&json, &job->panel);
    nacrei_json_put_string(&json, "covariance", nacre_covariance_method_name(job->estimator));
    nacrei_json_put_double(&json, "shrinkage", job->info.shrinkage);
    nacrei_json_put_string(&json, "method", nacre_portfolio_method_name(job->problem.method));
    nacrei_json_put_string(&json, "outcome", nacre_portfolio_outcome_name(r->outcome));
    nacrei_json_put_uint(&json, "iterations", r->qp.iterations);
    nacrei_json_put_double(&json, "primal_residual", r->qp.primal_residual);
    nacrei_json_put_double(&json, "dual_residual", r->qp.dual_residual);
    nacrei_json_put_double(&json, "gap", r->qp.gap);
    nacrei_json_put_double(&json, "objective", r->objective);
    nacrei_json_put_double(&json, "annual_factor", k);
    nacrei_json_put_double(&json, "volatility_annual", sqrt(r->variance * k));
    nacrei_json_put_uint(&json, "views", job->views);
    nacrei_json_put_double(&json, job->views ? "return_annual_views" : "return_annual_in_sample",
                           r->expected_return * k);
    nacrei_json_put_double(&json, "tracking_error_annual", sqrt(r->tracking_variance * k));
    nacrei_json_put_double(&json, "turnover", r->turnover);
    put_weights(&json, job);
    put_limits(&json, r);
    put_trades(&json, job);
    cli_frontier_json(&json, &job->frontier);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", err);
}

static void write_line(FILE *out, const char *name, size_t count, const double *values)
{
    cli_csv_name(out, name);
    for (size_t i = 0; i < count; i++)
        cli_csv_double(out, values[i]);
    (void)fputc('\n', out);
}

static void write_weights(FILE *out, const void *what)
{
    const cli_optimize *job = what;
    const nacre_portfolio_result *r = job->result;
    (void)fputs("asset,weight,risk_share\n", out);
    for (size_t i = 0; i < r->assets; i++)
        write_line(out, job->panel.returns->names[i], 2,
                   (const double[]){r->weights[i], r->risk_share[i]});
}

static void write_trades(FILE *out, const void *what)
{
    const cli_optimize *job = what;
    (void)fputs("asset,price,held,target,shares,value,cost\n", out);
    for (size_t i = 0; i < job->result->assets; i++) {
        const nacre_portfolio_trade *t = job->trades + i;
        if (t->shares != 0.0)
            write_line(
                out, job->panel.returns->names[i], 6,
                (const double[]){job->price[i], t->held, t->target, t->shares, t->value, t->cost});
    }
}

nacre_status cli_optimize_write(const char *folder, const cli_optimize *job, nacre_error *err)
{
    nacre_status status = cli_make_folder(folder, err);
    if (!status)
        status = cli_csv_write(folder, "weights.csv", write_weights, job, err);
    if (!status && job->trades)
        status = cli_csv_write(folder, "trades.csv", write_trades, job, err);
    if (!status && job->frontier.line)
        status = cli_csv_write(folder, "frontier.csv", cli_frontier_write, &job->frontier, err);
    return status;
}
