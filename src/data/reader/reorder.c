// SPDX-License-Identifier: Apache-2.0
// The heap behind --reorder. Arrival numbers break ties, which makes the order stable.
#include "data/reader/reorder.h"

static bool before(const nacrei_reorder_entry *a, const nacrei_reorder_entry *b)
{
    if (a->row.ts_event != b->row.ts_event)
        return a->row.ts_event < b->row.ts_event;
    return a->arrival < b->arrival;
}

nacre_status nacrei_reorder_push(nacre_ctx *ctx, nacrei_reorder *reorder, const nacrei_row *row,
                                 nacre_error *err)
{
    if (reorder->count == NACREI_REORDER_ROWS_MAX)
        return nacrei_fail(
            err, NACRE_E_LIMIT,
            "more than %zu rows wait inside the reorder span; give a shorter --reorder",
            NACREI_REORDER_ROWS_MAX);
    nacre_status status =
        nacrei_grow(ctx, &reorder->heap, &reorder->capacity, reorder->count + 1,
                    sizeof *reorder->heap, "rows waiting to be put in order", err);
    if (status)
        return status;
    nacrei_reorder_entry entry = {.row = *row, .arrival = reorder->arrivals++};
    size_t at = reorder->count++;
    while (at > 0) {
        size_t parent = (at - 1) / 2;
        if (!before(&entry, &reorder->heap[parent]))
            break;
        reorder->heap[at] = reorder->heap[parent];
        at = parent;
    }
    reorder->heap[at] = entry;
    return NACRE_OK;
}

bool nacrei_reorder_pop(nacrei_reorder *reorder, int64_t limit, nacrei_row *row)
{
    if (reorder->count == 0 || reorder->heap[0].row.ts_event > limit)
        return false;
    *row = reorder->heap[0].row;
    nacrei_reorder_entry last = reorder->heap[--reorder->count];
    size_t at = 0;
    for (;;) {
        size_t child = 2 * at + 1;
        if (child >= reorder->count)
            break;
        if (child + 1 < reorder->count && before(&reorder->heap[child + 1], &reorder->heap[child]))
            child++;
        if (!before(&reorder->heap[child], &last))
            break;
        reorder->heap[at] = reorder->heap[child];
        at = child;
    }
    reorder->heap[at] = last;
    return true;
}

void nacrei_reorder_fini(nacre_ctx *ctx, nacrei_reorder *reorder)
{
    nacrei_free(ctx, reorder->heap, reorder->capacity, sizeof *reorder->heap);
    *reorder = (nacrei_reorder){0};
}
