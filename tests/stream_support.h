// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of the streaming adapters: memory, a seeded market of integer prices, and a
// check that a refused call leaves every byte of a state as it was.
#ifndef NACRE_TESTS_STREAM_SUPPORT_H
#define NACRE_TESTS_STREAM_SUPPORT_H

#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define CURRENCY INT64_C(1000000000) ///< one unit in the scale of prices

static inline void *stream_memory(size_t bytes)
{
    assert_true(bytes > 0);
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(memory);
    memset(memory, 0xA5, bytes);
    return memory;
}

static inline nacre_ctx *stream_ctx(void)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    return ctx;
}

/// splitmix64
static inline uint64_t stream_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/// In [-1, 1), a multiple of 2^-20.
static inline double stream_uniform(uint64_t *state)
{
    return (double)((int64_t)(stream_random(state) >> 43) - (1 << 20)) * 0x1p-20;
}

/// Prices of 20 to 500 units, then steps of at most 3 %; some stand still.
static inline void stream_step_prices(uint64_t *seed, size_t assets, int64_t *price)
{
    for (size_t i = 0; i < assets; i++) {
        uint64_t r = stream_random(seed);
        if (price[i] == 0)
            price[i] = (int64_t)(20 + r % 480) * CURRENCY;
        else if (r % 8)
            price[i] += price[i] / 100000 * ((int64_t)((r >> 8) % 6001) - 3000);
    }
}

static inline bool stream_same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static inline void stream_near(double value, double expected, double tolerance, const char *what)
{
    if (!(fabs(value - expected) <= tolerance))
        fail_msg("%s: %.17g instead of %.17g, tolerance %g", what, value, expected, tolerance);
}

static inline void stream_has(const nacre_error *err, const char *part)
{
    if (!strstr(err->message, part))
        fail_msg("no \"%s\" in: %s", part, err->message);
}

/// `call`, which puts its message into `err`, is refused with this status and text, and the
/// `bytes` of the state at `memory` are those of before.
#define STREAM_REFUSED(call, expected, part, memory, bytes)                                        \
    do {                                                                                           \
        nacre_error err = {0};                                                                     \
        char *before_ = malloc(bytes);                                                             \
        memcpy(before_, memory, bytes);                                                            \
        assert_int_equal(call, expected);                                                          \
        stream_has(&err, part);                                                                    \
        assert_memory_equal(before_, memory, bytes);                                               \
        free(before_);                                                                             \
    } while (0)

/// The state moves to other memory, as a snapshot would. The old memory is freed.
static inline void *stream_move(void *memory, size_t bytes)
{
    void *copy = stream_memory(bytes);
    memcpy(copy, memory, bytes);
    memset(memory, 0x5A, bytes);
    free(memory);
    return copy;
}

#endif
