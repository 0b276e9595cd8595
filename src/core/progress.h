// SPDX-License-Identifier: Apache-2.0
// A progress line on standard error for people: drawn only on a terminal, at most ten times a
// second, with rate and time left, and wiped at the end. Costs nothing elsewhere.
#ifndef NACREI_CORE_PROGRESS_H
#define NACREI_CORE_PROGRESS_H

#include "nacre/core.h"

typedef struct nacrei_progress {
    const char *label;
    const char *unit; ///< "rows", "MB"
    bool enabled;
    int64_t started_ns, drawn_ns;
} nacrei_progress;

/// Enabled when stderr is a terminal, TERM is not "dumb" and `quiet` is false.
void nacrei_progress_begin(nacrei_progress *progress, const char *label, const char *unit,
                           bool quiet);
/// Fits nacre_progress_fn with the nacrei_progress as `user`; always returns true.
bool nacrei_progress_update(void *progress, uint64_t done, uint64_t total);
void nacrei_progress_end(nacrei_progress *progress);

#endif
