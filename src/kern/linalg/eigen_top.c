// SPDX-License-Identifier: Apache-2.0
// The largest eigenpairs of a symmetric matrix by a block Krylov space with thick restarts (Golub,
// Underwood 1977; Wu, Simon 2000). A Krylov space does not change when a multiple of the identity
// is added, so the largest values are found by value, of either sign, without a shift. Basis
// vectors are rows, as the eigenvectors of linalg.h are, and their images under A stay beside
// them: a Ritz problem then costs no product with A. What is handed out has been measured with a
// product of its own; where that fails within the bound, the full solver answers.
#include "kern/linalg/linalg.h"

#include "kern/philox.h"

#include <float.h>
#include <math.h>
#include <string.h>

/// Vectors of a block beyond those asked for: the gap that counts is that to the next one outside.
#define OVERSAMPLING ((size_t)8)
/// Blocks of the basis before it restarts, and those that it keeps then. Convergence is looked at
/// after every second block from CHECK_BLOCKS on: random vectors have then been through two
/// products, so that a start which misses an eigenvector is completed before it is believed.
#define BASIS_BLOCKS ((size_t)9)
#define KEPT_BLOCKS ((size_t)4)
#define CHECK_BLOCKS ((size_t)3)
/// Below so many blocks to the matrix the full solver is as fast.
#define WORTH_BLOCKS ((size_t)12)
/// A pass of orthogonalisation that moved nothing by more than this leaves only rounding.
#define SETTLED 1e-6
#define PASSES_MAX 6
#define ORTHOGONALITY_MAX 1e-12
#define DEFAULT_TOLERANCE 1e-12
#define SEED UINT64_C(0x6e61637265)

typedef struct krylov {
    size_t n, k, block, capacity; ///< capacity: rows of the basis, BASIS_BLOCKS blocks
    const double *a;
    size_t lda;
    size_t rows;         ///< of the basis whose images are known; the next block follows them
    uint64_t drawn;      ///< random vectors so far, each a stream of its own
    double *basis;       ///< (capacity + block) x n
    double *images;      ///< capacity x n, the basis times A
    double *projected;   ///< capacity x capacity, basis A basis', lower triangle
    double *rotation;    ///< rows x rows, Ritz vectors in the basis as rows, values ascending
    double *ritz;        ///< capacity
    double *moved;       ///< KEPT_BLOCKS blocks x n, a rotated basis on its way back
    double *coefficient; ///< block x (capacity + block)
    double *gram;        ///< block x block
    double *vectors;     ///< k x n, candidates, values ascending
    double *products;    ///< k x n, their images
} krylov;

static void fill_random(krylov *s, double *row)
{
    uint64_t stream = s->drawn++;
    for (size_t j = 0; j < s->n; j++) {
        nacrei_philox draw = nacrei_philox_block(SEED, stream, j / 2);
        size_t half = j % 2 * 2;
        uint64_t bits = (uint64_t)draw.word[half + 1] << 32 | draw.word[half];
        row[j] = (double)(int64_t)(bits >> 11) * 0x1p-52 - 1.0;
    }
}

static double norm_of(size_t n, const double *row)
{
    double largest = 0.0, sum = 0.0;
    for (size_t j = 0; j < n; j++)
        largest = fmax(largest, fabs(row[j]));
    if (largest == 0.0)
        return 0.0;
    for (size_t j = 0; j < n; j++)
        sum += row[j] / largest * (row[j] / largest);
    return largest * sqrt(sum);
}

// Takes out of `count` rows what lies in the first `base` rows of the basis; gives the largest
// coefficient.
static double project_out(const krylov *s, size_t base, size_t count, double *rows)
{
    double largest = 0.0;
    nacrei_gemm(false, true, count, base, s->n, 1.0, rows, s->n, s->basis, s->n, 0.0,
                s->coefficient, base);
    nacrei_gemm(false, false, count, s->n, base, -1.0, s->coefficient, base, s->basis, s->n, 1.0,
                rows, s->n);
    for (size_t i = 0; i < count * base; i++)
        largest = fmax(largest, fabs(s->coefficient[i]));
    return largest;
}

// Row by row, where the Gram matrix is singular: a row that depends on those before it gives way
// to a random one, so the block keeps its size (and a basis that A maps into itself is left).
static void orthonormalise_rows(krylov *s, double *rows)
{
    for (size_t i = 0; i < s->block; i++) {
        double *row = rows + i * s->n, before = norm_of(s->n, row);
        (void)project_out(s, s->rows + i, 1, row);
        double left = norm_of(s->n, row);
        if (!(left > SETTLED * before)) {
            fill_random(s, row);
            (void)project_out(s, s->rows + i, 1, row);
            left = norm_of(s->n, row);
        }
        for (size_t j = 0; j < s->n; j++)
            row[j] /= left;
    }
}

// Cholesky of the Gram matrix and a solve: three passes over the block instead of one per vector.
// `*change` is how far the block was from orthonormal. False where the Gram matrix is singular.
static bool orthonormalise_cholesky(const krylov *s, double *rows, double *change)
{
    size_t b = s->block;
    nacrei_syrk(false, b, s->n, 1.0, rows, s->n, 0.0, s->gram, b);
    for (size_t i = 0; i < b; i++)
        for (size_t j = 0; j <= i; j++)
            *change = fmax(*change, fabs(s->gram[i * b + j] - (i == j ? 1.0 : 0.0)));
    if (nacrei_cholesky(b, s->gram, b, NULL))
        return false;
    nacrei_trsm_lower(b, s->gram, b, false, s->n, rows, s->n);
    return true;
}

/// Makes the block after the basis orthonormal, to itself and to the basis; false when rounding or
/// an overflow does not let it.
static bool settle_block(krylov *s)
{
    double *rows = s->basis + s->rows * s->n;
    for (int pass = 0; pass < PASSES_MAX; pass++) {
        double change = project_out(s, s->rows, s->block, rows);
        if (!orthonormalise_cholesky(s, rows, &change))
            orthonormalise_rows(s, rows);
        else if (change <= SETTLED)
            return true;
    }
    return false;
}

/// The settled block joins the basis with its image; what A adds to it becomes the next block.
static bool expand(krylov *s)
{
    size_t first = s->rows, all = s->rows + s->block;
    double *rows = s->basis + first * s->n, *image = s->images + first * s->n;
    nacrei_gemm(false, false, s->block, s->n, s->n, 1.0, rows, s->n, s->a, s->lda, 0.0, image,
                s->n);
    nacrei_gemm(false, true, s->block, all, s->n, 1.0, rows, s->n, s->images, s->n, 0.0,
                s->projected + first * s->capacity, s->capacity);
    s->rows = all;
    memcpy(s->basis + all * s->n, image, s->block * s->n * sizeof *image);
    return settle_block(s);
}

static nacre_status solve_ritz(nacre_ctx *ctx, krylov *s, nacre_error *err)
{
    for (size_t i = 0; i < s->rows; i++)
        memcpy(s->rotation + i * s->rows, s->projected + i * s->capacity,
               (i + 1) * sizeof *s->rotation);
    return nacrei_eigen_symmetric(ctx, s->rows, s->rotation, s->rows, s->ritz, err);
}

static void rotate(const krylov *s, size_t count, const double *from, double *to)
{
    nacrei_gemm(false, false, count, s->n, s->rows, 1.0, s->rotation + (s->rows - count) * s->rows,
                s->rows, from, s->n, 0.0, to, s->n);
}

/// The largest Ritz vectors become the basis; the next block, orthonormal to all of it, follows.
static void restart(krylov *s)
{
    size_t kept = KEPT_BLOCKS * s->block, bytes = kept * s->n * sizeof *s->moved;
    rotate(s, kept, s->basis, s->moved);
    memcpy(s->basis, s->moved, bytes);
    rotate(s, kept, s->images, s->moved);
    memcpy(s->images, s->moved, bytes);
    memcpy(s->basis + kept * s->n, s->basis + s->rows * s->n, s->block * s->n * sizeof *s->basis);
    for (size_t i = 0; i < kept; i++) {
        memset(s->projected + i * s->capacity, 0, kept * sizeof *s->projected);
        s->projected[i * s->capacity + i] = s->ritz[s->rows - kept + i];
    }
    s->rows = kept;
}

/// Largest ||A v - value v|| over |top|; `products` holds A v and is used up.
static double worst_residual(size_t n, size_t k, const double *values, double top,
                             const double *vectors, double *products)
{
    double worst = 0.0;
    for (size_t i = 0; i < k; i++) {
        double *row = products + i * n;
        for (size_t j = 0; j < n; j++)
            row[j] -= values[i] * vectors[i * n + j];
        double length = norm_of(n, row);
        double relative = length == 0.0 ? 0.0 : length / fabs(top);
        if (isnan(relative))
            return relative;
        worst = fmax(worst, relative);
    }
    return worst;
}

static double worst_overlap(size_t n, size_t k, const double *vectors, double *gram)
{
    double worst = 0.0;
    nacrei_syrk(false, k, n, 1.0, vectors, n, 0.0, gram, k);
    for (size_t i = 0; i < k; i++)
        for (size_t j = 0; j <= i; j++)
            worst = fmax(worst, fabs(gram[i * k + j] - (i == j ? 1.0 : 0.0)));
    return worst;
}

/// Whether the Ritz pairs will do: first by the images at hand, then by a product of their own.
static bool accept(krylov *s, double tolerance, nacrei_eigen_top_info *info)
{
    const double *values = s->ritz + (s->rows - s->k);
    double top = values[s->k - 1];
    rotate(s, s->k, s->basis, s->vectors);
    rotate(s, s->k, s->images, s->products);
    if (!(worst_residual(s->n, s->k, values, top, s->vectors, s->products) <= tolerance))
        return false;
    nacrei_gemm(false, false, s->k, s->n, s->n, 1.0, s->vectors, s->n, s->a, s->lda, 0.0,
                s->products, s->n);
    info->products++;
    info->residual = worst_residual(s->n, s->k, values, top, s->vectors, s->products);
    info->orthogonality = worst_overlap(s->n, s->k, s->vectors, s->gram);
    return info->residual <= tolerance && info->orthogonality <= ORTHOGONALITY_MAX;
}

static nacre_status iterate(nacre_ctx *ctx, krylov *s, double tolerance, bool *done,
                            nacrei_eigen_top_info *info, nacre_error *err)
{
    // So many products are about a quarter of the full solver's operations.
    size_t limit = 2 * s->n / s->block;
    bool good = settle_block(s);
    while (good && !*done && info->products + 1 < limit) {
        good = expand(s);
        info->products++;
        size_t blocks = s->rows / s->block;
        if (!good || blocks < CHECK_BLOCKS || blocks % 2 == 0)
            continue;
        nacre_error problem = {0};
        nacre_status status = solve_ritz(ctx, s, &problem);
        if (status == NACRE_E_NOMEM) {
            if (err)
                *err = problem;
            return status;
        }
        good = status == NACRE_OK; // an overflow is the full solver's to settle: it scales
        *done = good && accept(s, tolerance, info);
        if (good && !*done && blocks == BASIS_BLOCKS)
            restart(s);
    }
    return NACRE_OK;
}

static nacre_status try_krylov(nacre_ctx *ctx, krylov *s, const double *start_or_NULL,
                               double tolerance, double *values, double *vectors, bool *done,
                               nacrei_eigen_top_info *info, nacre_error *err)
{
    size_t n = s->n, b = s->block, capacity = BASIS_BLOCKS * b, total;
    size_t rows = 2 * capacity + b + KEPT_BLOCKS * b + 2 * s->k;
    size_t small = 2 * capacity * capacity + b * (capacity + b) + b * b + capacity;
    if (!nacrei_mul(rows, n, &total) || __builtin_add_overflow(total, small, &total))
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu eigenvectors of %zu entries do not fit memory",
                           s->k, n);
    double *memory;
    nacre_status status = nacrei_alloc(ctx, total, sizeof *memory, "Krylov basis", &memory, err);
    if (status)
        return status;
    s->capacity = capacity;
    s->basis = memory;
    s->images = s->basis + (capacity + b) * n;
    s->moved = s->images + capacity * n;
    s->vectors = s->moved + KEPT_BLOCKS * b * n;
    s->products = s->vectors + s->k * n;
    s->projected = s->products + s->k * n;
    s->rotation = s->projected + capacity * capacity;
    s->coefficient = s->rotation + capacity * capacity;
    s->gram = s->coefficient + b * (capacity + b);
    s->ritz = s->gram + b * b;
    for (size_t i = 0; i < b; i++) {
        if (start_or_NULL && i < s->k)
            memcpy(s->basis + i * n, start_or_NULL + i * n, n * sizeof *memory);
        else
            fill_random(s, s->basis + i * n);
    }
    status = iterate(ctx, s, tolerance, done, info, err);
    for (size_t i = 0; i < s->k && !status && *done; i++) {
        values[i] = s->ritz[s->rows - 1 - i];
        memcpy(vectors + i * n, s->vectors + (s->k - 1 - i) * n, n * sizeof *vectors);
    }
    nacrei_free(ctx, memory, total, sizeof *memory);
    return status;
}

static nacre_status solve_full(nacre_ctx *ctx, const krylov *s, double *values, double *vectors,
                               nacrei_eigen_top_info *info, nacre_error *err)
{
    size_t n = s->n, k = s->k, rows = n + 1 + 2 * k, total;
    if (!nacrei_mul(rows, n, &total))
        return nacrei_fail(err, NACRE_E_SHAPE, "a matrix of %zu rows does not fit memory", n);
    double *matrix;
    nacre_status status =
        nacrei_alloc(ctx, total, sizeof *matrix, "copy of the matrix", &matrix, err);
    if (status)
        return status;
    double *ascending = matrix + n * n, *products = ascending + n, *gram = products + k * n;
    for (size_t i = 0; i < n; i++)
        memcpy(matrix + i * n, s->a + i * s->lda, n * sizeof *matrix);
    status = nacrei_eigen_symmetric(ctx, n, matrix, n, ascending, err);
    if (!status) {
        for (size_t i = 0; i < k; i++) {
            values[i] = ascending[n - 1 - i];
            memcpy(vectors + i * n, matrix + (n - 1 - i) * n, n * sizeof *vectors);
        }
        nacrei_gemm(false, false, k, n, n, 1.0, vectors, n, s->a, s->lda, 0.0, products, n);
        info->full = true;
        info->residual = worst_residual(n, k, values, values[0], vectors, products);
        info->orthogonality = worst_overlap(n, k, vectors, gram);
    }
    nacrei_free(ctx, matrix, total, sizeof *matrix);
    return status;
}

static nacre_status check_rows(size_t rows, size_t n, const double *a, size_t lda, const char *what,
                               nacre_error *err)
{
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < n; j++)
            if (!isfinite(a[i * lda + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "%s holds NaN or infinity at row %zu, column %zu", what, i, j);
    return NACRE_OK;
}

nacre_status nacrei_eigen_top(nacre_ctx *ctx, size_t n, const double *a, size_t lda, size_t k,
                              const double *start_or_NULL, double tolerance, double *values,
                              double *vectors, nacrei_eigen_top_info *info, nacre_error *err)
{
    if (k == 0 || k > n)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%zu eigenpairs of a matrix of %zu rows; ask for 1 to %zu", k, n, n);
    if (!(tolerance >= 0.0) || isinf(tolerance))
        return nacrei_fail(err, NACRE_E_ARG,
                           "a tolerance of %g for eigenvectors; give a small positive number, or 0 "
                           "for %g",
                           tolerance, DEFAULT_TOLERANCE);
    nacre_status status = check_rows(n, n, a, lda, "the matrix", err);
    if (!status && start_or_NULL)
        status = check_rows(k, n, start_or_NULL, n, "the start", err);
    if (status)
        return status;
    krylov s = {.n = n, .k = k, .block = k + OVERSAMPLING, .a = a, .lda = lda};
    nacrei_eigen_top_info found = {0};
    bool done = false;
    if (n / WORTH_BLOCKS >= s.block)
        status = try_krylov(ctx, &s, start_or_NULL, tolerance > 0.0 ? tolerance : DEFAULT_TOLERANCE,
                            values, vectors, &done, &found, err);
    if (!status && !done)
        status = solve_full(ctx, &s, values, vectors, &found, err);
    if (!status)
        *info = found;
    return status;
}
