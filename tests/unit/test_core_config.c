// SPDX-License-Identifier: Apache-2.0
// Settings: both spellings of a name, every kind of mistake with its exact message, and that a
// mistake changes nothing. The example that the program prints must read back as the defaults.
#include "core/config.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static nacre_status parse(nacrei_config *config, const char *text, nacre_error *err)
{
    return nacrei_config_parse(config, text, strlen(text), "a.json", err);
}

static void defaults(void **state)
{
    (void)state;
    nacrei_config config;
    memset(&config, 0xA5, sizeof config);
    nacrei_config_init(&config);
    assert_int_equal(config.threads, 0);
    assert_string_equal(config.isa, "");
    assert_string_equal(config.log_level, "info");
    assert_int_equal(config.vpin_buckets_per_day, 50);
    assert_int_equal(config.vpin_window, 50);
    assert_int_equal(config.vpin_lookback, 20);
    assert_int_equal(config.vpin_bar_seconds, 60);
    assert_true(config.vpin_cdf_threshold == 0.99);
    assert_true(config.vpin_level == 0);
}

static void both_spellings(void **state)
{
    (void)state;
    nacrei_config config;
    nacre_error err;
    nacrei_config_init(&config);
    assert_int_equal(parse(&config,
                           "// comment\n{ /* another */ \"vpin\": {\"window\": 40, \"level\": 1},\n"
                           "\"vpin.lookback\": 7, \"log\": {\"level\": \"warn\",},\n"
                           "\"threads\": 1024, \"vpin.cdf_threshold\": 0.95,}\n",
                           &err),
                     NACRE_OK);
    assert_int_equal(config.vpin_window, 40);
    assert_int_equal(config.vpin_lookback, 7);
    assert_true(config.vpin_level == 1);
    assert_true(config.vpin_cdf_threshold == 0.95);
    assert_string_equal(config.log_level, "warn");
    assert_int_equal(config.threads, 1024);
    assert_int_equal(config.vpin_buckets_per_day, 50);
    assert_int_equal(parse(&config, "{}", &err), NACRE_OK);
    assert_int_equal(config.vpin_window, 40);
}

typedef struct mistake {
    const char *text;
    nacre_status status;
    const char *message;
} mistake;

static void mistakes(void **state)
{
    (void)state;
    const mistake cases[] = {
        {"", NACRE_E_PARSE, "a.json is empty: write {} for all defaults"},
        {"[]", NACRE_E_PARSE, "a.json:1:1: settings must be an object {...}"},
        {"{\"vpin.windwo\": 50}", NACRE_E_PARSE,
         "a.json: unknown key \"vpin.windwo\" (did you mean \"vpin.window\"?)"},
        {"{\"vpin\": {\"windwo\": 50}}", NACRE_E_PARSE,
         "a.json: unknown key \"vpin.windwo\" (did you mean \"vpin.window\"?)"},
        {"{\"colour\": 1}", NACRE_E_PARSE,
         "a.json: unknown key \"colour\" (nacre config lists all keys)"},
        {"{\"a\\nb\": 1}", NACRE_E_PARSE,
         "a.json: unknown key \"a b\" (nacre config lists all keys)"},
        {"{\"vpin\": 3}", NACRE_E_PARSE,
         "a.json: unknown key \"vpin\" (nacre config lists all keys)"},
        {"{\"threads\\u0000\": 3}", NACRE_E_PARSE,
         "a.json: unknown key \"threads\" (did you mean \"threads\"?)"},
        {"{\"vpin.window\": 0}", NACRE_E_RANGE, "a.json: vpin.window is 0, allowed are 1 to 32767"},
        {"{\"vpin.window\": -9}", NACRE_E_RANGE,
         "a.json: vpin.window is -9, allowed are 1 to 32767"},
        {"{\"threads\": 18446744073709551615}", NACRE_E_RANGE,
         "a.json: threads is 18446744073709551615, allowed are 0 to 1024"},
        {"{\"vpin.window\": 50.5}", NACRE_E_PARSE, "a.json: vpin.window must be a whole number"},
        {"{\"vpin.window\": \"50\"}", NACRE_E_PARSE, "a.json: vpin.window must be a whole number"},
        {"{\"vpin.level\": true}", NACRE_E_PARSE, "a.json: vpin.level must be a number"},
        {"{\"vpin.cdf_threshold\": 1.5}", NACRE_E_RANGE,
         "a.json: vpin.cdf_threshold is 1.5, allowed are 0.5 to 1"},
        {"{\"log.level\": \"loud\"}", NACRE_E_RANGE,
         "a.json: log.level is \"loud\", allowed are debug|info|warn|error"},
        {"{\"log.level\": \"inf\"}", NACRE_E_RANGE,
         "a.json: log.level is \"inf\", allowed are debug|info|warn|error"},
        {"{\"log.level\": \"info|warn\"}", NACRE_E_RANGE,
         "a.json: log.level is \"info|warn\", allowed are debug|info|warn|error"},
        {"{\"log.level\": 1}", NACRE_E_PARSE, "a.json: log.level must be a text"},
        {"{\"isa\": \"a\\u0000b\"}", NACRE_E_RANGE,
         "a.json: isa is longer than 255 bytes or has a NUL in it"},
        {"{\"threads\": 1, \"threads\": 1}", NACRE_E_PARSE,
         "a.json: threads is given twice: delete one"},
        {"{\"vpin\": {\"window\": 1}, \"vpin.window\": 1}", NACRE_E_PARSE,
         "a.json: vpin.window is given twice: delete one"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nacrei_config config, before;
        nacre_error err;
        nacrei_config_init(&config);
        config.vpin_lookback = 99;
        memcpy(&before, &config, sizeof config);
        assert_int_equal(parse(&config, cases[i].text, &err), cases[i].status);
        assert_string_equal(err.message, cases[i].message);
        assert_memory_equal(&config, &before, sizeof config);
    }
}

static void syntax_errors_have_a_place(void **state)
{
    (void)state;
    nacrei_config config;
    nacre_error err;
    nacrei_config_init(&config);
    assert_int_equal(parse(&config, "{\n  \"threads\": 1\n  \"isa\": \"\"\n}", &err),
                     NACRE_E_PARSE);
    assert_memory_equal(err.message, "a.json:3:3: ", 12);
    assert_int_equal(parse(&config, "{\"threads\": 01}", &err), NACRE_E_PARSE);
    assert_memory_equal(err.message, "a.json:1:", 9);
    assert_int_equal(parse(&config, "{\"isa\": \"\xFF\"}", &err), NACRE_E_PARSE);
    assert_memory_equal(err.message, "a.json:1:", 9);
    assert_null(strchr(err.message, '\n'));
}

static void long_text_and_big_file(void **state)
{
    (void)state;
    nacrei_config config;
    nacre_error err;
    nacrei_config_init(&config);
    size_t bytes = ((size_t)1 << 20) + 1;
    char *text = malloc(bytes + 1);
    assert_non_null(text);
    memset(text, ' ', bytes);
    memcpy(text, "{}", 2);
    text[bytes] = '\0';
    assert_int_equal(parse(&config, text, &err), NACRE_E_LIMIT);
    text[bytes - 1] = '\0';
    assert_int_equal(parse(&config, text, &err), NACRE_OK);
    // 256 bytes do not fit with their NUL, 255 do.
    (void)snprintf(text, bytes, "{\"isa\": \"%0256d\"}", 0);
    assert_int_equal(parse(&config, text, &err), NACRE_E_RANGE);
    (void)snprintf(text, bytes, "{\"isa\": \"%0255d\"}", 0);
    assert_int_equal(parse(&config, text, &err), NACRE_OK);
    assert_int_equal(strlen(config.isa), 255);
    // Deep nesting is refused at its first unknown level.
    memset(text, '[', bytes - 1);
    assert_int_equal(parse(&config, text, &err), NACRE_E_PARSE);
    free(text);
}

static void files(void **state)
{
    (void)state;
    char folder[] = "/tmp/nacre_config_XXXXXX", path[64], fifo[64];
    nacrei_config config;
    nacre_error err;
    assert_non_null(mkdtemp(folder));
    (void)snprintf(path, sizeof path, "%s/a.json", folder);
    (void)snprintf(fifo, sizeof fifo, "%s/fifo", folder);
    nacrei_config_init(&config);
    assert_int_equal(nacrei_config_load(&config, path, &err), NACRE_E_NOTFOUND);
    assert_non_null(strstr(err.message, path));
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_true(fputs("{\"threads\": 3}", out) >= 0);
    assert_int_equal(fclose(out), 0);
    assert_int_equal(nacrei_config_load(&config, path, &err), NACRE_OK);
    assert_int_equal(config.threads, 3);
    assert_int_equal(nacrei_config_load(&config, folder, &err), NACRE_E_IO);
    assert_int_equal(mkfifo(fifo, 0600), 0);
    assert_int_equal(nacrei_config_load(&config, fifo, &err), NACRE_E_IO);
    assert_int_equal(truncate(path, ((off_t)1 << 20) + 1), 0);
    assert_int_equal(nacrei_config_load(&config, path, &err), NACRE_E_LIMIT);
    assert_int_equal(unlink(path) | unlink(fifo) | rmdir(folder), 0);
}

static void example_is_the_defaults(void **state)
{
    (void)state;
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    nacrei_config_write_example(out);
    assert_int_equal(fclose(out), 0);
    nacrei_config config, expected;
    nacre_error err;
    nacrei_config_init(&expected);
    memcpy(&config, &expected, sizeof config);
    // Change every kind of value, so that the example has something to put right.
    config.threads = 5;
    config.vpin_window = 7;
    config.vpin_level = 0.5;
    memcpy(config.log_level, "warn", 5);
    if (nacrei_config_parse(&config, text, bytes, "example", &err))
        fail_msg("%s", err.message);
    assert_int_equal(config.threads, expected.threads);
    assert_int_equal(config.vpin_window, expected.vpin_window);
    assert_true(config.vpin_level == expected.vpin_level);
    assert_string_equal(config.log_level, expected.log_level);
    assert_non_null(strstr(text, "// Buckets that VPIN averages over (1 to 32767)"));
    free(text);
}

static void nearest_word(void **state)
{
    (void)state;
    const char *const words[] = {"import", "tape", "simulate", "vpin", "run", "bench", "config"};
    const size_t count = sizeof words / sizeof *words;
    assert_string_equal(nacrei_nearest("imprt", words, count), "import");
    assert_string_equal(nacrei_nearest("ipmort", words, count), "import");
    assert_string_equal(nacrei_nearest("vpim", words, count), "vpin");
    assert_string_equal(nacrei_nearest("rnu", words, count), "run");
    assert_string_equal(nacrei_nearest("simulation", words, count), "simulate");
    assert_null(nacrei_nearest("xyzzy", words, count));
    assert_null(nacrei_nearest("", words, count));
    assert_null(nacrei_nearest("run", words, 0));
    char word[200];
    memset(word, 'r', sizeof word);
    word[199] = '\0';
    assert_null(nacrei_nearest(word, words, count));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(both_spellings),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(syntax_errors_have_a_place),
        cmocka_unit_test(long_text_and_big_file),
        cmocka_unit_test(files),
        cmocka_unit_test(example_is_the_defaults),
        cmocka_unit_test(nearest_word),
    };
    return cmocka_run_group_tests_name("core_config", tests, NULL, NULL);
}
