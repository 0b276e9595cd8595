// SPDX-License-Identifier: Apache-2.0
// The one entry: check, build, solve, read back. What the solver says about its program becomes an
// outcome of the portfolio here: an infeasible program is explained, a Sharpe program without
// solution is told apart from limits that contradict each other.
#include "engine/portfolio/model/portfolio_model.h"

#include <math.h>
#include <string.h>

static nacre_status create_result(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                  nacrei_portfolio_result **out, nacre_error *err)
{
    size_t n = problem->assets;
    nacrei_portfolio_result *result;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *result, "portfolio result", &result, err);
    if (status)
        return status;
    *out = result;
    result->public.assets = n;
    result->public.objective = result->public.expected_return = (double)NAN;
    result->public.variance = result->public.tracking_variance = (double)NAN;
    result->public.turnover = result->public.cost = (double)NAN;
    result->limits = nacrei_limit_count(problem);
    result->dual_capacity = result->limits + 2 * n;
    status = nacrei_alloc(ctx, n, sizeof(double), "weights", &result->weights, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof(double), "risk shares", &result->risk_share, err);
    if (!status)
        status = nacrei_alloc(ctx, result->dual_capacity, sizeof *result->duals, "duals",
                              &result->duals, err);
    if (!status)
        status = nacrei_alloc(ctx, result->limits, sizeof *result->conflict, "conflict",
                              &result->conflict, err);
    if (!status)
        status = nacrei_alloc(ctx, result->limits, sizeof *result->violation, "violations",
                              &result->violation, err);
    return status;
}

void nacre_portfolio_result_destroy(nacre_ctx *ctx, nacre_portfolio_result *public)
{
    if (!public)
        return;
    nacrei_portfolio_result *result = (nacrei_portfolio_result *)public;
    size_t n = result->public.assets;
    nacrei_free(ctx, result->weights, n, sizeof *result->weights);
    nacrei_free(ctx, result->risk_share, n, sizeof *result->risk_share);
    nacrei_free(ctx, result->duals, result->dual_capacity, sizeof *result->duals);
    nacrei_free(ctx, result->conflict, result->limits, sizeof *result->conflict);
    nacrei_free(ctx, result->violation, result->limits, sizeof *result->violation);
    nacrei_free(ctx, result, 1, sizeof *result);
}

/// Long only with no asset above the risk-free rate: no need to ask the solver.
static bool hopeless(const nacre_portfolio_problem *problem)
{
    for (size_t i = 0; i < problem->assets; i++)
        if (nacrei_lower(problem, i) < 0.0 || problem->mean[i] > problem->risk_free)
            return false;
    return true;
}

/// The interior point stops a rounding outside or inside a bound: inside is where it belongs.
static void take_weights(const nacre_portfolio_problem *problem, const nacrei_model *model,
                         nacrei_portfolio_result *result)
{
    double kappa = model->kind == NACREI_MODEL_KAPPA ? model->x[model->columns - 1] : 1.0;
    for (size_t i = 0; i < problem->assets; i++)
        result->weights[i] =
            fmin(fmax(model->x[i] / kappa, nacrei_lower(problem, i)), nacrei_upper(problem, i));
}

/// The solver found no optimum: because there is none, or because it failed?
static nacre_status explain(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                            const nacrei_model *model, nacrei_portfolio_result *result,
                            nacre_error *err)
{
    nacre_portfolio_result *public = &result->public;
    if (model->result.outcome == NACRE_QP_DUAL_INFEASIBLE) {
        public->outcome = NACRE_PORTFOLIO_UNBOUNDED;
        return NACRE_OK;
    }
    bool feasible;
    nacre_status status = nacrei_portfolio_feasible(ctx, problem, NULL, &feasible, err);
    if (status)
        return status;
    if (!feasible) {
        public->outcome = NACRE_PORTFOLIO_INFEASIBLE;
        return nacrei_portfolio_conflict(ctx, problem, result, err);
    }
    bool beats = true;
    if (model->kind == NACREI_MODEL_KAPPA)
        status = nacrei_portfolio_beats_rate(ctx, problem, &beats, err);
    if (!beats)
    public->outcome = NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN;
    else public->outcome = model->result.outcome == NACRE_QP_ITERATION_LIMIT
                               ? NACRE_PORTFOLIO_ITERATION_LIMIT
                               : NACRE_PORTFOLIO_NUMERICAL;
    return status;
}

static nacre_status solve_program(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                  nacrei_portfolio_result *result, nacre_error *err)
{
    bool sharpe = problem->method == NACRE_PORTFOLIO_MAX_SHARPE;
    if (sharpe && hopeless(problem)) {
        result->public.outcome = NACRE_PORTFOLIO_NO_POSITIVE_EXCESS_RETURN;
        return NACRE_OK;
    }
    nacrei_model model;
    nacre_status status = nacrei_model_build(
        ctx, problem, sharpe ? NACREI_MODEL_KAPPA : NACREI_MODEL_PLAIN, NULL, &model, err);
    if (status)
        return status;
    status = nacrei_model_solve(ctx, problem, &model, err);
    result->public.qp = model.result;
    bool solved = !status && model.result.outcome == NACRE_QP_OPTIMAL;
    if (solved && sharpe && !(model.x[model.columns - 1] > 0.0)) {
        solved = false;
        model.result.outcome = NACRE_QP_NUMERICAL;
    }
    if (solved) {
        take_weights(problem, &model, result);
        status = nacrei_result_figures(ctx, problem, result, err);
        if (!status)
            nacrei_result_duals(problem, &model, result);
    } else if (!status) {
        status = explain(ctx, problem, &model, result, err);
    }
    nacrei_model_free(ctx, &model);
    return status;
}

nacre_status nacre_portfolio_optimize(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                      nacre_portfolio_result **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_portfolio_check(ctx, problem, err);
    if (status)
        return status;
    nacrei_portfolio_result *result = NULL;
    status = create_result(ctx, problem, &result, err);
    if (!status)
        status = problem->method == NACRE_PORTFOLIO_RISK_PARITY
                     ? nacrei_risk_parity(ctx, problem, result, err)
                     : solve_program(ctx, problem, result, err);
    if (status) {
        nacre_portfolio_result_destroy(ctx, result ? &result->public : NULL);
        return status;
    }
    *out = &result->public;
    return NACRE_OK;
}
