// SPDX-License-Identifier: Apache-2.0
// The elementary functions against values from outside: 1,690 to 106 bits from the independent
// program tests/oracle/elementary_mpmath.py, printed ones, and what is exact: limits, domains and
// symmetries. Every variant; the normal CDF in f64 has test_ndtr_golden.c.
#include "elementary_support.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static const struct golden_value {
    nacrei_op f32, f64;
    double x, high, low;
} values[] = {
#define ELEMENTARY_VALUE(function, x, high, low)                                                   \
    {NACREI_OP_##function##_f32, NACREI_OP_##function##_f64, x, high, low},
#include "golden/elementary_values.def"
#undef ELEMENTARY_VALUE
};

/// y = function(x) in either type; NaN when x is no float and the operation wants one.
static double call(const nacrei_variant *one, double x)
{
    if (elementary_size(one->op) == sizeof(double))
        return elementary_call_f64(one, x);
    float in = (float)x, out = -1.0f;
    if ((double)in != x && !isnan(x))
        return (double)NAN;
    one->function.exp_f32(1, &in, &out);
    return (double)out;
}

static void for_all(void (*check)(const nacrei_variant *one))
{
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        if (elementary_size(nacrei_variants[i].op) && elementary_usable(&nacrei_variants[i]))
            check(&nacrei_variants[i]);
    }
}

static void check_values(const nacrei_variant *one)
{
    bool is_f32 = elementary_size(one->op) == sizeof(float);
    double worst = 0.0, bound = elementary_bound_ulp(one->op);
    size_t checked = 0;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
        const struct golden_value *v = &values[i];
        if (one->op != (is_f32 ? v->f32 : v->f64) || (is_f32 && (double)(float)v->x != v->x))
            continue;
        double y = call(one, v->x);
        checked++;
        if (is_f32 && !(fabs(v->high) < 0x1.ffffffp127)) {
            assert_true(isinf(y) && (y > 0) == (v->high > 0));
            continue;
        }
        double ulp = is_f32 ? unit_in_last_place(v->high, FLT_MANT_DIG, -149)
                            : unit_in_last_place(v->high, DBL_MANT_DIG, -1074);
        double error = fabs((y - v->high) - v->low) / ulp;
        if (!(error <= bound))
            fail_msg("%s(%a) = %a: %.3f ulp, the bound is %.2f", one->name, v->x, y, error, bound);
        worst = fmax(worst, error);
    }
    printf("%s: %zu values, worst %.3f ulp\n", one->name, checked, worst);
    bool is_ndtr = one->op == NACREI_OP_ndtr_f32 || one->op == NACREI_OP_ndtr_f64;
    assert_true(is_ndtr ? checked == 0 : checked > 50);
}

static void test_values(void **state)
{
    (void)state;
    for_all(check_values);
}

/// The CDF in f32 has the f64 oracle's values.
static void check_ndtr_f32(const nacrei_variant *one)
{
    static const double ndtr[][3] = {
#define NDTR_VALUE(x, high, low) {x, high, low},
#include "golden/ndtr_values.def"
#undef NDTR_VALUE
    };
    if (one->op != NACREI_OP_ndtr_f32)
        return;
    for (size_t i = 0; i < sizeof ndtr / sizeof *ndtr; i++) {
        double x = ndtr[i][0];
        if ((double)(float)x != x)
            continue;
        double ulp = unit_in_last_place(ndtr[i][1], FLT_MANT_DIG, -149);
        assert_true(fabs(call(one, x) - ndtr[i][1]) <= elementary_bound_ulp(one->op) * ulp);
    }
}

static void test_ndtr_f32(void **state)
{
    (void)state;
    for_all(check_ndtr_f32);
}

/// Abramowitz & Stegun, tables 4.2, 4.4 and 4.15; Wichura, Algorithm AS 241, Applied Statistics 37
/// (1988), the three values that check it.
static void test_printed(void **state)
{
    (void)state;
    static const struct {
        nacrei_op op;
        double x, y, half_digit;
    } rows[] = {
        {NACREI_OP_exp_f64, 1.0, 2.718281828459045, 0.5e-15},
        {NACREI_OP_exp_f64, 0.5, 1.648721270700128, 0.5e-15},
        {NACREI_OP_log_f64, 2.0, 0.6931471805599453, 0.5e-16},
        {NACREI_OP_log_f64, 10.0, 2.302585092994046, 0.5e-15},
        {NACREI_OP_tanh_f64, 1.0, 0.7615941559557649, 0.5e-16},
        {NACREI_OP_ndtri_f64, 0.25, -0.6744897501960817, 0.5e-16},
        {NACREI_OP_ndtri_f64, 0.001, -3.090232306167814, 0.5e-15},
        {NACREI_OP_ndtri_f64, 1e-20, -9.262340089798408, 0.5e-15},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        double y = elementary_call_f64(elementary_fastest(rows[i].op), rows[i].x);
        double rounding = 4.0 * unit_in_last_place(rows[i].y, DBL_MANT_DIG, -1074);
        assert_true(fabs(y - rows[i].y) <= rows[i].half_digit + rounding);
    }
}

/// What has one right answer, in either type. -0 and 0 differ here.
static void check_exact(const nacrei_variant *one)
{
    const double infinity = (double)INFINITY, nan_value = (double)NAN;
#define BOTH(function) NACREI_OP_##function##_f32, NACREI_OP_##function##_f64
    const struct {
        nacrei_op f32, f64;
        double x, y;
    } rows[] = {
        {BOTH(exp), 0.0, 1.0},
        {BOTH(exp), -0.0, 1.0},
        {BOTH(exp), infinity, infinity},
        {BOTH(exp), -infinity, 0.0},
        {BOTH(exp), 710.0, infinity},
        {BOTH(exp), -746.0, 0.0},
        {BOTH(log), 1.0, 0.0},
        {BOTH(log), 0.0, -infinity},
        {BOTH(log), -0.0, -infinity},
        {BOTH(log), infinity, infinity},
        {BOTH(log), -1.0, nan_value},
        {BOTH(log), -0x1p-149, nan_value},
        {BOTH(log), -infinity, nan_value},
        {BOTH(ndtr), 0.0, 0.5},
        {BOTH(ndtr), infinity, 1.0},
        {BOTH(ndtr), -infinity, 0.0},
        {BOTH(ndtri), 0.5, 0.0},
        {BOTH(ndtri), 0.0, -infinity},
        {BOTH(ndtri), -0.0, -infinity},
        {BOTH(ndtri), 1.0, infinity},
        {BOTH(ndtri), -0x1p-149, nan_value},
        {BOTH(ndtri), 1.5, nan_value},
        {BOTH(ndtri), infinity, nan_value},
        {BOTH(ndtri), -infinity, nan_value},
        {BOTH(tanh), 0.0, 0.0},
        {BOTH(tanh), -0.0, -0.0},
        {BOTH(tanh), infinity, 1.0},
        {BOTH(tanh), -infinity, -1.0},
        {BOTH(tanh), 0x1p-149, 0x1p-149},
        {BOTH(tanh), -0x1p-140, -0x1p-140},
        {BOTH(sigmoid), 0.0, 0.5},
        {BOTH(sigmoid), -0.0, 0.5},
        {BOTH(sigmoid), infinity, 1.0},
        {BOTH(sigmoid), -infinity, 0.0},
    };
#undef BOTH
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        if (one->op != rows[i].f32 && one->op != rows[i].f64)
            continue;
        double y = call(one, rows[i].x);
        if (!same_element(&y, &rows[i].y, 0, sizeof y))
            fail_msg("%s(%a) = %a, not %a", one->name, rows[i].x, y, rows[i].y);
    }
    assert_true(isnan(call(one, nan_value)));
    assert_true(isnan(call(one, -nan_value)));
}

static void test_exact(void **state)
{
    (void)state;
    for_all(check_exact);
}

/// tanh(-x) = -tanh(x) and ndtri(1 - p) = -ndtri(p) to the bit; all functions but ndtr's known last
/// bit rise on a coarse grid, where an ulp is nothing.
static void check_laws(const nacrei_variant *one)
{
    bool is_tanh = one->op == NACREI_OP_tanh_f32 || one->op == NACREI_OP_tanh_f64;
    bool is_ndtri = one->op == NACREI_OP_ndtri_f32 || one->op == NACREI_OP_ndtri_f64;
    bool is_log = one->op == NACREI_OP_log_f32 || one->op == NACREI_OP_log_f64;
    double before = (double)-INFINITY;
    for (int i = -8192; i <= 8192; i++) {
        double x = i / 1024.0;
        if (is_tanh)
            assert_true(call(one, -x) == -call(one, x));
        if (is_ndtri)
            x = (i + 8192) / 16384.0;
        if (is_ndtri)
            assert_true(call(one, 1.0 - x) == -call(one, x));
        if (is_log)
            x = (i + 8192) / 64.0;
        double y = call(one, x);
        assert_true(y >= before);
        before = y;
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
        cmocka_unit_test(test_values),  cmocka_unit_test(test_ndtr_f32),
        cmocka_unit_test(test_printed), cmocka_unit_test(test_exact),
        cmocka_unit_test(test_laws),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
