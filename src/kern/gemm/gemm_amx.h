// SPDX-License-Identifier: Apache-2.0
// f32 products on Intel's matrix unit (AMX), which multiplies bf16 and sums in f32. Every number is
// split into PARTS bf16 terms of 8 bits each, x = x0 + x1 (+ x2), and the products of terms that
// matter are summed: 3 of 4 for two terms, 6 of 9 for three. The file that includes this says
//   KERNEL    the symbol
//   PARTS     2 or 3
//   DEPTH     k of a block: two panels stream from the second cache
//   TILE_SUM  0: tiles sum over all of a slab's k; 1: over a block, and blocks add up in f32
//
// Blocking (measured, docs/measurements/log.md): a panel of A is 32 rows, of B 32 columns; a block
// of C of 256 x 256 waits in scratch as 1 KiB tiles, because the caller's rows lie a page apart.
// Prefetching the next tile of C pays, prefetching A costs a quarter of the rate.
//
// Infinity is split into infinity and NaN: where A or B is not finite, C is not, mostly NaN. Terms
// below the smallest normal number count as 0, which is underflow.
#ifndef NACREI_KERN_GEMM_AMX_H
#define NACREI_KERN_GEMM_AMX_H

#include "kern/gemm/gemm_amx_tiles.h"
#include "kern/variants.h"

#include <immintrin.h>

#define SIDE ((size_t)32)      ///< rows of a panel of A, columns of a panel of B
#define STEP ((size_t)32)      ///< k of a tile
#define TERM ((size_t)32 * 32) ///< elements of one term of a panel's step
#define GROUP (PARTS * TERM)   ///< elements of a panel's step
#define BLOCK_ROWS ((size_t)256)
#define BLOCK_COLUMNS ((size_t)256)
#define SLAB_DEPTH ((size_t)2048)          ///< k that is packed at a time
#define SLAB_COLUMNS ((size_t)2048)        ///< columns of B that are packed at a time
#define TILES (BLOCK_ROWS * BLOCK_COLUMNS) ///< elements of a block of C
#define CACHE_LINE ((size_t)64)

typedef struct product {
    bool ta, tb;
    size_t m, n, k;
    float alpha, beta;
    const float *a, *b;
    float *c;
    size_t lda, ldb, ldc;
} product;

/// Packed operands lie as [block of DEPTH][panel][step][term][1024].
typedef struct workspace {
    uint16_t *a, *b;
    float *tiles; ///< of a block of C
} workspace;

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t parts_of(size_t count, size_t most)
{
    return (count + most - 1) / most;
}

static __mmask16 first_lanes(size_t count)
{
    return (__mmask16)(count >= 16 ? 0xffffu : (1u << count) - 1);
}

/// The nearest bf16 of every lane, as bits (ties to even; subnormal as 0, NaN as NaN).
static inline __m256i to_bf16(__m512 x)
{
    return (__m256i)_mm512_cvtneps_pbh(x);
}

static inline __m512i widen(__m256i bf16)
{
    return _mm512_cvtepu16_epi32(bf16);
}

/// x less a term of it.
static inline __m512 rest(__m512 x, __m512i term)
{
    return _mm512_sub_ps(x, _mm512_castsi512_ps(_mm512_slli_epi32(term, 16)));
}

/// The first `lanes` of 16 floats that lie `ld` apart, zero beyond.
static inline __m512 gather_lanes(const float *from, size_t ld, size_t lanes)
{
    float x[16] = {0};
    for (size_t lane = 0; lane < lanes && lane < 16; lane++)
        x[lane] = from[lane * ld];
    return _mm512_loadu_ps(x);
}

/// 16 values of k of a row.
static inline void pack_a_lanes(__m512 x, uint16_t *out)
{
    for (size_t part = 0; part < PARTS; part++) {
        __m256i term = to_bf16(x);
        _mm256_storeu_si256((__m256i *)(void *)(out + part * TERM), term);
        x = rest(x, widen(term));
    }
}

/// Rows of op(A) from `row`, `rows` of them, k from k0 to k0 + depth, into panels.
static void pack_a(const product *p, size_t row, size_t rows, size_t k0, size_t depth,
                   uint16_t *out)
{
    size_t panels = parts_of(rows, SIDE), steps = parts_of(depth, STEP);
    for (size_t i = 0; i < panels * SIDE; i++) {
        for (size_t half = 0; half < 2 * steps; half++) {
            size_t at = half * 16, begin = at / DEPTH * DEPTH;
            size_t inner = parts_of(least(depth - begin, DEPTH), STEP);
            uint16_t *to = out + begin / STEP * panels * GROUP +
                           (i / SIDE * inner + (at - begin) / STEP) * GROUP + i % SIDE * 32 +
                           at % STEP;
            __m512 x = _mm512_setzero_ps();
            size_t left = at < depth ? depth - at : 0;
            if (i < rows && left && !p->ta) {
                x = _mm512_maskz_loadu_ps(first_lanes(left), p->a + (row + i) * p->lda + k0 + at);
            } else if (i < rows && left) {
                x = gather_lanes(p->a + (k0 + at) * p->lda + row + i, p->lda, left);
            }
            pack_a_lanes(x, to);
        }
    }
}

/// 16 columns of a pair of k.
static inline void pack_b_lanes(__m512 even, __m512 odd, uint16_t *out)
{
    for (size_t part = 0; part < PARTS; part++) {
        __m512i x = widen(to_bf16(even)), y = widen(to_bf16(odd));
        _mm512_storeu_si512(out + part * TERM, _mm512_or_si512(x, _mm512_slli_epi32(y, 16)));
        even = rest(even, x);
        odd = rest(odd, y);
    }
}

/// 16 columns of op(B) from column j at k, zero beyond `columns` and `depth`.
static inline __m512 load_b(const product *p, size_t j, size_t columns, size_t k, bool inside)
{
    if (!inside || !columns)
        return _mm512_setzero_ps();
    if (!p->tb)
        return _mm512_maskz_loadu_ps(first_lanes(columns), p->b + k * p->ldb + j);
    return gather_lanes(p->b + j * p->ldb + k, p->ldb, columns);
}

/// Columns of op(B) from `column`, `columns` of them, k from k0 to k0 + depth, into panels; rows
/// are swept, because their elements are neighbours.
static void pack_b(const product *p, size_t column, size_t columns, size_t k0, size_t depth,
                   uint16_t *out)
{
    size_t panels = parts_of(columns, SIDE);
    for (size_t at = 0; at < parts_of(depth, STEP) * STEP; at += 2) {
        size_t begin = at / DEPTH * DEPTH;
        size_t inner = parts_of(least(depth - begin, DEPTH), STEP);
        uint16_t *to =
            out + begin / STEP * panels * GROUP + (at - begin) / STEP * GROUP + at % STEP / 2 * 32;
        for (size_t j = 0; j < panels * SIDE; j += 16) {
            size_t left = j < columns ? columns - j : 0;
            __m512 even = load_b(p, column + j, left, k0 + at, at < depth);
            __m512 odd = load_b(p, column + j, left, k0 + at + 1, at + 1 < depth);
            pack_b_lanes(even, odd, to + j / SIDE * inner * GROUP + j % SIDE / 16 * (TERM / 2));
        }
    }
}

#define A_UPPER(part) tile_load(4, a + (part)*TERM)
#define A_LOWER(part) tile_load(5, a + (part)*TERM + TERM / 2)
#define B_LEFT(part) tile_load(6, b + (part)*TERM)
#define B_RIGHT(part) tile_load(7, b + (part)*TERM + TERM / 2)
// Four products of two tiles each; a load stands as early as its tile is free.
#define DOTS(after_0, after_1, after_2)                                                            \
    tile_dot(0, 4, 6);                                                                             \
    tile_dot(1, 4, 7);                                                                             \
    after_0;                                                                                       \
    tile_dot(2, 5, 6);                                                                             \
    after_1;                                                                                       \
    tile_dot(3, 5, 7);                                                                             \
    after_2
#define NOTHING (void)0

/// A 32 x 32 tile of C, as four tiles of 1 KiB, from `steps` steps of two panels; small terms
/// first.
static __attribute__((noinline)) void multiply_panels(size_t steps, const uint16_t *a,
                                                      const uint16_t *b, float *c, bool first,
                                                      const float *next)
{
    if (first) {
        tile_zero(0);
        tile_zero(1);
        tile_zero(2);
        tile_zero(3);
    } else {
        tile_load(0, c);
        tile_load(1, c + 256);
        tile_load(2, c + 512);
        tile_load(3, c + 768);
    }
    for (size_t line = 0; line < 4 * 16; line++)
        _mm_prefetch((const char *)next + line * CACHE_LINE, _MM_HINT_T0);
    for (size_t step = 0; step < steps; step++, a += GROUP, b += GROUP) {
        A_UPPER(PARTS - 1);
        B_LEFT(0);
        B_RIGHT(0);
        A_LOWER(PARTS - 1);
#if PARTS == 3
        DOTS(A_UPPER(1), NOTHING, A_LOWER(1)); // 2 0
        DOTS(NOTHING, B_LEFT(1), B_RIGHT(1));  // 1 0
        DOTS(A_UPPER(0), NOTHING, A_LOWER(0)); // 1 1
        DOTS(NOTHING, B_LEFT(2), B_RIGHT(2));  // 0 1
        DOTS(NOTHING, B_LEFT(0), B_RIGHT(0));  // 0 2
#else
        DOTS(A_UPPER(0), NOTHING, A_LOWER(0)); // 1 0
        DOTS(NOTHING, B_LEFT(1), B_RIGHT(1));  // 0 0
#endif
        DOTS(NOTHING, NOTHING, NOTHING);
    }
    tile_store(0, c);
    tile_store(1, c + 256);
    tile_store(2, c + 512);
    tile_store(3, c + 768);
}

/// Adds the product of two panels to a tile of C. @param spare  room for another tile
static void add_panels(size_t steps, const uint16_t *a, const uint16_t *b, float *tile, bool first,
                       float *spare)
{
#if TILE_SUM
    multiply_panels(steps, a, b, first ? tile : spare, true, tile);
    for (size_t e = 0; !first && e < TERM; e += 16)
        _mm512_storeu_ps(tile + e,
                         _mm512_add_ps(_mm512_loadu_ps(tile + e), _mm512_loadu_ps(spare + e)));
#else
    (void)spare;
    multiply_panels(steps, a, b, tile, first, tile + TERM);
#endif
}

/// The raw sums of a block of C over one slab of k; the block begins at panel `first_panel` of the
/// slab's `b_panels`.
static void multiply_block(const workspace *work, size_t first_panel, size_t b_panels, size_t rows,
                           size_t columns, size_t depth)
{
    size_t a_panels = parts_of(rows, SIDE), c_panels = parts_of(columns, SIDE);
    for (size_t begin = 0; begin < depth; begin += DEPTH) {
        size_t panel = parts_of(least(depth - begin, DEPTH), STEP) * GROUP;
        const uint16_t *a = work->a + begin / STEP * a_panels * GROUP;
        const uint16_t *b = work->b + begin / STEP * b_panels * GROUP + first_panel * panel;
        for (size_t j = 0; j < c_panels; j++) {
            for (size_t i = 0; i < a_panels; i++)
                add_panels(panel / GROUP, a + i * panel, b + j * panel,
                           work->tiles + (j * a_panels + i) * TERM, begin == 0,
                           work->tiles + TILES);
        }
    }
}

/// C = alpha sums + beta C for a block; `later` slabs of k add to what the first left.
static void finish_block(const product *p, const workspace *work, size_t row, size_t rows,
                         size_t column, size_t columns, bool later)
{
    size_t a_panels = parts_of(rows, SIDE);
    __m512 alpha = _mm512_set1_ps(p->alpha), beta = _mm512_set1_ps(later ? 1.0f : p->beta);
    bool add = later || p->beta != 0.0f;
    for (size_t i = 0; i < rows; i++) {
        float *out = p->c + (row + i) * p->ldc + column;
        const float *in = work->tiles + i / SIDE * TERM + i % SIDE / 16 * 512 + i % 16 * 16;
        for (size_t j = 0; j < columns; j += 16) {
            __mmask16 lanes = first_lanes(columns - j);
            __m512 x = _mm512_mul_ps(
                alpha, _mm512_loadu_ps(in + j / SIDE * a_panels * TERM + j % SIDE / 16 * 256));
            if (add)
                x = _mm512_fmadd_ps(beta, _mm512_maskz_loadu_ps(lanes, out + j), x);
            _mm512_mask_storeu_ps(out + j, lanes, x);
        }
    }
}

static void multiply_slab(const product *p, const workspace *work, size_t column, size_t columns,
                          size_t k0, size_t depth)
{
    pack_b(p, column, columns, k0, depth, work->b);
    for (size_t i = 0; i < p->m; i += BLOCK_ROWS) {
        size_t rows = least(p->m - i, BLOCK_ROWS);
        pack_a(p, i, rows, k0, depth, work->a);
        for (size_t j = 0; j < columns; j += BLOCK_COLUMNS) {
            size_t width = least(columns - j, BLOCK_COLUMNS);
            multiply_block(work, j / SIDE, parts_of(columns, SIDE), rows, width, depth);
            finish_block(p, work, i, rows, column + j, width, k0 > 0);
        }
    }
}

static void scale(const product *p)
{
    for (size_t i = 0; i < p->m; i++)
        for (size_t j = 0; j < p->n; j++) {
            float *out = p->c + i * p->ldc + j;
            *out = p->beta == 0.0f ? 0.0f : p->beta * *out;
        }
}

size_t KERNEL(bool ta, bool tb, size_t m, size_t n, size_t k, float alpha, const float *a,
              size_t lda, const float *b, size_t ldb, float beta, float *c, size_t ldc,
              void *scratch, size_t scratch_bytes)
{
    const product p = {ta, tb, m, n, k, alpha, beta, a, b, c, lda, ldb, ldc};
    if (m == 0 || n == 0 || k == 0) {
        if (scratch)
            scale(&p);
        return 0;
    }
    size_t steps = parts_of(least(k, SLAB_DEPTH), STEP);
    size_t a_bytes = parts_of(least(m, BLOCK_ROWS), SIDE) * steps * GROUP * sizeof(uint16_t);
    size_t b_bytes = parts_of(least(n, SLAB_COLUMNS), SIDE) * steps * GROUP * sizeof(uint16_t);
    size_t need = a_bytes + b_bytes + (TILES + TERM) * sizeof(float) + CACHE_LINE;
    if (!scratch || scratch_bytes < need)
        return need;
    unsigned char *start = scratch;
    start += (CACHE_LINE - (uintptr_t)start % CACHE_LINE) % CACHE_LINE;
    const workspace work = {
        (uint16_t *)(void *)start,
        (uint16_t *)(void *)(start + a_bytes),
        (float *)(void *)(start + a_bytes + b_bytes),
    };
    tiles_begin();
    for (size_t column = 0; column < n; column += SLAB_COLUMNS)
        for (size_t k0 = 0; k0 < k; k0 += SLAB_DEPTH)
            multiply_slab(&p, &work, column, least(n - column, SLAB_COLUMNS), k0,
                          least(k - k0, SLAB_DEPTH));
    tiles_end();
    return 0;
}

#endif
