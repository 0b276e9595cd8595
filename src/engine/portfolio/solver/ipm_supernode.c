// SPDX-License-Identifier: Apache-2.0
// Left-looking: a panel is assembled from the matrix, receives the products of the earlier
// supernodes that reach it (kept in one list per supernode, by their next row), and is then
// factored. Wide supernodes are cut, so that almost all arithmetic lies in the products. The
// result is copied into the columns of L, where the triangular solutions read it.
#include "engine/portfolio/solver/ipm_supernode.h"

#include "engine/portfolio/solver/ipm_ldl.h"
#include "kern/linalg/linalg.h"

#include <string.h>

#define NONE UINT32_MAX
/// Columns of a panel: its triangle is factored without products.
enum { WIDTH = 64 };
/// Squares of the column counts per entry of L from which blocks are faster (Chen, Davis, Hager &
/// Rajamanickam 2008 found 40).
static const double WORTHWHILE = 40.0;

static size_t column_count(const nacrei_ldl *ldl, size_t j)
{
    return ldl->l_start[j + 1] - ldl->l_start[j];
}

static bool worthwhile(const nacrei_ldl *ldl)
{
    double work = 0.0;
    for (size_t j = 0; j < ldl->n; j++)
        work += (double)column_count(ldl, j) * (double)column_count(ldl, j);
    return work > WORTHWHILE * (double)ldl->l_start[ldl->n];
}

typedef struct panel_view {
    size_t first, width, below; ///< columns; rows under the triangle
    const uint32_t *rows;       ///< indices of those rows
    double *values;
} panel_view;

static panel_view view(const nacrei_ldl *ldl, size_t s)
{
    const nacrei_supernodes *nodes = &ldl->nodes;
    size_t first = nodes->first[s], end = nodes->first[s + 1];
    return (panel_view){first, end - first, column_count(ldl, end - 1),
                        ldl->l_index + ldl->l_start[end - 1], nodes->panel + nodes->panel_start[s]};
}

/// Fills `first` and `of`; returns the number of supernodes.
static size_t find_supernodes(const nacrei_ldl *ldl, uint32_t *first, uint32_t *of)
{
    size_t count = 0;
    for (uint32_t j = 0; j < ldl->n; j++) {
        bool joins = j > 0 && ldl->parent[j - 1] == j &&
                     column_count(ldl, j - 1) == column_count(ldl, j) + 1 &&
                     j - first[count - 1] < WIDTH;
        if (!joins)
            first[count++] = j;
        of[j] = (uint32_t)(count - 1);
    }
    first[count] = (uint32_t)ldl->n;
    return count;
}

/// Row of the panel that holds row `row` of L; the rows below ascend.
static size_t row_of_panel(const panel_view *p, uint32_t row)
{
    if (row < p->first + p->width)
        return row - p->first;
    size_t low = 0, high = p->below;
    while (high - low > 1) {
        size_t middle = (low + high) / 2;
        if (p->rows[middle] <= row)
            low = middle;
        else
            high = middle;
    }
    return p->width + low;
}

static void find_targets(nacrei_ldl *ldl)
{
    nacrei_supernodes *nodes = &ldl->nodes;
    for (uint32_t k = 0; k < ldl->n; k++)
        for (size_t t = ldl->start[k]; t < ldl->start[k + 1]; t++) {
            uint32_t column = ldl->index[t], s = nodes->of[column];
            panel_view p = view(ldl, s);
            nodes->target[t] =
                nodes->panel_start[s] + row_of_panel(&p, k) * p.width + (column - p.first);
        }
}

static nacre_status take(nacrei_ldl *ldl, size_t count, size_t size, void *out, nacre_error *err)
{
    return nacrei_qp_blocks_take(&ldl->blocks, count, size, "supernodes", out, err);
}

nacre_status nacrei_supernodes_init(nacrei_ldl *ldl, nacre_error *err)
{
    nacrei_supernodes *nodes = &ldl->nodes;
    size_t n = ldl->n, tallest = 0, total = 0;
    if (!worthwhile(ldl))
        return NACRE_OK;
    nacre_status status = take(ldl, n + 1, sizeof *nodes->first, &nodes->first, err);
    if (!status)
        status = take(ldl, n, sizeof *nodes->of, &nodes->of, err);
    if (!status)
        status = take(ldl, n + 1, sizeof *nodes->panel_start, &nodes->panel_start, err);
    if (status)
        return status;
    size_t count = find_supernodes(ldl, nodes->first, nodes->of);
    for (size_t s = 0; s < count; s++) {
        panel_view p = view(ldl, s);
        tallest = p.below > tallest ? p.below : tallest;
        total += p.width * (p.width + p.below);
        nodes->panel_start[s + 1] = total;
    }
    struct {
        void *out;
        size_t count, size;
    } wanted[] = {
        {&nodes->panel, total, sizeof *nodes->panel},
        {&nodes->target, ldl->start[n], sizeof *nodes->target},
        {&nodes->head, count, sizeof *nodes->head},
        {&nodes->next, count, sizeof *nodes->next},
        {&nodes->reached, count, sizeof *nodes->reached},
        {&nodes->place, n, sizeof *nodes->place},
        {&nodes->update, (tallest + WIDTH) * WIDTH, sizeof *nodes->update},
        {&nodes->small, (size_t)WIDTH * WIDTH, sizeof *nodes->small},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0] && !status; i++)
        status = take(ldl, wanted[i].count, wanted[i].size, wanted[i].out, err);
    if (status)
        return status;
    nodes->count = count;
    find_targets(ldl);
    return NACRE_OK;
}

/// Puts supernode s into the list of the one where its next unused row lies.
static void enlist(nacrei_ldl *ldl, uint32_t s)
{
    nacrei_supernodes *nodes = &ldl->nodes;
    panel_view p = view(ldl, s);
    if (nodes->reached[s] == p.below)
        return;
    uint32_t at = nodes->of[p.rows[nodes->reached[s]]];
    nodes->next[s] = nodes->head[at];
    nodes->head[at] = s;
}

/// Subtracts from panel `to` what supernode s contributes: L_rows D L_hit'.
static void subtract(nacrei_ldl *ldl, uint32_t s, const panel_view *to)
{
    nacrei_supernodes *nodes = &ldl->nodes;
    panel_view from = view(ldl, s);
    size_t begin = nodes->reached[s], hit = 0, rows = from.below - begin, k = from.width;
    const uint32_t *index = from.rows + begin;
    const double *block = from.values + (k + begin) * k;
    while (hit < rows && index[hit] < to->first + to->width)
        hit++;
    for (size_t b = 0; b < hit; b++)
        for (size_t c = 0; c < k; c++)
            nodes->small[b * k + c] = block[b * k + c] * ldl->d[from.first + c];
    nacrei_gemm(false, true, rows, hit, k, 1.0, block, k, nodes->small, k, 0.0, nodes->update, hit);
    for (size_t a = 0; a < rows; a++) {
        double *row = to->values + nodes->place[index[a]] * to->width;
        for (size_t b = 0; b < hit && b <= a; b++)
            row[index[b] - to->first] -= nodes->update[a * hit + b];
    }
    nodes->reached[s] += (uint32_t)hit;
    enlist(ldl, s);
}

/// L D L' of the triangle, with ones on the diagonal; returns the first bad pivot or the width.
static size_t factor_triangle(nacrei_ldl *ldl, const panel_view *p)
{
    size_t w = p->width;
    double column[WIDTH];
    for (size_t j = 0; j < w; j++) {
        double pivot = p->values[j * w + j];
        double sign = ldl->order[p->first + j] < ldl->variables ? 1.0 : -1.0;
        if (!(pivot * sign > 0.0))
            return j;
        ldl->d[p->first + j] = pivot;
        p->values[j * w + j] = 1.0;
        for (size_t r = j + 1; r < w; r++) {
            column[r] = p->values[r * w + j];
            double l = p->values[r * w + j] = column[r] / pivot;
            for (size_t c = j + 1; c <= r; c++)
                p->values[r * w + c] -= l * column[c];
        }
    }
    return w;
}

/// Rows under the triangle: B L'^-1 D^-1.
static void factor_below(nacrei_ldl *ldl, const panel_view *p)
{
    size_t w = p->width, below = p->below;
    double *rows = p->values + w * w, *turned = ldl->nodes.update;
    if (w > 1) {
        for (size_t r = 0; r < below; r++)
            for (size_t j = 0; j < w; j++)
                turned[j * below + r] = rows[r * w + j];
        nacrei_trsm_lower(w, p->values, w, false, below, turned, below);
        for (size_t r = 0; r < below; r++)
            for (size_t j = 0; j < w; j++)
                rows[r * w + j] = turned[j * below + r];
    }
    for (size_t r = 0; r < below; r++)
        for (size_t j = 0; j < w; j++)
            rows[r * w + j] /= ldl->d[p->first + j];
}

static void store_columns(nacrei_ldl *ldl, const panel_view *p)
{
    for (size_t j = 0; j < p->width; j++) {
        double *column = ldl->l_value + ldl->l_start[p->first + j];
        for (size_t r = j + 1; r < p->width + p->below; r++)
            *column++ = p->values[r * p->width + j];
    }
}

size_t nacrei_supernodes_factor(nacrei_ldl *ldl)
{
    nacrei_supernodes *nodes = &ldl->nodes;
    memset(nodes->panel, 0, nodes->panel_start[nodes->count] * sizeof *nodes->panel);
    memset(nodes->head, 0xff, nodes->count * sizeof *nodes->head);
    memset(nodes->reached, 0, nodes->count * sizeof *nodes->reached);
    for (size_t t = 0; t < ldl->start[ldl->n]; t++)
        nodes->panel[nodes->target[t]] += ldl->value[t];
    for (uint32_t s = 0; s < nodes->count; s++) {
        panel_view p = view(ldl, s);
        for (uint32_t r = 0; r < p.width; r++)
            nodes->place[p.first + r] = r;
        for (uint32_t r = 0; r < p.below; r++)
            nodes->place[p.rows[r]] = (uint32_t)p.width + r;
        for (uint32_t from = nodes->head[s], next; from != NONE; from = next) {
            next = nodes->next[from];
            subtract(ldl, from, &p);
        }
        size_t good = factor_triangle(ldl, &p);
        if (good < p.width)
            return p.first + good;
        factor_below(ldl, &p);
        store_columns(ldl, &p);
        enlist(ldl, s);
    }
    return ldl->n;
}
