// SPDX-License-Identifier: Apache-2.0
// Figures of the model: the spectrum that it was estimated from, and what each policy predicted and
// got through the years before. A policy keeps its colour and its dash in every drawing.
#include "cli/report_desk.h"
#include "cli/report_desk_charts.h"
#include "cli/report_parts.h"
#include "cli/svg_columns.h"
#include "core/alloc.h"

#include <math.h>
#include <string.h>

#define TRIO_WIDTH 330.0

static const char *const walk_css[RUN_DESK_WALKS] = {"walk-0", "walk-1", "walk-2"};

/// The spectrum on logarithmic axes; x is log10 of the rank because the axis itself is linear.
typedef struct spectrum {
    const run_desk *desk;
    const double *x, *y; ///< log10 of the rank; per cent of the variance
    double edge;         ///< the noise edge, per cent
} spectrum;

static void draw_scree(FILE *out, double width, const void *user)
{
    const spectrum *data = user;
    size_t n = data->desk->pca->components;
    bool wide = width == REPORT_WIDE;
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = wide ? 270.0 : 230.0,
                       .left = wide ? 52.0 : 42.0,
                       .right = width - 8.0,
                       .top = 20.0,
                       .x_low = -0.04,
                       .x_high = fmax(data->x[n - 1], 0.3) + 0.04,
                       .y_low = data->edge / 30.0,
                       .y_high = fmax(data->y[0], data->edge) * 1.3,
                       .y_log = true};
    chart.bottom = chart.height - 36.0;
    nacrei_svg_begin(&chart, "Scree plot: share of the variance by rank of the eigenvalue");
    nacrei_svg_y_axis(&chart, "% of the variance, log scale");
    svg_tick ticks[16];
    double at[16];
    size_t count = nacrei_svg_log_ticks(1.0, pow(10.0, chart.x_high), 12, at);
    for (size_t i = 0; i < count; i++) {
        ticks[i] = (svg_tick){.at = log10(at[i])};
        (void)snprintf(ticks[i].label, sizeof ticks[i].label, "%.0f", at[i]);
    }
    nacrei_svg_x_axis(&chart, ticks, count, "rank of the eigenvalue, log scale");
    size_t above = data->desk->above_noise < n ? data->desk->above_noise : n;
    nacrei_svg_points(&chart, "noise", data->x + above, data->y + above, n - above);
    nacrei_svg_points(&chart, "factor", data->x, data->y, above);
    char label[64];
    (void)snprintf(label, sizeof label, "noise edge %.3f %%", data->edge);
    nacrei_svg_rule(&chart, "rule", data->edge, label);
    nacrei_svg_end(&chart);
}

nacre_status nacrei_desk_scree_figure(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    const nacre_pca *pca = desk->pca;
    if (!pca || pca->components == 0 || !(pca->total_variance > 0.0) || !(pca->noise_edge > 0.0))
        return NACRE_OK;
    size_t n = pca->components;
    double *storage = NULL;
    nacre_status status =
        nacrei_alloc(job->ctx, n, 2 * sizeof *storage, "scree plot", &storage, err);
    if (status)
        return status;
    double largest = 0.0;
    for (size_t k = 0; k < n; k++) {
        storage[k] = log10((double)k + 1.0);
        storage[n + k] = 100.0 * pca->explained_ratio[k];
        if (k < desk->above_noise)
            largest += pca->explained_ratio[k];
    }
    spectrum data = {desk, storage, storage + n, 100.0 * pca->noise_edge / pca->total_variance};
    nacrei_report_caption(out, "How many factors there are",
                          "Eigenvalues of the sample %s of %s assets over %s %ss. Independent "
                          "returns of equal variance would "
                          "keep nearly all of them below the Marchenko-Pastur edge; %s stand%s "
                          "above and explain %s of the "
                          "variance. Values far below the edge are drawn at the foot.",
                          pca->correlation ? "correlation" : "covariance",
                          cli_count_text(pca->assets).text, cli_count_text(pca->periods).text,
                          nacrei_desk_period(desk), cli_count_text(desk->above_noise).text,
                          desk->above_noise == 1 ? "s" : "",
                          nacrei_report_percent(largest, 1).text);
    nacrei_report_twice(out, draw_scree, &data);
    fputs("<ul class=\"legend\"><li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><path "
          "class=\"factor\" d=\"M9 5h0\"/></svg>above the edge</li><li><svg viewBox=\"0 0 18 10\" "
          "aria-hidden=\"true\"><path class=\"noise\" d=\"M9 5h0\"/></svg>indistinguishable from "
          "noise</li></ul></figure>\n",
          out);
    nacrei_free(job->ctx, storage, n, 2 * sizeof *storage);
    return NACRE_OK;
}

/// One policy's periods in per cent.
typedef struct walk_view {
    const run_desk *desk;
    size_t which;
    double *edge, *middle, *predicted, *realised;
    double top; ///< of all policies
} walk_view;

/// A tick where the calendar year changes, at `place` of each of the dates.
static size_t year_ticks(const run_desk *desk, const size_t *index, size_t count, svg_tick *ticks)
{
    size_t used = 0;
    int32_t last = 0;
    if (!desk->panel.panel->dated)
        return 0;
    for (size_t k = 0; k < count && used < SVG_TICKS_MAX; k++) {
        int32_t year = desk->walk_date[index ? index[k] : k] / 10000;
        if (year == last)
            continue;
        last = year;
        ticks[used] = (svg_tick){.at = (double)k, .strong = true};
        (void)snprintf(ticks[used].label, sizeof ticks[used].label, "%d", (int)year);
        used++;
    }
    return used;
}

static void draw_walk(FILE *out, const walk_view *view)
{
    const run_desk *desk = view->desk;
    size_t n = desk->walk[view->which].rebalances;
    svg_chart chart = {.out = out,
                       .width = TRIO_WIDTH,
                       .height = 200.0,
                       .left = 34.0,
                       .right = TRIO_WIDTH - 4.0,
                       .top = 20.0,
                       .bottom = 176.0,
                       .x_low = 0.0,
                       .x_high = (double)n,
                       .y_low = 0.0,
                       .y_high = view->top > 0.0 ? view->top * 1.04 : 1.0};
    char aria[160], css[32];
    (void)snprintf(aria, sizeof aria, "Predicted and realised volatility of %s",
                   nacrei_desk_policy(&desk->walk[view->which]).text);
    nacrei_svg_begin(&chart, aria);
    nacrei_svg_y_axis(&chart, nacrei_desk_annual(desk) ? "volatility, % a year" : "volatility, %");
    svg_tick ticks[SVG_TICKS_MAX];
    nacrei_svg_x_axis(&chart, ticks, year_ticks(desk, desk->walk_start, n, ticks), NULL);
    nacrei_svg_points(&chart, "got", view->middle, view->realised, n);
    (void)snprintf(css, sizeof css, "%s said", walk_css[view->which]);
    nacrei_svg_steps(&chart, css, view->edge, view->predicted, n);
    nacrei_svg_end(&chart);
}

static nacre_status trio(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    size_t most = 0;
    walk_view view = {.desk = desk};
    for (size_t w = 0; w < desk->walk_count; w++) {
        const run_desk_walk *walk = &desk->walk[w];
        most = walk->rebalances > most ? walk->rebalances : most;
        for (size_t k = 0; k < walk->rebalances; k++)
            view.top = fmax(view.top, 100.0 * fmax(walk->predicted[k], walk->realised[k]));
    }
    double *storage = NULL;
    nacre_status status =
        nacrei_alloc(job->ctx, most + 1, 4 * sizeof *storage, "walk charts", &storage, err);
    if (status)
        return status;
    view.edge = storage;
    view.middle = storage + (most + 1);
    view.predicted = storage + 2 * (most + 1);
    view.realised = storage + 3 * (most + 1);
    nacrei_report_caption(
        out, "Predicted and realised volatility",
        "Line: predicted at the rebalance from the %s %ss before it; dots: realised over the "
        "holding period of up to %s %ss that followed, so noisy by nature. One scale for all.",
        cli_count_text(desk->walk_window).text, nacrei_desk_period(desk),
        cli_count_text(desk->walk_hold).text, nacrei_desk_period(desk));
    fputs("<div class=\"trio\">", out);
    for (view.which = 0; view.which < desk->walk_count; view.which++) {
        const run_desk_walk *walk = &desk->walk[view.which];
        for (size_t k = 0; k <= walk->rebalances; k++)
            view.edge[k] = (double)k;
        for (size_t k = 0; k < walk->rebalances; k++) {
            view.middle[k] = (double)k + 0.5;
            view.predicted[k] = 100.0 * walk->predicted[k];
            view.realised[k] = 100.0 * walk->realised[k];
        }
        fputs("<div><h4>", out);
        nacrei_svg_text(out, nacrei_desk_policy(walk).text);
        fputs("</h4>", out);
        draw_walk(out, &view);
        fputs("</div>", out);
    }
    fputs("</div></figure>\n", out);
    nacrei_free(job->ctx, storage, most + 1, 4 * sizeof *storage);
    return NACRE_OK;
}

static void draw_wealth(FILE *out, double width, const void *user)
{
    const run_desk *desk = user;
    bool wide = width == REPORT_WIDE;
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = wide ? 270.0 : 230.0,
                       .left = wide ? 46.0 : 36.0,
                       .right = width - 4.0,
                       .top = 20.0,
                       .x_low = 0.0,
                       .x_high = desk->walk_days > 1 ? (double)desk->walk_days - 1.0 : 1.0,
                       .y_low = HUGE_VAL,
                       .y_high = -HUGE_VAL};
    chart.bottom = chart.height - 24.0;
    for (size_t w = 0; w < desk->walk_count; w++)
        for (size_t i = 0; i < desk->walk_days; i++) {
            chart.y_low = fmin(chart.y_low, desk->walk[w].wealth[i]);
            chart.y_high = fmax(chart.y_high, desk->walk[w].wealth[i]);
        }
    nacrei_svg_pad_range(&chart.y_low, &chart.y_high, 0.05, false);
    nacrei_svg_begin(&chart, "Wealth of each policy through the walk forward, before cost");
    nacrei_svg_y_axis(&chart, "value of 1 at the start");
    svg_tick ticks[SVG_TICKS_MAX];
    nacrei_svg_x_axis(&chart, ticks, year_ticks(desk, NULL, desk->walk_days, ticks), NULL);
    for (size_t w = desk->walk_count; w-- > 0;)
        nacrei_svg_line(&chart, walk_css[w], desk->walk[w].wealth, desk->walk_days);
    nacrei_svg_end(&chart);
}

nacre_status nacrei_desk_walk_figures(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    if (desk->walk_count == 0 || desk->walk_days == 0)
        return NACRE_OK;
    nacre_status status = trio(out, job, err);
    if (status)
        return status;
    nacrei_report_caption(out, "What each policy made",
                          "Value of 1 held by each policy, before cost. Minimum variance promises "
                          "less risk, not more return; do not choose a policy by this chart.");
    nacrei_report_twice(out, draw_wealth, desk);
    fputs("<ul class=\"legend\">", out);
    for (size_t w = 0; w < desk->walk_count; w++) {
        fprintf(out,
                "<li><svg viewBox=\"0 0 26 10\" aria-hidden=\"true\"><path class=\"%s\" "
                "d=\"M0 5H26\"/></svg>",
                walk_css[w]);
        nacrei_svg_text(out, nacrei_desk_policy(&desk->walk[w]).text);
        fputs("</li>", out);
    }
    fputs("</ul></figure>\n", out);
    return NACRE_OK;
}
