// SPDX-License-Identifier: Apache-2.0
// Dense P: primal-dual active set method. Each step solves for the free variables and the duals of
// the active rows as if the guess of the active set were right, then corrects the guess wherever a
// bound or the sign of a dual is violated. The first guess is the solution of a one-factor model of
// P, which for a covariance is mostly right. When the number of corrections stops to fall, one is
// made at a time (Kim and Park 2011, after Murty), which leaves every cycle of a positive definite
// P without rows; whatever else fails is left to the interior point method.
#include "engine/portfolio/solver/active_set.h"
#include "engine/portfolio/solver/dual_newton.h"

#include "engine/portfolio/solver/qp_ops.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

/// Steps without fewer corrections before they are made one at a time.
enum { CHANCES = 4 };
/// Steps on an unchanged set that only refine.
enum { REFINEMENTS = 10 };
/// Curvature that the dual of a row gets in addition, as a share of what it had were every variable
/// free: rows may depend on each other over the free variables. More when no variable in the row is
/// free, where it sets how far the dual moves.
static const double ROW_SHARE = 1e-10, ROW_SHARE_HELD = 1e-3;
/// Factorisations of all of P that the steps together may cost; blocks of up to SMALL are free.
enum { WORK_MAX = 4, SMALL = 64 };
/// A pivot below this share of its diagonal entry means that a block is singular.
static const double PIVOT_SHARE = 1e-12;
/// Violations below this share of the largest term are rounding.
static const double ROUNDING = 1e-11;
/// What a variable keeps of its variance beside one factor, at least.
static const double OWN_SHARE = 1e-3;
/// The one-factor model is only a guess: its steps, and its tolerance.
enum { MODEL_STEPS = 25 };
static const double MODEL_TOLERANCE = 1e-6;

typedef struct active_dense {
    nacrei_active_set *set;
    int8_t *side;         ///< n + m: -1 at the lower bound, 1 at the upper, 0 free
    int8_t *next;         ///< n + m: the corrected guess
    size_t *freed, frees; ///< free variables
    size_t *active, rows; ///< rows that hold
    double *block;        ///< frees x frees: P over the free variables, then its factor
    size_t block_capacity;
    double *columns;    ///< frees x rows
    double *schur, *dy; ///< rows x rows; rows
    double *row_size;   ///< m: sum of a^2 / P_ii
    double *dx;         ///< n
} active_dense;

static nacre_status take(active_dense *dense, nacre_error *err)
{
    nacrei_qp_blocks *blocks = &dense->set->blocks;
    size_t n = dense->set->n, m = dense->set->m;
    struct {
        void *out;
        size_t count, size;
    } wanted[] = {
        {&dense->side, n + m, 1},
        {&dense->next, n + m, 1},
        {&dense->freed, n, sizeof(size_t)},
        {&dense->active, m, sizeof(size_t)},
        {&dense->columns, n * m, sizeof(double)},
        {&dense->schur, m * m, sizeof(double)},
        {&dense->dy, m, sizeof(double)},
        {&dense->row_size, m, sizeof(double)},
        {&dense->dx, n, sizeof(double)},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = nacrei_qp_blocks_take(blocks, wanted[i].count, wanted[i].size,
                                                    "active set", wanted[i].out, err);
        if (status)
            return status;
    }
    for (size_t j = 0; j < m; j++)
        for (size_t i = 0; i < n; i++) {
            double a = dense->set->qp.matrix[j * n + i];
            double variance = dense->set->qp.hessian[i * (n + 1)];
            dense->row_size[j] += variance > 0.0 ? a * a / variance : 0.0;
        }
    return NACRE_OK;
}

static double low_of(const nacre_qp *qp, size_t i)
{
    return i < qp->variables ? qp->lower[i] : qp->row_lower[i - qp->variables];
}

static double high_of(const nacre_qp *qp, size_t i)
{
    return i < qp->variables ? qp->upper[i] : qp->row_upper[i - qp->variables];
}

/// P is near diag(own) + v v' with v = P 1 / sqrt(1'P 1): what is left is positive semidefinite
/// too.
static nacre_status guess_cold(active_dense *dense, nacre_error *err)
{
    nacrei_active_set *set = dense->set;
    const nacre_qp *qp = &set->qp;
    size_t n = set->n, m = set->m;
    double *inverse = NULL, *v = NULL, total = 0.0;
    nacre_status status =
        nacrei_qp_blocks_take(&set->blocks, n, sizeof *inverse, "active set", &inverse, err);
    if (!status)
        status = nacrei_qp_blocks_take(&set->blocks, n, sizeof *v, "active set", &v, err);
    nacrei_dual_newton dual = {
        .n = n,
        .m = m,
        .k = 1,
        .inverse = inverse,
        .factor = v,
        .linear = qp->linear,
        .lower = qp->lower,
        .upper = qp->upper,
        .matrix = qp->matrix,
        .row_lower = qp->row_lower,
        .row_upper = qp->row_upper,
    };
    if (!status)
        status = nacrei_dual_newton_take(&dual, &set->blocks, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        dense->dx[i] = 1.0;
    nacrei_gemv(false, n, n, 1.0, qp->hessian, n, dense->dx, 0.0, v);
    for (size_t i = 0; i < n; i++)
        total += v[i];
    for (size_t i = 0; i < n; i++) {
        double variance = qp->hessian[i * n + i];
        v[i] = total > 0.0 ? v[i] / sqrt(total) : 0.0;
        double own = fmax(variance - v[i] * v[i], OWN_SHARE * variance);
        inverse[i] = qp->lower[i] < qp->upper[i] && own > 0.0 ? 1.0 / own : 0.0;
    }
    nacrei_dual_newton_start(&dual);
    for (uint32_t step = 0; step < MODEL_STEPS && set->steps < set->steps_max; step++) {
        if (nacrei_dual_newton_near(&dual, MODEL_TOLERANCE) || !nacrei_dual_newton_step(&dual))
            break;
        set->steps++;
    }
    memcpy(set->x, dual.x, n * sizeof *set->x);
    for (size_t i = 0; i < n; i++)
        dense->side[i] = (int8_t)((set->x[i] == qp->upper[i]) - (set->x[i] == qp->lower[i]));
    for (size_t j = 0; j < m; j++) {
        set->y[j] = isfinite(dual.y[j]) ? dual.y[j] : 0.0;
        dense->side[n + j] = (int8_t)((set->y[j] < 0.0) - (set->y[j] > 0.0));
    }
    return NACRE_OK;
}

/// A bound is active when its dual outweighs the distance to it.
static void guess_warm(active_dense *dense)
{
    nacrei_active_set *set = dense->set;
    const nacre_qp *qp = &set->qp;
    size_t n = set->n;
    for (size_t i = 0; i < n; i++) {
        double curvature = qp->hessian[i * n + i];
        bool low = set->z[i] > curvature * (set->x[i] - qp->lower[i]);
        bool high = -set->z[i] > curvature * (qp->upper[i] - set->x[i]);
        dense->side[i] = (int8_t)(high - low);
    }
    for (size_t j = 0; j < set->m; j++)
        dense->side[n + j] = (int8_t)((set->y[j] < 0.0) - (set->y[j] > 0.0));
}

/// px += sum of change[j] P_j over the list; four columns at a time, so that px is passed over
/// less.
static void add_columns(const active_dense *dense, const size_t *list, size_t count)
{
    nacrei_active_set *set = dense->set;
    size_t n = set->n, at = 0;
    double *px = set->px;
    for (; at + 4 <= count; at += 4) {
        const double *p[4], *change = dense->dx;
        double c[4];
        for (size_t j = 0; j < 4; j++) {
            p[j] = set->qp.hessian + list[at + j] * n;
            c[j] = change[list[at + j]];
        }
        for (size_t i = 0; i < n; i++)
            px[i] += (c[0] * p[0][i] + c[1] * p[1][i]) + (c[2] * p[2][i] + c[3] * p[3][i]);
    }
    for (; at < count; at++) {
        const double *p = set->qp.hessian + list[at] * n;
        for (size_t i = 0; i < n; i++)
            px[i] += dense->dx[list[at]] * p[i];
    }
}

/// Puts the held variables on their bounds, lists the free ones and the active rows, drops duals.
static void move_to_bounds(active_dense *dense)
{
    nacrei_active_set *set = dense->set;
    size_t n = set->n, moved = 0;
    for (size_t i = 0; i < n; i++) {
        if (dense->side[i] == 0)
            continue;
        double bound = dense->side[i] < 0 ? set->qp.lower[i] : set->qp.upper[i];
        dense->dx[i] = bound - set->x[i];
        set->x[i] = bound;
        if (dense->dx[i] != 0.0)
            dense->freed[moved++] = i;
    }
    add_columns(dense, dense->freed, moved);
    dense->frees = dense->rows = 0;
    for (size_t i = 0; i < n; i++)
        if (dense->side[i] == 0)
            dense->freed[dense->frees++] = i;
    for (size_t j = 0; j < set->m; j++) {
        if (dense->side[n + j] != 0 || set->qp.row_lower[j] == set->qp.row_upper[j])
            dense->active[dense->rows++] = j;
        else
            set->y[j] = 0.0;
    }
}

/// @return false: the block is singular
static bool factor_block(active_dense *dense)
{
    const nacre_qp *qp = &dense->set->qp;
    size_t frees = dense->frees;
    if (nacrei_cholesky(frees, dense->block, frees, NULL))
        return false;
    for (size_t a = 0; a < frees; a++) {
        double pivot = dense->block[a * frees + a];
        if (!(pivot * pivot > PIVOT_SHARE * qp->hessian[dense->freed[a] * (qp->variables + 1)]))
            return false;
    }
    return true;
}

static bool factor_rows(active_dense *dense)
{
    size_t rows = dense->rows;
    nacrei_syrk(true, rows, dense->frees, 1.0, dense->columns, rows, 0.0, dense->schur, rows);
    for (size_t b = 0; b < rows; b++) {
        double *entry = dense->schur + b * (rows + 1), size = dense->row_size[dense->active[b]];
        *entry += (*entry <= ROW_SHARE * size ? ROW_SHARE_HELD : ROW_SHARE) * size;
    }
    return nacrei_cholesky(rows, dense->schur, rows, NULL) == NACRE_OK;
}

/// The block of P over the free variables and the columns of the active rows.
static nacre_status gather(active_dense *dense, nacre_error *err)
{
    nacrei_active_set *set = dense->set;
    nacre_ctx *ctx = set->blocks.ctx;
    size_t n = set->n, frees = dense->frees, rows = dense->rows;
    if (frees * frees > dense->block_capacity) {
        nacrei_free(ctx, dense->block, dense->block_capacity, sizeof(double));
        dense->block_capacity = 0;
        nacre_status status =
            nacrei_alloc(ctx, frees * frees, sizeof(double), "active set", &dense->block, err);
        if (status)
            return status;
        dense->block_capacity = frees * frees;
    }
    for (size_t a = 0; a < frees; a++) {
        const double *row = set->qp.hessian + dense->freed[a] * n;
        for (size_t b = 0; b <= a; b++)
            dense->block[a * frees + b] = row[dense->freed[b]];
        for (size_t b = 0; b < rows; b++)
            dense->columns[a * rows + b] = set->qp.matrix[dense->active[b] * n + dense->freed[a]];
    }
    return NACRE_OK;
}

/// Newton step of the free variables and the active duals. @return false: a block is singular
static bool solve(active_dense *dense)
{
    nacrei_active_set *set = dense->set;
    const nacre_qp *qp = &set->qp;
    size_t frees = dense->frees, rows = dense->rows;
    double *t = set->z; // the duals of the bounds come later
    if (!factor_block(dense))
        return false;
    nacrei_qp_apply_transposed(qp, set->y, set->aty);
    nacrei_qp_apply_rows(qp, set->x, set->ax);
    for (size_t a = 0; a < frees; a++) {
        size_t i = dense->freed[a];
        t[a] = set->aty[i] - set->px[i] - qp->linear[i];
    }
    nacrei_trsm_lower(frees, dense->block, frees, false, 1, t, 1);
    if (rows > 0) {
        nacrei_trsm_lower(frees, dense->block, frees, false, rows, dense->columns, rows);
        if (!factor_rows(dense))
            return false;
        for (size_t b = 0; b < rows; b++) {
            size_t j = dense->active[b];
            dense->dy[b] =
                (dense->side[set->n + j] > 0 ? qp->row_upper[j] : qp->row_lower[j]) - set->ax[j];
        }
        nacrei_gemv(true, frees, rows, -1.0, dense->columns, rows, t, 1.0, dense->dy);
        nacrei_cholesky_solve(rows, dense->schur, rows, 1, dense->dy, 1);
        nacrei_gemv(false, frees, rows, 1.0, dense->columns, rows, dense->dy, 1.0, t);
    }
    nacrei_trsm_lower(frees, dense->block, frees, true, 1, t, 1);
    for (size_t a = 0; a < frees; a++) {
        dense->dx[dense->freed[a]] = t[a];
        set->x[dense->freed[a]] += t[a];
    }
    for (size_t b = 0; b < rows; b++)
        set->y[dense->active[b]] += dense->dy[b];
    add_columns(dense, dense->freed, frees);
    return true;
}

/// Which bound index i belongs to, given its value, its dual, and where it is now.
static int8_t correct(const nacre_qp *qp, size_t i, int side, double value, double dual,
                      double value_size, double dual_size)
{
    double low = low_of(qp, i), high = high_of(qp, i);
    if (low == high)
        return (int8_t)side;
    if (side == 0)
        return (int8_t)((value > high + ROUNDING * value_size) -
                        (value < low - ROUNDING * value_size));
    return (int8_t)(side * dual > ROUNDING * dual_size ? 0 : side);
}

/// Fills the corrected guess. @return the number of corrections
static size_t judge(active_dense *dense)
{
    nacrei_active_set *set = dense->set;
    const nacre_qp *qp = &set->qp;
    size_t n = set->n, changes = 0;
    double value_size = 0.0, dual_size = 0.0, row_size = 0.0, y_size = 0.0;
    nacrei_qp_apply_transposed(qp, set->y, set->aty);
    nacrei_qp_apply_rows(qp, set->x, set->ax);
    for (size_t i = 0; i < n; i++) {
        value_size = fmax(value_size, fabs(set->x[i]));
        dual_size =
            fmax(dual_size, fmax(fabs(set->px[i]), fmax(fabs(qp->linear[i]), fabs(set->aty[i]))));
    }
    for (size_t j = 0; j < set->m; j++) {
        row_size = fmax(row_size, fabs(set->ax[j]));
        y_size = fmax(y_size, fabs(set->y[j]));
    }
    for (size_t i = 0; i < n + set->m; i++) {
        bool row = i >= n;
        double value = row ? set->ax[i - n] : set->x[i];
        double dual = row ? set->y[i - n] : set->px[i] + qp->linear[i] - set->aty[i];
        dense->next[i] = correct(qp, i, dense->side[i], value, dual, row ? row_size : value_size,
                                 row ? y_size : dual_size);
        changes += dense->next[i] != dense->side[i];
    }
    return changes;
}

/// Adopts the corrected guess, or only its last correction.
static void adopt(active_dense *dense, bool all)
{
    for (size_t i = dense->set->n + dense->set->m; i-- > 0;) {
        bool changed = dense->next[i] != dense->side[i];
        dense->side[i] = dense->next[i];
        if (changed && !all)
            return;
    }
}

/// Puts the candidate exactly inside and asks for its residuals.
static bool finish(const active_dense *dense)
{
    nacrei_active_set *set = dense->set;
    const nacre_qp *qp = &set->qp;
    for (size_t i = 0; i < set->n; i++)
        set->x[i] = fmin(fmax(set->x[i], qp->lower[i]), qp->upper[i]);
    for (size_t j = 0; j < set->m; j++)
        if (!isfinite(set->y[j] > 0.0 ? qp->row_lower[j] : qp->row_upper[j]))
            set->y[j] = 0.0;
    return nacrei_active_set_accept(set);
}

static nacre_status iterate(active_dense *dense, bool *solved, nacre_error *err)
{
    nacrei_active_set *set = dense->set;
    size_t fewest = SIZE_MAX;
    int chances = CHANCES, refined = 0;
    double work = 0.0;
    nacrei_qp_apply_hessian(&set->qp, set->x, set->px, set->scratch);
    for (; set->steps < set->steps_max; set->steps++) {
        move_to_bounds(dense);
        double share = (double)dense->frees / (double)set->n;
        work += dense->frees > SMALL ? share * share * share : 0.0;
        if (work > WORK_MAX)
            return NACRE_OK;
        nacre_status status = gather(dense, err);
        if (status || !solve(dense))
            return status;
        size_t changes = judge(dense);
        if (changes == 0) {
            set->steps++;
            *solved = finish(dense);
            if (*solved || refined++ == REFINEMENTS)
                return NACRE_OK;
            set->steps--;
            nacrei_qp_apply_hessian(&set->qp, set->x, set->px, set->scratch);
            continue;
        }
        if (changes < fewest) {
            fewest = changes;
            chances = CHANCES;
        } else if (chances > 0) {
            chances--;
        }
        adopt(dense, chances > 0);
    }
    return NACRE_OK;
}

nacre_status nacrei_active_set_dense(nacrei_active_set *set, bool warm, bool *solved,
                                     nacre_error *err)
{
    active_dense dense = {.set = set};
    nacre_status status = take(&dense, err);
    if (!status && warm)
        guess_warm(&dense);
    else if (!status)
        status = guess_cold(&dense, err);
    for (size_t i = 0; i < set->n && !status; i++)
        if (set->qp.lower[i] == set->qp.upper[i])
            dense.side[i] = -1;
    if (!status)
        status = iterate(&dense, solved, err);
    nacrei_free(set->blocks.ctx, dense.block, dense.block_capacity, sizeof(double));
    return status;
}
