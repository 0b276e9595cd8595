// SPDX-License-Identifier: Apache-2.0
// Medians, quartiles and ratios of raw samples. The ratio is the median of the pair ratios, not the
// ratio of the medians: the two runs of a pair saw the same machine.
#include "bench.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;
    return (a > b) - (a < b);
}

double bench_quantile(const double *sorted, size_t count, double p)
{
    if (!count)
        return (double)NAN;
    double at = p * (double)(count - 1);
    size_t low = (size_t)at;
    if (low + 1 >= count)
        return sorted[count - 1];
    return sorted[low] + (at - (double)low) * (sorted[low + 1] - sorted[low]);
}

void bench_summarise(bench_result *result)
{
    double sorted[BENCH_PAIRS_MAX];
    size_t pairs = result->pairs;
    double batch = result->report.batch > 1 ? (double)result->report.batch : 1.0;

    for (size_t i = 0; i < pairs; i++)
        sorted[i] = result->ours_ns[i] / batch;
    qsort(sorted, pairs, sizeof *sorted, compare_doubles);
    result->median_ns = bench_quantile(sorted, pairs, 0.5);
    result->p99_ns = bench_quantile(sorted, pairs, 0.99);
    result->max_ns = bench_quantile(sorted, pairs, 1.0);
    result->quartiles_ns[0] = bench_quantile(sorted, pairs, 0.25);
    result->quartiles_ns[1] = bench_quantile(sorted, pairs, 0.75);
    result->rate = (double)result->report.n * 1e9 / result->median_ns;
    result->ceiling_fraction =
        result->report.ceiling > 0.0 ? result->rate / result->report.ceiling : (double)NAN;

    size_t paired = result->report.peer && result->bench->peer ? pairs : 0;
    for (size_t i = 0; i < paired; i++)
        sorted[i] = result->peer_ns[i] / batch;
    qsort(sorted, paired, sizeof *sorted, compare_doubles);
    result->peer_median_ns = bench_quantile(sorted, paired, 0.5);
    for (size_t i = 0; i < paired; i++)
        sorted[i] = result->peer_ns[i] / result->ours_ns[i];
    qsort(sorted, paired, sizeof *sorted, compare_doubles);
    result->ratio = bench_quantile(sorted, paired, 0.5);
    result->ratio_quartiles[0] = bench_quantile(sorted, paired, 0.25);
    result->ratio_quartiles[1] = bench_quantile(sorted, paired, 0.75);
}
