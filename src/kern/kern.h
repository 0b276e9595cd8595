// SPDX-License-Identifier: Apache-2.0
// The kernel table of a context, made from ops.def: one typed slot per operation with its default
// class, and the variant chosen for every class. Adding an operation or a variant adds a line to a
// list; nothing here changes.
#ifndef NACREI_KERN_KERN_H
#define NACREI_KERN_KERN_H

#include "core/context.h"
#include "nacre/kern.h"

#include <stdatomic.h>

typedef enum nacrei_op {
#define NACREI_OP(op, class, result, parameters, flops, bytes) NACREI_OP_##op,
#include "kern/ops.def"
    NACREI_OP_COUNT,
} nacrei_op;

/// The contracts: nacrei_ndtr_f64_fn, nacrei_gemm_f32_fn, ... What they promise stands in the
/// header of the operation's folder.
#define NACREI_OP(op, class, result, parameters, flops, bytes)                                     \
    typedef result nacrei_##op##_fn parameters;
#include "kern/ops.def"

/// Slots per operation; a class is its own index.
#define NACREI_CLASSES 4

struct nacrei_variant; // kern/variants.h
struct nacrei_scratch; // kern/scratch.c

/// Sums of the calls of one operation in one class (kern/kern_stats.h).
struct nacrei_kern_counter {
    _Atomic uint64_t calls, ns, flops, bytes;
    _Atomic double ceiling, reference; ///< flops/s, 0 = not measured
};

struct nacrei_kerns {
    const char *isa; ///< name of the best set in use
#define NACREI_OP(op, class, result, parameters, flops, bytes)                                     \
    nacrei_##op##_fn *op;                                                                          \
    const char *op##_name; ///< "nacrek_ndtr_f64__avx512"
#include "kern/ops.def"
    /// NULL where no variant has the class.
    const struct nacrei_variant *chosen[NACREI_OP_COUNT][NACREI_CLASSES];
    uint32_t allowed; ///< instruction sets that may be used here
    _Atomic bool counting;
    struct nacrei_kern_counter counters[NACREI_OP_COUNT][NACREI_CLASSES];
    _Atomic(struct nacrei_scratch *) scratch; ///< the block that waits for the next call, or NULL
};

/// Fills the table for an instruction set ("ref", "avx2", "avx512") or, for NULL, the best usable
/// one.
/// @error  NACRE_E_UNSUPPORTED unknown or unusable; the message lists the usable ones
NACRE_MUST_CHECK nacre_status nacrei_kerns_init(struct nacrei_kerns *kerns, const char *isa,
                                                nacre_error *err);
/// Frees what the table of `ctx` holds, not the table.
void nacrei_kerns_fini(nacre_ctx *ctx);

/// The variant of a class; NACRE_CLASS_DEFAULT gives the operation's own.
/// @error  NACRE_E_UNSUPPORTED names the operation, the class and what is offered
NACRE_MUST_CHECK nacre_status nacrei_kern_choose(const struct nacrei_kerns *kerns, nacrei_op op,
                                                 nacre_class numeric_class,
                                                 const struct nacrei_variant **out,
                                                 nacre_error *err);

#endif
