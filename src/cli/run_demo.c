// SPDX-License-Identifier: Apache-2.0
// The demo around a run: a simulated market whose truth is known goes in, as CSV like anybody's own
// file, and the alarms that come out are judged against that truth, decoys included.
#include "cli/cli_export.h"
#include "cli/run_desk_make.h"
#include "core/alloc.h"
#include "core/clock.h"

#include <errno.h>
#include <math.h>
#include <string.h>

#define DEMO_PATH_BYTES 4608
/// An alarm this long after an episode's end still counts for it: about one bucket of a quiet day.
#define GRACE_NS (INT64_C(30) * 60 * NACREI_NS_PER_SECOND)

static double since(int64_t started_ns)
{
    return (double)(nacrei_monotonic_ns() - started_ns) / 1e9;
}

static nacre_status keep_episodes(run_job *job, nacre_sim *sim, const char *folder,
                                  nacre_error *err)
{
    char path[DEMO_PATH_BYTES];
    size_t count;
    const nacre_episode *episodes = nacre_sim_episodes(sim, &count);
    nacre_status status =
        nacrei_alloc(job->ctx, count, sizeof *episodes, "episodes", &job->judgement.episodes, err);
    if (status)
        return status;
    if (count)
        memcpy(job->judgement.episodes, episodes, count * sizeof *episodes);
    job->judgement.episode_count = count;
    (void)snprintf(path, sizeof path, "%s/episodes.json", folder);
    return cli_export_episodes(path, job->seed, episodes, count, err);
}

static nacre_status simulate(run_job *job, const char *folder, const char *tape, nacre_error *err)
{
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    job->seed = options.seed;
    nacre_sim *sim = NULL;
    nacre_tape_writer *writer = NULL;
    uint64_t rows = 0;
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_sim_create(job->ctx, &options, &sim, err);
    if (!status)
        status = nacre_tape_writer_create(job->ctx, tape, nacre_sim_instrument(sim), &writer, err);
    while (!status) {
        nacre_trades block;
        status = nacre_sim_next(sim, &block, err);
        if (status || block.rows == 0)
            break;
        status = nacre_tape_writer_append(writer, &block, err);
        rows += block.rows;
    }
    if (!status)
        status = nacre_tape_writer_seal(writer, err);
    if (!status)
        nacrei_run_stage(job, "simulate", "SIM", rows, since(started), "nacre_sim_next", "exact");
    if (!status)
        status = keep_episodes(job, sim, folder, err);
    nacre_tape_writer_destroy(writer);
    nacre_sim_destroy(sim);
    return status;
}

static nacre_status export_csv(run_job *job, const char *tape_path, const char *csv_path,
                               nacre_error *err)
{
    nacre_tape *tape = NULL;
    cli_file file = {0};
    int64_t started = nacrei_monotonic_ns();
    nacre_status status = nacre_tape_open(job->ctx, tape_path, &tape, err);
    if (status)
        return status;
    nacre_trades trades;
    nacre_tape_view(tape, &trades);
    status = cli_file_open(&file, csv_path, err);
    if (!status)
        status = cli_export_csv(job->ctx, file.out, csv_path, &trades,
                                nacre_tape_get_info(tape)->instrument.size_exp, NULL, NULL, err);
    if (!status)
        status = cli_file_commit(&file, err);
    if (!status)
        nacrei_run_stage(job, "export", "SIM", trades.rows, since(started), "cli_export_csv",
                         "exact");
    cli_file_abandon(&file);
    nacre_tape_close(tape);
    return status;
}

nacre_status nacrei_demo_simulate(run_job *job, const char *folder, char *csv_path,
                                  size_t csv_bytes, nacre_error *err)
{
    char tape[DEMO_PATH_BYTES];
    (void)snprintf(tape, sizeof tape, "%s/SIM", folder);
    (void)snprintf(csv_path, csv_bytes, "%s/SIM.csv", folder);
    nacre_status status = simulate(job, folder, tape, err);
    if (!status)
        status = export_csv(job, tape, csv_path, err);
    return status;
}

nacre_status nacrei_demo_panel(run_job *job, const char *folder, run_desk_options *options,
                               char *path, size_t path_bytes, nacre_error *err)
{
    int64_t started = nacrei_monotonic_ns();
    int64_t first_trade =
        nacrei_days_from_civil(2024, 1, 1); // a Monday, and the simulation's first day
    nacre_sim_panel_options shape;
    nacre_sim_panel_options_init(&shape);
    // Rows up to the Friday before the trades begin, the week of their first days, and one row
    // more.
    int64_t weeks = shape.days / 5 - 1;
    (void)snprintf(path, path_bytes, "%s/panel.csv", folder);
    nacre_status status =
        cli_export_sim_panel(job->ctx, job->seed, first_trade - 7 * weeks, path, err);
    if (status)
        return status;
    options->panel = path;
    options->asof = nacrei_yyyymmdd_from_days(first_trade - 3);
    options->simulated = true;
    nacrei_run_desk_stage(job, "sim_panel", (uint64_t)shape.days * shape.assets, "prices",
                          since(started), "nacre_sim_panel", "scalar", "strict");
    return NACRE_OK;
}

nacre_status nacrei_demo_judge(run_job *job, const char *folder, nacre_error *err)
{
    run_judgement *judgement = &job->judgement;
    const run_symbol *symbol = &job->symbols[0];
    const nacre_vpin_result *vpin = symbol->vpin;
    size_t first = 0;
    while (first < vpin->bucket_count && isnan(vpin->buckets[first].cdf))
        first++;
    if (first == vpin->bucket_count)
        return nacrei_fail(err, NACRE_E_STATE,
                           "the demo's CDF of VPIN is not defined with these options: %llu of %u "
                           "values; leave --buckets-per-day, --bucket-volume and --window alone",
                           (unsigned long long)vpin->cdf_count, vpin->options.cdf_min);
    judgement->judged_from_ns = vpin->buckets[first].end_ns;
    judgement->grace_ns = GRACE_NS;
    for (size_t measure = 0; measure < RUN_MEASURES; measure++) {
        size_t count;
        const nacre_vpin_alarm *alarms = nacrei_run_alarms(symbol, measure, &count);
        for (size_t kind = 0; kind < RUN_KINDS; kind++)
            nacre_alarm_score_kind(alarms, count, judgement->episodes, judgement->episode_count,
                                   (nacre_episode_kind)kind, judgement->judged_from_ns, GRACE_NS,
                                   &judgement->score[measure][kind]);
    }
    char tape[DEMO_PATH_BYTES];
    (void)snprintf(tape, sizeof tape, "%s/SIM", folder);
    nacrei_run_peer(&judgement->peer, tape, folder, vpin);
    return NACRE_OK;
}
