// SPDX-License-Identifier: Apache-2.0
// A risk stream as a block of bytes: options, places, the first state, seal and restore. What a
// restored state must satisfy is what the events rely on, so that no forged one reads outside the
// block or overflows an integer.
#include "engine/risk/risk_stream_state.h"

#include <math.h>

const nacrei_state_kind nacrei_risk_stream_kind = {
    .name = "risk",
    .prefix = "nacre_risk_stream",
    .inputs = "fills and bars",
    .magic = UINT64_C(0x314B5349524E), // "NRISK1"
    .version = 1,
    .header_bytes = sizeof(nacre_risk_stream),
};

const char *nacre_risk_stream_figure_name(nacre_risk_stream_figure figure)
{
    static const char *const names[NACRE_RISK_STREAM_FIGURES] = {"var", "es", "volatility", "gross",
                                                                 "loss"};
    return (size_t)figure < NACRE_RISK_STREAM_FIGURES ? names[figure] : NULL;
}

void nacre_risk_stream_options_init(nacre_risk_stream_options *options)
{
    *options = (nacre_risk_stream_options){
        .struct_size = sizeof *options,
        .window = 500,
        .level_count = 2,
        .level = {0.99, 0.975},
        .lambda = 0.94,
    };
}

static nacre_status check_numbers(const nacre_risk_stream_options *options, nacre_error *err)
{
    if ((unsigned)options->positions > NACRE_RISK_WEIGHTS)
        return nacrei_fail(err, NACRE_E_ARG,
                           "risk stream: positions %d are neither shares nor "
                           "weights",
                           (int)options->positions);
    if (!(options->lambda >= 0 && options->lambda < 1))
        return nacrei_fail(err, NACRE_E_ARG, "risk stream: lambda %g is not in [0, 1)",
                           options->lambda);
    for (uint32_t f = 0; f < NACRE_RISK_STREAM_FIGURES; f++)
        if (!(options->limit[f] >= 0 && isfinite(options->limit[f])))
            return nacrei_fail(err, NACRE_E_ARG, "risk stream: the limit of %s is %g, not >= 0",
                               nacre_risk_stream_figure_name((nacre_risk_stream_figure)f),
                               options->limit[f]);
    return NACRE_OK;
}

/// Checks the options; gives them with unused levels zeroed, and the ranks of every level.
static nacre_status resolve(const nacre_risk_stream_options *given, nacre_risk_stream_options *out,
                            nacrei_tail_ranks *ranks, nacre_error *err)
{
    const nacrei_state_kind *kind = &nacrei_risk_stream_kind;
    if (given->struct_size != sizeof *given)
        return nacrei_fail(err, NACRE_E_ARG,
                           "nacre_risk_stream_options: struct_size %u is not %zu; call "
                           "nacre_risk_stream_options_init",
                           given->struct_size, sizeof *given);
    nacre_status status =
        nacrei_state_check_option(kind, "assets", given->assets, 1, NACREI_STREAM_ASSETS_MAX, err);
    if (!status)
        status = nacrei_state_check_option(kind, "window", given->window, 2,
                                           NACREI_STREAM_WINDOW_MAX, err);
    if (!status)
        status = nacrei_state_check_option(kind, "level_count", given->level_count, 1,
                                           NACRE_RISK_STREAM_LEVELS, err);
    if (!status)
        status = check_numbers(given, err);
    for (uint32_t k = 0; !status && k < given->level_count; k++)
        status = nacrei_tail_ranks_of(given->window, given->level[k], &ranks[k], err);
    if (status)
        return status;
    *out = *given;
    for (uint32_t k = given->level_count; k < NACRE_RISK_STREAM_LEVELS; k++)
        out->level[k] = 0;
    return NACRE_OK;
}

nacrei_risk_stream_layout nacrei_risk_stream_layout_of(const nacre_risk_stream_options *options)
{
    size_t n = options->assets, w = options->window;
    nacrei_risk_stream_layout layout = {.total = sizeof(nacre_risk_stream)};
    layout.price = nacrei_state_place(&layout.total, n, sizeof(int64_t));
    layout.shares = nacrei_state_place(&layout.total, n, sizeof(int64_t));
    layout.exposure = nacrei_state_place(&layout.total, n, sizeof(double));
    layout.rows = nacrei_state_place(&layout.total, w * n, sizeof(double));
    layout.losses = nacrei_state_place(&layout.total, w, sizeof(double));
    layout.sorted = nacrei_state_place(&layout.total, w, sizeof(double));
    return layout;
}

size_t nacre_risk_stream_bytes(const nacre_risk_stream_options *options)
{
    nacre_risk_stream_options resolved;
    nacrei_tail_ranks ranks[NACRE_RISK_STREAM_LEVELS];
    if (resolve(options, &resolved, ranks, NULL))
        return 0;
    return nacrei_risk_stream_layout_of(&resolved).total;
}

static void blank_report(const nacre_risk_stream_options *options, nacre_risk_stream_report *report)
{
    const nacre_risk_figure none = {(double)NAN, (double)NAN, (double)NAN, (double)NAN};
    report->level_count = options->level_count;
    report->volatility = (double)NAN;
    for (uint32_t k = 0; k < options->level_count; k++) {
        report->level[k].level = options->level[k];
        report->level[k].var = report->level[k].es = none;
    }
}

nacre_status nacre_risk_stream_init(void *memory, size_t bytes,
                                    const nacre_risk_stream_options *options,
                                    nacre_risk_stream **out, nacre_error *err)
{
    nacre_risk_stream_options resolved;
    nacrei_tail_ranks ranks[NACRE_RISK_STREAM_LEVELS] = {0};
    *out = NULL;
    nacre_status status = resolve(options, &resolved, ranks, err);
    if (status)
        return status;
    size_t total = nacrei_risk_stream_layout_of(&resolved).total;
    status = nacrei_state_check_memory(&nacrei_risk_stream_kind, memory, bytes, total, err);
    if (status)
        return status;
    nacrei_state_begin(&nacrei_risk_stream_kind, memory, total);
    nacre_risk_stream *stream = memory;
    stream->options = resolved;
    stream->window.capacity = resolved.window;
    stream->time_ns = INT64_MIN;
    memcpy(stream->ranks, ranks, sizeof ranks);
    blank_report(&resolved, &stream->report);
    *out = stream;
    return NACRE_OK;
}

const nacre_risk_stream_report *nacre_risk_stream_last(const nacre_risk_stream *stream)
{
    return &stream->report;
}

const int64_t *nacre_risk_stream_shares(const nacre_risk_stream *stream)
{
    return nacrei_state_at(stream, nacrei_risk_stream_layout_of(&stream->options).shares);
}

nacre_status nacre_risk_stream_kupiec(const nacre_risk_stream *stream, uint32_t level,
                                      nacre_risk_test *test, nacre_error *err)
{
    if (level >= stream->options.level_count)
        return nacrei_fail(err, NACRE_E_ARG, "risk stream: level number %u, there are %u (from 0)",
                           level, stream->options.level_count);
    const nacre_risk_stream_level *at = &stream->report.level[level];
    return nacre_risk_kupiec(at->observations, at->exceptions, 1 - at->level, test, err);
}

void nacre_risk_stream_seal(nacre_risk_stream *stream)
{
    nacrei_state_seal(&stream->header);
}

static bool are_finite(const double *values, size_t count)
{
    double sum = 0;
    for (size_t i = 0; i < count; i++)
        sum += values[i] - values[i]; // 0, or NaN for NaN and infinity
    return sum == 0;
}

static bool is_money(nacrei_i128 value)
{
    return value < NACREI_RISK_MONEY_LIMIT && value > -NACREI_RISK_MONEY_LIMIT;
}

static bool assets_hold(const nacre_risk_stream *stream, const nacrei_risk_stream_layout *layout)
{
    const int64_t *price = nacrei_state_at(stream, layout->price);
    const int64_t *shares = nacrei_state_at(stream, layout->shares);
    const double *exposure = nacrei_state_at(stream, layout->exposure);
    bool any = stream->report.bars > 0;
    for (uint32_t i = 0; i < stream->options.assets; i++)
        if ((any ? price[i] <= 0 : price[i] != 0) || shares[i] >= NACREI_RISK_SHARES_LIMIT ||
            shares[i] <= -NACREI_RISK_SHARES_LIMIT || !(fabs(exposure[i]) <= 0x1p110))
            return false;
    return true;
}

/// Everything that the events rely on.
static bool holds(const nacre_risk_stream *stream, const nacrei_tail_ranks *ranks)
{
    nacrei_risk_stream_layout layout = nacrei_risk_stream_layout_of(&stream->options);
    size_t window = stream->options.window, rows = stream->window.count;
    if (stream->header.bytes != layout.total ||
        !nacrei_window_holds(&stream->window, stream->options.window) ||
        stream->sorted_from > stream->options.window ||
        memcmp(ranks, stream->ranks, sizeof stream->ranks) != 0 || !is_money(stream->cost) ||
        !is_money(stream->total / 2) || stream->report.level_count != stream->options.level_count)
        return false;
    for (uint32_t k = 0; k < stream->options.level_count; k++)
        if (stream->report.level[k].level != stream->options.level[k] ||
            stream->report.level[k].exceptions > stream->report.level[k].observations)
            return false;
    return assets_hold(stream, &layout) &&
           are_finite(nacrei_state_at(stream, layout.rows), rows * stream->options.assets) &&
           are_finite(nacrei_state_at(stream, layout.losses), window) &&
           are_finite(nacrei_state_at(stream, layout.sorted), window);
}

static nacre_status check_expected(const nacre_risk_stream_options *made,
                                   const nacre_risk_stream_options *expected, nacre_error *err)
{
    nacre_risk_stream_options wanted;
    nacrei_tail_ranks ranks[NACRE_RISK_STREAM_LEVELS];
    nacre_status status = resolve(expected, &wanted, ranks, err);
    if (status)
        return status;
    if (made->assets != wanted.assets || made->window != wanted.window)
        return nacrei_fail(err, NACRE_E_STATE,
                           "the risk snapshot has %u assets and a window of %u, expected are %u "
                           "and %u",
                           made->assets, made->window, wanted.assets, wanted.window);
    if (made->positions != wanted.positions || made->level_count != wanted.level_count ||
        memcmp(made->level, wanted.level, sizeof made->level) != 0 ||
        made->lambda != wanted.lambda || memcmp(made->limit, wanted.limit, sizeof made->limit) != 0)
        return nacrei_fail(err, NACRE_E_STATE,
                           "the risk snapshot was made with other positions, levels, lambda or "
                           "limits than expected");
    return NACRE_OK;
}

nacre_status nacre_risk_stream_restore(void *memory, size_t bytes,
                                       const nacre_risk_stream_options *expected,
                                       nacre_risk_stream **out, nacre_error *err)
{
    *out = NULL;
    nacre_status status = nacrei_state_open(&nacrei_risk_stream_kind, memory, bytes, err);
    if (status)
        return status;
    nacre_risk_stream *stream = memory;
    nacre_risk_stream_options resolved;
    nacrei_tail_ranks ranks[NACRE_RISK_STREAM_LEVELS] = {0};
    if (resolve(&stream->options, &resolved, ranks, NULL) || !holds(stream, ranks))
        return nacrei_state_refuse(&nacrei_risk_stream_kind, err);
    if (expected)
        status = check_expected(&stream->options, expected, err);
    if (!status)
        *out = stream;
    return status;
}
