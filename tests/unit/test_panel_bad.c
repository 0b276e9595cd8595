// SPDX-License-Identifier: Apache-2.0
// Every refusal of the panel reader: its status, its place, one line, nothing left open.
#include "unit/panel_fixture.h"

typedef struct bad_case {
    const char *text;
    nacre_status status;
    const char *part;
} bad_case;

static void check(fixture *f, const bad_case *cases, size_t count,
                  const nacre_panel_options *options)
{
    for (size_t i = 0; i < count; i++) {
        nacre_panel *panel;
        nacre_status status = open_panel_text(f, "p.csv", cases[i].text, options, &panel);
        if (status != cases[i].status)
            fail_msg("case %zu: %s, %s", i, nacre_status_name(status), f->err.message);
        assert_message(f, cases[i].part);
        assert_null(panel);
    }
}

#define CHECK(f, cases, options) check(f, cases, sizeof(cases) / sizeof(cases)[0], options)

static void test_csv(void **state)
{
    static const bad_case cases[] = {
        {"", NACRE_E_PARSE, "empty"},
        {"\n", NACRE_E_PARSE, "p.csv:1:1: the header '' has one field only"},
        {"date\n2020-01-02\n", NACRE_E_PARSE, "p.csv:1:1: the header 'date' has one field only"},
        {"date,A\n", NACRE_E_PARSE, "no row below"},
        {"2020-01-02,1\n", NACRE_E_PARSE, "p.csv:1:1: the header begins with the date"},
        {"date,A,\n2020-01-02,1,\n", NACRE_E_PARSE, "p.csv:1:8: column name '' is empty"},
        {"date,A,B,A\n2020-01-02,1,1,1\n", NACRE_E_PARSE, "columns 2 and 4 are both named 'A'"},
        {"date,\"A\n2020-01-02,1\n", NACRE_E_PARSE, "p.csv:1:6: the field '\"A' is quoted wrongly"},
        {"date,A\"B\n2020-01-02,1\n", NACRE_E_PARSE, "p.csv:1:6: the field"},
        {"date,A\xff\n2020-01-02,1\n", NACRE_E_PARSE, "p.csv:1:6: column name 'A?'"},
        {"date,A\n2020-01-02,1,2\n", NACRE_E_PARSE,
         "p.csv:2:1: the row has 3 fields, the header 2"},
        {"date,A,B\n2020-01-02,1\n", NACRE_E_PARSE, "the row has 2 fields, the header 3"},
        {"date,A,B\n2020-01-02\n", NACRE_E_PARSE, "the row has 1 fields, the header 3"},
        {"date,A\n2020-01-02,x\n", NACRE_E_PARSE, "p.csv:2:12: A 'x' is not a decimal number"},
        {"date,A\n2020-01-02,NA\n", NACRE_E_PARSE, "leave a missing value's field empty"},
        {"date,A\n2020-01-02,0x1p3\n", NACRE_E_PARSE, "p.csv:2:12"},
        {"date,A,B\n2020-01-02,1,\"2\n", NACRE_E_PARSE, "p.csv:2:14: the field"},
        {"date,A\n2020-02-30,1\n", NACRE_E_PARSE, "p.csv:2:1: date '2020-02-30' is no date"},
        {"date,A\n02/01/2020,1\n", NACRE_E_PARSE, "use yyyy-mm-dd"},
        {"date,A\n,1\n", NACRE_E_PARSE, "p.csv:2:1: date '' is no date"},
        {"date,A\n2020-01-02,1\n\n2020-01-02,1\n", NACRE_E_ORDER,
         "p.csv:4:1: date '2020-01-02' stands twice: after 20200102"},
        {"date,A\n2020-01-02,1\n2020-01-01,1\n", NACRE_E_ORDER, "steps back from 20200102"},
        {"x,A\nT2,1\nT1,1\n", NACRE_E_ORDER, "p.csv:3:1: row label 'T1'"},
        {"x,A\nT1,1\n2020-01-02,1\n", NACRE_E_PARSE, "p.csv:3:1: row label '2020-01-02' is none"},
        {"x,A\nT0,1\n", NACRE_E_PARSE, "is no date"},
        {"date,A\n2020-01-02,nan\n", NACRE_E_NONFINITE, "p.csv:2:12: A 'nan' is not a finite"},
        {"date,A\n2020-01-02,-Inf\n", NACRE_E_NONFINITE, "p.csv:2:12"},
        {"date,A\n2020-01-02,1e999\n", NACRE_E_RANGE, "p.csv:2:12: A '1e999' is larger"},
        {"date,A\n2020-01-02,0\n", NACRE_E_RANGE, "p.csv:2:12: A '0' is no price above 0"},
        {"date,A\n2020-01-02,-5\n", NACRE_E_RANGE, "or say that the panel holds returns"},
        {"d,A [EUR],B [USD]\n2020-01-02,1,1\n", NACRE_E_ARG,
         "p.csv:1:11: column 'B' is in USD, the first column in EUR"},
        {"d,A [EUR],B\n2020-01-02,1,1\n", NACRE_E_ARG, "is in an unstated currency"},
        {"d,A,B [EUR]\n2020-01-02,1,1\n", NACRE_E_ARG, "column 'B' is in EUR"},
    };
    CHECK(*state, cases, NULL);
}

static void test_orlib(void **state)
{
    static const bad_case cases[] = {
        {"1 1\n1 2 3\n", NACRE_E_PARSE, "p.csv:2: the file ends after 3 of 4 prices"},
        {"1 1\n1 2 3 4 5\n", NACRE_E_PARSE, "p.csv:2:9: price '5' comes after the last one"},
        {"1 1\n1 2 x 4\n", NACRE_E_PARSE, "p.csv:2:5: series 1 'x' is not a decimal"},
        {"1 1\n1 2 -3 4\n", NACRE_E_RANGE, "p.csv:2:5: series 1 '-3' is no price"},
        {"1 1\n1 2 nan 4\n", NACRE_E_NONFINITE, "p.csv:2:5"},
        {"0 1\n1 2\n", NACRE_E_PARSE, "p.csv:1:1: the number of stocks '0' is zero"},
        {"5\n", NACRE_E_PARSE, "ends before the number of weeks"},
        {"5\nx\n", NACRE_E_PARSE, "p.csv:2:1: the number of weeks 'x'"},
        {"99999999999999999999 5\n", NACRE_E_PARSE, "p.csv:1:1: the number of stocks"},
        {"99999 99999\n1\n", NACRE_E_LIMIT, "2^31 cells"},
        {"99999 9999\n1\n", NACRE_E_PARSE, "ends after 1 of 1000000000 prices"},
    };
    CHECK(*state, cases, NULL);
}

static void test_options(void **state)
{
    fixture *f = *state;
    const char *text = "date,A\n2020-01-02,1\n2020-01-03,-1.5\n";
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    options.kind = NACRE_PANEL_SIMPLE;
    const bad_case simple[] = {{text, NACRE_E_RANGE, "p.csv:3:12: A '-1.5' is a simple return"}};
    CHECK(f, simple, &options);
    options.last_date = 20191231;
    const bad_case early[] = {{text, NACRE_E_NOTFOUND, "no row from 0 to 20191231"},
                              {"x,A\nT1,1\n", NACRE_E_ARG, "p.csv:2:1: row label 'T1' is no date"}};
    CHECK(f, early, &options);
    nacre_panel_options_init(&options);
    options.first_date = 20210101;
    const bad_case late[] = {{"1 1\n1 2 3 4\n", NACRE_E_ARG, "without dates"},
                             {"d,A\n2020-01-02,1\n", NACRE_E_NOTFOUND, "no row from 20210101"}};
    CHECK(f, late, &options);
    nacre_panel_options_init(&options);
    options.base_currency = "USD";
    const bad_case other[] = {
        {"d,A [EUR]\n2020-01-02,1\n", NACRE_E_ARG, "column 'A' is in EUR, the base in USD"}};
    CHECK(f, other, &options);
}

static void test_option_values(void **state)
{
    fixture *f = *state;
    const char *text = "date,A\n2020-01-02,1\n";
    nacre_panel_options base;
    nacre_panel_options_init(&base);
    nacre_panel_options bad[9];
    for (size_t i = 0; i < 9; i++)
        bad[i] = base;
    bad[0].struct_size = 4;
    bad[1].kind = (nacre_panel_kind)3;
    bad[2].base_currency = "usd";
    bad[3].base_currency = "USDT";
    bad[4].first_date = 20200230;
    bad[5].last_date = -1;
    bad[6].periods_per_year = -1;
    bad[7].periods_per_year = (double)NAN;
    bad[8].first_date = 20200102;
    bad[8].last_date = 20200101;
    for (size_t i = 0; i < 9; i++) {
        nacre_panel *panel;
        assert_int_equal(open_panel_text(f, "p.csv", text, &bad[i], &panel), NACRE_E_ARG);
        assert_null(panel);
    }
}

static void test_files(void **state)
{
    fixture *f = *state;
    nacre_panel *panel;
    assert_int_equal(nacre_panel_open(f->ctx, fixture_path(f, "none"), NULL, &panel, &f->err),
                     NACRE_E_IO);
    assert_message(f, "check the spelling");
    assert_int_equal(nacre_panel_open(f->ctx, f->folder, NULL, &panel, &f->err), NACRE_E_IO);
    const char *cut = fixture_bytes(f, "cut.gz", "\x1f\x8b\x08\x00\x00", 5);
    assert_int_equal(nacre_panel_open(f->ctx, cut, NULL, &panel, &f->err), NACRE_E_CORRUPT);
    size_t bytes = ((size_t)1 << 20) + 10;
    char *line = malloc(bytes);
    assert_non_null(line);
    memset(line, 'A', bytes);
    const char *wide = fixture_bytes(f, "wide.csv", line, bytes);
    free(line);
    assert_int_equal(nacre_panel_open(f->ctx, wide, NULL, &panel, &f->err), NACRE_E_PARSE);
    assert_message(f, "wide.csv:1:1: the line is longer than 1 MiB");
    assert_null(panel);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_csv),           PANEL_TEST(test_orlib), PANEL_TEST(test_options),
        PANEL_TEST(test_option_values), PANEL_TEST(test_files),
    };
    return cmocka_run_group_tests_name("panel_bad", tests, NULL, NULL);
}
