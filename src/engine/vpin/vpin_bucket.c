// SPDX-License-Identifier: Apache-2.0
// Volume into buckets, buckets into VPIN. Everything up to the last division is an integer: a
// bucket's buy volume is a difference of the bar's cumulative buy volume, so the parts of a bar add
// up to the bar and buy + sell is the bucket's volume exactly.
#include "engine/vpin/vpin_state.h"

#include "kern/kern.h"

#include <math.h>

#define LEVEL_HYSTERESIS 0.05 ///< METHODS section 3, as for the CDF

static int64_t *ratios_of(nacre_vpin_stream *stream)
{
    return (int64_t *)(void *)((char *)stream + nacrei_vpin_layout_of(&stream->options).ratios);
}

static nacrei_vpin_session *sessions_of(nacre_vpin_stream *stream)
{
    return (nacrei_vpin_session *)(void *)((char *)stream +
                                           nacrei_vpin_layout_of(&stream->options).sessions);
}

static nacrei_cdf *cdf_of(nacre_vpin_stream *stream)
{
    return (nacrei_cdf *)(void *)((char *)stream + nacrei_vpin_layout_of(&stream->options).cdf);
}

/// a / 2^shift to the nearest integer, ties to even; shift in [1, 126].
static nacrei_u128 shift_round(nacrei_u128 a, int shift)
{
    nacrei_u128 whole = a >> shift;
    nacrei_u128 rest = a - (whole << shift);
    nacrei_u128 half = (nacrei_u128)1 << (shift - 1);
    return whole + (rest > half || (rest == half && (whole & 1)));
}

nacrei_i128 nacrei_vpin_buy_units(int64_t volume, double z)
{
    int exponent;
    double fraction = frexp(z, &exponent); // z = fraction 2^exponent, fraction in [1/2, 1)
    uint64_t mantissa = (uint64_t)ldexp(fraction, 53);
    int shift = 53 - exponent - NACREI_VPIN_FRAC_BITS;              // at least 32, for z = 1
    nacrei_u128 product = (nacrei_u128)mantissa * (uint64_t)volume; // below 2^106
    return shift > 106 ? 0 : (nacrei_i128)shift_round(product, shift);
}

int64_t nacrei_vpin_ratio(nacrei_i128 buy, int64_t volume)
{
    if (volume <= 0)
        return 0;
    nacrei_i128 whole = (nacrei_i128)volume << NACREI_VPIN_FRAC_BITS;
    nacrei_i128 difference = 2 * buy - whole;
    nacrei_u128 gap = (nacrei_u128)(difference < 0 ? -difference : difference);
    nacrei_u128 scaled = gap << NACREI_VPIN_RATIO_BITS; // below 2^121
    nacrei_u128 quotient = scaled / (nacrei_u128)whole;
    nacrei_u128 twice = (scaled - quotient * (nacrei_u128)whole) * 2;
    if (twice > (nacrei_u128)whole || (twice == (nacrei_u128)whole && (quotient & 1)))
        quotient++;
    return (int64_t)quotient;
}

double nacrei_vpin_mean_ratio(int64_t sum, uint32_t count)
{
    if (sum <= 0)
        return 0.0;
    // The dividend's top bit goes to 125, so the quotient keeps at least 110 bits: with the
    // remainder as a sticky bit its conversion rounds as the true quotient would.
    int shift = 62 + __builtin_clzll((unsigned long long)sum);
    nacrei_u128 dividend = (nacrei_u128)sum << shift;
    nacrei_u128 quotient = dividend / count;
    quotient |= (nacrei_u128)(dividend - quotient * count != 0);
    return ldexp((double)quotient, -shift - NACREI_VPIN_RATIO_BITS);
}

static uint32_t step_alarms(nacre_vpin_stream *stream, double vpin, double cdf)
{
    const nacre_vpin_options *options = &stream->options;
    (void)nacrei_alarm_step(&stream->cdf_alarm, cdf, options->cdf_threshold,
                            options->cdf_hysteresis, options->horizon_buckets);
    if (options->level > 0.0)
        (void)nacrei_alarm_step(&stream->level_alarm, vpin, options->level, LEVEL_HYSTERESIS,
                                options->horizon_buckets);
    return (stream->cdf_alarm.active ? NACRE_VPIN_ALARM_CDF : 0) |
           (stream->level_alarm.active ? NACRE_VPIN_ALARM_LEVEL : 0);
}

/// The ratio enters the window; VPIN and its CDF are set when the window is full.
static void take_ratio(nacre_vpin_stream *stream, int64_t ratio, nacre_vpin_bucket *bucket)
{
    const nacre_vpin_options *options = &stream->options;
    int64_t *ratios = ratios_of(stream);
    if (stream->ratio_count == options->window)
        stream->ratio_sum -= ratios[stream->ratio_head];
    else
        stream->ratio_count++;
    ratios[stream->ratio_head] = ratio;
    stream->ratio_head = stream->ratio_head + 1 == options->window ? 0 : stream->ratio_head + 1;
    stream->ratio_sum += ratio;
    bucket->vpin = bucket->cdf = (double)NAN;
    if (stream->ratio_count < options->window)
        return;
    bucket->vpin = nacrei_vpin_mean_ratio(stream->ratio_sum, options->window);
    stream->vpin_total += bucket->vpin;
    stream->vpin_count++;
    if (!nacrei_vpin_is_research(options))
        bucket->cdf = nacrei_cdf_push(cdf_of(stream), stream->ratio_sum, options->cdf_min);
}

static void close_bucket(nacre_vpin_stream *stream, int64_t end_ns, int64_t price,
                         nacre_vpin_sink sink, void *user)
{
    nacrei_vpin_open_bucket *open = &stream->open;
    int64_t ratio = nacrei_vpin_ratio(open->buy, open->volume);
    nacre_vpin_bucket bucket = {
        .start_ns = open->start_ns,
        .end_ns = end_ns,
        .duration_ns = end_ns - open->start_ns - open->gap_ns,
        .volume = open->volume,
        .buy_lots = (int64_t)(open->buy >> NACREI_VPIN_FRAC_BITS),
        .buy_frac = (uint32_t)(open->buy & ((1 << NACREI_VPIN_FRAC_BITS) - 1)),
        .imbalance = ldexp((double)ratio, -NACREI_VPIN_RATIO_BITS),
        .price = price,
    };
    take_ratio(stream, ratio, &bucket);
    bucket.alarm = step_alarms(stream, bucket.vpin, bucket.cdf);
    stream->last_vpin = bucket.vpin;
    stream->last_cdf = bucket.cdf;
    stream->last_end_ns = end_ns;
    open->buy = 0;
    open->filled = 0;
    open->gap_ns = 0;
    open->start_ns = end_ns;
    uint64_t index = stream->bucket_count++;
    open->volume = stream->session_bucket;
    if (sink)
        sink(user, index, &bucket);
}

static void begin_bucket(nacre_vpin_stream *stream, int64_t first_ns)
{
    if (!stream->open.started) {
        stream->open.started = true;
        stream->open.start_ns = first_ns;
        stream->open.gap_ns = 0;
    }
}

/// Buy volume of a whole bar in 2^-20 units, auctions included.
static nacrei_i128 classify_bar(nacre_vpin_stream *stream, nacre_ctx *ctx,
                                const nacrei_vpin_bar *bar)
{
    const nacrei_i128 half = (nacrei_i128)1 << (NACREI_VPIN_FRAC_BITS - 1);
    nacrei_i128 auction = bar->auction_volume * half;
    double sigma = stream->sigma;
    if (!(sigma > 0.0)) {
        stream->unclassified_bars++;
        return auction + bar->volume * half;
    }
    if (bar->dp == 0)
        return auction + bar->volume * half;
    double x = (double)bar->dp / sigma, z;
    ctx->kerns->ndtr_f64(1, &x, &z);
    return auction + nacrei_vpin_buy_units(bar->volume, z);
}

/// Sigma for the next bar while it still expands: all bars before it.
static void expand_sigma(nacre_vpin_stream *stream)
{
    nacrei_vpin_sums sums = stream->past_sums;
    nacrei_vpin_sums_merge(&sums, &stream->session_sums);
    stream->sigma = sums.count >= stream->options.min_bars ? nacrei_vpin_sigma(&sums) : (double)NAN;
}

void nacrei_vpin_fill_bar(nacre_vpin_stream *stream, nacre_ctx *ctx, const nacrei_vpin_bar *bar,
                          nacre_vpin_sink sink, void *user)
{
    nacrei_vpin_open_bucket *open = &stream->open;
    if (!stream->sigma_is_fixed)
        expand_sigma(stream);
    nacrei_vpin_sums_add(&stream->session_sums, bar->dp);
    if (open->volume == 0)
        return; // a session that only calibrates
    begin_bucket(stream, bar->first_ns);
    nacrei_i128 buy = classify_bar(stream, ctx, bar);
    nacrei_i128 volume = (nacrei_i128)bar->volume + bar->auction_volume;
    nacrei_i128 taken = 0, taken_buy = 0;
    while (volume - taken >= open->volume - open->filled && !stream->halted) {
        taken += open->volume - open->filled;
        // taken < 2^53 and buy < 2^73, so the product fits.
        nacrei_i128 upto = taken * buy / volume;
        open->buy += upto - taken_buy;
        taken_buy = upto;
        close_bucket(stream, bar->last_ns, bar->price, sink, user);
    }
    open->filled += (int64_t)(volume - taken);
    open->buy += buy - taken_buy;
}

void nacrei_vpin_fill_rows(nacre_vpin_stream *stream, const nacrei_vpin_rows *rows, size_t begin,
                           size_t end, nacre_vpin_sink sink, void *user)
{
    nacrei_vpin_open_bucket *open = &stream->open;
    if (open->volume == 0)
        return;
    const uint8_t *flags = stream->cursor.auctions_apart ? rows->flags : NULL;
    for (size_t i = begin; i < end; i++) {
        bool apart = flags && (flags[i] & NACRE_TRADE_AUCTION);
        if (apart && stream->cursor.auctions_excluded)
            continue;
        begin_bucket(stream, rows->ts[i]);
        int side = apart ? NACRE_SIDE_UNKNOWN : rows->side[i];
        // 2, 1 or 0 halves of a lot are buys.
        nacrei_i128 halves = (side > 0) - (side < 0) + 1;
        int64_t left = rows->size[i];
        while (left >= open->volume - open->filled && !stream->halted) {
            int64_t part = open->volume - open->filled;
            open->buy += (part * halves) << (NACREI_VPIN_FRAC_BITS - 1);
            left -= part;
            close_bucket(stream, rows->ts[i], rows->price[i], sink, user);
        }
        open->filled += left;
        open->buy += (left * halves) << (NACREI_VPIN_FRAC_BITS - 1);
    }
}

/// The finished session pushes the oldest one out of a full ring.
static void remember_session(nacre_vpin_stream *stream, int64_t volume)
{
    nacrei_vpin_session *ring = sessions_of(stream);
    uint32_t lookback = stream->options.lookback;
    uint32_t at = stream->session_head;
    if (stream->session_count == lookback) {
        nacrei_vpin_sums_remove(&stream->past_sums, &ring[at].sums);
        stream->past_volume -= ring[at].volume;
    } else {
        stream->session_count++;
    }
    ring[at].sums = stream->session_sums;
    ring[at].volume = volume;
    stream->session_head = at + 1 == lookback ? 0 : at + 1;
    nacrei_vpin_sums_merge(&stream->past_sums, &stream->session_sums);
    stream->past_volume += volume;
    stream->session_sums = (nacrei_vpin_sums){0};
}

static int64_t session_bucket_volume(const nacre_vpin_stream *stream)
{
    if (stream->options.bucket_volume)
        return stream->options.bucket_volume;
    if (stream->session_count == 0)
        return stream->first_volume;
    int64_t buckets = (int64_t)stream->session_count * stream->options.buckets_per_day;
    int64_t volume = stream->past_volume / buckets;
    return volume ? volume : 1;
}

void nacrei_vpin_enter_session(nacre_vpin_stream *stream, int64_t finished_volume, int64_t gap_ns)
{
    nacrei_vpin_open_bucket *open = &stream->open;
    bool first = stream->cursor.session_count == 1;
    bool research = nacrei_vpin_is_research(&stream->options);
    if (!first && !research) {
        remember_session(stream, finished_volume);
        stream->sigma_is_fixed = stream->session_count == stream->options.lookback;
        if (stream->sigma_is_fixed)
            expand_sigma(stream);
    }
    stream->session_bucket = session_bucket_volume(stream);
    if (stream->session_bucket == 0)
        stream->warmup_sessions++;
    open->gap_ns += gap_ns;
    if (stream->options.reset_session && !first) {
        open->started = false;
        open->filled = 0;
        open->buy = 0;
    }
    if (open->filled == 0)
        open->volume = stream->session_bucket;
}
