// SPDX-License-Identifier: Apache-2.0
// The model against what came after: a forecast for each of the last periods from the periods
// before it, then the tests of the exceptions. The window slides; no forecast sees its own day.
#include "core/alloc.h"
#include "core/status.h"
#include "nacre/risk.h"

#include <math.h>

#define LIGHT_LEVEL 0.99

typedef struct backtest_arrays {
    double *losses, *var, *es; ///< one allocation of three parts
    bool *hits;
} backtest_arrays;

static nacre_status forecast(nacre_ctx *ctx, size_t n, const double *returns,
                             const nacre_risk_series_options *options, size_t window,
                             size_t observations, const backtest_arrays *arrays, nacre_error *err)
{
    for (size_t i = 0; i < observations; i++) {
        size_t day = n - observations + i;
        nacre_risk_figure var, es;
        nacre_status status =
            nacre_risk_series(ctx, window, returns + day - window, options, &var, &es, NULL, err);
        if (status)
            return status;
        if (!isfinite(returns[day]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "return %zu is %g", day, returns[day]);
        arrays->var[i] = var.value;
        arrays->es[i] = es.value;
        arrays->losses[i] = -returns[day];
        arrays->hits[i] = arrays->losses[i] > var.value;
    }
    return NACRE_OK;
}

static nacre_status judge(size_t n, const backtest_arrays *arrays, double level,
                          nacre_risk_backtest *result, nacre_error *err)
{
    nacre_risk_backtest out = {.observations = n};
    for (size_t i = 0; i < n; i++)
        out.exceptions += arrays->hits[i];
    double tail = 1 - level;
    nacre_status status = nacre_risk_kupiec(n, out.exceptions, tail, &out.coverage, err);
    if (!status)
        status = nacre_risk_christoffersen(n, arrays->hits, tail, &out.independence,
                                           &out.conditional, err);
    out.has_light = fabs(level - LIGHT_LEVEL) < 1e-12;
    if (!status)
        status = nacre_risk_traffic_light(n, out.exceptions, &out.light, err);
    if (!status)
        status = nacre_risk_acerbi_szekely(n, arrays->losses, arrays->var, arrays->es, level,
                                           &out.z2, err);
    if (!status)
        *result = out;
    return status;
}

nacre_status nacre_risk_backtest_series(nacre_ctx *ctx, size_t n, const double *returns,
                                        const nacre_risk_series_options *options, size_t window,
                                        size_t observations, double *var, double *es, bool *hits,
                                        nacre_risk_backtest *result, nacre_error *err)
{
    if (observations < 2 || window < 1 || observations > n || window > n - observations)
        return nacrei_fail(
            err, NACRE_E_SHAPE,
            "%zu returns: %zu forecasts (two at least) from %zu periods each need %zu", n,
            observations, window, observations + window);
    double *numbers;
    bool *flags = NULL;
    nacre_status status =
        nacrei_alloc(ctx, observations, 3 * sizeof *numbers, "forecasts", &numbers, err);
    if (!status)
        status = nacrei_alloc(ctx, observations, sizeof *flags, "exceptions", &flags, err);
    if (!status) {
        backtest_arrays arrays = {numbers, numbers + observations, numbers + 2 * observations,
                                  flags};
        status = forecast(ctx, n, returns, options, window, observations, &arrays, err);
        if (!status)
            status = judge(observations, &arrays, options->level, result, err);
        for (size_t i = 0; !status && i < observations; i++) {
            if (var)
                var[i] = arrays.var[i];
            if (es)
                es[i] = arrays.es[i];
            if (hits)
                hits[i] = flags[i];
        }
    }
    nacrei_free(ctx, numbers, observations, 3 * sizeof *numbers);
    nacrei_free(ctx, flags, observations, sizeof *flags);
    return status;
}
