// SPDX-License-Identifier: Apache-2.0
// Three terms: the bound of nacre_gemm_f32.
#define KERNEL_FILE "kern/gemm/gemm_f32_amx.c"
#define NATIVE_NAME "nacrek_gemm_f32_bf16x6_32x32__amx"
#define NATIVE_OP gemm_f32
#define nacrek_gemm_f32_bf16x6_32x32__amx emulated_kernel
#define ERROR(k, size) (((double)(k) + 8.0) * 0x1p-24 * (size))
#include "conform/gemm_amx_emulated.h"
