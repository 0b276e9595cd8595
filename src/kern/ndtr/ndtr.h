// SPDX-License-Identifier: Apache-2.0
// The contract of nacrei_ndtr_f64_fn: y[i] = standard normal CDF of x[i]. Any n >= 0; x and y may
// be equal, else must not overlap. NaN gives NaN, -inf 0, +inf 1.
//
// Every variant does these steps in this order, each a single correctly rounded operation:
//
//   a = min(|x|, 40); h + h' = a^2/2 split by fma; n = round(h/ln2)
//   r + r' = n ln2 - h - h'; p = exp(r + r') - 1
//   u + u' = 1/(a + 4) from one division and its residual; t = 1 - 8u
//   Q + Q' = polynomial in t, its last bits kept; R + R' = Q (u + u')
//   m = R + (R p + (Q' u (1 + p) + R' (1 + p)))
//   tail = m 2^(150 - n) 2^-150, so that only the last factor may underflow
//   y = x > 0 ? 1 - tail : tail
//
// The low parts that are carried along keep the error of the tail near one rounding. Not strictly
// monotone: where the function moves by less than an ulp between neighbours, the result may step
// back by one.
/// @accuracy  <= 2 ulp for x >= -6, <= 4 ulp where the result is normal; Z(0) = 0.5 exactly
/// @source    own derivation, tools/fit_ndtr.py; error measured by tests/oracle/ndtr_mpmath.py
#ifndef NACREI_KERN_NDTR_H
#define NACREI_KERN_NDTR_H

#include "kern/variants.h"

#endif
