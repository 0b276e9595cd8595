// SPDX-License-Identifier: Apache-2.0
// Strict f64 reductions, reference: the definition of kern/reduce/reduce.h with libm's fma.
#define REAL double
#define REAL_FMA fma
#define KERNEL(op) nacrek_##op##_f64__ref
#include "kern/reduce/reduce_ref.h"
