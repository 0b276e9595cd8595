// SPDX-License-Identifier: Apache-2.0
// Allocation number n fails, for every n that a reading makes: it must end with NACRE_E_NOMEM,
// leave no reader behind and give everything back, byte for byte.
#include "unit/reader_fixture.h"

#include <zlib.h>

typedef struct counting {
    uint64_t calls, fail_at; ///< fail_at 0 = never
    size_t live_bytes, live_blocks;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    c->live_blocks++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    counting *c = user;
    assert_true(c->live_bytes >= bytes && c->live_blocks > 0);
    c->live_bytes -= bytes;
    c->live_blocks--;
    free(memory);
}

static const char *pack(fixture *f, const char *name, const char *text)
{
    const char *path = fixture_path(f, name);
    gzFile file = gzopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(gzputs(file, text), strlen(text));
    assert_int_equal(gzclose(file), Z_OK);
    return path;
}

/// Reads the files with a fresh allocator; afterwards nothing of it may be left.
static nacre_status read_counted(fixture *f, counting *c, const char *const *paths, size_t count)
{
    nacre_ctx *ordinary = f->ctx;
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    uint64_t fail_at = c->fail_at;
    *c = (counting){0};
    options.allocator = (nacre_allocator){counting_alloc, counting_release, c};
    assert_int_equal(nacre_ctx_create(&options, &f->ctx, &f->err), NACRE_OK);
    size_t bytes = c->live_bytes, blocks = c->live_blocks;
    c->calls = 0;
    c->fail_at = fail_at;
    nacre_status status = fixture_read(f, paths, count);
    assert_int_equal(c->live_bytes, bytes);
    assert_int_equal(c->live_blocks, blocks);
    nacre_ctx_destroy(f->ctx);
    assert_int_equal(c->live_blocks, 0);
    f->ctx = ordinary;
    return status;
}

static void fail_each(fixture *f, const char *const *paths, size_t count)
{
    counting c = {0};
    assert_int_equal(read_counted(f, &c, paths, count), NACRE_OK);
    uint64_t calls = c.calls;
    assert_true(calls > 4);
    for (uint64_t n = 1; n <= calls; n++) {
        c.fail_at = n;
        assert_int_equal(read_counted(f, &c, paths, count), NACRE_E_NOMEM);
        assert_message(f, "out of memory");
    }
}

static void test_plain_and_gzip(void **state)
{
    fixture *f = *state;
    const char *paths[2] = {
        fixture_text(f, "a_1.csv", "time,price,size\n1700000257100,1,1\n1700000257101,1,1\n"),
        pack(f, "a_2.csv", "time,price,size\n1700000257102,1,1\n")};
    fail_each(f, paths, 2);
}

static void test_lean_and_reorder(void **state)
{
    fixture *f = *state;
    counting c = {0};
    const char *path =
        fixture_text(f, "a.csv", "20131007,1000,1,1,P,0,0\n20131007,999,1,1,P,0,0\n");
    f->options.reorder_ns = 5000000;
    if (read_counted(f, &c, &path, 1) == NACRE_E_NOTFOUND) {
        print_message("SKIP reader_alloc_lean: %s\n", f->err.message);
        return;
    }
    fail_each(f, &path, 1);
}

/// A reading that fails for another reason gives everything back too.
static void test_bad_row(void **state)
{
    fixture *f = *state;
    counting c = {0};
    const char *path = fixture_text(f, "a.csv", "time,price,size\n1700000257100,x,1\n");
    assert_int_equal(read_counted(f, &c, &path, 1), NACRE_E_PARSE);
    path = fixture_bytes(f, "t.csv", "\x1f\x8b\x08\x00\x00", 5);
    assert_int_equal(read_counted(f, &c, &path, 1), NACRE_E_CORRUPT);
    path = fixture_text(f, "z.zip", "PK\3\4 and no more");
    assert_int_equal(read_counted(f, &c, &path, 1), NACRE_E_CORRUPT);
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        READER_TEST(test_plain_and_gzip),
        READER_TEST(test_lean_and_reorder),
        READER_TEST(test_bad_row),
    };
#undef READER_TEST
    return cmocka_run_group_tests_name("reader_alloc", tests, NULL, NULL);
}
