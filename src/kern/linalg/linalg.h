// SPDX-License-Identifier: Apache-2.0
// Dense linear algebra in double, row-major, over OpenBLAS and LAPACK with one thread. The rest of
// the project sees only these functions: no BLAS header, no column order, no Fortran integers.
// Class bounded: results differ between machines by rounding only, are repeatable on one machine.
// Every dimension and leading dimension is at most INT32_MAX; 0 is legal everywhere. Leading
// dimensions are in elements and at least the row length. `beta == 0` never reads C or y. NaN and
// infinity in the inputs travel into the results; callers check theirs first.
#ifndef NACREI_KERN_LINALG_H
#define NACREI_KERN_LINALG_H

#include "core/alloc.h"

/// C = alpha op(A) op(B) + beta C, op(X) = X' where ta or tb is set.
/// @shape  op(A): m x k; op(B): k x n; C: m x n, no overlap with A or B        @thread safe
/// @accuracy |error| <= (k + 4) u |alpha| |A||B| per entry, u = 2^-53
void nacrei_gemm(bool ta, bool tb, size_t m, size_t n, size_t k, double alpha, const double *a,
                 size_t lda, const double *b, size_t ldb, double beta, double *c, size_t ldc);

/// C = alpha A A' + beta C (A is n x k), or with `transpose` C = alpha A'A + beta C (A is k x n).
/// Both triangles are written and equal to the bit; with beta != 0 only the lower one is read.
/// @accuracy as nacrei_gemm          @thread safe
void nacrei_syrk(bool transpose, size_t n, size_t k, double alpha, const double *a, size_t lda,
                 double beta, double *c, size_t ldc);

/// y = alpha A x + beta y (x: n, y: m), or with `transpose` y = alpha A'x + beta y (x: m, y: n).
/// @shape  A: m x n, no overlap of y with A or x        @accuracy as nacrei_gemm        @thread
/// safe
void nacrei_gemv(bool transpose, size_t m, size_t n, double alpha, const double *a, size_t lda,
                 const double *x, double beta, double *y);

/// A = L L' in place: L below and on the diagonal, zeros above. Only the lower triangle is read.
/// @error  NACRE_E_ARG names the first pivot (from 0) that is not positive and finite; `a` is then
/// spoilt
/// @thread safe
NACRE_MUST_CHECK nacre_status nacrei_cholesky(size_t n, double *a, size_t lda, nacre_error *err);

/// B = (L L')^-1 B with the factor of nacrei_cholesky.
/// @shape  B: n x nrhs          @thread safe
void nacrei_cholesky_solve(size_t n, const double *l, size_t ldl, size_t nrhs, double *b,
                           size_t ldb);

/// B = L^-1 B, or with `transpose` B = L'^-1 B. L is lower triangular; above it nothing is read.
/// @shape  B: n x nrhs          @thread safe
void nacrei_trsm_lower(size_t n, const double *l, size_t ldl, bool transpose, size_t nrhs,
                       double *b, size_t ldb);

/// Eigenvalues ascending; on return row i of `a` is the unit eigenvector of eigenvalue i, its sign
/// arbitrary. Only the lower triangle is read. Divide and conquer, scratch of about 2 n^2 doubles.
/// @error  NACRE_E_NOMEM; NACRE_E_NONFINITE names the first bad row (`a` untouched); NACRE_E_ARG
/// the
///         iteration did not converge (`a` spoilt)
/// @accuracy |error of an eigenvalue| <= about n u ||A||          @thread safe
NACRE_MUST_CHECK nacre_status nacrei_eigen_symmetric(nacre_ctx *ctx, size_t n, double *a,
                                                     size_t lda, double *eigenvalues,
                                                     nacre_error *err);

/// What nacrei_eigen_top did, and how good its answer is, measured with a product of its own.
typedef struct nacrei_eigen_top_info {
    size_t products;      ///< of A with a block of vectors
    bool full;            ///< nacrei_eigen_symmetric answered
    double residual;      ///< largest ||A v - value v||, over |values[0]|
    double orthogonality; ///< largest entry of |V V' - I|
} nacrei_eigen_top_info;

/// The k largest eigenvalues by value (not by magnitude), descending, and their unit eigenvectors
/// as rows, signs arbitrary. Both triangles are read and must be equal. Deterministic. Work is
/// bounded by 2 n / (k + 8) products of A with k + 8 vectors; where they do not converge, or
/// n < 12 (k + 8), nacrei_eigen_symmetric answers (`full`), whatever its residual is. Scratch of
/// about 25 n (k + 8) doubles, or n^2 for the full solver.
/// @shape  A: n x n; vectors: k x n, no overlap with A; 1 <= k <= n; values: k
/// @param[in] start_or_NULL  k x n, rows near the eigenvectors, such as yesterday's; need not be
///             orthogonal, may be `vectors`
/// @param[in] tolerance  on `residual`; 0 = 1e-12. When |values[0]| is far below ||A||, rounding
///             keeps the residual above it, and the full solver answers
/// @error  NACRE_E_SHAPE k = 0 or k > n; NACRE_E_ARG tolerance negative, NaN or infinite;
///         NACRE_E_NONFINITE names the first bad entry; NACRE_E_NOMEM; NACRE_E_ARG the full solver
///         did not converge. Outputs are untouched then
/// @accuracy  not full: residual <= tolerance and orthogonality <= 1e-12, so each value is within
///         tolerance |values[0]| of an eigenvalue; that none above was missed rests on random
///         vectors in the block. Full: as nacrei_eigen_symmetric        @thread safe
/// @source  Golub & Underwood 1977 (block Lanczos); Wu & Simon 2000 (thick restart)
NACRE_MUST_CHECK nacre_status nacrei_eigen_top(nacre_ctx *ctx, size_t n, const double *a,
                                               size_t lda, size_t k, const double *start_or_NULL,
                                               double tolerance, double *values, double *vectors,
                                               nacrei_eigen_top_info *info, nacre_error *err);

/// x minimises ||A x - b||, by Householder QR without pivoting, so a column that depends on those
/// before it is found at its own place.
/// @shape  A: m x n, m >= n; b: m; x: n
/// @param[out] rinv_diag_or_NULL  n, the diagonal of (A'A)^-1: times the residual variance it is
/// the
///             squared standard error of x
/// @error  NACRE_E_SHAPE m < n; NACRE_E_NONFINITE names the first bad entry; NACRE_E_ARG rank
/// deficient:
///         names the column (from 0); NACRE_E_NOMEM. Outputs are untouched then
/// @accuracy backward stable: exact for A and b changed by about m n u relative         @thread
/// safe
NACRE_MUST_CHECK nacre_status nacrei_least_squares(nacre_ctx *ctx, size_t m, size_t n,
                                                   const double *a, size_t lda, const double *b,
                                                   double *x, double *rinv_diag_or_NULL,
                                                   nacre_error *err);

/// The sum of x in the library's order.
/// @shape  x: n <= INT32_MAX          @accuracy |error| <= n u sum |x|          @thread safe
float nacrei_blas_sum_f32(size_t n, const float *x);
double nacrei_blas_sum_f64(size_t n, const double *x);

/// The library and the kernels that it chose here: "0.3.21, Cooperlake kernels".
void nacrei_blas_describe(char *text, size_t bytes);

#endif
