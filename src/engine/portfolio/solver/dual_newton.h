// SPDX-License-Identifier: Apache-2.0
// Newton's method on the dual of a separable program with a factor term. For P = D + F F', D > 0,
//     min 1/2 x'Dx + 1/2 |w|^2 + q'x,   w = F'x,   row_lower <= Ax <= row_upper, lower <= x <=
//     upper
// has a dual in (lambda, y), one entry per factor and per row: with c = q + F lambda - A'y every
// x_i is -c_i / d_i moved into its bounds. The dual is concave and piecewise quadratic; an exact
// line search makes the full Newton step safe from any start.
#ifndef NACREI_PORTFOLIO_DUAL_NEWTON_H
#define NACREI_PORTFOLIO_DUAL_NEWTON_H

#include "engine/portfolio/solver/qp_blocks.h"

typedef struct nacrei_dual_newton {
    size_t n, m, k;
    const double *inverse; ///< n: 1 / d; 0 holds x at the point of its bounds nearest to 0
    const double *factor;  ///< n x k
    const double *linear, *lower, *upper;
    const double *matrix, *row_lower, *row_upper; ///< m x n; m
    double *lambda, *y;                           ///< k; m: where the dual is looked at
    double *x;                                    ///< n, inside the bounds
    double *c, *dc;
    double *values;           ///< m: A x
    double *side;             ///< m: the bound that holds row j
    double *row_size;         ///< m: A D^-1 A' were every variable free
    uint8_t *works;           ///< m: row j takes part in the step
    double *gradient, *step;  ///< k + m
    double *system, *reduced; ///< (k + m)^2
    double *chunk;            ///< rows of D^-1/2 (F, -A')
    size_t *column;           ///< k + m: those that take part
} nacrei_dual_newton;

/// Takes the memory; the caller sets sizes and inputs before, lambda and y after.
NACRE_MUST_CHECK nacre_status nacrei_dual_newton_take(nacrei_dual_newton *dual,
                                                      nacrei_qp_blocks *blocks, nacre_error *err);
/// From lambda and y: c and x.
void nacrei_dual_newton_start(nacrei_dual_newton *dual);
/// Fills the gradient at the point. @return it is so small that the point is worth judging
bool nacrei_dual_newton_near(nacrei_dual_newton *dual, double tolerance);
/// One step, after nacrei_dual_newton_near. @return false: no ascent is left above rounding
bool nacrei_dual_newton_step(nacrei_dual_newton *dual);

#endif
