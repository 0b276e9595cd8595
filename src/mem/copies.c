// SPDX-License-Identifier: Apache-2.0
// The copy counters: one relaxed atomic per line of the list. They are process-wide because a copy
// costs the machine the same whichever context caused it, and one number per cause is what is asked
// for. Each counter has its own cache line, so counting threads do not slow one another.
#include "mem/copies.h"

#include <stdalign.h>
#include <stdatomic.h>

#define CACHE_LINE_BYTES 64

typedef struct counter {
    alignas(CACHE_LINE_BYTES) _Atomic uint64_t bytes;
} counter;

static counter counters[NACREI_COPY_COUNT];

static const nacrei_copy_total labels[NACREI_COPY_COUNT] = {
#define COPY_LABELS(id, from_text, to_text, reason_text)                                           \
    [NACREI_COPY_##id] = {.from = (from_text), .to = (to_text), .reason = (reason_text)},
    NACREI_COPY_LIST(COPY_LABELS)
#undef COPY_LABELS
};

void nacrei_copied(nacrei_copy copy, uint64_t bytes)
{
    atomic_fetch_add_explicit(&counters[copy].bytes, bytes, memory_order_relaxed);
}

nacrei_copy_total nacrei_copied_total(nacrei_copy copy)
{
    nacrei_copy_total total = labels[copy];
    total.bytes = atomic_load_explicit(&counters[copy].bytes, memory_order_relaxed);
    return total;
}
