// SPDX-License-Identifier: Apache-2.0
// Expected returns that a market portfolio implies, and what opinions make of them. The posterior
// is written as an update of the equilibrium, so that nothing is divided by the variance of a view
// and a view that is certain (variance 0) is met exactly. The one matrix that is factored has the
// size of the views, not of the assets.
#include "core/alloc.h"
#include "kern/linalg/linalg.h"
#include "nacre/optimize.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/// Share of a view's variance that the views before it must leave open: below it is their
/// repetition, and rounding would decide the answer.
#define OPEN_SHARE 1e-12

static nacre_status check_covariance(const char *who, size_t n, const double *covariance,
                                     nacre_error *err)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            if (!isfinite(covariance[i * n + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE,
                                   "%s: covariance of assets %zu and %zu is %g", who, i, j,
                                   covariance[i * n + j]);
    return NACRE_OK;
}

nacre_status nacre_portfolio_equilibrium(size_t n, const double *covariance, const double *weights,
                                         double risk_aversion, double *out, nacre_error *err)
{
    if (!isfinite(risk_aversion))
        return nacrei_fail(err, NACRE_E_NONFINITE, "equilibrium: risk aversion is %g",
                           risk_aversion);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(weights[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "equilibrium: weight of asset %zu is %g", i,
                               weights[i]);
    nacre_status status = check_covariance("equilibrium", n, covariance, err);
    if (!status)
        nacrei_gemv(false, n, n, risk_aversion, covariance, n, weights, 0.0, out);
    return status;
}

typedef struct posterior {
    size_t n, views;
    const double *covariance, *equilibrium, *pick;
    double tau;
    double *spread; // views x n: tau P S, then L^-1 D tau P S
    double *system; // views x views: P tau S P' + Omega with unit diagonal, then its factor L
    double *scale;  // views: D, one over the root of its diagonal
    double *gap;    // views: q - P pi, then L^-1 D (q - P pi)
    double *mean;   // n
} posterior;

static const char *view_name(const nacre_portfolio_views *views, size_t v, char *room, size_t bytes)
{
    if (views->names)
        return views->names[v];
    (void)snprintf(room, bytes, "%zu", v);
    return room;
}

static nacre_status check_view(const nacre_portfolio_views *views, size_t n, size_t v,
                               nacre_error *err)
{
    char room[24];
    const char *name = view_name(views, v, room, sizeof room);
    if (!isfinite(views->expected[v]))
        return nacrei_fail(err, NACRE_E_NONFINITE, "view %s expects %g", name, views->expected[v]);
    for (size_t i = 0; i < n; i++)
        if (!isfinite(views->pick[v * n + i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "view %s: coefficient of asset %zu is %g",
                               name, i, views->pick[v * n + i]);
    if (views->variance && !isfinite(views->variance[v]))
        return nacrei_fail(err, NACRE_E_NONFINITE, "view %s: variance is %g", name,
                           views->variance[v]);
    if (views->variance && views->variance[v] < 0.0)
        return nacrei_fail(err, NACRE_E_ARG, "view %s: variance %g is negative", name,
                           views->variance[v]);
    if (views->confidence && !(views->confidence[v] > 0.0 && views->confidence[v] <= 1.0))
        return nacrei_fail(err, NACRE_E_ARG,
                           "view %s: confidence %g is not in (0, 1]; leave the view out to ignore "
                           "it",
                           name, views->confidence[v]);
    return NACRE_OK;
}

static nacre_status check_views(size_t n, const nacre_portfolio_views *views, double tau,
                                nacre_error *err)
{
    if (!(tau > 0.0) || !isfinite(tau))
        return nacrei_fail(err, NACRE_E_ARG, "views: tau %g is not positive", tau);
    if (n == 0 || n > INT32_MAX || views->count > INT32_MAX)
        return nacrei_fail(err, NACRE_E_SHAPE, "views: %zu on %zu assets", views->count, n);
    if (views->variance && views->confidence)
        return nacrei_fail(err, NACRE_E_ARG, "views: give variances or confidences, not both");
    for (size_t v = 0; v < views->count; v++) {
        nacre_status status = check_view(views, n, v, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

/// spread = tau P S and system = P tau S P' + Omega, scaled to a unit diagonal.
static nacre_status build(posterior *p, const nacre_portfolio_views *views, nacre_error *err)
{
    size_t n = p->n, k = p->views;
    nacrei_gemm(false, false, k, n, n, p->tau, p->pick, n, p->covariance, n, 0.0, p->spread, n);
    nacrei_gemm(false, true, k, k, n, 1.0, p->spread, n, p->pick, n, 0.0, p->system, k);
    for (size_t v = 0; v < k; v++) {
        double *own = p->system + v * k + v;
        char room[24];
        if (!(*own > 0.0))
            return nacrei_fail(err, NACRE_E_ARG,
                               "view %s has variance %g under the covariance: name an asset that "
                               "varies",
                               view_name(views, v, room, sizeof room), *own);
        double confidence = views->confidence ? views->confidence[v] : 0.5;
        *own += views->variance ? views->variance[v] : (1.0 - confidence) / confidence * *own;
        p->scale[v] = 1.0 / sqrt(*own);
    }
    for (size_t v = 0; v < k; v++) {
        for (size_t u = 0; u <= v; u++)
            p->system[v * k + u] *= p->scale[v] * p->scale[u];
        for (size_t i = 0; i < n; i++)
            p->spread[v * n + i] *= p->scale[v];
    }
    return NACRE_OK;
}

/// Cholesky row by row: views are few, and the pivot that fails names the view.
static nacre_status factor(posterior *p, const nacre_portfolio_views *views, nacre_error *err)
{
    size_t k = p->views;
    for (size_t v = 0; v < k; v++) {
        double *row = p->system + v * k, left = row[v];
        for (size_t u = 0; u < v; u++) {
            const double *above = p->system + u * k;
            double sum = row[u];
            for (size_t w = 0; w < u; w++)
                sum -= row[w] * above[w];
            row[u] = sum / above[u];
            left -= row[u] * row[u];
        }
        char room[24];
        if (!(left > OPEN_SHARE))
            return nacrei_fail(err, NACRE_E_ARG,
                               "view %s repeats or contradicts views that are certain: lower a "
                               "confidence or leave it out",
                               view_name(views, v, room, sizeof room));
        row[v] = sqrt(left);
    }
    return NACRE_OK;
}

static void update(posterior *p, const nacre_portfolio_views *views)
{
    size_t n = p->n, k = p->views;
    memcpy(p->mean, p->equilibrium, n * sizeof *p->mean);
    nacrei_gemv(false, k, n, 1.0, p->pick, n, p->equilibrium, 0.0, p->gap);
    for (size_t v = 0; v < k; v++)
        p->gap[v] = p->scale[v] * (views->expected[v] - p->gap[v]);
    nacrei_trsm_lower(k, p->system, k, false, 1, p->gap, 1);
    nacrei_trsm_lower(k, p->system, k, false, n, p->spread, n);
    nacrei_gemv(true, k, n, 1.0, p->spread, n, p->gap, 1.0, p->mean);
}

nacre_status nacre_portfolio_posterior(nacre_ctx *ctx, size_t n, const double *covariance,
                                       const double *equilibrium,
                                       const nacre_portfolio_views *views, double tau, double *mean,
                                       double *posterior_covariance, nacre_error *err)
{
    size_t k = views->count;
    posterior p = {.n = n,
                   .views = k,
                   .covariance = covariance,
                   .equilibrium = equilibrium,
                   .pick = views->pick,
                   .tau = tau};
    nacre_status status = check_views(n, views, tau, err);
    if (!status)
        status = check_covariance("views", n, covariance, err);
    for (size_t i = 0; !status && i < n; i++)
        if (!isfinite(equilibrium[i]))
            status = nacrei_fail(err, NACRE_E_NONFINITE,
                                 "views: equilibrium return of asset %zu is %g", i, equilibrium[i]);
    if (status)
        return status;
    status = nacrei_alloc(ctx, k * n, sizeof(double), "views", &p.spread, err);
    if (!status)
        status = nacrei_alloc(ctx, k * k, sizeof(double), "views", &p.system, err);
    if (!status)
        status = nacrei_alloc(ctx, k, sizeof(double), "views", &p.scale, err);
    if (!status)
        status = nacrei_alloc(ctx, k, sizeof(double), "views", &p.gap, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof(double), "views", &p.mean, err);
    if (!status)
        status = build(&p, views, err);
    if (!status)
        status = factor(&p, views, err);
    if (!status) {
        update(&p, views);
        memcpy(mean, p.mean, n * sizeof *mean);
        for (size_t i = 0; posterior_covariance && i < n * n; i++)
            posterior_covariance[i] = (1.0 + tau) * covariance[i];
        if (posterior_covariance)
            nacrei_syrk(true, n, k, -1.0, p.spread, n, 1.0, posterior_covariance, n);
    }
    nacrei_free(ctx, p.mean, n, sizeof(double));
    nacrei_free(ctx, p.gap, k, sizeof(double));
    nacrei_free(ctx, p.scale, k, sizeof(double));
    nacrei_free(ctx, p.system, k * k, sizeof(double));
    nacrei_free(ctx, p.spread, k * n, sizeof(double));
    return status;
}
