// SPDX-License-Identifier: Apache-2.0
// The live clock, the test clock, and the two clocks for durations.
#include "core/clock.h"

#include <time.h>

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    if (clock_gettime(id, &now))
        return 0; // these clocks exist on every system that the build accepts
    return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static int64_t live_now(const nacrei_clock *clock)
{
    (void)clock;
    return read_ns(CLOCK_REALTIME);
}

static int64_t test_now(const nacrei_clock *clock)
{
    return clock->test_ns;
}

const nacrei_clock nacrei_clock_live = {.now_ns = live_now};

void nacrei_clock_init_test(nacrei_clock *clock, int64_t now_ns)
{
    *clock = (nacrei_clock){.now_ns = test_now, .test_ns = now_ns};
}

void nacrei_clock_advance(nacrei_clock *clock, int64_t by_ns)
{
    clock->test_ns += by_ns;
}

int64_t nacrei_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

int64_t nacrei_thread_cpu_ns(void)
{
    return read_ns(CLOCK_THREAD_CPUTIME_ID);
}
