// SPDX-License-Identifier: Apache-2.0
// The public elementary functions around the kernels: they give the kernel's bits, refuse bad
// arguments by name with y untouched, and are counted.
#include "elementary_support.h"

#include "nacre/nacre.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

typedef nacre_status function_f32(nacre_ctx *, size_t, const float *, float *, nacre_error *);
typedef nacre_status function_f64(nacre_ctx *, size_t, const double *, double *, nacre_error *);

static const struct {
    function_f32 *f32;
    function_f64 *f64;
} publics[] = {
#define PUBLIC_ROW(name, bound_f32, bound_f64) {nacre_##name##_f32, nacre_##name##_f64},
    ELEMENTARY_FUNCTIONS(PUBLIC_ROW)
#undef PUBLIC_ROW
};

enum { COUNT = 37 };

static void test_same_as_kernel(void **state)
{
    nacre_ctx *ctx = *state;
    for (size_t k = 0; k < FUNCTION_COUNT; k++) {
        const elementary_function *one = &elementary_functions[k];
        float x[COUNT], y[COUNT], expected[COUNT];
        double wide[COUNT], wide_y[COUNT], wide_expected[COUNT];
        for (size_t i = 0; i < COUNT; i++) {
            wide[i] = (double)i / COUNT;
            x[i] = (float)wide[i];
        }
        elementary_reference(one->f32)->function.exp_f32(COUNT, x, expected);
        elementary_reference(one->f64)->function.exp_f64(COUNT, wide, wide_expected);
        assert_int_equal(publics[k].f32(ctx, COUNT, x, y, NULL), NACRE_OK);
        assert_memory_equal(y, expected, sizeof y);
        assert_int_equal(publics[k].f64(ctx, COUNT, wide, wide_y, NULL), NACRE_OK);
        assert_memory_equal(wide_y, wide_expected, sizeof wide_y);
        assert_int_equal(publics[k].f64(ctx, COUNT, wide, wide, NULL), NACRE_OK);
        assert_memory_equal(wide, wide_expected, sizeof wide);
        assert_int_equal(publics[k].f32(ctx, 0, NULL, NULL, NULL), NACRE_OK);
    }
}

static void check_refused(nacre_status status, nacre_status expected, const nacre_error *err,
                          const char *name, const char *says)
{
    assert_int_equal(status, expected);
    assert_int_equal(err->status, expected);
    assert_non_null(strstr(err->message, name));
    assert_non_null(strstr(err->message, says));
}

static void test_bad_arguments(void **state)
{
    nacre_ctx *ctx = *state;
    for (size_t k = 0; k < FUNCTION_COUNT; k++) {
        const char *name = nacrei_op_name(elementary_functions[k].f64);
        double x[8], before[8];
        nacre_error err = {0};
        for (size_t i = 0; i < 8; i++)
            x[i] = before[i] = 0.25;
        nacre_status status = publics[k].f64(ctx, 4, NULL, x, &err);
        check_refused(status, NACRE_E_ARG, &err, name, "x is NULL");
        status = publics[k].f64(ctx, 4, x, NULL, &err);
        check_refused(status, NACRE_E_ARG, &err, name, "y is NULL");
        status = publics[k].f64(ctx, 4, x, x + 3, &err);
        check_refused(status, NACRE_E_ARG, &err, name, "overlap");
        status = publics[k].f64(ctx, 4, x + 3, x, &err);
        check_refused(status, NACRE_E_ARG, &err, name, "overlap");
        status = publics[k].f64(ctx, SIZE_MAX / 4, x, x + 4, &err);
        check_refused(status, NACRE_E_RANGE, &err, name, "address space");
        assert_memory_equal(x, before, sizeof x);
        assert_int_equal(publics[k].f64(ctx, 4, x, x + 4, NULL), NACRE_OK);
    }
}

static void test_counted(void **state)
{
    nacre_ctx *ctx = *state;
    float x[COUNT] = {0}, y[COUNT];
    nacre_kern_count(ctx, true);
    assert_int_equal(nacre_tanh_f32(ctx, COUNT, x, y, NULL), NACRE_OK);
    assert_int_equal(nacre_tanh_f32(ctx, COUNT, x, y, NULL), NACRE_OK);
    nacre_kern_count(ctx, false);
    assert_int_equal(nacre_tanh_f32(ctx, COUNT, x, y, NULL), NACRE_OK);
    nacre_kern_stats row;
    assert_int_equal(nacre_kern_stats_read(ctx, &row, 1), 1);
    assert_string_equal(row.op, "tanh_f32");
    assert_int_equal(row.calls, 2);
    assert_true(row.flops == 2 * nacrei_op_flops(NACREI_OP_tanh_f32, 1, COUNT, 1));
    assert_true(row.bytes == 2 * 8 * COUNT);
}

static int create(void **state)
{
    return nacre_ctx_create(NULL, (nacre_ctx **)state, NULL);
}

static int destroy(void **state)
{
    nacre_ctx_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_same_as_kernel, create, destroy),
        cmocka_unit_test_setup_teardown(test_bad_arguments, create, destroy),
        cmocka_unit_test_setup_teardown(test_counted, create, destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
