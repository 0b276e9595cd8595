// SPDX-License-Identifier: Apache-2.0
// The streaming adapter and the options: what is refused and in which words, that a refused block
// leaves no trace, snapshots that are damaged, the provisional value.
#include "vpin_support.h"

#include <math.h>

static void test_options(void **state)
{
    (void)state;
    nacre_vpin_options options;
    memset(&options, 0xFF, sizeof options);
    nacre_vpin_options_init(&options);
    assert_int_equal(options.struct_size, sizeof options);
    assert_int_equal(options.mode, NACRE_VPIN_CAUSAL);
    assert_int_equal(options.warmup, NACRE_VPIN_WARMUP_REFUSE);
    assert_int_equal(options.buckets_per_day, 50);
    assert_int_equal(options.window, 50);
    assert_int_equal(options.lookback, 20);
    assert_int_equal(options.min_bars, 30);
    assert_int_equal(options.bar_ns, MINUTE);
    assert_int_equal(options.cdf_min, 500);
    assert_true(options.cdf_threshold == 0.99 && options.cdf_hysteresis == 0.05);
    assert_true(options.level == 0.0 && options.bucket_volume == 0 && !options.reset_session);
    assert_string_equal(nacre_vpin_mode_name(NACRE_VPIN_CAUSAL), "causal");
    assert_string_equal(nacre_vpin_mode_name(NACRE_VPIN_ELO_RESEARCH), "elo_research");
    assert_string_equal(nacre_vpin_mode_name(NACRE_VPIN_ABAD_YAGUE), "abad_yague");
    assert_string_equal(nacre_vpin_mode_name(NACRE_VPIN_AGGRESSOR), "aggressor");
    assert_string_equal(nacre_vpin_mode_name((nacre_vpin_mode)9), "unknown");
}

/// Refused by stream_bytes, stream_init and batch alike; the message names the option.
static void expect_refused(nacre_ctx *ctx, const nacre_vpin_options *options, const char *name)
{
    nacre_trades none = {0};
    nacre_error err = {0};
    nacre_vpin_result *result;
    nacre_vpin_stream *stream;
    _Alignas(64) char memory[64];
    assert_int_equal(nacre_vpin_stream_bytes(options), 0);
    assert_int_equal(nacre_vpin_stream_init(memory, sizeof memory, options, &stream, NULL),
                     NACRE_E_ARG);
    assert_null(stream);
    assert_int_equal(nacre_vpin_batch(ctx, &none, NULL, options, &result, &err), NACRE_E_ARG);
    if (!strstr(err.message, name))
        fail_msg("no \"%s\" in: %s", name, err.message);
}

static void test_options_outside_their_domain(void **state)
{
    nacre_ctx *ctx = *state;
#define REFUSED(field, value)                                                                      \
    do {                                                                                           \
        nacre_vpin_options bad = vpin_options(NACRE_VPIN_CAUSAL);                                  \
        bad.field = (value);                                                                       \
        expect_refused(ctx, &bad, #field);                                                         \
    } while (0)
    REFUSED(mode, (nacre_vpin_mode)4);
    REFUSED(classify, (nacre_vpin_classify)3);
    REFUSED(auctions, (nacre_vpin_auctions)3);
    REFUSED(warmup, (nacre_vpin_warmup)3);
    REFUSED(buckets_per_day, 0);
    REFUSED(window, 0);
    REFUSED(window, 32768);
    REFUSED(lookback, 0);
    REFUSED(min_bars, 1);
    REFUSED(bar_ns, 0);
    REFUSED(bar_ns, DAY + 1);
    REFUSED(bucket_volume, -1);
    REFUSED(bucket_volume, INT64_C(1) << 53);
    REFUSED(cdf_window, (1u << 20) + 1);
    REFUSED(cdf_min, 0);
    REFUSED(cdf_threshold, 1.5);
    REFUSED(cdf_threshold, (double)NAN);
    REFUSED(cdf_hysteresis, -0.1);
    REFUSED(level, 2.0);
#undef REFUSED
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.classify = NACRE_VPIN_CLASSIFY_BVC;
    expect_refused(ctx, &options, "aggressor");
    options = vpin_options(NACRE_VPIN_CAUSAL);
    options.cdf_window = 100;
    options.cdf_min = 101;
    expect_refused(ctx, &options, "cdf_min");
    options = vpin_options(NACRE_VPIN_CAUSAL);
    options.struct_size = 8;
    expect_refused(ctx, &options, "nacre_vpin_options_init");
}

static void expect_init(const nacre_vpin_options *options, void *memory, size_t bytes,
                        nacre_status status, const char *part)
{
    nacre_vpin_stream *stream = (nacre_vpin_stream *)memory;
    nacre_error err = {0};
    assert_int_equal(nacre_vpin_stream_init(memory, bytes, options, &stream, &err), status);
    assert_null(stream);
    if (!strstr(err.message, part))
        fail_msg("no \"%s\" in: %s", part, err.message);
}

static void test_what_cannot_run_live(void **state)
{
    (void)state;
    nacre_vpin_options options = vpin_options(NACRE_VPIN_CAUSAL);
    size_t bytes = nacre_vpin_stream_bytes(&options);
    char *memory = vpin_memory(bytes + 64);
    expect_init(&options, memory, bytes - 1, NACRE_E_ARG, "nacre_vpin_stream_bytes");
    expect_init(&options, memory + 8, bytes, NACRE_E_ARG, "aligned");
    options.warmup = NACRE_VPIN_WARMUP_FIRST_SESSION;
    expect_init(&options, memory, bytes, NACRE_E_ARG, "--warmup");
    options.warmup = NACRE_VPIN_WARMUP_REFUSE;
    expect_init(&options, memory, bytes, NACRE_E_STATE, "--bucket-volume");
    options.mode = NACRE_VPIN_ELO_RESEARCH;
    expect_init(&options, memory, bytes, NACRE_E_ARG, "elo_research");
    options.mode = NACRE_VPIN_ABAD_YAGUE;
    expect_init(&options, memory, bytes, NACRE_E_ARG, "abad_yague");
    free(memory);
}

typedef struct fixture {
    nacre_ctx *ctx;
    vpin_tape tape;
    nacre_vpin_options options;
    size_t bytes;
    void *memory;
    nacre_vpin_stream *stream;
    vpin_notes notes;
} fixture;

static fixture fixture_new(nacre_ctx *ctx, nacre_vpin_mode mode)
{
    fixture f = {.ctx = ctx, .tape = vpin_tape_random(8, 3, 1000), .options = vpin_options(mode)};
    f.options.bucket_volume = 1500;
    f.options.window = 4;
    f.options.cdf_min = 5;
    f.bytes = nacre_vpin_stream_bytes(&f.options);
    f.memory = vpin_memory(f.bytes);
    assert_int_equal(nacre_vpin_stream_init(f.memory, f.bytes, &f.options, &f.stream, NULL), 0);
    return f;
}

static void fixture_free(fixture *f)
{
    free(f->memory);
    free(f->notes.buckets);
    vpin_tape_free(&f->tape);
}

static nacre_status push(fixture *f, size_t begin, size_t end, nacre_error *err)
{
    nacre_trades block = vpin_slice(&f->tape.view, begin, end);
    return nacre_vpin_stream_push(f->stream, f->ctx, NULL, &block, vpin_note, &f->notes, err);
}

/// The bad row comes last in a block that would have closed bars and buckets.
static void test_refused_block_leaves_no_trace(void **state)
{
    for (int mode = NACRE_VPIN_CAUSAL; mode <= NACRE_VPIN_AGGRESSOR; mode += 3) {
        fixture f = fixture_new(*state, (nacre_vpin_mode)mode);
        nacre_error err;
        assert_int_equal(push(&f, 0, 500, &err), 0);
        size_t before = f.notes.count;
        void *copy = vpin_memory(f.bytes);
        memcpy(copy, f.memory, f.bytes);
        int64_t keep = f.tape.size[2499];
        f.tape.size[2499] = 0;
        assert_int_equal(push(&f, 500, 2500, &err), NACRE_E_RANGE);
        assert_non_null(strstr(err.message, "trade 2499 "));
        assert_int_equal(f.notes.count, before);
        assert_memory_equal(copy, f.memory, f.bytes);
        f.tape.size[2499] = keep;
        assert_int_equal(push(&f, 400, 450, &err), NACRE_E_ORDER);
        assert_non_null(strstr(err.message, "trade 500 "));
        assert_memory_equal(copy, f.memory, f.bytes);
        assert_int_equal(push(&f, 500, 3000, &err), 0);
        assert_true(f.notes.count > before + 10);
        free(copy);
        fixture_free(&f);
    }
}

static void test_absurd_size_is_refused_at_once(void **state)
{
    for (int mode = NACRE_VPIN_CAUSAL; mode <= NACRE_VPIN_AGGRESSOR; mode += 3) {
        fixture f = fixture_new(*state, (nacre_vpin_mode)mode);
        nacre_error err;
        assert_int_equal(push(&f, 0, 500, &err), 0);
        size_t before = f.notes.count;
        int64_t keep = f.tape.size[500];
        f.tape.size[500] = (INT64_C(1) << 53) - 1;
        assert_int_equal(push(&f, 500, 501, &err), NACRE_E_LIMIT);
        assert_non_null(strstr(err.message, "trade 500 "));
        assert_non_null(strstr(err.message, "--bucket-volume"));
        assert_int_equal(f.notes.count, before);
        f.tape.size[500] = keep;
        assert_int_equal(push(&f, 500, 3000, &err), 0);
        fixture_free(&f);
    }
}

static void test_flush_closes_the_open_bar_once(void **state)
{
    fixture f = fixture_new(*state, NACRE_VPIN_CAUSAL);
    nacre_error err;
    for (size_t i = 0; i < 8; i++) {
        f.tape.ts[i] = MONDAY + (int64_t)i * SECOND;
        f.tape.flags[i] = 0;
        f.tape.size[i] = 500;
    }
    assert_int_equal(push(&f, 0, 8, &err), 0);
    assert_int_equal(f.notes.count, 0); // the bar is open
    assert_int_equal(nacre_vpin_stream_flush(f.stream, f.ctx, vpin_note, &f.notes, &err), 0);
    assert_int_equal(f.notes.count, 2);
    assert_int_equal(nacre_vpin_stream_flush(f.stream, f.ctx, vpin_note, &f.notes, &err), 0);
    assert_int_equal(f.notes.count, 2);
    nacre_vpin_provisional now;
    nacre_vpin_stream_provisional(f.stream, 0, &now);
    assert_true(fabs(now.fill - 1000.0 / 1500.0) < 1e-15); // no volume was counted twice
    fixture_free(&f);
}

static void test_damaged_snapshots(void **state)
{
    fixture f = fixture_new(*state, NACRE_VPIN_CAUSAL);
    nacre_error err;
    nacre_vpin_stream *stream;
    assert_int_equal(push(&f, 0, 1500, &err), 0);
    assert_int_equal(nacre_vpin_stream_restore(f.memory, f.bytes, &stream, &err), NACRE_E_CORRUPT);
    assert_non_null(strstr(err.message, "nacre_vpin_stream_seal"));
    nacre_vpin_stream_seal(f.stream);
    assert_int_equal(nacre_vpin_stream_restore(f.memory, f.bytes, &stream, &err), 0);
    assert_ptr_equal(stream, f.stream);
    char *bytes = f.memory;
    for (size_t at = 0; at < f.bytes; at += at < 512 ? 1 : 997) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        assert_int_equal(nacre_vpin_stream_restore(f.memory, f.bytes, &stream, &err),
                         NACRE_E_CORRUPT);
        assert_null(stream);
        bytes[at] = (char)(bytes[at] ^ 0x10);
    }
    assert_int_equal(nacre_vpin_stream_restore(f.memory, f.bytes - 64, &stream, &err),
                     NACRE_E_CORRUPT);
    assert_int_equal(nacre_vpin_stream_restore(f.memory, 64, &stream, &err), NACRE_E_CORRUPT);
    assert_int_equal(nacre_vpin_stream_restore(f.memory, f.bytes, &stream, &err), 0);
    fixture_free(&f);
}

static void test_provisional(void **state)
{
    nacre_ctx *ctx = *state;
    // Buckets 10 B | 10 S | 5 B + 5 S, then 4 B + 1 S stay open; window 3.
    static const int8_t sides[] = {1, -1, 1, -1, 1, -1};
    static const int64_t sizes[] = {10, 10, 5, 5, 4, 1};
    vpin_tape tape = vpin_tape_new(6);
    for (int i = 0; i < 6; i++) {
        tape.ts[i] = MONDAY + i * SECOND;
        tape.price[i] = SECOND;
        tape.size[i] = sizes[i];
        tape.side[i] = sides[i];
    }
    nacre_vpin_options options = vpin_options(NACRE_VPIN_AGGRESSOR);
    options.bucket_volume = 10;
    options.window = 3;
    size_t bytes = nacre_vpin_stream_bytes(&options);
    void *memory = vpin_memory(bytes);
    nacre_vpin_stream *stream;
    assert_int_equal(nacre_vpin_stream_init(memory, bytes, &options, &stream, NULL), 0);
    nacre_vpin_provisional now;
    nacre_vpin_stream_provisional(stream, 5, &now);
    assert_true(isnan(now.vpin) && isnan(now.last_vpin) && now.fill == 0.0 && now.age_ns == -1);
    assert_int_equal(now.buckets, 0);
    nacre_trades block = vpin_slice(&tape.view, 0, 6);
    assert_int_equal(nacre_vpin_stream_push(stream, ctx, NULL, &block, NULL, NULL, NULL), 0);
    nacre_vpin_stream_provisional(stream, MONDAY + 7 * SECOND, &now);
    assert_int_equal(now.buckets, 3);
    assert_int_equal(now.age_ns, 4 * SECOND);
    assert_true(now.fill == 0.5);
    assert_true(fabs(now.last_vpin - 2.0 / 3.0) < 1e-14);
    // (1 + 1 + 0) - half of the oldest (1) + |4 - 1| / 10 = 1.8, over 3
    assert_true(fabs(now.vpin - 0.6) < 1e-14);
    assert_true(isnan(now.last_cdf));
    free(memory);
    vpin_tape_free(&tape);
}

static int set_up(void **state)
{
    *state = vpin_ctx(NULL);
    return 0;
}

static int tear_down(void **state)
{
    nacre_ctx_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_options),
        cmocka_unit_test(test_options_outside_their_domain),
        cmocka_unit_test(test_what_cannot_run_live),
        cmocka_unit_test(test_refused_block_leaves_no_trace),
        cmocka_unit_test(test_absurd_size_is_refused_at_once),
        cmocka_unit_test(test_flush_closes_the_open_bar_once),
        cmocka_unit_test(test_damaged_snapshots),
        cmocka_unit_test(test_provisional),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
