// SPDX-License-Identifier: Apache-2.0
// Strict f32 reductions, reference: the definition of kern/reduce/reduce.h with libm's fma.
#define REAL float
#define REAL_FMA fmaf
#define KERNEL(op) nacrek_##op##_f32__ref
#include "kern/reduce/reduce_ref.h"
