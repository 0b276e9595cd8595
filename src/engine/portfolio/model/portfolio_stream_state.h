// SPDX-License-Identifier: Apache-2.0
// The inside of a portfolio stream: one flat block without pointers, so that its bytes are the
// snapshot. The arrays follow the struct at places that depend on the options alone.
#ifndef NACREI_ENGINE_PORTFOLIO_STREAM_STATE_H
#define NACREI_ENGINE_PORTFOLIO_STREAM_STATE_H

#include "core/int128.h"
#include "engine/state/stream_state.h"
#include "nacre/portfolio_stream.h"

/// Positions stay below 2^47 shares: with prices below 2^63 and 2^14 assets the holdings are worth
/// less than 2^124, and with cash below 2^124 the capital less than 2^125.
#define NACREI_PORTFOLIO_SHARES_LIMIT (INT64_C(1) << 47)
#define NACREI_PORTFOLIO_MONEY_LIMIT ((nacrei_i128)1 << 124)
#define NACREI_PORTFOLIO_WEIGHT_LIMIT 1e6
#define NACREI_PORTFOLIO_LOT_MAX (INT64_C(1) << 40)

struct nacre_portfolio_stream {
    nacrei_state_header header;
    nacre_portfolio_stream_options options;
    int64_t time_ns;  ///< of the last event; INT64_MIN before the first
    nacrei_i128 cash; ///< 1e-9 currency
    nacre_portfolio_stream_report report;
};

/// Where the arrays begin, in bytes from the block's start.
typedef struct nacrei_portfolio_stream_layout {
    size_t price, lots;               ///< int64_t per asset; price 0 before the first bar
    size_t target, price_now, shares; ///< double per asset: what nacre_portfolio_trades reads
    size_t trades;                    ///< per asset; zeros while no orders stand
    size_t total;
} nacrei_portfolio_stream_layout;

nacrei_portfolio_stream_layout
nacrei_portfolio_stream_layout_of(const nacre_portfolio_stream_options *options);

extern const nacrei_state_kind nacrei_portfolio_stream_kind;

#endif
