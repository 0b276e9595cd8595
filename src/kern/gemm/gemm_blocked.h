// SPDX-License-Identifier: Apache-2.0
// The loops around the tiles, included like gemm_tiles.h. The file says, beside what stands there:
//   KERNEL           the symbol
//   BLOCK_DEPTH      k of a block: few blocks mean few passes over the raw sums
//   BLOCK_ROWS       rows of a packed block of A: it stays in the second cache
//   BLOCK_COLUMNS    columns of a packed block of B
//   SLAB_ROWS        rows whose raw sums wait in scratch at a time
//   DIRECT_PRODUCT   up to this m n k and this m n, A and B are read where they lie
//
// alpha and beta apply to the finished sum only, so between blocks of k the raw sums wait: in C
// itself when beta is 0 (its old contents are not needed), else in scratch.
#ifndef NACREI_KERN_GEMM_BLOCKED_H
#define NACREI_KERN_GEMM_BLOCKED_H

#include "kern/gemm/gemm_tiles.h"

#include <stdint.h>

#define PANEL (TILE_VECS * LANES)
#define CACHE_LINE 64
/// Steps of k that are packed at a time: what is read and written meanwhile stays in the first
/// cache.
#define PACK_DEPTH ((size_t)8)

/// op(A) and op(B) as strided views: rows of A `a_row` apart, its columns `a_step`.
typedef struct product {
    size_t m, n, k;
    REAL alpha, beta;
    const REAL *a;
    size_t a_row, a_step;
    const REAL *b;
    size_t b_step, b_column;
    REAL *c;
    size_t ldc;
} product;

typedef struct workspace {
    REAL *a, *b, *raw;
    size_t ld_raw;
} workspace;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t round_up(size_t count, size_t unit)
{
    return (count + unit - 1) / unit * unit;
}

/// Start of part `index` of `parts` nearly equal ones.
static size_t part_start(size_t count, size_t parts, size_t index)
{
    return count / parts * index + least(index, count % parts);
}

static size_t parts_of(size_t count, size_t most)
{
    return (count + most - 1) / most;
}

/// dst[p * pitch + i] = src[i * across + p * along]; with across == 1 whole vectors are written, so
/// up to LANES - 1 elements behind the last are overwritten, and the pitch's rest is zero.
static void pack(REAL *dst, size_t pitch, size_t width, size_t depth, const REAL *src,
                 size_t across, size_t along)
{
    if (across == 1) {
        TAIL tail = vec_tail(width % LANES);
        for (size_t p = 0; p < depth; p++, src += along, dst += pitch) {
            size_t i = 0;
            for (; width - i >= LANES; i += LANES)
                vec_store(dst + i, vec_load(src + i));
            if (i < width)
                vec_store(dst + i, vec_load_tail(src + i, tail));
        }
        return;
    }
    for (size_t i = 0; i < width; i++) {
        const REAL *from = src + i * across;
        for (size_t p = 0; p < depth; p++)
            dst[p * pitch + i] = from[p * along];
    }
    for (size_t i = width; i < pitch; i++) {
        for (size_t p = 0; p < depth; p++)
            dst[p * pitch + i] = (REAL)0;
    }
}

/// Panels of TILE_ROWS rows or fewer, one behind the other.
static void pack_a(REAL *dst, size_t rows, size_t depth, const REAL *a, size_t a_row, size_t a_step)
{
    size_t parts = parts_of(rows, TILE_ROWS);
    for (size_t t = 0; t < parts; t++) {
        size_t i = part_start(rows, parts, t), height = part_start(rows, parts, t + 1) - i;
        for (size_t p = 0; p < depth; p += PACK_DEPTH)
            pack(dst + i * depth + p * height, height, height, least(PACK_DEPTH, depth - p),
                 a + i * a_row + p * a_step, a_row, a_step);
    }
}

/// Panels of PANEL columns; the last one is filled up to whole vectors.
static void pack_b(REAL *dst, size_t columns, size_t depth, const REAL *b, size_t b_step,
                   size_t b_column)
{
    for (size_t p = 0; p < depth; p += PACK_DEPTH) {
        for (size_t j = 0; j < columns; j += PANEL) {
            size_t width = least(PANEL, columns - j), pitch = round_up(width, LANES);
            pack(dst + j * depth + p * pitch, pitch, width, least(PACK_DEPTH, depth - p),
                 b + j * b_column + p * b_step, b_column, b_step);
        }
    }
}

/// All tiles of `rows` rows in one panel of B. Packed panels of A lie one behind the other.
static void sweep_rows(tile_job *t, size_t rows, bool packed)
{
    size_t vecs = parts_of(t->columns, LANES);
    size_t parts = parts_of(rows, packed ? TILE_ROWS : TILE_MOST(vecs));
    size_t height = rows / parts, taller = rows % parts; // the first parts have a row more
    for (size_t part = 0; part < parts; part++) {
        size_t here = height + (part < taller);
        if (packed)
            t->a_step = here;
        t->below = part + 1 < parts ? t->raw + here * t->ld_raw : NULL;
        tiles[vecs - 1][here - 1](t);
        t->a += here * (packed ? t->depth : t->a_row);
        t->raw += here * t->ld_raw;
        t->c += here * t->ldc;
    }
}

/// One block of k, A and B read in place but for a partial last vector of B, which is packed.
static void direct(const product *x, REAL *tail)
{
    size_t whole = x->n / LANES * LANES;
    if (whole < x->n)
        pack(tail, LANES, x->n - whole, x->k, x->b + whole, 1, x->b_step);
    for (size_t j = 0; j < x->n;) {
        size_t width = j < whole ? least(PANEL, whole - j) : x->n - whole;
        tile_job t = {
            .depth = x->k,
            .a = x->a,
            .a_row = x->a_row,
            .a_step = x->a_step,
            .b = j < whole ? x->b + j : tail,
            .b_step = j < whole ? x->b_step : LANES,
            .columns = width,
            .first = true,
            .last = true,
            .alpha = x->alpha,
            .beta = x->beta,
            .raw = x->c + j,
            .ld_raw = x->ldc,
            .c = x->c + j,
            .ldc = x->ldc,
        };
        sweep_rows(&t, x->m, false);
        j += width;
    }
}

/// Rows [i0, i1) of the block (columns from j0, k from p0) whose B is packed.
static void block_rows(const product *x, const workspace *w, size_t i0, size_t i1, size_t j0,
                       size_t columns, size_t p0, size_t depth)
{
    pack_a(w->a, i1 - i0, depth, x->a + i0 * x->a_row + p0 * x->a_step, x->a_row, x->a_step);
    for (size_t j = 0; j < columns; j += PANEL) {
        REAL *c = x->c + i0 * x->ldc + j0 + j;
        tile_job t = {
            .depth = depth,
            .a = w->a,
            .a_row = 1,
            .b = w->b + j * depth,
            .columns = least(PANEL, columns - j),
            .first = p0 == 0,
            .last = p0 + depth == x->k,
            .alpha = x->alpha,
            .beta = x->beta,
            .raw = w->raw ? w->raw + i0 * w->ld_raw + j : c,
            .ld_raw = w->raw ? w->ld_raw : x->ldc,
            .c = c,
            .ldc = x->ldc,
        };
        t.b_step = round_up(t.columns, LANES);
        sweep_rows(&t, i1 - i0, true);
    }
}

static void blocked(const product *x, const workspace *w)
{
    size_t k_parts = parts_of(x->k ? x->k : 1, BLOCK_DEPTH), m_parts = parts_of(x->m, BLOCK_ROWS);
    for (size_t j = 0; j < x->n; j += BLOCK_COLUMNS) {
        size_t columns = least(BLOCK_COLUMNS, x->n - j);
        for (size_t p = 0; p < k_parts; p++) {
            size_t p0 = part_start(x->k, k_parts, p);
            size_t depth = part_start(x->k, k_parts, p + 1) - p0;
            pack_b(w->b, columns, depth, x->b + p0 * x->b_step + j * x->b_column, x->b_step,
                   x->b_column);
            for (size_t i = 0; i < m_parts; i++)
                block_rows(x, w, part_start(x->m, m_parts, i), part_start(x->m, m_parts, i + 1), j,
                           columns, p0, depth);
        }
    }
}

/// Places the workspace of a product of at most `rows` rows; returns its bytes.
static size_t lay_out(const product *x, size_t rows, bool waits, workspace *w, void *scratch)
{
    size_t depth = least(x->k, BLOCK_DEPTH);
    size_t columns = round_up(least(x->n, BLOCK_COLUMNS), LANES);
    size_t a = round_up(least(rows, BLOCK_ROWS) * depth + LANES, LANES);
    size_t b = columns * depth;
    size_t raw = waits ? rows * columns : 0;
    if (scratch) {
        w->a = (REAL *)(((uintptr_t)scratch + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
        w->b = w->a + a;
        w->raw = waits ? w->b + b : NULL;
        w->ld_raw = columns;
    }
    return (a + b + raw) * sizeof(REAL) + CACHE_LINE;
}

/// In slabs of rows where sums wait in scratch, so that its size has a bound.
static size_t by_blocks(product x, void *scratch, size_t bytes)
{
    bool waits = x.beta != (REAL)0 && x.k > BLOCK_DEPTH;
    size_t slab = waits ? least(x.m, SLAB_ROWS) : x.m, m = x.m;
    workspace w;
    size_t needed = lay_out(&x, slab, waits, &w, scratch);
    if (!scratch || bytes < needed)
        return needed;
    for (size_t i = 0; i < m; i += slab) {
        x.m = least(slab, m - i);
        blocked(&x, &w);
        x.a += slab * x.a_row;
        x.c += slab * x.ldc;
    }
    return 0;
}

static size_t in_place(const product *x, void *scratch, size_t bytes)
{
    size_t needed = x->n % LANES ? x->k * LANES * sizeof(REAL) : 0;
    if (!scratch || bytes < needed)
        return needed;
    direct(x, scratch);
    return 0;
}

size_t KERNEL(bool ta, bool tb, size_t m, size_t n, size_t k, REAL alpha, const REAL *a, size_t lda,
              const REAL *b, size_t ldb, REAL beta, REAL *c, size_t ldc, void *scratch,
              size_t scratch_bytes)
{
    if (m == 0 || n == 0)
        return 0;
    product x = {
        .m = m,
        .n = n,
        .k = k,
        .alpha = alpha,
        .beta = beta,
        .a = k ? a : c, // without elements A and B may be NULL
        .a_row = ta ? 1 : lda,
        .a_step = ta ? lda : 1,
        .b = k ? b : c,
        .b_step = tb ? 1 : ldb,
        .b_column = tb ? ldb : 1,
        .c = c,
        .ldc = ldc,
    };
    bool small = k <= BLOCK_DEPTH && m * n <= DIRECT_PRODUCT && m * n * k <= DIRECT_PRODUCT;
    return small && !tb ? in_place(&x, scratch, scratch_bytes)
                        : by_blocks(x, scratch, scratch_bytes);
}

#endif
