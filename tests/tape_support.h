// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of tapes and the filter: scratch folders, made-up trades, file surgery.
#ifndef NACRE_TESTS_TAPE_SUPPORT_H
#define NACRE_TESTS_TAPE_SUPPORT_H

#include "nacre/data.h"

#include <dirent.h>
#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SUPPORT_ROWS_MAX 4096

/// Storage of made-up trades with every column filled.
typedef struct support_rows {
    int64_t ts_event[SUPPORT_ROWS_MAX], ts_recv[SUPPORT_ROWS_MAX], price[SUPPORT_ROWS_MAX];
    int64_t size[SUPPORT_ROWS_MAX], seq[SUPPORT_ROWS_MAX];
    uint32_t instrument[SUPPORT_ROWS_MAX], conditions[SUPPORT_ROWS_MAX];
    int8_t side[SUPPORT_ROWS_MAX];
    uint8_t flags[SUPPORT_ROWS_MAX], venue[SUPPORT_ROWS_MAX];
} support_rows;

static inline nacre_ctx *support_ctx(void)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    nacre_ctx *ctx;
    nacre_error err;
    if (nacre_ctx_create(&options, &ctx, &err))
        fail_msg("%s", err.message);
    return ctx;
}

/// A fresh folder under $TMPDIR or /tmp.
static inline void support_folder(char out[256])
{
    const char *base = getenv("TMPDIR");
    (void)snprintf(out, 256, "%s/nacre-test-XXXXXX", base && base[0] ? base : "/tmp");
    assert_non_null(mkdtemp(out));
}

static inline int support_remove_entry(const char *path, const struct stat *info, int type,
                                       struct FTW *walk)
{
    (void)info;
    (void)type;
    (void)walk;
    return remove(path);
}

static inline void support_remove(const char *folder)
{
    assert_int_equal(nftw(folder, support_remove_entry, 16, FTW_DEPTH | FTW_PHYS), 0);
}

/// Entries of a folder besides "." and "..".
static inline size_t support_entries(const char *folder)
{
    DIR *dir = opendir(folder);
    assert_non_null(dir);
    size_t count = 0;
    for (struct dirent *entry; (entry = readdir(dir));)
        count += strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
    (void)closedir(dir);
    return count;
}

/// xorshift64*: repeatable, and good enough to fill columns.
static inline uint64_t support_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * UINT64_C(2685821657736338717);
}

static inline nacre_trades support_view(const support_rows *rows, size_t count)
{
    return (nacre_trades){.rows = count,
                          .ts_event = rows->ts_event,
                          .ts_recv = rows->ts_recv,
                          .price = rows->price,
                          .size = rows->size,
                          .seq = rows->seq,
                          .instrument = rows->instrument,
                          .conditions = rows->conditions,
                          .side = rows->side,
                          .flags = rows->flags,
                          .venue = rows->venue};
}

/// `count` rows with every column different; times rise from `start_ns` in steps below `step_ns`.
static inline void support_fill(support_rows *rows, size_t count, uint64_t seed, int64_t start_ns,
                                int64_t step_ns)
{
    uint64_t state = seed * 2 + 1;
    int64_t t = start_ns;
    for (size_t i = 0; i < count; i++) {
        t += (int64_t)(support_random(&state) % (uint64_t)step_ns);
        rows->ts_event[i] = t;
        rows->ts_recv[i] = t + (int64_t)(support_random(&state) % 1000) - 500;
        rows->price[i] = (int64_t)(support_random(&state) >> 20);
        rows->size[i] = (int64_t)(support_random(&state) % 100000) + 1;
        rows->seq[i] = (int64_t)support_random(&state);
        rows->instrument[i] = (uint32_t)support_random(&state);
        rows->conditions[i] = (uint32_t)support_random(&state);
        rows->side[i] = (int8_t)((int)(support_random(&state) % 3) - 1);
        rows->flags[i] = (uint8_t)(support_random(&state) & 1);
        rows->venue[i] = (uint8_t)('A' + support_random(&state) % 26);
    }
}

static inline void support_assert_equal(const nacre_trades *a, const nacre_trades *b)
{
    assert_int_equal(a->rows, b->rows);
    if (a->rows == 0)
        return;
    assert_memory_equal(a->ts_event, b->ts_event, a->rows * 8);
    assert_memory_equal(a->ts_recv, b->ts_recv, a->rows * 8);
    assert_memory_equal(a->price, b->price, a->rows * 8);
    assert_memory_equal(a->size, b->size, a->rows * 8);
    assert_memory_equal(a->seq, b->seq, a->rows * 8);
    assert_memory_equal(a->instrument, b->instrument, a->rows * 4);
    assert_memory_equal(a->conditions, b->conditions, a->rows * 4);
    assert_memory_equal(a->side, b->side, a->rows);
    assert_memory_equal(a->flags, b->flags, a->rows);
    assert_memory_equal(a->venue, b->venue, a->rows);
}

/// Writes trades as one tape at `path`.
static inline void support_write_tape(nacre_ctx *ctx, const char *path, const nacre_trades *trades)
{
    nacre_instrument instrument;
    nacre_instrument_crypto(&instrument, "BTCUSDT");
    nacre_tape_writer *writer;
    nacre_error err;
    if (nacre_tape_writer_create(ctx, path, &instrument, &writer, &err) ||
        nacre_tape_writer_append(writer, trades, &err) || nacre_tape_writer_seal(writer, &err))
        fail_msg("%s", err.message);
    nacre_tape_writer_destroy(writer);
}

#endif
