// SPDX-License-Identifier: Apache-2.0
// VPIN, the volume-synchronised probability of informed trading: the mean over the last n volume
// buckets of |buy - sell| / bucket volume (Easley, Lopez de Prado, O'Hara, RFS 25(5), 2012).
// Buy volume comes from bulk volume classification of time bars or from true aggressor sides.
// All volume arithmetic is in integers of 2^-20 lot, so that batch and stream agree to the bit.
#ifndef NACRE_VPIN_H
#define NACRE_VPIN_H

#include "nacre/data.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_vpin_mode {
    NACRE_VPIN_CAUSAL = 0,       ///< uses the past only; the one that runs live
    NACRE_VPIN_ELO_RESEARCH = 1, ///< full-sample sigma, volume and CDF; looks ahead
    NACRE_VPIN_ABAD_YAGUE = 2,   ///< dP = last - first price of the bar; looks ahead
    NACRE_VPIN_AGGRESSOR = 3,    ///< causal, with true sides instead of bars
} nacre_vpin_mode;

typedef enum nacre_vpin_classify {
    NACRE_VPIN_CLASSIFY_BY_MODE = 0, ///< side for `aggressor`, bulk volume for the others
    NACRE_VPIN_CLASSIFY_BVC = 1,
    NACRE_VPIN_CLASSIFY_SIDE = 2,
} nacre_vpin_classify;

typedef enum nacre_vpin_auctions {
    NACRE_VPIN_AUCTIONS_HALF = 0,    ///< auction volume counts half buy, half sell
    NACRE_VPIN_AUCTIONS_EXCLUDE = 1, ///< auction prints are left out, prices too
    NACRE_VPIN_AUCTIONS_SIGN = 2,    ///< treated like any other print
} nacre_vpin_auctions;

/// Where the first session's bucket volume comes from when none is given (causal modes).
typedef enum nacre_vpin_warmup {
    NACRE_VPIN_WARMUP_REFUSE = 0,        ///< an error asks for a bucket volume
    NACRE_VPIN_WARMUP_SKIP_SESSION = 1,  ///< the first session only calibrates: no buckets in it
    NACRE_VPIN_WARMUP_FIRST_SESSION = 2, ///< batch only: from its own volume; looks ahead
} nacre_vpin_warmup;

typedef struct nacre_vpin_options {
    uint32_t struct_size;
    nacre_vpin_mode mode;
    nacre_vpin_classify classify;
    nacre_vpin_auctions auctions;
    nacre_vpin_warmup warmup;
    bool reset_session;       ///< drop the open bucket at a session's end instead of running on
    uint32_t buckets_per_day; ///< 50
    uint32_t window;          ///< n = 50 buckets, at most 32767
    uint32_t lookback;        ///< 20 sessions for sigma and volume
    uint32_t min_bars;        ///< 30 bars before sigma is defined
    int64_t bar_ns;           ///< 60e9
    int64_t bucket_volume;    ///< V in size units; 0 = mean session volume / buckets_per_day
    uint32_t cdf_window;      ///< W; 0 = 250 * buckets_per_day, or cdf_min if more
    uint32_t cdf_min;         ///< 500 values before a CDF is given
    double cdf_threshold;     ///< 0.99
    double cdf_hysteresis;    ///< 0.05
    uint32_t horizon_buckets; ///< an alarm ends after this many; 0 = buckets_per_day
    double level;             ///< also alarm when VPIN itself crosses this; 0 = off
} nacre_vpin_options;

NACRE_API void nacre_vpin_options_init(nacre_vpin_options *options);
NACRE_API const char *nacre_vpin_mode_name(nacre_vpin_mode mode); ///< "elo_research"

/// One full bucket. buy + sell == volume exactly: buy = buy_lots + buy_frac / 2^20 size units.
typedef struct nacre_vpin_bucket {
    int64_t start_ns;    ///< end of the bucket before, or the first trade
    int64_t end_ns;      ///< the trade (bar modes: the last trade of the bar) that filled it
    int64_t duration_ns; ///< end - start without the gaps between sessions
    int64_t volume;      ///< V in size units
    int64_t buy_lots;
    uint32_t buy_frac;
    uint32_t alarm;   ///< NACRE_VPIN_ALARM_* bits while an alarm is on
    double imbalance; ///< |buy - sell| / volume, in [0,1]
    double vpin;      ///< NaN before `window` buckets
    double cdf;       ///< share of the previous values <= this one; NaN before `cdf_min`
    int64_t price;    ///< last trade price at the close, 1e-9
} nacre_vpin_bucket;

#define NACRE_VPIN_ALARM_CDF 0x1u
#define NACRE_VPIN_ALARM_LEVEL 0x2u

typedef struct nacre_vpin_alarm {
    uint32_t kind; ///< NACRE_VPIN_ALARM_*
    uint64_t begin_bucket;
    uint64_t end_bucket;      ///< first bucket after the event, or UINT64_MAX while it is on
    int64_t begin_ns, end_ns; ///< closes of the first and of the last bucket with the alarm
    double peak_vpin;
} nacre_vpin_alarm;

typedef struct nacre_vpin_result {
    nacre_vpin_options options; ///< as used, defaults filled in
    bool look_ahead;            ///< the figures use information from after their time
    uint64_t trades;
    uint64_t bars;
    uint64_t unclassified_bars; ///< bars split 50/50 because sigma was undefined or zero
    uint64_t sessions;
    uint64_t warmup_sessions; ///< sessions that only calibrated
    int64_t total_volume;
    int64_t open_bucket_volume; ///< in the last, unfinished bucket
    int64_t bucket_volume;      ///< V of the last bucket
    double sigma;               ///< last sigma of dP in price units (currency); NaN if none
    double mean_vpin;           ///< NaN when no bucket has one
    uint64_t cdf_count;         ///< VPIN values seen: "101 of 500"
    size_t bucket_count;
    const nacre_vpin_bucket *buckets;
    size_t alarm_count;
    const nacre_vpin_alarm *alarms;
} nacre_vpin_result;

/// Computes VPIN over trades that are sorted by event time and already filtered.
/// @param calendar  decides the sessions; NULL = UTC days
/// @error  NACRE_E_ORDER names the row; NACRE_E_RANGE a size, a bar's volume or a bucket's is not
/// in
///         [1, 2^53), or a price step of a bar exceeds 2^46; NACRE_E_ARG an option is outside its
///         domain or a needed column is missing; NACRE_E_STATE no bucket volume can be had (names
///         the options that give one); NACRE_E_LIMIT more than 2^24 buckets
/// @own    *out is freed by nacre_vpin_result_destroy
/// @accuracy  vpin: integer sum of ratios in 2^-48, one rounding; buy volume: METHODS section 3
NACRE_API NACRE_MUST_CHECK nacre_status nacre_vpin_batch(nacre_ctx *ctx, const nacre_trades *trades,
                                                         const nacre_calendar *calendar,
                                                         const nacre_vpin_options *options,
                                                         nacre_vpin_result **out, nacre_error *err);
NACRE_API void nacre_vpin_result_destroy(nacre_ctx *ctx, nacre_vpin_result *result);

/// Streaming state: flat, pointer-free, in the caller's memory; a copy of the bytes is a snapshot.
typedef struct nacre_vpin_stream nacre_vpin_stream;

/// Called for each closed bucket, in order, from within push.
typedef void (*nacre_vpin_sink)(void *user, uint64_t index, const nacre_vpin_bucket *bucket);

/// Bytes that a stream with these options needs; 0 when the options are invalid.
NACRE_API size_t nacre_vpin_stream_bytes(const nacre_vpin_options *options);
/// @param memory  64-byte aligned, nacre_vpin_stream_bytes() long
/// @error  NACRE_E_ARG also for a mode that cannot run live
NACRE_API NACRE_MUST_CHECK nacre_status nacre_vpin_stream_init(void *memory, size_t bytes,
                                                               const nacre_vpin_options *options,
                                                               nacre_vpin_stream **out,
                                                               nacre_error *err);
/// Feeds a block of trades. On an error the state is as before the call and no bucket was reported.
/// @error  as nacre_vpin_batch; NACRE_E_LIMIT a bar, or by side the block, would fill more than
/// 2^24
///         buckets
/// @thread one at a time per stream
NACRE_API NACRE_MUST_CHECK nacre_status nacre_vpin_stream_push(
    nacre_vpin_stream *stream, nacre_ctx *ctx, const nacre_calendar *calendar,
    const nacre_trades *block, nacre_vpin_sink sink, void *user, nacre_error *err);
/// Closes the open bar: at the end of the data, or when a clock says that the bar is over.
NACRE_API NACRE_MUST_CHECK nacre_status nacre_vpin_stream_flush(nacre_vpin_stream *stream,
                                                                nacre_ctx *ctx,
                                                                nacre_vpin_sink sink, void *user,
                                                                nacre_error *err);
/// Checks a restored snapshot before it is used.
/// @error  NACRE_E_CORRUPT not a stream of this version, or damaged
NACRE_API NACRE_MUST_CHECK nacre_status nacre_vpin_stream_restore(void *memory, size_t bytes,
                                                                  nacre_vpin_stream **out,
                                                                  nacre_error *err);
/// Brings the checksum up to date; call before the bytes are copied as a snapshot.
NACRE_API void nacre_vpin_stream_seal(nacre_vpin_stream *stream);

/// What is known between two bucket closes. Trades of a time bar that is still open are in no
/// bucket.
typedef struct nacre_vpin_provisional {
    double vpin; ///< the open bucket displaces the oldest by its fill; NaN before `window` buckets
    double fill; ///< share of the open bucket that is filled, in [0,1)
    int64_t age_ns; ///< since the last close; -1 before the first
    double last_vpin;
    double last_cdf;
    uint64_t buckets;
} nacre_vpin_provisional;

NACRE_API void nacre_vpin_stream_provisional(const nacre_vpin_stream *stream, int64_t now_ns,
                                             nacre_vpin_provisional *out);

#ifdef __cplusplus
}
#endif
#endif
