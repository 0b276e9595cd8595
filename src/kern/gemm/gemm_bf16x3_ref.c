// SPDX-License-Identifier: Apache-2.0
// f32 product by two bf16 terms, reference: x = high + low, and C sums low high', high high', high
// low' with fma, k ascending. Plain and slow: it says what the matrix unit's variants compute.
#include "kern/variants.h"

#include <math.h>
#include <string.h>

typedef struct terms {
    float high, low;
} terms;

/// Nearest number of 8 significant bits, ties to even; NaN stays NaN.
static float nearest_bf16(float x)
{
    uint32_t bits;
    if (isnan(x))
        return x;
    memcpy(&bits, &x, sizeof bits);
    bits = (bits + 0x7fff + (bits >> 16 & 1)) & UINT32_C(0xffff0000);
    memcpy(&x, &bits, sizeof x);
    return x;
}

static terms split(float x)
{
    terms t = {.high = nearest_bf16(x)};
    t.low = nearest_bf16(x - t.high);
    return t;
}

size_t nacrek_gemm_bf16x3_f32__ref(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha,
                                   const float *a, size_t lda, const float *b, size_t ldb,
                                   float beta, float *c, size_t ldc, void *scratch,
                                   size_t scratch_bytes)
{
    (void)scratch_bytes; // needs none
    if (!scratch)
        return 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            float acc = 0.0f;
            for (size_t p = 0; p < k; p++) {
                terms x = split(ta ? a[p * lda + i] : a[i * lda + p]);
                terms y = split(tb ? b[j * ldb + p] : b[p * ldb + j]);
                acc = fmaf(x.low, y.high, acc);
                acc = fmaf(x.high, y.high, acc);
                acc = fmaf(x.high, y.low, acc);
            }
            float *out = c + i * ldc + j;
            *out = beta == 0.0f ? alpha * acc : fmaf(alpha, acc, beta * *out);
        }
    }
    return 0;
}
