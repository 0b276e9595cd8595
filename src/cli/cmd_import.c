// SPDX-License-Identifier: Apache-2.0
// `nacre import`: files of trades become one sealed tape per instrument. Files are grouped by what
// their names say, in the order given; a tape appears only when all of its files were read.
#include "cli/cli_export.h"
#include "cli/cli_text.h"
#include "cli/cli_trades.h"
#include "core/alloc.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/progress.h"

#include <string.h>

static const cli_option options[] = {
    {"out", 'o', "DIR",
     "folder for the tapes: DIR/SYMBOL, or DIR/SYMBOL@VENUE when two venues "
     "have one symbol"},
    {"tape", 0, "PATH", "exact path of the tape instead of --out; all files are one instrument"},
    CLI_READER_OPTIONS,
};

const cli_command cmd_import = {
    .name = "import",
    .synopsis = "[OPTION...] FILE... --out DIR",
    .summary = "turn files of trades into tapes",
    .details =
        "Reads CSV, plain or in gzip, xz, zstd or zip, and writes one sealed tape per\n"
        "instrument. The first bad row stops the import with its file, line and column, and\n"
        "no tape appears. Memory does not grow with the files.",
    .example = "nacre import BTCUSDT-trades-2024-08-08.zip --out tapes",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

#define TAPE_PATH_BYTES 4096

/// One tape to be made.
typedef struct import_job {
    nacre_instrument instrument;
    char path[TAPE_PATH_BYTES];
    const char **files;
    size_t file_count;
    nacre_reader_stats stats;
    nacre_tape_info info;
    double seconds;
} import_job;

typedef struct import_plan {
    import_job *jobs;
    const char **files; ///< all operands, grouped; the jobs point into it
    size_t job_count, file_count;
} import_plan;

static nacre_status copy_trades(nacre_reader *reader, nacre_tape_writer *writer,
                                nacrei_progress *progress, nacre_error *err)
{
    for (;;) {
        nacre_trades block;
        nacre_status status = nacre_reader_next(reader, &block, err);
        if (status || block.rows == 0)
            return status;
        status = nacre_tape_writer_append(writer, &block, err);
        if (status)
            return status;
        const nacre_reader_stats *stats = nacre_reader_get_stats(reader);
        (void)nacrei_progress_update(progress, stats->bytes_in / 1000000,
                                     stats->bytes_total / 1000000);
    }
}

/// What the sealed tape says of itself.
static nacre_status reopen(nacre_ctx *ctx, import_job *job, nacre_error *err)
{
    nacre_tape *tape = NULL;
    nacre_status status = nacre_tape_open(ctx, job->path, &tape, err);
    if (!status)
        job->info = *nacre_tape_get_info(tape);
    nacre_tape_close(tape);
    return status;
}

static import_job *find_job(import_plan *plan, const nacre_instrument *instrument)
{
    for (size_t i = 0; i < plan->job_count; i++)
        if (strcmp(plan->jobs[i].instrument.symbol, instrument->symbol) == 0 &&
            strcmp(plan->jobs[i].instrument.venue, instrument->venue) == 0)
            return &plan->jobs[i];
    return NULL;
}

/// The tape's path: exact, or by symbol and, where needed to tell two apart, venue.
static nacre_status name_tape(const import_plan *plan, import_job *job, const char *out,
                              const char *exact, nacre_error *err)
{
    const nacre_instrument *in = &job->instrument;
    bool shared = false;
    for (size_t i = 0; i < plan->job_count; i++)
        shared |= &plan->jobs[i] != job && strcmp(plan->jobs[i].instrument.symbol, in->symbol) == 0;
    int n = exact    ? snprintf(job->path, sizeof job->path, "%s", exact)
            : shared ? snprintf(job->path, sizeof job->path, "%s/%s@%s", out, in->symbol, in->venue)
                     : snprintf(job->path, sizeof job->path, "%s/%s", out, in->symbol);
    if (strchr(in->symbol, '/') || in->symbol[0] == '.' || in->symbol[0] == 0)
        return nacrei_fail(err, NACRE_E_ARG, "'%s' cannot name a tape; give --symbol", in->symbol);
    if (n < 0 || (size_t)n >= sizeof job->path)
        return nacrei_fail(err, NACRE_E_ARG, "a tape's path of %d bytes is too long", n);
    return NACRE_OK;
}

static nacre_status import_one(const cli_env *env, const cli_args *args,
                               const nacre_reader_options *reader_options, const import_plan *plan,
                               import_job *job, nacre_error *err)
{
    nacre_reader *reader = NULL;
    nacre_tape_writer *writer = NULL;
    nacrei_progress progress;
    int64_t begin_ns = nacrei_monotonic_ns();
    nacre_status status =
        nacre_reader_open(env->ctx, job->files, job->file_count, reader_options, &reader, err);
    if (!status) {
        job->instrument = *nacre_reader_instrument(reader);
        status = name_tape(plan, job, cli_value(args, "out"), cli_value(args, "tape"), err);
    }
    if (!status)
        status = nacre_tape_writer_create(env->ctx, job->path, nacre_reader_instrument(reader),
                                          &writer, err);
    nacrei_progress_begin(&progress, job->instrument.symbol, "MB", env->quiet);
    if (!status)
        status = copy_trades(reader, writer, &progress, err);
    nacrei_progress_end(&progress);
    if (!status && nacre_reader_get_stats(reader)->rows == 0)
        status = nacrei_fail(err, NACRE_E_PARSE, "%s: there is no trade in it", job->files[0]);
    if (!status)
        status = nacre_tape_writer_seal(writer, err);
    if (!status)
        job->stats = *nacre_reader_get_stats(reader);
    nacre_tape_writer_destroy(writer);
    nacre_reader_close(reader);
    job->seconds = (double)(nacrei_monotonic_ns() - begin_ns) * 1e-9;
    return status ? status : reopen(env->ctx, job, err);
}

/// Groups the operands by instrument, keeping their order.
static nacre_status make_plan(const cli_env *env, const cli_args *args,
                              const nacre_reader_options *reader_options, import_plan *plan,
                              nacre_error *err)
{
    size_t count = (size_t)args->argc;
    size_t *group = NULL;
    const char *exact = cli_value(args, "tape");
    nacre_status status =
        nacrei_alloc(env->ctx, count, sizeof *plan->jobs, "plan", &plan->jobs, err);
    if (!status)
        status = nacrei_alloc(env->ctx, count, sizeof *plan->files, "plan", &plan->files, err);
    if (!status)
        status = nacrei_alloc(env->ctx, count, sizeof *group, "plan", &group, err);
    plan->file_count = count;
    for (size_t i = 0; i < count && !status; i++) {
        nacre_instrument instrument = {0};
        // A single tape needs no look ahead, and a pipe would not survive one.
        if (!exact && count > 1)
            status = cli_trades_identify(env->ctx, args->argv[i], reader_options, &instrument, err);
        if (status)
            break;
        import_job *job = find_job(plan, &instrument);
        if (!job) {
            job = &plan->jobs[plan->job_count++];
            job->instrument = instrument;
        }
        group[i] = (size_t)(job - plan->jobs);
    }
    size_t used = 0;
    for (size_t j = 0; j < plan->job_count && !status; j++) {
        plan->jobs[j].files = plan->files + used;
        for (size_t i = 0; i < count; i++)
            if (group[i] == j)
                plan->files[used++] = args->argv[i];
        plan->jobs[j].file_count = (size_t)(plan->files + used - plan->jobs[j].files);
    }
    nacrei_free(env->ctx, group, count, sizeof *group);
    return status;
}

static void free_plan(nacre_ctx *ctx, import_plan *plan)
{
    nacrei_free(ctx, plan->jobs, plan->file_count, sizeof *plan->jobs);
    nacrei_free(ctx, (void *)plan->files, plan->file_count, sizeof *plan->files);
}

/// Each line of `notes` behind a label.
static void print_notes(const char *notes)
{
    while (*notes) {
        int length = (int)strcspn(notes, "\n");
        (void)printf("  note      %.*s\n", length, notes);
        notes += length;
        notes += *notes == '\n';
    }
}

static void print_job(const import_job *job)
{
    const nacre_reader_stats *s = &job->stats;
    const nacre_instrument *in = &job->info.instrument;
    (void)printf("%s%s%s\n  rows      %s in %s (%s)\n", in->symbol, in->venue[0] ? "@" : "",
                 in->venue, cli_count_text(s->rows).text, cli_seconds_text(job->seconds).text,
                 cli_rate_text((double)s->rows / job->seconds).text);
    (void)printf("  range     %s to %s\n", cli_time_text(job->info.first_ns).text,
                 cli_time_text(job->info.last_ns).text);
    print_notes(s->notes);
    if (s->bad_rows)
        (void)printf("  bad rows  %s skipped\n", cli_count_text(s->bad_rows).text);
    for (size_t i = 0; i < NACRE_READER_BAD_SAMPLES && s->bad_samples[i][0]; i++)
        (void)printf("            %s\n", s->bad_samples[i]);
    if (s->rounded_values)
        (void)printf("  rounded   %s values\n", cli_count_text(s->rounded_values).text);
    if (s->reordered_rows)
        (void)printf("  reordered %s rows\n", cli_count_text(s->reordered_rows).text);
    if (s->recv_before_event_rows)
        (void)printf("  received before the event: %s rows\n",
                     cli_count_text(s->recv_before_event_rows).text);
    if (s->foreign_rows)
        (void)printf("  left out  %s rows of other symbols\n",
                     cli_count_text(s->foreign_rows).text);
    (void)printf("  tape      %s (%s)\n", job->path, cli_bytes_text(job->info.bytes).text);
}

static void put_job(nacrei_json *json, const import_job *job)
{
    const nacre_reader_stats *s = &job->stats;
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "symbol", job->info.instrument.symbol);
    nacrei_json_put_string(json, "venue", job->info.instrument.venue);
    nacrei_json_put_string(json, "path", job->path);
    nacrei_json_put_uint(json, "rows", s->rows);
    nacrei_json_put_uint(json, "bytes", job->info.bytes);
    nacrei_json_put_uint(json, "bytes_in", s->bytes_in);
    nacrei_json_put_int64(json, "first_ns", job->info.first_ns);
    nacrei_json_put_int64(json, "last_ns", job->info.last_ns);
    nacrei_json_put_double(json, "seconds", job->seconds);
    nacrei_json_put_double(json, "rows_per_second", (double)s->rows / job->seconds);
    nacrei_json_put_uint(json, "bad_rows", s->bad_rows);
    nacrei_json_put_uint(json, "rounded_values", s->rounded_values);
    nacrei_json_put_uint(json, "reordered_rows", s->reordered_rows);
    nacrei_json_put_uint(json, "recv_before_event_rows", s->recv_before_event_rows);
    nacrei_json_put_uint(json, "foreign_rows", s->foreign_rows);
    nacrei_json_key(json, "bad_samples");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < NACRE_READER_BAD_SAMPLES && s->bad_samples[i][0]; i++)
        nacrei_json_string(json, s->bad_samples[i]);
    nacrei_json_array_end(json);
    nacrei_json_put_string(json, "notes", s->notes);
    nacrei_json_object_end(json);
}

static int report(const cli_env *env, const cli_args *args, const import_plan *plan)
{
    if (!env->json) {
        for (size_t i = 0; i < plan->job_count; i++)
            print_job(&plan->jobs[i]);
        return CLI_OK;
    }
    nacre_error err = {0};
    nacrei_json json;
    nacrei_json_init(&json, stdout, false);
    nacrei_json_array_begin(&json);
    for (size_t i = 0; i < plan->job_count; i++)
        put_job(&json, &plan->jobs[i]);
    nacrei_json_array_end(&json);
    return nacrei_json_end(&json, "standard output", &err) ? cli_fail(args, &err) : CLI_OK;
}

int run_import(const cli_env *env, const cli_args *args)
{
    nacre_reader_options reader_options;
    const char *out = cli_value(args, "out");
    if (args->argc == 0)
        return cli_usage(args, "name at least one file");
    if (!out == !cli_has(args, "tape"))
        return cli_usage(args, "say where the tape goes: either --out DIR or --tape PATH");
    if (!cli_parse_reader(args, &reader_options))
        return CLI_USAGE;
    nacre_error err = {0};
    import_plan plan = {0};
    unsigned made = 0;
    nacre_status status = make_plan(env, args, &reader_options, &plan, &err);
    if (!status && out)
        status = cli_make_folders(out, &made, &err);
    for (size_t i = 0; i < plan.job_count && !status; i++)
        status = import_one(env, args, &reader_options, &plan, &plan.jobs[i], &err);
    if (status && out)
        cli_unmake_folder(out, made);
    int code = status ? cli_fail(args, &err) : report(env, args, &plan);
    free_plan(env->ctx, &plan);
    return code;
}
