// SPDX-License-Identifier: Apache-2.0
// Sectors of a panel's columns from a CSV of constituents. Every column that the file names keeps
// its group's text; sorting the columns by that text afterwards gives the numbers, so neither the
// order of the file nor names that no column has matter.
#include "data/panel/panel_names.h"
#include "data/panel/panel_text.h"
#include "nacre/panel.h"

#include <inttypes.h>
#include <string.h>
#include <strings.h>

#define NO_TEXT SIZE_MAX

typedef struct groups_store {
    nacre_panel_group_table table; ///< first: one pointer serves both
    uint32_t *group;
    size_t *missing_column;
    const char **names;
    size_t name_capacity;
    char *text; ///< group names, each with its NUL
    size_t text_capacity;
} groups_store;

typedef struct groups_build {
    const nacre_panel *panel;
    nacrei_panel_text text;
    size_t symbol_column, group_column, columns; ///< of the file
    size_t *order;       ///< panel columns by name, later those with a group by group
    size_t *text_at;     ///< per panel column: offset of its group's name, or NO_TEXT
    const char **labels; ///< per panel column: its group's name
    size_t text_used;
    char *symbol; ///< the symbol of the row, unquoted
    size_t symbol_capacity;
    groups_store *store;
} groups_build;

static bool is_one_of(nacrei_field field, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(names[i]) == field.bytes && strncasecmp(field.text, names[i], field.bytes) == 0)
            return true;
    return false;
}

static nacre_status read_header(groups_build *build, nacre_error *err)
{
    static const char *const symbols[] = {"symbol", "ticker"};
    static const char *const groups[] = {"sector", "gics sector", "group"};
    const nacrei_panel_text *text = &build->text;
    build->symbol_column = build->group_column = SIZE_MAX;
    for (const char *p = text->line; p; build->columns++) {
        nacrei_field field;
        nacre_status status = nacrei_panel_text_field(text, &p, &field, err);
        if (status)
            return status;
        size_t *column =
            is_one_of(field, symbols, sizeof symbols / sizeof symbols[0]) ? &build->symbol_column
            : is_one_of(field, groups, sizeof groups / sizeof groups[0])  ? &build->group_column
                                                                          : NULL;
        if (column && *column != SIZE_MAX)
            return nacrei_panel_text_fail(text, field, NACRE_E_PARSE, "column",
                                          "is the second one that fits",
                                          "keep one column of symbols and one of sectors", err);
        if (column)
            *column = build->columns;
    }
    if (build->symbol_column != SIZE_MAX && build->group_column != SIZE_MAX)
        return NACRE_OK;
    const nacrei_field line = {text->line, (size_t)(text->eol - text->line)};
    return nacrei_panel_text_fail(text, line, NACRE_E_PARSE, "the header",
                                  build->symbol_column == SIZE_MAX ? "has no column Symbol"
                                                                   : "has no column Sector",
                                  "name one column Symbol and one Sector", err);
}

static nacre_status split_row(const groups_build *build, nacrei_field *symbol, nacrei_field *group,
                              nacre_error *err)
{
    const nacrei_panel_text *text = &build->text;
    size_t column = 0;
    for (const char *p = text->line; p; column++) {
        nacrei_field field;
        nacre_status status = nacrei_panel_text_field(text, &p, &field, err);
        if (status)
            return status;
        if (column == build->symbol_column)
            *symbol = field;
        if (column == build->group_column)
            *group = field;
    }
    if (column != build->columns)
        return nacrei_fail(err, NACRE_E_PARSE,
                           "%s:%" PRIu64 ":1: the row has %zu fields, the header %zu; repair the "
                           "row (fields with commas need quotes)",
                           text->input->place, text->number, column, build->columns);
    if (!nacrei_panel_text_is_name(*symbol))
        return nacrei_panel_text_fail(text, *symbol, NACRE_E_PARSE, "symbol",
                                      "is empty or holds bytes that are no text", "repair the row",
                                      err);
    if (group->bytes > 0 && !nacrei_panel_text_is_name(*group))
        return nacrei_panel_text_fail(text, *group, NACRE_E_PARSE, "sector",
                                      "holds bytes that are no text", "repair the row", err);
    return NACRE_OK;
}

/// Appends the group's name for a panel column, or compares it with the one that the column has.
static nacre_status take_group(groups_build *build, size_t column, nacrei_field field,
                               nacre_error *err)
{
    groups_store *store = build->store;
    nacre_status status = nacrei_grow(build->text.ctx, &store->text, &store->text_capacity,
                                      build->text_used + field.bytes + 1, 1, "group names", err);
    if (status)
        return status;
    char *to = store->text + build->text_used;
    size_t bytes = nacrei_panel_text_name(to, field) + 1;
    if (build->text_at[column] == NO_TEXT) {
        build->text_at[column] = build->text_used;
        build->text_used += bytes;
    } else if (strcmp(to, store->text + build->text_at[column]) != 0) {
        return nacrei_fail(err, NACRE_E_EXISTS,
                           "%s:%" PRIu64 ":1: '%.64s' is in '%.64s' here and in '%.64s' above; "
                           "keep one",
                           build->text.input->place, build->text.number,
                           build->panel->names[column], to, store->text + build->text_at[column]);
    }
    return NACRE_OK;
}

static nacre_status read_row(groups_build *build, nacre_error *err)
{
    nacrei_field symbol = {NULL, 0}, group = {NULL, 0};
    nacre_status status = split_row(build, &symbol, &group, err);
    if (!status)
        status = nacrei_grow(build->text.ctx, &build->symbol, &build->symbol_capacity,
                             symbol.bytes + 1, 1, "symbol", err);
    if (status)
        return status;
    (void)nacrei_panel_text_name(build->symbol, symbol);
    size_t column = nacrei_panel_find_name(build->panel->names, build->order, build->panel->assets,
                                           build->symbol);
    if (column == SIZE_MAX)
        build->store->table.unused++;
    else if (group.bytes > 0)
        return take_group(build, column, group, err);
    return NACRE_OK;
}

static nacre_status read_rows(groups_build *build, const char *path, nacre_error *err)
{
    bool more;
    nacre_status status = nacrei_panel_text_open(build->text.ctx, &build->text, path, err);
    if (!status)
        status = nacrei_panel_text_next(&build->text, &more, err);
    if (!status && !more)
        status = nacrei_fail(err, NACRE_E_PARSE, "%s: the file is empty", path);
    if (!status)
        status = read_header(build, err);
    while (!status) {
        status = nacrei_panel_text_next(&build->text, &more, err);
        if (status || !more)
            break;
        if (build->text.eol > build->text.line)
            status = read_row(build, err);
    }
    if (!status && build->text_used == 0)
        status = nacrei_fail(err, NACRE_E_NOTFOUND,
                             "%s: names a sector for none of the panel's %zu columns; compare the "
                             "spelling of the symbols",
                             build->text.input->place, build->panel->assets);
    return status;
}

/// Numbers the groups by name; lists the columns without one.
static nacre_status number_groups(groups_build *build, nacre_error *err)
{
    groups_store *store = build->store;
    size_t assets = build->panel->assets, grouped = 0;
    for (size_t i = 0; i < assets; i++) {
        store->group[i] = NACRE_GROUP_NONE;
        if (build->text_at[i] == NO_TEXT) {
            store->missing_column[store->table.missing++] = i;
            continue;
        }
        build->labels[i] = store->text + build->text_at[i];
        build->order[grouped++] = i;
    }
    nacrei_panel_sort_names(build->labels, build->order, grouped);
    for (size_t k = 0; k < grouped; k++) {
        size_t column = build->order[k];
        const char *label = build->labels[column];
        if (k == 0 || strcmp(label, store->names[store->table.groups - 1]) != 0) {
            nacre_status status =
                nacrei_grow(build->text.ctx, &store->names, &store->name_capacity,
                            store->table.groups + 1, sizeof *store->names, "group names", err);
            if (status)
                return status;
            store->names[store->table.groups++] = label;
        }
        store->group[column] = (uint32_t)(store->table.groups - 1);
    }
    return NACRE_OK;
}

static nacre_status allocate(nacre_ctx *ctx, groups_build *build, nacre_error *err)
{
    size_t assets = build->panel->assets;
    nacre_status status =
        nacrei_alloc(ctx, 1, sizeof *build->store, "panel groups", &build->store, err);
    if (status)
        return status;
    groups_store *store = build->store;
    store->table.assets = assets;
    status = nacrei_alloc(ctx, assets, sizeof *store->group, "panel groups", &store->group, err);
    if (!status)
        status = nacrei_alloc(ctx, assets, sizeof *store->missing_column, "panel groups",
                              &store->missing_column, err);
    if (!status)
        status = nacrei_alloc(ctx, assets, sizeof *build->order, "name order", &build->order, err);
    if (!status)
        status =
            nacrei_alloc(ctx, assets, sizeof *build->text_at, "group names", &build->text_at, err);
    if (!status)
        status =
            nacrei_alloc(ctx, assets, sizeof *build->labels, "group names", &build->labels, err);
    return status;
}

nacre_status nacre_panel_groups(nacre_ctx *ctx, const char *path, const nacre_panel *panel,
                                nacre_panel_group_table **out, nacre_error *err)
{
    *out = NULL;
    if (panel->assets >= NACRE_GROUP_NONE)
        return nacrei_fail(err, NACRE_E_LIMIT, "%zu columns are too many for groups",
                           panel->assets);
    size_t assets = panel->assets;
    groups_build build = {.panel = panel, .text = {.ctx = ctx}};
    nacre_status status = allocate(ctx, &build, err);
    if (!status) {
        for (size_t i = 0; i < assets; i++) {
            build.order[i] = i;
            build.text_at[i] = NO_TEXT;
        }
        nacrei_panel_sort_names(panel->names, build.order, assets);
        status = read_rows(&build, path, err);
    }
    if (!status)
        status = number_groups(&build, err);
    nacrei_panel_text_close(&build.text);
    nacrei_free(ctx, build.symbol, build.symbol_capacity, 1);
    nacrei_free(ctx, build.labels, assets, sizeof *build.labels);
    nacrei_free(ctx, build.text_at, assets, sizeof *build.text_at);
    nacrei_free(ctx, build.order, assets, sizeof *build.order);
    groups_store *store = build.store;
    if (status) {
        nacre_panel_groups_destroy(ctx, store ? &store->table : NULL);
        return status;
    }
    store->table.group = store->group;
    store->table.names = store->names;
    store->table.missing_column = store->missing_column;
    *out = &store->table;
    return NACRE_OK;
}

void nacre_panel_groups_destroy(nacre_ctx *ctx, nacre_panel_group_table *groups)
{
    if (!groups)
        return;
    groups_store *store = (groups_store *)groups;
    nacrei_free(ctx, store->group, groups->assets, sizeof *store->group);
    nacrei_free(ctx, store->missing_column, groups->assets, sizeof *store->missing_column);
    nacrei_free(ctx, store->names, store->name_capacity, sizeof *store->names);
    nacrei_free(ctx, store->text, store->text_capacity, 1);
    nacrei_free(ctx, store, 1, sizeof *store);
}
