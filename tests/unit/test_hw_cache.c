// SPDX-License-Identifier: Apache-2.0
// The cache file of the ceilings: what was written comes back, anything else is refused whole with
// its reason and leaves the figures alone.
#include "core/small_file.h"
#include "core_context.h"
#include "hw_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define KEY "nacre test; Made-up 1; 4 CPUs"

static char folder[64], path[160];
static core_memory memory;
static nacre_ctx ctx;

static int set_up(void **state)
{
    (void)state;
    (void)snprintf(folder, sizeof folder, "/tmp/nacre-hw-cache-XXXXXX");
    if (!mkdtemp(folder))
        return -1;
    (void)snprintf(path, sizeof path, "%s/a/b/c.json", folder);
    memory = (core_memory){0};
    ctx = core_test_context(&memory);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    char command[256];
    (void)snprintf(command, sizeof command, "chmod -R u+rwx %s; rm -rf %s", folder, folder);
    return system(command) == 0 && atomic_load(&memory.live) == 0 ? 0 : -1;
}

static void save(nacre_hw_figure *figures)
{
    nacre_error err = {0};
    hw_figures(figures);
    nacre_hw_ceilings c = {.count = NACREI_CEILINGS,
                           .figures = figures,
                           .measured_ns = INT64_C(1764000000000000001),
                           .steal_percent = (double)NAN,
                           .other_percent = 12.5};
    assert_int_equal(nacrei_ceilings_save(path, KEY, &c, &err), NACRE_OK);
}

static void test_round_trip(void **state)
{
    (void)state;
    nacre_hw_figure in[NACREI_CEILINGS], out[NACREI_CEILINGS];
    nacre_hw_ceilings c = {0};
    nacre_error err = {0};
    save(in);
    save(in); // over itself
    nacrei_figures_init(out);
    assert_int_equal(nacrei_ceilings_load(&ctx, path, KEY, out, &c, &err), NACRE_OK);
    assert_true(c.measured_ns == INT64_C(1764000000000000001) && isnan(c.steal_percent));
    assert_true(c.other_percent == 12.5);
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        assert_string_equal(in[i].name, out[i].name);
        assert_string_equal(in[i].kernel, out[i].kernel);
        assert_string_equal(in[i].reason, out[i].reason);
        assert_true(hw_same(in[i].median, out[i].median) && hw_same(in[i].q1, out[i].q1));
        assert_true(hw_same(in[i].q3, out[i].q3) && hw_same(in[i].p99, out[i].p99));
        assert_true(hw_same(in[i].best, out[i].best));
        assert_int_equal(in[i].samples, out[i].samples);
        assert_int_equal(in[i].threads, out[i].threads);
        assert_true(in[i].working_bytes == out[i].working_bytes);
    }
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    assert_int_equal(info.st_mode & 0777, 0600);
    char command[256]; // nothing is left beside it
    (void)snprintf(command, sizeof command, "test \"$(ls %s/a/b)\" = c.json", folder);
    assert_int_equal(system(command), 0);
}

/// Parses the text with `from` replaced by `to`; checks that a refusal touches nothing.
static nacre_status parse_changed(const char *text, const char *from, const char *to)
{
    static char changed[65536];
    const char *at = strstr(text, from);
    assert_non_null(at);
    int n = snprintf(changed, sizeof changed, "%.*s%s%s", (int)(at - text), text, to,
                     at + strlen(from));
    assert_true(n > 0 && (size_t)n < sizeof changed);
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacre_hw_ceilings c = {.measured_ns = 7};
    nacre_error err = {0};
    nacrei_figures_init(figures);
    nacre_status status =
        nacrei_ceilings_parse(&ctx, changed, strlen(changed), KEY, figures, &c, &err);
    if (status) {
        assert_true(err.message[0] && !strchr(err.message, '\n'));
        assert_int_equal(c.measured_ns, 7);
        for (size_t i = 0; i < NACREI_CEILINGS; i++)
            assert_string_equal(figures[i].reason, "not measured");
    }
    return status;
}

static void test_refusals(void **state)
{
    (void)state;
    nacre_hw_figure in[NACREI_CEILINGS];
    char *text;
    size_t bytes;
    save(in);
    assert_int_equal(nacrei_small_file_read(&ctx, path, 65536, &text, &bytes, NULL), NACRE_OK);
    assert_int_equal(parse_changed(text, "Made-up 1", "Made-up 1"), NACRE_OK);
    assert_int_equal(parse_changed(text, "Made-up 1", "Made-up 2"), NACRE_E_NOTFOUND);
    assert_int_equal(parse_changed(text, "\"schema\": 1", "\"schema\": 2"), NACRE_E_NOTFOUND);
    static const char *const changes[][2] = {
        {"\"schema\": 1", "\"schema\": \"1\""},
        {"\"schema\": 1,", ""},
        {"\"1764000000000000001\"", "1764000000000000001"},
        {"\"1764000000000000001\"", "\"1764000000000000001x\""},
        {"\"1764000000000000001\"", "\"-1\""},
        {"\"1764000000000000001\"", "\"99999999999999999999\""},
        {"\"steal_percent\": null", "\"steal_percent\": 101"},
        {"\"steal_percent\": null", "\"steal_percent\": \"x\""},
        {"\"other_percent\": 12.5", "\"other_percent\": -1"},
        {"\"name\": \"copy.l1\"", "\"name\": \"copy.l9\""},
        {"\"median\": 1.5", "\"median\": -1.5"},
        {"\"median\": 1.5", "\"median\": 1e400"},
        {"\"median\": 1.5", "\"median\": null"},
        {"\"median\": 1.5", "\"median\": 99"}, // above q3
        {"\"median\": 1.5", "\"medium\": 1.5"},
        {"\"samples\": 3", "\"samples\": -3"},
        {"\"samples\": 3", "\"samples\": 0"}, // absent with values
        {"\"samples\": 3", "\"samples\": 3000000"},
        {"\"kernel\": \"nacrek_read_u64__ref\"",
         "\"kernel\": \"0123456789012345678901234567890123456789012345"
         "678901234567890\""},
        {"\"figures\": [", "\"figures\": [{},"},
        {"\"figures\": [", "\"figures\": 5, \"x\": ["},
        {"{", "["},
        {"{", ""},
        {"}\n", ""},
    };
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++)
        if (parse_changed(text, changes[i][0], changes[i][1]) != NACRE_E_CORRUPT)
            fail_msg("change %zu is not refused as corrupt: %s", i, changes[i][1]);
    // Cut anywhere, it is no such file.
    for (size_t cut = 0; cut + 2 < bytes; cut += 97) {
        nacre_hw_figure figures[NACREI_CEILINGS];
        nacre_hw_ceilings c = {0};
        assert_int_equal(nacrei_ceilings_parse(&ctx, text, cut, KEY, figures, &c, NULL),
                         NACRE_E_CORRUPT);
    }
    nacrei_small_file_free(&ctx, text, bytes);
}

static void test_files(void **state)
{
    (void)state;
    nacre_hw_figure figures[NACREI_CEILINGS];
    nacre_hw_ceilings c = {.count = NACREI_CEILINGS, .figures = figures};
    nacre_error err = {0};
    nacrei_figures_init(figures);
    assert_int_equal(nacrei_ceilings_load(&ctx, path, KEY, figures, &c, &err), NACRE_E_NOTFOUND);
    char blocked[160]; // a file where a folder should be: also root cannot
    (void)snprintf(blocked, sizeof blocked, "%s/file", folder);
    FILE *file = fopen(blocked, "w");
    assert_non_null(file);
    assert_int_equal(fclose(file), 0);
    (void)snprintf(blocked, sizeof blocked, "%s/file/c.json", folder);
    assert_int_equal(nacrei_ceilings_save(blocked, KEY, &c, &err), NACRE_E_IO);
    assert_non_null(strstr(err.message, "/file"));
    assert_int_equal(nacrei_ceilings_load(&ctx, folder, KEY, figures, &c, &err), NACRE_E_IO);
}

/// The public call with a cache that cannot be read says so; measuring is left to another test by
/// giving it a file that fits.
static void test_places(void **state)
{
    (void)state;
    char out[256], note[384];
    const char *old_xdg = getenv("XDG_CACHE_HOME"), *old_home = getenv("HOME");
    char xdg[512], home[512];
    (void)snprintf(xdg, sizeof xdg, "%s", old_xdg ? old_xdg : "");
    (void)snprintf(home, sizeof home, "%s", old_home ? old_home : "");
    setenv("XDG_CACHE_HOME", "/x/cache", 1);
    setenv("HOME", "/h", 1);
    assert_true(nacrei_ceilings_path(NULL, KEY, out, sizeof out, note, sizeof note));
    assert_int_equal(strncmp(out, "/x/cache/nacre/ceilings-", 24), 0);
    char first[256];
    memcpy(first, out, sizeof first);
    assert_true(nacrei_ceilings_path(NULL, KEY "x", out, sizeof out, note, sizeof note));
    assert_string_not_equal(first, out); // another machine, another file
    setenv("XDG_CACHE_HOME", "relative", 1);
    assert_true(nacrei_ceilings_path(NULL, KEY, out, sizeof out, note, sizeof note));
    assert_int_equal(strncmp(out, "/h/.cache/nacre/ceilings-", 25), 0);
    unsetenv("HOME");
    assert_false(nacrei_ceilings_path(NULL, KEY, out, sizeof out, note, sizeof note));
    assert_non_null(strstr(note, "neither XDG_CACHE_HOME nor HOME"));
    assert_false(nacrei_ceilings_path("", KEY, out, sizeof out, note, sizeof note));
    assert_non_null(strstr(note, "switched off"));
    assert_false(nacrei_ceilings_path("/d", KEY, out, 16, note, sizeof note));
    assert_non_null(strstr(note, "too long"));
    setenv("XDG_CACHE_HOME", xdg, 1);
    setenv("HOME", home, 1);
}

static void test_key(void **state)
{
    (void)state;
    char a[256], b[256];
    nacre_hw_topology t = hw_machine(NULL, 0, 0);
    ctx.threads = 4;
    nacrei_ceilings_key(&ctx, &t, a);
    assert_string_equal(a, "nacre " NACRE_VERSION_STRING "; Made-up 1; microcode unknown; "
                           "Linux 1.2.3; 4 CPUs, 4 threads");
    (void)snprintf(t.microcode, sizeof t.microcode, "0x17");
    nacrei_ceilings_key(&ctx, &t, b);
    assert_string_not_equal(a, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_refusals, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_files, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_places, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_key, set_up, tear_down),
    };
    return cmocka_run_group_tests_name("hw_cache", tests, NULL, NULL);
}
