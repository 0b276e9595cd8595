// SPDX-License-Identifier: Apache-2.0
// What the files of this room share: the limits of a problem under one numbering, and the quadratic
// program that they become. Columns: w; then buys u (only with turnover or costs); then kappa (only
// for Sharpe) or the slack of each row (only when violations are wanted; absolute ones have two).
#ifndef NACREI_ENGINE_PORTFOLIO_MODEL_H
#define NACREI_ENGINE_PORTFOLIO_MODEL_H

#include "core/alloc.h"
#include "core/status.h"
#include "nacre/optimize.h"

/// Numbers of the limits: these, then the groups, then the rows.
enum {
    NACREI_LIMIT_BUDGET = 0,
    NACREI_LIMIT_LOWER = 1,
    NACREI_LIMIT_UPPER = 2,
    NACREI_LIMIT_TURNOVER = 3,
    NACREI_LIMIT_TARGET = 4,
    NACREI_LIMIT_FIRST_GROUP = 5,
};

/// How many limits a problem has, open ones included.
size_t nacrei_limit_count(const nacre_portfolio_problem *problem);
const char *nacrei_limit_name(const nacre_portfolio_problem *problem, size_t limit);
/// Whether the problem states this limit at all.
bool nacrei_limit_stated(const nacre_portfolio_problem *problem, size_t limit);

static inline double nacrei_lower(const nacre_portfolio_problem *problem, size_t i)
{
    return problem->lower ? problem->lower[i] : problem->min_weight;
}

static inline double nacrei_upper(const nacre_portfolio_problem *problem, size_t i)
{
    return problem->upper ? problem->upper[i] : problem->max_weight;
}

static inline double nacrei_held(const nacre_portfolio_problem *problem, size_t i)
{
    return problem->holdings ? problem->holdings[i] : 0.0;
}

/// Refuses what is not a problem; infeasible ones pass.
NACRE_MUST_CHECK nacre_status nacrei_portfolio_check(nacre_ctx *ctx,
                                                     const nacre_portfolio_problem *problem,
                                                     nacre_error *err);

/// out = S x. @param scratch  factors doubles (unused with a full covariance)
void nacrei_covariance_times(const nacre_portfolio_problem *problem, const double *x,
                             double *scratch, double *out);
/// S as a full matrix: n x n.
NACRE_MUST_CHECK nacre_status nacrei_covariance_full(nacre_ctx *ctx,
                                                     const nacre_portfolio_problem *problem,
                                                     double *out, nacre_error *err);
/// Mean of the variances: the scale by which objectives are divided. Positive.
double nacrei_mean_variance(const nacre_portfolio_problem *problem);

typedef enum nacrei_model_kind {
    NACREI_MODEL_PLAIN,   ///< the objective over w
    NACREI_MODEL_KAPPA,   ///< Sharpe over y = kappa w
    NACREI_MODEL_NEAREST, ///< sum of squared violations of the named rows, bounds kept
    NACREI_MODEL_ELASTIC, ///< the same with absolute violations
} nacrei_model_kind;

#define NACREI_ROW_UNNAMED SIZE_MAX

/// The quadratic program and how to read it back.
typedef struct nacrei_model {
    nacrei_model_kind kind;
    size_t assets, factors;
    bool trading;         ///< buys u are there
    size_t columns, rows; ///< used
    size_t row_capacity;
    size_t first_slack;  ///< column; elastic models only
    double scale;        ///< objective of the program x scale = objective of the problem
    double excess_scale; ///< kappa only: the largest excess mean
    double *hessian, *diagonal, *factor, *linear, *matrix;
    double *row_lower, *row_upper, *lower, *upper;
    size_t *row_limit; ///< limit number, NACREI_ROW_UNNAMED for definitions
    double *x, *row_dual, *bound_dual;
    nacre_qp_result result;
} nacrei_model;

/// @param active  per limit, whether to keep it; NULL = all
NACRE_MUST_CHECK nacre_status nacrei_model_build(nacre_ctx *ctx,
                                                 const nacre_portfolio_problem *problem,
                                                 nacrei_model_kind kind, const bool *active,
                                                 nacrei_model *model, nacre_error *err);
NACRE_MUST_CHECK nacre_status nacrei_model_solve(nacre_ctx *ctx,
                                                 const nacre_portfolio_problem *problem,
                                                 nacrei_model *model, nacre_error *err);
/// Violation of a named row in an elastic model.
double nacrei_model_slack(const nacrei_model *model, size_t row);
void nacrei_model_free(nacre_ctx *ctx, nacrei_model *model);

/// The result with room for duals, conflict and violations; the arrays are owned and writable.
typedef struct nacrei_portfolio_result {
    nacre_portfolio_result public;
    double *weights, *risk_share;
    nacre_portfolio_dual *duals;
    size_t dual_capacity;
    const char **conflict;
    nacre_portfolio_violation *violation;
    size_t limits; ///< capacity of conflict and violation
} nacrei_portfolio_result;

/// Fills everything that follows from the weights.
NACRE_MUST_CHECK nacre_status nacrei_result_figures(nacre_ctx *ctx,
                                                    const nacre_portfolio_problem *problem,
                                                    nacrei_portfolio_result *result,
                                                    nacre_error *err);
/// Objective and duals of a solved model.
void nacrei_result_duals(const nacre_portfolio_problem *problem, const nacrei_model *model,
                         nacrei_portfolio_result *result);

/// Whether the active limits can be met together, to a violation of 1e-6. @param active NULL = all
NACRE_MUST_CHECK nacre_status nacrei_portfolio_feasible(nacre_ctx *ctx,
                                                        const nacre_portfolio_problem *problem,
                                                        const bool *active, bool *feasible,
                                                        nacre_error *err);
/// Whether some permitted portfolio has a positive excess return after costs.
NACRE_MUST_CHECK nacre_status nacrei_portfolio_beats_rate(nacre_ctx *ctx,
                                                          const nacre_portfolio_problem *problem,
                                                          bool *beats, nacre_error *err);
/// Conflict, violations and nearest point of an infeasible problem.
NACRE_MUST_CHECK nacre_status nacrei_portfolio_conflict(nacre_ctx *ctx,
                                                        const nacre_portfolio_problem *problem,
                                                        nacrei_portfolio_result *result,
                                                        nacre_error *err);
/// Weights of risk parity and the number of Newton steps.
NACRE_MUST_CHECK nacre_status nacrei_risk_parity(nacre_ctx *ctx,
                                                 const nacre_portfolio_problem *problem,
                                                 nacrei_portfolio_result *result, nacre_error *err);

#endif
