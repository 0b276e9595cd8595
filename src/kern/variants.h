// SPDX-License-Identifier: Apache-2.0
// All variants of all operations, from the lists: their declarations, and one table for whoever
// wants every one of them (dispatcher, conformance tests, benchmarks, `nacre doctor`).
#ifndef NACREI_KERN_VARIANTS_H
#define NACREI_KERN_VARIANTS_H

#include "hw/cpu.h"
#include "kern/kern.h"

#define NACREI_KERNEL(op, isa, class, rank, symbol) nacrei_##op##_fn symbol;
#include "kern/ops.def"

typedef struct nacrei_variant {
    nacrei_op op;
    nacrei_isa isa;
    nacre_class numeric_class;
    unsigned rank; ///< orders the usable variants of a class
    const char *name;
    union {
#define NACREI_OP(op, class, result, parameters, flops, bytes) nacrei_##op##_fn *op;
#include "kern/ops.def"
    } function; ///< the member called like `op`
} nacrei_variant;

extern const nacrei_variant nacrei_variants[];
extern const size_t nacrei_variant_count;

/// Why a variant is not in its slot of this context, or NULL when it is.
const char *nacrei_variant_why_not(const struct nacrei_kerns *kerns, const nacrei_variant *variant);
/// What it runs on: "scalar", "vector", "matrix", "library".
const char *nacrei_variant_unit(const nacrei_variant *variant);

/// "gemm_f32"
const char *nacrei_op_name(nacrei_op op);
nacre_class nacrei_op_class(nacrei_op op);
/// Floating-point operations and bytes of a call, by the definition in ops.def.
double nacrei_op_flops(nacrei_op op, size_t m, size_t n, size_t k);
double nacrei_op_bytes(nacrei_op op, size_t m, size_t n, size_t k);

#endif
