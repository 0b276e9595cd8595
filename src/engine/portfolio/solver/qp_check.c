// SPDX-License-Identifier: Apache-2.0
// What a quadratic program must fulfil before the solver touches it. Every refusal names the array
// and the entry. Convexity is tested on P alone, by a factorisation of P plus a little more than
// its rounding: an interior point method would otherwise hide negative curvature behind its
// barrier.
#include "engine/portfolio/solver/ipm_ldl.h"
#include "engine/portfolio/solver/qp_blocks.h"
#include "engine/portfolio/solver/qp_ops.h"
#include "kern/linalg/linalg.h"

#include <float.h>
#include <math.h>
#include <string.h>

/// Relative to the largest diagonal entry: what a covariance of rounded entries may lack.
static const double CURVATURE_TOLERANCE = 1e-10;

/// Rows and columns that are compared with their mirror image at once.
#define MIRROR_TILE ((size_t)32)

static nacre_status check_finite(const char *name, const double *values, size_t count,
                                 nacre_error *err)
{
    // v - v is 0 or NaN. The answer is nearly always yes: only else is the entry looked for.
    double rest[4] = {0.0, 0.0, 0.0, 0.0};
    for (size_t i = 0; i < count; i++)
        rest[i % 4] += values[i] - values[i];
    if ((rest[0] + rest[1]) + (rest[2] + rest[3]) == 0.0)
        return NACRE_OK;
    for (size_t i = 0; i < count; i++)
        if (!isfinite(values[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "%s of the quadratic program is NaN or infinite at entry %zu", name,
                               i);
    return NACRE_OK;
}

static nacre_status check_bounds(const char *name, const double *low, const double *high,
                                 size_t count, nacre_error *err)
{
    for (size_t i = 0; i < count; i++) {
        double a = low ? low[i] : -(double)INFINITY, b = high ? high[i] : (double)INFINITY;
        if (isnan(a) || isnan(b) || (isinf(a) && a > 0.0) || (isinf(b) && b < 0.0))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "the bounds of %s %zu are not a lower one below +infinity and an "
                               "upper one above -infinity",
                               name, i);
        if (a > b)
            return nacrei_fail(err, NACRE_E_ARG,
                               "the bounds of %s %zu cross: lower %.17g, upper %.17g", name, i, a,
                               b);
    }
    return NACRE_OK;
}

static nacre_status check_sparse(const char *name, const size_t *start, const size_t *index,
                                 const double *value, size_t lists, size_t limit, bool upper,
                                 nacre_error *err)
{
    if (start[0] != 0 || (start[lists] > 0 && (!index || !value)))
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "the sparse %s needs starts from 0, indices and values", name);
    for (size_t i = 0; i < lists; i++) {
        if (start[i + 1] < start[i])
            return nacrei_fail(err, NACRE_E_SHAPE, "the starts of the sparse %s step back at %zu",
                               name, i + 1);
        for (size_t k = start[i]; k < start[i + 1]; k++)
            if (index[k] >= limit || (upper && index[k] > i) ||
                (k > start[i] && index[k] <= index[k - 1]))
                return nacrei_fail(err, NACRE_E_SHAPE,
                                   "entry %zu of the sparse %s has index %zu in list %zu: indices "
                                   "ascend and stay inside%s",
                                   k, name, index[k], i, upper ? " the upper triangle" : "");
    }
    return check_finite(name, value, start[lists], err);
}

/// |P_ij - P_ji| <= 1e-12 (|P_ij| + |P_ji|), and finite, for all entries. One pass by tiles:
/// columns of a large matrix miss the cache at every step. False also where a sum overflows; the
/// strict comparison refuses infinity, and DBL_MIN lets two zeros pass.
static bool mirrored(size_t n, const double *p)
{
    size_t good = 0;
    for (size_t i0 = 0; i0 < n; i0 += MIRROR_TILE)
        for (size_t j0 = 0; j0 <= i0; j0 += MIRROR_TILE)
            for (size_t i = i0; i < n && i < i0 + MIRROR_TILE; i++) {
                size_t end = j0 + MIRROR_TILE < i + 1 ? j0 + MIRROR_TILE : i + 1;
                for (size_t j = j0; j < end; j++) {
                    double a = p[i * n + j], b = p[j * n + i];
                    good += fabs(a - b) < 1e-12 * (fabs(a) + fabs(b)) + DBL_MIN;
                }
            }
    return good == n * (n + 1) / 2;
}

static nacre_status check_hessian(const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables;
    bool structured = qp->diagonal || qp->factor;
    if ((qp->hessian != NULL) + structured + (qp->p_start != NULL) > 1)
        return nacrei_fail(err, NACRE_E_ARG, "P is given in more than one form");
    if (qp->p_start)
        return check_sparse("P", qp->p_start, qp->p_index, qp->p_value, n, n, true, err);
    if (qp->hessian && mirrored(n, qp->hessian))
        return NACRE_OK;
    if (qp->hessian) {
        nacre_status status = check_finite("P", qp->hessian, n * n, err);
        for (size_t i = 0; i < n && !status; i++)
            for (size_t j = 0; j < i && !status; j++) {
                double a = qp->hessian[i * n + j], b = qp->hessian[j * n + i];
                if (fabs(a - b) > 1e-12 * (fabs(a) + fabs(b)))
                    status = nacrei_fail(err, NACRE_E_ARG,
                                         "P is not symmetric at row %zu, column %zu", i, j);
            }
        return status;
    }
    nacre_status status = NACRE_OK;
    if (qp->diagonal)
        status = check_finite("the diagonal of P", qp->diagonal, n, err);
    if (!status && qp->factor)
        status = check_finite("the factor of P", qp->factor, n * qp->factors, err);
    return status;
}

nacre_status nacrei_qp_check(const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables, m = qp->rows;
    if (n == 0 || n + m < n || n + m >= (size_t)INT32_MAX)
        return nacrei_fail(
            err, NACRE_E_SHAPE,
            "a quadratic program needs 1 to 2^31 - 2 variables and rows, not %zu and "
            "%zu",
            n, m);
    if (!qp->linear)
        return nacrei_fail(err, NACRE_E_SHAPE, "the linear term has no entries");
    if (m > 0 && (qp->matrix != NULL) == (qp->a_start != NULL))
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu rows need A, dense or sparse, and once", m);
    if (!isfinite(qp->constant))
        return nacrei_fail(err, NACRE_E_NONFINITE, "the constant is NaN or infinite");
    nacre_status status = check_finite("the linear term", qp->linear, n, err);
    if (!status)
        status = check_hessian(qp, err);
    if (!status && m > 0)
        status = qp->matrix
                     ? check_finite("A", qp->matrix, m * n, err)
                     : check_sparse("A", qp->a_start, qp->a_index, qp->a_value, m, n, false, err);
    if (!status)
        status = check_bounds("variable", qp->lower, qp->upper, n, err);
    if (!status)
        status = check_bounds("row", qp->row_lower, qp->row_upper, m, err);
    return status;
}

nacre_status nacrei_qp_check_start(const nacre_qp *qp, const double *x, const double *row_dual,
                                   const double *bound_dual, nacre_error *err)
{
    nacre_status status = check_finite("the start", x, qp->variables, err);
    if (!status)
        status = check_finite("the row duals of the start", row_dual, qp->rows, err);
    if (!status)
        status = check_finite("the bound duals of the start", bound_dual, qp->variables, err);
    return status;
}

static nacre_status not_convex(size_t pivot, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_ARG,
                       "P is not positive semidefinite: its pivot %zu is negative; shrink the "
                       "matrix or clip its eigenvalues",
                       pivot);
}

static nacre_status check_dense(nacre_ctx *ctx, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables;
    double largest = 0.0, *copy;
    nacre_status status = nacrei_alloc(ctx, n * n, sizeof *copy, "convexity check", &copy, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        memcpy(copy + i * n, qp->hessian + i * n, (i + 1) * sizeof *copy);
        largest = fmax(largest, fabs(copy[i * n + i]));
    }
    for (size_t i = 0; i < n; i++)
        copy[i * n + i] += CURVATURE_TOLERANCE * largest + 1e-300;
    status = nacrei_cholesky(n, copy, n, err);
    nacrei_free(ctx, copy, n * n, sizeof *copy);
    return status;
}

static nacre_status check_sparse_curvature(nacre_ctx *ctx, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables;
    double largest = 0.0;
    bool diagonal_only = true;
    for (size_t j = 0; j < n; j++)
        for (size_t k = qp->p_start[j]; k < qp->p_start[j + 1]; k++) {
            if (qp->p_index[k] != j)
                diagonal_only = diagonal_only && qp->p_value[k] == 0.0;
            else if (qp->p_value[k] < 0.0)
                return not_convex(j, err);
            else
                largest = fmax(largest, qp->p_value[k]);
        }
    if (diagonal_only)
        return NACRE_OK;
    nacrei_ldl ldl = {0};
    double *shift = NULL;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *shift, "convexity check", &shift, err);
    nacre_qp bare = *qp;
    bare.rows = 0;
    if (!status)
        status = nacrei_ldl_init(&ldl, ctx, &bare, err);
    for (size_t j = 0; j < n && !status; j++)
        shift[j] = CURVATURE_TOLERANCE * largest + 1e-300;
    if (!status) {
        size_t bad = nacrei_ldl_factor(&ldl, shift);
        if (bad < n)
            status = not_convex(bad, err);
    }
    nacrei_ldl_fini(&ldl);
    nacrei_free(ctx, shift, n, sizeof *shift);
    return status;
}

nacre_status nacrei_qp_check_convex(nacre_ctx *ctx, const nacre_qp *qp, nacre_error *err)
{
    if (qp->hessian)
        return check_dense(ctx, qp, err);
    if (qp->p_start)
        return check_sparse_curvature(ctx, qp, err);
    for (size_t i = 0; qp->diagonal && i < qp->variables; i++)
        if (qp->diagonal[i] < 0.0)
            return not_convex(i, err);
    return NACRE_OK;
}
