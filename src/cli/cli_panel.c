// SPDX-License-Identifier: Apache-2.0
// Reads a panel for a command and says what of it is used. Every dropped column is named, because
// an asset that silently is not there changes every figure that follows.
#include "cli/cli_panel.h"

#include "cli/cli_text.h"
#include "core/timezone.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

/// Names listed on one line of text; --json has all.
#define LISTED 12

bool cli_panel_date(const cli_args *args, const char *option, int32_t *date)
{
    const char *text = cli_value(args, option);
    int32_t value = 0;
    int64_t days;
    size_t digits = 0, dashes = 0;
    if (!text)
        return true;
    for (const char *c = text; *c; c++) {
        if (*c == '-' && (digits == 4 || digits == 6) && dashes < 2) {
            dashes++;
        } else if (*c >= '0' && *c <= '9' && digits < 8) {
            value = value * 10 + (*c - '0');
            digits++;
        } else {
            digits = 99;
            break;
        }
    }
    if (digits != 8 || dashes == 1 || !nacrei_days_from_yyyymmdd(value, &days)) {
        (void)cli_usage(args, "--%s: \"%s\" is no date such as 2013-10-04", option, text);
        return false;
    }
    *date = value;
    return true;
}

bool cli_panel_parse(const cli_args *args, cli_panel *panel)
{
    *panel = (cli_panel){.min_share = 0.95};
    if (args->argc != 1) {
        (void)cli_usage(args, "name one panel file");
        return false;
    }
    panel->path = args->argv[0];
    nacre_panel_options_init(&panel->options);
    const char *kind = cli_value(args, "panel-kind");
    if (kind && !nacre_panel_kind_parse(kind, &panel->options.kind)) {
        (void)cli_usage(args, "--panel-kind: \"%s\" is not prices, simple or log", kind);
        return false;
    }
    if (!cli_panel_date(args, "from", &panel->options.first_date) ||
        !cli_panel_date(args, "to", &panel->options.last_date) ||
        !cli_double(args, "min-share", 1e-9, 1.0, &panel->min_share))
        return false;
    return cli_double(args, "periods-per-year", 1e-3, 1e9, &panel->options.periods_per_year);
}

nacre_status cli_panel_load(nacre_ctx *ctx, cli_panel *panel, nacre_error *err)
{
    nacre_status status = nacre_panel_open(ctx, panel->path, &panel->options, &panel->panel, err);
    if (!status)
        status = nacre_panel_returns(ctx, panel->panel, panel->min_share, &panel->returns, err);
    if (status)
        return status;
    const nacre_panel *p = panel->panel;
    panel->all_alive = true;
    for (size_t i = 0; i < p->assets; i++)
        panel->all_alive &= !isnan(p->values[(p->dates - 1) * p->assets + i]);
    return NACRE_OK;
}

void cli_panel_unload(nacre_ctx *ctx, cli_panel *panel)
{
    nacre_returns_destroy(ctx, panel->returns);
    nacre_panel_close(ctx, panel->panel);
    panel->returns = NULL;
    panel->panel = NULL;
}

cli_day cli_panel_day(const nacre_panel *panel, int32_t date)
{
    cli_day day;
    if (panel->dated)
        (void)snprintf(day.text, sizeof day.text, "%04d-%02d-%02d", date / 10000, date / 100 % 100,
                       date % 100);
    else
        (void)snprintf(day.text, sizeof day.text, "row %" PRId32, date);
    return day;
}

static void print_dropped(FILE *out, const cli_panel *panel)
{
    const nacre_returns *r = panel->returns;
    (void)fprintf(out, "dropped     %s of %s columns, %s rows",
                  cli_count_text(r->dropped_columns).text,
                  cli_count_text(panel->panel->assets).text, cli_count_text(r->dropped_rows).text);
    for (size_t i = 0; i < r->dropped_columns && i < LISTED; i++)
        (void)fprintf(out, "%s%s", i ? ", " : "; gaps in the window: ",
                      panel->panel->names[r->dropped_column[i]]);
    (void)fprintf(out, "%s\n", r->dropped_columns > LISTED ? ", ..." : "");
}

void cli_panel_print(FILE *out, const cli_panel *panel)
{
    const nacre_panel *p = panel->panel;
    const nacre_returns *r = panel->returns;
    (void)fprintf(out, "panel       %s assets x %s simple returns (file: %s), %s to %s",
                  cli_count_text(r->assets).text, cli_count_text(r->periods).text,
                  nacre_panel_kind_name(p->kind), cli_panel_day(p, r->date[0]).text,
                  cli_panel_day(p, r->date[r->periods - 1]).text);
    if (r->periods_per_year > 0.0)
        (void)fprintf(out, ", %g a year\n", r->periods_per_year);
    else
        (void)fprintf(out, "; no annual figures without --periods-per-year\n");
    print_dropped(out, panel);
    if (panel->all_alive && p->assets > 1)
        (void)fprintf(out, "warning     survivorship: no asset of this panel ends before its last "
                           "row; if these are\n            today's constituents, past results are "
                           "better than anyone could have had\n");
}

void cli_panel_json(nacrei_json *json, const cli_panel *panel)
{
    const nacre_panel *p = panel->panel;
    const nacre_returns *r = panel->returns;
    nacrei_json_key(json, "panel");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "path", panel->path);
    nacrei_json_put_string(json, "kind", nacre_panel_kind_name(p->kind));
    nacrei_json_put_uint(json, "assets", r->assets);
    nacrei_json_put_uint(json, "periods", r->periods);
    nacrei_json_put_string(json, "first", cli_panel_day(p, r->date[0]).text);
    nacrei_json_put_string(json, "last", cli_panel_day(p, r->date[r->periods - 1]).text);
    nacrei_json_put_double(json, "periods_per_year",
                           r->periods_per_year > 0.0 ? r->periods_per_year : (double)NAN);
    nacrei_json_put_double(json, "min_share", panel->min_share);
    nacrei_json_put_string(json, "currency", p->currency);
    nacrei_json_put_bool(json, "survivorship_warning", panel->all_alive && p->assets > 1);
    nacrei_json_put_uint(json, "dropped_rows", r->dropped_rows);
    nacrei_json_key(json, "dropped_columns");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < r->dropped_columns; i++)
        nacrei_json_string(json, p->names[r->dropped_column[i]]);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}
