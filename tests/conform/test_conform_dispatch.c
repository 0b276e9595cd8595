// SPDX-License-Identifier: Apache-2.0
// Which variant a context gets: the forced one by name, the best usable one otherwise, and an error
// that lists the usable sets for any other name.
#include "hw/cpu.h"
#include "kern/kern.h"
#include "kern/ndtr/ndtr.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static void test_forced_names(void **state)
{
    (void)state;
    static const struct {
        const char *isa, *name;
        nacrei_ndtr_f64_fn *function;
    } rows[] = {
#define NACREI_KERNEL(op, isa, class, rank, symbol) {#isa, #symbol, symbol},
#include "kern/ndtr/ndtr.inc"
#undef NACREI_KERNEL
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct nacrei_kerns kerns = {0};
        nacre_error err = {0};
        nacrei_isa isa;
        uint32_t allowed;
        assert_true(nacrei_isa_find(rows[i].isa, &isa, &allowed));
        bool usable = nacrei_cpu_isas() & (uint32_t)isa;
        nacre_status status = nacrei_kerns_init(&kerns, rows[i].isa, &err);
        assert_int_equal(status, usable ? NACRE_OK : NACRE_E_UNSUPPORTED);
        if (!usable)
            continue;
        assert_string_equal(kerns.isa, rows[i].isa);
        assert_string_equal(kerns.ndtr_f64_name, rows[i].name);
        assert_true(kerns.ndtr_f64 == rows[i].function);
    }
}

static void test_default_is_best(void **state)
{
    (void)state;
    struct nacrei_kerns kerns = {0};
    nacre_error err = {0};
    assert_int_equal(nacrei_kerns_init(&kerns, NULL, &err), NACRE_OK);
    uint32_t isas = nacrei_cpu_isas();
    const char *best = isas & NACREI_ISA_avx512 ? "avx512"
                       : isas & NACREI_ISA_avx2 ? "avx2"
                                                : "ref";
    assert_string_equal(kerns.isa, best);
    double x[2] = {0.0, 40.0}, y[2] = {-1.0, -1.0};
    kerns.ndtr_f64(2, x, y);
    assert_true(y[0] == 0.5 && y[1] == 1.0);
}

static void test_unknown_name(void **state)
{
    (void)state;
    struct nacrei_kerns kerns = {0};
    nacre_error err = {0};
    assert_int_equal(nacrei_kerns_init(&kerns, "sse9", &err), NACRE_E_UNSUPPORTED);
    assert_int_equal(err.status, NACRE_E_UNSUPPORTED);
    assert_non_null(strstr(err.message, "\"sse9\""));
    assert_non_null(strstr(err.message, "use one of: ref"));
    assert_null(kerns.ndtr_f64);
    uint32_t isas = nacrei_cpu_isas();
    assert_int_equal(strstr(err.message, "avx512") != NULL, (isas & NACREI_ISA_avx512) != 0);
    assert_int_equal(nacrei_kerns_init(&kerns, "AVX2", NULL), NACRE_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forced_names),
        cmocka_unit_test(test_default_is_best),
        cmocka_unit_test(test_unknown_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
