// SPDX-License-Identifier: Apache-2.0
// nacre_gemm_bf16x3_f32; how it works stands in gemm_call.h.
#define REAL float
#define GEMM nacre_gemm_bf16x3_f32
#define GEMM_FN nacrei_gemm_bf16x3_f32_fn
#define GEMM_OP gemm_bf16x3_f32
#define GEMM_OP_ID NACREI_OP_gemm_bf16x3_f32
#include "kern/gemm/gemm_call.h"
