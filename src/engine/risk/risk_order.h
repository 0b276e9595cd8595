// SPDX-License-Identifier: Apache-2.0
// Order statistics of a sample of losses, and the weights that a tail gives its scenarios.
#ifndef NACREI_ENGINE_RISK_ORDER_H
#define NACREI_ENGINE_RISK_ORDER_H

#include "core/context.h"
#include "core/status.h"
#include "nacre/risk.h"

#define NACREI_NORMAL_975 1.95996398454005423552 ///< 97.5 % quantile of the standard normal

/// The tail of n observations at a level.
typedef struct nacrei_tail_count {
    double mass;   ///< n (1 - level); snapped to an integer where it is one but for rounding
    size_t beyond; ///< floor(mass): losses that lie beyond VaR's rank
    size_t index;  ///< of VaR among the ascending losses, from 0
} nacrei_tail_count;

/// @error  NACRE_E_ARG level, NACRE_E_SHAPE n too small
NACRE_MUST_CHECK nacre_status nacrei_count_tail(size_t n, double level, nacrei_tail_count *tail,
                                                nacre_error *err);

/// What the size of a sample and a level decide alone.
typedef struct nacrei_tail_ranks {
    nacrei_tail_count count;
    size_t low, high; ///< ranks (from 1) that hold VaR with 95 %; high may be n + 1
} nacrei_tail_ranks;

/// @error  as nacrei_count_tail
NACRE_MUST_CHECK nacre_status nacrei_tail_ranks_of(size_t n, double level, nacrei_tail_ranks *ranks,
                                                   nacre_error *err);
/// @param sorted  ascending; only ranks from the interval's low end on need be in place
void nacrei_tail_measure(const double *sorted, size_t n, double level,
                         const nacrei_tail_ranks *ranks, nacre_risk_figure *var,
                         nacre_risk_figure *es);

/// Puts the value of ascending rank `index` at its place, smaller ones before, larger ones behind.
void nacrei_select(double *values, size_t n, size_t index);
/// Ascending, in place, without memory; n log n at worst.
void nacrei_sort(double *values, size_t n);

/// A tail in numbers, enough to weigh any scenario again.
typedef struct nacrei_tail {
    nacre_risk_figure var, es;
    double beyond_weight;       ///< of a scenario with loss > VaR, in ES
    double equal_weight;        ///< of a scenario with loss == VaR, in ES
    double band_low, band_high; ///< losses between which a scenario is in VaR's band
    double band_mean;           ///< mean loss of the band
    size_t band, band_count;
} nacrei_tail;

/// @param band  ranks on either side of VaR's; 0 = 2.5 % of n, at least 1; less at the ends
NACRE_MUST_CHECK nacre_status nacrei_tail_of(nacre_ctx *ctx, size_t n, const double *losses,
                                             double level, size_t band, nacrei_tail *tail,
                                             nacre_error *err);

/// Weight of a scenario in ES, and in the mean of VaR's band.
static inline double nacrei_tail_weight(const nacrei_tail *tail, double loss)
{
    return loss > tail->var.value    ? tail->beyond_weight
           : loss == tail->var.value ? tail->equal_weight
                                     : 0;
}
static inline double nacrei_band_weight(const nacrei_tail *tail, double loss)
{
    return loss >= tail->band_low && loss <= tail->band_high ? 1 / (double)tail->band_count : 0;
}

/// Fails when component VaR is wanted and its band cannot be scaled to VaR.
/// @error NACRE_E_ARG the band's mean is 0 but VaR is not
NACRE_MUST_CHECK nacre_status nacrei_tail_check(const nacrei_tail *from,
                                                const nacre_risk_tail *tail, nacre_error *err);
/// Copies the figures, and scales `component_var` from the band's mean to VaR.
void nacrei_tail_finish(const nacrei_tail *from, size_t assets, nacre_risk_tail *tail);

#endif
