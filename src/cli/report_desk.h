// SPDX-License-Identifier: Apache-2.0
// The desk's part of the report: the portfolio, what followed, whether the model is to be believed,
// how it was made, the weights, and what the ticks say. Only reads run_job.desk.
#ifndef NACREI_CLI_REPORT_DESK_H
#define NACREI_CLI_REPORT_DESK_H

#include "cli/cli_text.h"
#include "cli/run_job.h"

/// Writes the desk's sections as HTML.
/// @param job  job->desk is not NULL; its portfolio may be without weights (see its outcome)
/// @error  NACRE_E_NOMEM; what was written by then stays written
NACRE_MUST_CHECK nacre_status nacrei_report_desk(FILE *out, const run_job *job, nacre_error *err);

/// run_desk.figure's levels.
enum { DESK_VAR_95, DESK_VAR_99, DESK_ES_975 };

/// What one row of the panel is: "day", "week", "month" or "period".
const char *nacrei_desk_period(const run_desk *desk);
/// Whether the number of periods a year is known, so that volatilities are annual.
bool nacrei_desk_annual(const run_desk *desk);
/// The name of the asset with this index in the returns.
const char *nacrei_desk_asset(const run_desk *desk, size_t asset);
/// Its group's name, or NULL.
const char *nacrei_desk_group(const run_desk *desk, size_t asset);

/// What a policy is called on the page: "sample covariance".
cli_text nacrei_desk_policy(const run_desk_walk *walk);

/// Indices of the largest weights by magnitude, in falling order, none below RUN_DESK_HELD.
/// @param out  room for `limit`        @return how many
size_t nacrei_desk_largest(const double *weights, size_t assets, size_t limit, size_t *out);

/// How it was made, the weights and the ticks (report_desk_tables.c).
NACRE_MUST_CHECK nacre_status nacrei_desk_tables(FILE *out, const run_job *job, nacre_error *err);

#endif
