// SPDX-License-Identifier: Apache-2.0
// Portfolios: what a desk asks for (a risk model, a goal, named limits) turned into a quadratic
// program and its answer turned back: weights, a dual per named limit, and, where the limits
// contradict each other, a smallest set of them that does. Also risk parity, the frontier,
// equilibrium returns, trades.
#ifndef NACRE_OPTIMIZE_H
#define NACRE_OPTIMIZE_H

#include "nacre/portfolio.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_portfolio_method {
    NACRE_PORTFOLIO_MIN_VARIANCE = 0,   ///< min f = gamma/2 w'Sw + costs; gamma 2: the variance
    NACRE_PORTFOLIO_TARGET_RETURN = 1,  ///< the same with mean'w - costs >= target_return
    NACRE_PORTFOLIO_UTILITY = 2,        ///< max mean'w - gamma/2 w'Sw - costs
    NACRE_PORTFOLIO_MAX_SHARPE = 3,     ///< max (sum (mean - risk_free) w - costs) / sqrt(w'Sw)
    NACRE_PORTFOLIO_TRACKING_ERROR = 4, ///< min gamma/2 (w-b)'S(w-b) + costs
    NACRE_PORTFOLIO_RISK_PARITY = 5, ///< w_i (Sw)_i in proportion to risk_budget, w > 0; no limits
                                     ///< apply but the budget, min_weight and max_weight neither
} nacre_portfolio_method;

typedef enum nacre_portfolio_outcome {
    NACRE_PORTFOLIO_OPTIMAL = 0,
    NACRE_PORTFOLIO_INFEASIBLE = 1, ///< see conflict and violation; weights: nearest point
    NACRE_PORTFOLIO_UNBOUNDED = 2,
    NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN = 3, ///< no permitted portfolio beats risk_free
    NACRE_PORTFOLIO_ITERATION_LIMIT = 4,
    NACRE_PORTFOLIO_NUMERICAL = 5,
} nacre_portfolio_outcome;

/// lower <= sum of the members' weights <= upper (a sector, a country).
typedef struct nacre_portfolio_group {
    const char *name;
    const size_t *member; ///< asset numbers
    size_t members;
    double lower, upper; ///< -INFINITY, INFINITY = open
} nacre_portfolio_group;

/// lower <= sum of coefficient[i * stride] w_i <= upper. With coefficient = exposures + f and
/// stride = factors it is a band on the exposure to factor f.
typedef struct nacre_portfolio_row {
    const char *name;
    const double *coefficient;
    size_t stride; ///< 0 = 1
    double lower, upper;
} nacre_portfolio_row;

/// The question. Moments are per period; weights are fractions of capital. All arrays are borrowed;
/// a result keeps pointers to the names, so they must outlive it.
typedef struct nacre_portfolio_problem {
    uint32_t struct_size;
    nacre_portfolio_method method;
    size_t assets;
    const char *const *names;        ///< assets, or NULL: then messages give numbers
    const double *covariance;        ///< S: assets x assets, or NULL: S = B F B' + diag(D)
    const double *exposures;         ///< B: assets x factors
    const double *factor_covariance; ///< F: factors x factors, positive definite
    const double *specific_variance; ///< D: assets
    size_t factors;
    const double *mean;            ///< needed by target return, utility and Sharpe
    double risk_free;              ///< 0, per period
    double risk_aversion;          ///< gamma; 2, so that the objective of minimum variance is w'Sw
    double target_return;          ///< per period
    const double *benchmark;       ///< b, needed by tracking error
    const double *risk_budget;     ///< shares > 0 for risk parity; NULL = equal
    double budget;                 ///< sum of weights; 1
    const double *lower, *upper;   ///< per asset; NULL = min_weight, max_weight for all
    double min_weight, max_weight; ///< 0 and 0.10
    const nacre_portfolio_group *groups;
    size_t group_count;
    const nacre_portfolio_row *rows;
    size_t row_count;
    const double *holdings; ///< weights held now; NULL = cash
    double max_turnover;    ///< on sum |w - holdings| (buys plus sells); INFINITY = none
    const double *cost;     ///< per unit of weight traded, in return per period; NULL = none
    double tolerance;       ///< 1e-9, of the quadratic program
} nacre_portfolio_problem;

/// A limit and its dual = d objective / d bound at the optimum. Zero when it does not bind.
typedef struct nacre_portfolio_dual {
    const char *constraint; ///< "budget", "lower_bounds", "upper_bounds", "turnover",
                            ///< "target_return", or the name of a group or row
    const char *asset;      ///< for bounds, the asset's name (NULL without names)
    size_t index;           ///< for bounds, the asset's number
    double value;           ///< of the left-hand side
    double bound;           ///< the side that binds; the nearer one when none does
    double dual;
} nacre_portfolio_dual;

/// By how much the nearest point misses a limit that cannot be met together with the others.
typedef struct nacre_portfolio_violation {
    const char *constraint;
    double amount; ///< distance from the permitted interval, > 0
} nacre_portfolio_violation;

typedef struct nacre_portfolio_result {
    nacre_portfolio_outcome outcome;
    size_t assets;
    /// The optimum. When infeasible: least sum of squared violations within the bounds. NULL when
    /// unbounded or without a positive excess return.
    const double *weights;
    const double *risk_share; ///< w_i (Sw)_i / w'Sw, sums to 1; NULL with weights
    double objective; ///< of the method as written above (Sharpe: the ratio); NaN unless optimal
    double expected_return;   ///< mean'w, NaN without means
    double variance;          ///< w'Sw
    double tracking_variance; ///< NaN without a benchmark
    double turnover, cost;
    const nacre_portfolio_dual *duals; ///< all limits that bind, and budget, groups, rows always
    size_t dual_count;
    /// Infeasible: a minimal conflicting set. Each member was tried: without it the rest can be
    /// met.
    const char *const *conflict;
    size_t conflict_count;
    const nacre_portfolio_violation *violation;
    size_t violation_count;
    nacre_qp_result qp; ///< zeros for risk parity, where iterations counts Newton steps
} nacre_portfolio_result;

NACRE_API void nacre_portfolio_problem_init(nacre_portfolio_problem *problem);
NACRE_API const char *nacre_portfolio_method_name(nacre_portfolio_method method);
NACRE_API const char *nacre_portfolio_outcome_name(nacre_portfolio_outcome outcome);

/// Solves the problem. Infeasible, unbounded and the like are outcomes in the result, not errors.
/// @error  NACRE_E_SHAPE no assets, an empty group, a member number out of range; NACRE_E_NONFINITE
///         names the first bad entry; NACRE_E_ARG a missing input of the method, crossed bounds,
///         zero volatility, S not symmetric or not positive semidefinite (names the asset), risk
///         parity with limits that it does not take
/// @own    the caller destroys the result           @thread  safe
/// @accuracy  scaled KKT residuals <= tolerance; risk parity: risk shares within 1e-12
/// @source  Cornuejols & Tutuncu 2007 (Sharpe by kappa); Spinu 2013 and Griveau-Billion, Richard &
///          Roncalli 2013 (risk parity); Chinneck & Dravnieks 1991 (deletion filter)
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_portfolio_optimize(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                         nacre_portfolio_result **out, nacre_error *err);
NACRE_API void nacre_portfolio_result_destroy(nacre_ctx *ctx, nacre_portfolio_result *result);

/// Corner portfolios of the mean-variance frontier, from the largest mean down to the smallest
/// variance. Between neighbours the weights are linear, so the corners are the whole frontier.
typedef struct nacre_frontier {
    size_t assets, corners;
    const double *weights;  ///< corners x assets
    const double *mean;     ///< falling
    const double *variance; ///< falling
    const double *lambda;   ///< d(variance / 2) / d mean on arrival at the corner
} nacre_frontier;

/// Critical line algorithm: sum w = budget, lower <= w <= upper.
/// @shape  mean, lower, upper: n; covariance: n x n
/// @error  NACRE_E_SHAPE n = 0; NACRE_E_NONFINITE names the entry; NACRE_E_ARG crossed bounds, a
/// budget
///         outside the bounds, or a covariance that is not positive definite on the assets held
/// @own    the caller destroys it
/// @source Markowitz 1956; Bailey & Lopez de Prado 2013
NACRE_API NACRE_MUST_CHECK nacre_status nacre_frontier_create(
    nacre_ctx *ctx, size_t n, const double *mean, const double *covariance, const double *lower,
    const double *upper, double budget, nacre_frontier **out, nacre_error *err);
NACRE_API void nacre_frontier_destroy(nacre_ctx *ctx, nacre_frontier *frontier);
/// The efficient portfolio of a mean; below the mean of the smallest variance it is that portfolio.
/// @param[out] weights  assets, or NULL        @param[out] variance  or NULL
/// @error  NACRE_E_RANGE above the largest mean; NACRE_E_NONFINITE
NACRE_API NACRE_MUST_CHECK nacre_status nacre_frontier_at(const nacre_frontier *frontier,
                                                          double mean, double *weights,
                                                          double *variance, nacre_error *err);

/// The expected excess returns under which `weights` are optimal: gamma S w.
/// @shape  covariance: n x n; weights, out: n, no overlap        @unit that of the covariance
/// @error  NACRE_E_NONFINITE names the entry
/// @source Black & Litterman 1992; He & Litterman 1999
NACRE_API NACRE_MUST_CHECK nacre_status nacre_portfolio_equilibrium(size_t n,
                                                                    const double *covariance,
                                                                    const double *weights,
                                                                    double risk_aversion,
                                                                    double *out, nacre_error *err);

/// Opinions on expected returns. View v says that sum_i pick[v][i] r_i is expected to be
/// expected[v], with an error of the given variance.
typedef struct nacre_portfolio_views {
    size_t count;
    const char *const *names; ///< for messages, or NULL: numbers
    const double *pick;       ///< P: count x assets
    const double *expected;   ///< q: unit of the equilibrium returns (in excess, per period)
    const double *variance;   ///< diagonal of Omega, 0 = certain; NULL: from `confidence`
    const double *confidence; ///< c in (0, 1]: Omega = (1 - c) / c tau diag(P S P'), so 1 =
                              ///< certain; NULL: 1/2 for all, the choice of He & Litterman
} nacre_portfolio_views;

/// Black-Litterman: the expected returns mean = pi + tau S P' (P tau S P' + Omega)^-1 (q - P pi),
/// and S plus the covariance that remains of them. No views give pi and (1 + tau) S.
/// @shape  covariance, posterior_covariance: n x n; equilibrium, mean: n. `mean` may be
/// `equilibrium`
/// @param tau  uncertainty of the equilibrium as a share of S; He & Litterman use 0.05
/// @param[out] posterior_covariance  or NULL; no overlap with the inputs
/// @error  NACRE_E_NONFINITE names the entry; NACRE_E_ARG tau <= 0, a confidence outside (0, 1], a
///         negative variance, a view on nothing that varies, certain views that repeat or
///         contradict each other (names the view); NACRE_E_NOMEM. Outputs are untouched then
///         @thread safe
/// @accuracy  about u times the condition of P tau S P' + Omega with unit diagonal
/// @source Black & Litterman 1992; He & Litterman 1999; confidence: Walters 2014, section on Omega
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_portfolio_posterior(nacre_ctx *ctx, size_t n, const double *covariance,
                          const double *equilibrium, const nacre_portfolio_views *views, double tau,
                          double *mean, double *posterior_covariance, nacre_error *err);

/// One order: from shares held to shares wanted, in whole lots.
typedef struct nacre_portfolio_trade {
    double held, target; ///< shares; the target is a multiple of the lot, rounded towards zero
    double shares;       ///< target - held; negative = sell
    double value;        ///< shares x price
    double cost;         ///< |value| x cost rate
} nacre_portfolio_trade;

typedef struct nacre_portfolio_trade_summary {
    size_t orders;   ///< trades with shares != 0
    double turnover; ///< sum |value| / capital
    double cost;
    double invested, cash; ///< after the trades and their cost; cash < 0: costs exceed what is left
} nacre_portfolio_trade_summary;

/// Weights to orders at raw prices. `capital` is the value of holdings and cash together.
/// @shape  weights, price, held, trades: n; held NULL = cash only     @unit price: currency per
/// share
/// @error  NACRE_E_NONFINITE names the entry; NACRE_E_ARG price or lot or capital <= 0, cost_rate <
/// 0
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_portfolio_trades(size_t n, const double *weights, const double *price, const double *held,
                       double capital, double lot, double cost_rate, nacre_portfolio_trade *trades,
                       nacre_portfolio_trade_summary *summary, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
