// SPDX-License-Identifier: Apache-2.0
// Benchmarks of the elementary functions against a scalar loop over the C library's, which for the
// normal CDF is the route everybody takes, 0.5 erfc(-x/sqrt2). The CDF has a second input because
// the peer's cost depends on it and ours does not: of standard normal arguments (ndtr.f64.normal)
// most fall into the peer's cheapest branch. The C library has no inverse normal CDF. Errors are in
// ulp against f64 for f32, and for f64 against the C library in long double.
#include "bench.h"

#include "core/alloc.h"
#include "kern/elementary/elementary.h"

#include <float.h>
#include <gnu/libc-version.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum {
    COUNT = 1 << 16,   // too many for the peer's branches to be learnt, short against a time slice
    CHECK_STRIDE = 16, // every 16th result is compared with the exact one
};

typedef struct elementary_row {
    nacrei_op op;
    bool is_f32;
    double low, high; ///< of uniform arguments; equal: standard normal ones
    double bound_ulp; ///< on this range
    long double (*exact)(long double x);
    const char *peer; ///< NULL = none
} elementary_row;

typedef struct elementary_bench {
    const elementary_row *row;
    const nacrei_variant *variant;
    double x[COUNT], y[COUNT]; ///< or as many floats
} elementary_bench;

/// splitmix64, to a double in (0, 1).
static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static void fill(elementary_bench *bench)
{
    const elementary_row *row = bench->row;
    float *narrow = (float *)(void *)bench->x;
    uint64_t state = 1;
    for (size_t i = 0; i < COUNT; i++) {
        double value = row->low + (row->high - row->low) * next_uniform(&state);
        if (row->low == row->high) {
            double radius = sqrt(-2.0 * log(next_uniform(&state)));
            value = radius * cos(2.0 * M_PI * next_uniform(&state));
        }
        if (row->is_f32)
            narrow[i] = (float)value;
        else
            bench->x[i] = value;
    }
}

static void map(const nacrei_variant *variant, bool f32, size_t n, const void *x, void *y)
{
    if (f32)
        variant->function.exp_f32(n, x, y);
    else
        variant->function.exp_f64(n, x, y);
}

/// The inverse normal CDF to long double, by Newton's method from the result itself.
static long double polish_inverse(double p, double y)
{
    long double x = -fabsl((long double)y), small = (long double)p;
    if (p > 0.5)
        small = 1.0L - small;
    for (int i = 0; i < 2; i++) {
        long double tail = 0.5L * erfcl(-x * (long double)M_SQRT1_2);
        long double density = expl(-x * x / 2.0L) / sqrtl(2.0L * (long double)M_PI);
        x -= (tail - small) / density;
    }
    return p < 0.5 ? x : -x;
}

static double error_ulp(const elementary_row *row, double x, double y)
{
    long double exact = row->exact ? row->exact((long double)x) : polish_inverse(x, y);
    int exponent;
    (void)frexp((double)exact, &exponent);
    long double ulp = ldexpl(1.0L, exponent - (row->is_f32 ? FLT_MANT_DIG : DBL_MANT_DIG));
    return (double)(fabsl((long double)y - exact) / ulp);
}

/// Same bits as the reference, and near the exact value.
static nacre_status check(elementary_bench *bench, bench_report *report, nacre_error *err)
{
    const elementary_row *row = bench->row;
    const nacrei_variant *reference = nacrei_variants;
    while (reference->op != row->op || reference->isa != NACREI_ISA_ref)
        reference++;
    const float *narrow_x = (float *)(void *)bench->x, *narrow_y = (float *)(void *)bench->y;
    map(bench->variant, row->is_f32, COUNT, bench->x, bench->y);
    for (size_t i = 0; i < COUNT; i++) {
        double x = bench->x[i], y = bench->y[i], expected;
        float narrow;
        if (row->is_f32) {
            x = (double)narrow_x[i];
            y = (double)narrow_y[i];
            reference->function.exp_f32(1, narrow_x + i, &narrow);
            expected = (double)narrow;
        } else {
            reference->function.exp_f64(1, &x, &expected);
        }
        if (memcmp(&expected, &y, sizeof y) != 0)
            return nacrei_fail(err, NACRE_E_CORRUPT, "%s(%a) = %a, the reference says %a",
                               report->kernel, x, y, expected);
        if (i % CHECK_STRIDE == 0)
            report->max_error = fmax(report->max_error, error_ulp(row, x, y));
    }
    return NACRE_OK;
}

static nacre_status setup(nacre_ctx *ctx, const elementary_row *row, void **state,
                          bench_report *report, nacre_error *err)
{
    elementary_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "elementary benchmark", &bench, err);
    if (status)
        return status;
    bench->row = row;
    bench->variant = ctx->kerns->chosen[row->op][NACRE_CLASS_STRICT];
    fill(bench);
    *report = (bench_report){
        .kernel = bench->variant->name,
        .numeric_class = "strict",
        .unit_name = nacrei_variant_unit(bench->variant),
        .n = COUNT,
        .unit = "values/s",
        .peer = row->peer,
        .error_bound = row->bound_ulp,
    };
    if (row->peer)
        (void)snprintf(report->peer_version, sizeof report->peer_version, "%s",
                       gnu_get_libc_version());
    else
        (void)snprintf(report->peer_absent, sizeof report->peer_absent, "%s",
                       "the C library has no inverse normal CDF");
    status = check(bench, report, err);
    if (status) {
        nacrei_free(ctx, bench, 1, sizeof *bench);
        return status;
    }
    *state = bench;
    return NACRE_OK;
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    (void)ctx, (void)err;
    elementary_bench *bench = state;
    map(bench->variant, bench->row->is_f32, COUNT, bench->x, bench->y);
    return NACRE_OK;
}

static void teardown(nacre_ctx *ctx, void *state)
{
    nacrei_free(ctx, state, 1, sizeof(elementary_bench));
}

static long double exact_ndtr(long double x)
{
    return 0.5L * erfcl(-x * 0.707106781186547524400844362104849039L);
}

static long double exact_sigmoid(long double x)
{
    return 1.0L / (1.0L + expl(-x));
}

static inline float ndtr_by_erfcf(float x)
{
    return 0.5f * erfcf(-x * (float)M_SQRT1_2);
}

static inline double ndtr_by_erfc(double x)
{
    return 0.5 * erfc(-x * M_SQRT1_2);
}

static inline float sigmoid_by_expf(float x)
{
    return 1.0f / (1.0f + expf(-x));
}

static inline double sigmoid_by_exp(double x)
{
    return 1.0 / (1.0 + exp(-x));
}

/// Inlined, so that the peer's function is called without detour.
static inline __attribute__((always_inline)) nacre_status loop_f32(elementary_bench *bench,
                                                                   float (*function)(float))
{
    const float *x = (float *)(void *)bench->x;
    float *y = (float *)(void *)bench->y;
    for (size_t i = 0; i < COUNT; i++)
        y[i] = function(x[i]);
    return NACRE_OK;
}

static inline __attribute__((always_inline)) nacre_status loop_f64(elementary_bench *bench,
                                                                   double (*function)(double))
{
    for (size_t i = 0; i < COUNT; i++)
        bench->y[i] = function(bench->x[i]);
    return NACRE_OK;
}

#define PEER(name, loop, function)                                                                 \
    static nacre_status name##_peer(nacre_ctx *ctx, void *state, double *seconds,                  \
                                    nacre_error *err)                                              \
    {                                                                                              \
        (void)ctx, (void)seconds, (void)err; /* the harness's clock counts */                      \
        return loop(state, function);                                                              \
    }

PEER(exp_f32, loop_f32, expf)
PEER(exp_f64, loop_f64, exp)
PEER(log_f32, loop_f32, logf)
PEER(log_f64, loop_f64, log)
PEER(ndtr_f32, loop_f32, ndtr_by_erfcf)
PEER(ndtr_f64, loop_f64, ndtr_by_erfc)
PEER(tanh_f32, loop_f32, tanhf)
PEER(tanh_f64, loop_f64, tanh)
PEER(sigmoid_f32, loop_f32, sigmoid_by_expf)
PEER(sigmoid_f64, loop_f64, sigmoid_by_exp)

/// One case: its row, the set-up that knows it, and what `nacre bench` lists.
#define CASE(name, id_text, summary_text, peer_function, ...)                                      \
    static const elementary_row name##_row = {__VA_ARGS__};                                        \
    static nacre_status name##_setup(nacre_ctx *ctx, void **state, bench_report *report,           \
                                     nacre_error *err)                                             \
    {                                                                                              \
        return setup(ctx, &name##_row, state, report, err);                                        \
    }                                                                                              \
    const bench_case bench_##name = {                                                              \
        .id = id_text,                                                                             \
        .summary = summary_text,                                                                   \
        .setup = name##_setup,                                                                     \
        .run = run,                                                                                \
        .peer = peer_function,                                                                     \
        .teardown = teardown,                                                                      \
    };

CASE(exp_f32, "exp.f32", "exponential on [-10, 10]: >= 8x glibc's expf in a loop on one core",
     exp_f32_peer, NACREI_OP_exp_f32, true, -10, 10, 0.83, expl, "glibc expf")
CASE(exp_f64, "exp.f64", "exponential on [-10, 10]", exp_f64_peer, NACREI_OP_exp_f64, false, -10,
     10, 1.0, expl, "glibc exp")
CASE(log_f32, "log.f32", "natural logarithm on [0.01, 100]", log_f32_peer, NACREI_OP_log_f32, true,
     0.01, 100, 0.52, logl, "glibc logf")
CASE(log_f64, "log.f64", "natural logarithm on [0.01, 100]", log_f64_peer, NACREI_OP_log_f64, false,
     0.01, 100, 0.75, logl, "glibc log")
CASE(ndtr_f32, "ndtr.f32", "normal CDF, uniform on [-6, 6]: >= 8x glibc's erfcf route on one core",
     ndtr_f32_peer, NACREI_OP_ndtr_f32, true, -6, 6, 0.53, exact_ndtr, "glibc 0.5 erfcf(-x/sqrt2)")
CASE(ndtr_f64, "ndtr.f64", "normal CDF, uniform on [-6, 6]: >= 5x glibc's erfc route on one core",
     ndtr_f64_peer, NACREI_OP_ndtr_f64, false, -6, 6, 2.0, exact_ndtr, "glibc 0.5 erfc(-x/sqrt2)")
CASE(ndtr_f64_normal, "ndtr.f64.normal",
     "normal CDF of standard normal arguments, the peer's cheapest input", ndtr_f64_peer,
     NACREI_OP_ndtr_f64, false, 0, 0, 2.0, exact_ndtr, "glibc 0.5 erfc(-x/sqrt2)")
CASE(ndtri_f32, "ndtri.f32", "inverse normal CDF, uniform on (0, 1)", NULL, NACREI_OP_ndtri_f32,
     true, 0, 1, 0.55, NULL, NULL)
CASE(ndtri_f64, "ndtri.f64", "inverse normal CDF, uniform on (0, 1)", NULL, NACREI_OP_ndtri_f64,
     false, 0, 1, 4.0, NULL, NULL)
CASE(tanh_f32, "tanh.f32", "hyperbolic tangent on [-3, 3]", tanh_f32_peer, NACREI_OP_tanh_f32, true,
     -3, 3, 0.52, tanhl, "glibc tanhf")
CASE(tanh_f64, "tanh.f64", "hyperbolic tangent on [-3, 3]", tanh_f64_peer, NACREI_OP_tanh_f64,
     false, -3, 3, 1.0, tanhl, "glibc tanh")
CASE(sigmoid_f32, "sigmoid.f32", "1/(1 + exp(-x)) on [-8, 8]", sigmoid_f32_peer,
     NACREI_OP_sigmoid_f32, true, -8, 8, 0.51, exact_sigmoid, "glibc 1/(1 + expf(-x))")
CASE(sigmoid_f64, "sigmoid.f64", "1/(1 + exp(-x)) on [-8, 8]", sigmoid_f64_peer,
     NACREI_OP_sigmoid_f64, false, -8, 8, 1.0, exact_sigmoid, "glibc 1/(1 + exp(-x))")
