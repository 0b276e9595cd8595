// SPDX-License-Identifier: Apache-2.0
// `nacre optimize`: a panel in, a portfolio out. The covariance comes from a named estimator;
// means, where a method wants them, are those of the sample. Rates are given per year and used per
// period.
#include "cli/cli_optimize.h"
#include "core/alloc.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const cli_option options[] = {
    {"method", 0, "NAME", "minvar, target, utility, sharpe, te or riskparity (default minvar)"},
    {"cov", 0, "NAME",
     "sample, ewma, lw_identity, lw_constant_correlation, qis or mp_clip (default "
     "lw_constant_correlation)"},
    {"max-weight", 0, "W", "of each asset (default 0.10)"},
    {"min-weight", 0, "W", "of each asset; negative permits short positions (default 0)"},
    {"groups", 0, "CSV", "sectors or countries (columns Symbol and Sector)"},
    {"group-max", 0, "NAME=W", "largest sum of a group's weights; may be given again"},
    {"group-min", 0, "NAME=W", "smallest sum of a group's weights; may be given again"},
    {"target", 0, "R", "return a year for --method target"},
    {"gamma", 0, "G", "risk aversion of --method utility (default 2)"},
    {"rf", 0, "R", "risk-free return a year (default 0)"},
    {"benchmark", 0, "FILE", "NAME,WEIGHT lines for --method te; equal = equal weights"},
    {"max-turnover", 0, "X", "limit on buys plus sells as a share of capital (default none)"},
    {"cost-bp", 0, "BP", "cost of trading; charged over a year in the optimum (default 0)"},
    {"holdings", 0, "FILE", "NAME,SHARES lines: what is held now (default cash)"},
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
        "make of a target, a utility or a Sharpe ratio is in-sample.",
    .example = "nacre optimize prices.csv --groups sectors.csv --group-max Energy=0.05 --out today",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

static const char *const methods[] = {"minvar", "target", "utility", "sharpe", "te", "riskparity"};

static bool parse(const cli_args *args, cli_optimize *job)
{
    int method = 0;
    int64_t points = 0;
    nacre_portfolio_problem *p = &job->problem;
    nacre_portfolio_problem_init(p);
    job->capital = 1e6;
    job->lot = 1.0;
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
        !cli_double(args, "max-weight", -1e6, 1e6, &p->max_weight) ||
        !cli_double(args, "min-weight", -1e6, 1e6, &p->min_weight) ||
        !cli_double(args, "target", -1e3, 1e3, &job->target_annual) ||
        !cli_double(args, "gamma", 1e-9, 1e9, &p->risk_aversion) ||
        !cli_double(args, "rf", -1.0, 1e3, &job->risk_free_annual) ||
        !cli_double(args, "max-turnover", 0.0, 1e6, &p->max_turnover) ||
        !cli_double(args, "cost-bp", 0.0, 1e4, &job->cost_bp) ||
        !cli_double(args, "capital", 1e-9, 1e18, &job->capital) ||
        !cli_double(args, "lot", 1e-12, 1e12, &job->lot) ||
        !cli_int(args, "frontier", 2, 10000, &points))
        return false;
    p->method = (nacre_portfolio_method)method;
    job->frontier.points = (size_t)points;
    if (p->method == NACRE_PORTFOLIO_TARGET_RETURN && !cli_has(args, "target")) {
        (void)cli_usage(args, "--method target wants --target R");
        return false;
    }
    if (p->method == NACRE_PORTFOLIO_TRACKING_ERROR && !cli_has(args, "benchmark")) {
        (void)cli_usage(args, "--method te wants --benchmark FILE");
        return false;
    }
    if (!cli_has(args, "groups") && (cli_has(args, "group-max") || cli_has(args, "group-min"))) {
        (void)cli_usage(args, "--group-max and --group-min want --groups CSV");
        return false;
    }
    return true;
}

static nacre_status alloc_job(nacre_ctx *ctx, cli_optimize *job, nacre_error *err)
{
    size_t n = job->panel.returns->assets;
    double **const vector[] = {&job->mean,      &job->price, &job->held,  &job->holdings,
                               &job->benchmark, &job->cost,  &job->lower, &job->upper};
    nacre_status status =
        nacrei_alloc(ctx, n * n, sizeof(double), "covariance", &job->covariance, err);
    for (size_t i = 0; !status && i < sizeof vector / sizeof vector[0]; i++)
        status = nacrei_alloc(ctx, n, sizeof(double), "portfolio", vector[i], err);
    return status;
}

static void free_job(nacre_ctx *ctx, cli_optimize *job)
{
    size_t n = job->panel.returns ? job->panel.returns->assets : 0;
    double *const vector[] = {job->mean,      job->price, job->held,  job->holdings,
                              job->benchmark, job->cost,  job->lower, job->upper};
    for (size_t i = 0; i < sizeof vector / sizeof vector[0]; i++)
        nacrei_free(ctx, vector[i], n, sizeof(double));
    nacrei_free(ctx, job->covariance, n * n, sizeof(double));
    nacrei_free(ctx, job->member, n * job->group_count, sizeof *job->member);
    nacrei_free(ctx, job->groups, job->group_count, sizeof *job->groups);
    nacrei_free(ctx, job->trades, n, sizeof *job->trades);
    cli_frontier_free(ctx, &job->frontier);
    nacre_portfolio_result_destroy(ctx, job->result);
    nacre_panel_groups_destroy(ctx, job->table);
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
    job->tradable = p->kind == NACRE_PANEL_PRICES;
    for (size_t i = 0; job->tradable && i < r->assets; i++) {
        job->price[i] = p->values[(p->dates - 1) * p->assets + r->column[i]];
        job->tradable = !isnan(job->price[i]); // the last row may have been dropped as incomplete
    }
    return nacre_covariance(ctx, r->periods, r->assets, r->values, r->assets, &method,
                            job->covariance, &job->info, err);
}

static nacre_status load_holdings(const cli_args *args, cli_optimize *job, nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    nacre_status status = NACRE_OK;
    const char *holdings = cli_value(args, "holdings"), *benchmark = cli_value(args, "benchmark");
    if (holdings && !job->tradable)
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "%s: shares need a panel of prices that are all there in the last row",
                           holdings);
    if (holdings)
        status = cli_optimize_read(holdings, r, job->held, err);
    for (size_t i = 0; holdings && i < r->assets; i++)
        job->holdings[i] = job->held[i] * job->price[i] / job->capital;
    if (!status && benchmark && strcmp(benchmark, "equal") != 0)
        status = cli_optimize_read(benchmark, r, job->benchmark, err);
    else
        for (size_t i = 0; benchmark && i < r->assets; i++)
            job->benchmark[i] = 1.0 / (double)r->assets;
    return status;
}

/// "NAME=W" into the group limit of that name, which is made if it is not there.
static nacre_status add_group_limit(const char *option, const char *text, cli_optimize *job,
                                    nacre_error *err)
{
    const nacre_returns *r = job->panel.returns;
    const char *equals = strrchr(text, '=');
    char *end = NULL;
    double bound = equals ? strtod(equals + 1, &end) : 0.0;
    if (!equals || end == equals + 1 || *end || !isfinite(bound))
        return nacrei_fail(err, NACRE_E_PARSE, "--%s: \"%s\" is not NAME=W", option, text);
    size_t length = (size_t)(equals - text);
    uint32_t number = 0;
    while (number < job->table->groups && (strlen(job->table->names[number]) != length ||
                                           memcmp(job->table->names[number], text, length) != 0))
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
    if (!cli_has(args, "groups") || job->group_count == 0)
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
    return status;
}

static void pose(const cli_args *args, cli_optimize *job)
{
    const nacre_returns *r = job->panel.returns;
    nacre_portfolio_problem *p = &job->problem;
    job->per_year = r->periods_per_year > 0.0 ? r->periods_per_year : 1.0;
    p->assets = r->assets;
    p->names = r->names;
    p->covariance = job->covariance;
    p->mean = job->mean;
    p->groups = job->groups;
    p->risk_free = job->risk_free_annual / job->per_year;
    p->target_return = job->target_annual / job->per_year;
    p->benchmark = cli_has(args, "benchmark") ? job->benchmark : NULL;
    p->holdings = cli_has(args, "holdings") ? job->holdings : NULL;
    for (size_t i = 0; i < r->assets; i++) {
        job->cost[i] = job->cost_bp * 1e-4 / job->per_year;
        job->lower[i] = p->min_weight;
        job->upper[i] = p->max_weight;
    }
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
        status = load_holdings(args, job, err);
    if (!status)
        status = load_groups(ctx, args, job, err);
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
    if (status)
        code = cli_fail(args, &err);
    else if (!optimal)
        code = CLI_FAILED;
    free_job(env->ctx, &job);
    return code;
}
