// SPDX-License-Identifier: Apache-2.0
// The desk's lines at the end of a run: what was known, what was bought, what it may lose, what
// came, what trading it costs as far as that was measured, and whether this way of building
// portfolios kept its word before.
#include "cli/cli_text.h"
#include "cli/run_desk_make.h"
#include "core/timezone.h"

#include <math.h>
#include <string.h>

#define NAMED 5u ///< largest weights that are named

/// Money without its cents, with the sign: "-4,661".
static cli_text money(double value)
{
    cli_text text = cli_count_text((uint64_t)llround(fmin(fabs(value), 1e18)));
    if (value <= -0.5) {
        memmove(text.text + 1, text.text, sizeof text.text - 1);
        text.text[0] = '-';
        text.text[sizeof text.text - 1] = '\0';
    }
    return text;
}

static void put_portfolio(FILE *out, const run_desk *desk)
{
    const nacre_portfolio_result *p = desk->portfolio;
    size_t order[NAMED], named = 0;
    for (size_t i = 0; i < p->assets; i++) {
        size_t k = named < NAMED ? named++ : NAMED - 1;
        if (k == NAMED - 1 && named == NAMED && i >= NAMED && p->weights[i] <= p->weights[order[k]])
            continue;
        for (; k > 0 && p->weights[order[k - 1]] < p->weights[i]; k--)
            order[k] = order[k - 1];
        order[k] = i;
    }
    fprintf(out,
            "Bought on %s: minimum variance (%s, %zu factors above noise), %zu of %zu names, at "
            "most %g %% each; %.2f %% volatility%s predicted\n  ",
            cli_panel_day(desk->file, desk->asof).text,
            nacre_covariance_method_name(desk->estimator), desk->above_noise, desk->held_count,
            p->assets, 100.0 * desk->problem.max_weight, 100.0 * sqrt(p->variance * desk->per_year),
            desk->per_year > 1.0 ? " a year" : "");
    for (size_t k = 0; k < named && p->weights[order[k]] > RUN_DESK_HELD; k++)
        fprintf(out, "%s%s %.2f %%", k ? ", " : "", desk->panel.returns->names[order[k]],
                100.0 * p->weights[order[k]]);
    fprintf(out,
            "%s\n  %s lots of whole shares at the panel's closes (adjusted ones, where the panel "
            "is): %s invested, %s left as cash\n",
            desk->held_count > NAMED ? ", ..." : "",
            cli_count_text(desk->trade_summary.orders).text,
            money(desk->trade_summary.invested).text, money(desk->trade_summary.cash).text);
}

static void put_losses(FILE *out, const run_desk *desk)
{
    fprintf(out, "What it may lose the next day, of %s:\n  %-12s %19s %19s %19s\n",
            money(desk->capital).text, "method", "VaR 95", "VaR 99", "ES 97.5");
    for (size_t m = 0; m < RUN_DESK_METHODS; m++) {
        fprintf(out, "  %-12s", nacrei_desk_method_name((run_desk_method)m));
        for (size_t c = 0; c < RUN_DESK_LEVELS; c++)
            fprintf(out, " %7.2f %% %9s", 100.0 * desk->figure[m][c].value,
                    money(desk->figure[m][c].value * desk->capital).text);
        fputc('\n', out);
    }
}

static void put_follow(FILE *out, const run_desk *desk)
{
    double sum = 0.0;
    size_t exceptions = 0;
    for (size_t i = 0; i < desk->followed; i++) {
        sum += desk->day[i].pnl;
        exceptions += desk->day[i].exception;
    }
    if (desk->followed)
        fprintf(out, "What came in %zu day%s of holding: %s (%.2f %%), %zu beyond VaR 99",
                desk->followed, desk->followed > 1 ? "s" : "", money(sum * desk->capital).text,
                100.0 * sum, exceptions);
    else
        fputs("No day was followed", out);
    fprintf(out, "%s%s\n", desk->follow_reason[0] ? "; " : "", desk->follow_reason);
    for (size_t i = 0; i < desk->followed; i++) {
        const run_desk_day *day = &desk->day[i];
        fprintf(out, "  %s %12s; VaR 99 of the evening before %s%s\n",
                cli_panel_day(desk->file, day->date).text, money(day->pnl * desk->capital).text,
                money(day->var99 * desk->capital).text, day->exception ? ": EXCEEDED" : "");
    }
}

/// Ticks of other days say what trading cost then.
static void put_other_days(FILE *out, const run_desk *desk, const run_symbol *symbol)
{
    int32_t first =
        nacrei_yyyymmdd_from_days(nacrei_floor_div(symbol->first_ns, NACREI_NS_PER_DAY));
    int32_t last = nacrei_yyyymmdd_from_days(nacrei_floor_div(symbol->last_ns, NACREI_NS_PER_DAY));
    if (desk->followed == 0 ||
        (first <= desk->day[desk->followed - 1].date && last >= desk->day[0].date))
        return;
    fprintf(out, "; trades of %s to %s, not of the days that were followed",
            cli_panel_day(desk->file, first).text, cli_panel_day(desk->file, last).text);
}

static void put_ticks(FILE *out, const run_job *job)
{
    const run_desk *desk = job->desk;
    fputs("What trading costs, from the trades of this run:\n", out);
    for (size_t i = 0; i < desk->tick_count; i++) {
        const run_desk_tick *tick = &desk->tick[i];
        fprintf(out, "  %s: ", tick->symbol);
        if (isnan(tick->spread_bp))
            fprintf(out, "no spread (%s)", tick->spread_reason);
        else
            fprintf(out, "spread %.2f bp by %s", tick->spread_bp,
                    strcmp(tick->spread_method, "roll") == 0 ? "Roll's bounce, a floor"
                                                             : "the aggressor's side");
        if (tick->asset == SIZE_MAX)
            fputs("; not in the panel", out);
        else if (tick->weight == 0.0)
            fputs("; not held", out);
        else
            fprintf(out, "; %.2f %% held, %zu alarms", 100.0 * tick->weight, tick->alarms);
        put_other_days(out, desk, &job->symbols[i]);
        fputc('\n', out);
    }
    if (desk->weight_measured > 0.0)
        fprintf(out,
                "  Buying costs half the spread: %.2f for the %.2f %% of the weight that was "
                "measured; the rest has no trades here and is not guessed.\n",
                desk->cost_measured * desk->capital, 100.0 * desk->weight_measured);
    else
        fputs("  No held name has trades here, so its cost is not known and not guessed.\n", out);
}

static void put_walk(FILE *out, const run_desk *desk)
{
    if (!desk->walk_count) {
        fprintf(out, "No walk forward: %s.\n", desk->walk_reason);
        return;
    }
    fprintf(out,
            "Walk forward, %s to %s: %zu rebalances, each seeing %zu days and holding %zu\n"
            "  %-24s %9s %9s %6s %9s %10s %9s\n",
            cli_panel_day(desk->file, desk->walk_date[0]).text,
            cli_panel_day(desk->file, desk->walk_date[desk->walk_days - 1]).text,
            desk->walk[0].rebalances, desk->walk_window, desk->walk_hold, "covariance or rule",
            "predicted", "realised", "bias", "turnover", "exceptions", "Kupiec p");
    for (size_t p = 0; p < desk->walk_count; p++) {
        const run_desk_walk *w = &desk->walk[p];
        fprintf(out, "  %-24s %7.2f %% %7.2f %% %6.2f %7.1f %% %10zu %9.3f\n", w->name,
                100.0 * w->mean_predicted, 100.0 * w->mean_realised, w->bias, 100.0 * w->turnover,
                w->exceptions, w->kupiec.p_value);
    }
    fprintf(out,
            "  Bias 1 is a kept word, above 1 too little was predicted; %.1f days beyond VaR 99 "
            "were to be expected.\n",
            0.01 * (double)desk->walk_days);
}

static void put_peer(FILE *out, const run_desk *desk)
{
    if (!desk->peer.present) {
        fprintf(out, "No comparison of the panel's part: %s.\n", desk->peer.reason);
        return;
    }
    fprintf(out,
            "The same by %s: %s against %s here (%.1f times); the portfolios %s, largest "
            "difference of a weight %.1e, of the variance %.1e, of VaR and ES %.1e.\n",
            desk->peer.version, cli_seconds_text(desk->peer.seconds).text,
            cli_seconds_text(desk->peer.ours_seconds).text,
            desk->peer.ours_seconds > 0.0 ? desk->peer.seconds / desk->peer.ours_seconds : 0.0,
            desk->peer.equal ? "agree" : "DO NOT agree", desk->peer.weight_difference,
            desk->peer.variance_difference, desk->peer.var_difference);
}

void nacrei_run_summary_desk(FILE *out, const run_job *job)
{
    const run_desk *desk = job->desk;
    cli_panel panel = desk->panel;
    panel.all_alive &= !desk->simulated; // nobody survives a simulation
    cli_panel_print(out, &panel);
    put_portfolio(out, desk);
    put_losses(out, desk);
    put_follow(out, desk);
    put_ticks(out, job);
    put_walk(out, desk);
    if (job->demo)
        put_peer(out, desk);
}
