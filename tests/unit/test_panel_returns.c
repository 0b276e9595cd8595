// SPDX-License-Identifier: Apache-2.0
// The window without gaps, the returns on it, and the groups of the columns. Expected values are
// worked out by hand.
#include "unit/panel_fixture.h"

#define N ((double)NAN)

static nacre_panel panel_of(nacre_panel_kind kind, size_t dates, size_t assets, const int32_t *date,
                            const double *values)
{
    static const char *const names[] = {"A", "B", "C", "D"};
    return (nacre_panel){.kind = kind,
                         .dates = dates,
                         .assets = assets,
                         .date = date,
                         .dated = true,
                         .names = names,
                         .values = values};
}

static const int32_t week[] = {20200106, 20200107, 20200108, 20200109, 20200110};

static void test_price_returns(void **state)
{
    fixture *f = *state;
    const double prices[] = {100, 8, 110, 4, 55, 5};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 3, 2, week, prices);
    nacre_returns *r = good_returns(f, &panel, 0.95);
    const double expected[] = {0.1, -0.5, -0.5, 0.25};
    assert_int_equal(r->periods, 2);
    assert_int_equal(r->assets, 2);
    assert_int_equal(r->date[0], 20200107);
    assert_int_equal(r->date[1], 20200108);
    assert_string_equal(r->names[1], "B");
    assert_int_equal(r->column[1], 1);
    assert_int_equal(r->dropped_columns, 0);
    assert_int_equal(r->dropped_rows, 0);
    assert_true(r->periods_per_year == 252.0);
    assert_values(r->values, expected, 4);
    nacre_returns_destroy(f->ctx, r);
}

static void test_kinds(void **state)
{
    fixture *f = *state;
    const double values[] = {0.5, -1, 0, 0.25};
    const double log_expected[] = {exp(0.5) - 1, exp(-1) - 1, 0, exp(0.25) - 1};
    nacre_panel panel = panel_of(NACRE_PANEL_SIMPLE, 2, 2, week, values);
    nacre_returns *r = good_returns(f, &panel, 0.95);
    assert_int_equal(r->periods, 2);
    assert_int_equal(r->date[0], 20200106);
    assert_values(r->values, values, 4);
    nacre_returns_destroy(f->ctx, r);
    panel.kind = NACRE_PANEL_LOG;
    r = good_returns(f, &panel, 0.95);
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(r->values[i] - log_expected[i]) < 1e-15);
    nacre_returns_destroy(f->ctx, r);
}

// Row 0: two of four values, dropped at once. Row 2: the same, inside. Column D ends before the
// last row, so three of four columns remain from row 1 on.
static void test_window(void **state)
{
    fixture *f = *state;
    const double prices[] = {1, 1, N, N, 1, 2, 4, 8, N, 2, N, 8, 2, 1, 4, 8, 4, 3, 8, N};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 5, 4, week, prices);
    nacre_returns *r = good_returns(f, &panel, 0.75);
    const double expected[] = {1, -0.5, 0, 1, 2, 1};
    assert_int_equal(r->assets, 3);
    assert_int_equal(r->periods, 2);
    assert_values(r->values, expected, 6);
    assert_int_equal(r->date[0], 20200109);
    assert_int_equal(r->dropped_columns, 1);
    assert_int_equal(r->dropped_column[0], 3);
    assert_int_equal(r->dropped_rows, 2);
    assert_int_equal(r->dropped_row[0], 0);
    assert_int_equal(r->dropped_row[1], 2);
    nacre_returns_destroy(f->ctx, r);
}

// Both columns have a gap, each on a row of its own: with 3 of 4 asked for, the tail ends at the
// older gap, whose column stays.
static void test_tail_ends(void **state)
{
    fixture *f = *state;
    const double prices[] = {1, N, 1, 1, 2, 1, 1, 1, N, 2, 1, 1, 4, 2, 2, 1, 8, 1, 1, 2};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 5, 4, week, prices);
    nacre_returns *r = good_returns(f, &panel, 0.75);
    assert_int_equal(r->assets, 3);
    assert_int_equal(r->column[0], 1);
    assert_int_equal(r->periods, 3);
    assert_int_equal(r->dropped_rows, 1);
    assert_int_equal(r->dropped_row[0], 0);
    nacre_returns_destroy(f->ctx, r);
    // With all columns asked for, every row with a gap goes, and no column.
    r = good_returns(f, &panel, 1.0);
    assert_int_equal(r->assets, 4);
    assert_int_equal(r->periods, 2);
    assert_int_equal(r->dropped_rows, 2);
    assert_int_equal(r->dropped_row[1], 2);
    assert_true(r->values[0] == 1.0);
    nacre_returns_destroy(f->ctx, r);
}

static void test_no_window(void **state)
{
    fixture *f = *state;
    const double prices[] = {1, N, 1, N, 1, 1, 2, 2};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 4, 2, week, prices);
    nacre_returns *r;
    assert_int_equal(nacre_panel_returns(f->ctx, &panel, 0.95, &r, &f->err), NACRE_E_SHAPE);
    assert_message(f, "2 hold at least 2 of its 2 columns", "lower the share");
    panel.dates = 1;
    assert_int_equal(nacre_panel_returns(f->ctx, &panel, 0.95, &r, &f->err), NACRE_E_SHAPE);
    panel.assets = 0;
    assert_int_equal(nacre_panel_returns(f->ctx, &panel, 0.95, &r, &f->err), NACRE_E_SHAPE);
    for (size_t i = 0; i < 4; i++) {
        static const double shares[] = {0, -1, 1.01, (double)NAN};
        assert_int_equal(nacre_panel_returns(f->ctx, &panel, shares[i], &r, &f->err), NACRE_E_ARG);
    }
    const double staggered[] = {1, 1, 1, N, N, 1, 1, 1};
    panel = panel_of(NACRE_PANEL_PRICES, 4, 2, week, staggered);
    assert_int_equal(nacre_panel_returns(f->ctx, &panel, 0.5, &r, &f->err), NACRE_E_SHAPE);
    assert_message(f, "after row 2 (20200107)");
}

// Prices that the caller filled in are checked too: no infinity or NaN gets out.
static void test_bad_values(void **state)
{
    fixture *f = *state;
    static const double bad[] = {0.0, -1.0, (double)INFINITY, 1e-308};
    for (size_t i = 0; i < 4; i++) {
        const double prices[] = {1, bad[i], 1e308};
        nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 3, 1, week, prices);
        nacre_returns *r;
        assert_int_equal(nacre_panel_returns(f->ctx, &panel, 1, &r, &f->err), NACRE_E_RANGE);
        assert_message(f, "'A'", "202001");
        assert_null(r);
    }
    // Twice negative would give a plausible return.
    const double negative[] = {-1, -2, -4};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 3, 1, week, negative);
    nacre_returns *r;
    assert_int_equal(nacre_panel_returns(f->ctx, &panel, 1, &r, &f->err), NACRE_E_RANGE);
}

static double periods_for(fixture *f, int32_t first, int32_t step, size_t count)
{
    double values[40];
    int32_t dates[40];
    for (size_t i = 0; i < count; i++) {
        values[i] = 0.0;
        dates[i] = first + step * (int32_t)i;
    }
    nacre_panel panel = panel_of(NACRE_PANEL_SIMPLE, count, 1, dates, values);
    nacre_returns *r = good_returns(f, &panel, 1);
    double periods = r->periods_per_year;
    nacre_returns_destroy(f->ctx, r);
    return periods;
}

static void test_periods_per_year(void **state)
{
    fixture *f = *state;
    assert_true(periods_for(f, 20200106, 1, 5) == 252.0);  // Monday to Friday
    assert_true(periods_for(f, 20200106, 1, 20) == 365.0); // weekends too
    assert_true(periods_for(f, 20200103, 7, 4) == 52.0);   // Fridays
    assert_true(periods_for(f, 20200131, 10000, 5) == 0.0);
    assert_true(periods_for(f, 20200131, -1, 5) == 0.0); // unsorted
    assert_true(periods_for(f, 20200101, 100, 12) == 12.0);
    assert_true(periods_for(f, 20200102, 2, 5) == 0.0);
}

static nacre_panel_group_table *good_groups(fixture *f, const nacre_panel *panel, const char *text)
{
    nacre_panel_group_table *groups;
    if (nacre_panel_groups(f->ctx, fixture_text(f, "g.csv", text), panel, &groups, &f->err))
        fail_msg("%s", f->err.message);
    return groups;
}

static void test_groups(void **state)
{
    fixture *f = *state;
    const double prices[4] = {1, 1, 1, 1};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 1, 4, week, prices);
    nacre_panel_group_table *groups =
        good_groups(f, &panel,
                    "Symbol,Name,GICS Sector\nD,\"D, Inc\",Tech\nZ,z,Banks\nA,a,Tech\n\n"
                    "B,\"b\",\"Oil, Gas\"\nC,c,\nB,again,\"Oil, Gas\"\r\n");
    const uint32_t expected[] = {1, 0, NACRE_GROUP_NONE, 1};
    assert_int_equal(groups->groups, 2);
    assert_int_equal(groups->assets, 4);
    assert_string_equal(groups->names[0], "Oil, Gas");
    assert_string_equal(groups->names[1], "Tech");
    assert_memory_equal(groups->group, expected, sizeof expected);
    assert_int_equal(groups->missing, 1);
    assert_int_equal(groups->missing_column[0], 2);
    assert_int_equal(groups->unused, 1);
    nacre_panel_groups_destroy(f->ctx, groups);
    groups = good_groups(f, &panel, "SECTOR,ticker\nx,A\ny,B\nx,C\nw,D\n");
    const uint32_t other[] = {1, 2, 1, 0};
    assert_memory_equal(groups->group, other, sizeof other);
    assert_int_equal(groups->missing, 0);
    nacre_panel_groups_destroy(f->ctx, groups);
}

static void test_bad_groups(void **state)
{
    fixture *f = *state;
    static const struct {
        const char *text;
        nacre_status status;
        const char *part;
    } cases[] = {
        {"Name,Sector\nA,x\n", NACRE_E_PARSE, "g.csv:1:1: the header"},
        {"Symbol,Name\nA,x\n", NACRE_E_PARSE, "no column Sector"},
        {"Symbol,Sector,Group\nA,x,y\n", NACRE_E_PARSE, "g.csv:1:15: column 'Group'"},
        {"Symbol,Sector\nA,x,y\n", NACRE_E_PARSE, "g.csv:2:1: the row has 3 fields"},
        {"Symbol,Sector\nA,\"x\n", NACRE_E_PARSE, "g.csv:2:3: the field"},
        {"Symbol,Sector\n,x\n", NACRE_E_PARSE, "g.csv:2:1: symbol"},
        {"Symbol,Sector\nA,x\001\n", NACRE_E_PARSE, "g.csv:2:3: sector"},
        {"Symbol,Sector\nA,x\nA,y\n", NACRE_E_EXISTS, "g.csv:3:1: 'A' is in 'y' here and in 'x'"},
        {"Symbol,Sector\nQ,x\n", NACRE_E_NOTFOUND, "none of the panel's 4 columns"},
        {"Symbol,Sector\n", NACRE_E_NOTFOUND, "spelling"},
    };
    const double prices[4] = {1, 1, 1, 1};
    nacre_panel panel = panel_of(NACRE_PANEL_PRICES, 1, 4, week, prices);
    nacre_panel_group_table *groups;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const char *path = fixture_text(f, "g.csv", cases[i].text);
        nacre_status status = nacre_panel_groups(f->ctx, path, &panel, &groups, &f->err);
        if (status != cases[i].status)
            fail_msg("case %zu: %s, %s", i, nacre_status_name(status), f->err.message);
        assert_message(f, cases[i].part);
        assert_null(groups);
    }
    assert_int_equal(
        nacre_panel_groups(f->ctx, fixture_path(f, "none.csv"), &panel, &groups, &f->err),
        NACRE_E_IO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_price_returns),    PANEL_TEST(test_kinds),
        PANEL_TEST(test_window),           PANEL_TEST(test_tail_ends),
        PANEL_TEST(test_no_window),        PANEL_TEST(test_bad_values),
        PANEL_TEST(test_groups),           PANEL_TEST(test_bad_groups),
        PANEL_TEST(test_periods_per_year),
    };
    return cmocka_run_group_tests_name("panel_returns", tests, NULL, NULL);
}
