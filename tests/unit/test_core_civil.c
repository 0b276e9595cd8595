// SPDX-License-Identifier: Apache-2.0
// The integer calendar against one that is counted day by day from 0001-01-01 to 9999-12-31.
#include "core/timezone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void every_day(void **state)
{
    (void)state;
    static const uint32_t lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    int64_t days = -719162; // 0001-01-01: 719162 days before 1970 (1969 * 365 + 477 leap days)
    for (int32_t year = 1; year <= 9999; year++)
        for (uint32_t month = 1; month <= 12; month++) {
            bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
            uint32_t length = lengths[month - 1] + (month == 2 && leap);
            for (uint32_t day = 1; day <= length; day++, days++) {
                int32_t y;
                uint32_t m, d;
                nacrei_civil_from_days(days, &y, &m, &d);
                if (y != year || m != month || d != day ||
                    nacrei_days_from_civil(year, month, day) != days)
                    fail_msg("day %lld is not %d-%u-%u", (long long)days, year, month, day);
            }
        }
    assert_int_equal(days, 2932897); // 10000-01-01
    assert_int_equal(nacrei_days_from_civil(1970, 1, 1), 0);
}

static void compact_dates(void **state)
{
    (void)state;
    int64_t days = -1;
    assert_true(nacrei_days_from_yyyymmdd(20131007, &days));
    assert_int_equal(days, 15985); // date -u -d 2013-10-07 +%s is 1381104000
    assert_int_equal(nacrei_yyyymmdd_from_days(15985), 20131007);
    assert_int_equal(nacrei_yyyymmdd_from_days(-1), 19691231);
    assert_true(nacrei_days_from_yyyymmdd(20240229, &days));
    const int32_t wrong[] = {0,        -20131007, 20130229, 19000229, 20131301, 20130001,
                             20130100, 20130132,  20130431, 10100,    99991232, INT32_MAX};
    days = 42;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
        assert_false(nacrei_days_from_yyyymmdd(wrong[i], &days));
    assert_int_equal(days, 42);
}

static void utc_text(void **state)
{
    (void)state;
    char text[31];
    nacrei_format_utc(text, INT64_C(1381152600123456789));
    assert_string_equal(text, "2013-10-07T13:30:00.123456789Z");
    nacrei_format_utc(text, 0);
    assert_string_equal(text, "1970-01-01T00:00:00.000000000Z");
    nacrei_format_utc(text, -1);
    assert_string_equal(text, "1969-12-31T23:59:59.999999999Z");
    nacrei_format_utc(text, INT64_MAX);
    assert_string_equal(text, "2262-04-11T23:47:16.854775807Z");
    nacrei_format_utc(text, INT64_MIN);
    assert_string_equal(text, "1677-09-21T00:12:43.145224192Z");
}

static void floor_division(void **state)
{
    (void)state;
    assert_int_equal(nacrei_floor_div(7, 2), 3);
    assert_int_equal(nacrei_floor_div(-7, 2), -4);
    assert_int_equal(nacrei_floor_div(-8, 2), -4);
    assert_int_equal(nacrei_floor_div(-1, NACREI_NS_PER_DAY), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day),
        cmocka_unit_test(compact_dates),
        cmocka_unit_test(utc_text),
        cmocka_unit_test(floor_division),
    };
    return cmocka_run_group_tests_name("core_civil", tests, NULL, NULL);
}
