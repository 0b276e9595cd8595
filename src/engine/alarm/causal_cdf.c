// SPDX-License-Identifier: Apache-2.0
// The window keeps each value twice: in arrival order (a ring, to know which one leaves) and sorted
// (to rank by binary search). A full window replaces one sorted entry by another with a single
// memmove over the entries between the two positions, which beats a tree for windows that fit in
// cache: 12,500 values cost a few microseconds per bucket close.
#include "engine/alarm/causal_cdf.h"

#include <math.h>

static int64_t *ring_of(nacrei_cdf *cdf)
{
    return (int64_t *)(void *)(cdf + 1);
}

size_t nacrei_cdf_bytes(uint32_t capacity)
{
    return sizeof(nacrei_cdf) + 2 * (size_t)capacity * sizeof(int64_t);
}

void nacrei_cdf_init(nacrei_cdf *cdf, uint32_t capacity)
{
    memset(cdf, 0, nacrei_cdf_bytes(capacity));
    cdf->capacity = capacity;
}

/// Number of entries <= key.
static size_t rank_of(const int64_t *sorted, size_t count, int64_t key)
{
    size_t low = 0;
    while (count > 0) {
        size_t half = count / 2;
        if (sorted[low + half] <= key) {
            low += half + 1;
            count -= half + 1;
        } else {
            count = half;
        }
    }
    return low;
}

double nacrei_cdf_push(nacrei_cdf *cdf, int64_t key, uint32_t min_count)
{
    int64_t *ring = ring_of(cdf);
    int64_t *sorted = ring + cdf->capacity;
    size_t rank = rank_of(sorted, cdf->count, key);
    double share = (double)NAN;
    if (cdf->count > 0 && cdf->count >= min_count)
        share = (double)rank / (double)cdf->count;

    if (cdf->count < cdf->capacity) {
        memmove(sorted + rank + 1, sorted + rank, (cdf->count - rank) * sizeof *sorted);
        sorted[rank] = key;
        ring[cdf->count++] = key;
    } else {
        int64_t oldest = ring[cdf->head];
        size_t hole = rank_of(sorted, cdf->count, oldest) - 1;
        if (rank > hole) {
            rank--;
            memmove(sorted + hole, sorted + hole + 1, (rank - hole) * sizeof *sorted);
        } else {
            memmove(sorted + rank + 1, sorted + rank, (hole - rank) * sizeof *sorted);
        }
        sorted[rank] = key;
        ring[cdf->head] = key;
        cdf->head = cdf->head + 1 == cdf->capacity ? 0 : cdf->head + 1;
    }
    cdf->seen++;
    return share;
}
