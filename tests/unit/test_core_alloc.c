// SPDX-License-Identifier: Apache-2.0
// The allocation front, the error text behind it, and the reader of small files.
#include "core/alloc.h"
#include "core/small_file.h"

#include "unit/core_context.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static core_memory memory;
static nacre_ctx ctx;

static void zeroed_and_aligned(void **state)
{
    (void)state;
    for (size_t bytes = 1; bytes < 300; bytes += 37) {
        unsigned char *block;
        assert_int_equal(nacrei_alloc(&ctx, bytes, 1, "test", &block, NULL), NACRE_OK);
        assert_int_equal((uintptr_t)block % NACREI_ALIGNMENT, 0);
        for (size_t i = 0; i < bytes; i++)
            assert_int_equal(block[i], 0);
        memset(block, 0xFF, bytes);
        nacrei_free(&ctx, block, bytes, 1);
    }
    void *none = &ctx;
    assert_int_equal(nacrei_alloc(&ctx, 0, 8, "test", &none, NULL), NACRE_OK);
    assert_null(none);
    nacrei_free(&ctx, NULL, 3, 8);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static void failures_are_named(void **state)
{
    (void)state;
    nacre_error err;
    void *block = &ctx;
    assert_int_equal(nacrei_alloc(&ctx, SIZE_MAX / 2, 4, "bars", &block, &err), NACRE_E_NOMEM);
    assert_null(block);
    assert_non_null(strstr(err.message, "bars"));
    atomic_store(&memory.fail_at, atomic_load(&memory.requests) + 1);
    assert_int_equal(nacrei_alloc(&ctx, 10, 4, "bars", &block, &err), NACRE_E_NOMEM);
    assert_string_equal(err.message, "out of memory (40 bytes for bars)");
    atomic_store(&memory.fail_at, 0);
}

static void growing_keeps_the_contents(void **state)
{
    (void)state;
    uint32_t *array = NULL;
    size_t capacity = 0;
    for (uint32_t i = 0; i < 1000; i++) {
        assert_int_equal(nacrei_grow(&ctx, &array, &capacity, i + 1, sizeof *array, "test", NULL),
                         NACRE_OK);
        assert_true(capacity > i);
        array[i] = i;
    }
    for (uint32_t i = 0; i < 1000; i++)
        assert_int_equal(array[i], i);
    uint32_t *before = array;
    size_t capacity_before = capacity;
    atomic_store(&memory.fail_at, atomic_load(&memory.requests) + 1);
    assert_int_equal(nacrei_grow(&ctx, &array, &capacity, 5000, sizeof *array, "test", NULL),
                     NACRE_E_NOMEM);
    atomic_store(&memory.fail_at, 0);
    assert_int_equal(nacrei_grow(&ctx, &array, &capacity, SIZE_MAX, sizeof *array, "test", NULL),
                     NACRE_E_NOMEM);
    assert_ptr_equal(array, before);
    assert_int_equal(capacity, capacity_before);
    nacrei_free(&ctx, array, capacity, sizeof *array);
    assert_int_equal(atomic_load(&memory.live), 0);
}

static void status_texts(void **state)
{
    (void)state;
    nacre_error err;
    assert_string_equal(nacre_status_name(NACRE_E_PARSE), "E_PARSE");
    assert_string_equal(nacre_status_text(NACRE_E_PARSE), "the input does not follow its format");
    assert_string_equal(nacre_status_name((nacre_status)-999), "unknown");
    assert_string_equal(nacre_status_text((nacre_status)-999), "unknown");
    assert_string_equal(nacre_version(), NACRE_VERSION_STRING);
    assert_int_equal(nacrei_fail(NULL, NACRE_E_ARG, "x"), NACRE_E_ARG);
    assert_int_equal(nacrei_fail_system(&err, NACRE_E_IO, ENOENT, "cannot open %s", "f"),
                     NACRE_E_IO);
    assert_int_equal(err.system_code, ENOENT);
    assert_string_equal(err.message, "cannot open f: No such file or directory");
}

static void small_files(void **state)
{
    (void)state;
    char path[] = "/tmp/nacre_small_XXXXXX";
    char *content;
    size_t size;
    nacre_error err;
    int fd = mkstemp(path);
    assert_true(fd >= 0);
    assert_int_equal(write(fd, "hello", 5), 5);
    assert_int_equal(close(fd), 0);
    assert_int_equal(nacrei_small_file_read(&ctx, path, 5, &content, &size, &err), NACRE_OK);
    assert_int_equal(size, 5);
    assert_string_equal(content, "hello");
    nacrei_small_file_free(&ctx, content, size);
    assert_int_equal(nacrei_small_file_read(&ctx, path, 4, &content, &size, &err), NACRE_E_LIMIT);
    assert_null(content);
    atomic_store(&memory.fail_at, atomic_load(&memory.requests) + 1);
    assert_int_equal(nacrei_small_file_read(&ctx, path, 5, &content, &size, &err), NACRE_E_NOMEM);
    atomic_store(&memory.fail_at, 0);
    assert_int_equal(unlink(path), 0);
    assert_int_equal(nacrei_small_file_read(&ctx, path, 5, &content, &size, &err),
                     NACRE_E_NOTFOUND);
    assert_int_equal(err.system_code, ENOENT);
    assert_int_equal(nacrei_small_file_read(&ctx, "/tmp", 5, &content, &size, &err), NACRE_E_IO);
    assert_int_equal(atomic_load(&memory.live), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(zeroed_and_aligned),
        cmocka_unit_test(failures_are_named),
        cmocka_unit_test(growing_keeps_the_contents),
        cmocka_unit_test(status_texts),
        cmocka_unit_test(small_files),
    };
    ctx = core_test_context(&memory);
    return cmocka_run_group_tests_name("core_alloc", tests, NULL, NULL);
}
