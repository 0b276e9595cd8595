// SPDX-License-Identifier: Apache-2.0
// The inner loop takes rows in runs that lie wholly inside the bar, 16 where there are as many: it
// sums sizes and gathers every violation in one word of sign bits, without a branch per row. A run
// with a violation or an auction print in it is taken again row by row, where an error finds its
// row.
#include "engine/vpin/vpin_cursor.h"

#include "core/status.h"
#include "core/timezone.h"

#define RUN 16
#define RUN_VOLUME_MAX (INT64_C(1) << 62) ///< by side there is no bar to be limited

void nacrei_vpin_cursor_init(nacrei_vpin_cursor *cursor, const nacre_vpin_options *options)
{
    int64_t limit = INT64_C(1) << 62;
    if (options->buckets_per_day < limit / (NACREI_VPIN_VOLUME_MAX + 1))
        limit = (NACREI_VPIN_VOLUME_MAX + 1) * options->buckets_per_day;
    *cursor = (nacrei_vpin_cursor){
        .bar_ns = options->bar_ns,
        .session_volume_max = limit - 1,
        .by_side = options->classify == NACRE_VPIN_CLASSIFY_SIDE,
        .bar_open_to_close = options->mode == NACRE_VPIN_ABAD_YAGUE,
        .auctions_apart = options->auctions != NACRE_VPIN_AUCTIONS_SIGN,
        .auctions_excluded = options->auctions == NACRE_VPIN_AUCTIONS_EXCLUDE,
    };
}

static nacre_status check_row(const nacrei_vpin_cursor *cursor, const nacrei_vpin_rows *rows,
                              size_t i, uint64_t number, nacre_error *err)
{
    int64_t ts = rows->ts[i];
    bool first = i == 0 && !cursor->any_row;
    int64_t before = i == 0 ? cursor->last_row_ns : rows->ts[i - 1];
    if (ts > NACREI_VPIN_TIME_MAX || ts <= -NACREI_VPIN_TIME_MAX)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "trade %llu (counted from 0): event time %lld ns is not before 2116: "
                           "check the time unit",
                           (unsigned long long)number, (long long)ts);
    if (!first && ts < before)
        return nacrei_fail(err, NACRE_E_ORDER,
                           "trade %llu (counted from 0): event time %lld ns steps back by %lld ns: "
                           "sort by event time, or import with --reorder",
                           (unsigned long long)number, (long long)ts, (long long)(before - ts));
    if (rows->size[i] <= 0 || rows->size[i] > NACREI_VPIN_VOLUME_MAX)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "trade %llu (counted from 0): size %lld is not in [1, 2^53): drop the "
                           "row or check the size exponent",
                           (unsigned long long)number, (long long)rows->size[i]);
    return NACRE_OK;
}

static nacre_status fail_volume(const char *what, uint64_t number, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_RANGE,
                       "the %s that holds trade %llu (counted from 0) exceeds its limit: use a "
                       "smaller size exponent",
                       what, (unsigned long long)number);
}

/// Sum of the sizes of rows [0, count) and whether anything in them needs a second look. Row -1
/// exists.
static inline bool run_is_plain(const int64_t *ts, const int64_t *size, const uint8_t *flags,
                                size_t count, int64_t *volume)
{
    uint64_t sum = 0, signs = 0, high = 0;
    uint8_t marks = 0;
    for (size_t j = 0; j < count; j++) {
        uint64_t now = (uint64_t)ts[j];
        uint64_t bytes = (uint64_t)size[j];
        signs |= now - (uint64_t)(ts - 1)[j];
        signs |= now + (uint64_t)NACREI_VPIN_TIME_MAX - 1;
        high |= bytes - 1;
        high |= bytes;
        sum += bytes;
    }
    if (flags) {
        for (size_t j = 0; j < count; j++)
            marks |= flags[j];
    }
    *volume = (int64_t)sum;
    return !(signs >> 63) && !(high >> 53) && !(marks & NACRE_TRADE_AUCTION);
}

/// The same; a constant length lets the compiler unroll the usual case.
static inline bool plain_sum(const int64_t *ts, const int64_t *size, const uint8_t *flags,
                             size_t count, int64_t *volume)
{
    return count == RUN ? run_is_plain(ts, size, flags, RUN, volume)
                        : run_is_plain(ts, size, flags, count, volume);
}

/// Rows of [0, available) before `end_ns`, at most RUN; sorted rows assumed, which run_is_plain
/// checks.
static inline size_t run_length(const int64_t *ts, size_t available, int64_t end_ns)
{
    if (available >= RUN && ts[RUN - 1] < end_ns)
        return RUN;
    size_t most = available < RUN ? available : RUN, count = 0;
    while (count < most && ts[count] < end_ns)
        count++;
    return count;
}

/// Takes rows into the open bar until its end or the block's.
static nacre_status scan(nacrei_vpin_cursor *cursor, const nacrei_vpin_rows *rows, size_t *row,
                         nacre_error *err)
{
    const uint8_t *flags = cursor->auctions_apart ? rows->flags : NULL;
    const int64_t *ts = rows->ts;
    const int64_t end_ns = cursor->bar_end_ns;
    const int64_t limit = cursor->by_side ? RUN_VOLUME_MAX : NACREI_VPIN_VOLUME_MAX;
    const uint64_t base = cursor->row_count - *row; // number of the block's row 0
    size_t i = *row, kept = SIZE_MAX;
    int64_t volume = cursor->bar.volume, auction = cursor->bar.auction_volume;
    uint64_t skipped = 0;
    bool inside = true;
    while (inside && i < rows->count) {
        int64_t sum;
        size_t run = i > 0 ? run_length(ts + i, rows->count - i, end_ns) : 0;
        if (run && plain_sum(ts + i, rows->size + i, flags ? flags + i : NULL, run, &sum)) {
            volume += sum;
            i += run;
            kept = i - 1;
            inside = run == RUN || i == rows->count;
        } else {
            size_t stop = rows->count - i < RUN ? rows->count : i + RUN;
            for (; i < stop; i++) {
                if (ts[i] >= end_ns) {
                    inside = false;
                    break;
                }
                nacre_status status = check_row(cursor, rows, i, base + i, err);
                if (status)
                    return status;
                bool apart = flags && (flags[i] & NACRE_TRADE_AUCTION);
                if (apart && cursor->auctions_excluded) {
                    skipped++;
                    continue;
                }
                *(apart ? &auction : &volume) += rows->size[i];
                kept = i;
            }
        }
        // A run adds less than 2^58, so the sum of both cannot have wrapped since the last look.
        if (volume + auction > limit)
            return fail_volume(cursor->by_side ? "session" : "bar", base + i - 1, err);
    }
    if (kept != SIZE_MAX) {
        cursor->bar.last_ns = cursor->last_trade_ns = ts[kept];
        cursor->last_price = rows->price[kept];
    }
    cursor->bar.volume = volume;
    cursor->bar.auction_volume = auction;
    if (i > *row) {
        cursor->any_row = true;
        cursor->last_row_ns = ts[i - 1];
    }
    cursor->row_count += i - *row;
    cursor->trade_count += i - *row - skipped;
    *row = i;
    return NACRE_OK;
}

/// Volume of the open bar (or run of rows) goes to its session.
static nacre_status settle(nacrei_vpin_cursor *cursor, nacre_error *err)
{
    int64_t volume = cursor->bar.volume + cursor->bar.auction_volume;
    int64_t session, total;
    if (__builtin_add_overflow(cursor->session_volume, volume, &session) ||
        session > cursor->session_volume_max)
        return fail_volume("session", cursor->row_count - 1, err);
    if (__builtin_add_overflow(cursor->total_volume, volume, &total))
        return fail_volume("total volume", cursor->row_count - 1, err);
    cursor->session_volume = session;
    cursor->total_volume = total;
    return NACRE_OK;
}

/// The bar is over: its price step and its volume are known.
static nacre_status close_bar(nacrei_vpin_cursor *cursor, nacre_error *err)
{
    bool own_first = cursor->bar_is_first || cursor->bar_open_to_close;
    int64_t from = own_first ? cursor->first_price : cursor->previous_close;
    int64_t dp;
    if (__builtin_sub_overflow(cursor->last_price, from, &dp) || dp > NACREI_VPIN_DP_MAX ||
        dp < -NACREI_VPIN_DP_MAX)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "the price moves from %lld to %lld (1e-9) in the bar that ends before "
                           "trade %llu (counted from 0): more than 2^46; check the price's scale",
                           (long long)from, (long long)cursor->last_price,
                           (unsigned long long)cursor->row_count);
    if (cursor->bar_count >= NACREI_VPIN_BARS_MAX)
        return nacrei_fail(err, NACRE_E_LIMIT, "more than 2^34 bars: use longer bars");
    nacre_status status = settle(cursor, err);
    if (status)
        return status;
    cursor->bar.dp = dp;
    cursor->bar.price = cursor->last_price;
    cursor->previous_close = cursor->last_price;
    cursor->bar_is_open = false;
    cursor->bar_count++;
    return NACRE_OK;
}

/// Passes excluded auction prints that come before a bar opens.
static nacre_status skip_excluded(nacrei_vpin_cursor *cursor, const nacrei_vpin_rows *rows,
                                  size_t *row, nacre_error *err)
{
    while (*row < rows->count) {
        nacre_status status = check_row(cursor, rows, *row, cursor->row_count, err);
        if (status)
            return status;
        if (!cursor->auctions_excluded || !rows->flags ||
            !(rows->flags[*row] & NACRE_TRADE_AUCTION))
            return NACRE_OK;
        cursor->any_row = true;
        cursor->last_row_ns = rows->ts[*row];
        cursor->row_count++;
        ++*row;
    }
    return NACRE_OK;
}

static nacre_status open_session(nacrei_vpin_cursor *cursor, const nacre_calendar *calendar,
                                 int64_t ts, nacrei_vpin_step *out, nacre_error *err)
{
    nacre_session session;
    if (calendar) {
        nacre_status status = nacre_calendar_session(calendar, ts, &session, err);
        if (status)
            return status;
    } else {
        session.open_ns = nacrei_floor_div(ts, NACREI_NS_PER_DAY) * NACREI_NS_PER_DAY;
        session.close_ns = session.end_ns = session.open_ns + NACREI_NS_PER_DAY;
    }
    // Closed time is neither within regular hours nor between two trades of a session.
    int64_t gap_begin = cursor->session_close_ns > cursor->last_trade_ns ? cursor->session_close_ns
                                                                         : cursor->last_trade_ns;
    int64_t gap_end = session.open_ns < ts ? session.open_ns : ts;
    bool gap = cursor->has_session && gap_end > gap_begin;
    *out = (nacrei_vpin_step){.event = NACREI_VPIN_SESSION,
                              .finished_volume = cursor->session_volume,
                              .gap_ns = gap ? gap_end - gap_begin : 0};
    cursor->has_session = true;
    cursor->session_end_ns = session.end_ns;
    cursor->session_close_ns = session.close_ns;
    cursor->session_volume = 0;
    cursor->session_count++;
    cursor->bar_is_first = true;
    return NACRE_OK;
}

/// The bar that holds the next row; by side, all of the session.
static void open_bar(nacrei_vpin_cursor *cursor, const nacrei_vpin_rows *rows, size_t row)
{
    int64_t ts = rows->ts[row];
    int64_t end_ns = (nacrei_floor_div(ts, cursor->bar_ns) + 1) * cursor->bar_ns;
    if (cursor->by_side || end_ns > cursor->session_end_ns)
        end_ns = cursor->session_end_ns;
    cursor->bar_end_ns = end_ns;
    cursor->bar = (nacrei_vpin_bar){.first_ns = ts};
    cursor->first_price = rows->price[row];
    cursor->bar_is_open = true;
}

static nacre_status finish_rows(nacrei_vpin_cursor *cursor, size_t begin, size_t end,
                                nacrei_vpin_step *out, nacre_error *err)
{
    nacre_status status = settle(cursor, err);
    if (status)
        return status;
    cursor->bar_is_open = false;
    *out = (nacrei_vpin_step){.event = NACREI_VPIN_ROWS, .begin = begin, .end = end};
    return NACRE_OK;
}

static nacre_status finish_bar(nacrei_vpin_cursor *cursor, nacrei_vpin_step *out, nacre_error *err)
{
    nacre_status status = close_bar(cursor, err);
    if (status)
        return status;
    cursor->bar_is_first = false;
    *out = (nacrei_vpin_step){.event = NACREI_VPIN_BAR, .bar = cursor->bar};
    return NACRE_OK;
}

nacre_status nacrei_vpin_cursor_next(nacrei_vpin_cursor *cursor, const nacre_calendar *calendar,
                                     const nacrei_vpin_rows *rows, size_t *row,
                                     nacrei_vpin_step *out, nacre_error *err)
{
    nacre_status status;
    if (!cursor->bar_is_open) {
        status = skip_excluded(cursor, rows, row, err);
        if (status)
            return status;
        if (*row == rows->count) {
            *out = (nacrei_vpin_step){.event = NACREI_VPIN_MORE};
            return NACRE_OK;
        }
        if (!cursor->has_session || rows->ts[*row] >= cursor->session_end_ns)
            return open_session(cursor, calendar, rows->ts[*row], out, err);
        open_bar(cursor, rows, *row);
    }
    size_t begin = *row;
    status = scan(cursor, rows, row, err);
    if (status)
        return status;
    if (cursor->by_side)
        return finish_rows(cursor, begin, *row, out, err);
    if (*row == rows->count) {
        *out = (nacrei_vpin_step){.event = NACREI_VPIN_MORE};
        return NACRE_OK;
    }
    return finish_bar(cursor, out, err);
}

nacre_status nacrei_vpin_cursor_flush(nacrei_vpin_cursor *cursor, nacrei_vpin_step *out,
                                      nacre_error *err)
{
    *out = (nacrei_vpin_step){.event = NACREI_VPIN_MORE};
    return cursor->bar_is_open ? finish_bar(cursor, out, err) : NACRE_OK;
}
