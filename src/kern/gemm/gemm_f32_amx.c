// SPDX-License-Identifier: Apache-2.0
// Bounded f32 product on Intel's matrix unit: three bf16 terms carry all 24 bits, so the error is
// that of sums in f32, and blocks of 288 make these shorter than one chain.
#define KERNEL nacrek_gemm_f32_bf16x6_32x32__amx
#define PARTS 3
#define DEPTH ((size_t)288)
#define TILE_SUM 1
#include "kern/gemm/gemm_amx.h"
