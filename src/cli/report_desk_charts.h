// SPDX-License-Identifier: Apache-2.0
// The figures of the desk's pages. Each draws nothing but a note when what it shows is not there.
#ifndef NACREI_CLI_REPORT_DESK_CHARTS_H
#define NACREI_CLI_REPORT_DESK_CHARTS_H

#include "cli/run_job.h"

/// The simulated losses with VaR and ES, and the historical ones over them.
void nacrei_desk_losses_figure(FILE *out, const run_desk *desk);
/// VaR and ES by every method with their intervals.
void nacrei_desk_methods_figure(FILE *out, const run_desk *desk);
/// Profit and loss of the days that followed against the VaR of the evening before.
void nacrei_desk_followed_figure(FILE *out, const run_desk *desk);
/// Weight beside share of the variance: of the largest names, and of the groups when there are any.
NACRE_MUST_CHECK nacre_status nacrei_desk_weights_figures(FILE *out, const run_job *job,
                                                          nacre_error *err);

/// Eigenvalues of the sample covariance and the Marchenko-Pastur edge.
NACRE_MUST_CHECK nacre_status nacrei_desk_scree_figure(FILE *out, const run_job *job,
                                                       nacre_error *err);
/// Predicted and realised volatility of every holding period, one chart per policy, and wealth.
NACRE_MUST_CHECK nacre_status nacrei_desk_walk_figures(FILE *out, const run_job *job,
                                                       nacre_error *err);

#endif
