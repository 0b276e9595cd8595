// SPDX-License-Identifier: Apache-2.0
// Gathers the buckets of a batch and what can only be said when all of them are there: the
// full-sample CDF of the research modes and the list of alarms.
#ifndef NACREI_ENGINE_VPIN_COLLECT_H
#define NACREI_ENGINE_VPIN_COLLECT_H

#include "engine/vpin/vpin_state.h"

/// The result with what the caller does not see.
typedef struct nacrei_vpin_batch_result {
    nacre_vpin_result shown; ///< first: the caller's pointer is ours
    nacre_vpin_bucket *buckets;
    size_t bucket_capacity;
    int64_t *sums; ///< window sum of ratios of each bucket that has a VPIN; research modes only
    size_t sum_count, sum_capacity;
    nacre_vpin_alarm *alarms;
    size_t alarm_capacity;
} nacrei_vpin_batch_result;

typedef struct nacrei_vpin_collector {
    nacre_ctx *ctx;
    nacre_vpin_stream *stream; ///< halted on a failure
    nacrei_vpin_batch_result *result;
    nacre_error *err;
    nacre_status status; ///< the first failure; later buckets are dropped
    bool keep_sums;
} nacrei_vpin_collector;

/// A nacre_vpin_sink with a nacrei_vpin_collector as user.
void nacrei_vpin_collect(void *user, uint64_t index, const nacre_vpin_bucket *bucket);
/// Research modes: CDF = share of all values <= this one, itself included; then the CDF alarms.
NACRE_MUST_CHECK nacre_status nacrei_vpin_rank_all(nacre_ctx *ctx,
                                                   const nacre_vpin_options *options,
                                                   nacrei_vpin_batch_result *result,
                                                   nacre_error *err);
/// The alarm events, in order of their begin, from the buckets' alarm bits.
NACRE_MUST_CHECK nacre_status nacrei_vpin_collect_alarms(nacre_ctx *ctx,
                                                         nacrei_vpin_batch_result *result,
                                                         nacre_error *err);

/// The totals of a stream into a result whose buckets are there already.
void nacrei_vpin_describe(const nacre_vpin_stream *stream, bool looked, nacre_vpin_result *out);

#endif
