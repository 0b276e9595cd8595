// SPDX-License-Identifier: Apache-2.0
// The kernel table of a context. The reference fills every slot first, then each variant that the
// machine and NACRE_ISA allow overwrites it in the order of rank (src/kern/README.md).
#ifndef NACREI_KERN_KERN_H
#define NACREI_KERN_KERN_H

#include "core/context.h"

/// y[i] = standard normal CDF of x[i]. Strict: the same bits from every variant.
/// Any n >= 0; x and y may be equal, else must not overlap. NaN gives NaN, -inf 0, +inf 1.
typedef void nacrei_ndtr_f64_fn(size_t n, const double *x, double *y);

struct nacrei_kerns {
    const char *isa; ///< name of the best set in use
    nacrei_ndtr_f64_fn *ndtr_f64;
    const char *ndtr_f64_name; ///< "nacrek_ndtr_f64__avx512"
};

/// Fills the table for an instruction set ("ref", "avx2", "avx512") or, for NULL, the best usable
/// one.
/// @error  NACRE_E_UNSUPPORTED unknown or unusable; the message lists the usable ones
NACRE_MUST_CHECK nacre_status nacrei_kerns_init(struct nacrei_kerns *kerns, const char *isa,
                                                nacre_error *err);

#endif
