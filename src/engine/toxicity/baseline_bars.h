// SPDX-License-Identifier: Apache-2.0
// One-minute bars and their trailing window for the baselines: volume, and squared price change.
#ifndef NACREI_ENGINE_BASELINE_BARS_H
#define NACREI_ENGINE_BASELINE_BARS_H

#include "core/context.h"
#include "core/int128.h"
#include "core/status.h"
#include "nacre/data.h"

#define NACREI_BASELINE_BAR_NS INT64_C(60000000000)
#define NACREI_BASELINE_MAX_BARS 100000u
/// Largest |dP| of a bar: squares of 100,000 such bars add up below 2^127.
#define NACREI_BASELINE_MAX_DP (INT64_C(1) << 53)

typedef struct nacrei_baseline_bar {
    int64_t minute; ///< floor(t / 60e9)
    int64_t volume; ///< size units
    int64_t dp;     ///< close to close in 1e-9; a session's first bar: from its own first trade
} nacrei_baseline_bar;

/// Walks over trades and gives one bar per minute that has any.
typedef struct nacrei_bar_walk {
    const nacre_trades *trades;
    const nacre_calendar *calendar; ///< NULL = UTC days
    bool skip_auctions;
    size_t row;
    int64_t last_ts;
    int64_t last_price;
    int64_t session_end_ns; ///< of the session that owned the last bar
    bool started;
} nacrei_bar_walk;

/// The next bar; *found is false at the end.
/// @error  NACRE_E_ORDER, NACRE_E_RANGE name the row
NACRE_MUST_CHECK nacre_status nacrei_bar_walk_next(nacrei_bar_walk *walk, nacrei_baseline_bar *bar,
                                                   bool *found, nacre_error *err);

/// The last `capacity` bars: exact sums that slide.
typedef struct nacrei_bar_window {
    uint32_t capacity, count, head;
    nacrei_i128 volume;
    nacrei_i128 squares; ///< of dP
    nacrei_baseline_bar *ring;
} nacrei_bar_window;

void nacrei_bar_window_push(nacrei_bar_window *window, const nacrei_baseline_bar *bar);

#endif
