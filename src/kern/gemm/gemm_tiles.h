// SPDX-License-Identifier: Apache-2.0
// Tiles of a strict product, included by one file per instruction set and type, which says before:
//   REAL, VEC, TAIL       element, vector, and what tells the used lanes of a partial vector
//   LANES                 elements of a vector
//   TILE_ROWS, TILE_VECS  the largest tile: its accumulators, a row of B and an element of A fill
//                         the registers
//   TILE_MOST(vecs)       rows of the tallest tile that is so wide; TILE_TALLEST is the largest of
//   them TILE_LIST(X)          X(rows, vecs) for every tile from 1 x 1 to the largest vec_zero,
//   vec_all, vec_load, vec_store, vec_mul, vec_fma (a b + c), vec_tail, vec_load_tail (zeros behind
//   the tail), vec_store_tail
// A tile keeps its part of C in registers while k runs, so each entry is one chain of fma over k
// ascending whatever the tile's shape: that is what makes all variants agree to the bit.
#ifndef NACREI_KERN_GEMM_TILES_H
#define NACREI_KERN_GEMM_TILES_H

#include <stdbool.h>
#include <stddef.h>

/// A(i, p) is a[i * a_row + p * a_step]; row p of B is b + p * b_step, in whole vectors.
typedef struct tile_job {
    size_t depth;
    const REAL *a;
    size_t a_row, a_step;
    const REAL *b;
    size_t b_step;
    size_t columns; ///< of C; the last vector may be partial
    REAL *raw;      ///< sums between two blocks of k, before alpha and beta
    size_t ld_raw;
    const REAL *below; ///< raw of the tile that follows, or NULL
    bool first, last;  ///< block of k
    REAL alpha, beta;
    REAL *c;
    size_t ldc;
} tile_job;

#if defined(__clang__)
#define TILE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TILE_UNROLL _Pragma("GCC unroll 16")
#endif
#define TILE_INLINE static inline __attribute__((always_inline))
/// Rows of A that one pointer reaches: an address takes a stride 0, 1, 2 or 4 times; a register
/// holds 3.
#define TILE_GROUP 5
#define TILE_GROUPS ((TILE_TALLEST + TILE_GROUP - 1) / TILE_GROUP)

TILE_INLINE VEC tile_load(const REAL *row, size_t v, size_t vecs, size_t columns)
{
    if (v + 1 < vecs || columns == vecs * LANES)
        return vec_load(row + v * LANES);
    return vec_load_tail(row + v * LANES, vec_tail(columns - v * LANES));
}

TILE_INLINE void tile_store(REAL *row, size_t v, size_t vecs, size_t columns, VEC x)
{
    if (v + 1 < vecs || columns == vecs * LANES)
        vec_store(row + v * LANES, x);
    else
        vec_store_tail(row + v * LANES, vec_tail(columns - v * LANES), x);
}

TILE_INLINE void tile_start(const tile_job *t, size_t rows, size_t vecs,
                            VEC acc[TILE_TALLEST][TILE_VECS])
{
    if (t->first) {
        TILE_UNROLL
        for (size_t i = 0; i < rows; i++) {
            TILE_UNROLL
            for (size_t v = 0; v < vecs; v++)
                acc[i][v] = vec_zero();
        }
        return;
    }
    TILE_UNROLL
    for (size_t i = 0; i < rows; i++) {
        TILE_UNROLL
        for (size_t v = 0; v < vecs; v++)
            acc[i][v] = tile_load(t->raw + i * t->ld_raw, v, vecs, t->columns);
    }
}

TILE_INLINE void tile_finish(const tile_job *t, size_t rows, size_t vecs,
                             VEC acc[TILE_TALLEST][TILE_VECS])
{
    const VEC alpha = vec_all(t->alpha), beta = vec_all(t->beta);
    const bool reads_c = t->last && t->beta != (REAL)0;
    REAL *out = t->last ? t->c : t->raw;
    size_t ld = t->last ? t->ldc : t->ld_raw;
    TILE_UNROLL
    for (size_t i = 0; i < rows; i++) {
        TILE_UNROLL
        for (size_t v = 0; v < vecs; v++) {
            VEC x = acc[i][v];
            if (reads_c)
                x = vec_fma(alpha, x, vec_mul(beta, tile_load(out + i * ld, v, vecs, t->columns)));
            else if (t->last)
                x = vec_mul(alpha, x);
            tile_store(out + i * ld, v, vecs, t->columns, x);
        }
    }
}

/// The sums of the tile below are its first need.
TILE_INLINE void tile_prefetch(const tile_job *t, size_t rows, size_t vecs)
{
    if (!t->below)
        return;
    TILE_UNROLL
    for (size_t i = 0; i < rows; i++) {
        TILE_UNROLL
        for (size_t v = 0; v < vecs; v++)
            __builtin_prefetch(t->below + i * t->ld_raw + v * LANES, 1);
    }
}

TILE_INLINE void tile(const tile_job *t, const size_t rows, const size_t vecs)
{
    VEC acc[TILE_TALLEST][TILE_VECS];
    tile_start(t, rows, vecs, acc);
    const REAL *a[TILE_GROUPS];
    const REAL *b = t->b;
    const size_t a_row = t->a_row, a_step = t->a_step, b_step = t->b_step;
    TILE_UNROLL
    for (size_t g = 0; g * TILE_GROUP < rows; g++)
        a[g] = t->a + g * TILE_GROUP * a_row;
    tile_prefetch(t, rows, vecs);
    for (size_t p = t->depth; p; p--) {
        VEC b_row[TILE_VECS];
        TILE_UNROLL
        for (size_t v = 0; v < vecs; v++)
            b_row[v] = vec_load(b + v * LANES);
        TILE_UNROLL
        for (size_t i = 0; i < rows; i++) {
            VEC x = vec_all(a[i / TILE_GROUP][i % TILE_GROUP * a_row]);
            TILE_UNROLL
            for (size_t v = 0; v < vecs; v++)
                acc[i][v] = vec_fma(x, b_row[v], acc[i][v]);
        }
        TILE_UNROLL
        for (size_t g = 0; g * TILE_GROUP < rows; g++)
            a[g] += a_step;
        b += b_step;
    }
    tile_finish(t, rows, vecs, acc);
}

#define TILES_TO_6(X, v) X(1, v) X(2, v) X(3, v) X(4, v) X(5, v) X(6, v)
#define TILES_TO_8(X, v) TILES_TO_6(X, v) X(7, v) X(8, v)
#define TILES_TO_14(X, v) TILES_TO_8(X, v) X(9, v) X(10, v) X(11, v) X(12, v) X(13, v) X(14, v)

#define TILES_TO_16(X, v) TILES_TO_14(X, v) X(15, v) X(16, v)

#define TILE_FUNCTION(rows, vecs)                                                                  \
    static void tile_##rows##x##vecs(const tile_job *t)                                            \
    {                                                                                              \
        tile(t, rows, vecs);                                                                       \
    }
TILE_LIST(TILE_FUNCTION)

static void (*const tiles[TILE_VECS][TILE_TALLEST])(const tile_job *) = {
#define TILE_ENTRY(rows, vecs) [(vecs)-1][(rows)-1] = tile_##rows##x##vecs,
    TILE_LIST(TILE_ENTRY)};

#endif
