// SPDX-License-Identifier: Apache-2.0
// What trading costs, from trades alone. With the aggressor's side known, a buy followed by a sell
// (or the other way round) straddles the spread. Without it, Roll (1984): the bounce between bid
// and ask makes successive price changes negatively correlated, s = 2 sqrt(-cov). Changes are
// within sessions and in basis points of the price; sessions are pooled, so none is left out for
// the sign of its covariance. Where the covariance is positive the spread is masked. Auctions have
// no spread.
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"

#include <math.h>
#include <string.h>

#define PAIRS_MIN 100u ///< of consecutive changes or opposite sides, fewer say nothing

static void mask(run_spread *spread, const char *reason)
{
    *spread = (run_spread){.bp = (double)NAN, .reason = reason};
}

/// Whether a trade takes part, and whether a session begins with it.
static nacre_status admit(const nacre_trades *trades, const nacre_calendar *calendar, size_t i,
                          int64_t *session_end, bool *takes_part, bool *begins, nacre_error *err)
{
    nacre_session session;
    *takes_part = !trades->flags || !(trades->flags[i] & NACRE_TRADE_AUCTION);
    *begins = *takes_part && trades->ts_event[i] >= *session_end;
    if (!*begins)
        return NACRE_OK;
    nacre_status status = nacre_calendar_session(calendar, trades->ts_event[i], &session, err);
    if (!status)
        *session_end = session.end_ns;
    return status;
}

/// Mean of (buy - sell) / mid over consecutive trades of opposite sides.
static nacre_status by_side(const nacre_trades *trades, const nacre_calendar *calendar,
                            run_spread *spread, nacre_error *err)
{
    double sum = 0.0;
    size_t pairs = 0, last = SIZE_MAX;
    int64_t session_end = INT64_MIN;
    for (size_t i = 0; i < trades->rows; i++) {
        bool takes_part, begins;
        nacre_status status = admit(trades, calendar, i, &session_end, &takes_part, &begins, err);
        if (status)
            return status;
        if (!takes_part || trades->side[i] == NACRE_SIDE_UNKNOWN)
            continue;
        if (last != SIZE_MAX && !begins && trades->side[last] != trades->side[i]) {
            double now = (double)trades->price[i], before = (double)trades->price[last];
            double difference = trades->side[i] == NACRE_SIDE_BUY ? now - before : before - now;
            sum += difference / (0.5 * (now + before));
            pairs++;
        }
        last = i;
    }
    if (pairs < PAIRS_MIN)
        mask(spread, "fewer than 100 changes of side");
    else if (!(sum > 0.0))
        mask(spread, "buys print below sells on average");
    else
        *spread = (run_spread){.bp = 1e4 * sum / (double)pairs, .method = "aggressor"};
    return NACRE_OK;
}

/// Sums of one session's pairs of consecutive changes.
typedef struct roll {
    double x, y, xy;
    size_t pairs, prices; ///< prices: of the session so far
    double price, change;
    double covariance; ///< pairs x covariance, of the finished sessions
    size_t freedom;    ///< pairs less one for each finished session
} roll;

static void end_session(roll *r)
{
    if (r->pairs > 1) {
        r->covariance += r->xy - r->x * r->y / (double)r->pairs;
        r->freedom += r->pairs - 1;
    }
    r->x = r->y = r->xy = 0.0;
    r->pairs = r->prices = 0;
}

static void push(roll *r, double price)
{
    double change = r->prices ? 1e4 * (price - r->price) / r->price : 0.0;
    if (r->prices > 1) {
        r->x += r->change;
        r->y += change;
        r->xy += r->change * change;
        r->pairs++;
    }
    r->change = change;
    r->price = price;
    r->prices++;
}

static nacre_status by_bounce(const nacre_trades *trades, const nacre_calendar *calendar,
                              run_spread *spread, nacre_error *err)
{
    roll r = {0};
    int64_t session_end = INT64_MIN;
    for (size_t i = 0; i < trades->rows; i++) {
        bool takes_part, begins;
        nacre_status status = admit(trades, calendar, i, &session_end, &takes_part, &begins, err);
        if (status)
            return status;
        if (begins)
            end_session(&r);
        if (takes_part)
            push(&r, (double)trades->price[i]);
    }
    end_session(&r);
    double covariance = r.freedom ? r.covariance / (double)r.freedom : (double)NAN;
    if (r.freedom < PAIRS_MIN)
        mask(spread, "fewer than 100 consecutive price changes");
    else if (!(covariance < 0.0))
        mask(spread, "no bounce: price changes are not negatively autocorrelated");
    else
        *spread = (run_spread){.bp = 2.0 * sqrt(-covariance), .method = "roll"};
    return NACRE_OK;
}

nacre_status nacrei_desk_spread(run_job *job, run_symbol *symbol, const nacre_trades *kept,
                                const nacre_calendar *calendar, nacre_error *err)
{
    bool sides = false;
    int64_t started = nacrei_monotonic_ns();
    for (size_t i = 0; kept->side && !sides && i < kept->rows; i++)
        sides = kept->side[i] != NACRE_SIDE_UNKNOWN;
    nacre_status status = sides ? by_side(kept, calendar, &symbol->spread, err)
                                : by_bounce(kept, calendar, &symbol->spread, err);
    if (!status)
        nacrei_run_stage(job, "spread", symbol->name, kept->rows,
                         (double)(nacrei_monotonic_ns() - started) / 1e9, "nacrei_desk_spread",
                         "strict");
    return status;
}

static void join(run_desk *desk, const run_symbol *symbol, run_desk_tick *tick)
{
    const nacre_returns *r = desk->panel.returns;
    const nacre_vpin_result *vpin = symbol->vpin;
    *tick = (run_desk_tick){.symbol = symbol->name,
                            .asset = SIZE_MAX,
                            .spread_bp = symbol->spread.bp,
                            .spread_method = symbol->spread.method,
                            .spread_reason = symbol->spread.reason,
                            .last_vpin = (double)NAN,
                            .peak_cdf = (double)NAN,
                            .alarms = vpin->alarm_count};
    for (size_t i = 0; i < r->assets; i++)
        if (strcmp(r->names[i], symbol->instrument.symbol) == 0) {
            tick->asset = i;
            if (desk->portfolio->weights[i] > RUN_DESK_HELD)
                tick->weight = desk->portfolio->weights[i];
        }
    tick->cost = 0.5e-4 * tick->spread_bp * fabs(tick->weight);
    for (size_t i = 0; i < vpin->bucket_count; i++) {
        tick->last_vpin = vpin->buckets[i].vpin;
        tick->peak_cdf = fmax(tick->peak_cdf, vpin->buckets[i].cdf);
    }
}

nacre_status nacrei_desk_ticks(run_job *job, nacre_error *err)
{
    run_desk *desk = job->desk;
    double invested = 0.0, measured = 0.0;
    nacre_status status =
        nacrei_alloc(job->ctx, job->symbol_count, sizeof *desk->tick, "ticks", &desk->tick, err);
    if (status)
        return status;
    desk->tick_count = job->symbol_count;
    for (size_t i = 0; i < desk->problem.assets; i++)
        invested += fabs(desk->portfolio->weights[i]);
    for (size_t s = 0; s < job->symbol_count; s++) {
        run_desk_tick *tick = &desk->tick[s];
        join(desk, &job->symbols[s], tick);
        bool seen = false; // an asset traded at two venues costs once
        for (size_t k = 0; k < s; k++)
            seen |= desk->tick[k].asset == tick->asset && !isnan(desk->tick[k].spread_bp);
        if (seen || tick->asset == SIZE_MAX || isnan(tick->spread_bp))
            continue;
        desk->cost_measured += tick->cost;
        measured += fabs(tick->weight);
    }
    desk->weight_measured = measured / invested;
    return NACRE_OK;
}
