// SPDX-License-Identifier: Apache-2.0
// Benchmarks of the normal CDF against the route everybody takes, 0.5 erfc(-x/sqrt2) from the C
// library in a scalar loop. Two inputs, because the peer's cost depends on them and ours does not:
// uniform on [-6, 6] (ndtr.f64), and standard normal arguments (ndtr.f64.normal), most of which
// fall into the peer's cheapest branch. Errors are in ulp against the 80-bit (or wider) erfcl.
#include "bench.h"

#include "core/alloc.h"
#include "kern/kern.h"
#include "kern/elementary/elementary.h"

#include <float.h>
#include <gnu/libc-version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    COUNT = 1 << 16,   // too many for the peer's branches to be learnt, short against a time slice
    CHECK_STRIDE = 16, // every 16th result is compared with erfcl
};

/// Of the class on this range; elementary.h states it.
static const double BOUND_ULP = 2.0;

typedef struct ndtr_bench {
    double x[COUNT];
    double y[COUNT];
} ndtr_bench;

/// splitmix64, to a double in (0, 1).
static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static void fill_uniform(double *x)
{
    uint64_t state = 1;
    for (size_t i = 0; i < COUNT; i++)
        x[i] = 12.0 * next_uniform(&state) - 6.0;
}

static void fill_normal(double *x)
{
    uint64_t state = 2;
    for (size_t i = 0; i < COUNT; i++) {
        double radius = sqrt(-2.0 * log(next_uniform(&state)));
        x[i] = radius * cos(2.0 * M_PI * next_uniform(&state));
    }
}

/// Distance from the correct value in units of the last place of the result.
static double error_ulp(double x, double y)
{
    long double exact = 0.5L * erfcl(-(long double)x * 0.707106781186547524400844362104849039L);
    int exponent;
    (void)frexp((double)exact, &exponent);
    long double ulp = ldexpl(1.0L, exponent - DBL_MANT_DIG);
    return (double)(fabsl((long double)y - exact) / ulp);
}

/// Same bits as the reference, and near the exact value.
static nacre_status check(nacre_ctx *ctx, ndtr_bench *bench, bench_report *report, nacre_error *err)
{
    ctx->kerns->ndtr_f64(COUNT, bench->x, bench->y);
    for (size_t i = 0; i < COUNT; i++) {
        double reference;
        nacrek_ndtr_f64__ref(1, bench->x + i, &reference);
        if (memcmp(&reference, bench->y + i, sizeof reference) != 0)
            return nacrei_fail(err, NACRE_E_CORRUPT, "%s: ndtr(%a) = %a, the reference says %a",
                               report->kernel, bench->x[i], bench->y[i], reference);
        if (i % CHECK_STRIDE == 0)
            report->max_error = fmax(report->max_error, error_ulp(bench->x[i], bench->y[i]));
    }
    return NACRE_OK;
}

static nacre_status setup(nacre_ctx *ctx, void (*fill)(double *x), void **state,
                          bench_report *report, nacre_error *err)
{
    ndtr_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "ndtr benchmark", &bench, err);
    if (status)
        return status;
    fill(bench->x);
    *report = (bench_report){
        .kernel = ctx->kerns->ndtr_f64_name,
        .numeric_class = "strict",
        .unit_name = strcmp(ctx->kerns->isa, "ref") == 0 ? "scalar" : "vector",
        .n = COUNT,
        .unit = "values/s",
        .peer = "glibc 0.5 erfc(-x/sqrt2)",
        .error_bound = BOUND_ULP,
    };
    (void)snprintf(report->peer_version, sizeof report->peer_version, "%s", gnu_get_libc_version());
    status = check(ctx, bench, report, err);
    if (status) {
        nacrei_free(ctx, bench, 1, sizeof *bench);
        return status;
    }
    *state = bench;
    return NACRE_OK;
}

static nacre_status setup_uniform(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_error *err)
{
    return setup(ctx, fill_uniform, state, report, err);
}

static nacre_status setup_normal(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    return setup(ctx, fill_normal, state, report, err);
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)err;
    ndtr_bench *bench = state;
    ctx->kerns->ndtr_f64(COUNT, bench->x, bench->y);
    return NACRE_OK;
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    (void)seconds; // the harness's clock counts
    (void)err;
    ndtr_bench *bench = state;
    for (size_t i = 0; i < COUNT; i++)
        bench->y[i] = 0.5 * erfc(-bench->x[i] * M_SQRT1_2);
    return NACRE_OK;
}

static void teardown(nacre_ctx *ctx, void *state)
{
    nacrei_free(ctx, state, 1, sizeof(ndtr_bench));
}

const bench_case bench_ndtr_f64 = {
    .id = "ndtr.f64",
    .summary = "normal CDF, uniform on [-6, 6]: >= 5x glibc's erfc route on one core",
    .setup = setup_uniform,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};

const bench_case bench_ndtr_f64_normal = {
    .id = "ndtr.f64.normal",
    .summary = "normal CDF of standard normal arguments, the peer's cheapest input",
    .setup = setup_normal,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
