// SPDX-License-Identifier: Apache-2.0
// Reading a file that must be small (settings, time zones) as a whole, with a limit.
#ifndef NACREI_CORE_SMALL_FILE_H
#define NACREI_CORE_SMALL_FILE_H

#include "core/context.h"
#include "core/status.h"

/// Reads a regular file of at most `limit` bytes. One NUL follows the content.
/// @error  NACRE_E_NOTFOUND no such file; NACRE_E_IO; NACRE_E_LIMIT larger than the limit
/// @own    *out is freed with nacrei_small_file_free(ctx, *out, *size)
NACRE_MUST_CHECK nacre_status nacrei_small_file_read(nacre_ctx *ctx, const char *path, size_t limit,
                                                     char **out, size_t *size, nacre_error *err);
void nacrei_small_file_free(nacre_ctx *ctx, char *content, size_t size);

#endif
