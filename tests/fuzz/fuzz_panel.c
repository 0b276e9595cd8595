// SPDX-License-Identifier: Apache-2.0
// Any bytes as a panel and as its table of groups: byte 0 chooses the options, the rest is the
// file, packed or plain. Whatever comes out must be a legal panel, returns without a NaN, and
// groups that are all used.
#include "nacre/panel.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds)
{
    if (!holds)
        abort();
}

static void check_panel(const nacre_panel *panel)
{
    require(panel->dates > 0 && panel->assets > 0);
    for (size_t t = 0; t < panel->dates; t++) {
        require(t == 0 || panel->date[t] > panel->date[t - 1]);
        for (size_t i = 0; i < panel->assets; i++) {
            double value = panel->values[t * panel->assets + i];
            require(!isinf(value) && !(panel->kind == NACRE_PANEL_PRICES && value <= 0.0));
        }
    }
    for (size_t i = 0; i < panel->assets; i++)
        require(panel->names[i][0] != '\0');
}

static void check_returns(nacre_ctx *ctx, const nacre_panel *panel, double share)
{
    nacre_returns *returns;
    if (nacre_panel_returns(ctx, panel, share, &returns, NULL))
        return;
    require(returns->periods >= 2);
    require(returns->assets + returns->dropped_columns == panel->assets);
    require((double)returns->assets >= share * (double)panel->assets * (1 - 1e-6));
    for (size_t i = 0; i < returns->periods * returns->assets; i++)
        require(isfinite(returns->values[i]) && returns->values[i] >= -1.0);
    for (size_t i = 0; i < returns->assets; i++)
        require(returns->names[i] == panel->names[returns->column[i]]);
    nacre_returns_destroy(ctx, returns);
}

static void check_groups(nacre_ctx *ctx, const char *path, const nacre_panel *panel)
{
    nacre_panel_group_table *groups;
    if (nacre_panel_groups(ctx, path, panel, &groups, NULL))
        return;
    size_t without = 0;
    uint32_t largest = 0;
    for (size_t i = 0; i < groups->assets; i++) {
        without += groups->group[i] == NACRE_GROUP_NONE;
        if (groups->group[i] != NACRE_GROUP_NONE && groups->group[i] > largest)
            largest = groups->group[i];
    }
    require(without == groups->missing && groups->groups == (size_t)largest + 1);
    for (size_t g = 1; g < groups->groups; g++)
        require(strcmp(groups->names[g - 1], groups->names[g]) < 0);
    nacre_panel_groups_destroy(ctx, groups);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nacre_ctx *ctx;
    require(ctx || nacre_ctx_create(NULL, &ctx, NULL) == NACRE_OK);
    if (size < 1)
        return 0;
    int fd = memfd_create("fuzz", MFD_CLOEXEC);
    require(fd >= 0 && write(fd, data + 1, size - 1) == (ssize_t)(size - 1));
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    options.kind = (nacre_panel_kind)(data[0] % 3);
    options.base_currency = data[0] & 4 ? "USD" : NULL;
    options.first_date = data[0] & 8 ? 20200103 : 0;
    options.last_date = data[0] & 16 ? 20200110 : 0;
    nacre_panel *panel;
    if (nacre_panel_open(ctx, path, &options, &panel, NULL) == NACRE_OK) {
        check_panel(panel);
        check_returns(ctx, panel, data[0] & 32 ? 0.5 : 0.95);
        nacre_panel_close(ctx, panel);
    }
    static const char *const names[] = {"A", "B", "C d", "E\"f"};
    const nacre_panel constituents = {.dates = 0, .assets = 4, .names = names};
    check_groups(ctx, path, &constituents);
    (void)close(fd);
    return 0;
}
