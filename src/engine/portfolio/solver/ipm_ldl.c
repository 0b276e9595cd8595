// SPDX-License-Identifier: Apache-2.0
// Sparse L D L' row by row: row k of L is the solution of a triangular system whose pattern is a
// walk up the elimination tree, so that the work is proportional to the arithmetic. Factors with
// much arithmetic per entry go by supernodes instead.
#include "engine/portfolio/solver/ipm_ldl.h"

#include "engine/portfolio/solver/ipm_order.h"

#include <math.h>
#include <string.h>

#define NONE UINT32_MAX

/// The upper triangle by columns in the original order, with every diagonal entry present.
typedef struct kkt_pattern {
    size_t *start;
    uint32_t *index;
    double *value;
} kkt_pattern;

static size_t kkt_entries(const nacre_qp *qp)
{
    size_t n = qp->variables, m = qp->rows;
    return n + m + (qp->p_start ? qp->p_start[n] : 0) + (m > 0 ? qp->a_start[m] : 0);
}

static void kkt_fill(const nacre_qp *qp, kkt_pattern *kkt)
{
    size_t n = qp->variables, at = 0;
    for (size_t j = 0; j < n; j++) {
        double diagonal = 0.0;
        kkt->start[j] = at;
        for (size_t k = qp->p_start ? qp->p_start[j] : 0; qp->p_start && k < qp->p_start[j + 1];
             k++) {
            if (qp->p_index[k] == j) {
                diagonal = qp->p_value[k];
            } else if (qp->p_value[k] != 0.0) {
                kkt->index[at] = (uint32_t)qp->p_index[k];
                kkt->value[at++] = qp->p_value[k];
            }
        }
        kkt->index[at] = (uint32_t)j;
        kkt->value[at++] = diagonal;
    }
    for (size_t i = 0; i < qp->rows; i++) {
        kkt->start[n + i] = at;
        for (size_t k = qp->a_start[i]; k < qp->a_start[i + 1]; k++)
            if (qp->a_value[k] != 0.0) {
                kkt->index[at] = (uint32_t)qp->a_index[k];
                kkt->value[at++] = qp->a_value[k];
            }
        kkt->index[at] = (uint32_t)(n + i);
        kkt->value[at++] = 0.0;
    }
    kkt->start[n + qp->rows] = at;
}

static void permute(nacrei_ldl *ldl, const kkt_pattern *kkt, uint32_t *place, size_t *next)
{
    size_t n = ldl->n;
    for (size_t k = 0; k < n; k++)
        place[ldl->order[k]] = (uint32_t)k;
    memset(next, 0, (n + 1) * sizeof *next);
    for (size_t j = 0; j < n; j++)
        for (size_t k = kkt->start[j]; k < kkt->start[j + 1]; k++) {
            uint32_t a = place[kkt->index[k]], b = place[j];
            next[(a > b ? a : b) + 1]++;
        }
    for (size_t j = 0; j < n; j++)
        next[j + 1] += next[j];
    memcpy(ldl->start, next, (n + 1) * sizeof *next);
    for (size_t j = 0; j < n; j++)
        for (size_t k = kkt->start[j]; k < kkt->start[j + 1]; k++) {
            uint32_t a = place[kkt->index[k]], b = place[j];
            size_t at = next[a > b ? a : b]++;
            ldl->index[at] = a < b ? a : b;
            ldl->value[at] = kkt->value[k];
            if (kkt->index[k] == j) {
                ldl->diagonal[j] = at;
                ldl->base[j] = kkt->value[k];
            }
        }
}

/// Elimination tree and the number of entries below the diagonal of each column of L.
static void analyse(nacrei_ldl *ldl, uint32_t *counts)
{
    memset(counts, 0, ldl->n * sizeof *counts);
    for (uint32_t k = 0; k < ldl->n; k++) {
        ldl->parent[k] = NONE;
        ldl->flag[k] = k;
        for (size_t t = ldl->start[k]; t < ldl->start[k + 1]; t++)
            for (uint32_t i = ldl->index[t]; ldl->flag[i] != k; i = ldl->parent[i]) {
                if (ldl->parent[i] == NONE)
                    ldl->parent[i] = k;
                counts[i]++;
                ldl->flag[i] = k;
            }
    }
    ldl->l_start[0] = 0;
    for (size_t k = 0; k < ldl->n; k++)
        ldl->l_start[k + 1] = ldl->l_start[k] + counts[k];
}

/// Row indices of L, ascending in each column.
static void fill_pattern(nacrei_ldl *ldl)
{
    memset(ldl->filled, 0, ldl->n * sizeof *ldl->filled);
    memset(ldl->flag, 0xff, ldl->n * sizeof *ldl->flag);
    for (uint32_t k = 0; k < ldl->n; k++) {
        ldl->flag[k] = k;
        for (size_t t = ldl->start[k]; t < ldl->start[k + 1]; t++)
            for (uint32_t i = ldl->index[t]; ldl->flag[i] != k; i = ldl->parent[i]) {
                ldl->l_index[ldl->l_start[i] + ldl->filled[i]++] = k;
                ldl->flag[i] = k;
            }
    }
}

static nacre_status take(nacrei_ldl *ldl, size_t count, size_t size, void *out, nacre_error *err)
{
    return nacrei_qp_blocks_take(&ldl->blocks, count, size, "sparse factorisation", out, err);
}

static nacre_status ldl_alloc(nacrei_ldl *ldl, size_t entries, nacre_error *err)
{
    size_t n = ldl->n;
    struct {
        void *out;
        size_t count, size;
    } wanted[] = {
        {&ldl->order, n, sizeof *ldl->order},
        {&ldl->start, n + 1, sizeof *ldl->start},
        {&ldl->index, entries, sizeof *ldl->index},
        {&ldl->value, entries, sizeof *ldl->value},
        {&ldl->diagonal, n, sizeof *ldl->diagonal},
        {&ldl->base, n, sizeof *ldl->base},
        {&ldl->parent, n, sizeof *ldl->parent},
        {&ldl->l_start, n + 1, sizeof *ldl->l_start},
        {&ldl->d, n, sizeof *ldl->d},
        {&ldl->work, n, sizeof *ldl->work},
        {&ldl->flag, n, sizeof *ldl->flag},
        {&ldl->pattern, n, sizeof *ldl->pattern},
        {&ldl->filled, n, sizeof *ldl->filled},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = take(ldl, wanted[i].count, wanted[i].size, wanted[i].out, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

nacre_status nacrei_ldl_init(nacrei_ldl *ldl, nacre_ctx *ctx, const nacre_qp *qp, nacre_error *err)
{
    size_t entries = kkt_entries(qp);
    memset(ldl, 0, sizeof *ldl);
    ldl->blocks.ctx = ctx;
    ldl->variables = qp->variables;
    ldl->n = qp->variables + qp->rows;
    nacrei_qp_blocks passing = {.ctx = ctx};
    kkt_pattern kkt;
    size_t *next = NULL;
    nacre_status status = ldl_alloc(ldl, entries, err);
    if (!status)
        status = nacrei_qp_blocks_take(&passing, ldl->n + 1, sizeof *kkt.start, "KKT system",
                                       &kkt.start, err);
    if (!status)
        status = nacrei_qp_blocks_take(&passing, entries, sizeof *kkt.index, "KKT system",
                                       &kkt.index, err);
    if (!status)
        status = nacrei_qp_blocks_take(&passing, entries, sizeof *kkt.value, "KKT system",
                                       &kkt.value, err);
    if (!status)
        status =
            nacrei_qp_blocks_take(&passing, ldl->n + 1, sizeof *next, "KKT system", &next, err);
    if (!status) {
        kkt_fill(qp, &kkt);
        status = nacrei_ipm_order(ctx, ldl->n, kkt.start, kkt.index, ldl->order, err);
    }
    if (!status) {
        permute(ldl, &kkt, ldl->pattern, next);
        analyse(ldl, ldl->filled);
        status = take(ldl, ldl->l_start[ldl->n], sizeof *ldl->l_index, &ldl->l_index, err);
    }
    if (!status)
        status = take(ldl, ldl->l_start[ldl->n], sizeof *ldl->l_value, &ldl->l_value, err);
    if (!status) {
        fill_pattern(ldl);
        status = nacrei_supernodes_init(ldl, err);
    }
    nacrei_qp_blocks_release(&passing);
    return status;
}

void nacrei_ldl_fini(nacrei_ldl *ldl)
{
    if (ldl->blocks.ctx)
        nacrei_qp_blocks_release(&ldl->blocks);
}

/// Spreads column k into `work` and puts the pattern of row k of L, in order of elimination, at the
/// end of `pattern`; returns where it begins.
static size_t row_pattern(nacrei_ldl *ldl, uint32_t k)
{
    size_t top = ldl->n;
    ldl->flag[k] = k;
    for (size_t t = ldl->start[k]; t < ldl->start[k + 1]; t++) {
        uint32_t i = ldl->index[t];
        size_t length = 0;
        ldl->work[i] += ldl->value[t];
        for (; ldl->flag[i] != k; i = ldl->parent[i]) {
            ldl->pattern[length++] = i;
            ldl->flag[i] = k;
        }
        while (length > 0)
            ldl->pattern[--top] = ldl->pattern[--length];
    }
    return top;
}

/// Row by row; returns the step whose pivot has the wrong sign, or n.
static size_t factor_by_rows(nacrei_ldl *ldl)
{
    size_t n = ldl->n;
    memset(ldl->filled, 0, n * sizeof *ldl->filled);
    memset(ldl->work, 0, n * sizeof *ldl->work);
    memset(ldl->flag, 0xff, n * sizeof *ldl->flag);
    for (uint32_t k = 0; k < n; k++) {
        size_t top = row_pattern(ldl, k);
        double pivot = ldl->work[k];
        ldl->work[k] = 0.0;
        for (; top < n; top++) {
            uint32_t i = ldl->pattern[top];
            double y = ldl->work[i];
            ldl->work[i] = 0.0;
            size_t begin = ldl->l_start[i], end = begin + ldl->filled[i];
            for (size_t t = begin; t < end; t++)
                ldl->work[ldl->l_index[t]] -= ldl->l_value[t] * y;
            double l = y / ldl->d[i];
            pivot -= l * y;
            ldl->l_value[end] = l;
            ldl->filled[i]++;
        }
        double sign = ldl->order[k] < ldl->variables ? 1.0 : -1.0;
        if (!(pivot * sign > 0.0))
            return k;
        ldl->d[k] = pivot;
    }
    return n;
}

size_t nacrei_ldl_factor(nacrei_ldl *ldl, const double *diagonal)
{
    size_t n = ldl->n;
    for (size_t i = 0; i < n; i++)
        ldl->value[ldl->diagonal[i]] =
            i < ldl->variables ? ldl->base[i] + diagonal[i] : -diagonal[i];
    size_t done = ldl->nodes.count > 0 ? nacrei_supernodes_factor(ldl) : factor_by_rows(ldl);
    return done < n ? ldl->order[done] : n;
}

void nacrei_ldl_solve(const nacrei_ldl *ldl, double *rhs)
{
    size_t n = ldl->n;
    double *x = ldl->work;
    for (size_t k = 0; k < n; k++)
        x[k] = rhs[ldl->order[k]];
    for (size_t k = 0; k < n; k++)
        for (size_t t = ldl->l_start[k]; t < ldl->l_start[k + 1]; t++)
            x[ldl->l_index[t]] -= ldl->l_value[t] * x[k];
    for (size_t k = n; k-- > 0;) {
        double sum = x[k] / ldl->d[k];
        for (size_t t = ldl->l_start[k]; t < ldl->l_start[k + 1]; t++)
            sum -= ldl->l_value[t] * x[ldl->l_index[t]];
        x[k] = sum;
    }
    for (size_t k = 0; k < n; k++)
        rhs[ldl->order[k]] = x[k];
}
