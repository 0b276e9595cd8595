// SPDX-License-Identifier: Apache-2.0
// Shared by the tests of VPIN: contexts, a seeded tape with sessions, auctions and sides, and a
// sink that keeps what it gets. Trades come from integer arithmetic alone: the same on any machine.
#ifndef NACRE_TESTS_VPIN_SUPPORT_H
#define NACRE_TESTS_VPIN_SUPPORT_H

#include "nacre/vpin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define DAY (86400 * SECOND)
#define MONDAY (INT64_C(19723) * DAY) ///< 2024-01-01 00:00 UTC

/// Writable columns and the view of them.
typedef struct vpin_tape {
    nacre_trades view;
    int64_t *ts, *price, *size;
    uint8_t *flags;
    int8_t *side;
} vpin_tape;

static inline nacre_ctx *vpin_ctx(const char *isa)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    options.isa = isa;
    nacre_ctx *ctx = NULL;
    nacre_error err;
    if (nacre_ctx_create(&options, &ctx, &err) && !isa)
        fail_msg("%s", err.message);
    return ctx; // NULL: this machine lacks the instruction set
}

static inline void *vpin_memory(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    assert_non_null(memory);
    return memory;
}

static inline vpin_tape vpin_tape_new(size_t rows)
{
    vpin_tape tape;
    tape.ts = vpin_memory(rows * sizeof *tape.ts + 1);
    tape.price = vpin_memory(rows * sizeof *tape.price + 1);
    tape.size = vpin_memory(rows * sizeof *tape.size + 1);
    tape.flags = vpin_memory(rows + 1);
    tape.side = vpin_memory(rows + 1);
    memset(tape.flags, 0, rows);
    memset(tape.side, 0, rows);
    tape.view = (nacre_trades){.rows = rows,
                               .ts_event = tape.ts,
                               .price = tape.price,
                               .size = tape.size,
                               .flags = tape.flags,
                               .side = tape.side};
    return tape;
}

static inline void vpin_tape_free(vpin_tape *tape)
{
    free(tape->ts);
    free(tape->price);
    free(tape->size);
    free(tape->flags);
    free(tape->side);
}

/// splitmix64
static inline uint64_t vpin_random(uint64_t *state)
{
    uint64_t z = (*state += UINT64_C(0x9E3779B97F4A7C15));
    z = (z ^ (z >> 30)) * UINT64_C(0xBF58476D1CE4E5B9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94D049BB133111EB);
    return z ^ (z >> 31);
}

/// `days` UTC days of `per_day` trades each: ties in time, empty minutes, a random walk with
/// repeated prices, sizes with a heavy tail, auction prints, all three sides.
static inline vpin_tape vpin_tape_random(uint64_t seed, size_t days, size_t per_day)
{
    vpin_tape tape = vpin_tape_new(days * per_day);
    int64_t price = 100 * SECOND;
    for (size_t i = 0; i < days * per_day; i++) {
        uint64_t r = vpin_random(&seed);
        size_t in_day = i % per_day;
        int64_t base = MONDAY + (int64_t)(i / per_day) * DAY + 3 * 3600 * SECOND;
        int64_t slot = 20 * 3600 * SECOND / (int64_t)per_day;
        tape.ts[i] = base + (int64_t)in_day * slot;
        if (r & 1 && in_day)
            tape.ts[i] = tape.ts[i - 1];
        else
            tape.ts[i] += (int64_t)(r >> 32) % slot;
        price += ((int64_t)((r >> 4) % 7) - 3) * (SECOND / 100);
        tape.price[i] = price;
        tape.size[i] = 1 + (int64_t)((r >> 8) % 300) * ((r >> 20) % 64 == 0 ? 40 : 1);
        tape.flags[i] = in_day == 0 || in_day + 1 == per_day || (r >> 26) % 97 == 0
                            ? NACRE_TRADE_AUCTION
                            : (uint8_t)((r >> 40) & NACRE_TRADE_SUSPICIOUS);
        tape.side[i] = (int8_t)((int)((r >> 44) % 3) - 1);
    }
    return tape;
}

static inline nacre_vpin_options vpin_options(nacre_vpin_mode mode)
{
    nacre_vpin_options options;
    nacre_vpin_options_init(&options);
    options.mode = mode;
    options.warmup = NACRE_VPIN_WARMUP_SKIP_SESSION;
    return options;
}

static inline nacre_vpin_result *vpin_run(nacre_ctx *ctx, const nacre_trades *trades,
                                          const nacre_calendar *calendar,
                                          const nacre_vpin_options *options)
{
    nacre_vpin_result *result;
    nacre_error err;
    if (nacre_vpin_batch(ctx, trades, calendar, options, &result, &err))
        fail_msg("%s", err.message);
    return result;
}

/// Equality to the bit, padding apart (NaN equals NaN).
static inline bool vpin_same_bits(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0;
}

static inline bool vpin_same_bucket(const nacre_vpin_bucket *a, const nacre_vpin_bucket *b)
{
    return a->start_ns == b->start_ns && a->end_ns == b->end_ns &&
           a->duration_ns == b->duration_ns && a->volume == b->volume &&
           a->buy_lots == b->buy_lots && a->buy_frac == b->buy_frac && a->alarm == b->alarm &&
           vpin_same_bits(a->imbalance, b->imbalance) && vpin_same_bits(a->vpin, b->vpin) &&
           vpin_same_bits(a->cdf, b->cdf) && a->price == b->price;
}

/// A sink's notebook.
typedef struct vpin_notes {
    nacre_vpin_bucket *buckets;
    size_t count, capacity;
} vpin_notes;

static inline void vpin_note(void *user, uint64_t index, const nacre_vpin_bucket *bucket)
{
    vpin_notes *notes = user;
    assert_int_equal(index, notes->count);
    if (notes->count == notes->capacity) {
        notes->capacity = notes->capacity ? 2 * notes->capacity : 256;
        notes->buckets = realloc(notes->buckets, notes->capacity * sizeof *notes->buckets);
        assert_non_null(notes->buckets);
    }
    notes->buckets[notes->count++] = *bucket;
}

/// Rows [begin, end) of a view.
static inline nacre_trades vpin_slice(const nacre_trades *trades, size_t begin, size_t end)
{
    nacre_trades part = {.rows = end - begin,
                         .ts_event = trades->ts_event + begin,
                         .price = trades->price + begin,
                         .size = trades->size + begin};
    part.flags = trades->flags ? trades->flags + begin : NULL;
    part.side = trades->side ? trades->side + begin : NULL;
    return part;
}

#endif
