// SPDX-License-Identifier: Apache-2.0
// nacre_gemm_f64; how it works stands in gemm_call.h.
#define REAL double
#define GEMM nacre_gemm_f64
#define GEMM_FN nacrei_gemm_f64_fn
#define GEMM_OP gemm_f64
#define GEMM_OP_ID NACREI_OP_gemm_f64
#include "kern/gemm/gemm_call.h"
