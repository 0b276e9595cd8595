// SPDX-License-Identifier: Apache-2.0
// The tape filter on made-up prints of one known day: each reason, hours to the nanosecond,
// auctions, and when columns are borrowed.
#include "mem/copies.h"
#include "tape_support.h"

#define SECOND INT64_C(1000000000)
#define MINUTE (60 * SECOND)
#define HOUR (60 * MINUTE)
// 2013-10-07 00:00 UTC (date -u -d 2013-10-07 +%s); New York is four hours behind.
#define DAY_NS (INT64_C(1381104000) * SECOND)
#define LOCAL(h, m) (DAY_NS + ((h) + 4) * HOUR + (m)*MINUTE)

static support_rows rows;

typedef struct market {
    nacre_ctx *ctx;
    nacre_calendar *xnys, *continuous;
    nacre_instrument equity, coin;
} market;

static market m;

static int set_up(void **state)
{
    (void)state;
    m.ctx = support_ctx();
    nacre_instrument_equity(&m.equity, "SPY");
    nacre_instrument_crypto(&m.coin, "BTCUSDT");
    return (int)nacre_calendar_open(m.ctx, "XNYS", &m.xnys, NULL) |
           (int)nacre_calendar_open(m.ctx, "24x7", &m.continuous, NULL);
}

static int tear_down(void **state)
{
    (void)state;
    nacre_calendar_close(m.xnys);
    nacre_calendar_close(m.continuous);
    nacre_ctx_destroy(m.ctx);
    return 0;
}

/// `count` prints of 100 at `t`, with nothing remarkable about them.
static nacre_trades prints_at(size_t count, int64_t t)
{
    memset(&rows, 0, sizeof rows);
    for (size_t i = 0; i < count; i++) {
        rows.ts_event[i] = t;
        rows.price[i] = 1;
        rows.size[i] = 100;
        rows.seq[i] = (int64_t)i;
    }
    return support_view(&rows, count);
}

static nacre_filtered *run(const nacre_trades *trades, nacre_conditions conditions, uint32_t mask)
{
    nacre_filter_options options;
    nacre_filter_options_init(&options);
    options.conditions = conditions;
    options.exclude_mask = mask;
    nacre_filtered *out;
    nacre_error err;
    if (nacre_filter_trades(m.ctx, &m.equity, m.xnys, &options, trades, &out, &err))
        fail_msg("%s", err.message);
    return out;
}

static const nacre_filter_reason *reason(const nacre_filtered *f, const char *name)
{
    for (size_t i = 0; i < f->reason_count; i++) {
        if (strcmp(f->reasons[i].name, name) == 0)
            return &f->reasons[i];
    }
    fail_msg("no reason %s", name);
    return NULL;
}

static void each_condition_has_its_reason(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t bits;
    } expected[] = {
        {"cash", NACRE_COND_CASH},
        {"next_day", NACRE_COND_NEXT_DAY},
        {"seller", NACRE_COND_SELLER},
        {"derivatively_priced", NACRE_COND_DERIVATIVELY_PRICED},
        {"average_price", NACRE_COND_AVERAGE_PRICE},
        {"sold_out_of_sequence", NACRE_COND_SOLD},
        {"sold_out_of_sequence", NACRE_COND_OUT_OF_SEQUENCE},
        {"prior_reference_price", NACRE_COND_PRIOR_REFERENCE},
        {"stock_option", NACRE_COND_STOCK_OPTION},
        {"official_open_close", NACRE_COND_OFFICIAL_OPEN},
        {"official_open_close", NACRE_COND_OFFICIAL_CLOSE},
        {"extended_hours", NACRE_COND_FORM_T},
        {"extended_hours", NACRE_COND_EXTENDED_HOURS},
    };
    const size_t n = sizeof expected / sizeof expected[0];
    for (size_t i = 0; i < n; i++) {
        nacre_trades in = prints_at(3, LOCAL(12, 0));
        // An auction bit does not save a print that has an excluding bit, and the earlier reason
        // in the list counts when there are several.
        rows.conditions[1] = expected[i].bits | NACRE_COND_CLOSING | expected[n - 1].bits;
        rows.size[1] = 7;
        nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
        assert_int_equal(f->reason_count, 10);
        assert_int_equal(f->kept.rows, 2);
        assert_int_equal(f->kept_volume, 200);
        assert_int_equal(reason(f, expected[i].name)->rows, 1);
        assert_int_equal(reason(f, expected[i].name)->volume, 7);
        assert_true(f->copied);
        assert_int_equal(f->kept.seq[1], 2);
        nacre_filtered_destroy(m.ctx, f);
    }
}

static void reasons_come_in_the_documented_order(void **state)
{
    (void)state;
    static const char *const names[] = {"cash",
                                        "next_day",
                                        "seller",
                                        "derivatively_priced",
                                        "average_price",
                                        "sold_out_of_sequence",
                                        "prior_reference_price",
                                        "stock_option",
                                        "official_open_close",
                                        "extended_hours"};
    nacre_trades in = prints_at(1, LOCAL(12, 0));
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    for (size_t i = 0; i < 10; i++)
        assert_string_equal(f->reasons[i].name, names[i]);
    nacre_filtered_destroy(m.ctx, f);
}

static void harmless_conditions_stay(void **state)
{
    (void)state;
    nacre_trades in = prints_at(1, LOCAL(12, 0));
    rows.conditions[0] = NACRE_COND_REGULAR | NACRE_COND_INTERMARKET_SWEEP | NACRE_COND_CROSS |
                         NACRE_COND_TRADE_THROUGH_EXEMPT | 0x80000000u;
    rows.flags[0] = NACRE_TRADE_SUSPICIOUS;
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 1);
    assert_false(f->copied);
    assert_ptr_equal(f->kept.price, in.price);
    assert_int_equal(f->kept.flags[0], NACRE_TRADE_SUSPICIOUS);
    nacre_filtered_destroy(m.ctx, f);
}

static void hours_end_where_they_end(void **state)
{
    (void)state;
    nacre_trades in = prints_at(4, 0);
    rows.ts_event[0] = LOCAL(9, 30) - 1;
    rows.ts_event[1] = LOCAL(9, 30);
    rows.ts_event[2] = LOCAL(16, 0) - 1;
    rows.ts_event[3] = LOCAL(16, 0);
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 2);
    assert_int_equal(f->kept.ts_event[0], LOCAL(9, 30));
    assert_int_equal(f->kept.ts_event[1], LOCAL(16, 0) - 1);
    assert_int_equal(reason(f, "extended_hours")->rows, 2);
    nacre_filtered_destroy(m.ctx, f);
}

static void auctions_stay_whenever_they_print(void **state)
{
    (void)state;
    nacre_trades in = prints_at(5, LOCAL(12, 0));
    rows.ts_event[2] = LOCAL(16, 1); // a closing print 60 s after the close
    rows.conditions[2] = NACRE_COND_CLOSING;
    rows.size[2] = 1000;
    rows.ts_event[3] = LOCAL(16, 2);
    rows.ts_event[4] = LOCAL(16, 2); // marked by an earlier pass
    rows.flags[4] = NACRE_TRADE_AUCTION;
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 4);
    assert_int_equal(f->kept.flags[0], 0);
    assert_int_equal(f->kept.flags[2], NACRE_TRADE_AUCTION);
    assert_int_equal(f->kept.flags[3], NACRE_TRADE_AUCTION);
    assert_int_equal(f->auction_volume, 1100);
    assert_int_equal(f->kept_volume, 1300);
    assert_int_equal(rows.flags[2], 0); // the input is not touched
    nacre_filtered_destroy(m.ctx, f);
}

static void no_auction_on_a_closed_day(void **state)
{
    (void)state;
    nacre_trades in = prints_at(3, LOCAL(12, 0) - 48 * HOUR); // Saturday
    rows.conditions[1] = NACRE_COND_OPENING;
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 0);
    assert_int_equal(reason(f, "extended_hours")->volume, 300);
    nacre_filtered_destroy(m.ctx, f);
}

static void all_keeps_all_and_marks(void **state)
{
    (void)state;
    nacre_trades in = prints_at(3, LOCAL(3, 0));
    rows.conditions[0] = NACRE_COND_CASH;
    rows.conditions[1] = NACRE_COND_REOPENING;
    in.flags = NULL;
    uint64_t before = nacrei_copied_total(NACREI_COPY_FILTER).bytes;
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_ALL, 0);
    assert_int_equal(f->kept.rows, 3);
    assert_int_equal(f->reason_count, 0);
    assert_true(f->copied);
    assert_ptr_equal(f->kept.price, in.price); // only the flags are new
    assert_int_equal(f->kept.flags[0], 0);
    assert_int_equal(f->kept.flags[1], NACRE_TRADE_AUCTION);
    assert_int_equal(f->auction_volume, 100);
    assert_int_equal(nacrei_copied_total(NACREI_COPY_FILTER).bytes - before, 3);
    nacre_filtered_destroy(m.ctx, f);
}

static void a_mask_replaces_the_rules(void **state)
{
    (void)state;
    nacre_trades in = prints_at(4, LOCAL(3, 0)); // hours do not matter
    rows.conditions[0] = NACRE_COND_CASH;
    rows.conditions[2] = NACRE_COND_CROSS | NACRE_COND_REGULAR;
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_MASK, NACRE_COND_CROSS);
    assert_int_equal(f->kept.rows, 3);
    assert_int_equal(f->kept.conditions[0], NACRE_COND_CASH);
    assert_int_equal(f->reason_count, 1);
    assert_string_equal(f->reasons[0].name, "mask");
    assert_int_equal(f->reasons[0].rows, 1);
    assert_int_equal(f->reasons[0].volume, 100);
    nacre_filtered_destroy(m.ctx, f);
}

static void around_the_clock_borrows(void **state)
{
    (void)state;
    nacre_trades in = prints_at(3, LOCAL(3, 0) - 48 * HOUR);
    rows.conditions[0] = NACRE_COND_CASH | NACRE_COND_OPENING; // means nothing there
    uint64_t before = nacrei_copied_total(NACREI_COPY_FILTER).bytes;
    nacre_filtered *f;
    assert_int_equal(nacre_filter_trades(m.ctx, &m.coin, m.continuous, NULL, &in, &f, NULL),
                     NACRE_OK);
    assert_false(f->copied);
    assert_memory_equal(&f->kept, &in, sizeof in);
    assert_int_equal(f->kept_volume, 300);
    assert_int_equal(f->auction_volume, 0);
    assert_int_equal(f->reason_count, 0);
    assert_int_equal(nacrei_copied_total(NACREI_COPY_FILTER).bytes, before);
    nacre_filtered_destroy(m.ctx, f);
}

static void absent_columns_stay_absent(void **state)
{
    (void)state;
    nacre_trades in = prints_at(3, LOCAL(12, 0));
    rows.ts_event[0] = LOCAL(8, 0);
    in = (nacre_trades){.rows = 3, .ts_event = in.ts_event, .price = in.price, .size = in.size};
    nacre_filtered *f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 2);
    assert_null(f->kept.seq);
    assert_null(f->kept.flags);
    assert_null(f->kept.conditions);
    nacre_filtered_destroy(m.ctx, f);
    in.rows = 0;
    f = run(&in, NACRE_CONDITIONS_REGULAR, 0);
    assert_int_equal(f->kept.rows, 0);
    assert_false(f->copied);
    nacre_filtered_destroy(m.ctx, f);
    nacre_filtered_destroy(m.ctx, NULL);
}

static void refuses_bad_calls(void **state)
{
    (void)state;
    nacre_trades in = prints_at(3, LOCAL(12, 0));
    nacre_filtered *f;
    nacre_error err;
    nacre_filter_options options = {0};
    assert_int_equal(nacre_filter_trades(m.ctx, &m.equity, m.xnys, &options, &in, &f, &err),
                     NACRE_E_ARG);
    assert_int_equal(nacre_filter_trades(m.ctx, &m.coin, m.xnys, NULL, &in, &f, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "24x7"));
    rows.size[0] = INT64_MAX;
    assert_int_equal(nacre_filter_trades(m.ctx, &m.equity, m.xnys, NULL, &in, &f, &err),
                     NACRE_E_RANGE);
    assert_null(f);
    in = prints_at(1, 0); // 1970
    assert_int_equal(nacre_filter_trades(m.ctx, &m.equity, m.xnys, NULL, &in, &f, &err),
                     NACRE_E_RANGE);
    assert_null(f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_condition_has_its_reason),
        cmocka_unit_test(reasons_come_in_the_documented_order),
        cmocka_unit_test(harmless_conditions_stay),
        cmocka_unit_test(hours_end_where_they_end),
        cmocka_unit_test(auctions_stay_whenever_they_print),
        cmocka_unit_test(no_auction_on_a_closed_day),
        cmocka_unit_test(all_keeps_all_and_marks),
        cmocka_unit_test(a_mask_replaces_the_rules),
        cmocka_unit_test(around_the_clock_borrows),
        cmocka_unit_test(absent_columns_stay_absent),
        cmocka_unit_test(refuses_bad_calls),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
