// SPDX-License-Identifier: Apache-2.0
// Two terms leave 2^-16 of a number; each factor loses that, and the fourth product is left out.
#define KERNEL_FILE "kern/gemm/gemm_bf16x3_amx.c"
#define NATIVE_NAME "nacrek_gemm_bf16x3_f32_32x32__amx"
#define NATIVE_OP gemm_bf16x3_f32
#define nacrek_gemm_bf16x3_f32_32x32__amx emulated_kernel
#define ERROR(k, size) ((3.0 * 0x1p-16 + (double)(k)*0x1p-24) * (size))
#include "conform/gemm_amx_emulated.h"
