// SPDX-License-Identifier: Apache-2.0
// Products with the matrices of a quadratic program, whichever of the forms of nacre_qp they have,
// and the check of a problem before anything is computed with it.
#ifndef NACREI_PORTFOLIO_QP_OPS_H
#define NACREI_PORTFOLIO_QP_OPS_H

#include "core/context.h"
#include "core/status.h"
#include "nacre/portfolio.h"

/// y = P x. @param scratch  `factors` doubles
void nacrei_qp_apply_hessian(const nacre_qp *qp, const double *x, double *y, double *scratch);
/// y = A x
void nacrei_qp_apply_rows(const nacre_qp *qp, const double *x, double *y);
/// x = A' y
void nacrei_qp_apply_transposed(const nacre_qp *qp, const double *y, double *x);
/// 1/2 x'Px + q'x + constant. @param scratch  variables + factors doubles
double nacrei_qp_objective(const nacre_qp *qp, const double *x, double *scratch);

/// All but the curvature: shapes, finite entries, ordered bounds, indices in range and ascending.
/// @error  as nacre_qp_solve
NACRE_MUST_CHECK nacre_status nacrei_qp_check(const nacre_qp *qp, nacre_error *err);
/// A warm start. @error  NACRE_E_NONFINITE names the entry
NACRE_MUST_CHECK nacre_status nacrei_qp_check_start(const nacre_qp *qp, const double *x,
                                                    const double *row_dual,
                                                    const double *bound_dual, nacre_error *err);
/// That P has no negative curvature beyond rounding.
/// @error  NACRE_E_ARG names the pivot; NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status nacrei_qp_check_convex(nacre_ctx *ctx, const nacre_qp *qp,
                                                     nacre_error *err);

#endif
