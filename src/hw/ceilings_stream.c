// SPDX-License-Identifier: Apache-2.0
// Bandwidth per level. A set of half a cache leaves room for whatever else lives there; the large
// set is four times the last-level caches, so that hardly a line survives from one pass to the
// next, or as near to that as 256 MiB and a quarter of the free memory come: then the figure says
// so. The memory is on ordinary pages, as the engines' is. One thread is timed by its own CPU time,
// so that a neighbour who takes the core for a while does not count; all threads by the wall clock.
#include "hw/ceilings.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "core/pool.h"
#include "hw/ceiling_kernels.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define MIB (UINT64_C(1) << 20)
#define LARGE_SET_MAX (256 * MIB)
#define LARGE_SET_MIN (64 * MIB)
#define SAMPLE_NS INT64_C(1500000)
#define SAMPLES 9
#define SAMPLES_LEAST 3
#define FIGURE_NS INT64_C(120000000) // no figure takes much longer
#define LEVELS 4
#define OPERATIONS 3 // read, copy, triad

typedef struct stream_kernels {
    const char *feature; // NULL: everywhere
    nacrei_stream_read_fn *read;
    nacrei_stream_copy_fn *copy;
    nacrei_stream_triad_fn *triad;
    const char *names[OPERATIONS];
} stream_kernels;

#define ALWAYS_NAME NULL
#define avx2_NAME "avx2"
#define avx512_NAME "avx512"
static const stream_kernels variants[] = {
#define NACREI_STREAM(set, feature, read, copy, triad)                                             \
    {feature##_NAME, read, copy, triad, {#read, #copy, #triad}},
#define NACREI_FMA(type, feature, operations, symbol)
#define NACREI_TILE(type, feature, operations, depth, symbol)
#include "hw/ceiling_kernels.inc"
#undef NACREI_STREAM
#undef NACREI_FMA
#undef NACREI_TILE
};

static const stream_kernels *choose(const nacre_hw_topology *topology)
{
    const stream_kernels *chosen = &variants[0];
    for (size_t i = 1; i < sizeof variants / sizeof *variants; i++) {
        const nacre_hw_feature *feature = nacre_hw_feature_find(topology, variants[i].feature);
        if (feature && feature->usable)
            chosen = &variants[i];
    }
    return chosen;
}

/// The largest data cache of a level of one instance, and all instances together.
static uint64_t cache_bytes(const nacre_hw_topology *topology, uint32_t level, uint64_t *together)
{
    uint64_t largest = 0;
    *together = 0;
    for (size_t i = 0; i < topology->cache_count; i++) {
        const nacre_hw_cache *cache = &topology->caches[i];
        if (cache->level != level || cache->kind == 'i')
            continue;
        largest = cache->bytes > largest ? cache->bytes : largest;
        *together += cache->bytes * cache->instances;
    }
    return largest;
}

static void choose_large(const nacre_hw_topology *topology, uint64_t last_level,
                         nacrei_levels *levels)
{
    uint64_t wanted = last_level > LARGE_SET_MAX ? LARGE_SET_MAX : 4 * last_level;
    uint64_t bytes = wanted < LARGE_SET_MIN ? LARGE_SET_MIN : wanted;
    bytes = bytes > LARGE_SET_MAX ? LARGE_SET_MAX : bytes;
    uint64_t free_bytes = topology->memory_free_bytes;
    if (free_bytes && bytes > free_bytes / 4)
        bytes = free_bytes / 4;
    levels->bytes[3] = bytes;
    if (bytes < 4 * MIB) {
        levels->bytes[3] = 0;
        (void)snprintf(levels->reason[3], sizeof levels->reason[3],
                       "only %" PRIu64 " MiB of memory are free", free_bytes / MIB);
    } else if (bytes / 4 < last_level) {
        (void)snprintf(levels->reason[3], sizeof levels->reason[3],
                       "the last-level caches hold %" PRIu64 " MiB as reported, so part of the "
                       "%" PRIu64 " MiB set may have stayed there",
                       last_level / MIB, bytes / MIB);
    }
}

void nacrei_levels_choose(const nacre_hw_topology *topology, nacrei_levels *levels)
{
    uint64_t one[3], together[3], last = 0;
    memset(levels, 0, sizeof *levels);
    for (uint32_t level = 0; level < 3; level++) {
        one[level] = cache_bytes(topology, level + 1, &together[level]);
        last = together[level] > last ? together[level] : last;
        levels->bytes[level] = one[level] / 2;
        if (!one[level])
            (void)snprintf(levels->reason[level], sizeof levels->reason[level],
                           "the system reports no cache of level %u", level + 1);
    }
    if (one[2] && one[1] && levels->bytes[2] > 8 * one[1])
        levels->bytes[2] = 8 * one[1];
    if (one[2] && levels->bytes[2] < 2 * one[1]) {
        levels->bytes[2] = 0;
        (void)snprintf(levels->reason[2], sizeof levels->reason[2],
                       "level 3 is less than 4 times level 2: a set that misses one fills the "
                       "other");
    }
    choose_large(topology, last, levels);
}

/// One pass of an operation over a set, split into slices for the pool.
typedef struct stream_pass {
    const stream_kernels *kernels;
    int operation;
    uint64_t *base;
    size_t n; // elements of each array of the operation
    size_t slices;
    uint64_t sums[256]; // per slice: somebody must use what was read
} stream_pass;

static void run_slice(void *user, size_t index)
{
    stream_pass *pass = user;
    size_t steps = pass->n / NACREI_STREAM_STEP;
    size_t begin = steps * index / pass->slices * NACREI_STREAM_STEP;
    size_t n = steps * (index + 1) / pass->slices * NACREI_STREAM_STEP - begin;
    uint64_t *a = pass->base + begin, *b = a + pass->n, *c = b + pass->n;
    if (pass->operation == 0)
        pass->sums[index] += pass->kernels->read(n, a);
    else if (pass->operation == 1)
        pass->kernels->copy(n, a, b);
    else // the set holds zeros, which are zeros as doubles too
        pass->kernels->triad(n, (const double *)(const void *)a, (const double *)(const void *)b,
                             (double *)(void *)c);
}

static int64_t time_passes(nacre_ctx *ctx, stream_pass *pass, uint64_t passes)
{
    bool alone = pass->slices == 1;
    int64_t start = alone ? nacrei_thread_cpu_ns() : nacrei_monotonic_ns();
    for (uint64_t i = 0; i < passes; i++) {
        if (alone)
            run_slice(pass, 0);
        else
            nacrei_pool_for(ctx->pool, pass->slices, run_slice, pass);
    }
    return (alone ? nacrei_thread_cpu_ns() : nacrei_monotonic_ns()) - start;
}

static void measure_one(nacre_ctx *ctx, stream_pass *pass, uint64_t bytes, nacre_hw_figure *figure)
{
    const unsigned arrays = (unsigned)pass->operation + 1;
    pass->n = bytes / sizeof(uint64_t) / arrays / NACREI_STREAM_STEP * NACREI_STREAM_STEP;
    double moved = (double)(pass->n * sizeof(uint64_t) * arrays);
    uint64_t passes = 1;
    int64_t ns;
    while ((ns = time_passes(ctx, pass, passes)) < SAMPLE_NS && passes < (UINT64_C(1) << 24))
        passes *= 2;
    double sample[SAMPLES];
    size_t samples = (size_t)(FIGURE_NS / (ns > 0 ? ns : 1));
    samples = samples < SAMPLES_LEAST ? SAMPLES_LEAST : samples > SAMPLES ? SAMPLES : samples;
    for (size_t i = 0; i < samples; i++) {
        ns = time_passes(ctx, pass, passes);
        sample[i] = moved * (double)passes / (double)(ns > 0 ? ns : 1);
    }
    nacrei_figure_set(figure, sample, samples, pass->slices == 1 ? 1 : ctx->threads,
                      pass->kernels->names[pass->operation]);
    figure->working_bytes = pass->n * sizeof(uint64_t) * arrays;
}

nacre_status nacrei_measure_streams(nacre_ctx *ctx, const nacre_hw_topology *topology,
                                    nacre_hw_figure *figures, nacre_error *err)
{
    nacrei_levels levels;
    nacrei_levels_choose(topology, &levels);
    uint64_t most = 0;
    for (int level = 0; level < LEVELS; level++)
        most = levels.bytes[level] > most ? levels.bytes[level] : most;
    uint64_t *base;
    nacre_status status = nacrei_alloc(ctx, most, 1, "the bandwidth measurement", &base, err);
    if (status)
        return status;
    stream_pass pass = {.kernels = choose(topology), .base = base};
    for (int row = 0; row < LEVELS + 1; row++) { // the last: the large set on all threads
        int level = row < LEVELS ? row : LEVELS - 1;
        pass.slices = row < LEVELS ? 1 : ctx->threads < 64 ? 4 * (size_t)ctx->threads : 256;
        for (pass.operation = 0; pass.operation < OPERATIONS; pass.operation++) {
            nacre_hw_figure *figure =
                &figures[(int)NACREI_CEILING_READ_L1 + OPERATIONS * row + pass.operation];
            if (!levels.bytes[level]) {
                nacrei_figure_refuse(figure, "%s", levels.reason[level]);
                continue;
            }
            measure_one(ctx, &pass, levels.bytes[level], figure);
            (void)snprintf(figure->reason, sizeof figure->reason, "%s", levels.reason[level]);
        }
    }
    nacrei_free(ctx, base, most, 1);
    return NACRE_OK;
}
