// SPDX-License-Identifier: Apache-2.0
// The cached ceilings: one JSON file per machine, whose key stands in its name (as a checksum) and
// in its content (in words). Reading takes all or nothing: a file of another version, another
// machine, with a figure too few or a value out of range is measured anew, never patched up.
#include "hw/ceilings.h"

#include "core/alloc.h"
#include "core/crc32c.h"
#include "core/json.h"
#include "core/small_file.h"
#include "core/text.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <yyjson.h>

#define CACHE_SCHEMA 1
#define CACHE_BYTES_MAX ((size_t)1 << 18)

void nacrei_ceilings_key(const nacre_ctx *ctx, const nacre_hw_topology *topology, char key[256])
{
    (void)snprintf(key, 256, "nacre %s; %s; microcode %s; %s; %u CPUs, %u threads",
                   NACRE_VERSION_STRING, topology->cpu_name,
                   topology->microcode[0] ? topology->microcode : "unknown", topology->system,
                   topology->cpus, ctx->threads);
    nacrei_text_one_line(key);
}

bool nacrei_ceilings_path(const char *folder, const char *key, char *path, size_t bytes, char *note,
                          size_t note_bytes)
{
    char base[1024];
    const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    int n = -1;
    if (folder && !folder[0]) {
        (void)snprintf(note, note_bytes, "measured now: caching is switched off");
        return false;
    }
    if (folder)
        n = snprintf(base, sizeof base, "%s", folder);
    else if (xdg && xdg[0] == '/') // the standard ignores a relative one
        n = snprintf(base, sizeof base, "%s/nacre", xdg);
    else if (home && home[0] == '/')
        n = snprintf(base, sizeof base, "%s/.cache/nacre", home);
    if (n > 0 && (size_t)n < sizeof base)
        n = snprintf(path, bytes, "%s/ceilings-%08" PRIx32 ".json", base,
                     nacrei_crc32c(0, key, strlen(key)));
    else if (n < 0) {
        (void)snprintf(note, note_bytes,
                       "measured now: no cache, as neither XDG_CACHE_HOME nor HOME names a folder");
        return false;
    }
    if (n > 0 && (size_t)n < bytes)
        return true;
    (void)snprintf(note, note_bytes, "measured now: the cache folder's name is too long");
    return false;
}

// ---- reading -----------------------------------------------------------------------------------

/// A finite number >= 0 into *value; null gives NaN where that is allowed.
static bool get_value(yyjson_val *object, const char *key, bool null_fits, double *value)
{
    yyjson_val *member = yyjson_obj_get(object, key);
    *value = (double)NAN;
    if (yyjson_is_null(member))
        return null_fits;
    if (!yyjson_is_num(member))
        return false;
    *value = yyjson_get_num(member);
    return isfinite(*value) && *value >= 0.0;
}

static bool get_uint(yyjson_val *object, const char *key, uint64_t most, uint64_t *value)
{
    yyjson_val *member = yyjson_obj_get(object, key);
    *value = yyjson_get_uint(member);
    return yyjson_is_uint(member) && *value <= most;
}

static bool get_text(yyjson_val *object, const char *key, char *out, size_t bytes)
{
    yyjson_val *member = yyjson_obj_get(object, key);
    const char *text = yyjson_get_str(member);
    if (!text || strlen(text) != yyjson_get_len(member) || yyjson_get_len(member) >= bytes)
        return false;
    (void)snprintf(out, bytes, "%s", text);
    nacrei_text_one_line(out);
    return true;
}

static bool read_figure(yyjson_val *object, nacre_hw_figure *figure)
{
    char name[64];
    uint64_t samples, threads;
    if (!get_text(object, "name", name, sizeof name) || strcmp(name, figure->name) != 0 ||
        !get_uint(object, "samples", 1000000, &samples) ||
        !get_uint(object, "threads", 65536, &threads) ||
        !get_uint(object, "working_bytes", UINT64_MAX, &figure->working_bytes) ||
        !get_text(object, "kernel", figure->kernel, sizeof figure->kernel) ||
        !get_text(object, "reason", figure->reason, sizeof figure->reason))
        return false;
    bool absent = samples == 0;
    figure->samples = (uint32_t)samples;
    figure->threads = (uint32_t)threads;
    return get_value(object, "median", absent, &figure->median) &&
           get_value(object, "q1", absent, &figure->q1) &&
           get_value(object, "q3", absent, &figure->q3) &&
           get_value(object, "best", absent, &figure->best) &&
           get_value(object, "p99", true, &figure->p99) &&
           (absent ? isnan(figure->median) && figure->reason[0]
                   : figure->q1 <= figure->median && figure->median <= figure->q3);
}

static nacre_status read_root(yyjson_val *root, const char *key, nacre_hw_figure *figures,
                              nacre_hw_ceilings *out, nacre_error *err)
{
    char text[256];
    uint64_t schema;
    double steal, other;
    if (!get_uint(root, "schema", UINT32_MAX, &schema) || !get_text(root, "key", text, sizeof text))
        return nacrei_fail(err, NACRE_E_CORRUPT, "it has no schema or no key");
    if (schema != CACHE_SCHEMA || strcmp(text, key) != 0)
        return nacrei_fail(err, NACRE_E_NOTFOUND, "it is of another machine or version: %.200s",
                           text);
    char *end;
    if (!get_text(root, "measured_ns", text, sizeof text))
        return nacrei_fail(err, NACRE_E_CORRUPT, "measured_ns is missing");
    errno = 0;
    long long measured = strtoll(text, &end, 10);
    if (errno || end == text || *end || measured < 0)
        return nacrei_fail(err, NACRE_E_CORRUPT, "measured_ns is no time");
    yyjson_val *list = yyjson_obj_get(root, "figures");
    if (!get_value(root, "steal_percent", true, &steal) || steal > 100.0 ||
        !get_value(root, "other_percent", true, &other) || other > 100.0 ||
        yyjson_arr_size(list) != NACREI_CEILINGS)
        return nacrei_fail(err, NACRE_E_CORRUPT, "the shares or the list of figures are wrong");
    for (size_t i = 0; i < NACREI_CEILINGS; i++)
        if (!read_figure(yyjson_arr_get(list, i), &figures[i]))
            return nacrei_fail(err, NACRE_E_CORRUPT, "figure %s is missing or out of range",
                               figures[i].name);
    out->measured_ns = measured;
    out->steal_percent = steal;
    out->other_percent = other;
    return NACRE_OK;
}

nacre_status nacrei_ceilings_parse(nacre_ctx *ctx, const char *text, size_t bytes, const char *key,
                                   nacre_hw_figure *figures, nacre_hw_ceilings *out,
                                   nacre_error *err)
{
    size_t pool_bytes = yyjson_read_max_memory_usage(bytes, YYJSON_READ_NOFLAG);
    void *pool;
    nacre_status status = nacrei_alloc(ctx, pool_bytes, 1, "cached ceilings", &pool, err);
    if (status)
        return status;
    yyjson_alc allocator;
    yyjson_read_err reason = {0};
    yyjson_alc_pool_init(&allocator, pool, pool_bytes);
    union { // yyjson takes the text without const and leaves it alone without YYJSON_READ_INSITU
        const char *in;
        char *out;
    } alias = {text};
    yyjson_doc *document =
        yyjson_read_opts(alias.out, bytes, YYJSON_READ_NOFLAG, &allocator, &reason);
    if (document) {
        nacre_hw_figure taken[NACREI_CEILINGS];
        nacrei_figures_init(taken);
        status = read_root(yyjson_doc_get_root(document), key, taken, out, err);
        if (!status)
            memcpy(figures, taken, sizeof taken);
        yyjson_doc_free(document);
    } else {
        status = nacrei_fail(err, NACRE_E_CORRUPT, "byte %zu: %s", reason.pos + 1, reason.msg);
    }
    nacrei_free(ctx, pool, pool_bytes, 1);
    return status;
}

nacre_status nacrei_ceilings_load(nacre_ctx *ctx, const char *path, const char *key,
                                  nacre_hw_figure *figures, nacre_hw_ceilings *out,
                                  nacre_error *err)
{
    char *text;
    size_t bytes;
    nacre_error inner = {0};
    nacre_status status = nacrei_small_file_read(ctx, path, CACHE_BYTES_MAX, &text, &bytes, &inner);
    if (status)
        return nacrei_fail(err, status, "%.400s", inner.message);
    status = nacrei_ceilings_parse(ctx, text, bytes, key, figures, out, &inner);
    nacrei_small_file_free(ctx, text, bytes);
    if (status)
        return nacrei_fail(err, status, "%.200s: %.240s", path, inner.message);
    return NACRE_OK;
}

// ---- writing -----------------------------------------------------------------------------------

static void write_figure(nacrei_json *json, const nacre_hw_figure *figure)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", figure->name);
    nacrei_json_put_double(json, "median", figure->median);
    nacrei_json_put_double(json, "q1", figure->q1);
    nacrei_json_put_double(json, "q3", figure->q3);
    nacrei_json_put_double(json, "best", figure->best);
    nacrei_json_put_double(json, "p99", figure->p99);
    nacrei_json_put_uint(json, "samples", figure->samples);
    nacrei_json_put_uint(json, "threads", figure->threads);
    nacrei_json_put_uint(json, "working_bytes", figure->working_bytes);
    nacrei_json_put_string(json, "kernel", figure->kernel);
    nacrei_json_put_string(json, "reason", figure->reason);
    nacrei_json_object_end(json);
}

static nacre_status write_file(FILE *out, const char *path, const char *key,
                               const nacre_hw_ceilings *ceilings, nacre_error *err)
{
    nacrei_json json;
    nacrei_json_init(&json, out, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_uint(&json, "schema", CACHE_SCHEMA);
    nacrei_json_put_string(&json, "key", key);
    nacrei_json_put_int64(&json, "measured_ns", ceilings->measured_ns);
    nacrei_json_put_double(&json, "steal_percent", ceilings->steal_percent);
    nacrei_json_put_double(&json, "other_percent", ceilings->other_percent);
    nacrei_json_key(&json, "figures");
    nacrei_json_array_begin(&json);
    for (size_t i = 0; i < ceilings->count; i++)
        write_figure(&json, &ceilings->figures[i]);
    nacrei_json_array_end(&json);
    nacrei_json_object_end(&json);
    nacre_status status = nacrei_json_end(&json, path, err);
    errno = 0;
    if (!status && (fflush(out) || fsync(fileno(out))))
        status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
    return status;
}

/// Makes the folders above the file that are missing.
static nacre_status make_folders(const char *path, nacre_error *err)
{
    char part[1024];
    for (size_t i = 1; path[i] && i < sizeof part; i++) {
        if (path[i] != '/')
            continue;
        memcpy(part, path, i);
        part[i] = '\0';
        if (mkdir(part, 0700) && errno != EEXIST && errno != EISDIR)
            return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be made", part);
    }
    return NACRE_OK;
}

nacre_status nacrei_ceilings_save(const char *path, const char *key,
                                  const nacre_hw_ceilings *ceilings, nacre_error *err)
{
    char temporary[1100];
    nacre_status status = make_folders(path, err);
    if (status)
        return status;
    (void)snprintf(temporary, sizeof temporary, "%s.partial-%ld", path, (long)getpid());
    (void)unlink(temporary); // of a dead process with our number
    int fd = open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (!out) {
        int code = errno;
        if (fd >= 0)
            (void)close(fd);
        return nacrei_fail_system(err, NACRE_E_IO, code, "%s: cannot be written", path);
    }
    status = write_file(out, path, key, ceilings, err);
    if (fclose(out) && !status)
        status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
    if (!status && rename(temporary, path))
        status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be put in place", path);
    if (status)
        (void)unlink(temporary);
    return status;
}
