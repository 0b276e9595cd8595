// SPDX-License-Identifier: Apache-2.0
// The live clock is the system's, the test clock stands still, durations do not run backwards.
#include "core/clock.h"

#include <time.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static void live_clock_is_the_systems(void **state)
{
    (void)state;
    struct timespec before, after;
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &before), 0);
    int64_t now = nacrei_clock_now(&nacrei_clock_live);
    assert_int_equal(clock_gettime(CLOCK_REALTIME, &after), 0);
    // A day of slack: the system's clock may be set between the calls.
    int64_t day = INT64_C(86400000000000);
    assert_true(now >= before.tv_sec * INT64_C(1000000000) + before.tv_nsec - day);
    assert_true(now <= after.tv_sec * INT64_C(1000000000) + after.tv_nsec + day);
}

static void test_clock_stands_still(void **state)
{
    (void)state;
    nacrei_clock clock;
    nacrei_clock_init_test(&clock, 1000);
    assert_int_equal(nacrei_clock_now(&clock), 1000);
    assert_int_equal(nacrei_clock_now(&clock), 1000);
    nacrei_clock_advance(&clock, 234);
    assert_int_equal(nacrei_clock_now(&clock), 1234);
}

static void durations_move_forward(void **state)
{
    (void)state;
    int64_t wall = nacrei_monotonic_ns(), cpu = nacrei_thread_cpu_ns();
    assert_true(wall > 0);
    assert_true(cpu > 0);
    int64_t last = wall;
    // Work, not sleep: the thread's CPU time must move for both to pass.
    while (nacrei_thread_cpu_ns() - cpu < 1000000) {
        int64_t now = nacrei_monotonic_ns();
        assert_true(now >= last);
        last = now;
    }
    assert_true(nacrei_monotonic_ns() - wall >= 900000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(live_clock_is_the_systems),
        cmocka_unit_test(test_clock_stands_still),
        cmocka_unit_test(durations_move_forward),
    };
    return cmocka_run_group_tests_name("core_clock", tests, NULL, NULL);
}
