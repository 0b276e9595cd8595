// SPDX-License-Identifier: Apache-2.0
// Rows in, estimates out. A row is checked before anything is written, so a refused one leaves
// every byte as it was, and taking it in allocates nothing. An estimate allocates and only reads.
#include "core/alloc.h"
#include "factor_stream_state.h"

#include <math.h>

static const double *rows_of(const nacre_factor_stream *stream)
{
    return nacrei_state_at(stream, nacrei_factor_stream_layout_of(&stream->options).rows);
}

static bool is_ewma(const nacre_factor_stream *stream)
{
    return stream->options.covariance.method == NACRE_COV_EWMA;
}

/// Whether all magnitudes are within the limit. Eight counters and no branch, so that it is
/// vectors.
static bool all_within(size_t count, const double *restrict values)
{
    double outside[8] = {0}, rest = 0;
    size_t i = 0;
    for (; i + 8 <= count; i += 8)
        for (size_t k = 0; k < 8; k++)
            outside[k] += fabs(values[i + k]) <= NACREI_FACTOR_RETURN_LIMIT ? 0.0 : 1.0;
    for (; i < count; i++)
        rest += fabs(values[i]) <= NACREI_FACTOR_RETURN_LIMIT ? 0.0 : 1.0;
    for (size_t k = 0; k < 8; k++)
        rest += outside[k];
    return rest == 0;
}

static nacre_status check_row(uint32_t assets, const double *returns, nacre_error *err)
{
    if (all_within(assets, returns))
        return NACRE_OK;
    uint32_t i = 0;
    while (i + 1 < assets && fabs(returns[i]) <= NACREI_FACTOR_RETURN_LIMIT)
        i++;
    return nacrei_fail(err, isfinite(returns[i]) ? NACRE_E_RANGE : NACRE_E_NONFINITE,
                       "factor stream: the return of asset %u is %g: leave the row out or fill the "
                       "gap",
                       i, returns[i]);
}

/// S = lambda S + r r' on the lower triangle.
static void decay_and_add(size_t assets, double lambda, const double *restrict row,
                          double *restrict sum)
{
    for (size_t i = 0; i < assets; i++, sum += i)
        for (size_t j = 0; j <= i; j++)
            sum[j] = lambda * sum[j] + row[i] * row[j];
}

nacre_status nacre_factor_stream_push(nacre_factor_stream *stream, int64_t time_ns,
                                      const double *returns, nacre_error *err)
{
    const nacre_factor_stream_options *options = &stream->options;
    nacre_status status =
        nacrei_state_check_time(&nacrei_factor_stream_kind, stream->time_ns, time_ns, err);
    if (!status)
        status = check_row(options->assets, returns, err);
    if (status)
        return status;
    nacrei_factor_stream_layout layout = nacrei_factor_stream_layout_of(options);
    double *rows = nacrei_state_at(stream, layout.rows);
    size_t slot = nacrei_window_push(&stream->window);
    memcpy(rows + slot * options->assets, returns, options->assets * sizeof *rows);
    stream->time_ns = time_ns;
    stream->rows++;
    if (is_ewma(stream)) {
        double lambda = options->covariance.lambda;
        stream->weight = lambda * stream->weight + 1;
        decay_and_add(options->assets, lambda, returns, nacrei_state_at(stream, layout.ewma));
    }
    return NACRE_OK;
}

bool nacre_factor_stream_due(const nacre_factor_stream *stream)
{
    return nacrei_window_is_full(&stream->window) &&
           stream->rows - stream->report.estimate.rows >= stream->options.every;
}

/// The window's rows in order of time, in one piece.
static void unroll(const nacre_factor_stream *stream, double *out)
{
    size_t assets = stream->options.assets;
    size_t behind = stream->window.capacity - stream->window.next; // rows from the oldest on
    const double *rows = rows_of(stream);
    memcpy(out, rows + stream->window.next * assets, behind * assets * sizeof *out);
    memcpy(out + behind * assets, rows, stream->window.next * assets * sizeof *out);
}

static nacre_status covariance_of(const nacre_factor_stream *stream, nacre_ctx *ctx,
                                  const double *window, double *out, nacre_covariance_info *info,
                                  nacre_error *err)
{
    const nacre_factor_stream_options *options = &stream->options;
    size_t n = options->assets;
    if (!is_ewma(stream))
        return nacre_covariance(ctx, options->window, n, window, n, &options->covariance, out, info,
                                err);
    const double *sum = nacrei_state_at(stream, nacrei_factor_stream_layout_of(options).ewma);
    for (size_t i = 0; i < n; i++, sum += i)
        for (size_t j = 0; j <= i; j++)
            out[i * n + j] = out[j * n + i] = sum[j] / stream->weight;
    *info = (nacre_covariance_info){.shrinkage = (double)NAN, .condition = (double)NAN};
    return NACRE_OK;
}

static void summarise_covariance(size_t n, const double *covariance,
                                 nacre_factor_estimate *estimate)
{
    double deviations = 0, all = 0;
    for (size_t i = 0; i < n; i++) {
        double row = 0;
        for (size_t j = 0; j < n; j++)
            row += covariance[i * n + j];
        all += row;
        deviations += sqrt(covariance[i * n + i]);
    }
    estimate->average_volatility = deviations / (double)n;
    estimate->market_volatility = sqrt(all > 0 ? all : 0) / (double)n; // rounding below 0
}

static void summarise_components(const nacre_pca *pca, uint32_t shares,
                                 nacre_factor_estimate *estimate)
{
    estimate->share_count = shares;
    for (size_t c = 0; c < shares && c < pca->components; c++)
        estimate->share[c] = pca->explained_ratio[c];
    estimate->noise_edge = pca->noise_edge;
    size_t above = 0;
    while (above < pca->components && pca->explained_variance[above] > pca->noise_edge)
        above++;
    estimate->noise = (uint32_t)(pca->assets - above);
}

static nacre_status estimate_from(const nacre_factor_stream *stream, nacre_ctx *ctx,
                                  const double *window, double *covariance,
                                  nacre_factor_estimate *estimate, nacre_error *err)
{
    const nacre_factor_stream_options *options = &stream->options;
    nacre_covariance_info info;
    nacre_pca *pca = NULL;
    nacre_status status = covariance_of(stream, ctx, window, covariance, &info, err);
    if (!status)
        status = nacre_pca_create(ctx, options->window, options->assets, window, options->assets,
                                  options->correlation, 0, &pca, err);
    if (status)
        return status;
    *estimate = (nacre_factor_estimate){
        .rows = stream->rows,
        .time_ns = stream->time_ns,
        .periods = is_ewma(stream) ? stream->rows : options->window,
        .assets = options->assets,
        .shrinkage = info.shrinkage,
        .clamped = (uint32_t)info.clamped,
    };
    summarise_covariance(options->assets, covariance, estimate);
    summarise_components(pca, options->shares, estimate);
    nacre_pca_destroy(ctx, pca);
    return NACRE_OK;
}

nacre_status nacre_factor_stream_estimate(const nacre_factor_stream *stream, nacre_ctx *ctx,
                                          nacre_factor_estimate *estimate, double *covariance,
                                          nacre_error *err)
{
    const nacre_factor_stream_options *options = &stream->options;
    size_t n = options->assets, cells = n * n;
    double *window = NULL, *matrix = NULL;
    if (!nacrei_window_is_full(&stream->window))
        return nacrei_fail(err, NACRE_E_STATE,
                           "factor stream: %u of %u rows: an estimate needs all of them",
                           stream->window.count, options->window);
    nacre_status status =
        nacrei_alloc(ctx, options->window * n, sizeof *window, "window of returns", &window, err);
    if (!status)
        status = nacrei_alloc(ctx, cells, sizeof *matrix, "covariance matrix", &matrix, err);
    if (!status) {
        unroll(stream, window);
        status = estimate_from(stream, ctx, window, matrix, estimate, err);
    }
    if (!status && covariance)
        memcpy(covariance, matrix, cells * sizeof *matrix);
    nacrei_free(ctx, window, options->window * n, sizeof *window);
    nacrei_free(ctx, matrix, cells, sizeof *matrix);
    return status;
}

nacre_status nacre_factor_stream_accept(nacre_factor_stream *stream,
                                        const nacre_factor_estimate *estimate,
                                        const nacre_factor_stream_report **report, nacre_error *err)
{
    const nacre_factor_stream_options *options = &stream->options;
    *report = NULL;
    if (estimate->assets != options->assets || estimate->share_count != options->shares ||
        estimate->periods != (is_ewma(stream) ? estimate->rows : options->window))
        return nacrei_fail(err, NACRE_E_ARG,
                           "factor stream: an estimate of %u assets, %llu rows and %u shares was "
                           "made with other options",
                           estimate->assets, (unsigned long long)estimate->periods,
                           estimate->share_count);
    if (!(estimate->average_volatility >= 0) || !(estimate->market_volatility >= 0) ||
        estimate->rows < options->window || estimate->noise > estimate->assets)
        return nacrei_fail(err, NACRE_E_ARG,
                           "factor stream: an estimate with average volatility %g, market "
                           "volatility %g, %u noise eigenvalues is none",
                           estimate->average_volatility, estimate->market_volatility,
                           estimate->noise);
    if (estimate->rows > stream->rows)
        return nacrei_fail(err, NACRE_E_STATE,
                           "factor stream: an estimate of %llu rows, the stream has %llu",
                           (unsigned long long)estimate->rows, (unsigned long long)stream->rows);
    if (estimate->rows <= stream->report.estimate.rows)
        return NACRE_OK;
    stream->report.sequence++;
    stream->report.estimate = *estimate;
    *report = &stream->report;
    return NACRE_OK;
}
