// SPDX-License-Identifier: Apache-2.0
// From weights to orders in whole lots at raw prices. Lots are rounded towards zero, so orders
// never cost more than the weights allow; what is left over is reported as cash.
#include "core/status.h"
#include "nacre/optimize.h"

#include <math.h>

/// Relative distance below whole lots at which they count as reached.
#define WHOLE_LOTS 1e-7

static nacre_status check_trade_input(size_t n, const double *weights, const double *price,
                                      const double *held, double capital, double lot,
                                      double cost_rate, nacre_error *err)
{
    if (!(capital > 0.0) || !isfinite(capital))
        return nacrei_fail(err, NACRE_E_ARG, "trades: capital %g is not positive", capital);
    if (!(lot > 0.0) || !isfinite(lot))
        return nacrei_fail(err, NACRE_E_ARG, "trades: lot %g is not positive", lot);
    if (!(cost_rate >= 0.0) || !isfinite(cost_rate))
        return nacrei_fail(err, NACRE_E_ARG, "trades: cost rate %g is not >= 0", cost_rate);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(weights[i]) || (held && !isfinite(held[i])))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "trades: weight or holding of asset %zu is %g", i,
                               isfinite(weights[i]) ? held[i] : weights[i]);
        if (!(price[i] > 0.0) || !isfinite(price[i]))
            return nacrei_fail(err, isnan(price[i]) ? NACRE_E_NONFINITE : NACRE_E_ARG,
                               "trades: price of asset %zu is %g, not positive", i, price[i]);
    }
    return NACRE_OK;
}

nacre_status nacre_portfolio_trades(size_t n, const double *weights, const double *price,
                                    const double *held, double capital, double lot,
                                    double cost_rate, nacre_portfolio_trade *trades,
                                    nacre_portfolio_trade_summary *summary, nacre_error *err)
{
    nacre_status status = check_trade_input(n, weights, price, held, capital, lot, cost_rate, err);
    if (status)
        return status;
    *summary = (nacre_portfolio_trade_summary){0};
    for (size_t i = 0; i < n; i++) {
        nacre_portfolio_trade *trade = trades + i;
        trade->held = held ? held[i] : 0.0;
        // A weight that is whole lots up to the solver's accuracy shall not lose one.
        double lots = weights[i] * capital / (price[i] * lot);
        trade->target = trunc(lots * (1.0 + WHOLE_LOTS)) * lot;
        trade->shares = trade->target - trade->held;
        trade->value = trade->shares * price[i];
        trade->cost = fabs(trade->value) * cost_rate;
        summary->orders += trade->shares != 0.0;
        summary->turnover += fabs(trade->value) / capital;
        summary->cost += trade->cost;
        summary->invested += trade->target * price[i];
    }
    summary->cash = capital - summary->invested - summary->cost;
    return NACRE_OK;
}
