// SPDX-License-Identifier: Apache-2.0
// Transposition of f32, reference.
#include "kern/variants.h"

void nacrek_transpose_f32__ref(size_t m, size_t n, const float *a, size_t lda, float *b, size_t ldb)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++)
            b[j * ldb + i] = a[i * lda + j];
    }
}
