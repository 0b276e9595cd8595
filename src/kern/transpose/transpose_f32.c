// SPDX-License-Identifier: Apache-2.0
// nacre_transpose_f32; how it works stands in transpose_call.h.
#define REAL float
#define TRANSPOSE nacre_transpose_f32
#define KERNEL_FN nacrei_transpose_f32_fn
#define KERNEL_OP transpose_f32
#define OP_ID NACREI_OP_transpose_f32
#include "kern/transpose/transpose_call.h"
