// SPDX-License-Identifier: Apache-2.0
// What public operations check of their arguments before they write anything: address, leading
// dimension, extent, and that an output shares no bytes with an input. Errors name the operation
// and the argument.
#ifndef NACREI_KERN_OPERAND_H
#define NACREI_KERN_OPERAND_H

#include "core/status.h"

#include <stddef.h>

/// A matrix as it is stored; a vector is one row, with ld = columns.
typedef struct nacrei_operand {
    const char *name; ///< of the argument
    const void *data;
    size_t rows, columns, ld;
    size_t size;  ///< of an element in bytes
    size_t bytes; ///< from the first element to behind the last; set by the check
} nacrei_operand;

/// `limit` holds for rows, columns and leading dimension. An operand without elements passes.
/// @error  NACRE_E_ARG it is NULL; NACRE_E_SHAPE its leading dimension is smaller than its row;
///         NACRE_E_RANGE it is above the limit or does not fit the address space
NACRE_MUST_CHECK nacre_status nacrei_operand_check(const char *op, nacrei_operand *x, size_t limit,
                                                   nacre_error *err);

/// Both were checked.
/// @error  NACRE_E_ARG the addresses of `out` and `in` overlap
NACRE_MUST_CHECK nacre_status nacrei_operand_apart(const char *op, const nacrei_operand *out,
                                                   const nacrei_operand *in, nacre_error *err);

#endif
