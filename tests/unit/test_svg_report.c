// SPDX-License-Identifier: Apache-2.0
// What the report computes before it draws: ticks on the bucket axis, the place of an instant on
// it, and exact decimals of volumes. Compiled in, because it belongs to the program.
#include "cli/cli_text.c"
#include "cli/report_charts.c"
#include "cli/results_table.c"
#include "cli/svg_chart.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_near(a, b, error) assert_true(fabs((a) - (b)) <= (error))

// The charts ask the job for a measure's alarms; nothing here draws them.
const nacre_vpin_alarm *nacrei_run_alarms(const run_symbol *symbol, size_t measure, size_t *count)
{
    (void)symbol;
    (void)measure;
    *count = 0;
    return NULL;
}

static void test_exact_volume(void **state)
{
    (void)state;
    char text[RUN_EXACT_BYTES];
    nacrei_exact_volume(text, 0, 0, 0);
    assert_string_equal(text, "0");
    nacrei_exact_volume(text, 100, 0, 0);
    assert_string_equal(text, "100");
    nacrei_exact_volume(text, 3, 1u << 19, 0);
    assert_string_equal(text, "3.5");
    nacrei_exact_volume(text, 0, 1, 0); // 2^-20, from Python's fractions
    assert_string_equal(text, "0.00000095367431640625");
    nacrei_exact_volume(text, 123456789, 1, 8);
    assert_string_equal(text, "1.2345678900000095367431640625");
    nacrei_exact_volume(text, INT64_C(9007199254740993), (1u << 20) - 1, 8);
    assert_string_equal(text, "90071992.5474099399999904632568359375");
}

static void test_sell_is_the_rest(void **state)
{
    (void)state;
    int64_t lots;
    uint32_t frac;
    nacre_vpin_bucket bucket = {.volume = 10, .buy_lots = 3, .buy_frac = 1};
    sell_of(&bucket, &lots, &frac);
    assert_int_equal(lots, 6);
    assert_int_equal(frac, (1 << 20) - 1);
    bucket.buy_frac = 0;
    sell_of(&bucket, &lots, &frac);
    assert_int_equal(lots, 7);
    assert_int_equal(frac, 0);
}

static void test_position(void **state)
{
    (void)state;
    const nacre_vpin_bucket buckets[] = {{.start_ns = 0, .end_ns = 100},
                                         {.start_ns = 100, .end_ns = 200},
                                         {.start_ns = 1000, .end_ns = 1100}};
    assert_near(nacrei_report_position(buckets, 3, 100), 0, 1e-12);
    assert_near(nacrei_report_position(buckets, 3, 150), 0.5, 1e-12);
    assert_near(nacrei_report_position(buckets, 3, 500), 1, 1e-12); // in the night
    assert_near(nacrei_report_position(buckets, 3, 1050), 1.5, 1e-12);
    assert_near(nacrei_report_position(buckets, 3, 5000), 2, 1e-12);
}

static void test_ticks_name_days_and_times(void **state)
{
    (void)state;
    // Three sessions of 6.5 hours, one bucket each half hour, from 2013-10-08 09:30 on.
    int64_t local[39];
    for (size_t i = 0; i < 39; i++)
        local[i] = nacrei_days_from_civil(2013, 10, 8) * 86400 + (int64_t)(i / 13) * 86400 + 34200 +
                   (int64_t)(i % 13) * 1800;
    svg_tick ticks[SVG_TICKS_MAX];
    size_t count = nacrei_report_ticks(local, 39, 13, ticks);
    assert_in_range(count, 3, 13);
    size_t days = 0;
    for (size_t i = 0; i < count; i++) {
        days += ticks[i].strong;
        assert_true(i == 0 || ticks[i].at > ticks[i - 1].at);
    }
    assert_int_equal(days, 3);
    assert_string_equal(ticks[0].label, "8 Oct");
    assert_false(ticks[1].strong);
    assert_string_equal(ticks[1].label, "10:00");
    assert_near(ticks[1].at, 1, 1e-12);
    count = nacrei_report_ticks(local, 39, 3, ticks);
    assert_int_equal(count, 3);
    assert_string_equal(ticks[2].label, "10 Oct");
    assert_int_equal(nacrei_report_ticks(local, 0, 3, ticks), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_exact_volume),
        cmocka_unit_test(test_sell_is_the_rest),
        cmocka_unit_test(test_position),
        cmocka_unit_test(test_ticks_name_days_and_times),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
