// SPDX-License-Identifier: Apache-2.0
// Optimality of a point, from the definition and in plain loops: nothing of the solver is used. The
// residuals are scaled as OSQP does, by 1 + the largest term that entered them.
#ifndef NACRE_TESTS_KKT_CHECK_H
#define NACRE_TESTS_KKT_CHECK_H

#include "nacre/portfolio.h"

#include <math.h>
#include <stdlib.h>

typedef struct kkt_residuals {
    double primal; ///< violation of bounds and rows
    double dual;   ///< Px + q - A'y - z
    double gap; ///< between objective and dual objective; infinite when a dual has the wrong sign
    double objective;
} kkt_residuals;

static inline double kkt_a(const nacre_qp *qp, size_t row, size_t *k, size_t *column)
{
    if (qp->matrix) {
        *column = *k;
        return qp->matrix[row * qp->variables + *k];
    }
    *column = qp->a_index[*k];
    return qp->a_value[*k];
}

static inline void kkt_hessian(const nacre_qp *qp, const double *x, double *px)
{
    size_t n = qp->variables;
    for (size_t i = 0; i < n; i++)
        px[i] = qp->diagonal ? qp->diagonal[i] * x[i] : 0.0;
    for (size_t i = 0; qp->hessian && i < n; i++)
        for (size_t j = 0; j < n; j++)
            px[i] += qp->hessian[i * n + j] * x[j];
    for (size_t f = 0; qp->factor && f < qp->factors; f++) {
        double sum = 0.0;
        for (size_t i = 0; i < n; i++)
            sum += qp->factor[i * qp->factors + f] * x[i];
        for (size_t i = 0; i < n; i++)
            px[i] += qp->factor[i * qp->factors + f] * sum;
    }
    for (size_t j = 0; qp->p_start && j < n; j++)
        for (size_t k = qp->p_start[j]; k < qp->p_start[j + 1]; k++) {
            size_t i = qp->p_index[k];
            px[i] += qp->p_value[k] * x[j];
            if (i != j)
                px[j] += qp->p_value[k] * x[i];
        }
}

/// One bound: adds its violation, its size and its share of the dual objective.
static inline void kkt_bound(double value, double low, double high, double dual, double *violation,
                             double *size, double *support)
{
    double inside = fmin(fmax(value, low), high);
    *violation = fmax(*violation, fabs(value - inside));
    *size = fmax(*size, fmax(fabs(value), fabs(inside)));
    if (dual != 0.0)
        *support += dual * (dual > 0.0 ? low : high);
}

static inline kkt_residuals kkt_check(const nacre_qp *qp, const double *x, const double *y,
                                      const double *z)
{
    size_t n = qp->variables;
    double *px = calloc(n, sizeof *px), *aty = calloc(n, sizeof *aty);
    double violation = 0.0, size = 0.0, support = 0.0, dual = 0.0, dual_size = 0.0;
    double curvature = 0.0, linear = 0.0;
    kkt_hessian(qp, x, px);
    for (size_t i = 0; i < qp->rows; i++) {
        double value = 0.0;
        size_t begin = qp->matrix ? 0 : qp->a_start[i], end = qp->matrix ? n : qp->a_start[i + 1];
        for (size_t k = begin; k < end; k++) {
            size_t j;
            double a = kkt_a(qp, i, &k, &j);
            value += a * x[j];
            aty[j] += a * y[i];
        }
        kkt_bound(value, qp->row_lower ? qp->row_lower[i] : -(double)INFINITY,
                  qp->row_upper ? qp->row_upper[i] : (double)INFINITY, y[i], &violation, &size,
                  &support);
    }
    for (size_t i = 0; i < n; i++) {
        kkt_bound(x[i], qp->lower ? qp->lower[i] : -(double)INFINITY,
                  qp->upper ? qp->upper[i] : (double)INFINITY, z[i], &violation, &size, &support);
        dual = fmax(dual, fabs(px[i] + qp->linear[i] - aty[i] - z[i]));
        dual_size = fmax(dual_size, fmax(fmax(fabs(px[i]), fabs(qp->linear[i])),
                                         fmax(fabs(aty[i]), fabs(z[i]))));
        curvature += px[i] * x[i];
        linear += qp->linear[i] * x[i];
    }
    double objective = 0.5 * curvature + linear + qp->constant;
    double bound = support - 0.5 * curvature + qp->constant;
    free(px);
    free(aty);
    double gap = fabs(objective - bound) / (1.0 + fmax(fabs(objective), fabs(bound)));
    return (kkt_residuals){violation / (1.0 + size), dual / (1.0 + dual_size),
                           isnan(gap) ? (double)INFINITY : gap, objective};
}

#endif
