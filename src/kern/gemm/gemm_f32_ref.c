// SPDX-License-Identifier: Apache-2.0
// Strict f32 product, reference: the definition. libm's fma is correctly rounded on every machine,
// so this file defines the bits that the others must match.
#include "kern/variants.h"

#include <math.h>

size_t nacrek_gemm_f32__ref(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha,
                            const float *a, size_t lda, const float *b, size_t ldb, float beta,
                            float *c, size_t ldc, void *scratch, size_t scratch_bytes)
{
    (void)scratch_bytes; // needs none
    if (!scratch)
        return 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            float acc = 0.0f;
            for (size_t p = 0; p < k; p++)
                acc = fmaf(ta ? a[p * lda + i] : a[i * lda + p],
                           tb ? b[j * ldb + p] : b[p * ldb + j], acc);
            float *out = c + i * ldc + j;
            *out = beta == 0.0f ? alpha * acc : fmaf(alpha, acc, beta * *out);
        }
    }
    return 0;
}
