// SPDX-License-Identifier: Apache-2.0
// Quantiles of the histogram against the sorted values themselves: off by at most 1/256 (half a
// bucket) for values of every magnitude; and a histogram merged from parts is the whole one's
// equal.
#include "core/histogram.h"

#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
enum { COUNT = 20011, PARTS = 4 };

static nacrei_histogram whole, merged, parts[PARTS];
static int64_t values[COUNT];

static int by_value(const void *left, const void *right)
{
    int64_t x = *(const int64_t *)left, y = *(const int64_t *)right;
    return (x > y) - (x < y);
}

static void check_quantiles(void)
{
    qsort(values, COUNT, sizeof *values, by_value);
    // Ranks as integers, so that the expected value needs no rounding rule.
    for (size_t rank = 1; rank <= COUNT; rank += 7) {
        int64_t exact = values[rank - 1];
        int64_t got = nacrei_histogram_quantile(&whole, (double)rank / COUNT);
        if (llabs(got - exact) * 256 > exact)
            fail_msg("rank %zu: %lld, exactly %lld", rank, (long long)got, (long long)exact);
    }
    assert_int_equal(nacrei_histogram_quantile(&whole, 1) > values[COUNT - 1], 0);
}

static void quantiles_of_all_magnitudes(void **state)
{
    (void)state;
    uint64_t random = 88172645463325252u;
    for (unsigned bits = 1; bits <= NACREI_HISTOGRAM_TOP_BIT; bits++) {
        nacrei_histogram_init(&whole);
        nacrei_histogram_init(&merged);
        for (int p = 0; p < PARTS; p++)
            nacrei_histogram_init(&parts[p]);
        for (size_t i = 0; i < COUNT; i++) {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            // A width of 1 to `bits` bits each: durations with a long tail.
            values[i] = (int64_t)(random >> 8 & ((UINT64_C(1) << (1 + random % bits)) - 1));
            nacrei_histogram_record(&whole, values[i]);
            nacrei_histogram_record(&parts[i % PARTS], values[i]);
        }
        for (int p = 0; p < PARTS; p++)
            nacrei_histogram_merge(&merged, &parts[p]);
        assert_int_equal(merged.count, whole.count);
        assert_int_equal(merged.min, whole.min);
        assert_int_equal(merged.max, whole.max);
        assert_memory_equal(merged.buckets, whole.buckets, sizeof whole.buckets);
        check_quantiles();
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(quantiles_of_all_magnitudes)};
    return cmocka_run_group_tests_name("core_histogram_sorted", tests, NULL, NULL);
}
