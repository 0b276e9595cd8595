// SPDX-License-Identifier: Apache-2.0
// From a solution to what people read: figures, risk shares, and a dual per limit by name. The
// program was scaled (and for Sharpe posed over kappa w); here everything is undone once.
#include "engine/portfolio/model/portfolio_model.h"

#include <math.h>

/// Duals of the scaled program below this are rounding of the solver, not a limit that binds.
#define DUAL_NOISE 1e-7

static double limit_value(const nacre_portfolio_problem *problem,
                          const nacre_portfolio_result *result, size_t limit)
{
    double sum = 0.0;
    if (limit == NACREI_LIMIT_TURNOVER)
        return result->turnover;
    if (limit == NACREI_LIMIT_TARGET)
        return result->expected_return - result->cost;
    if (limit == NACREI_LIMIT_BUDGET) {
        for (size_t i = 0; i < problem->assets; i++)
            sum += result->weights[i];
        return sum;
    }
    limit -= NACREI_LIMIT_FIRST_GROUP;
    if (limit < problem->group_count) {
        const nacre_portfolio_group *group = problem->groups + limit;
        for (size_t m = 0; m < group->members; m++)
            sum += result->weights[group->member[m]];
        return sum;
    }
    const nacre_portfolio_row *row = problem->rows + (limit - problem->group_count);
    for (size_t i = 0; i < problem->assets; i++)
        sum += result->weights[i] * row->coefficient[i * (row->stride ? row->stride : 1)];
    return sum;
}

static void limit_bounds(const nacre_portfolio_problem *problem, size_t limit, double *lower,
                         double *upper)
{
    *lower = -(double)INFINITY;
    *upper = (double)INFINITY;
    if (limit == NACREI_LIMIT_TURNOVER)
        *upper = problem->max_turnover;
    else if (limit == NACREI_LIMIT_TARGET)
        *lower = problem->target_return;
    else if (limit == NACREI_LIMIT_BUDGET)
        *lower = *upper = problem->budget;
    else if (limit - NACREI_LIMIT_FIRST_GROUP < problem->group_count) {
        *lower = problem->groups[limit - NACREI_LIMIT_FIRST_GROUP].lower;
        *upper = problem->groups[limit - NACREI_LIMIT_FIRST_GROUP].upper;
    } else {
        size_t row = limit - NACREI_LIMIT_FIRST_GROUP - problem->group_count;
        *lower = problem->rows[row].lower;
        *upper = problem->rows[row].upper;
    }
}

/// d program / d bound is positive on a lower bound that binds, negative on an upper one.
static double binding_bound(double raw, double value, double lower, double upper)
{
    if (raw > DUAL_NOISE && isfinite(lower))
        return lower;
    if (raw < -DUAL_NOISE && isfinite(upper))
        return upper;
    return fabs(value - lower) < fabs(upper - value) ? lower : upper;
}

nacre_status nacrei_result_figures(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                   nacrei_portfolio_result *result, nacre_error *err)
{
    size_t n = problem->assets, scratch_count = 2 * problem->factors + 2 * n;
    nacre_portfolio_result *public = &result->public;
    double *scratch;
    nacre_status status =
        nacrei_alloc(ctx, scratch_count, sizeof *scratch, "portfolio figures", &scratch, err);
    if (status)
        return status;
    double *product = scratch + 2 * problem->factors, *active = product + n;
    nacrei_covariance_times(problem, result->weights, scratch, product);
    double variance = 0.0, mean = 0.0, turnover = 0.0, cost = 0.0;
    for (size_t i = 0; i < n; i++) {
        double traded = fabs(result->weights[i] - nacrei_held(problem, i));
        variance += result->weights[i] * product[i];
        mean += problem->mean ? problem->mean[i] * result->weights[i] : 0.0;
        turnover += traded;
        cost += problem->cost ? problem->cost[i] * traded : 0.0;
    }
    for (size_t i = 0; i < n; i++)
        result->risk_share[i] = variance > 0.0 ? result->weights[i] * product[i] / variance : 0.0;
    public->weights = result->weights;
    public->risk_share = result->risk_share;
    public->variance = variance;
    public->expected_return = problem->mean ? mean : (double)NAN;
    public->turnover = turnover;
    public->cost = cost;
    if (problem->benchmark) {
        for (size_t i = 0; i < n; i++)
            active[i] = result->weights[i] - problem->benchmark[i];
        nacrei_covariance_times(problem, active, scratch, product);
        public->tracking_variance = 0.0;
        for (size_t i = 0; i < n; i++)
        public->tracking_variance += active[i] * product[i];
    }
    nacrei_free(ctx, scratch, scratch_count, sizeof *scratch);
    return NACRE_OK;
}

static double objective_of(const nacre_portfolio_problem *problem,
                           const nacre_portfolio_result *result)
{
    double half_gamma = 0.5 * problem->risk_aversion;
    switch (problem->method) {
    case NACRE_PORTFOLIO_UTILITY:
        return result->expected_return - half_gamma * result->variance - result->cost;
    case NACRE_PORTFOLIO_MAX_SHARPE: {
        double excess = result->expected_return - result->cost;
        for (size_t i = 0; i < problem->assets; i++)
            excess -= problem->risk_free * result->weights[i];
        return excess / sqrt(result->variance);
    }
    case NACRE_PORTFOLIO_TRACKING_ERROR:
        return half_gamma * result->tracking_variance + result->cost;
    case NACRE_PORTFOLIO_MIN_VARIANCE:
    case NACRE_PORTFOLIO_TARGET_RETURN:
    case NACRE_PORTFOLIO_RISK_PARITY:
        break;
    }
    return half_gamma * result->variance + result->cost;
}

/// What turns d program / d (row bound) into d objective / d bound. For Sharpe: the program's
/// optimum is phi = e^2 / (2 v SR^2) with e, v the scales, and a bound b stands there as b kappa.
static double dual_factor(const nacre_portfolio_problem *problem, const nacrei_model *model,
                          double objective)
{
    if (model->kind == NACREI_MODEL_KAPPA) {
        double kappa = model->x[model->columns - 1];
        return -kappa * nacrei_mean_variance(problem) * objective * objective * objective /
               (model->excess_scale * model->excess_scale);
    }
    return problem->method == NACRE_PORTFOLIO_UTILITY ? -model->scale : model->scale;
}

static void add_bound_dual(const nacre_portfolio_problem *problem, size_t i, double raw,
                           double factor, nacrei_portfolio_result *result)
{
    double lower = nacrei_lower(problem, i), upper = nacrei_upper(problem, i);
    bool at_lower = raw > 0.0;
    double distance = fabs(result->weights[i] - (at_lower ? lower : upper));
    // An interior point leaves dual x distance > 0: of a limit that binds, the dual is the larger.
    if (fabs(raw) <= DUAL_NOISE || distance > fabs(raw))
        return;
    result->duals[result->public.dual_count++] = (nacre_portfolio_dual){
        .constraint =
            nacrei_limit_name(problem, at_lower ? NACREI_LIMIT_LOWER : NACREI_LIMIT_UPPER),
        .asset = problem->names ? problem->names[i] : NULL,
        .index = i,
        .value = result->weights[i],
        .bound = at_lower ? lower : upper,
        .dual = raw * factor,
    };
}

/// The asset of a row that holds one bound (kappa models).
static size_t bound_row_asset(const nacrei_model *model, size_t row)
{
    size_t i = 0;
    while (model->matrix[row * model->columns + i] == 0.0)
        i++;
    return i;
}

static void add_bound_duals(const nacre_portfolio_problem *problem, const nacrei_model *model,
                            double factor, nacrei_portfolio_result *result)
{
    for (size_t i = 0; i < problem->assets; i++)
        add_bound_dual(problem, i, model->bound_dual[i], factor, result);
    for (size_t r = 0; r < model->rows; r++)
        if (model->row_limit[r] == NACREI_LIMIT_LOWER || model->row_limit[r] == NACREI_LIMIT_UPPER)
            add_bound_dual(problem, bound_row_asset(model, r), model->row_dual[r], factor, result);
}

void nacrei_result_duals(const nacre_portfolio_problem *problem, const nacrei_model *model,
                         nacrei_portfolio_result *result)
{
    nacre_portfolio_result *public = &result->public;
    public->objective = objective_of(problem, public);
    double factor = dual_factor(problem, model, public->objective);
    for (size_t limit = 0; limit < nacrei_limit_count(problem); limit++) {
        if (limit == NACREI_LIMIT_LOWER || limit == NACREI_LIMIT_UPPER ||
            !nacrei_limit_stated(problem, limit))
            continue;
        double raw = 0.0; // of the two rows that a two-sided limit may have, one binds
        for (size_t r = 0; r < model->rows; r++)
            if (model->row_limit[r] == limit && fabs(model->row_dual[r]) > fabs(raw))
                raw = model->row_dual[r];
        double lower, upper, value = limit_value(problem, public, limit);
        limit_bounds(problem, limit, &lower, &upper);
        double unit = limit == NACREI_LIMIT_TARGET ? model->excess_scale : 1.0;
        result->duals[public->dual_count++] = (nacre_portfolio_dual){
            .constraint = nacrei_limit_name(problem, limit),
            .value = value,
            .bound = binding_bound(raw, value, lower, upper),
            .dual = raw * factor / unit,
        };
    }
    add_bound_duals(problem, model, factor, result);
    public->duals = result->duals;
}
