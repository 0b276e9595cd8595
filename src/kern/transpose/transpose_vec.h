// SPDX-License-Identifier: Apache-2.0
// Transposition over vectors of any width, included by one file per instruction set and type, which
// says before:
//   KERNEL               the symbol
//   REAL, VEC, LANES     element, vector, its elements
//   vec_load, vec_store
//   vec_stream, vec_streamed   a store past the caches, to an aligned address; makes them visible
//   square(VEC r[LANES]) transposes LANES x LANES in registers
// A unit is as many rows and columns as a cache line has elements. It is transposed into a buffer
// and leaves as whole lines, so rows of B whose addresses agree modulo 4096 do not evict each
// other's halves. A large B is written past the caches, which would only read it first.
#ifndef NACREI_KERN_TRANSPOSE_VEC_H
#define NACREI_KERN_TRANSPOSE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LINE_BYTES ((size_t)64)
#define UNIT (LINE_BYTES / sizeof(REAL))
/// Columns of A in a block, which are the rows of B that are written side by side.
#define BLOCK_COLUMNS (4 * UNIT)
/// Rows of A in a block: as many pages as the second level of address translation holds easily.
#define BLOCK_ROWS (32 * UNIT)
/// A smaller B is likely to be read again soon.
#define STREAM_BYTES ((size_t)8 << 20)

#define TRANSPOSE_INLINE static inline __attribute__((always_inline))
#if defined(__clang__)
#define TRANSPOSE_UNROLL _Pragma("clang loop unroll(full)")
#else
#define TRANSPOSE_UNROLL _Pragma("GCC unroll 16")
#endif

/// A full unit; `streams`: b and its rows are aligned to lines.
TRANSPOSE_INLINE void move_unit(const REAL *a, size_t lda, REAL *b, size_t ldb, bool streams)
{
    _Alignas(64) REAL lines[UNIT * UNIT];
    for (size_t i = 0; i < UNIT; i += LANES) {
        for (size_t j = 0; j < UNIT; j += LANES) {
            VEC r[LANES];
            TRANSPOSE_UNROLL
            for (size_t k = 0; k < LANES; k++)
                r[k] = vec_load(a + (i + k) * lda + j);
            square(r);
            TRANSPOSE_UNROLL
            for (size_t k = 0; k < LANES; k++)
                vec_store(lines + (j + k) * UNIT + i, r[k]);
        }
    }
    for (size_t j = 0; j < UNIT; j++) {
        TRANSPOSE_UNROLL
        for (size_t v = 0; v < UNIT; v += LANES) {
            VEC x = vec_load(lines + j * UNIT + v);
            if (streams)
                vec_stream(b + j * ldb + v, x);
            else
                vec_store(b + j * ldb + v, x);
        }
    }
}

static void move_edge(size_t rows, size_t columns, const REAL *a, size_t lda, REAL *b, size_t ldb)
{
    for (size_t j = 0; j < columns; j++) {
        for (size_t i = 0; i < rows; i++)
            b[j * ldb + i] = a[i * lda + j];
    }
}

/// UNIT rows of up to a block's columns; the rows below are fetched meanwhile, because prefetchers
/// do not follow so short pieces.
static void move_strip(size_t columns, const REAL *a, size_t lda, REAL *b, size_t ldb,
                       bool rows_below, bool streams)
{
    size_t j = 0;
    for (; columns - j >= UNIT; j += UNIT) {
        for (size_t i = 0; i < UNIT && rows_below; i++)
            __builtin_prefetch(a + (UNIT + i) * lda + j);
        if (streams)
            move_unit(a + j, lda, b + j * ldb, ldb, true);
        else
            move_unit(a + j, lda, b + j * ldb, ldb, false);
    }
    if (j < columns)
        move_edge(UNIT, columns - j, a + j, lda, b + j * ldb, ldb);
}

static void move_block(size_t rows, size_t columns, const REAL *a, size_t lda, REAL *b, size_t ldb,
                       bool streams)
{
    size_t i = 0;
    for (; rows - i >= UNIT; i += UNIT)
        move_strip(columns, a + i * lda, lda, b + i, ldb, rows - i >= 2 * UNIT, streams);
    if (i < rows)
        move_edge(rows - i, columns, a + i * lda, lda, b + i, ldb);
}

void KERNEL(size_t m, size_t n, const REAL *a, size_t lda, REAL *b, size_t ldb)
{
    if (m == 0 || n == 0)
        return;
    bool streams = m * n * sizeof *b >= STREAM_BYTES && ldb % UNIT == 0;
    size_t i = 0;
    if (streams) { // up to where lines of B begin
        size_t ahead = (LINE_BYTES - (uintptr_t)b % LINE_BYTES) % LINE_BYTES / sizeof *b;
        i = ahead < m ? ahead : m;
        move_edge(i, n, a, lda, b, ldb);
    }
    while (i < m) {
        size_t rows = m - i < BLOCK_ROWS ? m - i : BLOCK_ROWS;
        for (size_t j = 0; j < n; j += BLOCK_COLUMNS) {
            size_t columns = n - j < BLOCK_COLUMNS ? n - j : BLOCK_COLUMNS;
            move_block(rows, columns, a + i * lda + j, lda, b + j * ldb + i, ldb, streams);
        }
        i += rows;
    }
    if (streams)
        vec_streamed();
}

#endif
