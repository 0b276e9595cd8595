// SPDX-License-Identifier: Apache-2.0
// The normal CDF against values from outside: printed tables (Abramowitz & Stegun, Handbook of
// Mathematical Functions, tables 26.1 and 26.2) and 840 values to 106 bits from the independent
// program tests/oracle/ndtr_mpmath.py. Also the laws Z(x) = 1 - Z(-x) and monotonicity on a grid.
#include "hw/cpu.h"
#include "kern/ndtr/ndtr.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>

#include <cmocka.h>

typedef struct variant {
    nacrei_ndtr_f64_fn *function;
    const char *name;
    nacrei_isa isa;
} variant;

static const variant variants[] = {
#define NACREI_KERNEL(op, isa, class, rank, symbol) {symbol, #symbol, NACREI_ISA_##isa},
#include "kern/ndtr/ndtr.inc"
#undef NACREI_KERNEL
};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants };

static bool usable(const variant *one)
{
    if (nacrei_cpu_isas() & (uint32_t)one->isa)
        return true;
    printf("SKIP %s: this CPU or system lacks %s\n", one->name, nacrei_isa_name(one->isa));
    return false;
}

static double call(const variant *one, double x)
{
    double y = -1.0;
    one->function(1, &x, &y);
    return y;
}

/// Table 26.1: P(x) to 15 decimals.
static void test_table_26_1(void **state)
{
    (void)state;
    static const double rows[][2] = {
        {0.5, 0.691462461274013}, {1.0, 0.841344746068543}, {1.5, 0.933192798731142},
        {2.0, 0.977249868051821}, {2.5, 0.993790334674224}, {3.0, 0.998650101968370},
    };
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            assert_true(fabs(call(&variants[v], rows[i][0]) - rows[i][1]) <= 0.5e-15 + DBL_EPSILON);
    }
}

/// Table 26.2: -log10 Q(x) to 5 decimals.
static void test_table_26_2(void **state)
{
    (void)state;
    static const double rows[][2] = {{5.0, 6.54265}, {10.0, 23.11805}, {20.0, 88.56010}};
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
            assert_true(fabs(-log10(call(&variants[v], -rows[i][0])) - rows[i][1]) <= 0.51e-5);
    }
}

static const struct {
    double x, high, low;
} values[] = {
#define NDTR_VALUE(x, high, low) {x, high, low},
#include "golden/ndtr_values.def"
#undef NDTR_VALUE
};

/// The bounds that ndtr.h states.
static double bound_ulp(double x, double exact)
{
    if (exact < DBL_MIN)
        return 1.0; // quanta of the subnormal range
    return x >= -6.0 ? 2.0 : 4.0;
}

static void test_oracle(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        double worst = 0.0, worst_absolute = 0.0;
        for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
            double exact = values[i].high;
            double error = fabs((call(&variants[v], values[i].x) - exact) - values[i].low);
            int exponent;
            (void)frexp(exact, &exponent);
            int place = exponent - DBL_MANT_DIG;
            double ulp = ldexp(1.0, place > -1074 ? place : -1074);
            if (error / ulp > bound_ulp(values[i].x, exact))
                fail_msg("%s(%a): %.3f ulp", variants[v].name, values[i].x, error / ulp);
            worst = fmax(worst, error / ulp);
            worst_absolute = fmax(worst_absolute, error);
        }
        printf("%s: worst %.3f ulp, %.3g absolute\n", variants[v].name, worst, worst_absolute);
        assert_true(worst_absolute <= 2.2e-16);
    }
}

static void test_special_values(void **state)
{
    (void)state;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        assert_true(call(&variants[v], 0.0) == 0.5);
        assert_true(call(&variants[v], -0.0) == 0.5);
        assert_true(call(&variants[v], (double)INFINITY) == 1.0);
        assert_true(call(&variants[v], (double)-INFINITY) == 0.0);
        assert_true(call(&variants[v], -DBL_MAX) == 0.0);
        assert_true(call(&variants[v], DBL_MAX) == 1.0);
        assert_true(isnan(call(&variants[v], (double)NAN)));
        assert_true(isnan(call(&variants[v], (double)-NAN)));
    }
}

static void test_laws(void **state)
{
    (void)state;
    const double step = 0x1p-9;
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        double before = 0.0;
        for (double x = -40.0; x <= 10.0; x += step) {
            double z = call(&variants[v], x);
            assert_true(z >= before && z <= 1.0);
            if (x < 0.0)
                assert_true(call(&variants[v], -x) == 1.0 - z);
            before = z;
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_table_26_1), cmocka_unit_test(test_table_26_2),
        cmocka_unit_test(test_oracle),     cmocka_unit_test(test_special_values),
        cmocka_unit_test(test_laws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
