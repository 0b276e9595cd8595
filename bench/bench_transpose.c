// SPDX-License-Identifier: Apache-2.0
// Transposition through the public call against memcpy of the same bytes, which no transposition
// beats, on one core. 4096 is the case where rows agree modulo 4096 bytes. The result is compared
// with its definition before anything is timed.
#include "bench.h"

#include "core/alloc.h"
#include "kern/variants.h"

#include <gnu/libc-version.h>
#include <stdio.h>
#include <string.h>

typedef struct transpose_bench {
    size_t n;
    float *a, *b;
} transpose_bench;

static void teardown(nacre_ctx *ctx, void *state)
{
    transpose_bench *x = state;
    nacrei_free(ctx, x->a, x->n * x->n, sizeof *x->a);
    nacrei_free(ctx, x->b, x->n * x->n, sizeof *x->b);
    nacrei_free(ctx, x, 1, sizeof *x);
}

static nacre_status check(nacre_ctx *ctx, transpose_bench *x, bench_report *report,
                          nacre_error *err)
{
    size_t n = x->n;
    for (size_t i = 0; i < n * n; i++) {
        x->a[i] = (float)(i % 9999991);
        x->b[i] = -1.0f;
    }
    nacre_kern_ran ran;
    nacre_status status =
        nacre_transpose_f32(ctx, NACRE_CLASS_EXACT, n, n, x->a, n, x->b, n, &ran, err);
    if (status)
        return status;
    for (size_t i = 0; i < n * n; i++) {
        if (x->b[i] != x->a[i % n * n + i / n])
            return nacrei_fail(err, NACRE_E_CORRUPT, "%s: B[%zu][%zu] is wrong", ran.kernel, i / n,
                               i % n);
    }
    *report = (bench_report){
        .kernel = ran.kernel,
        .numeric_class = nacre_class_name(ran.numeric_class),
        .unit_name = ran.unit,
        .n = 2 * n * n * sizeof(float),
        .unit = "bytes/s",
        .peer = "memcpy",
    };
    (void)snprintf(report->peer_version, sizeof report->peer_version, "glibc %s",
                   gnu_get_libc_version());
    return NACRE_OK;
}

static nacre_status setup(nacre_ctx *ctx, size_t n, void **state, bench_report *report,
                          nacre_error *err)
{
    transpose_bench *x;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *x, "transposition benchmark", &x, err);
    if (status)
        return status;
    x->n = n;
    status = nacrei_alloc(ctx, n * n, sizeof *x->a, "matrix", &x->a, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, sizeof *x->b, "matrix", &x->b, err);
    if (!status)
        status = check(ctx, x, report, err);
    if (status) {
        teardown(ctx, x);
        return status;
    }
    *state = x;
    return NACRE_OK;
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    const transpose_bench *x = state;
    return nacre_transpose_f32(ctx, NACRE_CLASS_EXACT, x->n, x->n, x->a, x->n, x->b, x->n, NULL,
                               err);
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err; // the harness's clock counts
    const transpose_bench *x = state;
    memcpy(x->b, x->a, x->n * x->n * sizeof *x->b);
    return NACRE_OK;
}

static nacre_status setup_4000(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return setup(ctx, 4000, state, report, err);
}

const bench_case bench_transpose_4000 = {
    .id = "transpose.f32.n4000",
    .summary = "f32 transposition, n = 4000: >= 0.6x memcpy on one core",
    .setup = setup_4000,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_4096(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return setup(ctx, 4096, state, report, err);
}

const bench_case bench_transpose_4096 = {
    .id = "transpose.f32.n4096",
    .summary = "f32 transposition, n = 4096, rows a multiple of 4 KiB: >= 0.6x memcpy on one core",
    .setup = setup_4096,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
