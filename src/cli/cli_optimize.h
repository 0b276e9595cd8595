// SPDX-License-Identifier: Apache-2.0
// What `nacre optimize` asked and got, and the three ways of giving it out: text, JSON and CSV
// files.
#ifndef NACREI_CLI_OPTIMIZE_H
#define NACREI_CLI_OPTIMIZE_H

#include "cli/cli_frontier.h"
#include "cli/cli_panel.h"
#include "cli/cli_table.h"
#include "nacre/factor.h"
#include "nacre/optimize.h"

typedef struct cli_optimize {
    cli_panel panel;
    nacre_covariance_method estimator;
    nacre_covariance_info info;
    double per_year; ///< periods per year, 1 when unknown
    double capital, lot, cost_bp;
    double risk_free_annual, target_annual;
    bool tradable;             ///< the panel holds prices, so that there are trades
    double *covariance, *mean; ///< of the kept columns, per period
    double *price;             ///< last row
    double *held;              ///< shares
    double *holdings;          ///< the same as weights
    double *benchmark, *cost, *risk_budget;
    double *lower, *upper; ///< bounds of the assets
    double tau;
    size_t views; ///< opinions in `mean` and `covariance`; 0: moments of the sample
    nacre_panel_group_table *table;
    nacre_portfolio_group *groups;
    size_t *member; ///< group limits x assets
    size_t group_count;
    cli_table exposure_table; ///< holds the names of the bands
    nacre_portfolio_row *bands;
    double *exposures; ///< assets x bands
    size_t band_count;
    nacre_portfolio_problem problem;
    nacre_portfolio_result *result;
    nacre_portfolio_trade *trades;
    nacre_portfolio_trade_summary summary;
    cli_frontier frontier;
} cli_optimize;

/// The limits that the options name, into the problem. cli_optimize_free_limits in any case.
/// @error  NACRE_E_PARSE an option or a file; NACRE_E_NOTFOUND a name that nothing has, or an asset
///         without exposures; NACRE_E_EXISTS an asset twice in a file; NACRE_E_IO, NACRE_E_NOMEM
NACRE_MUST_CHECK nacre_status cli_optimize_limits(nacre_ctx *ctx, const cli_args *args,
                                                  cli_optimize *job, nacre_error *err);
void cli_optimize_free_limits(nacre_ctx *ctx, cli_optimize *job);

/// Replaces mean and covariance by the Black-Litterman posterior of the views in a CSV with the
/// columns view, asset, weight, return (a year) and, where wanted, confidence.
/// @error  NACRE_E_PARSE, NACRE_E_EXISTS, NACRE_E_NOTFOUND file and line; those of
///         nacre_portfolio_posterior
NACRE_MUST_CHECK nacre_status cli_optimize_views(nacre_ctx *ctx, const char *path,
                                                 cli_optimize *job, nacre_error *err);

void cli_optimize_print(FILE *out, const cli_optimize *job);
NACRE_MUST_CHECK nacre_status cli_optimize_print_json(FILE *out, const cli_optimize *job,
                                                      nacre_error *err);
/// weights.csv and, where there are such, trades.csv (panels of prices) and frontier.csv; only an
/// optimum is written.
NACRE_MUST_CHECK nacre_status cli_optimize_write(const char *folder, const cli_optimize *job,
                                                 nacre_error *err);

#endif
