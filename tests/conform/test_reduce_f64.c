// SPDX-License-Identifier: Apache-2.0
// The f64 reductions; the tests stand in reduce_conform.h.
#define REAL double
#define REAL_BITS 53
#define TYPED(name) name##_f64
#define OP_ID(name) NACREI_OP_##name##_f64
#define REF(op) nacrek_##op##_f64__ref
#define BLAS(op) nacrek_##op##_f64__blas
#define GEMV_FN nacrei_gemv_f64_fn
#define SUM nacre_sum_f64
#define DOT nacre_dot_f64
#define MEAN_VARIANCE nacre_mean_variance_f64
#define PREFIX_SUM nacre_prefix_sum_f64
#define GEMV nacre_gemv_f64
#include "conform/reduce_conform.h"
