// SPDX-License-Identifier: Apache-2.0
// Value at risk and expected shortfall of all kinds, with standard errors, components and the tests
// of the model. VaR and ES are positive losses as fractions of the portfolio's value; conventions:
// METHODS section 7. A level is the confidence (0.99), never the tail. Weights are fractions of the
// value; returns are simple returns per period; a mean of 0 is assumed unless one is given. A tail
// of level * n that lies within 1e-9 of an integer counts as that integer.
#ifndef NACRE_RISK_H
#define NACRE_RISK_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct nacre_risk_figure {
    double value;          ///< positive loss as fraction of the value
    double standard_error; ///< NaN where the method has none
    double low, high; ///< 95 % interval (order statistics for VaR); NaN as above, and `high` is
                      ///< infinite when the sample is too small to bound it
} nacre_risk_figure;

/// Losses sampled from anywhere: VaR is the smallest loss x with F(x) >= level; ES weighs the
/// tail's last loss by its fraction (Acerbi & Tasche 2002), which keeps it coherent.
/// @param losses  n scenario losses, any order (not changed)
/// @error  NACRE_E_SHAPE fewer than 1/(1-level) observations; NACRE_E_NONFINITE names the index;
///         NACRE_E_ARG level outside (0, 1); NACRE_E_NOMEM
/// @accuracy VaR is one of the losses; its interval has exact binomial ranks, its standard error is
/// the
///         interval's width / 3.92; ES: (Var(L | L >= VaR) + level (ES - VaR)^2) / (n (1 - level)),
///         root
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_historical(nacre_ctx *ctx, size_t n,
                                                              const double *losses, double level,
                                                              nacre_risk_figure *var,
                                                              nacre_risk_figure *es,
                                                              nacre_error *err);

typedef enum nacre_risk_distribution {
    NACRE_RISK_NORMAL = 0,
    NACRE_RISK_STUDENT_T = 1,
} nacre_risk_distribution;

/// Closed forms for mean and standard deviation of the return. Student's t is scaled to that
/// deviation. A deviation of 0 gives VaR = ES = -mean.
/// @param nu  degrees of freedom, > 2; read for NACRE_RISK_STUDENT_T only
/// @error  NACRE_E_ARG level outside (0, 1), nu <= 2 or deviation < 0; NACRE_E_NONFINITE
/// @accuracy relative 1e-12 in VaR + mean and ES + mean, for levels in [1e-6, 1 - 1e-6]
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_parametric(nacre_risk_distribution distribution,
                                                              double mean, double deviation,
                                                              double nu, double level, double *var,
                                                              double *es, nacre_error *err);

typedef enum nacre_risk_cf_outcome {
    NACRE_RISK_CF_VALID = 0,
    NACRE_RISK_CF_INVALID_DOMAIN = 1, ///< the expansion is not monotone for these moments
} nacre_risk_cf_outcome;

typedef struct nacre_risk_cornish_fisher_result {
    nacre_risk_cf_outcome outcome;
    double var; ///< NaN unless valid
} nacre_risk_cornish_fisher_result;

/// VaR from the fourth-order Cornish-Fisher expansion of the quantile, which is a quantile function
/// only where its derivative is positive everywhere (Maillard 2012).
/// @error  NACRE_E_ARG level outside (0, 1) or deviation < 0; NACRE_E_NONFINITE        @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_cornish_fisher(double mean, double deviation, double skewness, double excess_kurtosis,
                          double level, nacre_risk_cornish_fisher_result *result, nacre_error *err);

typedef struct nacre_risk_moments {
    double mean;            ///< of the sample
    double deviation;       ///< divisor n-1 about the mean
    double skewness;        ///< population form m3 / m2^1.5; 0 when the deviation is 0
    double excess_kurtosis; ///< population form m4 / m2^2 - 3; 0 when the deviation is 0
    double
        deviation_error; ///< relative standard error of the deviation: sqrt((m4/m2^2 - 1) / (4 n))
} nacre_risk_moments;

/// @error  NACRE_E_SHAPE n < 2; NACRE_E_NONFINITE names the index         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_moments_of(size_t n, const double *returns,
                                                              nacre_risk_moments *moments,
                                                              nacre_error *err);

/// Variance forecast for the next period: s = r_0^2, then s = lambda s + (1 - lambda) r_t^2, zero
/// mean (RiskMetrics 1996).
/// @error  NACRE_E_SHAPE n < 1; NACRE_E_NONFINITE names the index; NACRE_E_ARG lambda outside [0,
/// 1)
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_ewma_variance(size_t n, const double *returns,
                                                                 double lambda, double *variance,
                                                                 nacre_error *err);

#define NACRE_RISK_NU_MIN 2.05
#define NACRE_RISK_NU_MAX 200.0 ///< a fit that ends here says "normal"

/// Degrees of freedom by maximum likelihood of Student's t in `dimension` dimensions whose
/// covariance is held at the one that the distances were made with; dimension 1: squares of returns
/// / variance.
/// @param squared_distances  r' S^-1 r of every period
/// @error  NACRE_E_SHAPE n < 10 or dimension < 1; NACRE_E_NONFINITE, NACRE_E_ARG (negative) name
/// the
///         index
/// @accuracy 1e-6 in log(nu - 2) within [NACRE_RISK_NU_MIN, NACRE_RISK_NU_MAX]         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_fit_nu(size_t n, const double *squared_distances,
                                                          size_t dimension, double *nu,
                                                          nacre_error *err);

/// How VaR comes from one series of portfolio returns.
typedef enum nacre_risk_method {
    NACRE_RISK_HISTORICAL = 0,
    NACRE_RISK_PARAMETRIC_NORMAL = 1,
    NACRE_RISK_PARAMETRIC_T = 2, ///< nu fitted to the series
    NACRE_RISK_EWMA = 3,         ///< normal, deviation from nacre_risk_ewma_variance
} nacre_risk_method;

typedef struct nacre_risk_series_options {
    uint32_t struct_size;
    nacre_risk_method method;
    double level;     ///< 0.99
    double lambda;    ///< 0.94
    double nu;        ///< 0 = fit
    bool sample_mean; ///< parametric: use the sample's mean instead of 0
} nacre_risk_series_options;

NACRE_API const char *nacre_risk_method_name(nacre_risk_method method);
NACRE_API void nacre_risk_series_options_init(nacre_risk_series_options *options);

/// VaR and ES of the next period from n past returns. Parametric figures carry the standard error
/// of the estimated deviation (delta method with the sample's kurtosis), EWMA figures none.
/// @param[out] nu_used  NULL or where nu goes (NaN when the method has none)
/// @error  as the functions above; NACRE_E_ARG the series is constant where a distribution is
/// fitted
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_series(
    nacre_ctx *ctx, size_t n, const double *returns, const nacre_risk_series_options *options,
    nacre_risk_figure *var, nacre_risk_figure *es, double *nu_used, nacre_error *err);

/// Portfolio returns: rebalanced to the weights at every period.
/// @shape  returns: periods x assets, ld >= assets; out: periods
/// @error  NACRE_E_NONFINITE names row and column, or the weight; `out` is then spoilt
/// @accuracy bounded: assets * 2^-53 of the sum of |w r|         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_portfolio_returns(size_t periods, size_t assets,
                                                                     const double *returns,
                                                                     size_t ld,
                                                                     const double *weights,
                                                                     double *out, nacre_error *err);

/// Overlapping returns over `horizon` periods, compounded.
/// @shape  out: n - horizon + 1
/// @error  NACRE_E_SHAPE horizon 0 or above n; NACRE_E_NONFINITE names the index         @thread
/// safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_overlapping(size_t n, const double *returns,
                                                               size_t horizon, double *out,
                                                               nacre_error *err);

/// The figure times sqrt(horizon): the usual label, right only for independent returns of mean 0.
NACRE_API nacre_risk_figure nacre_risk_scaled(const nacre_risk_figure *figure, uint32_t horizon);

/// Components of a risk that is a multiple of the standard deviation (VaR and ES of any elliptical
/// distribution of mean 0): multiple * w_i (Sw)_i / s. They sum to multiple * s.
/// @shape  covariance: assets x assets, ld >= assets, symmetric; components: assets
/// @param[out] deviation  s, or NULL
/// @error  NACRE_E_ARG the portfolio has zero or negative variance; NACRE_E_NONFINITE names the
/// entry;
///         NACRE_E_NOMEM
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_components(nacre_ctx *ctx, size_t assets,
                                                              const double *weights,
                                                              const double *covariance, size_t ld,
                                                              double multiple, double *components,
                                                              double *deviation, nacre_error *err);

/// Components of simulated or historical tail risk. ES: the tail's mean of each asset's loss, with
/// the weights of nacre_risk_historical, ties at VaR sharing the last weight; sums to ES. VaR: the
/// mean of each asset's loss over the scenarios whose loss ranks within `band` of VaR's rank,
/// scaled to sum to VaR: one scenario alone would sum too, and be noise.
typedef struct nacre_risk_tail {
    nacre_risk_figure var, es;
    size_t band;           ///< ranks on either side of VaR's that took part
    double band_mean;      ///< mean loss of the band before scaling
    double *component_es;  ///< caller's array of `assets`, or NULL
    double *component_var; ///< caller's array of `assets`, or NULL
} nacre_risk_tail;

/// @shape  returns: periods x assets, ld >= assets
/// @param[in,out] tail  the caller sets `band` (0 = 2.5 % of the periods' ranks, at least 1) and
/// the
///         arrays
/// @error  as nacre_risk_historical; NACRE_E_ARG a component VaR is asked for and the band's mean
/// is 0
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_historical_tail(
    nacre_ctx *ctx, size_t periods, size_t assets, const double *returns, size_t ld,
    const double *weights, double level, nacre_risk_tail *tail, nacre_error *err);

typedef struct nacre_risk_simulation_options {
    uint32_t struct_size;
    nacre_risk_distribution distribution; ///< default NACRE_RISK_STUDENT_T
    double nu;                            ///< > 2; read for Student's t; default 5
    size_t scenarios;                     ///< default 1,000,000
    uint64_t seed;                        ///< default 1
} nacre_risk_simulation_options;

/// Monte Carlo of a portfolio under a multivariate normal or t with the given covariance and mean
/// 0. Scenario i is a function of the seed and i alone (Philox4x32-10, inverse normal CDF AS 241,
/// Marsaglia-Tsang for the chi-square), so any number of threads gives the same bits.
typedef struct nacre_risk_simulation {
    size_t scenarios, assets, factors; ///< factors: columns of the covariance's root
    nacre_risk_distribution distribution;
    double nu;
    uint64_t seed;
    size_t clamped;       ///< rounding-negative eigenvalues set to 0 (singular covariance)
    const double *losses; ///< scenarios
} nacre_risk_simulation;

NACRE_API void nacre_risk_simulation_options_init(nacre_risk_simulation_options *options);
/// @shape  covariance: assets x assets, ld >= assets; only the lower triangle is read
/// @error  NACRE_E_SHAPE no asset or scenario; NACRE_E_ARG nu <= 2, or the covariance is not
/// positive
///         semidefinite (an eigenvalue below -1e-10 of the largest); NACRE_E_NONFINITE names the
///         entry; NACRE_E_NOMEM
/// @own    the caller destroys it         @thread runs on the context's pool
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_simulation_create(
    nacre_ctx *ctx, size_t assets, const double *weights, const double *covariance, size_t ld,
    const nacre_risk_simulation_options *options, nacre_risk_simulation **out, nacre_error *err);
NACRE_API void nacre_risk_simulation_destroy(nacre_ctx *ctx, nacre_risk_simulation *simulation);

/// VaR, ES and components of a simulation; tail scenarios are drawn again, not stored.
/// @param[in,out] tail  as in nacre_risk_historical_tail
/// @error  as nacre_risk_historical_tail         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_simulation_tail(nacre_ctx *ctx, const nacre_risk_simulation *simulation, double level,
                           nacre_risk_tail *tail, nacre_error *err);

/// Asset returns of scenarios first .. first + count - 1, for positions that are not linear.
/// @shape  out: count x assets, ld >= assets
/// @error  NACRE_E_SHAPE beyond the last scenario; NACRE_E_NOMEM
/// @accuracy bounded: -weights'returns is the stored loss to rounding         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status
nacre_risk_simulation_returns(nacre_ctx *ctx, const nacre_risk_simulation *simulation, size_t first,
                              size_t count, double *out, size_t ld, nacre_error *err);

/// Loss of the portfolio bought at the weights and held through rows first .. first + count - 1.
/// @shape  returns: periods x assets, ld >= assets; contributions: assets or NULL, sum to the loss
/// @error  NACRE_E_SHAPE rows outside the panel; NACRE_E_NONFINITE names the entry         @thread
/// safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_stress_window(
    size_t periods, size_t assets, const double *returns, size_t ld, const double *weights,
    size_t first, size_t count, double *contributions, double *loss, nacre_error *err);

/// First row of the `length` consecutive portfolio returns with the largest compounded loss.
/// @error  NACRE_E_SHAPE length 0 or above n; NACRE_E_NONFINITE names the index         @thread
/// safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_worst_window(size_t n, const double *returns,
                                                                size_t length, size_t *first,
                                                                double *loss, nacre_error *err);

/// Loss when factors move by `shock`: -w'Bf, with each factor's part.
/// @shape  exposures: assets x factors, ld >= factors; factor_losses: factors or NULL, sum to the
/// loss
/// @error  NACRE_E_NONFINITE names the entry         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_stress_factors(
    size_t assets, size_t factors, const double *exposures, size_t ld, const double *weights,
    const double *shock, double *factor_losses, double *loss, nacre_error *err);

/// A figure and the most that it may be. `breached` and `use` are filled by
/// nacre_risk_check_limits.
typedef struct nacre_risk_limit {
    const char *name;
    double value, limit;
    double use;    ///< value / limit
    bool breached; ///< value > limit
} nacre_risk_limit;

/// @param[out] breaches  how many are breached
/// @error  NACRE_E_NONFINITE a value, NACRE_E_ARG a limit that is not positive; both name the limit
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_check_limits(size_t count,
                                                                nacre_risk_limit *limits,
                                                                size_t *breaches, nacre_error *err);

/// A likelihood-ratio test of exceptions.
typedef struct nacre_risk_test {
    double statistic;
    double p_value; ///< chi-square tail
} nacre_risk_test;

/// Unconditional coverage (Kupiec 1995), chi-square with 1 degree of freedom.
/// @param tail  expected rate of exceptions, 1 - level
/// @error  NACRE_E_SHAPE no observation or more exceptions than observations; NACRE_E_ARG tail
/// outside
///         (0, 1)
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_kupiec(size_t observations, size_t exceptions,
                                                          double tail, nacre_risk_test *test,
                                                          nacre_error *err);

/// Christoffersen 1998: independence (1 degree of freedom), and conditional coverage (2), which is
/// the sum of independence and coverage. Coverage is counted over the n-1 days with a predecessor.
/// @param exceptions  n flags in order of time
/// @error  NACRE_E_SHAPE n < 2; NACRE_E_ARG tail outside (0, 1)         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_christoffersen(size_t n, const bool *exceptions,
                                                                  double tail,
                                                                  nacre_risk_test *independence,
                                                                  nacre_risk_test *conditional,
                                                                  nacre_error *err);

typedef enum nacre_risk_light {
    NACRE_RISK_GREEN = 0,
    NACRE_RISK_YELLOW = 1,
    NACRE_RISK_RED = 2,
} nacre_risk_light;

NACRE_API const char *nacre_risk_light_name(nacre_risk_light light);
/// Traffic light for exceptions of a VaR 99 %: yellow from the first count whose cumulative
/// binomial probability reaches 95 %, red from the first that reaches 99.99 %. 250 observations:
/// 0-4, 5-9, 10+.
/// @error  NACRE_E_SHAPE no observation or more exceptions than observations
/// @source Basel Committee 1996, Supervisory framework for the use of backtesting; as applied
/// there, the
///         probability is that of at most this many exceptions
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_traffic_light(size_t observations,
                                                                 size_t exceptions,
                                                                 nacre_risk_light *light,
                                                                 nacre_error *err);

#define NACRE_RISK_Z2_CRITICAL (-0.70) ///< at 5 %, for a wide range of tails

/// Second test of Acerbi & Szekely 2014 for ES: 1 - sum of losses beyond VaR / (n (1-level) ES_t).
/// 0 is expected; below NACRE_RISK_Z2_CRITICAL ES is too small.
/// @shape  losses, var, es: n
/// @error  NACRE_E_SHAPE n < 1; NACRE_E_ARG level, or an ES that is not positive (names the index);
///         NACRE_E_NONFINITE names the index
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_acerbi_szekely(size_t n, const double *losses,
                                                                  const double *var,
                                                                  const double *es, double level,
                                                                  double *z2, nacre_error *err);

typedef struct nacre_risk_backtest {
    size_t observations, exceptions;
    nacre_risk_test coverage, independence, conditional;
    bool has_light;         ///< level 0.99
    nacre_risk_light light; ///< of a VaR at 0.99
    double z2;
} nacre_risk_backtest;

/// Forecasts for the last `observations` periods, each from the `window` periods before it, and
/// what the losses said. Nothing after a forecast's time enters it.
/// @shape  returns: n >= window + observations; var, es: observations or NULL; hits: observations
/// or NULL
/// @error  as nacre_risk_series; NACRE_E_SHAPE too few periods, or fewer than two observations
/// @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_backtest_series(
    nacre_ctx *ctx, size_t n, const double *returns, const nacre_risk_series_options *options,
    size_t window, size_t observations, double *var, double *es, bool *hits,
    nacre_risk_backtest *result, nacre_error *err);

#ifdef __cplusplus
}
#endif
#endif
