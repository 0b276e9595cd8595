// SPDX-License-Identifier: Apache-2.0
// The desk's pages in the order of a reader's questions: what is held and what can it lose, what
// happened after it was bought, did this way of estimating hold in the years before. What follows
// from a convention or must be doubted is said beside the figure.
#include "cli/report_desk.h"

#include "cli/report_desk_charts.h"
#include "cli/report_parts.h"
#include "cli/svg_chart.h"

#include <math.h>
#include <string.h>

static const double kupiec_rejects = 0.05; ///< the usual size of the test

const char *nacrei_desk_period(const run_desk *desk)
{
    if (desk->per_year == 252.0 || desk->per_year == 365.0)
        return "day";
    return desk->per_year == 52.0 ? "week" : desk->per_year == 12.0 ? "month" : "period";
}

bool nacrei_desk_annual(const run_desk *desk)
{
    return desk->panel.returns->periods_per_year > 0.0;
}

const char *nacrei_desk_asset(const run_desk *desk, size_t asset)
{
    return desk->panel.returns->names[asset];
}

const char *nacrei_desk_group(const run_desk *desk, size_t asset)
{
    if (!desk->groups)
        return NULL;
    uint32_t group = desk->groups->group[desk->panel.returns->column[asset]];
    return group == NACRE_GROUP_NONE ? NULL : desk->groups->names[group];
}

cli_text nacrei_desk_policy(const run_desk_walk *walk)
{
    return nacrei_report_words(strcmp(walk->name, "sample") == 0 ? "sample_covariance"
                                                                 : walk->name);
}

size_t nacrei_desk_largest(const double *weights, size_t assets, size_t limit, size_t *out)
{
    size_t used = 0;
    for (size_t i = 0; i < assets; i++) {
        double size = fabs(weights[i]);
        if (!(size > RUN_DESK_HELD))
            continue;
        size_t place = used;
        while (place > 0 && size > fabs(weights[out[place - 1]]))
            place--;
        if (place == limit)
            continue;
        if (used < limit)
            used++;
        memmove(out + place + 1, out + place, (used - 1 - place) * sizeof *out);
        out[place] = i;
    }
    return used;
}

static const char *currency_of(const run_desk *desk)
{
    return desk->panel.panel->currency;
}

static cli_day day_text(const run_desk *desk, int32_t date)
{
    return cli_panel_day(desk->panel.panel, date);
}

static void put_nav(FILE *out, const run_job *job)
{
    fputs(
        "<nav class=\"toc\"><a href=\"#desk\">Portfolio</a><a href=\"#followed\">What followed</a>"
        "<a href=\"#believed\">Is the model to be believed?</a><a href=\"#made\">How it was "
        "made</a><a href=\"#weights\">Weights</a><a href=\"#ticks\">Cost in the ticks</a>",
        out);
    if (job->symbol_count > 0)
        fputs("<a href=\"#flow\">Order flow</a>", out);
    fputs("</nav>\n", out);
}

/// Everything that a reader must know before the first figure.
static void put_flags(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_result *portfolio = desk->portfolio;
    if (portfolio->outcome != NACRE_PORTFOLIO_OPTIMAL) {
        fprintf(out, "<p class=\"flag\"><strong>No optimal portfolio</strong> (%s).",
                nacrei_report_words(nacre_portfolio_outcome_name(portfolio->outcome)).text);
        for (size_t i = 0; i < portfolio->conflict_count; i++) {
            fputs(i ? ", " : " These limits contradict each other: ", out);
            nacrei_svg_text(out, portfolio->conflict[i]);
        }
        fprintf(out, "%s %s</p>\n", portfolio->conflict_count ? "." : "",
                portfolio->weights ? "The weights below are the nearest that can be had."
                                   : "There are no weights, so what depends on them is left out.");
    }
    if (desk->simulated)
        fputs("<p class=\"flag\"><strong>Simulated.</strong> This panel comes from a model of a "
              "market; the names do not exist.</p>\n",
              out);
    if (desk->panel.all_alive && desk->panel.panel->assets > 1 && !desk->simulated)
        fputs("<p class=\"flag\"><strong>Survivorship.</strong> No asset of this panel ends before "
              "its last row. If these are today&#39;s constituents, those that failed are missing, "
              "and past results are better than anyone could have had.</p>\n",
              out);
    if (desk->problem.mean)
        fprintf(
            out,
            "<p class=\"flag\"><strong>Fitted means.</strong> The method (%s) uses the means of "
            "the same window: its expected return describes the past.</p>\n",
            nacrei_report_words(nacre_portfolio_method_name(desk->problem.method)).text);
}

/// "x to y", the 95 % interval of a figure.
typedef struct interval_text {
    char text[128];
} interval_text;

static interval_text interval_of(const nacre_risk_figure *figure)
{
    interval_text text = {"no interval"};
    if (!isnan(figure->low) && !isnan(figure->high))
        (void)snprintf(text.text, sizeof text.text, "%s to %s",
                       nacrei_report_number(100.0 * figure->low, 3).text,
                       nacrei_report_percent(figure->high, 3).text);
    return text;
}

static void loss_card(FILE *out, const run_desk *desk, const char *name, size_t level)
{
    const nacre_risk_figure *figure = &desk->figure[RUN_DESK_MONTE_CARLO][level];
    char note[256], label[64];
    (void)snprintf(label, sizeof label, "%s, 1 %s", name, nacrei_desk_period(desk));
    (void)snprintf(note, sizeof note, "%s; 95 %% interval %s; Monte Carlo t",
                   nacrei_report_money(figure->value * desk->capital, currency_of(desk)).text,
                   interval_of(figure).text);
    nacrei_report_card(out, label, nacrei_report_percent(figure->value, 2).text, note);
}

static void cost_cards(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_trade_summary *sum = &desk->trade_summary;
    char note[320], assumed[128] = "";
    double cost = desk->trades ? sum->cost / desk->capital : desk->portfolio->cost;
    double turnover = desk->trades ? sum->turnover : desk->portfolio->turnover;
    if (cost > 0.0)
        (void)snprintf(assumed, sizeof assumed, "; assumed for all: %s",
                       nacrei_report_percent(cost, 3).text);
    if (desk->weight_measured > 0.0) {
        char value[64];
        (void)snprintf(value, sizeof value, "%s bp",
                       nacrei_report_number(1e4 * desk->cost_measured, 3).text);
        (void)snprintf(
            note, sizeof note, "of capital, %s: half the spread on %s of the weight%s",
            nacrei_report_money(desk->cost_measured * desk->capital, currency_of(desk)).text,
            nacrei_report_percent(desk->weight_measured, 1).text, assumed);
        nacrei_report_card(out, "Cost measured", value, note);
    } else {
        (void)snprintf(note, sizeof note, "the ticks of this run tell no spread of a name held%s",
                       assumed);
        nacrei_report_card(out, "Cost measured", REPORT_UNDEFINED, note);
    }
    (void)snprintf(note, sizeof note, "buys and sells over capital%s%s",
                   desk->trades ? "; orders: " : "",
                   desk->trades ? cli_count_text(sum->orders).text : "");
    nacrei_report_card(out, "Turnover", nacrei_report_percent(turnover, 1).text, note);
}

static void put_cards(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_result *portfolio = desk->portfolio;
    char note[256];
    double volatility = sqrt(portfolio->variance * desk->per_year), squares = 0.0, largest = 0.0;
    fputs("<dl class=\"figures\">\n", out);
    (void)snprintf(note, sizeof note, "a year: root of %g w'Sw", desk->per_year);
    if (nacrei_desk_annual(desk))
        nacrei_report_card(out, "Expected volatility", nacrei_report_percent(volatility, 2).text,
                           note);
    else
        nacrei_report_card(out, "Expected volatility",
                           nacrei_report_percent(sqrt(portfolio->variance), 2).text,
                           "a period; the number of periods a year is not known");
    loss_card(out, desk, "VaR 99", DESK_VAR_99);
    loss_card(out, desk, "ES 97.5", DESK_ES_975);
    for (size_t i = 0; i < portfolio->assets; i++) {
        squares += portfolio->weights[i] * portfolio->weights[i];
        largest = fmax(largest, fabs(portfolio->weights[i]));
    }
    (void)snprintf(note, sizeof note, "of %s; largest %s; as spread as %.1f equal ones",
                   cli_count_text(portfolio->assets).text, nacrei_report_percent(largest, 1).text,
                   squares > 0.0 ? 1.0 / squares : 0.0);
    nacrei_report_card(out, "Names held", cli_count_text(desk->held_count).text, note);
    cost_cards(out, desk);
    fputs("</dl>\n", out);
}

static void put_loss_table(FILE *out, const run_desk *desk)
{
    static const char *const names[RUN_DESK_METHODS] = {"historical", "normal", "Student t, fitted",
                                                        "Monte Carlo, multivariate t"};
    fputs(
        "<div class=\"scroll\"><table><thead><tr><th>method</th><th class=\"n\">VaR&nbsp;95, %</th>"
        "<th class=\"n\">&plusmn; SE</th><th class=\"n\">VaR&nbsp;99, %</th><th "
        "class=\"n\">&plusmn; "
        "SE</th><th class=\"n\">ES&nbsp;97.5, %</th><th class=\"n\">&plusmn; SE</th>"
        "<th class=\"n\">ES&nbsp;97.5, money</th></tr></thead><tbody>\n",
        out);
    for (size_t m = 0; m < RUN_DESK_METHODS; m++) {
        fprintf(out, "<tr><td>%s</td>", names[m]);
        for (size_t level = 0; level < RUN_DESK_LEVELS; level++) {
            const nacre_risk_figure *figure = &desk->figure[m][level];
            nacrei_report_cell(out, nacrei_report_number(100.0 * figure->value, 3).text);
            nacrei_report_cell(out,
                               isnan(figure->standard_error)
                                   ? "-"
                                   : nacrei_report_number(100.0 * figure->standard_error, 3).text);
        }
        nacrei_report_cell(out,
                           nacrei_report_money(desk->figure[m][DESK_ES_975].value * desk->capital,
                                               currency_of(desk))
                               .text);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n<p class=\"note\">Losses are positive, of the value of the "
          "portfolio, with a mean of 0 where a distribution is fitted. SE: standard error.</p>\n",
          out);
}

static void put_stress(FILE *out, const run_desk *desk)
{
    if (desk->stress_count == 0)
        return;
    fputs(
        "<h3>Bad stretches, held with these weights</h3>\n<div class=\"scroll\"><table><thead><tr>"
        "<th>stretch</th><th class=\"n\">loss, %</th><th class=\"n\">money</th><th>from</th>"
        "<th>to</th></tr></thead><tbody>\n",
        out);
    for (size_t i = 0; i < desk->stress_count; i++) {
        fputs("<tr><td>", out);
        nacrei_svg_text(out, desk->stress[i].name);
        fputs("</td>", out);
        nacrei_report_cell(out, nacrei_report_number(100.0 * desk->stress[i].loss, 2).text);
        nacrei_report_cell(
            out, nacrei_report_money(desk->stress[i].loss * desk->capital, currency_of(desk)).text);
        fprintf(out, "<td>%s</td><td>%s</td></tr>\n", day_text(desk, desk->stress[i].first).text,
                day_text(desk, desk->stress[i].last).text);
    }
    fputs("</tbody></table></div>\n", out);
}

static const char *const method_titles[] = {
    "Minimum variance",     "Target return",        "Utility",
    "Maximum Sharpe ratio", "Least tracking error", "Risk parity"};

static void put_portfolio(FILE *out, const run_desk *desk)
{
    fputs("<h2 id=\"desk\">Portfolio</h2>\n<p class=\"lead\">", out);
    fprintf(out, "%s on %s assets of ", method_titles[desk->problem.method],
            cli_count_text(desk->panel.returns->assets).text);
    nacrei_svg_text(out, desk->path);
    fprintf(out, ", bought at the last prices up to %s with ", day_text(desk, desk->asof).text);
    nacrei_svg_text(out, nacrei_report_money(desk->capital, currency_of(desk)).text);
    fputs("; no figure of this part knows a later row</p>\n", out);
    put_flags(out, desk);
    if (!desk->portfolio->weights)
        return;
    put_cards(out, desk);
    fprintf(out, "<h3>What it can lose in a %s</h3>\n", nacrei_desk_period(desk));
    nacrei_desk_losses_figure(out, desk);
    nacrei_desk_methods_figure(out, desk);
    put_loss_table(out, desk);
    put_stress(out, desk);
}

static void put_followed_total(FILE *out, const run_desk *desk)
{
    const run_desk_day *last = &desk->day[desk->followed - 1];
    double sum = 0.0, root = sqrt((double)desk->followed);
    size_t exceptions = 0;
    for (size_t i = 0; i < desk->followed; i++) {
        sum += desk->day[i].pnl;
        exceptions += desk->day[i].exception;
    }
    fputs("</tbody><tfoot><tr><th>total</th>", out);
    nacrei_report_cell(out, nacrei_report_percent(sum, 3).text);
    nacrei_report_cell(out, nacrei_report_money(sum * desk->capital, currency_of(desk)).text);
    nacrei_report_cell(out, nacrei_report_money(last->value, currency_of(desk)).text);
    nacrei_report_cell(out, nacrei_report_percent(desk->day[0].var99 * root, 3).text);
    nacrei_report_cell(out, nacrei_report_percent(desk->day[0].es975 * root, 3).text);
    fprintf(out,
            "<td>%zu of %zu; %.2f expected</td></tr></tfoot></table></div>\n"
            "<p class=\"note\">VaR and ES of the total: those of the first evening times the root "
            "of %zu (scaled: right only for independent %ss of mean 0).</p>\n",
            exceptions, desk->followed, 0.01 * (double)desk->followed, desk->followed,
            nacrei_desk_period(desk));
}

static void put_followed(FILE *out, const run_desk *desk)
{
    fputs("<h2 id=\"followed\">What followed</h2>\n", out);
    if (desk->followed == 0) {
        fputs("<p class=\"note\">Nothing to compare with yet: ", out);
        if (desk->follow_reason[0])
            nacrei_svg_text(out, desk->follow_reason);
        else
            fprintf(out, "the panel has no row after %s", day_text(desk, desk->asof).text);
        fputs(".</p>\n", out);
        return;
    }
    fprintf(out,
            "<p class=\"lead\">%zu %s%s after the purchase, each against the limit set the evening "
            "before; too few to judge a model by",
            desk->followed, nacrei_desk_period(desk), desk->followed == 1 ? "" : "s");
    fputs(desk->follow_reason[0] ? ". No more: " : "", out);
    nacrei_svg_text(out, desk->follow_reason);
    fputs("</p>\n", out);
    nacrei_desk_followed_figure(out, desk);
    fputs("<div class=\"scroll\"><table><thead><tr><th>date</th><th class=\"n\">P&amp;L</th>"
          "<th class=\"n\">money</th><th class=\"n\">value after</th><th class=\"n\">VaR 99 of the "
          "evening before</th><th class=\"n\">ES 97.5</th><th>exception</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < desk->followed; i++) {
        const run_desk_day *day = &desk->day[i];
        fprintf(out, "<tr%s><td>%s</td>", day->exception ? " class=\"hit\"" : "",
                day_text(desk, day->date).text);
        nacrei_report_cell(out, nacrei_report_percent(day->pnl, 3).text);
        nacrei_report_cell(out,
                           nacrei_report_money(day->pnl * desk->capital, currency_of(desk)).text);
        nacrei_report_cell(out, nacrei_report_money(day->value, currency_of(desk)).text);
        nacrei_report_cell(out, nacrei_report_percent(day->var99, 3).text);
        nacrei_report_cell(out, nacrei_report_percent(day->es975, 3).text);
        fprintf(out, "<td>%s</td></tr>\n", day->exception ? "yes" : "no");
    }
    put_followed_total(out, desk);
}

static const char *verdict(const run_desk *desk, const run_desk_walk *walk)
{
    if (isnan(walk->kupiec.p_value))
        return REPORT_UNDEFINED;
    if (walk->kupiec.p_value >= kupiec_rejects)
        return "not rejected";
    return (double)walk->exceptions > 0.01 * (double)desk->walk_days ? "too small" : "too large";
}

static void put_walk_row(FILE *out, const run_desk *desk, const run_desk_walk *walk)
{
    char text[128];
    fputs("<tr><td>", out);
    nacrei_svg_text(out, nacrei_desk_policy(walk).text);
    fputs("</td>", out);
    nacrei_report_cell(out, nacrei_report_percent(walk->mean_predicted, 2).text);
    nacrei_report_cell(out, nacrei_report_percent(walk->mean_realised, 2).text);
    nacrei_report_cell(out, nacrei_report_percent(walk->realised_all, 2).text);
    nacrei_report_cell(out, nacrei_report_number(walk->bias, 2).text);
    nacrei_report_cell(out, nacrei_report_percent(walk->turnover, 1).text);
    (void)snprintf(text, sizeof text, "%s of %s", cli_count_text(walk->exceptions).text,
                   nacrei_report_number(0.01 * (double)desk->walk_days, 1).text);
    nacrei_report_cell(out, text);
    (void)snprintf(text, sizeof text, "%s", nacrei_report_number(walk->kupiec.p_value, 3).text);
    nacrei_report_cell(out, walk->kupiec.p_value < 0.0005 ? "< 0.001" : text);
    fprintf(out, "<td>%s</td>", verdict(desk, walk));
    nacrei_report_cell(out, nacrei_report_number(walk->wealth && desk->walk_days
                                                     ? walk->wealth[desk->walk_days - 1]
                                                     : (double)NAN,
                                                 3)
                                .text);
    fputs("</tr>\n", out);
}

static nacre_status put_believed(FILE *out, const run_job *job, nacre_error *err)
{
    const run_desk *desk = job->desk;
    const char *period = nacrei_desk_period(desk);
    fputs("<h2 id=\"believed\">Is the model to be believed?</h2>\n", out);
    if (desk->walk_count == 0) {
        fputs("<p class=\"note\">Not walked forward: ", out);
        nacrei_svg_text(out, desk->walk_reason ? desk->walk_reason : "the panel is too short");
        fputs(". Nothing here says whether the predicted risk came true.</p>\n", out);
        return NACRE_OK;
    }
    size_t n = desk->walk[0].rebalances;
    double half = n ? sqrt(2.0 / (double)n) : (double)NAN;
    fprintf(out,
            "<p class=\"lead\">%s %ss up to %s: at every rebalance a policy sees the %s %ss "
            "before, buys, and holds for %s</p>\n",
            cli_count_text(desk->walk_days).text, period, day_text(desk, desk->asof).text,
            cli_count_text(desk->walk_window).text, period, cli_count_text(desk->walk_hold).text);
    fputs(
        "<div class=\"scroll\"><table><thead><tr><th>policy</th><th class=\"n\">predicted "
        "volatility</th><th class=\"n\">realised, mean</th><th class=\"n\">realised, all</th>"
        "<th class=\"n\">bias statistic</th><th class=\"n\">turnover</th>"
        "<th class=\"n\">exceptions of expected</th><th class=\"n\">Kupiec p</th><th>VaR 99 is</th>"
        "<th class=\"n\">1 became</th></tr></thead><tbody>\n",
        out);
    for (size_t w = 0; w < desk->walk_count; w++)
        put_walk_row(out, desk, &desk->walk[w]);
    fprintf(
        out,
        "</tbody></table></div>\n<p class=\"note\">Volatility a %s: mean of what was "
        "predicted, mean over the holding periods of what was realised, and of all %ss "
        "together. Bias: standard deviation of return over prediction; above 1 the model "
        "promises too little risk; with %zu periods a right model stays within %s to %s, 95 "
        "times in 100, if returns are normal. Turnover: mean of a rebalance, buys plus sells. "
        "VaR 99 is normal, from the same covariance; Kupiec tests the number of exceptions, "
        "rejected below %.2f. All policies hold the assets that are in the panel at its end.</p>\n",
        nacrei_desk_annual(desk) ? "year" : "period", period, n,
        nacrei_report_number(1.0 - half, 2).text, nacrei_report_number(1.0 + half, 2).text,
        kupiec_rejects);
    return nacrei_desk_walk_figures(out, job, err);
}

nacre_status nacrei_report_desk(FILE *out, const run_job *job, nacre_error *err)
{
    put_nav(out, job);
    fputs("<section class=\"desk\">", out);
    put_portfolio(out, job->desk);
    put_followed(out, job->desk);
    nacre_status status = put_believed(out, job, err);
    if (!status)
        status = nacrei_desk_tables(out, job, err);
    fputs("</section>\n", out);
    if (!status && job->symbol_count > 0)
        fputs("<h2 id=\"flow\">Order flow</h2>\n<p class=\"lead\">VPIN of the trades of this "
              "run, symbol by symbol</p>\n",
              out);
    return status;
}
