// SPDX-License-Identifier: Apache-2.0
// The public side of the ceilings: cached or measured, and what is said about it. Measuring goes
// from small to large, all cores last, so that a CPU that slows down under load has not yet done so
// when one thread is measured.
#include "hw/ceilings.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "hw/os_probe.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

typedef struct ceilings_state {
    nacre_hw_ceilings pub; // first: the public struct is the address of this one
    nacre_hw_figure figures[NACREI_CEILINGS];
} ceilings_state;

void nacrei_figures_init(nacre_hw_figure figures[NACREI_CEILINGS])
{
    static const char *const texts[NACREI_CEILINGS][3] = {
#define CEILING(id, name, unit, how) {name, unit, how},
#include "hw/ceilings.def"
#undef CEILING
    };
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        figures[i] =
            (nacre_hw_figure){.name = texts[i][0], .unit = texts[i][1], .how = texts[i][2]};
        nacrei_figure_refuse(&figures[i], "not measured");
    }
}

void nacrei_figure_refuse(nacre_hw_figure *figure, const char *format, ...)
{
    va_list list;
    figure->median = figure->q1 = figure->q3 = figure->best = figure->p99 = (double)NAN;
    figure->samples = figure->threads = 0;
    figure->working_bytes = 0;
    figure->kernel[0] = '\0';
    va_start(list, format);
    (void)vsnprintf(figure->reason, sizeof figure->reason, format, list);
    va_end(list);
}

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double nacrei_quantile(const double *sorted, size_t count, double q)
{
    double place = q * (double)(count - 1);
    size_t below = (size_t)place;
    if (below + 1 >= count)
        return sorted[count - 1];
    return sorted[below] + (place - (double)below) * (sorted[below + 1] - sorted[below]);
}

void nacrei_figure_set(nacre_hw_figure *figure, double *samples, size_t count, uint32_t threads,
                       const char *kernel)
{
    qsort(samples, count, sizeof *samples, compare_doubles);
    figure->median = nacrei_quantile(samples, count, 0.5);
    figure->q1 = nacrei_quantile(samples, count, 0.25);
    figure->q3 = nacrei_quantile(samples, count, 0.75);
    figure->best = samples[strcmp(figure->unit, "ns") == 0 ? 0 : count - 1];
    figure->p99 = (double)NAN;
    figure->samples = (uint32_t)count;
    figure->threads = threads;
    figure->reason[0] = '\0';
    (void)snprintf(figure->kernel, sizeof figure->kernel, "%s", kernel);
}

/// CPU time of this process, all threads, in seconds.
static double process_seconds(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
           1e-6 * (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static nacre_status measure(nacre_ctx *ctx, const nacre_hw_topology *topology,
                            ceilings_state *state, nacre_error *err)
{
    nacrei_cpu_time before, after;
    double own = process_seconds();
    (void)nacrei_proc_stat_read(&before, NULL, 0);
    nacrei_measure_clocks(state->figures);
    nacrei_measure_rates(ctx, topology, state->figures);
    nacre_status status = nacrei_measure_wakeups(ctx, topology, state->figures, err);
    if (!status)
        status = nacrei_measure_streams(ctx, topology, state->figures, err);
    (void)nacrei_proc_stat_read(&after, NULL, 0);
    nacrei_cpu_share share = nacrei_cpu_share_between(&before, &after);
    double ticks = (double)(after.total - before.total), own_ticks = process_seconds() - own;
    own_ticks *= (double)sysconf(_SC_CLK_TCK);
    state->pub.steal_percent = share.steal_percent;
    state->pub.other_percent = fmax(0.0, share.busy_percent - 100.0 * own_ticks / ticks);
    if (isnan(share.busy_percent)) // fmax would take the zero
        state->pub.other_percent = (double)NAN;
    state->pub.measured_ns = nacrei_clock_now(&nacrei_clock_live);
    return status;
}

/// True when the cache gave the figures; else the note says why not.
static bool take_cached(nacre_ctx *ctx, const char *key, ceilings_state *state)
{
    nacre_hw_ceilings *c = &state->pub;
    nacre_error err = {0};
    nacre_status status = nacrei_ceilings_load(ctx, c->cache_path, key, state->figures, c, &err);
    if (!status) {
        c->from_cache = true;
        (void)snprintf(c->cache_note, sizeof c->cache_note, "read from the cache");
    } else if (status == NACRE_E_NOTFOUND) {
        (void)snprintf(c->cache_note, sizeof c->cache_note, "measured now: nothing was cached");
    } else {
        (void)snprintf(c->cache_note, sizeof c->cache_note,
                       "measured now: the cache was not taken: %.320s", err.message);
    }
    return !status;
}

static void save(const char *key, nacre_hw_ceilings *c)
{
    nacre_error err = {0};
    if (c->cache_path[0] && nacrei_ceilings_save(c->cache_path, key, c, &err))
        (void)snprintf(c->cache_note, sizeof c->cache_note, "measured now and not cached: %.320s",
                       err.message);
}

void nacre_hw_ceilings_options_init(nacre_hw_ceilings_options *options)
{
    *options = (nacre_hw_ceilings_options){.struct_size = sizeof *options};
}

nacre_status nacre_hw_ceilings_create(nacre_ctx *ctx, const nacre_hw_topology *topology,
                                      const nacre_hw_ceilings_options *options,
                                      nacre_hw_ceilings **out, nacre_error *err)
{
    nacre_hw_ceilings_options defaults;
    nacre_hw_ceilings_options_init(&defaults);
    options = options ? options : &defaults;
    *out = NULL;
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "ceilings options of %u bytes, expected %zu: call "
                           "nacre_hw_ceilings_options_init first",
                           options->struct_size, sizeof *options);
    ceilings_state *state;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *state, "ceilings", &state, err);
    if (status)
        return status;
    nacre_hw_ceilings *c = &state->pub;
    char key[256];
    c->count = NACREI_CEILINGS;
    c->figures = state->figures;
    nacrei_figures_init(state->figures);
    nacrei_ceilings_key(ctx, topology, key);
    if (!nacrei_ceilings_path(options->cache_folder, key, c->cache_path, sizeof c->cache_path,
                              c->cache_note, sizeof c->cache_note))
        c->cache_path[0] = '\0';
    else if (options->measure)
        (void)snprintf(c->cache_note, sizeof c->cache_note, "measured now, as asked");
    else if (take_cached(ctx, key, state)) {
        *out = c;
        return NACRE_OK;
    }
    status = measure(ctx, topology, state, err);
    if (status) {
        nacre_hw_ceilings_destroy(ctx, c);
        return status;
    }
    save(key, c);
    *out = c;
    return NACRE_OK;
}

void nacre_hw_ceilings_destroy(nacre_ctx *ctx, nacre_hw_ceilings *ceilings)
{
    nacrei_free(ctx, ceilings, 1, sizeof(ceilings_state));
}

const nacre_hw_figure *nacre_hw_figure_find(const nacre_hw_ceilings *ceilings, const char *name)
{
    for (size_t i = 0; i < ceilings->count; i++)
        if (strcmp(ceilings->figures[i].name, name) == 0)
            return &ceilings->figures[i];
    return NULL;
}

uint64_t nacre_hw_busy_ns(const nacre_ctx *ctx, nacre_hw_unit unit)
{
    if ((unsigned)unit >= NACRE_HW_UNITS)
        return 0;
    return nacrei_busy_ns(&ctx->busy[unit], nacrei_monotonic_ns());
}
