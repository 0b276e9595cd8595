// SPDX-License-Identifier: Apache-2.0
// Walks over trades and finds where time bars and sessions end. The cursor is a small plain value:
// a copy of it rehearses a block before the real one moves, which is how a refused block leaves the
// state untouched. Prices are read at the bar's edges only, so a trade costs 16 bytes of reading.
#ifndef NACREI_ENGINE_VPIN_CURSOR_H
#define NACREI_ENGINE_VPIN_CURSOR_H

#include "nacre/vpin.h"

#define NACREI_VPIN_VOLUME_MAX ((INT64_C(1) << 53) - 1) ///< of a trade, a bar, a bucket
#define NACREI_VPIN_DP_MAX (INT64_C(1) << 46)           ///< price step of one bar, 1e-9
#define NACREI_VPIN_TIME_MAX (INT64_C(1) << 62)         ///< |ts| reaches it at most: the year 2116
#define NACREI_VPIN_BARS_MAX (UINT64_C(1) << 34)        ///< sums of dP^2 stay below 2^127

/// Columns of a block; flags and side may be NULL.
typedef struct nacrei_vpin_rows {
    size_t count;
    const int64_t *ts, *price, *size;
    const uint8_t *flags;
    const int8_t *side;
} nacrei_vpin_rows;

/// A finished time bar.
typedef struct nacrei_vpin_bar {
    int64_t first_ns, last_ns; ///< its first and last trade
    int64_t dp;                ///< price step, 1e-9
    int64_t price;             ///< last
    int64_t volume;            ///< continuous trading
    int64_t auction_volume;    ///< to be split half and half
} nacrei_vpin_bar;

typedef struct nacrei_vpin_cursor {
    // rules, from the options
    int64_t bar_ns;
    int64_t session_volume_max; ///< keeps V below 2^53
    bool by_side;               ///< runs of rows instead of bars
    bool bar_open_to_close;     ///< dP = last - first of the same bar
    bool auctions_apart;        ///< flagged prints are halved or excluded
    bool auctions_excluded;

    // where it stands
    bool any_row, has_session, bar_is_open, bar_is_first; ///< _first: of its session
    uint64_t row_count;                                   ///< rows seen, excluded ones too
    uint64_t trade_count, bar_count, session_count;
    int64_t last_row_ns; ///< order is checked against it
    int64_t session_end_ns, session_close_ns;
    int64_t last_trade_ns; ///< last kept trade
    int64_t session_volume, total_volume;
    int64_t bar_end_ns;
    int64_t first_price, last_price, previous_close;
    nacrei_vpin_bar bar;
} nacrei_vpin_cursor;

typedef enum nacrei_vpin_event {
    NACREI_VPIN_MORE,    ///< all rows are consumed
    NACREI_VPIN_SESSION, ///< the next trade opens a session
    NACREI_VPIN_BAR,     ///< a bar is finished
    NACREI_VPIN_ROWS,    ///< by side: rows [begin, end) belong to one session
} nacrei_vpin_event;

typedef struct nacrei_vpin_step {
    nacrei_vpin_event event;
    nacrei_vpin_bar bar;
    size_t begin, end;       ///< of ROWS
    int64_t finished_volume; ///< SESSION: volume of the one before
    int64_t gap_ns;          ///< SESSION: closed time since the one before
} nacrei_vpin_step;

void nacrei_vpin_cursor_init(nacrei_vpin_cursor *cursor, const nacre_vpin_options *options);
/// Moves `*row` forward to the next event.
/// @error  NACRE_E_ORDER, NACRE_E_RANGE name the row, counted from 0 since the cursor's start
NACRE_MUST_CHECK nacre_status nacrei_vpin_cursor_next(nacrei_vpin_cursor *cursor,
                                                      const nacre_calendar *calendar,
                                                      const nacrei_vpin_rows *rows, size_t *row,
                                                      nacrei_vpin_step *out, nacre_error *err);
/// Ends the open bar, if there is one: `out->event` is BAR or MORE.
NACRE_MUST_CHECK nacre_status nacrei_vpin_cursor_flush(nacrei_vpin_cursor *cursor,
                                                       nacrei_vpin_step *out, nacre_error *err);

#endif
