// SPDX-License-Identifier: Apache-2.0
// The default allocator (aligned, from the C library) and the checked front that everyone uses.
#include "core/alloc.h"

#include <stdlib.h>
#include <string.h>

nacre_status nacrei_alloc(nacre_ctx *ctx, size_t count, size_t size, const char *what,
                          void *out_pointer, nacre_error *err)
{
    void **out = out_pointer;
    size_t bytes;
    *out = NULL;
    if (!nacrei_mul(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return nacrei_fail(err, NACRE_E_NOMEM, "%zu elements of %zu bytes for %s overflow", count,
                           size, what);
    if (bytes == 0)
        return NACRE_OK;
    void *memory = ctx->allocator.alloc(ctx->allocator.user, bytes, NACREI_ALIGNMENT);
    if (!memory)
        return nacrei_fail_memory(err, bytes, what);
    memset(memory, 0, bytes);
    *out = memory;
    return NACRE_OK;
}

void nacrei_free(nacre_ctx *ctx, void *memory, size_t count, size_t size)
{
    if (memory)
        ctx->allocator.release(ctx->allocator.user, memory, count * size);
}

nacre_status nacrei_grow(nacre_ctx *ctx, void *array_pointer, size_t *capacity, size_t needed,
                         size_t size, const char *what, nacre_error *err)
{
    void **array = array_pointer;
    if (needed <= *capacity)
        return NACRE_OK;
    size_t grown = *capacity ? *capacity : 16;
    while (grown < needed) {
        if (grown > SIZE_MAX / 4)
            return nacrei_fail(err, NACRE_E_NOMEM, "%zu elements for %s overflow", needed, what);
        grown *= 2;
    }
    void *memory;
    nacre_status status = nacrei_alloc(ctx, grown, size, what, &memory, err);
    if (status)
        return status;
    if (*array)
        memcpy(memory, *array, *capacity * size);
    nacrei_free(ctx, *array, *capacity, size);
    *array = memory;
    *capacity = grown;
    return NACRE_OK;
}
