// SPDX-License-Identifier: Apache-2.0
// "Did you mean": edit distance with swapped neighbours counted as one slip, over words of bounded
// length, with rows on the stack.
#include "core/config.h"

#include <string.h>

#define MAX_WORD 64

static size_t min3(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;
    return least < c ? least : c;
}

// Insertions, deletions, replacements and swaps of neighbours between words of at most MAX_WORD
// bytes.
static size_t edit_distance(const char *a, size_t a_bytes, const char *b, size_t b_bytes)
{
    // Rows i-2, i-1 and i of the usual table.
    size_t rows[3][MAX_WORD + 1];
    size_t *older = rows[0], *old = rows[1], *row = rows[2];
    for (size_t j = 0; j <= b_bytes; j++)
        old[j] = older[j] = j;
    for (size_t i = 1; i <= a_bytes; i++) {
        row[0] = i;
        for (size_t j = 1; j <= b_bytes; j++) {
            size_t replaced = old[j - 1] + (a[i - 1] != b[j - 1]);
            row[j] = min3(old[j] + 1, row[j - 1] + 1, replaced);
            bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
            if (swapped && older[j - 2] + 1 < row[j])
                row[j] = older[j - 2] + 1;
        }
        size_t *reused = older;
        older = old;
        old = row;
        row = reused;
    }
    return old[b_bytes];
}

const char *nacrei_nearest(const char *word, const char *const *candidates, size_t count)
{
    size_t word_bytes = strlen(word);
    if (word_bytes == 0 || word_bytes > MAX_WORD)
        return NULL;
    // A slip per three letters; more than that is another word.
    size_t best_distance = (word_bytes < 3 ? 1 : word_bytes / 3) + 1;
    const char *best = NULL;
    for (size_t i = 0; i < count; i++) {
        size_t bytes = strlen(candidates[i]);
        if (bytes > MAX_WORD)
            continue;
        size_t distance = edit_distance(word, word_bytes, candidates[i], bytes);
        if (distance < best_distance) {
            best_distance = distance;
            best = candidates[i];
        }
    }
    return best;
}
