// SPDX-License-Identifier: Apache-2.0
// With at least as many periods as assets the assets x assets matrix is decomposed. With fewer, the
// periods x periods matrix Y Y' has the same non-zero eigenvalues at a fraction of the work, and
// the eigenvectors follow as Y'v. Their rounding grows as the eigenvalue falls, so they are made
// orthonormal again, largest first (Gram-Schmidt in block form: divide by the Cholesky factor of
// their own products). Eigenvalues within rounding of 0 have no vector there and are left out.
#include "spectrum.h"

#include "kern/linalg/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

static void swap_rows(size_t n, double *a, double *b)
{
    for (size_t i = 0; i < n; i++) {
        double keep = a[i];
        a[i] = b[i];
        b[i] = keep;
    }
}

static void reverse(size_t count, size_t n, double *value, double *vector)
{
    for (size_t i = 0; i < count / 2; i++) {
        size_t other = count - 1 - i;
        double keep = value[i];
        value[i] = value[other];
        value[other] = keep;
        swap_rows(n, vector + i * n, vector + other * n);
    }
}

/// The entry of largest magnitude becomes positive; of equal ones the first decides.
static void fix_sign(size_t n, double *vector)
{
    size_t largest = 0;
    for (size_t i = 1; i < n; i++)
        if (fabs(vector[i]) > fabs(vector[largest]))
            largest = i;
    if (vector[largest] < 0.0)
        for (size_t i = 0; i < n; i++)
            vector[i] = -vector[i];
}

static nacre_status decompose_primal(nacre_ctx *ctx, const nacrei_factor_data *data, double divisor,
                                     nacrei_spectrum *s, nacre_error *err)
{
    size_t n = data->assets;
    nacrei_syrk(true, n, data->periods, 1.0 / divisor, data->y, n, 0.0, s->vector, n);
    nacre_status status = nacrei_eigen_symmetric(ctx, n, s->vector, n, s->value, err);
    if (status)
        return status;
    reverse(n, n, s->value, s->vector);
    s->count = n < data->periods ? n : data->periods - 1;
    return NACRE_OK;
}

/// Rows of `vector` become orthonormal; row i changes only by the rows before it.
static nacre_status orthonormalise(nacre_ctx *ctx, size_t count, size_t n, double *vector,
                                   nacre_error *err)
{
    double *gram;
    nacre_status status =
        nacrei_alloc(ctx, count * count, sizeof *gram, "products of eigenvectors", &gram, err);
    if (status)
        return status;
    nacrei_syrk(false, count, n, 1.0, vector, n, 0.0, gram, count);
    status = nacrei_cholesky(count, gram, count, err);
    if (!status)
        nacrei_trsm_lower(count, gram, count, false, n, vector, n);
    nacrei_free(ctx, gram, count * count, sizeof *gram);
    return status;
}

static nacre_status lift_dual(nacre_ctx *ctx, const nacrei_factor_data *data, const double *dual,
                              nacrei_spectrum *s, nacre_error *err)
{
    size_t n = data->assets, periods = data->periods;
    nacrei_gemm(false, false, s->count, n, periods, 1.0, dual, periods, data->y, n, 0.0, s->vector,
                n);
    for (size_t i = 0; i < s->count; i++) {
        double norm = 0.0;
        for (size_t j = 0; j < n; j++)
            norm += s->vector[i * n + j] * s->vector[i * n + j];
        norm = sqrt(norm);
        for (size_t j = 0; j < n; j++)
            s->vector[i * n + j] /= norm;
    }
    return orthonormalise(ctx, s->count, n, s->vector, err);
}

static nacre_status decompose_dual(nacre_ctx *ctx, const nacrei_factor_data *data, double divisor,
                                   nacrei_spectrum *s, nacre_error *err)
{
    size_t periods = data->periods;
    double *dual;
    nacre_status status =
        nacrei_alloc(ctx, periods * periods, sizeof *dual, "products of periods", &dual, err);
    if (status)
        return status;
    nacrei_syrk(false, periods, data->assets, 1.0 / divisor, data->y, data->assets, 0.0, dual,
                periods);
    status = nacrei_eigen_symmetric(ctx, periods, dual, periods, s->value, err);
    if (!status) {
        reverse(periods, periods, s->value, dual);
        double floor = s->value[0] * (double)data->assets * DBL_EPSILON;
        while (s->count + 1 < periods && s->value[s->count] > floor)
            s->count++;
        status = lift_dual(ctx, data, dual, s, err);
    }
    nacrei_free(ctx, dual, periods * periods, sizeof *dual);
    return status;
}

nacre_status nacrei_spectrum_create(nacre_ctx *ctx, const nacrei_factor_data *data, double divisor,
                                    nacrei_spectrum *spectrum, nacre_error *err)
{
    bool dual = data->periods < data->assets;
    nacrei_spectrum s = {.assets = data->assets, .rows = dual ? data->periods : data->assets};
    *spectrum = (nacrei_spectrum){0};
    s.trace = nacrei_factor_squares(data->periods * data->assets, data->y) / divisor;
    if (!(s.trace > 0.0))
        return nacrei_fail(err, NACRE_E_ARG,
                           "returns: every column is constant, there is nothing to decompose");
    size_t cells;
    if (!nacrei_mul(s.rows, s.assets, &cells))
        return nacrei_fail(err, NACRE_E_LIMIT, "%zu assets are too many", s.assets);
    nacre_status status = nacrei_alloc(ctx, s.rows, sizeof *s.value, "eigenvalues", &s.value, err);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof *s.vector, "eigenvectors", &s.vector, err);
    if (!status)
        status = dual ? decompose_dual(ctx, data, divisor, &s, err)
                      : decompose_primal(ctx, data, divisor, &s, err);
    if (status) {
        nacrei_spectrum_destroy(ctx, &s);
        return status;
    }
    for (size_t i = 0; i < s.count; i++) {
        s.clamped += s.value[i] < 0.0;
        s.value[i] = fmax(s.value[i], 0.0);
        fix_sign(s.assets, s.vector + i * s.assets);
    }
    *spectrum = s;
    return NACRE_OK;
}

void nacrei_spectrum_destroy(nacre_ctx *ctx, nacrei_spectrum *spectrum)
{
    nacrei_free(ctx, spectrum->value, spectrum->rows, sizeof *spectrum->value);
    nacrei_free(ctx, spectrum->vector, spectrum->rows * spectrum->assets, sizeof *spectrum->vector);
    *spectrum = (nacrei_spectrum){0};
}
