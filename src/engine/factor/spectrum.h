// SPDX-License-Identifier: Apache-2.0
// Eigenvalues and eigenvectors of Y'Y / divisor, through the smaller of the two Gram matrices.
#ifndef NACREI_ENGINE_SPECTRUM_H
#define NACREI_ENGINE_SPECTRUM_H

#include "factor_data.h"

typedef struct nacrei_spectrum {
    size_t assets;
    size_t count;   ///< min(assets, periods - 1); with periods < assets at most the numerical rank
    size_t rows;    ///< allocated rows of `vector`
    size_t clamped; ///< eigenvalues set to 0 because rounding had made them negative
    double trace;   ///< sum of all eigenvalues, from the data
    double *value;  ///< count, descending
    double *vector; ///< count x assets, orthonormal rows, largest |entry| positive
} nacrei_spectrum;

/// @error  NACRE_E_ARG every column is constant; what nacrei_eigen_symmetric reports
NACRE_MUST_CHECK nacre_status nacrei_spectrum_create(nacre_ctx *ctx, const nacrei_factor_data *data,
                                                     double divisor, nacrei_spectrum *spectrum,
                                                     nacre_error *err);
void nacrei_spectrum_destroy(nacre_ctx *ctx, nacrei_spectrum *spectrum);

#endif
