// SPDX-License-Identifier: Apache-2.0
// The public elementary functions: checks, then the context's variant on the calling thread.
#include "core/alloc.h"
#include "core/status.h"
#include "kern/elementary/elementary.h"
#include "kern/kern_stats.h"

static nacre_status check(nacrei_op op, size_t n, size_t size, const void *x, const void *y,
                          nacre_error *err)
{
    const char *name = nacrei_op_name(op);
    size_t bytes;
    if (n == 0)
        return NACRE_OK;
    if (!x || !y)
        return nacrei_fail(err, NACRE_E_ARG, "%s: %s is NULL but has %zu elements", name,
                           x ? "y" : "x", n);
    uintptr_t from = (uintptr_t)x, to = (uintptr_t)y;
    if (!nacrei_mul(n, size, &bytes) || bytes > PTRDIFF_MAX || from > UINTPTR_MAX - bytes ||
        to > UINTPTR_MAX - bytes)
        return nacrei_fail(err, NACRE_E_RANGE, "%s: %zu elements do not fit the address space",
                           name, n);
    if (from != to && from < to + bytes && to < from + bytes)
        return nacrei_fail(err, NACRE_E_ARG,
                           "%s: x and y of %zu elements overlap; they must be the same array or "
                           "apart",
                           name, n);
    return NACRE_OK;
}

static nacre_status run(nacre_ctx *ctx, nacrei_op op, size_t n, size_t size, const void *x, void *y,
                        nacre_error *err)
{
    nacre_status status = check(op, n, size, x, y, err);
    if (status)
        return status;
    const nacrei_variant *variant = ctx->kerns->chosen[op][NACRE_CLASS_STRICT];
    int64_t start_ns = nacrei_kern_start(ctx->kerns);
    // The kernels of one element type have one signature.
    if (size == sizeof(float))
        variant->function.exp_f32(n, x, y);
    else
        variant->function.exp_f64(n, x, y);
    if (start_ns >= 0)
        nacrei_kern_add(ctx->kerns, variant, 1, n, 1, start_ns);
    return NACRE_OK;
}

#define PUBLIC_FUNCTION(function, bound_f32, bound_f64)                                            \
    nacre_status nacre_##function##_f32(nacre_ctx *ctx, size_t n, const float *x, float *y,        \
                                        nacre_error *err)                                          \
    {                                                                                              \
        return run(ctx, NACREI_OP_##function##_f32, n, sizeof *x, x, y, err);                      \
    }                                                                                              \
    nacre_status nacre_##function##_f64(nacre_ctx *ctx, size_t n, const double *x, double *y,      \
                                        nacre_error *err)                                          \
    {                                                                                              \
        return run(ctx, NACREI_OP_##function##_f64, n, sizeof *x, x, y, err);                      \
    }

ELEMENTARY_FUNCTIONS(PUBLIC_FUNCTION)
