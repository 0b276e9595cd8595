// SPDX-License-Identifier: Apache-2.0
// Busy time of a unit (vector, matrix, GPU, NPU) in one atomic word: the number of users now in the
// top 12 bits, below them the sum of all ends minus the sum of all begins modulo 2^52. With
// `active` users inside, busy time until now is that balance + active * now: one load gives a
// consistent reading, begin and end are one compare-and-swap loop, and no user waits for another.
#ifndef NACREI_CORE_BUSY_H
#define NACREI_CORE_BUSY_H

#include <stdatomic.h>
#include <stdint.h>

#define NACREI_BUSY_BITS 52
#define NACREI_BUSY_MASK ((UINT64_C(1) << NACREI_BUSY_BITS) - 1)

typedef struct nacrei_busy {
    _Atomic uint64_t word; ///< zero = never used
} nacrei_busy;

static inline void nacrei_busy_change(nacrei_busy *busy, uint64_t users, uint64_t ns)
{
    uint64_t old = atomic_load_explicit(&busy->word, memory_order_relaxed), next;
    do {
        next = ((old >> NACREI_BUSY_BITS) + users) << NACREI_BUSY_BITS;
        next |= (old + ns) & NACREI_BUSY_MASK;
    } while (!atomic_compare_exchange_weak_explicit(&busy->word, &old, next, memory_order_relaxed,
                                                    memory_order_relaxed));
}

/// Enters; at most 4,095 users at once. @param now_ns  nacrei_monotonic_ns()
static inline void nacrei_busy_begin(nacrei_busy *busy, int64_t now_ns)
{
    nacrei_busy_change(busy, 1, UINT64_C(0) - (uint64_t)now_ns);
}

/// Leaves; one for each begin.
static inline void nacrei_busy_end(nacrei_busy *busy, int64_t now_ns)
{
    nacrei_busy_change(busy, UINT64_MAX, (uint64_t)now_ns);
}

/// Busy nanoseconds until now_ns, modulo 2^52.
static inline uint64_t nacrei_busy_ns(const nacrei_busy *busy, int64_t now_ns)
{
    uint64_t word = atomic_load_explicit(&busy->word, memory_order_relaxed);
    return (word + (word >> NACREI_BUSY_BITS) * (uint64_t)now_ns) & NACREI_BUSY_MASK;
}

#endif
