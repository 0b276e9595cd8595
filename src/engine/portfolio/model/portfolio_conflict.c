// SPDX-License-Identifier: Apache-2.0
// Why a problem has no solution. An elastic program has always one. With absolute violations its
// value says whether a set of limits can be met (sharply: near zero the value falls as fast as the
// violation); with squared ones its point is the nearest. The deletion filter drops one limit after
// the other; a limit without which the rest is still in conflict stays out. What remains is
// minimal, because each member was found necessary with no more limits around than remain.
#include "engine/portfolio/model/portfolio_model.h"

#include <math.h>

/// A limit missed by less is met: far above the solver's tolerance, far below a lot.
#define VIOLATION_MIN 1e-6
/// Excess return, as a share of the largest one of an asset, that counts as positive.
#define EXCESS_MIN 1e-5
/// Squared violations tell small ones from none only by comparison with the largest.
#define VIOLATION_SHARE 1e-3

/// Builds and solves an elastic program; the caller frees the model.
static nacre_status solve_elastic(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                  nacrei_model_kind kind, const bool *active, nacrei_model *model,
                                  nacre_error *err)
{
    nacre_status status = nacrei_model_build(ctx, problem, kind, active, model, err);
    if (status)
        return status;
    status = nacrei_model_solve(ctx, problem, model, err);
    if (!status && model->result.outcome != NACRE_QP_OPTIMAL)
        status =
            nacrei_fail(err, NACRE_E_LIMIT,
                        "the search for the conflicting limits stopped: %s after %u iterations",
                        nacre_qp_outcome_name(model->result.outcome), model->result.iterations);
    if (status)
        nacrei_model_free(ctx, model);
    return status;
}

nacre_status nacrei_portfolio_feasible(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                       const bool *active, bool *feasible, nacre_error *err)
{
    nacrei_model model;
    nacre_status status = solve_elastic(ctx, problem, NACREI_MODEL_ELASTIC, active, &model, err);
    if (status)
        return status;
    *feasible = true;
    for (size_t r = 0; r < model.rows; r++)
        if (model.row_limit[r] != NACREI_ROW_UNNAMED &&
            nacrei_model_slack(&model, r) > VIOLATION_MIN)
            *feasible = false;
    nacrei_model_free(ctx, &model);
    return NACRE_OK;
}

nacre_status nacrei_portfolio_beats_rate(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                         bool *beats, nacre_error *err)
{
    size_t n = problem->assets;
    double *excess, largest = 0.0;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *excess, "excess returns", &excess, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        excess[i] = problem->mean[i] - problem->risk_free;
        largest = fmax(largest, fabs(excess[i]));
    }
    nacre_portfolio_problem target = *problem;
    target.method = NACRE_PORTFOLIO_TARGET_RETURN;
    target.mean = excess;
    target.target_return = EXCESS_MIN * largest;
    status = nacrei_portfolio_feasible(ctx, &target, NULL, beats, err);
    nacrei_free(ctx, excess, n, sizeof *excess);
    return status;
}

static nacre_status filter(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                           nacrei_portfolio_result *result, nacre_error *err)
{
    bool *active;
    nacre_status status =
        nacrei_alloc(ctx, result->limits, sizeof *active, "conflict", &active, err);
    if (status)
        return status;
    for (size_t limit = 0; limit < result->limits; limit++)
        active[limit] = nacrei_limit_stated(problem, limit);
    for (size_t limit = 0; !status && limit < result->limits; limit++) {
        if (!active[limit])
            continue;
        bool feasible = false;
        active[limit] = false;
        status = nacrei_portfolio_feasible(ctx, problem, active, &feasible, err);
        active[limit] = feasible; // needed for the conflict when the rest can be met without it
    }
    for (size_t limit = 0; !status && limit < result->limits; limit++)
        if (active[limit])
            result->conflict[result->public.conflict_count++] = nacrei_limit_name(problem, limit);
    nacrei_free(ctx, active, result->limits, sizeof *active);
    return status;
}

nacre_status nacrei_portfolio_conflict(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                       nacrei_portfolio_result *result, nacre_error *err)
{
    nacre_portfolio_result *public = &result->public;
    nacrei_model model;
    nacre_status status = solve_elastic(ctx, problem, NACREI_MODEL_NEAREST, NULL, &model, err);
    if (status)
        return status;
    for (size_t i = 0; i < problem->assets; i++)
        result->weights[i] =
            fmin(fmax(model.x[i], nacrei_lower(problem, i)), nacrei_upper(problem, i));
    double largest = 0.0;
    for (size_t r = 0; r < model.rows; r++)
        if (model.row_limit[r] != NACREI_ROW_UNNAMED)
            largest = fmax(largest, nacrei_model_slack(&model, r));
    double least = fmax(VIOLATION_MIN, VIOLATION_SHARE * largest);
    for (size_t r = 0; r < model.rows; r++) {
        size_t limit = model.row_limit[r];
        if (limit == NACREI_ROW_UNNAMED || nacrei_model_slack(&model, r) <= least)
            continue;
        // The row of the target is in units of the largest mean.
        double unit = limit == NACREI_LIMIT_TARGET ? model.excess_scale : 1.0;
        result->violation[public->violation_count++] = (nacre_portfolio_violation){
            .constraint = nacrei_limit_name(problem, limit),
            .amount = nacrei_model_slack(&model, r) * unit,
        };
    }
    nacrei_model_free(ctx, &model);
    status = nacrei_result_figures(ctx, problem, result, err);
    if (!status)
        status = filter(ctx, problem, result, err);
    public->conflict = result->conflict;
    public->violation = result->violation;
    return status;
}
