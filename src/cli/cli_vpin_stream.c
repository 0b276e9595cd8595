// SPDX-License-Identifier: Apache-2.0
// A batch computed through the streaming adapter, block by block: what live work does, on history.
// It calls only the public stream functions on the trades and gathers the buckets with the engine's
// own collector; the totals are read from the stream's state, which is why this file knows its
// inside.
#include "cli/cli_vpin_report.h"

#include "core/alloc.h"
#include "engine/vpin/vpin_collect.h"

#include <math.h>

static nacre_trades block_of(const nacre_trades *t, size_t first, size_t rows)
{
    return (nacre_trades){
        .rows = rows,
        .ts_event = t->ts_event + first,
        .price = t->price + first,
        .size = t->size + first,
        .side = t->side ? t->side + first : NULL,
        .flags = t->flags ? t->flags + first : NULL,
    };
}

static nacre_status feed(nacre_ctx *ctx, nacre_vpin_stream *stream, const nacre_trades *trades,
                         const nacre_calendar *calendar, size_t block_rows,
                         nacrei_vpin_collector *collector, nacre_error *err)
{
    nacre_status status = NACRE_OK;
    for (size_t first = 0; first < trades->rows && !status; first += block_rows) {
        size_t left = trades->rows - first;
        nacre_trades block = block_of(trades, first, left < block_rows ? left : block_rows);
        status = nacre_vpin_stream_push(stream, ctx, calendar, &block, nacrei_vpin_collect,
                                        collector, err);
        status = status ? status : collector->status;
    }
    if (!status)
        status = nacre_vpin_stream_flush(stream, ctx, nacrei_vpin_collect, collector, err);
    return status ? status : collector->status;
}

nacre_status cli_vpin_stream(nacre_ctx *ctx, const nacre_trades *trades,
                             const nacre_calendar *calendar, const nacre_vpin_options *options,
                             size_t block_rows, nacre_vpin_result **out, nacre_error *err)
{
    *out = NULL;
    nacre_vpin_options resolved;
    nacre_status status = nacrei_vpin_resolve(options, &resolved, err);
    if (status)
        return status;
    nacrei_vpin_batch_result *result = NULL;
    void *memory = NULL;
    nacre_vpin_stream *stream = NULL;
    size_t bytes = nacre_vpin_stream_bytes(options);
    status = nacrei_alloc(ctx, 1, sizeof *result, "vpin result", &result, err);
    if (!status)
        status = nacrei_alloc(ctx, bytes, 1, "vpin stream", &memory, err);
    if (!status)
        status = nacre_vpin_stream_init(memory, bytes, options, &stream, err);
    nacrei_vpin_collector collector = {.ctx = ctx, .stream = stream, .result = result, .err = err};
    if (!status)
        status = feed(ctx, stream, trades, calendar, block_rows, &collector, err);
    if (!status)
        status = nacrei_vpin_collect_alarms(ctx, result, err);
    if (!status) {
        nacrei_vpin_describe(stream, false, &result->shown);
        *out = &result->shown;
    } else {
        nacre_vpin_result_destroy(ctx, result ? &result->shown : NULL);
    }
    nacrei_free(ctx, memory, bytes, 1);
    return status;
}
