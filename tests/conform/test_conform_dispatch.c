// SPDX-License-Identifier: Apache-2.0
// Which variant a context gets, for every operation and class of the lists: under a forced name, by
// default, and the error that lists the usable sets for any other name.
#include "kern/variants.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

typedef struct isa_row {
    const char *name;
    uint32_t bit, allowed;
} isa_row;

static const isa_row isas[] = {
#define ISA_ROW(name, bit, allowed) {#name, bit, allowed},
    NACREI_ISA_LIST(ISA_ROW)
#undef ISA_ROW
};

/// The highest rank among the variants of a slot whose set is in `allowed`; NULL for none.
static const nacrei_variant *expected(size_t op, nacre_class class, uint32_t allowed)
{
    const nacrei_variant *best = NULL;
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        if (one->op == (nacrei_op)op && one->numeric_class == class &&
            (allowed & (uint32_t)one->isa) && (!best || one->rank > best->rank))
            best = one;
    }
    return best;
}

static void check_slots(const struct nacrei_kerns *kerns, uint32_t allowed)
{
    for (size_t op = 0; op < NACREI_OP_COUNT; op++) {
        for (nacre_class class = NACRE_CLASS_EXACT; class <= NACRE_CLASS_BOUNDED; class ++) {
            const nacrei_variant *want = expected(op, class, allowed), *got = NULL;
            nacre_error err = {0};
            nacre_status status = nacrei_kern_choose(kerns, (nacrei_op)op, class, &got, &err);
            assert_int_equal(status, want ? NACRE_OK : NACRE_E_UNSUPPORTED);
            assert_ptr_equal(got, want);
            if (want)
                continue;
            assert_non_null(strstr(err.message, nacrei_op_name((nacrei_op)op)));
            assert_non_null(strstr(err.message, nacre_class_name(class)));
            assert_non_null(strstr(err.message, nacre_class_name(nacrei_op_class((nacrei_op)op))));
        }
    }
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        bool in_use = expected((size_t)one->op, one->numeric_class, allowed) == one;
        assert_int_equal(nacrei_variant_why_not(kerns, one) == NULL, in_use);
    }
    // The typed slots are the default class.
#define NACREI_OP(op, class, result, parameters, flops, bytes)                                     \
    {                                                                                              \
        const nacrei_variant *one;                                                                 \
        assert_int_equal(                                                                          \
            nacrei_kern_choose(kerns, NACREI_OP_##op, NACRE_CLASS_DEFAULT, &one, NULL), NACRE_OK); \
        assert_true(kerns->op == one->function.op);                                                \
        assert_string_equal(kerns->op##_name, one->name);                                          \
    }
#include "kern/ops.def"
}

static void test_forced_names(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++) {
        struct nacrei_kerns kerns = {0};
        nacre_error err = {0};
        bool usable = nacrei_cpu_isas() & isas[i].bit;
        nacre_status status = nacrei_kerns_init(&kerns, isas[i].name, &err);
        assert_int_equal(status, usable ? NACRE_OK : NACRE_E_UNSUPPORTED);
        if (!usable)
            continue;
        assert_string_equal(kerns.isa, isas[i].name);
        check_slots(&kerns, nacrei_cpu_isas() & isas[i].allowed);
    }
}

static void test_default_is_best(void **state)
{
    (void)state;
    struct nacrei_kerns kerns = {0};
    nacre_error err = {0};
    assert_int_equal(nacrei_kerns_init(&kerns, NULL, &err), NACRE_OK);
    uint32_t usable = nacrei_cpu_isas();
#if defined(__x86_64__)
    const char *best = usable & NACREI_ISA_amx      ? "amx"
                       : usable & NACREI_ISA_avx512 ? "avx512"
                       : usable & NACREI_ISA_avx2   ? "avx2"
                                                    : "ref";
    assert_string_equal(kerns.isa, best);
#endif
    check_slots(&kerns, usable);
    double x[2] = {0.0, 40.0}, y[2] = {-1.0, -1.0};
    kerns.ndtr_f64(2, x, y);
    assert_true(y[0] == 0.5 && y[1] == 1.0);
}

/// What a list line must say: the operation begins with the reference of its own class, every
/// variant's name ends with what it runs on, and costs are those of the definition.
static void test_lists(void **state)
{
    (void)state;
    for (size_t op = 0; op < NACREI_OP_COUNT; op++) {
        const nacrei_variant *reference =
            expected(op, nacrei_op_class((nacrei_op)op), NACREI_ISA_ref);
        assert_non_null(reference);
        assert_int_equal(reference->rank, 0);
        assert_non_null(strstr(reference->name, "__ref"));
        assert_string_equal(nacrei_variant_unit(reference), "scalar");
        assert_true(nacrei_op_bytes((nacrei_op)op, 2, 3, 5) > 0);
    }
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        assert_int_equal(strncmp(one->name, "nacrek_", 7), 0);
        assert_int_equal(
            strncmp(one->name + 7, nacrei_op_name(one->op), strlen(nacrei_op_name(one->op))), 0);
        const char *isa = strstr(one->name, "__") + 2;
        bool library = strcmp(nacrei_variant_unit(one), "library") == 0;
        assert_true(!library ||
                    (one->numeric_class == NACRE_CLASS_BOUNDED && one->isa == NACREI_ISA_ref));
        assert_string_equal(isa, library ? "blas" : nacrei_isa_name(one->isa));
    }
    assert_true(nacrei_op_flops(NACREI_OP_gemm_f32, 2, 3, 5) == 60);
    assert_true(nacrei_op_bytes(NACREI_OP_gemm_f64, 2, 3, 5) == 8 * (10 + 15 + 6));
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
    uint32_t usable = nacrei_cpu_isas();
    for (size_t i = 0; i < sizeof isas / sizeof *isas; i++)
        assert_int_equal(strstr(err.message, isas[i].name) != NULL, (usable & isas[i].bit) != 0);
    assert_int_equal(nacrei_kerns_init(&kerns, "AVX2", NULL), NACRE_E_UNSUPPORTED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_forced_names),
        cmocka_unit_test(test_default_is_best),
        cmocka_unit_test(test_lists),
        cmocka_unit_test(test_unknown_name),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
