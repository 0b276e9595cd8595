// SPDX-License-Identifier: Apache-2.0
// Products, triangular solves and the Cholesky factorisation. Empty shapes are settled here,
// because BLAS implementations disagree about them (and print when they dislike a leading
// dimension). LAPACK is called in its own column order on the transpose, so no matrix is ever
// copied.
#include "kern/linalg/linalg.h"

#include "kern/linalg/blas_setup.h"

#include <math.h>
#include <string.h>

/// Rows and columns that are mirrored at once: two tiles of 8 KiB.
#define MIRROR_TILE ((size_t)32)

static void scale_rows(size_t m, size_t n, double beta, double *c, size_t ldc)
{
    for (size_t i = 0; i < m; i++) {
        double *row = c + i * ldc;
        if (beta == 0.0)
            memset(row, 0, n * sizeof *row);
        else
            for (size_t j = 0; j < n; j++)
                row[j] *= beta;
    }
}

// Lower triangle to upper, tile by tile: a plain double loop misses the cache at every column step.
static void mirror_lower(size_t n, double *c, size_t ldc)
{
    for (size_t i0 = 0; i0 < n; i0 += MIRROR_TILE) {
        size_t i1 = i0 + MIRROR_TILE < n ? i0 + MIRROR_TILE : n;
        for (size_t j0 = 0; j0 <= i0; j0 += MIRROR_TILE)
            for (size_t i = i0; i < i1; i++) {
                size_t j1 = j0 + MIRROR_TILE < i ? j0 + MIRROR_TILE : i;
                for (size_t j = j0; j < j1; j++)
                    c[j * ldc + i] = c[i * ldc + j];
            }
    }
}

void nacrei_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                 size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc)
{
    if (m == 0 || n == 0)
        return;
    if (k == 0) {
        scale_rows(m, n, beta, c, ldc);
        return;
    }
    nacrei_blas_setup();
    cblas_dgemm(CblasRowMajor, ta ? CblasTrans : CblasNoTrans, tb ? CblasTrans : CblasNoTrans,
                nacrei_blas_int(m), nacrei_blas_int(n), nacrei_blas_int(k), alpha, a,
                nacrei_blas_ld(lda), b, nacrei_blas_ld(ldb), beta, c, nacrei_blas_ld(ldc));
}

void nacrei_syrk(bool transpose, size_t n, size_t k, double alpha, const double *a, size_t lda,
                 double beta, double *c, size_t ldc)
{
    if (n == 0)
        return;
    if (k == 0) {
        scale_rows(n, n, beta, c, ldc);
    } else {
        nacrei_blas_setup();
        cblas_dsyrk(CblasRowMajor, CblasLower, transpose ? CblasTrans : CblasNoTrans,
                    nacrei_blas_int(n), nacrei_blas_int(k), alpha, a, nacrei_blas_ld(lda), beta, c,
                    nacrei_blas_ld(ldc));
    }
    mirror_lower(n, c, ldc);
}

void nacrei_gemv(bool transpose, size_t m, size_t n, double alpha, const double *a, size_t lda,
                 const double *x, double beta, double *y)
{
    size_t in = transpose ? m : n, out = transpose ? n : m;
    if (out == 0)
        return;
    // Whether gemv reads y at beta = 0 depends on the version of the library.
    if (in == 0 || beta == 0.0)
        scale_rows(1, out, beta, y, out);
    if (in == 0)
        return;
    nacrei_blas_setup();
    cblas_dgemv(CblasRowMajor, transpose ? CblasTrans : CblasNoTrans, nacrei_blas_int(m),
                nacrei_blas_int(n), alpha, a, nacrei_blas_ld(lda), x, 1, beta == 0.0 ? 1.0 : beta,
                y, 1);
}

nacre_status nacrei_cholesky(size_t n, double *a, size_t lda, nacre_error *err)
{
    if (n == 0)
        return NACRE_OK;
    nacrei_blas_setup();
    // The lower triangle by rows is the upper one by columns: A = U'U there, U = L'.
    lapack_int info =
        LAPACKE_dpotrf_work(LAPACK_COL_MAJOR, 'U', nacrei_blas_int(n), a, nacrei_blas_ld(lda));
    size_t good = info > 0 ? (size_t)info - 1 : n;
    for (size_t i = 0; i < good; i++)
        if (!(a[i * lda + i] > 0.0) || isinf(a[i * lda + i]))
            good = i;
    if (good < n)
        return nacrei_fail(err, NACRE_E_ARG,
                           "the matrix is not positive definite: pivot %zu of %zu is not positive; "
                           "remove the variable that depends on others, or shrink the matrix",
                           good, n);
    for (size_t i = 0; i + 1 < n; i++)
        memset(a + i * lda + i + 1, 0, (n - i - 1) * sizeof *a);
    return NACRE_OK;
}

void nacrei_trsm_lower(size_t n, const double *l, size_t ldl, bool transpose, size_t nrhs,
                       double *b, size_t ldb)
{
    if (n == 0 || nrhs == 0)
        return;
    nacrei_blas_setup();
    // One right side that lies without gaps: the vector routine passes over L once and packs
    // nothing.
    if (nrhs == 1 && ldb == 1)
        cblas_dtrsv(CblasRowMajor, CblasLower, transpose ? CblasTrans : CblasNoTrans, CblasNonUnit,
                    nacrei_blas_int(n), l, nacrei_blas_ld(ldl), b, 1);
    else
        cblas_dtrsm(CblasRowMajor, CblasLeft, CblasLower, transpose ? CblasTrans : CblasNoTrans,
                    CblasNonUnit, nacrei_blas_int(n), nacrei_blas_int(nrhs), 1.0, l,
                    nacrei_blas_ld(ldl), b, nacrei_blas_ld(ldb));
}

void nacrei_cholesky_solve(size_t n, const double *l, size_t ldl, size_t nrhs, double *b,
                           size_t ldb)
{
    nacrei_trsm_lower(n, l, ldl, false, nrhs, b, ldb);
    nacrei_trsm_lower(n, l, ldl, true, nrhs, b, ldb);
}
