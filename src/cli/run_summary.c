// SPDX-License-Identifier: Apache-2.0
// The last lines of a run, for somebody who sees them for the first time: what was done with how
// much in which time, what came out, how it compares, where to look and what to try.
#include "cli/cli_text.h"
#include "cli/cli_vpin.h"
#include "cli/run_job.h"

#include <math.h>
#include <string.h>

/// One line per kind of stage, its symbols added up.
static void put_stages(FILE *out, const run_job *job)
{
    for (size_t i = 0; i < job->stage_count; i++) {
        const run_stage *stage = &job->stages[i];
        uint64_t rows = 0;
        double seconds = 0.0;
        bool seen = false;
        for (size_t k = 0; k < job->stage_count; k++) {
            if (strcmp(job->stages[k].name, stage->name) != 0)
                continue;
            seen |= k < i;
            rows += job->stages[k].rows;
            seconds += job->stages[k].seconds;
        }
        if (!seen)
            fprintf(out, "  %-10s %12s %-10s %9s %11s  cpu, %s unit, %s\n", stage->name,
                    cli_count_text(rows).text, stage->counted, cli_seconds_text(seconds).text,
                    seconds > 0.0 ? cli_rate_text((double)rows / seconds).text : "-",
                    stage->unit_name, stage->kernel);
    }
}

static void put_symbol(FILE *out, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    const nacre_vpin_bucket *last =
        vpin->bucket_count ? &vpin->buckets[vpin->bucket_count - 1] : NULL;
    char cdf[96], value[32] = "not defined";
    if (last && !isnan(last->vpin))
        (void)snprintf(value, sizeof value, "%.4f", last->vpin);
    if (last && !isnan(last->cdf))
        (void)snprintf(cdf, sizeof cdf, "%.4f", last->cdf);
    else
        (void)snprintf(cdf, sizeof cdf, "not defined (%s of %u)",
                       cli_count_text(vpin->cdf_count).text, vpin->options.cdf_min);
    fprintf(out,
            "%s: %s of %s trades kept, %s buckets; last VPIN %s, CDF %s; %zu alarms "
            "(volatility only %zu, volume only %zu)%s%s\n",
            symbol->name, cli_count_text(symbol->kept_rows).text, cli_count_text(symbol->rows).text,
            cli_count_text(vpin->bucket_count).text, value, cdf, vpin->alarm_count,
            symbol->volatility->alarm_count, symbol->volume->alarm_count,
            vpin->look_ahead ? "; looks ahead" : "",
            nacrei_run_unclassified(symbol) ? "; no bar could be classified (too few)" : "");
}

/// How it was computed; the warm-up can differ by symbol when the data chose it.
static void put_method(FILE *out, const run_job *job)
{
    const nacre_vpin_options *first = &job->symbols[0].vpin->options;
    bool needed = first->bucket_volume == 0 &&
                  (first->mode == NACRE_VPIN_CAUSAL || first->mode == NACRE_VPIN_AGGRESSOR);
    fprintf(out, "Mode %s; warm-up %s", nacre_vpin_mode_name(first->mode),
            needed ? cli_warmup_name(first->warmup) : "not needed");
    for (size_t i = 1; needed && i < job->symbol_count; i++) {
        nacre_vpin_warmup warmup = job->symbols[i].vpin->options.warmup;
        if (warmup != first->warmup)
            fprintf(out, ", for %s %s", job->symbols[i].name, cli_warmup_name(warmup));
    }
    fputs(".\n", out);
}

static void put_score(FILE *out, const run_judgement *judgement, size_t measure, const char *label)
{
    const nacre_alarm_score *score = judgement->score[measure];
    const nacre_alarm_score *informed = &score[NACRE_EPISODE_INFORMED];
    char found[48], delay[64] = "-", wrong[48];
    (void)snprintf(found, sizeof found, "%llu of %llu", (unsigned long long)informed->detected,
                   (unsigned long long)informed->episodes);
    (void)snprintf(wrong, sizeof wrong, "%llu of %llu", (unsigned long long)informed->false_alarms,
                   (unsigned long long)informed->alarms);
    if (informed->median_delay_ns >= 0)
        (void)snprintf(delay, sizeof delay, "%s",
                       cli_seconds_text((double)informed->median_delay_ns / 1e9).text);
    fprintf(out, "  %-16s %9s %15s %13s", label, found, delay, wrong);
    for (size_t kind = NACRE_EPISODE_VOLATILITY_BURST; kind <= NACRE_EPISODE_CALM; kind++) {
        char hit[48];
        (void)snprintf(hit, sizeof hit, "%llu of %llu", (unsigned long long)score[kind].detected,
                       (unsigned long long)score[kind].episodes);
        fprintf(out, " %9s", hit);
    }
    fputc('\n', out);
}

static void put_peer(FILE *out, const run_job *job)
{
    const run_peer *peer = &job->judgement.peer;
    if (!peer->present) {
        fprintf(out, "No comparison with NumPy and pandas: %s.\n", peer->reason);
        return;
    }
    double ours = job->symbols[0].vpin_seconds;
    fprintf(out,
            "The same by %s: %s against %s here (%.1f times); %s values of VPIN %s, largest "
            "difference %.1e (tolerance %.0e).\n",
            peer->version, cli_seconds_text(peer->seconds).text, cli_seconds_text(ours).text,
            ours > 0.0 ? peer->seconds / ours : 0.0, cli_count_text(peer->compared).text,
            peer->equal ? "agree" : "DO NOT agree", peer->max_difference, RUN_PEER_TOLERANCE);
}

void nacrei_run_summary(FILE *out, const run_job *job)
{
    if (job->demo)
        fprintf(
            out,
            "A market was simulated (seed %llu), trades and prices, written as CSV and read like "
            "any other file:\n",
            (unsigned long long)job->seed);
    put_stages(out, job);
    for (size_t i = 0; i < job->symbol_count; i++)
        put_symbol(out, &job->symbols[i]);
    if (!job->demo)
        put_method(out, job);
    if (job->demo) {
        fputs("Alarms judged by the simulation's truth (decoys are bursts without informed "
              "trading):\n"
              "  alarm by            found    median delay  false alarms   decoys hit: volatility, "
              "volume, calm\n",
              out);
        put_score(out, &job->judgement, RUN_MEASURE_VPIN, "VPIN");
        put_score(out, &job->judgement, RUN_MEASURE_VOLATILITY, "volatility only");
        put_score(out, &job->judgement, RUN_MEASURE_VOLUME, "volume only");
        put_peer(out, job);
    }
    if (job->desk)
        nacrei_run_summary_desk(out, job);
    fprintf(out,
            "Report: %s/report.html (open it in a browser); figures: results.json, "
            "vpin_*.csv, vpin_*.npy%s\n",
            job->out, job->desk ? ", weights, factors, trades, follow and walk.csv" : "");
    if (job->demo)
        fprintf(out, "Next, with your own trades and prices (CSV, plain or compressed): nacre run "
                     "--trades FILE --panel FILE --asof DATE --out my-results\n");
}
