// SPDX-License-Identifier: Apache-2.0
// The histogram's buckets (they tile the range without gaps and are narrow enough), clamping,
// merging and the edges of quantiles.
#include "core/histogram.h"

#include <math.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static nacrei_histogram a, b;

static void buckets_tile_the_range(void **state)
{
    (void)state;
    int64_t expected_low = 0;
    for (size_t i = 0; i < NACREI_HISTOGRAM_BUCKETS; i++) {
        int64_t low, high;
        nacrei_histogram_bounds(i, &low, &high);
        assert_int_equal(low, expected_low);
        assert_true(high > low);
        assert_int_equal(nacrei_histogram_bucket(low), i);
        assert_int_equal(nacrei_histogram_bucket(high - 1), i);
        // The width is at most 1/128 of the value.
        assert_true(high - low == 1 || (high - low) * NACREI_HISTOGRAM_PARTS <= low);
        expected_low = high;
    }
    assert_int_equal(expected_low, INT64_C(1) << NACREI_HISTOGRAM_TOP_BIT);
}

static void empty(void **state)
{
    (void)state;
    nacrei_histogram_init(&a);
    assert_int_equal(nacrei_histogram_quantile(&a, 0.5), -1);
    assert_true(isnan(nacrei_histogram_mean(&a)));
}

static void small_values_are_exact(void **state)
{
    (void)state;
    nacrei_histogram_init(&a);
    for (int64_t i = 1; i <= 100; i++)
        nacrei_histogram_record(&a, i);
    assert_int_equal(a.count, 100);
    assert_int_equal(a.min, 1);
    assert_int_equal(a.max, 100);
    assert_true(nacrei_histogram_mean(&a) == 50.5);
    for (int64_t percent = 1; percent <= 100; percent++)
        assert_int_equal(nacrei_histogram_quantile(&a, (double)percent / 100), percent);
    assert_int_equal(nacrei_histogram_quantile(&a, 0), 1);
    assert_int_equal(nacrei_histogram_quantile(&a, -1), 1);
    assert_int_equal(nacrei_histogram_quantile(&a, (double)NAN), 1);
    assert_int_equal(nacrei_histogram_quantile(&a, 2), 100);
}

static void clamped_values_are_counted(void **state)
{
    (void)state;
    nacrei_histogram_init(&a);
    nacrei_histogram_record(&a, -5);
    nacrei_histogram_record(&a, INT64_MAX);
    nacrei_histogram_record(&a, 1000);
    assert_int_equal(a.clamped, 2);
    assert_int_equal(a.min, 0);
    assert_int_equal(a.max, (INT64_C(1) << NACREI_HISTOGRAM_TOP_BIT) - 1);
    assert_int_equal(nacrei_histogram_quantile(&a, 1), a.max);
}

static void merging(void **state)
{
    (void)state;
    nacrei_histogram_init(&a);
    nacrei_histogram_init(&b);
    nacrei_histogram_record(&b, 3000000);
    nacrei_histogram_merge(&a, &b); // into an empty one
    assert_int_equal(a.min, 3000000);
    assert_int_equal(a.count, 1);
    nacrei_histogram_record(&b, 7);
    nacrei_histogram_record(&b, -1);
    nacrei_histogram_merge(&a, &b);
    assert_int_equal(a.count, 4);
    assert_int_equal(a.clamped, 1);
    assert_int_equal(a.min, 0);
    assert_int_equal(a.max, 3000000);
    assert_true(a.sum == 6000007);
    assert_int_equal(nacrei_histogram_quantile(&a, 0.5), 7);
    nacrei_histogram_init(&b);
    nacrei_histogram_merge(&a, &b); // from an empty one
    assert_int_equal(a.min, 0);
    assert_int_equal(a.count, 4);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(buckets_tile_the_range),
        cmocka_unit_test(empty),
        cmocka_unit_test(small_values_are_exact),
        cmocka_unit_test(clamped_values_are_counted),
        cmocka_unit_test(merging),
    };
    return cmocka_run_group_tests_name("core_histogram", tests, NULL, NULL);
}
