// SPDX-License-Identifier: Apache-2.0
// `nacre vpin`: trades in, filter, VPIN, and what came out. With --stream the trades go through the
// adapter that live work uses, in blocks; everything printed but the times is the same.
#include "cli/cli_export.h"
#include "cli/cli_vpin.h"
#include "cli/cli_vpin_report.h"
#include "core/clock.h"
#include "core/progress.h"

#include <string.h>

static const cli_option options[] = {
    {"csv", 0, "FILE",
     "also write the buckets as CSV; - writes them to standard output instead of "
     "the summary"},
    {"stream", 0, "ROWS", "feed the streaming adapter in blocks of so many trades (default batch)"},
    CLI_VPIN_OPTIONS,
    CLI_READER_OPTIONS,
};

const cli_command cmd_vpin = {
    .name = "vpin",
    .synopsis = "[OPTION...] TAPE|FILE...",
    .summary = "compute VPIN of a tape or of files, with its CDF and alarms",
    .details =
        "VPIN is the mean over the last buckets of equal volume of |buy - sell| / volume.\n"
        "`causal` uses the past only and runs live; `elo_research` and `abad_yague` follow\n"
        "the papers and look ahead; `aggressor` uses true sides. Volumes are in units of the\n"
        "instrument, exact to 2^-20 of the smallest one. --json has every bucket.",
    .example = "nacre vpin tapes/BTCUSDT --mode aggressor --bucket-volume 10 --csv buckets.csv",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

typedef struct vpin_run {
    cli_trades *source;
    nacre_calendar *calendar;
    nacre_filtered *filtered;
    nacre_vpin_result *result;
} vpin_run;

static double seconds_since(int64_t begin_ns)
{
    return (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
}

static bool report_bytes(void *progress, uint64_t done, uint64_t total)
{
    return nacrei_progress_update(progress, done / 1000000, total / 1000000);
}

static nacre_status load(const cli_env *env, const cli_args *args,
                         const nacre_reader_options *reader, vpin_run *run, nacre_error *err)
{
    nacrei_progress progress;
    nacrei_progress_begin(&progress, "read", "MB", env->quiet);
    const char *const *paths = (const char *const *)args->argv;
    nacre_status status = cli_trades_load(env->ctx, paths, (size_t)args->argc, reader, report_bytes,
                                          &progress, &run->source, err);
    nacrei_progress_end(&progress);
    if (status)
        return status;
    return nacre_calendar_open(env->ctx, run->source->instrument.calendar, &run->calendar, err);
}

static nacre_status compute(const cli_env *env, const nacre_vpin_options *vpin, int64_t block,
                            vpin_run *run, nacre_error *err)
{
    const nacre_trades *kept = &run->filtered->kept;
    if (block > 0)
        return cli_vpin_stream(env->ctx, kept, run->calendar, vpin, (size_t)block, &run->result,
                               err);
    return nacre_vpin_batch(env->ctx, kept, run->calendar, vpin, &run->result, err);
}

static nacre_status write_csv(const char *path, const cli_vpin_report *report, nacre_error *err)
{
    cli_file file;
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    cli_vpin_print_csv(file.out, report->vpin, report->source->instrument.size_exp);
    status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}

static nacre_status print(const cli_env *env, const cli_args *args, const cli_vpin_report *report,
                          nacre_error *err)
{
    const char *csv = cli_value(args, "csv");
    nacre_status status = csv ? write_csv(csv, report, err) : NACRE_OK;
    if (status || (csv && strcmp(csv, "-") == 0))
        return status;
    if (env->json)
        return cli_vpin_print_json(stdout, report, err);
    cli_vpin_print(stdout, report);
    return NACRE_OK;
}

static void free_run(nacre_ctx *ctx, vpin_run *run)
{
    nacre_vpin_result_destroy(ctx, run->result);
    nacre_filtered_destroy(ctx, run->filtered);
    nacre_calendar_close(run->calendar);
    cli_trades_unload(ctx, run->source);
}

int run_vpin(const cli_env *env, const cli_args *args)
{
    nacre_reader_options reader;
    nacre_filter_options filter;
    nacre_vpin_options vpin;
    bool auto_warmup;
    int64_t block = 0;
    if (args->argc == 0)
        return cli_usage(args, "name a tape or files");
    if (!cli_parse_reader(args, &reader) || !cli_parse_filter(args, &filter) ||
        !cli_parse_vpin(args, &env->config, CLI_SIZE_EXP_UNKNOWN, &vpin, &auto_warmup) ||
        !cli_int(args, "stream", 1, INT64_C(1) << 40, &block))
        return CLI_USAGE;
    if (env->json && cli_value(args, "csv") && strcmp(cli_value(args, "csv"), "-") == 0)
        return cli_usage(args, "--json and --csv - both want standard output");
    nacre_error err = {0};
    vpin_run run = {0};
    nacre_status status = load(env, args, &reader, &run, &err);
    if (!status &&
        !cli_parse_vpin(args, &env->config, run.source->instrument.size_exp, &vpin, &auto_warmup)) {
        free_run(env->ctx, &run);
        return CLI_USAGE;
    }
    cli_vpin_report report = {.source = run.source, .auto_warmup = auto_warmup};
    report.conditions = cli_has(args, "conditions") ? cli_value(args, "conditions") : "regular";
    int64_t begin_ns = nacrei_monotonic_ns();
    if (!status)
        status = nacre_filter_trades(env->ctx, &run.source->instrument, run.calendar, &filter,
                                     &run.source->trades, &run.filtered, &err);
    report.filter_seconds = seconds_since(begin_ns);
    begin_ns = nacrei_monotonic_ns();
    if (!status && auto_warmup)
        status = cli_choose_warmup(&run.filtered->kept, run.calendar, &vpin, &err);
    if (!status)
        status = compute(env, &vpin, block, &run, &err);
    report.vpin_seconds = seconds_since(begin_ns);
    report.filtered = run.filtered;
    report.vpin = run.result;
    if (!status)
        status = print(env, args, &report, &err);
    int code = status ? cli_fail(args, &err) : CLI_OK;
    free_run(env->ctx, &run);
    return code;
}
