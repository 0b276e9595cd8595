// SPDX-License-Identifier: Apache-2.0
// What this CPU can do and what the operating system lets us use of it. An instruction set is a
// named predicate over feature bits, never a place on a ladder: code asks "has avx2", not "at least
// avx2".
#ifndef NACREI_HW_CPU_H
#define NACREI_HW_CPU_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// name, bit, the sets that a context forced to this name may use.
/// avx2 = AVX2 + FMA + BMI1/2; avx512 = F + DQ + BW + VL on top of avx2; amx = tiles with bf16 on
/// top of avx512, and the kernel's permission; neon = 64-bit Arm.
#define NACREI_ISA_LIST(X)                                                                         \
    X(ref, 0x1u, 0x1u)                                                                             \
    X(avx2, 0x2u, 0x3u)                                                                            \
    X(avx512, 0x4u, 0x7u)                                                                          \
    X(neon, 0x8u, 0x9u)                                                                            \
    X(amx, 0x10u, 0x17u)

typedef enum nacrei_isa {
#define NACREI_ISA_ENUM(name, bit, allowed) NACREI_ISA_##name = (bit),
    NACREI_ISA_LIST(NACREI_ISA_ENUM)
#undef NACREI_ISA_ENUM
} nacrei_isa;

#define NACREI_CPU_NAME_BYTES 64

/// The raw answers that decide; a test can make them up.
typedef struct nacrei_cpu_bits {
    uint32_t leaf1_ecx;
    uint32_t leaf7_ebx;
    uint64_t xcr0; ///< register state that the operating system saves; 0 without OSXSAVE
    uint32_t leaf7_ecx, leaf7_edx;
    uint32_t leaf7_1_eax;
    uint32_t palette_ebx, palette_ecx; ///< leaf 1dH, subleaf 1: palette 1
    uint32_t tile_mul_ebx;             ///< leaf 1eH: TMUL
    int tile_grant; ///< ARCH_REQ_XCOMP_PERM for tile data: 0 granted, else its errno
} nacrei_cpu_bits;

/// The bits of this machine. On a CPU with AMX tiles it asks the kernel, once per process, to let
/// the process use them (arch_prctl). @thread any
void nacrei_cpu_read_bits(nacrei_cpu_bits *bits);

/// The usable sets of x86 as a mask of nacrei_isa; ref is always in it.
uint32_t nacrei_cpu_decode(const nacrei_cpu_bits *bits);
/// The usable sets of this machine; may ask for AMX tiles once (nacrei_cpu_read_bits). @thread any
uint32_t nacrei_cpu_isas(void);

/// The set's name, "unknown" for a foreign number.
const char *nacrei_isa_name(nacrei_isa isa);
/// The set called `name` and what a context forced to it may use; false when there is none.
bool nacrei_isa_find(const char *name, nacrei_isa *isa, uint32_t *allowed);

/// "AMD EPYC 9B14", from the CPU itself or, where it does not say, from the kernel; "unknown CPU"
/// when neither does.
void nacrei_cpu_name(char name[NACREI_CPU_NAME_BYTES]);
/// Cores online in this machine; at least 1.
uint32_t nacrei_cpu_cores(void);

#endif
