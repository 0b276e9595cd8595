// SPDX-License-Identifier: Apache-2.0
// CPUID says what the silicon has; XCR0 says which registers the operating system saves at a
// context switch. A set counts only when both agree: a kernel booted without AVX-512 state would
// corrupt the ZMM registers even though CPUID shows the feature.
#include "hw/cpu.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__x86_64__)
#include <cpuid.h>
#endif
#if defined(__x86_64__) && defined(__linux__)
#include <sys/syscall.h>
#endif

enum {
    LEAF1_ECX_FMA = 1u << 12,
    LEAF1_ECX_AVX = 1u << 28,
    LEAF7_EBX_BMI1 = 1u << 3,
    LEAF7_EBX_AVX2 = 1u << 5,
    LEAF7_EBX_BMI2 = 1u << 8,
    LEAF7_EBX_AVX512F = 1u << 16,
    LEAF7_EBX_AVX512DQ = 1u << 17,
    LEAF7_EBX_AVX512BW = 1u << 30,
    LEAF7_EDX_AMX_BF16 = 1u << 22,
    LEAF7_1_EAX_AVX512_BF16 = 1u << 5,
    LEAF7_EDX_AMX_TILE = 1u << 24,
    XCR0_YMM = 0x6,  // SSE and AVX state
    XCR0_ZMM = 0xe6, // those, the mask registers and both halves of ZMM
    XCR0_TILE = 0x60000,
};
#define LEAF7_EBX_AVX512VL (UINT32_C(1) << 31)
#define LEAF1_ECX_OSXSAVE (UINT32_C(1) << 27)

static bool has_all(uint64_t bits, uint64_t wanted)
{
    return (bits & wanted) == wanted;
}

uint32_t nacrei_cpu_decode(const nacrei_cpu_bits *bits)
{
    uint32_t isas = NACREI_ISA_ref;
    const uint32_t avx2 = LEAF7_EBX_AVX2 | LEAF7_EBX_BMI1 | LEAF7_EBX_BMI2;
    const uint32_t avx512 =
        LEAF7_EBX_AVX512F | LEAF7_EBX_AVX512DQ | LEAF7_EBX_AVX512BW | LEAF7_EBX_AVX512VL;
    bool usable = has_all(bits->leaf1_ecx, LEAF1_ECX_FMA | LEAF1_ECX_AVX | LEAF1_ECX_OSXSAVE) &&
                  has_all(bits->leaf7_ebx, avx2) && has_all(bits->xcr0, XCR0_YMM);
    if (usable)
        isas |= NACREI_ISA_avx2;
    usable = usable && has_all(bits->leaf7_ebx, avx512) && has_all(bits->xcr0, XCR0_ZMM);
    if (usable)
        isas |= NACREI_ISA_avx512;
    if (usable && has_all(bits->leaf7_edx, LEAF7_EDX_AMX_TILE | LEAF7_EDX_AMX_BF16) &&
        has_all(bits->leaf7_1_eax, LEAF7_1_EAX_AVX512_BF16) && has_all(bits->xcr0, XCR0_TILE) &&
        bits->tile_grant == 0)
        isas |= NACREI_ISA_amx;
    return isas;
}

#if defined(__x86_64__)
static uint64_t read_xcr0(void)
{
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

/// What the CPU says; asks nobody for a permission.
static nacrei_cpu_bits read_vector_bits(void)
{
    nacrei_cpu_bits bits = {0};
    unsigned a, b, c, d;
    if (__get_cpuid(1, &a, &b, &c, &d))
        bits.leaf1_ecx = c;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        bits.leaf7_ebx = b;
        bits.leaf7_ecx = c;
        bits.leaf7_edx = d;
        if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d))
            bits.leaf7_1_eax = a;
    }
    if (bits.leaf1_ecx & LEAF1_ECX_OSXSAVE) // without it the instruction itself is illegal
        bits.xcr0 = read_xcr0();
    return bits;
}

/// Linux hands out the 8 KiB of tile state on request only (kernel documentation x86/xstate).
static int tile_grant;
static void ask_for_tiles(void)
{
#if defined(__linux__)
    enum { ARCH_REQ_XCOMP_PERM_CODE = 0x1023, XFEATURE_XTILEDATA = 18 };
    errno = 0;
    tile_grant =
        syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM_CODE, XFEATURE_XTILEDATA) == 0 ? 0 : errno;
#else
    tile_grant = ENOSYS;
#endif
}

void nacrei_cpu_read_bits(nacrei_cpu_bits *bits)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    *bits = read_vector_bits();
    if (!(bits->leaf7_edx & LEAF7_EDX_AMX_TILE))
        return;
    unsigned a, b, c, d;
    if (__get_cpuid_count(0x1d, 1, &a, &b, &c, &d)) {
        bits->palette_ebx = b;
        bits->palette_ecx = c;
    }
    if (__get_cpuid_count(0x1e, 0, &a, &b, &c, &d))
        bits->tile_mul_ebx = b;
    (void)pthread_once(&once, ask_for_tiles);
    bits->tile_grant = tile_grant;
}

static bool read_brand(char name[NACREI_CPU_NAME_BYTES])
{
    unsigned words[12];
    for (unsigned i = 0; i < 3; i++) {
        unsigned *at = words + 4 * i;
        if (!__get_cpuid(0x80000002u + i, at, at + 1, at + 2, at + 3))
            return false;
    }
    char brand[sizeof words + 1];
    memcpy(brand, words, sizeof words);
    brand[sizeof words] = '\0';
    const char *start = brand + strspn(brand, " ");
    size_t length = strlen(start);
    while (length && start[length - 1] == ' ')
        length--;
    (void)snprintf(name, NACREI_CPU_NAME_BYTES, "%.*s", (int)length, start);
    return length > 0;
}
#else
void nacrei_cpu_read_bits(nacrei_cpu_bits *bits)
{
    *bits = (nacrei_cpu_bits){0};
}

static bool read_brand(char name[NACREI_CPU_NAME_BYTES])
{
    (void)name;
    return false;
}
#endif

/// CPUID traps in a virtual machine, so it is asked once.
static uint32_t usable_isas;
static void find_isas(void)
{
    nacrei_cpu_bits bits;
    nacrei_cpu_read_bits(&bits);
    usable_isas = nacrei_cpu_decode(&bits);
#if defined(__aarch64__)
    usable_isas |= NACREI_ISA_neon; // part of the architecture
#endif
}

uint32_t nacrei_cpu_isas(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    (void)pthread_once(&once, find_isas);
    return usable_isas;
}

const char *nacrei_isa_name(nacrei_isa isa)
{
    switch (isa) {
#define ISA_NAME(name, bit, allowed)                                                               \
    case NACREI_ISA_##name:                                                                        \
        return #name;
        NACREI_ISA_LIST(ISA_NAME)
#undef ISA_NAME
    }
    return "unknown";
}

bool nacrei_isa_find(const char *name, nacrei_isa *isa, uint32_t *allowed)
{
    static const struct {
        const char *name;
        nacrei_isa isa;
        uint32_t allowed;
    } sets[] = {
#define ISA_ROW(name, bit, allowed) {#name, NACREI_ISA_##name, allowed},
        NACREI_ISA_LIST(ISA_ROW)
#undef ISA_ROW
    };
    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        if (strcmp(sets[i].name, name) == 0) {
            *isa = sets[i].isa;
            *allowed = sets[i].allowed;
            return true;
        }
    }
    return false;
}

static bool read_proc_model(char name[NACREI_CPU_NAME_BYTES])
{
    FILE *file = fopen("/proc/cpuinfo", "re");
    if (!file)
        return false;
    char line[256];
    bool found = false;
    while (!found && fgets(line, sizeof line, file)) {
        const char *colon = strchr(line, ':');
        if (!colon || strncmp(line, "model name", strlen("model name")) != 0)
            continue;
        const char *value = colon + 1 + strspn(colon + 1, " \t");
        (void)snprintf(name, NACREI_CPU_NAME_BYTES, "%.*s", (int)strcspn(value, "\n"), value);
        found = name[0] != '\0';
    }
    (void)fclose(file);
    return found;
}

void nacrei_cpu_name(char name[NACREI_CPU_NAME_BYTES])
{
    if (!read_brand(name) && !read_proc_model(name))
        (void)snprintf(name, NACREI_CPU_NAME_BYTES, "unknown CPU");
}

uint32_t nacrei_cpu_cores(void)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    return cores > 0 ? (uint32_t)cores : 1;
}
