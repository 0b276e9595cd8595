// SPDX-License-Identifier: Apache-2.0
// src/mem: the copy counters and the read-only file mapping.
#include "mem/copies.h"
#include "mem/file_map.h"
#include "tape_support.h"

#include <fcntl.h>
#include <sys/stat.h>

static void counters_add_up_separately(void **state)
{
    (void)state;
    for (int c = 0; c < NACREI_COPY_COUNT; c++) {
        nacrei_copy_total before[NACREI_COPY_COUNT];
        for (int i = 0; i < NACREI_COPY_COUNT; i++)
            before[i] = nacrei_copied_total((nacrei_copy)i);
        nacrei_copied((nacrei_copy)c, 1000);
        nacrei_copied((nacrei_copy)c, 24);
        for (int i = 0; i < NACREI_COPY_COUNT; i++) {
            nacrei_copy_total after = nacrei_copied_total((nacrei_copy)i);
            assert_int_equal(after.bytes - before[i].bytes, i == c ? 1024 : 0);
            assert_non_null(after.from);
            assert_non_null(after.to);
            assert_non_null(after.reason);
        }
    }
    assert_string_equal(nacrei_copied_total(NACREI_COPY_TAPE_WRITE).to, "file");
}

static void maps_a_file(void **state)
{
    (void)state;
    char folder[256];
    support_folder(folder);
    char path[300];
    (void)snprintf(path, sizeof path, "%s/five", folder);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite("five\n", 1, 5, file), 5);
    assert_int_equal(fclose(file), 0);
    nacrei_map map;
    assert_int_equal(nacrei_map_open(AT_FDCWD, path, path, &map, NULL), NACRE_OK);
    assert_int_equal(map.bytes, 5);
    assert_memory_equal(map.data, "five\n", 5);
    nacrei_map_close(&map);
    assert_null(map.data);
    nacrei_map_close(&map);

    assert_int_equal(truncate(path, 0), 0);
    assert_int_equal(nacrei_map_open(AT_FDCWD, path, path, &map, NULL), NACRE_OK);
    assert_null(map.data);
    support_remove(folder);
}

static void refuses_what_is_no_file(void **state)
{
    (void)state;
    char folder[256];
    support_folder(folder);
    char path[300];
    (void)snprintf(path, sizeof path, "%s/thing", folder);
    nacrei_map map;
    nacre_error err;
    assert_int_equal(nacrei_map_open(AT_FDCWD, path, path, &map, &err), NACRE_E_NOTFOUND);
    assert_non_null(strstr(err.message, "thing"));
    // A FIFO without a writer must not block the open.
    assert_int_equal(mkfifo(path, 0600), 0);
    assert_int_equal(nacrei_map_open(AT_FDCWD, path, path, &map, &err), NACRE_E_CORRUPT);
    assert_int_equal(nacrei_map_open(AT_FDCWD, folder, folder, &map, &err), NACRE_E_CORRUPT);
    assert_null(map.data);
    support_remove(folder);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(counters_add_up_separately),
        cmocka_unit_test(maps_a_file),
        cmocka_unit_test(refuses_what_is_no_file),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
