// SPDX-License-Identifier: Apache-2.0
// Market and group returns by weighted least squares on every date, and the risk model they give.
// The design is a partition of the assets, so the QR factors of the weighted group columns are
// known without rounding: Q has the columns sqrt(w) [group] / sqrt(W), R is diag(sqrt(W)), and R^-1
// Q'b is the weighted mean of each group. The constraint that the weighted group returns sum to
// zero then makes the market return the weighted mean of all assets.
#include "factor_data.h"
#include "kern/linalg/linalg.h"
#include "nacre/factor.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Least specific variance, as a share of the mean variance of the assets: a group of one asset
/// leaves no residual, and a model without specific risk cannot be inverted.
#define SPECIFIC_FLOOR 1e-6

typedef struct model_state {
    nacre_risk_model model;
    size_t cells; ///< of `block`
    double *block;
    double *exposures, *covariance, *specific, *factor_returns, *r_squared; ///< inside `block`
    const char **names;
    char *text; ///< the names' characters
    size_t text_bytes;
} model_state;

/// What the regression needs besides the returns.
typedef struct design {
    size_t groups;         ///< at least 1: without groups all assets are in one
    const uint32_t *group; ///< NULL = all in group 0
    const double *weight;  ///< NULL = 1
    double *total;         ///< per group: sum of weights; then scratch for its weighted sum
    double *mean;          ///< per group
} design;

static double weight_of(const design *d, size_t i)
{
    return d->weight ? d->weight[i] : 1.0;
}

static size_t group_of(const design *d, size_t i)
{
    return d->group ? d->group[i] : 0;
}

static nacre_status fill_totals(design *d, size_t assets, nacre_error *err)
{
    for (size_t i = 0; i < assets; i++) {
        double weight = weight_of(d, i);
        if (group_of(d, i) >= d->groups)
            return nacrei_fail(
                err, NACRE_E_ARG,
                "asset %zu (from 0) is in group %zu, there are %zu; leave out assets "
                "without a group",
                i, group_of(d, i), d->groups);
        if (!(weight > 0.0 && weight <= 0x1p500))
            return nacrei_fail(err, NACRE_E_ARG,
                               "asset %zu (from 0) has the regression weight %g; weights are "
                               "positive",
                               i, weight);
        d->total[group_of(d, i)] += weight;
    }
    for (size_t g = 0; g < d->groups; g++)
        if (!(d->total[g] > 0.0))
            return nacrei_fail(err, NACRE_E_ARG, "group %zu (from 0) is empty; leave it out", g);
    return NACRE_OK;
}

static nacre_status make_design(nacre_ctx *ctx, size_t assets, design *d, nacre_error *err)
{
    nacre_status status =
        nacrei_alloc(ctx, 2 * d->groups, sizeof(double), "groups", &d->total, err);
    if (status)
        return status;
    d->mean = d->total + d->groups;
    status = fill_totals(d, assets, err);
    if (status)
        nacrei_free(ctx, d->total, 2 * d->groups, sizeof(double));
    return status;
}

/// One date: `factor` gets market and group returns, `residual` what is left; gives R^2.
static double regress(const design *d, size_t assets, const double *row, double *factor,
                      size_t factors, double *residual)
{
    double market = 0.0, total = 0.0, left = 0.0, spread = 0.0;
    memset(d->mean, 0, d->groups * sizeof *d->mean);
    for (size_t i = 0; i < assets; i++)
        d->mean[group_of(d, i)] += weight_of(d, i) * row[i];
    for (size_t g = 0; g < d->groups; g++) {
        market += d->mean[g];
        total += d->total[g];
        d->mean[g] /= d->total[g];
    }
    market /= total;
    factor[0] = market;
    for (size_t g = 0; g + 1 < factors; g++)
        factor[1 + g] = d->mean[g] - market;
    for (size_t i = 0; i < assets; i++) {
        residual[i] = row[i] - d->mean[group_of(d, i)];
        left += weight_of(d, i) * residual[i] * residual[i];
        spread += weight_of(d, i) * (row[i] - market) * (row[i] - market);
    }
    return spread > 0.0 ? fmax(0.0, 1.0 - left / spread) : (double)NAN;
}

/// Sums of squares about the mean of each column of a periods x count matrix, times `scale`. Means
/// are taken from the first row on, so that a constant column has no variance at all.
static void column_variances(size_t periods, size_t count, const double *values, double scale,
                             double *mean, double *out)
{
    memset(mean, 0, count * sizeof *mean);
    memset(out, 0, count * sizeof *out);
    for (size_t t = 1; t < periods; t++)
        for (size_t i = 0; i < count; i++)
            mean[i] += (values[t * count + i] - values[i]) / (double)periods;
    for (size_t t = 0; t < periods; t++) {
        for (size_t i = 0; i < count; i++) {
            double gap = values[t * count + i] - values[i] - mean[i];
            out[i] += gap * gap * scale;
        }
    }
}

/// Covariance of the factor returns, scaled back.
static nacre_status fill_covariance(nacre_ctx *ctx, model_state *state, nacre_error *err)
{
    const nacre_risk_model *model = &state->model;
    nacre_covariance_options options;
    nacre_covariance_options_init(&options);
    options.method = NACRE_COV_SAMPLE;
    return nacre_covariance(ctx, model->periods, model->factors, state->factor_returns,
                            model->factors, &options, state->covariance, NULL, err);
}

/// Specific variances from the residuals; those under the floor are raised to it and counted.
static nacre_status fill_specific(model_state *state, const nacrei_factor_data *data,
                                  const double *residual, double *scratch, nacre_error *err)
{
    nacre_risk_model *model = &state->model;
    size_t n = model->assets;
    double scale = 1.0 / ((double)model->periods - 1.0), total = 0.0;
    double *mean = scratch, *variance = scratch + n;
    column_variances(model->periods, n, data->y, scale, mean, variance);
    for (size_t i = 0; i < n; i++)
        total += variance[i];
    double floor = SPECIFIC_FLOOR * total / (double)n;
    if (!(floor > 0.0))
        return nacrei_fail(err, NACRE_E_ARG, "returns: every column is constant, there is no risk");
    column_variances(model->periods, n, residual, scale, mean, state->specific);
    for (size_t i = 0; i < n; i++) {
        model->floored += state->specific[i] < floor;
        state->specific[i] = ldexp(fmax(state->specific[i], floor), 2 * data->exponent);
        if (!(state->specific[i] > 0.0 && isfinite(state->specific[i])))
            return nacrei_fail(err, NACRE_E_RANGE,
                               "returns: the specific variance of column %zu (from 0) leaves the "
                               "range of double",
                               i);
    }
    return NACRE_OK;
}

static nacre_status fit(nacre_ctx *ctx, model_state *state, const nacrei_factor_data *data,
                        const design *d, nacre_error *err)
{
    const nacre_risk_model *model = &state->model;
    size_t n = model->assets, cells = (model->periods + 2) * n;
    double *residual;
    nacre_status status = nacrei_alloc(ctx, cells, sizeof *residual, "residuals", &residual, err);
    if (status)
        return status;
    for (size_t t = 0; t < model->periods; t++) {
        double *factor = state->factor_returns + t * model->factors;
        state->r_squared[t] =
            regress(d, n, data->y + t * n, factor, model->factors, residual + t * n);
        for (size_t k = 0; k < model->factors; k++)
            factor[k] = ldexp(factor[k], data->exponent);
    }
    for (size_t i = 0; i < n; i++) {
        state->exposures[i * model->factors] = 1.0;
        if (model->factors > 1)
            state->exposures[i * model->factors + 1 + group_of(d, i)] = 1.0;
    }
    status = fill_specific(state, data, residual, residual + model->periods * n, err);
    if (!status)
        status = fill_covariance(ctx, state, err);
    nacrei_free(ctx, residual, cells, sizeof *residual);
    return status;
}

/// "market", then the given names or "group 0", "group 1", ...
static nacre_status fill_names(nacre_ctx *ctx, model_state *state, const char *const *group_names,
                               nacre_error *err)
{
    static const char market[] = "market";
    enum { NUMBERED_BYTES = 32 }; // "group 18446744073709551615"
    size_t factors = state->model.factors;
    state->text_bytes = sizeof market;
    for (size_t k = 1; k < factors; k++)
        state->text_bytes += group_names ? strlen(group_names[k - 1]) + 1 : NUMBERED_BYTES;
    nacre_status status =
        nacrei_alloc(ctx, factors, sizeof *state->names, "factor names", &state->names, err);
    if (!status)
        status = nacrei_alloc(ctx, state->text_bytes, 1, "factor names", &state->text, err);
    if (status)
        return status;
    char *next = state->text, *end = state->text + state->text_bytes;
    for (size_t k = 0; k < factors; k++) {
        int length;
        state->names[k] = next;
        if (k == 0)
            length = snprintf(next, (size_t)(end - next), "%s", market);
        else if (group_names)
            length = snprintf(next, (size_t)(end - next), "%s", group_names[k - 1]);
        else
            length = snprintf(next, (size_t)(end - next), "group %zu", k - 1);
        next += length + 1;
    }
    state->model.factor_names = state->names;
    return NACRE_OK;
}

static nacre_status allocate(nacre_ctx *ctx, size_t periods, size_t assets, size_t factors,
                             const char *const *group_names, model_state **out, nacre_error *err)
{
    model_state *state;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *state, "risk model", &state, err);
    if (status)
        return status;
    state->model.periods = periods;
    state->model.assets = assets;
    state->model.factors = factors;
    state->cells = assets * factors + factors * factors + assets + periods * factors + periods;
    status = nacrei_alloc(ctx, state->cells, sizeof(double), "risk model", &state->block, err);
    if (!status)
        status = fill_names(ctx, state, group_names, err);
    if (status) {
        nacre_risk_model_destroy(ctx, &state->model);
        return status;
    }
    state->exposures = state->block;
    state->covariance = state->exposures + assets * factors;
    state->specific = state->covariance + factors * factors;
    state->factor_returns = state->specific + assets;
    state->r_squared = state->factor_returns + periods * factors;
    state->model.exposures = state->exposures;
    state->model.factor_covariance = state->covariance;
    state->model.specific_variance = state->specific;
    state->model.factor_returns = state->factor_returns;
    state->model.r_squared = state->r_squared;
    *out = state;
    return NACRE_OK;
}

nacre_status nacre_risk_model_create(nacre_ctx *ctx, size_t periods, size_t assets,
                                     const double *returns, size_t ld, const uint32_t *group,
                                     size_t groups, const char *const *group_names,
                                     const double *weight, nacre_risk_model **out, nacre_error *err)
{
    nacrei_factor_data data;
    model_state *state = NULL;
    design d = {.groups = groups ? groups : 1, .group = groups ? group : NULL, .weight = weight};
    *out = NULL;
    nacre_status status = nacrei_factor_check(periods, assets, returns, ld, NULL, err);
    if (status)
        return status;
    if (groups > assets)
        return nacrei_fail(err, NACRE_E_ARG, "%zu groups for %zu assets: some group is empty",
                           groups, assets);
    if (groups && !group)
        return nacrei_fail(err, NACRE_E_ARG, "%zu groups, but no asset says which is its own",
                           groups);
    status = make_design(ctx, assets, &d, err);
    if (status)
        return status;
    status = nacrei_factor_load(ctx, periods, assets, returns, ld, false, &data, err);
    if (!status) {
        status = allocate(ctx, periods, assets, 1 + groups, group_names, &state, err);
        if (!status)
            status = fit(ctx, state, &data, &d, err);
        nacrei_factor_unload(ctx, &data);
    }
    nacrei_free(ctx, d.total, 2 * d.groups, sizeof(double));
    if (status && state)
        nacre_risk_model_destroy(ctx, &state->model);
    else if (!status)
        *out = &state->model;
    return status;
}

nacre_status nacre_risk_model_covariance(nacre_ctx *ctx, const nacre_risk_model *model, double *out,
                                         nacre_error *err)
{
    size_t n = model->assets, k = model->factors;
    double *product;
    nacre_status status = nacrei_alloc(ctx, n * k, sizeof *product, "exposures", &product, err);
    if (status)
        return status;
    nacrei_gemm(false, false, n, k, k, 1.0, model->exposures, k, model->factor_covariance, k, 0.0,
                product, k);
    nacrei_gemm(false, true, n, n, k, 1.0, product, k, model->exposures, k, 0.0, out, n);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            out[j * n + i] = out[i * n + j];
        out[i * n + i] += model->specific_variance[i];
    }
    nacrei_free(ctx, product, n * k, sizeof *product);
    return NACRE_OK;
}

void nacre_risk_model_destroy(nacre_ctx *ctx, nacre_risk_model *model)
{
    if (!model)
        return;
    model_state *state = (model_state *)model;
    nacrei_free(ctx, state->block, state->cells, sizeof *state->block);
    nacrei_free(ctx, state->names, model->factors, sizeof *state->names);
    nacrei_free(ctx, state->text, state->text_bytes, 1);
    nacrei_free(ctx, state, 1, sizeof *state);
}
