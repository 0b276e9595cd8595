// SPDX-License-Identifier: Apache-2.0
// Closed forms, moments, the EWMA forecast, components of elliptical risk, and the degrees of
// freedom of Student's t. The likelihood is profiled over nu alone, with the covariance held, so
// that the fitted t has the variance that every other method uses.
#include "core/alloc.h"
#include "core/status.h"
#include "engine/risk/risk_distribution.h"
#include "kern/linalg/linalg.h"
#include "nacre/risk.h"

#include <math.h>

#define GRID 40
#define GOLDEN 0.61803398874989484820
#define FIT_TOLERANCE 1e-7 ///< in log(nu - 2)
#define FIT_MIN_PERIODS 10u

nacre_status nacre_risk_parametric(nacre_risk_distribution distribution, double mean,
                                   double deviation, double nu, double level, double *var,
                                   double *es, nacre_error *err)
{
    if (!(level > 0 && level < 1))
        return nacrei_fail(err, NACRE_E_ARG, "level %g is not between 0 and 1", level);
    if (!isfinite(mean) || !isfinite(deviation))
        return nacrei_fail(err, NACRE_E_NONFINITE, "mean %g and deviation %g must be finite", mean,
                           deviation);
    if (deviation < 0)
        return nacrei_fail(err, NACRE_E_ARG, "deviation %g is negative", deviation);
    double tail = 1 - level;
    if (distribution == NACRE_RISK_NORMAL) {
        double z = nacrei_normal_upper_quantile(tail);
        *var = deviation * z - mean;
        *es = deviation * nacrei_normal_density(z) / tail - mean;
        return NACRE_OK;
    }
    if (distribution != NACRE_RISK_STUDENT_T)
        return nacrei_fail(err, NACRE_E_ARG, "distribution %d is unknown", (int)distribution);
    if (!(nu > 2 && isfinite(nu)))
        return nacrei_fail(err, NACRE_E_ARG,
                           "nu %g: a t distribution with a variance has nu above 2", nu);
    double t = nacrei_student_upper_quantile(tail, nu);
    double scale = deviation * sqrt((nu - 2) / nu);
    *var = scale * t - mean;
    *es = scale * nacrei_student_density(t, nu) / tail * (nu + t * t) / (nu - 1) - mean;
    return NACRE_OK;
}

/// Whether the expansion z + (z^2-1) s/6 + (z^3-3z) k/24 - (2z^3-5z) s^2/36 rises everywhere.
static bool is_monotone(double s, double k)
{
    // Its derivative a z^2 + b z + c.
    double a = k / 8 - s * s / 6, b = s / 3, c = 1 - k / 8 + 5 * s * s / 36;
    if (a == 0)
        return b == 0 && c > 0;
    return a > 0 && b * b < 4 * a * c;
}

nacre_status nacre_risk_cornish_fisher(double mean, double deviation, double skewness,
                                       double excess_kurtosis, double level,
                                       nacre_risk_cornish_fisher_result *result, nacre_error *err)
{
    if (!(level > 0 && level < 1))
        return nacrei_fail(err, NACRE_E_ARG, "level %g is not between 0 and 1", level);
    if (!isfinite(mean) || !isfinite(deviation) || !isfinite(skewness) ||
        !isfinite(excess_kurtosis))
        return nacrei_fail(err, NACRE_E_NONFINITE, "moments %g, %g, %g, %g must be finite", mean,
                           deviation, skewness, excess_kurtosis);
    if (deviation < 0)
        return nacrei_fail(err, NACRE_E_ARG, "deviation %g is negative", deviation);
    if (!is_monotone(skewness, excess_kurtosis)) {
        *result = (nacre_risk_cornish_fisher_result){NACRE_RISK_CF_INVALID_DOMAIN, (double)NAN};
        return NACRE_OK;
    }
    double z = -nacrei_normal_upper_quantile(1 - level); // the lower quantile of the return
    double s = skewness, k = excess_kurtosis;
    double expanded = z + (z * z - 1) * s / 6 + (z * z * z - 3 * z) * k / 24 -
                      (2 * z * z * z - 5 * z) * s * s / 36;
    *result =
        (nacre_risk_cornish_fisher_result){NACRE_RISK_CF_VALID, -(mean + deviation * expanded)};
    return NACRE_OK;
}

nacre_status nacre_risk_moments_of(size_t n, const double *returns, nacre_risk_moments *moments,
                                   nacre_error *err)
{
    if (n < 2)
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu returns: moments need two", n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(returns[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "return %zu is %g", i, returns[i]);
        sum += returns[i];
    }
    double mean = sum / (double)n, m2 = 0, m3 = 0, m4 = 0;
    bool constant = true;
    for (size_t i = 0; i < n; i++) {
        double d = returns[i] - mean;
        m2 += d * d;
        m3 += d * d * d;
        m4 += d * d * d * d;
        constant = constant && returns[i] == returns[0];
    }
    *moments = (nacre_risk_moments){.mean = mean};
    if (constant) // its mean may differ from it by a rounding
        return NACRE_OK;
    moments->deviation = sqrt(m2 / (double)(n - 1));
    m2 /= (double)n;
    moments->skewness = m3 / (double)n / (m2 * sqrt(m2));
    moments->excess_kurtosis = m4 / (double)n / (m2 * m2) - 3;
    moments->deviation_error = sqrt((moments->excess_kurtosis + 2) / (4 * (double)n));
    return NACRE_OK;
}

nacre_status nacre_risk_ewma_variance(size_t n, const double *returns, double lambda,
                                      double *variance, nacre_error *err)
{
    if (n < 1)
        return nacrei_fail(err, NACRE_E_SHAPE, "an EWMA needs a return");
    if (!(lambda >= 0 && lambda < 1))
        return nacrei_fail(err, NACRE_E_ARG, "lambda %g is not in [0, 1)", lambda);
    double s = returns[0] * returns[0];
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(returns[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "return %zu is %g", i, returns[i]);
        if (i)
            s = lambda * s + (1 - lambda) * returns[i] * returns[i];
    }
    *variance = s;
    return NACRE_OK;
}

typedef struct likelihood {
    size_t n;
    const double *squares;
    double dimension;
} likelihood;

/// Log-likelihood per period, but for what does not depend on nu = 2 + exp(x).
static double log_likelihood(const likelihood *in, double x)
{
    double room = exp(x), nu = 2 + room;
    double sum = 0;
    for (size_t i = 0; i < in->n; i++)
        sum += log1p(in->squares[i] / room);
    int sign;
    double constant = lgamma_r(0.5 * (nu + in->dimension), &sign) - lgamma_r(0.5 * nu, &sign) -
                      0.5 * in->dimension * log(room);
    return constant - 0.5 * (nu + in->dimension) * sum / (double)in->n;
}

nacre_status nacre_risk_fit_nu(size_t n, const double *squared_distances, size_t dimension,
                               double *nu, nacre_error *err)
{
    if (n < FIT_MIN_PERIODS || dimension < 1)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%zu periods in %zu dimensions: nu is fitted to at least %u", n,
                           dimension, FIT_MIN_PERIODS);
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(squared_distances[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "squared distance %zu is %g", i,
                               squared_distances[i]);
        if (squared_distances[i] < 0)
            return nacrei_fail(err, NACRE_E_ARG, "squared distance %zu is negative: %g", i,
                               squared_distances[i]);
    }
    likelihood in = {n, squared_distances, (double)dimension};
    double low = log(NACRE_RISK_NU_MIN - 2), high = log(NACRE_RISK_NU_MAX - 2);
    double step = (high - low) / GRID, best = -(double)INFINITY;
    int at = 0;
    for (int i = 0; i <= GRID; i++) {
        double value = log_likelihood(&in, low + i * step);
        if (value > best) {
            best = value;
            at = i;
        }
    }
    double a = low + (at > 0 ? at - 1 : 0) * step, b = low + (at < GRID ? at + 1 : GRID) * step;
    double x1 = b - GOLDEN * (b - a), x2 = a + GOLDEN * (b - a);
    double f1 = log_likelihood(&in, x1), f2 = log_likelihood(&in, x2);
    while (b - a > FIT_TOLERANCE) {
        if (f1 >= f2) {
            b = x2, x2 = x1, f2 = f1;
            f1 = log_likelihood(&in, x1 = b - GOLDEN * (b - a));
        } else {
            a = x1, x1 = x2, f1 = f2;
            f2 = log_likelihood(&in, x2 = a + GOLDEN * (b - a));
        }
    }
    *nu = 2 + exp(0.5 * (a + b));
    return NACRE_OK;
}

nacre_status nacre_risk_components(nacre_ctx *ctx, size_t assets, const double *weights,
                                   const double *covariance, size_t ld, double multiple,
                                   double *components, double *deviation, nacre_error *err)
{
    for (size_t i = 0; i < assets; i++) {
        if (!isfinite(weights[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "weight %zu is %g", i, weights[i]);
        for (size_t j = 0; j < assets; j++)
            if (!isfinite(covariance[i * ld + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "covariance row %zu column %zu is %g", i,
                                   j, covariance[i * ld + j]);
    }
    double *product;
    nacre_status status =
        nacrei_alloc(ctx, assets, sizeof *product, "marginal risks", &product, err);
    if (status)
        return status;
    nacrei_gemv(false, assets, assets, 1, covariance, ld, weights, 0, product);
    double variance = 0;
    for (size_t i = 0; i < assets; i++)
        variance += weights[i] * product[i];
    if (variance > 0) {
        double s = sqrt(variance);
        for (size_t i = 0; i < assets; i++)
            components[i] = multiple * weights[i] * product[i] / s;
        if (deviation)
            *deviation = s;
    } else {
        status = nacrei_fail(err, NACRE_E_ARG,
                             "the portfolio's variance is %g: components of no risk are undefined",
                             variance);
    }
    nacrei_free(ctx, product, assets, sizeof *product);
    return status;
}
