// SPDX-License-Identifier: Apache-2.0
// f32 products on the matrix unit (bf16 splits) against OpenBLAS sgemm, in one process on one core.
// The whole product is compared with one in double before anything is timed: the error is normwise,
// relative to |A B|. The ceiling is the unit's bf16 rate, measured during set-up, over the number
// of bf16 products that one f32 product takes. Without a matrix unit the case is absent.
#include "bench.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "hw/ceiling_kernels.h"
#include "kern/linalg/linalg.h"
#include "kern/variants.h"

#include <math.h>
#include <stdio.h>

enum { N = 2048 };

typedef struct matrix_bench {
    bool two_terms; ///< bf16x3, else bf16x6
    float *a, *b, *c, *peer_c;
} matrix_bench;

static nacre_status multiply(nacre_ctx *ctx, const matrix_bench *x, nacre_kern_ran *ran,
                             nacre_error *err)
{
    return x->two_terms ? nacre_gemm_bf16x3_f32(ctx, NACRE_CLASS_BOUNDED, false, false, N, N, N,
                                                1.0f, x->a, N, x->b, N, 0.0f, x->c, N, ran, err)
                        : nacre_gemm_f32(ctx, NACRE_CLASS_BOUNDED, false, false, N, N, N, 1.0f,
                                         x->a, N, x->b, N, 0.0f, x->c, N, ran, err);
}

static void widen(const float *from, double *to)
{
    for (size_t i = 0; i < (size_t)N * N; i++)
        to[i] = (double)from[i];
}

/// |C - A B|_F / |A B|_F with A B in double.
static double normwise_error(const float *c, const double *exact)
{
    double error = 0.0, size = 0.0;
    for (size_t i = 0; i < (size_t)N * N; i++) {
        double d = (double)c[i] - exact[i];
        error += d * d;
        size += exact[i] * exact[i];
    }
    return sqrt(error / size);
}

/// Fills A and B uniformly on [low, low + 1), multiplies, and measures both errors.
static nacre_status compare(nacre_ctx *ctx, const matrix_bench *x, float low, double *error,
                            double *strict_error, nacre_error *err)
{
    double *wide;
    nacre_status status =
        nacrei_alloc(ctx, (size_t)3 * N * N, sizeof *wide, "product in double", &wide, err);
    if (status)
        return status;
    double *exact = wide + (size_t)2 * N * N;
    uint64_t seed = 1;
    for (size_t i = 0; i < (size_t)2 * N * N; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        float value = (float)(seed >> 40) * 0x1p-24f + low;
        if (i < (size_t)N * N)
            x->a[i] = value;
        else
            x->b[i - (size_t)N * N] = value;
    }
    widen(x->a, wide);
    widen(x->b, wide + (size_t)N * N);
    nacrei_gemm(false, false, N, N, N, 1.0, wide, N, wide + (size_t)N * N, N, 0.0, exact, N);
    status = multiply(ctx, x, NULL, err);
    *error = normwise_error(x->c, exact);
    if (!status)
        status = nacre_gemm_f32(ctx, NACRE_CLASS_STRICT, false, false, N, N, N, 1.0f, x->a, N, x->b,
                                N, 0.0f, x->c, N, NULL, err);
    *strict_error = normwise_error(x->c, exact);
    nacrei_free(ctx, wide, (size_t)3 * N * N, sizeof *wide);
    return status;
}

/// bf16x3: 2e-5. bf16x6: the strict product's own error, on both distributions.
static nacre_status check(nacre_ctx *ctx, const matrix_bench *x, bench_report *report,
                          nacre_error *err)
{
    static const float lows[] = {0.0f, -0.5f}; // the timed one is the last
    for (size_t i = 0; i < 2; i++) {
        double error, strict_error;
        nacre_status status = compare(ctx, x, lows[i], &error, &strict_error, err);
        double bound = x->two_terms ? 2e-5 : strict_error;
        if (!status && !(error <= bound))
            status = nacrei_fail(err, NACRE_E_CORRUPT,
                                 "uniform numbers from %g: the error %.3g exceeds %.3g",
                                 (double)lows[i], error, bound);
        if (status)
            return status;
        report->max_error = error;
        report->error_bound = bound;
    }
    return NACRE_OK;
}

#if defined(__x86_64__)
/// Best of several rounds, in flops/s.
static double tile_rate(void)
{
    enum { ROUNDS = 4000, TRIES = 25 };
    double best = 0.0;
    for (int i = 0; i < TRIES; i++) {
        int64_t start = nacrei_monotonic_ns();
        volatile double sink = nacrek_tilerate_bf16__amx(ROUNDS);
        (void)sink;
        best = fmax(best, 65536.0 * ROUNDS / ((double)(nacrei_monotonic_ns() - start) * 1e-9));
    }
    return best;
}
#else
static double tile_rate(void)
{
    return 0.0;
}
#endif

static void teardown(nacre_ctx *ctx, void *state)
{
    matrix_bench *x = state;
    nacrei_free(ctx, x->a, (size_t)4 * N * N, sizeof *x->a);
    nacrei_free(ctx, x, 1, sizeof *x);
}

static nacre_status setup(nacre_ctx *ctx, bool two_terms, void **state, bench_report *report,
                          nacre_error *err)
{
    const nacrei_variant *variant;
    nacre_status status =
        nacrei_kern_choose(ctx->kerns, two_terms ? NACREI_OP_gemm_bf16x3_f32 : NACREI_OP_gemm_f32,
                           NACRE_CLASS_BOUNDED, &variant, err);
    if (!status && variant->isa != NACREI_ISA_amx)
        status = nacrei_fail(err, NACRE_E_UNSUPPORTED,
                             "no matrix unit may be used here (nacre doctor says why)");
    matrix_bench *x = NULL;
    if (!status)
        status = nacrei_alloc(ctx, 1, sizeof *x, "gemm benchmark", &x, err);
    if (status)
        return status;
    x->two_terms = two_terms;
    status = nacrei_alloc(ctx, (size_t)4 * N * N, sizeof *x->a, "matrices", &x->a, err);
    x->b = x->a + (size_t)N * N;
    x->c = x->b + (size_t)N * N;
    x->peer_c = x->c + (size_t)N * N;
    *report = (bench_report){
        .kernel = variant->name,
        .numeric_class = nacre_class_name(variant->numeric_class),
        .unit_name = nacrei_variant_unit(variant),
        .n = (uint64_t)2 * N * N * N,
        .unit = "flops/s",
        .peer = "OpenBLAS sgemm",
        .ceiling_name =
            two_terms ? "bf16 tile rate of one core / 3" : "bf16 tile rate of one core / 6",
    };
    if (!status)
        status = check(ctx, x, report, err);
    if (status) {
        teardown(ctx, x);
        return status;
    }
    nacrei_blas_describe(report->peer_version, sizeof report->peer_version);
    report->ceiling = tile_rate() / (two_terms ? 3.0 : 6.0);
    *state = x;
    return NACRE_OK;
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    return multiply(ctx, state, NULL, err);
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    (void)seconds; // the harness's clock counts
    (void)err;
    const matrix_bench *x = state;
    char scratch;
    (void)nacrek_gemm_f32__blas(false, false, N, N, N, 1.0f, x->a, N, x->b, N, 0.0f, x->peer_c, N,
                                &scratch, 1);
    return NACRE_OK;
}

static nacre_status setup_bf16x3(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, true, state, report, err);
}

const bench_case bench_gemm_bf16x3_2048 = {
    .id = "gemm.f32.bf16x3.n2048",
    .summary = "f32 product by two bf16 terms: >= 2.7x OpenBLAS sgemm at an error <= 2e-5",
    .setup = setup_bf16x3,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_bf16x6(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, false, state, report, err);
}

const bench_case bench_gemm_bf16x6_2048 = {
    .id = "gemm.f32.bf16x6.n2048",
    .summary = "f32 product by three bf16 terms: >= 1.5x OpenBLAS sgemm, no less exact than strict",
    .setup = setup_bf16x6,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
