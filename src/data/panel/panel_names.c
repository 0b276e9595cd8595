// SPDX-License-Identifier: Apache-2.0
// Heap sort of indices by name: in place, n log n for any input.
#include "data/panel/panel_names.h"

#include <stdint.h>
#include <string.h>

static void swap(size_t *a, size_t *b)
{
    size_t held = *a;
    *a = *b;
    *b = held;
}

static void sift(const char *const *names, size_t *heap, size_t at, size_t count)
{
    for (size_t child; (child = 2 * at + 1) < count; at = child) {
        if (child + 1 < count && strcmp(names[heap[child]], names[heap[child + 1]]) < 0)
            child++;
        if (strcmp(names[heap[at]], names[heap[child]]) >= 0)
            return;
        swap(&heap[at], &heap[child]);
    }
}

void nacrei_panel_sort_names(const char *const *names, size_t *order, size_t count)
{
    for (size_t i = count / 2; i-- > 0;)
        sift(names, order, i, count);
    for (size_t end = count; end-- > 1;) {
        swap(&order[0], &order[end]);
        sift(names, order, 0, end);
    }
}

size_t nacrei_panel_find_name(const char *const *names, const size_t *order, size_t count,
                              const char *key)
{
    size_t low = 0, high = count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int compared = strcmp(names[order[middle]], key);
        if (compared == 0)
            return order[middle];
        if (compared < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return SIZE_MAX;
}
