// SPDX-License-Identifier: Apache-2.0
// What `nacre risk` computes and what it shows: one row per method and horizon, one column per
// measure and level.
#ifndef NACREI_CLI_RISK_H
#define NACREI_CLI_RISK_H

#include "cli/cli_panel.h"
#include "nacre/risk.h"

#define CLI_RISK_COLUMNS 8u
#define CLI_RISK_ROWS 32u
#define CLI_RISK_HORIZONS 4u
#define CLI_RISK_LIMITS 8u
#define CLI_RISK_STRESSES 16u
#define CLI_RISK_OBSERVATIONS 255u ///< days of the backtest
#define CLI_RISK_WINDOW 250u       ///< days that each of its forecasts sees

/// The first four are nacre_risk_method.
enum { CLI_RISK_MC_T = 4, CLI_RISK_MC_NORMAL = 5, CLI_RISK_METHODS = 6 };
extern const char *const cli_risk_methods[CLI_RISK_METHODS];

typedef struct cli_risk_column {
    bool es;
    double level;
    char name[16]; ///< "VaR 99", "ES 97.5"
    char key[16];  ///< "var99", "es975"
} cli_risk_column;

typedef struct cli_risk_row {
    int method;
    uint32_t horizon;
    bool overlapping; ///< else a horizon above 1 is scaled by its root
    double nu;
    nacre_risk_figure figure[CLI_RISK_COLUMNS];
} cli_risk_row;

typedef struct cli_risk_stress {
    char name[40];
    int32_t first, last; ///< dates of the rows
    double loss;
} cli_risk_stress;

typedef struct cli_risk {
    cli_panel panel;
    const char *weights_path; ///< NULL = equal
    double capital;
    bool wanted[CLI_RISK_METHODS];
    size_t column_count, horizon_count, row_count, limit_count, stress_count;
    cli_risk_column column[CLI_RISK_COLUMNS];
    uint32_t horizon[CLI_RISK_HORIZONS];
    nacre_risk_simulation_options simulation;
    nacre_risk_limit limit[CLI_RISK_LIMITS];

    double *weights, *portfolio, *covariance;
    double invested; ///< sum of the weights
    nacre_risk_moments moments;
    nacre_risk_cornish_fisher_result cornish_fisher; ///< at 99 %
    cli_risk_row row[CLI_RISK_ROWS];
    double *component_normal, *component_var, *component_es; ///< VaR 99, VaR 99, ES 97.5
    nacre_risk_tail var_tail, es_tail;                       ///< of the simulation
    bool has_backtest;
    nacre_risk_backtest backtest[CLI_RISK_MC_T];
    cli_risk_stress stress[CLI_RISK_STRESSES];
    size_t breaches;
} cli_risk;

/// Everything after the options: loads the panel and fills the rest. cli_risk_free in any case.
NACRE_MUST_CHECK nacre_status cli_risk_compute(nacre_ctx *ctx, cli_risk *risk, nacre_error *err);
void cli_risk_free(nacre_ctx *ctx, cli_risk *risk);

void cli_risk_print(FILE *out, const cli_risk *risk);
NACRE_MUST_CHECK nacre_status cli_risk_json(FILE *out, const cli_risk *risk, const char *name,
                                            nacre_error *err);
/// risk.json and components.csv
NACRE_MUST_CHECK nacre_status cli_risk_write(const char *folder, const cli_risk *risk,
                                             nacre_error *err);

#endif
