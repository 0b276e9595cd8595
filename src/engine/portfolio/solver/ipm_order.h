// SPDX-License-Identifier: Apache-2.0
// A fill-reducing order of elimination for a symmetric sparse matrix: approximate minimum degree.
#ifndef NACREI_PORTFOLIO_IPM_ORDER_H
#define NACREI_PORTFOLIO_IPM_ORDER_H

#include "core/context.h"
#include "core/status.h"

/// @param start,index  the upper triangle by columns; entries on the diagonal are ignored
/// @param[out] order   order[k] = the column that is eliminated at step k
/// @error  NACRE_E_NOMEM
/// @source Amestoy, Davis & Duff 1996 (quotient graph, approximate external degree)
NACRE_MUST_CHECK nacre_status nacrei_ipm_order(nacre_ctx *ctx, size_t n, const size_t *start,
                                               const uint32_t *index, uint32_t *order,
                                               nacre_error *err);

#endif
