// SPDX-License-Identifier: Apache-2.0
// tape.json, written and read. Reading is strict: every object has exactly the known members,
// 64-bit integers are decimal strings, checksums are eight hex digits. A key that we do not know
// would mean a tape of another schema, and silently dropping what it says would be worse than
// refusing it.
#include "data/tape/tape_json.h"

#include "core/alloc.h"
#include "core/json.h"
#include "data/market/instrument.h"
#include "data/tape/npy.h"

#include <inttypes.h>
#include <string.h>
#include <yyjson.h>

#define TAPE_KIND "trades"
#define HEX_DIGITS 8

const nacrei_tape_column nacrei_tape_columns[NACREI_TAPE_COLUMNS] = {
#define X(name, dtype, item_bytes)                                                                 \
    {#name, #name ".npy", (dtype), (item_bytes), offsetof(nacre_trades, name)},
#include "data/tape/tape_columns.def"
#undef X
};

size_t nacrei_tape_blocks(nacrei_tape_column_id column, uint64_t rows)
{
    uint64_t bytes = rows * nacrei_tape_columns[column].item_bytes;
    return (size_t)((bytes + NACREI_TAPE_BLOCK_BYTES - 1) / NACREI_TAPE_BLOCK_BYTES);
}

uint64_t nacrei_tape_bytes(uint64_t rows)
{
    uint64_t bytes = 0;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        bytes += NACREI_NPY_HEADER_BYTES + rows * nacrei_tape_columns[c].item_bytes;
    return bytes;
}

const void *nacrei_tape_column_of(const nacre_trades *trades, nacrei_tape_column_id column)
{
    const void *data;
    memcpy(&data, (const char *)trades + nacrei_tape_columns[column].field, sizeof data);
    return data;
}

// ---- writing -----------------------------------------------------------------------------------

static void write_column(nacrei_json *json, nacrei_tape_column_id id, uint64_t rows,
                         const uint32_t *crcs)
{
    const nacrei_tape_column *column = &nacrei_tape_columns[id];
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", column->name);
    nacrei_json_put_string(json, "dtype", column->dtype);
    nacrei_json_put_int64(json, "rows", (int64_t)rows);
    nacrei_json_key(json, "crc32c");
    nacrei_json_array_begin(json);
    size_t blocks = nacrei_tape_blocks(id, rows);
    for (size_t b = 0; b < blocks; b++) {
        char hex[HEX_DIGITS + 1];
        (void)snprintf(hex, sizeof hex, "%08" PRIx32, crcs[b]);
        nacrei_json_string(json, hex);
    }
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

nacre_status nacrei_tape_json_write(FILE *out, const nacre_tape_info *info,
                                    const uint32_t *const crcs[], const char *shown,
                                    nacre_error *err)
{
    nacrei_json json;
    nacrei_json_init(&json, out, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_uint(&json, "schema_version", info->schema_version);
    nacrei_json_put_string(&json, "kind", TAPE_KIND);
    nacrei_instrument_put_json(&json, &info->instrument);
    nacrei_json_put_int64(&json, "rows", (int64_t)info->rows);
    nacrei_json_put_int64(&json, "first_ns", info->first_ns);
    nacrei_json_put_int64(&json, "last_ns", info->last_ns);
    nacrei_json_key(&json, "columns");
    nacrei_json_array_begin(&json);
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        write_column(&json, (nacrei_tape_column_id)c, info->rows, crcs[c]);
    nacrei_json_array_end(&json);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, shown, err);
}

// ---- reading -----------------------------------------------------------------------------------

/// The first failure sticks; later steps see NULL values and do nothing.
typedef struct json_in {
    const char *shown;
    nacre_status status;
    nacre_error *err;
} json_in;

static void fail_member(json_in *in, const char *key, const char *expected)
{
    if (!in->status)
        in->status =
            nacrei_fail(in->err, NACRE_E_CORRUPT, "%s: \"%s\" is not %s: import the tape again",
                        in->shown, key, expected);
}

/// An object with exactly `members` members: looking each of them up then proves that there is no
/// unknown and no repeated one.
static yyjson_val *check_object(json_in *in, yyjson_val *object, const char *key, size_t members)
{
    if (yyjson_is_obj(object) && yyjson_obj_size(object) == members)
        return object;
    fail_member(in, key, "an object with exactly the known members");
    return NULL;
}

static const char *get_text(json_in *in, yyjson_val *object, const char *key)
{
    yyjson_val *value = yyjson_obj_get(object, key);
    const char *text = yyjson_get_str(value);
    if (text && strlen(text) == yyjson_get_len(value))
        return text;
    fail_member(in, key, "a text");
    return "";
}

static void get_field(json_in *in, yyjson_val *object, const char *key, char *out, size_t bytes)
{
    const char *text = get_text(in, object, key);
    size_t length = strlen(text);
    if (length >= bytes) {
        fail_member(in, key, "short enough");
        return;
    }
    memcpy(out, text, length + 1);
}

static int64_t get_int64(json_in *in, yyjson_val *object, const char *key)
{
    const char *text = get_text(in, object, key);
    bool negative = text[0] == '-';
    const char *p = text + negative;
    int64_t value = 0;
    bool good = *p != 0;
    for (; *p && good; p++) {
        int digit = *p - '0';
        good = digit >= 0 && digit <= 9 && !__builtin_mul_overflow(value, 10, &value) &&
               !(negative ? __builtin_sub_overflow(value, digit, &value)
                          : __builtin_add_overflow(value, digit, &value));
    }
    if (good)
        return value;
    fail_member(in, key, "a 64-bit integer in decimal, as a text");
    return 0;
}

static uint64_t get_small_uint(json_in *in, yyjson_val *object, const char *key, uint64_t max)
{
    yyjson_val *value = yyjson_obj_get(object, key);
    if (yyjson_is_uint(value) && yyjson_get_uint(value) <= max)
        return yyjson_get_uint(value);
    fail_member(in, key, "a number in its range");
    return 0;
}

static bool get_bool(json_in *in, yyjson_val *object, const char *key)
{
    yyjson_val *value = yyjson_obj_get(object, key);
    if (!yyjson_is_bool(value))
        fail_member(in, key, "true or false");
    return yyjson_get_bool(value);
}

static uint64_t get_rows(json_in *in, yyjson_val *object)
{
    int64_t rows = get_int64(in, object, "rows");
    if (rows < 0 || (uint64_t)rows > NACREI_TAPE_ROWS_MAX) {
        fail_member(in, "rows", "a possible number of rows");
        return 0;
    }
    return (uint64_t)rows;
}

static void read_instrument(json_in *in, yyjson_val *root, nacre_instrument *out)
{
    yyjson_val *object = check_object(in, yyjson_obj_get(root, "instrument"), "instrument", 13);
    get_field(in, object, "symbol", out->symbol, sizeof out->symbol);
    get_field(in, object, "venue", out->venue, sizeof out->venue);
    if (!nacrei_kind_parse(get_text(in, object, "kind"), &out->kind))
        fail_member(in, "kind", "a known kind of instrument");
    get_field(in, object, "currency", out->currency, sizeof out->currency);
    get_field(in, object, "settlement", out->settlement, sizeof out->settlement);
    out->tick = get_int64(in, object, "tick");
    out->size_exp = (uint8_t)get_small_uint(in, object, "size_exp", NACREI_SIZE_EXP_MAX);
    out->lot = get_int64(in, object, "lot");
    out->multiplier = get_int64(in, object, "multiplier");
    out->inverse = get_bool(in, object, "inverse");
    get_field(in, object, "calendar", out->calendar, sizeof out->calendar);
    get_field(in, object, "timezone", out->timezone, sizeof out->timezone);
    out->expiry_ns = get_int64(in, object, "expiry_ns");
    nacre_error reason;
    if (!in->status && nacrei_instrument_check(out, &reason))
        in->status = nacrei_fail(in->err, NACRE_E_CORRUPT, "%s: %.400s", in->shown, reason.message);
}

static bool parse_hex(const char *text, size_t length, uint32_t *out)
{
    uint32_t value = 0;
    if (length != HEX_DIGITS)
        return false;
    for (size_t i = 0; i < HEX_DIGITS; i++) {
        char c = text[i];
        if (c >= '0' && c <= '9')
            value = value << 4 | (uint32_t)(c - '0');
        else if (c >= 'a' && c <= 'f')
            value = value << 4 | (uint32_t)(c - 'a' + 10);
        else
            return false;
    }
    *out = value;
    return true;
}

/// One entry of "columns" with its checksums, which go to `crcs`.
static void read_column(json_in *in, yyjson_val *entry, nacrei_tape_column_id id, uint64_t rows,
                        uint32_t *crcs)
{
    const nacrei_tape_column *column = &nacrei_tape_columns[id];
    yyjson_val *object = check_object(in, entry, column->name, 4);
    if (strcmp(get_text(in, object, "name"), column->name) != 0)
        fail_member(in, column->name, "the column at its place");
    if (strcmp(get_text(in, object, "dtype"), column->dtype) != 0)
        fail_member(in, column->name, "a column of its dtype");
    if (get_rows(in, object) != rows)
        fail_member(in, column->name, "as long as the tape");
    yyjson_val *list = yyjson_obj_get(object, "crc32c");
    if (!yyjson_is_arr(list) || yyjson_arr_size(list) != nacrei_tape_blocks(id, rows)) {
        fail_member(in, column->name, "a column with one checksum per MiB");
        return;
    }
    size_t i, count;
    yyjson_val *value;
    yyjson_arr_foreach(list, i, count, value)
    {
        const char *text = yyjson_get_str(value);
        if (!text || !parse_hex(text, yyjson_get_len(value), &crcs[i])) {
            fail_member(in, column->name, "a column with checksums of 8 hex digits");
            return;
        }
    }
}

static void read_info(json_in *in, yyjson_val *root, nacre_tape_info *info)
{
    check_object(in, root, "the document", 7);
    info->schema_version = (uint32_t)get_small_uint(in, root, "schema_version", UINT32_MAX);
    if (!in->status && info->schema_version != NACREI_TAPE_SCHEMA_VERSION)
        in->status = nacrei_fail(in->err, NACRE_E_CORRUPT,
                                 "%s: schema version %u, this program reads %u: import the "
                                 "tape again",
                                 in->shown, info->schema_version, NACREI_TAPE_SCHEMA_VERSION);
    if (strcmp(get_text(in, root, "kind"), TAPE_KIND) != 0)
        fail_member(in, "kind", "\"" TAPE_KIND "\"");
    read_instrument(in, root, &info->instrument);
    info->rows = get_rows(in, root);
    info->first_ns = get_int64(in, root, "first_ns");
    info->last_ns = get_int64(in, root, "last_ns");
    if (info->last_ns < info->first_ns || (info->rows == 0 && (info->first_ns || info->last_ns)))
        fail_member(in, "last_ns", "in agreement with first_ns and rows");
    info->bytes = nacrei_tape_bytes(info->rows);
}

static nacre_status read_columns(nacre_ctx *ctx, json_in *in, yyjson_val *root,
                                 nacrei_tape_manifest *out)
{
    yyjson_val *list = yyjson_obj_get(root, "columns");
    if (!in->status && (!yyjson_is_arr(list) || yyjson_arr_size(list) != NACREI_TAPE_COLUMNS))
        fail_member(in, "columns", "a list of all columns");
    if (in->status)
        return in->status;
    // A hostile row count must not cost memory: the checksums of a real tape stand in this text.
    uint64_t blocks = 0;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++)
        blocks += nacrei_tape_blocks((nacrei_tape_column_id)c, out->info.rows);
    if (blocks > NACREI_TAPE_JSON_MAX_BYTES / HEX_DIGITS) {
        fail_member(in, "rows", "a number that the checksums bear out");
        return in->status;
    }
    out->crc_count = (size_t)blocks;
    in->status =
        nacrei_alloc(ctx, out->crc_count, sizeof *out->crcs, "tape checksums", &out->crcs, in->err);
    uint32_t *crcs = out->crcs;
    for (int c = 0; c < NACREI_TAPE_COLUMNS && !in->status; c++) {
        nacrei_tape_column_id id = (nacrei_tape_column_id)c;
        read_column(in, yyjson_arr_get(list, (size_t)c), id, out->info.rows, crcs);
        if (crcs)
            crcs += nacrei_tape_blocks(id, out->info.rows);
    }
    return in->status;
}

nacre_status nacrei_tape_json_parse(nacre_ctx *ctx, char *text, size_t bytes, const char *shown,
                                    nacrei_tape_manifest *out, nacre_error *err)
{
    memset(out, 0, sizeof *out);
    // yyjson gets its memory from one block of the size that it can need at most.
    const yyjson_read_flag flags = YYJSON_READ_INSITU;
    size_t pool_bytes = yyjson_read_max_memory_usage(bytes, flags);
    void *pool;
    nacre_status status = nacrei_alloc(ctx, pool_bytes, 1, "tape.json", &pool, err);
    if (status)
        return status;
    yyjson_alc allocator;
    yyjson_read_err reason;
    yyjson_alc_pool_init(&allocator, pool, pool_bytes);
    yyjson_doc *document = yyjson_read_opts(text, bytes, flags, &allocator, &reason);
    if (document) {
        json_in in = {.shown = shown, .err = err};
        yyjson_val *root = yyjson_doc_get_root(document);
        read_info(&in, root, &out->info);
        status = read_columns(ctx, &in, root, out);
        yyjson_doc_free(document);
    } else {
        status = nacrei_fail(err, NACRE_E_CORRUPT, "%s: byte %zu: %s: import the tape again", shown,
                             reason.pos + 1, reason.msg);
    }
    nacrei_free(ctx, pool, pool_bytes, 1);
    if (status)
        nacrei_tape_manifest_free(ctx, out);
    return status;
}

void nacrei_tape_manifest_free(nacre_ctx *ctx, nacrei_tape_manifest *manifest)
{
    nacrei_free(ctx, manifest->crcs, manifest->crc_count, sizeof *manifest->crcs);
    memset(manifest, 0, sizeof *manifest);
}
