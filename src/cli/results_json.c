// SPDX-License-Identifier: Apache-2.0
// Figures are objects that carry unit, method, numeric class, device and the seconds of the stage
// that made them, so that a number taken out of the file still says what it is. int64 values are
// strings: a reader in JavaScript would lose their last digits.
#include "cli/results_json.h"

#include "cli/cli_vpin.h"
#include "cli/cli_vpin_report.h"
#include "cli/results_desk.h"
#include "cli/results_table.h"
#include "data/market/instrument.h"

#include <math.h>

static void figure_tail(const results_origin *from, const char *unit, const char *method)
{
    nacrei_json *json = from->json;
    nacrei_json_put_string(json, "unit", unit);
    nacrei_json_put_string(json, "method", method);
    nacrei_json_put_string(json, "class", from->numeric_class);
    nacrei_json_put_string(json, "device", "cpu");
    nacrei_json_put_string(json, "stage", from->stage);
    nacrei_json_put_double(json, "seconds", from->seconds);
    nacrei_json_object_end(json);
}

void nacrei_results_figure(const results_origin *from, const char *name, double value,
                           const char *unit, const char *method)
{
    nacrei_json_key(from->json, name);
    nacrei_json_object_begin(from->json);
    nacrei_json_put_double(from->json, "value", value);
    figure_tail(from, unit, method);
}

static void count_figure(const results_origin *from, const char *name, uint64_t value,
                         const char *unit, const char *method)
{
    nacrei_json_key(from->json, name);
    nacrei_json_object_begin(from->json);
    nacrei_json_put_int64(from->json, "value", (int64_t)value);
    figure_tail(from, unit, method);
}

/// A volume as an exact decimal in units (shares, coins, contracts).
static void volume_figure(const results_origin *from, const run_symbol *symbol, const char *name,
                          int64_t value, const char *method)
{
    char text[RUN_EXACT_BYTES];
    nacrei_exact_volume(text, value, 0, symbol->instrument.size_exp);
    nacrei_json_key(from->json, name);
    nacrei_json_object_begin(from->json);
    nacrei_json_put_string(from->json, "value", text);
    figure_tail(from, "units", method);
}

static void put_import(nacrei_json *json, const run_symbol *symbol)
{
    const nacre_reader_stats *stats = &symbol->import;
    nacrei_json_key(json, "import");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "source", symbol->from_tape ? "tape" : "files");
    nacrei_json_put_int64(json, "rows", (int64_t)symbol->rows);
    nacrei_json_put_int64(json, "first_ns", symbol->first_ns);
    nacrei_json_put_int64(json, "last_ns", symbol->last_ns);
    nacrei_json_put_int64(json, "bytes_in", (int64_t)stats->bytes_in);
    nacrei_json_put_int64(json, "bad_rows", (int64_t)stats->bad_rows);
    nacrei_json_put_int64(json, "rounded_values", (int64_t)stats->rounded_values);
    nacrei_json_put_int64(json, "reordered_rows", (int64_t)stats->reordered_rows);
    nacrei_json_put_int64(json, "recv_before_event_rows", (int64_t)stats->recv_before_event_rows);
    nacrei_json_put_int64(json, "foreign_rows", (int64_t)stats->foreign_rows);
    nacrei_json_put_string(json, "notes", stats->notes);
    nacrei_json_object_end(json);
}

static void put_filter(nacrei_json *json, const run_symbol *symbol)
{
    results_origin from = {json, "filter", "exact", symbol->filter_seconds};
    nacrei_json_key(json, "filter");
    nacrei_json_object_begin(json);
    count_figure(&from, "kept_rows", symbol->kept_rows, "trades", "tape filter");
    volume_figure(&from, symbol, "kept_volume", symbol->kept_volume, "sum of kept sizes");
    volume_figure(&from, symbol, "auction_volume", symbol->auction_volume,
                  "sum of kept auction sizes");
    volume_figure(&from, symbol, "excluded_volume", symbol->excluded_volume,
                  "sum of excluded sizes");
    nacrei_json_key(json, "reasons");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < symbol->reason_count; i++) {
        char text[RUN_EXACT_BYTES];
        nacrei_exact_volume(text, symbol->reasons[i].volume, 0, symbol->instrument.size_exp);
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", symbol->reasons[i].name);
        nacrei_json_put_int64(json, "rows", (int64_t)symbol->reasons[i].rows);
        nacrei_json_put_string(json, "volume", text);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void put_alarms(nacrei_json *json, const run_symbol *symbol, size_t measure)
{
    size_t count;
    const nacre_vpin_alarm *alarms = nacrei_run_alarms(symbol, measure, &count);
    nacrei_json_key(json, "alarms");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < count; i++) {
        bool open = alarms[i].end_bucket == UINT64_MAX;
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "kind",
                               alarms[i].kind == NACRE_VPIN_ALARM_LEVEL ? "level" : "cdf");
        nacrei_json_put_int64(json, "begin_bucket", (int64_t)alarms[i].begin_bucket);
        nacrei_json_put_int64(json, "begin_ns", alarms[i].begin_ns);
        nacrei_json_key(json, "end_bucket");
        if (open)
            nacrei_json_null(json);
        else
            nacrei_json_int64_string(json, (int64_t)alarms[i].end_bucket);
        nacrei_json_key(json, "end_ns");
        if (open)
            nacrei_json_null(json);
        else
            nacrei_json_int64_string(json, alarms[i].end_ns);
        if (measure == RUN_MEASURE_VPIN)
            nacrei_json_put_double(json, "peak_vpin", alarms[i].peak_vpin);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_vpin(nacrei_json *json, const run_symbol *symbol)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    const nacre_vpin_bucket *last =
        vpin->bucket_count ? &vpin->buckets[vpin->bucket_count - 1] : NULL;
    const char *mode = nacre_vpin_mode_name(vpin->options.mode);
    results_origin from = {json, "vpin", "strict", symbol->vpin_seconds};
    nacrei_json_key(json, "vpin");
    nacrei_json_object_begin(json);
    cli_vpin_put_options(json, &symbol->vpin->options, symbol->instrument.size_exp,
                         symbol->auto_warmup);
    nacrei_json_put_bool(json, "look_ahead", vpin->look_ahead);
    nacrei_json_key(json, "figures");
    nacrei_json_object_begin(json);
    nacrei_results_figure(&from, "vpin", last ? last->vpin : (double)NAN, "share of volume", mode);
    nacrei_results_figure(&from, "mean_vpin", vpin->mean_vpin, "share of volume", mode);
    nacrei_results_figure(&from, "cdf", last ? last->cdf : (double)NAN, "share of values",
                          "empirical CDF of VPIN");
    count_figure(&from, "cdf_values", vpin->cdf_count, "values", "VPIN values seen");
    nacrei_results_figure(&from, "sigma", vpin->sigma, symbol->instrument.currency,
                          "standard deviation of dP");
    volume_figure(&from, symbol, "bucket_volume", vpin->bucket_volume, "of the last bucket");
    volume_figure(&from, symbol, "total_volume", vpin->total_volume, "sum of classified sizes");
    volume_figure(&from, symbol, "open_bucket_volume", vpin->open_bucket_volume,
                  "in the unfinished bucket");
    count_figure(&from, "trades", vpin->trades, "trades", "count");
    count_figure(&from, "bars", vpin->bars, "bars", "time bars with at least one trade");
    count_figure(&from, "unclassified_bars", vpin->unclassified_bars, "bars",
                 "split half and half: sigma undefined or zero");
    count_figure(&from, "sessions", vpin->sessions, "sessions", "by calendar");
    count_figure(&from, "warmup_sessions", vpin->warmup_sessions, "sessions",
                 "that only calibrated");
    count_figure(&from, "buckets", vpin->bucket_count, "buckets", "full buckets");
    nacrei_json_object_end(json);
    put_alarms(json, symbol, RUN_MEASURE_VPIN);
    nacrei_json_object_end(json);
}

static void put_baseline(nacrei_json *json, const run_symbol *symbol, size_t measure)
{
    bool volatility = measure == RUN_MEASURE_VOLATILITY;
    const nacre_baseline_result *result = volatility ? symbol->volatility : symbol->volume;
    double scale = volatility ? 1.0 : pow(10.0, symbol->instrument.size_exp);
    size_t last = result->count;
    results_origin from = {json, "baselines", "strict", symbol->baseline_seconds};
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", nacrei_run_measure_name(measure));
    nacrei_json_put_uint(json, "bars", RUN_BASELINE_BARS);
    nacrei_json_key(json, "figures");
    nacrei_json_object_begin(json);
    nacrei_results_figure(&from, "value", last ? result->value[last - 1] / scale : (double)NAN,
                          volatility ? "currency per square root of a bar" : "units",
                          volatility ? "realised volatility of trailing one-minute bars"
                                     : "volume of trailing one-minute bars");
    nacrei_results_figure(&from, "cdf", last ? result->cdf[last - 1] : (double)NAN,
                          "share of values", "empirical CDF on VPIN's clock");
    nacrei_json_object_end(json);
    put_alarms(json, symbol, measure);
    nacrei_json_object_end(json);
}

static void put_symbol(nacrei_json *json, const run_symbol *symbol)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", symbol->name);
    nacrei_instrument_put_json(json, &symbol->instrument);
    put_import(json, symbol);
    put_filter(json, symbol);
    put_vpin(json, symbol);
    nacrei_json_key(json, "baselines");
    nacrei_json_array_begin(json);
    put_baseline(json, symbol, RUN_MEASURE_VOLATILITY);
    put_baseline(json, symbol, RUN_MEASURE_VOLUME);
    nacrei_json_array_end(json);
    nacrei_json_key(json, "files");
    nacrei_json_array_begin(json);
    char name[RUN_NAME_BYTES + 16];
    (void)snprintf(name, sizeof name, "vpin_%s.csv", symbol->name);
    nacrei_json_string(json, name);
    (void)snprintf(name, sizeof name, "vpin_%s.npy", symbol->name);
    nacrei_json_string(json, name);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void put_stages(nacrei_json *json, const run_job *job)
{
    nacrei_json_key(json, "stages");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < job->stage_count; i++) {
        const run_stage *stage = &job->stages[i];
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", stage->name);
        nacrei_json_put_string(json, "symbol", stage->symbol[0] ? stage->symbol : NULL);
        nacrei_json_put_int64(json, "rows", (int64_t)stage->rows);
        nacrei_json_put_double(json, "seconds", stage->seconds);
        nacrei_json_put_double(json, "rate",
                               stage->seconds > 0.0 ? (double)stage->rows / stage->seconds
                                                    : (double)NAN);
        char unit[32];
        (void)snprintf(unit, sizeof unit, "%s/s", stage->counted);
        nacrei_json_put_string(json, "unit", unit);
        nacrei_json_put_string(json, "device", "cpu");
        nacrei_json_put_string(json, "unit_name", stage->unit_name);
        nacrei_json_put_string(json, "kernel", stage->kernel);
        nacrei_json_put_string(json, "class", stage->numeric_class);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_peer(nacrei_json *json, const run_peer *peer)
{
    nacrei_json_key(json, "peer");
    nacrei_json_object_begin(json);
    nacrei_json_put_bool(json, "present", peer->present);
    nacrei_json_put_string(json, "reason", peer->present ? NULL : peer->reason);
    if (peer->present) {
        nacrei_json_put_string(json, "version", peer->version);
        nacrei_json_put_double(json, "seconds", peer->seconds);
        nacrei_json_put_int64(json, "compared_values", (int64_t)peer->compared);
        nacrei_json_put_double(json, "max_difference", peer->max_difference);
        nacrei_json_put_double(json, "tolerance", RUN_PEER_TOLERANCE);
        nacrei_json_put_bool(json, "equal", peer->equal);
    }
    nacrei_json_object_end(json);
}

static void put_judgement(nacrei_json *json, const run_job *job)
{
    const run_judgement *judgement = &job->judgement;
    nacrei_json_key(json, "judgement");
    nacrei_json_object_begin(json);
    nacrei_json_put_int64(json, "seed", (int64_t)job->seed);
    nacrei_json_put_int64(json, "judged_from_ns", judgement->judged_from_ns);
    nacrei_json_put_int64(json, "grace_ns", judgement->grace_ns);
    nacrei_json_key(json, "scores");
    nacrei_json_array_begin(json);
    for (size_t measure = 0; measure < RUN_MEASURES; measure++)
        for (size_t kind = 0; kind < RUN_KINDS; kind++) {
            const nacre_alarm_score *score = &judgement->score[measure][kind];
            nacrei_json_object_begin(json);
            nacrei_json_put_string(json, "measure", nacrei_run_measure_name(measure));
            nacrei_json_put_string(json, "kind", nacre_episode_kind_name((nacre_episode_kind)kind));
            nacrei_json_put_int64(json, "episodes", (int64_t)score->episodes);
            nacrei_json_put_int64(json, "detected", (int64_t)score->detected);
            nacrei_json_put_int64(json, "alarms", (int64_t)score->alarms);
            nacrei_json_put_int64(json, "false_alarms", (int64_t)score->false_alarms);
            nacrei_json_key(json, "median_delay_ns");
            if (score->median_delay_ns < 0)
                nacrei_json_null(json);
            else
                nacrei_json_int64_string(json, score->median_delay_ns);
            nacrei_json_object_end(json);
        }
    nacrei_json_array_end(json);
    put_peer(json, &judgement->peer);
    nacrei_json_object_end(json);
}

nacre_status nacrei_results_json(FILE *out, const run_job *job, const char *name, nacre_error *err)
{
    nacrei_json writer, *json = &writer;
    char created[31];
    nacrei_format_utc(created, job->created_ns);
    nacrei_json_init(json, out, true);
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "schema", "nacre.results/1");
    nacrei_json_put_string(json, "version", nacre_version());
    nacrei_json_put_string(json, "created", created);
    nacrei_json_put_string(json, "command", job->command_line);
    nacrei_json_key(json, "machine");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "cpu", job->cpu);
    nacrei_json_put_string(json, "isa", nacre_ctx_isa(job->ctx));
    nacrei_json_put_uint(json, "cores", job->cores);
    nacrei_json_object_end(json);
    put_stages(json, job);
    nacrei_json_key(json, "symbols");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < job->symbol_count; i++)
        put_symbol(json, &job->symbols[i]);
    nacrei_json_array_end(json);
    if (job->desk)
        nacrei_results_desk_json(json, job);
    if (job->demo)
        put_judgement(json, job);
    nacrei_json_object_end(json);
    return nacrei_json_end(json, name, err);
}
