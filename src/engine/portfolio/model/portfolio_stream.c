// SPDX-License-Identifier: Apache-2.0
// Events of a portfolio stream. Each is checked as a whole before anything is written, and nothing
// after the checks can fail, so a refused event leaves every byte as it was. Nothing here
// allocates: the orders come from nacre_portfolio_trades into the state's own array.
#include "engine/portfolio/model/portfolio_stream_state.h"
#include "nacre/data.h"

#include <math.h>

/// Pointers into a state, found once per event.
typedef struct arrays {
    uint32_t assets;
    int64_t *price, *lots;
    double *target, *price_now, *shares;
    nacre_portfolio_trade *trades;
} arrays;

static arrays arrays_of(nacre_portfolio_stream *stream)
{
    nacrei_portfolio_stream_layout layout = nacrei_portfolio_stream_layout_of(&stream->options);
    return (arrays){
        .assets = stream->options.assets,
        .price = nacrei_state_at(stream, layout.price),
        .lots = nacrei_state_at(stream, layout.lots),
        .target = nacrei_state_at(stream, layout.target),
        .price_now = nacrei_state_at(stream, layout.price_now),
        .shares = nacrei_state_at(stream, layout.shares),
        .trades = nacrei_state_at(stream, layout.trades),
    };
}

static double money(nacrei_i128 value)
{
    return (double)value / NACRE_PRICE_SCALE;
}

static nacrei_i128 capital_of(const nacre_portfolio_stream *stream, const arrays *in)
{
    nacrei_i128 value = 0;
    for (uint32_t i = 0; i < in->assets; i++)
        value += (nacrei_i128)(in->lots[i] * stream->options.lot) * in->price[i];
    return stream->cash + value;
}

static void find_drift(const arrays *in, nacre_portfolio_stream_report *report)
{
    report->drift = -1;
    report->turnover = 0;
    for (uint32_t i = 0; i < in->assets; i++) {
        double weight = in->shares[i] * in->price_now[i] / report->capital;
        double distance = fabs(weight - in->target[i]);
        report->turnover += distance;
        if (distance > report->drift) {
            report->drift = distance;
            report->drift_asset = i;
        }
    }
}

static void make_orders(const nacre_portfolio_stream *stream, const arrays *in,
                        nacre_portfolio_stream_report *report)
{
    const nacre_portfolio_stream_options *options = &stream->options;
    // Its inputs were checked when they came in, and the capital is positive here.
    (void)!nacre_portfolio_trades(in->assets, in->target, in->price_now, in->shares,
                                  report->capital, (double)options->lot, options->cost_rate,
                                  in->trades, &report->trades, NULL);
    report->rebalancing = report->trades.orders > 0;
    if (report->rebalancing)
        return;
    report->trades = (nacre_portfolio_trade_summary){0};
    memset(in->trades, 0, in->assets * sizeof *in->trades);
}

/// All figures after an event, and the orders; `report` becomes the next one.
static void publish(nacre_portfolio_stream *stream, const arrays *in,
                    const nacre_portfolio_stream_report **out)
{
    nacre_portfolio_stream_report *report = &stream->report;
    nacrei_i128 capital = capital_of(stream, in);
    bool targeted = report->target_ns != INT64_MIN;
    report->sequence++;
    report->time_ns = stream->time_ns;
    report->cash = money(stream->cash);
    report->capital = report->bars ? money(capital) : (double)NAN;
    report->drift = report->turnover = (double)NAN;
    report->drift_asset = 0;
    if (report->trades.orders)
        memset(in->trades, 0, in->assets * sizeof *in->trades);
    report->trades = (nacre_portfolio_trade_summary){0};
    if (report->bars && targeted && capital > 0) {
        find_drift(in, report);
        if (report->rebalancing || report->drift > stream->options.band)
            make_orders(stream, in, report);
    }
    *out = report;
}

nacre_status nacre_portfolio_stream_bar(nacre_portfolio_stream *stream, int64_t time_ns,
                                        const int64_t *price,
                                        const nacre_portfolio_stream_report **report,
                                        nacre_error *err)
{
    const nacrei_state_kind *kind = &nacrei_portfolio_stream_kind;
    *report = NULL;
    nacre_status status = nacrei_state_check_time(kind, stream->time_ns, time_ns, err);
    if (!status)
        status = nacrei_state_check_prices(kind, stream->options.assets, price, err);
    if (status)
        return status;
    arrays in = arrays_of(stream);
    bool changed = memcmp(in.price, price, in.assets * sizeof *price) != 0;
    stream->time_ns = time_ns;
    stream->report.bars++;
    if (!changed)
        return NACRE_OK;
    for (uint32_t i = 0; i < in.assets; i++) {
        in.price[i] = price[i];
        in.price_now[i] = (double)price[i] / NACRE_PRICE_SCALE;
    }
    publish(stream, &in, report);
    return NACRE_OK;
}

static nacre_status check_cash(nacrei_i128 cash, nacre_error *err)
{
    if (cash < NACREI_PORTFOLIO_MONEY_LIMIT && cash > -NACREI_PORTFOLIO_MONEY_LIMIT)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_LIMIT, "portfolio stream: cash leaves 124 bits of 1e-9");
}

static nacre_status check_fill(const nacre_portfolio_stream *stream, const arrays *in,
                               uint32_t asset, int64_t lots, int64_t price, nacre_error *err)
{
    if (asset >= in->assets)
        return nacrei_fail(err, NACRE_E_ARG,
                           "portfolio stream: a fill of asset %u, there are %u (from 0)", asset,
                           in->assets);
    if (lots == 0 || price <= 0)
        return nacrei_fail(err, NACRE_E_ARG,
                           "portfolio stream: a fill of %lld lots of asset %u at price %lld "
                           "(1e-9); lots are not 0 and prices positive",
                           (long long)lots, asset, (long long)price);
    int64_t position, shares;
    if (__builtin_add_overflow(in->lots[asset], lots, &position) ||
        __builtin_mul_overflow(position, stream->options.lot, &shares) ||
        shares >= NACREI_PORTFOLIO_SHARES_LIMIT || shares <= -NACREI_PORTFOLIO_SHARES_LIMIT)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "portfolio stream: %lld lots of asset %u on top of %lld leave the range "
                           "below 2^47 shares",
                           (long long)lots, asset, (long long)in->lots[asset]);
    return NACRE_OK;
}

nacre_status nacre_portfolio_stream_fill(nacre_portfolio_stream *stream, int64_t time_ns,
                                         uint32_t asset, int64_t lots, int64_t price, int64_t fee,
                                         const nacre_portfolio_stream_report **report,
                                         nacre_error *err)
{
    arrays in = arrays_of(stream);
    nacrei_i128 cash = 0;
    *report = NULL;
    nacre_status status =
        nacrei_state_check_time(&nacrei_portfolio_stream_kind, stream->time_ns, time_ns, err);
    if (!status)
        status = check_fill(stream, &in, asset, lots, price, err);
    if (!status) {
        // |lots x lot| < 2^48 after the check, so the product stays below 2^111.
        cash = stream->cash - (nacrei_i128)(lots * stream->options.lot) * price - fee;
        status = check_cash(cash, err);
    }
    if (status)
        return status;
    stream->time_ns = time_ns;
    stream->report.fills++;
    stream->cash = cash;
    in.lots[asset] += lots;
    in.shares[asset] = (double)(in.lots[asset] * stream->options.lot);
    publish(stream, &in, report);
    return NACRE_OK;
}

nacre_status nacre_portfolio_stream_transfer(nacre_portfolio_stream *stream, int64_t time_ns,
                                             int64_t amount,
                                             const nacre_portfolio_stream_report **report,
                                             nacre_error *err)
{
    *report = NULL;
    if (amount == 0)
        return nacrei_fail(err, NACRE_E_ARG, "portfolio stream: a transfer of nothing");
    nacrei_i128 cash = stream->cash + amount;
    nacre_status status =
        nacrei_state_check_time(&nacrei_portfolio_stream_kind, stream->time_ns, time_ns, err);
    if (!status)
        status = check_cash(cash, err);
    if (status)
        return status;
    arrays in = arrays_of(stream);
    stream->time_ns = time_ns;
    stream->cash = cash;
    publish(stream, &in, report);
    return NACRE_OK;
}

nacre_status nacre_portfolio_stream_set_target(nacre_portfolio_stream *stream, int64_t time_ns,
                                               const double *weights,
                                               const nacre_portfolio_stream_report **report,
                                               nacre_error *err)
{
    *report = NULL;
    nacre_status status =
        nacrei_state_check_time(&nacrei_portfolio_stream_kind, stream->time_ns, time_ns, err);
    if (!status && time_ns == INT64_MIN)
        status = nacrei_fail(err, NACRE_E_RANGE, "portfolio stream: a target needs a time");
    for (uint32_t i = 0; !status && i < stream->options.assets; i++)
        if (!(fabs(weights[i]) <= NACREI_PORTFOLIO_WEIGHT_LIMIT))
            status = nacrei_fail(err, isfinite(weights[i]) ? NACRE_E_RANGE : NACRE_E_NONFINITE,
                                 "portfolio stream: the target weight of asset %u is %g, at most "
                                 "%g",
                                 i, weights[i], NACREI_PORTFOLIO_WEIGHT_LIMIT);
    if (status)
        return status;
    arrays in = arrays_of(stream);
    stream->time_ns = time_ns;
    memcpy(in.target, weights, in.assets * sizeof *weights);
    stream->report.target_ns = time_ns;
    stream->report.rebalancing = 1;
    publish(stream, &in, report);
    return NACRE_OK;
}
