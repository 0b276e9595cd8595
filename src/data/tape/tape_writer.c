// SPDX-License-Identifier: Apache-2.0
// Writing a tape: ten columns side by side under a temporary name, sealed by one rename. Big pieces
// go from the caller's memory to the file in one call, small ones are gathered first; checksums are
// taken on the way. A column that the caller leaves out is a hole in its file: zeros that cost
// neither writes nor disk. Memory does not grow with the tape but for 4 bytes per MiB.
#include "core/alloc.h"
#include "core/crc32c.h"
#include "data/market/instrument.h"
#include "data/tape/npy.h"
#include "data/tape/tape_json.h"
#include "mem/copies.h"

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#define BUFFER_BYTES ((size_t)64 << 10) ///< per column; a piece of a quarter or more is not staged
#define TEMP_NAME_TRIES 1000
#define NAME_BYTES 256
#define PATH_BYTES 4096
#define SHOWN_BYTES (PATH_BYTES + 32)

typedef struct column_out {
    int fd;
    size_t used; ///< staged bytes
    unsigned char *buffer;
    uint32_t crc; ///< of the block begun
    size_t crc_bytes;
    uint32_t *crcs; ///< of the finished blocks
    size_t crc_count, crc_capacity;
} column_out;

typedef enum writer_state { WRITING, FAILED, SEALED } writer_state;

struct nacre_tape_writer {
    nacre_ctx *ctx;
    writer_state state;
    int parent, folder; ///< descriptors, -1 = not open
    bool made_folder;
    nacre_tape_info info;
    column_out columns[NACREI_TAPE_COLUMNS];
    char path[PATH_BYTES]; ///< as given, without slashes at the end
    const char *name;      ///< its last component
    char temp_name[NAME_BYTES + 64];
};

static const unsigned char zeros[BUFFER_BYTES];

static nacre_status fail_file(const nacre_tape_writer *writer, const char *file, const char *what,
                              nacre_error *err)
{
    int code = errno;
    const char *remedy = "";
    if (code == ENOSPC || code == EDQUOT)
        remedy = " (free space on this disk or write the tape elsewhere)";
    else if (code == EFBIG)
        remedy = " (raise the file size limit, ulimit -f, or write the tape elsewhere)";
    return nacrei_fail_system(err, NACRE_E_IO, code, "%.400s/%s: %s%s", writer->path, file, what,
                              remedy);
}

// ---- columns
// -------------------------------------------------------------------------------------

/// Writes both pieces whole, in as few calls as the system allows.
static bool write_pieces(int fd, const void *first, size_t first_bytes, const void *second,
                         size_t second_bytes)
{
    const unsigned char *pieces[2] = {first, second};
    size_t left[2] = {first_bytes, second_bytes};
    while (left[0] + left[1] > 0) {
        int skip = left[0] == 0;
        struct iovec vector[2];
        for (int i = skip; i < 2; i++) {
            // The kernel only reads, but iovec has no const.
            vector[i] = (struct iovec){(void *)(uintptr_t)pieces[i], left[i]};
        }
        ssize_t n = writev(fd, vector + skip, 2 - skip);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return false;
        for (int i = skip; i < 2; i++) {
            size_t part = (size_t)n < left[i] ? (size_t)n : left[i];
            pieces[i] += part;
            left[i] -= part;
            n -= (ssize_t)part;
        }
    }
    nacrei_copied(NACREI_COPY_TAPE_WRITE, first_bytes + second_bytes);
    return true;
}

/// Takes bytes into the column's checksums, one per MiB.
static nacre_status checksum(nacre_tape_writer *writer, column_out *out, const unsigned char *data,
                             size_t bytes, nacre_error *err)
{
    while (bytes) {
        size_t room = NACREI_TAPE_BLOCK_BYTES - out->crc_bytes;
        size_t part = bytes < room ? bytes : room;
        out->crc = nacrei_crc32c(out->crc, data, part);
        out->crc_bytes += part;
        data += part;
        bytes -= part;
        if (out->crc_bytes < NACREI_TAPE_BLOCK_BYTES)
            break;
        nacre_status status =
            nacrei_grow(writer->ctx, &out->crcs, &out->crc_capacity, out->crc_count + 1,
                        sizeof *out->crcs, "tape checksums", err);
        if (status)
            return status;
        out->crcs[out->crc_count++] = out->crc;
        out->crc = 0;
        out->crc_bytes = 0;
    }
    return NACRE_OK;
}

static nacre_status flush_column(nacre_tape_writer *writer, int index, nacre_error *err)
{
    column_out *out = &writer->columns[index];
    if (!write_pieces(out->fd, out->buffer, out->used, NULL, 0))
        return fail_file(writer, nacrei_tape_columns[index].file, "cannot be written", err);
    out->used = 0;
    return NACRE_OK;
}

static nacre_status put_data(nacre_tape_writer *writer, int index, const void *data, size_t bytes,
                             nacre_error *err)
{
    column_out *out = &writer->columns[index];
    nacre_status status = checksum(writer, out, data, bytes, err);
    if (status)
        return status;
    if (bytes < BUFFER_BYTES / 4 && bytes <= BUFFER_BYTES - out->used) {
        memcpy(out->buffer + out->used, data, bytes);
        out->used += bytes;
        nacrei_copied(NACREI_COPY_TAPE_STAGE, bytes);
        return NACRE_OK;
    }
    if (!write_pieces(out->fd, out->buffer, out->used, data, bytes))
        return fail_file(writer, nacrei_tape_columns[index].file, "cannot be written", err);
    out->used = 0;
    return NACRE_OK;
}

/// A column that the caller left out: steps over its bytes in the file.
static nacre_status put_zeros(nacre_tape_writer *writer, int index, size_t bytes, nacre_error *err)
{
    column_out *out = &writer->columns[index];
    nacre_status status = out->used ? flush_column(writer, index, err) : NACRE_OK;
    if (!status && lseek(out->fd, (off_t)bytes, SEEK_CUR) < 0)
        return fail_file(writer, nacrei_tape_columns[index].file, "cannot be extended", err);
    while (bytes && !status) {
        size_t part = bytes < sizeof zeros ? bytes : sizeof zeros;
        status = checksum(writer, out, zeros, part, err);
        bytes -= part;
    }
    return status;
}

static nacre_status open_column(nacre_tape_writer *writer, int index, nacre_error *err)
{
    column_out *out = &writer->columns[index];
    const char *file = nacrei_tape_columns[index].file;
    nacre_status status =
        nacrei_alloc(writer->ctx, BUFFER_BYTES, 1, "tape column buffer", &out->buffer, err);
    if (status)
        return status;
    out->fd = openat(writer->folder, file, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    // The header goes in at the end, when the number of rows is known.
    if (out->fd < 0 || lseek(out->fd, NACREI_NPY_HEADER_BYTES, SEEK_SET) < 0)
        return fail_file(writer, file, "cannot be created", err);
    return NACRE_OK;
}

// ---- create and destroy
// --------------------------------------------------------------------------

/// Copies the path, cuts slashes at its end and finds its last component.
static nacre_status take_path(nacre_tape_writer *writer, const char *path, nacre_error *err)
{
    size_t length = strlen(path);
    while (length > 1 && path[length - 1] == '/')
        length--;
    if (length == 0 || length >= sizeof writer->path)
        return nacrei_fail(err, NACRE_E_ARG, "a tape's path has 1 to %zu bytes, not %zu",
                           sizeof writer->path - 1, length);
    memcpy(writer->path, path, length);
    const char *slash = strrchr(writer->path, '/');
    writer->name = slash ? slash + 1 : writer->path;
    if (!writer->name[0] || strcmp(writer->name, ".") == 0 || strcmp(writer->name, "..") == 0 ||
        strlen(writer->name) >= NAME_BYTES)
        return nacrei_fail(err, NACRE_E_ARG, "%.400s: does not end in a name for a tape", path);
    return NACRE_OK;
}

static nacre_status fail_exists(const nacre_tape_writer *writer, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_EXISTS,
                       "%.400s: exists already; remove it or choose another name", writer->path);
}

static nacre_status open_parent(nacre_tape_writer *writer, nacre_error *err)
{
    char parent[PATH_BYTES] = ".";
    size_t length = (size_t)(writer->name - writer->path);
    if (length) {
        memcpy(parent, writer->path, length); // keeps the slash, so "/" stays "/"
        parent[length] = 0;
    }
    writer->parent = open(parent, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writer->parent < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno,
                                  "%.400s: the folder for the tape cannot be opened (create it)",
                                  parent);
    struct stat info;
    if (fstatat(writer->parent, writer->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        return fail_exists(writer, err);
    return NACRE_OK;
}

static nacre_status make_folder(nacre_tape_writer *writer, nacre_error *err)
{
    static _Atomic unsigned counter;
    for (int i = 0; i < TEMP_NAME_TRIES && !writer->made_folder; i++) {
        (void)snprintf(writer->temp_name, sizeof writer->temp_name, ".%s.tmp-%ld-%u", writer->name,
                       (long)getpid(), atomic_fetch_add(&counter, 1));
        if (mkdirat(writer->parent, writer->temp_name, 0777) == 0)
            writer->made_folder = true;
        else if (errno != EEXIST)
            break;
    }
    if (writer->made_folder)
        writer->folder =
            openat(writer->parent, writer->temp_name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (writer->folder < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno,
                                  "%.400s: no temporary folder can be made beside it",
                                  writer->path);
    return NACRE_OK;
}

nacre_status nacre_tape_writer_create(nacre_ctx *ctx, const char *path,
                                      const nacre_instrument *instrument, nacre_tape_writer **out,
                                      nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_instrument_check(instrument, err);
    if (status)
        return status;
    nacre_tape_writer *writer;
    status = nacrei_alloc(ctx, 1, sizeof *writer, "tape writer", &writer, err);
    if (status)
        return status;
    writer->ctx = ctx;
    writer->parent = -1;
    writer->folder = -1;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        writer->columns[c].fd = -1;
    writer->info.schema_version = NACREI_TAPE_SCHEMA_VERSION;
    writer->info.instrument = *instrument;
    status = take_path(writer, path, err);
    if (!status)
        status = open_parent(writer, err);
    if (!status)
        status = make_folder(writer, err);
    for (int c = 0; c < NACREI_TAPE_COLUMNS && !status; c++)
        status = open_column(writer, c, err);
    if (status) {
        nacre_tape_writer_destroy(writer);
        return status;
    }
    *out = writer;
    return NACRE_OK;
}

static void remove_folder(nacre_tape_writer *writer)
{
    if (writer->folder >= 0) {
        for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
            (void)unlinkat(writer->folder, nacrei_tape_columns[c].file, 0);
        (void)unlinkat(writer->folder, NACREI_TAPE_JSON_NAME, 0);
    }
    (void)unlinkat(writer->parent, writer->temp_name, AT_REMOVEDIR);
}

void nacre_tape_writer_destroy(nacre_tape_writer *writer)
{
    if (!writer)
        return;
    nacre_ctx *ctx = writer->ctx;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++) {
        column_out *out = &writer->columns[c];
        if (out->fd >= 0)
            (void)close(out->fd);
        nacrei_free(ctx, out->buffer, BUFFER_BYTES, 1);
        nacrei_free(ctx, out->crcs, out->crc_capacity, sizeof *out->crcs);
    }
    if (writer->made_folder && writer->state != SEALED)
        remove_folder(writer);
    if (writer->folder >= 0)
        (void)close(writer->folder);
    if (writer->parent >= 0)
        (void)close(writer->parent);
    nacrei_free(ctx, writer, 1, sizeof *writer);
}

// ---- append
// --------------------------------------------------------------------------------------

static nacre_status check_order(const nacre_tape_writer *writer, const nacre_trades *trades,
                                nacre_error *err)
{
    const int64_t *ts = trades->ts_event;
    int64_t before = writer->info.rows ? writer->info.last_ns : ts[0];
    bool back = ts[0] < before;
    for (size_t i = 1; i < trades->rows; i++)
        back |= ts[i] < ts[i - 1];
    if (!back)
        return NACRE_OK;
    // Only now look for the place, so that the loop above has no way out and can be vectorised.
    size_t row = 0;
    while (ts[row] >= before)
        before = ts[row++];
    return nacrei_fail(err, NACRE_E_ORDER,
                       "%.400s: row %llu at %lld ns stands after %lld ns: put the rows in order",
                       writer->path, (unsigned long long)(writer->info.rows + row),
                       (long long)ts[row], (long long)before);
}

nacre_status nacre_tape_writer_append(nacre_tape_writer *writer, const nacre_trades *trades,
                                      nacre_error *err)
{
    if (writer->state != WRITING)
        return nacrei_fail(err, NACRE_E_STATE, "%.400s: the tape takes no more rows", writer->path);
    if (trades->rows == 0)
        return NACRE_OK;
    if (!trades->ts_event || !trades->price || !trades->size)
        return nacrei_fail(err, NACRE_E_ARG, "%.400s: rows without ts_event, price or size",
                           writer->path);
    if (trades->rows > NACREI_TAPE_ROWS_MAX - writer->info.rows)
        return nacrei_fail(err, NACRE_E_LIMIT, "%.400s: more than 2^48 rows", writer->path);
    nacre_status status = check_order(writer, trades, err);
    if (status)
        return status;
    for (int c = 0; c < NACREI_TAPE_COLUMNS && !status; c++) {
        const void *data = nacrei_tape_column_of(trades, (nacrei_tape_column_id)c);
        size_t bytes = trades->rows * nacrei_tape_columns[c].item_bytes;
        status = data ? put_data(writer, c, data, bytes, err) : put_zeros(writer, c, bytes, err);
    }
    if (status) {
        writer->state = FAILED; // the columns may have different lengths now
        return status;
    }
    if (writer->info.rows == 0)
        writer->info.first_ns = trades->ts_event[0];
    writer->info.last_ns = trades->ts_event[trades->rows - 1];
    writer->info.rows += trades->rows;
    return NACRE_OK;
}

// ---- seal
// ----------------------------------------------------------------------------------------

static nacre_status finish_column(nacre_tape_writer *writer, int index, nacre_error *err)
{
    const nacrei_tape_column *column = &nacrei_tape_columns[index];
    column_out *out = &writer->columns[index];
    nacre_status status = flush_column(writer, index, err);
    if (status)
        return status;
    if (out->crc_bytes) {
        status = nacrei_grow(writer->ctx, &out->crcs, &out->crc_capacity, out->crc_count + 1,
                             sizeof *out->crcs, "tape checksums", err);
        if (status)
            return status;
        out->crcs[out->crc_count++] = out->crc;
        out->crc_bytes = 0;
    }
    char header[NACREI_NPY_HEADER_BYTES];
    nacrei_npy_header(header, column->dtype, writer->info.rows);
    off_t length = (off_t)(NACREI_NPY_HEADER_BYTES + writer->info.rows * column->item_bytes);
    // A hole at the end is not part of the file before the length is set.
    if (ftruncate(out->fd, length) != 0 || lseek(out->fd, 0, SEEK_SET) < 0 ||
        !write_pieces(out->fd, header, sizeof header, NULL, 0) || fsync(out->fd) != 0)
        return fail_file(writer, column->file, "cannot be finished", err);
    int fd = out->fd;
    out->fd = -1;
    if (close(fd) != 0)
        return fail_file(writer, column->file, "cannot be closed", err);
    return NACRE_OK;
}

static nacre_status write_manifest(nacre_tape_writer *writer, nacre_error *err)
{
    const uint32_t *crcs[NACREI_TAPE_COLUMNS];
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        crcs[c] = writer->columns[c].crcs;
    int fd = openat(writer->folder, NACREI_TAPE_JSON_NAME, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                    0666);
    FILE *file = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!file) {
        nacre_status status = fail_file(writer, NACREI_TAPE_JSON_NAME, "cannot be created", err);
        if (fd >= 0)
            (void)close(fd);
        return status;
    }
    char shown[SHOWN_BYTES];
    (void)snprintf(shown, sizeof shown, "%s/" NACREI_TAPE_JSON_NAME, writer->path);
    nacre_status status = nacrei_tape_json_write(file, &writer->info, crcs, shown, err);
    if (!status && (fflush(file) != 0 || fsync(fd) != 0))
        status = fail_file(writer, NACREI_TAPE_JSON_NAME, "cannot be written", err);
    if (fclose(file) != 0 && !status)
        status = fail_file(writer, NACREI_TAPE_JSON_NAME, "cannot be closed", err);
    return status;
}

/// Gives the finished folder its name. A rename onto a file or a filled folder fails by itself, so
/// nothing that has appeared there meanwhile is lost.
static nacre_status publish(nacre_tape_writer *writer, nacre_error *err)
{
    struct stat info;
    if (fsync(writer->folder) != 0)
        return fail_file(writer, "", "cannot be synced", err);
    if (fstatat(writer->parent, writer->name, &info, AT_SYMLINK_NOFOLLOW) == 0)
        return fail_exists(writer, err);
    if (renameat(writer->parent, writer->temp_name, writer->parent, writer->name) != 0) {
        if (errno == EEXIST || errno == ENOTEMPTY || errno == ENOTDIR)
            return fail_exists(writer, err);
        return fail_file(writer, "", "cannot be renamed to its name", err);
    }
    writer->state = SEALED;
    if (fsync(writer->parent) != 0 && errno != EINVAL)
        return fail_file(writer, "", "written, but its folder cannot be synced", err);
    return NACRE_OK;
}

nacre_status nacre_tape_writer_seal(nacre_tape_writer *writer, nacre_error *err)
{
    if (writer->state != WRITING)
        return nacrei_fail(err, NACRE_E_STATE, "%.400s: the tape cannot be sealed %s", writer->path,
                           writer->state == SEALED ? "twice" : "after a failed append");
    nacre_status status = NACRE_OK;
    for (int c = 0; c < NACREI_TAPE_COLUMNS && !status; c++)
        status = finish_column(writer, c, err);
    if (!status)
        status = write_manifest(writer, err);
    if (!status)
        status = publish(writer, err);
    if (status && writer->state != SEALED)
        writer->state = FAILED;
    return status;
}
