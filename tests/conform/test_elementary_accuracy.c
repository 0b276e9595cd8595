// SPDX-License-Identifier: Apache-2.0
// The f64 functions within the bounds that elementary.h states, on a million arguments each that
// follow every formula of the code to its ends (twelve thousand in sanitizer builds and where long
// double is software). The reference is the C library in long double, which has at least 11 bits
// more than f64; the inverse CDF is judged by what one Newton step from the result would change.
// The fastest variant speaks for all: they have the same bits (test_elementary.c).
#include "elementary_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

enum {
    BLOCK = 4096,
#if defined(SLOW_BUILD) || LDBL_MANT_DIG > 64 // which is done in software
    BLOCKS = 3,
#else
    BLOCKS = 256,
#endif
};

#define SQRT_HALF 0.707106781186547524400844362104849039L
#define INV_SQRT_2PI 0.398942280401432677939946059934381868L

static long double cdf(long double x)
{
    return 0.5L * erfcl(-x * SQRT_HALF);
}

static long double sigmoid(long double x)
{
    return x < 0.0L ? expl(x) / (1.0L + expl(x)) : 1.0L / (1.0L + expl(-x));
}

static long double ulp_of(double value)
{
    return (long double)unit_in_last_place(value, DBL_MANT_DIG, -1074);
}

/// x minus the true inverse at p.
static long double inverse_error(double p, double x)
{
    long double a = fabsl((long double)x), small = (long double)p;
    if (p > 0.5)
        small = 1.0L - small;
    long double density = expl(-a * a / 2.0L) * INV_SQRT_2PI;
    if (a < 0.5L)
        return (0.5L * erfl(a * SQRT_HALF) - (0.5L - small)) / density;
    long double tail = cdf(-a);
    return logl(tail / small) * tail / density;
}

/// In units of the last place; infinite when the result is of the wrong kind.
static double error_ulp(nacrei_op op, long double (*exact)(long double), double x, double y)
{
    if (isnan(y))
        return (double)INFINITY;
    if (op == NACREI_OP_ndtri_f64)
        return (double)fabsl(inverse_error(x, y) / ulp_of(y));
    long double expected = exact((long double)x);
    double rounded = (double)expected;
    if (isinf(rounded) || isinf(y))
        return rounded == y ? 0.0 : (double)INFINITY;
    return (double)fabsl(((long double)y - expected) / ulp_of(rounded));
}

/// On either side of the centre, nearer than 1 and as near as an ulp of 1.
static double near(double centre, uint64_t *state)
{
    double distance = ldexp(next_uniform(state), -(int)(next_random(state) % 53));
    return next_random(state) & 1 ? centre + distance : centre - distance;
}

static double exp_argument(size_t i, uint64_t *state)
{
    double u = next_uniform(state);
    return i % 3 == 0 ? 1458.0 * u - 747.0 : i % 3 == 1 ? near(0.0, state) : 3.0 * u - 745.5;
}

static double log_argument(size_t i, uint64_t *state)
{
    if (i % 3 == 0)
        return 0.5 + 1.5 * next_uniform(state);
    if (i % 3 == 1)
        return fabs(near(1.0, state)) + 0x1p-60;
    uint64_t bits = next_random(state) % UINT64_C(0x7ff0000000000000);
    double value;
    memcpy(&value, &bits, sizeof value);
    return value > 0.0 ? value : 1.0;
}

static double ndtr_argument(size_t i, uint64_t *state)
{
    double u = next_uniform(state);
    return i % 2 ? 14.5 * u - 6.0 : -6.0 * u;
}

static double ndtr_tail_argument(size_t i, uint64_t *state)
{
    (void)i;
    return -6.0 - 31.5 * next_uniform(state);
}

static double ndtri_argument(size_t i, uint64_t *state)
{
    double u = next_uniform(state);
    switch (i % 6) {
    case 0:
        return exp(-744.0 * u);
    case 1:
        return exp(-12.0 * u);
    case 2:
        return 1.0 - exp(-36.0 * u);
    case 3:
        return 0.5 + 0.499 * near(0.0, state);
    case 4:
        return 0x1.cp-10 + 0x1p-12 * (u - 0.5);
    default:
        return u;
    }
}

static double tanh_argument(size_t i, uint64_t *state)
{
    double u = next_uniform(state);
    double a = i % 3 == 0 ? 2.0 * u : i % 3 == 1 ? 22.5 * u : near(0.0, state);
    return next_random(state) & 1 ? a : -a;
}

static double sigmoid_argument(size_t i, uint64_t *state)
{
    double u = next_uniform(state);
    return i % 3 == 0 ? 4.0 * u - 2.0 : i % 3 == 1 ? 80.0 * u - 40.0 : -746.0 * u;
}

typedef struct accuracy_case {
    const char *name;
    nacrei_op op;
    long double (*exact)(long double);
    double (*argument)(size_t i, uint64_t *state);
    double bound; ///< 0: the operation's
} accuracy_case;

static const accuracy_case cases[] = {
    {"exp", NACREI_OP_exp_f64, expl, exp_argument, 0.0},
    {"log", NACREI_OP_log_f64, logl, log_argument, 0.0},
    {"ndtr, x >= -6", NACREI_OP_ndtr_f64, cdf, ndtr_argument, 2.0},
    {"ndtr, x < -6", NACREI_OP_ndtr_f64, cdf, ndtr_tail_argument, 0.0},
    {"ndtri", NACREI_OP_ndtri_f64, NULL, ndtri_argument, 0.0},
    {"tanh", NACREI_OP_tanh_f64, tanhl, tanh_argument, 0.0},
    {"sigmoid", NACREI_OP_sigmoid_f64, sigmoid, sigmoid_argument, 0.0},
};

static void test_bounds(void **state)
{
    (void)state;
    static double x[BLOCK], y[BLOCK];
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        const accuracy_case *one = &cases[k];
        const nacrei_variant *variant = elementary_fastest(one->op);
        double bound = one->bound > 0.0 ? one->bound : elementary_bound_ulp(one->op);
        double worst = 0.0, at = 0.0;
        uint64_t seed = 88172645463325252u + k;
        for (size_t block = 0; block < BLOCKS; block++) {
            for (size_t i = 0; i < BLOCK; i++)
                x[i] = one->argument(i, &seed);
            variant->function.exp_f64(BLOCK, x, y);
            for (size_t i = 0; i < BLOCK; i++) {
                double error = error_ulp(one->op, one->exact, x[i], y[i]);
                if (!(error <= worst)) {
                    worst = error;
                    at = x[i];
                }
            }
        }
        printf("%s: worst %.4f ulp at %a, the bound is %.2f\n", one->name, worst, at, bound);
        assert_true(worst <= bound);
    }
}

int main(void)
{
#if LDBL_MANT_DIG < 64
    printf("SKIP test_elementary_accuracy: long double is no wider than double here\n");
    return 77;
#endif
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_bounds)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
