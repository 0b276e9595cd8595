// SPDX-License-Identifier: Apache-2.0
// Setting up a ring; push and pop are inline in the header, because they are a copy and two
// atomics.
#include "core/ring.h"

#include "core/alloc.h"

nacre_status nacrei_ring_init(nacrei_ring *ring, void *storage, size_t slot_count,
                              size_t slot_bytes, nacre_error *err)
{
    size_t bytes;
    if (slot_count == 0 || (slot_count & (slot_count - 1)) != 0)
        return nacrei_fail(err, NACRE_E_ARG, "a ring of %zu slots: the number must be a power of 2",
                           slot_count);
    if (slot_bytes == 0 || !nacrei_mul(slot_count, slot_bytes, &bytes))
        return nacrei_fail(err, NACRE_E_ARG, "a ring of %zu slots of %zu bytes is impossible",
                           slot_count, slot_bytes);
    ring->slots = storage;
    ring->slot_bytes = slot_bytes;
    ring->mask = slot_count - 1;
    atomic_init(&ring->pushed, 0);
    atomic_init(&ring->popped, 0);
    ring->seen_popped = 0;
    ring->seen_pushed = 0;
    return NACRE_OK;
}
