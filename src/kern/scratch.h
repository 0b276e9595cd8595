// SPDX-License-Identifier: Apache-2.0
// Working memory for kernels that public functions call. The context keeps one block between calls,
// taken and given back by an atomic exchange; who finds none allocates. So a loop of products
// allocates once, and callers on several threads never wait for each other.
#ifndef NACREI_KERN_SCRATCH_H
#define NACREI_KERN_SCRATCH_H

#include "core/context.h"

struct nacrei_scratch {
    size_t bytes;
    _Alignas(64) unsigned char data[];
};

/// A block of at least `bytes`, contents undefined.
/// @error  NACRE_E_NOMEM          @own  the caller gives it back          @thread safe
NACRE_MUST_CHECK nacre_status nacrei_scratch_take(nacre_ctx *ctx, size_t bytes,
                                                  struct nacrei_scratch **out, nacre_error *err);
/// NULL is fine.
void nacrei_scratch_give(nacre_ctx *ctx, struct nacrei_scratch *block);

#endif
