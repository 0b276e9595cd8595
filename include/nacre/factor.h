// SPDX-License-Identifier: Apache-2.0
// Covariance estimators, principal components and the fundamental factor model (B, F, D).
// Matrices are row-major doubles; T periods by N assets; divisor T-1 on demeaned data unless asked.
// Rows and columns in messages count from 0. No function needs a sorted or a named panel.
#ifndef NACRE_FACTOR_H
#define NACRE_FACTOR_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef enum nacre_covariance_method {
    NACRE_COV_SAMPLE = 0,
    NACRE_COV_EWMA = 1,                    ///< lambda 0.94, zero mean (RiskMetrics 1996)
    NACRE_COV_LW_IDENTITY = 2,             ///< Ledoit & Wolf 2004, scaled identity target
    NACRE_COV_LW_CONSTANT_CORRELATION = 3, ///< Ledoit & Wolf 2003
    NACRE_COV_QIS = 4,                     ///< quadratic-inverse shrinkage, Ledoit & Wolf 2022
    NACRE_COV_MP_CLIP = 5,                 ///< eigenvalues under the Marchenko-Pastur edge averaged
} nacre_covariance_method;

typedef struct nacre_covariance_options {
    uint32_t struct_size;
    nacre_covariance_method method; ///< default lw_constant_correlation
    double lambda;                  ///< ewma: weight of a period over the next; default 0.94
    bool divisor_n; ///< divide by T instead of T-1 (comparison with other libraries); not ewma
} nacre_covariance_options;

typedef struct nacre_covariance_info {
    double shrinkage; ///< weight of the target in [0, 1], NaN where the method has none
    size_t clamped;   ///< eigenvalues set to 0 (rounding) or averaged (mp_clip)
    double condition; ///< largest / smallest eigenvalue; qis only, else NaN
} nacre_covariance_info;

NACRE_API void nacre_covariance_options_init(nacre_covariance_options *options);
/// "sample", "ewma", "lw_identity", "lw_constant_correlation", "qis", "mp_clip"; NULL for no
/// method.
NACRE_API const char *nacre_covariance_method_name(nacre_covariance_method method);
/// The method of such a name; false, and nothing written, for another.
NACRE_API bool nacre_covariance_method_parse(const char *name, nacre_covariance_method *method);

/// Estimates the covariance of the columns. The weights of ewma are divided by their sum. qis and
/// mp_clip count T-1 and T periods; with divisor_n they only scale. One asset is never shrunk.
/// mp_clip works on the correlation matrix and keeps the sample's variances.
/// @shape  returns: T x N, ld >= N; out: N x N, symmetric to the bit      @unit return^2 per period
/// @param options  NULL for the defaults          @param[out] info  or NULL
/// @error  NACRE_E_SHAPE T < 2 or N < 1; NACRE_E_NONFINITE names row and column; NACRE_E_ARG a
/// constant
///         column where the method divides by its volatility (names the column), or qis on
///         dependent columns or periods; NACRE_E_RANGE a variance overflows; NACRE_E_LIMIT,
///         NACRE_E_NOMEM
/// @own    borrows all arrays for the call; `out` and `info` are untouched on failure    @thread
/// safe
/// @accuracy bounded: relative 1e-13 of the trace against the plain-C reference
/// @source each method's paper in src/engine/factor
NACRE_API NACRE_MUST_CHECK nacre_status nacre_covariance(nacre_ctx *ctx, size_t periods,
                                                         size_t assets, const double *returns,
                                                         size_t ld,
                                                         const nacre_covariance_options *options,
                                                         double *out, nacre_covariance_info *info,
                                                         nacre_error *err);

/// Principal components of a T x N return matrix; T < N goes through the dual T x T problem. Scores
/// and loadings are in units of the return (of one standard deviation with `correlation`).
typedef struct nacre_pca {
    size_t periods, assets, components;
    bool correlation;
    const double *explained_variance; ///< eigenvalues, descending, divisor T-1
    const double *explained_ratio;    ///< share of the total variance
    const double *vectors;            ///< components x assets, unit rows; largest |entry| positive
    const double *loadings;           ///< assets x components: V diag(sqrt(lambda))
    const double *scores;             ///< periods x components, of demeaned returns
    double total_variance;            ///< of all components, kept or not
    double noise_edge;                ///< Marchenko-Pastur: total / N (1 + sqrt(N / T))^2
    size_t clamped;                   ///< rounding-negative eigenvalues set to 0
    const uint32_t *subspace;         ///< equal numbers = eigenvalues closer than 1e-6 relative
} nacre_pca;

/// @param correlation  on the correlation matrix instead of the covariance
/// @param components   0 = all: min(N, T-1), with T < N at most the numerical rank
/// @error  as nacre_covariance; NACRE_E_ARG every column constant, or any with `correlation`
/// @own    the caller destroys it with the same context        @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_pca_create(nacre_ctx *ctx, size_t periods,
                                                         size_t assets, const double *returns,
                                                         size_t ld, bool correlation,
                                                         size_t components, nacre_pca **out,
                                                         nacre_error *err);
/// Turns the sign of each vector, with its loadings and scores, so that its inner product with the
/// previous one is not negative: the rule over time in place of the largest entry.
/// @shape  previous: components x assets; further components of `pca` keep their sign
/// @error  NACRE_E_SHAPE another number of assets; `pca` is unchanged
NACRE_API NACRE_MUST_CHECK nacre_status nacre_pca_align(nacre_pca *pca, size_t components,
                                                        size_t assets, const double *previous,
                                                        nacre_error *err);
NACRE_API void nacre_pca_destroy(nacre_ctx *ctx, nacre_pca *pca);

/// Sigma = B F B' + diag(D).
typedef struct nacre_risk_model {
    size_t assets, factors, periods;
    const char *const *factor_names; ///< "market", then the groups
    const double *exposures;         ///< B: assets x factors
    const double *factor_covariance; ///< F: factors x factors, sample, divisor T-1; singular
    const double *specific_variance; ///< D: assets, > 0, of the residuals, divisor T-1
    const double *factor_returns;    ///< periods x factors
    const double *r_squared;         ///< per period: share of the spread about the market that the
                                     ///< groups explain; NaN when all returns are equal
    size_t
        floored; ///< specific variances raised to 1e-6 of the mean variance (a group of one asset)
} nacre_risk_model;

/// Market + group regression per date: r = market + group + e, weighted least squares (the QR
/// factors of a partition are known in closed form) with the constraint that the weighted group
/// returns sum to zero. In every group the weighted mean of the model's variances is that of the
/// sample's.
/// @shape  returns: T x N, ld >= N
/// @param group        N group numbers 0..groups-1; ignored when groups is 0: the market alone
/// @param group_names  groups texts, copied, or NULL = "group 0", ...
/// @param weight       N regression weights > 0 or NULL = equal
/// @error  NACRE_E_ARG an empty group or a group that does not exist (by number), a weight <= 0,
/// every
///         column constant; else as nacre_covariance
/// @own    the caller destroys it with the same context        @thread safe
/// @accuracy factor returns within (N + 3) u of sum w |r| / sum w, u = 2^-53
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_model_create(
    nacre_ctx *ctx, size_t periods, size_t assets, const double *returns, size_t ld,
    const uint32_t *group, size_t groups, const char *const *group_names, const double *weight,
    nacre_risk_model **out, nacre_error *err);
/// B F B' + diag(D), symmetric to the bit.
/// @shape  out: assets x assets         @error  NACRE_E_NOMEM         @thread safe
NACRE_API NACRE_MUST_CHECK nacre_status nacre_risk_model_covariance(nacre_ctx *ctx,
                                                                    const nacre_risk_model *model,
                                                                    double *out, nacre_error *err);
NACRE_API void nacre_risk_model_destroy(nacre_ctx *ctx, nacre_risk_model *model);

#ifdef __cplusplus
}
#endif
#endif
