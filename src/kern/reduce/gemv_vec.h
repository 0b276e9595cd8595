// SPDX-License-Identifier: Apache-2.0
// The product of a matrix and a vector over the vocabulary of reduce_vec.h, which includes this.
// A row of A is a dot product. With A transposed the lanes of a column are rows of A, so vectors go
// across a panel of columns and each lane of the panel is a row of accumulators in memory.
#ifndef NACREI_KERN_GEMV_VEC_H
#define NACREI_KERN_GEMV_VEC_H

/// Columns of a panel: long pieces of a row suit the prefetchers more than accumulators that fit
/// the first cache (64 KiB).
#define PANEL ((size_t)256)

/// Rows of A that go to a lane at a time, so that its accumulators are loaded and stored once.
#define STEPS ((size_t)4)

/// A row of A into its lane.
REDUCE_INLINE void panel_step(size_t width, const REAL *a, REAL x, REAL *restrict lane)
{
    size_t whole = width / LANES * LANES;
    const VEC factor = vec_all(x);
    for (size_t j = 0; j < whole; j += LANES)
        vec_store(lane + j, vec_fma(vec_load(a + j), factor, vec_load(lane + j)));
    for (size_t j = whole; j < width; j++)
        lane[j] = REAL_FMA(a[j], x, lane[j]);
}

/// The next STEPS rows of a lane, `pitch` apart; their elements of x are ROW apart.
REDUCE_INLINE void panel_steps(size_t width, const REAL *a, size_t pitch, const REAL *x,
                               REAL *restrict lane)
{
    size_t whole = width / LANES * LANES;
    VEC factor[STEPS];
    REDUCE_UNROLL
    for (size_t s = 0; s < STEPS; s++)
        factor[s] = vec_all(x[s * ROW]);
    for (size_t j = 0; j < whole; j += LANES) {
        VEC acc = vec_load(lane + j);
        REDUCE_UNROLL
        for (size_t s = 0; s < STEPS; s++)
            acc = vec_fma(vec_load(a + s * pitch + j), factor[s], acc);
        vec_store(lane + j, acc);
    }
    for (size_t j = whole; j < width; j++) {
        for (size_t s = 0; s < STEPS; s++)
            lane[j] = REAL_FMA(a[s * pitch + j], x[s * ROW], lane[j]);
    }
}

/// Lane sums of `width` columns over up to a block of rows. Inline with a constant width, because a
/// full panel has no tail.
REDUCE_INLINE void panel_block(size_t rows, size_t width, const REAL *a, size_t lda, const REAL *x,
                               REAL *restrict out)
{
    _Alignas(64) REAL lanes[ROW * PANEL];
    const size_t span = (width + LANES - 1) / LANES * LANES; // of a lane
    memset(lanes, 0, ROW * span * sizeof *lanes);
    size_t start = 0;
    for (; rows - start >= STEPS * ROW; start += STEPS * ROW) {
        for (size_t i = 0; i < ROW; i++)
            panel_steps(width, a + (start + i) * lda, ROW * lda, x + start + i, lanes + i * span);
    }
    for (size_t i = start; i < rows; i++)
        panel_step(width, a + i * lda, x[i], lanes + i % ROW * span);
    // The row that is filled up: -0 from an underflow becomes +0.
    for (size_t i = (rows + ROW - 1) % ROW + 1; i < ROW * (rows != 0); i++) {
        for (size_t j = 0; j < span; j++)
            lanes[i * span + j] += 0;
    }
    for (size_t half = ROW / 2; half; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            const REAL *pair = lanes + 2 * i * span;
            for (size_t j = 0; j < span; j += LANES)
                vec_store(lanes + i * span + j,
                          vec_add(vec_load(pair + j), vec_load(pair + span + j)));
        }
    }
    memcpy(out, lanes, width * sizeof *out);
}

/// out = A'x of a panel, before alpha and beta.
static void panel_sums(size_t rows, size_t width, const REAL *a, size_t lda, const REAL *x,
                       REAL *restrict out)
{
    if (rows <= BLOCK) {
        if (width == PANEL)
            panel_block(rows, PANEL, a, lda, x, out);
        else
            panel_block(rows, width, a, lda, x, out);
        return;
    }
    REAL right[PANEL];
    size_t left = nacrei_reduce_left(rows, BLOCK);
    panel_sums(left, width, a, lda, x, out);
    panel_sums(rows - left, width, a + left * lda, lda, x + left, right);
    for (size_t j = 0; j < width; j++)
        out[j] += right[j];
}

static REAL finish(REAL alpha, REAL acc, REAL beta, const REAL *y)
{
    return beta == 0 ? alpha * acc : REAL_FMA(alpha, acc, beta * *y);
}

void KERNEL(gemv)(bool transpose, size_t m, size_t n, REAL alpha, const REAL *a, size_t lda,
                  const REAL *x, REAL beta, REAL *y)
{
    if (!transpose) {
        for (size_t i = 0; i < m; i++) {
            y[i] = finish(alpha, KERNEL(dot)(n, a, x), beta, y + i);
            if (n && i + 1 < m)
                a += lda;
        }
        return;
    }
    for (size_t j = 0; j < n; j += PANEL) {
        REAL sums[PANEL];
        size_t width = n - j < PANEL ? n - j : PANEL;
        panel_sums(m, width, m ? a + j : a, lda, x, sums);
        for (size_t c = 0; c < width; c++)
            y[j + c] = finish(alpha, sums[c], beta, y + j + c);
    }
}

#endif
