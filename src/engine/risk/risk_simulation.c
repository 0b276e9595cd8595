// SPDX-License-Identifier: Apache-2.0
// Monte Carlo. Scenario returns are r = m R z with the root R of the covariance (S = R R'), normals
// z and the t's mixing scale m, so the portfolio's loss is -m (R'w)'z: one dot product of length
// `factors` for each scenario, and no product of matrices. Tail components need the mean of m z
// over the tail only, which one product with R turns into assets; its scenarios are drawn again
// because that is cheaper than keeping z. The full returns, through gemm, are for positions that
// are not linear.
#include "core/alloc.h"
#include "core/pool.h"
#include "engine/risk/risk_draws.h"
#include "engine/risk/risk_order.h"
#include "kern/linalg/linalg.h"
#include "nacre/risk.h"

#include <math.h>
#include <string.h>

#define BLOCK NACREI_DRAW_BLOCK
#define DEFAULT_SCENARIOS 1000000u
#define DEFAULT_NU 5.0
#define NEGATIVE_SHARE 1e-10 ///< eigenvalues above minus this share of the largest are rounding

typedef struct simulation_owner {
    nacre_risk_simulation result;
    double *losses;
    double *weights; ///< assets
    double *root;    ///< assets x factors
    double *loading; ///< factors: R'w
} simulation_owner;

void nacre_risk_simulation_options_init(nacre_risk_simulation_options *options)
{
    *options = (nacre_risk_simulation_options){
        .struct_size = sizeof *options,
        .distribution = NACRE_RISK_STUDENT_T,
        .nu = DEFAULT_NU,
        .scenarios = DEFAULT_SCENARIOS,
        .seed = 1,
    };
}

void nacre_risk_simulation_destroy(nacre_ctx *ctx, nacre_risk_simulation *simulation)
{
    if (!simulation)
        return;
    simulation_owner *owner = (simulation_owner *)simulation;
    size_t assets = simulation->assets;
    nacrei_free(ctx, owner->losses, simulation->scenarios, sizeof *owner->losses);
    nacrei_free(ctx, owner->weights, assets, sizeof *owner->weights);
    nacrei_free(ctx, owner->root, assets * assets, sizeof *owner->root);
    nacrei_free(ctx, owner->loading, assets, sizeof *owner->loading);
    nacrei_free(ctx, owner, 1, sizeof *owner);
}

static nacre_status check_arguments(size_t assets, const double *weights, const double *covariance,
                                    size_t ld, const nacre_risk_simulation_options *options,
                                    nacre_error *err)
{
    if (assets == 0 || options->scenarios == 0)
        return nacrei_fail(err, NACRE_E_SHAPE, "a simulation needs an asset and a scenario");
    if (options->distribution != NACRE_RISK_NORMAL && options->distribution != NACRE_RISK_STUDENT_T)
        return nacrei_fail(err, NACRE_E_ARG, "distribution %d is unknown",
                           (int)options->distribution);
    if (options->distribution == NACRE_RISK_STUDENT_T &&
        !(options->nu > 2 && isfinite(options->nu)))
        return nacrei_fail(err, NACRE_E_ARG,
                           "nu %g: a t distribution with a variance has nu above 2", options->nu);
    for (size_t i = 0; i < assets; i++) {
        if (!isfinite(weights[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "weight %zu is %g", i, weights[i]);
        for (size_t j = 0; j <= i; j++)
            if (!isfinite(covariance[i * ld + j]))
                return nacrei_fail(err, NACRE_E_NONFINITE, "covariance row %zu column %zu is %g", i,
                                   j, covariance[i * ld + j]);
    }
    return NACRE_OK;
}

static void copy_lower(size_t n, const double *from, size_t ld, double *to)
{
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j <= i; j++)
            to[i * n + j] = to[j * n + i] = from[i * ld + j];
}

/// Root of a singular covariance: eigenvectors times the roots of the eigenvalues, by columns.
static nacre_status root_by_eigen(nacre_ctx *ctx, simulation_owner *owner, double *vectors,
                                  double *values, nacre_error *err)
{
    size_t n = owner->result.assets;
    nacre_status status = nacrei_eigen_symmetric(ctx, n, vectors, n, values, err);
    if (status)
        return status;
    double largest = values[n - 1];
    if (values[0] < -NEGATIVE_SHARE * fabs(largest))
        return nacrei_fail(err, NACRE_E_ARG,
                           "the covariance is not positive semidefinite: eigenvalue %g beside %g",
                           values[0], largest);
    for (size_t k = 0; k < n; k++) {
        owner->result.clamped += values[k] < 0;
        double scale = values[k] > 0 ? sqrt(values[k]) : 0;
        for (size_t i = 0; i < n; i++)
            owner->root[i * n + k] = scale * vectors[k * n + i];
    }
    return NACRE_OK;
}

static nacre_status make_root(nacre_ctx *ctx, simulation_owner *owner, const double *covariance,
                              size_t ld, nacre_error *err)
{
    size_t n = owner->result.assets;
    copy_lower(n, covariance, ld, owner->root);
    nacre_status status = nacrei_cholesky(n, owner->root, n, NULL);
    if (status) { // singular, or worse: the eigenvalues tell
        double *scratch;
        status = nacrei_alloc(ctx, n + 1, n * sizeof *scratch, "eigenvectors", &scratch, err);
        if (status)
            return status;
        copy_lower(n, covariance, ld, scratch);
        status = root_by_eigen(ctx, owner, scratch, scratch + n * n, err);
        nacrei_free(ctx, scratch, n + 1, n * sizeof *scratch);
        if (status)
            return status;
    }
    nacrei_gemv(true, n, n, 1, owner->root, n, owner->weights, 0, owner->loading);
    return NACRE_OK;
}

/// The mixing scales of the scenarios; 1 under a normal.
static void draw_scale(const nacre_risk_simulation *simulation, const uint64_t scenario[BLOCK],
                       double scale[BLOCK])
{
    if (simulation->distribution == NACRE_RISK_STUDENT_T) {
        nacrei_draw_mixing(simulation->seed, simulation->nu, scenario, scale);
        return;
    }
    for (size_t i = 0; i < BLOCK; i++)
        scale[i] = 1;
}

static void count_from(uint64_t first, uint64_t scenario[BLOCK])
{
    for (size_t i = 0; i < BLOCK; i++)
        scenario[i] = first + i;
}

/// Losses of one block of scenarios; the last block is drawn whole and stored in part.
static void simulate_block(void *user, size_t block)
{
    simulation_owner *owner = user;
    const nacre_risk_simulation *simulation = &owner->result;
    uint64_t first = (uint64_t)block * BLOCK;
    uint64_t scenario[BLOCK];
    count_from(first, scenario);
    double even[BLOCK], odd[BLOCK], scale[BLOCK], sum[BLOCK];
    memset(sum, 0, sizeof sum);
    size_t factors = simulation->factors;
    for (size_t j = 0; j < factors; j += 2) {
        nacrei_draw_normals(simulation->seed, j / 2, scenario, even, odd);
        double a = owner->loading[j], b = j + 1 < factors ? owner->loading[j + 1] : 0;
        for (size_t i = 0; i < BLOCK; i++)
            sum[i] += a * even[i] + b * odd[i];
    }
    draw_scale(simulation, scenario, scale);
    for (size_t i = 0; i < BLOCK; i++)
        sum[i] *= -scale[i];
    size_t left = simulation->scenarios - (size_t)first;
    memcpy(owner->losses + first, sum, (left < BLOCK ? left : BLOCK) * sizeof *sum);
}

static nacre_status allocate(nacre_ctx *ctx, simulation_owner *owner, nacre_error *err)
{
    size_t assets = owner->result.assets, cells;
    if (!nacrei_mul(assets, assets, &cells))
        return nacrei_fail(err, NACRE_E_NOMEM, "%zu assets: too many", assets);
    nacre_status status = nacrei_alloc(ctx, owner->result.scenarios, sizeof *owner->losses,
                                       "scenario losses", &owner->losses, err);
    if (!status)
        status = nacrei_alloc(ctx, assets, sizeof *owner->weights, "weights", &owner->weights, err);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof *owner->root, "root of the covariance",
                              &owner->root, err);
    if (!status)
        status = nacrei_alloc(ctx, assets, sizeof *owner->loading, "loading", &owner->loading, err);
    return status;
}

nacre_status nacre_risk_simulation_create(nacre_ctx *ctx, size_t assets, const double *weights,
                                          const double *covariance, size_t ld,
                                          const nacre_risk_simulation_options *options,
                                          nacre_risk_simulation **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = check_arguments(assets, weights, covariance, ld, options, err);
    if (status)
        return status;
    simulation_owner *owner;
    status = nacrei_alloc(ctx, 1, sizeof *owner, "simulation", &owner, err);
    if (status)
        return status;
    owner->result = (nacre_risk_simulation){
        .scenarios = options->scenarios,
        .assets = assets,
        .factors = assets,
        .distribution = options->distribution,
        .nu = options->distribution == NACRE_RISK_STUDENT_T ? options->nu : (double)NAN,
        .seed = options->seed,
    };
    status = allocate(ctx, owner, err);
    if (!status) {
        memcpy(owner->weights, weights, assets * sizeof *weights);
        status = make_root(ctx, owner, covariance, ld, err);
    }
    if (status) {
        nacre_risk_simulation_destroy(ctx, &owner->result);
        return status;
    }
    nacrei_pool_for(ctx->pool, (options->scenarios - 1) / BLOCK + 1, simulate_block, owner);
    owner->result.losses = owner->losses;
    *out = &owner->result;
    return NACRE_OK;
}

/// Tail scenarios that wait to be drawn again, and the weighted sums of their m z.
typedef struct tail_batch {
    const nacre_risk_simulation *simulation;
    size_t count;
    uint64_t scenario[BLOCK];
    double es_weight[BLOCK], var_weight[BLOCK];
    double *es_sum, *var_sum; ///< factors each
} tail_batch;

/// Draws the waiting scenarios and adds them up in their order.
static void flush_batch(tail_batch *batch)
{
    const nacre_risk_simulation *simulation = batch->simulation;
    double scale[BLOCK], even[BLOCK], odd[BLOCK];
    if (batch->count == 0)
        return;
    for (size_t i = batch->count; i < BLOCK; i++)
        batch->scenario[i] = batch->scenario[0]; // a full block is drawn anyway
    draw_scale(simulation, batch->scenario, scale);
    for (size_t j = 0; j < simulation->factors; j += 2) {
        nacrei_draw_normals(simulation->seed, j / 2, batch->scenario, even, odd);
        double es[2] = {0, 0}, var[2] = {0, 0};
        for (size_t i = 0; i < batch->count; i++) {
            double es_scale = batch->es_weight[i] * scale[i];
            double var_scale = batch->var_weight[i] * scale[i];
            es[0] += es_scale * even[i];
            es[1] += es_scale * odd[i];
            var[0] += var_scale * even[i];
            var[1] += var_scale * odd[i];
        }
        for (size_t k = 0; k < 2 && j + k < simulation->factors; k++) {
            batch->es_sum[j + k] += es[k];
            batch->var_sum[j + k] += var[k];
        }
    }
    batch->count = 0;
}

/// Sums of m z over the tail (the first `factors` of `sums`) and over VaR's band (the rest).
static void sum_tail(const nacre_risk_simulation *simulation, const nacrei_tail *from,
                     const nacre_risk_tail *tail, double *sums)
{
    tail_batch batch = {
        .simulation = simulation, .es_sum = sums, .var_sum = sums + simulation->factors};
    double lowest =
        tail->component_var && from->band_low < from->var.value ? from->band_low : from->var.value;
    for (size_t i = 0; i < simulation->scenarios; i++) {
        double loss = simulation->losses[i];
        if (loss < lowest)
            continue;
        batch.scenario[batch.count] = i;
        batch.es_weight[batch.count] = nacrei_tail_weight(from, loss);
        batch.var_weight[batch.count] = tail->component_var ? nacrei_band_weight(from, loss) : 0;
        if (++batch.count == BLOCK)
            flush_batch(&batch);
    }
    flush_batch(&batch);
}

/// Asset losses -w_i (R s)_i of a mean m z.
static void to_assets(const simulation_owner *owner, const double *sum, double *components)
{
    size_t n = owner->result.assets;
    nacrei_gemv(false, n, n, 1, owner->root, n, sum, 0, components);
    for (size_t i = 0; i < n; i++)
        components[i] *= -owner->weights[i];
}

nacre_status nacre_risk_simulation_tail(nacre_ctx *ctx, const nacre_risk_simulation *simulation,
                                        double level, nacre_risk_tail *tail, nacre_error *err)
{
    const simulation_owner *owner = (const simulation_owner *)simulation;
    nacrei_tail from;
    nacre_status status = nacrei_tail_of(ctx, simulation->scenarios, simulation->losses, level,
                                         tail->band, &from, err);
    if (!status)
        status = nacrei_tail_check(&from, tail, err);
    if (status)
        return status;
    if (!tail->component_es && !tail->component_var) {
        nacrei_tail_finish(&from, 0, tail);
        return NACRE_OK;
    }
    size_t factors = simulation->factors;
    double *sums;
    status = nacrei_alloc(ctx, factors, 2 * sizeof *sums, "tail means", &sums, err);
    if (status)
        return status;
    sum_tail(simulation, &from, tail, sums);
    if (tail->component_es)
        to_assets(owner, sums, tail->component_es);
    if (tail->component_var)
        to_assets(owner, sums + factors, tail->component_var);
    nacrei_free(ctx, sums, factors, 2 * sizeof *sums);
    nacrei_tail_finish(&from, simulation->assets, tail);
    return NACRE_OK;
}

nacre_status nacre_risk_simulation_returns(nacre_ctx *ctx, const nacre_risk_simulation *simulation,
                                           size_t first, size_t count, double *out, size_t ld,
                                           nacre_error *err)
{
    const simulation_owner *owner = (const simulation_owner *)simulation;
    size_t n = simulation->assets, factors = simulation->factors;
    if (first > simulation->scenarios || count > simulation->scenarios - first || ld < n)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "scenarios %zu to %zu with rows of %zu: there are %zu of %zu assets",
                           first, first + count, ld, simulation->scenarios, n);
    // One more row than factors: odd numbers of factors still draw pairs.
    size_t rows = factors + 1;
    double *z;
    nacre_status status = nacrei_alloc(ctx, rows, BLOCK * sizeof *z, "normals of a block", &z, err);
    if (status)
        return status;
    for (size_t at = first; at < first + count;) {
        size_t begin = at / BLOCK * BLOCK, skip = at - begin;
        size_t take = BLOCK - skip < first + count - at ? BLOCK - skip : first + count - at;
        uint64_t scenario[BLOCK];
        double scale[BLOCK];
        count_from(begin, scenario);
        draw_scale(simulation, scenario, scale);
        for (size_t j = 0; j < factors; j += 2)
            nacrei_draw_normals(simulation->seed, j / 2, scenario, z + j * BLOCK,
                                z + (j + 1) * BLOCK);
        for (size_t j = 0; j < factors; j++)
            for (size_t i = 0; i < BLOCK; i++)
                z[j * BLOCK + i] *= scale[i];
        nacrei_gemm(true, true, take, n, factors, 1, z + skip, BLOCK, owner->root, factors, 0,
                    out + (at - first) * ld, ld);
        at += take;
    }
    nacrei_free(ctx, z, rows, BLOCK * sizeof *z);
    return NACRE_OK;
}
