// SPDX-License-Identifier: Apache-2.0
// Risk of a book that moves: positions change with fills, prices with bars, and a report appears
// when a figure has changed. Everything is asked of the positions held now: their losses over the
// last W return rows, as if they had been held then, give VaR, ES and the EWMA volatility.
// Money of positions is exact (128-bit integers); a figure is a double.
#ifndef NACRE_RISK_STREAM_H
#define NACRE_RISK_STREAM_H

#include "nacre/risk.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_RISK_STREAM_LEVELS 4

typedef enum nacre_risk_positions {
    NACRE_RISK_SHARES = 0,  ///< whole shares, moved by fills; figures in currency
    NACRE_RISK_WEIGHTS = 1, ///< fractions of the value, rebalanced at every bar; figures likewise
} nacre_risk_positions;

/// Figures that may have a limit. The first level of the options is meant where one is needed.
typedef enum nacre_risk_stream_figure {
    NACRE_RISK_STREAM_VAR = 0,
    NACRE_RISK_STREAM_ES = 1,
    NACRE_RISK_STREAM_VOLATILITY = 2,
    NACRE_RISK_STREAM_GROSS = 3,
    NACRE_RISK_STREAM_LOSS = 4, ///< of the last bar
} nacre_risk_stream_figure;
#define NACRE_RISK_STREAM_FIGURES 5

/// "var", "es", "volatility", "gross", "loss"; NULL for no figure.
NACRE_API const char *nacre_risk_stream_figure_name(nacre_risk_stream_figure figure);

typedef struct nacre_risk_stream_options {
    uint32_t struct_size;
    nacre_risk_positions positions;          ///< NACRE_RISK_SHARES
    uint32_t assets;                         ///< 1 to 16384; must be given
    uint32_t window;                         ///< W = 500 return rows, at most 65536
    uint32_t level_count;                    ///< 2
    double level[NACRE_RISK_STREAM_LEVELS];  ///< 0.99, 0.975; each needs W >= 1 / (1 - level)
    double lambda;                           ///< 0.94, of the EWMA volatility
    double limit[NACRE_RISK_STREAM_FIGURES]; ///< most that a figure may be; 0 = no limit
} nacre_risk_stream_options;

NACRE_API void nacre_risk_stream_options_init(nacre_risk_stream_options *options);

/// Losses are positive. VaR and ES are those of nacre_risk_historical on the W losses
///   L_t = 0 - sum_i exposure_i r_ti,
/// exposure = shares x price (or the weight), r simple returns from bar to bar. The sum runs in 8
/// lanes, asset i in lane i mod 8; lane k takes lane k + 4, then k + 2, then k + 1, and lane 0 the
/// sum of the last (assets mod 8) assets.
typedef struct nacre_risk_stream_level {
    double level;
    nacre_risk_figure var, es; ///< NaN until the window is full
    uint64_t observations;     ///< bars with a forecast made before them
    uint64_t exceptions;       ///< bars whose held_pnl was a loss above that VaR
} nacre_risk_stream_level;

typedef struct nacre_risk_stream_report {
    uint64_t sequence; ///< of the reports, from 1
    int64_t time_ns;
    uint64_t bars, fills; ///< so far; NACRE_RISK_WEIGHTS: new weights count as a fill
    uint32_t rows;        ///< return rows in the window
    uint32_t level_count;
    double pnl;        ///< of the last bar, trades since the one before at their prices included
    double held_pnl;   ///< of the last bar by price moves alone, of the positions that it met
    double total_pnl;  ///< of all bars
    double net, gross; ///< sums of the exposures and of their magnitudes
    double volatility; ///< root of nacre_risk_ewma_variance of the W losses; NaN until then
    nacre_risk_stream_level level[NACRE_RISK_STREAM_LEVELS];
    uint32_t breached;     ///< bit f: figure f is above its limit now
    uint32_t began, ended; ///< bit f: since the last report it went above, came back
    uint32_t zero;
} nacre_risk_stream_report;

/// Streaming state: flat, pointer-free, in the caller's memory; a copy of the bytes is a snapshot.
typedef struct nacre_risk_stream nacre_risk_stream;

/// Bytes that a stream with these options needs; 0 when the options are invalid.
NACRE_API size_t nacre_risk_stream_bytes(const nacre_risk_stream_options *options);
/// @param memory  64-byte aligned, nacre_risk_stream_bytes() long
/// @error  NACRE_E_ARG names the option and its range; NACRE_E_SHAPE a level that W is too short
/// for
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_stream_init(void *memory, size_t bytes, const nacre_risk_stream_options *options,
                       nacre_risk_stream **out, nacre_error *err);

// Each event below gives *report = the new report, inside the state and valid until the next call,
// or NULL when no figure has changed. On an error nothing has changed, and *report is NULL. No
// event allocates. One thread at a time per stream.

/// Prices of a bar: a row of returns from the second bar on. O(assets + window) while no exposure
/// changes, O(assets x window) when one does.
/// @param price  assets, in 1e-9 currency per share
/// @error  NACRE_E_ARG names the asset without a positive price; NACRE_E_ORDER the time steps back
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_stream_bar(nacre_risk_stream *stream, int64_t time_ns, const int64_t *price,
                      const nacre_risk_stream_report **report, nacre_error *err);
/// Shares bought (or, negative, sold) at a price. O(assets x window).
/// @error  NACRE_E_ARG no such asset, no shares, no positive price; NACRE_E_RANGE a position of
/// 2^47
///         or more; NACRE_E_LIMIT the money traded so far leaves 124 bits; NACRE_E_ORDER;
///         NACRE_E_STATE the stream holds weights
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_stream_fill(nacre_risk_stream *stream, int64_t time_ns, uint32_t asset, int64_t shares,
                       int64_t price, const nacre_risk_stream_report **report, nacre_error *err);
/// New weights. O(assets x window).
/// @error  NACRE_E_NONFINITE names the asset; NACRE_E_RANGE a magnitude above 1e6; NACRE_E_ORDER;
///         NACRE_E_STATE the stream holds shares
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_stream_set_weights(nacre_risk_stream *stream, int64_t time_ns, const double *weights,
                              const nacre_risk_stream_report **report, nacre_error *err);

/// The last report; before the first one sequence is 0 and every figure NaN or 0.
NACRE_API const nacre_risk_stream_report *nacre_risk_stream_last(const nacre_risk_stream *stream);
/// Shares held, one per asset (zeros in a stream of weights), inside the state.
NACRE_API const int64_t *nacre_risk_stream_shares(const nacre_risk_stream *stream);
/// nacre_risk_kupiec of the exceptions so far at level number `level`.
/// @error  NACRE_E_ARG no such level; NACRE_E_SHAPE no observation yet
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_stream_kupiec(const nacre_risk_stream *stream,
                                                                 uint32_t level,
                                                                 nacre_risk_test *test,
                                                                 nacre_error *err);

/// Brings the checksum up to date; call before the bytes are copied as a snapshot.
NACRE_API void nacre_risk_stream_seal(nacre_risk_stream *stream);
/// Checks a restored snapshot before it is used.
/// @param expected  the options that it must have been made with; NULL = any
/// @error  NACRE_E_CORRUPT names what is wrong: magic, version, size, checksum, content;
///         NACRE_E_STATE a sound snapshot of other options (names them)
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_stream_restore(void *memory, size_t bytes, const nacre_risk_stream_options *expected,
                          nacre_risk_stream **out, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
