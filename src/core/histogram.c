// SPDX-License-Identifier: Apache-2.0
// The bucket of a value is its exponent and the seven bits after the leading one: two instructions
// and no table.
#include "core/histogram.h"

#include <math.h>
#include <string.h>

#define PART_BITS 7 // log2(NACREI_HISTOGRAM_PARTS)
#define TOP (INT64_C(1) << NACREI_HISTOGRAM_TOP_BIT)

void nacrei_histogram_init(nacrei_histogram *histogram)
{
    memset(histogram, 0, sizeof *histogram);
}

size_t nacrei_histogram_bucket(int64_t value)
{
    uint64_t bits = (uint64_t)value;
    if (bits < NACREI_HISTOGRAM_PARTS)
        return (size_t)bits;
    unsigned exponent = 63u - (unsigned)__builtin_clzll(bits);
    unsigned shift = exponent - PART_BITS;
    // bits >> shift is in [128, 256): its leading one adds the first row.
    return (size_t)shift * NACREI_HISTOGRAM_PARTS + (size_t)(bits >> shift);
}

void nacrei_histogram_bounds(size_t bucket, int64_t *low, int64_t *high)
{
    if (bucket < NACREI_HISTOGRAM_PARTS) {
        *low = (int64_t)bucket;
        *high = *low + 1;
        return;
    }
    size_t shift = bucket / NACREI_HISTOGRAM_PARTS - 1;
    int64_t part = (int64_t)(bucket % NACREI_HISTOGRAM_PARTS) + NACREI_HISTOGRAM_PARTS;
    *low = part << shift;
    *high = (part + 1) << shift;
}

void nacrei_histogram_record(nacrei_histogram *histogram, int64_t value)
{
    if (value < 0 || value >= TOP) {
        value = value < 0 ? 0 : TOP - 1;
        histogram->clamped++;
    }
    if (histogram->count == 0 || value < histogram->min)
        histogram->min = value;
    if (histogram->count == 0 || value > histogram->max)
        histogram->max = value;
    histogram->count++;
    histogram->sum += (double)value;
    histogram->buckets[nacrei_histogram_bucket(value)]++;
}

void nacrei_histogram_merge(nacrei_histogram *into, const nacrei_histogram *from)
{
    if (from->count == 0)
        return;
    if (into->count == 0 || from->min < into->min)
        into->min = from->min;
    if (into->count == 0 || from->max > into->max)
        into->max = from->max;
    into->count += from->count;
    into->clamped += from->clamped;
    into->sum += from->sum;
    for (size_t i = 0; i < NACREI_HISTOGRAM_BUCKETS; i++)
        into->buckets[i] += from->buckets[i];
}

// How many values the quantile covers. A decimal q times a count may land just above a whole number
// (0.07 * 100 is 7.000000000000001), which must not cost one rank more.
static uint64_t rank_of(double q, uint64_t count)
{
    double rank = ceil(q * (double)count * (1 - 1e-14));
    if (!(rank >= 1))
        return 1;
    return rank >= (double)count ? count : (uint64_t)rank;
}

int64_t nacrei_histogram_quantile(const nacrei_histogram *histogram, double q)
{
    if (histogram->count == 0)
        return -1;
    uint64_t rank = rank_of(q, histogram->count);
    if (rank == 1)
        return histogram->min;
    if (rank == histogram->count)
        return histogram->max;
    uint64_t covered = 0;
    size_t bucket = nacrei_histogram_bucket(histogram->min);
    while ((covered += histogram->buckets[bucket]) < rank)
        bucket++;
    int64_t low, high;
    nacrei_histogram_bounds(bucket, &low, &high);
    int64_t middle = low + (high - 1 - low) / 2;
    if (middle < histogram->min)
        return histogram->min;
    return middle > histogram->max ? histogram->max : middle;
}

double nacrei_histogram_mean(const nacrei_histogram *histogram)
{
    return histogram->count ? histogram->sum / (double)histogram->count : (double)NAN;
}
