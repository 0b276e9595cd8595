// SPDX-License-Identifier: Apache-2.0
// Defaults and names, and what is refused before anything is computed. Every message names the
// asset, group or row: a desk has hundreds of each.
#include "engine/portfolio/model/portfolio_model.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// A covariance may be asymmetric and indefinite by rounding, relative to its diagonal.
#define SYMMETRY_TOLERANCE 1e-9
#define PSD_TOLERANCE 1e-10

void nacre_portfolio_problem_init(nacre_portfolio_problem *problem)
{
    *problem = (nacre_portfolio_problem){
        .struct_size = sizeof *problem,
        .risk_aversion = 2.0,
        .budget = 1.0,
        .max_weight = 0.10,
        .max_turnover = (double)INFINITY,
        .tolerance = 1e-9,
    };
}

const char *nacre_portfolio_method_name(nacre_portfolio_method method)
{
    switch (method) {
    case NACRE_PORTFOLIO_MIN_VARIANCE:
        return "min_variance";
    case NACRE_PORTFOLIO_TARGET_RETURN:
        return "target_return";
    case NACRE_PORTFOLIO_UTILITY:
        return "utility";
    case NACRE_PORTFOLIO_MAX_SHARPE:
        return "max_sharpe";
    case NACRE_PORTFOLIO_TRACKING_ERROR:
        return "tracking_error";
    case NACRE_PORTFOLIO_RISK_PARITY:
        return "risk_parity";
    }
    return "unknown";
}

const char *nacre_portfolio_outcome_name(nacre_portfolio_outcome outcome)
{
    switch (outcome) {
    case NACRE_PORTFOLIO_OPTIMAL:
        return "optimal";
    case NACRE_PORTFOLIO_INFEASIBLE:
        return "infeasible";
    case NACRE_PORTFOLIO_UNBOUNDED:
        return "unbounded";
    case NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN:
        return "no_positive_excess_return";
    case NACRE_PORTFOLIO_ITERATION_LIMIT:
        return "iteration_limit";
    case NACRE_PORTFOLIO_NUMERICAL:
        return "numerical";
    }
    return "unknown";
}

typedef struct asset_label {
    char text[64];
} asset_label;

static asset_label label(const nacre_portfolio_problem *problem, size_t i)
{
    asset_label out;
    if (problem->names)
        (void)snprintf(out.text, sizeof out.text, "%s", problem->names[i]);
    else
        (void)snprintf(out.text, sizeof out.text, "asset %zu", i);
    return out;
}

/// An optional vector of finite values over the assets.
static nacre_status check_vector(const nacre_portfolio_problem *problem, const char *what,
                                 const double *values, nacre_error *err)
{
    for (size_t i = 0; values && i < problem->assets; i++)
        if (!isfinite(values[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "%s of %s is %g: give a finite value or leave the asset out", what,
                               label(problem, i).text, values[i]);
    return NACRE_OK;
}

static nacre_status check_interval(const char *kind, const char *name, double lower, double upper,
                                   nacre_error *err)
{
    if (isnan(lower) || isnan(upper))
        return nacrei_fail(err, NACRE_E_NONFINITE,
                           "a bound of %s %s is NaN: use +-INFINITY for open", kind, name);
    if (lower > upper || lower == (double)INFINITY || upper == -(double)INFINITY)
        return nacrei_fail(err, NACRE_E_ARG, "bounds of %s %s cross: lower %g, upper %g", kind,
                           name, lower, upper);
    return NACRE_OK;
}

static nacre_status check_bounds(const nacre_portfolio_problem *problem, nacre_error *err)
{
    for (size_t i = 0; i < problem->assets; i++) {
        nacre_status status =
            check_interval("asset", label(problem, i).text, nacrei_lower(problem, i),
                           nacrei_upper(problem, i), err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status check_groups(const nacre_portfolio_problem *problem, nacre_error *err)
{
    for (size_t g = 0; g < problem->group_count; g++) {
        const nacre_portfolio_group *group = problem->groups + g;
        if (!group->name)
            return nacrei_fail(err, NACRE_E_ARG, "group %zu has no name", g);
        if (group->members == 0)
            return nacrei_fail(err, NACRE_E_SHAPE, "group %s is empty: name a member or drop it",
                               group->name);
        for (size_t k = 0; k < group->members; k++)
            if (group->member[k] >= problem->assets)
                return nacrei_fail(err, NACRE_E_SHAPE,
                                   "group %s has member %zu, but there are %zu assets", group->name,
                                   group->member[k], problem->assets);
        nacre_status status = check_interval("group", group->name, group->lower, group->upper, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status check_rows(const nacre_portfolio_problem *problem, nacre_error *err)
{
    for (size_t r = 0; r < problem->row_count; r++) {
        const nacre_portfolio_row *row = problem->rows + r;
        if (!row->name || !row->coefficient)
            return nacrei_fail(err, NACRE_E_ARG, "row %zu has no name or no coefficients", r);
        size_t stride = row->stride ? row->stride : 1;
        for (size_t i = 0; i < problem->assets; i++)
            if (!isfinite(row->coefficient[i * stride]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "coefficient of %s in row %s is %g",
                                   label(problem, i).text, row->name, row->coefficient[i * stride]);
        nacre_status status = check_interval("row", row->name, row->lower, row->upper, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static nacre_status check_full_entries(const nacre_portfolio_problem *problem, nacre_error *err)
{
    size_t n = problem->assets;
    const double *s = problem->covariance;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (!isfinite(s[i * n + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "covariance of %s and %s is %g",
                                   label(problem, i).text, label(problem, j).text, s[i * n + j]);
    for (size_t i = 0; i < n; i++)
        if (!(s[i * n + i] > 0.0))
            return nacrei_fail(err, NACRE_E_ARG,
                               "%s has variance %g: an asset without volatility must be left out",
                               label(problem, i).text, s[i * n + i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < i; j++)
            if (fabs(s[i * n + j] - s[j * n + i]) >
                SYMMETRY_TOLERANCE * sqrt(s[i * n + i] * s[j * n + j]))
                return nacrei_fail(
                    err, NACRE_E_ARG, "covariance is not symmetric at %s and %s: %.17g and %.17g",
                    label(problem, i).text, label(problem, j).text, s[i * n + j], s[j * n + i]);
    return NACRE_OK;
}

/// Cholesky of the correlations with a little added to the diagonal: fails where S has a direction
/// of negative variance beyond rounding.
static nacre_status check_positive(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                   nacre_error *err)
{
    size_t n = problem->assets;
    double *a;
    nacre_status status = nacrei_alloc(ctx, n * n, sizeof *a, "covariance check", &a, err);
    if (status)
        return status;
    const double *s = problem->covariance;
    size_t bad = n;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < i; j++)
            a[i * n + j] = s[i * n + j] / sqrt(s[i * n + i] * s[j * n + j]);
        a[i * n + i] = 1.0 + (double)n * PSD_TOLERANCE;
    }
    nacre_error pivot = {0};
    status = nacrei_cholesky(n, a, n, &pivot);
    if (status == NACRE_E_ARG) {
        // The first leading block that fails names the asset; found by halving.
        size_t good = 0;
        bad = n;
        while (bad - good > 1) {
            size_t middle = good + (bad - good) / 2;
            for (size_t i = 0; i < middle; i++) {
                for (size_t j = 0; j < i; j++)
                    a[i * n + j] = s[i * n + j] / sqrt(s[i * n + i] * s[j * n + j]);
                a[i * n + i] = 1.0 + (double)n * PSD_TOLERANCE;
            }
            if (nacrei_cholesky(middle, a, n, NULL))
                bad = middle;
            else
                good = middle;
        }
        status =
            nacrei_fail(err, NACRE_E_ARG,
                        "covariance is not positive semidefinite: %s has negative variance given "
                        "the %zu assets before it; use a shrinkage estimator",
                        label(problem, bad - 1).text, bad - 1);
    }
    nacrei_free(ctx, a, n * n, sizeof *a);
    return status;
}

static nacre_status check_factor_model(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                       nacre_error *err)
{
    size_t n = problem->assets, k = problem->factors;
    if (!problem->specific_variance ||
        (k > 0 && (!problem->exposures || !problem->factor_covariance)))
        return nacrei_fail(err, NACRE_E_ARG,
                           "no risk model: give covariance, or exposures, factor_covariance and "
                           "specific_variance");
    nacre_status status =
        check_vector(problem, "specific variance", problem->specific_variance, err);
    for (size_t i = 0; !status && i < n; i++) {
        if (!(problem->specific_variance[i] > 0.0))
            return nacrei_fail(err, NACRE_E_ARG, "specific variance of %s is %g, not positive",
                               label(problem, i).text, problem->specific_variance[i]);
        for (size_t f = 0; f < k; f++)
            if (!isfinite(problem->exposures[i * k + f]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "exposure of %s to factor %zu is %g",
                                   label(problem, i).text, f, problem->exposures[i * k + f]);
    }
    for (size_t f = 0; !status && f < k * k; f++)
        if (!isfinite(problem->factor_covariance[f]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "factor covariance of %zu and %zu is %g",
                               f / k, f % k, problem->factor_covariance[f]);
    double *chol = NULL;
    if (!status)
        status = nacrei_alloc(ctx, k * k, sizeof *chol, "factor covariance check", &chol, err);
    if (!status && k > 0) {
        memcpy(chol, problem->factor_covariance, k * k * sizeof *chol);
        nacre_error pivot = {0};
        if (nacrei_cholesky(k, chol, k, &pivot))
            status =
                nacrei_fail(err, NACRE_E_ARG, "factor covariance is not positive definite (%.100s)",
                            pivot.message);
    }
    nacrei_free(ctx, chol, k * k, sizeof *chol);
    return status;
}

static nacre_status check_scalars(const nacre_portfolio_problem *problem, nacre_error *err)
{
    const struct {
        const char *name;
        double value;
    } scalar[] = {
        {"risk_free", problem->risk_free},
        {"target_return", problem->target_return},
        {"budget", problem->budget},
    };
    for (size_t i = 0; i < sizeof scalar / sizeof scalar[0]; i++)
        if (!isfinite(scalar[i].value))
            return nacrei_fail(err, NACRE_E_NONFINITE, "%s is %g", scalar[i].name, scalar[i].value);
    if (!(problem->risk_aversion > 0.0) || !isfinite(problem->risk_aversion))
        return nacrei_fail(err, NACRE_E_ARG, "risk_aversion %g is not positive",
                           problem->risk_aversion);
    if (!(problem->max_turnover >= 0.0))
        return nacrei_fail(err, NACRE_E_ARG, "max_turnover %g is not >= 0", problem->max_turnover);
    if (!(problem->tolerance > 0.0) || !(problem->tolerance < 1e-2))
        return nacrei_fail(err, NACRE_E_ARG, "tolerance %g is not in (0, 0.01)",
                           problem->tolerance);
    return NACRE_OK;
}

static nacre_status check_costs(const nacre_portfolio_problem *problem, nacre_error *err)
{
    nacre_status status = check_vector(problem, "cost", problem->cost, err);
    for (size_t i = 0; !status && problem->cost && i < problem->assets; i++)
        if (problem->cost[i] < 0.0)
            return nacrei_fail(err, NACRE_E_ARG, "cost of %s is negative: %g",
                               label(problem, i).text, problem->cost[i]);
    return status;
}

/// Risk parity has one answer and no room for limits.
static nacre_status check_parity(const nacre_portfolio_problem *problem, nacre_error *err)
{
    if (problem->group_count || problem->row_count || problem->cost || problem->lower ||
        problem->upper || isfinite(problem->max_turnover))
        return nacrei_fail(
            err, NACRE_E_ARG,
            "risk_parity takes no bounds, groups, rows, turnover or costs: its weights "
            "follow from the covariance and risk_budget alone");
    if (!(problem->budget > 0.0))
        return nacrei_fail(err, NACRE_E_ARG, "risk_parity needs a budget > 0, not %g",
                           problem->budget);
    for (size_t i = 0; problem->risk_budget && i < problem->assets; i++)
        if (!(problem->risk_budget[i] > 0.0))
            return nacrei_fail(err, NACRE_E_ARG, "risk budget of %s is %g, not positive",
                               label(problem, i).text, problem->risk_budget[i]);
    return NACRE_OK;
}

static nacre_status check_method(const nacre_portfolio_problem *problem, nacre_error *err)
{
    const char *name = nacre_portfolio_method_name(problem->method);
    switch (problem->method) {
    case NACRE_PORTFOLIO_MIN_VARIANCE:
        return NACRE_OK;
    case NACRE_PORTFOLIO_TARGET_RETURN:
    case NACRE_PORTFOLIO_UTILITY:
    case NACRE_PORTFOLIO_MAX_SHARPE:
        if (!problem->mean)
            return nacrei_fail(err, NACRE_E_ARG, "%s needs mean returns", name);
        return NACRE_OK;
    case NACRE_PORTFOLIO_TRACKING_ERROR:
        if (!problem->benchmark)
            return nacrei_fail(err, NACRE_E_ARG, "%s needs a benchmark", name);
        return NACRE_OK;
    case NACRE_PORTFOLIO_RISK_PARITY:
        return check_parity(problem, err);
    }
    return nacrei_fail(err, NACRE_E_ARG, "portfolio method %d does not exist",
                       (int)problem->method);
}

nacre_status nacrei_portfolio_check(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                    nacre_error *err)
{
    if (problem->struct_size != sizeof *problem)
        return nacrei_fail(err, NACRE_E_ARG,
                           "portfolio problem of %u bytes, expected %zu: call "
                           "nacre_portfolio_problem_init first",
                           problem->struct_size, sizeof *problem);
    size_t square;
    if (problem->assets == 0 || problem->assets > INT32_MAX ||
        !nacrei_mul(problem->assets, problem->assets, &square))
        return nacrei_fail(err, NACRE_E_SHAPE, "a portfolio of %zu assets", problem->assets);
    nacre_status status = check_method(problem, err);
    if (!status)
        status = check_scalars(problem, err);
    if (!status)
        status = check_vector(problem, "mean return", problem->mean, err);
    if (!status)
        status = check_vector(problem, "benchmark weight", problem->benchmark, err);
    if (!status)
        status = check_vector(problem, "risk budget", problem->risk_budget, err);
    if (!status)
        status = check_vector(problem, "holding", problem->holdings, err);
    if (!status)
        status = check_costs(problem, err);
    if (!status)
        status = check_bounds(problem, err);
    if (!status)
        status = check_groups(problem, err);
    if (!status)
        status = check_rows(problem, err);
    if (status)
        return status;
    if (!problem->covariance)
        return check_factor_model(ctx, problem, err);
    status = check_full_entries(problem, err);
    return status ? status : check_positive(ctx, problem, err);
}
