// SPDX-License-Identifier: Apache-2.0
// Transposition of f64, reference.
#include "kern/variants.h"

void nacrek_transpose_f64__ref(size_t m, size_t n, const double *a, size_t lda, double *b,
                               size_t ldb)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++)
            b[j * ldb + i] = a[i * lda + j];
    }
}
