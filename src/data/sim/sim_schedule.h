// SPDX-License-Identifier: Apache-2.0
// When which episode happens, and how the market behaves in each of its minutes.
#ifndef NACREI_DATA_SIM_SCHEDULE_H
#define NACREI_DATA_SIM_SCHEDULE_H

#include "core/context.h"
#include "core/status.h"
#include "nacre/data.h"

#define NACREI_SIM_MINUTE_NS INT64_C(60000000000)
#define NACREI_SIM_DAY_MINUTES INT64_C(1440)
/// No episode before this day: at 50 buckets a day the CDF is defined from day 12 on.
#define NACREI_SIM_QUIET_DAYS 12u
#define NACREI_SIM_SLOT_MINUTES UINT64_C(240) ///< least room for one episode of 1 to 3 hours
#define NACREI_SIM_CRASH_MINUTES 5
#define NACREI_SIM_RECOVERY_MINUTES 30

/// Streams of the seed.
enum { NACREI_SIM_STREAM_TRADES = 0, NACREI_SIM_STREAM_HOURS = 1, NACREI_SIM_STREAM_SCHEDULE = 2 };

/// How one minute differs from a quiet one.
typedef struct nacrei_sim_regime {
    int64_t rate_q16;  ///< multiple of the intensity
    int64_t extra_q16; ///< added intensity, in multiples of the day's mean
    int64_t noise_q16; ///< multiple of the volatility per minute without flow
    int64_t buy_q16;   ///< probability that a fresh aggressor buys
    int64_t drift_q32; ///< expected relative move per minute through the flow's permanent impact
} nacrei_sim_regime;

typedef struct nacrei_sim_schedule {
    size_t count;
    nacre_episode *episodes; ///< in time order
    uint32_t *draws;         ///< one word per episode: its direction and strength
} nacrei_sim_schedule;

/// Episodes of the four kinds in random order, one per equal slot of the time after the quiet days,
/// at a random place in it; the flash crash in the middle of the last day.
/// @error  NACRE_E_ARG they do not fit (the message says how many days are needed)
NACRE_MUST_CHECK nacre_status nacrei_sim_schedule_init(nacre_ctx *ctx,
                                                       const nacre_sim_options *options,
                                                       nacrei_sim_schedule *schedule,
                                                       nacre_error *err);
void nacrei_sim_schedule_fini(nacre_ctx *ctx, nacrei_sim_schedule *schedule);

/// The regime of the minute that begins at `minute_ns`. `cursor` starts at 0 and only moves on.
nacrei_sim_regime nacrei_sim_regime_at(const nacrei_sim_schedule *schedule, size_t *cursor,
                                       int64_t minute_ns);

#endif
