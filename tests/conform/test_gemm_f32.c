// SPDX-License-Identifier: Apache-2.0
// The f32 product; the tests stand in gemm_conform.h.
#define REAL float
#define REAL_BITS 24
#define EPSILON ((REAL)0x1p-24)
#define OP gemm_f32
#define OP_ID NACREI_OP_gemm_f32
#define FUNCTION nacrei_gemm_f32_fn
#define REF nacrek_gemm_f32__ref
#define BLAS nacrek_gemm_f32__blas
#define GEMM nacre_gemm_f32
#include "conform/gemm_conform.h"
