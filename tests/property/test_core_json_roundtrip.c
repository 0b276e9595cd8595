// SPDX-License-Identifier: Apache-2.0
// What the JSON writer writes, yyjson (an independent reader) reads back equal: random doubles of
// all magnitudes to the bit, and random byte strings as valid JSON of the same text where it was
// UTF-8.
#include "core/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static uint64_t random_state;

// SplitMix64, so that the cases are the same everywhere.
static uint64_t next_random(void)
{
    uint64_t z = (random_state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

static void doubles_read_back(void **state)
{
    (void)state;
    enum { COUNT = 100000 };
    char *text;
    size_t bytes;
    FILE *out = open_memstream(&text, &bytes);
    double *values = malloc(COUNT * sizeof *values);
    nacrei_json json;
    assert_non_null(out);
    assert_non_null(values);
    random_state = 1;
    nacrei_json_init(&json, out, false);
    nacrei_json_array_begin(&json);
    for (size_t i = 0; i < COUNT; i++) {
        uint64_t bits = next_random();
        if (i % 3 == 0) // decimals with few digits, as prices are
            values[i] = (double)(int64_t)(bits % 2000000) / 100 - 5000;
        else if (i % 3 == 1 || (bits >> 52 & 0x7FF) == 0x7FF)
            values[i] = (double)(int64_t)bits * 0x1p-40;
        else
            memcpy(&values[i], &bits, sizeof bits);
        nacrei_json_double(&json, values[i]);
    }
    nacrei_json_array_end(&json);
    assert_int_equal(nacrei_json_end(&json, "test", NULL), NACRE_OK);
    (void)fclose(out);
    yyjson_doc *document = yyjson_read(text, bytes, 0);
    assert_non_null(document);
    yyjson_val *list = yyjson_doc_get_root(document), *item;
    size_t i, count;
    assert_int_equal(yyjson_arr_size(list), COUNT);
    yyjson_arr_foreach(list, i, count, item)
    {
        double back = yyjson_get_num(item);
        if (back != values[i] || (values[i] != 0 && signbit(back) != signbit(values[i])))
            fail_msg("%a came back as %a", values[i], back);
    }
    yyjson_doc_free(document);
    free(values);
    free(text);
}

static void strings_read_back(void **state)
{
    (void)state;
    random_state = 2;
    for (int round = 0; round < 20000; round++) {
        char in[24];
        size_t length = next_random() % sizeof in;
        uint64_t kind = next_random() % 2;
        for (size_t i = 0; i < length; i++) {
            char byte = (char)(next_random() >> 20);
            in[i] = kind ? byte : (char)(byte & 0x7F);
            if (in[i] == 0)
                in[i] = 'x';
        }
        in[length < sizeof in ? length : sizeof in - 1] = '\0';
        char *text;
        size_t bytes;
        FILE *out = open_memstream(&text, &bytes);
        nacrei_json json;
        assert_non_null(out);
        nacrei_json_init(&json, out, false);
        nacrei_json_string(&json, in);
        assert_int_equal(nacrei_json_end(&json, "test", NULL), NACRE_OK);
        (void)fclose(out);
        // yyjson refuses invalid UTF-8, so that reading at all proves the repair.
        yyjson_doc *document = yyjson_read(text, bytes, 0);
        assert_non_null(document);
        if (!strstr(text, "\xEF\xBF\xBD"))
            assert_string_equal(yyjson_get_str(yyjson_doc_get_root(document)), in);
        yyjson_doc_free(document);
        free(text);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(doubles_read_back),
        cmocka_unit_test(strings_read_back),
    };
    return cmocka_run_group_tests_name("core_json_roundtrip", tests, NULL, NULL);
}
