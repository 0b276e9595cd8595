// SPDX-License-Identifier: Apache-2.0
// The bounded reductions: OpenBLAS under the contract of kern/reduce/reduce.h. Lengths and leading
// dimensions are at most INT32_MAX.
#include "kern/linalg/blas_setup.h"
#include "kern/linalg/linalg.h"
#include "kern/variants.h"

float nacrei_blas_sum_f32(size_t n, const float *x)
{
    nacrei_blas_setup();
    return n ? cblas_ssum(nacrei_blas_int(n), x, 1) : 0.0f;
}

double nacrei_blas_sum_f64(size_t n, const double *x)
{
    nacrei_blas_setup();
    return n ? cblas_dsum(nacrei_blas_int(n), x, 1) : 0.0;
}

float nacrek_dot_f32__blas(size_t n, const float *x, const float *y)
{
    nacrei_blas_setup();
    return n ? cblas_sdot(nacrei_blas_int(n), x, 1, y, 1) : 0.0f;
}

double nacrek_dot_f64__blas(size_t n, const double *x, const double *y)
{
    nacrei_blas_setup();
    return n ? cblas_ddot(nacrei_blas_int(n), x, 1, y, 1) : 0.0;
}

void nacrek_gemv_f32__blas(bool transpose, size_t m, size_t n, float alpha, const float *a,
                           size_t lda, const float *x, float beta, float *y)
{
    size_t in = transpose ? m : n, out = transpose ? n : m;
    // Whether gemv reads y at beta = 0 depends on the version of the library.
    for (size_t i = 0; i < out && (in == 0 || beta == 0.0f); i++)
        y[i] = beta == 0.0f ? 0.0f : beta * y[i];
    if (in == 0 || out == 0)
        return;
    nacrei_blas_setup();
    cblas_sgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, nacrei_blas_int(m),
                nacrei_blas_int(n), alpha, a, nacrei_blas_ld(lda), x, 1, beta == 0.0f ? 1.0f : beta,
                y, 1);
}

void nacrek_gemv_f64__blas(bool transpose, size_t m, size_t n, double alpha, const double *a,
                           size_t lda, const double *x, double beta, double *y)
{
    nacrei_gemv(transpose, m, n, alpha, a, lda, x, beta, y);
}
