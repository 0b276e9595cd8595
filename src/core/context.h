// SPDX-License-Identifier: Apache-2.0
// The inside of nacre_ctx. It is built in src/place/context.c, the lowest layer that sees devices
// and kernels; the layers below know only these fields.
#ifndef NACREI_CORE_CONTEXT_H
#define NACREI_CORE_CONTEXT_H

#include "core/busy.h"
#include "nacre/core.h"
#include "nacre/hw.h"

struct nacrei_pool;  // core/pool.h
struct nacrei_kerns; // kern/kern.h

struct nacre_ctx {
    nacre_allocator allocator;
    nacre_log_fn log;
    void *log_user;
    uint32_t threads;
    struct nacrei_pool *pool;         ///< its threads start on first use
    struct nacrei_kerns *kerns;       ///< kernel table chosen for this context
    nacrei_busy busy[NACRE_HW_UNITS]; ///< busy time by nacre_hw_unit
};

#endif
