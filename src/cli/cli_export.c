// SPDX-License-Identifier: Apache-2.0
// The `nacre` CSV, .npy columns and episodes.json. The CSV writer formats integers itself, two
// digits at a time, into one block that goes out in one write: printf would be ten times the work.
#include "cli/cli_export.h"

#include "core/alloc.h"
#include "core/json.h"
#include "core/timezone.h"
#include "data/tape/npy.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

// Longest line: five 20-digit integers, points, side, flags, venue, 8 hex digits and separators.
#define ROW_BYTES_MAX 160u
#define BUFFER_BYTES ((size_t)1 << 20)
#define SIZE_EXP_MAX 18u
#define PROGRESS_ROWS ((size_t)1 << 18)

const char cli_csv_header[] = "ts_event,ts_recv,price,size,seq,side,flags,venue,conditions\n";

static const char digit_pairs[201] = "00010203040506070809101112131415161718192021222324"
                                     "25262728293031323334353637383940414243444546474849"
                                     "50515253545556575859606162636465666768697071727374"
                                     "75767778798081828384858687888990919293949596979899";

static const uint64_t powers[SIZE_EXP_MAX + 1] = {
    1u,
    10u,
    100u,
    1000u,
    10000u,
    100000u,
    1000000u,
    10000000u,
    100000000u,
    1000000000u,
    10000000000u,
    100000000000u,
    1000000000000u,
    10000000000000u,
    100000000000000u,
    1000000000000000u,
    10000000000000000u,
    100000000000000000u,
    1000000000000000000u,
};

static char *put_u64(char *out, uint64_t value)
{
    char digits[20];
    unsigned at = 20;
    while (value >= 100) {
        at -= 2;
        memcpy(digits + at, digit_pairs + value % 100 * 2, 2);
        value /= 100;
    }
    if (value >= 10) {
        at -= 2;
        memcpy(digits + at, digit_pairs + value * 2, 2);
    } else {
        digits[--at] = (char)('0' + value);
    }
    memcpy(out, digits + at, 20 - at);
    return out + (20 - at);
}

static char *put_i64(char *out, int64_t value)
{
    if (value >= 0)
        return put_u64(out, (uint64_t)value);
    *out++ = '-';
    return put_u64(out, 0 - (uint64_t)value);
}

/// value / 10^decimals with all decimals, or without the trailing zeros.
static char *put_decimal(char *out, int64_t value, unsigned decimals, bool trim)
{
    uint64_t magnitude = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0)
        *out++ = '-';
    uint64_t whole = magnitude / powers[decimals], rest = magnitude - whole * powers[decimals];
    out = put_u64(out, whole);
    if (decimals == 0 || (trim && rest == 0))
        return out;
    *out++ = '.';
    for (unsigned i = decimals; i-- > 0;) {
        out[i] = (char)('0' + rest % 10);
        rest /= 10;
    }
    out += decimals;
    while (trim && out[-1] == '0')
        out--;
    return out;
}

static char *put_hex(char *out, uint32_t value)
{
    unsigned shift = 28;
    while (shift && value >> shift == 0)
        shift -= 4;
    for (;; shift -= 4) {
        *out++ = "0123456789abcdef"[value >> shift & 15u];
        if (shift == 0)
            return out;
    }
}

static char *put_row(char *out, const nacre_trades *t, size_t i, unsigned size_exp)
{
    int8_t side = t->side ? t->side[i] : 0;
    out = put_i64(out, t->ts_event[i]);
    *out++ = ',';
    out = put_i64(out, t->ts_recv ? t->ts_recv[i] : 0);
    *out++ = ',';
    out = put_decimal(out, t->price[i], 9, true);
    *out++ = ',';
    out = put_decimal(out, t->size[i], size_exp, false);
    *out++ = ',';
    out = put_i64(out, t->seq ? t->seq[i] : 0);
    *out++ = ',';
    *out++ = side > 0 ? 'B' : side < 0 ? 'S' : 'N';
    *out++ = ',';
    out = put_u64(out, t->flags ? t->flags[i] : 0);
    *out++ = ',';
    if (t->venue && t->venue[i])
        *out++ = (char)t->venue[i];
    *out++ = ',';
    out = put_hex(out, t->conditions ? t->conditions[i] : 0);
    *out++ = '\n';
    return out;
}

/// A venue that is no letter or digit would break the line's format.
static nacre_status check_venues(const nacre_trades *trades, nacre_error *err)
{
    for (size_t i = 0; trades->venue && i < trades->rows; i++) {
        uint8_t venue = trades->venue[i];
        bool plain = (venue >= '0' && venue <= '9') || (venue >= 'A' && venue <= 'Z') ||
                     (venue >= 'a' && venue <= 'z') || venue == 0;
        if (!plain)
            return nacrei_fail(err, NACRE_E_RANGE,
                               "row %zu: venue byte 0x%02x is no letter; export with --npy instead",
                               i, venue);
    }
    return NACRE_OK;
}

nacre_status cli_export_csv_rows(nacre_ctx *ctx, FILE *out, const char *name,
                                 const nacre_trades *trades, uint8_t size_exp, nacre_error *err)
{
    if (size_exp > SIZE_EXP_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "a size exponent of %u is above %u", size_exp,
                           SIZE_EXP_MAX);
    nacre_status status = check_venues(trades, err);
    char *buffer = NULL;
    if (!status)
        status = nacrei_alloc(ctx, BUFFER_BYTES, 1, "csv buffer", &buffer, err);
    if (status)
        return status;
    char *at = buffer;
    for (size_t i = 0; i < trades->rows && !status; i++) {
        at = put_row(at, trades, i, size_exp);
        if ((size_t)(at - buffer) <= BUFFER_BYTES - ROW_BYTES_MAX && i + 1 < trades->rows)
            continue;
        if (fwrite(buffer, 1, (size_t)(at - buffer), out) != (size_t)(at - buffer))
            status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", name);
        at = buffer;
    }
    nacrei_free(ctx, buffer, BUFFER_BYTES, 1);
    return status;
}

/// Rows [first, first + rows) of a view.
static nacre_trades slice(const nacre_trades *t, size_t first, size_t rows)
{
    return (nacre_trades){
        .rows = rows,
        .ts_event = t->ts_event + first,
        .ts_recv = t->ts_recv ? t->ts_recv + first : NULL,
        .price = t->price + first,
        .size = t->size + first,
        .seq = t->seq ? t->seq + first : NULL,
        .conditions = t->conditions ? t->conditions + first : NULL,
        .side = t->side ? t->side + first : NULL,
        .flags = t->flags ? t->flags + first : NULL,
        .venue = t->venue ? t->venue + first : NULL,
    };
}

nacre_status cli_export_csv(nacre_ctx *ctx, FILE *out, const char *name, const nacre_trades *trades,
                            uint8_t size_exp, nacre_progress_fn progress, void *user,
                            nacre_error *err)
{
    if (fputs(cli_csv_header, out) == EOF)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", name);
    for (size_t first = 0; first < trades->rows; first += PROGRESS_ROWS) {
        size_t left = trades->rows - first;
        nacre_trades part = slice(trades, first, left < PROGRESS_ROWS ? left : PROGRESS_ROWS);
        nacre_status status = cli_export_csv_rows(ctx, out, name, &part, size_exp, err);
        if (status)
            return status;
        if (progress && !progress(user, first + part.rows, trades->rows))
            return nacrei_fail(err, NACRE_E_CANCELLED, "%s: the export was cancelled", name);
    }
    return NACRE_OK;
}

typedef struct npy_column {
    const char *name, *dtype;
    const void *data; ///< NULL = zeros
    size_t bytes;
    double scale; ///< > 0: int64 steps that become f8 units
} npy_column;

static nacre_status write_values(FILE *out, const char *path, const npy_column *column, size_t rows,
                                 nacre_error *err)
{
    unsigned char block[8192];
    size_t step = sizeof block / column->bytes;
    for (size_t first = 0; first < rows; first += step) {
        size_t count = rows - first < step ? rows - first : step;
        if (column->scale > 0) {
            const int64_t *steps = (const int64_t *)column->data + first;
            for (size_t i = 0; i < count; i++) {
                double value = (double)steps[i] / column->scale;
                memcpy(block + i * sizeof value, &value, sizeof value);
            }
        } else if (column->data) {
            memcpy(block, (const unsigned char *)column->data + first * column->bytes,
                   count * column->bytes);
        } else {
            memset(block, 0, count * column->bytes);
        }
        if (fwrite(block, column->bytes, count, out) != count)
            return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
    }
    return NACRE_OK;
}

static nacre_status write_column(const char *folder, const npy_column *column, size_t rows,
                                 nacre_error *err)
{
    char path[4096 + 32], header[NACREI_NPY_HEADER_BYTES];
    (void)snprintf(path, sizeof path, "%s/%s.npy", folder, column->name);
    cli_file file;
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    nacrei_npy_header(header, column->dtype, rows);
    if (fwrite(header, 1, sizeof header, file.out) != sizeof header)
        status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
    if (!status)
        status = write_values(file.out, path, column, rows, err);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}

nacre_status cli_export_npy(nacre_ctx *ctx, const char *folder, const nacre_trades *t,
                            uint8_t size_exp, nacre_error *err)
{
    (void)ctx;
    if (size_exp > SIZE_EXP_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "a size exponent of %u is above %u", size_exp,
                           SIZE_EXP_MAX);
    const npy_column list[] = {
        {"ts_event", "<i8", t->ts_event, 8, 0},
        {"ts_recv", "<i8", t->ts_recv, 8, 0},
        {"price", "<f8", t->price, 8, NACRE_PRICE_SCALE},
        {"size", "<f8", t->size, 8, (double)powers[size_exp]},
        {"seq", "<i8", t->seq, 8, 0},
        {"side", "|i1", t->side, 1, 0},
        {"flags", "|u1", t->flags, 1, 0},
        {"venue", "|u1", t->venue, 1, 0},
        {"conditions", "<u4", t->conditions, 4, 0},
    };
    const size_t columns = sizeof list / sizeof list[0];
    char temporary[4096];
    struct stat info;
    if (lstat(folder, &info) == 0)
        return nacrei_fail(err, NACRE_E_EXISTS, "%s: is there already; remove it or name another",
                           folder);
    int n = snprintf(temporary, sizeof temporary, "%s.partial-%ld", folder, (long)getpid());
    if (n < 0 || (size_t)n >= sizeof temporary)
        return nacrei_fail(err, NACRE_E_ARG, "an output path of %d bytes is too long", n);
    nacre_status status = cli_make_folder(temporary, err);
    size_t done = 0;
    for (; done < columns && !status; done++)
        status = write_column(temporary, &list[done], t->rows, err);
    if (!status && rename(temporary, folder) != 0)
        status = nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be made", folder);
    if (status) {
        for (size_t i = 0; i < done; i++) {
            char path[4096 + 32];
            (void)snprintf(path, sizeof path, "%s/%s.npy", temporary, list[i].name);
            (void)unlink(path);
        }
        (void)rmdir(temporary);
    }
    return status;
}

static void put_episode(nacrei_json *json, const nacre_episode *episode)
{
    char begin[31], end[31];
    nacrei_format_utc(begin, episode->begin_ns);
    nacrei_format_utc(end, episode->end_ns);
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "kind", nacre_episode_kind_name(episode->kind));
    nacrei_json_put_int64(json, "begin_ns", episode->begin_ns);
    nacrei_json_put_int64(json, "end_ns", episode->end_ns);
    nacrei_json_put_string(json, "begin", begin);
    nacrei_json_put_string(json, "end", end);
    nacrei_json_object_end(json);
}

nacre_status cli_export_episodes(const char *path, uint64_t seed, const nacre_episode *episodes,
                                 size_t count, nacre_error *err)
{
    cli_file file;
    nacre_status status = cli_file_open(&file, path, err);
    if (status)
        return status;
    char seed_text[24];
    (void)snprintf(seed_text, sizeof seed_text, "%llu", (unsigned long long)seed);
    nacrei_json json;
    nacrei_json_init(&json, file.out, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "schema", "nacre.episodes/1");
    nacrei_json_put_string(&json, "seed", seed_text);
    nacrei_json_key(&json, "episodes");
    nacrei_json_array_begin(&json);
    for (size_t i = 0; i < count; i++)
        put_episode(&json, &episodes[i]);
    nacrei_json_array_end(&json);
    nacrei_json_object_end(&json);
    status = nacrei_json_end(&json, path, err);
    if (!status)
        status = cli_file_commit(&file, err);
    cli_file_abandon(&file);
    return status;
}
