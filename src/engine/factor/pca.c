// SPDX-License-Identifier: Apache-2.0
// Principal components: the spectrum of the covariance or correlation matrix in the units of the
// returns, with loadings, scores, degenerate subspaces and the noise edge.
#include "covariance_methods.h"
#include "kern/linalg/linalg.h"
#include "nacre/factor.h"
#include "spectrum.h"

#include <math.h>
#include <string.h>

/// Eigenvalues closer than this (relative) have no eigenvectors of their own, only a common space.
#define SUBSPACE_GAP 1e-6

/// The public part and what it points into.
typedef struct pca_state {
    nacre_pca pca;
    size_t cells;    ///< of `block`
    double *block;   ///< explained variance, ratio, vectors, loadings, scores
    double *vectors; ///< inside `block`, writable for the signs
    double *loadings;
    double *scores;
    uint32_t *subspace;
} pca_state;

static nacre_status allocate(nacre_ctx *ctx, size_t periods, size_t assets, size_t components,
                             pca_state **out, nacre_error *err)
{
    pca_state *state;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *state, "principal components", &state, err);
    if (status)
        return status;
    state->pca.periods = periods;
    state->pca.assets = assets;
    state->pca.components = components;
    state->cells = components * (2 + 2 * assets + periods);
    status =
        nacrei_alloc(ctx, state->cells, sizeof(double), "principal components", &state->block, err);
    if (!status)
        status =
            nacrei_alloc(ctx, components, sizeof(uint32_t), "subspaces", &state->subspace, err);
    if (status) {
        nacre_pca_destroy(ctx, &state->pca);
        return status;
    }
    state->vectors = state->block + 2 * components;
    state->loadings = state->vectors + components * assets;
    state->scores = state->loadings + assets * components;
    state->pca.explained_variance = state->block;
    state->pca.explained_ratio = state->block + components;
    state->pca.vectors = state->vectors;
    state->pca.loadings = state->loadings;
    state->pca.scores = state->scores;
    state->pca.subspace = state->subspace;
    *out = state;
    return NACRE_OK;
}

/// @param exponent  of the scale of the values: 0 for correlations
static void fill(pca_state *state, const nacrei_factor_data *data, const nacrei_spectrum *s,
                 int exponent)
{
    nacre_pca *pca = &state->pca;
    size_t k = pca->components, n = pca->assets;
    memcpy(state->vectors, s->vector, k * n * sizeof *s->vector);
    nacrei_gemm(false, true, pca->periods, k, n, ldexp(1.0, exponent), data->y, n, s->vector, n,
                0.0, state->scores, k);
    for (size_t c = 0; c < k; c++) {
        double value = s->value[c];
        state->block[c] = ldexp(value, 2 * exponent);
        state->block[k + c] = value / s->trace;
        bool apart = c > 0 && s->value[c - 1] - value > SUBSPACE_GAP * s->value[c - 1];
        state->subspace[c] = c == 0 ? 0 : state->subspace[c - 1] + apart;
        double root = ldexp(sqrt(value), exponent);
        for (size_t i = 0; i < n; i++)
            state->loadings[i * k + c] = s->vector[c * n + i] * root;
    }
    pca->total_variance = ldexp(s->trace, 2 * exponent);
    pca->noise_edge =
        ldexp(s->trace / (double)n * nacrei_noise_edge(pca->periods, n), 2 * exponent);
    pca->clamped = s->clamped;
}

static nacre_status standardise(nacre_ctx *ctx, nacrei_factor_data *data, nacre_error *err)
{
    double *volatility;
    nacre_status status =
        nacrei_alloc(ctx, data->assets, sizeof *volatility, "volatilities", &volatility, err);
    if (status)
        return status;
    status = nacrei_factor_standardise(data, (double)data->periods - 1.0, volatility, err);
    nacrei_free(ctx, volatility, data->assets, sizeof *volatility);
    return status;
}

nacre_status nacre_pca_create(nacre_ctx *ctx, size_t periods, size_t assets, const double *returns,
                              size_t ld, bool correlation, size_t components, nacre_pca **out,
                              nacre_error *err)
{
    nacrei_factor_data data;
    nacrei_spectrum spectrum = {0};
    pca_state *state = NULL;
    *out = NULL;
    nacre_status status = nacrei_factor_load(ctx, periods, assets, returns, ld, true, &data, err);
    if (status)
        return status;
    if (correlation)
        status = standardise(ctx, &data, err);
    if (!status)
        status = nacrei_spectrum_create(ctx, &data, (double)periods - 1.0, &spectrum, err);
    if (!status) {
        size_t kept = components && components < spectrum.count ? components : spectrum.count;
        status = allocate(ctx, periods, assets, kept, &state, err);
    }
    if (!status) {
        fill(state, &data, &spectrum, correlation ? 0 : data.exponent);
        state->pca.correlation = correlation;
        if (!isfinite(state->pca.total_variance)) {
            status = nacrei_fail(err, NACRE_E_RANGE,
                                 "returns: their variance overflows; the values are no returns");
            nacre_pca_destroy(ctx, &state->pca);
        } else {
            *out = &state->pca;
        }
    }
    nacrei_spectrum_destroy(ctx, &spectrum);
    nacrei_factor_unload(ctx, &data);
    return status;
}

nacre_status nacre_pca_align(nacre_pca *pca, size_t components, size_t assets,
                             const double *previous, nacre_error *err)
{
    pca_state *state = (pca_state *)pca;
    if (assets != pca->assets)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "the previous components have %zu assets, these have %zu", assets,
                           pca->assets);
    size_t k = pca->components;
    for (size_t c = 0; c < k && c < components; c++) {
        double product = 0.0;
        for (size_t i = 0; i < assets; i++)
            product += previous[c * assets + i] * state->vectors[c * assets + i];
        if (!(product < 0.0))
            continue;
        for (size_t i = 0; i < assets; i++) {
            state->vectors[c * assets + i] = -state->vectors[c * assets + i];
            state->loadings[i * k + c] = -state->loadings[i * k + c];
        }
        for (size_t t = 0; t < pca->periods; t++)
            state->scores[t * k + c] = -state->scores[t * k + c];
    }
    return NACRE_OK;
}

void nacre_pca_destroy(nacre_ctx *ctx, nacre_pca *pca)
{
    if (!pca)
        return;
    pca_state *state = (pca_state *)pca;
    nacrei_free(ctx, state->block, state->cells, sizeof *state->block);
    nacrei_free(ctx, state->subspace, pca->components, sizeof *state->subspace);
    nacrei_free(ctx, state, 1, sizeof *state);
}
