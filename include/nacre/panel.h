// SPDX-License-Identifier: Apache-2.0
// Panels: one row per date, one column per asset, as prices or returns. Gaps are NaN until a window
// without gaps has been chosen, openly: every dropped row and column is listed.
#ifndef NACRE_PANEL_H
#define NACRE_PANEL_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_panel_kind {
    NACRE_PANEL_PRICES = 0,
    NACRE_PANEL_SIMPLE = 1, ///< simple returns
    NACRE_PANEL_LOG = 2,    ///< log returns
} nacre_panel_kind;

/// "prices", "simple", "log", or NULL; the kind of such a name, or false.
NACRE_API const char *nacre_panel_kind_name(nacre_panel_kind kind);
NACRE_API bool nacre_panel_kind_parse(const char *name, nacre_panel_kind *kind);

typedef struct nacre_panel_options {
    uint32_t struct_size;
    nacre_panel_kind kind;         ///< of the file's values; default prices
    const char *base_currency;     ///< three letters; NULL = what the columns say, or unstated
    int32_t first_date, last_date; ///< yyyymmdd, 0 = open; reading ends at the first later row
    double periods_per_year;       ///< 0 = from the dates
} nacre_panel_options;

/// A panel as read. Columns may be ragged: NaN = missing.
typedef struct nacre_panel {
    nacre_panel_kind kind;
    size_t dates, assets;
    const int32_t *date;      ///< yyyymmdd, ascending; row numbers when not `dated`
    bool dated;               ///< false: OR-Library files, and rows labelled T1, T2, ...
    const char *const *names; ///< unique
    const double *values;     ///< dates x assets, row-major
    const char *currency;     ///< of all columns; NULL = the file does not say
    double
        periods_per_year; ///< given, or by definition of the format; 0 = to be found from the dates
} nacre_panel;

NACRE_API void nacre_panel_options_init(nacre_panel_options *options);
/// Reads a wide CSV (date,NAME,NAME,...; plain or gzip, xz, zstd, zip, told by content; dates
/// yyyy-mm-dd or yyyymmdd; empty field = missing; "NAME [EUR]" states a column's currency) or an
/// OR-Library price file ("N T", then T+1 weekly prices of the index and of N stocks: columns
/// INDEX, S1, S2, ...).
/// @error  NACRE_E_PARSE file, line, column; NACRE_E_ORDER dates unsorted or doubled;
/// NACRE_E_NONFINITE
///         NaN or inf written out; NACRE_E_RANGE a price <= 0 or a simple return < -1; NACRE_E_ARG
///         columns in several currencies, or dates asked of a file without dates; NACRE_E_NOTFOUND
///         no row in the dates asked for; NACRE_E_LIMIT more than 2^31 cells; NACRE_E_IO,
///         NACRE_E_CORRUPT
/// @accuracy every number is the double nearest to its text        @thread safe
/// @own    the caller closes the panel with the same context
NACRE_API NACRE_MUST_CHECK nacre_status nacre_panel_open(nacre_ctx *ctx, const char *path,
                                                         const nacre_panel_options *options,
                                                         nacre_panel **out, nacre_error *err);
NACRE_API void nacre_panel_close(nacre_ctx *ctx, nacre_panel *panel);

/// Simple returns on the rows that are complete for the kept columns.
typedef struct nacre_returns {
    size_t periods, assets;
    const int32_t *date;      ///< date at the end of each period
    const char *const *names; ///< borrowed from the panel
    const size_t *column;     ///< index of each kept asset in the panel
    const double *values;     ///< periods x assets, row-major, simple returns
    double periods_per_year;  ///< 252, 365, 52 or 12, from the dates, or as given; 0 = unknown
    size_t dropped_columns, dropped_rows;
    const size_t *dropped_column; ///< panel column indices, ascending
    const size_t *dropped_row;    ///< panel row indices, ascending
} nacre_returns;

/// Chooses the window in two steps. First, rows on which fewer than `min_share` of the columns have
/// a value are dropped (before most were listed; market holidays; a row not yet complete). Then, of
/// the rest, the longest tail is taken on which at least `min_share` of the columns have no gap;
/// columns with a gap in it are dropped. A return of a price panel spans a dropped row; of a panel
/// of returns the row is left out. Periods per year: from the median gap between the window's
/// dates: 1 day 252, or 365 when more than a tenth of the dates are weekend days; 5 to 9 days 52;
/// 28 to 31 days 12; else 0.
/// @param min_share  in (0, 1]; 0.95 by custom
/// @shape  `panel` may be one from nacre_panel_open or filled by the caller
/// @error  NACRE_E_SHAPE fewer than two periods remain (names the row that ends the window);
///         NACRE_E_ARG min_share; NACRE_E_RANGE a return overflows (names date and column);
///         NACRE_E_NOMEM
/// @accuracy prices: (p1 - p0) / p0, two roundings         @thread safe
/// @own    the caller destroys it, before the panel
NACRE_API NACRE_MUST_CHECK nacre_status nacre_panel_returns(nacre_ctx *ctx,
                                                            const nacre_panel *panel,
                                                            double min_share, nacre_returns **out,
                                                            nacre_error *err);
NACRE_API void nacre_returns_destroy(nacre_ctx *ctx, nacre_returns *returns);

/// The group of a panel column that the table of groups does not name.
#define NACRE_GROUP_NONE UINT32_MAX

/// Sectors, countries or the like of a panel's columns. Numbers follow the names in byte order, and
/// every number has at least one column.
typedef struct nacre_panel_group_table {
    size_t assets, groups;
    const uint32_t *group;    ///< per panel column, or NACRE_GROUP_NONE
    const char *const *names; ///< of the groups
    size_t missing;
    const size_t *missing_column; ///< panel columns without a group, ascending
    size_t unused;                ///< rows of the file whose symbol the panel does not have
} nacre_panel_group_table;

/// Reads a CSV (packed or plain) with a header that has a column Symbol (or Ticker) and a column
/// Sector (or GICS Sector, or Group), upper or lower case, in any order; fields may be quoted. An
/// empty sector counts as none.
/// @error  NACRE_E_PARSE file, line, column; NACRE_E_EXISTS a symbol in two groups;
/// NACRE_E_NOTFOUND no
///         column of the panel has a group; NACRE_E_IO, NACRE_E_CORRUPT, NACRE_E_NOMEM
/// @own    the caller destroys it         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_panel_groups(nacre_ctx *ctx, const char *path,
                                                           const nacre_panel *panel,
                                                           nacre_panel_group_table **out,
                                                           nacre_error *err);
NACRE_API void nacre_panel_groups_destroy(nacre_ctx *ctx, nacre_panel_group_table *groups);

#ifdef __cplusplus
}
#endif
#endif
