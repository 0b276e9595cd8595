// SPDX-License-Identifier: Apache-2.0
// The features and their reasons, decoded from what real machines answered (recorded with CPUID,
// XGETBV, arch_prctl; the M4 from pytorch/cpuinfo pull request 363) and from those answers with one
// thing changed.
#include "hw/features.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/// Xeon of family 6, model 207 (Emerald Rapids) under Linux 6.18, permission for tiles granted.
static const nacrei_cpu_bits xeon = {
    .leaf1_ecx = 0xfffa3203,
    .leaf7_ebx = 0xf1bf27eb,
    .leaf7_ecx = 0x1b415fde,
    .leaf7_edx = 0xbfd14410,
    .leaf7_1_eax = 0x00001c30,
    .xcr0 = 0x602e7,
    .palette_ebx = 0x00080040,
    .palette_ecx = 0x00000010,
    .tile_mul_ebx = 0x00004010,
    .tile_grant = 0,
};

/// EPYC of family 26 (Zen 5) under Linux 6.18.
static const nacrei_cpu_bits epyc = {
    .leaf1_ecx = 0xfed83203,
    .leaf7_ebx = 0xf1bb03a9,
    .leaf7_ecx = 0x18005f42,
    .leaf7_edx = 0x00000110,
    .leaf7_1_eax = 0x00000030,
    .xcr0 = 0xe7,
};

static void expect(const nacre_hw_feature *features, nacrei_feature id, const char *reason)
{
    assert_string_equal(features[id].reason, reason);
    assert_int_equal(features[id].usable, reason[0] == '\0');
}

static void test_xeon(void **state)
{
    (void)state;
    nacre_hw_feature f[NACREI_FEATURES];
    nacrei_features_decode_x86(&xeon, f);
    for (int id = 0; id <= (int)NACREI_FEATURE_amx_int8; id++)
        expect(f, (nacrei_feature)id, "");
    expect(f, NACREI_FEATURE_sme, "it belongs to aarch64; this CPU is x86_64");
    assert_string_equal(f[NACREI_FEATURE_amx_bf16].name, "amx_bf16");
    assert_string_equal(f[NACREI_FEATURE_amx_bf16].architecture, "x86_64");
}

static void test_epyc(void **state)
{
    (void)state;
    nacre_hw_feature f[NACREI_FEATURES];
    nacrei_features_decode_x86(&epyc, f);
    expect(f, NACREI_FEATURE_avx2, "");
    expect(f, NACREI_FEATURE_avx512, "");
    expect(f, NACREI_FEATURE_avx512_vnni, "");
    expect(f, NACREI_FEATURE_avx512_bf16, "");
    expect(f, NACREI_FEATURE_avx512_fp16, "the CPU has no AVX512_FP16 (CPUID leaf 7 EDX bit 23)");
    expect(f, NACREI_FEATURE_amx_bf16, "the CPU has no AMX tiles (CPUID leaf 7 EDX bit 24)");
}

/// The silicon has tiles, but ...
static void test_tiles_refused(void **state)
{
    (void)state;
    nacre_hw_feature f[NACREI_FEATURES];
    nacrei_cpu_bits bits = xeon;
    bits.tile_grant = EPERM;
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_amx_tile, "the kernel refused XTILEDATA (arch_prctl: EPERM)");
    expect(f, NACREI_FEATURE_amx_int8, "the kernel refused XTILEDATA (arch_prctl: EPERM)");
    expect(f, NACREI_FEATURE_avx512_fp16, "");
    bits.tile_grant = 131;
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_amx_tile, "the kernel refused XTILEDATA (arch_prctl: errno 131)");
    bits = xeon;
    bits.xcr0 &= ~(UINT64_C(1) << 18);
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_amx_bf16,
           "the operating system does not save AMX tiles (XCR0 bits 17, 18)");
    bits = xeon;
    bits.palette_ecx = 8;
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_amx_bf16,
           "palette 1 is not 8 tiles of 16 rows of 64 bytes (CPUID leaves 1dH, 1eH)");
    bits = xeon;
    bits.leaf7_edx &= ~(UINT32_C(1) << 22);
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_amx_bf16, "the CPU has no AMX-BF16 (CPUID leaf 7 EDX bit 22)");
    expect(f, NACREI_FEATURE_amx_int8, "");
    bits = xeon;
    bits.xcr0 = 0x7;
    nacrei_features_decode_x86(&bits, f);
    expect(f, NACREI_FEATURE_avx2, "");
    expect(
        f, NACREI_FEATURE_avx512_fp16,
        "the operating system does not save the ZMM and mask registers (XCR0 bits 1, 2, 5 to 7)");
}

/// The table here and the mask of sets agree on every machine that differs in one bit.
static void test_agrees_with_sets(void **state)
{
    (void)state;
    uint32_t lost_avx2 = 0, lost_avx512 = 0;
    for (int bit = 0; bit < 3 * 32; bit++) {
        nacre_hw_feature f[NACREI_FEATURES];
        nacrei_cpu_bits bits = xeon;
        uint32_t flip = UINT32_C(1) << bit % 32;
        if (bit / 32 == 0)
            bits.leaf1_ecx ^= flip;
        else if (bit / 32 == 1)
            bits.leaf7_ebx ^= flip;
        else
            bits.xcr0 ^= flip;
        uint32_t sets = nacrei_cpu_decode(&bits);
        nacrei_features_decode_x86(&bits, f);
        bool avx2 = (sets & NACREI_ISA_avx2) != 0, avx512 = (sets & NACREI_ISA_avx512) != 0;
        assert_int_equal(f[NACREI_FEATURE_avx512].usable, avx512);
        assert_int_equal(f[NACREI_FEATURE_avx2].usable, avx2);
        lost_avx2 += !avx2;
        lost_avx512 += !avx512;
    }
    assert_true(lost_avx2 >= 8 && lost_avx512 >= lost_avx2 + 7);
}

static void test_hwcap2(void **state)
{
    (void)state;
    nacre_hw_feature f[NACREI_FEATURES];
    const uint64_t sme = UINT64_C(1) << 23, i8 = UINT64_C(1) << 26, f32 = UINT64_C(1) << 29;
    nacrei_features_decode_hwcap2(0, f);
    expect(f, NACREI_FEATURE_sme2, "the kernel reports no SME (HWCAP2 bit 23)");
    expect(f, NACREI_FEATURE_avx2, "it belongs to x86_64; this CPU is aarch64");
    nacrei_features_decode_hwcap2(sme | i8 | f32, f);
    expect(f, NACREI_FEATURE_sme, "");
    expect(f, NACREI_FEATURE_sme_f32f32, "");
    expect(f, NACREI_FEATURE_sme_i8i32, "");
    expect(f, NACREI_FEATURE_sme_b16f32, "the kernel does not report it (HWCAP2 bit 28)");
    expect(f, NACREI_FEATURE_sme2, "the kernel does not report it (HWCAP2 bit 37)");
    // What qemu 11 shows as an M4: SME2 with the integer and float forms.
    nacrei_features_decode_hwcap2(UINT64_C(0x203f800000), f);
    for (int id = NACREI_FEATURE_sme; id <= (int)NACREI_FEATURE_sme2; id++)
        expect(f, (nacrei_feature)id, "");
}

typedef struct sysctl_row {
    const char *name;
    uint64_t value;
} sysctl_row;

static bool read_rows(void *user, const char *name, uint64_t *value)
{
    for (const sysctl_row *row = user; row->name; row++) {
        if (strcmp(row->name, name) == 0) {
            *value = row->value;
            return true;
        }
    }
    return false;
}

static void test_m4(void **state)
{
    (void)state;
    // The perf levels are those of an M4 Pro with 8 + 4 cores.
    sysctl_row m4[] = {
        {"hw.optional.arm.FEAT_SME", 1},
        {"hw.optional.arm.FEAT_SME2", 1},
        {"hw.optional.arm.FEAT_SME2p1", 0},
        {"hw.optional.arm.SME_F32F32", 1},
        {"hw.optional.arm.SME_BI32I32", 1},
        {"hw.optional.arm.SME_B16F32", 1},
        {"hw.optional.arm.SME_F16F32", 1},
        {"hw.optional.arm.SME_I8I32", 1},
        {"hw.optional.arm.SME_I16I32", 1},
        {"hw.optional.arm.FEAT_SME_F64F64", 1},
        {"hw.optional.arm.FEAT_SME_I16I64", 1},
        {"hw.optional.arm.FEAT_SME_F16F16", 0},
        {"hw.optional.arm.FEAT_SME_B16B16", 0},
        {"hw.optional.arm.sme_max_svl_b", 64},
        {"hw.nperflevels", 2},
        {"hw.perflevel0.logicalcpu", 8},
        {"hw.perflevel0.cpusperl2", 4},
        {"hw.perflevel1.logicalcpu", 4},
        {"hw.perflevel1.cpusperl2", 4},
        {NULL, 0},
    };
    nacre_hw_feature f[NACREI_FEATURES];
    nacrei_sme sme;
    nacrei_features_decode_sysctl(read_rows, m4, f, &sme);
    for (int id = NACREI_FEATURE_sme; id <= (int)NACREI_FEATURE_sme2; id++)
        expect(f, (nacrei_feature)id, "");
    assert_int_equal(sme.vector_bytes, 64);
    assert_int_equal(sme.units, 3); // two clusters of fast cores, one of slow ones
    m4[1].value = 0;
    nacrei_features_decode_sysctl(read_rows, m4, f, &sme);
    expect(f, NACREI_FEATURE_sme2, "macOS does not report it (sysctl hw.optional.arm.FEAT_SME2)");
    expect(f, NACREI_FEATURE_sme, "");
    // An M1 does not know the name at all.
    sysctl_row m1[] = {{"hw.nperflevels", 2}, {NULL, 0}};
    nacrei_features_decode_sysctl(read_rows, m1, f, &sme);
    expect(f, NACREI_FEATURE_sme_f32f32, "macOS reports no SME (sysctl hw.optional.arm.FEAT_SME)");
    assert_int_equal(sme.vector_bytes, 0);
    assert_int_equal(sme.units, 0);
}

/// Every feature of this machine is usable or says why not, and the sets agree.
static void test_this_machine(void **state)
{
    (void)state;
    nacre_hw_feature f[NACREI_FEATURES], again[NACREI_FEATURES];
    nacrei_features_read(f);
    nacrei_features_read(again);
    for (size_t i = 0; i < NACREI_FEATURES; i++) {
        assert_non_null(f[i].name);
        assert_int_equal(f[i].usable, f[i].reason[0] == '\0');
        assert_string_equal(f[i].reason, again[i].reason);
    }
    uint32_t sets = nacrei_cpu_isas();
    assert_int_equal(f[NACREI_FEATURE_avx2].usable, (sets & NACREI_ISA_avx2) != 0);
    assert_int_equal(f[NACREI_FEATURE_avx512].usable, (sets & NACREI_ISA_avx512) != 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_xeon),          cmocka_unit_test(test_epyc),
        cmocka_unit_test(test_tiles_refused), cmocka_unit_test(test_agrees_with_sets),
        cmocka_unit_test(test_hwcap2),        cmocka_unit_test(test_m4),
        cmocka_unit_test(test_this_machine),
    };
    return cmocka_run_group_tests_name("hw_features", tests, NULL, NULL);
}
