// SPDX-License-Identifier: Apache-2.0
// What Linux tells in /proc and /sys beside the topology: memory, huge pages, CPU frequency
// governor, control-group quota, microcode, and where the CPUs' time went. Everything is read below
// a root folder ("" for this machine), so that tests read made-up machines. What is not told stays
// empty.
#ifndef NACREI_HW_OS_PROBE_H
#define NACREI_HW_OS_PROBE_H

#include "nacre/hw.h"

#define NACREI_PAGES_MAX 8

typedef struct nacrei_os {
    uint64_t memory_bytes, memory_free_bytes;
    char transparent_huge_pages[16];
    char governor[24];
    char microcode[24];
    double cpu_quota; ///< NaN = none
    size_t page_count;
    nacre_hw_page pages[NACREI_PAGES_MAX]; ///< by size
} nacrei_os;

void nacrei_os_probe(const char *root, nacrei_os *out);

/// Clock ticks of one CPU, or of all, since boot.
typedef struct nacrei_cpu_time {
    uint32_t cpu;
    uint64_t busy, steal, total; ///< busy: neither idle, nor waiting for input, nor stolen
} nacrei_cpu_time;

/// Parses /proc/stat: the line "cpu" into *all, the lines "cpuN" into each[0..capacity), in the
/// order of the text. Any bytes are legal input; a line that does not parse is left out.
/// @return the number of CPUs filled; *all is zero without its line
size_t nacrei_proc_stat_parse(const char *text, size_t bytes, nacrei_cpu_time *all,
                              nacrei_cpu_time *each, size_t capacity);

typedef struct nacrei_cpu_share {
    uint32_t cpu;
    double busy_percent, steal_percent; ///< of the time between the readings; NaN when none passed
} nacrei_cpu_share;

/// The shares between two readings of one CPU; a counter that stepped back counts as no time.
nacrei_cpu_share nacrei_cpu_share_between(const nacrei_cpu_time *before,
                                          const nacrei_cpu_time *after);

/// Reads /proc/stat now; as nacrei_proc_stat_parse. 0 where there is none.
size_t nacrei_proc_stat_read(nacrei_cpu_time *all, nacrei_cpu_time *each, size_t capacity);

#endif
