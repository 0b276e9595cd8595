// SPDX-License-Identifier: Apache-2.0
// Panels that are right: every form of file, and the numbers in it to the bit.
#include "unit/panel_fixture.h"

#include "data/panel/panel_number.h"

#include <zip.h>

#define N ((double)NAN)

static void test_wide_csv(void **state)
{
    fixture *f = *state;
    nacre_panel *panel = good_panel(f,
                                    "date,AAA,BBB,C c\n2020-01-02,1.5,,3\n2020-01-03,2,20.25,\n"
                                    "\n2020-01-06,1e1,+7,.5\n",
                                    NULL);
    const double expected[] = {1.5, N, 3, 2, 20.25, N, 10, 7, 0.5};
    assert_int_equal(panel->dates, 3);
    assert_int_equal(panel->assets, 3);
    assert_true(panel->dated);
    assert_int_equal(panel->kind, NACRE_PANEL_PRICES);
    assert_null(panel->currency);
    assert_true(panel->periods_per_year == 0.0);
    assert_string_equal(panel->names[0], "AAA");
    assert_string_equal(panel->names[1], "BBB");
    assert_string_equal(panel->names[2], "C c");
    assert_int_equal(panel->date[0], 20200102);
    assert_int_equal(panel->date[2], 20200106);
    assert_values(panel->values, expected, 9);
    nacre_panel_close(f->ctx, panel);
}

// Byte order mark, carriage returns, quotes, blanks, compact dates, no newline at the end.
static void test_odd_but_legal(void **state)
{
    fixture *f = *state;
    nacre_panel *panel =
        good_panel(f,
                   "\xef\xbb\xbf\"date\",\"A,B\",\"say \"\"x\"\"\"\r\n20200102,\"1\", 2 \r\n"
                   "20200103,\"\",-3",
                   &(nacre_panel_options){.struct_size = sizeof(nacre_panel_options),
                                          .kind = NACRE_PANEL_LOG});
    const double expected[] = {1, 2, N, -3};
    assert_string_equal(panel->names[0], "A,B");
    assert_string_equal(panel->names[1], "say \"x\"");
    assert_int_equal(panel->date[1], 20200103);
    assert_int_equal(panel->kind, NACRE_PANEL_LOG);
    assert_values(panel->values, expected, 4);
    nacre_panel_close(f->ctx, panel);
}

static void test_date_range(void **state)
{
    fixture *f = *state;
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    options.first_date = 20200103;
    options.last_date = 20200106;
    // The row after the last date is broken: reading has ended before it.
    nacre_panel *panel =
        good_panel(f, "d,A\n2020-01-02,1\n2020-01-03,2\n2020-01-06,3\n2020-01-07,x,y\n", &options);
    const double expected[] = {2, 3};
    assert_int_equal(panel->dates, 2);
    assert_int_equal(panel->date[0], 20200103);
    assert_values(panel->values, expected, 2);
    nacre_panel_close(f->ctx, panel);
}

static void test_currency(void **state)
{
    fixture *f = *state;
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    nacre_panel *panel = good_panel(f, "d,A [EUR],B[EUR]\n2020-01-02,1,2\n", &options);
    assert_string_equal(panel->currency, "EUR");
    assert_string_equal(panel->names[0], "A");
    assert_string_equal(panel->names[1], "B");
    nacre_panel_close(f->ctx, panel);
    options.base_currency = "USD";
    panel = good_panel(f, "d,A,B [USD],C [x]\n2020-01-02,1,2,3\n", &options);
    assert_string_equal(panel->currency, "USD");
    assert_string_equal(panel->names[2], "C [x]");
    nacre_panel_close(f->ctx, panel);
}

static void test_row_labels(void **state)
{
    fixture *f = *state;
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    options.kind = NACRE_PANEL_SIMPLE;
    options.periods_per_year = 52;
    nacre_panel *panel = good_panel(f, "x,S1\nT1,-1\nT2,0.25\nT3,0.5\n", &options);
    assert_false(panel->dated);
    assert_int_equal(panel->date[2], 3);
    nacre_returns *returns = good_returns(f, panel, 1.0);
    assert_true(returns->periods_per_year == 52.0);
    nacre_returns_destroy(f->ctx, returns);
    nacre_panel_close(f->ctx, panel);
    options.periods_per_year = 0;
    panel = good_panel(f, "x,S1\nT1,-1\nT2,0.25\nT3,0.5\n", &options);
    returns = good_returns(f, panel, 1.0);
    assert_true(returns->periods_per_year == 0.0);
    nacre_returns_destroy(f->ctx, returns);
    nacre_panel_close(f->ctx, panel);
}

static void test_orlib(void **state)
{
    fixture *f = *state;
    static const char *const texts[] = {"2 2\n 10 11\n12 1\t2\n 3 4 5\n 6",
                                        "2\r\n2 \r\n10 11 12 1\n"
                                        "2 3 4 5 6\r\n\n"};
    const double expected[] = {10, 1, 4, 11, 2, 5, 12, 3, 6};
    for (size_t i = 0; i < 2; i++) {
        nacre_panel *panel = good_panel(f, texts[i], NULL);
        assert_int_equal(panel->dates, 3);
        assert_int_equal(panel->assets, 3);
        assert_false(panel->dated);
        assert_int_equal(panel->date[2], 3);
        assert_string_equal(panel->names[0], "INDEX");
        assert_string_equal(panel->names[2], "S2");
        assert_true(panel->periods_per_year == 52.0);
        assert_values(panel->values, expected, 9);
        nacre_panel_close(f->ctx, panel);
    }
}

static const char *make_zip(fixture *f, const char *name, size_t members)
{
    static const char *const names[] = {"a.csv", "b.csv"};
    static const char text[] = "date,A\n2020-01-02,1.5\n";
    const char *path = fixture_path(f, name);
    int code;
    zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(archive);
    for (size_t i = 0; i < members; i++) {
        zip_source_t *source = zip_source_buffer(archive, text, sizeof text - 1, 0);
        assert_non_null(source);
        assert_true(zip_file_add(archive, names[i], source, 0) >= 0);
    }
    assert_int_equal(zip_close(archive), 0);
    return path;
}

static void test_zip(void **state)
{
    fixture *f = *state;
    nacre_panel *panel;
    assert_int_equal(nacre_panel_open(f->ctx, make_zip(f, "one.zip", 1), NULL, &panel, &f->err),
                     NACRE_OK);
    assert_true(panel->values[0] == 1.5);
    nacre_panel_close(f->ctx, panel);
    assert_int_equal(nacre_panel_open(f->ctx, make_zip(f, "two.zip", 2), NULL, &panel, &f->err),
                     NACRE_E_PARSE);
    assert_message(f, "two.zip: holds more than one file");
    assert_null(panel);
}

static void test_kind_names(void **state)
{
    (void)state;
    for (int kind = 0; kind < 3; kind++) {
        nacre_panel_kind parsed;
        const char *name = nacre_panel_kind_name((nacre_panel_kind)kind);
        assert_non_null(name);
        assert_true(nacre_panel_kind_parse(name, &parsed));
        assert_int_equal(parsed, kind);
    }
    nacre_panel_kind untouched = NACRE_PANEL_LOG;
    assert_false(nacre_panel_kind_parse("price", &untouched));
    assert_int_equal(untouched, NACRE_PANEL_LOG);
    assert_string_equal(nacre_panel_kind_name(NACRE_PANEL_SIMPLE), "simple");
    assert_null(nacre_panel_kind_name((nacre_panel_kind)3));
}

// Literals are converted by the compiler, so the expected values are not ours.
static void test_numbers(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        double value;
    } good[] = {
        {"0", 0.0},
        {"-0", -0.0},
        {"1", 1.0},
        {"+1.", 1.0},
        {".5", 0.5},
        {"20.7055", 20.7055},
        {"0.1", 0.1},
        {"0.000000000000001", 1e-15},
        {"999999999999999", 999999999999999.0},
        {"9007199254740993", 9007199254740993.0},
        {"0.0185714285714285714", 0.0185714285714285714},
        {"123456789012345678901234567890", 123456789012345678901234567890.0},
        {"0.00000000000000000000000001", 1e-26},
        {"2.2250738585072011e-308", 2.2250738585072011e-308},
        {"-1.7976931348623157E+308", -1.7976931348623157e308},
        {"1e-400", 0.0},
        {"00000000000000000000001.25", 1.25},
    };
    static const char *const none[] = {"",   "-",  ".",     "1e",  "e5",  "0x10", " 1",
                                       "1 ", "1,", "1.2.3", "--1", "1e+", "nanx", "infinit"};
    static const char *const nonfinite[] = {"nan", "NaN", "-inf", "+Infinity"};
    locale_t c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    double value;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++) {
        value = N;
        size_t bytes = strlen(good[i].text);
        assert_int_equal(nacrei_number_parse(good[i].text, bytes, c_locale, &value),
                         NACREI_NUMBER_OK);
        if (memcmp(&value, &good[i].value, sizeof value) != 0)
            fail_msg("%s is %.17g", good[i].text, value);
    }
    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++)
        if (nacrei_number_parse(none[i], strlen(none[i]), c_locale, &value) != NACREI_NUMBER_NONE)
            fail_msg("'%s' was taken", none[i]);
    for (size_t i = 0; i < sizeof nonfinite / sizeof nonfinite[0]; i++)
        assert_int_equal(nacrei_number_parse(nonfinite[i], strlen(nonfinite[i]), c_locale, &value),
                         NACREI_NUMBER_NONFINITE);
    assert_int_equal(nacrei_number_parse("1e309", 5, c_locale, &value), NACREI_NUMBER_OVERFLOW);
    freelocale(c_locale);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_wide_csv),   PANEL_TEST(test_odd_but_legal), PANEL_TEST(test_date_range),
        PANEL_TEST(test_currency),   PANEL_TEST(test_row_labels),    PANEL_TEST(test_orlib),
        PANEL_TEST(test_kind_names), PANEL_TEST(test_zip),           PANEL_TEST(test_numbers),
    };
    return cmocka_run_group_tests_name("panel", tests, NULL, NULL);
}
