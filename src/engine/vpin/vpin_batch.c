// SPDX-License-Identifier: Apache-2.0
// A batch is the fold of the streaming step over all trades: it runs the stream's own code on the
// stream's own state and collects the buckets. The research modes survey the sample first (sigma,
// V), then run the same step, then rank every value among all of them.
#include "core/alloc.h"
#include "engine/vpin/vpin_collect.h"

#include <math.h>

#define PIECE_ROWS 65536 ///< rows between two looks at the collector's status

/// What the figures that look ahead are made of.
typedef struct survey {
    nacrei_vpin_sums sums;
    uint64_t sessions;
    int64_t volume;
} survey;

/// Walks the sample, or its first session only.
static nacre_status take_survey(const nacrei_vpin_rows *rows, const nacre_calendar *calendar,
                                const nacre_vpin_options *options, bool first_session_only,
                                survey *out, nacre_error *err)
{
    *out = (survey){0};
    nacrei_vpin_cursor cursor;
    nacrei_vpin_cursor_init(&cursor, options);
    nacrei_vpin_step step = {.event = NACREI_VPIN_ROWS};
    size_t row = 0;
    while (step.event != NACREI_VPIN_MORE) {
        nacre_status status = nacrei_vpin_cursor_next(&cursor, calendar, rows, &row, &step, err);
        if (status)
            return status;
        if (step.event == NACREI_VPIN_BAR)
            nacrei_vpin_sums_add(&out->sums, step.bar.dp);
        if (step.event == NACREI_VPIN_SESSION && first_session_only && cursor.session_count == 2) {
            out->sessions = 1;
            out->volume = step.finished_volume;
            return NACRE_OK;
        }
    }
    nacre_status status = nacrei_vpin_cursor_flush(&cursor, &step, err);
    if (status)
        return status;
    if (step.event == NACREI_VPIN_BAR)
        nacrei_vpin_sums_add(&out->sums, step.bar.dp);
    out->sessions = cursor.session_count;
    out->volume = cursor.total_volume;
    return NACRE_OK;
}

/// Volume per bucket, at least one size unit; 0 for an empty sample.
static int64_t survey_bucket_volume(const survey *seen, uint32_t buckets_per_day)
{
    if (seen->sessions == 0)
        return 0;
    // A product beyond 63 bits exceeds any volume: the floor is zero, the least bucket is one.
    int64_t buckets;
    if (__builtin_mul_overflow(seen->sessions, (uint64_t)buckets_per_day, &buckets) ||
        seen->volume < buckets)
        return 1;
    return seen->volume / buckets;
}

/// Sets what a stream cannot know: the sample's sigma and V, or the first session's V.
static nacre_status look_ahead(nacre_vpin_stream *stream, const nacrei_vpin_rows *rows,
                               const nacre_calendar *calendar, bool *looked, nacre_error *err)
{
    nacre_vpin_options *options = &stream->options;
    bool research = nacrei_vpin_is_research(options);
    *looked = research;
    if (!research && options->bucket_volume)
        return NACRE_OK;
    if (!research && options->warmup == NACRE_VPIN_WARMUP_SKIP_SESSION)
        return NACRE_OK;
    if (!research && options->warmup == NACRE_VPIN_WARMUP_REFUSE)
        return nacrei_fail(err, NACRE_E_STATE,
                           "no bucket volume for the first session: give --bucket-volume, or "
                           "--warmup skip or first-session");
    survey seen;
    nacre_status status = take_survey(rows, calendar, options, !research, &seen, err);
    if (status)
        return status;
    stream->first_volume = survey_bucket_volume(&seen, options->buckets_per_day);
    if (research) {
        stream->sigma_is_fixed = true;
        stream->sigma = nacrei_vpin_sigma(&seen.sums);
    }
    *looked = true;
    return NACRE_OK;
}

/// The fold: push without rehearsal, then flush.
static nacre_status feed(nacre_vpin_stream *stream, nacre_ctx *ctx, const nacre_calendar *calendar,
                         const nacrei_vpin_rows *rows, nacrei_vpin_collector *collector,
                         nacre_error *err)
{
    nacre_status status = NACRE_OK;
    for (size_t at = 0; !status && at < rows->count; at += PIECE_ROWS) {
        size_t count = rows->count - at < PIECE_ROWS ? rows->count - at : PIECE_ROWS;
        nacrei_vpin_rows piece = {
            .count = count,
            .ts = rows->ts + at,
            .price = rows->price + at,
            .size = rows->size + at,
            .flags = rows->flags ? rows->flags + at : NULL,
            .side = rows->side ? rows->side + at : NULL,
        };
        status =
            nacrei_vpin_apply(stream, ctx, calendar, &piece, nacrei_vpin_collect, collector, err);
        if (!status)
            status = collector->status;
    }
    if (!status)
        status = nacre_vpin_stream_flush(stream, ctx, nacrei_vpin_collect, collector, err);
    return status ? status : collector->status;
}

static nacre_status compute(nacre_ctx *ctx, nacre_vpin_stream *stream, const nacrei_vpin_rows *rows,
                            const nacre_calendar *calendar, nacrei_vpin_batch_result *result,
                            nacre_error *err)
{
    nacrei_vpin_collector collector = {.ctx = ctx, .stream = stream, .result = result, .err = err};
    collector.keep_sums = nacrei_vpin_is_research(&stream->options);
    bool looked;
    nacre_status status = look_ahead(stream, rows, calendar, &looked, err);
    if (!status)
        status = feed(stream, ctx, calendar, rows, &collector, err);
    if (!status && collector.keep_sums)
        status = nacrei_vpin_rank_all(ctx, &stream->options, result, err);
    if (!status)
        status = nacrei_vpin_collect_alarms(ctx, result, err);
    if (!status)
        nacrei_vpin_describe(stream, looked, &result->shown);
    return status;
}

nacre_status nacre_vpin_batch(nacre_ctx *ctx, const nacre_trades *trades,
                              const nacre_calendar *calendar, const nacre_vpin_options *options,
                              nacre_vpin_result **out, nacre_error *err)
{
    *out = NULL;
    nacre_vpin_options resolved;
    nacrei_vpin_rows rows;
    nacre_status status = nacrei_vpin_resolve(options, &resolved, err);
    if (!status)
        status = nacrei_vpin_rows_of(trades, &resolved, &rows, err);
    if (status)
        return status;
    size_t bytes = nacrei_vpin_layout_of(&resolved).total;
    void *memory;
    nacrei_vpin_batch_result *result;
    status = nacrei_alloc(ctx, 1, bytes, "vpin state", &memory, err);
    if (status)
        return status;
    status = nacrei_alloc(ctx, 1, sizeof *result, "vpin result", &result, err);
    if (!status) {
        nacre_vpin_stream *stream = nacrei_vpin_stream_begin(memory, &resolved);
        status = compute(ctx, stream, &rows, calendar, result, err);
        if (status)
            nacre_vpin_result_destroy(ctx, &result->shown);
        else
            *out = &result->shown;
    }
    nacrei_free(ctx, memory, 1, bytes);
    return status;
}
