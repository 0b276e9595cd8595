// SPDX-License-Identifier: Apache-2.0
// Defaults, names and the domain of every option. One function resolves them for batch and stream,
// so that both refuse the same things in the same words.
#include "core/status.h"
#include "core/timezone.h"
#include "engine/vpin/vpin_state.h"

#include <math.h>
#include <string.h>

#define WINDOW_MAX 32767 ///< so many ratios of 2^48 stay below 2^63
#define DAILY_BUCKETS_MAX 1000000
#define LOOKBACK_MAX 4096
#define CDF_DAYS 250

void nacre_vpin_options_init(nacre_vpin_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
    options->buckets_per_day = 50;
    options->window = 50;
    options->lookback = 20;
    options->min_bars = 30;
    options->bar_ns = 60 * NACREI_NS_PER_SECOND;
    options->cdf_min = 500;
    options->cdf_threshold = 0.99;
    options->cdf_hysteresis = 0.05;
}

const char *nacre_vpin_mode_name(nacre_vpin_mode mode)
{
    switch (mode) {
    case NACRE_VPIN_CAUSAL:
        return "causal";
    case NACRE_VPIN_ELO_RESEARCH:
        return "elo_research";
    case NACRE_VPIN_ABAD_YAGUE:
        return "abad_yague";
    case NACRE_VPIN_AGGRESSOR:
        return "aggressor";
    }
    return "unknown";
}

static nacre_status check_count(const char *name, uint32_t value, uint32_t low, uint32_t high,
                                nacre_error *err)
{
    if (value >= low && value <= high)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ARG, "vpin option %s = %u is not in [%u, %u]", name, value, low,
                       high);
}

static nacre_status check_share(const char *name, double value, nacre_error *err)
{
    if (value >= 0.0 && value <= 1.0)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ARG, "vpin option %s = %g is not in [0, 1]", name, value);
}

static nacre_status check_choices(const nacre_vpin_options *options, nacre_error *err)
{
    if ((unsigned)options->mode > NACRE_VPIN_AGGRESSOR)
        return nacrei_fail(err, NACRE_E_ARG,
                           "vpin option mode = %d is none of causal, "
                           "elo_research, abad_yague, aggressor",
                           (int)options->mode);
    if ((unsigned)options->classify > NACRE_VPIN_CLASSIFY_SIDE)
        return nacrei_fail(err, NACRE_E_ARG,
                           "vpin option classify = %d is none of by_mode, bvc, "
                           "side",
                           (int)options->classify);
    if ((unsigned)options->auctions > NACRE_VPIN_AUCTIONS_SIGN)
        return nacrei_fail(err, NACRE_E_ARG,
                           "vpin option auctions = %d is none of half, exclude, "
                           "sign",
                           (int)options->auctions);
    if ((unsigned)options->warmup > NACRE_VPIN_WARMUP_FIRST_SESSION)
        return nacrei_fail(err, NACRE_E_ARG,
                           "vpin option warmup = %d is none of refuse, "
                           "skip_session, first_session",
                           (int)options->warmup);
    if (options->mode == NACRE_VPIN_AGGRESSOR && options->classify == NACRE_VPIN_CLASSIFY_BVC)
        return nacrei_fail(err, NACRE_E_ARG,
                           "mode aggressor classifies by side: for bulk volume classification take "
                           "mode causal");
    return NACRE_OK;
}

static nacre_status check_figures(const nacre_vpin_options *options, nacre_error *err)
{
    nacre_status status =
        check_count("buckets_per_day", options->buckets_per_day, 1, DAILY_BUCKETS_MAX, err);
    if (!status)
        status = check_count("window", options->window, 1, WINDOW_MAX, err);
    if (!status)
        status = check_count("lookback", options->lookback, 1, LOOKBACK_MAX, err);
    if (!status)
        status = check_count("min_bars", options->min_bars, 2, UINT32_MAX, err);
    if (!status)
        status = check_count("cdf_window", options->cdf_window, 1, NACREI_CDF_CAPACITY_MAX, err);
    if (!status)
        status = check_count("cdf_min", options->cdf_min, 1, options->cdf_window, err);
    if (!status)
        status = check_share("cdf_threshold", options->cdf_threshold, err);
    if (!status)
        status = check_share("cdf_hysteresis", options->cdf_hysteresis, err);
    if (!status)
        status = check_share("level", options->level, err);
    if (status)
        return status;
    if (options->bar_ns < 1 || options->bar_ns > NACREI_NS_PER_DAY)
        return nacrei_fail(err, NACRE_E_ARG, "vpin option bar_ns = %lld is not in [1 ns, 1 day]",
                           (long long)options->bar_ns);
    if (options->bucket_volume < 0 || options->bucket_volume > NACREI_VPIN_VOLUME_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "vpin option bucket_volume = %lld is not in [0, 2^53)",
                           (long long)options->bucket_volume);
    return NACRE_OK;
}

nacre_status nacrei_vpin_resolve(const nacre_vpin_options *options, nacre_vpin_options *out,
                                 nacre_error *err)
{
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "vpin options of %u bytes, expected %zu: call nacre_vpin_options_init "
                           "first",
                           options->struct_size, sizeof *options);
    nacre_status status = check_choices(options, err);
    if (status)
        return status;
    // Field by field into zeroed bytes: snapshots must not carry what lay in the padding.
    memset(out, 0, sizeof *out);
    out->struct_size = sizeof *out;
    out->mode = options->mode;
    out->classify = options->classify;
    if (out->classify == NACRE_VPIN_CLASSIFY_BY_MODE)
        out->classify =
            out->mode == NACRE_VPIN_AGGRESSOR ? NACRE_VPIN_CLASSIFY_SIDE : NACRE_VPIN_CLASSIFY_BVC;
    out->auctions = options->auctions;
    out->warmup = options->warmup;
    out->reset_session = options->reset_session;
    out->buckets_per_day = options->buckets_per_day;
    out->window = options->window;
    out->lookback = options->lookback;
    out->min_bars = options->min_bars;
    out->bar_ns = options->bar_ns;
    out->bucket_volume = options->bucket_volume;
    out->cdf_window = options->cdf_window;
    if (out->cdf_window == 0 && out->buckets_per_day <= UINT32_MAX / CDF_DAYS)
        out->cdf_window = CDF_DAYS * out->buckets_per_day;
    out->cdf_min = options->cdf_min;
    if (options->cdf_window == 0 && out->cdf_window < out->cdf_min)
        out->cdf_window = out->cdf_min; // a default never contradicts the other option
    out->cdf_threshold = options->cdf_threshold;
    out->cdf_hysteresis = options->cdf_hysteresis;
    out->horizon_buckets =
        options->horizon_buckets ? options->horizon_buckets : out->buckets_per_day;
    out->level = options->level;
    return check_figures(out, err);
}
