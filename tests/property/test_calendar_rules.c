// SPDX-License-Identifier: Apache-2.0
// The table of XNYS days against the rules from which an exchange makes its year: every weekday
// from 1998 to 2030, computed here (Easter by the anonymous Gregorian computus), plus the
// exceptions that no rule gives. Rules: NYSE Rule 7.2; early closings as announced year by year.
#include "core/timezone.h"
#include "tape_support.h"

typedef enum expected { OPEN, CLOSED, EARLY } expected;

static const struct {
    int32_t date;
    expected kind;
} exceptions[] = {
    {19991231, EARLY},  {20010911, CLOSED}, {20010912, CLOSED}, {20010913, CLOSED},
    {20010914, CLOSED}, {20031226, EARLY},  {20040611, CLOSED}, {20070102, CLOSED},
    {20121029, CLOSED}, {20121030, CLOSED}, {20181205, CLOSED}, {20250109, CLOSED},
};

/// 0 = Monday.
static int weekday(int64_t day)
{
    return (int)((day % 7 + 7 + 3) % 7);
}

/// The n-th given weekday of a month; n = -1 is the last.
static int64_t nth(int32_t year, uint32_t month, int day_of_week, int n)
{
    if (n < 0) {
        int64_t next = month == 12 ? nacrei_days_from_civil(year + 1, 1, 1)
                                   : nacrei_days_from_civil(year, month + 1, 1);
        int64_t last = next - 1;
        return last - (weekday(last) - day_of_week + 7) % 7;
    }
    int64_t first = nacrei_days_from_civil(year, month, 1);
    return first + (day_of_week - weekday(first) + 7) % 7 + 7 * (n - 1);
}

/// Meeus, Astronomical Algorithms, ch. 8.
static int64_t easter(int32_t y)
{
    int a = y % 19, b = y / 100, c = y % 100, d = b / 4, e = b % 4, f = (b + 8) / 25;
    int g = (b - f + 1) / 3, h = (19 * a + b - d - g + 15) % 30, i = c / 4, k = c % 4;
    int l = (32 + 2 * e + 2 * i - h - k) % 7, m = (a + 11 * h + 22 * l) / 451;
    int n = h + l - 7 * m + 114;
    return nacrei_days_from_civil(y, (uint32_t)(n / 31), (uint32_t)(n % 31 + 1));
}

/// Saturday's holiday is kept on Friday, Sunday's on Monday.
static int64_t observed(int64_t day)
{
    return weekday(day) == 5 ? day - 1 : weekday(day) == 6 ? day + 1 : day;
}

static bool is_holiday(int32_t y, int64_t day)
{
    int64_t new_year = nacrei_days_from_civil(y, 1, 1);
    // On a Saturday New Year's Day is not kept on the Friday, the last day of the accounting year.
    return (day == observed(new_year) && weekday(new_year) != 5) || day == nth(y, 1, 0, 3) ||
           day == nth(y, 2, 0, 3) || day == easter(y) - 2 || day == nth(y, 5, 0, -1) ||
           (y >= 2022 && day == observed(nacrei_days_from_civil(y, 6, 19))) ||
           day == observed(nacrei_days_from_civil(y, 7, 4)) || day == nth(y, 9, 0, 1) ||
           day == nth(y, 11, 3, 4) || day == observed(nacrei_days_from_civil(y, 12, 25));
}

static bool is_short(int32_t y, int64_t day)
{
    int64_t fourth = nacrei_days_from_civil(y, 7, 4);
    bool thursday = weekday(fourth) == 3;
    bool third = weekday(fourth) >= 1 && weekday(fourth) <= 4 && !(thursday && y < 2013);
    return day == nth(y, 11, 3, 4) + 1 || day == nacrei_days_from_civil(y, 12, 24) ||
           (third && day == fourth - 1) || (thursday && y < 2013 && day == fourth + 1);
}

static expected by_rule(int32_t date, int32_t year, int64_t day)
{
    for (size_t i = 0; i < sizeof exceptions / sizeof exceptions[0]; i++) {
        if (exceptions[i].date == date)
            return exceptions[i].kind;
    }
    if (weekday(day) >= 5 || is_holiday(year, day))
        return CLOSED;
    return is_short(year, day) ? EARLY : OPEN;
}

static void every_day_follows_the_rules(void **state)
{
    (void)state;
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar;
    assert_int_equal(nacre_calendar_open(ctx, "XNYS", &calendar, NULL), NACRE_OK);
    int64_t last = nacrei_days_from_civil(2030, 12, 31);
    size_t trading = 0;
    for (int64_t day = nacrei_days_from_civil(1998, 1, 1); day <= last; day++) {
        int32_t date = nacrei_yyyymmdd_from_days(day);
        nacre_session s;
        int64_t noon = (day * 24 + 17) * 3600 * NACREI_NS_PER_SECOND;
        assert_int_equal(nacre_calendar_session(calendar, noon, &s, NULL), NACRE_OK);
        expected kind = by_rule(date, date / 10000, day);
        if (s.date != date || s.trading != (kind != CLOSED) || s.early_close != (kind == EARLY))
            fail_msg("%d", date);
        trading += s.trading;
    }
    assert_true(trading > 33 * 249 && trading < 33 * 253);
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

static void known_years_have_their_length(void **state)
{
    (void)state;
    // Trading days of a year, as published in many places.
    static const int years[][2] = {{2001, 248}, {2012, 250}, {2013, 252}, {2019, 252},
                                   {2020, 253}, {2022, 251}, {2024, 252}};
    nacre_ctx *ctx = support_ctx();
    nacre_calendar *calendar;
    assert_int_equal(nacre_calendar_open(ctx, "XNYS", &calendar, NULL), NACRE_OK);
    for (size_t i = 0; i < sizeof years / sizeof years[0]; i++) {
        int count = 0;
        int64_t end = nacrei_days_from_civil(years[i][0] + 1, 1, 1);
        for (int64_t day = nacrei_days_from_civil(years[i][0], 1, 1); day < end; day++) {
            nacre_session s;
            int64_t noon = (day * 24 + 17) * 3600 * NACREI_NS_PER_SECOND;
            assert_int_equal(nacre_calendar_session(calendar, noon, &s, NULL), NACRE_OK);
            count += s.trading;
        }
        assert_int_equal(count, years[i][1]);
    }
    nacre_calendar_close(calendar);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_day_follows_the_rules),
        cmocka_unit_test(known_years_have_their_length),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
