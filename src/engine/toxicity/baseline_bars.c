// SPDX-License-Identifier: Apache-2.0
// Bars for the baselines. The dP convention is VPIN's (close to close, no overnight gap), so that
// the volatility alarm differs from VPIN in what it measures and not in how bars are cut. Sums are
// 128-bit integers: sliding never drifts, and the answer does not depend on where the data began.
#include "engine/toxicity/baseline_bars.h"

#include "core/timezone.h"

static nacre_status check_row(const nacrei_bar_walk *walk, size_t row, nacre_error *err)
{
    const nacre_trades *trades = walk->trades;
    if (trades->ts_event[row] < walk->last_ts)
        return nacrei_fail(err, NACRE_E_ORDER,
                           "trades row %zu: event time steps back: sort the trades or import with "
                           "--reorder",
                           row);
    if (trades->size[row] <= 0 || trades->price[row] <= 0)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "trades row %zu: price and size must be positive: filter the tape", row);
    return NACRE_OK;
}

/// Moves to the session that owns `t`; *opens says whether it is another one than before.
static nacre_status enter_session(nacrei_bar_walk *walk, int64_t t, bool *opens, nacre_error *err)
{
    *opens = !walk->started || t >= walk->session_end_ns;
    if (!*opens)
        return NACRE_OK;
    walk->started = true;
    if (!walk->calendar) {
        walk->session_end_ns = (nacrei_floor_div(t, NACREI_NS_PER_DAY) + 1) * NACREI_NS_PER_DAY;
        return NACRE_OK;
    }
    nacre_session session;
    nacre_status status = nacre_calendar_session(walk->calendar, t, &session, err);
    if (!status)
        walk->session_end_ns = session.end_ns;
    return status;
}

static bool is_skipped(const nacrei_bar_walk *walk, size_t row)
{
    return walk->skip_auctions && walk->trades->flags &&
           (walk->trades->flags[row] & NACRE_TRADE_AUCTION);
}

nacre_status nacrei_bar_walk_next(nacrei_bar_walk *walk, nacrei_baseline_bar *bar, bool *found,
                                  nacre_error *err)
{
    const nacre_trades *trades = walk->trades;
    *found = false;
    int64_t base = 0, close = 0;
    for (; walk->row < trades->rows; walk->row++) {
        size_t row = walk->row;
        nacre_status status = check_row(walk, row, err);
        if (status)
            return status;
        walk->last_ts = trades->ts_event[row];
        if (is_skipped(walk, row))
            continue;
        int64_t minute = nacrei_floor_div(trades->ts_event[row], NACREI_BASELINE_BAR_NS);
        if (!*found) {
            bool opens;
            status = enter_session(walk, trades->ts_event[row], &opens, err);
            if (status)
                return status;
            base = opens ? trades->price[row] : walk->last_price;
            *bar = (nacrei_baseline_bar){.minute = minute};
            *found = true;
        } else if (minute != bar->minute) {
            break;
        }
        if (__builtin_add_overflow(bar->volume, trades->size[row], &bar->volume))
            return nacrei_fail(err, NACRE_E_RANGE,
                               "trades row %zu: the volume of one minute exceeds 63 bits", row);
        close = trades->price[row];
    }
    if (!*found)
        return NACRE_OK;
    bar->dp = close - base;
    walk->last_price = close;
    if (bar->dp > NACREI_BASELINE_MAX_DP || bar->dp < -NACREI_BASELINE_MAX_DP)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "trades row %zu: the price moves by more than 9,007,199 in one minute",
                           walk->row - 1);
    return NACRE_OK;
}

void nacrei_bar_window_push(nacrei_bar_window *window, const nacrei_baseline_bar *bar)
{
    nacrei_baseline_bar *slot = &window->ring[window->head];
    if (window->count == window->capacity) {
        window->volume -= slot->volume;
        window->squares -= (nacrei_i128)slot->dp * slot->dp;
    } else {
        window->count++;
    }
    window->volume += bar->volume;
    window->squares += (nacrei_i128)bar->dp * bar->dp;
    *slot = *bar;
    window->head = window->head + 1 == window->capacity ? 0 : window->head + 1;
}
