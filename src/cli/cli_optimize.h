// SPDX-License-Identifier: Apache-2.0
// What `nacre optimize` asked and got, and the three ways of giving it out: text, JSON and CSV
// files.
#ifndef NACREI_CLI_OPTIMIZE_H
#define NACREI_CLI_OPTIMIZE_H

#include "cli/cli_frontier.h"
#include "cli/cli_panel.h"
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
    double *benchmark, *cost;
    nacre_panel_group_table *table;
    nacre_portfolio_group *groups;
    size_t *member; ///< group limits x assets
    size_t group_count;
    nacre_portfolio_problem problem;
    nacre_portfolio_result *result;
    nacre_portfolio_trade *trades;
    nacre_portfolio_trade_summary summary;
    double *lower, *upper; ///< bounds of the assets
    cli_frontier frontier;
} cli_optimize;

/// Reads "NAME,VALUE" lines (a header line whose value is no number is skipped) into the assets'
/// slots.
/// @error  NACRE_E_NOTFOUND a name that the window does not have; NACRE_E_PARSE file:line;
///         NACRE_E_EXISTS a name twice; NACRE_E_IO
NACRE_MUST_CHECK nacre_status cli_optimize_read(const char *path, const nacre_returns *returns,
                                                double *values, nacre_error *err);

void cli_optimize_print(FILE *out, const cli_optimize *job);
NACRE_MUST_CHECK nacre_status cli_optimize_print_json(FILE *out, const cli_optimize *job,
                                                      nacre_error *err);
/// weights.csv and, where there are such, trades.csv (panels of prices) and frontier.csv; only an
/// optimum is written.
NACRE_MUST_CHECK nacre_status cli_optimize_write(const char *folder, const cli_optimize *job,
                                                 nacre_error *err);

#endif
