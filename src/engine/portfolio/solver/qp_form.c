// SPDX-License-Identifier: Apache-2.0
// Making the scaled copy. Presolve is only what an interior needs: a fixed variable has none, so
// its column moves into q and the bounds of the rows; a row without bounds constrains nothing and
// loses its entries. Both keep their place, so no index is ever translated. Ruiz equilibration
// brings the rows and columns of the KKT matrix near length 1; of a dense or factored P only the
// diagonal is looked at, because |P_ij| <= sqrt(P_ii P_jj).
#include "engine/portfolio/solver/qp_form.h"

#include "engine/portfolio/solver/qp_ops.h"

#include <math.h>
#include <string.h>

enum { RUIZ_PASSES = 10 };
/// Beyond this a column or row is as good as empty, and three scales still multiply safely.
static const double SCALE_MIN = 1e-8, SCALE_MAX = 1e8;

static nacre_status take(nacrei_qp_form *form, size_t count, void *out, nacre_error *err)
{
    return nacrei_qp_blocks_take(&form->blocks, count, sizeof(double), "scaled quadratic program",
                                 out, err);
}

static nacre_status take_index(nacrei_qp_form *form, size_t count, void *out, nacre_error *err)
{
    return nacrei_qp_blocks_take(&form->blocks, count, sizeof(size_t), "scaled quadratic program",
                                 out, err);
}

static void classify(nacrei_qp_form *form, const nacre_qp *qp)
{
    size_t n = qp->variables;
    for (size_t i = 0; i < n + qp->rows; i++) {
        const double *low = i < n ? qp->lower : qp->row_lower;
        const double *high = i < n ? qp->upper : qp->row_upper;
        size_t at = i < n ? i : i - n;
        double a = low ? low[at] : -(double)INFINITY, b = high ? high[at] : (double)INFINITY;
        form->lower[i] = a;
        form->upper[i] = b;
        if (a == b) {
            form->bound[i] = i < n ? NACREI_QP_FIXED : NACREI_QP_EQUAL;
            if (i < n)
                form->fixed[i] = a;
        } else {
            form->bound[i] = (uint8_t)((a > -(double)INFINITY ? NACREI_QP_LOWER : 0) |
                                       (b < (double)INFINITY ? NACREI_QP_UPPER : 0));
        }
    }
}

static nacre_status copy_sparse_hessian(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables, at = 0, *start, *index;
    size_t entries = qp->p_start ? qp->p_start[n] + n : n;
    double *value;
    nacre_status status = take_index(form, n + 1, &start, err);
    if (!status)
        status = take_index(form, entries, &index, err);
    if (!status)
        status = take(form, entries, &value, err);
    if (status)
        return status;
    for (size_t j = 0; j < n; j++) {
        double diagonal = qp->diagonal ? qp->diagonal[j] : 0.0;
        start[j] = at;
        for (size_t k = qp->p_start ? qp->p_start[j] : 0; qp->p_start && k < qp->p_start[j + 1];
             k++) {
            size_t i = qp->p_index[k];
            if (i == j) {
                diagonal = qp->p_value[k];
            } else if (!((form->bound[i] | form->bound[j]) & NACREI_QP_FIXED)) {
                index[at] = i;
                value[at++] = qp->p_value[k];
            }
        }
        index[at] = j;
        value[at++] = form->bound[j] & NACREI_QP_FIXED ? 1.0 : diagonal;
    }
    start[n] = at;
    form->qp.p_start = start;
    form->qp.p_index = index;
    form->qp.p_value = value;
    return NACRE_OK;
}

static nacre_status copy_sparse_rows(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables, m = qp->rows, entries = 0, *start, *index;
    double *value;
    if (qp->matrix) {
        for (size_t k = 0; k < m * n; k++)
            entries += qp->matrix[k] != 0.0;
    } else {
        entries = m > 0 ? qp->a_start[m] : 0;
    }
    nacre_status status = take_index(form, m + 1, &start, err);
    if (!status)
        status = take_index(form, entries, &index, err);
    if (!status)
        status = take(form, entries, &value, err);
    if (status)
        return status;
    size_t at = 0;
    for (size_t i = 0; i < m; i++) {
        size_t begin = qp->matrix ? 0 : qp->a_start[i], end = qp->matrix ? n : qp->a_start[i + 1];
        start[i] = at;
        for (size_t k = begin; k < end && form->bound[n + i]; k++) {
            size_t j = qp->matrix ? k : qp->a_index[k];
            double v = qp->matrix ? qp->matrix[i * n + k] : qp->a_value[k];
            if (v != 0.0 && !(form->bound[j] & NACREI_QP_FIXED)) {
                index[at] = j;
                value[at++] = v;
            }
        }
    }
    start[m] = at;
    form->qp.matrix = NULL;
    form->qp.a_start = start;
    form->qp.a_index = index;
    form->qp.a_value = value;
    return NACRE_OK;
}

static nacre_status copy_dense_rows(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables, m = qp->rows;
    double *matrix;
    nacre_status status = take(form, m * n, &matrix, err);
    if (status)
        return status;
    for (size_t i = 0; i < m; i++) {
        if (!form->bound[n + i])
            continue;
        if (qp->matrix)
            memcpy(matrix + i * n, qp->matrix + i * n, n * sizeof *matrix);
        else
            for (size_t k = qp->a_start[i]; k < qp->a_start[i + 1]; k++)
                matrix[i * n + qp->a_index[k]] = qp->a_value[k];
        for (size_t j = 0; j < n; j++)
            if (form->bound[j] & NACREI_QP_FIXED)
                matrix[i * n + j] = 0.0;
    }
    form->qp.matrix = matrix;
    form->qp.a_start = form->qp.a_index = NULL;
    form->qp.a_value = NULL;
    return NACRE_OK;
}

static nacre_status copy_dense_hessian(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables;
    double *p;
    nacre_status status = take(form, n * n, &p, err);
    if (status)
        return status;
    memcpy(p, qp->hessian, n * n * sizeof *p);
    for (size_t i = 0; i < n; i++)
        if (form->bound[i] & NACREI_QP_FIXED) {
            for (size_t j = 0; j < n; j++)
                p[i * n + j] = p[j * n + i] = 0.0;
            p[i * n + i] = 1.0;
        }
    form->qp.hessian = p;
    return NACRE_OK;
}

static nacre_status copy_factor(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    size_t n = qp->variables, k = qp->factor ? qp->factors : 0;
    double *diagonal, *factor;
    nacre_status status = take(form, n, &diagonal, err);
    if (!status)
        status = take(form, n * k, &factor, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        bool fixed = form->bound[i] & NACREI_QP_FIXED;
        diagonal[i] = fixed ? 1.0 : qp->diagonal ? qp->diagonal[i] : 0.0;
        if (!fixed && k > 0)
            memcpy(factor + i * k, qp->factor + i * k, k * sizeof *factor);
    }
    form->qp.diagonal = diagonal;
    form->qp.factor = factor;
    form->qp.factors = k;
    return NACRE_OK;
}

static nacre_status copy_matrices(nacrei_qp_form *form, const nacre_qp *qp, nacre_error *err)
{
    form->qp.hessian = form->qp.diagonal = form->qp.factor = NULL;
    form->qp.p_start = form->qp.p_index = NULL;
    form->qp.p_value = NULL;
    nacre_status status;
    if (form->kind == NACREI_QP_SPARSE) {
        status = copy_sparse_hessian(form, qp, err);
        return status ? status : copy_sparse_rows(form, qp, err);
    }
    status = form->kind == NACREI_QP_DENSE ? copy_dense_hessian(form, qp, err)
                                           : copy_factor(form, qp, err);
    return status ? status : copy_dense_rows(form, qp, err);
}

/// q and the bounds of the rows without the fixed variables.
static void move_fixed(nacrei_qp_form *form, const nacre_qp *qp, double *q, double *scratch)
{
    size_t n = qp->variables, m = qp->rows;
    double *moved = scratch, *rest = scratch + n;
    nacrei_qp_apply_hessian(qp, form->fixed, moved, rest);
    for (size_t i = 0; i < n; i++)
        q[i] = form->bound[i] & NACREI_QP_FIXED ? 0.0 : qp->linear[i] + moved[i];
    nacrei_qp_apply_rows(qp, form->fixed, rest);
    for (size_t i = 0; i < m; i++) {
        form->lower[n + i] -= rest[i];
        form->upper[n + i] -= rest[i];
    }
}

static void column_lengths(const nacrei_qp_form *form, const double *c, const double *r,
                           double *columns, double *rows)
{
    const nacre_qp *qp = &form->qp;
    size_t n = qp->variables, m = qp->rows, factors = qp->factors;
    memset(columns, 0, n * sizeof *columns);
    memset(rows, 0, m * sizeof *rows);
    for (size_t j = 0; j < n; j++) {
        if (form->kind == NACREI_QP_SPARSE) {
            for (size_t k = qp->p_start[j]; k < qp->p_start[j + 1]; k++) {
                size_t i = qp->p_index[k];
                double v = fabs(qp->p_value[k]) * c[i] * c[j];
                columns[i] = fmax(columns[i], v);
                columns[j] = fmax(columns[j], v);
            }
            continue;
        }
        double v = form->kind == NACREI_QP_DENSE ? fabs(qp->hessian[j * n + j]) : qp->diagonal[j];
        for (size_t k = 0; form->kind == NACREI_QP_FACTOR && k < factors; k++)
            v += qp->factor[j * factors + k] * qp->factor[j * factors + k];
        columns[j] = v * c[j] * c[j];
    }
    for (size_t i = 0; i < m; i++) {
        size_t begin = qp->matrix ? 0 : qp->a_start[i], end = qp->matrix ? n : qp->a_start[i + 1];
        for (size_t k = begin; k < end; k++) {
            size_t j = qp->matrix ? k : qp->a_index[k];
            double v = fabs(qp->matrix ? qp->matrix[i * n + k] : qp->a_value[k]) * c[j] * r[i];
            columns[j] = fmax(columns[j], v);
            rows[i] = fmax(rows[i], v);
        }
    }
}

static double clamp_scale(double scale)
{
    return fmin(fmax(scale, SCALE_MIN), SCALE_MAX);
}

static void equilibrate(nacrei_qp_form *form, double *scratch)
{
    size_t n = form->qp.variables, m = form->qp.rows;
    double *columns = scratch, *rows = scratch + n;
    for (size_t i = 0; i < n; i++)
        form->column_scale[i] = 1.0;
    for (size_t i = 0; i < m; i++)
        form->row_scale[i] = 1.0;
    for (int pass = 0; pass < RUIZ_PASSES; pass++) {
        double worst = 0.0;
        column_lengths(form, form->column_scale, form->row_scale, columns, rows);
        for (size_t i = 0; i < n + m; i++) {
            double *scale = i < n ? form->column_scale + i : form->row_scale + (i - n);
            double length = i < n ? columns[i] : rows[i - n];
            if (length == 0.0 || (i < n && form->bound[i] & NACREI_QP_FIXED))
                continue;
            double next = clamp_scale(*scale / sqrt(length));
            worst = fmax(worst, fabs(log(next / *scale)));
            *scale = next;
        }
        if (worst < 0.05)
            break;
    }
}

// The arrays of form->qp are our own copies; the casts take back the const of the public struct.
static double *own(const double *values)
{
    union {
        const double *from;
        double *to;
    } pointer = {.from = values};
    return pointer.to;
}

static void scale_matrices(nacrei_qp_form *form)
{
    nacre_qp *qp = &form->qp;
    size_t n = qp->variables, m = qp->rows;
    const double *c = form->column_scale, *r = form->row_scale;
    double cost = form->cost_scale;
    for (size_t j = 0; j < n; j++) {
        own(qp->linear)[j] *= cost * c[j];
        for (size_t k = qp->p_start ? qp->p_start[j] : 0; qp->p_start && k < qp->p_start[j + 1];
             k++)
            own(qp->p_value)[k] *= cost * c[j] * c[qp->p_index[k]];
        for (size_t i = 0; qp->hessian && i < n; i++)
            own(qp->hessian)[j * n + i] *= cost * c[j] * c[i];
        if (qp->diagonal)
            own(qp->diagonal)[j] *= cost * c[j] * c[j];
        for (size_t k = 0; qp->factor && k < qp->factors; k++)
            own(qp->factor)[j * qp->factors + k] *= sqrt(cost) * c[j];
        form->lower[j] /= c[j];
        form->upper[j] /= c[j];
    }
    for (size_t i = 0; i < m; i++) {
        for (size_t k = qp->matrix ? 0 : qp->a_start[i]; k < (qp->matrix ? n : qp->a_start[i + 1]);
             k++) {
            if (qp->matrix)
                own(qp->matrix)[i * n + k] *= r[i] * c[k];
            else
                own(qp->a_value)[k] *= r[i] * c[qp->a_index[k]];
        }
        form->lower[n + i] *= r[i];
        form->upper[n + i] *= r[i];
    }
}

/// Brings the larger of q and the columns of P near 1.
static double cost_scale(const nacrei_qp_form *form, double *scratch)
{
    size_t n = form->qp.variables;
    double linear = 0.0;
    for (size_t i = 0; i < n; i++)
        linear = fmax(linear, fabs(form->qp.linear[i]) * form->column_scale[i]);
    nacre_qp bare = form->qp;
    bare.rows = 0;
    nacrei_qp_form view = *form;
    view.qp = bare;
    column_lengths(&view, form->column_scale, form->row_scale, scratch, scratch + n);
    double sum = 0.0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++)
        if (!(form->bound[i] & NACREI_QP_FIXED)) {
            sum += scratch[i];
            count++;
        }
    double mean = count ? sum / (double)count : 0.0;
    double larger = fmax(linear, mean);
    return larger > 0.0 ? fmin(fmax(1.0 / larger, 1e-8), 1e8) : 1.0;
}

static nacrei_qp_kind choose(const nacre_qp *qp)
{
    if (qp->hessian)
        return NACREI_QP_DENSE;
    if (qp->factor && qp->factors > 0)
        return NACREI_QP_FACTOR;
    if (qp->p_start || !qp->diagonal || (qp->rows > 0 && !qp->matrix))
        return NACREI_QP_SPARSE;
    return NACREI_QP_FACTOR;
}

nacre_status nacrei_qp_form_init(nacrei_qp_form *form, nacre_ctx *ctx, const nacre_qp *qp,
                                 nacre_error *err)
{
    size_t n = qp->variables, m = qp->rows;
    memset(form, 0, sizeof *form);
    form->blocks.ctx = ctx;
    form->kind = choose(qp);
    form->qp = *qp;
    form->qp.constant = 0.0;
    double *linear, *scratch = NULL;
    nacre_status status = take(form, n + m, &form->lower, err);
    if (!status)
        status = take(form, n + m, &form->upper, err);
    if (!status)
        status = take(form, n, &form->column_scale, err);
    if (!status)
        status = take(form, m, &form->row_scale, err);
    if (!status)
        status = take(form, n, &form->fixed, err);
    if (!status)
        status = take(form, n, &linear, err);
    if (!status)
        status = take(form, n + m + qp->factors, &scratch, err);
    if (!status)
        status = nacrei_qp_blocks_take(&form->blocks, n + m, 1, "bounds", &form->bound, err);
    if (status)
        return status;
    classify(form, qp);
    status = copy_matrices(form, qp, err);
    if (status)
        return status;
    move_fixed(form, qp, linear, scratch);
    form->qp.linear = linear;
    form->qp.row_lower = form->qp.row_upper = form->qp.lower = form->qp.upper = NULL;
    equilibrate(form, scratch);
    form->cost_scale = cost_scale(form, scratch);
    scale_matrices(form);
    return NACRE_OK;
}

void nacrei_qp_form_fini(nacrei_qp_form *form)
{
    if (form->blocks.ctx)
        nacrei_qp_blocks_release(&form->blocks);
}
