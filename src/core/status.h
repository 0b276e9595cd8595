// SPDX-License-Identifier: Apache-2.0
// Filling a nacre_error and returning its code in one statement:
//     return nacrei_fail(err, NACRE_E_PARSE, "%s:%zu: ...", path, line);
#ifndef NACREI_CORE_STATUS_H
#define NACREI_CORE_STATUS_H

#include "nacre/core.h"

/// Writes the message (err may be NULL) and returns `status`.
nacre_status nacrei_fail(nacre_error *err, nacre_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Same for a failed system call: appends ": " and the text of `system_code`, keeps the number.
nacre_status nacrei_fail_system(nacre_error *err, nacre_status status, int system_code,
                                const char *format, ...) __attribute__((format(printf, 4, 5)));

/// "out of memory (N bytes for <what>)"
nacre_status nacrei_fail_memory(nacre_error *err, size_t bytes, const char *what);

#endif
