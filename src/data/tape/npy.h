// SPDX-License-Identifier: Apache-2.0
// The .npy header of a tape column: NumPy format 1.0, one dimension, padded so that the values
// begin on a page. Its length does not depend on the row count, so it can be rewritten in place at
// the end.
#ifndef NACREI_DATA_NPY_H
#define NACREI_DATA_NPY_H

#include "core/status.h"

#define NACREI_NPY_HEADER_BYTES 4096u

/// Writes the header of `rows` values of `dtype` ("<i8").
void nacrei_npy_header(char out[NACREI_NPY_HEADER_BYTES], const char *dtype, uint64_t rows);

/// Reads a header that nacrei_npy_header could have written; anything else is refused.
/// @param bytes  what is there of the file, header first
/// @error  NACRE_E_CORRUPT short, another format, another dtype, or not exactly our text
NACRE_MUST_CHECK nacre_status nacrei_npy_header_parse(const void *data, size_t bytes,
                                                      const char *dtype, const char *shown,
                                                      uint64_t *rows, nacre_error *err);

#endif
