// SPDX-License-Identifier: Apache-2.0
// The second half of the desk's pages: how the portfolio was made, its weights, and what the ticks
// of the same run say about the cost of holding it.
#include "cli/report_desk.h"
#include "cli/report_desk_charts.h"
#include "cli/report_parts.h"
#include "cli/svg_chart.h"

#include <math.h>
#include <string.h>

#define WEIGHT_ROWS 30
#define DROPPED_LISTED 24

static void put_dropped(FILE *out, const run_desk *desk)
{
    const nacre_returns *r = desk->panel.returns;
    fprintf(out, "<tr><th>dropped</th><td class=\"wrap\">%s of %s columns, %s rows",
            cli_count_text(r->dropped_columns).text, cli_count_text(desk->panel.panel->assets).text,
            cli_count_text(r->dropped_rows).text);
    for (size_t i = 0; i < r->dropped_columns && i < DROPPED_LISTED; i++) {
        fputs(i ? ", " : "; gaps in the window: ", out);
        nacrei_svg_text(out, desk->panel.panel->names[r->dropped_column[i]]);
    }
    fputs(r->dropped_columns > DROPPED_LISTED ? ", &hellip;; all are in results.json" : "", out);
    fputs("</td></tr>\n", out);
}

static void put_estimator(FILE *out, const run_desk *desk)
{
    const nacre_covariance_info *info = &desk->covariance_info;
    const nacre_returns *r = desk->panel.returns;
    if (isnan(info->shrinkage))
        nacrei_report_row(out, "covariance", "%s, divisor T-1",
                          nacre_covariance_method_name(desk->estimator));
    else
        nacrei_report_row(out, "covariance",
                          "%s, divisor T-1; shrinkage %.3f: that share is the "
                          "target, the rest the sample",
                          nacre_covariance_method_name(desk->estimator), info->shrinkage);
    if (r->periods <= r->assets)
        nacrei_report_row(out, "singular sample",
                          "fewer periods than assets (%s, %s): the sample covariance alone would "
                          "show portfolios without risk that do not exist",
                          cli_count_text(r->periods).text, cli_count_text(r->assets).text);
}

static void put_problem(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_problem *p = &desk->problem;
    const nacre_portfolio_result *result = desk->portfolio;
    char limits[160] = "own limits per asset";
    if (!p->lower && !p->upper)
        (void)snprintf(limits, sizeof limits, "each weight from %s to %s",
                       nacrei_report_percent(p->min_weight, 1).text,
                       nacrei_report_percent(p->max_weight, 1).text);
    size_t rows = p->group_count + p->row_count;
    char further[64] = "";
    if (rows)
        (void)snprintf(further, sizeof further, "; %zu limits on groups and exposures", rows);
    nacrei_report_row(out, "goal", "%s; weights sum to %s; %s%s",
                      nacrei_report_words(nacre_portfolio_method_name(p->method)).text,
                      nacrei_report_percent(p->budget, 1).text, limits, further);
    if (p->method == NACRE_PORTFOLIO_RISK_PARITY)
        nacrei_report_row(out, "solved", "%s in %u Newton steps",
                          nacrei_report_words(nacre_portfolio_outcome_name(result->outcome)).text,
                          result->qp.iterations);
    else
        nacrei_report_row(
            out, "solved", "%s in %u iterations; residuals %s primal, %s dual, gap %s",
            nacrei_report_words(nacre_portfolio_outcome_name(result->outcome)).text,
            result->qp.iterations, nacrei_report_small(result->qp.primal_residual).text,
            nacrei_report_small(result->qp.dual_residual).text,
            nacrei_report_small(result->qp.gap).text);
    if (desk->trades)
        nacrei_report_row(
            out, "orders", "%s in whole shares; %s invested, %s left in cash",
            cli_count_text(desk->trade_summary.orders).text,
            nacrei_report_money(desk->trade_summary.invested, desk->panel.panel->currency).text,
            nacrei_report_money(desk->trade_summary.cash, desk->panel.panel->currency).text);
    if (desk->model)
        nacrei_report_row(out, "factor model",
                          "market and %zu groups on %s assets; %s specific variances raised",
                          desk->model->factors - 1, cli_count_text(desk->model->assets).text,
                          cli_count_text(desk->model->floored).text);
}

static void put_peer(FILE *out, const run_desk *desk)
{
    if (!desk->peer.present) {
        if (!desk->peer.reason[0])
            return;
        fputs("<p class=\"note\">No comparison with NumPy and pandas: ", out);
        nacrei_svg_text(out, desk->peer.reason);
        fputs("</p>\n", out);
        return;
    }
    fputs("<p>The same by ", out);
    nacrei_svg_text(out, desk->peer.version);
    fprintf(out,
            " on this machine took %s, here %s. Largest differences: weights %s, variance %s, VaR "
            "%s: <strong>%s</strong>.</p>\n",
            cli_seconds_text(desk->peer.seconds).text,
            cli_seconds_text(desk->peer.ours_seconds).text,
            nacrei_report_small(desk->peer.weight_difference).text,
            nacrei_report_small(desk->peer.variance_difference).text,
            nacrei_report_small(desk->peer.var_difference).text,
            desk->peer.equal ? "equal" : "not equal");
}

static nacre_status put_made(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    const nacre_panel *panel = desk->panel.panel;
    const nacre_returns *r = desk->panel.returns;
    fputs("<h2 id=\"made\">How it was made</h2>\n<div class=\"scroll\"><table "
          "class=\"facts\"><tbody>\n",
          out);
    char annual[48] = "";
    if (nacrei_desk_annual(desk))
        (void)snprintf(annual, sizeof annual, ", %g a year", desk->per_year);
    nacrei_report_row(out, "panel", "%s (%s)", desk->path, nacre_panel_kind_name(panel->kind));
    nacrei_report_row(out, "window", "%s simple returns of %s assets, %s to %s%s",
                      cli_count_text(r->periods).text, cli_count_text(r->assets).text,
                      cli_panel_day(panel, r->date[0]).text,
                      cli_panel_day(panel, r->date[r->periods - 1]).text, annual);
    put_dropped(out, desk);
    nacrei_report_row(out, "survivorship", "%s",
                      desk->simulated ? "does not apply: simulated"
                      : desk->panel.all_alive && panel->assets > 1
                          ? "no column ends before the last row: perhaps chosen with hindsight"
                          : "columns that end before the last row are in the panel");
    put_estimator(out, desk);
    put_problem(out, desk);
    fputs("</tbody></table></div>\n", out);
    put_peer(out, desk);
    return nacrei_desk_scree_figure(out, job, err);
}

/// Sums of what the table shows.
typedef struct weight_sums {
    double weight, risk, es;
} weight_sums;

static void put_sums(FILE *out, const run_desk *desk, const char *name, const weight_sums *sums)
{
    fprintf(out, "<tr><th>%s</th>", name);
    nacrei_report_cell(out, nacrei_report_number(100.0 * sums->weight, 2).text);
    nacrei_report_cell(out, nacrei_report_number(100.0 * sums->risk, 2).text);
    nacrei_report_cell(out, nacrei_report_number(100.0 * sums->es, 4).text);
    fprintf(out, "%s%s</tr>\n", desk->trades ? "<td></td><td></td><td></td>" : "",
            desk->groups ? "<td></td>" : "");
}

static void put_weight_row(FILE *out, const run_desk *desk, size_t i, weight_sums *sums)
{
    const nacre_portfolio_result *portfolio = desk->portfolio;
    double share = portfolio->risk_share ? portfolio->risk_share[i] : (double)NAN;
    double es = desk->component_es ? desk->component_es[i] : (double)NAN;
    fputs("<tr><td>", out);
    nacrei_svg_text(out, nacrei_desk_asset(desk, i));
    fputs("</td>", out);
    nacrei_report_cell(out, nacrei_report_number(100.0 * portfolio->weights[i], 2).text);
    nacrei_report_cell(out, nacrei_report_number(100.0 * share, 2).text);
    nacrei_report_cell(out, nacrei_report_number(100.0 * es, 4).text);
    if (desk->trades) {
        const nacre_portfolio_trade *trade = &desk->trades[i];
        nacrei_report_cell(
            out, nacrei_report_number(desk->price ? desk->price[i] : (double)NAN, 2).text);
        nacrei_report_cell(out, nacrei_report_money(trade->shares, NULL).text);
        nacrei_report_cell(out, nacrei_report_money(trade->value, NULL).text);
    }
    if (desk->groups) {
        const char *group = nacrei_desk_group(desk, i);
        fputs("<td>", out);
        nacrei_svg_text(out, group ? group : "-");
        fputs("</td>", out);
    }
    fputs("</tr>\n", out);
    sums->weight += portfolio->weights[i];
    sums->risk += share;
    sums->es += es;
}

static nacre_status put_weights(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    const nacre_portfolio_result *portfolio = desk->portfolio;
    fputs("<h2 id=\"weights\">Weights</h2>\n", out);
    if (!portfolio->weights) {
        fprintf(out, "<p class=\"note\">None: %s.</p>\n",
                nacrei_report_words(nacre_portfolio_outcome_name(portfolio->outcome)).text);
        return NACRE_OK;
    }
    nacre_status status = nacrei_desk_weights_figures(out, job, err);
    if (status)
        return status;
    size_t order[WEIGHT_ROWS];
    size_t count = nacrei_desk_largest(portfolio->weights, portfolio->assets, WEIGHT_ROWS, order);
    fputs("<div class=\"scroll\"><table><thead><tr><th>asset</th><th class=\"n\">weight, %</th>"
          "<th class=\"n\">share of variance, %</th><th class=\"n\">part of ES 97.5, %</th>",
          out);
    if (desk->trades) {
        fputs("<th class=\"n\">price</th><th class=\"n\">shares bought</th><th class=\"n\">value",
              out);
        if (desk->panel.panel->currency) {
            fputs(", ", out);
            nacrei_svg_text(out, desk->panel.panel->currency);
        }
        fputs("</th>", out);
    }
    fputs(desk->groups ? "<th>group</th>" : "", out);
    fputs("</tr></thead><tbody>\n", out);
    weight_sums shown = {0}, all = {0};
    for (size_t k = 0; k < count; k++)
        put_weight_row(out, desk, order[k], &shown);
    for (size_t i = 0; i < portfolio->assets; i++) {
        all.weight += portfolio->weights[i];
        all.risk += portfolio->risk_share ? portfolio->risk_share[i] : (double)NAN;
        all.es += desk->component_es ? desk->component_es[i] : (double)NAN;
    }
    fputs("</tbody><tfoot>\n", out);
    if (count < desk->held_count)
        put_sums(out, desk, "shown", &shown);
    put_sums(out, desk, "all assets", &all);
    fprintf(out,
            "</tfoot></table></div>\n<p class=\"note\">The %zu largest of %zu held; every asset is "
            "in weights.csv. Parts of ES 97.5: mean loss of the asset over the tail of the "
            "simulation; they sum to it.%s</p>\n",
            count, desk->held_count,
            desk->trades ? " Prices are the panel&#39;s last; where it is adjusted for dividends "
                           "and splits, they were never paid, and only the fractions hold."
                         : "");
    return NACRE_OK;
}

/// First and last day of a symbol's trades, which need not be the days that were followed.
static void put_trade_days(FILE *out, const run_job *job, const char *name)
{
    for (size_t i = 0; i < job->symbol_count; i++)
        if (strcmp(job->symbols[i].name, name) == 0) {
            fprintf(out, "<td>%.10s to %.10s</td>", cli_time_text(job->symbols[i].first_ns).text,
                    cli_time_text(job->symbols[i].last_ns).text);
            return;
        }
    fputs("<td>-</td>", out);
}

static void put_tick_row(FILE *out, const run_job *job, const run_desk_tick *tick)
{
    fputs("<tr><td><a href=\"#s-", out);
    nacrei_svg_text(out, tick->symbol);
    fputs("\">", out);
    nacrei_svg_text(out, tick->symbol);
    fputs("</a></td>", out);
    nacrei_report_cell(out, tick->asset == SIZE_MAX ? "not in the panel"
                                                    : nacrei_report_percent(tick->weight, 2).text);
    put_trade_days(out, job, tick->symbol);
    nacrei_report_cell(out, isnan(tick->spread_bp) ? "masked"
                                                   : nacrei_report_number(tick->spread_bp, 2).text);
    fputs("<td class=\"wrap\">", out);
    if (tick->spread_method)
        nacrei_svg_text(out, nacrei_report_words(tick->spread_method).text);
    else
        nacrei_svg_text(out, tick->spread_reason ? tick->spread_reason : "-");
    fputs("</td>", out);
    nacrei_report_cell(out,
                       isnan(tick->cost) ? "-" : nacrei_report_number(1e4 * tick->cost, 3).text);
    nacrei_report_cell(out, nacrei_report_number(tick->last_vpin, 4).text);
    nacrei_report_cell(out, nacrei_report_number(tick->peak_cdf, 4).text);
    nacrei_report_cell(out, cli_count_text(tick->alarms).text);
    fputs("</tr>\n", out);
}

static void put_ticks(FILE *out, const run_job *job)
{
    const run_desk *desk = job->desk;
    fputs("<h2 id=\"ticks\">What the ticks say about the cost</h2>\n", out);
    if (desk->tick_count == 0) {
        fputs("<p class=\"note\">No trades were given, so no spread is measured.</p>\n", out);
        return;
    }
    fputs("<div class=\"scroll\"><table><thead><tr><th>symbol</th><th class=\"n\">weight</th>"
          "<th>trades from</th><th class=\"n\">round trip, bp</th><th>measured by</th>"
          "<th class=\"n\">cost, bp of capital</th><th class=\"n\">last VPIN</th><th "
          "class=\"n\">peak CDF</th><th class=\"n\">alarms</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < desk->tick_count; i++)
        put_tick_row(out, job, &desk->tick[i]);
    fputs("</tbody><tfoot><tr><th>sum</th>", out);
    nacrei_report_cell(out, nacrei_report_percent(desk->weight_measured, 2).text);
    fputs("<td colspan=\"3\">of the weight invested is measured</td>", out);
    bool any = desk->weight_measured > 0.0;
    nacrei_report_cell(out, any ? nacrei_report_number(1e4 * desk->cost_measured, 3).text : "-");
    fputs(
        "<td></td><td></td><td></td></tr></tfoot></table></div>\n<p class=\"note\">Cost: half the "
        "measured round trip on the weight bought, without the impact of an order&#39;s own size; "
        "Roll&#39;s estimate is a floor. A spread that the ticks do not give is masked, not taken "
        "as zero.</p>\n",
        out);
}

nacre_status nacrei_desk_tables(FILE *out, const run_job *job, nacre_error *err)
{
    nacre_status status = put_made(out, job, err);
    if (!status)
        status = put_weights(out, job, err);
    if (!status)
        put_ticks(out, job);
    return status;
}
