// SPDX-License-Identifier: Apache-2.0
// The contracts of the elementary functions: y[i] = f(x[i]), nacrei_exp_f32_fn, nacrei_exp_f64_fn,
// ... Any n >= 0; x and y may be equal, else must not overlap. Strict: the same bits from every
// variant, NaN payloads excepted. Subnormal arguments and results are exact or rounded like others.
//
//   exp      -inf -> 0; overflows to inf, underflows to 0
//   log      0 -> -inf; below 0 NaN; inf -> inf; 1 -> +0
//   ndtr     standard normal CDF Z: -inf -> 0, inf -> 1; 0 -> 0.5
//   ndtri    the inverse of Z: 0 -> -inf, 1 -> inf, outside [0, 1] NaN; 0.5 -> +0
//   tanh     odd to the bit; infinities -> +-1; zeros keep their sign
//   sigmoid  1 / (1 + exp(-x)): -inf -> 0, inf -> 1; the tail for x < 0 has full relative accuracy,
//            so sigmoid(-x) is 1 - sigmoid(x) within the rounding of the latter, not to the bit
//
// NaN gives NaN. ndtri(1 - p) = -ndtri(p) to the bit where 1 - p is exact.
#ifndef NACREI_KERN_ELEMENTARY_H
#define NACREI_KERN_ELEMENTARY_H

#include "kern/variants.h"

/// X(function, bound of f32, bound of f64): the error bounds in ulp; in the subnormal range an ulp
/// is its quantum. Every function has an _f32 and an _f64 operation.
/// @accuracy  f32: all 2^32 arguments measured (tests/conform/test_elementary_f32.c); f64: measured
///            on random arguments (test_elementary_accuracy.c); ndtr in f64 <= 2 ulp for x >= -6
/// @source    own derivation, tools/fit_elementary.py
#define ELEMENTARY_FUNCTIONS(X)                                                                    \
    X(exp, 0.83, 1.0)                                                                              \
    X(log, 0.52, 0.75)                                                                             \
    X(ndtr, 0.53, 4.0)                                                                             \
    X(ndtri, 0.55, 4.0)                                                                            \
    X(tanh, 0.52, 1.0)                                                                             \
    X(sigmoid, 0.51, 1.0)

#endif
