// SPDX-License-Identifier: Apache-2.0
// From the sections of a QPS file to a nacre_qp: A by rows, the upper triangle of P by columns,
// bounds of rows from their type, right side and range.
#include "engine/portfolio/solver/qps.h"

#include "core/alloc.h"

#include <math.h>
#include <stdlib.h>

static int by_row_then_column(const void *a, const void *b)
{
    const nacrei_qps_entry *x = a, *y = b;
    if (x->row != y->row)
        return x->row < y->row ? -1 : 1;
    return x->column < y->column ? -1 : x->column > y->column;
}

/// Larger index first: a list per column of the upper triangle, both orientations side by side.
static int by_upper_column(const void *a, const void *b)
{
    const nacrei_qps_entry *x = a, *y = b;
    uint32_t x_high = x->row > x->column ? x->row : x->column;
    uint32_t y_high = y->row > y->column ? y->row : y->column;
    uint32_t x_low = x->row ^ x->column ^ x_high, y_low = y->row ^ y->column ^ y_high;
    if (x_high != y_high)
        return x_high < y_high ? -1 : 1;
    if (x_low != y_low)
        return x_low < y_low ? -1 : 1;
    return x->row < y->row ? -1 : x->row > y->row;
}

static nacre_status build_rows(nacre_qps *qps, const char *file, nacre_error *err)
{
    size_t m = qps->rows, entries = qps->a.count;
    nacre_status status = nacrei_alloc(qps->ctx, m + 1, sizeof(size_t), "rows", &qps->a_start, err);
    if (!status)
        status = nacrei_alloc(qps->ctx, entries, sizeof(size_t), "rows", &qps->a_index, err);
    if (!status)
        status = nacrei_alloc(qps->ctx, entries, sizeof(double), "rows", &qps->a_value, err);
    if (status)
        return status;
    if (entries > 0)
        qsort(qps->a.entry, entries, sizeof *qps->a.entry, by_row_then_column);
    for (size_t k = 0; k < entries; k++) {
        const nacrei_qps_entry *e = qps->a.entry + k;
        if (k > 0 && e[-1].row == e->row && e[-1].column == e->column)
            return nacrei_fail(err, NACRE_E_PARSE,
                               "%s: column '%s' has row '%s' twice; keep one of the entries", file,
                               nacrei_qps_names_at(&qps->columns, e->column),
                               nacre_qps_row_name(qps, e->row));
        qps->a_start[e->row + 1]++;
        qps->a_index[k] = e->column;
        qps->a_value[k] = e->value;
    }
    for (size_t i = 0; i < m; i++)
        qps->a_start[i + 1] += qps->a_start[i];
    return NACRE_OK;
}

static nacre_status bad_pair(const nacre_qps *qps, const nacrei_qps_entry *e, const char *file,
                             const char *what, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_PARSE, "%s: the quadratic entry of '%s' and '%s' %s", file,
                       nacrei_qps_names_at(&qps->columns, e->row),
                       nacrei_qps_names_at(&qps->columns, e->column), what);
}

static nacre_status build_hessian(nacre_qps *qps, const char *file, nacre_error *err)
{
    size_t n = qps->columns.count, entries = qps->p.count, at = 0;
    nacre_status status = nacrei_alloc(qps->ctx, n + 1, sizeof(size_t), "P", &qps->p_start, err);
    if (!status)
        status = nacrei_alloc(qps->ctx, entries, sizeof(size_t), "P", &qps->p_index, err);
    if (!status)
        status = nacrei_alloc(qps->ctx, entries, sizeof(double), "P", &qps->p_value, err);
    if (status)
        return status;
    if (entries > 0)
        qsort(qps->p.entry, entries, sizeof *qps->p.entry, by_upper_column);
    for (size_t k = 0; k < entries; k++) {
        const nacrei_qps_entry *e = qps->p.entry + k;
        uint32_t high = e->row > e->column ? e->row : e->column;
        if (qps->full_p && e->row != e->column) {
            const nacrei_qps_entry *mate = k + 1 < entries ? e + 1 : e;
            if (mate->row != e->column || mate->column != e->row || mate->value != e->value)
                return bad_pair(qps, e, file, "is not the same in both triangles of QMATRIX", err);
            k++;
        }
        const nacrei_qps_entry *next = qps->p.entry + k + 1;
        if (k + 1 < entries && ((next->row == e->row && next->column == e->column) ||
                                (next->row == e->column && next->column == e->row)))
            return bad_pair(qps, e, file, "is given twice", err);
        qps->p_start[high + 1]++;
        qps->p_index[at] = e->row ^ e->column ^ high;
        qps->p_value[at++] = e->value;
    }
    for (size_t i = 0; i < n; i++)
        qps->p_start[i + 1] += qps->p_start[i];
    return NACRE_OK;
}

static nacre_status build_bounds(nacre_qps *qps, nacre_error *err)
{
    nacre_status status =
        nacrei_alloc(qps->ctx, qps->rows, sizeof(double), "bounds", &qps->row_lower, err);
    if (!status)
        status = nacrei_alloc(qps->ctx, qps->rows, sizeof(double), "bounds", &qps->row_upper, err);
    for (size_t i = 0; i < qps->rows && !status; i++) {
        double rhs = isnan(qps->rhs[i]) ? 0.0 : qps->rhs[i], range = qps->range[i],
               width = fabs(range);
        double low = qps->type[i] == 'L' ? -(double)INFINITY : rhs;
        double high = qps->type[i] == 'G' ? (double)INFINITY : rhs;
        if (!isnan(range)) {
            if (qps->type[i] == 'L' || (qps->type[i] == 'E' && range < 0.0))
                low = rhs - width;
            else
                high = rhs + width;
        }
        qps->row_lower[i] = low;
        qps->row_upper[i] = high;
    }
    return status;
}

nacre_status nacrei_qps_build(nacre_qps *qps, const char *file, nacre_error *err)
{
    nacre_status status = build_rows(qps, file, err);
    if (!status)
        status = build_hessian(qps, file, err);
    if (!status)
        status = build_bounds(qps, err);
    if (status)
        return status;
    qps->problem = (nacre_qp){
        .variables = qps->columns.count,
        .rows = qps->rows,
        .linear = qps->linear,
        .constant = isnan(qps->constant) ? 0.0 : qps->constant,
        .a_start = qps->a_start,
        .a_index = qps->a_index,
        .a_value = qps->a_value,
        .p_start = qps->p_start,
        .p_index = qps->p_index,
        .p_value = qps->p_value,
        .row_lower = qps->row_lower,
        .row_upper = qps->row_upper,
        .lower = qps->lower,
        .upper = qps->upper,
    };
    return NACRE_OK;
}
