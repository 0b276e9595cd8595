// SPDX-License-Identifier: Apache-2.0
// A portfolio between two optimisations: fills move lots and cash, bars move prices, and the
// distance from the target weights is known after each event. Orders appear when the target is new
// or a weight has drifted out of the band, and stay until nothing is left to trade.
// Lots, cash and the capital are exact (128-bit integers of 1e-9 currency).
#ifndef NACRE_PORTFOLIO_STREAM_H
#define NACRE_PORTFOLIO_STREAM_H

#include "nacre/optimize.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_portfolio_stream_options {
    uint32_t struct_size;
    uint32_t assets;  ///< 1 to 16384; must be given
    int64_t lot;      ///< 1 share per lot, at most 2^40
    double cost_rate; ///< 0, at most 1, of the traded value, for the orders' cost
    double band;      ///< 0.02: a weight further than this from its target calls for orders
} nacre_portfolio_stream_options;

NACRE_API void nacre_portfolio_stream_options_init(nacre_portfolio_stream_options *options);

typedef struct nacre_portfolio_stream_report {
    uint64_t sequence; ///< of the reports, from 1
    int64_t time_ns;
    uint64_t bars, fills;
    int64_t target_ns;    ///< when the target weights were set; INT64_MIN before
    double capital, cash; ///< capital: cash and holdings at the last prices; NaN before a bar
    double drift;         ///< max |weight - target|; NaN without target, prices or positive capital
    double turnover;      ///< sum |weight - target|: what it takes to get there, buys plus sells
    uint32_t drift_asset; ///< the asset (from 0) of the drift; the first of equals
    uint32_t rebalancing; ///< 1 while orders stand, or wait for prices or capital
    nacre_portfolio_trade_summary trades; ///< of the orders; zeros while none stand
} nacre_portfolio_stream_report;

/// Streaming state: flat, pointer-free, in the caller's memory; a copy of the bytes is a snapshot.
typedef struct nacre_portfolio_stream nacre_portfolio_stream;

/// Bytes that a stream with these options needs; 0 when the options are invalid.
NACRE_API size_t nacre_portfolio_stream_bytes(const nacre_portfolio_stream_options *options);
/// Begins without lots, cash, target and prices: opening holdings are fills, opening cash a
/// transfer.
/// @param memory  64-byte aligned, nacre_portfolio_stream_bytes() long
/// @error  NACRE_E_ARG names the option and its range
NACRE_API NACRE_MUST_CHECK nacre_status nacre_portfolio_stream_init(
    void *memory, size_t bytes, const nacre_portfolio_stream_options *options,
    nacre_portfolio_stream **out, nacre_error *err);

// Each event below gives *report = the new report, inside the state and valid until the next call,
// or NULL when nothing has changed. On an error nothing has changed, and *report is NULL. No event
// allocates; each costs O(assets). One thread at a time per stream.

/// Prices of a bar. Nothing is reported when all are those of before.
/// @param price  assets, in 1e-9 currency per share
/// @error  NACRE_E_ARG names the asset without a positive price; NACRE_E_ORDER the time steps back
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_portfolio_stream_bar(nacre_portfolio_stream *stream, int64_t time_ns, const int64_t *price,
                           const nacre_portfolio_stream_report **report, nacre_error *err);
/// Lots bought (or, negative, sold): cash changes by -lots x lot x price - fee, exactly.
/// @param price  1e-9 currency per share        @param fee  1e-9 currency; a rebate is negative
/// @error  NACRE_E_ARG no such asset, no lots, no positive price; NACRE_E_RANGE a position of 2^47
///         shares or more; NACRE_E_LIMIT cash leaves 124 bits; NACRE_E_ORDER
NACRE_API NACRE_MUST_CHECK nacre_status nacre_portfolio_stream_fill(
    nacre_portfolio_stream *stream, int64_t time_ns, uint32_t asset, int64_t lots, int64_t price,
    int64_t fee, const nacre_portfolio_stream_report **report, nacre_error *err);
/// Cash that comes in (or, negative, goes out): deposits, dividends.
/// @param amount  1e-9 currency        @error  NACRE_E_ARG it is 0; NACRE_E_LIMIT; NACRE_E_ORDER
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_portfolio_stream_transfer(nacre_portfolio_stream *stream, int64_t time_ns, int64_t amount,
                                const nacre_portfolio_stream_report **report, nacre_error *err);
/// New target weights, fractions of the capital. They call for orders, whatever the drift.
/// @error  NACRE_E_NONFINITE names the asset; NACRE_E_RANGE a magnitude above 1e6; NACRE_E_ORDER
NACRE_API NACRE_MUST_CHECK nacre_status nacre_portfolio_stream_set_target(
    nacre_portfolio_stream *stream, int64_t time_ns, const double *weights,
    const nacre_portfolio_stream_report **report, nacre_error *err);

/// The last report; before the first one sequence is 0.
NACRE_API const nacre_portfolio_stream_report *
nacre_portfolio_stream_last(const nacre_portfolio_stream *stream);
/// Lots held, one per asset, inside the state.
NACRE_API const int64_t *nacre_portfolio_stream_lots(const nacre_portfolio_stream *stream);
/// Cash in 1e-9 currency as high * 2^64 + low.
NACRE_API void nacre_portfolio_stream_cash(const nacre_portfolio_stream *stream, int64_t *high,
                                           uint64_t *low);
/// The orders of the last report, one per asset, inside the state: what nacre_portfolio_trades says
/// for target, prices, holdings and capital after the event. All zeros while none stand.
NACRE_API const nacre_portfolio_trade *
nacre_portfolio_stream_trades(const nacre_portfolio_stream *stream);

/// Brings the checksum up to date; call before the bytes are copied as a snapshot.
NACRE_API void nacre_portfolio_stream_seal(nacre_portfolio_stream *stream);
/// Checks a restored snapshot before it is used.
/// @param expected  the options that it must have been made with; NULL = any
/// @error  NACRE_E_CORRUPT names what is wrong: magic, version, size, checksum, content;
///         NACRE_E_STATE a sound snapshot of other options (names them)
NACRE_API NACRE_MUST_CHECK nacre_status nacre_portfolio_stream_restore(
    void *memory, size_t bytes, const nacre_portfolio_stream_options *expected,
    nacre_portfolio_stream **out, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
