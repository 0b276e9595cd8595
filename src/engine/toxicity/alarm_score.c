// SPDX-License-Identifier: Apache-2.0
// Judging alarms against episodes whose times are known. The median delay is found by counting, in
// the square of the number of episodes, because that needs no memory and episodes are few.
#include "nacre/toxicity.h"

static bool is_judged(const nacre_episode *episode, nacre_episode_kind kind, int64_t judged_from_ns)
{
    return episode->kind == kind && episode->begin_ns >= judged_from_ns;
}

static bool begins_within(const nacre_vpin_alarm *alarm, const nacre_episode *episode,
                          int64_t grace_ns)
{
    return alarm->begin_ns >= episode->begin_ns && alarm->begin_ns - episode->end_ns <= grace_ns;
}

/// From the episode's begin to its first alarm; -1 when it has none.
static int64_t delay_of(const nacre_vpin_alarm *alarms, size_t alarm_count,
                        const nacre_episode *episode, int64_t grace_ns)
{
    int64_t first = -1;
    for (size_t i = 0; i < alarm_count; i++) {
        if (!begins_within(&alarms[i], episode, grace_ns))
            continue;
        int64_t delay = alarms[i].begin_ns - episode->begin_ns;
        if (first < 0 || delay < first)
            first = delay;
    }
    return first;
}

static bool is_false(const nacre_vpin_alarm *alarm, const nacre_episode *episodes,
                     size_t episode_count, int64_t grace_ns)
{
    for (size_t i = 0; i < episode_count; i++)
        if (episodes[i].kind == NACRE_EPISODE_INFORMED &&
            begins_within(alarm, &episodes[i], grace_ns))
            return false;
    return true;
}

void nacre_alarm_score_kind(const nacre_vpin_alarm *alarms, size_t alarm_count,
                            const nacre_episode *episodes, size_t episode_count,
                            nacre_episode_kind kind, int64_t judged_from_ns, int64_t grace_ns,
                            nacre_alarm_score *out)
{
    nacre_alarm_score score = {.alarms = alarm_count, .median_delay_ns = -1};
    for (size_t i = 0; i < episode_count; i++) {
        if (!is_judged(&episodes[i], kind, judged_from_ns))
            continue;
        score.episodes++;
        if (delay_of(alarms, alarm_count, &episodes[i], grace_ns) >= 0)
            score.detected++;
    }
    for (size_t i = 0; i < alarm_count; i++)
        score.false_alarms += is_false(&alarms[i], episodes, episode_count, grace_ns);

    // The lower median: the delay with fewer than half below it and at least half up to it.
    uint64_t half = (score.detected + 1) / 2;
    for (size_t i = 0; i < episode_count && score.detected; i++) {
        if (!is_judged(&episodes[i], kind, judged_from_ns))
            continue;
        int64_t delay = delay_of(alarms, alarm_count, &episodes[i], grace_ns);
        if (delay < 0)
            continue;
        uint64_t below = 0, up_to = 0;
        for (size_t j = 0; j < episode_count; j++) {
            int64_t other = is_judged(&episodes[j], kind, judged_from_ns)
                                ? delay_of(alarms, alarm_count, &episodes[j], grace_ns)
                                : -1;
            below += other >= 0 && other < delay;
            up_to += other >= 0 && other <= delay;
        }
        if (below < half && up_to >= half)
            score.median_delay_ns = delay;
    }
    *out = score;
}
