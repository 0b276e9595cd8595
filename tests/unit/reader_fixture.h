// SPDX-License-Identifier: Apache-2.0
// What the reader tests share: a folder of small files that the test writes, and reading them
// whole.
#ifndef TESTS_READER_FIXTURE_H
#define TESTS_READER_FIXTURE_H

// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "nacre/data.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define FIXTURE_ROWS_MAX 70000

typedef struct fixture {
    nacre_ctx *ctx;
    char folder[256];
    nacre_reader_options options;
    nacre_error err;
    nacre_instrument instrument; ///< of the last reading
    nacre_reader_stats stats;
    size_t rows;
    nacre_trade trades[FIXTURE_ROWS_MAX];
} fixture;

static inline int fixture_setup(void **state)
{
    fixture *f = calloc(1, sizeof *f);
    const char *base = getenv("TMPDIR");
    assert_non_null(f);
    (void)snprintf(f->folder, sizeof f->folder, "%s/nacre_readerXXXXXX", base ? base : "/tmp");
    assert_non_null(mkdtemp(f->folder));
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    assert_int_equal(nacre_ctx_create(&options, &f->ctx, &f->err), NACRE_OK);
    nacre_reader_options_init(&f->options);
    *state = f;
    return 0;
}

static inline int fixture_teardown(void **state)
{
    fixture *f = *state;
    DIR *dir = opendir(f->folder);
    assert_non_null(dir);
    for (struct dirent *entry; (entry = readdir(dir));)
        (void)unlinkat(dirfd(dir), entry->d_name, 0);
    (void)closedir(dir);
    assert_int_equal(rmdir(f->folder), 0);
    nacre_ctx_destroy(f->ctx);
    free(f);
    return 0;
}

/// The path of a file of the folder; eight may be in use at once.
static inline const char *fixture_path(fixture *f, const char *name)
{
    static char paths[8][512];
    static unsigned turn;
    char *path = paths[turn++ % 8];
    (void)snprintf(path, sizeof paths[0], "%s/%s", f->folder, name);
    return path;
}

static inline const char *fixture_bytes(fixture *f, const char *name, const void *data,
                                        size_t bytes)
{
    const char *path = fixture_path(f, name);
    FILE *file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(data, 1, bytes, file), bytes);
    assert_int_equal(fclose(file), 0);
    return path;
}

static inline const char *fixture_text(fixture *f, const char *name, const char *text)
{
    return fixture_bytes(f, name, text, strlen(text));
}

static inline void fixture_take(fixture *f, const nacre_trades *t)
{
    for (size_t i = 0; i < t->rows; i++) {
        assert_true(f->rows < FIXTURE_ROWS_MAX);
        nacre_trade *out = &f->trades[f->rows++];
        *out = (nacre_trade){.ts_event = t->ts_event[i], .price = t->price[i], .size = t->size[i]};
        out->ts_recv = t->ts_recv ? t->ts_recv[i] : 0;
        out->seq = t->seq ? t->seq[i] : 0;
        out->conditions = t->conditions ? t->conditions[i] : 0;
        out->side = t->side ? t->side[i] : 0;
        out->flags = t->flags ? t->flags[i] : 0;
        out->venue = t->venue ? t->venue[i] : 0;
    }
}

/// Reads files to their end or to the first error; rows up to then are in `trades`.
static inline nacre_status fixture_read(fixture *f, const char *const *paths, size_t count)
{
    nacre_reader *reader;
    f->rows = 0;
    memset(&f->err, 0, sizeof f->err);
    memset(&f->stats, 0, sizeof f->stats);
    nacre_status status = nacre_reader_open(f->ctx, paths, count, &f->options, &reader, &f->err);
    if (status) {
        assert_null(reader);
        return status;
    }
    nacre_trades block;
    while ((status = nacre_reader_next(reader, &block, &f->err)) == NACRE_OK && block.rows > 0)
        fixture_take(f, &block);
    if (status) {
        assert_int_equal(block.rows, 0);
        nacre_error again;
        assert_int_equal(nacre_reader_next(reader, &block, &again), NACRE_E_STATE);
    }
    f->stats = *nacre_reader_get_stats(reader);
    f->instrument = *nacre_reader_instrument(reader);
    nacre_reader_close(reader);
    return status;
}

/// Writes one file, reads it.
static inline nacre_status fixture_read_text(fixture *f, const char *name, const char *text)
{
    const char *path = fixture_text(f, name, text);
    return fixture_read(f, &path, 1);
}

/// The error is one line that holds each of the texts.
static inline void fixture_assert_message(const fixture *f, const char *const *parts, size_t count)
{
    if (strchr(f->err.message, '\n'))
        fail_msg("more than one line: %s", f->err.message);
    for (size_t i = 0; i < count; i++)
        if (!strstr(f->err.message, parts[i]))
            fail_msg("'%s' is not in: %s", parts[i], f->err.message);
}

#define assert_message(f, ...)                                                                     \
    fixture_assert_message(f, (const char *const[]){__VA_ARGS__},                                  \
                           sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

#endif
