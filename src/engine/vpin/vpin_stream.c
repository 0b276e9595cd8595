// SPDX-License-Identifier: Apache-2.0
// The streaming adapter. A block is rehearsed on a copy of the cursor first; what the rehearsal
// accepts cannot fail any more, so a refused block leaves the state as it was. Feeding allocates
// nothing, locks nothing and calls no operating system.
#include "core/status.h"
#include "engine/vpin/vpin_state.h"

#include <math.h>
#include <string.h>

#define CLOSINGS_MAX 16777216 ///< buckets that one bar or run of trades may fill; as in a batch

const nacrei_state_kind nacrei_vpin_stream_kind = {
    .name = "vpin",
    .prefix = "nacre_vpin_stream",
    .inputs = "trades",
    .magic = NACREI_VPIN_MAGIC,
    .version = NACREI_VPIN_VERSION,
    .header_bytes = sizeof(nacre_vpin_stream),
};

nacrei_vpin_layout nacrei_vpin_layout_of(const nacre_vpin_options *options)
{
    // The resolved options bound every count: no product here comes near 2^32.
    nacrei_vpin_layout layout = {.total = sizeof(nacre_vpin_stream)};
    size_t cdf = nacrei_vpin_is_research(options) ? 0 : nacrei_cdf_bytes(options->cdf_window);
    layout.sessions =
        nacrei_state_place(&layout.total, options->lookback, sizeof(nacrei_vpin_session));
    layout.ratios = nacrei_state_place(&layout.total, options->window, sizeof(int64_t));
    layout.cdf = nacrei_state_place(&layout.total, cdf, 1);
    return layout;
}

nacre_vpin_stream *nacrei_vpin_stream_begin(void *memory, const nacre_vpin_options *resolved)
{
    nacrei_vpin_layout layout = nacrei_vpin_layout_of(resolved);
    nacrei_state_begin(&nacrei_vpin_stream_kind, memory, layout.total);
    nacre_vpin_stream *stream = memory;
    stream->options = *resolved;
    stream->sigma = stream->last_vpin = stream->last_cdf = (double)NAN;
    nacrei_vpin_cursor_init(&stream->cursor, resolved);
    if (!nacrei_vpin_is_research(resolved))
        nacrei_cdf_init((nacrei_cdf *)(void *)((char *)memory + layout.cdf), resolved->cdf_window);
    return stream;
}

size_t nacre_vpin_stream_bytes(const nacre_vpin_options *options)
{
    nacre_vpin_options resolved;
    if (nacrei_vpin_resolve(options, &resolved, NULL))
        return 0;
    return nacrei_vpin_layout_of(&resolved).total;
}

nacre_status nacre_vpin_stream_init(void *memory, size_t bytes, const nacre_vpin_options *options,
                                    nacre_vpin_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_vpin_options resolved;
    nacre_status status = nacrei_vpin_resolve(options, &resolved, err);
    if (status)
        return status;
    if (nacrei_vpin_is_research(&resolved))
        return nacrei_fail(err, NACRE_E_ARG,
                           "mode %s looks at the full sample and cannot run live: take causal or "
                           "aggressor",
                           nacre_vpin_mode_name(resolved.mode));
    if (!resolved.bucket_volume && resolved.warmup == NACRE_VPIN_WARMUP_FIRST_SESSION)
        return nacrei_fail(err, NACRE_E_ARG,
                           "warm-up first_session looks ahead and cannot run live: give "
                           "--bucket-volume or --warmup skip");
    if (!resolved.bucket_volume && resolved.warmup == NACRE_VPIN_WARMUP_REFUSE)
        return nacrei_fail(err, NACRE_E_STATE,
                           "no bucket volume for the first session: give --bucket-volume or "
                           "--warmup skip");
    status = nacrei_state_check_memory(&nacrei_vpin_stream_kind, memory, bytes,
                                       nacrei_vpin_layout_of(&resolved).total, err);
    if (status)
        return status;
    *out = nacrei_vpin_stream_begin(memory, &resolved);
    return NACRE_OK;
}

nacre_status nacrei_vpin_rows_of(const nacre_trades *trades, const nacre_vpin_options *options,
                                 nacrei_vpin_rows *out, nacre_error *err)
{
    *out = (nacrei_vpin_rows){trades->rows, trades->ts_event, trades->price,
                              trades->size, trades->flags,    trades->side};
    if (!trades->rows)
        return NACRE_OK;
    if (!trades->ts_event || !trades->price || !trades->size)
        return nacrei_fail(err, NACRE_E_ARG, "vpin needs the columns ts_event, price and size");
    if (!trades->side && options->classify == NACRE_VPIN_CLASSIFY_SIDE)
        return nacrei_fail(err, NACRE_E_ARG,
                           "classification by side needs the column side, and these trades have "
                           "none: take a mode with bulk volume classification (--classify bvc)");
    return NACRE_OK;
}

nacre_status nacrei_vpin_apply(nacre_vpin_stream *stream, nacre_ctx *ctx,
                               const nacre_calendar *calendar, const nacrei_vpin_rows *rows,
                               nacre_vpin_sink sink, void *user, nacre_error *err)
{
    size_t row = 0;
    for (;;) {
        nacrei_vpin_step step;
        nacre_status status =
            nacrei_vpin_cursor_next(&stream->cursor, calendar, rows, &row, &step, err);
        if (status)
            return status;
        switch (step.event) {
        case NACREI_VPIN_MORE:
            return NACRE_OK;
        case NACREI_VPIN_SESSION:
            nacrei_vpin_enter_session(stream, step.finished_volume, step.gap_ns);
            break;
        case NACREI_VPIN_BAR:
            nacrei_vpin_fill_bar(stream, ctx, &step.bar, sink, user);
            break;
        case NACREI_VPIN_ROWS:
            nacrei_vpin_fill_rows(stream, rows, step.begin, step.end, sink, user);
            break;
        }
    }
}

/// Smallest bucket volume that can be in force; 0 = the session only calibrates.
static int64_t least_bucket(const nacre_vpin_stream *stream)
{
    int64_t open = stream->open.volume, session = stream->session_bucket;
    return open && open < session ? open : session;
}

/// The same after a session of this volume: V is a mean over sessions that include it.
static int64_t least_bucket_after(const nacre_vpin_stream *stream, int64_t session_volume)
{
    const nacre_vpin_options *options = &stream->options;
    if (options->bucket_volume)
        return options->bucket_volume;
    int64_t buckets = (int64_t)options->lookback * options->buckets_per_day;
    return session_volume > buckets ? session_volume / buckets : session_volume > 0;
}

/// One print far out of scale would otherwise keep the caller in push for hours.
static nacre_status check_closings(int64_t volume, int64_t bucket, uint64_t trades,
                                   nacre_error *err)
{
    if (bucket == 0 || volume / bucket < CLOSINGS_MAX)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_LIMIT,
                       "volume %lld up to trade %llu (counted from 0) would fill more than %d "
                       "buckets of %lld at once: check its size, or --bucket-volume",
                       (long long)volume, (unsigned long long)(trades ? trades - 1 : 0),
                       CLOSINGS_MAX, (long long)bucket);
}

/// Whether the block can be taken, on a copy of the cursor.
static nacre_status rehearse(const nacre_vpin_stream *stream, const nacre_calendar *calendar,
                             const nacrei_vpin_rows *rows, nacre_error *err)
{
    nacrei_vpin_cursor cursor = stream->cursor;
    nacrei_vpin_step step = {.event = NACREI_VPIN_ROWS};
    int64_t bucket = least_bucket(stream);
    size_t row = 0;
    while (step.event != NACREI_VPIN_MORE) {
        nacre_status status = nacrei_vpin_cursor_next(&cursor, calendar, rows, &row, &step, err);
        if (status)
            return status;
        // A finished bar or run of rows still stands in the cursor; so does the open one at the
        // end.
        int64_t volume = cursor.bar.volume + cursor.bar.auction_volume;
        if (step.event == NACREI_VPIN_SESSION)
            bucket = least_bucket_after(stream, step.finished_volume);
        else if (cursor.bar_is_open || step.event != NACREI_VPIN_MORE)
            status = check_closings(volume, bucket, cursor.row_count, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

nacre_status nacre_vpin_stream_push(nacre_vpin_stream *stream, nacre_ctx *ctx,
                                    const nacre_calendar *calendar, const nacre_trades *block,
                                    nacre_vpin_sink sink, void *user, nacre_error *err)
{
    nacrei_vpin_rows rows;
    nacre_status status = nacrei_vpin_rows_of(block, &stream->options, &rows, err);
    if (!status)
        status = rehearse(stream, calendar, &rows, err);
    if (status)
        return status;
    return nacrei_vpin_apply(stream, ctx, calendar, &rows, sink, user, err);
}

nacre_status nacre_vpin_stream_flush(nacre_vpin_stream *stream, nacre_ctx *ctx,
                                     nacre_vpin_sink sink, void *user, nacre_error *err)
{
    nacrei_vpin_step step;
    nacre_status status = nacrei_vpin_cursor_flush(&stream->cursor, &step, err);
    if (status)
        return status;
    if (step.event == NACREI_VPIN_BAR)
        nacrei_vpin_fill_bar(stream, ctx, &step.bar, sink, user);
    return NACRE_OK;
}

void nacre_vpin_stream_seal(nacre_vpin_stream *stream)
{
    nacrei_state_seal(&stream->header);
}

/// Ring positions that the code relies on: a checksum does not tell who computed it.
static bool positions_hold(const nacre_vpin_stream *stream)
{
    const nacre_vpin_options *options = &stream->options;
    const nacrei_cdf *cdf = (const nacrei_cdf *)(const void *)((const char *)stream +
                                                               nacrei_vpin_layout_of(options).cdf);
    return stream->session_head < options->lookback && stream->session_count <= options->lookback &&
           stream->ratio_head < options->window && stream->ratio_count <= options->window &&
           stream->open.filled >= 0 && stream->open.filled <= stream->open.volume &&
           stream->cursor.bar_ns == options->bar_ns && cdf->capacity == options->cdf_window &&
           cdf->count <= cdf->capacity && cdf->head < cdf->capacity;
}

nacre_status nacre_vpin_stream_restore(void *memory, size_t bytes, nacre_vpin_stream **out,
                                       nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_state_open(&nacrei_vpin_stream_kind, memory, bytes, err);
    if (status)
        return status;
    nacre_vpin_stream *stream = memory;
    nacre_vpin_options resolved;
    if (!nacrei_state_is_bool(&stream->options.reset_session) ||
        nacrei_vpin_resolve(&stream->options, &resolved, NULL) ||
        nacrei_vpin_is_research(&resolved) ||
        stream->header.bytes != nacrei_vpin_layout_of(&resolved).total || !positions_hold(stream))
        return nacrei_state_refuse(&nacrei_vpin_stream_kind, err);
    *out = stream;
    return NACRE_OK;
}

void nacre_vpin_stream_provisional(const nacre_vpin_stream *stream, int64_t now_ns,
                                   nacre_vpin_provisional *out)
{
    const nacre_vpin_options *options = &stream->options;
    const nacrei_vpin_open_bucket *open = &stream->open;
    *out = (nacre_vpin_provisional){
        .vpin = (double)NAN,
        .fill = open->volume ? (double)open->filled / (double)open->volume : 0.0,
        .age_ns = stream->bucket_count ? now_ns - stream->last_end_ns : -1,
        .last_vpin = stream->last_vpin,
        .last_cdf = stream->last_cdf,
        .buckets = stream->bucket_count,
    };
    if (stream->ratio_count < options->window)
        return;
    const int64_t *ratios = (const int64_t *)(const void *)((const char *)stream +
                                                            nacrei_vpin_layout_of(options).ratios);
    // The ring is full, so its head is the oldest. The part of it that the open bucket displaces
    // leaves, and the open bucket's own |B - S| over the whole V comes in.
    double leaving = out->fill * (double)ratios[stream->ratio_head];
    double coming = out->fill * (double)nacrei_vpin_ratio(open->buy, open->filled);
    double scale = ldexp((double)options->window, NACREI_VPIN_RATIO_BITS);
    out->vpin = ((double)stream->ratio_sum - leaving + coming) / scale;
}
