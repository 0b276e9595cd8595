// SPDX-License-Identifier: Apache-2.0
// nacre_transpose_f64; how it works stands in transpose_call.h.
#define REAL double
#define TRANSPOSE nacre_transpose_f64
#define KERNEL_FN nacrei_transpose_f64_fn
#define KERNEL_OP transpose_f64
#define OP_ID NACREI_OP_transpose_f64
#include "kern/transpose/transpose_call.h"
