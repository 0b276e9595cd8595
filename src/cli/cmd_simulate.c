// SPDX-License-Identifier: Apache-2.0
// `nacre simulate`: a market whose truth is known. The tape, the list of episodes and, on request,
// the same trades as CSV and a daily panel with a known factor structure.
#include "cli/cli_export.h"
#include "cli/cli_text.h"
#include "core/alloc.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/progress.h"
#include "core/timezone.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

static const cli_option options[] = {
    {"out", 'o', "DIR", "folder for SIM (the tape) and episodes.json"},
    {"days", 0, "N", "UTC days, at most 3650 (default 120)"},
    {"seed", 0, "N", "same seed, same trades on every machine (default 1)"},
    {"trades-per-day", 0, "N", "expected trades of a quiet day (default 20000)"},
    {"episodes", 0, "N", "episodes of each kind (default 8)"},
    {"flash-crash", 0, NULL, "-6 % in 5 minutes at 100 times the volume, on the last day"},
    {"csv", 0, NULL, "also write SIM.csv in the nacre format"},
    {"panel", 0, "FILE", "also write daily closes of 100 assets with four known factors as CSV"},
};

const cli_command cmd_simulate = {
    .name = "simulate",
    .synopsis = "[OPTION...] --out DIR",
    .summary = "make a market with known informed episodes and placebos",
    .details =
        "Writes the tape DIR/SIM and DIR/episodes.json: informed episodes of known times and\n"
        "three placebos (volatility without information, volume without information, calm).\n"
        "Nothing that is there already is overwritten.",
    .example = "nacre simulate --out market && nacre vpin market/SIM",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

#define PATH_BYTES 4096

typedef struct sim_paths {
    char tape[PATH_BYTES], episodes[PATH_BYTES], csv[PATH_BYTES];
} sim_paths;

typedef struct sim_outcome {
    uint64_t rows;
    size_t episode_count;
    double seconds;
    uint64_t by_kind[NACRE_EPISODE_FLASH_CRASH + 1];
} sim_outcome;

static bool parse_options(const cli_args *args, nacre_sim_options *sim)
{
    int64_t days, seed, trades, episodes;
    nacre_sim_options_init(sim);
    days = sim->days;
    trades = sim->trades_per_day;
    episodes = sim->episodes_per_kind;
    seed = (int64_t)sim->seed;
    if (!cli_int(args, "days", 1, 3650, &days) || !cli_int(args, "seed", 0, INT64_MAX, &seed) ||
        !cli_int(args, "trades-per-day", 100, 100000000, &trades) ||
        !cli_int(args, "episodes", 0, 1000, &episodes))
        return false;
    sim->days = (uint32_t)days;
    sim->seed = (uint64_t)seed;
    sim->trades_per_day = (uint32_t)trades;
    sim->episodes_per_kind = (uint32_t)episodes;
    sim->flash_crash = cli_has(args, "flash-crash");
    return true;
}

static nacre_status make_paths(const char *out, sim_paths *paths, nacre_error *err)
{
    if (strlen(out) + 32 >= PATH_BYTES)
        return nacrei_fail(err, NACRE_E_ARG, "an output path of %zu bytes is too long",
                           strlen(out));
    (void)snprintf(paths->tape, PATH_BYTES, "%.4000s/SIM", out);
    (void)snprintf(paths->episodes, PATH_BYTES, "%.4000s/episodes.json", out);
    (void)snprintf(paths->csv, PATH_BYTES, "%.4000s/SIM.csv", out);
    return NACRE_OK;
}

/// Generates block by block into the tape and, when `csv` is open, into it.
static nacre_status generate(const cli_env *env, nacre_sim *sim, nacre_tape_writer *writer,
                             cli_file *csv, uint64_t expected, uint64_t *rows, nacre_error *err)
{
    nacre_status status = NACRE_OK;
    nacrei_progress progress;
    uint8_t size_exp = nacre_sim_instrument(sim)->size_exp;
    if (csv->out && fputs(cli_csv_header, csv->out) == EOF)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", csv->path);
    nacrei_progress_begin(&progress, "simulate", "rows", env->quiet);
    for (;;) {
        nacre_trades block;
        status = nacre_sim_next(sim, &block, err);
        if (status || block.rows == 0)
            break;
        status = nacre_tape_writer_append(writer, &block, err);
        if (!status && csv->out)
            status = cli_export_csv_rows(env->ctx, csv->out, csv->path, &block, size_exp, err);
        if (status)
            break;
        *rows += block.rows;
        (void)nacrei_progress_update(&progress, *rows, expected > *rows ? expected : *rows);
    }
    nacrei_progress_end(&progress);
    return status;
}

static nacre_status refuse_existing(const char *path, nacre_error *err)
{
    if (access(path, F_OK) == 0)
        return nacrei_fail(err, NACRE_E_EXISTS, "%s: is there already; name another folder", path);
    return NACRE_OK;
}

static nacre_status simulate(const cli_env *env, const cli_args *args,
                             const nacre_sim_options *sim_options, const sim_paths *paths,
                             sim_outcome *outcome, nacre_error *err)
{
    nacre_sim *sim = NULL;
    nacre_tape_writer *writer = NULL;
    cli_file csv = {0};
    int64_t begin_ns = nacrei_monotonic_ns();
    nacre_status status = refuse_existing(paths->episodes, err);
    if (!status)
        status = refuse_existing(paths->csv, err);
    if (!status)
        status = nacre_sim_create(env->ctx, sim_options, &sim, err);
    if (!status)
        status = nacre_tape_writer_create(env->ctx, paths->tape, nacre_sim_instrument(sim), &writer,
                                          err);
    if (!status && cli_has(args, "csv"))
        status = cli_file_open(&csv, paths->csv, err);
    if (!status)
        status = generate(env, sim, writer, &csv,
                          (uint64_t)sim_options->days * sim_options->trades_per_day, &outcome->rows,
                          err);
    bool has_csv = false, has_truth = false; // made here, so they go when the tape does not come
    if (!status && csv.out) {
        status = cli_file_commit(&csv, err);
        has_csv = !status;
    }
    if (!status) {
        const nacre_episode *episodes = nacre_sim_episodes(sim, &outcome->episode_count);
        for (size_t i = 0; i < outcome->episode_count; i++)
            outcome->by_kind[episodes[i].kind]++;
        status = cli_export_episodes(paths->episodes, sim_options->seed, episodes,
                                     outcome->episode_count, err);
        has_truth = !status;
    }
    if (!status)
        status = nacre_tape_writer_seal(writer, err);
    if (status && has_csv)
        (void)unlink(paths->csv);
    if (status && has_truth)
        (void)unlink(paths->episodes);
    cli_file_abandon(&csv);
    nacre_tape_writer_destroy(writer);
    nacre_sim_destroy(sim);
    outcome->seconds = (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
    return status;
}

static void print_outcome(const cli_args *args, const nacre_sim_options *sim,
                          const sim_paths *paths, const sim_outcome *outcome)
{
    (void)printf("SIM\n  rows      %s in %s (%s)\n  days      %u, seed %llu\n",
                 cli_count_text(outcome->rows).text, cli_seconds_text(outcome->seconds).text,
                 cli_rate_text((double)outcome->rows / outcome->seconds).text, sim->days,
                 (unsigned long long)sim->seed);
    (void)printf("  episodes  %zu", outcome->episode_count);
    for (int kind = 0; kind <= NACRE_EPISODE_FLASH_CRASH; kind++)
        if (outcome->by_kind[kind])
            (void)printf(", %llu %s", (unsigned long long)outcome->by_kind[kind],
                         nacre_episode_kind_name((nacre_episode_kind)kind));
    (void)printf("\n  tape      %s\n  truth     %s\n", paths->tape, paths->episodes);
    if (cli_has(args, "csv"))
        (void)printf("  csv       %s\n", paths->csv);
    if (cli_has(args, "panel"))
        (void)printf("  panel     %s\n", cli_value(args, "panel"));
}

static int put_outcome(const cli_args *args, const nacre_sim_options *sim, const sim_paths *paths,
                       const sim_outcome *outcome)
{
    nacre_error err = {0};
    nacrei_json json;
    nacrei_json_init(&json, stdout, false);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "tape", paths->tape);
    nacrei_json_put_string(&json, "episodes", paths->episodes);
    nacrei_json_put_string(&json, "csv", cli_has(args, "csv") ? paths->csv : NULL);
    nacrei_json_put_string(&json, "panel", cli_value(args, "panel"));
    nacrei_json_put_int64(&json, "seed", (int64_t)sim->seed);
    nacrei_json_put_uint(&json, "days", sim->days);
    nacrei_json_put_uint(&json, "rows", outcome->rows);
    nacrei_json_put_uint(&json, "episode_count", outcome->episode_count);
    nacrei_json_put_double(&json, "seconds", outcome->seconds);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", &err) ? cli_fail(args, &err) : CLI_OK;
}

int run_simulate(const cli_env *env, const cli_args *args)
{
    nacre_sim_options sim;
    const char *out = cli_value(args, "out"), *panel = cli_value(args, "panel");
    if (args->argc)
        return cli_usage(args, "'%s': there are no operands", args->argv[0]);
    if (!out)
        return cli_usage(args, "say where the market goes: --out DIR");
    if (!parse_options(args, &sim))
        return CLI_USAGE;
    nacre_error err = {0};
    sim_paths paths;
    sim_outcome outcome = {0};
    unsigned made = 0;
    nacre_status status = make_paths(out, &paths, &err);
    if (!status)
        status = cli_make_folders(out, &made, &err);
    if (!status && panel)
        status = cli_export_sim_panel(env->ctx, sim.seed, nacrei_days_from_civil(2021, 1, 4), panel,
                                      &err);
    if (!status)
        status = simulate(env, args, &sim, &paths, &outcome, &err);
    if (status)
        cli_unmake_folder(out, made);
    if (status)
        return cli_fail(args, &err);
    if (env->json)
        return put_outcome(args, &sim, &paths, &outcome);
    print_outcome(args, &sim, &paths, &outcome);
    return CLI_OK;
}
