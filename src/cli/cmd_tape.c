// SPDX-License-Identifier: Apache-2.0
// `nacre tape info|check|export`: what a tape holds, whether its bytes are still those that were
// written, and its trades as CSV or NumPy columns.
#include "cli/cli_export.h"
#include "cli/cli_text.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/timezone.h"

#include <string.h>

static const cli_option options[] = {
    {"csv", 0, "FILE", "export: the trades as lines, exact decimals; - is standard output"},
    {"npy", 0, "DIR", "export: one .npy per column; price and size as f8, times as i8 nanoseconds"},
};

const cli_command cmd_tape = {
    .name = "tape",
    .synopsis = "info TAPE... | check TAPE... | export TAPE --csv FILE|--npy DIR",
    .summary = "describe, verify or export tapes",
    .details =
        "A tape is a folder of memory-mappable NumPy columns with tape.json.\n"
        "  info    rows, range, instrument and bytes on disk\n"
        "  check   verifies every block's CRC-32C and the order of times; exit code 1 when a\n"
        "          tape is damaged\n"
        "  export  --csv writes the `nacre` format, which `nacre import` reads back to the\n"
        "          same columns; --npy writes plain columns for NumPy",
    .example = "nacre tape export tapes/BTCUSDT --csv BTCUSDT.csv",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

static void print_info(const char *path, const nacre_tape_info *info)
{
    const nacre_instrument *in = &info->instrument;
    (void)printf("%s\n  instrument  %s%s%s, calendar %s, %s%s%s, sizes in 1e-%u\n", path,
                 in->symbol, in->venue[0] ? "@" : "", in->venue, in->calendar, in->currency,
                 in->inverse ? ", inverse, settled in " : "", in->inverse ? in->settlement : "",
                 in->size_exp);
    (void)printf("  rows        %s\n", cli_count_text(info->rows).text);
    if (info->rows)
        (void)printf("  range       %s to %s\n", cli_time_text(info->first_ns).text,
                     cli_time_text(info->last_ns).text);
    (void)printf("  on disk     %s, schema %u\n", cli_bytes_text(info->bytes).text,
                 info->schema_version);
}

static void put_info(nacrei_json *json, const char *path, const nacre_tape_info *info)
{
    const nacre_instrument *in = &info->instrument;
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "path", path);
    nacrei_json_put_string(json, "symbol", in->symbol);
    nacrei_json_put_string(json, "venue", in->venue);
    nacrei_json_put_string(json, "calendar", in->calendar);
    nacrei_json_put_string(json, "currency", in->currency);
    nacrei_json_put_string(json, "settlement", in->settlement);
    nacrei_json_put_bool(json, "inverse", in->inverse);
    nacrei_json_put_uint(json, "size_exp", in->size_exp);
    nacrei_json_put_uint(json, "schema_version", info->schema_version);
    nacrei_json_put_uint(json, "rows", info->rows);
    nacrei_json_put_uint(json, "bytes", info->bytes);
    nacrei_json_put_int64(json, "first_ns", info->first_ns);
    nacrei_json_put_int64(json, "last_ns", info->last_ns);
    nacrei_json_object_end(json);
}

static int run_info(const cli_env *env, const cli_args *args)
{
    nacre_error err = {0};
    nacre_tape *tape;
    for (int i = 1; i < args->argc; i++) { // all or none: half a document helps nobody
        if (nacre_tape_open(env->ctx, args->argv[i], &tape, &err))
            return cli_fail(args, &err);
        nacre_tape_close(tape);
    }
    nacrei_json json;
    nacrei_json_init(&json, stdout, false);
    if (env->json)
        nacrei_json_array_begin(&json);
    for (int i = 1; i < args->argc; i++) {
        if (nacre_tape_open(env->ctx, args->argv[i], &tape, &err))
            return cli_fail(args, &err);
        if (env->json)
            put_info(&json, args->argv[i], nacre_tape_get_info(tape));
        else
            print_info(args->argv[i], nacre_tape_get_info(tape));
        nacre_tape_close(tape);
    }
    if (!env->json)
        return CLI_OK;
    nacrei_json_array_end(&json);
    return nacrei_json_end(&json, "standard output", &err) ? cli_fail(args, &err) : CLI_OK;
}

/// Damage is the check's answer (exit code 1); a tape that cannot be reached at all is bad input.
static int check_failed(const cli_args *args, const nacre_error *err)
{
    int code = cli_fail(args, err);
    bool answer = err->status == NACRE_E_CORRUPT || err->status == NACRE_E_ORDER;
    return answer ? CLI_FAILED : code;
}

static int run_check(const cli_env *env, const cli_args *args)
{
    int worst = CLI_OK;
    for (int i = 1; i < args->argc; i++) {
        nacre_error err = {0};
        nacre_tape *tape = NULL;
        nacrei_progress progress;
        int64_t begin_ns = nacrei_monotonic_ns();
        nacre_status status = nacre_tape_open(env->ctx, args->argv[i], &tape, &err);
        if (!status) {
            nacrei_progress_begin(&progress, "check", "rows", env->quiet);
            status = nacre_tape_check(tape, nacrei_progress_update, &progress, &err);
            nacrei_progress_end(&progress);
        }
        double seconds = (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
        if (status) {
            int code = check_failed(args, &err);
            worst = code > worst ? code : worst;
        } else {
            const nacre_tape_info *info = nacre_tape_get_info(tape);
            if (!env->json)
                (void)printf("%s: ok, %s rows, %s in %s\n", args->argv[i],
                             cli_count_text(info->rows).text, cli_bytes_text(info->bytes).text,
                             cli_seconds_text(seconds).text);
        }
        if (env->json) {
            nacrei_json json;
            nacrei_json_init(&json, stdout, false);
            nacrei_json_object_begin(&json);
            nacrei_json_put_string(&json, "path", args->argv[i]);
            nacrei_json_put_bool(&json, "ok", status == NACRE_OK);
            nacrei_json_put_string(&json, "message", status ? err.message : NULL);
            nacrei_json_put_double(&json, "seconds", seconds);
            nacrei_json_object_end(&json);
            if (nacrei_json_end(&json, "standard output", &err))
                worst = cli_fail(args, &err);
        }
        nacre_tape_close(tape);
    }
    return worst;
}

static nacre_status export_csv(const cli_env *env, const nacre_tape *tape, const char *path,
                               nacre_error *err)
{
    nacre_trades trades;
    nacre_tape_view(tape, &trades);
    cli_file file;
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    nacrei_progress progress;
    nacrei_progress_begin(&progress, "export", "rows", env->quiet);
    status = cli_export_csv(env->ctx, file.out, file.path, &trades,
                            nacre_tape_get_info(tape)->instrument.size_exp, nacrei_progress_update,
                            &progress, err);
    nacrei_progress_end(&progress);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}

/// What was written where; silent when the rows themselves went to standard output.
static int report_export(const cli_env *env, const cli_args *args, uint64_t rows, const char *where,
                         double seconds)
{
    if (strcmp(where, "-") == 0)
        return CLI_OK;
    if (!env->json) {
        (void)printf("%s: %s rows in %s (%s)\n", where, cli_count_text(rows).text,
                     cli_seconds_text(seconds).text, cli_rate_text((double)rows / seconds).text);
        return CLI_OK;
    }
    nacre_error err = {0};
    nacrei_json json;
    nacrei_json_init(&json, stdout, false);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "path", where);
    nacrei_json_put_uint(&json, "rows", rows);
    nacrei_json_put_double(&json, "seconds", seconds);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", &err) ? cli_fail(args, &err) : CLI_OK;
}

static int run_export(const cli_env *env, const cli_args *args)
{
    const char *csv = cli_value(args, "csv"), *npy = cli_value(args, "npy");
    if (args->argc != 2)
        return cli_usage(args, "export takes one tape, not %d", args->argc - 1);
    if (!csv == !npy)
        return cli_usage(args, "export needs either --csv FILE or --npy DIR");
    nacre_error err = {0};
    nacre_tape *tape = NULL;
    nacre_status status = nacre_tape_open(env->ctx, args->argv[1], &tape, &err);
    int64_t begin_ns = nacrei_monotonic_ns();
    if (!status && csv) {
        status = export_csv(env, tape, csv, &err);
    } else if (!status) {
        nacre_trades trades;
        nacre_tape_view(tape, &trades);
        status = cli_export_npy(env->ctx, npy, &trades,
                                nacre_tape_get_info(tape)->instrument.size_exp, &err);
    }
    double seconds = (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
    uint64_t rows = status ? 0 : nacre_tape_get_info(tape)->rows;
    nacre_tape_close(tape);
    if (status)
        return cli_fail(args, &err);
    return report_export(env, args, rows, csv ? csv : npy, seconds);
}

int run_tape(const cli_env *env, const cli_args *args)
{
    static const char *const actions[] = {"info", "check", "export"};
    static cli_run_fn *const runs[] = {run_info, run_check, run_export};
    if (args->argc == 0)
        return cli_usage(args, "say what to do: info, check or export");
    for (size_t i = 0; i < 3; i++) {
        if (strcmp(args->argv[0], actions[i]) != 0)
            continue;
        if (args->argc == 1)
            return cli_usage(args, "%s needs a tape", actions[i]);
        if (i < 2 && (cli_has(args, "csv") || cli_has(args, "npy")))
            return cli_usage(args, "--csv and --npy belong to export");
        return runs[i](env, args);
    }
    const char *near = nacrei_nearest(args->argv[0], actions, 3);
    if (near)
        return cli_usage(args, "unknown action '%s'; did you mean '%s'?", args->argv[0], near);
    return cli_usage(args, "unknown action '%s'; there are info, check and export", args->argv[0]);
}
