// SPDX-License-Identifier: Apache-2.0
// A bounded waiting room that puts late prints in order: rows wait until the newest event time is
// `window_ns` past theirs, and leave by event time, equal times in order of arrival.
#ifndef NACREI_DATA_REORDER_H
#define NACREI_DATA_REORDER_H

#include "core/alloc.h"

/// Rows that may wait at once; a window that needs more is refused by name.
#define NACREI_REORDER_ROWS_MAX ((size_t)1 << 20)

/// One trade as read, before it goes into the columns.
typedef struct nacrei_row {
    int64_t ts_event, ts_recv, price, size, seq;
    uint32_t conditions;
    int8_t side;
    uint8_t flags;
    uint8_t venue;
} nacrei_row;

typedef struct nacrei_reorder_entry {
    nacrei_row row;
    uint64_t arrival;
} nacrei_reorder_entry;

/// A binary min-heap by (ts_event, arrival).
typedef struct nacrei_reorder {
    nacrei_reorder_entry *heap;
    size_t count, capacity;
    uint64_t arrivals;
} nacrei_reorder;

/// @error  NACRE_E_NOMEM; NACRE_E_LIMIT NACREI_REORDER_ROWS_MAX rows wait already
NACRE_MUST_CHECK nacre_status nacrei_reorder_push(nacre_ctx *ctx, nacrei_reorder *reorder,
                                                  const nacrei_row *row, nacre_error *err);
/// Takes the earliest row out when its time is at most `limit`.
bool nacrei_reorder_pop(nacrei_reorder *reorder, int64_t limit, nacrei_row *row);
void nacrei_reorder_fini(nacre_ctx *ctx, nacrei_reorder *reorder);

#endif
