// SPDX-License-Identifier: Apache-2.0
// H = P + diag(s) by Cholesky, then the Schur complement of the rows, S = diag(d) + A H^-1 A'. With
// H = L L' and V = L^-1 A' it is diag(d) + V'V, which is symmetric by construction.
#include "engine/portfolio/solver/ipm_dense.h"

#include "kern/linalg/linalg.h"

#include <string.h>

static void transpose_rows(const nacre_qp *qp, double *columns)
{
    size_t n = qp->variables, m = qp->rows;
    for (size_t i = 0; i < m; i++)
        for (size_t j = 0; j < n; j++)
            columns[j * m + i] = qp->matrix[i * n + j];
}

bool nacrei_ipm_dense_factor(nacrei_kkt *kkt)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, m = qp->rows;
    memcpy(kkt->h, qp->hessian, n * n * sizeof *kkt->h);
    for (size_t i = 0; i < n; i++)
        kkt->h[i * n + i] += kkt->diagonal[i];
    if (nacrei_cholesky(n, kkt->h, n, NULL))
        return false;
    if (m == 0)
        return true;
    transpose_rows(qp, kkt->columns);
    nacrei_trsm_lower(n, kkt->h, n, false, m, kkt->columns, m);
    nacrei_syrk(true, m, n, 1.0, kkt->columns, m, 0.0, kkt->schur, m);
    for (size_t i = 0; i < m; i++)
        kkt->schur[i * m + i] += kkt->diagonal[n + i];
    return nacrei_cholesky(m, kkt->schur, m, NULL) == NACRE_OK;
}

void nacrei_ipm_dense_solve(const nacrei_kkt *kkt, double *rhs)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, m = qp->rows;
    double *dx = rhs, *dy = rhs + n;
    nacrei_trsm_lower(n, kkt->h, n, false, 1, dx, 1);
    if (m > 0) {
        nacrei_gemv(true, n, m, 1.0, kkt->columns, m, dx, -1.0, dy);
        nacrei_cholesky_solve(m, kkt->schur, m, 1, dy, 1);
        nacrei_gemv(false, n, m, -1.0, kkt->columns, m, dy, 1.0, dx);
    }
    nacrei_trsm_lower(n, kkt->h, n, true, 1, dx, 1);
}
