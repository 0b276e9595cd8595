// SPDX-License-Identifier: Apache-2.0
// One result as a JSON line for programs and as a table row for people.
#include "bench.h"

#include "core/json.h"

#include <math.h>
#include <string.h>

static void write_pair(nacrei_json *json, const char *key, const double pair[2])
{
    nacrei_json_key(json, key);
    nacrei_json_array_begin(json);
    nacrei_json_double(json, pair[0]);
    nacrei_json_double(json, pair[1]);
    nacrei_json_array_end(json);
}

static void write_samples(nacrei_json *json, const char *key, const double *samples, size_t count)
{
    nacrei_json_key(json, key);
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < count; i++)
        nacrei_json_double(json, samples[i]);
    nacrei_json_array_end(json);
}

nacre_status bench_write_json(FILE *out, const bench_result *result, nacre_error *err)
{
    const bench_report *report = &result->report;
    nacrei_json writer, *json = &writer;
    nacrei_json_init(json, out, false);
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "id", result->bench->id);
    nacrei_json_put_string(json, "device", "cpu");
    nacrei_json_put_string(json, "unit_name", report->unit_name);
    nacrei_json_put_string(json, "kernel", report->kernel);
    nacrei_json_put_string(json, "class", report->numeric_class);
    nacrei_json_put_uint(json, "n", report->n);
    nacrei_json_put_double(json, "median_ns", result->median_ns);
    nacrei_json_put_double(json, "p50_ns", result->median_ns);
    nacrei_json_put_double(json, "p99_ns", result->p99_ns);
    nacrei_json_put_double(json, "max_ns", result->max_ns);
    nacrei_json_put_double(json, "rate", result->rate);
    nacrei_json_put_string(json, "unit", report->unit);
    nacrei_json_put_string(json, "peer", report->peer);
    nacrei_json_put_string(json, "peer_version", report->peer ? report->peer_version : NULL);
    nacrei_json_put_double(json, "peer_median_ns", result->peer_median_ns);
    nacrei_json_put_double(json, "ratio", result->ratio);
    nacrei_json_put_double(json, "ceiling", report->ceiling > 0.0 ? report->ceiling : (double)NAN);
    nacrei_json_put_double(json, "ceiling_fraction", result->ceiling_fraction);
    nacrei_json_put_double(json, "max_error", report->max_error);
    nacrei_json_put_double(json, "error_bound", report->error_bound);
    nacrei_json_key(json, "samples");
    nacrei_json_object_begin(json);
    write_samples(json, "ours_ns", result->ours_ns, result->pairs);
    write_samples(json, "peer_ns", result->peer_ns, report->peer ? result->pairs : 0);
    nacrei_json_put_uint(json, "operations", report->batch > 1 ? report->batch : 1);
    nacrei_json_object_end(json);
    write_pair(json, "quartiles_ns", result->quartiles_ns);
    write_pair(json, "ratio_quartiles", result->ratio_quartiles);
    nacrei_json_put_uint(json, "context_switches", (uint64_t)result->context_switches);
    nacrei_json_put_double(json, "steal_ms", result->steal_ms);
    nacrei_json_put_string(json, "machine", result->machine);
    nacrei_json_put_string(json, "date", result->date);
    nacrei_json_object_end(json);
    return nacrei_json_end(json, "benchmark results", err);
}

/// "2.35 us", "12.4 ms"
static void format_time(char *text, size_t bytes, double ns)
{
    static const struct {
        double scale;
        const char *name;
    } units[] = {{1e9, "s"}, {1e6, "ms"}, {1e3, "us"}, {1.0, "ns"}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && ns < units[i].scale)
        i++;
    (void)snprintf(text, bytes, "%.4g %s", ns / units[i].scale, units[i].name);
}

/// "425 M values/s"
static void format_rate(char *text, size_t bytes, double rate, const char *unit)
{
    static const struct {
        double scale;
        const char *prefix;
    } units[] = {{1e9, "G "}, {1e6, "M "}, {1e3, "k "}, {1.0, ""}};
    size_t i = 0;
    while (i + 1 < sizeof units / sizeof *units && rate < units[i].scale)
        i++;
    (void)snprintf(text, bytes, "%.4g %s%s", rate / units[i].scale, units[i].prefix, unit);
}

void bench_write_heading(FILE *out)
{
    (void)fprintf(out, "%-18s %12s %22s %12s %8s %17s %8s\n", "benchmark", "median", "rate", "peer",
                  "ratio", "ratio quartiles", "ceiling");
}

void bench_write_row(FILE *out, const bench_result *result)
{
    const bench_report *report = &result->report;
    char median[32], rate[64], peer[32] = "-", ratio[32] = "-", quartiles[48] = "-";
    char ceiling[32] = "-";
    format_time(median, sizeof median, result->median_ns);
    format_rate(rate, sizeof rate, result->rate, report->unit);
    if (report->peer) {
        format_time(peer, sizeof peer, result->peer_median_ns);
        (void)snprintf(ratio, sizeof ratio, "%.2fx", result->ratio);
        (void)snprintf(quartiles, sizeof quartiles, "%.2fx to %.2fx", result->ratio_quartiles[0],
                       result->ratio_quartiles[1]);
    }
    if (report->ceiling > 0.0)
        (void)snprintf(ceiling, sizeof ceiling, "%.1f %%", 100.0 * result->ceiling_fraction);
    (void)fprintf(out, "%-18s %12s %22s %12s %8s %17s %8s\n", result->bench->id, median, rate, peer,
                  ratio, quartiles, ceiling);
    (void)fprintf(out, "  %s, class %s, n = %llu, %zu runs, error %.3g (bound %.3g)\n",
                  report->kernel, report->numeric_class, (unsigned long long)report->n,
                  result->pairs, report->max_error, report->error_bound);
    if (report->peer)
        (void)fprintf(out, "  peer: %s %s\n", report->peer, report->peer_version);
    else
        (void)fprintf(out, "  no peer: %s\n",
                      report->peer_absent[0] ? report->peer_absent : "none exists");
    if (report->ceiling > 0.0) {
        char text[64];
        format_rate(text, sizeof text, report->ceiling, report->unit);
        (void)fprintf(out, "  ceiling: %s, %s\n", text, report->ceiling_name);
    }
}
