// SPDX-License-Identifier: Apache-2.0
// Linear shrinkage of the sample covariance S towards a target, with the weight of the authors:
//   scaled identity: Ledoit & Wolf, A well-conditioned estimator for large-dimensional covariance
//   matrices, JMVA 88 (2004); constant correlation: Ledoit & Wolf, Honey, I shrunk the sample
//   covariance matrix, JPM 30(4) (2004).
// The papers write pi and rho as sums of N x N products of powers of Y. Every such sum over i and j
// factorises within a period, so one pass over Y replaces all products but the one that gives S.
#include "covariance_methods.h"

#include <float.h>
#include <math.h>

/// Sums over all periods, each inner sum over the assets.
typedef struct moments {
    double squares; ///< sum_t (sum_i y^2)^2
    double fourth;  ///< sum_t sum_i y^4; 0 without sigma
    double cross;   ///< sum_t (sum_i y_i^3 / sigma_i) (sum_j sigma_j y_j); 0 without sigma
} moments;

static moments collect(const nacrei_factor_data *data, const double *sigma,
                       const double *inverse_sigma)
{
    moments sum = {0};
    for (size_t t = 0; t < data->periods; t++) {
        const double *y = data->y + t * data->assets;
        double squares = nacrei_factor_squares(data->assets, y);
        double fourth = 0.0, cubes = 0.0, weighted = 0.0;
        for (size_t i = 0; sigma && i < data->assets; i++) {
            double square = y[i] * y[i];
            fourth += square * square;
            cubes += square * y[i] * inverse_sigma[i];
            weighted += sigma[i] * y[i];
        }
        sum.squares += squares * squares;
        sum.fourth += fourth;
        sum.cross += cubes * weighted;
    }
    return sum;
}

/// The weight (pi - rho) / (gamma n), cut to [0, 1]; 0 where target and sample agree to rounding.
static double weight_of(double pi, double rho, double gamma, double divisor, double norm)
{
    if (gamma <= DBL_EPSILON * DBL_EPSILON * norm)
        return 0.0;
    return fmin(1.0, fmax(0.0, (pi - rho) / gamma / divisor));
}

nacre_status nacrei_covariance_lw_identity(nacre_ctx *ctx, nacrei_factor_data *data, double divisor,
                                           double *out, nacre_covariance_info *info,
                                           nacre_error *err)
{
    (void)ctx;
    (void)err;
    size_t n = data->assets;
    nacrei_covariance_sample(data, divisor, out);
    double norm = nacrei_factor_squares(n * n, out), mean = 0.0, gamma = norm;
    for (size_t i = 0; i < n; i++)
        mean += out[i * n + i] / (double)n;
    for (size_t i = 0; i < n; i++) {
        double diagonal = out[i * n + i];
        gamma += (diagonal - mean) * (diagonal - mean) - diagonal * diagonal;
    }
    moments sum = collect(data, NULL, NULL);
    double weight = weight_of(sum.squares / divisor - norm, 0.0, gamma, divisor, norm);
    for (size_t i = 0; i < n * n; i++)
        out[i] *= 1.0 - weight;
    for (size_t i = 0; i < n; i++)
        out[i * n + i] += weight * mean;
    info->shrinkage = weight;
    return NACRE_OK;
}

/// Average correlation off the diagonal.
static double mean_correlation(size_t n, const double *sample, const double *inverse_sigma)
{
    double sum = 0.0;
    for (size_t i = 0; i < n; i++) {
        double row = 0.0;
        for (size_t j = 0; j < i; j++)
            row += sample[i * n + j] * inverse_sigma[j];
        sum += row * inverse_sigma[i];
    }
    return 2.0 * sum / ((double)n * ((double)n - 1.0));
}

/// pi - rho and gamma of the constant-correlation target, then the shrunk matrix in place.
static double shrink_to_constant(const nacrei_factor_data *data, double divisor, double *out,
                                 const double *sigma, const double *inverse_sigma)
{
    size_t n = data->assets;
    double correlation = mean_correlation(n, out, inverse_sigma);
    double norm = nacrei_factor_squares(n * n, out), gamma = 0.0, diagonal_squares = 0.0,
           product = 0.0;
    for (size_t i = 0; i < n; i++) {
        double row = 0.0;
        for (size_t j = 0; j < n; j++) {
            double gap = i == j ? 0.0 : out[i * n + j] - correlation * sigma[i] * sigma[j];
            gamma += gap * gap;
            row += i == j ? 0.0 : sigma[j] * out[i * n + j];
        }
        product += sigma[i] * row;
        diagonal_squares += out[i * n + i] * out[i * n + i];
    }
    moments sum = collect(data, sigma, inverse_sigma);
    double pi = sum.squares / divisor - norm;
    double rho_diagonal = sum.fourth / divisor - diagonal_squares;
    double theta = (sum.cross - sum.fourth) / divisor - product;
    double weight = weight_of(pi, rho_diagonal + correlation * theta, gamma, divisor, norm);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            double target = correlation * sigma[i] * sigma[j];
            double value = weight * target + (1.0 - weight) * out[i * n + j];
            out[i * n + j] = value;
            out[j * n + i] = value;
        }
    }
    return weight;
}

nacre_status nacrei_covariance_lw_constant_correlation(nacre_ctx *ctx, nacrei_factor_data *data,
                                                       double divisor, double *out,
                                                       nacre_covariance_info *info,
                                                       nacre_error *err)
{
    size_t n = data->assets;
    double *sigma;
    nacrei_covariance_sample(data, divisor, out);
    nacre_status status = nacrei_alloc(ctx, 2 * n, sizeof *sigma, "volatilities", &sigma, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        sigma[i] = sqrt(out[i * n + i]);
        sigma[n + i] = 1.0 / sigma[i];
        if (!(sigma[i] > 0.0) && !status)
            status = nacrei_fail(err, NACRE_E_ARG,
                                 "returns: column %zu (from 0) is constant and has no correlation; "
                                 "drop it or use lw_identity",
                                 i);
    }
    if (!status) // one asset has no correlation: the sample variance is the estimate
        info->shrinkage = n > 1 ? shrink_to_constant(data, divisor, out, sigma, sigma + n) : 0.0;
    nacrei_free(ctx, sigma, 2 * n, sizeof *sigma);
    return status;
}
