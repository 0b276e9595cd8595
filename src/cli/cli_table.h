// SPDX-License-Identifier: Apache-2.0
// A small CSV that belongs to a panel, read whole: weights, shares, exposures, views. Packed or
// plain, fields may be quoted; every message names file and line.
#ifndef NACREI_CLI_TABLE_H
#define NACREI_CLI_TABLE_H

#include "core/context.h"
#include "nacre/panel.h"

typedef struct cli_table {
    nacre_ctx *ctx;
    const char *path;
    size_t rows, columns; ///< the first row is the header, where the file has one
    char *text;           ///< fields without quotes, each with its NUL
    size_t *at;           ///< rows x columns: offsets into `text`
    size_t *line;         ///< rows: numbers from 1
    size_t text_capacity, at_capacity, line_capacity;
} cli_table;

/// @error  NACRE_E_PARSE an empty file, a row with another number of fields than the first, bad
///         quotes or bytes that are no text; NACRE_E_IO, NACRE_E_CORRUPT, NACRE_E_NOMEM
/// @own    cli_table_close, also after a failure
NACRE_MUST_CHECK nacre_status cli_table_open(nacre_ctx *ctx, const char *path, cli_table *table,
                                             nacre_error *err);
void cli_table_close(cli_table *table);

const char *cli_table_cell(const cli_table *table, size_t row, size_t column);
/// The column that the first row calls `name`, or SIZE_MAX.
size_t cli_table_column(const cli_table *table, const char *name);
/// @error  NACRE_E_PARSE the field is no finite decimal number
NACRE_MUST_CHECK nacre_status cli_table_number(const cli_table *table, size_t row, size_t column,
                                               double *value, nacre_error *err);
/// @error  NACRE_E_NOTFOUND the field names no asset of the window
NACRE_MUST_CHECK nacre_status cli_table_asset(const cli_table *table, size_t row, size_t column,
                                              const nacre_returns *returns, size_t *asset,
                                              nacre_error *err);
/// Number of the asset of that name, or returns->assets.
size_t cli_find_asset(const nacre_returns *returns, const char *name);

/// NAME,VALUE rows into the assets' slots; further columns are not read, assets without a row get
/// 0. A first row that names no asset and gives no number is the header.
/// @error  those above; NACRE_E_EXISTS an asset a second time
NACRE_MUST_CHECK nacre_status cli_read_values(nacre_ctx *ctx, const char *path,
                                              const nacre_returns *returns, double *values,
                                              nacre_error *err);

#endif
