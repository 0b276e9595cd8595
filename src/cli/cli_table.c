// SPDX-License-Identifier: Apache-2.0
// Reading small tables with the panel reader's lines, fields and numbers, so that every file that a
// command takes obeys the same rules.
#include "cli/cli_table.h"

#include "core/alloc.h"
#include "data/panel/panel_number.h"
#include "data/panel/panel_text.h"

#include <errno.h>
#include <math.h>
#include <string.h>

/// Appends one field to the text and its offset to the cells.
static nacre_status take_field(const nacrei_panel_text *text, nacrei_field field, cli_table *table,
                               size_t *cells, size_t *used, nacre_error *err)
{
    if (field.bytes > 0 && !nacrei_panel_text_is_name(field))
        return nacrei_panel_text_fail(text, field, NACRE_E_PARSE, "the field",
                                      "holds bytes that are no text", "repair the row", err);
    nacre_status status = nacrei_grow(table->ctx, &table->text, &table->text_capacity,
                                      *used + field.bytes + 1, 1, "table", err);
    if (!status)
        status = nacrei_grow(table->ctx, &table->at, &table->at_capacity, *cells + 1,
                             sizeof *table->at, "table", err);
    if (status)
        return status;
    table->at[(*cells)++] = *used;
    *used += nacrei_panel_text_name(table->text + *used, field) + 1;
    return NACRE_OK;
}

static nacre_status take_row(const nacrei_panel_text *text, cli_table *table, size_t *used,
                             nacre_error *err)
{
    size_t first = table->rows * table->columns, cells = first;
    for (const char *p = text->line; p;) {
        nacrei_field field;
        nacre_status status = nacrei_panel_text_field(text, &p, &field, err);
        if (!status)
            status = take_field(text, field, table, &cells, used, err);
        if (status)
            return status;
    }
    if (table->rows == 0)
        table->columns = cells;
    if (cells - first != table->columns)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:%zu: the row has %zu fields, the first row %zu; names with commas "
                           "need quotes",
                           table->path, (size_t)text->number, cells - first, table->columns);
    nacre_status status = nacrei_grow(table->ctx, &table->line, &table->line_capacity,
                                      table->rows + 1, sizeof *table->line, "table", err);
    if (!status)
        table->line[table->rows++] = (size_t)text->number;
    return status;
}

nacre_status cli_table_open(nacre_ctx *ctx, const char *path, cli_table *table, nacre_error *err)
{
    *table = (cli_table){.ctx = ctx, .path = path};
    nacrei_panel_text text;
    size_t used = 0;
    bool more = true;
    nacre_status status = nacrei_panel_text_open(ctx, &text, path, err);
    while (!status && more) {
        status = nacrei_panel_text_next(&text, &more, err);
        if (!status && more && text.eol > text.line)
            status = take_row(&text, table, &used, err);
    }
    nacrei_panel_text_close(&text);
    if (!status && table->rows == 0)
        status = nacrei_fail(err, NACRE_E_PARSE, "%s: the file is empty", path);
    return status;
}

void cli_table_close(cli_table *table)
{
    nacrei_free(table->ctx, table->text, table->text_capacity, 1);
    nacrei_free(table->ctx, table->at, table->at_capacity, sizeof *table->at);
    nacrei_free(table->ctx, table->line, table->line_capacity, sizeof *table->line);
    *table = (cli_table){0};
}

const char *cli_table_cell(const cli_table *table, size_t row, size_t column)
{
    return table->text + table->at[row * table->columns + column];
}

size_t cli_table_column(const cli_table *table, const char *name)
{
    for (size_t c = 0; c < table->columns; c++)
        if (strcmp(cli_table_cell(table, 0, c), name) == 0)
            return c;
    return SIZE_MAX;
}

static nacrei_number_result parse_number(const char *text, double *value)
{
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", NULL);
    if (!c_locale)
        return NACREI_NUMBER_NONE;
    nacrei_number_result result = nacrei_number_parse(text, strlen(text), c_locale, value);
    freelocale(c_locale);
    return result;
}

nacre_status cli_table_number(const cli_table *table, size_t row, size_t column, double *value,
                              nacre_error *err)
{
    const char *text = cli_table_cell(table, row, column);
    double parsed;
    if (parse_number(text, &parsed) != NACREI_NUMBER_OK)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:%zu: field %zu, \"%.40s\", is not a finite number", table->path,
                           table->line[row], column + 1, text);
    *value = parsed;
    return NACRE_OK;
}

size_t cli_find_asset(const nacre_returns *returns, const char *name)
{
    size_t i = 0;
    while (i < returns->assets && strcmp(returns->names[i], name) != 0)
        i++;
    return i;
}

nacre_status cli_table_asset(const cli_table *table, size_t row, size_t column,
                             const nacre_returns *returns, size_t *asset, nacre_error *err)
{
    const char *name = cli_table_cell(table, row, column);
    size_t found = cli_find_asset(returns, name);
    if (found == returns->assets)
        return nacrei_fail(err, NACRE_E_NOTFOUND,
                           "%s:%zu: \"%.60s\" is not among the %zu assets of the window; compare "
                           "the spelling with the panel's header",
                           table->path, table->line[row], name, returns->assets);
    *asset = found;
    return NACRE_OK;
}

static bool is_header(const cli_table *table, const nacre_returns *returns)
{
    double value;
    return parse_number(cli_table_cell(table, 0, 1), &value) == NACREI_NUMBER_NONE &&
           cli_find_asset(returns, cli_table_cell(table, 0, 0)) == returns->assets;
}

static nacre_status fill_values(const cli_table *table, const nacre_returns *returns, bool *seen,
                                double *values, nacre_error *err)
{
    if (table->columns < 2)
        return nacrei_fail(err, NACRE_E_PARSE, "%s:%zu: \"%.40s\" is not NAME,VALUE", table->path,
                           table->line[0], cli_table_cell(table, 0, 0));
    for (size_t row = is_header(table, returns); row < table->rows; row++) {
        size_t asset;
        double value;
        nacre_status status = cli_table_asset(table, row, 0, returns, &asset, err);
        if (!status)
            status = cli_table_number(table, row, 1, &value, err);
        if (status)
            return status;
        if (seen[asset])
            return nacrei_fail(err, NACRE_E_EXISTS, "%s:%zu: \"%.60s\" a second time; keep one row",
                               table->path, table->line[row], returns->names[asset]);
        seen[asset] = true;
        values[asset] = value;
    }
    return NACRE_OK;
}

nacre_status cli_read_values(nacre_ctx *ctx, const char *path, const nacre_returns *returns,
                             double *values, nacre_error *err)
{
    cli_table table;
    bool *seen = NULL;
    nacre_status status = cli_table_open(ctx, path, &table, err);
    if (!status)
        status = nacrei_alloc(ctx, returns->assets, sizeof *seen, "names of a file", &seen, err);
    for (size_t i = 0; !status && i < returns->assets; i++)
        values[i] = 0.0;
    if (!status)
        status = fill_values(&table, returns, seen, values, err);
    nacrei_free(ctx, seen, returns->assets, sizeof *seen);
    cli_table_close(&table);
    return status;
}
