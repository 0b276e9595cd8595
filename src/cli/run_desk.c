// SPDX-License-Identifier: Apache-2.0
// The desk's estimate and portfolio: the panel is read once, a window ends at the row of asof, and
// everything here sees that window only, so rows after it can change nothing. Shares are bought at
// the panel's last closes, which are adjusted ones where the panel is: whoever prints lots says so.
#include "cli/cli_factors.h"
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"

#include <math.h>
#include <string.h>

static double since(int64_t started_ns)
{
    return (double)(nacrei_monotonic_ns() - started_ns) / 1e9;
}

double nacrei_desk_seconds(const run_job *job, const char *stage)
{
    double seconds = 0.0;
    for (size_t i = 0; i < job->stage_count; i++)
        if (strcmp(job->stages[i].name, stage) == 0)
            seconds += job->stages[i].seconds;
    return seconds;
}

bool nacrei_desk_parse(const cli_args *args, run_desk_options *options)
{
    static const char *const wants_panel[] = {"asof", "groups", "follow", "capital", "max-weight"};
    int64_t follow = 0;
    *options = (run_desk_options){.panel = cli_value(args, "panel"),
                                  .groups = cli_value(args, "groups"),
                                  .capital = 1e6,
                                  .max_weight = 0.10};
    if (cli_has(args, "demo") && options->panel) {
        (void)cli_usage(args, "--demo makes its own panel; leave --panel out");
        return false;
    }
    for (size_t i = 0; i < sizeof wants_panel / sizeof wants_panel[0]; i++)
        if (cli_has(args, wants_panel[i]) && !options->panel) {
            (void)cli_usage(args, "--%s goes with --panel FILE, the prices that it is about",
                            wants_panel[i]);
            return false;
        }
    if (!options->panel)
        return true;
    if (!cli_has(args, "asof")) {
        (void)cli_usage(args,
                        "--panel wants --asof DATE, the last day that the portfolio may know");
        return false;
    }
    if (!cli_panel_date(args, "asof", &options->asof) ||
        !cli_int(args, "follow", 1, RUN_DESK_FOLLOWED_MAX, &follow) ||
        !cli_double(args, "capital", 1e-9, 1e18, &options->capital) ||
        !cli_double(args, "max-weight", 1e-9, 1.0, &options->max_weight))
        return false;
    options->follow = (size_t)follow;
    return true;
}

/// The same day so many years before; 29 February becomes 28.
static int32_t years_before(int32_t date, int32_t years)
{
    int64_t days;
    int32_t before = date - years * 10000;
    return nacrei_days_from_yyyymmdd(before, &days) ? before : before - 1;
}

static nacre_status open_file(run_job *job, const run_desk_options *options, nacre_error *err)
{
    run_desk *desk = job->desk;
    nacre_panel_options_init(&desk->panel.options);
    nacre_status status =
        nacre_panel_open(job->ctx, options->panel, &desk->panel.options, &desk->file, err);
    if (status == NACRE_E_RANGE && err) {
        nacre_error first = *err; // names the place; its remedy is for commands that take returns
        status = nacrei_fail(err, status, "%.*s; nacre run buys shares, so it needs prices above 0",
                             (int)strcspn(first.message, ";"), first.message);
    }
    if (status)
        return status;
    const nacre_panel *file = desk->file;
    if (!file->dated)
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "%s: the rows have no dates, so --asof cannot mean one of them",
                           options->panel);
    cli_day wanted = cli_panel_day(file, options->asof);
    if (options->asof < file->date[0] || options->asof > file->date[file->dates - 1])
        return nacrei_fail(err, NACRE_E_NOTFOUND, "%s: --asof %s is outside the panel, %s to %s",
                           options->panel, wanted.text, cli_panel_day(file, file->date[0]).text,
                           cli_panel_day(file, file->date[file->dates - 1]).text);
    while (desk->asof_row + 1 < file->dates && file->date[desk->asof_row + 1] <= options->asof)
        desk->asof_row++;
    return NACRE_OK;
}

/// The rows of the last years up to asof, and their returns.
static nacre_status open_window(run_job *job, const run_desk_options *options, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_panel *file = desk->file;
    int32_t from = years_before(file->date[desk->asof_row], RUN_DESK_YEARS);
    size_t first = 0;
    while (file->date[first] < from && first < desk->asof_row)
        first++;
    desk->window = *file;
    desk->window.dates = desk->asof_row + 1 - first;
    desk->window.date += first;
    desk->window.values += first * file->assets;
    desk->panel.panel = &desk->window;
    desk->panel.path = options->panel;
    desk->panel.min_share = 0.95;
    nacre_status status = nacre_panel_returns(job->ctx, &desk->window, desk->panel.min_share,
                                              &desk->panel.returns, err);
    size_t returns = status ? 0 : desk->panel.returns->periods;
    if ((!status || status == NACRE_E_SHAPE) && returns < RUN_DESK_RETURNS_MIN)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%s: %zu rows from %s to --asof %s give %zu returns; %u are needed, "
                           "choose a later --asof",
                           options->panel, desk->window.dates,
                           cli_panel_day(file, desk->window.date[0]).text,
                           cli_panel_day(file, options->asof).text, returns, RUN_DESK_RETURNS_MIN);
    if (status)
        return status;
    desk->panel.all_alive = true;
    for (size_t i = 0; i < file->assets; i++)
        desk->panel.all_alive &= !isnan(file->values[desk->asof_row * file->assets + i]);
    desk->per_year =
        desk->panel.returns->periods_per_year > 0.0 ? desk->panel.returns->periods_per_year : 1.0;
    return NACRE_OK;
}

static nacre_status alloc_desk(run_job *job, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_returns *r = desk->panel.returns;
    size_t n = r->assets;
    nacre_status status =
        nacrei_alloc(job->ctx, n, n * sizeof(double), "covariance", &desk->covariance, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, sizeof(double), "prices", &desk->price, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, sizeof(double), "shares", &desk->held, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, sizeof(double), "components", &desk->component_es, err);
    if (!status)
        status = nacrei_alloc(job->ctx, r->periods, sizeof(double), "returns", &desk->returns, err);
    return status;
}

static nacre_status estimate(run_job *job, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_returns *r = desk->panel.returns;
    size_t cells = r->periods * r->assets;
    nacre_covariance_options method;
    nacre_covariance_options_init(&method);
    desk->estimator = method.method;
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_covariance(job->ctx, r->periods, r->assets, r->values, r->assets,
                                           &method, desk->covariance, &desk->covariance_info, err);
    if (status)
        return status;
    nacrei_run_desk_stage(job, "covariance", cells, "returns", since(started), "nacre_covariance",
                          "blas", "bounded");
    started = nacrei_monotonic_ns();
    status = nacre_pca_create(job->ctx, r->periods, r->assets, r->values, r->assets, false, 0,
                              &desk->pca, err);
    if (status)
        return status;
    while (desk->above_noise < desk->pca->components &&
           desk->pca->explained_variance[desk->above_noise] > desk->pca->noise_edge)
        desk->above_noise++;
    nacrei_run_desk_stage(job, "pca", cells, "returns", since(started), "nacre_pca_create", "blas",
                          "bounded");
    return NACRE_OK;
}

static nacre_status regress(run_job *job, const char *groups, nacre_error *err)
{
    run_desk *desk = job->desk;
    size_t n = desk->panel.returns->assets;
    cli_factors factors = {.panel = desk->panel};
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = cli_factors_regress(job->ctx, groups, &factors, err);
    desk->groups = factors.groups;
    desk->model = factors.model;
    desk->model_asset = factors.member;
    nacrei_free(job->ctx, factors.member_of, n, sizeof *factors.member_of);
    if (!status)
        nacrei_run_desk_stage(job, "factors", desk->model->periods * desk->model->assets, "returns",
                              since(started), "nacre_risk_model_create", "scalar", "bounded");
    return status;
}

/// One line on why there is no portfolio.
static nacre_status refuse(const run_desk *desk, nacre_error *err)
{
    const nacre_portfolio_result *result = desk->portfolio;
    if (result->outcome != NACRE_PORTFOLIO_INFEASIBLE)
        return nacrei_fail(err, NACRE_E_STATE, "%s: the optimiser ended with %s", desk->path,
                           nacre_portfolio_outcome_name(result->outcome));
    return nacrei_fail(err, NACRE_E_ARG,
                       "%s: %zu assets of at most %g %% cannot make up 100 %%; raise --max-weight",
                       desk->path, result->assets, 100.0 * desk->problem.max_weight);
}

/// The last close up to asof: of the last row that made a return.
static void last_prices(run_desk *desk)
{
    const nacre_returns *r = desk->panel.returns;
    const nacre_panel *p = &desk->window;
    size_t row = p->dates - 1;
    while (row > 0 && p->date[row] != r->date[r->periods - 1])
        row--;
    for (size_t i = 0; i < r->assets; i++)
        desk->price[i] = p->values[row * p->assets + r->column[i]];
}

static nacre_status optimise(run_job *job, const run_desk_options *options, nacre_error *err)
{
    run_desk *desk = job->desk;
    const nacre_returns *r = desk->panel.returns;
    nacre_portfolio_problem *problem = &desk->problem;
    nacre_portfolio_problem_init(problem);
    problem->assets = r->assets;
    problem->names = r->names;
    problem->covariance = desk->covariance;
    problem->max_weight = options->max_weight;
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_portfolio_optimize(job->ctx, problem, &desk->portfolio, err);
    if (!status && desk->portfolio->outcome != NACRE_PORTFOLIO_OPTIMAL)
        status = refuse(desk, err);
    if (!status)
        status =
            nacrei_alloc(job->ctx, r->assets, sizeof *desk->trades, "trades", &desk->trades, err);
    if (status)
        return status;
    last_prices(desk);
    status =
        nacre_portfolio_trades(r->assets, desk->portfolio->weights, desk->price, NULL,
                               desk->capital, 1.0, 0.0, desk->trades, &desk->trade_summary, err);
    if (status)
        return status;
    for (size_t i = 0; i < r->assets; i++) {
        desk->held[i] = desk->trades[i].target;
        desk->held_count += desk->portfolio->weights[i] > RUN_DESK_HELD;
    }
    nacrei_run_desk_stage(job, "optimise", r->assets, "weights", since(started),
                          "nacre_portfolio_optimize", "blas", "bounded");
    return NACRE_OK;
}

nacre_status nacrei_desk_estimate(run_job *job, const run_desk_options *options, nacre_error *err)
{
    nacre_status status = nacrei_alloc(job->ctx, 1, sizeof *job->desk, "desk", &job->desk, err);
    if (status)
        return status;
    run_desk *desk = job->desk;
    desk->path = options->panel;
    desk->asof = options->asof;
    desk->capital = options->capital;
    desk->simulated = options->simulated;
    int64_t started = nacrei_monotonic_ns();
    status = open_file(job, options, err);
    if (!status)
        status = open_window(job, options, err);
    if (!status)
        nacrei_run_desk_stage(job, "panel", desk->file->dates * desk->file->assets, "prices",
                              since(started), "nacre_panel_open", "scalar", "strict");
    if (!status)
        status = alloc_desk(job, err);
    if (!status)
        status = estimate(job, err);
    if (!status && options->groups)
        status = regress(job, options->groups, err);
    if (!status)
        status = optimise(job, options, err);
    return status ? status : nacrei_desk_risk(job, err);
}

void nacrei_desk_free(nacre_ctx *ctx, run_desk *desk)
{
    if (!desk)
        return;
    const nacre_returns *r = desk->panel.returns;
    size_t n = r ? r->assets : 0;
    nacrei_free(ctx, desk->walk_memory, desk->walk_bytes, 1);
    nacrei_free(ctx, desk->tick, desk->tick_count, sizeof *desk->tick);
    nacre_risk_simulation_destroy(ctx, desk->simulation);
    nacrei_free(ctx, desk->returns, r ? r->periods : 0, sizeof(double));
    nacrei_free(ctx, desk->component_es, n, sizeof(double));
    nacrei_free(ctx, desk->held, n, sizeof(double));
    nacrei_free(ctx, desk->price, n, sizeof(double));
    nacrei_free(ctx, desk->trades, n, sizeof *desk->trades);
    nacre_portfolio_result_destroy(ctx, desk->portfolio);
    nacrei_free(ctx, desk->model_asset, n, sizeof *desk->model_asset);
    nacre_risk_model_destroy(ctx, desk->model);
    nacre_panel_groups_destroy(ctx, desk->groups);
    nacre_pca_destroy(ctx, desk->pca);
    nacrei_free(ctx, desk->covariance, n, n * sizeof(double));
    nacre_returns_destroy(ctx, desk->panel.returns);
    nacre_panel_close(ctx, desk->file);
    nacrei_free(ctx, desk, 1, sizeof *desk);
}
