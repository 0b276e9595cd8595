// SPDX-License-Identifier: Apache-2.0
// Ring between exactly one producer and one consumer thread: slots of a fixed size in the caller's
// storage, no lock, no allocation, no system call. Positions count up for ever; each side owns one
// cache line with its position and what it last saw of the other's, so that the lines travel
// between cores only when a side runs into its cached limit.
#ifndef NACREI_CORE_RING_H
#define NACREI_CORE_RING_H

#include "core/status.h"

#include <stdatomic.h>
#include <string.h>

typedef struct nacrei_ring {
    _Alignas(64) unsigned char *slots;
    size_t slot_bytes, mask;
    _Alignas(64) atomic_size_t pushed; ///< written by the producer
    size_t seen_popped;
    _Alignas(64) atomic_size_t popped; ///< written by the consumer
    size_t seen_pushed;
} nacrei_ring;

/// @param storage  slot_count * slot_bytes bytes that outlive the ring (@own borrowed)
/// @error  NACRE_E_ARG slot_count is no power of two, or the product overflows
NACRE_MUST_CHECK nacre_status nacrei_ring_init(nacrei_ring *ring, void *storage, size_t slot_count,
                                               size_t slot_bytes, nacre_error *err);

/// Slots that are filled now; from a third thread a snapshot.
static inline size_t nacrei_ring_count(nacrei_ring *ring)
{
    // The consumer's position first: it never passes the producer's, so the difference is >= 0.
    size_t popped = atomic_load_explicit(&ring->popped, memory_order_acquire);
    return atomic_load_explicit(&ring->pushed, memory_order_acquire) - popped;
}

/// How many of `count` slots from position `at` on lie before the end of the storage.
static inline size_t nacrei_ring_span(const nacrei_ring *ring, size_t at, size_t count)
{
    size_t until_end = ring->mask + 1 - (at & ring->mask);
    return count < until_end ? count : until_end;
}

/// Appends up to `count` items; returns how many fitted. @thread the producer only
static inline size_t nacrei_ring_push(nacrei_ring *ring, const void *items, size_t count)
{
    size_t at = atomic_load_explicit(&ring->pushed, memory_order_relaxed);
    size_t room = ring->mask + 1 - (at - ring->seen_popped);
    if (room < count) {
        ring->seen_popped = atomic_load_explicit(&ring->popped, memory_order_acquire);
        room = ring->mask + 1 - (at - ring->seen_popped);
    }
    if (count > room)
        count = room;
    size_t first = nacrei_ring_span(ring, at, count);
    const unsigned char *from = items;
    if (count) {
        memcpy(ring->slots + (at & ring->mask) * ring->slot_bytes, from, first * ring->slot_bytes);
        memcpy(ring->slots, from + first * ring->slot_bytes, (count - first) * ring->slot_bytes);
        atomic_store_explicit(&ring->pushed, at + count, memory_order_release);
    }
    return count;
}

/// Takes up to `count` items; returns how many there were. @thread the consumer only
static inline size_t nacrei_ring_pop(nacrei_ring *ring, void *items, size_t count)
{
    size_t at = atomic_load_explicit(&ring->popped, memory_order_relaxed);
    size_t filled = ring->seen_pushed - at;
    if (filled < count) {
        ring->seen_pushed = atomic_load_explicit(&ring->pushed, memory_order_acquire);
        filled = ring->seen_pushed - at;
    }
    if (count > filled)
        count = filled;
    size_t first = nacrei_ring_span(ring, at, count);
    unsigned char *to = items;
    if (count) {
        memcpy(to, ring->slots + (at & ring->mask) * ring->slot_bytes, first * ring->slot_bytes);
        memcpy(to + first * ring->slot_bytes, ring->slots, (count - first) * ring->slot_bytes);
        atomic_store_explicit(&ring->popped, at + count, memory_order_release);
    }
    return count;
}

#endif
