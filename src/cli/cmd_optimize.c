// SPDX-License-Identifier: Apache-2.0
// `nacre optimize`: a panel in, a portfolio out. The covariance comes from a named estimator;
// means, where a method wants them, are those of the sample or of an equilibrium with views. Rates
// are given per year and used per period.
#include "cli/cli_optimize.h"
#include "core/alloc.h"

#include <math.h>
#include <string.h>

static const cli_option options[] = {
    {"method", 0, "NAME", "minvar, target, utility, sharpe, te or riskparity (default minvar)"},
    {"cov", 0, "NAME",
     "sample, ewma, lw_identity, lw_constant_correlation, qis or mp_clip (default "
     "lw_constant_correlation)"},
    {"budget", 0, "W", "sum of the weights; 0 = as much short as long (default 1)"},
    {"max-weight", 0, "W", "of each asset (default 0.10)"},
    {"min-weight", 0, "W", "of each asset; negative permits short positions (default 0)"},
    {"asset-max", 0, "NAME=W", "the same for one asset; repeatable"},
    {"asset-min", 0, "NAME=W", "the same for one asset; repeatable"},
    {"groups", 0, "CSV", "sectors or countries (columns Symbol and Sector)"},
    {"group-max", 0, "NAME=W", "largest sum of a group's weights; repeatable"},
    {"group-min", 0, "NAME=W", "smallest sum of a group's weights; repeatable"},
    {"exposures", 0, "CSV", "asset,FACTOR,FACTOR,...; loadings.csv of nacre factors is one"},
    {"factor-band", 0, "NAME=LOW:HIGH",
     "limits on the sum of weight times exposure; a side may be empty; repeatable"},
    {"target", 0, "R", "return a year for --method target, 0.08 = 8 %"},
    {"gamma", 0, "G", "risk aversion of --method utility and of --views (default 2)"},
    {"rf", 0, "R", "risk-free return a year (default 0)"},
    {"benchmark", 0, "FILE",
     "NAME,WEIGHT rows, or equal: tracked by --method te, the market of --views"},
    {"risk-budget", 0, "FILE", "NAME,SHARE rows for --method riskparity (default equal)"},
    {"views", 0, "CSV",
     "opinions, view,asset,weight,return,confidence: Black-Litterman means and covariance"},
    {"tau", 0, "X", "uncertainty of the equilibrium under --views (default 0.05)"},
    {"max-turnover", 0, "X", "limit on buys plus sells as a share of capital (default none)"},
    {"cost-bp", 0, "BP",
     "cost of a trade in basis points of its value, charged over a year (default 0)"},
    {"holdings", 0, "FILE", "NAME,SHARES rows: what is held now (default cash)"},
    {"capital", 0, "X", "value of holdings and cash (default 1000000)"},
    {"lot", 0, "N", "shares per lot (default 1)"},
    {"frontier", 0, "N",
     "also trace the efficient frontier (bounds and budget only): N points, 2 to 10000"},
    {"out", 0, "DIR", "write weights.csv, trades.csv and frontier.csv of an optimum there"},
    CLI_PANEL_OPTIONS,
};

const cli_command cmd_optimize = {
    .name = "optimize",
    .synopsis = "[OPTION...] PANEL",
    .summary = "portfolio of least risk, best ratio or equal risk under named limits",
    .details =
        "Every limit that binds is listed with its dual, the change of the objective per unit\n"
        "of the bound. Limits that contradict each other are reduced to a smallest such set,\n"
        "with the nearest portfolio, and the exit code is 1. Sample means look back: what they\n"
        "make of a target, a utility or a Sharpe ratio is in-sample. With --views the means are\n"
        "those that make --benchmark optimal, changed by opinions. The rows with one name are one\n"
        "opinion: the sum of weight times return is expected to be the return, a year, with a\n"
        "confidence above 0 up to 1 = certain (default 0.5):\n\n"
        "  view,asset,weight,return,confidence\n"
        "  energy,XOM,1,0.05,0.7\n"
        "  energy,JPM,-1,,",
    .example = "nacre optimize prices.csv --groups sectors.csv --group-max Energy=0.05 --out today",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

static const char *const methods[] = {"minvar", "target", "utility", "sharpe", "te", "riskparity"};

/// Options that mean nothing without another one.
static bool check_pairs(const cli_args *args, nacre_portfolio_method method)
{
    static const struct {
        const char *option, *wants, *text;
    } pair[] = {
        {"group-max", "groups", "CSV"},
        {"group-min", "groups", "CSV"},
        {"groups", "group-max", "NAME=W"},
        {"factor-band", "exposures", "CSV"},
        {"exposures", "factor-band", "NAME=LOW:HIGH"},
        {"views", "benchmark", "FILE"},
        {"tau", "views", "CSV"},
    };
    if (method == NACRE_PORTFOLIO_TARGET_RETURN && !cli_has(args, "target"))
        return (void)cli_usage(args, "--method target wants --target R"), false;
    if (method == NACRE_PORTFOLIO_TRACKING_ERROR && !cli_has(args, "benchmark"))
        return (void)cli_usage(args, "--method te wants --benchmark FILE"), false;
    if (method != NACRE_PORTFOLIO_RISK_PARITY && cli_has(args, "risk-budget"))
        return (void)cli_usage(args, "--risk-budget wants --method riskparity"), false;
    for (size_t i = 0; i < sizeof pair / sizeof pair[0]; i++)
        if (cli_has(args, pair[i].option) && !cli_has(args, pair[i].wants) &&
            !(strcmp(pair[i].option, "groups") == 0 && cli_has(args, "group-min")))
            return (void)cli_usage(args, "--%s wants --%s %s", pair[i].option, pair[i].wants,
                                   pair[i].text),
                   false;
    return true;
}

static bool parse(const cli_args *args, cli_optimize *job)
{
    int method = 0;
    int64_t points = 0;
    nacre_portfolio_problem *p = &job->problem;
    nacre_portfolio_problem_init(p);
    job->capital = 1e6;
    job->lot = 1.0;
    job->tau = 0.05;
    nacre_covariance_options defaults;
    nacre_covariance_options_init(&defaults);
    job->estimator = defaults.method;
    const char *estimator = cli_value(args, "cov");
    if (estimator && !nacre_covariance_method_parse(estimator, &job->estimator)) {
        (void)cli_usage(args,
                        "--cov: \"%s\" is not sample, ewma, lw_identity, lw_constant_correlation, "
                        "qis or mp_clip",
                        estimator);
        return false;
    }
    if (!cli_panel_parse(args, &job->panel) ||
        !cli_choice(args, "method", methods, sizeof methods / sizeof methods[0], &method) ||
        !cli_double(args, "budget", -1e6, 1e6, &p->budget) ||
        !cli_double(args, "max-weight", -1e6, 1e6, &p->max_weight) ||
        !cli_double(args, "min-weight", -1e6, 1e6, &p->min_weight) ||
        !cli_double(args, "target", -1e3, 1e3, &job->target_annual) ||
        !cli_double(args, "gamma", 1e-9, 1e9, &p->risk_aversion) ||
        !cli_double(args, "rf", -1.0, 1e3, &job->risk_free_annual) ||
        !cli_double(args, "max-turnover", 0.0, 1e6, &p->max_turnover) ||
        !cli_double(args, "cost-bp", 0.0, 1e4, &job->cost_bp) ||
        !cli_double(args, "capital", 1e-9, 1e18, &job->capital) ||
        !cli_double(args, "lot", 1e-12, 1e12, &job->lot) ||
        !cli_double(args, "tau", 1e-12, 1e6, &job->tau) ||
        !cli_int(args, "frontier", 2, 10000, &points))
        return false;
    p->method = (nacre_portfolio_method)method;
    job->frontier.points = (size_t)points;
    return check_pairs(args, p->method);
}

static nacre_status alloc_job(nacre_ctx *ctx, cli_optimize *job, nacre_error *err)
{
    size_t n = job->panel.returns->assets;
    double **const vector[] = {&job->mean,     &job->price,     &job->held,
                               &job->holdings, &job->benchmark, &job->cost,
                               &job->lower,    &job->upper,     &job->risk_budget};
    nacre_status status =
        nacrei_alloc(ctx, n * n, sizeof(double), "covariance", &job->covariance, err);
    for (size_t i = 0; !status && i < sizeof vector / sizeof vector[0]; i++)
        status = nacrei_alloc(ctx, n, sizeof(double), "portfolio", vector[i], err);
    return status;
}

static void free_job(nacre_ctx *ctx, cli_optimize *job)
{
    size_t n = job->panel.returns ? job->panel.returns->assets : 0;
    double *const vector[] = {job->mean, job->price, job->held,  job->holdings,   job->benchmark,
                              job->cost, job->lower, job->upper, job->risk_budget};
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++)
        nacrei_free(ctx, vector[i], n, sizeof(double));
    nacrei_free(ctx, job->covariance, n * n, sizeof(double));
    nacrei_free(ctx, job->trades, n, sizeof *job->trades);
    cli_frontier_free(ctx, &job->frontier);
    nacre_portfolio_result_destroy(ctx, job->result);
    cli_optimize_free_limits(ctx, job);
    cli_panel_unload(ctx, &job->panel);
}

static nacre_status estimate(nacre_ctx *ctx, cli_optimize *job, nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    const nacre_panel *p = job->panel.panel;
    nacre_covariance_options method;
    nacre_covariance_options_init(&method);
    method.method = job->estimator;
    for (size_t t = 0; t < r->periods; t++)
        for (size_t i = 0; i < r->assets; i++)
            job->mean[i] += r->values[t * r->assets + i] / (double)r->periods;
    job->per_year = r->periods_per_year > 0.0 ? r->periods_per_year : 1.0;
    job->tradable = p->kind == NACRE_PANEL_PRICES;
    for (size_t i = 0; job->tradable && i < r->assets; i++) {
        job->price[i] = p->values[(p->dates - 1) * p->assets + r->column[i]];
        job->tradable = !isnan(job->price[i]); // the last row may have been dropped as incomplete
    }
    return nacre_covariance(ctx, r->periods, r->assets, r->values, r->assets, &method,
                            job->covariance, &job->info, err);
}

static nacre_status load_holdings(nacre_ctx *ctx, const cli_args *args, cli_optimize *job,
                                  nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    nacre_status status = NACRE_OK;
    const char *holdings = cli_value(args, "holdings"), *benchmark = cli_value(args, "benchmark");
    if (holdings && !job->tradable)
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "%s: shares need a panel of prices that are all there in the last row",
                           holdings);
    if (holdings)
        status = cli_read_values(ctx, holdings, r, job->held, err);
    for (size_t i = 0; holdings && i < r->assets; i++)
        job->holdings[i] = job->held[i] * job->price[i] / job->capital;
    for (size_t i = 0; benchmark && i < r->assets; i++)
        job->benchmark[i] = 1.0 / (double)r->assets;
    if (!status && benchmark && strcmp(benchmark, "equal") != 0)
        status = cli_read_values(ctx, benchmark, r, job->benchmark, err);
    if (!status && cli_has(args, "risk-budget"))
        status = cli_read_values(ctx, cli_value(args, "risk-budget"), r, job->risk_budget, err);
    return status;
}

static void pose(const cli_args *args, cli_optimize *job)
{
    const nacre_returns *r = job->panel.returns;
    nacre_portfolio_problem *p = &job->problem;
    p->assets = r->assets;
    p->names = r->names;
    p->covariance = job->covariance;
    p->mean = job->mean;
    p->risk_free = job->risk_free_annual / job->per_year;
    p->target_return = job->target_annual / job->per_year;
    p->benchmark = cli_has(args, "benchmark") ? job->benchmark : NULL;
    p->holdings = cli_has(args, "holdings") ? job->holdings : NULL;
    p->risk_budget = cli_has(args, "risk-budget") ? job->risk_budget : NULL;
    for (size_t i = 0; i < r->assets; i++)
        job->cost[i] = job->cost_bp * 1e-4 / job->per_year;
    bool parity = p->method == NACRE_PORTFOLIO_RISK_PARITY;
    p->cost = job->cost_bp > 0.0 && !parity ? job->cost : NULL;
}

static nacre_status make_trades(nacre_ctx *ctx, cli_optimize *job, nacre_error *err)
{
    size_t n = job->problem.assets;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *job->trades, "trades", &job->trades, err);
    if (!status)
        status =
            nacre_portfolio_trades(n, job->result->weights, job->price, job->held, job->capital,
                                   job->lot, job->cost_bp * 1e-4, job->trades, &job->summary, err);
    return status;
}

static nacre_status trace_frontier(nacre_ctx *ctx, cli_optimize *job, nacre_error *err)
{
    cli_frontier *f = &job->frontier;
    f->chosen = job->result;
    f->names = job->problem.names;
    f->per_year = job->per_year;
    f->risk_free_annual = job->risk_free_annual;
    f->lower = job->lower;
    f->upper = job->upper;
    f->budget = job->problem.budget;
    return cli_frontier_trace(ctx, job->problem.mean, job->problem.covariance, f, err);
}

static nacre_status compute(nacre_ctx *ctx, const cli_args *args, cli_optimize *job,
                            nacre_error *err)
{
    nacre_status status = cli_panel_load(ctx, &job->panel, err);
    if (!status)
        status = alloc_job(ctx, job, err);
    if (!status)
        status = estimate(ctx, job, err);
    if (!status)
        status = load_holdings(ctx, args, job, err);
    if (!status && cli_has(args, "views"))
        status = cli_optimize_views(ctx, cli_value(args, "views"), job, err);
    if (!status)
        status = cli_optimize_limits(ctx, args, job, err);
    if (status)
        return status;
    pose(args, job);
    status = nacre_portfolio_optimize(ctx, &job->problem, &job->result, err);
    bool optimal = !status && job->result->outcome == NACRE_PORTFOLIO_OPTIMAL;
    if (optimal && job->tradable)
        status = make_trades(ctx, job, err);
    if (optimal && !status && job->frontier.points)
        status = trace_frontier(ctx, job, err);
    return status;
}

int run_optimize(const cli_env *env, const cli_args *args)
{
    cli_optimize job = {0};
    nacre_error err = {0};
    if (!parse(args, &job))
        return CLI_USAGE;
    nacre_status status = compute(env->ctx, args, &job, &err);
    if (!status && env->json)
        status = cli_optimize_print_json(stdout, &job, &err);
    else if (!status)
        cli_optimize_print(stdout, &job);
    bool optimal = !status && job.result->outcome == NACRE_PORTFOLIO_OPTIMAL;
    if (optimal && cli_has(args, "out"))
        status = cli_optimize_write(cli_value(args, "out"), &job, &err);
    int code = CLI_OK;
    status = cli_panel_explain(&job.panel, status, &err);
    if (status)
        code = cli_fail(args, &err);
    else if (!optimal)
        code = CLI_FAILED;
    free_job(env->ctx, &job);
    return code;
}
