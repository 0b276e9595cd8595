// SPDX-License-Identifier: Apache-2.0
// The simulated universe as a panel that everything else reads like anybody's own: wide CSV, one
// row per weekday, the shortest text of each close that reads back equal.
#include "cli/cli_export.h"
#include "core/alloc.h"
#include "core/json.h"
#include "core/timezone.h"

#include <errno.h>

/// The day `index` weekdays after a Monday.
static int32_t weekday(int64_t monday, uint32_t index)
{
    return nacrei_yyyymmdd_from_days(monday + index / 5 * 7 + index % 5);
}

static nacre_status write_panel_rows(FILE *out, const nacre_sim_panel_options *panel,
                                     int64_t monday, const double *prices, const char *path,
                                     nacre_error *err)
{
    bool ok = fputs("date", out) >= 0;
    for (uint32_t a = 0; a < panel->assets; a++)
        ok &= fprintf(out, ",A%03u", a + 1) > 0;
    for (uint32_t d = 0; d < panel->days && ok; d++) {
        int32_t date = weekday(monday, d);
        ok &= fprintf(out, "\n%04d-%02d-%02d", date / 10000, date / 100 % 100, date % 100) > 0;
        for (uint32_t a = 0; a < panel->assets; a++) {
            char text[40];
            (void)nacrei_format_double(text, sizeof text, prices[(size_t)d * panel->assets + a]);
            ok &= fprintf(out, ",%s", text) > 0;
        }
    }
    ok &= fputc('\n', out) != EOF;
    return ok ? NACRE_OK
              : nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
}

nacre_status cli_export_sim_panel(nacre_ctx *ctx, uint64_t seed, int64_t monday, const char *path,
                                  nacre_error *err)
{
    nacre_sim_panel_options panel;
    nacre_sim_panel_options_init(&panel);
    panel.seed = seed;
    double *prices = NULL;
    size_t cells = (size_t)panel.days * panel.assets;
    nacre_status status = nacrei_alloc(ctx, cells, sizeof *prices, "panel", &prices, err);
    if (!status)
        status = nacre_sim_panel(&panel, prices, NULL, NULL, err);
    cli_file file = {0};
    if (!status)
        status = cli_file_open(&file, path, err);
    if (!status)
        status = write_panel_rows(file.out, &panel, monday, prices, path, err);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    nacrei_free(ctx, prices, cells, sizeof *prices);
    return status;
}
