// SPDX-License-Identifier: Apache-2.0
// The work of `nacre run` on one symbol: import, filter, VPIN, and the two plain alarms beside it.
// The trades are let go at the end of each symbol, so memory follows the largest one and not their
// sum.
#include "cli/cli_vpin.h"
#include "cli/run_desk_make.h"
#include "cli/run_job.h"
#include "core/alloc.h"
#include "core/clock.h"
#include "core/progress.h"
#include "kern/kern.h"

#include <ctype.h>
#include <math.h>
#include <string.h>

const char *nacrei_run_measure_name(size_t measure)
{
    static const char *const names[RUN_MEASURES] = {"vpin", "volatility", "volume"};
    return measure < RUN_MEASURES ? names[measure] : "unknown";
}

const nacre_vpin_alarm *nacrei_run_alarms(const run_symbol *symbol, size_t measure, size_t *count)
{
    const nacre_baseline_result *baseline =
        measure == RUN_MEASURE_VOLATILITY ? symbol->volatility : symbol->volume;
    *count = measure == RUN_MEASURE_VPIN ? symbol->vpin->alarm_count : baseline->alarm_count;
    return measure == RUN_MEASURE_VPIN ? symbol->vpin->alarms : baseline->alarms;
}

bool nacrei_run_unclassified(const run_symbol *symbol)
{
    return symbol->vpin->bars > 0 && !(symbol->vpin->sigma > 0.0);
}

void nacrei_run_stage(run_job *job, const char *name, const char *symbol, uint64_t rows,
                      double seconds, const char *kernel, const char *numeric_class)
{
    if (job->stage_count == RUN_STAGES_MAX)
        return;
    run_stage *stage = &job->stages[job->stage_count++];
    *stage = (run_stage){.rows = rows,
                         .counted = "trades",
                         .seconds = seconds,
                         .unit_name = strncmp(kernel, "nacrek_", 7) == 0 &&
                                              strcmp(nacre_ctx_isa(job->ctx), "ref") != 0
                                          ? "vector"
                                          : "scalar",
                         .kernel = kernel,
                         .numeric_class = numeric_class};
    (void)snprintf(stage->name, sizeof stage->name, "%s", name);
    (void)snprintf(stage->symbol, sizeof stage->symbol, "%s", symbol);
}

void nacrei_run_desk_stage(run_job *job, const char *name, uint64_t rows, const char *counted,
                           double seconds, const char *kernel, const char *unit_name,
                           const char *numeric_class)
{
    size_t before = job->stage_count;
    nacrei_run_stage(job, name, "", rows, seconds, kernel, numeric_class);
    if (job->stage_count == before)
        return;
    job->stages[before].counted = counted;
    job->stages[before].unit_name = unit_name;
}

static double since(int64_t started_ns)
{
    return (double)(nacrei_monotonic_ns() - started_ns) / 1e9;
}

/// Symbol, and with `venue` the venue too, as one safe file name.
static void name_symbol(run_symbol *symbol, bool venue)
{
    const nacre_instrument *instrument = &symbol->instrument;
    if (venue && instrument->venue[0])
        (void)snprintf(symbol->name, sizeof symbol->name, "%s_%s", instrument->symbol,
                       instrument->venue);
    else
        (void)snprintf(symbol->name, sizeof symbol->name, "%s", instrument->symbol);
    for (char *c = symbol->name; *c; c++)
        if (!isalnum((unsigned char)*c) && *c != '-' && *c != '_')
            *c = '_';
}

nacre_status nacrei_run_group(run_job *job, const run_options *options, size_t *groups,
                              nacre_error *err)
{
    for (size_t i = 0; i < options->path_count; i++) {
        nacre_instrument instrument;
        nacre_status status =
            cli_trades_identify(job->ctx, options->paths[i], &options->reader, &instrument, err);
        if (status)
            return status;
        size_t at = 0;
        while (at < job->symbol_count &&
               (strcmp(job->symbols[at].instrument.symbol, instrument.symbol) != 0 ||
                strcmp(job->symbols[at].instrument.venue, instrument.venue) != 0))
            at++;
        groups[i] = at;
        if (at == job->symbol_count)
            job->symbols[job->symbol_count++].instrument = instrument;
    }
    for (size_t i = 0; i < job->symbol_count; i++) {
        bool twin = false;
        for (size_t k = 0; k < job->symbol_count; k++)
            twin |= k != i && strcmp(job->symbols[k].instrument.symbol,
                                     job->symbols[i].instrument.symbol) == 0;
        name_symbol(&job->symbols[i], twin);
    }
    // Two symbols that differ only in signs that a file name cannot carry get a number.
    for (size_t i = 1; i < job->symbol_count; i++)
        for (size_t k = 0; k < i; k++)
            if (strcmp(job->symbols[k].name, job->symbols[i].name) == 0) {
                char suffix[24];
                int length = snprintf(suffix, sizeof suffix, "_%zu", i + 1);
                size_t room = sizeof job->symbols[i].name - (size_t)length - 1;
                size_t used = strlen(job->symbols[i].name);
                memcpy(job->symbols[i].name + (used < room ? used : room), suffix,
                       (size_t)length + 1);
            }
    return NACRE_OK;
}

static nacre_status load(run_job *job, const run_options *options, run_symbol *symbol,
                         const char *const *paths, size_t path_count, cli_trades **input,
                         nacre_error *err)
{
    nacrei_progress progress;
    nacrei_progress_begin(&progress, "import", "bytes", options->env->quiet);
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = cli_trades_load(job->ctx, paths, path_count, &options->reader,
                                          nacrei_progress_update, &progress, input, err);
    nacrei_progress_end(&progress);
    if (status)
        return status;
    const cli_trades *loaded = *input;
    symbol->import_seconds = since(started);
    symbol->instrument = loaded->instrument;
    symbol->import = loaded->stats;
    symbol->from_tape = loaded->from_tape;
    symbol->rows = loaded->trades.rows;
    if (symbol->rows == 0)
        return nacrei_fail(err, NACRE_E_ARG, "%s: no trades in it", paths[0]);
    symbol->first_ns = loaded->trades.ts_event[0];
    symbol->last_ns = loaded->trades.ts_event[symbol->rows - 1];
    nacrei_run_stage(job, "import", symbol->name, symbol->rows, symbol->import_seconds,
                     loaded->from_tape ? "nacre_tape_open" : "nacre_reader_next", "exact");
    return NACRE_OK;
}

static nacre_status filter(run_job *job, const run_options *options, run_symbol *symbol,
                           const cli_trades *input, const nacre_calendar *calendar,
                           nacre_filtered **filtered, nacre_error *err)
{
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_filter_trades(job->ctx, &symbol->instrument, calendar,
                                              &options->filter, &input->trades, filtered, err);
    if (status)
        return status;
    const nacre_filtered *result = *filtered;
    symbol->filter_seconds = since(started);
    symbol->kept_rows = result->kept.rows;
    symbol->kept_volume = result->kept_volume;
    symbol->auction_volume = result->auction_volume;
    for (size_t i = 0; i < result->reason_count && i < RUN_REASONS_MAX; i++) {
        run_reason *reason = &symbol->reasons[symbol->reason_count++];
        (void)snprintf(reason->name, sizeof reason->name, "%s", result->reasons[i].name);
        reason->rows = result->reasons[i].rows;
        reason->volume = result->reasons[i].volume;
        symbol->excluded_volume += reason->volume;
    }
    nacrei_run_stage(job, "filter", symbol->name, symbol->rows, symbol->filter_seconds,
                     "nacre_filter_trades", "exact");
    return NACRE_OK;
}

static nacre_status compute_vpin(run_job *job, const run_options *options, run_symbol *symbol,
                                 const nacre_trades *kept, const nacre_calendar *calendar,
                                 nacre_error *err)
{
    nacre_vpin_options vpin;
    bool automatic;
    if (!cli_parse_vpin(options->args, &options->env->config, symbol->instrument.size_exp, &vpin,
                        &automatic))
        return nacrei_fail(err, NACRE_E_ARG, "an option of VPIN does not fit %s", symbol->name);
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = NACRE_OK;
    symbol->auto_warmup = automatic;
    if (automatic)
        status = cli_choose_warmup(kept, calendar, &vpin, err);
    if (!status)
        status = nacre_vpin_batch(job->ctx, kept, calendar, &vpin, &symbol->vpin, err);
    if (status)
        return status;
    symbol->vpin_seconds = since(started);
    bool bars = symbol->vpin->bars > 0;
    nacrei_run_stage(job, "vpin", symbol->name, kept->rows, symbol->vpin_seconds,
                     bars ? job->ctx->kerns->ndtr_f64_name : "nacre_vpin_batch",
                     bars ? "strict" : "exact");
    started = nacrei_monotonic_ns();
    status =
        nacre_baseline_alarms(job->ctx, kept, calendar, symbol->vpin, NACRE_BASELINE_VOLATILITY,
                              RUN_BASELINE_BARS, &symbol->volatility, err);
    if (!status)
        status =
            nacre_baseline_alarms(job->ctx, kept, calendar, symbol->vpin, NACRE_BASELINE_VOLUME,
                                  RUN_BASELINE_BARS, &symbol->volume, err);
    if (status)
        return status;
    symbol->baseline_seconds = since(started);
    nacrei_run_stage(job, "baselines", symbol->name, kept->rows, symbol->baseline_seconds,
                     "nacre_baseline_alarms", "strict");
    return NACRE_OK;
}

/// Lowest and highest price while each bucket filled, for the chart.
static nacre_status price_ranges(run_job *job, run_symbol *symbol, const nacre_trades *kept,
                                 nacre_error *err)
{
    const nacre_vpin_result *vpin = symbol->vpin;
    size_t count = vpin->bucket_count;
    nacre_status status = nacrei_alloc(job->ctx, count, sizeof *symbol->price_low, "price ranges",
                                       &symbol->price_low, err);
    if (!status)
        status = nacrei_alloc(job->ctx, count, sizeof *symbol->price_high, "price ranges",
                              &symbol->price_high, err);
    if (status || count == 0)
        return status;
    size_t row = 0;
    while (row < kept->rows && kept->ts_event[row] < vpin->buckets[0].start_ns)
        row++;
    for (size_t i = 0; i < count; i++) {
        int64_t low = vpin->buckets[i].price, high = low;
        for (; row < kept->rows && kept->ts_event[row] <= vpin->buckets[i].end_ns; row++) {
            if (kept->price[row] < low)
                low = kept->price[row];
            if (kept->price[row] > high)
                high = kept->price[row];
        }
        symbol->price_low[i] = (double)low / NACRE_PRICE_SCALE;
        symbol->price_high[i] = (double)high / NACRE_PRICE_SCALE;
    }
    return NACRE_OK;
}

nacre_status nacrei_run_compute(run_job *job, const run_options *options, run_symbol *symbol,
                                const char *const *paths, size_t path_count, nacre_error *err)
{
    cli_trades *input = NULL;
    nacre_calendar *calendar = NULL;
    nacre_filtered *filtered = NULL;
    nacre_status status = load(job, options, symbol, paths, path_count, &input, err);
    if (!status)
        status = nacre_calendar_open(job->ctx, symbol->instrument.calendar, &calendar, err);
    if (!status)
        status = nacrei_timezone_open(job->ctx, symbol->instrument.timezone, &symbol->zone, err);
    if (!status)
        status = filter(job, options, symbol, input, calendar, &filtered, err);
    if (!status && filtered->kept.rows == 0)
        status = nacrei_fail(err, NACRE_E_ARG,
                             "%s: the tape filter excluded all %llu trades (see --conditions)",
                             paths[0], (unsigned long long)symbol->rows);
    if (!status)
        status = compute_vpin(job, options, symbol, &filtered->kept, calendar, err);
    if (!status)
        status = price_ranges(job, symbol, &filtered->kept, err);
    if (!status && job->desk)
        status = nacrei_desk_spread(job, symbol, &filtered->kept, calendar, err);
    nacre_filtered_destroy(job->ctx, filtered);
    nacre_calendar_close(calendar);
    cli_trades_unload(job->ctx, input);
    return status;
}

static void free_symbol(nacre_ctx *ctx, run_symbol *symbol)
{
    size_t count = symbol->vpin ? symbol->vpin->bucket_count : 0;
    nacrei_free(ctx, symbol->price_low, count, sizeof *symbol->price_low);
    nacrei_free(ctx, symbol->price_high, count, sizeof *symbol->price_high);
    nacre_baseline_destroy(ctx, symbol->volatility);
    nacre_baseline_destroy(ctx, symbol->volume);
    nacre_vpin_result_destroy(ctx, symbol->vpin);
    nacrei_timezone_close(symbol->zone);
}

void nacrei_run_job_free(run_job *job)
{
    nacrei_desk_free(job->ctx, job->desk);
    for (size_t i = 0; i < job->symbol_count; i++)
        free_symbol(job->ctx, &job->symbols[i]);
    nacrei_free(job->ctx, job->judgement.episodes, job->judgement.episode_count,
                sizeof *job->judgement.episodes);
}
