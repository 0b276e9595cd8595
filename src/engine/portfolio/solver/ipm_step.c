// SPDX-License-Identifier: Apache-2.0
// One step of Mehrotra's predictor-corrector method on the proximally regularised Newton system:
// rho and delta stand for proximal terms centred at the current point, so they slow the step down a
// little where P or A is deficient but do not move the solution.
#include "engine/portfolio/solver/ipm.h"

#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

/// Share of the way to the boundary.
static const double NEAR_BOUNDARY = 0.995;
/// Weights of bounds stay within these; beyond, a bound is fixed or absent for all purposes.
static const double WEIGHT_MIN = 1e-40, WEIGHT_MAX = 1e40;
/// Share of the present residuals that the linear system may add to them.
static const double SOLVE_ACCURACY = 0.1;
/// Weight z / t from which on the step of a multiplier is taken from the system: below 1 the other
/// way round loses nothing.
static const double DUAL_FIRST = 1.0;
/// Products stay within these shares of the target; a longer step is tried and kept as follows
/// (Gondzio 1996; Colombo & Gondzio 2008).
static const double PRODUCT_MIN = 0.1, PRODUCT_MAX = 10.0;
static const double STRETCH = 1.5, STRETCH_LEAST = 0.3, LONGER = 1.01, LONG_STEP = 0.9;
enum { FACTOR_TRIES = 10, CORRECTORS = 2 };

static bool has(const nacrei_ipm *ipm, size_t i, int flags)
{
    return (ipm->form.bound[i] & flags) != 0;
}

static void weigh(nacrei_ipm *ipm)
{
    for (size_t i = 0; i < ipm->total; i++) {
        double w = 0.0;
        if (has(ipm, i, NACREI_QP_LOWER))
            w += ipm->zl[i] / ipm->tl[i];
        if (has(ipm, i, NACREI_QP_UPPER))
            w += ipm->zu[i] / ipm->tu[i];
        ipm->w[i] = w > 0.0 ? fmin(fmax(w, WEIGHT_MIN), WEIGHT_MAX) : 0.0;
    }
}

static bool factor(nacrei_ipm *ipm)
{
    for (size_t i = 0; i < ipm->total; i++) {
        if (i < ipm->n)
            ipm->diagonal[i] = ipm->rho + ipm->w[i];
        else if (has(ipm, i, NACREI_QP_EQUAL))
            ipm->diagonal[i] = ipm->delta;
        else
            ipm->diagonal[i] = ipm->w[i] > 0.0 ? ipm->delta + 1.0 / ipm->w[i] : 1.0;
    }
    return nacrei_kkt_factor(&ipm->kkt, ipm->diagonal);
}

/// What the complementarity adds to dv at index i besides -w dg.
static double offset(const nacrei_ipm *ipm, size_t i)
{
    double h = 0.0;
    if (has(ipm, i, NACREI_QP_LOWER))
        h += (ipm->cl[i] + ipm->zl[i] * ipm->rl[i]) / ipm->tl[i];
    if (has(ipm, i, NACREI_QP_UPPER))
        h -= (ipm->cu[i] - ipm->zu[i] * ipm->ru[i]) / ipm->tu[i];
    return h;
}

/// Steps of the slacks and multipliers at index i. The slack's step follows from dg, and its
/// multiplier's from that. Where a bound holds, this would multiply the rounding of dg by z / t:
/// there
/// (`from_dual`) dv comes from the system, the leading multiplier from dv, and the slack follows.
static void step_of_pair(nacrei_ipm *ipm, size_t i, bool from_dual)
{
    bool low = has(ipm, i, NACREI_QP_LOWER), high = has(ipm, i, NACREI_QP_UPPER);
    bool low_leads = low && (!high || ipm->zl[i] / ipm->tl[i] >= ipm->zu[i] / ipm->tu[i]);
    double dg = from_dual ? (offset(ipm, i) - ipm->dv[i]) / ipm->w[i] : ipm->dg[i];
    if (low) {
        ipm->dtl[i] = dg - ipm->rl[i];
        ipm->dzl[i] = (ipm->cl[i] - ipm->zl[i] * ipm->dtl[i]) / ipm->tl[i];
    }
    if (high) {
        ipm->dtu[i] = ipm->ru[i] - dg;
        ipm->dzu[i] = (ipm->cu[i] - ipm->zu[i] * ipm->dtu[i]) / ipm->tu[i];
    }
    if (from_dual && low_leads) {
        ipm->dzl[i] = ipm->dv[i] + ipm->dzu[i];
        ipm->dtl[i] = (ipm->cl[i] - ipm->tl[i] * ipm->dzl[i]) / ipm->zl[i];
    } else if (from_dual) {
        ipm->dzu[i] = ipm->dzl[i] - ipm->dv[i];
        ipm->dtu[i] = (ipm->cu[i] - ipm->tu[i] * ipm->dzu[i]) / ipm->zu[i];
    }
    ipm->dv[i] = ipm->dzl[i] - ipm->dzu[i];
}

/// Fills dg, dv and the steps of slacks and multipliers for the right sides cl and cu. The duals of
/// the variables are what stationarity leaves, so that the dual residual does not depend on how
/// well the system was solved. Returns the measure of nacrei_kkt_solve.
static double solve(nacrei_ipm *ipm)
{
    size_t n = ipm->n;
    for (size_t i = 0; i < ipm->total; i++) {
        double h = offset(ipm, i);
        if (i < n)
            ipm->rhs[i] = ipm->rd[i] + h;
        else if (has(ipm, i, NACREI_QP_EQUAL))
            ipm->rhs[i] = ipm->rl[i];
        else
            ipm->rhs[i] = ipm->w[i] > 0.0 ? h / ipm->w[i] : 0.0;
    }
    double residual = nacrei_kkt_solve(&ipm->kkt, ipm->rhs);
    memcpy(ipm->dg, ipm->rhs, n * sizeof *ipm->dg);
    nacrei_qp_apply_rows(&ipm->form.qp, ipm->dg, ipm->dg + n);
    nacrei_qp_apply_hessian(&ipm->form.qp, ipm->dg, ipm->dv, ipm->scratch);
    nacrei_qp_apply_transposed(&ipm->form.qp, ipm->rhs + n, ipm->scratch);
    for (size_t i = 0; i < ipm->total; i++) {
        if (i < n) {
            ipm->dv[i] += ipm->scratch[i] - ipm->rd[i];
        } else {
            ipm->dv[i] = -ipm->rhs[i];
            if (!has(ipm, i, NACREI_QP_EQUAL))
                ipm->dg[i] += ipm->delta * ipm->dv[i];
        }
        if (!has(ipm, i, NACREI_QP_EQUAL))
            step_of_pair(ipm, i, ipm->w[i] > DUAL_FIRST);
    }
    return residual;
}

static void limit(double *alpha, double value, double step)
{
    if (step < 0.0 && -value < *alpha * step)
        return;
    if (step < 0.0)
        *alpha = fmin(*alpha, -value / step);
}

static void step_lengths(const nacrei_ipm *ipm, double *primal, double *dual)
{
    *primal = *dual = 1.0;
    for (size_t i = 0; i < ipm->total; i++) {
        if (has(ipm, i, NACREI_QP_LOWER)) {
            limit(primal, ipm->tl[i], ipm->dtl[i]);
            limit(dual, ipm->zl[i], ipm->dzl[i]);
        }
        if (has(ipm, i, NACREI_QP_UPPER)) {
            limit(primal, ipm->tu[i], ipm->dtu[i]);
            limit(dual, ipm->zu[i], ipm->dzu[i]);
        }
    }
}

static double mean_product(const nacrei_ipm *ipm, double primal, double dual)
{
    double sum = 0.0;
    for (size_t i = 0; i < ipm->total; i++)
        sum += (ipm->tl[i] + primal * ipm->dtl[i]) * (ipm->zl[i] + dual * ipm->dzl[i]) +
               (ipm->tu[i] + primal * ipm->dtu[i]) * (ipm->zu[i] + dual * ipm->dzu[i]);
    return sum / (double)ipm->pairs;
}

static void advance(nacrei_ipm *ipm, double length)
{
    for (size_t i = 0; i < ipm->n; i++)
        ipm->x[i] += length * ipm->dg[i];
    for (size_t i = 0; i < ipm->total; i++) {
        if (has(ipm, i, NACREI_QP_EQUAL)) {
            ipm->v[i] += length * ipm->dv[i];
            continue;
        }
        ipm->tl[i] += length * ipm->dtl[i];
        ipm->tu[i] += length * ipm->dtu[i];
        ipm->zl[i] += length * ipm->dzl[i];
        ipm->zu[i] += length * ipm->dzu[i];
        ipm->v[i] = ipm->zl[i] - ipm->zu[i];
    }
}

/// Factors and solves for the pure Newton step; proximal weights grow until that is accurate. The
/// one on the rows grows alone at first: it delays the multipliers only, whereas the one on the
/// variables delays every direction without curvature.
static bool predict(nacrei_ipm *ipm)
{
    weigh(ipm);
    for (size_t i = 0; i < ipm->total; i++) {
        ipm->cl[i] = -ipm->tl[i] * ipm->zl[i];
        ipm->cu[i] = -ipm->tu[i] * ipm->zu[i];
    }
    for (int attempt = 0;; attempt++) {
        bool factored = factor(ipm);
        double residual = factored ? solve(ipm) : (double)INFINITY;
        if (residual <= SOLVE_ACCURACY)
            return true;
        if (attempt == FACTOR_TRIES)
            return isfinite(residual);
        if (ipm->delta < NACREI_IPM_WEIGHT) {
            ipm->delta *= 100.0;
        } else {
            ipm->rho *= 10.0;
            ipm->delta *= 10.0;
        }
    }
}

/// The part of a product's distance from the neighbourhood of `target` that a corrector takes on.
static double pull(double product, double target)
{
    double low = PRODUCT_MIN * target, high = PRODUCT_MAX * target;
    return product < low ? low - product : product > high ? fmax(high - product, -high) : 0.0;
}

/// The longest common step inside the boundary. One length for both: with curvature the dual
/// residual depends on x and v alike.
static double common_length(const nacrei_ipm *ipm)
{
    double primal, dual;
    step_lengths(ipm, &primal, &dual);
    return fmin(1.0, NEAR_BOUNDARY * fmin(primal, dual));
}

/// Gondzio's correctors: products that a longer step would spoil are pulled back beforehand, as
/// long as that makes the step longer; a factorisation costs more than many solves.
static double centre(nacrei_ipm *ipm, double target)
{
    double length = common_length(ipm);
    for (int pass = 0; pass < CORRECTORS && length < LONG_STEP; pass++) {
        double trial = fmin(1.0, STRETCH * length + STRETCH_LEAST);
        memcpy(ipm->kept, ipm->dg, 6 * ipm->total * sizeof *ipm->kept);
        for (size_t i = 0; i < ipm->total; i++) {
            if (has(ipm, i, NACREI_QP_LOWER))
                ipm->cl[i] +=
                    pull((ipm->tl[i] + trial * ipm->dtl[i]) * (ipm->zl[i] + trial * ipm->dzl[i]),
                         target);
            if (has(ipm, i, NACREI_QP_UPPER))
                ipm->cu[i] +=
                    pull((ipm->tu[i] + trial * ipm->dtu[i]) * (ipm->zu[i] + trial * ipm->dzu[i]),
                         target);
        }
        (void)solve(ipm);
        double longer = common_length(ipm);
        if (!(longer > LONGER * length)) {
            memcpy(ipm->dg, ipm->kept, 6 * ipm->total * sizeof *ipm->kept);
            break;
        }
        length = longer;
    }
    return length;
}

double nacrei_ipm_step(nacrei_ipm *ipm)
{
    double primal, dual, length = 1.0;
    if (!predict(ipm))
        return 0.0;
    if (ipm->pairs > 0) {
        step_lengths(ipm, &primal, &dual);
        double ratio = mean_product(ipm, primal, dual) / ipm->mu;
        double target = ipm->mu * fmin(fmax(ratio * ratio * ratio, 0.0), 1.0);
        // Below the floor products drown in the rounding of g - lower and the duals drift away.
        target = fmax(target, ipm->mu_floor);
        for (size_t i = 0; i < ipm->total; i++) {
            ipm->cl[i] = target - ipm->tl[i] * ipm->zl[i] - ipm->dtl[i] * ipm->dzl[i];
            ipm->cu[i] = target - ipm->tu[i] * ipm->zu[i] - ipm->dtu[i] * ipm->dzu[i];
        }
        (void)solve(ipm);
        length = centre(ipm, target);
    }
    advance(ipm, length);
    return length;
}
