// SPDX-License-Identifier: Apache-2.0
// Strict reductions through the public calls against OpenBLAS in the same process, on one core. The
// vectors are far larger than the caches, so the ceiling is the read bandwidth measured in the same
// run, over the bytes that a run must move. Before anything is timed the result must equal the
// reference's bits.
#include "bench.h"

#include "core/alloc.h"
#include "kern/linalg/linalg.h"
#include "kern/variants.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    VECTOR_BYTES = 1 << 27,
    SIDE = 2048,
};

typedef struct reduce_bench {
    size_t count; // elements of x
    bool wide;    // f64
    bool transpose;
    void *x, *y; // y: as long, or the vectors of a product
    void *peer_y;
    double result;
} reduce_bench;

static size_t element(const reduce_bench *b)
{
    return b->wide ? sizeof(double) : sizeof(float);
}

static void teardown(nacre_ctx *ctx, void *state)
{
    reduce_bench *b = state;
    nacrei_free(ctx, b->x, b->count, element(b));
    nacrei_free(ctx, b->y, b->count, element(b));
    nacrei_free(ctx, b->peer_y, b->count, element(b));
    nacrei_free(ctx, b, 1, sizeof *b);
}

/// Uniform on (-1/2, 1/2).
static void fill(const reduce_bench *b, void *vector, uint64_t state)
{
    for (size_t i = 0; i < b->count; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double value = (double)(state >> 40) * 0x1p-24 - 0.5;
        if (b->wide)
            ((double *)vector)[i] = value;
        else
            ((float *)vector)[i] = (float)value;
    }
}

static nacre_status setup(nacre_ctx *ctx, bool wide, size_t count, reduce_bench **out,
                          nacre_error *err)
{
    reduce_bench *b;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *b, "reduction benchmark", &b, err);
    if (status)
        return status;
    b->wide = wide;
    b->count = count;
    void **const vectors[] = {&b->x, &b->y, &b->peer_y};
    for (size_t i = 0; i < 3 && !status; i++) {
        status = nacrei_alloc(ctx, count, element(b), "vector", vectors[i], err);
        if (!status)
            fill(b, *vectors[i], i);
    }
    if (status)
        teardown(ctx, b);
    else
        *out = b;
    return status;
}

/// What a case says of itself; `bytes` are those that a run moves.
static void describe(nacre_ctx *ctx, const nacre_kern_ran *ran, size_t bytes, const char *peer,
                     bench_report *report)
{
    *report = (bench_report){
        .kernel = ran->kernel,
        .numeric_class = nacre_class_name(ran->numeric_class),
        .unit_name = ran->unit,
        .n = bytes,
        .unit = "bytes/s",
        .peer = peer,
        .ceiling_name = "read bandwidth of one core",
        .ceiling = bench_read_bandwidth(ctx, (size_t)VECTOR_BYTES),
    };
    nacrei_blas_describe(report->peer_version, sizeof report->peer_version);
}

static nacre_status differs(const char *kernel, double got, double reference, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_CORRUPT, "%s gives %a, the reference %a", kernel, got,
                       reference);
}

static nacre_status run_sum(nacre_ctx *ctx, void *state, nacre_error *err)
{
    reduce_bench *b = state;
    if (b->wide)
        return nacre_sum_f64(ctx, NACRE_CLASS_STRICT, b->count, b->x, &b->result, NULL, err);
    float sum = 0;
    nacre_status status = nacre_sum_f32(ctx, NACRE_CLASS_STRICT, b->count, b->x, &sum, NULL, err);
    b->result = (double)sum;
    return status;
}

static nacre_status peer_sum(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err; // the harness's clock counts
    reduce_bench *b = state;
    b->result =
        b->wide ? nacrei_blas_sum_f64(b->count, b->x) : (double)nacrei_blas_sum_f32(b->count, b->x);
    return NACRE_OK;
}

static nacre_status setup_sum(nacre_ctx *ctx, bool wide, void **state, bench_report *report,
                              nacre_error *err)
{
    reduce_bench *b;
    size_t count = VECTOR_BYTES / (wide ? sizeof(double) : sizeof(float));
    nacre_status status = setup(ctx, wide, count, &b, err);
    if (status)
        return status;
    status = run_sum(ctx, b, err);
    double reference =
        wide ? nacrek_sum_f64__ref(count, b->x) : (double)nacrek_sum_f32__ref(count, b->x);
    nacrei_op op = wide ? NACREI_OP_sum_f64 : NACREI_OP_sum_f32;
    const nacrei_variant *one = ctx->kerns->chosen[op][NACRE_CLASS_STRICT];
    if (!status && b->result != reference)
        status = differs(one->name, b->result, reference, err);
    if (status) {
        teardown(ctx, b);
        return status;
    }
    nacre_kern_ran ran = {
        .kernel = one->name, .numeric_class = NACRE_CLASS_STRICT, .unit = nacrei_variant_unit(one)};
    describe(ctx, &ran, VECTOR_BYTES, wide ? "OpenBLAS dsum" : "OpenBLAS ssum", report);
    *state = b;
    return NACRE_OK;
}

static nacre_status setup_sum_f32(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_error *err)
{
    return setup_sum(ctx, false, state, report, err);
}

const bench_case bench_sum_f32 = {
    .id = "sum.f32",
    .summary = "strict f32 sum of 128 MiB on one core: fraction of read bandwidth",
    .setup = setup_sum_f32,
    .run = run_sum,
    .peer = peer_sum,
    .teardown = teardown,
};

static nacre_status setup_sum_f64(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_error *err)
{
    return setup_sum(ctx, true, state, report, err);
}

const bench_case bench_sum_f64 = {
    .id = "sum.f64",
    .summary = "strict f64 sum of 128 MiB on one core: fraction of read bandwidth",
    .setup = setup_sum_f64,
    .run = run_sum,
    .peer = peer_sum,
    .teardown = teardown,
};

static nacre_status run_dot(nacre_ctx *ctx, void *state, nacre_error *err)
{
    reduce_bench *b = state;
    return nacre_dot_f64(ctx, NACRE_CLASS_STRICT, b->count, b->x, b->y, &b->result, NULL, err);
}

static nacre_status peer_dot(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err;
    reduce_bench *b = state;
    b->result = nacrek_dot_f64__blas(b->count, b->x, b->y);
    return NACRE_OK;
}

static nacre_status setup_dot(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    reduce_bench *b;
    nacre_status status = setup(ctx, true, VECTOR_BYTES / 2 / sizeof(double), &b, err);
    if (status)
        return status;
    nacre_kern_ran ran;
    double dot, reference = nacrek_dot_f64__ref(b->count, b->x, b->y);
    status = nacre_dot_f64(ctx, NACRE_CLASS_STRICT, b->count, b->x, b->y, &dot, &ran, err);
    if (!status && dot != reference)
        status = differs(ran.kernel, dot, reference, err);
    if (status) {
        teardown(ctx, b);
        return status;
    }
    describe(ctx, &ran, VECTOR_BYTES, "OpenBLAS ddot", report);
    *state = b;
    return NACRE_OK;
}

const bench_case bench_dot_f64 = {
    .id = "dot.f64",
    .summary = "strict f64 dot product of 2 x 64 MiB on one core: fraction of read bandwidth",
    .setup = setup_dot,
    .run = run_dot,
    .peer = peer_dot,
    .teardown = teardown,
};

static nacre_status run_prefix(nacre_ctx *ctx, void *state, nacre_error *err)
{
    reduce_bench *b = state;
    return nacre_prefix_sum_f64(ctx, NACRE_CLASS_STRICT, b->count, b->x, b->y, NULL, err);
}

/// The loop that everybody writes; a compiler may not reorder it.
static nacre_status peer_prefix(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err;
    reduce_bench *b = state;
    const double *x = b->x;
    double *y = b->peer_y, sum = 0;
    for (size_t i = 0; i < b->count; i++)
        y[i] = sum += x[i];
    return NACRE_OK;
}

static nacre_status setup_prefix(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    reduce_bench *b;
    nacre_status status = setup(ctx, true, VECTOR_BYTES / 2 / sizeof(double), &b, err);
    if (status)
        return status;
    nacre_kern_ran ran;
    status = nacre_prefix_sum_f64(ctx, NACRE_CLASS_STRICT, b->count, b->x, b->y, &ran, err);
    nacrek_prefix_f64__ref(b->count, b->x, b->peer_y);
    const double *got = b->y, *reference = b->peer_y;
    for (size_t i = 0; i < b->count && !status; i++) {
        if (got[i] != reference[i])
            status = differs(ran.kernel, got[i], reference[i], err);
    }
    if (status) {
        teardown(ctx, b);
        return status;
    }
    describe(ctx, &ran, VECTOR_BYTES, "scalar loop", report);
    report->peer_version[0] = '\0';
    *state = b;
    return NACRE_OK;
}

const bench_case bench_prefix_f64 = {
    .id = "prefix.f64",
    .summary = "strict f64 prefix sums, 64 MiB read and written, against the scalar loop",
    .setup = setup_prefix,
    .run = run_prefix,
    .peer = peer_prefix,
    .teardown = teardown,
};

/// x is the matrix; the vectors are the beginning of it and of y.
static nacre_status run_gemv(nacre_ctx *ctx, void *state, nacre_error *err)
{
    reduce_bench *b = state;
    return nacre_gemv_f64(ctx, NACRE_CLASS_STRICT, b->transpose, SIDE, SIDE, 1.0, b->x, SIDE, b->x,
                          0.0, b->y, NULL, err);
}

static nacre_status peer_gemv(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err;
    reduce_bench *b = state;
    nacrek_gemv_f64__blas(b->transpose, SIDE, SIDE, 1.0, b->x, SIDE, b->x, 0.0, b->peer_y);
    return NACRE_OK;
}

static nacre_status setup_gemv(nacre_ctx *ctx, bool transpose, void **state, bench_report *report,
                               nacre_error *err)
{
    reduce_bench *b;
    nacre_status status = setup(ctx, true, (size_t)SIDE * SIDE, &b, err);
    if (status)
        return status;
    b->transpose = transpose;
    nacre_kern_ran ran;
    status = nacre_gemv_f64(ctx, NACRE_CLASS_STRICT, transpose, SIDE, SIDE, 1.0, b->x, SIDE, b->x,
                            0.0, b->y, &ran, err);
    nacrek_gemv_f64__ref(transpose, SIDE, SIDE, 1.0, b->x, SIDE, b->x, 0.0, b->peer_y);
    const double *got = b->y, *reference = b->peer_y;
    for (size_t i = 0; i < SIDE && !status; i++) {
        if (got[i] != reference[i])
            status = differs(ran.kernel, got[i], reference[i], err);
    }
    if (status) {
        teardown(ctx, b);
        return status;
    }
    describe(ctx, &ran, (size_t)SIDE * SIDE * sizeof(double), "OpenBLAS dgemv", report);
    *state = b;
    return NACRE_OK;
}

static nacre_status setup_gemv_rows(nacre_ctx *ctx, void **state, bench_report *report,
                                    nacre_error *err)
{
    return setup_gemv(ctx, false, state, report, err);
}

const bench_case bench_gemv_f64 = {
    .id = "gemv.f64.n2048",
    .summary = "strict f64 A x, n = 2048, on one core: fraction of read bandwidth",
    .setup = setup_gemv_rows,
    .run = run_gemv,
    .peer = peer_gemv,
    .teardown = teardown,
};

static nacre_status setup_gemv_columns(nacre_ctx *ctx, void **state, bench_report *report,
                                       nacre_error *err)
{
    return setup_gemv(ctx, true, state, report, err);
}

const bench_case bench_gemv_f64_t = {
    .id = "gemv.f64.transposed.n2048",
    .summary = "strict f64 A'x, n = 2048, on one core: fraction of read bandwidth",
    .setup = setup_gemv_columns,
    .run = run_gemv,
    .peer = peer_gemv,
    .teardown = teardown,
};
