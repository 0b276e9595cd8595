// SPDX-License-Identifier: Apache-2.0
// Covariance of 2,520 days (ten years) and 500 or 2,000 shares through the public call, strict,
// against the usual route in the same process: column means, a centred copy and OpenBLAS's dsyrk on
// one triangle. Rates count n (n + 1) m operations of the triangle for both. Before anything is
// timed a sample of entries must lie within the stated bound around long double.
#include "bench.h"

#include "core/alloc.h"
#include "kern/kern.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DAYS = 2520, SAMPLES = 64 };

typedef struct covariance_bench {
    size_t n;
    nacre_class numeric_class;
    double *x, *centred, *c, *mean;
} covariance_bench;

static void teardown(nacre_ctx *ctx, void *state)
{
    covariance_bench *b = state;
    nacrei_free(ctx, b->x, DAYS * b->n, sizeof *b->x);
    nacrei_free(ctx, b->centred, DAYS * b->n, sizeof *b->x);
    nacrei_free(ctx, b->c, b->n * b->n, sizeof *b->x);
    nacrei_free(ctx, b->mean, b->n, sizeof *b->x);
    nacrei_free(ctx, b, 1, sizeof *b);
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    const covariance_bench *b = state;
    return nacre_covariance_f64(ctx, b->numeric_class, DAYS, b->n, 1, b->x, b->n, NULL, NULL, b->c,
                                b->n, NULL, err);
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx, (void)seconds, (void)err; // the harness's clock counts
    const covariance_bench *b = state;
    size_t n = b->n;
    memset(b->mean, 0, n * sizeof *b->mean);
    for (size_t i = 0; i < DAYS; i++) {
        for (size_t j = 0; j < n; j++)
            b->mean[j] += b->x[i * n + j];
    }
    for (size_t i = 0; i < DAYS; i++) {
        for (size_t j = 0; j < n; j++)
            b->centred[i * n + j] = b->x[i * n + j] - b->mean[j] / DAYS;
    }
    nacrei_syrk(true, n, DAYS, 1.0 / (DAYS - 1), b->centred, n, 0.0, b->c, n);
    return NACRE_OK;
}

/// Largest error in units of the bound of nacre/kern.h.
static nacre_status check(nacre_ctx *ctx, const covariance_bench *b, bench_report *report,
                          nacre_error *err)
{
    nacre_kern_ran ran;
    size_t n = b->n;
    nacre_status status = nacre_covariance_f64(ctx, b->numeric_class, DAYS, n, 1, b->x, n, NULL,
                                               b->mean, b->c, n, &ran, err);
    for (size_t s = 0; s < SAMPLES && !status; s++) {
        size_t i = s * 7919 % n, j = s * 104729 % n;
        long double mean_i = 0, mean_j = 0, sum = 0, size = 0;
        for (size_t p = 0; p < DAYS; p++) {
            mean_i += (long double)b->x[p * n + i] / (long double)DAYS;
            mean_j += (long double)b->x[p * n + j] / (long double)DAYS;
        }
        for (size_t p = 0; p < DAYS; p++) {
            long double term =
                ((long double)b->x[p * n + i] - mean_i) * ((long double)b->x[p * n + j] - mean_j);
            sum += term;
            size += fabsl(term);
        }
        long double bound = (DAYS + 8) * 0x1p-53L * size / (DAYS - 1);
        double error = (double)(fabsl((long double)b->c[i * n + j] - sum / (DAYS - 1)) / bound);
        if (!(error <= 1.0) || b->c[i * n + j] != b->c[j * n + i])
            status = nacrei_fail(err, NACRE_E_CORRUPT, "%s: error of C[%zu][%zu] is %.2f bounds",
                                 ran.kernel, i, j, error);
        report->max_error = fmax(report->max_error, error);
    }
    if (status)
        return status;
    report->kernel = ran.kernel;
    report->numeric_class = nacre_class_name(ran.numeric_class);
    report->unit_name = ran.unit;
    return NACRE_OK;
}

static nacre_status setup(nacre_ctx *ctx, size_t n, nacre_class numeric_class, void **state,
                          bench_report *report, nacre_error *err)
{
    covariance_bench *b;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *b, "covariance benchmark", &b, err);
    if (status)
        return status;
    b->n = n;
    b->numeric_class = numeric_class;
    status = nacrei_alloc(ctx, DAYS * n, sizeof *b->x, "observations", &b->x, err);
    if (!status)
        status = nacrei_alloc(ctx, DAYS * n, sizeof *b->x, "centred copy", &b->centred, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, sizeof *b->x, "matrix", &b->c, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *b->x, "means", &b->mean, err);
    *report = (bench_report){
        .n = n * (n + 1) * DAYS,
        .unit = "flops/s",
        .peer = "centre + OpenBLAS dsyrk",
        .error_bound = 1.0,
    };
    uint64_t seed = 1;
    for (size_t i = 0; i < DAYS * n && !status; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        b->x[i] = (double)(seed >> 40) * 0x1p-24 - 0.5;
    }
    if (!status)
        status = check(ctx, b, report, err);
    if (status) {
        teardown(ctx, b);
        return status;
    }
    nacrei_blas_describe(report->peer_version, sizeof report->peer_version);
    *state = b;
    return NACRE_OK;
}

static nacre_status setup_500(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return setup(ctx, 500, NACRE_CLASS_STRICT, state, report, err);
}

const bench_case bench_covariance_500 = {
    .id = "cov.2520x500",
    .summary = "strict covariance of 2520 x 500: ratio to centring and OpenBLAS dsyrk on one core",
    .setup = setup_500,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_500_bounded(nacre_ctx *ctx, void **state, bench_report *report,
                                      nacre_error *err)
{
    return setup(ctx, 500, NACRE_CLASS_BOUNDED, state, report, err);
}

const bench_case bench_covariance_500_bounded = {
    .id = "cov.2520x500.bounded",
    .summary = "bounded covariance of 2520 x 500: ratio to centring and OpenBLAS dsyrk",
    .setup = setup_500_bounded,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_2000(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return setup(ctx, 2000, NACRE_CLASS_STRICT, state, report, err);
}

const bench_case bench_covariance_2000 = {
    .id = "cov.2520x2000",
    .summary = "strict covariance of 2520 x 2000: ratio to centring and OpenBLAS dsyrk on one core",
    .setup = setup_2000,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_2000_bounded(nacre_ctx *ctx, void **state, bench_report *report,
                                       nacre_error *err)
{
    return setup(ctx, 2000, NACRE_CLASS_BOUNDED, state, report, err);
}

const bench_case bench_covariance_2000_bounded = {
    .id = "cov.2520x2000.bounded",
    .summary = "bounded covariance of 2520 x 2000: ratio to centring and OpenBLAS dsyrk",
    .setup = setup_2000_bounded,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
