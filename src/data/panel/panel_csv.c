// SPDX-License-Identifier: Apache-2.0
// The wide CSV: a header with the columns' names, then one row per date. Rows are parsed in place;
// a field without quotes ends at the next comma, so one search per field is enough.
#include "data/panel/panel_names.h"
#include "data/panel/panel_state.h"

#include "core/timezone.h"

#include <ctype.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

static bool digits_value(const char *text, size_t count, int32_t *value)
{
    *value = 0;
    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        *value = *value * 10 + (text[i] - '0');
    }
    return true;
}

static bool parse_date(nacrei_field field, int32_t *date)
{
    int32_t year, month, day;
    int64_t days;
    if (field.bytes == 8) {
        if (!digits_value(field.text, 8, date))
            return false;
    } else {
        if (field.bytes != 10 || field.text[4] != '-' || field.text[7] != '-' ||
            !digits_value(field.text, 4, &year) || !digits_value(field.text + 5, 2, &month) ||
            !digits_value(field.text + 8, 2, &day))
            return false;
        *date = year * 10000 + month * 100 + day;
    }
    return nacrei_days_from_yyyymmdd(*date, &days);
}

// "T17": the rows of published data sets without dates.
static bool parse_row_label(nacrei_field field, int32_t *number)
{
    return field.bytes >= 2 && field.bytes <= 8 && (field.text[0] == 'T' || field.text[0] == 't') &&
           digits_value(field.text + 1, field.bytes - 1, number) && *number > 0;
}

static nacrei_field trim(nacrei_field field)
{
    while (field.bytes > 0 && *field.text == ' ') {
        field.text++;
        field.bytes--;
    }
    while (field.bytes > 0 && field.text[field.bytes - 1] == ' ')
        field.bytes--;
    return field;
}

// ---- the header ------------------------------------------------------------------------------

/// Takes " [EUR]" off the end of a name.
static bool take_currency(nacrei_field *name, char currency[NACREI_CURRENCY_BYTES])
{
    if (name->bytes < 6)
        return false;
    const char *mark = name->text + name->bytes - 5;
    if (mark[0] != '[' || mark[4] != ']')
        return false;
    for (size_t i = 1; i < 4; i++)
        if (!isupper((unsigned char)mark[i]))
            return false;
    memcpy(currency, mark + 1, 3);
    currency[3] = '\0';
    *name = trim((nacrei_field){name->text, name->bytes - 5});
    return true;
}

// A column without a currency is in the base currency; without a base, all must say theirs or none.
static nacre_status check_currency(const nacrei_panel_build *build, size_t column,
                                   nacrei_field name, const char *currency, nacre_error *err)
{
    char *panel_currency = build->store->currency;
    const char *base = build->options->base_currency;
    if (!currency[0] && base)
        currency = base;
    if (column == 0)
        memcpy(panel_currency, base ? base : currency, NACREI_CURRENCY_BYTES);
    if (strcmp(panel_currency, currency) == 0)
        return NACRE_OK;
    char problem[96];
    (void)snprintf(problem, sizeof problem, "is in %s, %s in %s",
                   currency[0] ? currency : "an unstated currency",
                   base ? "the base" : "the first column",
                   panel_currency[0] ? panel_currency : "an unstated one");
    return nacrei_panel_text_fail(&build->text, name, NACRE_E_ARG, "column", problem,
                                  "convert the panel to one currency first", err);
}

static nacre_status take_name(nacrei_panel_build *build, size_t column, nacrei_field field,
                              char **to, nacre_error *err)
{
    char currency[NACREI_CURRENCY_BYTES] = "";
    field = trim(field);
    (void)take_currency(&field, currency);
    if (!nacrei_panel_text_is_name(field))
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_PARSE, "column name",
                                      "is empty or holds bytes that are no text",
                                      "name every column, and end no row with a comma", err);
    nacre_status status = check_currency(build, column, field, currency, err);
    if (status)
        return status;
    build->store->names[column] = *to;
    *to += nacrei_panel_text_name(*to, field) + 1;
    return NACRE_OK;
}

// Sorted by name, equal ones are neighbours.
static nacre_status check_unique(const nacrei_panel_build *build, nacre_error *err)
{
    const nacrei_panel_store *store = build->store;
    size_t count = store->panel.assets, *order;
    nacre_status status =
        nacrei_alloc(build->ctx, count, sizeof *order, "panel name order", &order, err);
    if (status)
        return status;
    for (size_t i = 0; i < count; i++)
        order[i] = i;
    nacrei_panel_sort_names(store->names, order, count);
    for (size_t i = 1; i < count && !status; i++) {
        size_t a = order[i - 1], b = order[i];
        if (strcmp(store->names[a], store->names[b]) == 0)
            status = nacrei_fail(err, NACRE_E_PARSE,
                                 "%s:1: columns %zu and %zu are both named '%.64s'; rename or "
                                 "remove one",
                                 build->text.input->place, (a < b ? a : b) + 2, (a < b ? b : a) + 2,
                                 store->names[a]);
    }
    nacrei_free(build->ctx, order, count, sizeof *order);
    return status;
}

static nacre_status read_header(nacrei_panel_build *build, nacre_error *err)
{
    const nacrei_panel_text *text = &build->text;
    const char *p = text->line;
    nacrei_field field;
    size_t fields = nacrei_fields_split(p, text->eol, NULL, 0);
    int32_t date;
    nacre_status status = nacrei_panel_text_field(text, &p, &field, err);
    if (status)
        return status;
    if (parse_date(trim(field), &date))
        return nacrei_panel_text_fail(text, field, NACRE_E_PARSE, "the header begins with the date",
                                      "and so is a row", "put 'date' and the names above it", err);
    if (!p)
        return nacrei_panel_text_fail(
            text, field, NACRE_E_PARSE, "the header", "has one field only",
            "a panel is a CSV: date,NAME,NAME,... and a row per date", err);
    if (fields == 0) // only for the message: some later field is quoted wrongly
        while (!(status = nacrei_panel_text_field(text, &p, &field, err)))
            continue;
    if (!status)
        status = nacrei_panel_make_names(build, fields - 1,
                                         (size_t)(text->eol - text->line) + fields, err);
    char *to = build->store->name_text;
    for (size_t column = 0; p && !status; column++) {
        status = nacrei_panel_text_field(text, &p, &field, err);
        if (!status)
            status = take_name(build, column, field, &to, err);
    }
    return status ? status : check_unique(build, err);
}

// ---- the rows --------------------------------------------------------------------------------

/// Reads a row's date or label and checks its order. `*number` is yyyymmdd, or the label's.
static nacre_status read_date(nacrei_panel_build *build, nacrei_field field, int32_t last,
                              int32_t *number, nacre_error *err)
{
    const nacrei_panel_text *text = &build->text;
    const nacre_panel_options *options = build->options;
    bool *dated = &build->store->panel.dated;
    if (last == 0) {
        *dated = !parse_row_label(field, number);
        if (!*dated && (options->first_date || options->last_date))
            return nacrei_panel_text_fail(text, field, NACRE_E_ARG, "row label",
                                          "is no date, and dates were asked for",
                                          "leave the first and last date open", err);
    }
    if (*dated ? !parse_date(field, number) : !parse_row_label(field, number))
        return nacrei_panel_text_fail(text, field, NACRE_E_PARSE, *dated ? "date" : "row label",
                                      *dated ? "is no date" : "is none of T1, T2, ...",
                                      "use yyyy-mm-dd or yyyymmdd", err);
    if (*number > last)
        return NACRE_OK;
    char problem[48];
    (void)snprintf(problem, sizeof problem, "%s %" PRId32,
                   *number == last ? "stands twice: after" : "steps back from", last);
    return nacrei_panel_text_fail(text, field, NACRE_E_ORDER, *dated ? "date" : "row label",
                                  problem, "sort the rows by date, one row per date", err);
}

static nacre_status fail_count(const nacrei_panel_build *build, nacre_error *err)
{
    const nacrei_panel_text *text = &build->text;
    size_t fields = nacrei_fields_split(text->line, text->eol, NULL, 0);
    return nacrei_fail(err, NACRE_E_PARSE,
                       "%s:%" PRIu64 ":1: the row has %zu fields, the header %zu; repair the row",
                       text->input->place, text->number, fields, build->store->panel.assets + 1);
}

// The usual field has no quotes and ends at the next comma.
static nacre_status next_value_field(const nacrei_panel_text *text, const char **p,
                                     nacrei_field *field, nacre_error *err)
{
    const char *begin = *p, *end = begin;
    while (end < text->eol && *end != ',' && *end != '"')
        end++;
    if (end < text->eol && *end == '"')
        return nacrei_panel_text_field(text, p, field, err);
    *field = (nacrei_field){begin, (size_t)(end - begin)};
    *p = end < text->eol ? end + 1 : NULL;
    return NACRE_OK;
}

static nacre_status read_values(const nacrei_panel_build *build, const char *p, double *row,
                                nacre_error *err)
{
    size_t assets = build->store->panel.assets, column = 0;
    for (; p && column < assets; column++) {
        nacrei_field field;
        nacre_status status = next_value_field(&build->text, &p, &field, err);
        if (status)
            return status;
        field = trim(field);
        if (field.bytes == 0)
            row[column] = (double)NAN;
        else
            status =
                nacrei_panel_value(build, field, build->store->names[column], &row[column], err);
        if (status)
            return status;
    }
    return p || column < assets ? fail_count(build, err) : NACRE_OK;
}

/// Room for one more row, refused beyond the limit of cells.
static nacre_status grow(const nacrei_panel_build *build, nacre_error *err)
{
    nacrei_panel_store *store = build->store;
    size_t rows = store->panel.dates + 1, assets = store->panel.assets;
    if (rows > NACREI_PANEL_CELLS_MAX / assets)
        return nacrei_fail(err, NACRE_E_LIMIT,
                           "%s:%" PRIu64 ": a panel has at most 2^31 cells, %zu columns leave %zu "
                           "rows; split it",
                           build->text.input->place, build->text.number, assets,
                           NACREI_PANEL_CELLS_MAX / assets);
    nacre_status status = nacrei_grow(build->ctx, &store->dates, &store->date_capacity, rows,
                                      sizeof *store->dates, "panel dates", err);
    if (!status)
        status = nacrei_grow(build->ctx, &store->values, &store->value_capacity, rows * assets,
                             sizeof *store->values, "panel values", err);
    return status;
}

/// Rows before first_date are checked and overwritten; reading ends at the first row after
/// last_date.
static nacre_status read_row(nacrei_panel_build *build, int32_t *last, bool *end, nacre_error *err)
{
    const nacrei_panel_text *text = &build->text;
    const nacre_panel_options *options = build->options;
    nacrei_panel_store *store = build->store;
    nacrei_field field;
    const char *p = text->line;
    nacre_status status = nacrei_panel_text_field(text, &p, &field, err);
    if (!status)
        status = read_date(build, trim(field), *last, last, err);
    if (status)
        return status;
    if (options->last_date && *last > options->last_date) {
        *end = true;
        return NACRE_OK;
    }
    status = grow(build, err);
    if (!status)
        status =
            read_values(build, p, store->values + store->panel.dates * store->panel.assets, err);
    if (!status && *last >= options->first_date)
        store->dates[store->panel.dates++] = *last;
    return status;
}

nacre_status nacrei_panel_read_csv(nacrei_panel_build *build, nacre_error *err)
{
    int32_t last = 0;
    bool more = true, end = false;
    nacre_status status = read_header(build, err);
    while (!status && !end) {
        status = nacrei_panel_text_next(&build->text, &more, err);
        if (status || !more)
            break;
        if (build->text.eol > build->text.line)
            status = read_row(build, &last, &end, err);
    }
    if (status || build->store->panel.dates > 0)
        return status;
    if (last == 0)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: there is no row below the header",
                           build->text.input->place);
    return nacrei_fail(err, NACRE_E_NOTFOUND, "%s: no row from %d to %d; widen the dates",
                       build->text.input->place, (int)build->options->first_date,
                       (int)build->options->last_date);
}
