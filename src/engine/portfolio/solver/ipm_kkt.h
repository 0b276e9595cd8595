// SPDX-License-Identifier: Apache-2.0
// The linear system of one iteration,
//     [ P + diag(s)    A'     ] [ dx ]   [ r1 ]
//     [ A          -diag(d)   ] [ dy ] = [ r2 ],     s, d > 0,
// behind one pair of functions for the three forms of a problem: a Cholesky factor of the condensed
// matrix and of its Schur complement over the rows (dense), the same with P + diag(s) inverted by
// Woodbury (factor), or a sparse L D L'. Solutions are refined against the system itself.
#ifndef NACREI_PORTFOLIO_IPM_KKT_H
#define NACREI_PORTFOLIO_IPM_KKT_H

#include "engine/portfolio/solver/ipm_ldl.h"
#include "engine/portfolio/solver/qp_form.h"

typedef struct nacrei_kkt {
    nacrei_qp_blocks blocks;
    const nacrei_qp_form *form;
    nacrei_ldl ldl;   ///< sparse
    double *h;        ///< dense: factor of P + diag(s), n x n
    double *inverse;  ///< factor form: 1 / sqrt(diag + s)
    double *scaled;   ///< factor form: F / sqrt(diag + s), n x k
    double *inner;    ///< factor form: factor of I + F'(diag + s)^-1 F, k x k
    double *wide;     ///< factor form: k x m
    double *columns;  ///< n x m: H^-1 A' (factor form), or L^-1 A' (dense)
    double *schur;    ///< factor of d + A H^-1 A', m x m
    double *diagonal; ///< s, then d, of the last factorisation
    double *residual, *solution, *previous, *scratch;
    double
        dual_target; ///< residual of the first rows that is worth 1, unscaled; 0: the right side's
    double row_target; ///< the same of the last rows
} nacrei_kkt;

NACRE_MUST_CHECK nacre_status nacrei_kkt_init(nacrei_kkt *kkt, nacre_ctx *ctx,
                                              const nacrei_qp_form *form, nacre_error *err);
void nacrei_kkt_fini(nacrei_kkt *kkt);

/// @param diagonal  s, then d       @return false: a pivot was not positive; enlarge s and d
bool nacrei_kkt_factor(nacrei_kkt *kkt, const double *diagonal);

/// Overwrites (r1, r2) with (dx, dy).
/// @return the largest entry of the residual, unscaled, relative to the two targets
double nacrei_kkt_solve(nacrei_kkt *kkt, double *rhs);

#endif
