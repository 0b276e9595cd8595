// SPDX-License-Identifier: Apache-2.0
// Covariance about a pilot mean (the formula stands in nacre/kern.h). The triangle of the symmetric
// product is cut into rectangles for the strict product: entry (i, j) is the same chain of fma as
// (j, i), so the diagonal squares are symmetric to the bit and the rest is mirrored.
#include "core/alloc.h"
#include "kern/linalg/linalg.h"
#include "kern/operand.h"
#include "kern/scratch.h"
#include "kern/variants.h"

#include <math.h>

/// Squares on the diagonal are computed whole.
#define DIAGONAL ((size_t)64)
/// Rows and columns that are mirrored at once: two tiles of 8 KiB.
#define MIRROR ((size_t)32)

typedef struct covariance {
    nacre_ctx *ctx;
    size_t m, n;
    const double *x;
    size_t ldx;
    const double *weights; ///< or NULL
    double total;          ///< of the weights
    double *centred;       ///< m x n: the deviations, times the roots of the weights
    double *ones;          ///< m
    double *pilot, *rest;  ///< n: the pilot mean, the weighted sums of the deviations
    double *c;
    size_t ldc;
} covariance;

static nacre_status check_weights(covariance *v, size_t ddof, nacre_error *err)
{
    v->total = (double)v->m;
    for (size_t i = 0; i < v->m && v->weights; i++) {
        if (!(v->weights[i] >= 0) || isinf(v->weights[i]))
            return nacrei_fail(err, NACRE_E_ARG,
                               "covariance: weight %zu is %g; weights are finite and at least 0", i,
                               v->weights[i]);
    }
    if (v->weights) {
        nacre_status status =
            nacre_sum_f64(v->ctx, NACRE_CLASS_STRICT, v->m, v->weights, &v->total, NULL, err);
        if (status)
            return status;
    }
    if (!(v->total > (double)ddof) || isinf(v->total))
        return nacrei_fail(err, NACRE_E_ARG,
                           "covariance: %zu observations of total weight %g leave nothing after "
                           "ddof = %zu; give more observations",
                           v->m, v->total, ddof);
    return NACRE_OK;
}

/// Pilot mean, deviations, their sums, and the roots of the weights into the deviations.
static nacre_status centre(const covariance *v, nacre_error *err)
{
    for (size_t i = 0; i < v->m; i++)
        v->ones[i] = 1.0;
    const double *w = v->weights ? v->weights : v->ones;
    nacre_status status = nacre_gemv_f64(v->ctx, NACRE_CLASS_STRICT, true, v->m, v->n, 1.0, v->x,
                                         v->ldx, w, 0.0, v->pilot, NULL, err);
    if (status)
        return status;
    for (size_t j = 0; j < v->n; j++)
        v->pilot[j] /= v->total;
    for (size_t i = 0; i < v->m; i++) {
        for (size_t j = 0; j < v->n; j++)
            v->centred[i * v->n + j] = v->x[i * v->ldx + j] - v->pilot[j];
    }
    status = nacre_gemv_f64(v->ctx, NACRE_CLASS_STRICT, true, v->m, v->n, 1.0, v->centred, v->n, w,
                            0.0, v->rest, NULL, err);
    for (size_t i = 0; i < v->m && v->weights && !status; i++) {
        double root = sqrt(v->weights[i]);
        for (size_t j = 0; j < v->n; j++)
            v->centred[i * v->n + j] *= root;
    }
    return status;
}

/// The square from `start` on the diagonal, at least its lower triangle. Depth: log2(n / DIAGONAL).
static nacre_status triangle(const covariance *v, size_t start, size_t n, nacre_error *err)
{
    size_t half = n > DIAGONAL ? (n / 2 + DIAGONAL - 1) / DIAGONAL * DIAGONAL : 0;
    size_t below = start + half, rows = n - half;
    const double *d = v->centred;
    nacre_status status = NACRE_OK;
    if (half)
        status = nacre_gemm_f64(v->ctx, NACRE_CLASS_STRICT, true, false, rows, half, v->m, 1.0,
                                d + below, v->n, d + start, v->n, 0.0,
                                v->c + below * v->ldc + start, v->ldc, NULL, err);
    if (!half || status)
        return status ? status
                      : nacre_gemm_f64(v->ctx, NACRE_CLASS_STRICT, true, false, n, n, v->m, 1.0,
                                       d + start, v->n, d + start, v->n, 0.0,
                                       v->c + start * v->ldc + start, v->ldc, NULL, err);
    status = triangle(v, start, half, err);
    return status ? status : triangle(v, below, rows, err);
}

/// c = (c - rest rest' / total) / divisor in the lower triangle, and its mirror.
static void correct(const covariance *v, double divisor)
{
    for (size_t i0 = 0; i0 < v->n; i0 += MIRROR) {
        size_t i1 = i0 + MIRROR < v->n ? i0 + MIRROR : v->n;
        for (size_t j0 = 0; j0 <= i0; j0 += MIRROR) {
            for (size_t i = i0; i < i1; i++) {
                double *row = v->c + i * v->ldc;
                double shift = v->rest[i] / v->total;
                for (size_t j = j0; j < j0 + MIRROR && j <= i; j++) {
                    row[j] = (row[j] - v->rest[j] * shift) / divisor;
                    v->c[j * v->ldc + i] = row[j];
                }
            }
        }
    }
}

static nacre_status compute(covariance *v, bool bounded, size_t ddof, double *mean_or_NULL,
                            nacre_error *err)
{
    size_t elements, bytes;
    if (!nacrei_mul(v->m, v->n, &elements) ||
        __builtin_add_overflow(elements, v->m + 2 * v->n, &elements) ||
        !nacrei_mul(elements, sizeof(double), &bytes))
        return nacrei_fail(err, NACRE_E_RANGE,
                           "covariance: %zu x %zu observations do not fit the address space", v->m,
                           v->n);
    // Kept by the context for the next call; the products inside take another block.
    struct nacrei_scratch *block;
    nacre_status status = nacrei_scratch_take(v->ctx, bytes, &block, err);
    if (status)
        return status;
    v->centred = (double *)(void *)block->data;
    v->ones = v->centred + v->m * v->n;
    v->pilot = v->ones + v->m;
    v->rest = v->pilot + v->n;
    status = centre(v, err);
    if (!status && bounded)
        nacrei_syrk(true, v->n, v->m, 1.0, v->centred, v->n, 0.0, v->c, v->ldc);
    else if (!status)
        status = triangle(v, 0, v->n, err);
    if (!status) {
        correct(v, v->total - (double)ddof);
        for (size_t j = 0; j < v->n && mean_or_NULL; j++)
            mean_or_NULL[j] = v->pilot[j] + v->rest[j] / v->total;
    }
    nacrei_scratch_give(v->ctx, block);
    return status;
}

nacre_status nacre_covariance_f64(nacre_ctx *ctx, nacre_class numeric_class, size_t m, size_t n,
                                  size_t ddof, const double *x, size_t ldx,
                                  const double *weights_or_NULL, double *mean_or_NULL, double *c,
                                  size_t ldc, nacre_kern_ran *ran_or_NULL, nacre_error *err)
{
    const nacrei_variant *variant;
    nacre_status status =
        nacrei_kern_choose(ctx->kerns, NACREI_OP_gemm_f64, numeric_class, &variant, err);
    if (status)
        return status;
    bool bounded = variant->numeric_class == NACRE_CLASS_BOUNDED;
    nacrei_operand in[] = {
        {"x", x, m, n, ldx, sizeof *x, 0},
        {"weights", weights_or_NULL, 1, weights_or_NULL ? m : 0, m, sizeof *x, 0}};
    nacrei_operand out[] = {{"C", c, n, n, ldc, sizeof *c, 0},
                            {"mean", mean_or_NULL, 1, mean_or_NULL ? n : 0, n, sizeof *c, 0}};
    for (size_t i = 0; i < 4 && !status; i++)
        status = nacrei_operand_check("covariance", i < 2 ? &in[i] : &out[i - 2],
                                      bounded ? INT32_MAX : SIZE_MAX, err);
    for (size_t i = 0; i < 4 && !status; i++)
        status = nacrei_operand_apart("covariance", &out[i / 2], &in[i % 2], err);
    if (!status)
        status = nacrei_operand_apart("covariance", &out[1], &out[0], err);
    if (status)
        return status;
    covariance v = {ctx, m, n, x, ldx, weights_or_NULL, 0, NULL, NULL, NULL, NULL, c, ldc};
    status = check_weights(&v, ddof, err);
    if (!status && n)
        status = compute(&v, bounded, ddof, mean_or_NULL, err);
    if (status)
        return status;
    if (ran_or_NULL)
        *ran_or_NULL = (nacre_kern_ran){
            .device = "cpu",
            .unit = nacrei_variant_unit(variant),
            .kernel = bounded ? "cblas_dsyrk" : variant->name,
            .numeric_class = variant->numeric_class,
            .threads = bounded ? 1 : ctx->threads,
        };
    return NACRE_OK;
}
