// SPDX-License-Identifier: Apache-2.0
// The window without gaps, and simple returns on it. Two passes over the values: how many columns
// each row has, then backwards the tail in which the columns have no gap.
#include "core/alloc.h"
#include "core/timezone.h"
#include "nacre/panel.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/// Guards the count of columns against 0.95 * n lying a rounding above an integer.
#define SHARE_SLACK 1e-9
/// Gaps between dates are counted up to this many days.
#define GAP_DAYS_MAX 64
#define NOT_YET SIZE_MAX

typedef struct returns_store {
    nacre_returns returns; ///< first: one pointer serves both
    int32_t *date;
    const char **names;
    size_t *column, *dropped_column, *dropped_row;
    double *values;
    size_t panel_assets, panel_dates, cells;
} returns_store;

typedef struct window {
    const nacre_panel *panel;
    size_t required; ///< columns that a row, and the window, must have
    size_t *gap;     ///< per column: its last kept row with a gap, or NOT_YET
    size_t *row;     ///< the rows of the window, `rows` of them from `first` on, ascending
    size_t first, rows;
    size_t ended_by; ///< the row whose gaps end the tail, or NOT_YET when all rows fit
} window;

static size_t count_values(const nacre_panel *panel, size_t row)
{
    const double *values = panel->values + row * panel->assets;
    size_t count = 0;
    for (size_t i = 0; i < panel->assets; i++)
        count += isnan(values[i]) ? 0 : 1;
    return count;
}

/// Marks the gaps of a row; returns how many columns had none until then.
static size_t mark_gaps(const window *w, size_t row)
{
    const double *values = w->panel->values + row * w->panel->assets;
    size_t fresh = 0;
    for (size_t i = 0; i < w->panel->assets; i++)
        if (isnan(values[i]) && w->gap[i] == NOT_YET) {
            w->gap[i] = row;
            fresh++;
        }
    return fresh;
}

/// Walks back from the end until too few columns are without a gap; the window is filled from the
/// back of `row`.
static void find_window(window *w)
{
    const nacre_panel *panel = w->panel;
    size_t complete = panel->assets;
    w->first = panel->dates;
    w->ended_by = NOT_YET;
    for (size_t i = 0; i < panel->assets; i++)
        w->gap[i] = NOT_YET;
    for (size_t row = panel->dates; row-- > 0;) {
        size_t count = count_values(panel, row);
        if (count < w->required)
            continue;
        complete -= count < panel->assets ? mark_gaps(w, row) : 0;
        if (complete < w->required) {
            w->ended_by = row;
            break;
        }
        w->row[--w->first] = row;
    }
    w->rows = panel->dates - w->first;
    // The gaps of the row that ended the tail lie outside it.
    for (size_t i = 0; i < panel->assets; i++)
        if (w->gap[i] == w->ended_by)
            w->gap[i] = NOT_YET;
}

static nacre_status fail_short(const window *w, size_t periods, nacre_error *err)
{
    const nacre_panel *panel = w->panel;
    if (w->ended_by == NOT_YET)
        return nacrei_fail(
            err, NACRE_E_SHAPE,
            "the panel has %zu rows, of which %zu hold at least %zu of its %zu "
            "columns: %zu returns, at least 2 are needed; lower the share of columns "
            "or give more dates",
            panel->dates, w->rows, w->required, panel->assets, periods);
    return nacrei_fail(err, NACRE_E_SHAPE,
                       "only %zu returns remain after row %zu (%d), because no %zu of the panel's "
                       "%zu columns have values there and after it; lower the share of columns or "
                       "remove columns",
                       periods, w->ended_by + 1, (int)panel->date[w->ended_by], w->required,
                       panel->assets);
}

// Medians and weekdays need no sorted list: gaps are small integers.
static double periods_from_dates(const nacre_panel *panel, const window *w)
{
    size_t counts[GAP_DAYS_MAX + 1] = {0}, weekend = 0;
    int64_t before = 0, days = 0;
    for (size_t i = 0; i < w->rows; i++, before = days) {
        if (!nacrei_days_from_yyyymmdd(panel->date[w->row[w->first + i]], &days))
            return 0.0;
        if (i > 0 && days <= before) // a panel of the caller's own making
            return 0.0;
        weekend += (days + 3) % 7 >= 5; // 1970-01-01 was a Thursday; 0 = Monday
        if (i > 0)
            counts[days - before < GAP_DAYS_MAX ? days - before : GAP_DAYS_MAX]++;
    }
    size_t gap = 0;
    for (size_t seen = counts[0]; seen * 2 < w->rows - 1;)
        seen += counts[++gap];
    if (gap == 1)
        return weekend * 10 > w->rows ? 365.0 : 252.0;
    if (gap >= 5 && gap <= 9)
        return 52.0;
    return gap >= 28 && gap <= 31 ? 12.0 : 0.0;
}

static nacre_status allocate(nacre_ctx *ctx, const window *w, size_t periods, size_t assets,
                             returns_store **out, nacre_error *err)
{
    const nacre_panel *panel = w->panel;
    returns_store *store;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *store, "returns", &store, err);
    if (status)
        return status;
    store->panel_assets = panel->assets;
    store->panel_dates = panel->dates;
    store->returns.periods = periods;
    store->returns.assets = assets;
    if (!nacrei_mul(periods, assets, &store->cells))
        status = nacrei_fail(err, NACRE_E_NOMEM, "%zu x %zu returns overflow", periods, assets);
    if (!status)
        status =
            nacrei_alloc(ctx, store->cells, sizeof *store->values, "returns", &store->values, err);
    if (!status)
        status = nacrei_alloc(ctx, periods, sizeof *store->date, "return dates", &store->date, err);
    if (!status)
        status =
            nacrei_alloc(ctx, assets, sizeof *store->names, "return names", &store->names, err);
    if (!status)
        status =
            nacrei_alloc(ctx, assets, sizeof *store->column, "return columns", &store->column, err);
    if (!status)
        status = nacrei_alloc(ctx, panel->assets, sizeof *store->dropped_column, "dropped columns",
                              &store->dropped_column, err);
    if (!status)
        status = nacrei_alloc(ctx, panel->dates, sizeof *store->dropped_row, "dropped rows",
                              &store->dropped_row, err);
    if (status) {
        nacre_returns_destroy(ctx, &store->returns);
        return status;
    }
    *out = store;
    return NACRE_OK;
}

static void list_columns_and_rows(const window *w, returns_store *store)
{
    const nacre_panel *panel = w->panel;
    nacre_returns *returns = &store->returns;
    size_t kept = 0;
    for (size_t i = 0; i < panel->assets; i++) {
        if (w->gap[i] != NOT_YET) {
            store->dropped_column[returns->dropped_columns++] = i;
            continue;
        }
        store->names[kept] = panel->names[i];
        store->column[kept++] = i;
    }
    size_t next = 0;
    for (size_t row = 0; row < panel->dates; row++) {
        if (next < w->rows && w->row[w->first + next] == row)
            next++;
        else
            store->dropped_row[returns->dropped_rows++] = row;
    }
}

static double one_return(const nacre_panel *panel, size_t before, size_t row, size_t column)
{
    double now = panel->values[row * panel->assets + column];
    if (panel->kind == NACRE_PANEL_SIMPLE)
        return now;
    if (panel->kind == NACRE_PANEL_LOG)
        return expm1(now);
    double then = panel->values[before * panel->assets + column];
    // The difference first: near 1, p1 / p0 - 1 would lose what the prices still have.
    return then > 0.0 ? (now - then) / then : (double)NAN;
}

static nacre_status fill_values(const window *w, returns_store *store, nacre_error *err)
{
    const nacre_panel *panel = w->panel;
    size_t skip = panel->kind == NACRE_PANEL_PRICES, assets = store->returns.assets;
    const size_t *row = w->row + w->first;
    for (size_t t = 0; t < store->returns.periods; t++) {
        size_t before = row[t], now = row[t + skip]; // the same row where values are returns
        double *out = store->values + t * assets;
        store->date[t] = panel->date[now];
        for (size_t i = 0; i < assets; i++) {
            out[i] = one_return(panel, before, now, store->column[i]);
            if (!isfinite(out[i]) || out[i] < -1.0)
                return nacrei_fail(err, NACRE_E_RANGE,
                                   "the return of '%.64s' on %d is not a finite number from -1 on; "
                                   "check its values there and on the row before",
                                   store->names[i], (int)panel->date[now]);
        }
    }
    return NACRE_OK;
}

static nacre_status make_returns(nacre_ctx *ctx, const window *w, returns_store **out,
                                 nacre_error *err)
{
    const nacre_panel *panel = w->panel;
    size_t skip = panel->kind == NACRE_PANEL_PRICES;
    size_t periods = w->rows > skip ? w->rows - skip : 0, assets = 0;
    if (periods < 2)
        return fail_short(w, periods, err);
    for (size_t i = 0; i < panel->assets; i++)
        assets += w->gap[i] == NOT_YET;
    returns_store *store;
    nacre_status status = allocate(ctx, w, periods, assets, &store, err);
    if (status)
        return status;
    list_columns_and_rows(w, store);
    status = fill_values(w, store, err);
    if (status) {
        nacre_returns_destroy(ctx, &store->returns);
        return status;
    }
    nacre_returns *returns = &store->returns;
    returns->date = store->date;
    returns->names = store->names;
    returns->column = store->column;
    returns->values = store->values;
    returns->dropped_column = store->dropped_column;
    returns->dropped_row = store->dropped_row;
    returns->periods_per_year = panel->periods_per_year > 0.0 ? panel->periods_per_year
                                : panel->dated                ? periods_from_dates(panel, w)
                                                              : 0.0;
    *out = store;
    return NACRE_OK;
}

nacre_status nacre_panel_returns(nacre_ctx *ctx, const nacre_panel *panel, double min_share,
                                 nacre_returns **out, nacre_error *err)
{
    *out = NULL;
    if (!(min_share > 0.0 && min_share <= 1.0))
        return nacrei_fail(err, NACRE_E_ARG, "%g as share of columns; use a number in (0, 1]",
                           min_share);
    if (panel->assets == 0 || panel->dates == 0)
        return nacrei_fail(err, NACRE_E_SHAPE, "the panel has %zu rows and %zu columns",
                           panel->dates, panel->assets);
    double exact = min_share * (double)panel->assets;
    window w = {.panel = panel, .required = (size_t)ceil(exact - exact * SHARE_SLACK)};
    nacre_status status =
        nacrei_alloc(ctx, panel->assets, sizeof *w.gap, "panel gaps", &w.gap, err);
    if (!status)
        status = nacrei_alloc(ctx, panel->dates, sizeof *w.row, "panel window", &w.row, err);
    returns_store *store = NULL;
    if (!status) {
        find_window(&w);
        status = make_returns(ctx, &w, &store, err);
    }
    nacrei_free(ctx, w.row, panel->dates, sizeof *w.row);
    nacrei_free(ctx, w.gap, panel->assets, sizeof *w.gap);
    if (!status)
        *out = &store->returns;
    return status;
}

void nacre_returns_destroy(nacre_ctx *ctx, nacre_returns *returns)
{
    if (!returns)
        return;
    returns_store *store = (returns_store *)returns;
    nacrei_free(ctx, store->values, store->cells, sizeof *store->values);
    nacrei_free(ctx, store->date, returns->periods, sizeof *store->date);
    nacrei_free(ctx, store->names, returns->assets, sizeof *store->names);
    nacrei_free(ctx, store->column, returns->assets, sizeof *store->column);
    nacrei_free(ctx, store->dropped_column, store->panel_assets, sizeof *store->dropped_column);
    nacrei_free(ctx, store->dropped_row, store->panel_dates, sizeof *store->dropped_row);
    nacrei_free(ctx, store, 1, sizeof *store);
}
