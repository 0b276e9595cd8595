// SPDX-License-Identifier: Apache-2.0
// f32 product by two bf16 terms on Intel's matrix unit: twice the speed of three, 16 to 17 bits.
#define KERNEL nacrek_gemm_bf16x3_f32_32x32__amx
#define PARTS 2
#define DEPTH ((size_t)448)
#define TILE_SUM 0
#include "kern/gemm/gemm_amx.h"
