// SPDX-License-Identifier: Apache-2.0
// The product of a matrix and a vector over the vocabulary of reduce_vec.h, which includes this.
// A row of A is a dot product. With A transposed the lanes of a column are rows of A, so vectors go
// across a panel of columns and each lane of the panel is a row of accumulators in the first cache;
// rows of A are read in order.
#ifndef NACREI_KERN_GEMV_VEC_H
#define NACREI_KERN_GEMV_VEC_H

/// Columns of a panel: its accumulators take a third of the first cache.
#define PANEL ((size_t)64)

/// Lane sums of `width` columns over up to a block of rows. Inline with a constant width, because a
/// full panel has no tail.
REDUCE_INLINE void panel_block(size_t rows, size_t width, const REAL *a, size_t lda, const REAL *x,
                               REAL *restrict out)
{
    _Alignas(64) REAL lanes[ROW * PANEL];
    size_t whole = width / LANES * LANES;
    memset(lanes, 0, sizeof lanes);
    for (size_t i = 0; i < rows; i++, a += lda) {
        REAL *lane = lanes + i % ROW * PANEL;
        const VEC factor = vec_all(x[i]);
        REDUCE_UNROLL
        for (size_t j = 0; j < whole; j += LANES)
            vec_store(lane + j, vec_fma(vec_load(a + j), factor, vec_load(lane + j)));
        for (size_t j = whole; j < width; j++)
            lane[j] = REAL_FMA(a[j], x[i], lane[j]);
    }
    // The row that is filled up: -0 from an underflow becomes +0.
    for (size_t i = (rows + ROW - 1) % ROW + 1; i < ROW * (rows != 0); i++) {
        for (size_t j = 0; j < PANEL; j++)
            lanes[i * PANEL + j] += 0;
    }
    for (size_t half = ROW / 2; half; half /= 2) {
        for (size_t i = 0; i < half; i++) {
            const REAL *pair = lanes + 2 * i * PANEL;
            for (size_t j = 0; j < PANEL; j += LANES)
                vec_store(lanes + i * PANEL + j,
                          vec_add(vec_load(pair + j), vec_load(pair + PANEL + j)));
        }
    }
    memcpy(out, lanes, PANEL * sizeof *out);
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
    for (size_t j = 0; j < PANEL; j++)
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
