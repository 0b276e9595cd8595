// SPDX-License-Identifier: Apache-2.0
// The bounded products: OpenBLAS under the contract of kern/gemm/gemm.h, on one thread. Empty
// shapes are settled here, because BLAS implementations disagree about them.
#include "kern/linalg/blas_setup.h"
#include "kern/linalg/linalg.h"
#include "kern/variants.h"

static void scale_f32(size_t m, size_t n, float beta, float *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++)
            c[i * ldc + j] = beta == 0.0f ? 0.0f : beta * c[i * ldc + j];
    }
}

size_t nacrek_gemm_f32__blas(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha,
                             const float *a, size_t lda, const float *b, size_t ldb, float beta,
                             float *c, size_t ldc, void *scratch, size_t scratch_bytes)
{
    (void)scratch_bytes; // OpenBLAS brings its own
    if (!scratch || m == 0 || n == 0)
        return 0;
    if (k == 0) {
        scale_f32(m, n, beta, c, ldc);
        return 0;
    }
    nacrei_blas_setup();
    cblas_sgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
                nacrei_blas_int(m), nacrei_blas_int(n), nacrei_blas_int(k), alpha, a,
                nacrei_blas_ld(lda), b, nacrei_blas_ld(ldb), beta, c, nacrei_blas_ld(ldc));
    return 0;
}

size_t nacrek_gemm_f64__blas(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha,
                             const double *a, size_t lda, const double *b, size_t ldb, double beta,
                             double *c, size_t ldc, void *scratch, size_t scratch_bytes)
{
    (void)scratch_bytes;
    if (scratch)
        nacrei_gemm(ta, tb, m, n, k, alpha, a, lda, b, ldb, beta, c, ldc);
    return 0;
}
