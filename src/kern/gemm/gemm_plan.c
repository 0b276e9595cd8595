// SPDX-License-Identifier: Apache-2.0
// What a product needs to know before it runs, whatever its type: that the arguments make sense,
// and how C is cut for the threads.
#include "kern/gemm/gemm.h"

#include "core/alloc.h"

/// Below it waking a thread costs more than it brings.
#define PARALLEL_PRODUCT (192.0 * 192.0 * 192.0)
/// No side of a rectangle gets shorter: packing is shared less and less.
#define RECTANGLE_SIDE ((size_t)96)

typedef struct matrix {
    char name;
    const void *data;
    size_t rows, columns, ld, size;
    size_t bytes; ///< from the first element to behind the last
} matrix;

/// What is wrong with a matrix that has elements.
static nacre_status refuse(const matrix *x, size_t limit, nacre_error *err)
{
    if (!x->data)
        return nacrei_fail(err, NACRE_E_ARG, "gemm: %c is NULL but has %zu x %zu elements", x->name,
                           x->rows, x->columns);
    if (x->ld < x->columns)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "gemm: the rows of %c have %zu elements as stored, but its leading "
                           "dimension is %zu; it must be at least the row",
                           x->name, x->columns, x->ld);
    if (x->rows > limit || x->ld > limit)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "gemm: %c has %zu rows with leading dimension %zu; the bounded class "
                           "takes at most %zu of each",
                           x->name, x->rows, x->ld, limit);
    return nacrei_fail(err, NACRE_E_RANGE,
                       "gemm: %c of %zu rows with leading dimension %zu does not fit the address "
                       "space",
                       x->name, x->rows, x->ld);
}

/// Shape, address and extent of one matrix as it is stored; false when something is wrong. Inline,
/// because the checks of a small product cost as much as the product.
static inline bool check_matrix(matrix *x, size_t limit)
{
    if (x->rows == 0 || x->columns == 0)
        return true;
    size_t elements;
    return x->data && x->ld >= x->columns && x->rows <= limit && x->ld <= limit &&
           nacrei_mul(x->rows - 1, x->ld, &elements) &&
           !__builtin_add_overflow(elements, x->columns, &elements) &&
           nacrei_mul(elements, x->size, &x->bytes) && x->bytes <= PTRDIFF_MAX &&
           (uintptr_t)x->data <= UINTPTR_MAX - x->bytes;
}

/// With one leading dimension the matrices may be disjoint blocks of a larger one: element (i, j)
/// of x is element (i', j') of y exactly if (i - i') ld + (j - j') = distance.
static bool share_elements(const matrix *x, const matrix *y)
{
    uintptr_t start_x = (uintptr_t)x->data, start_y = (uintptr_t)y->data;
    if (start_x > start_y) {
        const matrix *other = x;
        x = y;
        y = other;
        start_x = (uintptr_t)x->data;
        start_y = (uintptr_t)y->data;
    }
    uintptr_t distance = start_y - start_x;
    if (x->ld != y->ld || distance % x->size)
        return true;
    distance /= x->size;
    size_t row = distance / x->ld, column = distance % x->ld;
    // y starts at (row, column) of x's rows; where it passes their end it goes on in the next one.
    if (row < x->rows && column < x->columns)
        return true;
    return row + 1 < x->rows && column + y->columns > x->ld;
}

static inline bool apart(const matrix *x, const matrix *y)
{
    uintptr_t start_x = (uintptr_t)x->data, start_y = (uintptr_t)y->data;
    return !x->bytes || !y->bytes || start_x >= start_y + y->bytes || start_y >= start_x + x->bytes;
}

nacre_status nacrei_gemm_check(const nacrei_gemm_shape *s, nacre_error *err)
{
    matrix a = {'A', s->a, s->ta ? s->k : s->m, s->ta ? s->m : s->k, s->lda, s->size, 0};
    matrix b = {'B', s->b, s->tb ? s->n : s->k, s->tb ? s->k : s->n, s->ldb, s->size, 0};
    matrix c = {'C', s->c, s->m, s->n, s->ldc, s->size, 0};
    if (!check_matrix(&c, s->limit))
        return refuse(&c, s->limit, err);
    if (!check_matrix(&a, s->limit))
        return refuse(&a, s->limit, err);
    if (!check_matrix(&b, s->limit))
        return refuse(&b, s->limit, err);
    const matrix *shared = NULL;
    if (!apart(&a, &c) && share_elements(&a, &c))
        shared = &a;
    else if (!apart(&b, &c) && share_elements(&b, &c))
        shared = &b;
    if (shared)
        return nacrei_fail(err, NACRE_E_ARG,
                           "gemm: C shares elements with %c, which it would overwrite while they "
                           "are read; give C its own memory",
                           shared->name);
    return NACRE_OK;
}

nacrei_gemm_grid nacrei_gemm_plan(size_t m, size_t n, size_t k, uint32_t threads)
{
    nacrei_gemm_grid grid = {1, 1};
    if (threads < 2 || (double)m * (double)n * (double)k < PARALLEL_PRODUCT)
        return grid;
    size_t wanted = 2 * (size_t)threads;
    if (wanted > NACREI_GEMM_RECTANGLES)
        wanted = NACREI_GEMM_RECTANGLES;
    while (2 * grid.rows * grid.columns <= NACREI_GEMM_RECTANGLES &&
           grid.rows * grid.columns < wanted) {
        bool rows = m / grid.rows >= n / grid.columns;
        if ((rows ? m / grid.rows : n / grid.columns) < 2 * RECTANGLE_SIDE)
            break;
        if (rows)
            grid.rows *= 2;
        else
            grid.columns *= 2;
    }
    return grid;
}
