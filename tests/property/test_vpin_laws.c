// SPDX-License-Identifier: Apache-2.0
// Laws of VPIN on seeded tapes: exact conservation of volume, indifference to how trades are cut
// into rows and rows into blocks, no look into the future, the same bits on every instruction set.
#include "vpin_support.h"

#include <math.h>

#define SEEDS 6

static nacre_vpin_options random_options(uint64_t *seed)
{
    nacre_vpin_options options =
        vpin_options(vpin_random(seed) % 3 ? NACRE_VPIN_CAUSAL : NACRE_VPIN_AGGRESSOR);
    options.auctions = (nacre_vpin_auctions)(vpin_random(seed) % 3);
    options.reset_session = vpin_random(seed) % 2;
    options.window = 1 + (uint32_t)(vpin_random(seed) % 60);
    options.lookback = 1 + (uint32_t)(vpin_random(seed) % 6);
    options.cdf_min = 20;
    options.cdf_window = 40 + (uint32_t)(vpin_random(seed) % 300);
    options.cdf_threshold = 0.9;
    options.level = 0.3;
    if (vpin_random(seed) % 2)
        options.bucket_volume = 500 + (int64_t)(vpin_random(seed) % 4000);
    return options;
}

static void check_conservation(const nacre_vpin_result *result, const nacre_vpin_options *options)
{
    int64_t volume = 0;
    for (size_t i = 0; i < result->bucket_count; i++) {
        const nacre_vpin_bucket *bucket = &result->buckets[i];
        volume += bucket->volume;
        assert_true(bucket->buy_lots >= 0 && bucket->buy_frac < 1u << 20);
        assert_true(bucket->buy_lots < bucket->volume ||
                    (bucket->buy_lots == bucket->volume && bucket->buy_frac == 0));
        double buy = (double)bucket->buy_lots + ldexp((double)bucket->buy_frac, -20);
        double v = (double)bucket->volume;
        assert_true(fabs(bucket->imbalance - fabs(2.0 * buy - v) / v) < 1e-9);
        assert_true(bucket->imbalance >= 0.0 && bucket->imbalance <= 1.0);
        assert_true(isnan(bucket->vpin) || (bucket->vpin >= 0.0 && bucket->vpin <= 1.0));
        assert_true(isnan(bucket->vpin) == (i + 1 < options->window));
        assert_true(isnan(bucket->cdf) || (bucket->cdf >= 0.0 && bucket->cdf <= 1.0));
        assert_true(bucket->duration_ns >= 0 && bucket->start_ns <= bucket->end_ns);
    }
    if (options->bucket_volume && !options->reset_session)
        assert_int_equal(volume + result->open_bucket_volume, result->total_volume);
    assert_true(result->bucket_count > 50);
}

static void assert_same(const nacre_vpin_result *a, const nacre_vpin_result *b, size_t buckets)
{
    assert_true(buckets <= a->bucket_count && buckets <= b->bucket_count);
    for (size_t i = 0; i < buckets; i++)
        if (!vpin_same_bucket(&a->buckets[i], &b->buckets[i]))
            fail_msg("bucket %zu differs", i);
}

static void test_conservation(void **state)
{
    nacre_ctx *ctx = *state;
    for (uint64_t s = 0; s < SEEDS; s++) {
        uint64_t seed = s;
        vpin_tape tape = vpin_tape_random(seed, 8, 1500);
        nacre_vpin_options options = random_options(&seed);
        nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
        check_conservation(result, &options);
        nacre_vpin_result_destroy(ctx, result);
        for (int mode = NACRE_VPIN_ELO_RESEARCH; mode <= NACRE_VPIN_ABAD_YAGUE; mode++) {
            options.mode = (nacre_vpin_mode)mode;
            result = vpin_run(ctx, &tape.view, NULL, &options);
            check_conservation(result, &options);
            // The largest value has all values at or below it.
            double top = 0.0;
            for (size_t i = 0; i < result->bucket_count; i++)
                if (result->buckets[i].cdf > top)
                    top = result->buckets[i].cdf;
            assert_true(top == 1.0 && result->look_ahead);
            nacre_vpin_result_destroy(ctx, result);
        }
        vpin_tape_free(&tape);
    }
}

/// Every trade above one lot becomes two of the same time, price, side and flags.
static vpin_tape split_trades(const vpin_tape *tape, uint64_t seed)
{
    vpin_tape out = vpin_tape_new(2 * tape->view.rows);
    size_t rows = 0;
    for (size_t i = 0; i < tape->view.rows; i++) {
        int64_t first = tape->size[i] > 1
                            ? 1 + (int64_t)(vpin_random(&seed) % (uint64_t)(tape->size[i] - 1))
                            : tape->size[i];
        for (int64_t left = tape->size[i], part = first; left > 0; left -= part, part = left) {
            out.ts[rows] = tape->ts[i];
            out.price[rows] = tape->price[i];
            out.size[rows] = part;
            out.flags[rows] = tape->flags[i];
            out.side[rows++] = tape->side[i];
        }
    }
    out.view.rows = rows;
    return out;
}

static void test_splitting_a_trade_changes_nothing(void **state)
{
    nacre_ctx *ctx = *state;
    for (uint64_t s = 0; s < SEEDS; s++) {
        uint64_t seed = 100 + s;
        vpin_tape tape = vpin_tape_random(seed, 8, 1500);
        vpin_tape split = split_trades(&tape, seed);
        assert_true(split.view.rows > tape.view.rows * 3 / 2);
        nacre_vpin_options options = random_options(&seed);
        nacre_vpin_result *a = vpin_run(ctx, &tape.view, NULL, &options);
        nacre_vpin_result *b = vpin_run(ctx, &split.view, NULL, &options);
        assert_int_equal(a->bucket_count, b->bucket_count);
        assert_same(a, b, a->bucket_count);
        nacre_vpin_result_destroy(ctx, a);
        nacre_vpin_result_destroy(ctx, b);
        vpin_tape_free(&tape);
        vpin_tape_free(&split);
    }
}

/// Pushes in random blocks; now and then the state moves to other memory through a snapshot.
static vpin_notes run_stream(nacre_ctx *ctx, const nacre_trades *trades,
                             const nacre_vpin_options *options, uint64_t *seed)
{
    size_t bytes = nacre_vpin_stream_bytes(options);
    assert_true(bytes > 0);
    void *memory = vpin_memory(bytes);
    nacre_vpin_stream *stream;
    nacre_error err;
    vpin_notes notes = {0};
    if (nacre_vpin_stream_init(memory, bytes, options, &stream, &err))
        fail_msg("%s", err.message);
    for (size_t at = 0; at < trades->rows;) {
        size_t most = vpin_random(seed) % 4 ? 40 : 3000;
        size_t end = at + vpin_random(seed) % most;
        if (end > trades->rows)
            end = trades->rows;
        nacre_trades block = vpin_slice(trades, at, end);
        if (nacre_vpin_stream_push(stream, ctx, NULL, &block, vpin_note, &notes, &err))
            fail_msg("%s", err.message);
        at = end;
        if (vpin_random(seed) % 8 == 0) {
            nacre_vpin_stream_seal(stream);
            void *copy = vpin_memory(bytes);
            memcpy(copy, memory, bytes);
            memset(memory, 0xA5, bytes);
            free(memory);
            memory = copy;
            if (nacre_vpin_stream_restore(memory, bytes, &stream, &err))
                fail_msg("%s", err.message);
        }
    }
    if (nacre_vpin_stream_flush(stream, ctx, vpin_note, &notes, &err))
        fail_msg("%s", err.message);
    nacre_vpin_provisional now;
    nacre_vpin_stream_provisional(stream, trades->ts_event[trades->rows - 1], &now);
    assert_int_equal(now.buckets, notes.count);
    assert_true(vpin_same_bits(now.last_vpin, notes.buckets[notes.count - 1].vpin));
    assert_true(now.vpin >= 0.0 && now.vpin <= 1.0 && now.fill >= 0.0 && now.fill < 1.0);
    free(memory);
    return notes;
}

static void test_batch_is_the_fold_of_the_stream(void **state)
{
    nacre_ctx *ctx = *state;
    for (uint64_t s = 0; s < 2 * SEEDS; s++) {
        uint64_t seed = 200 + s;
        vpin_tape tape = vpin_tape_random(seed, 8, 1500);
        nacre_vpin_options options = random_options(&seed);
        nacre_vpin_result *batch = vpin_run(ctx, &tape.view, NULL, &options);
        vpin_notes notes = run_stream(ctx, &tape.view, &options, &seed);
        assert_int_equal(notes.count, batch->bucket_count);
        for (size_t i = 0; i < notes.count; i++)
            if (!vpin_same_bucket(&notes.buckets[i], &batch->buckets[i]))
                fail_msg("seed %llu bucket %zu differs", (unsigned long long)s, i);
        free(notes.buckets);
        nacre_vpin_result_destroy(ctx, batch);
        vpin_tape_free(&tape);
    }
}

/// Buckets of a shortened tape are those of the whole one, except what the flush of the cut bar
/// closed: they end at the cut.
static void test_future_changes_nothing(void **state)
{
    nacre_ctx *ctx = *state;
    for (uint64_t s = 0; s < SEEDS; s++) {
        uint64_t seed = 300 + s;
        vpin_tape tape = vpin_tape_random(seed, 8, 1500);
        nacre_vpin_options options = random_options(&seed);
        nacre_vpin_result *whole = vpin_run(ctx, &tape.view, NULL, &options);
        size_t cut = 6000 + vpin_random(&seed) % 5000;
        nacre_trades past = vpin_slice(&tape.view, 0, cut);
        nacre_vpin_result *part = vpin_run(ctx, &past, NULL, &options);
        int64_t bar = tape.ts[cut - 1] / MINUTE * MINUTE;
        size_t settled = part->bucket_count;
        while (settled && part->buckets[settled - 1].end_ns >= bar)
            settled--;
        assert_true(settled > 20);
        assert_same(part, whole, settled);
        nacre_vpin_result_destroy(ctx, whole);
        nacre_vpin_result_destroy(ctx, part);
        vpin_tape_free(&tape);
    }
}

static void test_same_bits_on_every_instruction_set(void **state)
{
    nacre_ctx *best = *state;
    static const char *const sets[] = {"ref", "avx2", "avx512"};
    vpin_tape tape = vpin_tape_random(400, 8, 1500);
    nacre_vpin_options options = vpin_options(NACRE_VPIN_CAUSAL);
    options.cdf_min = 50;
    nacre_vpin_result *expected = vpin_run(best, &tape.view, NULL, &options);
    for (size_t i = 0; i < 3; i++) {
        nacre_ctx *ctx = vpin_ctx(sets[i]);
        if (!ctx) {
            print_message("SKIP vpin_laws.isa_%s: not usable on this machine\n", sets[i]);
            continue;
        }
        nacre_vpin_result *result = vpin_run(ctx, &tape.view, NULL, &options);
        assert_int_equal(result->bucket_count, expected->bucket_count);
        assert_same(result, expected, expected->bucket_count);
        nacre_vpin_result_destroy(ctx, result);
        nacre_ctx_destroy(ctx);
    }
    nacre_vpin_result_destroy(best, expected);
    vpin_tape_free(&tape);
}

/// A multiplied price scale changes no classification, a multiplied size scale no ratio beyond the
/// rounding of bars to 2^-20 size units.
static void test_scales(void **state)
{
    nacre_ctx *ctx = *state;
    vpin_tape tape = vpin_tape_random(500, 8, 1500);
    nacre_vpin_options options = vpin_options(NACRE_VPIN_ELO_RESEARCH);
    options.bucket_volume = 4000;
    nacre_vpin_result *a = vpin_run(ctx, &tape.view, NULL, &options);
    for (size_t i = 0; i < tape.view.rows; i++) {
        tape.price[i] *= 4; // a power of two: dP / sigma keeps its bits
        tape.size[i] *= 1024;
    }
    options.bucket_volume *= 1024;
    nacre_vpin_result *b = vpin_run(ctx, &tape.view, NULL, &options);
    assert_int_equal(a->bucket_count, b->bucket_count);
    assert_true(b->sigma == 4.0 * a->sigma);
    for (size_t i = 0; i < a->bucket_count; i++)
        assert_true(fabs(a->buckets[i].imbalance - b->buckets[i].imbalance) < 1e-6);
    nacre_vpin_result_destroy(ctx, a);
    nacre_vpin_result_destroy(ctx, b);
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
        cmocka_unit_test(test_conservation),
        cmocka_unit_test(test_splitting_a_trade_changes_nothing),
        cmocka_unit_test(test_batch_is_the_fold_of_the_stream),
        cmocka_unit_test(test_future_changes_nothing),
        cmocka_unit_test(test_same_bits_on_every_instruction_set),
        cmocka_unit_test(test_scales),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
