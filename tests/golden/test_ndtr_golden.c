// SPDX-License-Identifier: Apache-2.0
// The normal CDF against values from outside: printed tables (Abramowitz & Stegun, Handbook of
// Mathematical Functions, tables 26.1 and 26.2) and 840 values to 106 bits from the independent
// program tests/oracle/ndtr_mpmath.py. Also the laws Z(x) = 1 - Z(-x) and monotonicity on a grid.
#include "elementary_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

/// Calls `check` for every variant that this machine can run.
static void for_all(void (*check)(const nacrei_variant *one))
{
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        if (one->op == NACREI_OP_ndtr_f64 && elementary_usable(one))
            check(one);
    }
}

/// Table 26.1: P(x) to 15 decimals.
static void check_table_26_1(const nacrei_variant *one)
{
    static const double rows[][2] = {
        {0.5, 0.691462461274013}, {1.0, 0.841344746068543}, {1.5, 0.933192798731142},
        {2.0, 0.977249868051821}, {2.5, 0.993790334674224}, {3.0, 0.998650101968370},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(fabs(elementary_call_f64(one, rows[i][0]) - rows[i][1]) <=
                    0.5e-15 + DBL_EPSILON);
}

static void test_table_26_1(void **state)
{
    (void)state;
    for_all(check_table_26_1);
}

/// Table 26.2: -log10 Q(x) to 5 decimals.
static void check_table_26_2(const nacrei_variant *one)
{
    static const double rows[][2] = {{5.0, 6.54265}, {10.0, 23.11805}, {20.0, 88.56010}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        assert_true(fabs(-log10(elementary_call_f64(one, -rows[i][0])) - rows[i][1]) <= 0.51e-5);
}

static void test_table_26_2(void **state)
{
    (void)state;
    for_all(check_table_26_2);
}

static const struct {
    double x, high, low;
} values[] = {
#define NDTR_VALUE(x, high, low) {x, high, low},
#include "golden/ndtr_values.def"
#undef NDTR_VALUE
};

/// The bounds that elementary.h states.
static double bound_ulp(double x, double exact)
{
    if (exact < DBL_MIN)
        return 1.0; // quanta of the subnormal range
    return x >= -6.0 ? 2.0 : 4.0;
}

static void check_oracle(const nacrei_variant *one)
{
    double worst = 0.0, worst_absolute = 0.0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        double exact = values[i].high;
        double error = fabs((elementary_call_f64(one, values[i].x) - exact) - values[i].low);
        double ulp = unit_in_last_place(exact, DBL_MANT_DIG, -1074);
        if (error / ulp > bound_ulp(values[i].x, exact))
            fail_msg("%s(%a): %.3f ulp", one->name, values[i].x, error / ulp);
        worst = fmax(worst, error / ulp);
        worst_absolute = fmax(worst_absolute, error);
    }
    printf("%s: worst %.3f ulp, %.3g absolute\n", one->name, worst, worst_absolute);
    assert_true(worst_absolute <= 2.2e-16);
}

static void test_oracle(void **state)
{
    (void)state;
    for_all(check_oracle);
}

static void check_special_values(const nacrei_variant *one)
{
    assert_true(elementary_call_f64(one, 0.0) == 0.5);
    assert_true(elementary_call_f64(one, -0.0) == 0.5);
    assert_true(elementary_call_f64(one, (double)INFINITY) == 1.0);
    assert_true(elementary_call_f64(one, (double)-INFINITY) == 0.0);
    assert_true(elementary_call_f64(one, -DBL_MAX) == 0.0);
    assert_true(elementary_call_f64(one, DBL_MAX) == 1.0);
    assert_true(isnan(elementary_call_f64(one, (double)NAN)));
    assert_true(isnan(elementary_call_f64(one, (double)-NAN)));
}

static void test_special_values(void **state)
{
    (void)state;
    for_all(check_special_values);
}

static void check_laws(const nacrei_variant *one)
{
    const double step = 0x1p-9;
    double before = 0.0;
    for (double x = -40.0; x <= 10.0; x += step) {
        double z = elementary_call_f64(one, x);
        assert_true(z >= before && z <= 1.0);
        if (x < 0.0)
            assert_true(elementary_call_f64(one, -x) == 1.0 - z);
        before = z;
    }
}

static void test_laws(void **state)
{
    (void)state;
    for_all(check_laws);
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
