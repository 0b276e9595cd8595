// SPDX-License-Identifier: Apache-2.0
// Laws of the tape filter on random prints over a week: rows and volume in = kept + excluded, a
// second pass changes nothing, kept rows are a subsequence of the input, and the result does not
// depend on how the input is cut into blocks.
#include "tape_support.h"

#define WEEK_NS INT64_C(604800000000000)
#define START_NS INT64_C(1381104000000000000) // Monday 2013-10-07

static support_rows rows;

static nacre_filtered *run(nacre_ctx *ctx, const nacre_calendar *calendar,
                           const nacre_trades *trades)
{
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_filtered *out;
    nacre_error err;
    if (nacre_filter_trades(ctx, &instrument, calendar, NULL, trades, &out, &err))
        fail_msg("%s", err.message);
    return out;
}

/// Random prints, most without an excluding condition, so that both verdicts are common.
static nacre_trades random_prints(uint64_t seed, size_t count)
{
    uint64_t state = seed + 99;
    support_fill(&rows, count, seed, START_NS, 2 * WEEK_NS / (int64_t)count);
    for (size_t i = 0; i < count; i++)
        rows.conditions[i] = support_random(&state) % 4 ? 1u : 1u << (support_random(&state) % 32);
    return support_view(&rows, count);
}

static void assert_subsequence(const nacre_trades *in, const nacre_trades *kept)
{
    size_t i = 0;
    for (size_t k = 0; k < kept->rows; k++, i++) {
        while (in->seq[i] != kept->seq[k])
            assert_true(++i < in->rows);
        assert_int_equal(kept->ts_event[k], in->ts_event[i]);
        assert_int_equal(kept->ts_recv[k], in->ts_recv[i]);
        assert_int_equal(kept->price[k], in->price[i]);
        assert_int_equal(kept->size[k], in->size[i]);
        assert_int_equal(kept->instrument[k], in->instrument[i]);
        assert_int_equal(kept->conditions[k], in->conditions[i]);
        assert_int_equal(kept->side[k], in->side[i]);
        assert_int_equal(kept->venue[k], in->venue[i]);
        assert_int_equal(kept->flags[k] & ~NACRE_TRADE_AUCTION,
                         in->flags[i] & ~NACRE_TRADE_AUCTION);
    }
}

static void nothing_is_lost_and_twice_is_once(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar;
    assert_int_equal(nacre_calendar_open(ctx, "XNYS", &calendar, NULL), NACRE_OK);
    for (uint64_t seed = 0; seed < 50; seed++) {
        size_t count = 1 + (size_t)(seed * 81);
        nacre_trades in = random_prints(seed, count);
        nacre_filtered *once = run(ctx, calendar, &in);
        uint64_t excluded_rows = 0;
        int64_t volume = once->kept_volume, in_volume = 0;
        for (size_t r = 0; r < once->reason_count; r++) {
            excluded_rows += once->reasons[r].rows;
            volume += once->reasons[r].volume;
        }
        for (size_t i = 0; i < count; i++)
            in_volume += in.size[i];
        assert_int_equal(once->kept.rows + excluded_rows, count);
        assert_int_equal(volume, in_volume);
        assert_subsequence(&in, &once->kept);
        nacre_filtered *twice = run(ctx, calendar, &once->kept);
        assert_false(twice->copied);
        assert_int_equal(twice->kept_volume, once->kept_volume);
        assert_int_equal(twice->auction_volume, once->auction_volume);
        support_assert_equal(&twice->kept, &once->kept);
        nacre_filtered_destroy(ctx, twice);
        nacre_filtered_destroy(ctx, once);
    }
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void blocks_do_not_matter(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar;
    assert_int_equal(nacre_calendar_open(ctx, "XNYS", &calendar, NULL), NACRE_OK);
    nacre_trades in = random_prints(7, 3000);
    nacre_filtered *whole = run(ctx, calendar, &in);
    assert_true(whole->kept.rows > 300);
    assert_true(whole->auction_volume > 0);
    size_t k = 0;
    for (size_t begin = 0; begin < 3000; begin += 300) {
        support_rows *part = calloc(1, sizeof *part);
        memcpy(part->ts_event, rows.ts_event + begin, 300 * 8);
        memcpy(part->size, rows.size + begin, 300 * 8);
        memcpy(part->seq, rows.seq + begin, 300 * 8);
        memcpy(part->conditions, rows.conditions + begin, 300 * 4);
        nacre_trades view = support_view(part, 300);
        nacre_filtered *f = run(ctx, calendar, &view);
        for (size_t i = 0; i < f->kept.rows; i++, k++)
            assert_int_equal(f->kept.seq[i], whole->kept.seq[k]);
        nacre_filtered_destroy(ctx, f);
        free(part);
    }
    assert_int_equal(k, whole->kept.rows);
    nacre_filtered_destroy(ctx, whole);
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_is_lost_and_twice_is_once),
        cmocka_unit_test(blocks_do_not_matter),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
