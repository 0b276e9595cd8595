// SPDX-License-Identifier: Apache-2.0
// Active set methods for programs with a dense P or P = diag + F F' (with diag > 0), bounds,
// and few rows. Most weights of a portfolio sit at a bound, so a step needs the factor of a small
// block only. These methods promise nothing on their own: a point counts when its residuals,
// computed from the problem as given, are within the tolerance; else the interior point method
// decides.
#ifndef NACREI_PORTFOLIO_ACTIVE_SET_H
#define NACREI_PORTFOLIO_ACTIVE_SET_H

#include "engine/portfolio/solver/qp_blocks.h"
#include "nacre/portfolio.h"

typedef struct nacrei_active_set {
    nacrei_qp_blocks blocks;
    nacre_qp qp; ///< the problem as given, but A dense and every bound an array
    size_t n, m;
    double tolerance;
    uint32_t steps, steps_max; ///< linear systems solved; and at most
    double *x, *y, *z;         ///< candidate: n, inside the bounds; m; n
    double *px, *ax, *aty;     ///< n; m; n
    double *scratch;           ///< factors
    nacre_qp_result result;
} nacrei_active_set;

/// Tries to solve. `x`, `row_dual`, `bound_dual` and `result` are written only when *solved: the
/// outcome is then optimal.
/// @param qp  checked and convex      @error NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status nacrei_active_set_solve(nacre_ctx *ctx, const nacre_qp *qp,
                                                      const nacre_qp_options *options, bool warm,
                                                      double *x, double *row_dual,
                                                      double *bound_dual, nacre_qp_result *result,
                                                      bool *solved, nacre_error *err);

/// Completes the candidate x, y with bound duals of the right sign and computes its residuals.
/// @return they are within the tolerance
bool nacrei_active_set_accept(nacrei_active_set *set);

// The two methods. @return the candidate was accepted       @error NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status nacrei_active_set_factor(nacrei_active_set *set, bool warm,
                                                       bool *solved, nacre_error *err);
NACRE_MUST_CHECK nacre_status nacrei_active_set_dense(nacrei_active_set *set, bool warm,
                                                      bool *solved, nacre_error *err);

#endif
