// SPDX-License-Identifier: Apache-2.0
// The public reductions for one type, included by reduce_f32.c and reduce_f64.c, which say before:
//   REAL         the element
//   TYPED(name)  name_f32 or name_f64
//   REAL_FMA, GEMV_FN  its fma, the type of a product's kernel
//   OP_ID(name)  NACREI_OP_name_f32 or ..._f64
// Long vectors are cut for the threads at whole subtrees of the lane rule, 2^p blocks each, so
// folding their results as a tree gives the bits of one thread.
#ifndef NACREI_KERN_REDUCE_CALL_H
#define NACREI_KERN_REDUCE_CALL_H

#include "core/pool.h"
#include "kern/kern_stats.h"
#include "kern/operand.h"
#include "kern/reduce/reduce.h"
#include "kern/variants.h"

/// Fewer elements are read before another thread has woken up.
#define SPREAD_ELEMENTS ((size_t)1 << 18)
/// Results that are folded at the end.
#define PARTS_MAX ((size_t)64)
/// Parts of a product with a vector hold whole panels of its kernels.
#define OUTPUT_UNIT ((size_t)256)

/// One call, whichever operation.
typedef struct call {
    nacre_ctx *ctx;
    const char *name;
    const nacrei_variant *variant;
    int64_t start_ns;
    size_t limit;
    uint32_t threads;
} call;

static nacre_status begin(nacre_ctx *ctx, nacrei_op op, nacre_class numeric_class, call *c,
                          nacre_error *err)
{
    *c = (call){.ctx = ctx, .name = nacrei_op_name(op), .threads = 1};
    nacre_status status = nacrei_kern_choose(ctx->kerns, op, numeric_class, &c->variant, err);
    if (status)
        return status;
    c->limit = c->variant->numeric_class == NACRE_CLASS_BOUNDED ? INT32_MAX : SIZE_MAX;
    c->start_ns = nacrei_kern_start(ctx->kerns);
    return NACRE_OK;
}

static void end(const call *c, size_t m, size_t n, nacre_kern_ran *ran_or_NULL)
{
    if (c->start_ns >= 0)
        nacrei_kern_add(c->ctx->kerns, c->variant, m, n, 0, c->start_ns);
    if (ran_or_NULL)
        *ran_or_NULL = (nacre_kern_ran){
            .device = "cpu",
            .unit = nacrei_variant_unit(c->variant),
            .kernel = c->variant->name,
            .numeric_class = c->variant->numeric_class,
            .threads = c->threads,
        };
}

static nacrei_operand vector(const char *name, const void *data, size_t n)
{
    return (nacrei_operand){name, data, 1, n, n, sizeof(REAL), 0};
}

typedef struct reduction {
    const nacrei_variant *variant;
    const REAL *x, *y;
    REAL pilot;
    size_t n, chunk;
    REAL part[PARTS_MAX][2];
} reduction;

static void reduce_part(void *user, size_t index)
{
    reduction *r = user;
    size_t start = index * r->chunk;
    size_t n = r->n - start < r->chunk ? r->n - start : r->chunk;
    const nacrei_variant *v = r->variant;
    if (v->op == OP_ID(sum))
        r->part[index][0] = v->function.TYPED(sum)(n, r->x + start);
    else if (v->op == OP_ID(dot))
        r->part[index][0] = v->function.TYPED(dot)(n, r->x + start, r->y + start);
    else
        v->function.TYPED(moments)(n, r->x + start, r->pilot, r->part[index]);
}

/// The tree over the parts, into the first one.
static void fold_parts(REAL part[][2], size_t count)
{
    if (count < 2)
        return;
    size_t left = nacrei_reduce_left(count, 1);
    fold_parts(part, left);
    fold_parts(part + left, count - left);
    part[0][0] += part[left][0];
    part[0][1] += part[left][1];
}

/// The result is part[0]. n > 0.
static void reduce(call *c, reduction *r)
{
    uint32_t threads = c->variant->numeric_class == NACRE_CLASS_STRICT ? c->ctx->threads : 1;
    r->variant = c->variant;
    r->chunk = r->n;
    if (threads > 1 && r->n >= SPREAD_ELEMENTS) {
        size_t wanted = 4 * (size_t)threads < PARTS_MAX ? 4 * (size_t)threads : PARTS_MAX;
        r->chunk = NACREI_REDUCE_BLOCK;
        while ((r->n - 1) / r->chunk >= wanted)
            r->chunk *= 2;
        c->threads = threads;
    }
    size_t count = (r->n - 1) / r->chunk + 1;
    if (count == 1)
        reduce_part(r, 0);
    else
        nacrei_pool_for(c->ctx->pool, count, reduce_part, r);
    fold_parts(r->part, count);
}

nacre_status TYPED(nacre_sum)(nacre_ctx *ctx, nacre_class numeric_class, size_t n, const REAL *x,
                              REAL *sum, nacre_kern_ran *ran_or_NULL, nacre_error *err)
{
    call c;
    nacre_status status = begin(ctx, OP_ID(sum), numeric_class, &c, err);
    nacrei_operand in = vector("x", x, n), out = vector("sum", sum, 1);
    if (!status)
        status = nacrei_operand_check(c.name, &in, c.limit, err);
    if (!status)
        status = nacrei_operand_check(c.name, &out, c.limit, err);
    if (status)
        return status;
    reduction r = {.n = n, .x = x};
    if (n)
        reduce(&c, &r);
    *sum = n ? r.part[0][0] : 0;
    end(&c, 1, n, ran_or_NULL);
    return NACRE_OK;
}

nacre_status TYPED(nacre_dot)(nacre_ctx *ctx, nacre_class numeric_class, size_t n, const REAL *x,
                              const REAL *y, REAL *dot, nacre_kern_ran *ran_or_NULL,
                              nacre_error *err)
{
    call c;
    nacre_status status = begin(ctx, OP_ID(dot), numeric_class, &c, err);
    nacrei_operand in_x = vector("x", x, n), in_y = vector("y", y, n), out = vector("dot", dot, 1);
    if (!status)
        status = nacrei_operand_check(c.name, &in_x, c.limit, err);
    if (!status)
        status = nacrei_operand_check(c.name, &in_y, c.limit, err);
    if (!status)
        status = nacrei_operand_check(c.name, &out, c.limit, err);
    if (status)
        return status;
    reduction r = {.n = n, .x = x, .y = y};
    if (n)
        reduce(&c, &r);
    *dot = n ? r.part[0][0] : 0;
    end(&c, 1, n, ran_or_NULL);
    return NACRE_OK;
}

nacre_status TYPED(nacre_mean_variance)(nacre_ctx *ctx, nacre_class numeric_class, size_t n,
                                        size_t ddof, const REAL *x, REAL *mean, REAL *variance,
                                        nacre_kern_ran *ran_or_NULL, nacre_error *err)
{
    call first, second;
    nacre_status status = begin(ctx, OP_ID(sum), numeric_class, &first, err);
    if (!status)
        status = begin(ctx, OP_ID(moments), numeric_class, &second, err);
    if (status)
        return status;
    nacrei_operand operands[] = {vector("x", x, n), vector("mean", mean, 1),
                                 vector("variance", variance, 1)};
    for (size_t i = 0; i < 3 && !status; i++)
        status = nacrei_operand_check("mean_variance", &operands[i], first.limit, err);
    if (status)
        return status;
    if (n <= ddof)
        return nacrei_fail(err, NACRE_E_ARG,
                           "mean_variance: n = %zu elements leave nothing after ddof = %zu; give "
                           "more elements",
                           n, ddof);
    reduction r = {.n = n, .x = x};
    reduce(&first, &r);
    end(&first, 1, n, NULL);
    second.start_ns = nacrei_kern_start(ctx->kerns);
    r.pilot = r.part[0][0] / (REAL)n;
    reduce(&second, &r);
    REAL shift = r.part[0][0] / (REAL)n;
    REAL squares = REAL_FMA(-r.part[0][0], shift, r.part[0][1]);
    *mean = r.pilot + shift;
    *variance = (squares < 0 ? 0 : squares) / (REAL)(n - ddof);
    end(&second, 1, n, ran_or_NULL);
    return NACRE_OK;
}

nacre_status TYPED(nacre_prefix_sum)(nacre_ctx *ctx, nacre_class numeric_class, size_t n,
                                     const REAL *x, REAL *y, nacre_kern_ran *ran_or_NULL,
                                     nacre_error *err)
{
    call c;
    nacre_status status = begin(ctx, OP_ID(prefix), numeric_class, &c, err);
    nacrei_operand in = vector("x", x, n), out = vector("y", y, n);
    if (!status)
        status = nacrei_operand_check(c.name, &in, c.limit, err);
    if (!status)
        status = nacrei_operand_check(c.name, &out, c.limit, err);
    if (!status && x != y)
        status = nacrei_operand_apart(c.name, &out, &in, err);
    if (status)
        return status;
    c.variant->function.TYPED(prefix)(n, x, y);
    end(&c, 1, n, ran_or_NULL);
    return NACRE_OK;
}

typedef struct product {
    GEMV_FN *kernel;
    bool transpose;
    size_t m, n, chunk; ///< chunk of outputs
    REAL alpha, beta;
    const REAL *a, *x;
    size_t lda;
    REAL *y;
} product;

static void product_part(void *user, size_t index)
{
    const product *p = user;
    size_t outputs = p->transpose ? p->n : p->m, start = index * p->chunk;
    size_t count = outputs - start < p->chunk ? outputs - start : p->chunk;
    bool has_elements = p->m && p->n;
    const REAL *a = has_elements ? p->a + (p->transpose ? start : start * p->lda) : p->a;
    p->kernel(p->transpose, p->transpose ? p->m : count, p->transpose ? count : p->n, p->alpha, a,
              p->lda, p->x, p->beta, p->y + start);
}

nacre_status TYPED(nacre_gemv)(nacre_ctx *ctx, nacre_class numeric_class, bool transpose, size_t m,
                               size_t n, REAL alpha, const REAL *a, size_t lda, const REAL *x,
                               REAL beta, REAL *y, nacre_kern_ran *ran_or_NULL, nacre_error *err)
{
    call c;
    nacre_status status = begin(ctx, OP_ID(gemv), numeric_class, &c, err);
    size_t inputs = transpose ? m : n, outputs = transpose ? n : m;
    nacrei_operand matrix = {"A", a, m, n, lda, sizeof *a, 0};
    nacrei_operand in = vector("x", x, inputs), out = vector("y", y, outputs);
    nacrei_operand *const operands[] = {&matrix, &in, &out};
    for (size_t i = 0; i < 3 && !status; i++)
        status = nacrei_operand_check(c.name, operands[i], c.limit, err);
    for (size_t i = 0; i < 2 && !status; i++)
        status = nacrei_operand_apart(c.name, &out, operands[i], err);
    if (status)
        return status;
    product p = {
        c.variant->function.TYPED(gemv), transpose, m, n, outputs, alpha, beta, a, x, lda, y};
    bool strict = c.variant->numeric_class == NACRE_CLASS_STRICT;
    if (strict && ctx->threads > 1 && (double)m * (double)n >= (double)SPREAD_ELEMENTS &&
        outputs >= 2 * OUTPUT_UNIT) {
        size_t unit = 4 * (size_t)ctx->threads * OUTPUT_UNIT;
        p.chunk = ((outputs - 1) / unit + 1) * OUTPUT_UNIT;
        c.threads = ctx->threads;
        nacrei_pool_for(ctx->pool, (outputs - 1) / p.chunk + 1, product_part, &p);
    } else if (outputs) {
        product_part(&p, 0);
    }
    end(&c, m, n, ran_or_NULL);
    return NACRE_OK;
}

#endif
