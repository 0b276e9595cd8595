// SPDX-License-Identifier: Apache-2.0
// Blocks of memory that live and die together: a solver takes a few dozen arrays at its start and
// gives all of them back in one call, whatever happened in between.
#ifndef NACREI_PORTFOLIO_QP_BLOCKS_H
#define NACREI_PORTFOLIO_QP_BLOCKS_H

#include "core/alloc.h"

#define NACREI_QP_BLOCKS_MAX 64u

typedef struct nacrei_qp_blocks {
    nacre_ctx *ctx;
    size_t used;
    struct {
        void *memory;
        size_t count, size;
    } item[NACREI_QP_BLOCKS_MAX];
} nacrei_qp_blocks;

/// Zeroed memory that nacrei_qp_blocks_release frees; `count` 0 gives NULL.
/// @error  NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status nacrei_qp_blocks_take(nacrei_qp_blocks *blocks, size_t count,
                                                    size_t size, const char *what,
                                                    void *out_pointer, nacre_error *err);
void nacrei_qp_blocks_release(nacrei_qp_blocks *blocks);

#endif
