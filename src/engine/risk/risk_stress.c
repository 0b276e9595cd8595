// SPDX-License-Identifier: Apache-2.0
// What would be lost: in a window of the past, held through it without rebalancing; when factors
// move; and whether a figure is within its limit.
#include "core/status.h"
#include "nacre/risk.h"

#include <math.h>

static nacre_status check_weights(size_t assets, const double *weights, nacre_error *err)
{
    for (size_t i = 0; i < assets; i++)
        if (!isfinite(weights[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "weight %zu is %g", i, weights[i]);
    return NACRE_OK;
}

nacre_status nacre_risk_stress_window(size_t periods, size_t assets, const double *returns,
                                      size_t ld, const double *weights, size_t first, size_t count,
                                      double *contributions, double *loss, nacre_error *err)
{
    if (first > periods || count > periods - first)
        return nacrei_fail(err, NACRE_E_SHAPE, "rows %zu to %zu of a panel of %zu", first,
                           first + count, periods);
    nacre_status status = check_weights(assets, weights, err);
    if (status)
        return status;
    for (size_t t = first; t < first + count; t++)
        for (size_t i = 0; i < assets; i++)
            if (!isfinite(returns[t * ld + i]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "return row %zu column %zu is %g", t, i,
                                   returns[t * ld + i]);
    double sum = 0;
    for (size_t i = 0; i < assets; i++) {
        double growth = 1;
        for (size_t t = first; t < first + count; t++)
            growth *= 1 + returns[t * ld + i];
        double lost = weights[i] * (1 - growth);
        if (contributions)
            contributions[i] = lost;
        sum += lost;
    }
    *loss = sum;
    return NACRE_OK;
}

nacre_status nacre_risk_worst_window(size_t n, const double *returns, size_t length, size_t *first,
                                     double *loss, nacre_error *err)
{
    if (length == 0 || length > n)
        return nacrei_fail(err, NACRE_E_SHAPE, "a window of %zu periods on %zu returns", length, n);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(returns[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "return %zu is %g", i, returns[i]);
    double worst = -(double)INFINITY;
    for (size_t i = 0; i + length <= n; i++) {
        double growth = 1;
        for (size_t h = 0; h < length; h++)
            growth *= 1 + returns[i + h];
        if (1 - growth > worst) {
            worst = 1 - growth;
            *first = i;
        }
    }
    *loss = worst;
    return NACRE_OK;
}

nacre_status nacre_risk_stress_factors(size_t assets, size_t factors, const double *exposures,
                                       size_t ld, const double *weights, const double *shock,
                                       double *factor_losses, double *loss, nacre_error *err)
{
    nacre_status status = check_weights(assets, weights, err);
    if (status)
        return status;
    for (size_t k = 0; k < factors; k++)
        if (!isfinite(shock[k]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "shock of factor %zu is %g", k, shock[k]);
    for (size_t i = 0; i < assets; i++)
        for (size_t k = 0; k < factors; k++)
            if (!isfinite(exposures[i * ld + k]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "exposure of asset %zu to factor %zu is %g", i, k,
                                   exposures[i * ld + k]);
    double sum = 0;
    for (size_t k = 0; k < factors; k++) {
        double exposure = 0;
        for (size_t i = 0; i < assets; i++)
            exposure += weights[i] * exposures[i * ld + k];
        double lost = -exposure * shock[k];
        if (factor_losses)
            factor_losses[k] = lost;
        sum += lost;
    }
    *loss = sum;
    return NACRE_OK;
}

nacre_status nacre_risk_check_limits(size_t count, nacre_risk_limit *limits, size_t *breaches,
                                     nacre_error *err)
{
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(limits[i].value))
            return nacrei_fail(err, NACRE_E_NONFINITE, "limit %s: the figure is %g", limits[i].name,
                               limits[i].value);
        if (!(limits[i].limit > 0 && isfinite(limits[i].limit)))
            return nacrei_fail(err, NACRE_E_ARG, "limit %s: %g is not positive", limits[i].name,
                               limits[i].limit);
    }
    *breaches = 0;
    for (size_t i = 0; i < count; i++) {
        limits[i].use = limits[i].value / limits[i].limit;
        limits[i].breached = limits[i].value > limits[i].limit;
        *breaches += limits[i].breached;
    }
    return NACRE_OK;
}
