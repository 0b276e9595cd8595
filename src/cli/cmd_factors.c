// SPDX-License-Identifier: Apache-2.0
// `nacre factors`: a panel in; its covariance by a named estimator, its principal components with
// the noise edge, and, with a table of groups, market and group returns by regression.
#include "cli/cli_export.h"
#include "cli/cli_factors.h"
#include "core/alloc.h"

#include <string.h>

#define SHOWN_DEFAULT 10

static const cli_option options[] = {
    {"groups", 0, "CSV", "sectors or countries (columns Symbol and Sector): adds their returns"},
    {"method", 0, "NAME",
     "covariance: sample, ewma, lw_identity, lw_constant_correlation, qis, mp_clip"},
    {"components", 0, "K", "principal components to give out (default 10)"},
    {"correlation", 0, NULL, "components of the correlation matrix instead of the covariance"},
    {"out", 0, "DIR", "write factors.csv, loadings.csv and covariance.csv there"},
    CLI_PANEL_OPTIONS,
};

const cli_command cmd_factors = {
    .name = "factors",
    .synopsis = "[OPTION...] PANEL",
    .summary = "covariance, principal components and sector returns of a panel",
    .details =
        "PANEL is a CSV with one row per date and one column per asset, or an OR-Library price\n"
        "file. Eigenvalues above the Marchenko-Pastur edge are more than noise would give.\n"
        "The covariance is estimated by --method (default lw_constant_correlation); components\n"
        "are those of the sample. With --groups every date is a weighted regression on market\n"
        "and groups whose returns sum to zero.",
    .example = "nacre factors prices.csv --groups constituents.csv --components 5 --out factors",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

static nacre_status estimate(nacre_ctx *ctx, cli_factors *f, bool correlation, nacre_error *err)
{
    const nacre_returns *r = f->panel.returns;
    nacre_covariance_options method;
    nacre_covariance_options_init(&method);
    method.method = f->method;
    nacre_status status = nacrei_alloc(ctx, r->assets * r->assets, sizeof *f->covariance,
                                       "covariance", &f->covariance, err);
    if (!status)
        status = nacre_covariance(ctx, r->periods, r->assets, r->values, r->assets, &method,
                                  f->covariance, &f->info, err);
    if (!status)
        status = nacre_pca_create(ctx, r->periods, r->assets, r->values, r->assets, correlation, 0,
                                  &f->pca, err);
    if (status)
        return status;
    f->shown = f->shown < f->pca->components ? f->shown : f->pca->components;
    while (f->above_noise < f->pca->components &&
           f->pca->explained_variance[f->above_noise] > f->pca->noise_edge)
        f->above_noise++;
    return NACRE_OK;
}

static void free_factors(nacre_ctx *ctx, cli_factors *f)
{
    size_t n = f->panel.returns ? f->panel.returns->assets : 0;
    nacre_risk_model_destroy(ctx, f->model);
    nacre_pca_destroy(ctx, f->pca);
    nacrei_free(ctx, f->member, n, sizeof *f->member);
    nacrei_free(ctx, f->member_of, n, sizeof *f->member_of);
    nacrei_free(ctx, f->covariance, n * n, sizeof *f->covariance);
    nacre_panel_groups_destroy(ctx, f->groups);
    cli_panel_unload(ctx, &f->panel);
}

static nacre_status compute(nacre_ctx *ctx, const cli_args *args, cli_factors *f, nacre_error *err)
{
    nacre_status status = cli_panel_load(ctx, &f->panel, err);
    if (!status)
        status = estimate(ctx, f, cli_has(args, "correlation"), err);
    if (!status && cli_has(args, "groups"))
        status = cli_factors_regress(ctx, cli_value(args, "groups"), f, err);
    return status;
}

int run_factors(const cli_env *env, const cli_args *args)
{
    cli_factors f = {0};
    int64_t shown = SHOWN_DEFAULT;
    nacre_error err = {0};
    nacre_covariance_options defaults;
    nacre_covariance_options_init(&defaults);
    f.method = defaults.method;
    const char *method = cli_value(args, "method");
    if (!cli_panel_parse(args, &f.panel) || !cli_int(args, "components", 1, 1000000, &shown))
        return CLI_USAGE;
    if (method && !nacre_covariance_method_parse(method, &f.method))
        return cli_usage(args,
                         "--method: \"%s\" is not sample, ewma, lw_identity, "
                         "lw_constant_correlation, qis or mp_clip",
                         method);
    f.shown = (size_t)shown;
    nacre_status status = compute(env->ctx, args, &f, &err);
    if (!status && cli_has(args, "out"))
        status = cli_factors_write(cli_value(args, "out"), &f, &err);
    if (!status && env->json)
        status = cli_factors_print_json(stdout, &f, &err);
    else if (!status)
        cli_factors_print(stdout, &f);
    int code = status ? cli_fail(args, &err) : CLI_OK;
    free_factors(env->ctx, &f);
    return code;
}
