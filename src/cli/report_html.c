// SPDX-License-Identifier: Apache-2.0
// Text and tables of the report. The order is that of a reader's questions: what came out, does it
// beat simpler alarms, where can I see it, how was it computed, what should I doubt.
#include "cli/report_html.h"

#include "cli/cli_text.h"
#include "cli/cli_vpin.h"
#include "cli/report_charts.h"
#include "cli/report_desk.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#define ALARM_ROWS_MAX 200

static const char *const measure_titles[RUN_MEASURES] = {"VPIN", "Volatility only", "Volume only"};

static void card(FILE *out, const char *label, const char *value, const char *note)
{
    bool none = strcmp(value, "not defined") == 0;
    fprintf(out, "<div><dt>%s</dt><dd%s>", label, none ? " class=\"none\"" : "");
    nacrei_svg_text(out, value);
    fputs("<small>", out);
    nacrei_svg_text(out, note);
    fputs("</small></dd></div>\n", out);
}

static cli_text fixed(double value, int decimals)
{
    cli_text text = {"not defined"};
    if (!isnan(value))
        (void)snprintf(text.text, sizeof text.text, "%.*f", decimals, value);
    return text;
}

static const char *size_unit(const nacre_instrument *instrument)
{
    switch (instrument->kind) {
    case NACRE_KIND_EQUITY:
        return "shares";
    case NACRE_KIND_PERPETUAL:
    case NACRE_KIND_FUTURE:
    case NACRE_KIND_OPTION:
        return instrument->size_exp == 0 ? "contracts" : "units";
    case NACRE_KIND_SPOT:
        break;
    }
    return "units";
}

static void write_cards(FILE *out, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    const nacre_vpin_bucket *last =
        vpin->bucket_count ? &vpin->buckets[vpin->bucket_count - 1] : NULL;
    char note[256];
    fputs("<dl class=\"figures\">\n", out);
    (void)snprintf(note, sizeof note, "last of %s values; mean %s",
                   cli_count_text(vpin->cdf_count).text, fixed(vpin->mean_vpin, 4).text);
    card(out, "VPIN", fixed(last ? last->vpin : (double)NAN, 4).text, note);
    if (last && !isnan(last->cdf)) {
        (void)snprintf(note, sizeof note, "of the last value; alarm from %.4g",
                       vpin->options.cdf_threshold);
        card(out, "CDF", fixed(last->cdf, 4).text, note);
    } else {
        (void)snprintf(note, sizeof note, "%s of %u values that it needs",
                       cli_count_text(vpin->cdf_count).text, vpin->options.cdf_min);
        card(out, "CDF", "not defined", note);
    }
    (void)snprintf(note, sizeof note, "volatility only: %zu, volume only: %zu",
                   symbol->volatility->alarm_count, symbol->volume->alarm_count);
    card(out, "Alarms", cli_count_text(vpin->alarm_count).text, note);
    char how[96] = "by aggressor side";
    if (vpin->bars)
        (void)snprintf(how, sizeof how, "%s bars of %.4g s", cli_count_text(vpin->bars).text,
                       (double)vpin->options.bar_ns / 1e9);
    (void)snprintf(note, sizeof note, "of %s %s; %s",
                   cli_decimal_text(vpin->bucket_volume, symbol->instrument.size_exp).text,
                   size_unit(&symbol->instrument), how);
    card(out, "Buckets", cli_count_text(vpin->bucket_count).text, note);
    (void)snprintf(note, sizeof note, "kept of %s read", cli_count_text(symbol->rows).text);
    card(out, "Trades", cli_count_text(symbol->kept_rows).text, note);
    (void)snprintf(note, sizeof note, "%s only calibrated; calendar %s",
                   cli_count_text(vpin->warmup_sessions).text, symbol->instrument.calendar);
    card(out, "Sessions", cli_count_text(vpin->sessions).text, note);
    fputs("</dl>\n", out);
}

static void write_warnings(FILE *out, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    if (vpin->look_ahead)
        fprintf(
            out,
            "<p class=\"flag\"><strong>Looks ahead.</strong> These figures use information from "
            "after their own time (mode %s, warm-up %s). They describe the past; they could "
            "not have been traded on.</p>\n",
            nacre_vpin_mode_name(vpin->options.mode), cli_warmup_name(vpin->options.warmup));
    if (nacrei_run_unclassified(symbol))
        fprintf(
            out,
            "<p class=\"flag\"><strong>No bar could be classified</strong> (%s bars): sigma "
            "needs %u bars before it and a price that moves. VPIN of 0 below means unknown, not "
            "calm. Give more data, shorter bars (<code>--bar</code>), or, when the trades carry "
            "aggressor sides, <code>--mode aggressor</code>.</p>\n",
            cli_count_text(vpin->bars).text, vpin->options.min_bars);
    else if (vpin->unclassified_bars * 10 > vpin->bars)
        fprintf(out,
                "<p class=\"flag\">%s of %s bars were split half and half, because fewer than %u "
                "bars came before them or sigma was zero: VPIN is too low where that is so.</p>\n",
                cli_count_text(vpin->unclassified_bars).text, cli_count_text(vpin->bars).text,
                vpin->options.min_bars);
    if (symbol->import.bad_rows)
        fprintf(out, "<p class=\"flag\">%s bad rows were skipped on request.</p>\n",
                cli_count_text(symbol->import.bad_rows).text);
}

static void write_alarms(FILE *out, const run_symbol *symbol)
{
    fputs("<h3>Alarms of VPIN</h3>\n", out);
    const nacre_vpin_result *vpin = symbol->vpin;
    if (vpin->alarm_count == 0) {
        fprintf(out, "<p>None%s.</p>\n",
                vpin->cdf_count < vpin->options.cdf_min
                    ? ", because the CDF that would raise one is not defined"
                    : "");
        return;
    }
    fputs("<div class=\"scroll\"><table><thead><tr><th class=\"n\">#</th><th>begins</th>"
          "<th>ends</th><th class=\"n\">buckets</th><th class=\"n\">peak VPIN</th><th>by</th></tr>"
          "</thead><tbody>\n",
          out);
    size_t shown = vpin->alarm_count < ALARM_ROWS_MAX ? vpin->alarm_count : ALARM_ROWS_MAX;
    for (size_t i = 0; i < shown; i++) {
        const nacre_vpin_alarm *alarm = &vpin->alarms[i];
        bool open = alarm->end_bucket == UINT64_MAX;
        uint64_t end = open ? vpin->bucket_count : alarm->end_bucket;
        fprintf(out,
                "<tr><td class=\"n\">%zu</td><td>%s</td><td>%s</td><td class=\"n\">%s</td>"
                "<td class=\"n\">%.4f</td><td>%s</td></tr>\n",
                i + 1, cli_time_text(alarm->begin_ns).text,
                open ? "still on" : cli_time_text(alarm->end_ns).text,
                cli_count_text(end - alarm->begin_bucket).text, alarm->peak_vpin,
                alarm->kind == NACRE_VPIN_ALARM_LEVEL ? "level" : "CDF");
    }
    fputs("</tbody></table></div>\n", out);
    if (shown < vpin->alarm_count)
        fprintf(out, "<p class=\"note\">The first %zu of %zu; all are in results.json.</p>\n",
                shown, vpin->alarm_count);
}

static bool needs_warmup(const nacre_vpin_options *o)
{
    return o->bucket_volume == 0 &&
           (o->mode == NACRE_VPIN_CAUSAL || o->mode == NACRE_VPIN_AGGRESSOR);
}

static void row(FILE *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static void row(FILE *out, const char *name, const char *format, ...)
{
    char text[512];
    va_list args;
    va_start(args, format);
    (void)vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fprintf(out, "<tr><th>%s</th><td class=\"wrap\">", name);
    nacrei_svg_text(out, text);
    fputs("</td></tr>\n", out);
}

/// The reader's decisions, one per line.
static void write_notes(FILE *out, const char *notes)
{
    if (!notes[0])
        return;
    fputs("<tr><th>import</th><td class=\"wrap\">", out);
    for (const char *c = notes; *c; c++) {
        char one[2] = {*c, 0};
        if (*c == '\n' && c[1])
            fputs("<br>", out);
        else
            nacrei_svg_text(out, one);
    }
    fputs("</td></tr>\n", out);
}

static void write_volume_rows(FILE *out, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    const nacre_vpin_options *o = &vpin->options;
    const char *unit = size_unit(&symbol->instrument);
    uint8_t size_exp = symbol->instrument.size_exp;
    if (o->bucket_volume)
        row(out, "bucket volume", "%s %s, given", cli_decimal_text(o->bucket_volume, size_exp).text,
            unit);
    else
        row(out, "bucket volume", "%s %s (the last one): mean session volume / %u",
            cli_decimal_text(vpin->bucket_volume, size_exp).text, unit, o->buckets_per_day);
    row(out, "window, lookback", "%u buckets; %u sessions", o->window, o->lookback);
    row(out, "warm-up", "%s%s", needs_warmup(o) ? cli_warmup_name(o->warmup) : "not needed",
        needs_warmup(o) && symbol->auto_warmup ? " (chosen by the data)" : "");
    row(out, "unfinished bucket", "%s %s, not in any figure",
        cli_decimal_text(vpin->open_bucket_volume, size_exp).text, unit);
}

static void write_method(FILE *out, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    const nacre_vpin_options *o = &vpin->options;
    bool full_sample = o->mode == NACRE_VPIN_ELO_RESEARCH || o->mode == NACRE_VPIN_ABAD_YAGUE;
    fputs("<details open><summary>How it was computed</summary><div class=\"scroll\"><table>"
          "<tbody>\n",
          out);
    row(out, "mode", "%s, volume classified by %s, auctions %s", nacre_vpin_mode_name(o->mode),
        cli_classify_name(o->classify), cli_auctions_name(o->auctions));
    write_volume_rows(out, symbol);
    if (vpin->bars)
        row(out, "sigma of dP", "%s %s (the last one); %s of %s bars unclassified",
            fixed(vpin->sigma, 6).text, symbol->instrument.currency,
            cli_count_text(vpin->unclassified_bars).text, cli_count_text(vpin->bars).text);
    if (full_sample)
        row(out, "CDF", "rank among all values of the sample, later ones included");
    else
        row(out, "CDF", "rank among the %u values before, from %u values on", o->cdf_window,
            o->cdf_min);
    row(out, "alarm", "begins at a CDF of %.4g, ends below %.4g or after %u buckets",
        o->cdf_threshold, o->cdf_threshold - o->cdf_hysteresis, o->horizon_buckets);
    write_notes(out, symbol->import.notes);
    fputs("</tbody></table></div></details>\n", out);
}

static void write_symbol(FILE *out, const run_symbol *symbol)
{
    const nacre_instrument *instrument = &symbol->instrument;
    fprintf(out, "<h2 id=\"s-%s\">", symbol->name);
    nacrei_svg_text(out, instrument->symbol);
    if (instrument->venue[0]) {
        fputs(" @ ", out);
        nacrei_svg_text(out, instrument->venue);
    }
    fprintf(out, "</h2>\n<p class=\"lead\">%s to %s, %s, calendar %s (%s)</p>\n",
            cli_time_text(symbol->first_ns).text, cli_time_text(symbol->last_ns).text,
            instrument->currency, instrument->calendar, instrument->timezone);
}

static void write_score_row(FILE *out, const run_judgement *judgement, size_t measure, size_t kind)
{
    const nacre_alarm_score *score = &judgement->score[measure][kind];
    char delay[64] = "-";
    if (score->median_delay_ns >= 0)
        (void)snprintf(delay, sizeof delay, "%s",
                       cli_seconds_text((double)score->median_delay_ns / 1e9).text);
    fprintf(out, "<td class=\"n\">%s of %s</td>", cli_count_text(score->detected).text,
            cli_count_text(score->episodes).text);
    if (kind == NACRE_EPISODE_INFORMED)
        fprintf(out, "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>", delay,
                cli_count_text(score->alarms).text, cli_count_text(score->false_alarms).text);
}

static void write_judgement(FILE *out, const run_job *job)
{
    const run_judgement *judgement = &job->judgement;
    fprintf(out,
            "<h3>Judged against the known episodes</h3>\n<p>The simulation (seed %s) knows when "
            "informed traders were at work and where it placed decoys: bursts of volatility or "
            "volume without information, and calm windows. An alarm counts for an episode when it "
            "begins inside it or up to %lld minutes after it. All three measures use the same "
            "clock, CDF and "
            "threshold.</p>\n",
            cli_count_text(job->seed).text,
            (long long)(judgement->grace_ns / (60 * NACREI_NS_PER_SECOND)));
    fputs("<div class=\"scroll\"><table><thead><tr><th>alarm by</th><th class=\"n\">informed "
          "found</th>"
          "<th class=\"n\">median delay</th><th class=\"n\">alarms</th><th class=\"n\">false</th>"
          "<th class=\"n\">volatility decoys hit</th><th class=\"n\">volume decoys hit</th>"
          "<th class=\"n\">calm hit</th></tr></thead>"
          "<tbody>\n",
          out);
    for (size_t measure = 0; measure < RUN_MEASURES; measure++) {
        fprintf(out, "<tr><td>%s</td>", measure_titles[measure]);
        for (size_t kind = 0; kind <= NACRE_EPISODE_CALM; kind++)
            write_score_row(out, judgement, measure, kind);
        fputs("</tr>\n", out);
    }
    fputs("</tbody></table></div>\n<ul class=\"legend\">", out);
    static const char *const css[] = {"ep-informed", "ep-volatility", "ep-volume", "ep-calm"};
    for (size_t kind = 0; kind <= NACRE_EPISODE_CALM; kind++) {
        char label[48];
        (void)snprintf(label, sizeof label, "%s",
                       nacre_episode_kind_name((nacre_episode_kind)kind));
        for (char *c = label; *c; c++)
            if (*c == '_')
                *c = ' ';
        fprintf(
            out,
            "<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect class=\"%s\" width=\"18\" "
            "height=\"7\" y=\"2\"/></svg>%s</li>",
            css[kind], label);
    }
    fputs("<li><svg viewBox=\"0 0 18 10\" aria-hidden=\"true\"><rect class=\"alarm\" width=\"18\" "
          "height=\"10\"/></svg>alarm of the measure shown</li></ul>\n",
          out);
}

static void write_stages(FILE *out, const run_job *job)
{
    fputs("<h2>Stages</h2>\n<div class=\"scroll\"><table><thead><tr><th>stage</th><th>symbol</th>"
          "<th class=\"n\">trades</th><th class=\"n\">time</th><th class=\"n\">rate</th>"
          "<th>device</th><th>work by</th><th>class</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < job->stage_count; i++) {
        const run_stage *stage = &job->stages[i];
        fprintf(out,
                "<tr><td>%s</td><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                "<td class=\"n\">%s</td><td>cpu, %s</td><td><code>%s</code></td><td>%s</td></tr>\n",
                stage->name, stage->symbol, cli_count_text(stage->rows).text,
                cli_seconds_text(stage->seconds).text,
                stage->seconds > 0.0 ? cli_rate_text((double)stage->rows / stage->seconds).text
                                     : "-",
                stage->unit_name, stage->kernel, stage->numeric_class);
    }
    fputs("</tbody></table></div>\n", out);
    const run_peer *peer = &job->judgement.peer;
    if (job->demo && peer->present) {
        fprintf(out,
                "<p>The same computation by %s on this machine took %s; %zu values of VPIN differ "
                "by at most %.1e (tolerance %.0e: %s).</p>\n",
                peer->version, cli_seconds_text(peer->seconds).text, peer->compared,
                peer->max_difference, RUN_PEER_TOLERANCE, peer->equal ? "equal" : "not equal");
    } else if (job->demo) {
        fputs("<p class=\"note\">No comparison with NumPy and pandas: ", out);
        nacrei_svg_text(out, peer->reason);
        fputs("</p>\n", out);
    }
}

static void write_explanation(FILE *out)
{
    fputs(
        "<h2>What VPIN is, and what is disputed</h2>\n"
        "<p>VPIN, the volume-synchronised probability of informed trading (Easley, L&oacute;pez de "
        "Prado and O&#39;Hara, <em>Review of Financial Studies</em> 25(5), 2012), cuts trading "
        "into buckets of equal volume, splits each into bought and sold volume, and averages the "
        "one-sided share |bought &minus; sold| / volume over the last buckets. A high value says "
        "that order flow was lopsided for its volume. It does not say which way the price will "
        "go. Unless true aggressor sides are used, the split is an estimate from price changes "
        "(bulk volume classification).</p>\n"
        "<p>Its authors read it as an early warning of market makers being adversely selected. "
        "Andersen and Bondarenko (<em>Journal of Financial Markets</em> 17, 2014) dispute that: "
        "they find that it has no predictive power for volatility once current volume and "
        "volatility are accounted for, and that its peak came after the flash crash of 6 May "
        "2010, not before. That is why a volatility-only and a volume-only alarm stand beside it "
        "here. VPIN also depends on where the first bucket starts. VPIN is claimed as a "
        "trademark by its inventors.</p>\n",
        out);
}

static void write_head(FILE *out, const run_job *job)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
          "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
          "<title>",
          out);
    fputs(job->desk ? "Portfolio and " : "", out);
    fputs("VPIN report</title>\n<style>\n", out);
    for (const char *const *piece = nacrei_report_style; *piece; piece++)
        fputs(*piece, out);
    fputs("</style></head>\n<body><main>\n<h1>", out);
    fputs(job->desk ? "Portfolio and " : "", out);
    fputs(job->demo ? "VPIN on a simulated market" : "VPIN report", out);
    fprintf(out, "</h1>\n<p class=\"lead\">%s, Nacre %s</p>\n",
            cli_time_text(job->created_ns / NACREI_NS_PER_SECOND * NACREI_NS_PER_SECOND).text,
            nacre_version());
}

/// One line per symbol with a link to its part.
static void write_overview(FILE *out, const run_job *job)
{
    if (job->symbol_count < 2)
        return;
    fputs("<div class=\"scroll\"><table><thead><tr><th>symbol</th><th class=\"n\">trades kept</th>"
          "<th class=\"n\">buckets</th><th class=\"n\">VPIN</th><th class=\"n\">CDF</th>"
          "<th class=\"n\">VPIN alarms</th><th class=\"n\">volatility only</th>"
          "<th class=\"n\">volume only</th></tr></thead><tbody>\n",
          out);
    for (size_t i = 0; i < job->symbol_count; i++) {
        const run_symbol *symbol = &job->symbols[i];
        const nacre_vpin_result *vpin = symbol->vpin;
        const nacre_vpin_bucket *last =
            vpin->bucket_count ? &vpin->buckets[vpin->bucket_count - 1] : NULL;
        fprintf(out, "<tr><td><a href=\"#s-%s\">%s</a></td>", symbol->name, symbol->name);
        fprintf(out,
                "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                "<td class=\"n\">%s</td><td class=\"n\">%zu</td><td class=\"n\">%zu</td>"
                "<td class=\"n\">%zu</td></tr>\n",
                cli_count_text(symbol->kept_rows).text, cli_count_text(vpin->bucket_count).text,
                fixed(last ? last->vpin : (double)NAN, 4).text,
                fixed(last ? last->cdf : (double)NAN, 4).text, vpin->alarm_count,
                symbol->volatility->alarm_count, symbol->volume->alarm_count);
    }
    fputs("</tbody></table></div>\n", out);
}

nacre_status nacrei_report_write(FILE *out, const run_job *job, nacre_error *err)
{
    write_head(out, job);
    if (job->desk) {
        nacre_status status = nacrei_report_desk(out, job, err);
        if (status)
            return status;
    }
    write_overview(out, job);
    for (size_t i = 0; i < job->symbol_count; i++) {
        const run_symbol *symbol = &job->symbols[i];
        write_symbol(out, symbol);
        write_cards(out, symbol);
        write_warnings(out, symbol);
        if (job->demo && i == 0)
            write_judgement(out, job);
        nacre_status status = nacrei_report_charts(out, job, symbol, err);
        if (status)
            return status;
        write_alarms(out, symbol);
        write_method(out, symbol);
    }
    write_stages(out, job);
    write_explanation(out);
    fprintf(out, "<footer>Made by Nacre %s with the %s instruction set on %s (%u cores): <code>",
            nacre_version(), nacre_ctx_isa(job->ctx), job->cpu, job->cores);
    nacrei_svg_text(out, job->command_line);
    fputs("</code>. Every figure with its unit and method is in results.json, every bucket in "
          "vpin_*.csv and vpin_*.npy.</footer>\n</main></body></html>\n",
          out);
    return NACRE_OK;
}
