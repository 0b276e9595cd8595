// SPDX-License-Identifier: Apache-2.0
// The JSON writer's exact bytes, its text escapes, numbers, misuse, and a disk that is full.
#include "core/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static char *text;
static size_t text_bytes;
static FILE *out;

static void begin_text(nacrei_json *json, bool pretty)
{
    out = open_memstream(&text, &text_bytes);
    assert_non_null(out);
    nacrei_json_init(json, out, pretty);
}

static void expect_text(nacrei_json *json, const char *expected)
{
    assert_int_equal(nacrei_json_end(json, "test", NULL), NACRE_OK);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, expected);
    free(text);
}

static void write_sample(nacrei_json *json)
{
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "name", "SPY");
    nacrei_json_put_double(json, "vpin", 0.25);
    nacrei_json_put_uint(json, "rows", UINT64_MAX);
    nacrei_json_put_int64(json, "ts", INT64_MIN);
    nacrei_json_put_bool(json, "yes", true);
    nacrei_json_key(json, "list");
    nacrei_json_array_begin(json);
    nacrei_json_double(json, 1);
    nacrei_json_null(json);
    nacrei_json_array_begin(json);
    nacrei_json_array_end(json);
    nacrei_json_bool(json, false);
    nacrei_json_array_end(json);
    nacrei_json_object_end(json);
}

static void compact_and_pretty(void **state)
{
    (void)state;
    nacrei_json json;
    begin_text(&json, false);
    write_sample(&json);
    expect_text(&json, "{\"name\":\"SPY\",\"vpin\":0.25,\"rows\":18446744073709551615,"
                       "\"ts\":\"-9223372036854775808\",\"yes\":true,"
                       "\"list\":[1,null,[],false]}\n");
    begin_text(&json, true);
    write_sample(&json);
    expect_text(&json, "{\n  \"name\": \"SPY\",\n  \"vpin\": 0.25,\n"
                       "  \"rows\": 18446744073709551615,\n"
                       "  \"ts\": \"-9223372036854775808\",\n  \"yes\": true,\n"
                       "  \"list\": [\n    1,\n    null,\n    [],\n    false\n  ]\n}\n");
}

static void escapes(void **state)
{
    (void)state;
    const struct {
        const char *in, *out;
    } cases[] = {
        {"", "\"\"\n"},
        {NULL, "null\n"},
        {"a\"b\\c/", "\"a\\\"b\\\\c/\"\n"},
        {"\n\t\r\x01\x1f\x7f", "\"\\n\\t\\u000d\\u0001\\u001f\x7f\"\n"},
        {"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x9A", "\"\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x90\x9A\"\n"},
        {"\x80", "\"\xEF\xBF\xBD\"\n"},                                   // lone continuation
        {"\xC0\xAF", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},                   // overlong
        {"\xE2\x82", "\"\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},                   // cut off
        {"\xED\xA0\x80x", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBDx\"\n"}, // surrogate
        {"\xF4\x90\x80\x80", "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nacrei_json json;
        begin_text(&json, false);
        nacrei_json_string(&json, cases[i].in);
        expect_text(&json, cases[i].out);
    }
}

static void doubles(void **state)
{
    (void)state;
    const struct {
        double value;
        const char *text;
    } cases[] = {
        {0, "0\n"},
        {-0.0, "-0\n"},
        {0.1, "0.1\n"},
        {1.0 / 3, "0.3333333333333333\n"},
        {0.1 + 0.2, "0.30000000000000004\n"},
        {1e22, "1e+22\n"},
        {123456789012345.0, "123456789012345\n"},
        {5e-324, "5e-324\n"},
        {1.7976931348623157e308, "1.7976931348623157e+308\n"},
        {(double)NAN, "null\n"},
        {(double)INFINITY, "null\n"},
        {-(double)INFINITY, "null\n"},
        {9007199254740993.0, "9007199254740992\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        nacrei_json json;
        begin_text(&json, false);
        nacrei_json_double(&json, cases[i].value);
        expect_text(&json, cases[i].text);
    }
    char small[4];
    assert_int_equal(nacrei_format_double(small, sizeof small, 0.125), 0);
    assert_int_equal(nacrei_format_double(small, sizeof small, 0.5), 3);
    assert_string_equal(small, "0.5");
}

static nacre_status end_misused(void (*misuse)(nacrei_json *json))
{
    nacrei_json json;
    begin_text(&json, false);
    misuse(&json);
    nacre_status status = nacrei_json_end(&json, "test", NULL);
    assert_int_equal(fclose(out), 0);
    free(text);
    return status;
}

static void left_open(nacrei_json *json)
{
    nacrei_json_object_begin(json);
}

static void closed_twice(nacrei_json *json)
{
    nacrei_json_array_begin(json);
    nacrei_json_array_end(json);
    nacrei_json_array_end(json);
}

static void key_without_value(nacrei_json *json)
{
    nacrei_json_object_begin(json);
    nacrei_json_key(json, "k");
    nacrei_json_object_end(json);
}

static void too_deep(nacrei_json *json)
{
    for (int i = 0; i <= NACREI_JSON_DEPTH; i++)
        nacrei_json_array_begin(json);
    for (int i = 0; i <= NACREI_JSON_DEPTH; i++)
        nacrei_json_array_end(json);
}

static void misuse_is_reported(void **state)
{
    (void)state;
    assert_int_equal(end_misused(left_open), NACRE_E_STATE);
    assert_int_equal(end_misused(closed_twice), NACRE_E_STATE);
    assert_int_equal(end_misused(key_without_value), NACRE_E_STATE);
    assert_int_equal(end_misused(too_deep), NACRE_E_STATE);
}

static void full_disk_is_reported(void **state)
{
    (void)state;
    FILE *full = fopen("/dev/full", "w");
    if (!full) {
        printf("SKIP full_disk_is_reported: no /dev/full here\n");
        return;
    }
    nacrei_json json;
    nacre_error err;
    nacrei_json_init(&json, full, false);
    nacrei_json_string(&json, "x");
    assert_int_equal(nacrei_json_end(&json, "results.json", &err), NACRE_E_IO);
    assert_non_null(strstr(err.message, "results.json"));
    (void)fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(compact_and_pretty),
        cmocka_unit_test(escapes),
        cmocka_unit_test(doubles),
        cmocka_unit_test(misuse_is_reported),
        cmocka_unit_test(full_disk_is_reported),
    };
    return cmocka_run_group_tests_name("core_json", tests, NULL, NULL);
}
