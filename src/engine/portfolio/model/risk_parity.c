// SPDX-License-Identifier: Apache-2.0
// Risk parity: y minimises y'Cy / 2 - sum b_i ln y_i on the correlations C (Spinu 2013); then y_i
// (Cy)_i = b_i, and w = y / sigma, scaled to the budget. The function is self-concordant, so damped
// Newton steps converge from any start without a line search; correlations take the volatilities
// out of the conditioning. Equal correlations give w ~ 1 / sigma.
#include "engine/portfolio/model/portfolio_model.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

enum { STEPS_MAX = 200 };
/// Newton decrement at which the full step begins, and the relative error of the risk shares
/// wanted.
#define FULL_STEP_BELOW 0.25
#define SHARE_TOLERANCE 1e-13

typedef struct parity {
    size_t n;
    double *correlation, *factor; // n x n
    double *budget;               // shares, sum 1
    double *y, *product, *step;
    double *memory;
    size_t count;
} parity;

static nacre_status create(nacre_ctx *ctx, const nacre_portfolio_problem *problem, parity *work,
                           nacre_error *err)
{
    size_t n = problem->assets;
    work->n = n;
    if (n > SIZE_MAX / 16 / (2 * n + 4))
        return nacrei_fail(err, NACRE_E_NOMEM, "risk parity of %zu assets overflows", n);
    work->count = 2 * n * n + 4 * n;
    nacre_status status =
        nacrei_alloc(ctx, work->count, sizeof(double), "risk parity", &work->memory, err);
    if (status)
        return status;
    work->correlation = work->memory;
    work->factor = work->correlation + n * n;
    work->budget = work->factor + n * n;
    work->y = work->budget + n;
    work->product = work->y + n;
    work->step = work->product + n;
    return nacrei_covariance_full(ctx, problem, work->correlation, err);
}

/// Covariance to correlation in place; the volatilities go to `sigma`.
static void standardise(const parity *work, double *sigma)
{
    size_t n = work->n;
    for (size_t i = 0; i < n; i++)
        sigma[i] = sqrt(work->correlation[i * n + i]);
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            work->correlation[i * n + j] /= sigma[i] * sigma[j];
}

static void start(const nacre_portfolio_problem *problem, parity *work)
{
    double sum = 0.0;
    for (size_t i = 0; i < work->n; i++)
        sum += problem->risk_budget ? problem->risk_budget[i] : 1.0;
    for (size_t i = 0; i < work->n; i++) {
        work->budget[i] = (problem->risk_budget ? problem->risk_budget[i] : 1.0) / sum;
        work->y[i] = sqrt(work->budget[i]); // the answer when nothing is correlated
    }
}

/// Largest |y_i (Cy)_i - b_i| / b_i; leaves Cy in `product`.
static double share_error(parity *work)
{
    double worst = 0.0;
    nacrei_gemv(false, work->n, work->n, 1.0, work->correlation, work->n, work->y, 0.0,
                work->product);
    for (size_t i = 0; i < work->n; i++)
        worst = fmax(worst, fabs(work->y[i] * work->product[i] / work->budget[i] - 1.0));
    return worst;
}

/// One damped Newton step from `product` = Cy. In units of y: H = YCY + diag(b), g = y Cy - b.
static nacre_status newton(parity *work, nacre_error *err)
{
    size_t n = work->n;
    double least = 1.0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++)
            work->factor[i * n + j] = work->y[i] * work->correlation[i * n + j] * work->y[j];
        work->factor[i * n + i] += work->budget[i];
        work->step[i] = work->budget[i] - work->y[i] * work->product[i];
        least = fmin(least, work->budget[i]);
    }
    nacre_status status = nacrei_cholesky(n, work->factor, n, err);
    if (status)
        return status;
    double decrement = 0.0;
    nacrei_trsm_lower(n, work->factor, n, false, 1, work->step, 1);
    for (size_t i = 0; i < n; i++)
        decrement += work->step[i] * work->step[i];
    nacrei_trsm_lower(n, work->factor, n, true, 1, work->step, 1);
    // With weights b_i on the logarithms the function is standard self-concordant after division by
    // the smallest of them.
    decrement = sqrt(decrement / least);
    double damping = decrement < FULL_STEP_BELOW ? 1.0 : 1.0 / (1.0 + decrement);
    for (size_t i = 0; i < n; i++)
        work->y[i] *= 1.0 + damping * work->step[i];
    return NACRE_OK;
}

static nacre_status iterate(parity *work, nacre_portfolio_result *result, nacre_error *err)
{
    double error = share_error(work), before;
    uint32_t steps = 0;
    do {
        nacre_status status = newton(work, err);
        if (status)
            return status;
        before = error;
        error = share_error(work);
        steps++;
        // Near the end rounding decides: stop when a step no longer helps.
    } while (steps < STEPS_MAX &&
             (error > SHARE_TOLERANCE && (error > SHARE_TOLERANCE * 100 || error < before)));
    result->qp.iterations = steps;
    result->outcome =
        error <= 100 * SHARE_TOLERANCE ? NACRE_PORTFOLIO_OPTIMAL : NACRE_PORTFOLIO_ITERATION_LIMIT;
    return NACRE_OK;
}

nacre_status nacrei_risk_parity(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                nacrei_portfolio_result *result, nacre_error *err)
{
    parity work = {0};
    nacre_status status = create(ctx, problem, &work, err);
    if (!status) {
        standardise(&work, result->weights);
        start(problem, &work);
        status = iterate(&work, &result->public, err);
    }
    if (!status && result->public.outcome == NACRE_PORTFOLIO_OPTIMAL) {
        double sum = 0.0;
        for (size_t i = 0; i < work.n; i++)
            sum += work.y[i] / result->weights[i];
        for (size_t i = 0; i < work.n; i++)
            result->weights[i] = work.y[i] / result->weights[i] * problem->budget / sum;
        status = nacrei_result_figures(ctx, problem, result, err);
        result->public.objective = 0.5 * problem->risk_aversion * result->public.variance;
    }
    nacrei_free(ctx, work.memory, work.count, sizeof(double));
    return status;
}
