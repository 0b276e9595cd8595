// SPDX-License-Identifier: Apache-2.0
// The f32 reductions; the tests stand in reduce_conform.h.
#define REAL float
#define REAL_BITS 24
#define TYPED(name) name##_f32
#define OP_ID(name) NACREI_OP_##name##_f32
#define REF(op) nacrek_##op##_f32__ref
#define BLAS(op) nacrek_##op##_f32__blas
#define GEMV_FN nacrei_gemv_f32_fn
#define SUM nacre_sum_f32
#define DOT nacre_dot_f32
#define MEAN_VARIANCE nacre_mean_variance_f32
#define PREFIX_SUM nacre_prefix_sum_f32
#define GEMV nacre_gemv_f32
#include "conform/reduce_conform.h"
