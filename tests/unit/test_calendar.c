// SPDX-License-Identifier: Apache-2.0
// Calendars against typed-in facts: hours of known days, the days of daylight saving, closures that
// no rule gives. UTC instants are those of GNU date(1).
#include "core/timezone.h"
#include "tape_support.h"

typedef struct fact {
    int32_t date;
    bool trading, early;
    int open_minute, close_minute; ///< UTC minutes of the day
} fact;

static nacre_calendar *open_calendar(nacre_ctx *ctx, const char *name)
{
    nacre_calendar *calendar;
    nacre_error err;
    if (nacre_calendar_open(ctx, name, &calendar, &err))
        fail_msg("%s", err.message);
    return calendar;
}

static int64_t utc_ns(int32_t date, int minute)
{
    int64_t day;
    assert_true(nacrei_days_from_yyyymmdd(date, &day));
    return (day * 1440 + minute) * 60 * NACREI_NS_PER_SECOND;
}

static void xnys_known_days(void **state)
{
    (void)state;
    static const fact facts[] = {
        {20131007, true, false, 13 * 60 + 30, 20 * 60}, // summer time
        {20131104, true, false, 14 * 60 + 30, 21 * 60}, // the Monday after its end
        {20130308, true, false, 14 * 60 + 30, 21 * 60}, // the Friday before its begin
        {20130311, true, false, 13 * 60 + 30, 20 * 60},
        {20130703, true, true, 13 * 60 + 30, 17 * 60},
        {20131129, true, true, 14 * 60 + 30, 18 * 60},
        {20131224, true, true, 14 * 60 + 30, 18 * 60},
        {20120703, true, true, 13 * 60 + 30, 17 * 60}, // NYSE holiday notice 2012
        {20121224, true, true, 14 * 60 + 30, 18 * 60},
        {19991231, true, true, 14 * 60 + 30, 18 * 60},
        {20031226, true, true, 14 * 60 + 30, 18 * 60},
        {20020705, true, true, 13 * 60 + 30, 17 * 60},
        {20081226, true, false, 14 * 60 + 30, 21 * 60}, // not every day after Christmas
        {20020703, true, false, 13 * 60 + 30, 20 * 60}, // Wednesdays only since 2013
        {20101231, true, false, 14 * 60 + 30, 21 * 60}, // New Year on a Saturday is not observed
        {20210618, true, false, 13 * 60 + 30, 20 * 60}, // no Juneteenth before 2022
    };
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar = open_calendar(ctx, "XNYS");
    assert_string_equal(nacre_calendar_name(calendar), "XNYS");
    for (size_t i = 0; i < sizeof facts / sizeof facts[0]; i++) {
        const fact *f = &facts[i];
        nacre_session s;
        assert_int_equal(nacre_calendar_session(calendar, utc_ns(f->date, 900), &s, NULL), 0);
        assert_int_equal(s.date, f->date);
        assert_int_equal(s.trading, f->trading);
        assert_int_equal(s.early_close, f->early);
        assert_int_equal(s.open_ns, utc_ns(f->date, f->open_minute));
        assert_int_equal(s.close_ns, utc_ns(f->date, f->close_minute));
    }
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void xnys_closed_days(void **state)
{
    (void)state;
    // NYSE, Special Closings, and holidays that a rule easily misses.
    static const int32_t closed[] = {
        20010911, 20010912, 20010913, 20010914, 20040611, 20070102, 20121029, 20121030,
        20181205, 20250109, 20131005, 20131006, 20130329, 20220620, 20230619, 20150703,
        20101224, 20211224, 20230102, 20130121, 20120102, 20111226,
    };
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar = open_calendar(ctx, "XNYS");
    for (size_t i = 0; i < sizeof closed / sizeof closed[0]; i++) {
        nacre_session s;
        assert_int_equal(nacre_calendar_session(calendar, utc_ns(closed[i], 900), &s, NULL), 0);
        assert_int_equal(s.date, closed[i]);
        assert_false(s.trading);
        assert_false(s.early_close);
    }
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void xnys_days_join(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar = open_calendar(ctx, "XNYS");
    nacre_session s;
    int64_t t = utc_ns(19980101, 12 * 60);
    assert_int_equal(nacre_calendar_session(calendar, t, &s, NULL), NACRE_OK);
    size_t days = 1, short_days = 0, long_days = 0;
    while (s.date < 20301231) {
        nacre_session next, last;
        assert_int_equal(nacre_calendar_session(calendar, s.end_ns, &next, NULL), NACRE_OK);
        assert_int_equal(nacre_calendar_session(calendar, s.end_ns - 1, &last, NULL), NACRE_OK);
        assert_int_equal(next.begin_ns, s.end_ns);
        assert_int_equal(last.date, s.date);
        int64_t length = s.end_ns - s.begin_ns;
        short_days += length == 23 * 3600 * NACREI_NS_PER_SECOND;
        long_days += length == 25 * 3600 * NACREI_NS_PER_SECOND;
        s = next;
        days++;
    }
    assert_int_equal(days, 33 * 365 + 8); // leap years 2000 to 2028
    assert_int_equal(short_days, 33);     // one day of 23 and one of 25 hours a year
    assert_int_equal(long_days, 33);
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void refuses_other_years(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar = open_calendar(ctx, "XNYS");
    const int64_t outside[] = {INT64_MIN, 0, utc_ns(19971231, 900), utc_ns(20310101, 900),
                               INT64_MAX};
    for (size_t i = 0; i < sizeof outside / sizeof outside[0]; i++) {
        nacre_session s = {.date = 7};
        nacre_error err;
        assert_int_equal(nacre_calendar_session(calendar, outside[i], &s, &err), NACRE_E_RANGE);
        assert_non_null(strstr(err.message, "XNYS"));
        assert_int_equal(s.date, 7);
    }
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void around_the_clock(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar = open_calendar(ctx, "24x7");
    assert_string_equal(nacre_calendar_name(calendar), "24x7");
    const int32_t dates[] = {20240808, 20000229, 19691231, 20991231};
    for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
        for (int last = 0; last < 2; last++) {
            nacre_session s;
            int64_t begin = utc_ns(dates[i], 0);
            int64_t t = last ? begin + NACREI_NS_PER_DAY - 1 : begin;
            assert_int_equal(nacre_calendar_session(calendar, t, &s, NULL), NACRE_OK);
            assert_int_equal(s.date, dates[i]);
            assert_true(s.trading);
            assert_false(s.early_close);
            assert_int_equal(s.begin_ns, begin);
            assert_int_equal(s.end_ns, begin + NACREI_NS_PER_DAY);
            assert_int_equal(s.open_ns, begin);
            assert_int_equal(s.close_ns, s.end_ns);
        }
    }
    nacre_session s;
    assert_int_equal(nacre_calendar_session(calendar, INT64_MAX, &s, NULL), NACRE_E_RANGE);
    assert_int_equal(nacre_calendar_session(calendar, INT64_MIN, &s, NULL), NACRE_E_RANGE);
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void names_the_known_calendars(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar;
    nacre_error err;
    assert_int_equal(nacre_calendar_open(ctx, "XLON", &calendar, &err), NACRE_E_NOTFOUND);
    assert_null(calendar);
    assert_non_null(strstr(err.message, "24x7"));
    assert_non_null(strstr(err.message, "XNYS"));
    nacre_calendar_close(NULL);
    nacre_ctx_destroy(ctx);
}

static void says_when_zones_are_missing(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    char folder[256];
    support_folder(folder);
    assert_int_equal(setenv("TZDIR", folder, 1), 0);
    nacre_calendar *calendar;
    nacre_error err;
    assert_int_equal(nacre_calendar_open(ctx, "XNYS", &calendar, &err), NACRE_E_IO);
    assert_int_equal(err.status, NACRE_E_IO);
    assert_null(calendar);
    assert_int_equal(unsetenv("TZDIR"), 0);
    support_remove(folder);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(xnys_known_days),
        cmocka_unit_test(xnys_closed_days),
        cmocka_unit_test(xnys_days_join),
        cmocka_unit_test(refuses_other_years),
        cmocka_unit_test(around_the_clock),
        cmocka_unit_test(names_the_known_calendars),
        cmocka_unit_test(says_when_zones_are_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
