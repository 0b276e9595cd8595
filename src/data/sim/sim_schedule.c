// SPDX-License-Identifier: Apache-2.0
// The truth of a simulation: episode times and the regime inside each. Informed flow is one-sided,
// busier, and moves the price for good. The placebos each have one half of that look without the
// information: volatility without volume, volume without volatility, and nothing at all.
#include "data/sim/sim_schedule.h"

#include "core/alloc.h"
#include "core/timezone.h"
#include "kern/philox.h"

#define ONE_Q16 INT64_C(65536)
#define KINDS 4u
#define MIN_MINUTES 60u
#define MAX_MINUTES 180u
#define DAY_MINUTES ((uint64_t)NACREI_SIM_DAY_MINUTES)
#define GAP_MINUTES 30u
#define CRASH_FIRST_MINUTE 600u // 10:00 UTC
#define CRASH_START_MINUTES 360u

#define BURST_VOLUME_MINUTES 1100      // extra volume of a burst: 18 quiet hours, in 1 hour or in 3
#define INFORMED_BUY_LOW_Q16 49152     // 0.75
#define INFORMED_BUY_RANGE_Q16 6554    // up to 0.85
#define INFORMED_DRIFT_LOW_Q32 2150000 // 0.05 % a minute, about its quiet volatility
#define INFORMED_DRIFT_RANGE_Q32 430000 // up to 0.06 %
#define CRASH_DRIFT_Q32 (-51539608)     // 1.2 % a minute: 6 % in five
#define RECOVERY_DRIFT_Q32 4294967      // 0.1 % a minute

static const nacrei_sim_regime quiet = {ONE_Q16, 0, ONE_Q16, ONE_Q16 / 2, 0};

const char *nacre_episode_kind_name(nacre_episode_kind kind)
{
    switch (kind) {
    case NACRE_EPISODE_INFORMED:
        return "informed";
    case NACRE_EPISODE_VOLATILITY_BURST:
        return "volatility_burst";
    case NACRE_EPISODE_VOLUME_BURST:
        return "volume_burst";
    case NACRE_EPISODE_CALM:
        return "calm";
    case NACRE_EPISODE_FLASH_CRASH:
        return "flash_crash";
    }
    return "unknown";
}

static nacre_status check_fit(const nacre_sim_options *options, uint64_t total, nacre_error *err)
{
    uint64_t needed_minutes = total * NACREI_SIM_SLOT_MINUTES;
    uint64_t needed = NACREI_SIM_QUIET_DAYS + (options->flash_crash ? 1u : 0u) +
                      (needed_minutes + DAY_MINUTES - 1) / DAY_MINUTES;
    if (total == 0 || options->days >= needed)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ARG,
                       "simulation: %u episodes of each kind need at least %llu days (the first %u "
                       "are quiet), not %u: raise days or lower episodes_per_kind",
                       options->episodes_per_kind, (unsigned long long)needed,
                       NACREI_SIM_QUIET_DAYS, options->days);
}

/// Word `which` of the schedule's draws for item `index`.
static nacrei_philox draw(const nacre_sim_options *options, uint64_t index)
{
    return nacrei_philox_block(options->seed, NACREI_SIM_STREAM_SCHEDULE, index);
}

static void place_episodes(const nacre_sim_options *options, size_t total,
                           nacrei_sim_schedule *schedule)
{
    nacre_episode *episodes = schedule->episodes;
    for (size_t i = 0; i < total; i++)
        episodes[i].kind = (nacre_episode_kind)(i % KINDS);
    uint64_t open_days = options->days - NACREI_SIM_QUIET_DAYS - (options->flash_crash ? 1u : 0u);
    uint64_t open_minutes = open_days * DAY_MINUTES;
    for (size_t i = 0; i < total; i++) {
        nacrei_philox words = draw(options, i);
        // Fisher-Yates from the front; the bias of the remainder is below 2^-20.
        size_t other = i + words.word[0] % (total - i);
        nacre_episode_kind kind = episodes[other].kind;
        episodes[other].kind = episodes[i].kind;
        episodes[i].kind = kind;

        uint64_t slot_begin = open_minutes * i / total;
        uint64_t slot = open_minutes * (i + 1) / total - slot_begin;
        uint64_t minutes = MIN_MINUTES + words.word[1] % (MAX_MINUTES - MIN_MINUTES + 1);
        uint64_t begin = slot_begin + words.word[2] % (slot - minutes - GAP_MINUTES + 1);
        episodes[i].begin_ns = options->start_ns + NACREI_SIM_QUIET_DAYS * NACREI_NS_PER_DAY +
                               (int64_t)begin * NACREI_SIM_MINUTE_NS;
        episodes[i].end_ns = episodes[i].begin_ns + (int64_t)minutes * NACREI_SIM_MINUTE_NS;
        schedule->draws[i] = words.word[3];
    }
}

static void place_crash(const nacre_sim_options *options, size_t index,
                        nacrei_sim_schedule *schedule)
{
    nacrei_philox words = draw(options, index);
    nacre_episode *crash = &schedule->episodes[index];
    crash->kind = NACRE_EPISODE_FLASH_CRASH;
    crash->begin_ns =
        options->start_ns + (int64_t)(options->days - 1) * NACREI_NS_PER_DAY +
        (int64_t)(CRASH_FIRST_MINUTE + words.word[0] % CRASH_START_MINUTES) * NACREI_SIM_MINUTE_NS;
    crash->end_ns = crash->begin_ns + NACREI_SIM_CRASH_MINUTES * NACREI_SIM_MINUTE_NS;
}

nacre_status nacrei_sim_schedule_init(nacre_ctx *ctx, const nacre_sim_options *options,
                                      nacrei_sim_schedule *schedule, nacre_error *err)
{
    *schedule = (nacrei_sim_schedule){0};
    uint64_t total = (uint64_t)options->episodes_per_kind * KINDS;
    nacre_status status = check_fit(options, total, err);
    if (status)
        return status;
    size_t count = (size_t)total + (options->flash_crash ? 1u : 0u);
    status = nacrei_alloc(ctx, count, sizeof *schedule->episodes, "simulated episodes",
                          &schedule->episodes, err);
    if (!status) {
        schedule->count = count;
        status = nacrei_alloc(ctx, count, sizeof *schedule->draws, "simulated episodes",
                              &schedule->draws, err);
    }
    if (status) {
        nacrei_sim_schedule_fini(ctx, schedule);
        return status;
    }
    if (total)
        place_episodes(options, (size_t)total, schedule);
    if (options->flash_crash)
        place_crash(options, (size_t)total, schedule);
    return NACRE_OK;
}

void nacrei_sim_schedule_fini(nacre_ctx *ctx, nacrei_sim_schedule *schedule)
{
    nacrei_free(ctx, schedule->episodes, schedule->count, sizeof *schedule->episodes);
    nacrei_free(ctx, schedule->draws, schedule->count, sizeof *schedule->draws);
    *schedule = (nacrei_sim_schedule){0};
}

/// Informed traders and the volume placebo have the same amount to trade, however long they take,
/// so that neither can be told from the other by volume.
static int64_t burst_extra_q16(const nacre_episode *episode)
{
    int64_t minutes = (episode->end_ns - episode->begin_ns) / NACREI_SIM_MINUTE_NS;
    return BURST_VOLUME_MINUTES * ONE_Q16 / minutes;
}

static nacrei_sim_regime informed_regime(const nacre_episode *episode, uint32_t word)
{
    int64_t side_strength = word >> 16 & 0x7fff; // q15
    int64_t drift_strength = word & 0xffff;      // q16
    nacrei_sim_regime regime = quiet;
    regime.extra_q16 = burst_extra_q16(episode);
    regime.buy_q16 = INFORMED_BUY_LOW_Q16 + (INFORMED_BUY_RANGE_Q16 * side_strength >> 15);
    regime.drift_q32 = INFORMED_DRIFT_LOW_Q32 + (INFORMED_DRIFT_RANGE_Q32 * drift_strength >> 16);
    if (word >> 31) {
        regime.buy_q16 = ONE_Q16 - regime.buy_q16;
        regime.drift_q32 = -regime.drift_q32;
    }
    return regime;
}

static nacrei_sim_regime regime_inside(const nacrei_sim_schedule *schedule, size_t index)
{
    nacrei_sim_regime regime = quiet;
    switch (schedule->episodes[index].kind) {
    case NACRE_EPISODE_INFORMED:
        return informed_regime(&schedule->episodes[index], schedule->draws[index]);
    case NACRE_EPISODE_VOLATILITY_BURST:
        regime.noise_q16 = 4 * ONE_Q16;
        break;
    case NACRE_EPISODE_VOLUME_BURST:
        regime.extra_q16 = burst_extra_q16(&schedule->episodes[index]);
        break;
    case NACRE_EPISODE_CALM:
        break;
    case NACRE_EPISODE_FLASH_CRASH:
        regime = (nacrei_sim_regime){100 * ONE_Q16, 0, 2 * ONE_Q16, ONE_Q16 / 20, CRASH_DRIFT_Q32};
        break;
    }
    return regime;
}

nacrei_sim_regime nacrei_sim_regime_at(const nacrei_sim_schedule *schedule, size_t *cursor,
                                       int64_t minute_ns)
{
    while (*cursor < schedule->count && schedule->episodes[*cursor].end_ns <= minute_ns)
        (*cursor)++;
    if (*cursor < schedule->count && schedule->episodes[*cursor].begin_ns <= minute_ns)
        return regime_inside(schedule, *cursor);
    if (*cursor > 0) {
        const nacre_episode *last = &schedule->episodes[*cursor - 1];
        if (last->kind == NACRE_EPISODE_FLASH_CRASH &&
            minute_ns < last->end_ns + NACREI_SIM_RECOVERY_MINUTES * NACREI_SIM_MINUTE_NS)
            return (nacrei_sim_regime){8 * ONE_Q16, 0, 2 * ONE_Q16, ONE_Q16 * 3 / 5,
                                       RECOVERY_DRIFT_Q32};
    }
    return quiet;
}
