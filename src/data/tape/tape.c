// SPDX-License-Identifier: Apache-2.0
// Opening and checking sealed tapes. Opening looks at everything that costs no reading of the data
// (tape.json, every header, every size), so a torn tape is refused at once and a view is free;
// checking reads every byte.
#include "core/alloc.h"
#include "core/crc32c.h"
#include "data/tape/npy.h"
#include "data/tape/tape_json.h"
#include "mem/file_map.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define SHOWN_BYTES 4200 ///< a path of PATH_MAX and a file name

struct nacre_tape {
    nacre_ctx *ctx;
    nacrei_tape_manifest manifest;
    nacrei_map columns[NACREI_TAPE_COLUMNS];
    char path[4096];
};

static const unsigned char *column_data(const nacre_tape *tape, int column)
{
    return tape->columns[column].data + NACREI_NPY_HEADER_BYTES;
}

static nacre_status read_exactly(int fd, char *out, size_t bytes, const char *shown,
                                 nacre_error *err)
{
    size_t done = 0;
    while (done < bytes) {
        ssize_t n = read(fd, out + done, bytes - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be read", shown);
        if (n == 0)
            return nacrei_fail(err, NACRE_E_CORRUPT, "%s: shrank while it was read", shown);
        done += (size_t)n;
    }
    return NACRE_OK;
}

static nacre_status load_manifest_file(nacre_tape *tape, int fd, const char *shown,
                                       nacre_error *err)
{
    struct stat info;
    if (fstat(fd, &info) != 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be examined", shown);
    if (!S_ISREG(info.st_mode))
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: not a regular file", shown);
    size_t bytes = (size_t)info.st_size;
    if (bytes == 0 || bytes > NACREI_TAPE_JSON_MAX_BYTES)
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: %zu bytes, expected 1 to %zu", shown, bytes,
                           NACREI_TAPE_JSON_MAX_BYTES);
    char *text;
    size_t capacity = bytes + NACREI_TAPE_JSON_SPARE_BYTES;
    nacre_status status = nacrei_alloc(tape->ctx, capacity, 1, "tape.json", &text, err);
    if (!status)
        status = read_exactly(fd, text, bytes, shown, err);
    if (!status)
        status = nacrei_tape_json_parse(tape->ctx, text, bytes, shown, &tape->manifest, err);
    nacrei_free(tape->ctx, text, capacity, 1);
    return status;
}

static nacre_status load_manifest(nacre_tape *tape, int folder, nacre_error *err)
{
    char shown[SHOWN_BYTES];
    (void)snprintf(shown, sizeof shown, "%s/" NACREI_TAPE_JSON_NAME, tape->path);
    int fd = openat(folder, NACREI_TAPE_JSON_NAME, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (fd < 0 && errno == ENOENT)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "%s: missing: not a tape, or one that was never finished; import it "
                           "again",
                           shown);
    if (fd < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be opened", shown);
    nacre_status status = load_manifest_file(tape, fd, shown, err);
    (void)close(fd);
    return status;
}

static nacre_status map_column(nacre_tape *tape, int folder, int index, nacre_error *err)
{
    const nacrei_tape_column *column = &nacrei_tape_columns[index];
    nacrei_map *map = &tape->columns[index];
    char shown[SHOWN_BYTES];
    (void)snprintf(shown, sizeof shown, "%s/%s", tape->path, column->file);
    nacre_status status = nacrei_map_open(folder, column->file, shown, map, err);
    if (status == NACRE_E_NOTFOUND)
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: missing, the tape is torn: import it again",
                           shown);
    if (status)
        return status;
    uint64_t rows;
    status = nacrei_npy_header_parse(map->data, map->bytes, column->dtype, shown, &rows, err);
    if (status)
        return status;
    uint64_t expected = tape->manifest.info.rows;
    if (rows != expected)
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: %llu rows, tape.json says %llu", shown,
                           (unsigned long long)rows, (unsigned long long)expected);
    uint64_t bytes = NACREI_NPY_HEADER_BYTES + expected * column->item_bytes;
    if (map->bytes != bytes)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "%s: %zu bytes, expected %llu: truncated or altered, import it again",
                           shown, map->bytes, (unsigned long long)bytes);
    return NACRE_OK;
}

static nacre_status open_folder(nacre_tape *tape, const char *path, nacre_error *err)
{
    int folder = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0 && (errno == ENOENT || errno == ENOTDIR))
        return nacrei_fail_system(err, NACRE_E_NOTFOUND, errno,
                                  "%s: no tape here (a tape is a folder)", path);
    if (folder < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be opened", path);
    nacre_status status = load_manifest(tape, folder, err);
    for (int c = 0; c < NACREI_TAPE_COLUMNS && !status; c++)
        status = map_column(tape, folder, c, err);
    (void)close(folder);
    return status;
}

nacre_status nacre_tape_open(nacre_ctx *ctx, const char *path, nacre_tape **out, nacre_error *err)
{
    *out = NULL;
    nacre_tape *tape;
    size_t length = strlen(path);
    if (length == 0 || length >= sizeof tape->path)
        return nacrei_fail(err, NACRE_E_ARG, "a tape's path has 1 to %zu bytes, not %zu",
                           sizeof tape->path - 1, length);
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *tape, "tape", &tape, err);
    if (status)
        return status;
    tape->ctx = ctx;
    memcpy(tape->path, path, length + 1);
    status = open_folder(tape, path, err);
    if (status) {
        nacre_tape_close(tape);
        return status;
    }
    *out = tape;
    return NACRE_OK;
}

void nacre_tape_close(nacre_tape *tape)
{
    if (!tape)
        return;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        nacrei_map_close(&tape->columns[c]);
    nacre_ctx *ctx = tape->ctx;
    nacrei_tape_manifest_free(ctx, &tape->manifest);
    nacrei_free(ctx, tape, 1, sizeof *tape);
}

const nacre_tape_info *nacre_tape_get_info(const nacre_tape *tape)
{
    return &tape->manifest.info;
}

void nacre_tape_view(const nacre_tape *tape, nacre_trades *out)
{
    // Mappings begin on a page and headers are a page long: every column is aligned for its type.
    *out = (nacre_trades){.rows = (size_t)tape->manifest.info.rows};
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++) {
        const void *data = column_data(tape, c);
        memcpy((char *)out + nacrei_tape_columns[c].field, &data, sizeof data);
    }
}

/// Counts bytes for the caller's progress over all columns.
typedef struct check_run {
    nacre_progress_fn progress;
    void *user;
    uint64_t done, total;
} check_run;

static nacre_status check_column(const nacre_tape *tape, int index, const uint32_t *crcs,
                                 check_run *run, nacre_error *err)
{
    const nacrei_tape_column *column = &nacrei_tape_columns[index];
    const unsigned char *data = column_data(tape, index);
    size_t left = tape->columns[index].bytes - NACREI_NPY_HEADER_BYTES;
    for (size_t block = 0; left; block++) {
        size_t bytes = left < NACREI_TAPE_BLOCK_BYTES ? left : NACREI_TAPE_BLOCK_BYTES;
        uint32_t crc = nacrei_crc32c(0, data, bytes);
        if (crc != crcs[block])
            return nacrei_fail(err, NACRE_E_CORRUPT,
                               "%s/%s: block %zu (rows from %zu): checksum %08x, expected %08x: "
                               "the data are damaged, import it again",
                               tape->path, column->file, block,
                               block * NACREI_TAPE_BLOCK_BYTES / column->item_bytes, crc,
                               crcs[block]);
        data += bytes;
        left -= bytes;
        run->done += bytes;
        if (run->progress && !run->progress(run->user, run->done, run->total))
            return nacrei_fail(err, NACRE_E_CANCELLED, "%s: the check was cancelled", tape->path);
    }
    return NACRE_OK;
}

static nacre_status check_times(const nacre_tape *tape, nacre_error *err)
{
    nacre_trades trades;
    nacre_tape_view(tape, &trades);
    const nacre_tape_info *info = &tape->manifest.info;
    for (size_t i = 1; i < trades.rows; i++) {
        if (trades.ts_event[i] < trades.ts_event[i - 1])
            return nacrei_fail(
                err, NACRE_E_ORDER, "%s: row %zu at %lld ns stands after %lld ns: import it again",
                tape->path, i, (long long)trades.ts_event[i], (long long)trades.ts_event[i - 1]);
    }
    if (trades.rows &&
        (trades.ts_event[0] != info->first_ns || trades.ts_event[trades.rows - 1] != info->last_ns))
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "%s: first and last time are not those of tape.json", tape->path);
    return NACRE_OK;
}

nacre_status nacre_tape_check(const nacre_tape *tape, nacre_progress_fn progress, void *user,
                              nacre_error *err)
{
    const nacre_tape_info *info = &tape->manifest.info;
    check_run run = {progress, user, 0,
                     info->bytes - NACREI_TAPE_COLUMNS * (uint64_t)NACREI_NPY_HEADER_BYTES};
    const uint32_t *crcs = tape->manifest.crcs;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++) {
        nacre_status status = check_column(tape, c, crcs, &run, err);
        if (status)
            return status;
        if (crcs)
            crcs += nacrei_tape_blocks((nacrei_tape_column_id)c, info->rows);
    }
    return check_times(tape, err);
}
