// SPDX-License-Identifier: Apache-2.0
// Sparse L D L' of the quasi-definite matrix  [P + diag(s)  A'; A  -diag(d)]  with s, d > 0: any
// order of elimination works and D has the signs of the blocks, so the order is chosen for fill
// alone and only once; a new iteration changes the diagonal and repeats the numeric part.
#ifndef NACREI_PORTFOLIO_IPM_LDL_H
#define NACREI_PORTFOLIO_IPM_LDL_H

#include "engine/portfolio/solver/ipm_supernode.h"
#include "engine/portfolio/solver/qp_blocks.h"
#include "nacre/portfolio.h"

typedef struct nacrei_ldl {
    nacrei_qp_blocks blocks;
    size_t n; ///< variables + rows
    size_t variables;
    uint32_t *order; ///< order[k] = what is eliminated at step k
    size_t *start;   ///< permuted upper triangle by columns
    uint32_t *index;
    double *value;
    size_t *diagonal; ///< place of each original diagonal entry in `value`
    double *base;     ///< its value without the additions
    uint32_t *parent; ///< elimination tree
    size_t *l_start;
    uint32_t *l_index;
    double *l_value;
    double *d;
    double *work;
    uint32_t *flag, *pattern, *filled;
    nacrei_supernodes nodes;
} nacrei_ldl;

/// Orders and analyses. The matrices must be sparse (`p_start` may be NULL for P = 0).
/// @error  NACRE_E_NOMEM       @own  nacrei_ldl_fini frees, also after an error
NACRE_MUST_CHECK nacre_status nacrei_ldl_init(nacrei_ldl *ldl, nacre_ctx *ctx, const nacre_qp *qp,
                                              nacre_error *err);
void nacrei_ldl_fini(nacrei_ldl *ldl);

/// @param diagonal  variables + rows: s and d, both positive
/// @return the variable or row whose pivot had the wrong sign, or variables + rows
size_t nacrei_ldl_factor(nacrei_ldl *ldl, const double *diagonal);

/// rhs = K^-1 rhs
void nacrei_ldl_solve(const nacrei_ldl *ldl, double *rhs);

#endif
