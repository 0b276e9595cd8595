// SPDX-License-Identifier: Apache-2.0
// Counts the bytes that Nacre itself copies, by where they went and why. A data path that claims to
// hand memory over instead of copying it is judged by these counters, so every copy of bulk data in
// the library goes through one line of the list below.
#ifndef NACREI_MEM_COPIES_H
#define NACREI_MEM_COPIES_H

#include <stdint.h>

/// id, from, to, reason: the labels of bytes_copied_total.
#define NACREI_COPY_LIST(X)                                                                        \
    X(TAPE_STAGE, "host", "host", "tape_stage")                                                    \
    X(TAPE_WRITE, "host", "file", "tape_write")                                                    \
    X(FILTER, "host", "host", "filter")

typedef enum nacrei_copy {
#define NACREI_COPY_ENUM(id, from, to, reason) NACREI_COPY_##id,
    NACREI_COPY_LIST(NACREI_COPY_ENUM)
#undef NACREI_COPY_ENUM
        NACREI_COPY_COUNT
} nacrei_copy;

typedef struct nacrei_copy_total {
    const char *from, *to, *reason;
    uint64_t bytes; ///< since the process began
} nacrei_copy_total;

/// Adds to a counter. Relaxed and lock-free; call it once per block, not once per row.
/// @thread safe
void nacrei_copied(nacrei_copy copy, uint64_t bytes);

/// The counter's labels and its value now.
/// @thread safe
nacrei_copy_total nacrei_copied_total(nacrei_copy copy);

#endif
