// SPDX-License-Identifier: Apache-2.0
// A bare context for tests of the lowest room, which must not need the rooms above it. It counts
// what is allocated, so that a test can assert that all of it came back.
#ifndef NACRE_TESTS_CORE_CONTEXT_H
#define NACRE_TESTS_CORE_CONTEXT_H

#include "core/context.h"

#include <stdatomic.h>
#include <stdlib.h>

typedef struct core_memory {
    atomic_long live;     ///< blocks that are allocated now
    atomic_long fail_at;  ///< the allocation with this number fails; 0 = none
    atomic_long requests; ///< allocations asked for
} core_memory;

static inline void *core_test_alloc(void *user, size_t bytes, size_t alignment)
{
    core_memory *memory = user;
    if (atomic_fetch_add(&memory->requests, 1) + 1 == atomic_load(&memory->fail_at))
        return NULL;
    void *block = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    if (block)
        atomic_fetch_add(&memory->live, 1);
    return block;
}

static inline void core_test_release(void *user, void *block, size_t bytes)
{
    core_memory *memory = user;
    (void)bytes;
    atomic_fetch_sub(&memory->live, 1);
    free(block);
}

static inline nacre_ctx core_test_context(core_memory *memory)
{
    return (nacre_ctx){.allocator = {core_test_alloc, core_test_release, memory}, .threads = 1};
}

#endif
