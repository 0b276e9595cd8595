// SPDX-License-Identifier: Apache-2.0
// A panel while it is read, with the capacities that its arrays are freed by. The public struct
// comes first, so one pointer serves both.
#ifndef NACREI_DATA_PANEL_STATE_H
#define NACREI_DATA_PANEL_STATE_H

#include "data/panel/panel_number.h"
#include "data/panel/panel_text.h"
#include "nacre/panel.h"

#define NACREI_PANEL_CELLS_MAX ((size_t)1 << 31)
#define NACREI_CURRENCY_BYTES 4 ///< three letters and the NUL

typedef struct nacrei_panel_store {
    nacre_panel panel; ///< its pointers are set when all is read
    int32_t *dates;
    size_t date_capacity;
    double *values;
    size_t value_capacity;
    const char **names;
    size_t name_capacity;
    char *name_text; ///< the names, each with its NUL
    size_t name_text_bytes;
    char currency[NACREI_CURRENCY_BYTES]; ///< empty = not stated
} nacrei_panel_store;

typedef struct nacrei_panel_build {
    nacre_ctx *ctx;
    const nacre_panel_options *options;
    nacrei_panel_text text; ///< stands at the first line
    locale_t c_locale;
    nacrei_panel_store *store;
} nacrei_panel_build;

/// Fill the store; dates, assets, `dated` and `periods_per_year` of its panel are set.
NACRE_MUST_CHECK nacre_status nacrei_panel_read_csv(nacrei_panel_build *build, nacre_error *err);
NACRE_MUST_CHECK nacre_status nacrei_panel_read_orlib(nacrei_panel_build *build, nacre_error *err);
/// Whether the first line can only be an OR-Library file's: one or two plain integers.
bool nacrei_panel_is_orlib(const char *line, const char *eol);

/// Room for the names of `assets` columns, `text_bytes` in all with their NULs.
NACRE_MUST_CHECK nacre_status nacrei_panel_make_names(nacrei_panel_build *build, size_t assets,
                                                      size_t text_bytes, nacre_error *err);
/// Parses one value and checks it against the kind; `field` is not empty.
NACRE_MUST_CHECK nacre_status nacrei_panel_value(const nacrei_panel_build *build,
                                                 nacrei_field field, const char *column,
                                                 double *value, nacre_error *err);

#endif
