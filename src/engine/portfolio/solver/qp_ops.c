// SPDX-License-Identifier: Apache-2.0
// Products with P and A. The same code serves the problem as given and the scaled copy that the
// solver iterates on, because both are a nacre_qp.
#include "engine/portfolio/solver/qp_ops.h"

#include "kern/linalg/linalg.h"

#include <string.h>

static void apply_sparse_hessian(const nacre_qp *qp, const double *x, double *y)
{
    memset(y, 0, qp->variables * sizeof *y);
    for (size_t j = 0; j < qp->variables; j++)
        for (size_t k = qp->p_start[j]; k < qp->p_start[j + 1]; k++) {
            size_t i = qp->p_index[k];
            y[i] += qp->p_value[k] * x[j];
            if (i != j)
                y[j] += qp->p_value[k] * x[i];
        }
}

void nacrei_qp_apply_hessian(const nacre_qp *qp, const double *x, double *y, double *scratch)
{
    size_t n = qp->variables;
    if (qp->hessian) {
        nacrei_gemv(false, n, n, 1.0, qp->hessian, n, x, 0.0, y);
        return;
    }
    if (qp->p_start) {
        apply_sparse_hessian(qp, x, y);
        return;
    }
    for (size_t i = 0; i < n; i++)
        y[i] = qp->diagonal ? qp->diagonal[i] * x[i] : 0.0;
    if (qp->factor && qp->factors > 0) {
        nacrei_gemv(true, n, qp->factors, 1.0, qp->factor, qp->factors, x, 0.0, scratch);
        nacrei_gemv(false, n, qp->factors, 1.0, qp->factor, qp->factors, scratch, 1.0, y);
    }
}

void nacrei_qp_apply_rows(const nacre_qp *qp, const double *x, double *y)
{
    if (qp->rows == 0)
        return;
    if (qp->matrix) {
        nacrei_gemv(false, qp->rows, qp->variables, 1.0, qp->matrix, qp->variables, x, 0.0, y);
        return;
    }
    for (size_t i = 0; i < qp->rows; i++) {
        double sum = 0.0;
        for (size_t k = qp->a_start[i]; k < qp->a_start[i + 1]; k++)
            sum += qp->a_value[k] * x[qp->a_index[k]];
        y[i] = sum;
    }
}

void nacrei_qp_apply_transposed(const nacre_qp *qp, const double *y, double *x)
{
    if (qp->rows > 0 && qp->matrix) {
        nacrei_gemv(true, qp->rows, qp->variables, 1.0, qp->matrix, qp->variables, y, 0.0, x);
        return;
    }
    memset(x, 0, qp->variables * sizeof *x);
    for (size_t i = 0; i < qp->rows; i++)
        for (size_t k = qp->a_start[i]; k < qp->a_start[i + 1]; k++)
            x[qp->a_index[k]] += qp->a_value[k] * y[i];
}

double nacrei_qp_objective(const nacre_qp *qp, const double *x, double *scratch)
{
    nacrei_qp_apply_hessian(qp, x, scratch, scratch + qp->variables);
    double sum = 0.0;
    for (size_t i = 0; i < qp->variables; i++)
        sum += x[i] * (0.5 * scratch[i] + qp->linear[i]);
    return sum + qp->constant;
}
