// SPDX-License-Identifier: Apache-2.0
// The public reader: blocks of trades from a chain of files. Rows go straight from the text into
// the columns of one block; only with a reorder span do they wait in between. What needs the whole
// data (a symbol that never came, a side column that contradicts the prices) is said at its end.
#include "data/reader/reader_open.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/// A side column is judged after this many price moves, and refused above this share against it.
#define SIDE_MOVES_MIN 1000
#define SIDE_AGAINST_PERCENT 70

static void reader_free(nacre_reader *reader)
{
    nacre_ctx *ctx = reader->ctx;
    nacrei_input_close(reader->input);
    nacrei_timezone_close(reader->zone);
    nacrei_reorder_fini(ctx, &reader->reorder);
    nacrei_lines_fini(ctx, &reader->lines);
    nacrei_free(ctx, reader->block_memory, NACREI_READER_BLOCK_ROWS,
                5 * sizeof(int64_t) + sizeof(uint32_t) + 3);
    nacrei_free(ctx, reader->paths, reader->path_count, sizeof *reader->paths);
    nacrei_free(ctx, reader->texts, reader->texts_bytes, 1);
    nacrei_free(ctx, reader, 1, sizeof *reader);
}

nacre_status nacre_reader_open(nacre_ctx *ctx, const char *const *paths, size_t path_count,
                               const nacre_reader_options *options, nacre_reader **out,
                               nacre_error *err)
{
    *out = NULL;
    nacre_reader_options defaults;
    nacre_reader_options_init(&defaults);
    nacre_reader *reader;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *reader, "reader", &reader, err);
    if (status)
        return status;
    reader->ctx = ctx;
    status = nacrei_reader_prepare(reader, paths, path_count, options ? options : &defaults, err);
    bool more = false;
    if (!status)
        status = nacrei_reader_advance(reader, &more, err);
    if (!status)
        status = nacrei_reader_make_instrument(reader, err);
    if (status) {
        reader_free(reader);
        return status;
    }
    *out = reader;
    return NACRE_OK;
}

void nacre_reader_close(nacre_reader *reader)
{
    if (reader)
        reader_free(reader);
}

const nacre_instrument *nacre_reader_instrument(const nacre_reader *reader)
{
    return &reader->instrument;
}

const nacre_reader_stats *nacre_reader_get_stats(const nacre_reader *reader)
{
    return &reader->stats;
}

// ---- rows into the block ---------------------------------------------------------------------

static inline void store_row(nacre_reader *reader, const nacrei_row *row)
{
    nacrei_block *block = &reader->block;
    const bool *has = reader->layout.has;
    size_t at = block->rows++;
    block->ts_event[at] = row->ts_event;
    block->price[at] = row->price;
    block->size[at] = row->size;
    block->seq[at] = row->seq;
    if (has[NACREI_COLUMN_TS_RECV])
        block->ts_recv[at] = row->ts_recv;
    block->side[at] = row->side;
    if (has[NACREI_COLUMN_VENUE]) {
        block->conditions[at] = row->conditions;
        block->flags[at] = row->flags;
        block->venue[at] = row->venue;
    }
}

/// "1.5 s", "3 ms", "250 ns"
static void format_span(char out[40], int64_t ns)
{
    double value = (double)ns;
    if (ns >= NACREI_NS_PER_SECOND)
        (void)snprintf(out, 40, "%.6g s", value / 1e9);
    else if (ns >= 1000000)
        (void)snprintf(out, 40, "%.6g ms", value / 1e6);
    else
        (void)snprintf(out, 40, "%" PRId64 " ns", ns);
}

static nacre_status fail_order(const nacre_reader *reader, const nacrei_row *row, nacre_error *err)
{
    uint64_t line = reader->lines.line - 1;
    int64_t late = INT64_MAX; // a step across the whole range would overflow
    (void)__builtin_sub_overflow(reader->newest_ns, row->ts_event, &late);
    char span[40];
    format_span(span, late > 0 ? late : INT64_MAX);
    char remedy[96] =
        "the times or the order of the files are wrong, or pass a longer --reorder MS";
    if (late > 0 && late <= 3600 * NACREI_NS_PER_SECOND)
        (void)snprintf(remedy, sizeof remedy,
                       "pass --reorder %" PRId64 " or more to put late prints in order",
                       late / 1000000 + 1);
    return nacrei_fail(err, NACRE_E_ORDER, "%s:%" PRIu64 ":1: event time steps back by %s%s%s; %s",
                       reader->input->place, line, span,
                       reader->options.reorder_ns ? ", more than --reorder allows" : "",
                       reader->unit_line == line ? " where the time unit changes" : "", remedy);
}

static nacre_status take_row(nacre_reader *reader, nacrei_row *row, nacre_error *err)
{
    bool late = row->ts_event < reader->newest_ns;
    if (late && reader->newest_ns - row->ts_event > reader->options.reorder_ns)
        return fail_order(reader, row, err);
    reader->stats.reordered_rows += late;
    if (!late)
        reader->newest_ns = row->ts_event;
    if (!reader->layout.has[NACREI_COLUMN_SEQ])
        row->seq = (int64_t)reader->arrivals;
    reader->arrivals++;
    reader->member_rows++;
    if (reader->options.reorder_ns > 0)
        return nacrei_reorder_push(reader->ctx, &reader->reorder, row, err);
    store_row(reader, row);
    return NACRE_OK;
}

static bool is_bad_row(nacre_status status)
{
    return status == NACRE_E_PARSE || status == NACRE_E_RANGE || status == NACRE_E_NONFINITE;
}

static void count_bad_row(nacre_reader *reader, const nacre_error *why)
{
    nacre_reader_stats *stats = &reader->stats;
    if (stats->bad_rows < NACRE_READER_BAD_SAMPLES)
        (void)snprintf(stats->bad_samples[stats->bad_rows], sizeof stats->bad_samples[0], "%.*s",
                       (int)sizeof stats->bad_samples[0] - 1, why->message);
    stats->bad_rows++;
    reader->lines.next = (const char *)rawmemchr(reader->lines.next, '\n') + 1;
    reader->lines.line++;
}

/// Remembers a blank line at lines.next; only more of them may follow.
static bool take_blank_line(nacre_reader *reader)
{
    nacrei_lines *lines = &reader->lines;
    const char *p = lines->next;
    if (*p != '\n' && !(*p == '\r' && p[1] == '\n'))
        return false;
    if (reader->blank_line == 0)
        reader->blank_line = lines->line;
    lines->next = p + 1 + (*p == '\r');
    lines->line++;
    return true;
}

static nacre_status next_row(nacre_reader *reader, nacre_error *err)
{
    if (take_blank_line(reader))
        return NACRE_OK;
    if (reader->blank_line != 0)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:%" PRIu64 ":1: a blank line between records; remove it",
                           reader->input->place, reader->blank_line);
    nacrei_row row = {0};
    nacre_error why;
    nacre_status status = nacrei_row_parse(reader, &row, &why);
    if (status == NACRE_OK && !reader->row_foreign)
        return take_row(reader, &row, err);
    if (status == NACRE_OK) {
        reader->stats.foreign_rows++;
        return NACRE_OK;
    }
    if (reader->options.skip_bad && is_bad_row(status)) {
        count_bad_row(reader, &why);
        return NACRE_OK;
    }
    if (err)
        *err = why;
    return status;
}

/// Rows from the files into the block, or into the waiting room, until the window is used up.
static nacre_status read_rows(nacre_reader *reader, nacre_error *err)
{
    nacrei_lines *lines = &reader->lines;
    while (lines->next < lines->complete && reader->block.rows < NACREI_READER_BLOCK_ROWS) {
        nacre_status status = next_row(reader, err);
        if (status)
            return status;
        if (reader->options.reorder_ns > 0)
            break; // first let out what no longer has to wait
    }
    return NACRE_OK;
}

static nacre_status refill(nacre_reader *reader, nacre_error *err)
{
    nacre_status status = nacrei_lines_fill(&reader->lines, reader->input, err);
    reader->stats.bytes_in = reader->bytes_done + reader->input->consumed;
    if (status || reader->lines.next < reader->lines.complete)
        return status;
    bool more;
    status = nacrei_reader_advance(reader, &more, err);
    if (!status && !more) {
        reader->finished = true;
        reader->stats.bytes_in = reader->bytes_done;
    }
    return status;
}

static nacre_status fill_block(nacre_reader *reader, nacre_error *err)
{
    nacrei_row row;
    while (reader->block.rows < NACREI_READER_BLOCK_ROWS) {
        int64_t limit = reader->finished ? INT64_MAX
                        : reader->newest_ns == INT64_MIN
                            ? INT64_MIN
                            : reader->newest_ns - reader->options.reorder_ns;
        if (nacrei_reorder_pop(&reader->reorder, limit, &row)) {
            store_row(reader, &row);
            continue;
        }
        if (reader->finished)
            break;
        nacre_status status = reader->lines.next < reader->lines.complete ? read_rows(reader, err)
                                                                          : refill(reader, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

// ---- at the end of a block and of the data -----------------------------------------------------

static void count_recv_before_event(nacre_reader *reader)
{
    const nacrei_block *block = &reader->block;
    uint64_t count = 0;
    if (!reader->layout.has[NACREI_COLUMN_TS_RECV])
        return;
    for (size_t i = 0; i < block->rows; i++)
        count += block->ts_recv[i] < block->ts_event[i];
    reader->stats.recv_before_event_rows += count;
}

static void check_sides(nacre_reader *reader)
{
    const nacrei_block *block = &reader->block;
    nacrei_side_check check = reader->side_check;
    for (size_t i = 0; i < block->rows; i++) {
        int64_t price = block->price[i];
        if (check.last_price == 0)
            check.last_price = price;
        int move = (price > check.last_price) - (price < check.last_price);
        int sense = move * block->side[i];
        check.moves += sense != 0;
        check.against += sense < 0;
        check.last_price = price;
    }
    reader->side_check = check;
}

static nacre_status judge_sides(const nacre_reader *reader, nacre_error *err)
{
    const nacrei_side_check *check = &reader->side_check;
    if (reader->options.side_as_is || check->moves < SIDE_MOVES_MIN ||
        check->against * 100 <= check->moves * SIDE_AGAINST_PERCENT)
        return NACRE_OK;
    char shown[NACREI_INPUT_PLACE_BYTES];
    nacrei_input_shorten(shown, sizeof shown, reader->paths[0]);
    return nacrei_fail(err, NACRE_E_PARSE,
                       "%s: the side column looks inverted: %.0f %% of %" PRIu64
                       " price moves go against it (upticks marked sell, downticks buy); map it as "
                       "is_buyer_maker or pass --side-as-is",
                       shown, 100.0 * (double)check->against / (double)check->moves, check->moves);
}

static nacre_status judge_symbol(const nacre_reader *reader, nacre_error *err)
{
    if (!reader->symbol_filter || reader->stats.foreign_rows == 0 || reader->arrivals > 0)
        return NACRE_OK;
    char seen[200] = "", shown[NACREI_INPUT_PLACE_BYTES];
    nacrei_input_shorten(shown, sizeof shown, reader->paths[0]);
    for (size_t i = 0; i < reader->symbol_count; i++) {
        size_t used = strlen(seen);
        (void)snprintf(seen + used, sizeof seen - used, "%s%s", i ? ", " : "", reader->symbols[i]);
    }
    return nacrei_fail(err, NACRE_E_NOTFOUND, "%s: no row of symbol %s; there are %s%s", shown,
                       reader->instrument.symbol, seen,
                       reader->symbol_count == NACREI_READER_SYMBOLS ? " and more" : "");
}

static void view_block(const nacre_reader *reader, nacre_trades *out)
{
    const nacrei_block *block = &reader->block;
    const bool *has = reader->layout.has;
    bool sides = has[NACREI_COLUMN_SIDE] || has[NACREI_COLUMN_BUYER_MAKER];
    bool marks = has[NACREI_COLUMN_VENUE];
    *out = (nacre_trades){
        .rows = block->rows,
        .ts_event = block->ts_event,
        .ts_recv = has[NACREI_COLUMN_TS_RECV] ? block->ts_recv : NULL,
        .price = block->price,
        .size = block->size,
        .seq = block->seq,
        .conditions = marks ? block->conditions : NULL,
        .side = sides ? block->side : NULL,
        .flags = marks ? block->flags : NULL,
        .venue = marks ? block->venue : NULL,
    };
}

nacre_status nacre_reader_next(nacre_reader *reader, nacre_trades *out, nacre_error *err)
{
    memset(out, 0, sizeof *out);
    if (reader->failed)
        return nacrei_fail(err, NACRE_E_STATE, "the reader failed before; it can only be closed");
    reader->block.rows = 0;
    nacre_status status = fill_block(reader, err);
    if (!status && reader->block.rows == 0) {
        status = judge_symbol(reader, err);
        if (!status)
            status = judge_sides(reader, err);
    }
    if (status) {
        reader->failed = true;
        return status;
    }
    if (reader->layout.has[NACREI_COLUMN_TS_RECV])
        count_recv_before_event(reader);
    if (reader->layout.has[NACREI_COLUMN_SIDE] || reader->layout.has[NACREI_COLUMN_BUYER_MAKER])
        check_sides(reader);
    reader->stats.rows += reader->block.rows;
    view_block(reader, out);
    return NACRE_OK;
}
