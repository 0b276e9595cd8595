// SPDX-License-Identifier: Apache-2.0
// From paths to trades in memory. A tape stays where it is (mapped); files are read block by block
// into growing columns. A column that no block has is left NULL, which means zeros, and costs
// nothing.
#include "cli/cli_trades.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "core/timezone.h"

#include <string.h>
#include <sys/stat.h>

typedef enum column_id {
    COLUMN_TS_EVENT,
    COLUMN_TS_RECV,
    COLUMN_PRICE,
    COLUMN_SIZE,
    COLUMN_SEQ,
    COLUMN_CONDITIONS,
    COLUMN_SIDE,
    COLUMN_FLAGS,
    COLUMN_VENUE,
    COLUMNS
} column_id;

// The instrument column is not kept: one load holds one instrument.
static const struct {
    const char *name;
    size_t bytes, field;
} columns[COLUMNS] = {
    {"ts_event", 8, offsetof(nacre_trades, ts_event)},
    {"ts_recv", 8, offsetof(nacre_trades, ts_recv)},
    {"price", 8, offsetof(nacre_trades, price)},
    {"size", 8, offsetof(nacre_trades, size)},
    {"seq", 8, offsetof(nacre_trades, seq)},
    {"conditions", 4, offsetof(nacre_trades, conditions)},
    {"side", 1, offsetof(nacre_trades, side)},
    {"flags", 1, offsetof(nacre_trades, flags)},
    {"venue", 1, offsetof(nacre_trades, venue)},
};

struct cli_trades_store {
    nacre_tape *tape;
    unsigned char *data[COLUMNS];
    size_t capacity[COLUMNS];
    size_t rows;
};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

static const void *block_column(const nacre_trades *block, column_id id)
{
    const void *column;
    memcpy(&column, (const char *)block + columns[id].field, sizeof column);
    return column;
}

static nacre_status append_block(nacre_ctx *ctx, struct cli_trades_store *store,
                                 const nacre_trades *block, nacre_error *err)
{
    for (column_id id = 0; id < COLUMNS; id++) {
        const void *from = block_column(block, id);
        size_t bytes = columns[id].bytes, needed = store->rows + block->rows;
        if (!from && !store->data[id])
            continue;
        bool is_new = !store->data[id];
        nacre_status status = nacrei_grow(ctx, &store->data[id], &store->capacity[id], needed,
                                          bytes, columns[id].name, err);
        if (status)
            return status;
        if (is_new)
            memset(store->data[id], 0, store->rows * bytes);
        if (from)
            memcpy(store->data[id] + store->rows * bytes, from, block->rows * bytes);
        else
            memset(store->data[id] + store->rows * bytes, 0, block->rows * bytes);
    }
    store->rows += block->rows;
    return NACRE_OK;
}

static nacre_status read_blocks(nacre_ctx *ctx, nacre_reader *reader, nacre_progress_fn progress,
                                void *user, struct cli_trades_store *store, nacre_error *err)
{
    for (;;) {
        nacre_trades block;
        nacre_status status = nacre_reader_next(reader, &block, err);
        if (status || block.rows == 0)
            return status;
        status = append_block(ctx, store, &block, err);
        if (status)
            return status;
        const nacre_reader_stats *stats = nacre_reader_get_stats(reader);
        if (progress && !progress(user, stats->bytes_in, stats->bytes_total))
            return nacrei_fail(err, NACRE_E_CANCELLED, "reading was cancelled");
    }
}

static void view_store(const struct cli_trades_store *store, nacre_trades *out)
{
    *out = (nacre_trades){.rows = store->rows};
    for (column_id id = 0; id < COLUMNS; id++)
        memcpy((char *)out + columns[id].field, &store->data[id], sizeof store->data[id]);
}

static nacre_status load_files(nacre_ctx *ctx, const char *const *paths, size_t count,
                               const nacre_reader_options *options, nacre_progress_fn progress,
                               void *user, cli_trades *trades, nacre_error *err)
{
    nacre_reader *reader = NULL;
    nacre_status status = nacre_reader_open(ctx, paths, count, options, &reader, err);
    if (!status)
        status = read_blocks(ctx, reader, progress, user, trades->store, err);
    if (!status && trades->store->rows == 0)
        status = nacrei_fail(err, NACRE_E_PARSE, "%s: there is no trade in it", paths[0]);
    if (!status) {
        trades->instrument = *nacre_reader_instrument(reader);
        trades->stats = *nacre_reader_get_stats(reader);
        view_store(trades->store, &trades->trades);
    }
    nacre_reader_close(reader);
    return status;
}

static nacre_status load_tape(nacre_ctx *ctx, const char *path, cli_trades *trades,
                              nacre_error *err)
{
    nacre_status status = nacre_tape_open(ctx, path, &trades->store->tape, err);
    if (status)
        return status;
    trades->from_tape = true;
    trades->instrument = nacre_tape_get_info(trades->store->tape)->instrument;
    nacre_tape_view(trades->store->tape, &trades->trades);
    trades->stats.rows = trades->trades.rows;
    return NACRE_OK;
}

nacre_status cli_trades_load(nacre_ctx *ctx, const char *const *paths, size_t count,
                             const nacre_reader_options *options, nacre_progress_fn progress,
                             void *user, cli_trades **out, nacre_error *err)
{
    *out = NULL;
    size_t folders = 0;
    for (size_t i = 0; i < count; i++)
        folders += is_folder(paths[i]);
    if (count == 0 || (folders && count > 1))
        return nacrei_fail(err, NACRE_E_ARG,
                           "give one tape, or the files of one instrument (%zu tapes among %zu "
                           "operands)",
                           folders, count);
    int64_t begin_ns = nacrei_monotonic_ns();
    cli_trades *trades = NULL;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *trades, "trades", &trades, err);
    if (!status)
        status = nacrei_alloc(ctx, 1, sizeof *trades->store, "columns", &trades->store, err);
    if (!status)
        status = folders ? load_tape(ctx, paths[0], trades, err)
                         : load_files(ctx, paths, count, options, progress, user, trades, err);
    if (status) {
        cli_trades_unload(ctx, trades);
        return status;
    }
    trades->read_seconds = (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
    *out = trades;
    return NACRE_OK;
}

void cli_trades_unload(nacre_ctx *ctx, cli_trades *trades)
{
    if (!trades)
        return;
    struct cli_trades_store *store = trades->store;
    if (store) {
        nacre_tape_close(store->tape);
        for (column_id id = 0; id < COLUMNS; id++)
            nacrei_free(ctx, store->data[id], store->capacity[id], columns[id].bytes);
        nacrei_free(ctx, store, 1, sizeof *store);
    }
    nacrei_free(ctx, trades, 1, sizeof *trades);
}

nacre_status cli_trades_identify(nacre_ctx *ctx, const char *path,
                                 const nacre_reader_options *options, nacre_instrument *out,
                                 nacre_error *err)
{
    nacre_status status;
    if (is_folder(path)) {
        nacre_tape *tape = NULL;
        status = nacre_tape_open(ctx, path, &tape, err);
        if (!status)
            *out = nacre_tape_get_info(tape)->instrument;
        nacre_tape_close(tape);
        return status;
    }
    nacre_reader *reader = NULL;
    status = nacre_reader_open(ctx, &path, 1, options, &reader, err);
    if (!status)
        *out = *nacre_reader_instrument(reader);
    nacre_reader_close(reader);
    return status;
}

/// --format by name; says which there are.
static bool parse_format(const cli_args *args, nacre_reader_options *options)
{
    const char *names[NACRE_FORMAT_GENERIC + 1];
    for (int i = 0; i <= NACRE_FORMAT_GENERIC; i++)
        names[i] = nacre_format_name((nacre_format)i);
    int format = (int)options->format;
    if (!cli_choice(args, "format", names, NACRE_FORMAT_GENERIC + 1, &format))
        return false;
    options->format = (nacre_format)format;
    return true;
}

bool cli_parse_reader(const cli_args *args, nacre_reader_options *options)
{
    int64_t size_exp = -1, date = 0, reorder_ms = 0, days;
    nacre_reader_options_init(options);
    if (!parse_format(args, options) || !cli_int(args, "size-exp", 0, 9, &size_exp) ||
        !cli_int(args, "date", 10101, 99991231, &date) ||
        !cli_int(args, "reorder", 0, 86400000, &reorder_ms))
        return false;
    if (date && !nacrei_days_from_yyyymmdd((int32_t)date, &days)) {
        (void)cli_usage(args, "--date: %lld is no day of the calendar", (long long)date);
        return false;
    }
    options->columns = cli_value(args, "columns");
    options->symbol = cli_value(args, "symbol");
    options->venue = cli_value(args, "venue");
    options->size_exp = (int32_t)size_exp;
    options->date = (int32_t)date;
    options->round = cli_has(args, "round");
    options->skip_bad = cli_has(args, "skip-bad");
    options->side_as_is = cli_has(args, "side-as-is");
    options->reorder_ns = reorder_ms * 1000000;
    return true;
}
