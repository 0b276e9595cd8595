// SPDX-License-Identifier: Apache-2.0
// Market and group returns of a panel: the table of groups is matched with the assets of the
// window, and the regression runs over those that have a group. Groups that the window has emptied
// are left out; the assets keep their numbers in the returns, so that everything else can be joined
// to them.
#include "cli/cli_factors.h"
#include "core/alloc.h"
#include "core/status.h"

/// Scratch of the regression: the returns of the assets that have a group.
typedef struct grouping {
    double *returns;
    uint32_t *group;
    uint32_t *number;   ///< per group of the table: its number among those used
    const char **names; ///< of those used
    size_t used;
} grouping;

/// Numbers the groups that still have an asset and lists the assets that have one.
static void fill_members(cli_factors *f, grouping *g)
{
    const nacre_returns *r = f->panel.returns;
    for (size_t i = 0; i < f->groups->groups; i++)
        g->number[i] = NACRE_GROUP_NONE;
    for (size_t i = 0; i < r->assets; i++) {
        uint32_t group = f->groups->group[r->column[i]];
        f->member_of[i] = SIZE_MAX;
        if (group == NACRE_GROUP_NONE)
            continue;
        if (g->number[group] == NACRE_GROUP_NONE) {
            g->names[g->used] = f->groups->names[group];
            g->number[group] = (uint32_t)g->used++;
        }
        g->group[f->grouped] = g->number[group];
        f->member_of[i] = f->grouped;
        f->member[f->grouped++] = i;
    }
    for (size_t t = 0; t < r->periods; t++)
        for (size_t i = 0; i < f->grouped; i++)
            g->returns[t * f->grouped + i] = r->values[t * r->assets + f->member[i]];
}

nacre_status cli_factors_regress(nacre_ctx *ctx, const char *path, cli_factors *f, nacre_error *err)
{
    const nacre_returns *r = f->panel.returns;
    grouping g = {0};
    nacre_status status = nacre_panel_groups(ctx, path, f->panel.panel, &f->groups, err);
    if (status)
        return status;
    size_t n = r->assets, groups = f->groups->groups;
    status = nacrei_alloc(ctx, n, sizeof *f->member, "group members", &f->member, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *f->member_of, "group members", &f->member_of, err);
    if (!status)
        status = nacrei_alloc(ctx, n * r->periods, sizeof *g.returns, "returns", &g.returns, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *g.group, "groups", &g.group, err);
    if (!status)
        status = nacrei_alloc(ctx, groups, sizeof *g.number, "groups", &g.number, err);
    if (!status)
        status = nacrei_alloc(ctx, groups, sizeof *g.names, "groups", &g.names, err);
    if (!status) {
        fill_members(f, &g);
        status = f->grouped
                     ? nacre_risk_model_create(ctx, r->periods, f->grouped, g.returns, f->grouped,
                                               g.group, g.used, g.names, NULL, &f->model, err)
                     : nacrei_fail(err, NACRE_E_NOTFOUND, "%s: no asset of the window has a group",
                                   path);
    }
    nacrei_free(ctx, g.returns, n * r->periods, sizeof *g.returns);
    nacrei_free(ctx, g.group, n, sizeof *g.group);
    nacrei_free(ctx, g.number, groups, sizeof *g.number);
    nacrei_free(ctx, g.names, groups, sizeof *g.names);
    return status;
}
