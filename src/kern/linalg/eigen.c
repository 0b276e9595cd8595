// SPDX-License-Identifier: Apache-2.0
// Symmetric eigenproblems by LAPACK's divide and conquer (dsyevd). A symmetric matrix reads the
// same by rows and by columns; the eigenvectors that LAPACK leaves as columns are rows to us.
#include "kern/linalg/linalg.h"

#include "kern/linalg/blas_setup.h"

#include <math.h>

// LAPACK may not return on NaN, so none gets there.
static nacre_status check_finite(size_t n, const double *a, size_t lda, nacre_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            if (!isfinite(a[i * lda + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "the matrix holds NaN or infinity at row %zu, column %zu", i, j);
    return NACRE_OK;
}

nacre_status nacrei_eigen_symmetric(nacre_ctx *ctx, size_t n, double *a, size_t lda,
                                    double *eigenvalues, nacre_error *err)
{
    if (n == 0)
        return NACRE_OK;
    nacre_status status = check_finite(n, a, lda, err);
    if (status)
        return status;
    nacrei_blas_setup();
    double wanted = 0.0;
    lapack_int wanted_ints = 0;
    lapack_int info =
        LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', nacrei_blas_int(n), a, nacrei_blas_ld(lda),
                            eigenvalues, &wanted, -1, &wanted_ints, -1);
    if (info != 0 || !(wanted < (double)INT32_MAX))
        return nacrei_fail(err, NACRE_E_SHAPE, "a matrix of %zu rows is too large for LAPACK", n);
    size_t doubles = (size_t)wanted, ints = (size_t)wanted_ints;
    double *work;
    lapack_int *int_work = NULL;
    status = nacrei_alloc(ctx, doubles, sizeof *work, "eigenvalue scratch", &work, err);
    if (!status)
        status = nacrei_alloc(ctx, ints, sizeof *int_work, "eigenvalue scratch", &int_work, err);
    if (!status) {
        info = LAPACKE_dsyevd_work(LAPACK_COL_MAJOR, 'V', 'U', nacrei_blas_int(n), a,
                                   nacrei_blas_ld(lda), eigenvalues, work, (lapack_int)doubles,
                                   int_work, (lapack_int)ints);
        if (info != 0)
            status = nacrei_fail(err, NACRE_E_ARG,
                                 "the eigenvalues of a matrix of %zu rows did not converge; scale "
                                 "its entries nearer to 1",
                                 n);
    }
    nacrei_free(ctx, int_work, ints, sizeof *int_work);
    nacrei_free(ctx, work, doubles, sizeof *work);
    return status;
}
