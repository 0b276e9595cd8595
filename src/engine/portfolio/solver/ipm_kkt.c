// SPDX-License-Identifier: Apache-2.0
// Common part of the three ways to solve the KKT system: storage, choice, and iterative refinement.
// The system is badly scaled near a solution by its nature; refinement recovers the digits that a
// factorisation without pivoting loses.
#include "engine/portfolio/solver/ipm_kkt.h"

#include "engine/portfolio/solver/ipm_dense.h"
#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

enum { REFINEMENTS_MAX = 12 };
/// Share of the targets at which nothing is left to gain.
static const double REFINED = 1e-3;

nacre_status nacrei_kkt_init(nacrei_kkt *kkt, nacre_ctx *ctx, const nacrei_qp_form *form,
                             nacre_error *err)
{
    size_t n = form->qp.variables, m = form->qp.rows, k = form->qp.factors;
    memset(kkt, 0, sizeof *kkt);
    kkt->blocks.ctx = ctx;
    kkt->form = form;
    bool dense = form->kind == NACREI_QP_DENSE, factor = form->kind == NACREI_QP_FACTOR;
    struct {
        double **out;
        size_t count;
    } wanted[] = {
        {&kkt->h, dense ? n * n : 0},
        {&kkt->inverse, factor ? n : 0},
        {&kkt->scaled, factor ? n * k : 0},
        {&kkt->inner, factor ? k * k : 0},
        {&kkt->wide, factor ? k * (m + 1) : 0},
        {&kkt->columns, dense || factor ? n * m : 0},
        {&kkt->schur, dense || factor ? m * m : 0},
        {&kkt->diagonal, n + m},
        {&kkt->residual, n + m},
        {&kkt->solution, n + m},
        {&kkt->previous, n + m},
        {&kkt->scratch, n + m + k},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = nacrei_qp_blocks_take(&kkt->blocks, wanted[i].count, sizeof(double),
                                                    "KKT system", wanted[i].out, err);
        if (status)
            return status;
    }
    return form->kind == NACREI_QP_SPARSE ? nacrei_ldl_init(&kkt->ldl, ctx, &form->qp, err)
                                          : NACRE_OK;
}

void nacrei_kkt_fini(nacrei_kkt *kkt)
{
    nacrei_ldl_fini(&kkt->ldl);
    if (kkt->blocks.ctx)
        nacrei_qp_blocks_release(&kkt->blocks);
}

bool nacrei_kkt_factor(nacrei_kkt *kkt, const double *diagonal)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t total = qp->variables + qp->rows;
    memcpy(kkt->diagonal, diagonal, total * sizeof *diagonal);
    if (kkt->form->kind == NACREI_QP_DENSE)
        return nacrei_ipm_dense_factor(kkt);
    if (kkt->form->kind == NACREI_QP_FACTOR)
        return nacrei_ipm_woodbury_factor(kkt);
    return nacrei_ldl_factor(&kkt->ldl, diagonal) == total;
}

static void solve_once(nacrei_kkt *kkt, double *rhs)
{
    if (kkt->form->kind == NACREI_QP_DENSE)
        nacrei_ipm_dense_solve(kkt, rhs);
    else if (kkt->form->kind == NACREI_QP_FACTOR)
        nacrei_ipm_woodbury_solve(kkt, rhs);
    else
        nacrei_ldl_solve(&kkt->ldl, rhs);
}

/// Largest entry of (r1, r2), each in units of its target.
static double measure(const nacrei_kkt *kkt, const double *r)
{
    const nacrei_qp_form *form = kkt->form;
    size_t n = form->qp.variables, m = form->qp.rows;
    double dual = 0.0, row = 0.0;
    for (size_t i = 0; i < n; i++) {
        double entry = fabs(r[i]) / form->column_scale[i];
        dual = entry <= dual ? dual : entry;
    }
    for (size_t i = 0; i < m; i++) {
        double entry = fabs(r[n + i]) / form->row_scale[i];
        row = entry <= row ? row : entry;
    }
    dual /= form->cost_scale * kkt->dual_target;
    row /= kkt->row_target;
    return isfinite(dual + row) ? fmax(dual, row) : (double)INFINITY;
}

/// residual = rhs - K solution; returns its measure.
static double take_residual(nacrei_kkt *kkt, const double *rhs)
{
    const nacre_qp *qp = &kkt->form->qp;
    size_t n = qp->variables, m = qp->rows;
    const double *x = kkt->solution, *y = x + n;
    double *r = kkt->residual, *work = kkt->scratch;
    nacrei_qp_apply_hessian(qp, x, r, work);
    nacrei_qp_apply_transposed(qp, y, work);
    for (size_t i = 0; i < n; i++)
        r[i] = rhs[i] - r[i] - kkt->diagonal[i] * x[i] - work[i];
    nacrei_qp_apply_rows(qp, x, work);
    for (size_t i = 0; i < m; i++)
        r[n + i] = rhs[n + i] - work[i] + kkt->diagonal[n + i] * y[i];
    return measure(kkt, r);
}

double nacrei_kkt_solve(nacrei_kkt *kkt, double *rhs)
{
    size_t total = kkt->form->qp.variables + kkt->form->qp.rows;
    memcpy(kkt->solution, rhs, total * sizeof *rhs);
    solve_once(kkt, kkt->solution);
    double before = take_residual(kkt, rhs);
    for (int pass = 0; pass < REFINEMENTS_MAX && before > REFINED; pass++) {
        solve_once(kkt, kkt->residual);
        for (size_t i = 0; i < total; i++) {
            double step = kkt->residual[i];
            kkt->previous[i] = kkt->solution[i];
            kkt->solution[i] += step;
        }
        double after = take_residual(kkt, rhs);
        if (!(after < before)) {
            memcpy(kkt->solution, kkt->previous, total * sizeof *rhs);
            break;
        }
        bool slow = after > 0.5 * before;
        before = after;
        if (slow)
            break;
    }
    memcpy(rhs, kkt->solution, total * sizeof *rhs);
    return before;
}
