// SPDX-License-Identifier: Apache-2.0
// Opening a file for reading, telling its packing by magic bytes, and the plain codec. Every
// refusal of the operating system becomes one line that says what to do about it.
#include "data/reader/input_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void nacrei_input_shorten(char *out, size_t bytes, const char *path)
{
    size_t length = strlen(path);
    size_t limit = bytes > 160 ? 160 : bytes - 1;
    if (length <= limit)
        (void)snprintf(out, bytes, "%s", path);
    else
        (void)snprintf(out, bytes, "...%s", path + (length - limit + 3));
}

static nacre_status fail_open(const char *path, int code, nacre_error *err)
{
    char shown[NACREI_INPUT_PLACE_BYTES];
    nacrei_input_shorten(shown, sizeof shown, path);
    const char *remedy = "check the path";
    if (code == ENOENT)
        remedy = "check the spelling of the path";
    else if (code == EACCES || code == EPERM)
        remedy = "make it and its folders readable for this user";
    else if (code == ELOOP)
        remedy = "its symbolic links lead in a circle, name the file itself";
    else if (code == EISDIR)
        remedy = "name the files in it";
    else if (code == EMFILE || code == ENFILE)
        remedy = "raise the limit of open files (ulimit -n)";
    return nacrei_fail_system(err, NACRE_E_IO, code, "%s: cannot be read (%s)", shown, remedy);
}

nacre_status nacrei_input_check(const char *path, uint64_t *bytes, bool *sized, nacre_error *err)
{
    struct stat info;
    if (stat(path, &info) != 0)
        return fail_open(path, errno, err);
    if (S_ISDIR(info.st_mode))
        return fail_open(path, EISDIR, err);
    if (faccessat(AT_FDCWD, path, R_OK, AT_EACCESS) != 0)
        return fail_open(path, errno, err);
    *sized = S_ISREG(info.st_mode);
    if (*sized)
        *bytes += (uint64_t)info.st_size;
    return NACRE_OK;
}

nacre_status nacrei_input_pull(nacrei_input *input, nacre_error *err)
{
    if (input->raw_begin < input->raw_end || input->raw_eof)
        return NACRE_OK;
    ssize_t got;
    do
        got = read(input->fd, input->raw, NACREI_INPUT_RAW_BYTES);
    while (got < 0 && errno == EINTR);
    if (got < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno,
                                  "%s: reading failed after %llu bytes (check the disk)",
                                  input->path, (unsigned long long)input->consumed);
    input->raw_begin = 0;
    input->raw_end = (size_t)got;
    input->raw_eof = got == 0;
    input->consumed += (uint64_t)got;
    return NACRE_OK;
}

static nacre_status plain_open(nacrei_input *input, nacre_error *err)
{
    (void)input;
    (void)err;
    return NACRE_OK;
}

// Past the first bytes, which were read to tell the packing, the file goes straight to the caller.
static nacre_status plain_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                               nacre_error *err)
{
    size_t ready = input->raw_end - input->raw_begin;
    if (ready > 0) {
        *got = ready < capacity ? ready : capacity;
        memcpy(out, input->raw + input->raw_begin, *got);
        input->raw_begin += *got;
        return NACRE_OK;
    }
    ssize_t count;
    do
        count = read(input->fd, out, capacity);
    while (count < 0 && errno == EINTR);
    if (count < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno,
                                  "%s: reading failed after %llu bytes (check the disk)",
                                  input->path, (unsigned long long)input->consumed);
    *got = (size_t)count;
    input->consumed += (uint64_t)count;
    return NACRE_OK;
}

static void plain_close(nacrei_input *input)
{
    (void)input;
}

const nacrei_codec nacrei_codec_plain = {plain_open, plain_read, NULL, plain_close};

static const nacrei_codec *codec_by_magic(const unsigned char *bytes, size_t count)
{
    static const struct {
        unsigned char magic[6];
        size_t length;
        const nacrei_codec *codec;
    } known[] = {
        {{0x1f, 0x8b}, 2, &nacrei_codec_gzip},
        {{0xfd, '7', 'z', 'X', 'Z', 0}, 6, &nacrei_codec_xz},
        {{0x28, 0xb5, 0x2f, 0xfd}, 4, &nacrei_codec_zstd},
        {{'P', 'K', 3, 4}, 4, &nacrei_codec_zip},
        {{'P', 'K', 5, 6}, 4, &nacrei_codec_zip},
    };
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++)
        if (count >= known[i].length && memcmp(bytes, known[i].magic, known[i].length) == 0)
            return known[i].codec;
    return &nacrei_codec_plain;
}

static nacre_status open_file(nacrei_input *input, const char *path, nacre_error *err)
{
    uint64_t bytes = 0;
    bool sized;
    nacre_status status = nacrei_input_check(path, &bytes, &sized, err);
    if (status)
        return status;
    input->fd = open(path, O_RDONLY | O_CLOEXEC);
    if (input->fd < 0)
        return fail_open(path, errno, err);
    (void)posix_fadvise(input->fd, 0, 0, POSIX_FADV_SEQUENTIAL);
    // A pipe may give its first bytes one by one; six are enough for every magic number.
    size_t have = 0;
    while (have < 6) {
        ssize_t got = read(input->fd, input->raw + have, NACREI_INPUT_RAW_BYTES - have);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return fail_open(path, errno, err);
        if (got == 0)
            break;
        have += (size_t)got;
    }
    if (have == 0)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: the file is empty; leave it out", input->path);
    input->raw_end = have;
    input->consumed = have;
    input->codec = codec_by_magic(input->raw, have);
    return input->codec->open(input, err);
}

nacre_status nacrei_input_open(nacre_ctx *ctx, const char *path, nacrei_input **out,
                               nacre_error *err)
{
    *out = NULL;
    nacrei_input *input;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *input, "input file", &input, err);
    if (status)
        return status;
    input->ctx = ctx;
    input->fd = -1;
    input->codec = &nacrei_codec_plain;
    nacrei_input_shorten(input->path, sizeof input->path, path);
    memcpy(input->place, input->path, sizeof input->place);
    status = nacrei_alloc(ctx, NACREI_INPUT_RAW_BYTES, 1, "file buffer", &input->raw, err);
    if (!status)
        status = open_file(input, path, err);
    if (status) {
        nacrei_input_close(input);
        return status;
    }
    *out = input;
    return NACRE_OK;
}

nacre_status nacrei_input_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                               nacre_error *err)
{
    *got = 0;
    return input->codec->read(input, out, capacity, got, err);
}

nacre_status nacrei_input_next(nacrei_input *input, bool *more, nacre_error *err)
{
    *more = false;
    return input->codec->next ? input->codec->next(input, more, err) : NACRE_OK;
}

void nacrei_input_close(nacrei_input *input)
{
    if (!input)
        return;
    input->codec->close(input);
    if (input->fd >= 0)
        (void)close(input->fd);
    nacrei_free(input->ctx, input->raw, NACREI_INPUT_RAW_BYTES, 1);
    nacrei_free(input->ctx, input, 1, sizeof *input);
}
