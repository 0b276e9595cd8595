// SPDX-License-Identifier: Apache-2.0
// nacre_sum_f64 and its kin; how they work stands in reduce_call.h.
#include <math.h>

#define REAL double
#define REAL_FMA fma
#define TYPED(name) name##_f64
#define OP_ID(name) NACREI_OP_##name##_f64
#define GEMV_FN nacrei_gemv_f64_fn
#include "kern/reduce/reduce_call.h"
