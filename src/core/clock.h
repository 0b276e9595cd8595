// SPDX-License-Identifier: Apache-2.0
// One clock interface for live work and replays: code that asks for the time takes a nacrei_clock,
// so a test or a replay can hand it another. Durations come from the monotonic clock.
#ifndef NACREI_CORE_CLOCK_H
#define NACREI_CORE_CLOCK_H

#include "nacre/core.h"

typedef struct nacrei_clock {
    int64_t (*now_ns)(const struct nacrei_clock *clock); ///< UTC nanoseconds since 1970
    int64_t test_ns;                                     ///< the time of a test clock
} nacrei_clock;

/// The system's real-time clock.
extern const nacrei_clock nacrei_clock_live;
/// A clock that stands still until nacrei_clock_advance.
void nacrei_clock_init_test(nacrei_clock *clock, int64_t now_ns);
void nacrei_clock_advance(nacrei_clock *clock, int64_t by_ns);

static inline int64_t nacrei_clock_now(const nacrei_clock *clock)
{
    return clock->now_ns(clock);
}

/// Monotonic nanoseconds, for durations only.
int64_t nacrei_monotonic_ns(void);
/// CPU time of the calling thread in nanoseconds.
int64_t nacrei_thread_cpu_ns(void);

#endif
