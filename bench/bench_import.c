// SPDX-License-Identifier: Apache-2.0
// csv.import: a plain CSV of 40-byte rows on tmpfs through the reader into a sealed tape on tmpfs,
// on one thread. Every value of the tape is compared with the integers that the text was made from
// before anything is timed. The peer is pandas' C reader in its own process, which times itself.
#include "bench.h"

#include "core/alloc.h"
#include "nacre/data.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    ROWS = 2000000,
    ROW_BYTES = 40,
    PATH_BYTES = 512,
};
#define FIRST_TIME_US INT64_C(1700000257679123)

typedef struct import_bench {
    char folder[PATH_BYTES / 2];
    char csv[PATH_BYTES];
    char tapes[2][PATH_BYTES]; ///< two runs may follow each other without the peer in between
    unsigned tape_count;
    char script[PATH_BYTES];
} import_bench;

/// The trades, one after the other, in the units of the text.
typedef struct row_source {
    uint64_t state;
    int64_t time_us;
    int64_t price_milli;
    int64_t size_e8;
    int8_t side;
} row_source;

static uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ (z >> 31);
}

static void row_source_next(row_source *source)
{
    uint64_t random = next_random(&source->state);
    source->time_us += (int64_t)(random % 900);
    source->price_milli += (int64_t)(random >> 10 & 15) - 7 - (source->price_milli > 50004871);
    source->size_e8 = 1 + (int64_t)((random >> 16) % 999999999);
    source->side = random >> 63 ? NACRE_SIDE_BUY : NACRE_SIDE_SELL;
}

static row_source row_source_begin(void)
{
    return (row_source){1, FIRST_TIME_US, 50004871, 0, 0};
}

static nacre_status write_csv(const import_bench *bench, nacre_error *err)
{
    FILE *file = fopen(bench->csv, "we");
    if (!file)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", bench->csv);
    row_source source = row_source_begin();
    (void)fputs("ts_event_us,price,size,side\n", file);
    for (int i = 0; i < ROWS; i++) {
        row_source_next(&source);
        (void)fprintf(file, "%" PRId64 ",%" PRId64 ".%03d,%" PRId64 ".%08d,%c\n", source.time_us,
                      source.price_milli / 1000, (int)(source.price_milli % 1000),
                      source.size_e8 / 100000000, (int)(source.size_e8 % 100000000),
                      source.side > 0 ? 'B' : 'S');
    }
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: writing failed (free %d MB there)",
                                  bench->csv, ROWS / 1000000 * ROW_BYTES);
    return NACRE_OK;
}

static void remove_folder(const char *path)
{
    DIR *dir = opendir(path);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir));)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    (void)rmdir(path);
}

static void remove_tapes(import_bench *bench)
{
    remove_folder(bench->tapes[0]);
    remove_folder(bench->tapes[1]);
    bench->tape_count = 0;
}

static nacre_status copy_rows(nacre_reader *reader, nacre_tape_writer *writer, nacre_error *err)
{
    for (;;) {
        nacre_trades block;
        nacre_status status = nacre_reader_next(reader, &block, err);
        if (status)
            return status;
        if (block.rows == 0)
            return nacre_tape_writer_seal(writer, err);
        status = nacre_tape_writer_append(writer, &block, err);
        if (status)
            return status;
    }
}

static nacre_status import_run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    import_bench *bench = state;
    if (bench->tape_count == 2)
        remove_tapes(bench); // only without a peer, which does it outside our time
    const char *tape = bench->tapes[bench->tape_count++];
    const char *path = bench->csv;
    nacre_reader_options options;
    nacre_reader_options_init(&options);
    options.symbol = "BENCH";
    options.side_as_is = true; // random sides contradict nothing, but must not be judged either
    nacre_reader *reader;
    nacre_status status = nacre_reader_open(ctx, &path, 1, &options, &reader, err);
    if (status)
        return status;
    nacre_tape_writer *writer;
    status = nacre_tape_writer_create(ctx, tape, nacre_reader_instrument(reader), &writer, err);
    if (!status) {
        status = copy_rows(reader, writer, err);
        nacre_tape_writer_destroy(writer);
    }
    nacre_reader_close(reader);
    return status;
}

static nacre_status check_tape(nacre_ctx *ctx, const import_bench *bench, nacre_error *err)
{
    nacre_tape *tape;
    nacre_status status = nacre_tape_open(ctx, bench->tapes[0], &tape, err);
    if (status)
        return status;
    nacre_trades view;
    nacre_tape_view(tape, &view);
    row_source source = row_source_begin();
    bool equal = view.rows == ROWS;
    for (size_t i = 0; equal && i < ROWS; i++) {
        row_source_next(&source);
        equal = view.ts_event[i] == source.time_us * 1000 && view.ts_recv[i] == 0 &&
                view.price[i] == source.price_milli * 1000000 && view.size[i] == source.size_e8 &&
                view.side[i] == source.side && view.seq[i] == (int64_t)i;
        if (!equal)
            status =
                nacrei_fail(err, NACRE_E_CORRUPT, "csv.import: row %zu differs from its text", i);
    }
    if (!status && view.rows != ROWS)
        status = nacrei_fail(err, NACRE_E_CORRUPT, "csv.import: %zu rows instead of %d", view.rows,
                             ROWS);
    nacre_tape_close(tape);
    return status;
}

/// Runs the peer's script with one argument and reads its one line.
static bool run_script(const import_bench *bench, const char *argument, char *line, int bytes)
{
    char command[PATH_BYTES * 2 + 64];
    (void)snprintf(command, sizeof command, "/usr/bin/python3 '%s' '%s' 2>/dev/null", bench->script,
                   argument);
    FILE *pipe = popen(command, "re");
    if (!pipe)
        return false;
    bool read = fgets(line, bytes, pipe) != NULL;
    return pclose(pipe) == 0 && read;
}

static void find_peer(import_bench *bench, bench_report *report)
{
    char line[64];
    if (!bench_find_peer("import_pandas.py", bench->script, sizeof bench->script)) {
        (void)snprintf(
            report->peer_absent, sizeof report->peer_absent,
            "import_pandas.py is neither installed nor in a source tree above the program");
    } else if (!run_script(bench, "--version", line, sizeof line)) {
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "/usr/bin/python3 has no pandas: apt install python3-pandas");
    } else {
        line[strcspn(line, "\n")] = '\0';
        report->peer = "pandas.read_csv(engine='c')";
        (void)snprintf(report->peer_version, sizeof report->peer_version, "pandas %.50s", line);
    }
}

static nacre_status make_folder(import_bench *bench, nacre_error *err)
{
    const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : getenv("TMPDIR");
    (void)snprintf(bench->folder, sizeof bench->folder, "%s/nacre_importXXXXXX",
                   base ? base : "/tmp");
    if (!mkdtemp(bench->folder)) {
        int code = errno;
        bench->folder[0] = '\0';
        return nacrei_fail_system(err, NACRE_E_IO, code, "no folder for csv.import (set TMPDIR)");
    }
    (void)snprintf(bench->csv, sizeof bench->csv, "%s/rows.csv", bench->folder);
    for (int i = 0; i < 2; i++)
        (void)snprintf(bench->tapes[i], sizeof bench->tapes[i], "%s/tape%d", bench->folder, i);
    return NACRE_OK;
}

static void import_teardown(nacre_ctx *ctx, void *state)
{
    import_bench *bench = state;
    if (!bench)
        return;
    remove_tapes(bench);
    if (bench->folder[0] != '\0')
        remove_folder(bench->folder);
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

static nacre_status import_setup(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    import_bench *bench;
    *state = NULL;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "benchmark", &bench, err);
    if (status)
        return status;
    status = make_folder(bench, err);
    if (!status)
        status = write_csv(bench, err);
    if (!status)
        status = import_run(ctx, bench, err);
    if (!status)
        status = check_tape(ctx, bench, err);
    if (status) {
        import_teardown(ctx, bench);
        return status;
    }
    report->kernel = "nacre_reader_next + nacre_tape_writer_append";
    report->numeric_class = "exact";
    report->unit_name = "scalar";
    report->n = ROWS;
    report->unit = "rows/s";
    report->batch = 1;
    find_peer(bench, report);
    *state = bench;
    return NACRE_OK;
}

static nacre_status import_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    import_bench *bench = state;
    remove_tapes(bench); // out of our own measured time
    char line[64];
    if (!run_script(bench, bench->csv, line, sizeof line))
        return nacrei_fail(err, NACRE_E_IO, "csv.import: %s failed", bench->script);
    char *end;
    *seconds = strtod(line, &end);
    if (strtol(end, NULL, 10) != ROWS)
        return nacrei_fail(err, NACRE_E_CORRUPT, "csv.import: pandas read other rows: %s", line);
    return NACRE_OK;
}

const bench_case bench_csv_import = {
    .id = "csv.import",
    .summary = "plain CSV of 40-byte rows into a tape on tmpfs, one core: >= 12 M rows/s, "
               ">= 5x pandas' C reader",
    .setup = import_setup,
    .run = import_run,
    .peer = import_peer,
    .teardown = import_teardown,
};
