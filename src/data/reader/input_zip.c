// SPDX-License-Identifier: Apache-2.0
// A zip archive as an input: every regular member whose name ends in .csv or .txt, in the archive's
// order, or the only member whatever its name. libzip checks each member's CRC when its end is
// read.
#include "data/reader/input_stream.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>
#include <zip.h>

typedef struct zip_state {
    zip_t *archive;
    zip_file_t *member;
    zip_uint64_t index; ///< of the next member to look at
    zip_uint64_t count;
    bool only;             ///< one regular member: its name does not matter
    uint64_t file_bytes;   ///< of the whole archive, its directory included
    uint64_t done, packed; ///< packed bytes of the members before, of the current one
    uint64_t size, read;   ///< unpacked bytes of the current member, and those given so far
} zip_state;

static nacre_status fail_zip(const nacrei_input *input, int code, int system_code, nacre_error *err)
{
    zip_error_t error;
    zip_error_init_with_code(&error, code);
    zip_error_set(&error, code, system_code);
    bool torn = code == ZIP_ER_NOZIP || code == ZIP_ER_INCONS || code == ZIP_ER_EOF ||
                code == ZIP_ER_SEEK || code == ZIP_ER_READ;
    bool locked = code == ZIP_ER_NOPASSWD || code == ZIP_ER_WRONGPASSWD;
    nacre_status status = code == ZIP_ER_MEMORY ? NACRE_E_NOMEM : NACRE_E_CORRUPT;
    (void)nacrei_fail(err, status, "%s: %s zip file (%s); %s", input->place,
                      locked ? "encrypted"
                      : torn ? "truncated or damaged"
                             : "damaged",
                      zip_error_strerror(&error), locked ? "unpack it first" : "fetch it again");
    zip_error_fini(&error);
    return status;
}

static bool is_regular(zip_state *state, zip_uint64_t index, zip_stat_t *info)
{
    if (zip_stat_index(state->archive, index, 0, info) != 0 || !(info->valid & ZIP_STAT_NAME))
        return false;
    size_t length = strlen(info->name);
    // Archives from a Mac carry resource forks under the real names.
    return length > 0 && info->name[length - 1] != '/' && strncmp(info->name, "__MACOSX/", 9) != 0;
}

static bool is_text_name(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && (strcasecmp(name + length - 4, ".csv") == 0 ||
                          strcasecmp(name + length - 4, ".txt") == 0);
}

static nacre_status zip_next(nacrei_input *input, bool *more, nacre_error *err)
{
    zip_state *state = input->state;
    if (state->member)
        (void)zip_fclose(state->member);
    state->member = NULL;
    state->done += state->packed;
    state->packed = 0;
    for (; state->index < state->count; state->index++) {
        zip_stat_t info;
        if (!is_regular(state, state->index, &info) || (!state->only && !is_text_name(info.name)))
            continue;
        char name[NACREI_INPUT_PLACE_BYTES / 3];
        nacrei_input_shorten(name, sizeof name, info.name);
        (void)snprintf(input->place, sizeof input->place, "%.*s(%s)",
                       (int)(sizeof input->place - sizeof name - 3), input->path, name);
        state->member = zip_fopen_index(state->archive, state->index, 0);
        if (!state->member) {
            zip_error_t *error = zip_get_error(state->archive);
            return fail_zip(input, zip_error_code_zip(error), zip_error_code_system(error), err);
        }
        state->packed = info.valid & ZIP_STAT_COMP_SIZE ? info.comp_size : 0;
        state->size = info.valid & ZIP_STAT_SIZE ? info.size : 0;
        state->read = 0;
        state->index++;
        *more = true;
        return NACRE_OK;
    }
    input->consumed = state->file_bytes;
    return NACRE_OK;
}

static nacre_status zip_start(nacrei_input *input, zip_state *state, nacre_error *err)
{
    int copy = fcntl(input->fd, F_DUPFD_CLOEXEC, 0);
    if (copy < 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be read", input->path);
    off_t file_bytes = lseek(copy, 0, SEEK_END);
    state->file_bytes = file_bytes > 0 ? (uint64_t)file_bytes : 0;
    if (lseek(copy, 0, SEEK_SET) < 0) {
        (void)close(copy);
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "%s: a zip cannot be read from a pipe; give the file", input->path);
    }
    int code = 0;
    state->archive = zip_fdopen(copy, 0, &code);
    if (!state->archive) {
        int system_code = errno;
        (void)close(copy);
        return fail_zip(input, code, system_code, err);
    }
    zip_int64_t count = zip_get_num_entries(state->archive, 0);
    state->count = count > 0 ? (zip_uint64_t)count : 0;
    zip_uint64_t regular = 0, text = 0;
    for (zip_uint64_t i = 0; i < state->count; i++) {
        zip_stat_t info;
        if (!is_regular(state, i, &info))
            continue;
        regular++;
        text += is_text_name(info.name);
    }
    state->only = regular == 1;
    if (regular == 0)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: the zip file is empty; leave it out",
                           input->path);
    if (!state->only && text == 0)
        return nacrei_fail(
            err, NACRE_E_PARSE,
            "%s: none of its %llu members ends in .csv or .txt; unpack the right one", input->path,
            (unsigned long long)regular);
    bool more = false;
    return zip_next(input, &more, err);
}

static nacre_status zip_codec_open(nacrei_input *input, nacre_error *err)
{
    zip_state *state;
    nacre_status status = nacrei_alloc(input->ctx, 1, sizeof *state, "zip state", &state, err);
    if (status)
        return status;
    input->state = state;
    input->consumed = 0;
    return zip_start(input, state, err); // nacrei_input_open closes after a failure
}

static nacre_status zip_read(nacrei_input *input, char *out, size_t capacity, size_t *got,
                             nacre_error *err)
{
    zip_state *state = input->state;
    zip_int64_t count = zip_fread(state->member, out, capacity);
    if (count < 0) {
        zip_error_t *error = zip_file_get_error(state->member);
        return fail_zip(input, zip_error_code_zip(error), zip_error_code_system(error), err);
    }
    *got = (size_t)count;
    state->read += (uint64_t)count;
    double share = state->size ? (double)state->read / (double)state->size : 1.0;
    input->consumed = state->done + (uint64_t)((double)state->packed * (share < 1.0 ? share : 1.0));
    return NACRE_OK;
}

static void zip_codec_close(nacrei_input *input)
{
    zip_state *state = input->state;
    if (!state)
        return;
    if (state->member)
        (void)zip_fclose(state->member);
    if (state->archive)
        zip_discard(state->archive);
    nacrei_free(input->ctx, state, 1, sizeof *state);
}

const nacrei_codec nacrei_codec_zip = {zip_codec_open, zip_read, zip_next, zip_codec_close};
