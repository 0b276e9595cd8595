// SPDX-License-Identifier: Apache-2.0
// The efficient frontier of `nacre optimize --frontier N`: N means evenly spaced from the smallest
// variance to the largest mean, and all corners, between which the weights are linear. It knows the
// bounds and the budget only, so the distance of the chosen portfolio from it is what the other
// limits cost.
#ifndef NACREI_CLI_FRONTIER_H
#define NACREI_CLI_FRONTIER_H

#include "core/json.h"
#include "nacre/optimize.h"

#include <stdio.h>

typedef struct cli_frontier {
    size_t points; ///< 0: no frontier was asked for
    const nacre_portfolio_result *chosen;
    const char *const *names;
    double per_year, risk_free_annual;
    const double *lower, *upper;
    double budget;
    nacre_frontier *line;
    double *mean, *variance; ///< points, from the largest mean down, per period
    double *weights;         ///< points x assets
    double least_variance;   ///< on the frontier at the mean of the chosen one; NaN above the top
} cli_frontier;

/// Computes the line and the points for what is set above `line`.
/// @error  those of nacre_frontier_create; NACRE_E_NOMEM        @own  cli_frontier_free
NACRE_MUST_CHECK nacre_status cli_frontier_trace(nacre_ctx *ctx, const double *mean,
                                                 const double *covariance, cli_frontier *frontier,
                                                 nacre_error *err);
void cli_frontier_free(nacre_ctx *ctx, cli_frontier *frontier);

/// A table from the largest mean down with the chosen portfolio, marked, in its place.
void cli_frontier_print(FILE *out, const cli_frontier *frontier);
/// Member "frontier" of the open object; null when none was asked for.
void cli_frontier_json(nacrei_json *json, const cli_frontier *frontier);
/// Points, corners and the chosen portfolio as CSV, with all weights.
void cli_frontier_write(FILE *out, const void *frontier);

#endif
