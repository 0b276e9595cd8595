// SPDX-License-Identifier: Apache-2.0
// The decision from CPUID and XCR0 to usable sets, on made-up CPUs, and this machine against what
// the kernel says in /proc/cpuinfo.
#include "hw/cpu.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

// Intel SDM volume 2A, CPUID leaves 1 and 7; volume 1, 13.3 for XCR0.
static const uint32_t LEAF1 = UINT32_C(1) << 12 | UINT32_C(1) << 27 | UINT32_C(1) << 28;
static const uint32_t LEAF7_AVX2 = UINT32_C(1) << 3 | UINT32_C(1) << 5 | UINT32_C(1) << 8;
static const uint32_t LEAF7_AVX512 =
    UINT32_C(1) << 16 | UINT32_C(1) << 17 | UINT32_C(1) << 30 | UINT32_C(1) << 31;
enum { XCR0_SSE_AVX = 0x7, XCR0_ALL = 0xe7 };

static uint32_t decode(uint32_t leaf1, uint32_t leaf7, uint64_t xcr0)
{
    nacrei_cpu_bits bits = {.leaf1_ecx = leaf1, .leaf7_ebx = leaf7, .xcr0 = xcr0};
    return nacrei_cpu_decode(&bits);
}

static void test_decode(void **state)
{
    (void)state;
    const uint32_t ref = NACREI_ISA_ref, avx2 = ref | NACREI_ISA_avx2;
    const uint32_t all = avx2 | NACREI_ISA_avx512;
    assert_int_equal(decode(0, 0, 0), ref);
    assert_int_equal(decode(LEAF1, LEAF7_AVX2, XCR0_SSE_AVX), avx2);
    assert_int_equal(decode(LEAF1, LEAF7_AVX2 | LEAF7_AVX512, XCR0_ALL), all);
    // The silicon has it, the operating system does not save the registers.
    assert_int_equal(decode(LEAF1, LEAF7_AVX2 | LEAF7_AVX512, XCR0_SSE_AVX), avx2);
    assert_int_equal(decode(LEAF1, LEAF7_AVX2 | LEAF7_AVX512, 0x3), ref);
    assert_int_equal(decode(LEAF1 & ~(UINT32_C(1) << 27), LEAF7_AVX2, XCR0_ALL), ref);
    // ZMM state saved in part only.
    assert_int_equal(decode(LEAF1, LEAF7_AVX2 | LEAF7_AVX512, 0x67), avx2);
}

/// Each single feature is needed.
static void test_decode_each_bit(void **state)
{
    (void)state;
    const uint32_t leaf7 = LEAF7_AVX2 | LEAF7_AVX512;
    for (unsigned bit = 0; bit < 32; bit++) {
        uint32_t mask = ~(UINT32_C(1) << bit);
        if (LEAF1 & ~mask)
            assert_int_equal(decode(LEAF1 & mask, leaf7, XCR0_ALL), NACREI_ISA_ref);
        if (LEAF7_AVX2 & ~mask)
            assert_int_equal(decode(LEAF1, leaf7 & mask, XCR0_ALL), NACREI_ISA_ref);
        if (LEAF7_AVX512 & ~mask)
            assert_int_equal(decode(LEAF1, leaf7 & mask, XCR0_ALL),
                             NACREI_ISA_ref | NACREI_ISA_avx2);
    }
}

static void test_names(void **state)
{
    (void)state;
    nacrei_isa isa;
    uint32_t allowed;
    assert_true(nacrei_isa_find("avx512", &isa, &allowed));
    assert_int_equal(isa, NACREI_ISA_avx512);
    assert_int_equal(allowed, NACREI_ISA_ref | NACREI_ISA_avx2 | NACREI_ISA_avx512);
    assert_true(nacrei_isa_find("ref", &isa, &allowed));
    assert_int_equal(allowed, NACREI_ISA_ref);
    assert_false(nacrei_isa_find("", &isa, &allowed));
    assert_false(nacrei_isa_find("avx", &isa, &allowed));
    assert_string_equal(nacrei_isa_name(NACREI_ISA_avx2), "avx2");
    assert_string_equal(nacrei_isa_name((nacrei_isa)64), "unknown");
}

/// The value of the first line of /proc/cpuinfo that starts with `key`; false without one.
static bool read_cpuinfo(const char *key, char *value, size_t bytes)
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return false;
    static char line[8192];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        found = colon && strncmp(line, key, strlen(key)) == 0;
        if (found)
            (void)snprintf(value, bytes, "%.*s ", (int)strcspn(colon + 1, "\n"), colon + 1);
    }
    (void)fclose(file);
    return found;
}

static void test_this_machine(void **state)
{
    (void)state;
    assert_true(nacrei_cpu_cores() >= 1);
    char name[NACREI_CPU_NAME_BYTES] = "";
    nacrei_cpu_name(name);
    assert_true(strlen(name) > 0 && name[0] != ' ' && name[strlen(name) - 1] != ' ');
    static char flags[8192];
    if (!read_cpuinfo("flags", flags, sizeof flags)) {
        printf("SKIP test_this_machine: /proc/cpuinfo has no line of flags here\n");
        return;
    }
    // The kernel lists a flag only when it also saves the registers.
    bool avx2 = strstr(flags, " avx2 ") && strstr(flags, " fma ") && strstr(flags, " bmi1 ") &&
                strstr(flags, " bmi2 ");
    bool avx512 = avx2 && strstr(flags, " avx512f ") && strstr(flags, " avx512dq ") &&
                  strstr(flags, " avx512bw ") && strstr(flags, " avx512vl ");
    uint32_t isas = nacrei_cpu_isas();
    assert_true(isas & NACREI_ISA_ref);
    assert_int_equal((isas & NACREI_ISA_avx2) != 0, avx2);
    assert_int_equal((isas & NACREI_ISA_avx512) != 0, avx512);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode),
        cmocka_unit_test(test_decode_each_bit),
        cmocka_unit_test(test_names),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
