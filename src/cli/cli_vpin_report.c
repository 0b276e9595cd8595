// SPDX-License-Identifier: Apache-2.0
// The three outputs of `nacre vpin`. Volumes are exact decimals; what is not defined is said with
// its reason, never shown as a number.
#include "cli/cli_vpin_report.h"

#include "cli/cli_text.h"
#include "cli/cli_vpin.h"
#include "cli/results_table.h"
#include "core/json.h"

#include <inttypes.h>
#include <math.h>

#define ALARMS_SHOWN 20u
#define BUY_FRACTION_ONE (1u << 20)

static int64_t excluded_volume(const nacre_filtered *filtered)
{
    int64_t volume = 0;
    for (size_t i = 0; i < filtered->reason_count; i++)
        volume += filtered->reasons[i].volume;
    return volume;
}

static void print_source(FILE *out, const cli_vpin_report *report)
{
    const nacre_instrument *in = &report->source->instrument;
    const nacre_filtered *filtered = report->filtered;
    double all = (double)filtered->kept_volume + (double)excluded_volume(filtered);
    (void)fprintf(out, "%s%s%s, calendar %s\n", in->symbol, in->venue[0] ? "@" : "", in->venue,
                  in->calendar);
    (void)fprintf(out, "  rows      %s read, %s kept (conditions %s)\n",
                  cli_count_text(report->source->trades.rows).text,
                  cli_count_text(filtered->kept.rows).text, report->conditions);
    for (size_t i = 0; i < filtered->reason_count; i++) {
        const nacre_filter_reason *reason = &filtered->reasons[i];
        if (reason->rows)
            (void)fprintf(out, "  excluded  %s rows, %.2f %% of the volume: %s\n",
                          cli_count_text(reason->rows).text, 100 * (double)reason->volume / all,
                          reason->name);
    }
    if (filtered->auction_volume)
        (void)fprintf(out, "  auctions  %.2f %% of the kept volume\n",
                      100 * (double)filtered->auction_volume / (double)filtered->kept_volume);
}

static void print_method(FILE *out, const cli_vpin_report *report)
{
    const nacre_vpin_result *vpin = report->vpin;
    const nacre_vpin_options *o = &vpin->options;
    bool research = o->mode == NACRE_VPIN_ELO_RESEARCH || o->mode == NACRE_VPIN_ABAD_YAGUE;
    (void)fprintf(out, "  method    %s, classify %s, window %u, auctions %s",
                  nacre_vpin_mode_name(o->mode), cli_classify_name(o->classify), o->window,
                  cli_auctions_name(o->auctions));
    if (vpin->bars)
        (void)fprintf(out, ", bars of %" PRId64 " s", o->bar_ns / 1000000000);
    (void)fprintf(out, "\n");
    if (vpin->look_ahead)
        (void)fprintf(out, "  look-ahead yes: figures use information from after their time\n");
    const char *chosen = report->auto_warmup ? " (auto)" : "";
    if (!o->bucket_volume && !research && o->warmup == NACRE_VPIN_WARMUP_FIRST_SESSION)
        (void)fprintf(out, "  warm-up   %s%s: V of the first of %" PRIu64 " sessions is its own\n",
                      cli_warmup_name(o->warmup), chosen, vpin->sessions);
    else if (!o->bucket_volume && !research)
        (void)fprintf(out, "  warm-up   %s%s: %" PRIu64 " of %" PRIu64 " sessions only calibrate\n",
                      cli_warmup_name(o->warmup), chosen, vpin->warmup_sessions, vpin->sessions);
    else
        (void)fprintf(out, "  sessions  %" PRIu64 "\n", vpin->sessions);
}

static void print_alarms(FILE *out, const nacre_vpin_result *vpin)
{
    if (!vpin->alarm_count) {
        (void)fprintf(out, "  alarms    none\n");
        return;
    }
    (void)fprintf(out, "  alarms    %zu\n", vpin->alarm_count);
    (void)fprintf(out, "            %-5s  %-23s  %-23s  %7s  %s\n", "kind", "begin", "end",
                  "buckets", "peak VPIN");
    for (size_t i = 0; i < vpin->alarm_count && i < ALARMS_SHOWN; i++) {
        const nacre_vpin_alarm *alarm = &vpin->alarms[i];
        bool on = alarm->end_bucket == UINT64_MAX;
        uint64_t end = on ? vpin->bucket_count : alarm->end_bucket;
        (void)fprintf(out, "            %-5s  %-23s  %-23s  %7" PRIu64 "  %.4f\n",
                      alarm->kind == NACRE_VPIN_ALARM_LEVEL ? "level" : "cdf",
                      cli_time_text(alarm->begin_ns).text,
                      on ? "still on" : cli_time_text(alarm->end_ns).text,
                      end - alarm->begin_bucket, alarm->peak_vpin);
    }
    if (vpin->alarm_count > ALARMS_SHOWN)
        (void)fprintf(out, "            and %zu more; --json lists all\n",
                      vpin->alarm_count - ALARMS_SHOWN);
}

static void print_values(FILE *out, const cli_vpin_report *report)
{
    const nacre_vpin_result *vpin = report->vpin;
    const nacre_instrument *in = &report->source->instrument;
    if (vpin->bars)
        (void)fprintf(out, "  bars      %s, %s split 50/50\n", cli_count_text(vpin->bars).text,
                      cli_count_text(vpin->unclassified_bars).text);
    (void)fprintf(out, "  V         %s units a bucket%s\n",
                  cli_decimal_text(vpin->bucket_volume, in->size_exp).text,
                  vpin->options.bucket_volume ? " (given)" : "");
    if (isfinite(vpin->sigma))
        (void)fprintf(out, "  sigma     %.6g %s a bar\n", vpin->sigma, in->currency);
    (void)fprintf(out, "  buckets   %s full, %s units in the open one\n",
                  cli_count_text(vpin->bucket_count).text,
                  cli_decimal_text(vpin->open_bucket_volume, in->size_exp).text);
    if (isnan(vpin->mean_vpin)) {
        (void)fprintf(out, "  VPIN      not defined: %zu of %u buckets\n", vpin->bucket_count,
                      vpin->options.window);
    } else {
        const nacre_vpin_bucket *last = &vpin->buckets[vpin->bucket_count - 1];
        (void)fprintf(out, "  VPIN      mean %.6f, last %.6f at %s\n", vpin->mean_vpin, last->vpin,
                      cli_time_text(last->end_ns).text);
        if (isnan(last->cdf))
            (void)fprintf(out, "  CDF       not defined: %" PRIu64 " of %u values\n",
                          vpin->cdf_count, vpin->options.cdf_min);
        else
            (void)fprintf(out, "  CDF       last %.4f, threshold %g, %s values seen\n", last->cdf,
                          vpin->options.cdf_threshold, cli_count_text(vpin->cdf_count).text);
    }
    print_alarms(out, vpin);
}

void cli_vpin_print(FILE *out, const cli_vpin_report *report)
{
    print_source(out, report);
    print_method(out, report);
    print_values(out, report);
    (void)fprintf(
        out, "  time      %s %s, filter %s, vpin %s\n", report->source->from_tape ? "open" : "read",
        cli_seconds_text(report->source->read_seconds).text,
        cli_seconds_text(report->filter_seconds).text, cli_seconds_text(report->vpin_seconds).text);
}

/// Buy and sell volume as exact decimals.
static void exact_sides(const nacre_vpin_bucket *b, uint8_t size_exp, char buy[RUN_EXACT_BYTES],
                        char sell[RUN_EXACT_BYTES])
{
    int64_t sell_lots = b->volume - b->buy_lots - (b->buy_frac != 0);
    nacrei_exact_volume(buy, b->buy_lots, b->buy_frac, size_exp);
    nacrei_exact_volume(sell, sell_lots, b->buy_frac ? BUY_FRACTION_ONE - b->buy_frac : 0,
                        size_exp);
}

static void put_exact(nacrei_json *json, const char *key, int64_t value, unsigned exponent)
{
    char text[RUN_EXACT_BYTES];
    nacrei_exact_volume(text, value, 0, (uint8_t)exponent);
    nacrei_json_put_string(json, key, text);
}

static void put_filter(nacrei_json *json, const cli_vpin_report *report)
{
    const nacre_filtered *filtered = report->filtered;
    uint8_t size_exp = report->source->instrument.size_exp;
    nacrei_json_key(json, "filter");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "conditions", report->conditions);
    nacrei_json_put_uint(json, "rows", report->source->trades.rows);
    nacrei_json_put_uint(json, "kept_rows", filtered->kept.rows);
    put_exact(json, "kept_volume", filtered->kept_volume, size_exp);
    put_exact(json, "auction_volume", filtered->auction_volume, size_exp);
    nacrei_json_key(json, "excluded");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < filtered->reason_count; i++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "reason", filtered->reasons[i].name);
        nacrei_json_put_uint(json, "rows", filtered->reasons[i].rows);
        put_exact(json, "volume", filtered->reasons[i].volume, size_exp);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

void cli_vpin_put_options(nacrei_json *json, const nacre_vpin_options *o, uint8_t size_exp,
                          bool auto_warmup)
{
    char volume[RUN_EXACT_BYTES];
    nacrei_exact_volume(volume, o->bucket_volume, 0, size_exp);
    nacrei_json_key(json, "options");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "mode", nacre_vpin_mode_name(o->mode));
    nacrei_json_put_string(json, "classify", cli_classify_name(o->classify));
    nacrei_json_put_string(json, "auctions", cli_auctions_name(o->auctions));
    nacrei_json_put_string(json, "warmup", cli_warmup_name(o->warmup));
    nacrei_json_put_bool(json, "warmup_chosen_by_data", auto_warmup);
    nacrei_json_put_bool(json, "reset_session", o->reset_session);
    nacrei_json_put_uint(json, "buckets_per_day", o->buckets_per_day);
    nacrei_json_put_string(json, "bucket_volume", o->bucket_volume ? volume : NULL);
    nacrei_json_put_uint(json, "window", o->window);
    nacrei_json_put_uint(json, "lookback", o->lookback);
    nacrei_json_put_uint(json, "min_bars", o->min_bars);
    nacrei_json_put_int64(json, "bar_ns", o->bar_ns);
    nacrei_json_put_uint(json, "cdf_window", o->cdf_window);
    nacrei_json_put_uint(json, "cdf_min", o->cdf_min);
    nacrei_json_put_double(json, "cdf_threshold", o->cdf_threshold);
    nacrei_json_put_double(json, "cdf_hysteresis", o->cdf_hysteresis);
    nacrei_json_put_uint(json, "horizon_buckets", o->horizon_buckets);
    nacrei_json_put_double(json, "level", o->level);
    nacrei_json_object_end(json);
}

static void put_figures(nacrei_json *json, const cli_vpin_report *report)
{
    const nacre_vpin_result *vpin = report->vpin;
    uint8_t size_exp = report->source->instrument.size_exp;
    nacrei_json_put_bool(json, "look_ahead", vpin->look_ahead);
    nacrei_json_put_uint(json, "trades", vpin->trades);
    nacrei_json_put_uint(json, "bars", vpin->bars);
    nacrei_json_put_uint(json, "unclassified_bars", vpin->unclassified_bars);
    nacrei_json_put_uint(json, "sessions", vpin->sessions);
    nacrei_json_put_uint(json, "warmup_sessions", vpin->warmup_sessions);
    put_exact(json, "total_volume", vpin->total_volume, size_exp);
    put_exact(json, "bucket_volume", vpin->bucket_volume, size_exp);
    put_exact(json, "open_bucket_volume", vpin->open_bucket_volume, size_exp);
    nacrei_json_put_double(json, "sigma", vpin->sigma);
    nacrei_json_put_double(json, "mean_vpin", vpin->mean_vpin);
    nacrei_json_put_uint(json, "cdf_count", vpin->cdf_count);
}

static void put_alarms(nacrei_json *json, const nacre_vpin_result *vpin)
{
    nacrei_json_key(json, "alarms");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < vpin->alarm_count; i++) {
        const nacre_vpin_alarm *alarm = &vpin->alarms[i];
        bool on = alarm->end_bucket == UINT64_MAX;
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "kind",
                               alarm->kind == NACRE_VPIN_ALARM_LEVEL ? "level" : "cdf");
        nacrei_json_put_bool(json, "on", on);
        nacrei_json_put_uint(json, "begin_bucket", alarm->begin_bucket);
        nacrei_json_put_uint(json, "end_bucket", on ? vpin->bucket_count : alarm->end_bucket);
        nacrei_json_put_int64(json, "begin_ns", alarm->begin_ns);
        nacrei_json_put_int64(json, "end_ns", alarm->end_ns);
        nacrei_json_put_double(json, "peak_vpin", alarm->peak_vpin);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void put_buckets(nacrei_json *json, const nacre_vpin_result *vpin, uint8_t size_exp)
{
    nacrei_json_key(json, "buckets");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < vpin->bucket_count; i++) {
        const nacre_vpin_bucket *b = &vpin->buckets[i];
        char buy[RUN_EXACT_BYTES], sell[RUN_EXACT_BYTES];
        exact_sides(b, size_exp, buy, sell);
        nacrei_json_object_begin(json);
        nacrei_json_put_int64(json, "start_ns", b->start_ns);
        nacrei_json_put_int64(json, "end_ns", b->end_ns);
        nacrei_json_put_int64(json, "duration_ns", b->duration_ns);
        put_exact(json, "volume", b->volume, size_exp);
        nacrei_json_put_string(json, "buy", buy);
        nacrei_json_put_string(json, "sell", sell);
        nacrei_json_put_double(json, "imbalance", b->imbalance);
        nacrei_json_put_double(json, "vpin", b->vpin);
        nacrei_json_put_double(json, "cdf", b->cdf);
        nacrei_json_put_uint(json, "alarm", b->alarm);
        put_exact(json, "price", b->price, 9);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

nacre_status cli_vpin_print_json(FILE *out, const cli_vpin_report *report, nacre_error *err)
{
    const nacre_instrument *in = &report->source->instrument;
    nacrei_json json;
    nacrei_json_init(&json, out, false);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "schema", "nacre.vpin/1");
    nacrei_json_put_string(&json, "symbol", in->symbol);
    nacrei_json_put_string(&json, "venue", in->venue);
    nacrei_json_put_string(&json, "calendar", in->calendar);
    nacrei_json_put_string(&json, "currency", in->currency);
    put_filter(&json, report);
    cli_vpin_put_options(&json, &report->vpin->options, report->source->instrument.size_exp,
                         report->auto_warmup);
    put_figures(&json, report);
    nacrei_json_put_double(&json, "read_seconds", report->source->read_seconds);
    nacrei_json_put_double(&json, "filter_seconds", report->filter_seconds);
    nacrei_json_put_double(&json, "vpin_seconds", report->vpin_seconds);
    put_alarms(&json, report->vpin);
    put_buckets(&json, report->vpin, in->size_exp);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", err);
}

static void print_optional(FILE *out, double value)
{
    char text[40] = "";
    if (isfinite(value))
        (void)nacrei_format_double(text, sizeof text, value);
    (void)fprintf(out, ",%s", text);
}

void cli_vpin_print_csv(FILE *out, const nacre_vpin_result *vpin, uint8_t size_exp)
{
    (void)fputs(
        "bucket,start_ns,end_ns,duration_ns,volume,buy,sell,imbalance,vpin,cdf,alarm,price\n", out);
    for (size_t i = 0; i < vpin->bucket_count; i++) {
        const nacre_vpin_bucket *b = &vpin->buckets[i];
        char volume[RUN_EXACT_BYTES], buy[RUN_EXACT_BYTES], sell[RUN_EXACT_BYTES];
        char price[RUN_EXACT_BYTES];
        nacrei_exact_volume(volume, b->volume, 0, size_exp);
        nacrei_exact_volume(price, b->price, 0, 9);
        exact_sides(b, size_exp, buy, sell);
        (void)fprintf(out, "%zu,%" PRId64 ",%" PRId64 ",%" PRId64 ",%s,%s,%s", i, b->start_ns,
                      b->end_ns, b->duration_ns, volume, buy, sell);
        print_optional(out, b->imbalance);
        print_optional(out, b->vpin);
        print_optional(out, b->cdf);
        (void)fprintf(out, ",%" PRIu32 ",%s\n", b->alarm, price);
    }
}
