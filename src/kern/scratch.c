// SPDX-License-Identifier: Apache-2.0
// The block that waits is the one that was given back last; what it replaces is freed.
#include "kern/scratch.h"

#include "core/alloc.h"
#include "kern/kern.h"

static void release(nacre_ctx *ctx, struct nacrei_scratch *block)
{
    if (block)
        nacrei_free(ctx, block, 1, sizeof *block + block->bytes);
}

nacre_status nacrei_scratch_take(nacre_ctx *ctx, size_t bytes, struct nacrei_scratch **out,
                                 nacre_error *err)
{
    struct nacrei_scratch *block = atomic_exchange(&ctx->kerns->scratch, NULL);
    if (block && block->bytes >= bytes) {
        *out = block;
        return NACRE_OK;
    }
    release(ctx, block);
    if (bytes > SIZE_MAX - sizeof *block)
        return nacrei_fail_memory(err, bytes, "working memory of a kernel");
    nacre_status status =
        nacrei_alloc(ctx, 1, sizeof *block + bytes, "working memory of a kernel", &block, err);
    if (status)
        return status;
    block->bytes = bytes;
    *out = block;
    return NACRE_OK;
}

void nacrei_scratch_give(nacre_ctx *ctx, struct nacrei_scratch *block)
{
    if (block)
        release(ctx, atomic_exchange(&ctx->kerns->scratch, block));
}

void nacrei_kerns_fini(nacre_ctx *ctx)
{
    if (ctx->kerns)
        release(ctx, atomic_exchange(&ctx->kerns->scratch, NULL));
}
