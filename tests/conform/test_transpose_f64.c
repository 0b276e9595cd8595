// SPDX-License-Identifier: Apache-2.0
// Transposition of f64; the tests stand in transpose_conform.h.
#define REAL double
#define BITS uint64_t
#define KERNEL_OP transpose_f64
#define OP_ID NACREI_OP_transpose_f64
#define TRANSPOSE nacre_transpose_f64
#include "conform/transpose_conform.h"
