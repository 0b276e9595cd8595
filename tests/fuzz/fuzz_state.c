// SPDX-License-Identifier: Apache-2.0
// Any bytes as the snapshot of a streaming state. Byte 0 chooses the engine, byte 1 how the rest is
// meant: 0 the snapshot itself; 1 the same with a good header and checksum; 2 changes (place low,
// place high, value) behind the header of a real snapshot, with a good checksum. A checksum does
// not tell who computed it: what restore accepts takes any event without a sanitizer's report, and
// an event that it refuses leaves every byte as it was.
// VPIN promises that for whole snapshots only: a forged one is restored and no more.
#include "engine/factor/factor_stream_state.h"
#include "engine/portfolio/model/portfolio_stream_state.h"
#include "engine/risk/risk_stream_state.h"
#include "engine/vpin/vpin_state.h"
#include "nacre/nacre.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { ASSETS = 3, WINDOW = 5, ROWS = 8 };

static void require(bool condition)
{
    if (!condition)
        abort();
}

/// Exactly `bytes` long, so that a sanitizer sees one byte too far.
static void *aligned_block(size_t bytes)
{
    void *memory = NULL;
    require(posix_memalign(&memory, NACREI_STATE_ALIGNMENT, bytes ? bytes : 1) == 0);
    return memory;
}

typedef struct state {
    void *memory;
    size_t bytes;
} state;

/// An event that fails has changed nothing.
#define EVENT(state_, call)                                                                        \
    do {                                                                                           \
        char *before = aligned_block((state_)->bytes);                                             \
        memcpy(before, (state_)->memory, (state_)->bytes);                                         \
        if (call)                                                                                  \
            require(memcmp(before, (state_)->memory, (state_)->bytes) == 0);                       \
        free(before);                                                                              \
    } while (0)

static const int64_t extremes[] = {1, 1000000000, INT64_MAX, -1, 0, INT64_MIN};
enum { EXTREMES = sizeof extremes / sizeof extremes[0] };

static void *filled(uint32_t count, size_t size, const void *value)
{
    char *array = aligned_block(count * size);
    for (uint32_t i = 0; i < count; i++)
        memcpy(array + i * size, value, size);
    return array;
}

// ---- factor ----------------------------------------------------------------------------------

static void drive_factor(state *s, nacre_ctx *ctx)
{
    nacre_factor_stream *stream = s->memory;
    const double values[] = {0.01, -1e100, 1e300};
    uint32_t n = stream->options.assets;
    for (size_t v = 0; v < 3; v++) {
        double *row = filled(n, sizeof *row, &values[v]);
        row[n - 1] *= 0.5;
        EVENT(s, nacre_factor_stream_push(stream, INT64_MAX, row, NULL));
        free(row);
    }
    nacre_factor_estimate estimate = {.assets = n};
    const nacre_factor_stream_report *report;
    if (nacre_factor_stream_due(stream) &&
        nacre_factor_stream_estimate(stream, ctx, &estimate, NULL, NULL) == NACRE_OK)
        EVENT(s, nacre_factor_stream_accept(stream, &estimate, &report, NULL));
}

static state make_factor(void)
{
    nacre_factor_stream_options options;
    nacre_factor_stream_options_init(&options);
    options.assets = ASSETS;
    options.window = WINDOW;
    options.covariance.method = NACRE_COV_EWMA;
    state s = {.bytes = nacre_factor_stream_bytes(&options)};
    s.memory = aligned_block(s.bytes);
    nacre_factor_stream *stream;
    require(!nacre_factor_stream_init(s.memory, s.bytes, &options, &stream, NULL));
    for (int t = 0; t < ROWS; t++) {
        const double row[ASSETS] = {0.01 * t, 0.02 - 0.001 * t * t, 0.03};
        require(!nacre_factor_stream_push(stream, t, row, NULL));
    }
    return s;
}

static bool restore_factor(state *s)
{
    nacre_factor_stream *stream;
    return !nacre_factor_stream_restore(s->memory, s->bytes, NULL, &stream, NULL);
}

// ---- risk ------------------------------------------------------------------------------------

static void drive_risk(state *s, nacre_ctx *ctx)
{
    (void)ctx;
    nacre_risk_stream *stream = s->memory;
    const nacre_risk_stream_report *report;
    uint32_t n = stream->options.assets;
    const double weight = -0.5;
    double *weights = filled(n, sizeof *weights, &weight);
    nacre_risk_test test;
    for (int e = 0; e < EXTREMES; e++) {
        int64_t *price = filled(n, sizeof *price, &extremes[e]);
        for (int f = 0; f < EXTREMES; f++)
            EVENT(s, nacre_risk_stream_fill(stream, INT64_MAX, n - 1, extremes[e], extremes[f],
                                            &report, NULL));
        EVENT(s, nacre_risk_stream_set_weights(stream, INT64_MAX, weights, &report, NULL));
        EVENT(s, nacre_risk_stream_bar(stream, INT64_MAX, price, &report, NULL));
        free(price);
    }
    (void)!nacre_risk_stream_kupiec(stream, 0, &test, NULL);
    free(weights);
}

static state make_risk(void)
{
    nacre_risk_stream_options options;
    nacre_risk_stream_options_init(&options);
    options.assets = ASSETS;
    options.window = WINDOW;
    options.level_count = 1;
    options.level[0] = 0.5;
    state s = {.bytes = nacre_risk_stream_bytes(&options)};
    s.memory = aligned_block(s.bytes);
    nacre_risk_stream *stream;
    const nacre_risk_stream_report *report;
    require(!nacre_risk_stream_init(s.memory, s.bytes, &options, &stream, NULL));
    require(!nacre_risk_stream_fill(stream, 0, 1, 100, 1000000000, &report, NULL));
    for (int t = 0; t < ROWS; t++) {
        const int64_t price[ASSETS] = {1000000000 + t, 2000000000 - t * t * 10000000, 3000000000};
        require(!nacre_risk_stream_bar(stream, t, price, &report, NULL));
    }
    return s;
}

static bool restore_risk(state *s)
{
    nacre_risk_stream *stream;
    return !nacre_risk_stream_restore(s->memory, s->bytes, NULL, &stream, NULL);
}

// ---- portfolio -------------------------------------------------------------------------------

static void drive_portfolio(state *s, nacre_ctx *ctx)
{
    (void)ctx;
    nacre_portfolio_stream *stream = s->memory;
    const nacre_portfolio_stream_report *report;
    uint32_t n = stream->options.assets;
    const double weight = 1e6;
    double *weights = filled(n, sizeof *weights, &weight);
    for (int e = 0; e < EXTREMES; e++) {
        int64_t *price = filled(n, sizeof *price, &extremes[e]);
        for (int f = 0; f < EXTREMES; f++)
            EVENT(s, nacre_portfolio_stream_fill(stream, INT64_MAX, n - 1, extremes[e], extremes[f],
                                                 extremes[e], &report, NULL));
        EVENT(s, nacre_portfolio_stream_set_target(stream, INT64_MAX, weights, &report, NULL));
        EVENT(s, nacre_portfolio_stream_transfer(stream, INT64_MAX, extremes[e], &report, NULL));
        EVENT(s, nacre_portfolio_stream_bar(stream, INT64_MAX, price, &report, NULL));
        free(price);
    }
    free(weights);
}

static state make_portfolio(void)
{
    nacre_portfolio_stream_options options;
    nacre_portfolio_stream_options_init(&options);
    options.assets = ASSETS;
    state s = {.bytes = nacre_portfolio_stream_bytes(&options)};
    s.memory = aligned_block(s.bytes);
    nacre_portfolio_stream *stream;
    const nacre_portfolio_stream_report *report;
    const int64_t price[ASSETS] = {1000000000, 2000000000, 3000000000};
    const double weights[ASSETS] = {0.5, 0.25, 0.25};
    require(!nacre_portfolio_stream_init(s.memory, s.bytes, &options, &stream, NULL));
    require(!nacre_portfolio_stream_transfer(stream, 0, INT64_C(1000000000000), &report, NULL));
    require(!nacre_portfolio_stream_bar(stream, 1, price, &report, NULL));
    require(!nacre_portfolio_stream_set_target(stream, 2, weights, &report, NULL));
    return s;
}

static bool restore_portfolio(state *s)
{
    nacre_portfolio_stream *stream;
    return !nacre_portfolio_stream_restore(s->memory, s->bytes, NULL, &stream, NULL);
}

// ---- vpin ------------------------------------------------------------------------------------

static void drive_vpin(state *s, nacre_ctx *ctx)
{
    (void)ctx;
    nacre_vpin_stream *stream;
    nacre_vpin_stream_seal(s->memory);
    require(!nacre_vpin_stream_restore(s->memory, s->bytes, &stream, NULL));
}

static state make_vpin(void)
{
    nacre_vpin_options options;
    nacre_vpin_options_init(&options);
    options.bucket_volume = 10;
    options.window = 3;
    options.lookback = 2;
    options.cdf_window = options.cdf_min = 4;
    state s = {.bytes = nacre_vpin_stream_bytes(&options)};
    s.memory = aligned_block(s.bytes);
    nacre_vpin_stream *stream;
    require(!nacre_vpin_stream_init(s.memory, s.bytes, &options, &stream, NULL));
    nacre_vpin_stream_seal(stream);
    return s;
}

static bool restore_vpin(state *s)
{
    nacre_vpin_stream *stream;
    return !nacre_vpin_stream_restore(s->memory, s->bytes, &stream, NULL);
}

// ---- any -------------------------------------------------------------------------------------

static const struct {
    const nacrei_state_kind *kind;
    state (*make)(void);
    bool (*restore)(state *s);
    void (*drive)(state *s, nacre_ctx *ctx);
} engines[] = {
    {&nacrei_factor_stream_kind, make_factor, restore_factor, drive_factor},
    {&nacrei_risk_stream_kind, make_risk, restore_risk, drive_risk},
    {&nacrei_portfolio_stream_kind, make_portfolio, restore_portfolio, drive_portfolio},
    {&nacrei_vpin_stream_kind, make_vpin, restore_vpin, drive_vpin},
};

static state copy_of(const uint8_t *data, size_t size)
{
    state s = {aligned_block(size), size};
    memcpy(s.memory, data, size);
    return s;
}

static void dress(state *s, const nacrei_state_kind *kind)
{
    if (s->bytes < kind->header_bytes)
        return;
    nacrei_state_header *header = s->memory;
    *header = (nacrei_state_header){.magic = kind->magic,
                                    .version = kind->version,
                                    .header_bytes = kind->header_bytes,
                                    .bytes = s->bytes};
    nacrei_state_seal(header);
}

static void change(state *s, const uint8_t *data, size_t size)
{
    unsigned char *bytes = s->memory;
    size_t behind = s->bytes - sizeof(nacrei_state_header);
    for (size_t i = 0; i + 3 <= size; i += 3)
        bytes[sizeof(nacrei_state_header) + (data[i] + 256u * data[i + 1]) % behind] = data[i + 2];
    nacrei_state_seal(s->memory);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nacre_ctx *ctx;
    if (!ctx)
        require(nacre_ctx_create(NULL, &ctx, NULL) == NACRE_OK);
    if (size < 2)
        return 0;
    size_t engine = data[0] % 4, mode = data[1] % 3;
    state s = mode == 2 ? engines[engine].make() : copy_of(data + 2, size - 2);
    if (mode == 1)
        dress(&s, engines[engine].kind);
    if (mode == 2)
        change(&s, data + 2, size - 2);
    bool good = engines[engine].restore(&s);
    require(good || mode != 2 || size > 4); // an unchanged snapshot is restored
    if (good)
        engines[engine].drive(&s, ctx);
    free(s.memory);
    return 0;
}
