// SPDX-License-Identifier: Apache-2.0
// Opening: everything that can be refused before the first row is refused here. All files are
// looked at before any is read, so that a misspelt last name does not waste the work on the others.
#include "data/reader/reader_open.h"

#include "data/reader/decimal.h"
#include "data/reader/file_name.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define BLOCK_ROW_BYTES (5 * sizeof(int64_t) + sizeof(uint32_t) + 3)

const char *nacrei_reader_short_place(const nacre_reader *reader)
{
    const char *slash = strrchr(reader->input->path, '/');
    return slash ? reader->input->place + (slash + 1 - reader->input->path) : reader->input->place;
}

void nacrei_reader_note(nacre_reader *reader, const char *format, ...)
{
    char line[160];
    va_list args;
    va_start(args, format);
    int length = vsnprintf(line, sizeof line, format, args);
    va_end(args);
    size_t used = strlen(reader->stats.notes);
    if (length > 0 && used + strlen(line) + 2 <= sizeof reader->stats.notes)
        (void)snprintf(reader->stats.notes + used, sizeof reader->stats.notes - used, "%s%s",
                       used ? "\n" : "", line);
}

static nacre_status check_options(const nacre_reader_options *options, size_t path_count,
                                  nacre_error *err)
{
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "reader options of %u bytes, expected %zu: call "
                           "nacre_reader_options_init first",
                           options->struct_size, sizeof *options);
    if (path_count == 0)
        return nacrei_fail(err, NACRE_E_ARG, "no file to read: give at least one");
    if ((unsigned)options->format > NACRE_FORMAT_GENERIC)
        return nacrei_fail(err, NACRE_E_ARG, "unknown format %d", (int)options->format);
    if (options->size_exp < -1 || options->size_exp > (int32_t)NACREI_DECIMAL_SCALE_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "size_exp %d is outside 0 to %u", options->size_exp,
                           NACREI_DECIMAL_SCALE_MAX);
    if (options->columns && options->format != NACRE_FORMAT_AUTO &&
        options->format != NACRE_FORMAT_GENERIC)
        return nacrei_fail(err, NACRE_E_ARG, "--columns only goes with --format generic, not %s",
                           nacre_format_name(options->format));
    int64_t days;
    if (options->date != 0 && !nacrei_days_from_yyyymmdd(options->date, &days))
        return nacrei_fail(err, NACRE_E_ARG, "%d is no date yyyymmdd", options->date);
    if (options->reorder_ns < 0)
        return nacrei_fail(err, NACRE_E_ARG, "the reorder span must not be negative");
    if (options->symbol && strlen(options->symbol) >= sizeof((nacre_instrument *)0)->symbol)
        return nacrei_fail(err, NACRE_E_ARG, "symbol '%.60s' is longer than 31 bytes",
                           options->symbol);
    if (options->venue && strlen(options->venue) >= sizeof((nacre_instrument *)0)->venue)
        return nacrei_fail(err, NACRE_E_ARG, "venue '%.60s' is longer than 15 bytes",
                           options->venue);
    return NACRE_OK;
}

static size_t text_bytes(const char *text)
{
    return text ? strlen(text) + 1 : 0;
}

static const char *copy_text(char **cursor, const char *text)
{
    if (!text)
        return NULL;
    size_t bytes = strlen(text) + 1;
    char *copy = memcpy(*cursor, text, bytes);
    *cursor += bytes;
    return copy;
}

static nacre_status copy_texts(nacre_reader *reader, const char *const *paths, nacre_error *err)
{
    nacre_reader_options *options = &reader->options;
    size_t bytes =
        text_bytes(options->columns) + text_bytes(options->symbol) + text_bytes(options->venue);
    for (size_t i = 0; i < reader->path_count; i++)
        bytes += text_bytes(paths[i]);
    nacre_status status = nacrei_alloc(reader->ctx, bytes, 1, "paths", &reader->texts, err);
    if (status)
        return status;
    reader->texts_bytes = bytes;
    status = nacrei_alloc(reader->ctx, reader->path_count, sizeof *reader->paths, "paths",
                          &reader->paths, err);
    if (status)
        return status;
    char *cursor = reader->texts;
    options->columns = copy_text(&cursor, options->columns);
    options->symbol = copy_text(&cursor, options->symbol);
    options->venue = copy_text(&cursor, options->venue);
    for (size_t i = 0; i < reader->path_count; i++)
        reader->paths[i] = copy_text(&cursor, paths[i]);
    return NACRE_OK;
}

static nacre_status make_block(nacre_reader *reader, nacre_error *err)
{
    const size_t rows = NACREI_READER_BLOCK_ROWS;
    nacre_status status = nacrei_alloc(reader->ctx, rows, BLOCK_ROW_BYTES, "block of trades",
                                       &reader->block_memory, err);
    if (status)
        return status;
    nacrei_block *block = &reader->block;
    block->ts_event = reader->block_memory;
    block->ts_recv = block->ts_event + rows;
    block->price = block->ts_recv + rows;
    block->size = block->price + rows;
    block->seq = block->size + rows;
    block->conditions = (uint32_t *)(void *)(block->seq + rows);
    block->side = (int8_t *)(void *)(block->conditions + rows);
    block->flags = (uint8_t *)(void *)(block->side + rows);
    block->venue = block->flags + rows;
    return NACRE_OK;
}

nacre_status nacrei_reader_prepare(nacre_reader *reader, const char *const *paths,
                                   size_t path_count, const nacre_reader_options *options,
                                   nacre_error *err)
{
    nacre_status status = check_options(options, path_count, err);
    if (status)
        return status;
    reader->options = *options;
    reader->path_count = path_count;
    reader->newest_ns = INT64_MIN;
    reader->hour = -1;
    reader->sized = true;
    for (size_t i = 0; i < path_count; i++) {
        bool sized;
        status = nacrei_input_check(paths[i], &reader->stats.bytes_total, &sized, err);
        if (status)
            return status;
        reader->sized = reader->sized && sized;
    }
    if (!reader->sized)
        reader->stats.bytes_total = 0;
    status = copy_texts(reader, paths, err);
    if (!status)
        status = nacrei_lines_init(reader->ctx, &reader->lines, err);
    if (!status)
        status = make_block(reader, err);
    return status;
}

// ---- the instrument --------------------------------------------------------------------------

/// The first record's symbol, for a file with a symbol column and no symbol asked for.
static nacre_status symbol_of_first_record(nacre_reader *reader, char *out, size_t bytes,
                                           nacre_error *err)
{
    nacrei_lines *lines = &reader->lines;
    if (lines->next == lines->complete) {
        nacre_status status = nacrei_lines_fill(lines, reader->input, err);
        if (status || lines->next == lines->complete)
            return status;
    }
    nacrei_field fields[NACREI_COLUMNS_MAX];
    size_t count =
        nacrei_fields_split(lines->next, nacrei_line_end(lines->next), fields, NACREI_COLUMNS_MAX);
    for (size_t i = 0; count == reader->layout.count && i < count; i++)
        if (reader->layout.columns[i].kind == NACREI_COLUMN_SYMBOL && fields[i].bytes < bytes)
            nacrei_fields_show(out, bytes, &fields[i], 1);
    return NACRE_OK;
}

/// Binance's COIN-M contracts: 100 USD for BTC, 10 USD for every other coin; profit in the coin.
static void make_coin_margined(nacre_instrument *instrument)
{
    const char *usd = strstr(instrument->symbol, "USD");
    size_t coin = usd ? (size_t)(usd - instrument->symbol) : 0;
    if (coin == 0 || coin >= sizeof instrument->settlement)
        return;
    memset(instrument->settlement, 0, sizeof instrument->settlement);
    memcpy(instrument->settlement, instrument->symbol, coin);
    (void)snprintf(instrument->currency, sizeof instrument->currency, "USD");
    instrument->inverse = true;
    instrument->multiplier = strcmp(instrument->settlement, "BTC") == 0 ? 100 : 10;
    instrument->kind = strstr(usd, "_PERP") ? NACRE_KIND_PERPETUAL : NACRE_KIND_FUTURE;
}

static nacre_status names_agree(const nacre_reader *reader, const nacrei_name_hints *first,
                                nacre_error *err)
{
    for (size_t i = 1; i < reader->path_count; i++) {
        nacrei_name_hints hints;
        nacrei_name_hints_parse(reader->paths[i], &hints);
        if (strcmp(hints.symbol, first->symbol) == 0 && strcmp(hints.venue, first->venue) == 0)
            continue;
        char shown[NACREI_INPUT_PLACE_BYTES];
        nacrei_input_shorten(shown, sizeof shown, reader->paths[i]);
        return nacrei_fail(err, NACRE_E_ARG,
                           "%s: by its name %s %s, but the first file is %s %s; read instruments "
                           "apart, or say --symbol when they are one",
                           shown, hints.symbol, hints.venue, first->symbol, first->venue);
    }
    return NACRE_OK;
}

static nacre_status choose_symbol(nacre_reader *reader, const nacrei_name_hints *hints,
                                  char *symbol, size_t bytes, nacre_error *err)
{
    const char *from = "the options";
    nacre_status status = NACRE_OK;
    if (reader->options.symbol) {
        (void)snprintf(symbol, bytes, "%s", reader->options.symbol);
    } else if (reader->layout.has[NACREI_COLUMN_SYMBOL]) {
        from = "the symbol column";
        status = symbol_of_first_record(reader, symbol, bytes, err);
    }
    if (!status && symbol[0] == '\0') {
        from = "the file name";
        status = names_agree(reader, hints, err);
        (void)snprintf(symbol, bytes, "%s", hints->symbol);
    }
    if (status)
        return status;
    if (symbol[0] == '\0')
        return nacrei_fail(err, NACRE_E_ARG,
                           "%s: the file name does not tell a symbol%s; say --symbol",
                           reader->input->path, hints->too_long ? " of at most 31 letters" : "");
    nacrei_reader_note(reader, "symbol %s from %s", symbol, from);
    return NACRE_OK;
}

nacre_status nacrei_reader_make_instrument(nacre_reader *reader, nacre_error *err)
{
    nacrei_name_hints hints;
    nacrei_name_hints_parse(reader->paths[0], &hints);
    char symbol[sizeof reader->instrument.symbol] = "";
    nacre_status status = choose_symbol(reader, &hints, symbol, sizeof symbol, err);
    if (status)
        return status;
    nacre_instrument *instrument = &reader->instrument;
    const char *venue = reader->options.venue ? reader->options.venue : hints.venue;
    bool lean = reader->layout.format == NACRE_FORMAT_LEAN;
    bool coin_margined = strcmp(venue, "CM") == 0;
    if (lean)
        nacre_instrument_equity(instrument, symbol);
    else
        nacre_instrument_crypto(instrument, symbol);
    if (!lean && coin_margined)
        make_coin_margined(instrument);
    else if (!lean && (strcmp(venue, "UM") == 0 || strcmp(venue, "USDM") == 0))
        instrument->kind = NACRE_KIND_PERPETUAL;
    if (venue[0] != '\0')
        (void)snprintf(instrument->venue, sizeof instrument->venue, "%s", venue);
    int32_t size_exp = reader->options.size_exp;
    if (size_exp < 0)
        size_exp = lean || coin_margined ? 0 : 8;
    instrument->size_exp = (uint8_t)size_exp;
    reader->symbol_filter = reader->options.symbol != NULL;
    reader->symbol_bytes = strlen(instrument->symbol);
    nacrei_reader_scale_sizes(reader);
    return NACRE_OK;
}

void nacrei_reader_scale_sizes(nacre_reader *reader)
{
    for (size_t i = 0; i < reader->layout.count; i++)
        if (reader->layout.columns[i].kind == NACREI_COLUMN_SIZE)
            reader->layout.columns[i].scale = reader->instrument.size_exp;
}

// ---- from file to file -----------------------------------------------------------------------

/// LEAN: the zone, and the date when it is not in the lines.
static nacre_status prepare_lean(nacre_reader *reader, nacre_error *err)
{
    if (!reader->zone) {
        nacre_status status =
            nacrei_timezone_open(reader->ctx, "America/New_York", &reader->zone, err);
        if (status)
            return status;
    }
    reader->hour = -1;
    reader->date = 0;
    if (reader->layout.has[NACREI_COLUMN_DATE])
        return NACRE_OK;
    const nacrei_input *input = reader->input;
    const char *member = input->codec == &nacrei_codec_zip ? strrchr(input->place, '(') : NULL;
    int32_t date = member ? nacrei_name_date(member) : 0;
    if (date == 0)
        date = nacrei_name_date(reader->paths[reader->path_next - 1]);
    if (date == 0)
        date = reader->options.date;
    int64_t days;
    if (date == 0 || !nacrei_days_from_yyyymmdd(date, &days))
        return nacrei_fail(err, NACRE_E_ARG,
                           "%s: neither its lines nor its name tell the date; say --date yyyymmdd",
                           input->place);
    reader->date = date;
    reader->date_seconds = days * 86400;
    return NACRE_OK;
}

static void note_layout(nacre_reader *reader)
{
    nacrei_reader_note(reader, "format %s by %s of %s", nacre_format_name(reader->layout.format),
                       reader->options.format != NACRE_FORMAT_AUTO ? "the options"
                       : reader->layout.has_header                 ? "the header"
                                                                   : "the first record",
                       nacrei_reader_short_place(reader));
    if (reader->layout.format != NACRE_FORMAT_GENERIC)
        return;
    static const char *const kind_names[NACREI_COLUMN_KINDS] = {
        NULL, "ts_event", "ts_recv", "price", "size",   "seq", "side", "is_buyer_maker",
        NULL, NULL,       NULL,      NULL,    "symbol", NULL,  NULL};
    char text[140] = "";
    for (size_t i = 0; i < reader->layout.count; i++) {
        const nacrei_column *column = &reader->layout.columns[i];
        size_t used = strlen(text);
        if (column->kind != NACREI_COLUMN_SKIP)
            (void)snprintf(text + used, sizeof text - used, " %s=%s", kind_names[column->kind],
                           column->name);
    }
    nacrei_reader_note(reader, "columns%s", text);
}

/// A later file may order its columns in another way, but all blocks have the same columns.
static nacre_status continue_layout(nacre_reader *reader, const nacrei_layout *before,
                                    nacre_error *err)
{
    for (int kind = NACREI_COLUMN_SKIP + 1; kind < NACREI_COLUMN_DATE; kind++)
        if (reader->layout.has[kind] != before->has[kind])
            return nacrei_fail(err, NACRE_E_PARSE,
                               "%s:1: other columns than the first file has; read the files apart",
                               reader->input->place);
    nacrei_reader_scale_sizes(reader);
    return NACRE_OK;
}

/// Looks at the first line of a member: format, columns, header.
static nacre_status begin_member(nacre_reader *reader, nacre_error *err)
{
    nacrei_lines *lines = &reader->lines;
    nacrei_lines_reset(lines);
    reader->member_rows = 0;
    reader->blank_line = 0;
    reader->unit_line = 0;
    nacre_status status = nacrei_lines_fill(lines, reader->input, err);
    if (status)
        return status;
    static const char mark[] = "\xef\xbb\xbf"; // UTF-8 byte order mark
    if (lines->complete - lines->next >= 3 && memcmp(lines->next, mark, 3) == 0)
        lines->next += 3;
    if (lines->next == lines->complete)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: the file is empty; leave it out",
                           reader->input->place);
    const char *eol = nacrei_line_end(lines->next);
    if (eol == lines->next)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:1:1: the file begins with a blank line; remove it",
                           reader->input->place);
    bool first = reader->layout.count == 0;
    const nacrei_layout before = reader->layout;
    nacre_format format = first ? reader->options.format : reader->layout.format;
    status = nacrei_layout_detect(&reader->layout, format, reader->options.columns,
                                  reader->input->place, lines->next, eol, err);
    if (status)
        return status;
    if (first)
        note_layout(reader);
    else
        status = continue_layout(reader, &before, err);
    if (status)
        return status;
    if (reader->layout.has_header) {
        lines->next = (const char *)rawmemchr(eol, '\n') + 1;
        lines->line++;
    }
    return reader->layout.format == NACRE_FORMAT_LEAN ? prepare_lean(reader, err) : NACRE_OK;
}

nacre_status nacrei_reader_advance(nacre_reader *reader, bool *more, nacre_error *err)
{
    *more = false;
    nacre_status status;
    if (reader->input) {
        status = nacrei_input_next(reader->input, more, err);
        if (status)
            return status;
        if (!*more) {
            reader->bytes_done += reader->input->consumed;
            nacrei_input_close(reader->input);
            reader->input = NULL;
        }
    }
    if (!*more) {
        if (reader->path_next == reader->path_count)
            return NACRE_OK;
        status =
            nacrei_input_open(reader->ctx, reader->paths[reader->path_next], &reader->input, err);
        if (status)
            return status;
        reader->path_next++;
        *more = true;
    }
    return begin_member(reader, err);
}
