// SPDX-License-Identifier: Apache-2.0
// Convex quadratic programs and the portfolios that they describe. The solver is a primal-dual
// interior point method in double; the outcome (optimal, infeasible, limit) is data, not an error.
#ifndef NACRE_PORTFOLIO_H
#define NACRE_PORTFOLIO_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_qp_outcome {
    NACRE_QP_OPTIMAL = 0,
    NACRE_QP_PRIMAL_INFEASIBLE = 1,
    NACRE_QP_DUAL_INFEASIBLE = 2, ///< unbounded below
    NACRE_QP_ITERATION_LIMIT = 3,
    NACRE_QP_NUMERICAL = 4, ///< progress stopped above the tolerance
} nacre_qp_outcome;

/// min 1/2 x'Px + q'x + constant  s.t.  row_lower <= Ax <= row_upper, lower <= x <= upper.
/// P is dense (`hessian`), or diag(`diagonal`) + `factor` `factor`' (then `hessian` is NULL), or
/// sparse
/// (`p_*`, upper triangle by columns). Infinite bounds are +-INFINITY; equality: both bounds equal.
typedef struct nacre_qp {
    size_t variables, rows;
    const double *hessian;  ///< n x n symmetric
    const double *diagonal; ///< n
    const double *factor;   ///< n x factors, row-major
    size_t factors;
    const double *linear; ///< n
    double constant;
    const double *matrix;            ///< rows x n, row-major, or NULL when sparse
    const size_t *a_start, *a_index; ///< sparse A by rows (CSR) or NULL
    const double *a_value;
    const size_t *p_start, *p_index; ///< sparse P, upper triangle, by columns (CSC), or NULL
    const double *p_value;
    const double *row_lower, *row_upper;
    const double *lower, *upper; ///< NULL = free
} nacre_qp;

typedef struct nacre_qp_options {
    uint32_t struct_size;
    double tolerance;        ///< 1e-9, scaled residuals as in OSQP
    uint32_t max_iterations; ///< 200
} nacre_qp_options;

/// Which method the result comes from.
typedef enum nacre_qp_method {
    NACRE_QP_INTERIOR_POINT = 0,
    NACRE_QP_ACTIVE_SET = 1, ///< dense or factor form, at most 64 rows, outcome optimal
} nacre_qp_method;

typedef struct nacre_qp_result {
    nacre_qp_outcome outcome;
    uint32_t iterations;                                   ///< of the method
    double objective, primal_residual, dual_residual, gap; ///< scaled
    nacre_qp_method method;
} nacre_qp_result;

NACRE_API void nacre_qp_options_init(nacre_qp_options *options);
/// "optimal", "primal_infeasible", "dual_infeasible", "iteration_limit", "numerical"; "unknown"
/// else
NACRE_API const char *nacre_qp_outcome_name(nacre_qp_outcome outcome);
/// "interior_point", "active_set"; "unknown" else
NACRE_API const char *nacre_qp_method_name(nacre_qp_method method);

/// Solves a convex quadratic program: by an active set method where that suits the form and reaches
/// the tolerance, else by the interior point method. A dual is the change of the objective per unit
/// that its active bound moves up: Px + q = A'row_dual + bound_dual, >= 0 at a lower bound, <= 0 at
/// an upper one. At the outcome primal_infeasible the duals are the certificate instead: A'row_dual
/// + bound_dual is 0 beside the positive sum of dual x bound; at dual_infeasible x is a direction
/// of unbounded descent. At the other two outcomes the best point found is handed out with its
/// residuals.
/// @param options  NULL for the defaults
/// @param warm     start from the x, row_dual and bound_dual given, else from the middle
/// @shape  x: n; row_dual: rows; bound_dual: n
/// @param[in,out] x,row_dual,bound_dual  start when `warm`; solution on return
/// @error  NACRE_E_SHAPE, NACRE_E_NONFINITE (names the entry), NACRE_E_ARG crossed bounds (names
/// the
///         index) or P not positive semidefinite (names the pivot); outputs are untouched then
/// @own    borrows all arrays for the call         @thread safe
/// @accuracy  the three residuals, scaled as in OSQP (primal, dual, gap), are <= tolerance if
/// optimal
/// @source Mehrotra 1992; proximal terms as in Schwan et al. 2023 (PIQP); active sets:
/// Hintermueller,
///         Ito and Kunisch 2002, Kim and Park 2011
NACRE_API NACRE_MUST_CHECK nacre_status nacre_qp_solve(nacre_ctx *ctx, const nacre_qp *problem,
                                                       const nacre_qp_options *options, bool warm,
                                                       double *x, double *row_dual,
                                                       double *bound_dual, nacre_qp_result *result,
                                                       nacre_error *err);

/// A quadratic program read from a QPS file (MPS with QUADOBJ or QMATRIX, fixed or free columns).
typedef struct nacre_qps nacre_qps;

/// Reads a file of at most 256 MiB. The right side of the objective row is minus the constant; of
/// several N rows the first is the objective and the others are ignored.
/// @error  NACRE_E_NOTFOUND, NACRE_E_IO, NACRE_E_LIMIT; NACRE_E_PARSE names file:line;
///         NACRE_E_UNSUPPORTED integer variables, maximisation
/// @own    the caller destroys it
NACRE_API NACRE_MUST_CHECK nacre_status nacre_qps_open(nacre_ctx *ctx, const char *path,
                                                       nacre_qps **out, nacre_error *err);
/// The same from memory. @param name  stands for the file in messages
NACRE_API NACRE_MUST_CHECK nacre_status nacre_qps_parse(nacre_ctx *ctx, const char *name,
                                                        const char *text, size_t bytes,
                                                        nacre_qps **out, nacre_error *err);
NACRE_API void nacre_qps_destroy(nacre_qps *qps);
/// @own belongs to `qps`
NACRE_API const nacre_qp *nacre_qps_problem(const nacre_qps *qps);
/// Of the NAME line, "" when there is none.
NACRE_API const char *nacre_qps_name(const nacre_qps *qps);
/// @param index  < variables or < rows of the problem
NACRE_API const char *nacre_qps_variable_name(const nacre_qps *qps, size_t index);
NACRE_API const char *nacre_qps_row_name(const nacre_qps *qps, size_t index);

#ifdef __cplusplus
}
#endif
#endif
