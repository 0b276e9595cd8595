// SPDX-License-Identifier: Apache-2.0
// The solver: check, scale, iterate, scale back. The iteration ends when the residuals of the best
// point are below the tolerance, when a certificate of infeasibility holds, at the limit, or when
// no step improves the point any more. Whatever the outcome, the best point is handed out with its
// residuals, so that the caller can judge it.
#include "engine/portfolio/solver/ipm.h"

#include "engine/portfolio/solver/active_set.h"
#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

/// Proximal weights fall with mu to where they no longer change a diagonal near 1; a step grows
/// them again where the factorisation needs it.
static const double RHO_LAST = 1e-14, DELTA_LAST = 1e-15;
/// Iterations in which neither a residual nor mu reached a new low: the rest is rounding.
enum { STALLED = 50 };
/// A point that meets the tolerance by less than this gets one more step: near the solution it is
/// worth digits of the gradient, which the gap says little about.
static const double SETTLED = 0.1;

typedef struct progress {
    double low[3];
    uint32_t last_gain;
} progress;

void nacre_qp_options_init(nacre_qp_options *options)
{
    *options = (nacre_qp_options){
        .struct_size = sizeof *options,
        .tolerance = 1e-9,
        .max_iterations = 200,
    };
}

const char *nacre_qp_outcome_name(nacre_qp_outcome outcome)
{
    switch (outcome) {
    case NACRE_QP_OPTIMAL:
        return "optimal";
    case NACRE_QP_PRIMAL_INFEASIBLE:
        return "primal_infeasible";
    case NACRE_QP_DUAL_INFEASIBLE:
        return "dual_infeasible";
    case NACRE_QP_ITERATION_LIMIT:
        return "iteration_limit";
    case NACRE_QP_NUMERICAL:
        return "numerical";
    }
    return "unknown";
}

const char *nacre_qp_method_name(nacre_qp_method method)
{
    switch (method) {
    case NACRE_QP_INTERIOR_POINT:
        return "interior_point";
    case NACRE_QP_ACTIVE_SET:
        return "active_set";
    }
    return "unknown";
}

static void load_start(nacrei_ipm *ipm, const double *x, const double *row_dual,
                       const double *bound_dual)
{
    const nacrei_qp_form *form = &ipm->form;
    for (size_t i = 0; i < ipm->n; i++) {
        bool fixed = form->bound[i] & NACREI_QP_FIXED;
        ipm->x[i] = fixed ? 0.0 : x[i] / form->column_scale[i];
        ipm->v[i] = fixed ? 0.0 : bound_dual[i] * form->column_scale[i] * form->cost_scale;
    }
    for (size_t i = 0; i < ipm->m; i++)
        ipm->v[ipm->n + i] = row_dual[i] * form->cost_scale / form->row_scale[i];
}

static void store_best(nacrei_ipm *ipm, const nacre_qp *qp, nacre_qp_outcome outcome, double *x,
                       double *row_dual, double *bound_dual)
{
    const nacrei_qp_form *form = &ipm->form;
    size_t n = ipm->n;
    for (size_t i = 0; i < ipm->m; i++)
        row_dual[i] = ipm->best_v[n + i] * form->row_scale[i] / form->cost_scale;
    for (size_t i = 0; i < n; i++) {
        bool fixed = form->bound[i] & NACREI_QP_FIXED;
        x[i] = fixed ? (outcome == NACRE_QP_DUAL_INFEASIBLE ? 0.0 : form->fixed[i])
                     : ipm->best_x[i] * form->column_scale[i];
        bound_dual[i] = ipm->best_v[i] / (form->column_scale[i] * form->cost_scale);
    }
    // A fixed variable was no part of the iteration: its dual is what stationarity leaves.
    nacrei_qp_apply_hessian(qp, x, ipm->px, ipm->scratch);
    nacrei_qp_apply_transposed(qp, row_dual, ipm->aty);
    for (size_t i = 0; i < n; i++) {
        double gradient = outcome == NACRE_QP_PRIMAL_INFEASIBLE ? 0.0 : ipm->px[i] + qp->linear[i];
        if (form->bound[i] & NACREI_QP_FIXED)
            bound_dual[i] = gradient - ipm->aty[i];
    }
}

static void keep_best(nacrei_ipm *ipm, nacre_qp_result *result)
{
    double worst = fmax(fmax(ipm->primal, ipm->dual), ipm->gap);
    if (!(worst < ipm->best))
        return;
    ipm->best = worst;
    memcpy(ipm->best_x, ipm->x, ipm->n * sizeof *ipm->x);
    memcpy(ipm->best_v, ipm->v, ipm->total * sizeof *ipm->v);
    result->primal_residual = ipm->primal;
    result->dual_residual = ipm->dual;
    result->gap = ipm->gap;
}

static void relax_weights(nacrei_ipm *ipm, double mu_before)
{
    double rate = ipm->pairs > 0 ? fmin(ipm->mu / mu_before, 1.0) : 0.1;
    ipm->rho = fmax(RHO_LAST, ipm->rho * rate);
    ipm->delta = fmax(DELTA_LAST, ipm->delta * rate);
}

/// Looks for a proof in the point and in the last step, and puts it where the result comes from.
static bool take_certificate(nacrei_ipm *ipm, double tolerance, nacre_qp_outcome *outcome)
{
    const double *duals[] = {ipm->v, ipm->dv}, *directions[] = {ipm->g, ipm->dg};
    for (int i = 0; i < 2 && ipm->primal > tolerance; i++)
        if (nacrei_ipm_proves_infeasible(ipm, duals[i])) {
            memcpy(ipm->best_v, duals[i], ipm->total * sizeof *ipm->best_v);
            *outcome = NACRE_QP_PRIMAL_INFEASIBLE;
            return true;
        }
    for (int i = 0; i < 2 && ipm->dual > tolerance; i++)
        if (nacrei_ipm_proves_unbounded(ipm, directions[i])) {
            memcpy(ipm->best_x, directions[i], ipm->n * sizeof *ipm->best_x);
            *outcome = NACRE_QP_DUAL_INFEASIBLE;
            return true;
        }
    return false;
}

/// Remembers the lowest residuals and mu; false when none of them fell for long.
static bool progresses(const nacrei_ipm *ipm, progress *seen, uint32_t iteration)
{
    const double now[] = {ipm->primal, ipm->dual, ipm->mu};
    for (int i = 0; i < 3; i++)
        if (now[i] < 0.9 * seen->low[i]) {
            seen->low[i] = now[i];
            seen->last_gain = iteration;
        }
    return iteration - seen->last_gain <= STALLED;
}

static nacre_qp_outcome iterate(nacrei_ipm *ipm, const nacre_qp_options *options,
                                nacre_qp_result *result)
{
    progress seen = {.low = {(double)INFINITY, (double)INFINITY, (double)INFINITY}};
    bool met = false;
    nacrei_ipm_residuals(ipm);
    for (result->iterations = 0;; result->iterations++) {
        keep_best(ipm, result);
        bool finished = met || ipm->best <= SETTLED * options->tolerance;
        met = ipm->best <= options->tolerance;
        if (finished && met)
            return NACRE_QP_OPTIMAL;
        nacre_qp_outcome stopped = met ? NACRE_QP_OPTIMAL : NACRE_QP_NUMERICAL;
        nacre_qp_outcome proven = NACRE_QP_OPTIMAL;
        if (!met && result->iterations > 0 && take_certificate(ipm, options->tolerance, &proven))
            return proven;
        if (result->iterations == options->max_iterations)
            return met ? NACRE_QP_OPTIMAL : NACRE_QP_ITERATION_LIMIT;
        double mu_before = ipm->mu;
        if (!progresses(ipm, &seen, result->iterations) || !(nacrei_ipm_step(ipm) > 0.0))
            return stopped;
        nacrei_ipm_residuals(ipm);
        if (!isfinite(ipm->primal + ipm->dual + ipm->mu))
            return stopped;
        relax_weights(ipm, mu_before);
    }
}

nacre_status nacre_qp_solve(nacre_ctx *ctx, const nacre_qp *problem,
                            const nacre_qp_options *options, bool warm, double *x, double *row_dual,
                            double *bound_dual, nacre_qp_result *result, nacre_error *err)
{
    nacre_qp_options chosen;
    nacre_qp_options_init(&chosen);
    if (options)
        chosen = *options;
    if (!(chosen.tolerance > 0.0) || !isfinite(chosen.tolerance))
        return nacrei_fail(err, NACRE_E_ARG, "the tolerance %g is not positive", chosen.tolerance);
    nacre_status status = nacrei_qp_check(problem, err);
    if (!status && warm)
        status = nacrei_qp_check_start(problem, x, row_dual, bound_dual, err);
    if (!status)
        status = nacrei_qp_check_convex(ctx, problem, err);
    bool solved = false;
    if (!status)
        status = nacrei_active_set_solve(ctx, problem, &chosen, warm, x, row_dual, bound_dual,
                                         result, &solved, err);
    if (status || solved)
        return status;
    nacrei_ipm ipm;
    nacre_qp_result found = {.outcome = NACRE_QP_NUMERICAL};
    status = nacrei_ipm_init(&ipm, ctx, problem, err);
    if (!status) {
        ipm.constant = nacrei_qp_objective(problem, ipm.form.fixed, ipm.scratch);
        ipm.tolerance = chosen.tolerance;
        ipm.rho = ipm.delta = NACREI_IPM_WEIGHT;
        bool started = true;
        if (warm) {
            load_start(&ipm, x, row_dual, bound_dual);
            nacrei_ipm_warm(&ipm);
        } else {
            started = nacrei_ipm_cold(&ipm);
        }
        if (started)
            found.outcome = iterate(&ipm, &chosen, &found);
        store_best(&ipm, problem, found.outcome, x, row_dual, bound_dual);
        found.objective = nacrei_qp_objective(problem, x, ipm.scratch);
        *result = found;
    }
    nacrei_ipm_fini(&ipm);
    return status;
}
