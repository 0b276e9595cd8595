// SPDX-License-Identifier: Apache-2.0
// Splitting lines into fields and telling the format of a file from its first line: by the names of
// a header, else by the shape of the first record. When two formats would fit, or none, it refuses.
#include "data/reader/layout.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const char *nacrei_line_end(const char *line)
{
    const char *eol = rawmemchr(line, '\n');
    return eol > line && eol[-1] == '\r' ? eol - 1 : eol;
}

const char *nacrei_field_next(const char *p, const char *eol, nacrei_field *field)
{
    if (p < eol && *p == '"') {
        const char *close = memchr(p + 1, '"', (size_t)(eol - p - 1));
        // A doubled quote stands for one; such fields are only ever skipped, so it may stay
        // doubled.
        while (close && close + 1 < eol && close[1] == '"')
            close = memchr(close + 2, '"', (size_t)(eol - close - 2));
        if (!close || (close + 1 < eol && close[1] != ','))
            return NULL;
        *field = (nacrei_field){p + 1, (size_t)(close - p - 1)};
        return close + 1;
    }
    const char *end = memchr(p, ',', (size_t)(eol - p));
    if (!end)
        end = eol;
    *field = (nacrei_field){p, (size_t)(end - p)};
    return memchr(p, '"', (size_t)(end - p)) ? NULL : end;
}

size_t nacrei_fields_split(const char *p, const char *eol, nacrei_field *fields, size_t capacity)
{
    size_t count = 0;
    for (;;) {
        nacrei_field field;
        p = nacrei_field_next(p, eol, &field);
        if (!p)
            return 0;
        if (count < capacity)
            fields[count] = field;
        count++;
        if (p == eol)
            return count;
        p++;
    }
}

void nacrei_fields_show(char *out, size_t bytes, const nacrei_field *fields, size_t count)
{
    size_t used = 0;
    for (size_t i = 0; i < count && used + 1 < bytes; i++) {
        if (i > 0)
            out[used++] = ',';
        for (size_t k = 0; k < fields[i].bytes && used + 1 < bytes; k++)
            out[used++] = isprint((unsigned char)fields[i].text[k]) ? fields[i].text[k] : '?';
    }
    out[used] = '\0';
    if (used + 1 == bytes && used > 3)
        memcpy(out + used - 3, "...", 3);
}

void nacrei_layout_set(nacrei_layout *layout, size_t index, nacrei_column_kind kind, unsigned scale,
                       const char *name, size_t name_bytes)
{
    nacrei_column *column = &layout->columns[index];
    memset(column, 0, sizeof *column);
    column->kind = kind;
    column->scale = scale;
    nacrei_field field = {name, name_bytes};
    nacrei_fields_show(column->name, sizeof column->name, &field, 1);
    layout->has[kind] = true;
}

bool nacrei_time_scale(unsigned digits, unsigned *scale)
{
    if (digits != 10 && digits != 13 && digits != 16 && digits != 19)
        return false;
    *scale = 19 - digits;
    return true;
}

const char *nacrei_time_unit_name(unsigned scale)
{
    return scale == 9 ? "s" : scale == 6 ? "ms" : scale == 3 ? "us" : "ns";
}

// ---- the shapes of single fields -------------------------------------------------------------

static bool is_digits(nacrei_field field)
{
    for (size_t i = 0; i < field.bytes; i++)
        if (!isdigit((unsigned char)field.text[i]))
            return false;
    return field.bytes > 0;
}

static bool is_number(nacrei_field field)
{
    bool digit = false;
    for (size_t i = 0; i < field.bytes; i++) {
        if (isdigit((unsigned char)field.text[i]))
            digit = true;
        else if (!memchr(".eE-+", field.text[i], 5))
            return false;
    }
    return digit;
}

static bool is_named(nacrei_field field, const char *name)
{
    return strlen(name) == field.bytes && strncasecmp(field.text, name, field.bytes) == 0;
}

static bool is_truth(nacrei_field field)
{
    return is_named(field, "true") || is_named(field, "false");
}

static bool is_epoch(nacrei_field field)
{
    unsigned scale;
    return is_digits(field) && field.bytes < 20 && nacrei_time_scale((unsigned)field.bytes, &scale);
}

static bool is_hex_or_empty(nacrei_field field)
{
    for (size_t i = 0; i < field.bytes; i++)
        if (!isxdigit((unsigned char)field.text[i]))
            return false;
    return field.bytes <= 8;
}

static bool is_header(const nacrei_field *fields, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (is_number(fields[i]) || is_truth(fields[i]))
            return false;
    return fields[0].bytes > 0;
}

// ---- formats with a fixed order of columns -----------------------------------------------------

typedef struct fixed_column {
    nacrei_column_kind kind;
    const char *name;
    const char *header_names; ///< accepted in a header, '|' between them
} fixed_column;

static const fixed_column trades_columns[] = {
    {NACREI_COLUMN_SEQ, "id", "id|trade_id|tradeid|trade id"},
    {NACREI_COLUMN_PRICE, "price", "price"},
    {NACREI_COLUMN_SIZE, "qty", "qty|quantity"},
    {NACREI_COLUMN_SKIP, "quote_qty", "quote_qty|quoteqty|base_qty|baseqty|quote_quantity"},
    {NACREI_COLUMN_TS_EVENT, "time", "time|timestamp|transact_time"},
    {NACREI_COLUMN_BUYER_MAKER, "is_buyer_maker", "is_buyer_maker|isbuyermaker"},
    {NACREI_COLUMN_SKIP, "is_best_match", "is_best_match|isbestmatch"},
};
static const fixed_column aggtrades_columns[] = {
    {NACREI_COLUMN_SEQ, "agg_trade_id", "agg_trade_id|aggtradeid|agg_id|id"},
    {NACREI_COLUMN_PRICE, "price", "price"},
    {NACREI_COLUMN_SIZE, "quantity", "quantity|qty"},
    {NACREI_COLUMN_SKIP, "first_trade_id", "first_trade_id|firsttradeid|first_id"},
    {NACREI_COLUMN_SKIP, "last_trade_id", "last_trade_id|lasttradeid|last_id"},
    {NACREI_COLUMN_TS_EVENT, "transact_time", "transact_time|timestamp|time"},
    {NACREI_COLUMN_BUYER_MAKER, "is_buyer_maker", "is_buyer_maker|isbuyermaker"},
    {NACREI_COLUMN_SKIP, "is_best_match", "is_best_match|isbestmatch"},
};
static const fixed_column lean_columns[] = {
    {NACREI_COLUMN_DATE, "date", ""},
    {NACREI_COLUMN_DAY_MS, "ms", ""},
    {NACREI_COLUMN_PRICE, "price*10000", ""},
    {NACREI_COLUMN_SIZE, "shares", ""},
    {NACREI_COLUMN_VENUE, "venue", ""},
    {NACREI_COLUMN_CONDITIONS, "conditions", ""},
    {NACREI_COLUMN_SUSPICIOUS, "suspicious", ""},
};
static const fixed_column nacre_columns[] = {
    {NACREI_COLUMN_TS_EVENT, "ts_event", "ts_event"},
    {NACREI_COLUMN_TS_RECV, "ts_recv", "ts_recv"},
    {NACREI_COLUMN_PRICE, "price", "price"},
    {NACREI_COLUMN_SIZE, "size", "size"},
    {NACREI_COLUMN_SEQ, "seq", "seq"},
    {NACREI_COLUMN_SIDE, "side", "side"},
    {NACREI_COLUMN_FLAGS, "flags", "flags"},
    {NACREI_COLUMN_VENUE, "venue", "venue"},
    {NACREI_COLUMN_CONDITIONS, "conditions", "conditions"},
};

/// A format's columns; those beyond `required` may be absent.
typedef struct fixed_format {
    nacre_format format;
    const fixed_column *columns;
    size_t required, total;
} fixed_format;

static const fixed_format fixed_formats[] = {
    {NACRE_FORMAT_BINANCE_TRADES, trades_columns, 6, 7},
    {NACRE_FORMAT_BINANCE_AGGTRADES, aggtrades_columns, 7, 8},
    {NACRE_FORMAT_NACRE, nacre_columns, 9, 9},
};

static const fixed_format *find_fixed(nacre_format format)
{
    for (size_t i = 0; i < sizeof fixed_formats / sizeof fixed_formats[0]; i++)
        if (fixed_formats[i].format == format)
            return &fixed_formats[i];
    return NULL;
}

static bool header_fits(const fixed_format *fixed, const nacrei_field *fields, size_t count)
{
    if (count < fixed->required || count > fixed->total)
        return false;
    for (size_t i = 0; i < count; i++) {
        const char *name = fixed->columns[i].header_names;
        bool found = false;
        while (!found && *name) {
            size_t length = strcspn(name, "|");
            found = length == fields[i].bytes && strncasecmp(name, fields[i].text, length) == 0;
            name += length + (name[length] == '|');
        }
        if (!found)
            return false;
    }
    return true;
}

static bool is_trades_record(const nacrei_field *f, size_t count)
{
    return (count == 6 || count == 7) && is_digits(f[0]) && is_number(f[1]) && is_number(f[2]) &&
           is_number(f[3]) && is_epoch(f[4]) && is_truth(f[5]) && (count == 6 || is_truth(f[6]));
}

static bool is_aggtrades_record(const nacrei_field *f, size_t count)
{
    return (count == 7 || count == 8) && is_digits(f[0]) && is_number(f[1]) && is_number(f[2]) &&
           is_digits(f[3]) && is_digits(f[4]) && is_epoch(f[5]) && is_truth(f[6]) &&
           (count == 7 || is_truth(f[7]));
}

static bool is_lean_record(const nacrei_field *f, size_t count)
{
    if (count == 7 && !(is_digits(f[0]) && f[0].bytes == 8))
        return false;
    const nacrei_field *r = count == 7 ? f + 1 : f;
    return (count == 6 || count == 7) && is_digits(r[0]) && r[0].bytes <= 8 && is_number(r[1]) &&
           is_number(r[2]) && r[3].bytes <= 1 && is_hex_or_empty(r[4]) &&
           (is_named(r[5], "0") || is_named(r[5], "1"));
}

static nacre_format format_of_record(const nacrei_field *fields, size_t count)
{
    if (is_trades_record(fields, count))
        return NACRE_FORMAT_BINANCE_TRADES;
    if (is_aggtrades_record(fields, count))
        return NACRE_FORMAT_BINANCE_AGGTRADES;
    if (is_lean_record(fields, count))
        return NACRE_FORMAT_LEAN;
    return NACRE_FORMAT_AUTO;
}

static nacre_format format_of_header(const nacrei_field *fields, size_t count)
{
    for (size_t i = 0; i < sizeof fixed_formats / sizeof fixed_formats[0]; i++)
        if (header_fits(&fixed_formats[i], fields, count))
            return fixed_formats[i].format;
    return nacrei_layout_is_generic(fields, count) ? NACRE_FORMAT_GENERIC : NACRE_FORMAT_AUTO;
}

static unsigned column_scale(nacre_format format, nacrei_column_kind kind)
{
    if (kind != NACREI_COLUMN_PRICE)
        return 0;
    return format == NACRE_FORMAT_LEAN ? 5 : 9; // LEAN counts 1e-4, we count 1e-9
}

static void set_fixed(nacrei_layout *layout, const fixed_column *columns, size_t count)
{
    layout->count = count;
    for (size_t i = 0; i < count; i++) {
        nacrei_layout_set(layout, i, columns[i].kind, column_scale(layout->format, columns[i].kind),
                          columns[i].name, strlen(columns[i].name));
        layout->columns[i].detect_unit =
            layout->format != NACRE_FORMAT_NACRE && columns[i].kind == NACREI_COLUMN_TS_EVENT;
    }
}

static nacre_status fail_columns(nacre_error *err, const char *place, const char *expected,
                                 const nacrei_field *fields, size_t count, nacre_format format)
{
    char seen[120];
    nacrei_fields_show(seen, sizeof seen, fields,
                       count < NACREI_COLUMNS_MAX ? count : NACREI_COLUMNS_MAX);
    return nacrei_fail(err, NACRE_E_PARSE,
                       "%s:1: expected %s for %s, found %zu columns: %s; check --format", place,
                       expected, nacre_format_name(format), count, seen);
}

static nacre_status detect_fixed(nacrei_layout *layout, const char *place,
                                 const nacrei_field *fields, size_t count, nacre_error *err)
{
    const fixed_format *fixed = find_fixed(layout->format);
    char expected[96];
    if (!fixed)
        return nacrei_fail(err, NACRE_E_ARG, "%s: unknown format %d", place, (int)layout->format);
    (void)snprintf(expected, sizeof expected, "%zu%s columns", fixed->required,
                   fixed->total > fixed->required ? " or one more" : "");
    if (count < fixed->required || count > fixed->total)
        return fail_columns(err, place, expected, fields, count, layout->format);
    if (layout->has_header && !header_fits(fixed, fields, count))
        return fail_columns(err, place, "the header names", fields, count, layout->format);
    if (!layout->has_header && layout->format == NACRE_FORMAT_NACRE)
        return fail_columns(err, place, "a header line", fields, count, layout->format);
    set_fixed(layout, fixed->columns, count);
    return NACRE_OK;
}

static nacre_status detect_lean(nacrei_layout *layout, const char *place,
                                const nacrei_field *fields, size_t count, nacre_error *err)
{
    if (layout->has_header)
        return fail_columns(err, place, "no header", fields, count, layout->format);
    if (count != 6 && count != 7)
        return fail_columns(err, place, "6 columns, or 7 with the date first", fields, count,
                            layout->format);
    size_t skip = count == 7 ? 0 : 1;
    set_fixed(layout, lean_columns + skip, count);
    return NACRE_OK;
}

static nacre_status fail_unsure(const char *place, const nacrei_field *fields, size_t count,
                                bool header, nacre_error *err)
{
    char seen[120];
    nacrei_fields_show(seen, sizeof seen, fields,
                       count < NACREI_COLUMNS_MAX ? count : NACREI_COLUMNS_MAX);
    return nacrei_fail(err, NACRE_E_PARSE,
                       "%s:1: the format is not clear from %s of %zu columns: %s; say --format "
                       "(binance-trades, binance-aggtrades, lean, nacre, generic)%s",
                       place, header ? "the header" : "the first record", count, seen,
                       header ? " or --columns ts_event=...,price=...,size=..." : "");
}

nacre_status nacrei_layout_detect(nacrei_layout *layout, nacre_format asked, const char *columns,
                                  const char *place, const char *line, const char *eol,
                                  nacre_error *err)
{
    nacrei_field fields[NACREI_COLUMNS_MAX];
    size_t count = nacrei_fields_split(line, eol, fields, NACREI_COLUMNS_MAX);
    memset(layout, 0, sizeof *layout);
    if (count == 0)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:1: a quote is not closed or stands inside a field; repair the line",
                           place);
    if (count > NACREI_COLUMNS_MAX)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:1: %zu columns, at most %d are read; cut the file", place, count,
                           NACREI_COLUMNS_MAX);
    layout->has_header = is_header(fields, count);
    layout->format = asked;
    if (asked == NACRE_FORMAT_AUTO && columns)
        layout->format = NACRE_FORMAT_GENERIC;
    else if (asked == NACRE_FORMAT_AUTO)
        layout->format =
            layout->has_header ? format_of_header(fields, count) : format_of_record(fields, count);
    if (layout->format == NACRE_FORMAT_AUTO)
        return fail_unsure(place, fields, count, layout->has_header, err);
    if (layout->format == NACRE_FORMAT_LEAN)
        return detect_lean(layout, place, fields, count, err);
    if (layout->format != NACRE_FORMAT_GENERIC)
        return detect_fixed(layout, place, fields, count, err);
    if (!layout->has_header)
        return fail_columns(err, place, "a header line", fields, count, layout->format);
    return nacrei_layout_generic(layout, columns, place, fields, count, err);
}
