// SPDX-License-Identifier: Apache-2.0
// The one allocation path: context allocator, checked size products, 64-byte alignment by default.
#ifndef NACREI_CORE_ALLOC_H
#define NACREI_CORE_ALLOC_H

#include "core/context.h"
#include "core/status.h"

#define NACREI_ALIGNMENT 64u

/// Zeroed `count * size` bytes, 64-byte aligned; fails by name on overflow or lack of memory.
/// A zero product gives NULL and success.
NACRE_MUST_CHECK nacre_status nacrei_alloc(nacre_ctx *ctx, size_t count, size_t size,
                                           const char *what, void *out_pointer, nacre_error *err);
/// Frees what nacrei_alloc gave; same count and size. NULL is fine.
void nacrei_free(nacre_ctx *ctx, void *memory, size_t count, size_t size);

/// Doubles an array's capacity until it holds `needed` elements; keeps the contents.
NACRE_MUST_CHECK nacre_status nacrei_grow(nacre_ctx *ctx, void *array_pointer, size_t *capacity,
                                          size_t needed, size_t size, const char *what,
                                          nacre_error *err);

/// a * b into *out; false on overflow.
static inline bool nacrei_mul(size_t a, size_t b, size_t *out)
{
    return !__builtin_mul_overflow(a, b, out);
}

#endif
