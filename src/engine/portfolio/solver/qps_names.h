// SPDX-License-Identifier: Apache-2.0
// Names of rows and columns, numbered in the order in which they come.
#ifndef NACREI_PORTFOLIO_QPS_NAMES_H
#define NACREI_PORTFOLIO_QPS_NAMES_H

#include "core/context.h"
#include "core/status.h"

typedef struct nacrei_qps_names {
    nacre_ctx *ctx;
    char *text; ///< all names, each with its NUL
    size_t text_used, text_capacity;
    size_t *offset; ///< of name i in `text`
    size_t count, capacity;
    uint32_t *slot; ///< open hash of i + 1; 0 = free
    size_t slots;
} nacrei_qps_names;

void nacrei_qps_names_fini(nacrei_qps_names *names);
const char *nacrei_qps_names_at(const nacrei_qps_names *names, size_t index);
/// The number of a name, or SIZE_MAX.
size_t nacrei_qps_names_find(const nacrei_qps_names *names, const char *name, size_t length);
/// Appends a name that nacrei_qps_names_find did not find. @error NACRE_E_NOMEM, NACRE_E_LIMIT
NACRE_MUST_CHECK nacre_status nacrei_qps_names_add(nacrei_qps_names *names, const char *name,
                                                   size_t length, nacre_error *err);

#endif
