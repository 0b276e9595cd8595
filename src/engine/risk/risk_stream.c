// SPDX-License-Identifier: Apache-2.0
// Events of a risk stream. Each is checked as a whole before anything is written, and nothing after
// the checks can fail, so a refused event leaves every byte as it was. Nothing here allocates.
#include "engine/risk/risk_stream_state.h"
#include "nacre/data.h"

#include <math.h>

/// Pointers into a state, found once per event.
typedef struct arrays {
    size_t assets;
    int64_t *price, *shares;
    double *exposure, *rows, *losses, *sorted;
} arrays;

static arrays arrays_of(nacre_risk_stream *stream)
{
    nacrei_risk_stream_layout layout = nacrei_risk_stream_layout_of(&stream->options);
    return (arrays){
        .assets = stream->options.assets,
        .price = nacrei_state_at(stream, layout.price),
        .shares = nacrei_state_at(stream, layout.shares),
        .exposure = nacrei_state_at(stream, layout.exposure),
        .rows = nacrei_state_at(stream, layout.rows),
        .losses = nacrei_state_at(stream, layout.losses),
        .sorted = nacrei_state_at(stream, layout.sorted),
    };
}

static double money(nacrei_i128 value)
{
    return (double)value / NACRE_PRICE_SCALE;
}

/// In the order that nacre_risk_stream_level states.
static double dot(size_t n, const double *restrict a, const double *restrict b)
{
    double part[8] = {0}, rest = 0;
    size_t i = 0;
    for (; i + 8 <= n; i += 8)
        for (size_t k = 0; k < 8; k++)
            part[k] += a[i + k] * b[i + k];
    for (; i < n; i++)
        rest += a[i] * b[i];
    return ((part[0] + part[4]) + (part[2] + part[6])) +
           ((part[1] + part[5]) + (part[3] + part[7])) + rest;
}

// ---- losses of the positions held now --------------------------------------------------------

static double loss_of(const arrays *in, size_t slot)
{
    // 0 - x, because -x would be a negative zero for a book without positions.
    return 0 - dot(in->assets, in->exposure, in->rows + slot * in->assets);
}

/// `leaving` out of n ascending values, `entering` into its place.
static void replace(double *sorted, size_t n, double leaving, double entering)
{
    size_t at = 0;
    for (size_t below = n; at < below;) {
        size_t middle = at + (below - at) / 2;
        if (sorted[middle] < leaving)
            at = middle + 1;
        else
            below = middle;
    }
    at = at < n ? at : n - 1; // in a forged state the value may be missing
    for (; at + 1 < n && sorted[at + 1] < entering; at++)
        sorted[at] = sorted[at + 1];
    for (; at > 0 && sorted[at - 1] > entering; at--)
        sorted[at] = sorted[at - 1];
    sorted[at] = entering;
}

/// Puts the losses in place that the figures read: as in a batch, a selection and a short sort.
static void sort_losses(nacre_risk_stream *stream, const arrays *in)
{
    size_t n = stream->window.count, from = n;
    if (!nacrei_window_is_full(&stream->window))
        return;
    for (uint32_t k = 0; k < stream->options.level_count; k++) {
        const nacrei_tail_ranks *ranks = &stream->ranks[k];
        size_t first = ranks->low - 1 < ranks->count.index ? ranks->low - 1 : ranks->count.index;
        from = first < from ? first : from;
    }
    memcpy(in->sorted, in->losses, n * sizeof *in->losses);
    nacrei_select(in->sorted, n, from);
    nacrei_sort(in->sorted + from, n - from);
    stream->sorted_from = (uint32_t)from;
}

/// The exposures have changed: every row of the window again.
static void revalue(nacre_risk_stream *stream, const arrays *in)
{
    size_t count = stream->window.count;
    size_t oldest = nacrei_window_is_full(&stream->window) ? stream->window.next : 0;
    for (size_t t = 0; t < count; t++) {
        size_t slot = oldest + t < count ? oldest + t : oldest + t - count;
        in->losses[t] = loss_of(in, slot);
    }
    sort_losses(stream, in);
}

/// The exposures are those of before: only the row at `slot` is new.
static void append(nacre_risk_stream *stream, const arrays *in, size_t slot, bool was_full)
{
    size_t count = stream->window.count;
    double entering = loss_of(in, slot), leaving = in->losses[0];
    if (was_full)
        memmove(in->losses, in->losses + 1, (count - 1) * sizeof *in->losses);
    in->losses[count - 1] = entering;
    if (!was_full) {
        sort_losses(stream, in);
        return;
    }
    nacrei_sort(in->sorted, stream->sorted_from);
    stream->sorted_from = 0;
    replace(in->sorted, count, leaving, entering);
}

/// Exposures at the prices now; whether one has changed.
static bool mark(const arrays *in)
{
    bool changed = false;
    for (size_t i = 0; i < in->assets; i++) {
        double exposure = money((nacrei_i128)in->shares[i] * in->price[i]);
        changed |= exposure != in->exposure[i];
        in->exposure[i] = exposure;
    }
    return changed;
}

// ---- the report ------------------------------------------------------------------------------

static void measure(const nacre_risk_stream *stream, const arrays *in,
                    nacre_risk_stream_report *report)
{
    const nacre_risk_stream_options *options = &stream->options;
    size_t n = stream->window.count;
    report->net = report->gross = 0;
    for (size_t i = 0; i < in->assets; i++) {
        report->net += in->exposure[i];
        report->gross += fabs(in->exposure[i]);
    }
    if (!nacrei_window_is_full(&stream->window))
        return;
    double variance = (double)NAN;
    (void)!nacre_risk_ewma_variance(n, in->losses, options->lambda, &variance, NULL); // finite
    report->volatility = sqrt(variance);
    for (uint32_t k = 0; k < options->level_count; k++)
        nacrei_tail_measure(in->sorted, n, options->level[k], &stream->ranks[k],
                            &report->level[k].var, &report->level[k].es);
}

static uint32_t breaches(const nacre_risk_stream_options *options,
                         const nacre_risk_stream_report *report)
{
    const double value[NACRE_RISK_STREAM_FIGURES] = {
        [NACRE_RISK_STREAM_VAR] = report->level[0].var.value,
        [NACRE_RISK_STREAM_ES] = report->level[0].es.value,
        [NACRE_RISK_STREAM_VOLATILITY] = report->volatility,
        [NACRE_RISK_STREAM_GROSS] = report->gross,
        [NACRE_RISK_STREAM_LOSS] = 0 - report->pnl,
    };
    uint32_t bits = 0;
    for (uint32_t f = 0; f < NACRE_RISK_STREAM_FIGURES; f++)
        if (options->limit[f] > 0 && value[f] > options->limit[f])
            bits |= UINT32_C(1) << f;
    return bits;
}

/// The report without what moves with every event, whatever the figures do.
static nacre_risk_stream_report figures_of(const nacre_risk_stream_report *report)
{
    nacre_risk_stream_report figures = *report;
    figures.sequence = figures.bars = figures.fills = 0;
    figures.time_ns = 0;
    figures.rows = figures.began = figures.ended = 0;
    for (uint32_t k = 0; k < NACRE_RISK_STREAM_LEVELS; k++)
        figures.level[k].observations = 0;
    return figures;
}

/// Completes `next` and makes it the report; published when a figure differs.
static void publish(nacre_risk_stream *stream, const arrays *in, nacre_risk_stream_report *next,
                    const nacre_risk_stream_report **out)
{
    const nacre_risk_stream_report *last = &stream->report;
    next->time_ns = stream->time_ns;
    next->rows = stream->window.count;
    measure(stream, in, next);
    next->breached = breaches(&stream->options, next);
    nacre_risk_stream_report before = figures_of(last), now = figures_of(next);
    bool changed = memcmp(&before, &now, sizeof now) != 0;
    if (changed) {
        next->sequence = last->sequence + 1;
        next->began = next->breached & ~last->breached;
        next->ended = last->breached & ~next->breached;
    }
    stream->report = *next;
    *out = changed ? &stream->report : NULL;
}

// ---- events ----------------------------------------------------------------------------------

/// P&L of the bar into `next`, and its row of returns into the ring. Returns the row's place.
static size_t step(nacre_risk_stream *stream, const arrays *in, const int64_t *price,
                   nacre_risk_stream_report *next)
{
    size_t slot = nacrei_window_push(&stream->window);
    double *row = in->rows + slot * in->assets;
    nacrei_i128 held = 0;
    for (size_t i = 0; i < in->assets; i++) {
        int64_t move = price[i] - in->price[i];
        row[i] = (double)move / (double)in->price[i];
        held += (nacrei_i128)in->shares[i] * move;
    }
    next->held_pnl = stream->options.positions == NACRE_RISK_WEIGHTS
                         ? dot(in->assets, in->exposure, row)
                         : money(held);
    for (uint32_t k = 0; k < stream->options.level_count; k++) {
        double forecast = next->level[k].var.value;
        if (isnan(forecast)) // the window was not full
            continue;
        next->level[k].observations++;
        if (0 - next->held_pnl > forecast)
            next->level[k].exceptions++;
    }
    return slot;
}

static void account(nacre_risk_stream *stream, const arrays *in, nacre_risk_stream_report *next)
{
    if (stream->options.positions == NACRE_RISK_WEIGHTS) {
        next->pnl = next->held_pnl;
        stream->total_weights += next->pnl;
        next->total_pnl = stream->total_weights;
        return;
    }
    nacrei_i128 total = -stream->cost;
    for (size_t i = 0; i < in->assets; i++)
        total += (nacrei_i128)in->shares[i] * in->price[i];
    next->pnl = money(total - stream->total);
    next->total_pnl = money(total);
    stream->total = total;
}

nacre_status nacre_risk_stream_bar(nacre_risk_stream *stream, int64_t time_ns, const int64_t *price,
                                   const nacre_risk_stream_report **report, nacre_error *err)
{
    const nacrei_state_kind *kind = &nacrei_risk_stream_kind;
    *report = NULL;
    nacre_status status = nacrei_state_check_time(kind, stream->time_ns, time_ns, err);
    if (!status)
        status = nacrei_state_check_prices(kind, stream->options.assets, price, err);
    if (status)
        return status;
    arrays in = arrays_of(stream);
    nacre_risk_stream_report next = stream->report;
    bool first = next.bars++ == 0, was_full = nacrei_window_is_full(&stream->window);
    size_t slot = first ? 0 : step(stream, &in, price, &next);
    stream->time_ns = time_ns;
    memcpy(in.price, price, in.assets * sizeof *price);
    account(stream, &in, &next);
    bool moved = stream->options.positions == NACRE_RISK_SHARES && mark(&in);
    if (moved)
        revalue(stream, &in);
    else if (!first)
        append(stream, &in, slot, was_full);
    publish(stream, &in, &next, report);
    return NACRE_OK;
}

static nacre_status check_fill(const nacre_risk_stream *stream, int64_t held, uint32_t asset,
                               int64_t shares, int64_t price, nacrei_i128 *cost, nacre_error *err)
{
    if (shares == 0 || price <= 0)
        return nacrei_fail(err, NACRE_E_ARG,
                           "risk stream: a fill of %lld shares of asset %u at price %lld (1e-9); "
                           "shares are not 0 and prices positive",
                           (long long)shares, asset, (long long)price);
    int64_t position;
    if (__builtin_add_overflow(held, shares, &position) || position >= NACREI_RISK_SHARES_LIMIT ||
        position <= -NACREI_RISK_SHARES_LIMIT)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "risk stream: %lld shares of asset %u on top of %lld leave the range "
                           "below 2^47",
                           (long long)shares, asset, (long long)held);
    *cost = stream->cost + (nacrei_i128)shares * price;
    if (*cost >= NACREI_RISK_MONEY_LIMIT || *cost <= -NACREI_RISK_MONEY_LIMIT)
        return nacrei_fail(err, NACRE_E_LIMIT,
                           "risk stream: the money paid for all fills leaves 124 bits with asset "
                           "%u: start a new stream",
                           asset);
    return NACRE_OK;
}

nacre_status nacre_risk_stream_fill(nacre_risk_stream *stream, int64_t time_ns, uint32_t asset,
                                    int64_t shares, int64_t price,
                                    const nacre_risk_stream_report **report, nacre_error *err)
{
    *report = NULL;
    if (stream->options.positions != NACRE_RISK_SHARES)
        return nacrei_fail(err, NACRE_E_STATE,
                           "risk stream: it holds weights, which no fill moves: call "
                           "nacre_risk_stream_set_weights");
    if (asset >= stream->options.assets)
        return nacrei_fail(err, NACRE_E_ARG,
                           "risk stream: a fill of asset %u, there are %u (from "
                           "0)",
                           asset, stream->options.assets);
    arrays in = arrays_of(stream);
    nacrei_i128 cost = 0;
    nacre_status status =
        nacrei_state_check_time(&nacrei_risk_stream_kind, stream->time_ns, time_ns, err);
    if (!status)
        status = check_fill(stream, in.shares[asset], asset, shares, price, &cost, err);
    if (status)
        return status;
    nacre_risk_stream_report next = stream->report;
    next.fills++;
    stream->time_ns = time_ns;
    stream->cost = cost;
    in.shares[asset] += shares;
    if (mark(&in))
        revalue(stream, &in);
    publish(stream, &in, &next, report);
    return NACRE_OK;
}

nacre_status nacre_risk_stream_set_weights(nacre_risk_stream *stream, int64_t time_ns,
                                           const double *weights,
                                           const nacre_risk_stream_report **report,
                                           nacre_error *err)
{
    *report = NULL;
    if (stream->options.positions != NACRE_RISK_WEIGHTS)
        return nacrei_fail(err, NACRE_E_STATE,
                           "risk stream: it holds shares, which fills move: call "
                           "nacre_risk_stream_fill");
    nacre_status status =
        nacrei_state_check_time(&nacrei_risk_stream_kind, stream->time_ns, time_ns, err);
    for (uint32_t i = 0; !status && i < stream->options.assets; i++)
        if (!(fabs(weights[i]) <= NACREI_RISK_WEIGHT_LIMIT))
            status = nacrei_fail(err, isfinite(weights[i]) ? NACRE_E_RANGE : NACRE_E_NONFINITE,
                                 "risk stream: the weight of asset %u is %g, at most %g", i,
                                 weights[i], NACREI_RISK_WEIGHT_LIMIT);
    if (status)
        return status;
    arrays in = arrays_of(stream);
    nacre_risk_stream_report next = stream->report;
    next.fills++;
    stream->time_ns = time_ns;
    for (size_t i = 0; i < in.assets; i++)
        in.exposure[i] = weights[i] + 0.0; // no negative zeros
    revalue(stream, &in);
    publish(stream, &in, &next, report);
    return NACRE_OK;
}
