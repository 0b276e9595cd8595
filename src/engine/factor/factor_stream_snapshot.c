// SPDX-License-Identifier: Apache-2.0
// A factor stream as a block of bytes: options, places, the first state, seal and restore.
#include "factor_stream_state.h"

#include <math.h>

const nacrei_state_kind nacrei_factor_stream_kind = {
    .name = "factor",
    .prefix = "nacre_factor_stream",
    .inputs = "returns",
    .magic = UINT64_C(0x31544341464E), // "NFACT1"
    .version = 1,
    .header_bytes = sizeof(nacre_factor_stream),
};

void nacre_factor_stream_options_init(nacre_factor_stream_options *options)
{
    *options = (nacre_factor_stream_options){
        .struct_size = sizeof *options,
        .window = 252,
        .every = 1,
        .shares = 5,
    };
    nacre_covariance_options_init(&options->covariance);
}

static nacre_status check_covariance(const nacre_covariance_options *options, nacre_error *err)
{
    if (options->struct_size != sizeof *options || !nacrei_state_is_bool(&options->divisor_n))
        return nacrei_fail(err, NACRE_E_ARG,
                           "nacre_covariance_options: struct_size %u is not %zu; call "
                           "nacre_covariance_options_init",
                           options->struct_size, sizeof *options);
    if (!nacre_covariance_method_name(options->method))
        return nacrei_fail(err, NACRE_E_ARG, "factor stream: covariance method %d does not exist",
                           (int)options->method);
    if (options->method == NACRE_COV_EWMA && !(options->lambda > 0 && options->lambda < 1))
        return nacrei_fail(err, NACRE_E_ARG, "factor stream: lambda %g is not between 0 and 1",
                           options->lambda);
    return NACRE_OK;
}

static nacre_status check_options(const nacre_factor_stream_options *given, nacre_error *err)
{
    if (given->struct_size != sizeof *given)
        return nacrei_fail(err, NACRE_E_ARG,
                           "nacre_factor_stream_options: struct_size %u is not %zu; call "
                           "nacre_factor_stream_options_init",
                           given->struct_size, sizeof *given);
    const struct {
        const char *name;
        uint32_t value, low, high;
    } ranges[] = {
        {"assets", given->assets, 1, NACREI_STREAM_ASSETS_MAX},
        {"window", given->window, 2, NACREI_STREAM_WINDOW_MAX},
        {"every", given->every, 1, UINT32_MAX},
        {"shares", given->shares, 1, NACRE_FACTOR_STREAM_SHARES},
        {"correlation", given->correlation, 0, 1},
    };
    nacre_status status = NACRE_OK;
    for (size_t i = 0; !status && i < sizeof ranges / sizeof ranges[0]; i++)
        status = nacrei_state_check_option(&nacrei_factor_stream_kind, ranges[i].name,
                                           ranges[i].value, ranges[i].low, ranges[i].high, err);
    return status ? status : check_covariance(&given->covariance, err);
}

nacrei_factor_stream_layout
nacrei_factor_stream_layout_of(const nacre_factor_stream_options *options)
{
    size_t n = options->assets;
    size_t cells = options->covariance.method == NACRE_COV_EWMA ? n * (n + 1) / 2 : 0;
    nacrei_factor_stream_layout layout = {.total = sizeof(nacre_factor_stream)};
    layout.rows = nacrei_state_place(&layout.total, options->window * n, sizeof(double));
    layout.ewma = nacrei_state_place(&layout.total, cells, sizeof(double));
    return layout;
}

size_t nacre_factor_stream_bytes(const nacre_factor_stream_options *options)
{
    return check_options(options, NULL) ? 0 : nacrei_factor_stream_layout_of(options).total;
}

nacre_status nacre_factor_stream_init(void *memory, size_t bytes,
                                      const nacre_factor_stream_options *options,
                                      nacre_factor_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = check_options(options, err);
    if (status)
        return status;
    size_t total = nacrei_factor_stream_layout_of(options).total;
    status = nacrei_state_check_memory(&nacrei_factor_stream_kind, memory, bytes, total, err);
    if (status)
        return status;
    nacrei_state_begin(&nacrei_factor_stream_kind, memory, total);
    nacre_factor_stream *stream = memory;
    stream->options = *options;
    stream->window.capacity = options->window;
    stream->time_ns = INT64_MIN;
    *out = stream;
    return NACRE_OK;
}

const nacre_factor_stream_report *nacre_factor_stream_last(const nacre_factor_stream *stream)
{
    return &stream->report;
}

void nacre_factor_stream_seal(nacre_factor_stream *stream)
{
    nacrei_state_seal(&stream->header);
}

/// Everything that push and estimate rely on. Returns are numbers like any other there.
static bool holds(const nacre_factor_stream *stream)
{
    const nacre_factor_stream_options *options = &stream->options;
    uint64_t held = stream->rows < options->window ? stream->rows : options->window;
    return stream->header.bytes == nacrei_factor_stream_layout_of(options).total &&
           nacrei_window_holds(&stream->window, options->window) && stream->window.count == held &&
           stream->report.estimate.rows <= stream->rows;
}

static bool same_covariance(const nacre_covariance_options *a, const nacre_covariance_options *b)
{
    return a->method == b->method && a->divisor_n == b->divisor_n &&
           (a->method != NACRE_COV_EWMA || a->lambda == b->lambda);
}

nacre_status nacre_factor_stream_restore(void *memory, size_t bytes,
                                         const nacre_factor_stream_options *expected,
                                         nacre_factor_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_state_open(&nacrei_factor_stream_kind, memory, bytes, err);
    if (status)
        return status;
    nacre_factor_stream *stream = memory;
    const nacre_factor_stream_options *made = &stream->options;
    if (check_options(made, NULL) || !holds(stream))
        return nacrei_state_refuse(&nacrei_factor_stream_kind, err);
    if (expected && (made->assets != expected->assets || made->window != expected->window))
        return nacrei_fail(err, NACRE_E_STATE,
                           "the factor snapshot has %u assets and a window of %u, expected are %u "
                           "and %u",
                           made->assets, made->window, expected->assets, expected->window);
    if (expected && (made->every != expected->every || made->shares != expected->shares ||
                     made->correlation != expected->correlation ||
                     !same_covariance(&made->covariance, &expected->covariance)))
        return nacrei_fail(err, NACRE_E_STATE,
                           "the factor snapshot was made with another estimator, interval or "
                           "number of shares than expected");
    *out = stream;
    return NACRE_OK;
}
