// SPDX-License-Identifier: Apache-2.0
// The entrance to the covariance estimators: options, checks, the two estimators that need nothing
// but a product (sample, ewma), and the scale of the result.
#include "covariance_methods.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

/// RiskMetrics Technical Document, J.P. Morgan and Reuters, 4th edition 1996: daily data.
#define RISKMETRICS_LAMBDA 0.94

static const char *const method_names[] = {
    [NACRE_COV_SAMPLE] = "sample",
    [NACRE_COV_EWMA] = "ewma",
    [NACRE_COV_LW_IDENTITY] = "lw_identity",
    [NACRE_COV_LW_CONSTANT_CORRELATION] = "lw_constant_correlation",
    [NACRE_COV_QIS] = "qis",
    [NACRE_COV_MP_CLIP] = "mp_clip",
};
#define METHOD_COUNT (sizeof method_names / sizeof method_names[0])

void nacre_covariance_options_init(nacre_covariance_options *options)
{
    *options = (nacre_covariance_options){.struct_size = (uint32_t)sizeof *options,
                                          .method = NACRE_COV_LW_CONSTANT_CORRELATION,
                                          .lambda = RISKMETRICS_LAMBDA};
}

const char *nacre_covariance_method_name(nacre_covariance_method method)
{
    return (size_t)method < METHOD_COUNT ? method_names[method] : NULL;
}

bool nacre_covariance_method_parse(const char *name, nacre_covariance_method *method)
{
    for (size_t i = 0; i < METHOD_COUNT; i++) {
        if (strcmp(name, method_names[i]) == 0) {
            *method = (nacre_covariance_method)i;
            return true;
        }
    }
    return false;
}

static nacre_status read_options(const nacre_covariance_options *given,
                                 nacre_covariance_options *used, nacre_error *err)
{
    nacre_covariance_options_init(used);
    if (!given)
        return NACRE_OK;
    if (given->struct_size != sizeof *given)
        return nacrei_fail(err, NACRE_E_ARG,
                           "nacre_covariance_options: struct_size %u is not %zu; call "
                           "nacre_covariance_options_init",
                           given->struct_size, sizeof *given);
    *used = *given;
    if ((size_t)used->method >= METHOD_COUNT)
        return nacrei_fail(err, NACRE_E_ARG, "covariance method %d does not exist",
                           (int)used->method);
    if (used->method == NACRE_COV_EWMA && !(used->lambda > 0.0 && used->lambda < 1.0))
        return nacrei_fail(err, NACRE_E_ARG, "ewma: lambda %g is not between 0 and 1",
                           used->lambda);
    return NACRE_OK;
}

void nacrei_covariance_sample(const nacrei_factor_data *data, double divisor, double *out)
{
    nacrei_syrk(true, data->assets, data->periods, 1.0 / divisor, data->y, data->assets, 0.0, out,
                data->assets);
}

/// Weights lambda^age, divided by their sum so that a short history does not shrink the variances.
static void ewma(nacrei_factor_data *data, double lambda, double *out)
{
    double weight = 1.0, sum = 0.0;
    for (size_t t = data->periods; t-- > 0; weight *= lambda) {
        double root = sqrt(weight);
        sum += weight;
        for (size_t i = 0; i < data->assets; i++)
            data->y[t * data->assets + i] *= root;
    }
    nacrei_covariance_sample(data, sum, out);
}

/// Gives the estimate out in the scale of the returns, exact unless a value leaves the range of
/// double.
static nacre_status give_out(size_t assets, int exponent, const double *result, double *out,
                             nacre_error *err)
{
    double half = ldexp(1.0, exponent / 2), rest = ldexp(1.0, exponent - exponent / 2);
    for (size_t i = 0; i < assets; i++)
        if (!isfinite(result[i * assets + i] * half * half * rest * rest))
            return nacrei_fail(err, NACRE_E_RANGE,
                               "covariance: the variance of column %zu (from 0) overflows; the "
                               "values are no returns",
                               i);
    for (size_t i = 0; i < assets * assets; i++)
        out[i] = result[i] * half * half * rest * rest;
    return NACRE_OK;
}

static nacre_status estimate(nacre_ctx *ctx, nacrei_factor_data *data,
                             const nacre_covariance_options *options, double *out,
                             nacre_covariance_info *info, nacre_error *err)
{
    double divisor = (double)data->periods - (options->divisor_n ? 0.0 : 1.0);
    switch (options->method) {
    case NACRE_COV_SAMPLE:
        nacrei_covariance_sample(data, divisor, out);
        return NACRE_OK;
    case NACRE_COV_EWMA:
        ewma(data, options->lambda, out);
        return NACRE_OK;
    case NACRE_COV_LW_IDENTITY:
        return nacrei_covariance_lw_identity(ctx, data, divisor, out, info, err);
    case NACRE_COV_LW_CONSTANT_CORRELATION:
        return nacrei_covariance_lw_constant_correlation(ctx, data, divisor, out, info, err);
    case NACRE_COV_QIS:
        return nacrei_covariance_qis(ctx, data, divisor, out, info, err);
    case NACRE_COV_MP_CLIP:
        return nacrei_covariance_mp_clip(ctx, data, divisor, out, info, err);
    }
    return nacrei_fail(err, NACRE_E_ARG, "covariance method %d does not exist",
                       (int)options->method);
}

nacre_status nacre_covariance(nacre_ctx *ctx, size_t periods, size_t assets, const double *returns,
                              size_t ld, const nacre_covariance_options *options, double *out,
                              nacre_covariance_info *info, nacre_error *err)
{
    nacre_covariance_options used;
    nacre_covariance_info found = {.shrinkage = (double)NAN, .condition = (double)NAN};
    nacrei_factor_data data = {0};
    double *result = NULL;
    nacre_status status = read_options(options, &used, err);
    if (status)
        return status;
    bool center = used.method != NACRE_COV_EWMA;
    status = nacrei_factor_load(ctx, periods, assets, returns, ld, center, &data, err);
    if (status)
        return status;
    size_t cells;
    if (!nacrei_mul(assets, assets, &cells))
        status = nacrei_fail(err, NACRE_E_LIMIT, "covariance: %zu assets are too many", assets);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof *result, "covariance matrix", &result, err);
    if (!status)
        status = estimate(ctx, &data, &used, result, &found, err);
    if (!status)
        status = give_out(assets, data.exponent, result, out, err);
    if (!status && info)
        *info = found;
    nacrei_free(ctx, result, cells, sizeof *result);
    nacrei_factor_unload(ctx, &data);
    return status;
}
