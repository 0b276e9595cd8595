// SPDX-License-Identifier: Apache-2.0
// What `nacre factors` computed, and the three ways of giving it out: text, JSON and CSV files.
#ifndef NACREI_CLI_FACTORS_H
#define NACREI_CLI_FACTORS_H

#include "cli/cli_panel.h"
#include "nacre/factor.h"

typedef struct cli_factors {
    cli_panel panel;
    nacre_covariance_method method;
    nacre_covariance_info info;
    double *covariance; ///< assets x assets of the kept columns
    nacre_pca *pca;
    size_t shown;       ///< components given out
    size_t above_noise; ///< eigenvalues above the noise edge

    nacre_panel_group_table *groups; ///< NULL without --groups
    nacre_risk_model *model;         ///< of the assets that have a group
    size_t grouped;                  ///< their number
    size_t *member;                  ///< grouped: index of each in the returns
    size_t *member_of;               ///< assets: index in the model, or SIZE_MAX
} cli_factors;

/// Reads the table of groups and fills groups, model, grouped, member and member_of (both of
/// returns->assets entries) from the panel's returns.
/// @error  as nacre_panel_groups; NACRE_E_NOTFOUND no asset of the window has a group
NACRE_MUST_CHECK nacre_status cli_factors_regress(nacre_ctx *ctx, const char *path,
                                                  cli_factors *factors, nacre_error *err);
void cli_factors_print(FILE *out, const cli_factors *factors);
NACRE_MUST_CHECK nacre_status cli_factors_print_json(FILE *out, const cli_factors *factors,
                                                     nacre_error *err);
/// factors.csv (one row per period), loadings.csv (one per asset), covariance.csv.
NACRE_MUST_CHECK nacre_status cli_factors_write(const char *folder, const cli_factors *factors,
                                                nacre_error *err);

/// A name as a CSV field, quoted where it has to be.
void cli_factors_put_name(FILE *out, const char *name);
/// The rows of factors.csv: date, market and groups where there is a model, `shown` components.
void cli_factors_write_rows(FILE *out, const cli_factors *factors);

/// Mean and volatility of a column of a periods x columns matrix, per period, divisor T-1.
void cli_factors_moments(size_t periods, size_t columns, const double *values, size_t column,
                         double *mean, double *volatility);

#endif
