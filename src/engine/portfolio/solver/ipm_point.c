// SPDX-License-Identifier: Apache-2.0
// Points of the iteration: where it starts, how far it is from optimal, and what a diverging one
// proves. Residuals are those of the problem as given: the scaling is taken out before they are
// compared with the tolerance. Certificates are homogeneous, so they are checked in scaled terms.
#include "engine/portfolio/solver/ipm.h"

#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

/// A certificate may be wrong by this share of what it proves: a feasible point would have to be
/// larger than the reciprocal. Unboundedness is stricter, because badly scaled problems come near
/// to it.
static const double INFEASIBLE = 1e-8;
static const double CERTIFICATE = 1e-10;
/// Slacks and multipliers of a cold start are moved inwards by at least this.
static const double START_MARGIN = 1.0;
/// Share of the tolerated gap that complementarity is driven to.
static const double GAP_SHARE = 0.03;
/// Slacks and multipliers of a warm start are at least this: nearer to the boundary the first steps
/// are short.
static const double WARM_MARGIN = 1e-3;

nacre_status nacrei_ipm_init(nacrei_ipm *ipm, nacre_ctx *ctx, const nacre_qp *qp, nacre_error *err)
{
    memset(ipm, 0, sizeof *ipm);
    ipm->blocks.ctx = ctx;
    ipm->n = qp->variables;
    ipm->m = qp->rows;
    size_t n = ipm->n, total = ipm->total = n + ipm->m, steps = 6 * total;
    nacre_status status = nacrei_qp_form_init(&ipm->form, ctx, qp, err);
    if (!status)
        status = nacrei_kkt_init(&ipm->kkt, ctx, &ipm->form, err);
    struct {
        double **out;
        size_t count;
    } wanted[] = {
        {&ipm->x, n},       {&ipm->v, total},
        {&ipm->tl, total},  {&ipm->tu, total},
        {&ipm->zl, total},  {&ipm->zu, total},
        {&ipm->g, total},   {&ipm->px, n},
        {&ipm->aty, n},     {&ipm->rd, n},
        {&ipm->rl, total},  {&ipm->ru, total},
        {&ipm->dg, steps},  {&ipm->kept, steps},
        {&ipm->cl, total},  {&ipm->cu, total},
        {&ipm->w, total},   {&ipm->diagonal, total},
        {&ipm->rhs, total}, {&ipm->scratch, total + qp->factors},
        {&ipm->best_x, n},  {&ipm->best_v, total},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && !status; i++)
        status = nacrei_qp_blocks_take(&ipm->blocks, wanted[i].count, sizeof(double),
                                       "interior point method", wanted[i].out, err);
    double **step[] = {&ipm->dv, &ipm->dtl, &ipm->dtu, &ipm->dzl, &ipm->dzu};
    for (size_t i = 0; i < sizeof step / sizeof step[0] && !status; i++)
        *step[i] = ipm->dg + (i + 1) * total;
    for (size_t i = 0; i < total && !status; i++)
        ipm->pairs += (size_t)((ipm->form.bound[i] & NACREI_QP_LOWER) != 0) +
                      (size_t)((ipm->form.bound[i] & NACREI_QP_UPPER) != 0);
    ipm->best = (double)INFINITY;
    return status;
}

void nacrei_ipm_fini(nacrei_ipm *ipm)
{
    nacrei_kkt_fini(&ipm->kkt);
    nacrei_qp_form_fini(&ipm->form);
    if (ipm->blocks.ctx)
        nacrei_qp_blocks_release(&ipm->blocks);
}

/// Moves slacks and multipliers off the boundary by Mehrotra's rule.
static void shift_inside(nacrei_ipm *ipm)
{
    double t_min = 0.0, z_min = 0.0, t_sum = 0.0, z_sum = 0.0, product = 0.0;
    for (size_t i = 0; i < ipm->total; i++) {
        t_min = fmin(t_min, fmin(ipm->tl[i], ipm->tu[i]));
        z_min = fmin(z_min, fmin(ipm->zl[i], ipm->zu[i]));
    }
    double t_shift = fmax(-1.5 * t_min, 0.0), z_shift = fmax(-1.5 * z_min, 0.0);
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        if (bound & NACREI_QP_LOWER) {
            product += (ipm->tl[i] + t_shift) * (ipm->zl[i] + z_shift);
            t_sum += ipm->tl[i] + t_shift;
            z_sum += ipm->zl[i] + z_shift;
        }
        if (bound & NACREI_QP_UPPER) {
            product += (ipm->tu[i] + t_shift) * (ipm->zu[i] + z_shift);
            t_sum += ipm->tu[i] + t_shift;
            z_sum += ipm->zu[i] + z_shift;
        }
    }
    t_shift += product > 0.0 ? 0.5 * product / z_sum : 1.0;
    z_shift += product > 0.0 ? 0.5 * product / t_sum : 1.0;
    t_shift = fmax(t_shift, START_MARGIN);
    z_shift = fmax(z_shift, START_MARGIN);
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        ipm->tl[i] = bound & NACREI_QP_LOWER ? ipm->tl[i] + t_shift : 0.0;
        ipm->zl[i] = bound & NACREI_QP_LOWER ? ipm->zl[i] + z_shift : 0.0;
        ipm->tu[i] = bound & NACREI_QP_UPPER ? ipm->tu[i] + t_shift : 0.0;
        ipm->zu[i] = bound & NACREI_QP_UPPER ? ipm->zu[i] + z_shift : 0.0;
        if (!(bound & NACREI_QP_EQUAL))
            ipm->v[i] = ipm->zl[i] - ipm->zu[i];
    }
}

/// The point of [lower, upper] nearest to 0.
static double anchor(const nacrei_ipm *ipm, size_t i)
{
    double a = ipm->form.lower[i], b = ipm->form.upper[i];
    return a > 0.0 ? a : b < 0.0 ? b : 0.0;
}

bool nacrei_ipm_cold(nacrei_ipm *ipm)
{
    size_t n = ipm->n;
    // min 1/2 x'Px + q'x + 1/2 |g - anchor|^2 over the inequalities, subject to the equalities.
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        bool pair = bound & (NACREI_QP_LOWER | NACREI_QP_UPPER);
        if (i < n) {
            ipm->diagonal[i] = ipm->rho + (pair ? 1.0 : 0.0);
            ipm->rhs[i] = -ipm->form.qp.linear[i] + (pair ? anchor(ipm, i) : 0.0);
        } else {
            ipm->diagonal[i] = bound & NACREI_QP_EQUAL ? ipm->delta : 1.0;
            ipm->rhs[i] = bound ? anchor(ipm, i) : 0.0;
        }
    }
    if (!nacrei_kkt_factor(&ipm->kkt, ipm->diagonal))
        return false;
    ipm->kkt.dual_target = ipm->kkt.row_target = ipm->tolerance;
    (void)nacrei_kkt_solve(&ipm->kkt, ipm->rhs);
    memcpy(ipm->x, ipm->rhs, n * sizeof *ipm->x);
    memcpy(ipm->g, ipm->x, n * sizeof *ipm->g);
    nacrei_qp_apply_rows(&ipm->form.qp, ipm->x, ipm->g + n);
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        double v = i < n ? anchor(ipm, i) - ipm->x[i] : -ipm->rhs[i];
        ipm->tl[i] = bound & NACREI_QP_LOWER ? ipm->g[i] - ipm->form.lower[i] : 0.0;
        ipm->tu[i] = bound & NACREI_QP_UPPER ? ipm->form.upper[i] - ipm->g[i] : 0.0;
        ipm->zl[i] = bound & NACREI_QP_LOWER ? v : 0.0;
        ipm->zu[i] = bound & NACREI_QP_UPPER ? -v : 0.0;
        ipm->v[i] = bound & NACREI_QP_EQUAL ? v : 0.0;
    }
    if (ipm->pairs > 0)
        shift_inside(ipm);
    return true;
}

void nacrei_ipm_warm(nacrei_ipm *ipm)
{
    memcpy(ipm->g, ipm->x, ipm->n * sizeof *ipm->g);
    nacrei_qp_apply_rows(&ipm->form.qp, ipm->x, ipm->g + ipm->n);
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        double v = ipm->v[i];
        if (bound & NACREI_QP_LOWER) {
            ipm->tl[i] = fmax(ipm->g[i] - ipm->form.lower[i], WARM_MARGIN);
            ipm->zl[i] = fmax(v, WARM_MARGIN * WARM_MARGIN / ipm->tl[i]);
        }
        if (bound & NACREI_QP_UPPER) {
            ipm->tu[i] = fmax(ipm->form.upper[i] - ipm->g[i], WARM_MARGIN);
            ipm->zu[i] = fmax(-v, WARM_MARGIN * WARM_MARGIN / ipm->tu[i]);
        }
        if (!(bound & NACREI_QP_EQUAL))
            ipm->v[i] = ipm->zl[i] - ipm->zu[i];
    }
}

static void scaled_residuals(nacrei_ipm *ipm)
{
    const nacrei_qp_form *form = &ipm->form;
    double primal = 0.0, primal_size = 0.0, dual = 0.0, dual_size = 0.0;
    double curvature = 0.0, linear = 0.0, support = 0.0, slack = 0.0;
    for (size_t i = 0; i < ipm->total; i++) {
        double unit = i < ipm->n ? form->column_scale[i] : 1.0 / form->row_scale[i - ipm->n];
        double g = ipm->g[i];
        if (form->bound[i] == 0 || form->bound[i] & NACREI_QP_FIXED)
            continue;
        double inside = fmin(fmax(g, form->lower[i]), form->upper[i]);
        primal = fmax(primal, fabs(g - inside) * unit);
        primal_size = fmax(primal_size, fmax(fabs(g), fabs(inside)) * unit);
        slack = fmax(slack, fmax(fabs(ipm->rl[i]), fabs(ipm->ru[i])) * unit);
        double v = ipm->v[i];
        if (v != 0.0)
            support +=
                v * (v > 0.0 ? (form->lower[i] > -(double)INFINITY ? form->lower[i] : inside)
                             : (form->upper[i] < (double)INFINITY ? form->upper[i] : inside));
    }
    for (size_t i = 0; i < ipm->n; i++) {
        double unit = 1.0 / (form->column_scale[i] * form->cost_scale);
        if (form->bound[i] & NACREI_QP_FIXED)
            continue;
        dual = fmax(dual, fabs(ipm->rd[i]) * unit);
        dual_size = fmax(dual_size, fmax(fmax(fabs(ipm->px[i]), fabs(form->qp.linear[i])),
                                         fmax(fabs(ipm->aty[i]), fabs(ipm->v[i]))) *
                                        unit);
        curvature += ipm->px[i] * ipm->x[i];
        linear += form->qp.linear[i] * ipm->x[i];
    }
    double objective = (0.5 * curvature + linear) / form->cost_scale + ipm->constant;
    double bound = (support - 0.5 * curvature) / form->cost_scale + ipm->constant;
    double size = 1.0 + fmax(fabs(objective), fabs(bound));
    ipm->mu_floor = GAP_SHARE * ipm->tolerance * (1.0 + fabs(objective)) * form->cost_scale /
                    (double)(ipm->pairs + 1);
    ipm->kkt.dual_target = fmax(dual, ipm->tolerance * (1.0 + dual_size));
    ipm->kkt.row_target = fmax(slack, ipm->tolerance * (1.0 + primal_size));
    ipm->primal = primal / (1.0 + primal_size);
    ipm->dual = dual / (1.0 + dual_size);
    ipm->gap = fabs(objective - bound) / size;
}

void nacrei_ipm_residuals(nacrei_ipm *ipm)
{
    const nacre_qp *qp = &ipm->form.qp;
    size_t n = ipm->n;
    memcpy(ipm->g, ipm->x, n * sizeof *ipm->g);
    nacrei_qp_apply_rows(qp, ipm->x, ipm->g + n);
    nacrei_qp_apply_hessian(qp, ipm->x, ipm->px, ipm->scratch);
    nacrei_qp_apply_transposed(qp, ipm->v + n, ipm->aty);
    for (size_t i = 0; i < n; i++)
        ipm->rd[i] = ipm->aty[i] + ipm->v[i] - ipm->px[i] - qp->linear[i];
    double product = 0.0;
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = ipm->form.bound[i];
        ipm->rl[i] = ipm->ru[i] = 0.0;
        if (bound & (NACREI_QP_LOWER | NACREI_QP_EQUAL))
            ipm->rl[i] = ipm->form.lower[i] - ipm->g[i] + ipm->tl[i];
        if (bound & NACREI_QP_UPPER)
            ipm->ru[i] = ipm->form.upper[i] - ipm->g[i] - ipm->tu[i];
        product += ipm->tl[i] * ipm->zl[i] + ipm->tu[i] * ipm->zu[i];
    }
    ipm->mu = ipm->pairs ? product / (double)ipm->pairs : 0.0;
    scaled_residuals(ipm);
}

bool nacrei_ipm_proves_infeasible(nacrei_ipm *ipm, const double *v)
{
    const nacrei_qp_form *form = &ipm->form;
    double support = 0.0, largest = 0.0;
    for (size_t i = 0; i < ipm->total; i++) {
        double side = v[i] > 0.0 ? form->lower[i] : form->upper[i];
        if (v[i] == 0.0 || form->bound[i] == 0 || form->bound[i] & NACREI_QP_FIXED)
            continue;
        if (isinf(side))
            return false;
        support += v[i] * side;
    }
    if (!(support > 0.0))
        return false;
    nacrei_qp_apply_transposed(&form->qp, v + ipm->n, ipm->scratch);
    for (size_t i = 0; i < ipm->n; i++)
        if (!(form->bound[i] & NACREI_QP_FIXED))
            largest = fmax(largest, fabs(ipm->scratch[i] + v[i]));
    return largest <= INFEASIBLE * support;
}

bool nacrei_ipm_proves_unbounded(nacrei_ipm *ipm, const double *g)
{
    const nacrei_qp_form *form = &ipm->form;
    double slope = 0.0;
    for (size_t i = 0; i < ipm->n; i++)
        slope -= form->qp.linear[i] * g[i];
    double allowed = CERTIFICATE * slope;
    if (!(slope > 0.0))
        return false;
    for (size_t i = 0; i < ipm->total; i++) {
        uint8_t bound = form->bound[i];
        if ((bound & (NACREI_QP_LOWER | NACREI_QP_EQUAL) && g[i] < -allowed) ||
            (bound & (NACREI_QP_UPPER | NACREI_QP_EQUAL) && g[i] > allowed))
            return false;
    }
    nacrei_qp_apply_hessian(&form->qp, g, ipm->scratch, ipm->scratch + ipm->n);
    for (size_t i = 0; i < ipm->n; i++)
        if (fabs(ipm->scratch[i]) > allowed)
            return false;
    return true;
}
