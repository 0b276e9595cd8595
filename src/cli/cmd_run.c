// SPDX-License-Identifier: Apache-2.0
// `nacre run`, the main job: trades go in; results.json, the bucket tables and the report come out.
// The work is done first and written last, into a folder that appears only when it is complete.
#include "cli/cli_export.h"
#include "cli/cli_vpin.h"
#include "cli/report_html.h"
#include "cli/results_desk.h"
#include "cli/results_json.h"
#include "cli/results_table.h"
#include "cli/run_desk_make.h"
#include "cli/run_folder.h"
#include "core/alloc.h"
#include "core/clock.h"
#include "hw/cpu.h"

#include <string.h>
#include <unistd.h>

static const cli_option options[] = {
    {"trades", 't', "FILE|TAPE", "trades to work on; may be given several times"},
    {"out", 'o', "DIR", "folder for the results (new or empty)"},
    {"force", 0, NULL, "replace results of the same names in DIR"},
    {"panel", 0, "FILE", "daily prices, one column per asset: estimate, optimise, follow"},
    {"asof", 0, "DATE", "last day that the portfolio may know, as 2013-10-04"},
    {"groups", 0, "CSV", "sectors of the panel (columns Symbol and Sector)"},
    {"follow", 0, "N", "days to follow it, 1 to 64 (default: the calendar week after asof)"},
    {"capital", 0, "X", "what the portfolio is bought for (default 1000000)"},
    {"max-weight", 0, "W", "of each asset (default 0.10)"},
    {"demo", 0, NULL, "simulate a market with known episodes and judge the alarms"},
    CLI_READER_OPTIONS,
    CLI_VPIN_OPTIONS,
};

const cli_command cmd_run = {
    .name = "run",
    .synopsis = "[OPTION...] --out DIR --trades FILE|TAPE... [--panel FILE --asof DATE] | --demo",
    .summary = "trades and prices in; VPIN, alarms, a portfolio, its risk and a report out",
    .details =
        "Sorts the files into symbols by their names, imports and filters each, computes VPIN\n"
        "and, beside it, a volatility-only and a volume-only alarm, and writes to DIR:\n"
        "  report.html          one page with charts, without network\n"
        "  results.json         every figure with unit, method, class, device and seconds\n"
        "  vpin_SYMBOL.csv/.npy one row per bucket\n"
        "With --panel it also estimates covariance and factors on the two years up to --asof,\n"
        "buys the portfolio of least variance, follows it through the days after against its\n"
        "VaR, measures spreads from the trades, and walks through the years before; DIR gets\n"
        "  weights.csv factors.csv trades.csv follow.csv walk.csv\n"
        "Nothing after --asof can change what is known on it.\n"
        "With --demo trades and prices are simulated, and DIR also gets panel.csv, the tape SIM\n"
        "and episodes.json, the truth that the alarms are judged by.",
    .example = "nacre run --trades BTCUSDT-trades-2024-08-08.zip --out results\n"
               "  nacre run --panel prices.csv --asof 2013-10-04 --trades IBM.csv --out results",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

#define COMMAND_BYTES 2048

/// The command line again, as text for the results.
static void describe(const cli_args *args, char text[COMMAND_BYTES])
{
    size_t used = (size_t)snprintf(text, COMMAND_BYTES, "nacre run");
    for (size_t i = 0; i < args->command->option_count; i++)
        for (size_t k = 0; k < args->value_counts[i] && used < COMMAND_BYTES; k++)
            used += (size_t)snprintf(text + used, COMMAND_BYTES - used, " --%s%s%s",
                                     args->command->options[i].name,
                                     args->command->options[i].argument ? " " : "",
                                     args->command->options[i].argument ? args->values[i][k] : "");
    for (int i = 0; i < args->argc && used < COMMAND_BYTES; i++)
        used += (size_t)snprintf(text + used, COMMAND_BYTES - used, " %s", args->argv[i]);
}

static nacre_status compute_all(run_job *job, const run_options *what, nacre_error *err)
{
    size_t *groups = NULL;
    const char **paths = NULL;
    nacre_ctx *ctx = job->ctx;
    nacre_status status =
        nacrei_alloc(ctx, what->path_count, sizeof *groups, "list of files", &groups, err);
    if (!status)
        status = nacrei_alloc(ctx, what->path_count, sizeof *paths, "list of files", &paths, err);
    if (!status)
        status = nacrei_run_group(job, what, groups, err);
    for (size_t s = 0; !status && s < job->symbol_count; s++) {
        size_t count = 0;
        for (size_t i = 0; i < what->path_count; i++)
            if (groups[i] == s)
                paths[count++] = what->paths[i];
        status = nacrei_run_compute(job, what, &job->symbols[s], paths, count, err);
    }
    nacrei_free(ctx, paths, what->path_count, sizeof *paths);
    nacrei_free(ctx, groups, what->path_count, sizeof *groups);
    return status;
}

/// The desk's part that needs no trades; a wrong date or panel ends the run before it reads them.
static nacre_status compute_desk(run_job *job, const run_options *what, nacre_error *err)
{
    nacre_status status = nacrei_desk_estimate(job, &what->desk, err);
    if (!status)
        status = nacrei_desk_follow(job, &what->desk, err);
    return status ? status : nacrei_desk_walk(job, what->env->quiet, err);
}

enum { WRITE_JSON, WRITE_REPORT, WRITE_CSV, WRITE_NPY, WRITE_DESK };

/// Opens DIR/name, writes what `kind` says and closes it whole.
static nacre_status write_one(const run_job *job, const run_folder *folder, const char *name,
                              int kind, const run_symbol *symbol, nacre_error *err)
{
    char path[RUN_PATH_BYTES + RUN_NAME_BYTES];
    cli_file file = {0};
    (void)snprintf(path, sizeof path, "%s/%s", folder->temporary, name);
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    if (kind == WRITE_JSON)
        status = nacrei_results_json(file.out, job, path, err);
    else if (kind == WRITE_REPORT)
        status = nacrei_report_write(file.out, job, err);
    else if (kind == WRITE_DESK)
        nacrei_results_desk_table(file.out, name, job->desk);
    else if (kind == WRITE_CSV)
        nacrei_results_csv(file.out, symbol);
    else
        nacrei_results_npy(file.out, symbol);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}

static nacre_status write_all(const run_job *job, const run_folder *folder, nacre_error *err)
{
    nacre_status status = NACRE_OK;
    for (size_t i = 0; !status && i < job->symbol_count; i++) {
        const run_symbol *symbol = &job->symbols[i];
        char name[RUN_NAME_BYTES + 16];
        (void)snprintf(name, sizeof name, "vpin_%s.csv", symbol->name);
        status = write_one(job, folder, name, WRITE_CSV, symbol, err);
        (void)snprintf(name, sizeof name, "vpin_%s.npy", symbol->name);
        if (!status)
            status = write_one(job, folder, name, WRITE_NPY, symbol, err);
    }
    for (size_t i = 0; !status && job->desk && i < RESULTS_DESK_TABLES; i++)
        status = write_one(job, folder, nacrei_results_desk_tables[i], WRITE_DESK, NULL, err);
    if (!status)
        status = write_one(job, folder, "results.json", WRITE_JSON, NULL, err);
    if (!status)
        status = write_one(job, folder, "report.html", WRITE_REPORT, NULL, err);
    return status;
}

/// Writes everything into the folder, gives it its place and tells about it.
static nacre_status deliver(run_job *job, const cli_env *env, run_folder *folder, nacre_error *err)
{
    nacre_status status = write_all(job, folder, err);
    if (!status)
        status = nacrei_run_folder_commit(folder, err);
    if (!status && env->json)
        return nacrei_results_json(stdout, job, "standard output", err);
    if (!status)
        nacrei_run_summary(stdout, job);
    return status;
}

static nacre_status work(run_job *job, run_options *what, run_folder *folder, nacre_error *err)
{
    char csv[RUN_PATH_BYTES + 64], panel[RUN_PATH_BYTES + 64];
    const char *demo_path = csv;
    nacre_status status = NACRE_OK;
    if (job->demo) {
        status = nacrei_demo_simulate(job, folder->temporary, csv, sizeof csv, err);
        what->paths = &demo_path;
        what->path_count = 1;
    }
    if (!status && job->demo)
        status = nacrei_demo_panel(job, folder->temporary, &what->desk, panel, sizeof panel, err);
    if (!status && what->desk.panel)
        status = compute_desk(job, what, err);
    if (!status)
        status = nacrei_alloc(job->ctx, what->path_count, sizeof *job->symbols, "symbols",
                              &job->symbols, err);
    if (!status)
        status = compute_all(job, what, err);
    if (!status && job->desk)
        status = nacrei_desk_ticks(job, err);
    if (!status && job->demo) {
        (void)unlink(csv); // the tape beside it holds the same trades
        status = nacrei_demo_judge(job, folder->temporary, err);
        nacrei_desk_peer(job, folder->temporary);
        job->desk->path = "panel.csv";
        job->desk->panel.path = "panel.csv"; // the folder gets its name when it is complete
    }
    if (!status)
        status = deliver(job, what->env, folder, err);
    nacrei_run_job_free(job);
    nacrei_free(job->ctx, job->symbols, what->path_count, sizeof *job->symbols);
    return status;
}

/// Everything that can be wrong with the command line, before any work.
static int check_usage(const cli_args *args, size_t path_count)
{
    if (!cli_value(args, "out"))
        return cli_usage(args, "--out DIR is needed: the folder for the results");
    if (cli_has(args, "demo") && path_count > 0)
        return cli_usage(args, "--demo makes its own trades; leave --trades and files out");
    if (!cli_has(args, "demo") && path_count == 0)
        return cli_usage(args, "--trades FILE is needed, or --demo for a simulated market");
    if (path_count > RUN_FILES_MAX)
        return cli_usage(args, "at most %d files at once", RUN_FILES_MAX);
    return CLI_OK;
}

static int run_job_on(const cli_env *env, const cli_args *args, run_options *what)
{
    char command_line[COMMAND_BYTES], cpu[NACREI_CPU_NAME_BYTES];
    nacre_error err = {0};
    run_folder folder;
    run_job *job = NULL;
    describe(args, command_line);
    nacrei_cpu_name(cpu);
    if (nacrei_run_folder_open(&folder, cli_value(args, "out"), cli_has(args, "force"), &err))
        return cli_fail(args, &err);
    nacre_status status = nacrei_alloc(env->ctx, 1, sizeof *job, "run", &job, &err);
    if (!status) {
        job->ctx = env->ctx;
        job->command_line = command_line;
        job->out = folder.path;
        job->created_ns = nacrei_clock_now(&nacrei_clock_live);
        job->cpu = cpu;
        job->cores = nacrei_cpu_cores();
        job->demo = cli_has(args, "demo");
        status = work(job, what, &folder, &err);
    }
    nacrei_free(env->ctx, job, 1, sizeof *job);
    nacrei_run_folder_abandon(&folder);
    return status ? cli_fail(args, &err) : CLI_OK;
}

int run_run(const cli_env *env, const cli_args *args)
{
    run_options what = {.args = args, .env = env};
    nacre_vpin_options vpin;
    bool automatic;
    size_t named = cli_count(args, "trades");
    what.path_count = named + (size_t)args->argc;
    int code = check_usage(args, what.path_count);
    if (code)
        return code;
    if (!cli_parse_reader(args, &what.reader) || !cli_parse_filter(args, &what.filter) ||
        !cli_parse_vpin(args, &env->config, CLI_SIZE_EXP_UNKNOWN, &vpin, &automatic) ||
        !nacrei_desk_parse(args, &what.desk))
        return CLI_USAGE;
    if (what.path_count == 0)
        return run_job_on(env, args, &what);
    // --trades FILE... : the option's values, then the operands, in the order of the command line.
    nacre_error err = {0};
    size_t total = what.path_count;
    const char **paths;
    if (nacrei_alloc(env->ctx, total, sizeof *paths, "list of files", &paths, &err))
        return cli_fail(args, &err);
    for (size_t i = 0; i < total; i++)
        paths[i] = i < named ? cli_value_at(args, "trades", i) : args->argv[i - named];
    what.paths = paths;
    code = run_job_on(env, args, &what);
    nacrei_free(env->ctx, paths, total, sizeof *paths);
    return code;
}
