// SPDX-License-Identifier: Apache-2.0
// How the desk's part of a run is made, step by step: cmd_run.c calls these in this order. Each
// step notes its stages in the job and reads only what the steps before it left in job->desk.
#ifndef NACREI_CLI_RUN_DESK_MAKE_H
#define NACREI_CLI_RUN_DESK_MAKE_H

#include "cli/run_job.h"

#define RUN_DESK_YEARS 2          ///< of the panel up to asof that the estimate sees
#define RUN_DESK_RETURNS_MIN 100u ///< VaR 99 from fewer returns would be no quantile of them
#define RUN_DESK_SCENARIOS 100000u
#define RUN_DESK_WALK_WINDOW 252u
#define RUN_DESK_WALK_HOLD 21u
/// Work is bounded: of a longer past the walk takes the last so many rebalances.
#define RUN_DESK_WALK_REBALANCES 60u

/// Names in results, tables and report.
const char *nacrei_desk_method_name(run_desk_method method);
extern const char *const nacrei_desk_level_name[RUN_DESK_LEVELS]; ///< "var95", "var99", "es975"
/// Seconds of a stage, its symbols added up; 0 when it did not run.
double nacrei_desk_seconds(const run_job *job, const char *stage);

/// Reads the options; prints and returns false when bad.
bool nacrei_desk_parse(const cli_args *args, run_desk_options *options);

/// Loads the panel, estimates on the window, optimises and measures the risk: fills job->desk up to
/// "What followed". nacrei_desk_free in any case.
/// @error  NACRE_E_NOTFOUND asof outside the panel; NACRE_E_SHAPE too few returns; NACRE_E_ARG the
///         limits contradict each other; else as the panel's reader and the engines
NACRE_MUST_CHECK nacre_status nacrei_desk_estimate(run_job *job, const run_desk_options *options,
                                                   nacre_error *err);
/// VaR and ES of the weights by all methods, components, the worst windows. A part of the above.
NACRE_MUST_CHECK nacre_status nacrei_desk_risk(run_job *job, nacre_error *err);
/// Holds the shares through the days after asof. A panel that ends is no error.
NACRE_MUST_CHECK nacre_status nacrei_desk_follow(run_job *job, const run_desk_options *options,
                                                 nacre_error *err);
/// Walks through the panel from its start to asof. A panel too short for it is no error.
NACRE_MUST_CHECK nacre_status nacrei_desk_walk(run_job *job, bool quiet, nacre_error *err);

/// Measures the round-trip spread of a symbol from its kept trades; noted as a stage.
NACRE_MUST_CHECK nacre_status nacrei_desk_spread(run_job *job, run_symbol *symbol,
                                                 const nacre_trades *kept,
                                                 const nacre_calendar *calendar, nacre_error *err);
/// Joins the traded symbols with the portfolio.
NACRE_MUST_CHECK nacre_status nacrei_desk_ticks(run_job *job, nacre_error *err);

/// Writes the demo's panel, panel.csv, into the folder and says what to do with it.
NACRE_MUST_CHECK nacre_status nacrei_demo_panel(run_job *job, const char *folder,
                                                run_desk_options *options, char *path,
                                                size_t path_bytes, nacre_error *err);
/// The optimiser ends within 1e-9 of the least variance, where weights are known to its root only:
/// the variance of two programs agrees far better than their weights.
#define RUN_DESK_WEIGHT_TOLERANCE 1e-4
#define RUN_DESK_VARIANCE_TOLERANCE 1e-8 ///< of the variance
/// Runs bench/peers/desk_numpy.py on the panel and compares; a run never fails because of it.
void nacrei_desk_peer(run_job *job, const char *scratch);

void nacrei_desk_free(nacre_ctx *ctx, run_desk *desk);

#endif
