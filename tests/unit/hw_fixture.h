// SPDX-License-Identifier: Apache-2.0
// Made-up machines and a folder of its own for tests of the measured ceilings.
#ifndef NACRE_TESTS_HW_FIXTURE_H
#define NACRE_TESTS_HW_FIXTURE_H

#include "hw/ceilings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KIB UINT64_C(1024)
#define MIB (KIB * 1024)

/// A machine with `caches` and that much free memory.
static inline nacre_hw_topology hw_machine(const nacre_hw_cache *caches, size_t count,
                                           uint64_t free_bytes)
{
    nacre_hw_topology t = {.cpu_name = "Made-up 1",
                           .architecture = "x86_64",
                           .system = "Linux 1.2.3",
                           .cpus = 4,
                           .usable_cpus = 4,
                           .memory_bytes = free_bytes,
                           .memory_free_bytes = free_bytes,
                           .cache_count = count,
                           .caches = caches};
    return t;
}

/// Figures as if measured: 1.5 x the index, every fifth absent.
static inline void hw_figures(nacre_hw_figure *figures)
{
    nacrei_figures_init(figures);
    for (size_t i = 0; i < NACREI_CEILINGS; i++) {
        double sample[3] = {1.5 * (double)i, 1.0 * (double)i, 3.0 * (double)i};
        if (i % 5 == 0) {
            nacrei_figure_refuse(&figures[i], "no \"%s\" here", figures[i].name);
            continue;
        }
        nacrei_figure_set(&figures[i], sample, 3, 2, "nacrek_read_u64__ref");
        figures[i].working_bytes = i << 40;
        if (i % 3 == 0)
            figures[i].p99 = 4.0 * (double)i;
        if (i % 2 == 0)
            (void)snprintf(figures[i].reason, sizeof figures[i].reason, "note %zu", i);
    }
}

static inline bool hw_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

#endif
