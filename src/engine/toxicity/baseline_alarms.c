// SPDX-License-Identifier: Apache-2.0
// The alarms that any toxicity measure must beat: realised volatility alone and volume alone,
// ranked and crossed on VPIN's own bucket clock by the same code. A bar counts for a bucket only
// when it is over at the bucket's close: in the bar modes a bucket closes with its bar, with true
// sides in the middle of one, which then does not count yet.
#include "core/alloc.h"
#include "core/timezone.h"
#include "engine/alarm/alarm_state.h"
#include "engine/alarm/causal_cdf.h"
#include "engine/toxicity/baseline_bars.h"
#include "nacre/toxicity.h"

#include <math.h>

/// What nacre_baseline_destroy gets back from the public view.
typedef struct baseline_owner {
    nacre_baseline_result result; ///< first: the public pointer is this one
    size_t count;
    double *value, *cdf;
    size_t alarm_capacity;
    nacre_vpin_alarm *alarms;
} baseline_owner;

typedef struct baseline_run {
    nacre_ctx *ctx;
    const nacre_vpin_result *vpin;
    nacre_baseline baseline;
    bool by_side;
    size_t next_bucket;
    nacrei_bar_window window;
    nacrei_cdf *cdf;
    size_t cdf_bytes;
    nacrei_alarm_state state;
    baseline_owner *owner;
} baseline_run;

static nacre_status check_arguments(const nacre_trades *trades, const nacre_vpin_result *vpin,
                                    nacre_baseline baseline, uint32_t bars, nacre_error *err)
{
    if (!trades || !vpin)
        return nacrei_fail(err, NACRE_E_ARG, "baseline: trades and vpin must be given");
    if (baseline != NACRE_BASELINE_VOLATILITY && baseline != NACRE_BASELINE_VOLUME)
        return nacrei_fail(err, NACRE_E_ARG, "baseline: unknown kind %d", (int)baseline);
    if (bars < 1 || bars > NACREI_BASELINE_MAX_BARS)
        return nacrei_fail(err, NACRE_E_ARG, "baseline: bars is %u, must be 1 to %u", bars,
                           NACREI_BASELINE_MAX_BARS);
    if (vpin->options.cdf_window < 1 || vpin->options.cdf_window > NACREI_CDF_CAPACITY_MAX ||
        vpin->options.horizon_buckets < 1)
        return nacrei_fail(err, NACRE_E_ARG,
                           "baseline: the VPIN result's options are not filled in: pass one from "
                           "nacre_vpin_batch");
    return NACRE_OK;
}

static double window_value(const baseline_run *run)
{
    const nacrei_bar_window *window = &run->window;
    if (window->count < window->capacity)
        return (double)NAN;
    if (run->baseline == NACRE_BASELINE_VOLUME)
        return (double)window->volume;
    return sqrt((double)window->squares / window->capacity) / NACRE_PRICE_SCALE;
}

static nacre_status step_alarm(baseline_run *run, size_t bucket, double value, double cdf,
                               nacre_error *err)
{
    const nacre_vpin_options *options = &run->vpin->options;
    baseline_owner *owner = run->owner;
    int64_t now = run->vpin->buckets[bucket].end_ns;
    switch (nacrei_alarm_step(&run->state, cdf, options->cdf_threshold, options->cdf_hysteresis,
                              options->horizon_buckets)) {
    case NACREI_ALARM_NONE:
        break;
    case NACREI_ALARM_BEGIN: {
        nacre_status status = nacrei_grow(run->ctx, &owner->alarms, &owner->alarm_capacity,
                                          owner->result.alarm_count + 1, sizeof *owner->alarms,
                                          "baseline alarms", err);
        if (status)
            return status;
        owner->alarms[owner->result.alarm_count++] = (nacre_vpin_alarm){
            NACRE_VPIN_ALARM_CDF, bucket, UINT64_MAX, now, now, value,
        };
        break;
    }
    case NACREI_ALARM_CONTINUE: {
        nacre_vpin_alarm *alarm = &owner->alarms[owner->result.alarm_count - 1];
        alarm->end_ns = now;
        if (value > alarm->peak_vpin)
            alarm->peak_vpin = value;
        break;
    }
    case NACREI_ALARM_END: {
        nacre_vpin_alarm *alarm = &owner->alarms[owner->result.alarm_count - 1];
        alarm->end_bucket = bucket;
        alarm->end_ns = now;
        break;
    }
    }
    return NACRE_OK;
}

/// Closes every bucket that must not see the bar of minute `minute`.
static nacre_status close_buckets(baseline_run *run, int64_t minute, nacre_error *err)
{
    const nacre_vpin_result *vpin = run->vpin;
    for (; run->next_bucket < vpin->bucket_count; run->next_bucket++) {
        size_t bucket = run->next_bucket;
        int64_t last =
            nacrei_floor_div(vpin->buckets[bucket].end_ns, NACREI_BASELINE_BAR_NS) - run->by_side;
        if (last >= minute)
            break;
        double value = window_value(run);
        double cdf = (double)NAN;
        if (!isnan(value))
            cdf = nacrei_cdf_push(run->cdf, nacrei_cdf_key(value), vpin->options.cdf_min);
        run->owner->value[bucket] = value;
        run->owner->cdf[bucket] = cdf;
        nacre_status status = step_alarm(run, bucket, value, cdf, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status walk_bars(baseline_run *run, const nacre_trades *trades,
                              const nacre_calendar *calendar, nacre_error *err)
{
    nacrei_bar_walk walk = {
        .trades = trades,
        .calendar = calendar,
        .skip_auctions = run->vpin->options.auctions == NACRE_VPIN_AUCTIONS_EXCLUDE,
        .last_ts = INT64_MIN,
    };
    for (;;) {
        nacrei_baseline_bar bar;
        bool found;
        nacre_status status = nacrei_bar_walk_next(&walk, &bar, &found, err);
        if (status)
            return status;
        if (!found)
            return close_buckets(run, INT64_MAX, err);
        status = close_buckets(run, bar.minute, err);
        if (status)
            return status;
        nacrei_bar_window_push(&run->window, &bar);
    }
}

static nacre_status allocate(baseline_run *run, nacre_error *err)
{
    nacre_ctx *ctx = run->ctx;
    nacre_status status =
        nacrei_alloc(ctx, 1, sizeof *run->owner, "baseline result", &run->owner, err);
    if (status)
        return status;
    baseline_owner *owner = run->owner;
    size_t count = run->vpin->bucket_count;
    owner->count = count;
    status = nacrei_alloc(ctx, count, sizeof *owner->value, "baseline values", &owner->value, err);
    if (!status)
        status = nacrei_alloc(ctx, count, sizeof *owner->cdf, "baseline CDF", &owner->cdf, err);
    if (!status)
        status = nacrei_alloc(ctx, run->window.capacity, sizeof *run->window.ring,
                              "baseline window", &run->window.ring, err);
    // A window longer than the data never drops a value: no need for more room than that.
    uint32_t capacity = run->vpin->options.cdf_window;
    if (count < capacity)
        capacity = count ? (uint32_t)count : 1;
    run->cdf_bytes = nacrei_cdf_bytes(capacity);
    if (!status)
        status = nacrei_alloc(ctx, 1, run->cdf_bytes, "baseline CDF window", &run->cdf, err);
    if (!status)
        nacrei_cdf_init(run->cdf, capacity);
    return status;
}

nacre_status nacre_baseline_alarms(nacre_ctx *ctx, const nacre_trades *trades,
                                   const nacre_calendar *calendar, const nacre_vpin_result *vpin,
                                   nacre_baseline baseline, uint32_t bars,
                                   nacre_baseline_result **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = check_arguments(trades, vpin, baseline, bars, err);
    if (status)
        return status;
    nacre_vpin_classify classify = vpin->options.classify;
    baseline_run run = {
        .ctx = ctx,
        .vpin = vpin,
        .baseline = baseline,
        .by_side =
            classify == NACRE_VPIN_CLASSIFY_SIDE ||
            (classify == NACRE_VPIN_CLASSIFY_BY_MODE && vpin->options.mode == NACRE_VPIN_AGGRESSOR),
        .window.capacity = bars,
    };
    status = allocate(&run, err);
    if (!status)
        status = walk_bars(&run, trades, calendar, err);
    nacrei_free(ctx, run.window.ring, bars, sizeof *run.window.ring);
    nacrei_free(ctx, run.cdf, 1, run.cdf_bytes);
    if (status) {
        nacre_baseline_destroy(ctx, run.owner ? &run.owner->result : NULL);
        return status;
    }
    run.owner->result.count = run.owner->count;
    run.owner->result.value = run.owner->value;
    run.owner->result.cdf = run.owner->cdf;
    run.owner->result.alarms = run.owner->alarms;
    *out = &run.owner->result;
    return NACRE_OK;
}

void nacre_baseline_destroy(nacre_ctx *ctx, nacre_baseline_result *result)
{
    if (!result)
        return;
    baseline_owner *owner = (baseline_owner *)result;
    nacrei_free(ctx, owner->value, owner->count, sizeof *owner->value);
    nacrei_free(ctx, owner->cdf, owner->count, sizeof *owner->cdf);
    nacrei_free(ctx, owner->alarms, owner->alarm_capacity, sizeof *owner->alarms);
    nacrei_free(ctx, owner, 1, sizeof *owner);
}
