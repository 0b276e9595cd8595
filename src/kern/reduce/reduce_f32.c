// SPDX-License-Identifier: Apache-2.0
// nacre_sum_f32 and its kin; how they work stands in reduce_call.h.
#include <math.h>

#define REAL float
#define REAL_FMA fmaf
#define TYPED(name) name##_f32
#define OP_ID(name) NACREI_OP_##name##_f32
#define GEMV_FN nacrei_gemv_f32_fn
#include "kern/reduce/reduce_call.h"
