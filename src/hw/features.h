// SPDX-License-Identifier: Apache-2.0
// Which instruction sets and matrix units may be used, and in words why not. Each feature is a list
// of conditions in a table; the first that fails is the reason. The decoders are pure functions of
// what the machine answered, so tests decode machines that are not here.
#ifndef NACREI_HW_FEATURES_H
#define NACREI_HW_FEATURES_H

#include "hw/cpu.h"
#include "nacre/hw.h"

/// id, architecture that it belongs to
#define NACREI_FEATURE_LIST(X)                                                                     \
    X(avx2, x86_64)                                                                                \
    X(avx512, x86_64)                                                                              \
    X(avx512_vnni, x86_64)                                                                         \
    X(avx512_bf16, x86_64)                                                                         \
    X(avx512_fp16, x86_64)                                                                         \
    X(amx_tile, x86_64)                                                                            \
    X(amx_bf16, x86_64)                                                                            \
    X(amx_int8, x86_64)                                                                            \
    X(sme, aarch64)                                                                                \
    X(sme_f32f32, aarch64)                                                                         \
    X(sme_b16f32, aarch64)                                                                         \
    X(sme_i8i32, aarch64)                                                                          \
    X(sme_f64f64, aarch64)                                                                         \
    X(sme2, aarch64)

typedef enum nacrei_feature {
#define NACREI_FEATURE_ENUM(id, arch) NACREI_FEATURE_##id,
    NACREI_FEATURE_LIST(NACREI_FEATURE_ENUM)
#undef NACREI_FEATURE_ENUM
        NACREI_FEATURES
} nacrei_feature;

/// Reads the integer called `name` (a macOS sysctl); false when there is none.
typedef bool nacrei_sysctl_fn(void *user, const char *name, uint64_t *value);

/// What macOS says of SME beside the features.
typedef struct nacrei_sme {
    uint32_t vector_bytes; ///< streaming vector length; 0 = not reported
    uint32_t units;        ///< one per cluster of cores that share an L2; 0 = not reported
} nacrei_sme;

/// Each fills all of out[NACREI_FEATURES]; those of the other architecture are unusable.
void nacrei_features_decode_x86(const nacrei_cpu_bits *bits, nacre_hw_feature *out);
/// @param hwcap2  getauxval(AT_HWCAP2) of Linux on 64-bit Arm
void nacrei_features_decode_hwcap2(uint64_t hwcap2, nacre_hw_feature *out);
void nacrei_features_decode_sysctl(nacrei_sysctl_fn *read, void *user, nacre_hw_feature *out,
                                   nacrei_sme *sme);

/// This machine. May ask for AMX tiles once (nacrei_cpu_read_bits).
void nacrei_features_read(nacre_hw_feature *out);

#endif
