// SPDX-License-Identifier: Apache-2.0
// What follows from what was found: warnings with their remedy, effects on the whole process, and
// the next steps, of which there is always one.
#include "cli/cli_doctor.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

// Above these a figure is more about the neighbours than about the machine.
#define STEAL_PERCENT 1.0
#define BUSY_PERCENT 25.0

static void add(doctor_lines *lines, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(doctor_lines *lines, const char *format, ...)
{
    if (lines->count == DOCTOR_LINES_MAX)
        return;
    va_list list;
    va_start(list, format);
    (void)vsnprintf(lines->text[lines->count++], DOCTOR_TEXT_BYTES, format, list);
    va_end(list);
}

static void warn(cli_doctor *d)
{
    const nacre_hw_topology *t = d->topology;
    if (d->isa_error)
        add(&d->warnings, "%s", d->isa_error);
    if (t->governor[0] && strcmp(t->governor, "performance") != 0)
        add(&d->warnings,
            "the CPU frequency governor is \"%s\": speeds vary; cpupower frequency-set -g "
            "performance",
            t->governor);
    if (!isnan(t->cpu_quota) && t->cpu_quota < t->usable_cpus)
        add(&d->warnings,
            "a control group grants %.2f of %u CPUs: threads are stopped when it is used up; "
            "run with --threads %u",
            t->cpu_quota, t->usable_cpus, t->cpu_quota < 1 ? 1 : (unsigned)t->cpu_quota);
    if (t->usable_cpus < t->cpus)
        add(&d->warnings, "this process may use %u of %u CPUs (taskset or a cpuset holds it)",
            t->usable_cpus, t->cpus);
    if (d->all.busy_percent > BUSY_PERCENT)
        add(&d->warnings, "the CPUs were %.0f %% busy with other work just now",
            d->all.busy_percent);
    if (d->ceilings->steal_percent > STEAL_PERCENT)
        add(&d->warnings,
            "%.1f %% of the CPUs' time was stolen by the hypervisor while the ceilings were "
            "measured: the speeds are lower bounds",
            d->ceilings->steal_percent);
    if (d->ceilings->other_percent > BUSY_PERCENT)
        add(&d->warnings,
            "%.0f %% of the CPUs' time went to other work while the ceilings were measured: the "
            "speeds are lower bounds",
            d->ceilings->other_percent);
    uint64_t huge = 0;
    for (size_t i = 0; i < t->page_count; i++)
        huge += t->pages[i].total;
    if (strcmp(t->transparent_huge_pages, "never") == 0 && huge == 0)
        add(&d->warnings, "huge pages are off: echo madvise > "
                          "/sys/kernel/mm/transparent_hugepage/enabled");
}

void cli_doctor_advise(cli_doctor *d)
{
    const nacre_hw_feature *tiles = nacre_hw_feature_find(d->topology, "amx_tile");
    warn(d);
    add(&d->effects, "OpenBLAS is set to one thread at its first use (docs/design.md)");
    if (tiles && (tiles->usable || strstr(tiles->reason, "arch_prctl")))
        add(&d->effects, "the kernel was asked once to allow AMX tiles (arch_prctl): %s",
            tiles->usable ? "granted" : "refused");
    if (d->isa_error)
        add(&d->next, "unset NACRE_ISA, or name a set that is usable above");
    if (d->ceilings->other_percent > BUSY_PERCENT || d->ceilings->steal_percent > STEAL_PERCENT)
        add(&d->next, "nacre doctor --measure     again, when the machine is quiet");
    add(&d->next, "nacre bench                this machine against the stated bars and peers");
    add(&d->next, "nacre run --demo           the main job on a simulated market");
}
