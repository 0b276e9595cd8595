// SPDX-License-Identifier: Apache-2.0
// Building and ending a context: the lowest room that sees allocator, pool and kernels together.
#include "core/alloc.h"
#include "core/pool.h"
#include "kern/kern.h"

#include <stdlib.h>
#include <string.h>

static void *default_alloc(void *user, size_t bytes, size_t alignment)
{
    (void)user;
    // aligned_alloc wants a multiple of the alignment.
    if (bytes > SIZE_MAX - alignment)
        return NULL;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void default_release(void *user, void *memory, size_t bytes)
{
    (void)user;
    (void)bytes;
    free(memory);
}

void nacre_ctx_options_init(nacre_ctx_options *options)
{
    memset(options, 0, sizeof *options);
    options->struct_size = sizeof *options;
}

nacre_status nacre_ctx_create(const nacre_ctx_options *options, nacre_ctx **out, nacre_error *err)
{
    nacre_ctx_options defaults;
    nacre_ctx_options_init(&defaults);
    if (!options)
        options = &defaults;
    *out = NULL;
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "context options of %u bytes, expected %zu: call "
                           "nacre_ctx_options_init first",
                           options->struct_size, sizeof *options);
    nacre_allocator allocator = options->allocator;
    if (!allocator.alloc != !allocator.release)
        return nacrei_fail(err, NACRE_E_ARG, "an allocator needs both alloc and release");
    if (!allocator.alloc)
        allocator = (nacre_allocator){default_alloc, default_release, NULL};

    nacre_ctx base = {.allocator = allocator, .log = options->log, .log_user = options->log_user};
    nacre_ctx *ctx;
    nacre_status status = nacrei_alloc(&base, 1, sizeof *ctx, "context", &ctx, err);
    if (status)
        return status;
    *ctx = base;
    ctx->threads = options->threads ? options->threads : nacrei_pool_default_threads();
    status = nacrei_alloc(ctx, 1, sizeof *ctx->kerns, "kernel table", &ctx->kerns, err);
    const char *isa = options->isa ? options->isa : getenv("NACRE_ISA");
    if (!status)
        status = nacrei_kerns_init(ctx->kerns, isa && isa[0] ? isa : NULL, err);
    if (!status)
        status = nacrei_pool_create(ctx, ctx->threads, &ctx->pool, err);
    if (status) {
        nacre_ctx_destroy(ctx);
        return status;
    }
    *out = ctx;
    return NACRE_OK;
}

void nacre_ctx_destroy(nacre_ctx *ctx)
{
    if (!ctx)
        return;
    nacrei_pool_destroy(ctx->pool);
    nacrei_kerns_fini(ctx);
    nacrei_free(ctx, ctx->kerns, 1, sizeof *ctx->kerns);
    nacre_ctx base = *ctx;
    nacrei_free(&base, ctx, 1, sizeof *ctx);
}

const char *nacre_ctx_isa(const nacre_ctx *ctx)
{
    return ctx->kerns->isa;
}
