// SPDX-License-Identifier: Apache-2.0
// Series of one symbol, prepared once as doubles, and the seven charts drawn from them. What shades
// a chart is always the alarm of the measure that the chart shows; price and VPIN carry VPIN's
// alarms.
#include "cli/report_charts.h"

#include "cli/cli_text.h"
#include "core/alloc.h"

#include <math.h>
#include <string.h>

#define HOVER_ZONES 110
#define WIDE 1000.0
#define NARROW 350.0

typedef struct series {
    const run_job *job;
    const run_symbol *symbol;
    size_t count;
    int64_t *local_s;
    double *price, *vpin, *cdf, *duration, *volatility, *volume;
    double *storage;
    const char *duration_unit;
    double duration_scale; ///< ns per unit
    char x_title[96];
} series;

/// What one chart shows.
typedef struct panel {
    const char *title, *note, *y_title;
    const double *y;
    const double *low, *high; ///< a range behind the line, or NULL
    size_t measure;           ///< whose alarms are shaded
    bool log, unit_interval, episodes;
    double rule; ///< NaN = none
    char rule_label[48];
    double height;
} panel;

static const char *const months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                     "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

size_t nacrei_report_ticks(const int64_t *local_s, size_t count, size_t limit, svg_tick *out)
{
    static const int64_t steps[] = {60,    300,   900,    1800,   3600,    7200,    14400,
                                    43200, 86400, 172800, 604800, 1209600, 2592000, 7776000};
    const size_t step_count = sizeof steps / sizeof *steps;
    if (limit > SVG_TICKS_MAX)
        limit = SVG_TICKS_MAX;
    size_t chosen = step_count - 1;
    for (size_t k = 0; k < step_count; k++) {
        size_t found = 1;
        for (size_t i = 1; i < count && found <= limit; i++)
            found += nacrei_floor_div(local_s[i], steps[k]) !=
                     nacrei_floor_div(local_s[i - 1], steps[k]);
        if (found <= limit) {
            chosen = k;
            break;
        }
    }
    size_t used = 0;
    for (size_t i = 0; i < count && used < limit; i++) {
        int64_t slot = nacrei_floor_div(local_s[i], steps[chosen]);
        bool new_day = i == 0 || nacrei_floor_div(local_s[i], 86400) !=
                                     nacrei_floor_div(local_s[i - 1], 86400);
        if (i > 0 && slot == nacrei_floor_div(local_s[i - 1], steps[chosen]))
            continue;
        svg_tick *tick = &out[used++];
        *tick = (svg_tick){.at = (double)i, .strong = new_day};
        int64_t second = slot * steps[chosen];
        if (new_day) {
            int32_t year;
            uint32_t month, day;
            nacrei_civil_from_days(nacrei_floor_div(local_s[i], 86400), &year, &month, &day);
            (void)snprintf(tick->label, sizeof tick->label, "%u %s", day, months[(month - 1) % 12]);
        } else {
            int64_t of_day = second - nacrei_floor_div(second, 86400) * 86400;
            (void)snprintf(tick->label, sizeof tick->label, "%02d:%02d", (int)(of_day / 3600),
                           (int)(of_day / 60 % 60));
        }
    }
    return used;
}

double nacrei_report_position(const nacre_vpin_bucket *buckets, size_t count, int64_t t_ns)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (buckets[middle].end_ns < t_ns)
            low = middle + 1;
        else
            high = middle;
    }
    if (low == count)
        return (double)count - 1.0;
    const nacre_vpin_bucket *bucket = &buckets[low];
    if (t_ns <= bucket->start_ns)
        return (double)low - 1.0;
    double share = (double)(t_ns - bucket->start_ns) / (double)(bucket->end_ns - bucket->start_ns);
    return (double)low - 1.0 + share;
}

static void hover_text(const void *user, size_t index, char *text, size_t bytes)
{
    const series *data = user;
    const nacre_vpin_bucket *bucket = &data->symbol->vpin->buckets[index];
    char vpin[32] = "not defined yet", cdf[32] = "not defined yet";
    if (!isnan(bucket->vpin))
        (void)snprintf(vpin, sizeof vpin, "%.4f", bucket->vpin);
    if (!isnan(bucket->cdf))
        (void)snprintf(cdf, sizeof cdf, "%.4f", bucket->cdf);
    (void)snprintf(text, bytes, "bucket %zu, filled %s\nprice %s, filled in %s\nVPIN %s, CDF %s",
                   index, cli_time_text(bucket->end_ns).text,
                   cli_decimal_text(bucket->price, 9).text,
                   cli_seconds_text((double)bucket->duration_ns / 1e9).text, vpin, cdf);
}

static double mean_duration_ns(const nacre_vpin_result *vpin)
{
    double sum = 0.0;
    for (size_t i = 0; i < vpin->bucket_count; i++)
        sum += (double)vpin->buckets[i].duration_ns;
    return vpin->bucket_count ? sum / (double)vpin->bucket_count : 0.0;
}

static nacre_status prepare(series *data, const run_job *job, const run_symbol *symbol,
                            nacre_error *err)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    size_t n = vpin->bucket_count;
    *data = (series){.job = job, .symbol = symbol, .count = n};
    nacre_status status =
        nacrei_alloc(job->ctx, n, sizeof *data->local_s, "chart times", &data->local_s, err);
    if (!status)
        status = nacrei_alloc(job->ctx, n, 6 * sizeof *data->storage, "chart series",
                              &data->storage, err);
    if (status)
        return status;
    data->price = data->storage;
    data->vpin = data->storage + n;
    data->cdf = data->storage + 2 * n;
    data->duration = data->storage + 3 * n;
    data->volatility = data->storage + 4 * n;
    data->volume = data->storage + 5 * n;
    bool minutes = mean_duration_ns(vpin) > 240e9;
    data->duration_unit = minutes ? "minutes, log scale" : "seconds, log scale";
    data->duration_scale = minutes ? 60e9 : 1e9;
    double size_unit = pow(10.0, symbol->instrument.size_exp);
    for (size_t i = 0; i < n; i++) {
        const nacre_vpin_bucket *bucket = &vpin->buckets[i];
        int64_t utc = nacrei_floor_div(bucket->end_ns, NACREI_NS_PER_SECOND);
        data->local_s[i] = utc + nacrei_timezone_offset(symbol->zone, utc);
        data->price[i] = (double)bucket->price / NACRE_PRICE_SCALE;
        data->vpin[i] = bucket->vpin;
        data->cdf[i] = bucket->cdf;
        double duration = (double)bucket->duration_ns / data->duration_scale;
        data->duration[i] = duration > 0.0 ? duration : (double)NAN;
        data->volatility[i] = symbol->volatility->value[i];
        data->volume[i] = symbol->volume->value[i] / size_unit;
    }
    if (n) {
        int32_t first, last;
        uint32_t month, day;
        nacrei_civil_from_days(nacrei_floor_div(data->local_s[0], 86400), &first, &month, &day);
        nacrei_civil_from_days(nacrei_floor_div(data->local_s[n - 1], 86400), &last, &month, &day);
        char years[24];
        if (first == last)
            (void)snprintf(years, sizeof years, "%d", (int)first);
        else
            (void)snprintf(years, sizeof years, "%d to %d", (int)first, (int)last);
        (void)snprintf(data->x_title, sizeof data->x_title, "equal-volume buckets, %s, %s time",
                       years, symbol->instrument.timezone);
        for (char *c = data->x_title; *c; c++)
            if (*c == '_')
                *c = ' ';
    }
    return NACRE_OK;
}

static void release(series *data)
{
    nacrei_free(data->job->ctx, data->local_s, data->count, sizeof *data->local_s);
    nacrei_free(data->job->ctx, data->storage, data->count, 6 * sizeof *data->storage);
}

static void range_of(const double *y, size_t count, bool positive, double *low, double *high)
{
    for (size_t i = 0; i < count; i++) {
        if (isnan(y[i]) || (positive && !(y[i] > 0.0)))
            continue;
        *low = fmin(*low, y[i]);
        *high = fmax(*high, y[i]);
    }
}

static void draw_alarms(const svg_chart *chart, const series *data, size_t measure)
{
    size_t count;
    const nacre_vpin_alarm *alarms = nacrei_run_alarms(data->symbol, measure, &count);
    for (size_t i = 0; i < count; i++) {
        bool open = alarms[i].end_bucket == UINT64_MAX;
        double end = open ? (double)data->count - 1.0 : (double)alarms[i].end_bucket;
        char title[160];
        (void)snprintf(title, sizeof title, "alarm %zu: %s to %s", i + 1,
                       cli_time_text(alarms[i].begin_ns).text,
                       open ? "still on" : cli_time_text(alarms[i].end_ns).text);
        nacrei_svg_band(chart, "alarm", (double)alarms[i].begin_bucket, end, title);
    }
}

static void draw_episodes(const svg_chart *chart, const series *data)
{
    static const char *const css[RUN_KINDS] = {"ep-informed", "ep-volatility", "ep-volume",
                                               "ep-calm", "ep-crash"};
    const run_judgement *judgement = &data->job->judgement;
    const nacre_vpin_result *vpin = data->symbol->vpin;
    for (size_t i = 0; i < judgement->episode_count; i++) {
        const nacre_episode *episode = &judgement->episodes[i];
        char title[160];
        (void)snprintf(title, sizeof title, "%s: %s to %s", nacre_episode_kind_name(episode->kind),
                       cli_time_text(episode->begin_ns).text, cli_time_text(episode->end_ns).text);
        nacrei_svg_strip(
            chart, css[episode->kind],
            nacrei_report_position(vpin->buckets, vpin->bucket_count, episode->begin_ns),
            nacrei_report_position(vpin->buckets, vpin->bucket_count, episode->end_ns), title);
    }
}

static void draw(FILE *out, const panel *what, const series *data, double width)
{
    bool wide = width == WIDE;
    svg_chart chart = {.out = out,
                       .width = width,
                       .height = wide ? what->height : what->height * 0.85,
                       .left = wide ? 62.0 : 46.0,
                       .right = width - 4.0,
                       .top = 20.0,
                       .x_low = 0.0,
                       .x_high = data->count > 1 ? (double)data->count - 1.0 : 1.0,
                       .y_low = HUGE_VAL,
                       .y_high = -HUGE_VAL,
                       .y_log = what->log};
    chart.bottom = chart.height - 36.0;
    if (what->unit_interval) {
        chart.y_low = 0.0;
        chart.y_high = 1.0;
    } else {
        range_of(what->y, data->count, what->log, &chart.y_low, &chart.y_high);
        if (what->low) {
            range_of(what->low, data->count, what->log, &chart.y_low, &chart.y_high);
            range_of(what->high, data->count, what->log, &chart.y_low, &chart.y_high);
        }
        bool negative = chart.y_low < 0.0;
        nacrei_svg_pad_range(&chart.y_low, &chart.y_high, 0.06, what->log);
        if (!negative && chart.y_low < 0.0)
            chart.y_low = 0.0; // no series here goes below zero, so the axis need not either
    }
    char aria[320];
    (void)snprintf(aria, sizeof aria, "%s of %s: %s over %zu buckets. %s", what->title,
                   data->symbol->name, what->y_title, data->count, what->note);
    nacrei_svg_begin(&chart, aria);
    draw_alarms(&chart, data, what->measure);
    nacrei_svg_y_axis(&chart, what->y_title);
    svg_tick ticks[SVG_TICKS_MAX];
    size_t tick_count = nacrei_report_ticks(data->local_s, data->count, wide ? 13 : 5, ticks);
    nacrei_svg_x_axis(&chart, ticks, tick_count, data->x_title);
    if (what->low)
        nacrei_svg_range(&chart, "range", what->low, what->high, data->count);
    nacrei_svg_line(&chart, "line", what->y, data->count);
    if (!isnan(what->rule))
        nacrei_svg_rule(&chart, "rule", what->rule, what->rule_label);
    if (wide)
        nacrei_svg_hover(&chart, data->count, HOVER_ZONES, hover_text, data);
    if (what->episodes)
        draw_episodes(&chart, data);
    nacrei_svg_end(&chart);
}

static void figure(FILE *out, const panel *what, const series *data)
{
    fputs("<figure><figcaption><strong>", out);
    nacrei_svg_text(out, what->title);
    fputs("</strong> ", out);
    nacrei_svg_text(out, what->note);
    fputs("</figcaption>\n<div class=\"wide\">", out);
    draw(out, what, data, WIDE);
    fputs("</div><div class=\"narrow\">", out);
    draw(out, what, data, NARROW);
    fputs("</div></figure>\n", out);
}

static void excluded_figure(FILE *out, const run_symbol *symbol)
{
    svg_bar bars[RUN_REASONS_MAX];
    char labels[RUN_REASONS_MAX][40], texts[RUN_REASONS_MAX][80];
    size_t used = 0;
    double total = (double)symbol->kept_volume + (double)symbol->excluded_volume;
    for (size_t i = 0; i < symbol->reason_count; i++) {
        const run_reason *reason = &symbol->reasons[i];
        if (reason->rows == 0)
            continue;
        (void)snprintf(labels[used], sizeof labels[used], "%s", reason->name);
        for (char *c = labels[used]; *c; c++)
            if (*c == '_')
                *c = ' ';
        (void)snprintf(texts[used], sizeof texts[used], "%.2f %%, %s rows",
                       100.0 * (double)reason->volume / total, cli_count_text(reason->rows).text);
        bars[used] = (svg_bar){labels[used], texts[used], (double)reason->volume};
        used++;
    }
    fputs("<figure><figcaption><strong>Excluded volume</strong> ", out);
    if (used == 0) {
        fputs("Nothing was excluded: every trade counts.</figcaption></figure>\n", out);
        return;
    }
    fprintf(out,
            "Share of the whole volume that the tape filter took out, by reason; %s of %s "
            "trades were kept.</figcaption>\n<div class=\"wide\">",
            cli_count_text(symbol->kept_rows).text, cli_count_text(symbol->rows).text);
    nacrei_svg_bars(out, WIDE, bars, used, "Excluded volume by reason");
    fputs("</div><div class=\"narrow\">", out);
    nacrei_svg_bars(out, NARROW, bars, used, "Excluded volume by reason");
    fputs("</div></figure>\n", out);
}

static void cdf_undefined(FILE *out, const nacre_vpin_result *vpin)
{
    fprintf(out,
            "<figure><figcaption><strong>CDF of VPIN</strong> Not defined: a value is ranked "
            "among at least %u earlier ones and there are %s of %u. More days, or more buckets a "
            "day, define it; without it there is no CDF alarm.</figcaption></figure>\n",
            vpin->options.cdf_min, cli_count_text(vpin->cdf_count).text, vpin->options.cdf_min);
}

static bool any_defined(const double *y, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!isnan(y[i]))
            return true;
    return false;
}

static void vpin_figures(FILE *out, const series *data)
{
    const nacre_vpin_options *options = &data->symbol->vpin->options;
    panel vpin = {.title = "VPIN",
                  .y_title = "VPIN (share of volume)",
                  .y = data->vpin,
                  .measure = RUN_MEASURE_VPIN,
                  .rule = options->level > 0.0 ? options->level : (double)NAN,
                  .height = 230.0};
    char note[160];
    (void)snprintf(note, sizeof note, "Mean share of one-sided volume over the last %u buckets.",
                   options->window);
    vpin.note = note;
    (void)snprintf(vpin.rule_label, sizeof vpin.rule_label, "level %.3g", options->level);
    if (any_defined(data->vpin, data->count))
        figure(out, &vpin, data);
    else
        fprintf(out,
                "<figure><figcaption><strong>VPIN</strong> Not defined: it averages %u buckets "
                "and there are %zu.</figcaption></figure>\n",
                options->window, data->count);
    panel cdf = {.title = "CDF of VPIN",
                 .note = data->symbol->vpin->look_ahead
                             ? "Rank of each value, as this mode and warm-up define it."
                             : "Rank of each value among the earlier ones.",
                 .y_title = "CDF (share of values at or below)",
                 .y = data->cdf,
                 .measure = RUN_MEASURE_VPIN,
                 .unit_interval = true,
                 .rule = options->cdf_threshold,
                 .height = 190.0};
    (void)snprintf(cdf.rule_label, sizeof cdf.rule_label, "alarm from %.4g",
                   options->cdf_threshold);
    if (any_defined(data->cdf, data->count))
        figure(out, &cdf, data);
    else
        cdf_undefined(out, data->symbol->vpin);
}

static void baseline_figures(FILE *out, const series *data)
{
    if (!any_defined(data->volume, data->count)) {
        fprintf(out,
                "<figure><figcaption><strong>Realised volatility and volume</strong> Not defined: "
                "they look back over %d one-minute bars and there are fewer.</figcaption>"
                "</figure>\n",
                RUN_BASELINE_BARS);
        return;
    }
    const nacre_instrument *instrument = &data->symbol->instrument;
    char unit[96], note[160];
    (void)snprintf(unit, sizeof unit, "%s per square root of a minute", instrument->currency);
    (void)snprintf(note, sizeof note,
                   "Root mean square price change of the last %d one-minute bars; shaded: its own "
                   "alarms at the same threshold.",
                   RUN_BASELINE_BARS);
    panel volatility = {.title = "Realised volatility",
                        .note = note,
                        .y_title = unit,
                        .y = data->volatility,
                        .measure = RUN_MEASURE_VOLATILITY,
                        .rule = (double)NAN,
                        .height = 190.0};
    figure(out, &volatility, data);
    char volume_note[160], volume_unit[64];
    (void)snprintf(volume_note, sizeof volume_note,
                   "Volume of the last %d one-minute bars; shaded: its own alarms.",
                   RUN_BASELINE_BARS);
    (void)snprintf(volume_unit, sizeof volume_unit, "%s",
                   instrument->kind == NACRE_KIND_EQUITY ? "shares" : "units traded");
    panel volume = {.title = "Volume",
                    .note = volume_note,
                    .y_title = volume_unit,
                    .y = data->volume,
                    .measure = RUN_MEASURE_VOLUME,
                    .rule = (double)NAN,
                    .height = 190.0};
    figure(out, &volume, data);
}

nacre_status nacrei_report_charts(FILE *out, const run_job *job, const run_symbol *symbol,
                                  nacre_error *err)
{
    series data;
    nacre_status status = prepare(&data, job, symbol, err);
    if (!status && data.count == 0) {
        fputs("<p class=\"note\">No bucket was filled, so there is nothing to draw.</p>\n", out);
        excluded_figure(out, symbol);
    } else if (!status) {
        panel price = {.title = "Price",
                       .note = job->demo
                                   ? "Last trade of each bucket and its range; shaded: VPIN "
                                     "alarms; marks at the top: the simulation's true episodes."
                                   : "Last trade of each bucket and its range; shaded: VPIN "
                                     "alarms.",
                       .y_title = symbol->instrument.currency,
                       .y = data.price,
                       .low = symbol->price_low,
                       .high = symbol->price_high,
                       .measure = RUN_MEASURE_VPIN,
                       .episodes = job->demo,
                       .rule = (double)NAN,
                       .height = 290.0};
        figure(out, &price, &data);
        vpin_figures(out, &data);
        panel duration = {
            .title = "Time to fill a bucket",
            .note = "Without the gaps between sessions; short times are a rush. One that filled "
                    "at once is not drawn.",
            .y_title = data.duration_unit,
            .y = data.duration,
            .measure = RUN_MEASURE_VPIN,
            .log = true,
            .rule = (double)NAN,
            .height = 190.0};
        figure(out, &duration, &data);
        baseline_figures(out, &data);
        excluded_figure(out, symbol);
    }
    release(&data);
    return status;
}
