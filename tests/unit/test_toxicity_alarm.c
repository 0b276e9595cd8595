// SPDX-License-Identifier: Apache-2.0
// The causal CDF window against a naive count over the past, the order of its double keys, and the
// alarm's state machine on sequences worked out by hand.
#include "engine/alarm/alarm_state.h"
#include "engine/alarm/causal_cdf.h"
#include "kern/philox.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#define NO_VALUE ((double)NAN)

static void cdf_equals_naive_count(void **state)
{
    (void)state;
    enum { N = 700 };
    static const uint32_t capacities[] = {1, 2, 7, 64, 1000};
    for (size_t c = 0; c < sizeof capacities / sizeof capacities[0]; c++) {
        uint32_t capacity = capacities[c];
        size_t bytes = nacrei_cdf_bytes(capacity);
        assert_true(bytes >= sizeof(nacrei_cdf) + 16u * (size_t)capacity);
        nacrei_cdf *cdf = malloc(bytes);
        assert_non_null(cdf);
        nacrei_cdf_init(cdf, capacity);
        int64_t keys[N];
        const uint32_t min_count = 5;
        for (uint32_t i = 0; i < N; i++) {
            // Few distinct keys, so that ties are common.
            keys[i] = (int64_t)(nacrei_philox_block(3, c, i).word[0] % 23u) - 11;
            uint32_t held = i < capacity ? i : capacity;
            uint32_t not_above = 0;
            for (uint32_t j = i - held; j < i; j++)
                not_above += keys[j] <= keys[i];
            double share = nacrei_cdf_push(cdf, keys[i], min_count);
            if (held < min_count)
                assert_true(isnan(share));
            else
                assert_true(share == (double)not_above / (double)held);
            assert_int_equal(cdf->seen, i + 1);
        }
        free(cdf);
    }
}

static void cdf_needs_one_value(void **state)
{
    (void)state;
    int64_t memory[8];
    nacrei_cdf *cdf = (nacrei_cdf *)(void *)memory;
    assert_true(nacrei_cdf_bytes(2) <= sizeof memory);
    nacrei_cdf_init(cdf, 2);
    assert_true(isnan(nacrei_cdf_push(cdf, 4, 0)));
    assert_true(nacrei_cdf_push(cdf, 3, 0) == 0.0);
    assert_true(nacrei_cdf_push(cdf, 3, 0) == 0.5);
    assert_true(nacrei_cdf_push(cdf, 3, 0) == 1.0); // the 4 has left
}

static void keys_order_like_doubles(void **state)
{
    (void)state;
    static const double rising[] = {-(double)INFINITY, -1e300, -2.0, -1.0,  -0x1p-1074,      0.0,
                                    0x1p-1074,         1.0,    2.0,  1e300, (double)INFINITY};
    for (size_t i = 1; i < sizeof rising / sizeof rising[0]; i++)
        assert_true(nacrei_cdf_key(rising[i - 1]) < nacrei_cdf_key(rising[i]));
    assert_true(nacrei_cdf_key(-0.0) == nacrei_cdf_key(0.0));
}

typedef struct step {
    double value;
    nacrei_alarm_event expected;
} step;

static void run_steps(const step *steps, size_t count, uint32_t horizon)
{
    nacrei_alarm_state alarm = {0};
    for (size_t i = 0; i < count; i++) {
        nacrei_alarm_event event = nacrei_alarm_step(&alarm, steps[i].value, 0.9, 0.1, horizon);
        if (event != steps[i].expected)
            fail_msg("step %zu: event %d, expected %d", i, (int)event, (int)steps[i].expected);
    }
}

static void alarm_crossing_and_hysteresis(void **state)
{
    (void)state;
    const step steps[] = {
        {0.95, NACREI_ALARM_NONE}, // no value below before it: not a crossing
        {0.50, NACREI_ALARM_NONE},
        {0.90, NACREI_ALARM_BEGIN},
        {0.85, NACREI_ALARM_CONTINUE},
        {0.95, NACREI_ALARM_CONTINUE}, // back above: the same event
        {NO_VALUE, NACREI_ALARM_CONTINUE},
        {0.79, NACREI_ALARM_END},
        {NO_VALUE, NACREI_ALARM_NONE},
        {0.85, NACREI_ALARM_NONE},
        {0.91, NACREI_ALARM_BEGIN},
    };
    run_steps(steps, sizeof steps / sizeof steps[0], 100);
}

static void alarm_horizon(void **state)
{
    (void)state;
    const step steps[] = {
        {0.1, NACREI_ALARM_NONE},          {0.95, NACREI_ALARM_BEGIN},
        {0.95, NACREI_ALARM_CONTINUE},     {0.95, NACREI_ALARM_END}, // two steps were the horizon
        {0.95, NACREI_ALARM_NONE}, // still above: no fresh crossing
        {0.89, NACREI_ALARM_NONE},         {0.95, NACREI_ALARM_BEGIN},
        {NO_VALUE, NACREI_ALARM_CONTINUE}, {0.95, NACREI_ALARM_CONTINUE},
        {0.85, NACREI_ALARM_END},          {0.95, NACREI_ALARM_BEGIN},
    };
    run_steps(steps, sizeof steps / sizeof steps[0], 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cdf_equals_naive_count),  cmocka_unit_test(cdf_needs_one_value),
        cmocka_unit_test(keys_order_like_doubles), cmocka_unit_test(alarm_crossing_and_hysteresis),
        cmocka_unit_test(alarm_horizon),
    };
    return cmocka_run_group_tests_name("toxicity_alarm", tests, NULL, NULL);
}
