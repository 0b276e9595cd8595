// SPDX-License-Identifier: Apache-2.0
// Judging alarms against known episodes, and the alarms that any toxicity measure must beat:
// realised volatility alone and volume alone, on the same clock and at the same CDF threshold.
#ifndef NACRE_TOXICITY_H
#define NACRE_TOXICITY_H

#include "nacre/vpin.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_baseline {
    NACRE_BASELINE_VOLATILITY = 0, ///< realised volatility of the last `bars` one-minute bars
    NACRE_BASELINE_VOLUME = 1,     ///< volume of the last `bars` one-minute bars
} nacre_baseline;

/// One value per VPIN bucket close, its CDF among the previous `cdf_window` values, and the alarms.
typedef struct nacre_baseline_result {
    size_t count;        ///< = number of buckets
    const double *value; ///< volatility: price units per sqrt(bar); volume: size units
    const double *cdf;   ///< NaN before `cdf_min` values
    size_t alarm_count;
    const nacre_vpin_alarm *alarms;
} nacre_baseline_result;

/// Computes the baseline on the bucket clock of `vpin`, causally, with the same W, minimum,
/// threshold, hysteresis and horizon. A bucket sees the last `bars` minutes with trades that are
/// over at its close; before there are so many, value and CDF are NaN. An alarm's peak_vpin holds
/// the peak of the value.
/// @param trades    the ones that `vpin` was computed from
/// @param calendar  as for `vpin`; NULL = UTC days
/// @param bars      trailing one-minute bars, 1 to 100,000, e.g. 60
/// @error  NACRE_E_ARG; NACRE_E_ORDER or NACRE_E_RANGE name the row
/// @own    freed by nacre_baseline_destroy
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_baseline_alarms(nacre_ctx *ctx, const nacre_trades *trades, const nacre_calendar *calendar,
                      const nacre_vpin_result *vpin, nacre_baseline baseline, uint32_t bars,
                      nacre_baseline_result **out, nacre_error *err);
NACRE_API void nacre_baseline_destroy(nacre_ctx *ctx, nacre_baseline_result *result);

/// How a set of alarms did on the episodes of one kind.
typedef struct nacre_alarm_score {
    uint64_t episodes;       ///< of the kind, beginning after the first defined CDF
    uint64_t detected;       ///< episodes with an alarm that begins within [begin, end + grace]
    uint64_t alarms;         ///< all alarm events
    uint64_t false_alarms;   ///< alarms inside no informed episode (+ grace)
    int64_t median_delay_ns; ///< from an episode's begin to its first alarm; -1 when none
} nacre_alarm_score;

/// Scores the alarms on the episodes of one kind. For a placebo kind `detected` counts the placebos
/// that set off an alarm. The median of an even number of delays is the lower of the middle two.
/// @param judged_from_ns  episodes that begin earlier are left out (the CDF was not defined yet)
NACRE_API void nacre_alarm_score_kind(const nacre_vpin_alarm *alarms, size_t alarm_count,
                                      const nacre_episode *episodes, size_t episode_count,
                                      nacre_episode_kind kind, int64_t judged_from_ns,
                                      int64_t grace_ns, nacre_alarm_score *out);

#ifdef __cplusplus
}
#endif
#endif
