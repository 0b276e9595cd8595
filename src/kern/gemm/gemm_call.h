// SPDX-License-Identifier: Apache-2.0
// The public product for one type, included by gemm_f32.c and gemm_f64.c, which say before:
//   REAL      the element
//   GEMM      the public function
//   GEMM_FN   the kernel's type
//   GEMM_OP, GEMM_OP_ID   the operation
// Everything that can fail happens before C is written: choice, checks, scratch for every thread.
#ifndef NACREI_KERN_GEMM_CALL_H
#define NACREI_KERN_GEMM_CALL_H

#include "core/pool.h"
#include "kern/gemm/gemm.h"
#include "kern/kern_stats.h"
#include "kern/scratch.h"

/// Scratch on the stack: enough for a small product, which must not wait for an allocator.
#define STACK_BYTES 4096

typedef struct gemm_job {
    GEMM_FN *kernel;
    bool ta, tb;
    size_t m, n, k;
    REAL alpha, beta;
    const REAL *a, *b;
    REAL *c;
    size_t lda, ldb, ldc;
    nacrei_gemm_grid grid;
    unsigned char *scratch; ///< a slot per thread
    size_t slot_bytes;
    _Atomic uint64_t taken; ///< slots in use
} gemm_job;

/// Rectangle `index` of the grid; the kernel's answer.
static size_t multiply(const gemm_job *x, size_t index, void *scratch, size_t bytes)
{
    if (x->grid.rows * x->grid.columns == 1) // a small product feels four divisions
        return x->kernel(x->ta, x->tb, x->m, x->n, x->k, x->alpha, x->a, x->lda, x->b, x->ldb,
                         x->beta, x->c, x->ldc, scratch, bytes);
    size_t row = index / x->grid.columns, column = index % x->grid.columns;
    size_t i = nacrei_gemm_part(x->m, x->grid.rows, row);
    size_t j = nacrei_gemm_part(x->n, x->grid.columns, column);
    size_t rows = nacrei_gemm_part(x->m, x->grid.rows, row + 1) - i;
    size_t columns = nacrei_gemm_part(x->n, x->grid.columns, column + 1) - j;
    const REAL *a = i ? x->a + (x->ta ? i : i * x->lda) : x->a;
    const REAL *b = j ? x->b + (x->tb ? j * x->ldb : j) : x->b;
    return x->kernel(x->ta, x->tb, rows, columns, x->k, x->alpha, a, x->lda, b, x->ldb, x->beta,
                     x->c + i * x->ldc + j, x->ldc, scratch, bytes);
}

/// An item of the pool. There are as many slots as threads in it, so one is free.
static void multiply_item(void *user, size_t index)
{
    gemm_job *x = user;
    uint64_t bit;
    do {
        uint64_t taken = atomic_load_explicit(&x->taken, memory_order_relaxed);
        bit = ~taken & (taken + 1);
    } while (atomic_fetch_or_explicit(&x->taken, bit, memory_order_acquire) & bit);
    unsigned char *slot = x->scratch + (size_t)__builtin_ctzll(bit) * x->slot_bytes;
    (void)multiply(x, index, slot, x->slot_bytes); // 0: slot_bytes is what it needs
    atomic_fetch_and_explicit(&x->taken, ~bit, memory_order_release);
}

static nacre_status multiply_all(nacre_ctx *ctx, gemm_job *x, nacre_error *err)
{
    size_t count = x->grid.rows * x->grid.columns;
    if (count == 1) {
        _Alignas(64) unsigned char stack[STACK_BYTES];
        x->slot_bytes = multiply(x, 0, stack, sizeof stack);
        if (!x->slot_bytes)
            return NACRE_OK;
    }
    for (size_t i = 0; i < count; i++) {
        size_t bytes = multiply(x, i, NULL, 0);
        x->slot_bytes = bytes > x->slot_bytes ? bytes : x->slot_bytes;
    }
    x->slot_bytes = (x->slot_bytes + 63) / 64 * 64 + 64;
    size_t slots = ctx->threads < count ? ctx->threads : count;
    struct nacrei_scratch *block;
    nacre_status status = nacrei_scratch_take(ctx, slots * x->slot_bytes, &block, err);
    if (status)
        return status;
    x->scratch = block->data;
    nacrei_pool_for(ctx->pool, count, multiply_item, x);
    nacrei_scratch_give(ctx, block);
    return NACRE_OK;
}

nacre_status GEMM(nacre_ctx *ctx, nacre_class numeric_class, bool transpose_a, bool transpose_b,
                  size_t m, size_t n, size_t k, REAL alpha, const REAL *a, size_t lda,
                  const REAL *b, size_t ldb, REAL beta, REAL *c, size_t ldc,
                  nacre_kern_ran *ran_or_NULL, nacre_error *err)
{
    const nacrei_variant *variant;
    nacre_status status = nacrei_kern_choose(ctx->kerns, GEMM_OP_ID, numeric_class, &variant, err);
    if (status)
        return status;
    bool bounded = variant->numeric_class == NACRE_CLASS_BOUNDED;
    nacrei_gemm_shape shape = {
        transpose_a,
        transpose_b,
        m,
        n,
        k,
        a,
        lda,
        b,
        ldb,
        c,
        ldc,
        sizeof(REAL),
        bounded ? INT32_MAX : SIZE_MAX,
    };
    status = nacrei_gemm_check(&shape, err);
    if (status)
        return status;
    int64_t start_ns = nacrei_kern_start(ctx->kerns);
    gemm_job job = {
        .kernel = variant->function.GEMM_OP,
        .ta = transpose_a,
        .tb = transpose_b,
        .m = m,
        .n = n,
        .k = k,
        .alpha = alpha,
        .beta = beta,
        .a = a,
        .b = b,
        .c = c,
        .lda = lda,
        .ldb = ldb,
        .ldc = ldc,
        .grid = nacrei_gemm_plan(m, n, k, ctx->threads),
    };
    if (m && n)
        status = multiply_all(ctx, &job, err);
    if (status)
        return status;
    if (start_ns >= 0)
        nacrei_kern_add(ctx->kerns, variant, m, n, k, start_ns);
    if (ran_or_NULL)
        *ran_or_NULL = (nacre_kern_ran){
            .device = "cpu",
            .unit = nacrei_variant_unit(variant),
            .kernel = variant->name,
            .numeric_class = variant->numeric_class,
            .threads = job.grid.rows * job.grid.columns > 1 ? ctx->threads : 1,
        };
    return NACRE_OK;
}

#endif
