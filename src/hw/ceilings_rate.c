// SPDX-License-Identifier: Apache-2.0
// Arithmetic rates: the loops run in registers or tiles for about a millisecond a sample. One
// thread is timed by its own CPU time, so that a neighbour on its core does not count. With all
// threads every thread runs the same number of rounds and the wall clock ends with the slowest.
#include "hw/ceilings.h"

#include "core/clock.h"
#include "core/pool.h"
#include "hw/ceiling_kernels.h"

#include <string.h>

#define SAMPLE_NS INT64_C(1500000)
#define SAMPLES 9
#define ROUNDS_MAX (UINT64_C(1) << 24)

typedef struct rate_variant {
    nacrei_ceiling one, all; // figures; all = NACREI_CEILINGS: none
    const char *feature;     // NULL: everywhere
    double operations;       // per round
    nacrei_rate_fma_fn *run; // tile loops have the same type
    const char *name;
} rate_variant;

#define ALWAYS_NAME NULL
#define avx2_NAME "avx2"
#define avx512_NAME "avx512"
#define avx512_fp16_NAME "avx512_fp16"
#define amx_bf16_NAME "amx_bf16"
#define amx_int8_NAME "amx_int8"
#define f32_FIGURES NACREI_CEILING_FMA_F32, NACREI_CEILING_FMA_F32_ALL
#define f64_FIGURES NACREI_CEILING_FMA_F64, NACREI_CEILING_FMA_F64_ALL
#define f16_FIGURES NACREI_CEILING_FMA_F16, NACREI_CEILINGS
#define bf16_FIGURES NACREI_CEILING_TILE_BF16, NACREI_CEILING_TILE_BF16_ALL
#define i8_FIGURES NACREI_CEILING_TILE_I8, NACREI_CEILING_TILE_I8_ALL
static const rate_variant variants[] = {
#define NACREI_STREAM(set, feature, read, copy, triad)
#define NACREI_FMA(type, feature, operations, symbol)                                              \
    {type##_FIGURES, feature##_NAME, operations, symbol, #symbol},
#define NACREI_TILE(type, feature, operations, depth, symbol)                                      \
    {type##_FIGURES, feature##_NAME, operations, symbol, #symbol},
#include "hw/ceiling_kernels.inc"
#undef NACREI_STREAM
#undef NACREI_FMA
#undef NACREI_TILE
};

typedef struct rate_job {
    nacrei_rate_fma_fn *run;
    uint64_t rounds;
} rate_job;

static void run_item(void *user, size_t index)
{
    const rate_job *job = user;
    (void)index;
    volatile double sink = job->run(job->rounds);
    (void)sink;
}

static int64_t time_job(nacre_ctx *ctx, rate_job *job, uint32_t threads)
{
    int64_t start = threads == 1 ? nacrei_thread_cpu_ns() : nacrei_monotonic_ns();
    if (threads == 1)
        run_item(job, 0);
    else
        nacrei_pool_for(ctx->pool, threads, run_item, job);
    return (threads == 1 ? nacrei_thread_cpu_ns() : nacrei_monotonic_ns()) - start;
}

static void measure_one(nacre_ctx *ctx, const rate_variant *variant, uint32_t threads,
                        nacre_hw_figure *figure)
{
    rate_job job = {variant->run, 1024};
    int64_t ns;
    while ((ns = time_job(ctx, &job, threads)) < SAMPLE_NS && job.rounds < ROUNDS_MAX)
        job.rounds *= 2;
    double sample[SAMPLES];
    for (size_t i = 0; i < SAMPLES; i++) {
        ns = time_job(ctx, &job, threads);
        sample[i] = variant->operations * (double)job.rounds * threads / (double)(ns > 0 ? ns : 1);
    }
    nacrei_figure_set(figure, sample, SAMPLES, threads, variant->name);
}

/// Why no variant of this figure runs: the reason of the last that was looked at.
static void refuse(const nacre_hw_topology *topology, nacrei_ceiling id, nacre_hw_figure *figures)
{
    static const struct {
        nacrei_ceiling id;
        const char *feature;
    } needs[] = {
        {NACREI_CEILING_FMA_F16, "avx512_fp16"},    {NACREI_CEILING_TILE_BF16, "amx_bf16"},
        {NACREI_CEILING_TILE_BF16_ALL, "amx_bf16"}, {NACREI_CEILING_TILE_I8, "amx_int8"},
        {NACREI_CEILING_TILE_I8_ALL, "amx_int8"},
    };
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        if (needs[i].id != id)
            continue;
        const nacre_hw_feature *feature = nacre_hw_feature_find(topology, needs[i].feature);
        nacrei_figure_refuse(&figures[id], "%s: %s", needs[i].feature,
                             feature && !feature->usable ? feature->reason
                                                         : "no loop for it in this build");
    }
}

void nacrei_measure_rates(nacre_ctx *ctx, const nacre_hw_topology *topology,
                          nacre_hw_figure *figures)
{
    const rate_variant *chosen[NACREI_CEILINGS] = {0};
    for (size_t i = 0; i < sizeof variants / sizeof *variants; i++) {
        const rate_variant *v = &variants[i];
        const nacre_hw_feature *feature =
            v->feature ? nacre_hw_feature_find(topology, v->feature) : NULL;
        if (v->feature && !(feature && feature->usable))
            continue;
        chosen[v->one] = v;
        if (v->all != NACREI_CEILINGS)
            chosen[v->all] = v;
    }
    for (int id = NACREI_CEILING_FMA_F32; id <= (int)NACREI_CEILING_TILE_I8_ALL; id++) {
        if (!chosen[id])
            refuse(topology, (nacrei_ceiling)id, figures);
        else
            measure_one(ctx, chosen[id], chosen[id]->one == (nacrei_ceiling)id ? 1 : ctx->threads,
                        &figures[id]);
    }
}
