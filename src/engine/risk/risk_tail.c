// SPDX-License-Identifier: Apache-2.0
// Tail risk of a panel of past returns, split by asset: each tail row's asset losses with the
// weight that the row has in ES, and each row of VaR's band in equal parts.
#include "core/alloc.h"
#include "engine/risk/risk_order.h"
#include "nacre/risk.h"

#include <math.h>
#include <string.h>

static void add_rows(size_t periods, size_t assets, const double *returns, size_t ld,
                     const double *weights, const double *losses, const nacrei_tail *from,
                     const nacre_risk_tail *tail)
{
    if (tail->component_es)
        memset(tail->component_es, 0, assets * sizeof *tail->component_es);
    if (tail->component_var)
        memset(tail->component_var, 0, assets * sizeof *tail->component_var);
    for (size_t t = 0; t < periods; t++) {
        const double *row = returns + t * ld;
        double es_weight = nacrei_tail_weight(from, losses[t]);
        double var_weight = nacrei_band_weight(from, losses[t]);
        for (size_t i = 0; tail->component_es && es_weight > 0 && i < assets; i++)
            tail->component_es[i] -= es_weight * weights[i] * row[i];
        for (size_t i = 0; tail->component_var && var_weight > 0 && i < assets; i++)
            tail->component_var[i] -= var_weight * weights[i] * row[i];
    }
}

nacre_status nacre_risk_historical_tail(nacre_ctx *ctx, size_t periods, size_t assets,
                                        const double *returns, size_t ld, const double *weights,
                                        double level, nacre_risk_tail *tail, nacre_error *err)
{
    double *losses;
    nacre_status status = nacrei_alloc(ctx, periods, sizeof *losses, "losses", &losses, err);
    if (status)
        return status;
    status = nacre_risk_portfolio_returns(periods, assets, returns, ld, weights, losses, err);
    nacrei_tail from;
    if (!status) {
        for (size_t t = 0; t < periods; t++)
            losses[t] = -losses[t];
        status = nacrei_tail_of(ctx, periods, losses, level, tail->band, &from, err);
    }
    if (!status)
        status = nacrei_tail_check(&from, tail, err);
    if (!status) {
        add_rows(periods, assets, returns, ld, weights, losses, &from, tail);
        nacrei_tail_finish(&from, assets, tail);
    }
    nacrei_free(ctx, losses, periods, sizeof *losses);
    return status;
}
