// SPDX-License-Identifier: Apache-2.0
// The inside of a VPIN stream: one flat block of memory without pointers, so that its bytes are the
// snapshot. The header struct comes first, the three variable parts (session sums, ratio ring, CDF
// window) follow at offsets that depend on the options alone. A batch runs on the same block.
#ifndef NACREI_ENGINE_VPIN_STATE_H
#define NACREI_ENGINE_VPIN_STATE_H

#include "engine/alarm/alarm_state.h"
#include "engine/alarm/causal_cdf.h"
#include "engine/state/stream_state.h"
#include "engine/vpin/vpin_cursor.h"
#include "engine/vpin/vpin_sigma.h"
#include "nacre/vpin.h"

#define NACREI_VPIN_MAGIC UINT64_C(0x314E4950564E) // "NVPIN1"
#define NACREI_VPIN_VERSION 1u
#define NACREI_VPIN_FRAC_BITS 20  ///< buy volume counts 2^-20 size units
#define NACREI_VPIN_RATIO_BITS 48 ///< |B - S| / V counts 2^-48

/// What a finished session leaves for the following ones.
typedef struct nacrei_vpin_session {
    nacrei_vpin_sums sums;
    int64_t volume;
} nacrei_vpin_session;

typedef struct nacrei_vpin_open_bucket {
    nacrei_i128 buy; ///< in 2^-20 size units
    int64_t volume;  ///< V; 0 = none can be had yet
    int64_t filled;
    int64_t start_ns;
    int64_t gap_ns; ///< time between sessions since the start
    bool started;   ///< start_ns holds
} nacrei_vpin_open_bucket;

struct nacre_vpin_stream {
    nacrei_state_header header;
    nacre_vpin_options options; ///< resolved: no zero stands for a default, except bucket_volume

    nacrei_vpin_cursor cursor;

    // sigma and bucket volume
    nacrei_vpin_sums session_sums; ///< bars of the running session
    nacrei_vpin_sums past_sums;    ///< bars of the sessions in the ring
    int64_t past_volume;           ///< volume of the sessions in the ring
    uint32_t session_head;         ///< oldest session of a full ring
    uint32_t session_count;        ///< complete sessions in the ring
    bool sigma_is_fixed;           ///< session's (full ring) or sample's (research)
    double sigma;                  ///< in 1e-9 currency; NaN = undefined
    int64_t first_volume;          ///< V of the first session when taken from its own total
    uint64_t unclassified_bars;
    uint64_t warmup_sessions;

    // buckets
    nacrei_vpin_open_bucket open;
    bool halted; ///< a batch's collector has failed: no more buckets, the stream is discarded
    uint64_t bucket_count;
    int64_t last_end_ns;
    int64_t session_bucket; ///< V of buckets that open now; 0 = the session only calibrates
    int64_t ratio_sum;      ///< of the last `window` ratios, 2^-48
    uint32_t ratio_head;
    uint32_t ratio_count;
    uint64_t vpin_count;
    double vpin_total; ///< for the mean
    double last_vpin, last_cdf;
    nacrei_alarm_state cdf_alarm, level_alarm;
};

/// Where the variable parts begin, in bytes from the block's start.
typedef struct nacrei_vpin_layout {
    size_t sessions, ratios, cdf, total;
} nacrei_vpin_layout;

extern const nacrei_state_kind nacrei_vpin_stream_kind;

static inline bool nacrei_vpin_is_research(const nacre_vpin_options *options)
{
    return options->mode == NACRE_VPIN_ELO_RESEARCH || options->mode == NACRE_VPIN_ABAD_YAGUE;
}

/// Checks the options and fills the defaults in.
/// @error  NACRE_E_ARG names the option and its range
NACRE_MUST_CHECK nacre_status nacrei_vpin_resolve(const nacre_vpin_options *options,
                                                  nacre_vpin_options *out, nacre_error *err);
/// Layout for resolved options. Research modes keep no causal CDF window.
nacrei_vpin_layout nacrei_vpin_layout_of(const nacre_vpin_options *options);
/// Makes an empty stream of any mode in `memory` of layout.total bytes.
nacre_vpin_stream *nacrei_vpin_stream_begin(void *memory, const nacre_vpin_options *resolved);

/// Feeds rows without the rehearsal that keeps the state whole on an error: for a caller that
/// discards the stream then.
NACRE_MUST_CHECK nacre_status nacrei_vpin_apply(nacre_vpin_stream *stream, nacre_ctx *ctx,
                                                const nacre_calendar *calendar,
                                                const nacrei_vpin_rows *rows, nacre_vpin_sink sink,
                                                void *user, nacre_error *err);
/// The columns that VPIN reads.
/// @error  NACRE_E_ARG a column is missing
NACRE_MUST_CHECK nacre_status nacrei_vpin_rows_of(const nacre_trades *trades,
                                                  const nacre_vpin_options *options,
                                                  nacrei_vpin_rows *out, nacre_error *err);

/// A classified bar goes into the buckets.
void nacrei_vpin_fill_bar(nacre_vpin_stream *stream, nacre_ctx *ctx, const nacrei_vpin_bar *bar,
                          nacre_vpin_sink sink, void *user);
/// Trades with sides go into the buckets.
void nacrei_vpin_fill_rows(nacre_vpin_stream *stream, const nacrei_vpin_rows *rows, size_t begin,
                           size_t end, nacre_vpin_sink sink, void *user);
/// A session begins: the finished one enters the ring, sigma and V are set.
void nacrei_vpin_enter_session(nacre_vpin_stream *stream, int64_t finished_volume, int64_t gap_ns);

/// round-half-even(volume * z * 2^20) with one rounding; volume < 2^53, z in [0,1].
nacrei_i128 nacrei_vpin_buy_units(int64_t volume, double z);
/// round-half-even(|2 buy - volume 2^20| * 2^48 / (volume 2^20)); 0 <= volume <= 2^53.
int64_t nacrei_vpin_ratio(nacrei_i128 buy, int64_t volume);
/// sum / (count * 2^48), rounded once; sum >= 0, count in [1, 32767].
double nacrei_vpin_mean_ratio(int64_t sum, uint32_t count);

#endif
