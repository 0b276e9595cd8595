// SPDX-License-Identifier: Apache-2.0
// The careful side of row parsing: quotes, exponents, excess decimals, changes of time unit, date
// or symbol, and a reason with file, line, column and remedy for everything that is wrong.
#include "data/reader/decimal.h"
#include "data/reader/reader_state.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

/// A change of time unit inside a file that also jumps further than this is a broken file.
#define UNIT_JUMP_LIMIT_NS (INT64_C(31) * NACREI_NS_PER_DAY)

/// Where a field stands, for its messages.
typedef struct field_place {
    nacre_reader *reader;
    const nacrei_column *column;
    const char *begin; ///< of the field, quotes included
    nacrei_field field;
    nacre_error *err;
} field_place;

static nacre_status fail_field(const field_place *at, nacre_status status, const char *problem,
                               const char *remedy)
{
    char shown[40];
    nacrei_fields_show(shown, sizeof shown, &at->field, 1);
    const nacre_reader *reader = at->reader;
    return nacrei_fail(at->err, status, "%s:%" PRIu64 ":%zu: %s '%s' %s; %s", reader->input->place,
                       reader->lines.line, (size_t)(at->begin - reader->lines.next) + 1,
                       at->column->name, shown, problem, remedy);
}

static const char repair[] = "repair the row or pass --skip-bad";

static nacre_status fail_decimal(const field_place *at, nacrei_decimal_result result)
{
    switch (result) {
    case NACREI_DECIMAL_EMPTY:
        return fail_field(at, NACRE_E_PARSE, "is empty", repair);
    case NACREI_DECIMAL_NONFINITE:
        return fail_field(at, NACRE_E_NONFINITE, "is not a finite number", repair);
    case NACREI_DECIMAL_NEGATIVE:
        return fail_field(at, NACRE_E_RANGE, "is negative", repair);
    case NACREI_DECIMAL_OVERFLOW:
        return fail_field(at, NACRE_E_RANGE, "does not fit 63 bits at its scale",
                          at->column->kind == NACREI_COLUMN_SIZE
                              ? "give a smaller --size-exp or pass --skip-bad"
                              : repair);
    case NACREI_DECIMAL_EXCESS: {
        char problem[48];
        (void)snprintf(problem, sizeof problem, "has more than %u decimals", at->column->scale);
        return fail_field(at, NACRE_E_RANGE, problem,
                          at->column->kind == NACREI_COLUMN_SIZE
                              ? "give a larger --size-exp or pass --round"
                              : "pass --round to round and count such values");
    }
    case NACREI_DECIMAL_OK:
    case NACREI_DECIMAL_NOT_A_NUMBER:
        break;
    }
    return fail_field(at, NACRE_E_PARSE, "is not a decimal number", repair);
}

static nacre_status slow_decimal(const field_place *at, unsigned scale, bool round, int64_t *value)
{
    bool rounded = false;
    nacrei_decimal_result result =
        nacrei_decimal_parse(at->field.text, at->field.bytes, scale, round, value, &rounded);
    if (result != NACREI_DECIMAL_OK)
        return fail_decimal(at, result);
    at->reader->stats.rounded_values += rounded;
    return NACRE_OK;
}

static nacre_status slow_positive(const field_place *at, int64_t *value)
{
    nacre_status status = slow_decimal(at, at->column->scale, at->reader->options.round, value);
    if (status || *value > 0)
        return status;
    return fail_field(at, NACRE_E_RANGE, "is zero", repair);
}

static nacre_status slow_integer(const field_place *at, int64_t limit, int64_t *value)
{
    nacre_status status = slow_decimal(at, 0, false, value);
    if (status || *value <= limit)
        return status;
    return fail_field(at, NACRE_E_RANGE, "is out of range", repair);
}

/// The number of digits before the point; the unit of a time follows from it.
static unsigned integer_digits(nacrei_field field)
{
    unsigned digits = 0;
    while (digits < field.bytes && digits < 64 && isdigit((unsigned char)field.text[digits]))
        digits++;
    return digits;
}

/// Takes the unit that this row's digits tell.
static nacre_status switch_unit(const field_place *at, nacrei_column *column, unsigned digits)
{
    nacre_reader *reader = at->reader;
    unsigned scale;
    if (!nacrei_time_scale(digits, &scale)) {
        char problem[96];
        (void)snprintf(problem, sizeof problem,
                       "is no time in s, ms, us or ns (10, 13, 16 or 19 digits)");
        return fail_field(at, NACRE_E_PARSE, problem,
                          "name the unit with --columns ts_event=NAME:UNIT or repair the row");
    }
    column->digits = digits;
    column->scale = scale;
    reader->unit_line = reader->lines.line;
    unsigned *noted = &reader->noted_digits[column->kind == NACREI_COLUMN_TS_RECV];
    if (*noted != digits)
        nacrei_reader_note(reader, "%s unit %s from %s:%" PRIu64,
                           column->kind == NACREI_COLUMN_TS_RECV ? "receive time" : "time",
                           nacrei_time_unit_name(scale), nacrei_reader_short_place(reader),
                           reader->lines.line);
    *noted = digits;
    return NACRE_OK;
}

static nacre_status slow_time(const field_place *at, nacrei_column *column, int64_t *value)
{
    unsigned digits = integer_digits(at->field);
    bool switched = false;
    nacre_status status;
    if (column->detect_unit && digits > 0 && digits != column->digits) {
        unsigned before = column->digits;
        status = switch_unit(at, column, digits);
        if (status)
            return status;
        switched = before != 0;
    }
    status = slow_decimal(at, column->scale, at->reader->options.round, value);
    if (status || !switched || column->kind != NACREI_COLUMN_TS_EVENT ||
        at->reader->member_rows == 0 || *value - at->reader->newest_ns <= UNIT_JUMP_LIMIT_NS)
        return status;
    char problem[128];
    (void)snprintf(
        problem, sizeof problem, "changes the time unit to %s and jumps ahead by %" PRId64 " days",
        nacrei_time_unit_name(column->scale), (*value - at->reader->newest_ns) / NACREI_NS_PER_DAY);
    return fail_field(at, NACRE_E_ORDER, problem, "repair the file's times");
}

static bool is_word(nacrei_field field, const char *word)
{
    return strlen(word) == field.bytes && strncasecmp(field.text, word, field.bytes) == 0;
}

static nacre_status slow_side(const field_place *at, int8_t *side)
{
    static const struct {
        const char *word;
        int8_t side;
    } words[] = {{"b", 1}, {"buy", 1}, {"1", 1}, {"s", -1},   {"sell", -1},  {"-1", -1},
                 {"n", 0}, {"0", 0},   {"", 0},  {"none", 0}, {"unknown", 0}};
    for (size_t i = 0; i < sizeof words / sizeof words[0]; i++)
        if (is_word(at->field, words[i].word)) {
            *side = words[i].side;
            return NACRE_OK;
        }
    if (is_word(at->field, "true") || is_word(at->field, "false"))
        return fail_field(at, NACRE_E_PARSE, "is no side",
                          "map the column with --columns ...,is_buyer_maker=NAME");
    return fail_field(at, NACRE_E_PARSE, "is no side (B, S, N, buy, sell, 1, -1, 0)", repair);
}

static nacre_status slow_buyer_maker(const field_place *at, int8_t *side)
{
    bool yes = is_word(at->field, "true") || is_word(at->field, "1");
    if (!yes && !is_word(at->field, "false") && !is_word(at->field, "0"))
        return fail_field(at, NACRE_E_PARSE, "is neither true nor false", repair);
    *side = yes ? NACRE_SIDE_SELL : NACRE_SIDE_BUY;
    return NACRE_OK;
}

static nacre_status slow_venue(const field_place *at, uint8_t *venue)
{
    *venue = 0;
    if (at->field.bytes == 0)
        return NACRE_OK;
    if (at->field.bytes > 1 || !isalnum((unsigned char)at->field.text[0]))
        return fail_field(at, NACRE_E_PARSE, "is no venue letter or digit", repair);
    *venue = (uint8_t)at->field.text[0];
    return NACRE_OK;
}

static nacre_status slow_conditions(const field_place *at, uint32_t *conditions)
{
    uint32_t sum = 0;
    for (size_t i = 0; i < at->field.bytes; i++) {
        int c = tolower((unsigned char)at->field.text[i]);
        if (!isxdigit(c) || i == 8)
            return fail_field(at, NACRE_E_PARSE, "is no hexadecimal number of up to 8 digits",
                              repair);
        sum = sum << 4 | (uint32_t)(isdigit(c) ? c - '0' : c - 'a' + 10);
    }
    *conditions = sum;
    return NACRE_OK;
}

static nacre_status slow_suspicious(const field_place *at, uint8_t *flags)
{
    int64_t value;
    nacre_status status = slow_integer(at, 1, &value);
    if (!status)
        *flags = value ? NACRE_TRADE_SUSPICIOUS : 0;
    return status;
}

static void remember_symbol(nacre_reader *reader, nacrei_field field)
{
    char shown[sizeof reader->symbols[0]];
    nacrei_fields_show(shown, sizeof shown, &field, 1);
    for (size_t i = 0; i < reader->symbol_count; i++)
        if (strcmp(reader->symbols[i], shown) == 0)
            return;
    if (reader->symbol_count < NACREI_READER_SYMBOLS)
        memcpy(reader->symbols[reader->symbol_count++], shown, sizeof shown);
}

static nacre_status slow_symbol(const field_place *at)
{
    nacre_reader *reader = at->reader;
    if (is_word(at->field, reader->instrument.symbol))
        return NACRE_OK;
    if (at->field.bytes == 0)
        return fail_field(at, NACRE_E_PARSE, "is empty", repair);
    if (reader->symbol_filter) {
        reader->row_foreign = true;
        remember_symbol(reader, at->field);
        return NACRE_OK;
    }
    char problem[80];
    (void)snprintf(problem, sizeof problem, "is a second symbol after '%s'",
                   reader->instrument.symbol);
    return fail_field(at, NACRE_E_ARG, problem, "choose one with --symbol");
}

static nacre_status slow_date(const field_place *at)
{
    nacre_reader *reader = at->reader;
    int64_t value, days;
    nacre_status status = slow_integer(at, 99991231, &value);
    if (status)
        return status;
    if (at->field.bytes != 8 || !nacrei_days_from_yyyymmdd((int32_t)value, &days))
        return fail_field(at, NACRE_E_PARSE, "is no date yyyymmdd", repair);
    reader->date = (int32_t)value;
    reader->date_seconds = days * 86400;
    reader->hour = -1;
    return NACRE_OK;
}

static nacre_status slow_day_ms(const field_place *at, int64_t *ts_event)
{
    nacre_reader *reader = at->reader;
    int64_t value;
    nacre_status status = slow_integer(at, 86399999, &value);
    if (status)
        return status;
    // Offsets of New York change on full hours only.
    reader->hour = value / 3600000;
    int64_t local = reader->date_seconds + reader->hour * 3600;
    reader->offset_seconds = local - nacrei_timezone_to_utc(reader->zone, local);
    *ts_event = nacrei_reader_local_ns(reader, value);
    return NACRE_OK;
}

static nacre_status slow_kind(const field_place *at, nacrei_column *column, nacrei_row *row)
{
    int64_t value = 0;
    nacre_status status = NACRE_OK;
    switch (column->kind) {
    case NACREI_COLUMN_SKIP:
    case NACREI_COLUMN_KINDS:
        return NACRE_OK;
    case NACREI_COLUMN_TS_EVENT:
        return slow_time(at, column, &row->ts_event);
    case NACREI_COLUMN_TS_RECV:
        return slow_time(at, column, &row->ts_recv);
    case NACREI_COLUMN_PRICE:
        return slow_positive(at, &row->price);
    case NACREI_COLUMN_SIZE:
        return slow_positive(at, &row->size);
    case NACREI_COLUMN_SEQ:
        return slow_integer(at, INT64_MAX, &row->seq);
    case NACREI_COLUMN_SIDE:
        return slow_side(at, &row->side);
    case NACREI_COLUMN_BUYER_MAKER:
        return slow_buyer_maker(at, &row->side);
    case NACREI_COLUMN_FLAGS:
        status = slow_integer(at, UINT8_MAX, &value);
        row->flags = (uint8_t)value;
        return status;
    case NACREI_COLUMN_VENUE:
        return slow_venue(at, &row->venue);
    case NACREI_COLUMN_CONDITIONS:
        return slow_conditions(at, &row->conditions);
    case NACREI_COLUMN_SUSPICIOUS:
        return slow_suspicious(at, &row->flags);
    case NACREI_COLUMN_SYMBOL:
        return slow_symbol(at);
    case NACREI_COLUMN_DATE:
        return slow_date(at);
    case NACREI_COLUMN_DAY_MS:
        return slow_day_ms(at, &row->ts_event);
    }
    return status;
}

static nacre_status fail_count(const nacre_reader *reader, size_t found, nacre_error *err)
{
    size_t expected = reader->layout.count;
    return nacrei_fail(err, NACRE_E_PARSE,
                       "%s:%" PRIu64 ":1: expected %zu columns, found %zu%s; %s",
                       reader->input->place, reader->lines.line, expected, found,
                       found + 1 >= 2 * expected ? " (two records on one line?)" : "", repair);
}

nacre_status nacrei_row_slow(nacre_reader *reader, size_t index, const char *p, const char **after,
                             nacrei_row *row, nacre_error *err)
{
    const char *eol = nacrei_line_end(p);
    nacrei_column *column = &reader->layout.columns[index];
    field_place at = {reader, column, p, {p, (size_t)(eol - p)}, err};
    // Counting first: a missing or doubled column explains a wrong value better than the value
    // does.
    size_t found = nacrei_fields_split(reader->lines.next, eol, NULL, 0);
    if (found == 0)
        return fail_field(&at, NACRE_E_PARSE,
                          "has a quote that is not closed or stands inside a field", repair);
    if (found != reader->layout.count)
        return fail_count(reader, found, err);
    *after = nacrei_field_next(p, eol, &at.field);
    if (!*after) // cannot be after the count, but the compiler does not know
        return fail_count(reader, found, err);
    return slow_kind(&at, column, row);
}
