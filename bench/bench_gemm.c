// SPDX-License-Identifier: Apache-2.0
// Strict matrix products through the public call against OpenBLAS, which the bounded class runs, in
// the same process and on one core. The ceiling is this core's fma rate on the widest usable
// vectors, measured during set-up. Before anything is timed the result must equal the reference's
// bits on a sample of entries, and the peer's must lie within the bound.
#include "bench.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "kern/linalg/linalg.h"
#include "kern/variants.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    SAMPLES = 512,           // entries that are compared with the reference
    BATCH_PRODUCT = 1 << 22, // m n k that a run has at least
};

typedef struct gemm_bench {
    size_t n, batch;
    bool wide; // f64
    void *a, *b, *c, *peer_c;
} gemm_bench;

static size_t element(const gemm_bench *x)
{
    return x->wide ? sizeof(double) : sizeof(float);
}

static double at(const gemm_bench *x, const void *matrix, size_t i, size_t j)
{
    size_t index = i * x->n + j;
    return x->wide ? ((const double *)matrix)[index] : (double)((const float *)matrix)[index];
}

static nacre_status multiply(nacre_ctx *ctx, const gemm_bench *x, nacre_class numeric_class,
                             void *c, nacre_kern_ran *ran, nacre_error *err)
{
    size_t n = x->n;
    return x->wide ? nacre_gemm_f64(ctx, numeric_class, false, false, n, n, n, 1.0, x->a, n, x->b,
                                    n, 0.0, c, n, ran, err)
                   : nacre_gemm_f32(ctx, numeric_class, false, false, n, n, n, 1.0f, x->a, n, x->b,
                                    n, 0.0f, c, n, ran, err);
}

/// One entry by the reference.
static double reference(const gemm_bench *x, size_t i, size_t j)
{
    char scratch;
    if (x->wide) {
        double c;
        (void)nacrek_gemm_f64__ref(false, false, 1, 1, x->n, 1.0, (double *)x->a + i * x->n, x->n,
                                   (double *)x->b + j, x->n, 0.0, &c, 1, &scratch, 1);
        return c;
    }
    float c;
    (void)nacrek_gemm_f32__ref(false, false, 1, 1, x->n, 1.0f, (float *)x->a + i * x->n, x->n,
                               (float *)x->b + j, x->n, 0.0f, &c, 1, &scratch, 1);
    return (double)c;
}

/// Largest error of both sides in units of the bound's k u |A||B| term.
static nacre_status check(nacre_ctx *ctx, gemm_bench *x, bench_report *report, nacre_error *err)
{
    nacre_kern_ran ran;
    nacre_status status = multiply(ctx, x, NACRE_CLASS_BOUNDED, x->peer_c, NULL, err);
    if (!status)
        status = multiply(ctx, x, NACRE_CLASS_STRICT, x->c, &ran, err);
    if (status)
        return status;
    report->kernel = ran.kernel;
    report->numeric_class = nacre_class_name(ran.numeric_class);
    report->unit_name = ran.unit;
    double u = x->wide ? 0x1p-53 : 0x1p-24;
    for (size_t s = 0; s < SAMPLES; s++) {
        size_t i = s * 7919 % x->n, j = s * 104729 % x->n;
        double mine = at(x, x->c, i, j), expected = reference(x, i, j);
        if (mine != expected)
            return nacrei_fail(err, NACRE_E_CORRUPT, "%s: C[%zu][%zu] = %a, the reference says %a",
                               ran.kernel, i, j, mine, expected);
        long double exact = 0, size = 0;
        for (size_t p = 0; p < x->n; p++) {
            long double term = (long double)at(x, x->a, i, p) * (long double)at(x, x->b, p, j);
            exact += term;
            size += fabsl(term);
        }
        double unit = (double)size * u * (double)(x->n + 3);
        double error = fabs((double)((long double)mine - exact)) / unit;
        double peer_error = fabs((double)((long double)at(x, x->peer_c, i, j) - exact)) / unit;
        if (error > 1.0 || peer_error > 1.0)
            return nacrei_fail(
                err, NACRE_E_CORRUPT,
                "n = %zu: error of C[%zu][%zu] is %.2f of its bound, OpenBLAS's %.2f", x->n, i, j,
                error, peer_error);
        report->max_error = fmax(report->max_error, error);
    }
    return NACRE_OK;
}

#if defined(__x86_64__)
// Twelve chains of fma on zeros hide the latency of any current core; loads and stores none.
#define FMA(type, wide, to) "vfmadd231" type " %%" wide "0, %%" wide "0, %%" wide to "\n\t"
#define FMAS_3(t, w, a, b, c) FMA(t, w, a) FMA(t, w, b) FMA(t, w, c)
#define FMA_LOOP(t, w)                                                                             \
    __asm__ volatile("vzeroall\n1:\n\t" FMAS_3(t, w, "1", "2", "3") FMAS_3(t, w, "4", "5", "6")    \
                         FMAS_3(t, w, "7", "8", "9")                                               \
                             FMAS_3(t, w, "10", "11", "12") "dec %0\n\tjnz 1b\n\tvzeroupper"       \
                     : "+r"(rounds)                                                                \
                     :                                                                             \
                     : "cc", "xmm0", "xmm1", "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7",       \
                       "xmm8", "xmm9", "xmm10", "xmm11", "xmm12", "xmm13", "xmm14", "xmm15")

static void spin(bool wide, bool avx512, uint64_t rounds)
{
    if (wide && avx512)
        FMA_LOOP("pd", "zmm");
    else if (wide)
        FMA_LOOP("pd", "ymm");
    else if (avx512)
        FMA_LOOP("ps", "zmm");
    else
        FMA_LOOP("ps", "ymm");
}

/// Best of several rounds, in flops/s; 0 where the context may not use vectors.
static double fma_ceiling(const nacre_ctx *ctx, bool wide)
{
    enum { CHAINS = 12, ROUNDS = 200000, TRIES = 9 };
    bool avx512 = ctx->kerns->allowed & NACREI_ISA_avx512;
    if (!(ctx->kerns->allowed & NACREI_ISA_avx2))
        return 0.0;
    double flops = (avx512 ? 64.0 : 32.0) / (wide ? 8.0 : 4.0) * 2.0 * CHAINS * ROUNDS;
    double best = 0.0;
    for (int i = 0; i < TRIES; i++) {
        int64_t start = nacrei_monotonic_ns();
        spin(wide, avx512, ROUNDS);
        best = fmax(best, flops / ((double)(nacrei_monotonic_ns() - start) * 1e-9));
    }
    return best;
}
#else
static double fma_ceiling(const nacre_ctx *ctx, bool wide)
{
    (void)ctx, (void)wide;
    return 0.0; // no probe for this architecture yet
}
#endif

static void teardown(nacre_ctx *ctx, void *state)
{
    gemm_bench *x = state;
    nacrei_free(ctx, x->a, x->n * x->n, element(x));
    nacrei_free(ctx, x->b, x->n * x->n, element(x));
    nacrei_free(ctx, x->c, x->n * x->n, element(x));
    nacrei_free(ctx, x->peer_c, x->n * x->n, element(x));
    nacrei_free(ctx, x, 1, sizeof *x);
}

/// Uniform on (-1/2, 1/2).
static void fill(const gemm_bench *x, void *matrix, uint64_t state)
{
    for (size_t i = 0; i < x->n * x->n; i++) {
        state = state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        double value = (double)(state >> 40) * 0x1p-24 - 0.5;
        if (x->wide)
            ((double *)matrix)[i] = value;
        else
            ((float *)matrix)[i] = (float)value;
    }
}

static nacre_status setup(nacre_ctx *ctx, size_t n, bool wide, void **state, bench_report *report,
                          nacre_error *err)
{
    gemm_bench *x;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *x, "gemm benchmark", &x, err);
    if (status)
        return status;
    x->n = n;
    x->wide = wide;
    x->batch = 1 + BATCH_PRODUCT / (n * n * n);
    void **const matrices[] = {&x->a, &x->b, &x->c, &x->peer_c};
    for (size_t i = 0; i < 4 && !status; i++) {
        status = nacrei_alloc(ctx, n * n, element(x), "matrix", matrices[i], err);
        if (!status)
            fill(x, *matrices[i], i);
    }
    *report = (bench_report){
        .n = 2 * n * n * n,
        .unit = "flops/s",
        .peer = wide ? "OpenBLAS dgemm" : "OpenBLAS sgemm",
        .ceiling_name = "fma rate of one core on its widest vectors",
        .error_bound = 1.0,
        .batch = x->batch,
    };
    if (!status)
        status = check(ctx, x, report, err);
    if (status) {
        teardown(ctx, x);
        return status;
    }
    nacrei_blas_describe(report->peer_version, sizeof report->peer_version);
    report->ceiling = fma_ceiling(ctx, wide);
    *state = x;
    return NACRE_OK;
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    const gemm_bench *x = state;
    nacre_status status = NACRE_OK;
    for (size_t i = 0; i < x->batch && !status; i++)
        status = multiply(ctx, x, NACRE_CLASS_STRICT, x->c, NULL, err);
    return status;
}

/// The library without the public call around it.
static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    (void)seconds; // the harness's clock counts
    (void)err;
    const gemm_bench *x = state;
    size_t n = x->n;
    char scratch;
    for (size_t i = 0; i < x->batch; i++) {
        if (x->wide)
            (void)nacrek_gemm_f64__blas(false, false, n, n, n, 1.0, x->a, n, x->b, n, 0.0,
                                        x->peer_c, n, &scratch, 1);
        else
            (void)nacrek_gemm_f32__blas(false, false, n, n, n, 1.0f, x->a, n, x->b, n, 0.0f,
                                        x->peer_c, n, &scratch, 1);
    }
    return NACRE_OK;
}

static nacre_status setup_f32_16(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, 16, false, state, report, err);
}

const bench_case bench_gemm_f32_16 = {
    .id = "gemm.f32.strict.n16",
    .summary = "strict f32 product, n = 16: >= 0.8x OpenBLAS sgemm on one core",
    .setup = setup_f32_16,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_f32_32(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, 32, false, state, report, err);
}

const bench_case bench_gemm_f32_32 = {
    .id = "gemm.f32.strict.n32",
    .summary = "strict f32 product, n = 32: >= 0.8x OpenBLAS sgemm on one core",
    .setup = setup_f32_32,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_f32_64(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, 64, false, state, report, err);
}

const bench_case bench_gemm_f32_64 = {
    .id = "gemm.f32.strict.n64",
    .summary = "strict f32 product, n = 64: >= 0.8x OpenBLAS sgemm on one core",
    .setup = setup_f32_64,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_f32_256(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_error *err)
{
    return setup(ctx, 256, false, state, report, err);
}

const bench_case bench_gemm_f32_256 = {
    .id = "gemm.f32.strict.n256",
    .summary = "strict f32 product, n = 256: ratio to OpenBLAS sgemm on one core",
    .setup = setup_f32_256,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_f32_2048(nacre_ctx *ctx, void **state, bench_report *report,
                                   nacre_error *err)
{
    return setup(ctx, 2048, false, state, report, err);
}

const bench_case bench_gemm_f32_2048 = {
    .id = "gemm.f32.strict.n2048",
    .summary = "strict f32 product, n = 2048: >= 0.95x OpenBLAS sgemm on one core",
    .setup = setup_f32_2048,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

static nacre_status setup_f64_2048(nacre_ctx *ctx, void **state, bench_report *report,
                                   nacre_error *err)
{
    return setup(ctx, 2048, true, state, report, err);
}

const bench_case bench_gemm_f64_2048 = {
    .id = "gemm.f64.strict.n2048",
    .summary = "strict f64 product, n = 2048: ratio to OpenBLAS dgemm on one core",
    .setup = setup_f64_2048,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
