// SPDX-License-Identifier: Apache-2.0
// OR-Library index tracking files (Beasley, Meade, Chang 2003): "N T", then T + 1 weekly prices of
// the index and of each of N stocks, asset after asset, separated by any white space.
#include "data/panel/panel_state.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define WEEKS_PER_YEAR 52.0
#define NAME_BYTES 16 ///< "S" and up to ten digits

typedef struct token_source {
    nacrei_panel_build *build;
    const char *p; ///< in the current line
} token_source;

static const char *skip_blanks(const char *p, const char *eol)
{
    while (p < eol && (*p == ' ' || *p == '\t'))
        p++;
    return p;
}

static const char *word_end(const char *p, const char *eol)
{
    while (p < eol && *p != ' ' && *p != '\t')
        p++;
    return p;
}

bool nacrei_panel_is_orlib(const char *line, const char *eol)
{
    size_t words = 0;
    for (const char *p = skip_blanks(line, eol); p < eol; p = skip_blanks(p, eol)) {
        const char *end = word_end(p, eol);
        for (; p < end; p++)
            if (!isdigit((unsigned char)*p))
                return false;
        words++;
    }
    return words == 1 || words == 2;
}

/// The next word, over line ends; *found is false at the end of the file.
static nacre_status next_token(token_source *source, nacrei_field *token, bool *found,
                               nacre_error *err)
{
    nacrei_panel_text *text = &source->build->text;
    *found = true;
    while ((source->p = skip_blanks(source->p, text->eol)) == text->eol) {
        nacre_status status = nacrei_panel_text_next(text, found, err);
        if (status || !*found)
            return status;
        source->p = text->line;
    }
    const char *end = word_end(source->p, text->eol);
    *token = (nacrei_field){source->p, (size_t)(end - source->p)};
    source->p = end;
    return NACRE_OK;
}

static nacre_status read_count(token_source *source, const char *what, size_t *count,
                               nacre_error *err)
{
    const nacrei_panel_text *text = &source->build->text;
    nacrei_field token;
    bool found;
    nacre_status status = next_token(source, &token, &found, err);
    if (status)
        return status;
    if (!found)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: the file ends before %s", text->input->place,
                           what);
    *count = 0;
    for (size_t i = 0; i < token.bytes; i++) {
        if (!isdigit((unsigned char)token.text[i]) || *count >= NACREI_PANEL_CELLS_MAX / 10)
            return nacrei_panel_text_fail(text, token, NACRE_E_PARSE, what,
                                          "is no count below 2^31 / 10", "repair the first line",
                                          err);
        *count = *count * 10 + (size_t)(token.text[i] - '0');
    }
    if (*count == 0)
        return nacrei_panel_text_fail(text, token, NACRE_E_PARSE, what, "is zero",
                                      "repair the first line", err);
    return NACRE_OK;
}

/// Prices as the file has them, asset after asset. The array grows with what is read: the counts in
/// the first line alone must not be able to ask for gigabytes.
typedef struct price_list {
    double *values;
    size_t capacity;
    size_t rows, columns;
} price_list;

static nacre_status read_prices(token_source *source, price_list *list, nacre_error *err)
{
    const nacrei_panel_build *build = source->build;
    size_t cells = list->rows * list->columns;
    for (size_t cell = 0; cell < cells; cell++) {
        char name[32];
        nacrei_field token;
        bool found;
        nacre_status status = next_token(source, &token, &found, err);
        if (!status && !found)
            status = nacrei_fail(err, NACRE_E_PARSE,
                                 "%s:%" PRIu64 ": the file ends after %zu of %zu prices (%zu "
                                 "columns of %zu); it is cut short",
                                 build->text.input->place, build->text.number, cell, cells,
                                 list->columns, list->rows);
        if (!status)
            status = nacrei_grow(build->ctx, &list->values, &list->capacity, cell + 1,
                                 sizeof *list->values, "panel prices", err);
        if (!status && cell % list->rows == 0)
            (void)snprintf(name, sizeof name, "series %zu", cell / list->rows);
        if (!status)
            status = nacrei_panel_value(build, token, name, &list->values[cell], err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status make_panel(nacrei_panel_build *build, const price_list *list, nacre_error *err)
{
    nacrei_panel_store *store = build->store;
    size_t rows = list->rows, columns = list->columns;
    nacre_status status = nacrei_panel_make_names(build, columns, columns * NAME_BYTES, err);
    if (!status)
        status =
            nacrei_alloc(build->ctx, rows, sizeof *store->dates, "panel dates", &store->dates, err);
    if (status)
        return status;
    store->date_capacity = rows;
    status = nacrei_alloc(build->ctx, rows * columns, sizeof *store->values, "panel values",
                          &store->values, err);
    if (status)
        return status;
    store->value_capacity = rows * columns;
    store->panel.dates = rows;
    store->panel.periods_per_year = WEEKS_PER_YEAR;
    for (size_t t = 0; t < rows; t++) {
        store->dates[t] = (int32_t)(t + 1);
        for (size_t i = 0; i < columns; i++)
            store->values[t * columns + i] = list->values[i * rows + t];
    }
    for (size_t i = 0; i < columns; i++) {
        char *name = store->name_text + i * NAME_BYTES;
        (void)snprintf(name, NAME_BYTES, i ? "S%zu" : "INDEX", i);
        store->names[i] = name;
    }
    return NACRE_OK;
}

// After the last price there is nothing.
static nacre_status check_end(token_source *source, nacre_error *err)
{
    nacrei_field token;
    bool found;
    nacre_status status = next_token(source, &token, &found, err);
    if (!status && found)
        status = nacrei_panel_text_fail(&source->build->text, token, NACRE_E_PARSE, "price",
                                        "comes after the last one that the first line promises",
                                        "compare the first line with the file", err);
    return status;
}

nacre_status nacrei_panel_read_orlib(nacrei_panel_build *build, nacre_error *err)
{
    token_source source = {build, build->text.line};
    const nacre_panel_options *options = build->options;
    size_t stocks, periods;
    if (options->first_date || options->last_date || options->kind != NACRE_PANEL_PRICES)
        return nacrei_fail(err, NACRE_E_ARG,
                           "%s: an OR-Library file holds prices without dates; leave the dates "
                           "open and the kind at prices",
                           build->text.input->place);
    nacre_status status = read_count(&source, "the number of stocks", &stocks, err);
    if (!status)
        status = read_count(&source, "the number of weeks", &periods, err);
    if (status)
        return status;
    price_list list = {.rows = periods + 1, .columns = stocks + 1};
    if (list.rows > NACREI_PANEL_CELLS_MAX / list.columns)
        return nacrei_fail(err, NACRE_E_LIMIT,
                           "%s: %zu columns of %zu prices are more than 2^31 cells; split it",
                           build->text.input->place, list.columns, list.rows);
    status = read_prices(&source, &list, err);
    if (!status)
        status = check_end(&source, err);
    if (!status)
        status = make_panel(build, &list, err);
    nacrei_free(build->ctx, list.values, list.capacity, sizeof *list.values);
    return status;
}
