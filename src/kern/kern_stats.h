// SPDX-License-Identifier: Apache-2.0
// Counting what public operations do. A call costs one relaxed load while counting is off, and two
// clock reads and four relaxed additions while it is on; no lock either way. Kernels themselves and
// the tick path, which calls them through their slots, count nothing.
#ifndef NACREI_KERN_KERN_STATS_H
#define NACREI_KERN_KERN_STATS_H

#include "core/clock.h"
#include "kern/kern.h"

/// The time at which a call starts, or -1 when nothing is counted.
static inline int64_t nacrei_kern_start(const struct nacrei_kerns *kerns)
{
    bool counting = atomic_load_explicit(&kerns->counting, memory_order_relaxed);
    return __builtin_expect(counting, 0) ? nacrei_monotonic_ns() : -1;
}

/// Adds a call of the given dimensions that began at `start_ns`.
void nacrei_kern_add(struct nacrei_kerns *kerns, const struct nacrei_variant *variant, size_t m,
                     size_t n, size_t k, int64_t start_ns);

#endif
