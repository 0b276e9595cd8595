// SPDX-License-Identifier: Apache-2.0
// The estimators behind nacre_covariance, one function each. All take scaled, centred data and
// write the estimate in that scale; nacre_covariance scales back.
#ifndef NACREI_ENGINE_COVARIANCE_METHODS_H
#define NACREI_ENGINE_COVARIANCE_METHODS_H

#include "factor_data.h"
#include "nacre/factor.h"

/// @param divisor  T - 1, or T when the caller asked for it
typedef nacre_status nacrei_covariance_fn(nacre_ctx *ctx, nacrei_factor_data *data, double divisor,
                                          double *out, nacre_covariance_info *info,
                                          nacre_error *err);

nacrei_covariance_fn nacrei_covariance_lw_identity;
nacrei_covariance_fn nacrei_covariance_lw_constant_correlation;
nacrei_covariance_fn nacrei_covariance_qis;
/// @error  NACRE_E_ARG names a constant column
nacrei_covariance_fn nacrei_covariance_mp_clip;

/// out = Y'Y / divisor.
void nacrei_covariance_sample(const nacrei_factor_data *data, double divisor, double *out);

/// (1 + sqrt(assets / periods))^2: the Marchenko-Pastur upper edge at unit variance.
double nacrei_noise_edge(size_t periods, size_t assets);

#endif
