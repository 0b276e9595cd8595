// SPDX-License-Identifier: Apache-2.0
// A panel of prices or returns as an operand: the options that choose its kind and window, and the
// returns with everything that was dropped on the way.
#ifndef NACREI_CLI_PANEL_H
#define NACREI_CLI_PANEL_H

#include "cli/command.h"
#include "core/json.h"
#include "nacre/panel.h"

/// Rows for a command's option table.
#define CLI_PANEL_OPTIONS                                                                          \
    {"panel-kind", 0, "KIND", "what the panel holds: prices, simple or log (default prices)"},     \
        {"from", 0, "DATE", "first date, yyyy-mm-dd"}, {"to", 0, "DATE", "last date, yyyy-mm-dd"}, \
        {"min-share", 0, "X", "share of columns complete in the window (default 0.95)"},           \
    {                                                                                              \
        "periods-per-year", 0, "K", "for annual figures (default: from the dates)"                 \
    }

typedef struct cli_panel {
    const char *path;
    nacre_panel_options options;
    double min_share;
    nacre_panel *panel;
    nacre_returns *returns;
    bool all_alive; ///< no column of the panel ends before its last row
} cli_panel;

/// An option's date, yyyy-mm-dd or yyyymmdd; unchanged when not given. Prints and returns false
/// when bad.
bool cli_panel_date(const cli_args *args, const char *option, int32_t *date);
/// Reads the options and the operand PANEL. Prints and returns false when bad.
bool cli_panel_parse(const cli_args *args, cli_panel *panel);
NACRE_MUST_CHECK nacre_status cli_panel_load(nacre_ctx *ctx, cli_panel *panel, nacre_error *err);
void cli_panel_unload(nacre_ctx *ctx, cli_panel *panel);

/// A day of the panel: "2013-10-04", or "row 17" when it has no dates.
typedef struct cli_day {
    char text[24];
} cli_day;
cli_day cli_panel_day(const nacre_panel *panel, int32_t date);

/// Shape, window, what was dropped, and the survivorship warning.
void cli_panel_print(FILE *out, const cli_panel *panel);
/// The same as members of the open JSON object, under "panel".
void cli_panel_json(nacrei_json *json, const cli_panel *panel);

#endif
