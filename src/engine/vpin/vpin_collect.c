// SPDX-License-Identifier: Apache-2.0
// Values are ranked as integers (the window sums), so equal VPINs are equal whatever the rounding
// of their doubles. An alarm shows as bits in consecutive buckets: the state machine leaves at
// least one bucket without the bit between two events, so runs of bits are the events.
#include "engine/vpin/vpin_collect.h"

#include "core/alloc.h"

#include <math.h>

#define BUCKETS_MAX (1u << 24) ///< 16.7 M buckets, 1.5 GB of result

void nacrei_vpin_collect(void *user, uint64_t index, const nacre_vpin_bucket *bucket)
{
    nacrei_vpin_collector *collector = user;
    nacrei_vpin_batch_result *result = collector->result;
    if (collector->status)
        return;
    if (index >= BUCKETS_MAX) {
        collector->status =
            nacrei_fail(collector->err, NACRE_E_LIMIT,
                        "more than %u buckets of volume %lld: give a larger --bucket-volume",
                        BUCKETS_MAX, (long long)bucket->volume);
        collector->stream->halted = true;
        return;
    }
    collector->status =
        nacrei_grow(collector->ctx, &result->buckets, &result->bucket_capacity, (size_t)index + 1,
                    sizeof *result->buckets, "vpin buckets", collector->err);
    if (!collector->status && collector->keep_sums && !isnan(bucket->vpin))
        collector->status =
            nacrei_grow(collector->ctx, &result->sums, &result->sum_capacity, result->sum_count + 1,
                        sizeof *result->sums, "vpin values", collector->err);
    if (collector->status) {
        collector->stream->halted = true;
        return;
    }
    if (collector->keep_sums && !isnan(bucket->vpin))
        result->sums[result->sum_count++] = collector->stream->ratio_sum;
    result->buckets[index] = *bucket;
    result->shown.buckets = result->buckets;
    result->shown.bucket_count = (size_t)index + 1;
}

static void sift_down(int64_t *heap, size_t at, size_t count)
{
    int64_t value = heap[at];
    for (size_t child = 2 * at + 1; child < count; child = 2 * at + 1) {
        if (child + 1 < count && heap[child + 1] > heap[child])
            child++;
        if (heap[child] <= value)
            break;
        heap[at] = heap[child];
        at = child;
    }
    heap[at] = value;
}

/// Heap sort: in place and without the hidden allocation of qsort.
static void sort_ascending(int64_t *values, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift_down(values, i, count);
    for (size_t end = count; end > 1; end--) {
        int64_t largest = values[0];
        values[0] = values[end - 1];
        values[end - 1] = largest;
        sift_down(values, 0, end - 1);
    }
}

static size_t count_not_above(const int64_t *sorted, size_t count, int64_t value)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (sorted[middle] <= value)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

nacre_status nacrei_vpin_rank_all(nacre_ctx *ctx, const nacre_vpin_options *options,
                                  nacrei_vpin_batch_result *result, nacre_error *err)
{
    size_t count = result->sum_count;
    int64_t *sorted;
    nacre_status status = nacrei_alloc(ctx, count, sizeof *sorted, "sorted vpin", &sorted, err);
    if (status || !count)
        return status;
    for (size_t i = 0; i < count; i++)
        sorted[i] = result->sums[i];
    sort_ascending(sorted, count);
    nacrei_alarm_state alarm = {0};
    // Buckets have a value from the first full window on, without holes.
    nacre_vpin_bucket *bucket = result->buckets + (result->shown.bucket_count - count);
    for (size_t i = 0; i < count; i++) {
        bucket[i].cdf = (double)count_not_above(sorted, count, result->sums[i]) / (double)count;
        (void)nacrei_alarm_step(&alarm, bucket[i].cdf, options->cdf_threshold,
                                options->cdf_hysteresis, options->horizon_buckets);
        bucket[i].alarm |= alarm.active ? NACRE_VPIN_ALARM_CDF : 0;
    }
    nacrei_free(ctx, sorted, count, sizeof *sorted);
    return NACRE_OK;
}

nacre_status nacrei_vpin_collect_alarms(nacre_ctx *ctx, nacrei_vpin_batch_result *result,
                                        nacre_error *err)
{
    static const uint32_t kinds[] = {NACRE_VPIN_ALARM_CDF, NACRE_VPIN_ALARM_LEVEL};
    size_t on[2] = {SIZE_MAX, SIZE_MAX}; // index of the running event of each kind
    nacre_vpin_result *shown = &result->shown;
    for (size_t i = 0; i < shown->bucket_count; i++) {
        const nacre_vpin_bucket *bucket = &result->buckets[i];
        for (size_t k = 0; k < 2; k++) {
            if (!(bucket->alarm & kinds[k])) {
                if (on[k] != SIZE_MAX)
                    result->alarms[on[k]].end_bucket = i;
                on[k] = SIZE_MAX;
                continue;
            }
            if (on[k] == SIZE_MAX) {
                nacre_status status =
                    nacrei_grow(ctx, &result->alarms, &result->alarm_capacity,
                                shown->alarm_count + 1, sizeof *result->alarms, "alarms", err);
                if (status)
                    return status;
                on[k] = shown->alarm_count++;
                result->alarms[on[k]] = (nacre_vpin_alarm){.kind = kinds[k],
                                                           .begin_bucket = i,
                                                           .end_bucket = UINT64_MAX,
                                                           .begin_ns = bucket->end_ns};
            }
            nacre_vpin_alarm *alarm = &result->alarms[on[k]];
            alarm->end_ns = bucket->end_ns;
            if (bucket->vpin > alarm->peak_vpin)
                alarm->peak_vpin = bucket->vpin;
        }
    }
    shown->alarms = result->alarms;
    return NACRE_OK;
}

void nacre_vpin_result_destroy(nacre_ctx *ctx, nacre_vpin_result *result)
{
    if (!result)
        return;
    nacrei_vpin_batch_result *whole = (nacrei_vpin_batch_result *)(void *)result;
    nacrei_free(ctx, whole->buckets, whole->bucket_capacity, sizeof *whole->buckets);
    nacrei_free(ctx, whole->sums, whole->sum_capacity, sizeof *whole->sums);
    nacrei_free(ctx, whole->alarms, whole->alarm_capacity, sizeof *whole->alarms);
    nacrei_free(ctx, whole, 1, sizeof *whole);
}

void nacrei_vpin_describe(const nacre_vpin_stream *stream, bool looked, nacre_vpin_result *out)
{
    const nacrei_vpin_cursor *cursor = &stream->cursor;
    out->options = stream->options;
    out->look_ahead = looked;
    out->trades = cursor->trade_count;
    out->bars = cursor->bar_count;
    out->unclassified_bars = stream->unclassified_bars;
    out->sessions = cursor->session_count;
    out->warmup_sessions = stream->warmup_sessions;
    out->total_volume = cursor->total_volume;
    out->open_bucket_volume = stream->open.filled;
    out->bucket_volume = stream->open.filled == 0 && out->bucket_count
                             ? out->buckets[out->bucket_count - 1].volume
                             : stream->open.volume;
    out->sigma = stream->sigma / NACRE_PRICE_SCALE;
    out->mean_vpin =
        stream->vpin_count ? stream->vpin_total / (double)stream->vpin_count : (double)NAN;
    out->cdf_count = stream->vpin_count;
}
