// SPDX-License-Identifier: Apache-2.0
// Worker threads for batches: parallel_for over independent items. The caller works too, so one
// thread means no thread. Nothing here is for the tick path.
#ifndef NACREI_CORE_POOL_H
#define NACREI_CORE_POOL_H

#include "core/context.h"

struct nacrei_pool;

/// Cores that this process may use (affinity mask).
uint32_t nacrei_pool_default_threads(void);

/// Starts `threads - 1` workers lazily on first use.
NACRE_MUST_CHECK nacre_status nacrei_pool_create(nacre_ctx *ctx, uint32_t threads,
                                                 struct nacrei_pool **out, nacre_error *err);
/// Waits for the workers to end. NULL is fine.
void nacrei_pool_destroy(struct nacrei_pool *pool);

typedef void nacrei_pool_fn(void *user, size_t index);

/// Calls fn(user, i) for every i in [0, count), each exactly once, on the pool and the calling
/// thread; returns when all are done. Items are taken one at a time: make them big.
/// Calls from within an item run inline.
void nacrei_pool_for(struct nacrei_pool *pool, size_t count, nacrei_pool_fn *fn, void *user);

#endif
