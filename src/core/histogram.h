// SPDX-License-Identifier: Apache-2.0
// Log-linear histogram of durations or sizes: values below 128 are exact, above that every power of
// two is cut into 128 parts, so that a quantile is off by at most 1/256 (0.4 %). Fixed size, in the
// caller's storage; histograms of several threads are merged by addition.
#ifndef NACREI_CORE_HISTOGRAM_H
#define NACREI_CORE_HISTOGRAM_H

#include <stddef.h>
#include <stdint.h>

#define NACREI_HISTOGRAM_PARTS 128
#define NACREI_HISTOGRAM_TOP_BIT 46 ///< values from 2^46 on (19.5 h in ns) share the last bucket
#define NACREI_HISTOGRAM_BUCKETS ((NACREI_HISTOGRAM_TOP_BIT - 6) * NACREI_HISTOGRAM_PARTS)

typedef struct nacrei_histogram {
    uint64_t count;
    uint64_t clamped; ///< values that were negative (taken as 0) or above the top
    int64_t min, max; ///< exact; of what was recorded, 0 when empty
    double sum;
    uint64_t buckets[NACREI_HISTOGRAM_BUCKETS];
} nacrei_histogram;

void nacrei_histogram_init(nacrei_histogram *histogram);
void nacrei_histogram_record(nacrei_histogram *histogram, int64_t value);
/// Adds all of `from` to `into`.
void nacrei_histogram_merge(nacrei_histogram *into, const nacrei_histogram *from);
/// The smallest recorded value x such that at least the share q (in [0,1]) of all values is <= x,
/// to within the error above; -1 when nothing was recorded.
int64_t nacrei_histogram_quantile(const nacrei_histogram *histogram, double q);
/// NaN when nothing was recorded.
double nacrei_histogram_mean(const nacrei_histogram *histogram);

/// Index of the bucket of a value in [0, 2^46), and the bucket's bounds: low <= value < high.
size_t nacrei_histogram_bucket(int64_t value);
void nacrei_histogram_bounds(size_t bucket, int64_t *low, int64_t *high);

#endif
