// SPDX-License-Identifier: Apache-2.0
// See the header. The number of blocks is a property of the code, not of the problem, so that the
// table has a fixed size and running out of it is a mistake of ours that a test would meet.
#include "engine/portfolio/solver/qp_blocks.h"

nacre_status nacrei_qp_blocks_take(nacrei_qp_blocks *blocks, size_t count, size_t size,
                                   const char *what, void *out_pointer, nacre_error *err)
{
    void **out = out_pointer;
    *out = NULL;
    if (blocks->used == NACREI_QP_BLOCKS_MAX)
        return nacrei_fail(err, NACRE_E_LIMIT, "more than %u blocks of solver memory",
                           NACREI_QP_BLOCKS_MAX);
    nacre_status status = nacrei_alloc(blocks->ctx, count, size, what, out, err);
    if (status)
        return status;
    blocks->item[blocks->used].memory = *out;
    blocks->item[blocks->used].count = count;
    blocks->item[blocks->used].size = size;
    blocks->used++;
    return NACRE_OK;
}

void nacrei_qp_blocks_release(nacrei_qp_blocks *blocks)
{
    while (blocks->used > 0) {
        blocks->used--;
        nacrei_free(blocks->ctx, blocks->item[blocks->used].memory,
                    blocks->item[blocks->used].count, blocks->item[blocks->used].size);
    }
}
