// SPDX-License-Identifier: Apache-2.0
// VaR and ES from one series of portfolio returns by any method, and the series itself: portfolio
// returns, overlapping horizons, the square-root label.
#include "core/alloc.h"
#include "core/status.h"
#include "engine/risk/risk_order.h"
#include "kern/linalg/linalg.h"
#include "nacre/risk.h"

#include <math.h>

#define DEFAULT_LEVEL 0.99
#define DEFAULT_LAMBDA 0.94

const char *nacre_risk_method_name(nacre_risk_method method)
{
    static const char *const names[] = {"historical", "normal", "t", "ewma"};
    size_t index = (size_t)method;
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

void nacre_risk_series_options_init(nacre_risk_series_options *options)
{
    *options = (nacre_risk_series_options){
        .struct_size = sizeof *options,
        .method = NACRE_RISK_HISTORICAL,
        .level = DEFAULT_LEVEL,
        .lambda = DEFAULT_LAMBDA,
    };
}

static nacre_status historical(nacre_ctx *ctx, size_t n, const double *returns, double level,
                               nacre_risk_figure *var, nacre_risk_figure *es, nacre_error *err)
{
    double *losses;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *losses, "losses", &losses, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        losses[i] = -returns[i];
    status = nacre_risk_historical(ctx, n, losses, level, var, es, err);
    nacrei_free(ctx, losses, n, sizeof *losses);
    return status;
}

static nacre_status fit_nu(nacre_ctx *ctx, size_t n, const double *returns, double mean,
                           double deviation, double *nu, nacre_error *err)
{
    if (deviation == 0)
        return nacrei_fail(err, NACRE_E_ARG,
                           "the returns are constant: no distribution can be fitted to them");
    double *squares;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *squares, "distances", &squares, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        double d = (returns[i] - mean) / deviation;
        squares[i] = d * d;
    }
    status = nacre_risk_fit_nu(n, squares, 1, nu, err);
    nacrei_free(ctx, squares, n, sizeof *squares);
    return status;
}

/// A figure whose error is that of the deviation alone.
static nacre_risk_figure scaled_by_deviation(double value, double mean, double relative_error)
{
    double error = (value + mean) * relative_error;
    return (nacre_risk_figure){
        .value = value,
        .standard_error = error,
        .low = value - NACREI_NORMAL_975 * error,
        .high = value + NACREI_NORMAL_975 * error,
    };
}

static nacre_status parametric(nacre_ctx *ctx, size_t n, const double *returns,
                               const nacre_risk_series_options *options, nacre_risk_figure *var,
                               nacre_risk_figure *es, double *nu, nacre_error *err)
{
    nacre_risk_moments moments;
    nacre_status status = nacre_risk_moments_of(n, returns, &moments, err);
    if (status)
        return status;
    double mean = options->sample_mean ? moments.mean : 0;
    double deviation = moments.deviation, relative_error = moments.deviation_error;
    nacre_risk_distribution distribution = NACRE_RISK_NORMAL;
    if (options->method == NACRE_RISK_PARAMETRIC_T) {
        distribution = NACRE_RISK_STUDENT_T;
        *nu = options->nu;
        if (*nu == 0)
            status = fit_nu(ctx, n, returns, moments.mean, deviation, nu, err);
    }
    if (!status && options->method == NACRE_RISK_EWMA) {
        status = nacre_risk_ewma_variance(n, returns, options->lambda, &deviation, err);
        deviation = sqrt(deviation);
        relative_error = (double)NAN;
    }
    double var_value, es_value;
    if (!status)
        status = nacre_risk_parametric(distribution, mean, deviation, *nu, options->level,
                                       &var_value, &es_value, err);
    if (status)
        return status;
    *var = scaled_by_deviation(var_value, mean, relative_error);
    *es = scaled_by_deviation(es_value, mean, relative_error);
    return NACRE_OK;
}

nacre_status nacre_risk_series(nacre_ctx *ctx, size_t n, const double *returns,
                               const nacre_risk_series_options *options, nacre_risk_figure *var,
                               nacre_risk_figure *es, double *nu_used, nacre_error *err)
{
    double nu = (double)NAN;
    nacre_status status;
    if (!nacre_risk_method_name(options->method))
        return nacrei_fail(err, NACRE_E_ARG, "method %d is unknown", (int)options->method);
    if (options->method == NACRE_RISK_HISTORICAL)
        status = historical(ctx, n, returns, options->level, var, es, err);
    else
        status = parametric(ctx, n, returns, options, var, es, &nu, err);
    if (!status && nu_used)
        *nu_used = nu;
    return status;
}

nacre_status nacre_risk_portfolio_returns(size_t periods, size_t assets, const double *returns,
                                          size_t ld, const double *weights, double *out,
                                          nacre_error *err)
{
    for (size_t i = 0; i < assets; i++)
        if (!isfinite(weights[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "weight %zu is %g", i, weights[i]);
    nacrei_gemv(false, periods, assets, 1, returns, ld, weights, 0, out);
    // A bad return shows in its row's sum, whatever its weight, so only such rows are searched.
    for (size_t t = 0; t < periods; t++) {
        if (isfinite(out[t]))
            continue;
        for (size_t i = 0; i < assets; i++)
            if (!isfinite(returns[t * ld + i]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "return row %zu column %zu is %g", t, i,
                                   returns[t * ld + i]);
        return nacrei_fail(err, NACRE_E_NONFINITE, "the portfolio return of row %zu overflows", t);
    }
    return NACRE_OK;
}

nacre_status nacre_risk_overlapping(size_t n, const double *returns, size_t horizon, double *out,
                                    nacre_error *err)
{
    if (horizon == 0 || horizon > n)
        return nacrei_fail(err, NACRE_E_SHAPE, "a horizon of %zu periods on %zu returns", horizon,
                           n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(returns[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "return %zu is %g", i, returns[i]);
    for (size_t i = 0; i + horizon <= n; i++) {
        double growth = 1;
        for (size_t h = 0; h < horizon; h++)
            growth *= 1 + returns[i + h];
        out[i] = horizon == 1 ? returns[i] : growth - 1;
    }
    return NACRE_OK;
}

nacre_risk_figure nacre_risk_scaled(const nacre_risk_figure *figure, uint32_t horizon)
{
    double scale = sqrt((double)horizon);
    return (nacre_risk_figure){
        .value = figure->value * scale,
        .standard_error = figure->standard_error * scale,
        .low = figure->low * scale,
        .high = figure->high * scale,
    };
}
