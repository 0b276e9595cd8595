// SPDX-License-Identifier: Apache-2.0
// Checks, scale and means of a return matrix. Means are taken of the differences to the first row:
// those of a constant column are exactly 0, where the rounding of a plain mean would pose as
// variance.
#include "factor_data.h"

#include <math.h>
#include <string.h>

/// Dimensions that the linear algebra below takes.
#define MAX_DIMENSION ((size_t)INT32_MAX)

static nacre_status check_shape(size_t periods, size_t assets, size_t ld, nacre_error *err)
{
    if (assets < 1)
        return nacrei_fail(err, NACRE_E_SHAPE, "returns: there is no asset");
    if (periods < 2)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "returns: %zu periods, a covariance needs at least 2", periods);
    if (ld < assets)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "returns: a leading dimension of %zu is less than the %zu assets", ld,
                           assets);
    size_t cells;
    if (periods > MAX_DIMENSION || ld > MAX_DIMENSION || !nacrei_mul(periods, ld, &cells))
        return nacrei_fail(err, NACRE_E_LIMIT, "returns: %zu x %zu is more than 2^31 in one side",
                           periods, ld);
    return NACRE_OK;
}

/// Largest magnitude of a row, or NaN when an entry is not finite. Eight lanes, so that it is
/// vectors.
static double row_largest(size_t count, const double *row)
{
    double most[8] = {0}, bad[8] = {0}, largest = 0.0, broken = 0.0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8) {
        for (size_t k = 0; k < 8; k++) {
            double size = fabs(row[i + k]);
            most[k] = size > most[k] ? size : most[k];
            bad[k] += size - size; // 0, or NaN for NaN and infinity
        }
    }
    for (; i < count; i++) {
        largest = fmax(largest, fabs(row[i]));
        broken += row[i] - row[i];
    }
    for (size_t k = 0; k < 8; k++) {
        largest = fmax(largest, most[k]);
        broken += bad[k];
    }
    return largest + broken;
}

nacre_status nacrei_factor_check(size_t periods, size_t assets, const double *returns, size_t ld,
                                 double *largest, nacre_error *err)
{
    nacre_status status = check_shape(periods, assets, ld, err);
    double most = 0.0;
    for (size_t t = 0; t < periods && !status; t++) {
        const double *row = returns + t * ld;
        double size = row_largest(assets, row);
        for (size_t i = 0; isnan(size) && i < assets; i++)
            if (!isfinite(row[i]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "returns: row %zu, column %zu (from 0) is NaN or infinite; "
                                   "choose a window without gaps",
                                   t, i);
        most = fmax(most, size);
    }
    if (!status && largest)
        *largest = most;
    return status;
}

/// Copies the returns in scale, in two factors: 2^-exponent itself overflows for subnormal returns.
/// With `shift` the first row is subtracted and the columns are added up on the way.
static void copy_scaled(nacrei_factor_data *data, const double *returns, size_t ld,
                        const double *shift, double *restrict sum)
{
    size_t n = data->assets;
    double half = ldexp(1.0, -(data->exponent / 2));
    double rest = ldexp(1.0, -(data->exponent - data->exponent / 2));
    for (size_t t = 0; t < data->periods; t++) {
        const double *from = returns + t * ld;
        double *restrict to = data->y + t * n;
        if (!shift) {
            for (size_t i = 0; i < n; i++)
                to[i] = from[i] * half * rest;
            continue;
        }
        for (size_t i = 0; i < n; i++) {
            double value = from[i] * half * rest - shift[i];
            to[i] = value;
            sum[i] += value;
        }
    }
}

/// Copies the returns less their means, which are taken from the first row on.
static nacre_status copy_centered(nacre_ctx *ctx, nacrei_factor_data *data, const double *returns,
                                  size_t ld, nacre_error *err)
{
    size_t n = data->assets;
    double *mean;
    nacre_status status = nacrei_alloc(ctx, 2 * n, sizeof *mean, "column means", &mean, err);
    if (status)
        return status;
    double *restrict first = mean + n;
    nacrei_factor_data row = {.periods = 1, .assets = n, .exponent = data->exponent, .y = first};
    copy_scaled(&row, returns, ld, NULL, NULL);
    copy_scaled(data, returns, ld, first, mean);
    for (size_t i = 0; i < n; i++)
        mean[i] /= (double)data->periods;
    for (size_t t = 0; t < data->periods; t++) {
        double *restrict to = data->y + t * n;
        for (size_t i = 0; i < n; i++)
            to[i] -= mean[i];
    }
    nacrei_free(ctx, mean, 2 * n, sizeof *mean);
    return NACRE_OK;
}

nacre_status nacrei_factor_load(nacre_ctx *ctx, size_t periods, size_t assets,
                                const double *returns, size_t ld, bool center,
                                nacrei_factor_data *data, nacre_error *err)
{
    double largest;
    *data = (nacrei_factor_data){.periods = periods, .assets = assets};
    nacre_status status = nacrei_factor_check(periods, assets, returns, ld, &largest, err);
    if (status)
        return status;
    status = nacrei_alloc(ctx, periods * assets, sizeof *data->y, "returns", &data->y, err);
    if (status)
        return status;
    (void)frexp(largest, &data->exponent);
    if (center)
        status = copy_centered(ctx, data, returns, ld, err);
    else
        copy_scaled(data, returns, ld, NULL, NULL);
    if (status)
        nacrei_factor_unload(ctx, data);
    return status;
}

void nacrei_factor_unload(nacre_ctx *ctx, nacrei_factor_data *data)
{
    nacrei_free(ctx, data->y, data->periods * data->assets, sizeof *data->y);
    data->y = NULL;
}

nacre_status nacrei_factor_standardise(nacrei_factor_data *data, double divisor, double *volatility,
                                       nacre_error *err)
{
    size_t n = data->assets;
    memset(volatility, 0, n * sizeof *volatility);
    for (size_t t = 0; t < data->periods; t++)
        for (size_t i = 0; i < n; i++)
            volatility[i] += data->y[t * n + i] * data->y[t * n + i];
    for (size_t i = 0; i < n; i++) {
        if (!(volatility[i] > 0.0))
            return nacrei_fail(err, NACRE_E_ARG,
                               "returns: column %zu (from 0) is constant and has no correlation; "
                               "drop it or use another method",
                               i);
        volatility[i] = sqrt(volatility[i] / divisor);
    }
    for (size_t t = 0; t < data->periods; t++)
        for (size_t i = 0; i < n; i++)
            data->y[t * n + i] /= volatility[i];
    return NACRE_OK;
}
