// SPDX-License-Identifier: Apache-2.0
// Transposition of f32; the tests stand in transpose_conform.h.
#define REAL float
#define BITS uint32_t
#define KERNEL_OP transpose_f32
#define OP_ID NACREI_OP_transpose_f32
#define TRANSPOSE nacre_transpose_f32
#include "conform/transpose_conform.h"
