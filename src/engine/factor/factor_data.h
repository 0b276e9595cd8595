// SPDX-License-Identifier: Apache-2.0
// A checked copy of a return matrix that every estimator starts from. It is scaled by a power of
// two so that no fourth moment overflows or underflows: scaling returns by 2^k scales every result
// exactly.
#ifndef NACREI_ENGINE_FACTOR_DATA_H
#define NACREI_ENGINE_FACTOR_DATA_H

#include "core/alloc.h"

typedef struct nacrei_factor_data {
    size_t periods, assets;
    int exponent; ///< y = 2^-exponent * (return - mean)
    double *y;    ///< periods x assets, no gap between rows; constant columns are exactly 0
} nacrei_factor_data;

/// Checks, scales and copies; subtracts the column means when `center`.
/// @error  NACRE_E_SHAPE, NACRE_E_LIMIT, NACRE_E_NONFINITE (row and column from 0), NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status nacrei_factor_load(nacre_ctx *ctx, size_t periods, size_t assets,
                                                 const double *returns, size_t ld, bool center,
                                                 nacrei_factor_data *data, nacre_error *err);
void nacrei_factor_unload(nacre_ctx *ctx, nacrei_factor_data *data);

/// The checks alone: shape, limits, finite entries.
/// @param[out] largest  largest magnitude, or NULL
NACRE_MUST_CHECK nacre_status nacrei_factor_check(size_t periods, size_t assets,
                                                  const double *returns, size_t ld, double *largest,
                                                  nacre_error *err);

/// Divides every column by its standard deviation and writes that (in the scale of y).
/// @shape  volatility: assets         @error  NACRE_E_ARG names a constant column (from 0)
NACRE_MUST_CHECK nacre_status nacrei_factor_standardise(nacrei_factor_data *data, double divisor,
                                                        double *volatility, nacre_error *err);

/// Sum of squares in eight partial sums, which do not wait for each other.
static inline double nacrei_factor_squares(size_t count, const double *values)
{
    double part[8] = {0}, rest = 0.0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            part[k] += values[i + k] * values[i + k];
    for (; i < count; i++)
        rest += values[i] * values[i];
    return ((part[0] + part[4]) + (part[1] + part[5])) +
           ((part[2] + part[6]) + (part[3] + part[7])) + rest;
}

#endif
