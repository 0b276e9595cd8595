// SPDX-License-Identifier: Apache-2.0
// Conditions as rows: which word, which bits, what they are called. Decoding is one loop, and the
// sentence for a person is made of the row that failed, so a feature cannot be refused without a
// reason.
#include "hw/features.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#if defined(__aarch64__) && defined(__linux__)
#include <sys/auxv.h>
#endif
#if defined(__APPLE__)
#include <sys/sysctl.h>
#endif

static const char *const feature_names[NACREI_FEATURES] = {
#define FEATURE_NAME(id, arch) #id,
    NACREI_FEATURE_LIST(FEATURE_NAME)
#undef FEATURE_NAME
};

static const char *const feature_archs[NACREI_FEATURES] = {
#define FEATURE_ARCH(id, arch) #arch,
    NACREI_FEATURE_LIST(FEATURE_ARCH)
#undef FEATURE_ARCH
};

typedef enum condition_kind { WORD, SYSTEM, PALETTE, GRANT } condition_kind;

typedef struct condition {
    nacrei_feature feature;
    condition_kind kind;
    size_t word;       // offset into nacrei_cpu_bits
    uint64_t bits;     // all of them
    const char *text;  // what is missing
    const char *place; // where that stands
} condition;

#define BIT(n) (UINT64_C(1) << (n))
#define CPU(feature, word, bits, text, place)                                                      \
    {                                                                                              \
        NACREI_FEATURE_##feature, WORD, offsetof(nacrei_cpu_bits, word), bits, text, place         \
    }
#define SAVED(feature, bits, text, place)                                                          \
    {                                                                                              \
        NACREI_FEATURE_##feature, SYSTEM, offsetof(nacrei_cpu_bits, xcr0), bits, text, place       \
    }
#define AVX2(feature)                                                                              \
    CPU(feature, leaf1_ecx, BIT(27), "OSXSAVE", "CPUID leaf 1 ECX bit 27"),                        \
        CPU(feature, leaf1_ecx, BIT(12) | BIT(28), "FMA and AVX", "CPUID leaf 1 ECX bits 12, 28"), \
        CPU(feature, leaf7_ebx, BIT(5) | BIT(3) | BIT(8), "AVX2, BMI1 and BMI2",                   \
            "CPUID leaf 7 EBX bits 3, 5, 8"),                                                      \
        SAVED(feature, 0x6, "the YMM registers", "XCR0 bits 1, 2")
#define AVX512(feature)                                                                            \
    AVX2(feature),                                                                                 \
        CPU(feature, leaf7_ebx, BIT(16) | BIT(17) | BIT(30) | BIT(31), "AVX-512 F, DQ, BW and VL", \
            "CPUID leaf 7 EBX bits 16, 17, 30, 31"),                                               \
        SAVED(feature, 0xe6, "the ZMM and mask registers", "XCR0 bits 1, 2, 5 to 7")
#define TILES(feature)                                                                             \
    CPU(feature, leaf7_edx, BIT(24), "AMX tiles", "CPUID leaf 7 EDX bit 24"),                      \
        SAVED(feature, BIT(17) | BIT(18), "AMX tiles", "XCR0 bits 17, 18"),                        \
        {NACREI_FEATURE_##feature, PALETTE, 0, 0, "", ""},                                         \
    {                                                                                              \
        NACREI_FEATURE_##feature, GRANT, 0, 0, "", ""                                              \
    }

// Intel SDM volume 2A, CPUID; volume 1, 13.3 (XCR0) and 18 (AMX).
static const condition x86_conditions[] = {
    AVX2(avx2),
    AVX512(avx512),
    AVX512(avx512_vnni),
    CPU(avx512_vnni, leaf7_ecx, BIT(11), "AVX512_VNNI", "CPUID leaf 7 ECX bit 11"),
    AVX512(avx512_bf16),
    CPU(avx512_bf16, leaf7_1_eax, BIT(5), "AVX512_BF16", "CPUID leaf 7.1 EAX bit 5"),
    AVX512(avx512_fp16),
    CPU(avx512_fp16, leaf7_edx, BIT(23), "AVX512_FP16", "CPUID leaf 7 EDX bit 23"),
    TILES(amx_tile),
    TILES(amx_bf16),
    CPU(amx_bf16, leaf7_edx, BIT(22), "AMX-BF16", "CPUID leaf 7 EDX bit 22"),
    TILES(amx_int8),
    CPU(amx_int8, leaf7_edx, BIT(25), "AMX-INT8", "CPUID leaf 7 EDX bit 25"),
};

static void refuse(nacre_hw_feature *feature, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static void refuse(nacre_hw_feature *feature, const char *format, ...)
{
    va_list list;
    feature->usable = false;
    va_start(list, format);
    (void)vsnprintf(feature->reason, sizeof feature->reason, format, list);
    va_end(list);
}

/// All features usable of the architecture, the others refused.
static void begin(nacre_hw_feature *out, const char *arch)
{
    for (size_t i = 0; i < NACREI_FEATURES; i++) {
        out[i] = (nacre_hw_feature){
            .name = feature_names[i], .architecture = feature_archs[i], .usable = true};
        if (strcmp(feature_archs[i], arch) != 0)
            refuse(&out[i], "it belongs to %s; this CPU is %s", feature_archs[i], arch);
    }
}

static const char *errno_name(int code, char number[16])
{
    switch (code) {
    case EPERM:
        return "EPERM";
    case EINVAL:
        return "EINVAL";
    case ENOSYS:
        return "ENOSYS";
    case EOPNOTSUPP:
        return "EOPNOTSUPP";
    case ENOMEM:
        return "ENOMEM";
    default:
        (void)snprintf(number, 16, "errno %d", code);
        return number;
    }
}

/// Our kernels assume palette 1 as it is in every AMX CPU so far: 8 tiles of 16 rows of 64 bytes.
static bool palette_fits(const nacrei_cpu_bits *bits)
{
    return (bits->palette_ebx & 0xffff) >= 64 && bits->palette_ebx >> 16 >= 8 &&
           (bits->palette_ecx & 0xffff) >= 16 && (bits->tile_mul_ebx & 0xff) >= 16 &&
           (bits->tile_mul_ebx >> 8 & 0xffff) >= 64;
}

static void check(const nacrei_cpu_bits *bits, const condition *row, nacre_hw_feature *feature)
{
    char number[16];
    uint64_t word = bits->xcr0;
    if (row->kind == WORD) {
        uint32_t narrow;
        memcpy(&narrow, (const char *)bits + row->word, sizeof narrow);
        word = narrow;
    }
    bool holds = (word & row->bits) == row->bits;
    if (row->kind == WORD && !holds)
        refuse(feature, "the CPU has no %s (%s)", row->text, row->place);
    else if (row->kind == SYSTEM && !holds)
        refuse(feature, "the operating system does not save %s (%s)", row->text, row->place);
    else if (row->kind == PALETTE && !palette_fits(bits))
        refuse(feature, "palette 1 is not 8 tiles of 16 rows of 64 bytes (CPUID leaves 1dH, 1eH)");
    else if (row->kind == GRANT && bits->tile_grant)
        refuse(feature, "the kernel refused XTILEDATA (arch_prctl: %s)",
               errno_name(bits->tile_grant, number));
}

void nacrei_features_decode_x86(const nacrei_cpu_bits *bits, nacre_hw_feature *out)
{
    begin(out, "x86_64");
    for (size_t i = 0; i < sizeof x86_conditions / sizeof *x86_conditions; i++) {
        nacre_hw_feature *feature = &out[x86_conditions[i].feature];
        if (feature->usable)
            check(bits, &x86_conditions[i], feature);
    }
}

// Linux: arch/arm64/include/uapi/asm/hwcap.h. macOS: sysctl names as an M4 has them; some carry
// FEAT_, some do not.
static const struct {
    nacrei_feature feature;
    unsigned hwcap2_bit;
    const char *sysctl;
} sme_rows[] = {
    {NACREI_FEATURE_sme, 23, "hw.optional.arm.FEAT_SME"},
    {NACREI_FEATURE_sme_f32f32, 29, "hw.optional.arm.SME_F32F32"},
    {NACREI_FEATURE_sme_b16f32, 28, "hw.optional.arm.SME_B16F32"},
    {NACREI_FEATURE_sme_i8i32, 26, "hw.optional.arm.SME_I8I32"},
    {NACREI_FEATURE_sme_f64f64, 25, "hw.optional.arm.FEAT_SME_F64F64"},
    {NACREI_FEATURE_sme2, 37, "hw.optional.arm.FEAT_SME2"},
};
#define SME_ROWS (sizeof sme_rows / sizeof *sme_rows)

void nacrei_features_decode_hwcap2(uint64_t hwcap2, nacre_hw_feature *out)
{
    begin(out, "aarch64");
    for (size_t i = 0; i < SME_ROWS; i++) {
        nacre_hw_feature *feature = &out[sme_rows[i].feature];
        if (!(hwcap2 & BIT(23))) // without SME the others mean nothing
            refuse(feature, "the kernel reports no SME (HWCAP2 bit 23)");
        else if (!(hwcap2 & BIT(sme_rows[i].hwcap2_bit)))
            refuse(feature, "the kernel does not report it (HWCAP2 bit %u)",
                   sme_rows[i].hwcap2_bit);
    }
}

void nacrei_features_decode_sysctl(nacrei_sysctl_fn *read, void *user, nacre_hw_feature *out,
                                   nacrei_sme *sme)
{
    begin(out, "aarch64");
    *sme = (nacrei_sme){0};
    uint64_t value = 0;
    bool has = read(user, sme_rows[0].sysctl, &value) && value;
    for (size_t i = 0; i < SME_ROWS; i++) {
        uint64_t set = 0;
        if (!has)
            refuse(&out[sme_rows[i].feature], "macOS reports no SME (sysctl %s)",
                   sme_rows[0].sysctl);
        else if (!read(user, sme_rows[i].sysctl, &set) || !set)
            refuse(&out[sme_rows[i].feature], "macOS does not report it (sysctl %s)",
                   sme_rows[i].sysctl);
    }
    if (!has)
        return;
    if (read(user, "hw.optional.arm.sme_max_svl_b", &value) && value <= 256)
        sme->vector_bytes = (uint32_t)value;
    uint64_t levels = 0;
    if (!read(user, "hw.nperflevels", &levels) || levels > 8)
        return;
    for (uint64_t level = 0; level < levels; level++) {
        char name[64];
        uint64_t cpus, sharing;
        (void)snprintf(name, sizeof name, "hw.perflevel%u.logicalcpu", (unsigned)level);
        bool known = read(user, name, &cpus) && cpus < 4096;
        (void)snprintf(name, sizeof name, "hw.perflevel%u.cpusperl2", (unsigned)level);
        if (known && read(user, name, &sharing) && sharing > 0 && sharing < 4096)
            sme->units += (uint32_t)((cpus + sharing - 1) / sharing);
    }
}

#if defined(__APPLE__)
static bool read_sysctl(void *user, const char *name, uint64_t *value)
{
    (void)user;
    int64_t wide = 0; // the numbers are of 4 or 8 bytes; both are little-endian
    size_t bytes = sizeof wide;
    if (sysctlbyname(name, &wide, &bytes, NULL, 0) != 0 || wide < 0)
        return false;
    *value = (uint64_t)wide;
    return true;
}
#endif

void nacrei_features_read(nacre_hw_feature *out)
{
#if defined(__x86_64__)
    nacrei_cpu_bits bits;
    nacrei_cpu_read_bits(&bits);
    nacrei_features_decode_x86(&bits, out);
#elif defined(__aarch64__) && defined(__linux__)
    nacrei_features_decode_hwcap2(getauxval(AT_HWCAP2), out);
#elif defined(__aarch64__) && defined(__APPLE__)
    nacrei_sme sme;
    nacrei_features_decode_sysctl(read_sysctl, NULL, out, &sme);
#else
    begin(out, "x86_64");
    for (size_t i = 0; i < NACREI_FEATURES; i++)
        refuse(&out[i], "this build does not know how to ask this architecture");
#endif
}
