// SPDX-License-Identifier: Apache-2.0
// The inside of a risk stream: one flat block without pointers, so that its bytes are the snapshot.
// The arrays follow the struct at places that depend on the options alone.
#ifndef NACREI_ENGINE_RISK_STREAM_STATE_H
#define NACREI_ENGINE_RISK_STREAM_STATE_H

#include "core/int128.h"
#include "engine/risk/risk_order.h"
#include "engine/state/stream_state.h"
#include "nacre/risk_stream.h"

/// Positions stay below 2^47 shares: with prices below 2^63 and 2^14 assets the value of a book
/// stays below 2^124, and every sum and difference of two P&L figures below 2^127.
#define NACREI_RISK_SHARES_LIMIT (INT64_C(1) << 47)
#define NACREI_RISK_MONEY_LIMIT ((nacrei_i128)1 << 124)
#define NACREI_RISK_WEIGHT_LIMIT 1e6

/// Reports are compared as bytes.
_Static_assert(sizeof(nacre_risk_stream_level) == 3 * 8 + 2 * sizeof(nacre_risk_figure) &&
                   sizeof(nacre_risk_stream_report) ==
                       13 * 8 + NACRE_RISK_STREAM_LEVELS * sizeof(nacre_risk_stream_level),
               "a report has no padding");

struct nacre_risk_stream {
    nacrei_state_header header;
    nacre_risk_stream_options options; ///< levels beyond level_count are 0
    nacrei_window window;
    uint32_t sorted_from; ///< rank from which on `sorted` is in order; below are smaller losses
    int64_t time_ns;      ///< of the last event; INT64_MIN before the first
    nacrei_i128 cost;     ///< paid for all fills, 1e-9 currency
    nacrei_i128 total;    ///< P&L up to the last bar, 1e-9 currency
    double total_weights; ///< the same in fractions of the value
    nacrei_tail_ranks ranks[NACRE_RISK_STREAM_LEVELS];
    nacre_risk_stream_report report; ///< the figures as they stand
};

/// Where the arrays begin, in bytes from the block's start.
typedef struct nacrei_risk_stream_layout {
    size_t price, shares; ///< int64_t per asset; price 0 before the first bar
    size_t exposure;      ///< double per asset
    size_t rows;          ///< window x assets returns, a ring
    size_t losses;        ///< window, of the exposures, oldest first
    size_t sorted;        ///< the same in order of size, from `sorted_from` on, once all are there
    size_t total;
} nacrei_risk_stream_layout;

nacrei_risk_stream_layout nacrei_risk_stream_layout_of(const nacre_risk_stream_options *options);

extern const nacrei_state_kind nacrei_risk_stream_kind;

#endif
