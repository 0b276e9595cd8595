// SPDX-License-Identifier: Apache-2.0
// A portfolio stream as a block of bytes: options, places, the first state, seal and restore. What
// a restored state must satisfy is what the events rely on, so that no forged one reads outside the
// block or overflows an integer.
#include "engine/portfolio/model/portfolio_stream_state.h"
#include "nacre/data.h"

#include <math.h>

const nacrei_state_kind nacrei_portfolio_stream_kind = {
    .name = "portfolio",
    .prefix = "nacre_portfolio_stream",
    .inputs = "fills and bars",
    .magic = UINT64_C(0x3154524F504E), // "NPORT1"
    .version = 1,
    .header_bytes = sizeof(nacre_portfolio_stream),
};

void nacre_portfolio_stream_options_init(nacre_portfolio_stream_options *options)
{
    *options = (nacre_portfolio_stream_options){
        .struct_size = sizeof *options,
        .lot = 1,
        .band = 0.02,
    };
}

static nacre_status check_options(const nacre_portfolio_stream_options *given, nacre_error *err)
{
    if (given->struct_size != sizeof *given)
        return nacrei_fail(err, NACRE_E_ARG,
                           "nacre_portfolio_stream_options: struct_size %u is not %zu; call "
                           "nacre_portfolio_stream_options_init",
                           given->struct_size, sizeof *given);
    nacre_status status = nacrei_state_check_option(
        &nacrei_portfolio_stream_kind, "assets", given->assets, 1, NACREI_STREAM_ASSETS_MAX, err);
    if (status)
        return status;
    if (given->lot < 1 || given->lot > NACREI_PORTFOLIO_LOT_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "portfolio stream: lot %lld is not in [1, 2^40]",
                           (long long)given->lot);
    if (!(given->cost_rate >= 0 && given->cost_rate <= 1))
        return nacrei_fail(err, NACRE_E_ARG, "portfolio stream: cost_rate %g is not in [0, 1]",
                           given->cost_rate);
    if (!(given->band >= 0 && isfinite(given->band)))
        return nacrei_fail(err, NACRE_E_ARG, "portfolio stream: band %g is not >= 0", given->band);
    return NACRE_OK;
}

nacrei_portfolio_stream_layout
nacrei_portfolio_stream_layout_of(const nacre_portfolio_stream_options *options)
{
    size_t n = options->assets;
    nacrei_portfolio_stream_layout layout = {.total = sizeof(nacre_portfolio_stream)};
    layout.price = nacrei_state_place(&layout.total, n, sizeof(int64_t));
    layout.lots = nacrei_state_place(&layout.total, n, sizeof(int64_t));
    layout.target = nacrei_state_place(&layout.total, n, sizeof(double));
    layout.price_now = nacrei_state_place(&layout.total, n, sizeof(double));
    layout.shares = nacrei_state_place(&layout.total, n, sizeof(double));
    layout.trades = nacrei_state_place(&layout.total, n, sizeof(nacre_portfolio_trade));
    return layout;
}

size_t nacre_portfolio_stream_bytes(const nacre_portfolio_stream_options *options)
{
    return check_options(options, NULL) ? 0 : nacrei_portfolio_stream_layout_of(options).total;
}

nacre_status nacre_portfolio_stream_init(void *memory, size_t bytes,
                                         const nacre_portfolio_stream_options *options,
                                         nacre_portfolio_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = check_options(options, err);
    if (status)
        return status;
    size_t total = nacrei_portfolio_stream_layout_of(options).total;
    status = nacrei_state_check_memory(&nacrei_portfolio_stream_kind, memory, bytes, total, err);
    if (status)
        return status;
    nacrei_state_begin(&nacrei_portfolio_stream_kind, memory, total);
    nacre_portfolio_stream *stream = memory;
    stream->options = *options;
    stream->time_ns = stream->report.time_ns = stream->report.target_ns = INT64_MIN;
    stream->report.capital = stream->report.drift = stream->report.turnover = (double)NAN;
    *out = stream;
    return NACRE_OK;
}

const nacre_portfolio_stream_report *
nacre_portfolio_stream_last(const nacre_portfolio_stream *stream)
{
    return &stream->report;
}

const int64_t *nacre_portfolio_stream_lots(const nacre_portfolio_stream *stream)
{
    return nacrei_state_at(stream, nacrei_portfolio_stream_layout_of(&stream->options).lots);
}

const nacre_portfolio_trade *nacre_portfolio_stream_trades(const nacre_portfolio_stream *stream)
{
    return nacrei_state_at(stream, nacrei_portfolio_stream_layout_of(&stream->options).trades);
}

void nacre_portfolio_stream_cash(const nacre_portfolio_stream *stream, int64_t *high, uint64_t *low)
{
    *low = (uint64_t)(nacrei_u128)stream->cash;
    *high = (int64_t)(stream->cash >> 64);
}

void nacre_portfolio_stream_seal(nacre_portfolio_stream *stream)
{
    nacrei_state_seal(&stream->header);
}

/// Everything that the events rely on.
static bool holds(const nacre_portfolio_stream *stream)
{
    nacrei_portfolio_stream_layout layout = nacrei_portfolio_stream_layout_of(&stream->options);
    const int64_t *price = nacrei_state_at(stream, layout.price);
    const int64_t *lots = nacrei_state_at(stream, layout.lots);
    const double *target = nacrei_state_at(stream, layout.target);
    const double *price_now = nacrei_state_at(stream, layout.price_now);
    const double *shares = nacrei_state_at(stream, layout.shares);
    bool any = stream->report.bars > 0;
    if (stream->header.bytes != layout.total || stream->cash >= NACREI_PORTFOLIO_MONEY_LIMIT ||
        stream->cash <= -NACREI_PORTFOLIO_MONEY_LIMIT)
        return false;
    for (uint32_t i = 0; i < stream->options.assets; i++) {
        int64_t held;
        if (__builtin_mul_overflow(lots[i], stream->options.lot, &held) ||
            held >= NACREI_PORTFOLIO_SHARES_LIMIT || held <= -NACREI_PORTFOLIO_SHARES_LIMIT ||
            shares[i] != (double)held || (any ? price[i] <= 0 : price[i] != 0) ||
            price_now[i] != (double)price[i] / NACRE_PRICE_SCALE ||
            !(fabs(target[i]) <= NACREI_PORTFOLIO_WEIGHT_LIMIT))
            return false;
    }
    return true;
}

nacre_status nacre_portfolio_stream_restore(void *memory, size_t bytes,
                                            const nacre_portfolio_stream_options *expected,
                                            nacre_portfolio_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_state_open(&nacrei_portfolio_stream_kind, memory, bytes, err);
    if (status)
        return status;
    nacre_portfolio_stream *stream = memory;
    const nacre_portfolio_stream_options *made = &stream->options;
    if (check_options(made, NULL) || !holds(stream))
        return nacrei_state_refuse(&nacrei_portfolio_stream_kind, err);
    if (expected && made->assets != expected->assets)
        return nacrei_fail(err, NACRE_E_STATE,
                           "the portfolio snapshot has %u assets, expected are %u", made->assets,
                           expected->assets);
    if (expected && (made->lot != expected->lot || made->cost_rate != expected->cost_rate ||
                     made->band != expected->band))
        return nacrei_fail(err, NACRE_E_STATE,
                           "the portfolio snapshot was made with another lot, cost rate or band "
                           "than expected");
    *out = stream;
    return NACRE_OK;
}
