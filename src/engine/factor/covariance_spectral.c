// SPDX-License-Identifier: Apache-2.0
// Estimators that keep the sample's eigenvectors and replace its eigenvalues:
//   qis: Ledoit & Wolf, Quadratic shrinkage for large covariance matrices, Bernoulli 28(3) (2022);
//   mp_clip: Laloux, Cizeau, Bouchaud & Potters, PRL 83 (1999), on the correlation matrix: what
//   lies under the Marchenko-Pastur edge is averaged, and the diagonal is brought back to the
//   variances.
// Both give every direction outside some of the eigenvectors one common eigenvalue, so the matrix
// is rebuilt as common (I - V'V) + V' diag(value) V and the null space never needs a basis.
#include "covariance_methods.h"
#include "kern/linalg/linalg.h"
#include "spectrum.h"

#include <float.h>
#include <math.h>

double nacrei_noise_edge(size_t periods, size_t assets)
{
    double root = 1.0 + sqrt((double)assets / (double)periods);
    return root * root;
}

/// out = common (I - V'V) + V' diag(value) V over the first `count` vectors, which are spoilt.
static void rebuild(nacrei_spectrum *s, size_t count, const double *value, double common,
                    double *out)
{
    size_t n = s->assets;
    if (common > 0.0)
        nacrei_syrk(true, n, count, -common, s->vector, n, 0.0, out, n);
    for (size_t i = 0; common > 0.0 && i < n; i++)
        out[i * n + i] += common;
    for (size_t k = 0; k < count; k++) {
        double root = sqrt(value[k]);
        for (size_t i = 0; i < n; i++)
            s->vector[k * n + i] *= root;
    }
    nacrei_syrk(true, n, count, 1.0, s->vector, n, common > 0.0 ? 1.0 : 0.0, out, n);
}

/// Shrunk eigenvalues from the sample's non-zero ones (descending), and the one of the null space.
/// @param c  assets / (periods - 1)
static void qis_values(size_t assets, size_t count, double c, const double *lambda, double *delta,
                       double *null_value)
{
    double h = pow(fmin(c * c, 1.0 / (c * c)) / (double)assets, 0.35);
    double mean_inverse = 0.0;
    for (size_t i = 0; i < count; i++)
        mean_inverse += 1.0 / lambda[i] / (double)count;
    for (size_t i = 0; i < count; i++) {
        double x = 1.0 / lambda[i], theta = 0.0, conjugate = 0.0;
        for (size_t j = 0; j < count; j++) {
            double z = 1.0 / lambda[j], gap = z - x;
            double weight = z / (gap * gap + h * h * z * z) / (double)count;
            theta += weight * gap;
            conjugate += weight * h * z;
        }
        double square = theta * theta + conjugate * conjugate;
        double shrunk = c > 1.0 ? x * square
                                : (1.0 - c) * (1.0 - c) * x + 2.0 * c * (1.0 - c) * x * theta +
                                      c * c * x * square;
        delta[i] = 1.0 / shrunk;
    }
    *null_value = c > 1.0 ? 1.0 / ((c - 1.0) * mean_inverse) : 0.0;
}

/// Multiplies all eigenvalues so that their sum is the sample's trace; gives the condition number.
static double keep_trace(size_t assets, size_t count, double trace, double *delta,
                         double *null_value)
{
    double sum = *null_value * (double)(assets - count);
    double low = assets > count ? *null_value : (double)INFINITY,
           high = assets > count ? *null_value : 0.0;
    for (size_t i = 0; i < count; i++) {
        sum += delta[i];
        low = fmin(low, delta[i]);
        high = fmax(high, delta[i]);
    }
    for (size_t i = 0; i < count; i++)
        delta[i] *= trace / sum;
    *null_value *= trace / sum;
    return high / low;
}

/// With dependent columns or periods the sample has more zero eigenvalues than the formula knows.
static nacre_status check_rank(const nacrei_spectrum *s, size_t expected, nacre_error *err)
{
    size_t rank = 0;
    double floor = s->value[0] * (double)s->assets * DBL_EPSILON;
    while (rank < s->count && s->value[rank] > floor)
        rank++;
    if (rank < expected)
        return nacrei_fail(err, NACRE_E_ARG,
                           "qis: the sample has rank %zu where %zu is due: columns or periods are "
                           "constant, doubled or collinear; drop them or use lw_identity",
                           rank, expected);
    return NACRE_OK;
}

nacre_status nacrei_covariance_qis(nacre_ctx *ctx, nacrei_factor_data *data, double divisor,
                                   double *out, nacre_covariance_info *info, nacre_error *err)
{
    size_t n = data->assets, free_periods = data->periods - 1;
    size_t expected = n < free_periods ? n : free_periods;
    nacrei_spectrum s;
    double *delta = NULL, null_value;
    nacre_status status = nacrei_spectrum_create(ctx, data, divisor, &s, err);
    if (status)
        return status;
    status = check_rank(&s, expected, err);
    if (!status)
        status = nacrei_alloc(ctx, expected, sizeof *delta, "shrunk eigenvalues", &delta, err);
    if (!status) {
        qis_values(n, expected, (double)n / (double)free_periods, s.value, delta, &null_value);
        info->condition = keep_trace(n, expected, s.trace, delta, &null_value);
        info->clamped = s.clamped;
        rebuild(&s, expected, delta, null_value, out);
    }
    nacrei_free(ctx, delta, expected, sizeof *delta);
    nacrei_spectrum_destroy(ctx, &s);
    return status;
}

/// Brings the diagonal back to the sample variances.
static void restore_variances(size_t n, const double *volatility, double *scale, double *out)
{
    for (size_t i = 0; i < n; i++)
        scale[i] = volatility[i] / sqrt(out[i * n + i]);
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++) {
            double value = out[i * n + j] * (scale[i] * scale[j]);
            out[i * n + j] = value;
            out[j * n + i] = value;
        }
        out[i * n + i] = volatility[i] * volatility[i];
    }
}

/// Splits at the edge: returns how many eigenvalues stay and the mean of the rest.
static size_t split_at_edge(const nacrei_spectrum *s, double edge, double *mean)
{
    size_t kept = 0;
    double rest = (double)s->assets;
    while (kept < s->count && s->value[kept] > edge)
        rest -= s->value[kept++];
    *mean = s->assets > kept ? fmax(rest, 0.0) / (double)(s->assets - kept) : 0.0;
    return kept;
}

nacre_status nacrei_covariance_mp_clip(nacre_ctx *ctx, nacrei_factor_data *data, double divisor,
                                       double *out, nacre_covariance_info *info, nacre_error *err)
{
    size_t n = data->assets;
    nacrei_spectrum s = {0};
    double *volatility;
    nacre_status status =
        nacrei_alloc(ctx, 2 * n, sizeof *volatility, "volatilities", &volatility, err);
    if (status)
        return status;
    status = nacrei_factor_standardise(data, divisor, volatility, err);
    if (!status)
        status = nacrei_spectrum_create(ctx, data, divisor, &s, err);
    if (!status) {
        double mean;
        size_t kept = split_at_edge(&s, nacrei_noise_edge(data->periods, n), &mean);
        info->clamped = n - kept;
        rebuild(&s, kept, s.value, mean, out);
        restore_variances(n, volatility, volatility + n, out);
    }
    nacrei_spectrum_destroy(ctx, &s);
    nacrei_free(ctx, volatility, 2 * n, sizeof *volatility);
    return status;
}
