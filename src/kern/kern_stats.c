// SPDX-License-Identifier: Apache-2.0
// The counters and what is derived from them. A rate that has no measurement behind it is NaN,
// never a constant.
#include "kern/kern_stats.h"

#include "core/config.h"
#include "core/status.h"
#include "kern/variants.h"

#include <string.h>

static void add(_Atomic uint64_t *sum, uint64_t value)
{
    atomic_fetch_add_explicit(sum, value, memory_order_relaxed);
}

static double sum_of(const _Atomic uint64_t *sum)
{
    return (double)atomic_load_explicit(sum, memory_order_relaxed);
}

void nacrei_kern_add(struct nacrei_kerns *kerns, const nacrei_variant *variant, size_t m, size_t n,
                     size_t k, int64_t start_ns)
{
    struct nacrei_kern_counter *at = &kerns->counters[variant->op][variant->numeric_class];
    add(&at->ns, (uint64_t)(nacrei_monotonic_ns() - start_ns));
    add(&at->flops, (uint64_t)nacrei_op_flops(variant->op, m, n, k));
    add(&at->bytes, (uint64_t)nacrei_op_bytes(variant->op, m, n, k));
    add(&at->calls, 1);
}

void nacre_kern_count(nacre_ctx *ctx, bool on)
{
    atomic_store_explicit(&ctx->kerns->counting, on, memory_order_relaxed);
}

static double ratio(double a, double b)
{
    return b > 0.0 ? a / b : __builtin_nan("");
}

static nacre_kern_stats read_row(const struct nacrei_kern_counter *at, const nacrei_variant *one)
{
    nacre_kern_stats row = {
        .op = nacrei_op_name(one->op),
        .kernel = one->name,
        .unit = nacrei_variant_unit(one),
        .numeric_class = one->numeric_class,
        .calls = atomic_load_explicit(&at->calls, memory_order_relaxed),
        .seconds = sum_of(&at->ns) * 1e-9,
        .flops = sum_of(&at->flops),
        .bytes = sum_of(&at->bytes),
    };
    double ceiling = atomic_load_explicit(&at->ceiling, memory_order_relaxed);
    double reference = atomic_load_explicit(&at->reference, memory_order_relaxed);
    row.flops_per_s = ratio(row.flops, row.seconds);
    row.ceiling_flops_per_s = ceiling > 0.0 ? ceiling : __builtin_nan("");
    row.ceiling_fraction = ratio(row.flops_per_s, ceiling);
    row.reference_flops_per_s = reference > 0.0 ? reference : __builtin_nan("");
    row.reference_factor = ratio(row.flops_per_s, reference);
    return row;
}

size_t nacre_kern_stats_read(const nacre_ctx *ctx, nacre_kern_stats *rows, size_t capacity)
{
    const struct nacrei_kerns *kerns = ctx->kerns;
    size_t count = 0;
    for (size_t op = 0; op < NACREI_OP_COUNT; op++) {
        for (size_t class = 1; class < NACREI_CLASSES; class ++) {
            const struct nacrei_kern_counter *at = &kerns->counters[op][class];
            if (!atomic_load_explicit(&at->calls, memory_order_relaxed))
                continue;
            if (count < capacity)
                rows[count] = read_row(at, kerns->chosen[op][class]);
            count++;
        }
    }
    return count;
}

static nacre_status find_op(const char *name, nacrei_op *op, nacre_error *err)
{
    const char *names[NACREI_OP_COUNT];
    for (size_t i = 0; i < NACREI_OP_COUNT; i++) {
        names[i] = nacrei_op_name((nacrei_op)i);
        if (strcmp(names[i], name) == 0) {
            *op = (nacrei_op)i;
            return NACRE_OK;
        }
    }
    const char *near = nacrei_nearest(name, names, NACREI_OP_COUNT);
    return nacrei_fail(err, NACRE_E_NOTFOUND, "there is no operation \"%s\"; did you mean %s?",
                       name, near ? near : names[0]);
}

static nacre_status set_rate(_Atomic double *at, double value, const char *what, nacre_error *err)
{
    if (value <= 0.0 || value - value != 0.0) {
        if (value == value)
            return nacrei_fail(
                err, NACRE_E_ARG,
                "%s of %g flops/s is not a rate; give a positive one, or NaN when it "
                "was not measured",
                what, value);
        value = 0.0;
    }
    if (at)
        atomic_store_explicit(at, value, memory_order_relaxed);
    return NACRE_OK;
}

nacre_status nacre_kern_set_yardsticks(nacre_ctx *ctx, const char *op, nacre_class numeric_class,
                                       double ceiling_flops_per_s, double reference_flops_per_s,
                                       nacre_error *err)
{
    nacrei_op found = NACREI_OP_COUNT;
    const nacrei_variant *variant;
    nacre_status status = find_op(op, &found, err);
    if (!status)
        status = nacrei_kern_choose(ctx->kerns, found, numeric_class, &variant, err);
    if (!status)
        status = set_rate(NULL, reference_flops_per_s, "a reference", err);
    if (status)
        return status;
    struct nacrei_kern_counter *at = &ctx->kerns->counters[found][variant->numeric_class];
    status = set_rate(&at->ceiling, ceiling_flops_per_s, "a ceiling", err);
    return status ? status : set_rate(&at->reference, reference_flops_per_s, "a reference", err);
}
