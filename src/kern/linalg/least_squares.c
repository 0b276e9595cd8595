// SPDX-License-Identifier: Apache-2.0
// Least squares by Householder QR: the normal equations would square the condition number. One
// allocation holds the columns of A, the right side and LAPACK's scratch.
#include "kern/linalg/linalg.h"

#include "kern/linalg/blas_setup.h"

#include <float.h>
#include <math.h>
#include <string.h>

/// LAPACK's largest block for QR, with the triangular factor that dormqr keeps in its scratch.
#define QR_BLOCK ((size_t)64)
#define QR_FACTOR_DOUBLES ((QR_BLOCK + 1) * QR_BLOCK)

typedef struct qr_work {
    double *columns; ///< m x n by columns, becomes R above and the reflections below
    double *rhs;     ///< m, becomes Q'b
    double *norms;   ///< n, of the columns of A
    double *tau;     ///< n
    double *row;     ///< n
    double *scratch;
    size_t scratch_doubles;
} qr_work;

// By tiles of rows: the walk down the columns of the copy then stays in the cache.
static nacre_status load(size_t m, size_t n, const double *a, size_t lda, const double *b,
                         const qr_work *work, nacre_error *err)
{
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++) {
            double value = a[i * lda + j];
            if (!isfinite(value))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "the regressors hold NaN or infinity at row %zu, column %zu", i,
                                   j);
            work->columns[j * m + i] = value;
        }
        if (!isfinite(b[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "the right side holds NaN or infinity at row %zu", i);
        work->rhs[i] = b[i];
    }
    for (size_t j = 0; j < n; j++)
        work->norms[j] = cblas_dnrm2(nacrei_blas_int(m), work->columns + j * m, 1);
    return NACRE_OK;
}

// What is left of column j beside the columns before it is |R[j][j]|: rounding alone leaves about
// m u of its length.
static nacre_status check_rank(size_t m, size_t n, const qr_work *work, nacre_error *err)
{
    for (size_t j = 0; j < n; j++) {
        double left = fabs(work->columns[j * m + j]);
        if (!(left > work->norms[j] * (double)m * DBL_EPSILON))
            return nacrei_fail(err, NACRE_E_ARG,
                               "the regressors are rank deficient: column %zu of %zu depends on "
                               "the columns before it; leave it out",
                               j, n);
    }
    return NACRE_OK;
}

// (A'A)^-1 = R^-1 R^-T, so entry j of its diagonal is the squared length of row j of R^-1, which
// solves R' z = e_j.
static void inverse_diagonal(size_t m, size_t n, const qr_work *work, double *out)
{
    for (size_t j = 0; j < n; j++)
        out[j] = 0.0;
    for (size_t k = 0; k < n; k++) {
        double *z = work->row;
        memset(z, 0, n * sizeof *z);
        z[k] = 1.0;
        cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, nacrei_blas_int(k + 1),
                    work->columns, nacrei_blas_ld(m), z, 1);
        for (size_t j = 0; j <= k; j++)
            out[j] += z[j] * z[j];
    }
}

static nacre_status factor_and_solve(size_t m, size_t n, const qr_work *work, nacre_error *err)
{
    lapack_int info = LAPACKE_dgeqrf_work(LAPACK_COL_MAJOR, nacrei_blas_int(m), nacrei_blas_int(n),
                                          work->columns, nacrei_blas_ld(m), work->tau,
                                          work->scratch, (lapack_int)work->scratch_doubles);
    if (info == 0)
        info = LAPACKE_dormqr_work(LAPACK_COL_MAJOR, 'L', 'T', nacrei_blas_int(m), 1,
                                   nacrei_blas_int(n), work->columns, nacrei_blas_ld(m), work->tau,
                                   work->rhs, nacrei_blas_ld(m), work->scratch,
                                   (lapack_int)work->scratch_doubles);
    if (info != 0)
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu x %zu regressors are too large for LAPACK", m,
                           n);
    nacre_status status = check_rank(m, n, work, err);
    if (!status)
        cblas_dtrsv(CblasColMajor, CblasUpper, CblasNoTrans, CblasNonUnit, nacrei_blas_int(n),
                    work->columns, nacrei_blas_ld(m), work->rhs, 1);
    return status;
}

nacre_status nacrei_least_squares(nacre_ctx *ctx, size_t m, size_t n, const double *a, size_t lda,
                                  const double *b, double *x, double *rinv_diag_or_NULL,
                                  nacre_error *err)
{
    if (m < n)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%zu observations cannot determine %zu coefficients; leave columns out",
                           m, n);
    if (n == 0)
        return NACRE_OK;
    size_t cells, total;
    qr_work work = {.scratch_doubles = QR_BLOCK * n + QR_FACTOR_DOUBLES};
    if (!nacrei_mul(m, n, &cells) ||
        __builtin_add_overflow(cells, m + 3 * n + work.scratch_doubles, &total))
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu x %zu regressors do not fit memory", m, n);
    double *memory;
    nacre_status status = nacrei_alloc(ctx, total, sizeof *memory, "least squares", &memory, err);
    if (status)
        return status;
    nacrei_blas_setup();
    work.columns = memory;
    work.rhs = memory + cells;
    work.norms = work.rhs + m;
    work.tau = work.norms + n;
    work.row = work.tau + n;
    work.scratch = work.row + n;
    status = load(m, n, a, lda, b, &work, err);
    if (!status)
        status = factor_and_solve(m, n, &work, err);
    if (!status) {
        memcpy(x, work.rhs, n * sizeof *x);
        if (rinv_diag_or_NULL)
            inverse_diagonal(m, n, &work, rinv_diag_or_NULL);
    }
    nacrei_free(ctx, memory, total, sizeof *memory);
    return status;
}
