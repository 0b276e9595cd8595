// SPDX-License-Identifier: Apache-2.0
// What the two active set methods share: which problems they take, the candidate, and its judgement
// from first principles. The residuals are those of the interior point method (scaled as in OSQP),
// so that a result means the same whichever method ended.
#include "engine/portfolio/solver/active_set.h"

#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

/// Rows beyond which the dense system of the rows costs more than it saves.
enum { ROWS_MAX = 64 };
/// Linear systems after which the interior point method takes over.
enum { STEPS_MAX = 60 };

/// Every variable that is not fixed needs curvature of its own: else free ones make blocks
/// singular.
static bool takes(const nacre_qp *qp)
{
    size_t n = qp->variables;
    if (qp->rows > ROWS_MAX || (!qp->hessian && !qp->diagonal))
        return false;
    // A diagonal with sparse rows stays sparse: such programs may be large.
    if (!qp->hessian && !qp->factor && qp->rows > 0 && !qp->matrix)
        return false;
    for (size_t i = 0; i < n; i++) {
        bool fixed = qp->lower && qp->upper && qp->lower[i] == qp->upper[i];
        double curvature = qp->hessian ? qp->hessian[i * (n + 1)] : qp->diagonal[i];
        if (!(curvature > 0.0) && !fixed)
            return false;
    }
    return true;
}

static nacre_status load(nacrei_active_set *set, const nacre_qp *qp, nacre_error *err)
{
    size_t n = set->n = qp->variables, m = set->m = qp->rows;
    size_t k = qp->factor ? qp->factors : 0;
    double *bound[4], *matrix;
    const double *given[4] = {qp->lower, qp->upper, qp->row_lower, qp->row_upper};
    struct {
        double **out;
        size_t count;
    } wanted[] = {{&set->x, n},   {&set->y, m},       {&set->z, n},
                  {&set->px, n},  {&set->ax, m},      {&set->aty, n},
                  {&bound[0], n}, {&bound[1], n},     {&bound[2], m},
                  {&bound[3], m}, {&set->scratch, k}, {&matrix, qp->matrix ? 0 : m * n}};
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = nacrei_qp_blocks_take(&set->blocks, wanted[i].count, sizeof(double),
                                                    "active set", wanted[i].out, err);
        if (status)
            return status;
    }
    for (size_t b = 0; b < 4; b++)
        for (size_t i = 0; i < (b < 2 ? n : m); i++)
            bound[b][i] = given[b] ? given[b][i] : b % 2 ? (double)INFINITY : -(double)INFINITY;
    for (size_t i = 0; i < m && !qp->matrix; i++)
        for (size_t e = qp->a_start[i]; e < qp->a_start[i + 1]; e++)
            matrix[i * n + qp->a_index[e]] = qp->a_value[e];
    set->qp = *qp;
    set->qp.factors = k;
    set->qp.matrix = qp->matrix ? qp->matrix : matrix;
    set->qp.a_start = set->qp.a_index = NULL;
    set->qp.lower = bound[0];
    set->qp.upper = bound[1];
    set->qp.row_lower = bound[2];
    set->qp.row_upper = bound[3];
    return NACRE_OK;
}

static void load_start(nacrei_active_set *set, const double *x, const double *row_dual,
                       const double *bound_dual)
{
    const nacre_qp *qp = &set->qp;
    for (size_t i = 0; i < set->n; i++) {
        set->x[i] = fmin(fmax(x[i], qp->lower[i]), qp->upper[i]);
        set->z[i] = bound_dual[i];
    }
    for (size_t i = 0; i < set->m; i++) {
        double y = row_dual[i];
        set->y[i] = isfinite(y > 0.0 ? qp->row_lower[i] : qp->row_upper[i]) ? y : 0.0;
    }
}

/// Without NaN's rules: fmax is a call into the C library.
static double larger(double a, double b)
{
    return a > b ? a : b;
}

/// One bound: adds its violation, its size and its share of the dual objective.
static void judge_bound(double value, double low, double high, double dual, double *violation,
                        double *size, double *support)
{
    double inside = value < low ? low : value > high ? high : value;
    *violation = larger(*violation, fabs(value - inside));
    *size = larger(*size, larger(fabs(value), fabs(inside)));
    if (dual != 0.0)
        *support += dual * (dual > 0.0 ? low : high);
}

static void judge(nacrei_active_set *set)
{
    const nacre_qp *qp = &set->qp;
    double violation = 0.0, size = 0.0, support = 0.0, dual = 0.0, dual_size = 0.0;
    double curvature = 0.0, linear = 0.0, poison = 0.0;
    for (size_t i = 0; i < set->m; i++) {
        poison += set->ax[i] - set->ax[i];
        judge_bound(set->ax[i], qp->row_lower[i], qp->row_upper[i], set->y[i], &violation, &size,
                    &support);
    }
    for (size_t i = 0; i < set->n; i++) {
        double px = set->px[i], q = qp->linear[i], aty = set->aty[i], z = set->z[i];
        judge_bound(set->x[i], qp->lower[i], qp->upper[i], z, &violation, &size, &support);
        dual = larger(dual, fabs(px + q - aty - z));
        dual_size =
            larger(dual_size, larger(larger(fabs(px), fabs(q)), larger(fabs(aty), fabs(z))));
        poison += aty - aty;
        curvature += px * set->x[i];
        linear += q * set->x[i];
    }
    // Maxima lose NaN; the sum does not, and neither does the gap.
    double objective = 0.5 * curvature + linear + qp->constant + poison;
    double bound = support - 0.5 * curvature + qp->constant;
    set->result = (nacre_qp_result){
        .outcome = NACRE_QP_OPTIMAL,
        .iterations = set->steps,
        .objective = objective,
        .primal_residual = violation / (1.0 + size),
        .dual_residual = dual / (1.0 + dual_size),
        .gap = fabs(objective - bound) / (1.0 + larger(fabs(objective), fabs(bound))),
        .method = NACRE_QP_ACTIVE_SET,
    };
}

bool nacrei_active_set_accept(nacrei_active_set *set)
{
    const nacre_qp *qp = &set->qp;
    nacrei_qp_apply_hessian(qp, set->x, set->px, set->scratch);
    nacrei_qp_apply_rows(qp, set->x, set->ax);
    nacrei_qp_apply_transposed(qp, set->y, set->aty);
    for (size_t i = 0; i < set->n; i++) {
        double gradient = set->px[i] + qp->linear[i] - set->aty[i];
        bool holds = (gradient > 0.0 && set->x[i] == qp->lower[i]) ||
                     (gradient < 0.0 && set->x[i] == qp->upper[i]);
        set->z[i] = holds ? gradient : 0.0;
    }
    judge(set);
    const nacre_qp_result *r = &set->result;
    // The comparison also fails for NaN.
    return r->primal_residual <= set->tolerance && r->dual_residual <= set->tolerance &&
           r->gap <= set->tolerance;
}

nacre_status nacrei_active_set_solve(nacre_ctx *ctx, const nacre_qp *qp,
                                     const nacre_qp_options *options, bool warm, double *x,
                                     double *row_dual, double *bound_dual, nacre_qp_result *result,
                                     bool *solved, nacre_error *err)
{
    *solved = false;
    if (!takes(qp))
        return NACRE_OK;
    nacrei_active_set set = {
        .blocks.ctx = ctx,
        .tolerance = options->tolerance,
        .steps_max = options->max_iterations < STEPS_MAX ? options->max_iterations : STEPS_MAX,
    };
    nacre_status status = load(&set, qp, err);
    if (!status && warm)
        load_start(&set, x, row_dual, bound_dual);
    if (!status)
        status = qp->hessian ? nacrei_active_set_dense(&set, warm, solved, err)
                             : nacrei_active_set_factor(&set, warm, solved, err);
    if (!status && *solved) {
        memcpy(x, set.x, set.n * sizeof *x);
        memcpy(bound_dual, set.z, set.n * sizeof *bound_dual);
        if (set.m > 0)
            memcpy(row_dual, set.y, set.m * sizeof *row_dual);
        *result = set.result;
    }
    nacrei_qp_blocks_release(&set.blocks);
    return status;
}
