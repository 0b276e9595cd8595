// SPDX-License-Identifier: Apache-2.0
// H = D + F F' with D = diag + s, by Woodbury: with G = D^-1/2 F,
//     H^-1 = D^-1/2 (I - G (I + G'G)^-1 G') D^-1/2,
// so that one iteration costs n k^2 and never sees an n x n matrix.
#include "engine/portfolio/solver/ipm_dense.h"

#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

/// b = H^-1 b for `count` right sides (n x count); `work` holds k x count.
static void apply_inverse(const nacrei_kkt *kkt, size_t count, double *b, double *work)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, k = qp->factors;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < count; j++)
            b[i * count + j] *= kkt->inverse[i];
    if (k > 0) {
        if (count == 1)
            nacrei_gemv(true, n, k, 1.0, kkt->scaled, k, b, 0.0, work);
        else
            nacrei_gemm(true, false, k, count, n, 1.0, kkt->scaled, k, b, count, 0.0, work, count);
        nacrei_cholesky_solve(k, kkt->inner, k, count, work, count);
        if (count == 1)
            nacrei_gemv(false, n, k, -1.0, kkt->scaled, k, work, 1.0, b);
        else
            nacrei_gemm(false, false, n, count, k, -1.0, kkt->scaled, k, work, count, 1.0, b,
                        count);
    }
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < count; j++)
            b[i * count + j] *= kkt->inverse[i];
}

bool nacrei_ipm_woodbury_factor(nacrei_kkt *kkt)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, m = qp->rows, k = qp->factors;
    for (size_t i = 0; i < n; i++) {
        double d = qp->diagonal[i] + kkt->diagonal[i];
        if (!(d > 0.0))
            return false;
        kkt->inverse[i] = 1.0 / sqrt(d);
        for (size_t j = 0; j < k; j++)
            kkt->scaled[i * k + j] = qp->factor[i * k + j] * kkt->inverse[i];
    }
    nacrei_syrk(true, k, n, 1.0, kkt->scaled, k, 0.0, kkt->inner, k);
    for (size_t j = 0; j < k; j++)
        kkt->inner[j * k + j] += 1.0;
    if (nacrei_cholesky(k, kkt->inner, k, NULL))
        return false;
    if (m == 0)
        return true;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            kkt->columns[j * m + i] = qp->matrix[i * n + j];
    apply_inverse(kkt, m, kkt->columns, kkt->wide);
    nacrei_gemm(false, false, m, m, n, 1.0, qp->matrix, n, kkt->columns, m, 0.0, kkt->schur, m);
    for (size_t i = 0; i < m; i++)
        kkt->schur[i * m + i] += kkt->diagonal[n + i];
    return nacrei_cholesky(m, kkt->schur, m, NULL) == NACRE_OK;
}

void nacrei_ipm_woodbury_solve(const nacrei_kkt *kkt, double *rhs)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, m = qp->rows;
    double *dx = rhs, *dy = rhs + n;
    if (m > 0) {
        nacrei_gemv(true, n, m, 1.0, kkt->columns, m, dx, -1.0, dy);
        nacrei_cholesky_solve(m, kkt->schur, m, 1, dy, 1);
    }
    apply_inverse(kkt, 1, dx, kkt->wide);
    if (m > 0)
        nacrei_gemv(false, n, m, -1.0, kkt->columns, m, dy, 1.0, dx);
}
