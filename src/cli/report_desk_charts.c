// SPDX-License-Identifier: Apache-2.0
// Figures of one portfolio: what it can lose, by which method, what it did lose, and where the
// money and the risk are. Bins and rows are few and of fixed number, so that a million scenarios
// draw as fast and as small as a thousand.
#include "cli/report_desk_charts.h"

#include "cli/report_charts.h"
#include "cli/report_desk.h"
#include "cli/report_parts.h"
#include "cli/svg_columns.h"
#include "core/alloc.h"

#include <math.h>
#include <string.h>

#define LOSS_BINS 90
#define NEARLY_NORMAL 100.0 ///< degrees of freedom: an excess kurtosis below 6 / 96
#define DAY_WIDTH_MAX 48.0  ///< px of a day's bar
#define PAIR_ROWS 20
#define GROUP_ROWS 24

static const char *const level_names[RUN_DESK_LEVELS] = {"VaR 95", "VaR 99", "ES 97.5"};

/// Losses in per cent, binned over [edge[0], edge[LOSS_BINS]].
typedef struct loss_bins {
    const run_desk *desk;
    double edge[LOSS_BINS + 1];
    double simulated[LOSS_BINS], historical[LOSS_BINS]; ///< per cent of scenarios, of periods
    double top;
    size_t outside, days; ///< scenarios not drawn; historical periods
} loss_bins;

static void fill_bins(const loss_bins *bins, const double *values, double sign, size_t count,
                      double *share, size_t *outside)
{
    double low = bins->edge[0], width = (bins->edge[LOSS_BINS] - low) / LOSS_BINS;
    size_t left_out = 0;
    for (size_t i = 0; i < count; i++) {
        double place = (sign * 100.0 * values[i] - low) / width;
        if (place >= 0.0 && place < (double)LOSS_BINS)
            share[(size_t)place] += 100.0 / (double)count;
        else
            left_out++;
    }
    *outside = left_out;
}

/// The range is that of the tail: some twice ES to either side. What lies outside is counted.
static void bin_losses(loss_bins *bins, const run_desk *desk)
{
    *bins = (loss_bins){.desk = desk};
    double scale = 100.0 * desk->figure[RUN_DESK_MONTE_CARLO][DESK_ES_975].value;
    if (!(scale > 0.0) || !isfinite(scale))
        scale = 1.0;
    for (size_t i = 0; i <= LOSS_BINS; i++)
        bins->edge[i] = scale * (-1.7 + 3.9 * (double)i / LOSS_BINS);
    size_t outside_days = 0;
    bins->days = desk->returns ? desk->panel.returns->periods : 0;
    fill_bins(bins, desk->losses, 1.0, desk->scenarios, bins->simulated, &bins->outside);
    if (bins->days)
        fill_bins(bins, desk->returns, -1.0, bins->days, bins->historical, &outside_days);
    for (size_t i = 0; i < LOSS_BINS; i++)
        bins->top = fmax(bins->top, fmax(bins->simulated[i], bins->historical[i]));
}

static void loss_hover(const void *user, size_t index, char *text, size_t bytes)
{
    const loss_bins *bins = user;
    (void)snprintf(text, bytes, "loss of %s to %s %%\n%.3f %% of scenarios, %.3f %% of past %ss",
                   nacrei_report_number(bins->edge[index], 2).text,
                   nacrei_report_number(bins->edge[index + 1], 2).text, bins->simulated[index],
                   bins->historical[index], nacrei_desk_period(bins->desk));
}

/// VaR and ES, the smallest in the first row so that no line crosses a label.
static void put_marks(const svg_chart *chart, const run_desk *desk, bool wide)
{
    const nacre_risk_figure *figures = desk->figure[RUN_DESK_MONTE_CARLO];
    for (size_t level = 0; level < RUN_DESK_LEVELS; level++) {
        const nacre_risk_figure *figure = &figures[level];
        char label[160];
        size_t row = 0;
        if (!isfinite(figure->value))
            continue;
        for (size_t k = 0; k < RUN_DESK_LEVELS; k++)
            row += figures[k].value < figure->value ||
                   (figures[k].value == figure->value && k < level);
        if (wide)
            (void)snprintf(label, sizeof label, "%s: %s, standard error %s", level_names[level],
                           nacrei_report_percent(figure->value, 3).text,
                           nacrei_report_percent(figure->standard_error, 3).text);
        else
            (void)snprintf(label, sizeof label, "%s: %.2f", level_names[level],
                           100.0 * figure->value);
        const double edge[] = {100.0 * figure->low, 100.0 * figure->high};
        double top = nacrei_svg_upright_top(chart, row);
        if (isfinite(edge[0]) && isfinite(edge[1]))
            nacrei_svg_columns(chart, "sure", edge, &top, 1, 0.0);
        nacrei_svg_upright(chart, "mark", 100.0 * figure->value, row, label);
    }
}

static void draw_losses(FILE *out, double width, const void *user)
{
    const loss_bins *bins = user;
    const run_desk *desk = bins->desk;
    bool wide = width == REPORT_WIDE;
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = wide ? 300.0 : 260.0,
                       .left = wide ? 46.0 : 34.0,
                       .right = width - 4.0,
                       .top = 20.0,
                       .x_low = bins->edge[0],
                       .x_high = bins->edge[LOSS_BINS],
                       .y_low = 0.0,
                       .y_high = bins->top > 0.0 ? bins->top * 1.04 : 1.0};
    chart.bottom = chart.height - 36.0;
    char title[64];
    (void)snprintf(title, sizeof title, "per cent of scenarios (line: of past %ss)",
                   nacrei_desk_period(desk));
    nacrei_svg_begin(&chart, "Distribution of simulated losses with VaR and expected shortfall");
    nacrei_svg_y_axis(&chart, title);
    nacrei_svg_columns(&chart, "mass", bins->edge, bins->simulated, LOSS_BINS, 0.6);
    nacrei_svg_steps(&chart, "past", bins->edge, bins->historical, bins->days ? LOSS_BINS : 0);
    double from = desk->figure[RUN_DESK_HISTORICAL][DESK_VAR_95].value;
    for (size_t i = 0; i < bins->days; i++) {
        double loss = -100.0 * desk->returns[i];
        if (-desk->returns[i] >= from && loss <= chart.x_high)
            nacrei_svg_rug(&chart, "rug", &loss, 1);
    }
    char x_title[64];
    (void)snprintf(x_title, sizeof x_title, "loss over 1 %s, %% of the value",
                   nacrei_desk_period(desk));
    nacrei_svg_x_numbers(&chart, wide ? 12 : 6, x_title);
    if (wide)
        nacrei_svg_hover(&chart, LOSS_BINS, LOSS_BINS, loss_hover, bins);
    put_marks(&chart, desk, wide);
    nacrei_svg_end(&chart);
}

void nacrei_desk_losses_figure(FILE *out, const run_desk *desk)
{
    if (!desk->losses || desk->scenarios == 0)
        return;
    loss_bins bins;
    bin_losses(&bins, desk);
    nacrei_report_caption(
        out, "Loss distribution",
        "%s scenarios of a multivariate Student t with %s degrees of freedom%s and the covariance "
        "used (seed %llu); the line and the marks at the foot are the same weights on the %s past "
        "%ss, marks from VaR 95 on. Shaded: 95 %% intervals of the simulation, often thinner than "
        "the line. %s scenarios lie outside the drawing.",
        cli_count_text(desk->scenarios).text, nacrei_report_number(desk->nu, 1).text,
        desk->nu >= NEARLY_NORMAL ? " (nearly normal)" : "", (unsigned long long)desk->seed,
        cli_count_text(bins.days).text, nacrei_desk_period(desk),
        cli_count_text(bins.outside).text);
    nacrei_report_twice(out, draw_losses, &bins);
    fputs("</figure>\n", out);
}

#define METHOD_ROWS (RUN_DESK_LEVELS * (RUN_DESK_METHODS + 1))

static void draw_methods(FILE *out, double width, const void *user)
{
    static const char *const names[RUN_DESK_METHODS] = {"historical", "normal", "Student t",
                                                        "Monte Carlo t"};
    const run_desk *desk = user;
    bool wide = width == REPORT_WIDE;
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = 18.0 * METHOD_ROWS + 50.0,
                       .left = wide ? 190.0 : 104.0,
                       .right = width - 8.0,
                       .top = 8.0,
                       .x_low = HUGE_VAL,
                       .x_high = -HUGE_VAL,
                       .y_low = METHOD_ROWS,
                       .y_high = 0.0};
    chart.bottom = chart.height - 36.0;
    for (size_t m = 0; m < RUN_DESK_METHODS; m++)
        for (size_t level = 0; level < RUN_DESK_LEVELS; level++) {
            const nacre_risk_figure *figure = &desk->figure[m][level];
            const double part[] = {figure->low, figure->value, figure->high};
            for (size_t k = 0; k < 3; k++) {
                if (!isfinite(part[k]))
                    continue;
                chart.x_low = fmin(chart.x_low, 100.0 * part[k]);
                chart.x_high = fmax(chart.x_high, 100.0 * part[k]);
            }
        }
    nacrei_svg_pad_range(&chart.x_low, &chart.x_high, 0.04, false);
    nacrei_svg_begin(&chart, "VaR and expected shortfall by method with 95 % intervals");
    char title[64];
    (void)snprintf(title, sizeof title, "loss over 1 %s, %% of the value",
                   nacrei_desk_period(desk));
    nacrei_svg_x_grid(&chart, wide ? 12 : 6);
    nacrei_svg_x_numbers(&chart, wide ? 12 : 6, title);
    for (size_t level = 0; level < RUN_DESK_LEVELS; level++) {
        double row = (double)(level * (RUN_DESK_METHODS + 1)) + 0.5;
        nacrei_svg_row_label(&chart, "tick head", row, level_names[level]);
        for (size_t m = 0; m < RUN_DESK_METHODS; m++) {
            const nacre_risk_figure *figure = &desk->figure[m][level];
            row += 1.0;
            nacrei_svg_row_label(&chart, "tick", row, names[m]);
            nacrei_svg_whisker(&chart, "whisker", row, 100.0 * figure->low, 100.0 * figure->value,
                               100.0 * figure->high);
        }
    }
    nacrei_svg_end(&chart);
}

void nacrei_desk_methods_figure(FILE *out, const run_desk *desk)
{
    nacrei_report_caption(
        out, "The same loss by four methods",
        "Dot: estimate; whisker: its 95 %% interval from the sample or the simulation alone. Where "
        "methods lie further apart than their intervals, the choice of the method is the larger "
        "doubt.");
    nacrei_report_twice(out, draw_methods, desk);
    fputs("</figure>\n", out);
}

static void followed_hover(const void *user, size_t index, char *text, size_t bytes)
{
    const run_desk *desk = user;
    const run_desk_day *day = &desk->day[index];
    (void)snprintf(text, bytes, "%s: %s, VaR 99 of the evening before %s, ES 97.5 %s%s",
                   cli_panel_day(desk->panel.panel, day->date).text,
                   nacrei_report_percent(day->pnl, 3).text,
                   nacrei_report_percent(day->var99, 3).text,
                   nacrei_report_percent(day->es975, 3).text, day->exception ? "; exception" : "");
}

static size_t day_ticks(const run_desk *desk, size_t limit, svg_tick *ticks)
{
    int64_t local[RUN_DESK_FOLLOWED_MAX];
    if (!desk->panel.panel->dated)
        return 0;
    for (size_t i = 0; i < desk->followed; i++) {
        int32_t date = desk->day[i].date;
        local[i] = 86400 * nacrei_days_from_civil(date / 10000, (uint32_t)(date / 100 % 100),
                                                  (uint32_t)(date % 100));
    }
    size_t count = nacrei_report_ticks(local, desk->followed, limit, ticks);
    for (size_t i = 0; i < count; i++) {
        ticks[i].at += 0.5;
        ticks[i].strong = false; // the grid of days would be denser than the bars
    }
    return count;
}

static void draw_followed(FILE *out, double width, const void *user)
{
    const run_desk *desk = user;
    bool wide = width == REPORT_WIDE;
    size_t n = desk->followed;
    double edge[RUN_DESK_FOLLOWED_MAX + 1], kept[RUN_DESK_FOLLOWED_MAX], hit[RUN_DESK_FOLLOWED_MAX];
    double var[RUN_DESK_FOLLOWED_MAX], es[RUN_DESK_FOLLOWED_MAX];
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = wide ? 260.0 : 220.0,
                       .left = wide ? 46.0 : 38.0,
                       .right = width - 4.0,
                       .top = 20.0,
                       .x_low = 0.0,
                       .x_high = (double)n};
    chart.bottom = chart.height - 36.0;
    for (size_t i = 0; i < n; i++) {
        const run_desk_day *day = &desk->day[i];
        edge[i] = (double)i;
        kept[i] = day->exception ? (double)NAN : 100.0 * day->pnl;
        hit[i] = day->exception ? 100.0 * day->pnl : (double)NAN;
        var[i] = -100.0 * day->var99;
        es[i] = -100.0 * day->es975;
        chart.y_low = fmin(fmin(chart.y_low, 100.0 * day->pnl), fmin(var[i], es[i]));
        chart.y_high = fmax(chart.y_high, 100.0 * day->pnl);
    }
    edge[n] = (double)n;
    nacrei_svg_pad_range(&chart.y_low, &chart.y_high, 0.06, false);
    nacrei_svg_begin(&chart, "Profit and loss of every day that followed against VaR 99");
    nacrei_svg_y_axis(&chart, "% of the capital at the start");
    svg_tick ticks[SVG_TICKS_MAX];
    nacrei_svg_x_axis(&chart, ticks, day_ticks(desk, wide ? 13 : 5, ticks), NULL);
    double slot = (chart.right - chart.left) / (double)n;
    double gap = fmax(slot > 6.0 ? 2.0 : 0.6, slot - DAY_WIDTH_MAX);
    nacrei_svg_columns(&chart, "gain", edge, kept, n, gap);
    nacrei_svg_columns(&chart, "hit", edge, hit, n, gap);
    nacrei_svg_steps(&chart, "limit", edge, var, n);
    nacrei_svg_steps(&chart, "shortfall", edge, es, n);
    if (chart.y_low < 0.0 && chart.y_high > 0.0)
        fprintf(out, "<path class=\"base\" d=\"M%.1f %.1fH%.1f\"/>\n", chart.left,
                nacrei_svg_y(&chart, 0.0), chart.right);
    if (wide)
        nacrei_svg_hover(&chart, n, n, followed_hover, desk);
    nacrei_svg_end(&chart);
}

void nacrei_desk_followed_figure(FILE *out, const run_desk *desk)
{
    if (desk->followed == 0)
        return;
    nacrei_report_caption(out, "Each day against its limit",
                          "Realised profit and loss of the shares held, without cost; VaR and ES "
                          "are historical, of the weights as they had drifted the evening before.");
    nacrei_report_twice(out, draw_followed, desk);
    fputs(
        "<ul class=\"legend\"><li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect "
        "class=\"gain\" width=\"18\" height=\"10\"/></svg>profit or loss</li>"
        "<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect class=\"hit\" width=\"18\" "
        "height=\"10\"/></svg>exception: loss beyond VaR</li>"
        "<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><path class=\"limit\" d=\"M0 5H18\"/>"
        "</svg>&minus;VaR 99</li>"
        "<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><path class=\"shortfall\" d=\"M0 "
        "5H18\"/></svg>&minus;ES 97.5</li></ul></figure>\n",
        out);
}

/// Rows of a paired chart and the storage of their texts.
typedef struct pair_rows {
    size_t count;
    svg_pair row[GROUP_ROWS];
    cli_text label[GROUP_ROWS], first[GROUP_ROWS], second[GROUP_ROWS];
    const char *aria;
} pair_rows;

static void add_pair(pair_rows *rows, const char *label, double weight, double risk)
{
    size_t k = rows->count++;
    size_t limit = 26, length = strlen(label);
    if (length > limit) {
        // Cut between characters: a continuation byte of UTF-8 is 10xxxxxx.
        for (length = limit; length > 0 && ((unsigned char)label[length] & 0xc0) == 0x80;)
            length--;
        (void)snprintf(rows->label[k].text, CLI_TEXT_BYTES, "%.*s\xe2\x80\xa6", (int)length, label);
    } else {
        (void)snprintf(rows->label[k].text, CLI_TEXT_BYTES, "%s", label);
    }
    rows->first[k] = nacrei_report_percent(weight, 2);
    rows->second[k] = nacrei_report_percent(risk, 2);
    rows->row[k] =
        (svg_pair){rows->label[k].text, weight, risk, rows->first[k].text, rows->second[k].text};
}

static void draw_pairs(FILE *out, double width, const void *user)
{
    const pair_rows *rows = user;
    nacrei_svg_pairs(out, width, "weight", "risk", rows->row, rows->count, rows->aria);
}

static void end_pairs(FILE *out, const pair_rows *rows)
{
    nacrei_report_twice(out, draw_pairs, rows);
    fputs("<ul class=\"legend\"><li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect "
          "class=\"first\" width=\"18\" height=\"8\" y=\"1\"/></svg>weight, of capital</li>"
          "<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect class=\"second\" width=\"18\" "
          "height=\"8\" y=\"1\"/></svg>share of the predicted variance</li></ul></figure>\n",
          out);
}

static void names_figure(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_result *portfolio = desk->portfolio;
    size_t order[PAIR_ROWS];
    size_t count = nacrei_desk_largest(portfolio->weights, portfolio->assets, PAIR_ROWS, order);
    pair_rows rows = {.aria = "Weight and share of the variance of the largest names"};
    double weight = 0.0, risk = 0.0;
    for (size_t k = 0; k < count; k++) {
        size_t i = order[k];
        add_pair(&rows, nacrei_desk_asset(desk, i), portfolio->weights[i],
                 portfolio->risk_share[i]);
        weight += portfolio->weights[i];
        risk += portfolio->risk_share[i];
    }
    nacrei_report_caption(
        out, "Money and risk by name",
        "The %zu largest of %zu names held: %s of capital, %s of the variance, w (Sw) / w'Sw. %s",
        count, desk->held_count, nacrei_report_percent(weight, 1).text,
        nacrei_report_percent(risk, 1).text,
        desk->problem.method == NACRE_PORTFOLIO_MIN_VARIANCE
            ? "At minimum variance the two stand in one ratio wherever no limit binds: shifting "
              "money between such names would change nothing. A limit shows as another ratio."
            : "A name whose second bar is longer adds more risk than money.");
    end_pairs(out, &rows);
}

static nacre_status groups_figure(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    const nacre_portfolio_result *portfolio = desk->portfolio;
    size_t groups = desk->groups->groups + 1; // the last one: without a group
    double *sums = NULL;
    nacre_status status =
        nacrei_alloc(job->ctx, groups, 2 * sizeof *sums, "sums of groups", &sums, err);
    if (status)
        return status;
    for (size_t i = 0; i < portfolio->assets; i++) {
        uint32_t group = desk->groups->group[desk->panel.returns->column[i]];
        size_t at = group == NACRE_GROUP_NONE ? groups - 1 : group;
        sums[at] += portfolio->weights[i];
        sums[groups + at] += portfolio->risk_share[i];
    }
    size_t order[GROUP_ROWS];
    size_t count = nacrei_desk_largest(sums, groups, GROUP_ROWS, order);
    pair_rows rows = {.aria = "Weight and share of the variance by group"};
    for (size_t k = 0; k < count; k++)
        add_pair(&rows, order[k] == groups - 1 ? "without a group" : desk->groups->names[order[k]],
                 sums[order[k]], sums[groups + order[k]]);
    nacrei_report_caption(out, "By group",
                          "Sums over the names of each group; %zu of %zu groups hold anything.",
                          count, desk->groups->groups);
    end_pairs(out, &rows);
    nacrei_free(job->ctx, sums, groups, 2 * sizeof *sums);
    return NACRE_OK;
}

nacre_status nacrei_desk_weights_figures(FILE *out, const run_job *job, nacre_error *err)
{
    const nacre_portfolio_result *portfolio = job->desk->portfolio;
    if (!portfolio->weights || !portfolio->risk_share)
        return NACRE_OK;
    names_figure(out, job->desk);
    return job->desk->groups ? groups_figure(out, job, err) : NACRE_OK;
}
