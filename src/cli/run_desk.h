// SPDX-License-Identifier: Apache-2.0
// The desk's part of `nacre run --panel`: what was estimated on the panel up to one date, the
// portfolio bought on it, the days that followed, and the walk through the years before. Filled by
// run_desk*.c, only read by results_desk*.c and report_desk*.c. Nothing here of a date depends on a
// later row of the panel or on a later trade, except what is named "realised" or "measured".
#ifndef NACREI_CLI_RUN_DESK_H
#define NACREI_CLI_RUN_DESK_H

#include "cli/cli_panel.h"
#include "nacre/factor.h"
#include "nacre/optimize.h"
#include "nacre/risk.h"

#define RUN_DESK_LEVELS 3u ///< VaR 95, VaR 99, ES 97.5
#define RUN_DESK_FOLLOWED_MAX 64u
#define RUN_DESK_HELD 1e-6 ///< a weight below is rounding of the optimiser

/// How a loss figure was made; every method gives all levels.
typedef enum run_desk_method {
    RUN_DESK_HISTORICAL,
    RUN_DESK_NORMAL,
    RUN_DESK_STUDENT_T,
    RUN_DESK_MONTE_CARLO, ///< multivariate t
    RUN_DESK_METHODS,
} run_desk_method;

/// One day after the portfolio was bought. Fractions are of the capital at the start.
typedef struct run_desk_day {
    int32_t date;
    double pnl;          ///< realised, of the shares held; without cost
    double value;        ///< of shares and cash after the day, in currency
    double var99, es975; ///< forecast made the evening before, historical, of the drifted weights
    bool exception;      ///< -pnl > var99
} run_desk_day;

/// A traded symbol of the same run: what its ticks say about the cost of holding it.
typedef struct run_desk_tick {
    const char *symbol;        ///< as in run_symbol
    size_t asset;              ///< index in the returns, SIZE_MAX when the panel does not have it
    double weight;             ///< 0 when not held
    double spread_bp;          ///< measured round trip, of the price; NaN = masked
    const char *spread_method; ///< "aggressor" or "roll"; NULL when masked
    const char *spread_reason; ///< why masked, else NULL
    double cost; ///< half the spread on |weight|, fraction of capital; NaN when masked
    double last_vpin, peak_cdf; ///< NaN when not defined
    size_t alarms;
} run_desk_tick;

/// One policy of the walk forward: at every rebalance it sees the window before, holds until the
/// next.
typedef struct run_desk_walk {
    const char *name; ///< "sample", "lw_constant_correlation", "equal_weight"
    size_t rebalances;
    const double *predicted, *realised; ///< volatility of each holding period, annualised; realised
                                        ///< is NaN for a holding period of fewer than 2 days
    double mean_predicted, mean_realised;
    double realised_all; ///< annualised volatility of all its days together
    double bias; ///< standard deviation of return / predicted over the holding periods; 1 is right
    double turnover;      ///< mean sum |dw| of a rebalance, without the first purchase
    const double *wealth; ///< days: 1 at the start, before cost
    const double *var99;  ///< days: predicted the evening before (normal, from the same covariance)
    size_t exceptions;    ///< of var99
    nacre_risk_test kupiec;
} run_desk_walk;
#define RUN_DESK_WALKS 3u

typedef struct run_desk {
    cli_panel panel;    ///< rows up to `asof` only: the estimation window
    nacre_panel *file;  ///< all rows; its first ones, and then those of the days that followed
    nacre_panel window; ///< the rows of `file` that panel.panel shows
    size_t asof_row;    ///< of `file`: the last row on or before `asof`
    const char *path;   ///< of the panel
    int32_t asof;
    double per_year; ///< periods per year
    double capital;
    bool simulated;                  ///< the demo's panel
    nacre_panel_group_table *groups; ///< NULL without --groups

    // Factors
    nacre_covariance_method estimator;
    nacre_covariance_info covariance_info;
    double *covariance;      ///< assets x assets, per period
    nacre_pca *pca;          ///< of the sample covariance
    size_t above_noise;      ///< eigenvalues above the Marchenko-Pastur edge
    nacre_risk_model *model; ///< NULL without groups; of the assets with a group
    size_t *model_asset;     ///< its assets as indices of the returns

    // Portfolio
    nacre_portfolio_problem problem;
    nacre_portfolio_result *portfolio;
    double *price;                 ///< assets: last close up to asof
    double *held;                  ///< assets: whole shares bought
    nacre_portfolio_trade *trades; ///< NULL for a panel of returns
    nacre_portfolio_trade_summary trade_summary;
    size_t held_count; ///< weights > 1e-6

    // Risk of the portfolio over the next period
    double *returns; ///< periods: of the portfolio with these weights
    nacre_risk_figure figure[RUN_DESK_METHODS][RUN_DESK_LEVELS];
    double nu;            ///< of the fitted t
    double *component_es; ///< assets: of the simulation's ES 97.5, sums to it
    const double *losses; ///< of the simulation, for the distribution
    size_t scenarios;
    nacre_risk_simulation *simulation;
    uint64_t seed;
    struct {
        char name[48];
        int32_t first, last;
        double loss;
    } stress[8];
    size_t stress_count;

    // What followed
    size_t followed;
    char follow_reason[128]; ///< why no more days were followed; empty: as many as asked for
    run_desk_day day[RUN_DESK_FOLLOWED_MAX];
    size_t tick_count;
    run_desk_tick *tick;
    double cost_measured;   ///< sum over the ticks that have one, fraction of capital
    double weight_measured; ///< share of the invested weight that this covers

    // Walk forward
    size_t walk_days, walk_window, walk_hold; ///< days followed; periods seen; periods held
    const int32_t *walk_date;                 ///< walk_days
    const size_t *walk_start;                 ///< index of the first day of each holding period
    size_t walk_count;                        ///< RUN_DESK_WALKS, or 0: see walk_reason
    const char *walk_reason;
    void *walk_memory; ///< holds the series of the walks
    size_t walk_bytes;
    char walk_text[256];
    run_desk_walk walk[RUN_DESK_WALKS];

    // The same by NumPy and pandas
    struct {
        bool present, equal;
        char reason[256], version[96];
        double seconds, ours_seconds;
        double weight_difference, variance_difference, var_difference; ///< largest absolute
    } peer;
} run_desk;

#endif
