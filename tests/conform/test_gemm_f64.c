// SPDX-License-Identifier: Apache-2.0
// The f64 product; the tests stand in gemm_conform.h.
#define REAL double
#define REAL_BITS 53
#define EPSILON ((REAL)0x1p-53)
#define OP gemm_f64
#define OP_ID NACREI_OP_gemm_f64
#define FUNCTION nacrei_gemm_f64_fn
#define REF nacrek_gemm_f64__ref
#define BLAS nacrek_gemm_f64__blas
#define GEMM nacre_gemm_f64
#include "conform/gemm_conform.h"
