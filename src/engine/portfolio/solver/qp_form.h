// SPDX-License-Identifier: Apache-2.0
// The problem as the iteration sees it: scaled, fixed variables and free rows taken out, and in one
// of three forms. Bounds of variables and of rows stand in one list, variables first.
#ifndef NACREI_PORTFOLIO_QP_FORM_H
#define NACREI_PORTFOLIO_QP_FORM_H

#include "engine/portfolio/solver/qp_blocks.h"
#include "nacre/portfolio.h"

typedef enum nacrei_qp_kind {
    NACREI_QP_DENSE,  ///< P and A dense
    NACREI_QP_FACTOR, ///< P = diag + F F', A dense with few rows
    NACREI_QP_SPARSE, ///< P and A sparse
} nacrei_qp_kind;

/// What an entry of the list of bounds has.
enum {
    NACREI_QP_LOWER = 1,
    NACREI_QP_UPPER = 2,
    NACREI_QP_EQUAL = 4, ///< rows only; fixed variables are taken out
    NACREI_QP_FIXED = 8,
};

typedef struct nacrei_qp_form {
    nacrei_qp_blocks blocks;
    nacrei_qp_kind kind;
    nacre_qp qp;           ///< scaled; x = column_scale * scaled x; bounds are below
    double *lower, *upper; ///< variables + rows, scaled
    uint8_t *bound;
    double *column_scale, *row_scale; ///< scaled A = R A C, scaled P = cost C P C
    double cost_scale;
    double *fixed; ///< value of a fixed variable, else 0; unscaled
} nacrei_qp_form;

/// @param qp  checked       @error NACRE_E_NOMEM       @own nacrei_qp_form_fini, also after an
/// error
NACRE_MUST_CHECK nacre_status nacrei_qp_form_init(nacrei_qp_form *form, nacre_ctx *ctx,
                                                  const nacre_qp *qp, nacre_error *err);
void nacrei_qp_form_fini(nacrei_qp_form *form);

#endif
