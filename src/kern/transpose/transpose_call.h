// SPDX-License-Identifier: Apache-2.0
// The public transposition for one type, included by transpose_f32.c and transpose_f64.c, which say
// before:
//   REAL, TRANSPOSE, KERNEL_FN, KERNEL_OP, OP_ID
// A large matrix is cut for the threads into columns of A, which are rows of B.
#ifndef NACREI_KERN_TRANSPOSE_CALL_H
#define NACREI_KERN_TRANSPOSE_CALL_H

#include "core/pool.h"
#include "kern/kern_stats.h"
#include "kern/operand.h"
#include "kern/variants.h"

/// Fewer elements are moved before another thread has woken up.
#define SPREAD_ELEMENTS ((size_t)1 << 18)
/// Columns of a part are a multiple: whole cache lines of A and B.
#define PART_UNIT ((size_t)64)

typedef struct transposition {
    KERNEL_FN *kernel;
    size_t m, n, chunk;
    const REAL *a;
    size_t lda;
    REAL *b;
    size_t ldb;
} transposition;

static void move_part(void *user, size_t index)
{
    const transposition *t = user;
    size_t start = index * t->chunk;
    size_t columns = t->n - start < t->chunk ? t->n - start : t->chunk;
    t->kernel(t->m, columns, t->a + start, t->lda, t->b + start * t->ldb, t->ldb);
}

nacre_status TRANSPOSE(nacre_ctx *ctx, nacre_class numeric_class, size_t m, size_t n, const REAL *a,
                       size_t lda, REAL *b, size_t ldb, nacre_kern_ran *ran_or_NULL,
                       nacre_error *err)
{
    const nacrei_variant *variant;
    const char *op = nacrei_op_name(OP_ID);
    nacrei_operand in = {"A", a, m, n, lda, sizeof *a, 0}, out = {"B", b, n, m, ldb, sizeof *b, 0};
    nacre_status status = nacrei_kern_choose(ctx->kerns, OP_ID, numeric_class, &variant, err);
    if (!status)
        status = nacrei_operand_check(op, &in, SIZE_MAX, err);
    if (!status)
        status = nacrei_operand_check(op, &out, SIZE_MAX, err);
    if (!status)
        status = nacrei_operand_apart(op, &out, &in, err);
    if (status)
        return status;
    int64_t start_ns = nacrei_kern_start(ctx->kerns);
    transposition t = {variant->function.KERNEL_OP, m, n, n, a, lda, b, ldb};
    bool spread = ctx->threads > 1 && n >= 2 * PART_UNIT && in.bytes &&
                  m >= SPREAD_ELEMENTS / n; // no product: it may be large
    if (spread) {
        size_t unit = 4 * (size_t)ctx->threads * PART_UNIT;
        t.chunk = ((n - 1) / unit + 1) * PART_UNIT;
        nacrei_pool_for(ctx->pool, (n - 1) / t.chunk + 1, move_part, &t);
    } else if (in.bytes) {
        move_part(&t, 0);
    }
    if (start_ns >= 0)
        nacrei_kern_add(ctx->kerns, variant, m, n, 0, start_ns);
    if (ran_or_NULL)
        *ran_or_NULL = (nacre_kern_ran){
            .device = "cpu",
            .unit = nacrei_variant_unit(variant),
            .kernel = variant->name,
            .numeric_class = variant->numeric_class,
            .threads = spread ? ctx->threads : 1,
        };
    return NACRE_OK;
}

#endif
