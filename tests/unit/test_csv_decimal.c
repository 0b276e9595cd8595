// SPDX-License-Identifier: Apache-2.0
// The decimal parsers: typed-in values, the limits of 63 bits, rounding, refusals, and the fast way
// against the exact one on many random texts.
// clang-format off
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
// clang-format on

#include "data/reader/decimal.h"

#include <stdio.h>
#include <string.h>

typedef struct decimal_case {
    const char *text;
    unsigned scale;
    nacrei_decimal_result result;
    int64_t value;
} decimal_case;

static const decimal_case cases[] = {
    {"0", 9, NACREI_DECIMAL_OK, 0},
    {"1", 9, NACREI_DECIMAL_OK, 1000000000},
    {"50004.8", 9, NACREI_DECIMAL_OK, 50004800000000},
    {"51237.63000000", 9, NACREI_DECIMAL_OK, 51237630000000},
    {"0.00004120", 8, NACREI_DECIMAL_OK, 4120},
    {"1e-05", 8, NACREI_DECIMAL_OK, 1000},
    {"1.25E+3", 2, NACREI_DECIMAL_OK, 125000},
    {"4.2e-9", 9, NACREI_DECIMAL_EXCESS, 0},
    {"4e-9", 9, NACREI_DECIMAL_OK, 4},
    {"00012.50", 1, NACREI_DECIMAL_OK, 125},
    {".5", 1, NACREI_DECIMAL_OK, 5},
    {"5.", 1, NACREI_DECIMAL_OK, 50},
    {"1.000000000000000000000000", 0, NACREI_DECIMAL_OK, 1},
    {"9223372036854775807", 0, NACREI_DECIMAL_OK, INT64_MAX},
    {"9223372036854775808", 0, NACREI_DECIMAL_OVERFLOW, 0},
    {"9223372036.854775807", 9, NACREI_DECIMAL_OK, INT64_MAX},
    {"9223372036.854775808", 9, NACREI_DECIMAL_OVERFLOW, 0},
    {"18446744073709551616", 0, NACREI_DECIMAL_OVERFLOW, 0},
    {"1e400", 0, NACREI_DECIMAL_OVERFLOW, 0},
    {"0e400", 0, NACREI_DECIMAL_OK, 0},
    {"1e-400", 9, NACREI_DECIMAL_EXCESS, 0},
    {"1e99999999999999999999", 0, NACREI_DECIMAL_OVERFLOW, 0},
    {"0.001", 2, NACREI_DECIMAL_EXCESS, 0},
    {"", 9, NACREI_DECIMAL_EMPTY, 0},
    {"-1.5", 9, NACREI_DECIMAL_NEGATIVE, 0},
    {"+1", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"0x10", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"1,5", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"1 ", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"1.2.3", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {".", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"e5", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"1e", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"1e-", 9, NACREI_DECIMAL_NOT_A_NUMBER, 0},
    {"NaN", 9, NACREI_DECIMAL_NONFINITE, 0},
    {"inf", 9, NACREI_DECIMAL_NONFINITE, 0},
    {"-Infinity", 9, NACREI_DECIMAL_NONFINITE, 0},
};

static void test_cases(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int64_t value = -1;
        bool rounded = false;
        nacrei_decimal_result result = nacrei_decimal_parse(
            cases[i].text, strlen(cases[i].text), cases[i].scale, false, &value, &rounded);
        if (result != cases[i].result || (result == NACREI_DECIMAL_OK && value != cases[i].value))
            fail_msg("'%s' at scale %u: result %d value %lld", cases[i].text, cases[i].scale,
                     (int)result, (long long)value);
        assert_false(rounded);
    }
}

static void test_rounding(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        unsigned scale;
        int64_t value;
        bool rounded;
    } rounding[] = {
        {"0.5", 0, 0, true},          {"1.5", 0, 2, true},     {"2.5", 0, 2, true},
        {"2.50001", 0, 3, true},      {"2.4999", 0, 2, true},  {"0.125", 2, 12, true},
        {"0.135", 2, 14, true},       {"0.999", 2, 100, true}, {"0.120", 2, 12, false},
        {"5e-3", 2, 0, true},         {"15e-3", 2, 2, true},   {"1e-30", 2, 0, true},
        {"0.0050000001", 2, 1, true},
    };
    for (size_t i = 0; i < sizeof rounding / sizeof rounding[0]; i++) {
        int64_t value = -1;
        bool rounded = false;
        assert_int_equal(nacrei_decimal_parse(rounding[i].text, strlen(rounding[i].text),
                                              rounding[i].scale, true, &value, &rounded),
                         NACREI_DECIMAL_OK);
        if (value != rounding[i].value || rounded != rounding[i].rounded)
            fail_msg("'%s': %lld %d", rounding[i].text, (long long)value, rounded);
    }
    int64_t value;
    bool rounded = false;
    assert_int_equal(nacrei_decimal_parse("9223372036854775807.5", 21, 0, true, &value, &rounded),
                     NACREI_DECIMAL_OVERFLOW);
}

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/// The fast way may give up, but what it takes is what the exact way gives, to the last byte.
static void test_fast_equals_exact(void **state)
{
    (void)state;
    uint64_t seed = 20240808;
    unsigned taken = 0;
    for (int round = 0; round < 400000; round++) {
        char text[96] = "";
        size_t used = 0;
        unsigned whole = (unsigned)(next_random(&seed) % 22);
        unsigned fraction = (unsigned)(next_random(&seed) % 14);
        for (unsigned i = 0; i < whole; i++)
            text[used++] = (char)('0' + next_random(&seed) % 10);
        if (fraction > 1)
            text[used++] = '.';
        for (unsigned i = 2; i < fraction; i++)
            text[used++] = (char)('0' + next_random(&seed) % 10);
        text[used] = ",\n;x"[next_random(&seed) % 4];
        unsigned scale = (unsigned)(next_random(&seed) % 10);
        int64_t fast = -1, exact = -2;
        const char *end = nacrei_decimal_fast(text, scale, &fast);
        if (!end)
            continue;
        taken++;
        bool rounded = false;
        assert_ptr_equal(end, text + used);
        assert_int_equal(nacrei_decimal_parse(text, used, scale, false, &exact, &rounded),
                         NACREI_DECIMAL_OK);
        if (fast != exact)
            fail_msg("'%s' at scale %u: %lld, exact %lld", text, scale, (long long)fast,
                     (long long)exact);
    }
    assert_true(taken > 50000); // else the fast way is not worth its name
}

static void test_digits(void **state)
{
    (void)state;
    uint64_t value;
    unsigned digits;
    char text[32] = "12345678901234567890";
    assert_int_equal(nacrei_digits8("1234567,", &value), 7);
    assert_int_equal(value, 1234567);
    assert_int_equal(nacrei_digits8("/:;<=>?@", &value), 0);
    assert_int_equal(nacrei_digits8("99999999", &value), 8);
    assert_int_equal(value, 99999999);
    assert_int_equal(nacrei_digits8("1\xff\xff\xff\xff\xff\xff\xff", &value), 1);
    assert_int_equal(value, 1);
    assert_ptr_equal(nacrei_scan_digits(text, &value, &digits), text + 20);
    assert_int_equal(digits, 0);
    assert_ptr_equal(nacrei_scan_digits(text + 1, &value, &digits), text + 20);
    assert_int_equal(digits, 19);
    assert_int_equal(value, UINT64_C(2345678901234567890));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_cases),
        cmocka_unit_test(test_rounding),
        cmocka_unit_test(test_digits),
        cmocka_unit_test(test_fast_equals_exact),
    };
    return cmocka_run_group_tests_name("csv_decimal", tests, NULL, NULL);
}
