// SPDX-License-Identifier: Apache-2.0
// The critical line algorithm. From the portfolio of the largest mean downwards, the assets
// strictly between their bounds ("free") follow w = beta + lambda alpha until one of them reaches a
// bound or one at a bound wants to leave it; that is the next corner. Which of the two a candidate
// is follows from the sign of its slope, not from a tolerance, so an asset that has just moved does
// not move back. The free block is factored afresh at each corner: it is small (tens of assets),
// and no error builds up along the way.
#include "core/alloc.h"
#include "kern/linalg/linalg.h"
#include "nacre/optimize.h"

#include <math.h>
#include <string.h>

/// Corners of non-degenerate problems number about twice the assets; far more means cycling.
#define CORNERS_PER_ASSET 64
/// Relative distance between means that were equal.
#define TIE_STEP 1e-9

typedef struct owned_frontier {
    nacre_frontier public;
    double *weights, *mean, *variance, *lambda;
    size_t weights_capacity, mean_capacity, variance_capacity, lambda_capacity;
} owned_frontier;

typedef struct critical_line {
    size_t n;
    const double *mean, *s, *lower, *upper;
    double budget;
    double *mu; // the means with ties broken, which steer the path; results use `mean`
    size_t free_count;
    size_t *free;   // asset numbers, in the order in which they became free
    bool *at_upper; // for the others
    bool *is_free;
    double *w;                      // current weights, exact at the bounds
    double *block;                  // Cholesky factor of the free block
    double *rhs;                    // free x 3: solutions for 1, mu and S_FB w_B
    double *alpha, *beta;           // w = beta + lambda alpha, all assets (0 and w at the bounds)
    double *g_alpha, *g_beta;       // S alpha and S beta
    double gamma_alpha, gamma_beta; // multiplier of the budget
    double lambda;
} critical_line;

typedef struct line_event {
    double lambda;
    size_t asset;
    bool leaves_bound; // else it reaches one
    bool upper;        // the bound that it reaches
} line_event;

static void free_line(nacre_ctx *ctx, critical_line *line)
{
    size_t n = line->n;
    nacrei_free(ctx, line->mu, n, sizeof *line->mu);
    nacrei_free(ctx, line->free, n, sizeof *line->free);
    nacrei_free(ctx, line->at_upper, n, sizeof *line->at_upper);
    nacrei_free(ctx, line->is_free, n, sizeof *line->is_free);
    nacrei_free(ctx, line->w, n, sizeof *line->w);
    nacrei_free(ctx, line->block, n * n, sizeof *line->block);
    nacrei_free(ctx, line->rhs, n * 3, sizeof *line->rhs);
    nacrei_free(ctx, line->alpha, n, sizeof *line->alpha);
    nacrei_free(ctx, line->beta, n, sizeof *line->beta);
    nacrei_free(ctx, line->g_alpha, n, sizeof *line->g_alpha);
    nacrei_free(ctx, line->g_beta, n, sizeof *line->g_beta);
}

static nacre_status alloc_line(nacre_ctx *ctx, critical_line *line, nacre_error *err)
{
    size_t n = line->n;
    nacre_status status = nacrei_alloc(ctx, n, sizeof *line->mu, "frontier", &line->mu, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->free, "frontier", &line->free, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->at_upper, "frontier", &line->at_upper, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->is_free, "frontier", &line->is_free, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->w, "frontier", &line->w, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, sizeof *line->block, "frontier", &line->block, err);
    if (!status)
        status = nacrei_alloc(ctx, n * 3, sizeof *line->rhs, "frontier", &line->rhs, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->alpha, "frontier", &line->alpha, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->beta, "frontier", &line->beta, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->g_alpha, "frontier", &line->g_alpha, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *line->g_beta, "frontier", &line->g_beta, err);
    return status;
}

static nacre_status check_input(const critical_line *line, nacre_error *err)
{
    size_t n = line->n;
    double least = 0.0, most = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(line->mean[i]) || !isfinite(line->lower[i]) || !isfinite(line->upper[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE,
                               "frontier: mean %g, lower %g or upper %g of asset %zu is not finite",
                               line->mean[i], line->lower[i], line->upper[i], i);
        for (size_t j = 0; j < n; j++)
            if (!isfinite(line->s[i * n + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "frontier: covariance of %zu and %zu is %g", i, j,
                                   line->s[i * n + j]);
        if (line->lower[i] > line->upper[i])
            return nacrei_fail(err, NACRE_E_ARG, "frontier: bounds of asset %zu cross: %g > %g", i,
                               line->lower[i], line->upper[i]);
        least += line->lower[i];
        most += line->upper[i];
    }
    // The sums carry rounding; a budget beyond that cannot be spent.
    double slack = 1e-12 * (double)n * fmax(1.0, fabs(line->budget));
    if (!(line->budget >= least - slack && line->budget <= most + slack))
        return nacrei_fail(err, NACRE_E_ARG,
                           "frontier: budget %g is outside [%g, %g], the sums of the bounds",
                           line->budget, least, most);
    return NACRE_OK;
}

/// Equal means leave the order of the path open. They are told apart by far less than the figures
/// are worth; the end of the path does not depend on it.
static void break_ties(critical_line *line)
{
    double largest = 0.0;
    for (size_t i = 0; i < line->n; i++)
        largest = fmax(largest, fabs(line->mean[i]));
    double step = largest > 0.0 ? TIE_STEP * largest : TIE_STEP;
    for (size_t i = 0; i < line->n; i++) {
        size_t equals = 0;
        for (size_t j = 0; j < i; j++)
            equals += line->mean[j] == line->mean[i];
        line->mu[i] = line->mean[i] - step * (double)equals;
    }
}

/// Largest mean: all at the lower bound, then the best filled up in turn. The last one touched is
/// free.
static void start_at_largest_mean(critical_line *line)
{
    double rest = line->budget;
    for (size_t i = 0; i < line->n; i++) {
        line->w[i] = line->lower[i];
        rest -= line->lower[i];
    }
    size_t last = SIZE_MAX;
    do {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < line->n; i++)
            if (!line->at_upper[i] && (best == SIZE_MAX || line->mu[i] > line->mu[best]))
                best = i;
        if (best == SIZE_MAX)
            break;
        double room = line->upper[best] - line->lower[best];
        double add = fmin(room, rest);
        line->w[best] = add == room ? line->upper[best] : line->lower[best] + add;
        rest -= add;
        line->at_upper[best] = true;
        last = best;
    } while (rest > 0.0);
    line->at_upper[last] = false;
    line->is_free[last] = true;
    line->free[line->free_count++] = last;
    line->lambda = (double)INFINITY;
}

/// alpha, beta and the gradient along the line of the present free set.
static nacre_status trace(critical_line *line, nacre_error *err)
{
    size_t n = line->n, k = line->free_count;
    double rest = line->budget;
    for (size_t i = 0; i < n; i++) {
        line->alpha[i] = 0.0;
        line->beta[i] = line->is_free[i] ? 0.0 : line->w[i];
        rest -= line->beta[i];
    }
    nacrei_gemv(false, n, n, 1.0, line->s, n, line->beta, 0.0, line->g_beta);
    for (size_t a = 0; a < k; a++) {
        size_t i = line->free[a];
        for (size_t b = 0; b <= a; b++)
            line->block[a * k + b] = line->s[i * n + line->free[b]];
        line->rhs[a * 3] = 1.0;
        line->rhs[a * 3 + 1] = line->mu[i];
        line->rhs[a * 3 + 2] = line->g_beta[i];
    }
    nacre_error pivot = {0};
    if (nacrei_cholesky(k, line->block, k, &pivot))
        return nacrei_fail(err, NACRE_E_ARG,
                           "frontier: the covariance of the %zu assets held at lambda %g is not "
                           "positive definite: use a shrinkage estimator",
                           k, line->lambda);
    nacrei_cholesky_solve(k, line->block, k, 3, line->rhs, 3);
    double one = 0.0, mean = 0.0, bound = 0.0;
    for (size_t a = 0; a < k; a++) {
        one += line->rhs[a * 3];
        mean += line->rhs[a * 3 + 1];
        bound += line->rhs[a * 3 + 2];
    }
    line->gamma_alpha = -mean / one;
    line->gamma_beta = (rest + bound) / one;
    for (size_t a = 0; a < k; a++) {
        size_t i = line->free[a];
        line->alpha[i] = line->rhs[a * 3 + 1] + line->gamma_alpha * line->rhs[a * 3];
        line->beta[i] = line->gamma_beta * line->rhs[a * 3] - line->rhs[a * 3 + 2];
    }
    if (k == 1) { // exactly: the budget leaves it no choice
        line->alpha[line->free[0]] = 0.0;
        line->beta[line->free[0]] = line->w[line->free[0]];
    }
    nacrei_gemv(false, n, n, 1.0, line->s, n, line->alpha, 0.0, line->g_alpha);
    nacrei_gemv(false, n, n, 1.0, line->s, n, line->beta, 0.0, line->g_beta);
    return NACRE_OK;
}

static void consider(line_event *next, double lambda, size_t asset, bool leaves, bool upper)
{
    if (next->asset == SIZE_MAX || lambda > next->lambda)
        *next = (line_event){lambda, asset, leaves, upper};
}

/// The first thing that happens as lambda falls. asset = SIZE_MAX: nothing before lambda = 0.
static line_event find_next(const critical_line *line)
{
    line_event next = {.lambda = 0.0, .asset = SIZE_MAX};
    for (size_t i = 0; i < line->n; i++) {
        double slope, at;
        bool upper = false, leaves = !line->is_free[i];
        if (leaves) {
            // Gradient of the Lagrangian: >= 0 at a lower bound, <= 0 at an upper one.
            slope = line->g_alpha[i] - line->mu[i] - line->gamma_alpha;
            if (line->lower[i] == line->upper[i] ||
                (line->at_upper[i] ? slope >= 0.0 : slope <= 0.0))
                continue;
            at = (line->gamma_beta - line->g_beta[i]) / slope;
        } else {
            slope = line->alpha[i];
            if (slope == 0.0)
                continue;
            upper = slope < 0.0;
            at = ((upper ? line->upper[i] : line->lower[i]) - line->beta[i]) / slope;
        }
        at = fmin(at, line->lambda); // rounding may put a simultaneous event just above
        if (at > 0.0)
            consider(&next, at, i, leaves, upper);
    }
    return next;
}

static void move_to(critical_line *line, double lambda)
{
    line->lambda = lambda;
    for (size_t a = 0; a < line->free_count; a++) {
        size_t i = line->free[a];
        double w = line->beta[i] + lambda * line->alpha[i];
        line->w[i] = fmin(fmax(w, line->lower[i]), line->upper[i]);
    }
}

static void apply(critical_line *line, const line_event *event)
{
    size_t i = event->asset;
    if (event->leaves_bound) {
        line->is_free[i] = true;
        line->free[line->free_count++] = i;
        return;
    }
    line->is_free[i] = false;
    line->at_upper[i] = event->upper;
    line->w[i] = event->upper ? line->upper[i] : line->lower[i];
    size_t at = 0;
    while (line->free[at] != i)
        at++;
    line->free_count--;
    memmove(line->free + at, line->free + at + 1, (line->free_count - at) * sizeof *line->free);
}

/// Appends the current weights, unless they are those of the last corner. Lambda on arrival is
/// kept; only the first corner, which nothing led to, takes the lambda at which the path leaves it.
static nacre_status append(nacre_ctx *ctx, const critical_line *line, owned_frontier *out,
                           nacre_error *err)
{
    size_t n = line->n, at = out->public.corners;
    if (at > 0 && memcmp(out->weights + (at - 1) * n, line->w, n * sizeof *line->w) == 0) {
        if (at == 1)
            out->lambda[0] = line->lambda;
        return NACRE_OK;
    }
    nacre_status status = nacrei_grow(ctx, &out->weights, &out->weights_capacity, (at + 1) * n,
                                      sizeof *out->weights, "frontier", err);
    if (!status)
        status = nacrei_grow(ctx, &out->mean, &out->mean_capacity, at + 1, sizeof *out->mean,
                             "frontier", err);
    if (!status)
        status = nacrei_grow(ctx, &out->variance, &out->variance_capacity, at + 1,
                             sizeof *out->variance, "frontier", err);
    if (!status)
        status = nacrei_grow(ctx, &out->lambda, &out->lambda_capacity, at + 1, sizeof *out->lambda,
                             "frontier", err);
    if (status)
        return status;
    memcpy(out->weights + at * n, line->w, n * sizeof *line->w);
    double mean = 0.0, variance = 0.0;
    for (size_t i = 0; i < n; i++) {
        if (line->w[i] == 0.0)
            continue;
        double row = 0.0;
        for (size_t j = 0; j < n; j++)
            row += line->s[i * n + j] * line->w[j];
        mean += line->w[i] * line->mean[i];
        variance += line->w[i] * row;
    }
    out->mean[at] = mean;
    out->variance[at] = variance;
    out->lambda[at] = line->lambda;
    out->public.corners = at + 1;
    return NACRE_OK;
}

static nacre_status walk(nacre_ctx *ctx, critical_line *line, owned_frontier *out, nacre_error *err)
{
    break_ties(line);
    start_at_largest_mean(line);
    nacre_status status = append(ctx, line, out, err);
    for (size_t step = 0; !status; step++) {
        if (step > CORNERS_PER_ASSET * (line->n + 1))
            return nacrei_fail(err, NACRE_E_LIMIT,
                               "frontier: no end after %zu corners of %zu assets: equal means or "
                               "duplicated assets; drop one of them",
                               step, line->n);
        status = trace(line, err);
        if (status)
            return status;
        line_event next = find_next(line);
        move_to(line, next.lambda);
        if (next.asset != SIZE_MAX)
            apply(line, &next);
        status = append(ctx, line, out, err);
        if (next.asset == SIZE_MAX)
            break;
    }
    return status;
}

nacre_status nacre_frontier_create(nacre_ctx *ctx, size_t n, const double *mean,
                                   const double *covariance, const double *lower,
                                   const double *upper, double budget, nacre_frontier **out,
                                   nacre_error *err)
{
    *out = NULL;
    if (n == 0 || n > INT32_MAX)
        return nacrei_fail(err, NACRE_E_SHAPE, "a frontier of %zu assets", n);
    if (!isfinite(budget))
        return nacrei_fail(err, NACRE_E_NONFINITE, "frontier: budget is %g", budget);
    critical_line line = {
        .n = n, .mean = mean, .s = covariance, .lower = lower, .upper = upper, .budget = budget};
    owned_frontier *frontier = NULL;
    nacre_status status = check_input(&line, err);
    if (!status)
        status = nacrei_alloc(ctx, 1, sizeof *frontier, "frontier", &frontier, err);
    if (!status) {
        frontier->public.assets = n;
        status = alloc_line(ctx, &line, err);
    }
    if (!status)
        status = walk(ctx, &line, frontier, err);
    free_line(ctx, &line);
    if (status) {
        nacre_frontier_destroy(ctx, frontier ? &frontier->public : NULL);
        return status;
    }
    frontier->public.weights = frontier->weights;
    frontier->public.mean = frontier->mean;
    frontier->public.variance = frontier->variance;
    frontier->public.lambda = frontier->lambda;
    *out = &frontier->public;
    return NACRE_OK;
}

void nacre_frontier_destroy(nacre_ctx *ctx, nacre_frontier *frontier)
{
    if (!frontier)
        return;
    owned_frontier *owned = (owned_frontier *)frontier;
    nacrei_free(ctx, owned->weights, owned->weights_capacity, sizeof *owned->weights);
    nacrei_free(ctx, owned->mean, owned->mean_capacity, sizeof *owned->mean);
    nacrei_free(ctx, owned->variance, owned->variance_capacity, sizeof *owned->variance);
    nacrei_free(ctx, owned->lambda, owned->lambda_capacity, sizeof *owned->lambda);
    nacrei_free(ctx, owned, 1, sizeof *owned);
}

/// Between corners a (larger mean) and b variance is a parabola in the share t of a. Its slope at b
/// is known: d variance / d mean = 2 lambda there, on the line that leads from a to b.
static double variance_between(const nacre_frontier *frontier, size_t b, double t)
{
    double span = frontier->mean[b - 1] - frontier->mean[b];
    double slope = 2.0 * frontier->lambda[b] * span;
    double bend = frontier->variance[b - 1] - frontier->variance[b] - slope;
    return frontier->variance[b] + t * (slope + t * bend);
}

nacre_status nacre_frontier_at(const nacre_frontier *frontier, double mean, double *weights,
                               double *variance, nacre_error *err)
{
    if (!isfinite(mean))
        return nacrei_fail(err, NACRE_E_NONFINITE, "frontier: mean %g", mean);
    size_t n = frontier->assets, last = frontier->corners - 1;
    // The first corner's mean is a sum and carries rounding.
    if (mean > frontier->mean[0] + 1e-14 * fmax(1.0, fabs(frontier->mean[0])))
        return nacrei_fail(err, NACRE_E_RANGE,
                           "frontier: no permitted portfolio has mean %.17g, the largest is %.17g",
                           mean, frontier->mean[0]);
    size_t low = 0, high = last; // mean[low] >= mean > mean[high], as far as there are such
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (frontier->mean[middle] >= mean)
            low = middle;
        else
            high = middle;
    }
    double span = frontier->mean[low] - frontier->mean[high];
    double t = span > 0.0 ? (mean - frontier->mean[high]) / span : 0.0;
    t = fmin(fmax(t, 0.0), 1.0);
    const double *a = frontier->weights + low * n, *b = frontier->weights + high * n;
    for (size_t i = 0; weights && i < n; i++)
        weights[i] = b[i] + t * (a[i] - b[i]);
    if (variance)
        *variance = low == high ? frontier->variance[high] : variance_between(frontier, high, t);
    return NACRE_OK;
}
