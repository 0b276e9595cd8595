// SPDX-License-Identifier: Apache-2.0
// Bad input: every refusal is one line that names file, line, column and remedy.
#include "unit/reader_fixture.h"

#include <errno.h>

#define HEAD "time,price,size,side\n1700000257100,1,1,B\n"

typedef struct bad_case {
    const char *text;
    nacre_status status;
    const char *place; ///< "x.csv:3:15"
    const char *part;
} bad_case;

static const bad_case bad_rows[] = {
    {HEAD "1700000257101,NaN,1,B\n", NACRE_E_NONFINITE,
     "x.csv:3:15:", "price 'NaN' is not a finite"},
    {HEAD "1700000257101,inf,1,B\n", NACRE_E_NONFINITE, "x.csv:3:15:", "finite"},
    {HEAD "1700000257101,1,-2,B\n", NACRE_E_RANGE, "x.csv:3:17:", "size '-2' is negative"},
    {HEAD "1700000257101,1,0,B\n", NACRE_E_RANGE, "x.csv:3:17:", "size '0' is zero"},
    {HEAD "1700000257101,1,0.00000000,B\n", NACRE_E_RANGE, "x.csv:3:17:", "is zero"},
    {HEAD "1700000257101,0,1,B\n", NACRE_E_RANGE, "x.csv:3:15:", "price '0' is zero"},
    {HEAD "1700000257101,,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "is empty"},
    {HEAD "1700000257101,+1,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "'+1' is not a decimal number"},
    {HEAD "1700000257101,0x1f,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "'0x1f'"},
    {HEAD "1700000257101,1 ,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "'1 '"},
    {HEAD "1700000257101,9223372037,1,B\n", NACRE_E_RANGE, "x.csv:3:15:", "63 bits"},
    {HEAD "1700000257101,1,92233720369,B\n", NACRE_E_RANGE, "x.csv:3:17:", "--size-exp"},
    {HEAD "1700000257101,1,0.000000001,B\n", NACRE_E_RANGE, "x.csv:3:17:", "8 decimals"},
    {HEAD "1700000257101,1.0000000001,1,B\n", NACRE_E_RANGE, "x.csv:3:15:", "--round"},
    {HEAD "1700000257101,1,1,X\n", NACRE_E_PARSE, "x.csv:3:19:", "side 'X'"},
    {HEAD "1700000257101,1,1,bid\n", NACRE_E_PARSE, "x.csv:3:19:", "side 'bid'"},
    {HEAD "1700000257101,1,1,true\n", NACRE_E_PARSE, "x.csv:3:19:", "is_buyer_maker"},
    {HEAD "17000002571,1,1,B\n", NACRE_E_PARSE, "x.csv:3:1:", "10, 13, 16 or 19 digits"},
    {HEAD "2024-08-08,1,1,B\n", NACRE_E_PARSE, "x.csv:3:1:", "time '2024-08-08'"},
    {HEAD "1700000257101,1,1\n", NACRE_E_PARSE, "x.csv:3:1:", "expected 4 columns, found 3"},
    {HEAD "1700000257101,1,1,B,\n", NACRE_E_PARSE, "x.csv:3:1:", "expected 4 columns, found 5"},
    {HEAD "1700000257101,1,1,B,1700000257102,1,1,B\n", NACRE_E_PARSE,
     "x.csv:3:1:", "found 8 (two records on one line?)"},
    {HEAD "1700000257101,1,1,B1700000257102,1,1,B\n", NACRE_E_PARSE,
     "x.csv:3:1:", "found 7 (two records on one line?)"},
    {HEAD "1700000257101,1,1,\"B\n", NACRE_E_PARSE, "x.csv:3:19:", "quote"},
    {HEAD "1700000257101,1\",1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "quote"},
    {HEAD "1700000257101,\"1\"2,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "quote"},
    {HEAD "1700000257101,1\r,1,B\n", NACRE_E_PARSE, "x.csv:3:15:", "'1?'"},
    {HEAD "\n1700000257101,1,1,B\n", NACRE_E_PARSE, "x.csv:3:1:", "blank line"},
    {HEAD "1700000257099,1,1,B\n", NACRE_E_ORDER, "x.csv:3:1:", "steps back by 1 ms"},
    // ms to us with a value that is no later time in us: by 1000 too small
    {HEAD "1700000257,1,1,B\n", NACRE_E_ORDER, "x.csv:3:1:", "where the time unit changes"},
    {HEAD "2700000257101000,1,1,B\n", NACRE_E_ORDER, "x.csv:3:1:", "jumps ahead by 11574 days"},
};

static void test_bad_rows(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof bad_rows / sizeof bad_rows[0]; i++) {
        f->options.skip_bad = false;
        nacre_status status = fixture_read_text(f, "x.csv", bad_rows[i].text);
        if (status != bad_rows[i].status)
            fail_msg("case %zu: %s %s", i, nacre_status_name(status), f->err.message);
        assert_int_equal(f->err.status, status);
        assert_message(f, bad_rows[i].place, bad_rows[i].part, "; ");
        // Skipping takes bad rows only, and says the same about them.
        if (strstr(bad_rows[i].part, "blank") || status == NACRE_E_ORDER)
            continue;
        f->options.skip_bad = true;
        assert_int_equal(fixture_read_text(f, "x.csv", bad_rows[i].text), NACRE_OK);
        assert_int_equal(f->rows, 1);
        assert_int_equal(f->stats.bad_rows, 1);
        assert_non_null(strstr(f->stats.bad_samples[0], bad_rows[i].place));
    }
}

static const bad_case bad_files[] = {
    {"", NACRE_E_PARSE, "x.csv", "empty"},
    {"\n\n", NACRE_E_PARSE, "x.csv:1:1", "blank"},
    {"what,is,this\n1,2,3\n", NACRE_E_PARSE, "x.csv:1", "--format"},
    {"what,is,this\n1,2,3\n", NACRE_E_PARSE, "x.csv:1", "what,is,this"},
    {"1,2,3\n", NACRE_E_PARSE, "x.csv:1", "1,2,3"},
    {"time,ts,price,size\n", NACRE_E_PARSE, "x.csv:1", "two candidates for ts_event"},
    {"a,\"b\n", NACRE_E_PARSE, "x.csv:1", "quote"},
    {"time,price,size,side,m\n", NACRE_E_PARSE, "x.csv:1", "both a side"},
};

static void test_bad_files(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof bad_files / sizeof bad_files[0]; i++) {
        nacre_status status = fixture_read_text(f, "x.csv", bad_files[i].text);
        if (status != bad_files[i].status)
            fail_msg("case %zu: %s %s", i, nacre_status_name(status), f->err.message);
        assert_message(f, bad_files[i].place, bad_files[i].part);
    }
    f->options.format = NACRE_FORMAT_BINANCE_TRADES;
    assert_int_equal(fixture_read_text(f, "x.csv", "1,2,3\n"), NACRE_E_PARSE);
    assert_message(f, "x.csv:1", "expected 6 or one more columns", "found 3");
    assert_int_equal(fixture_read_text(f, "x.csv", "id,price,qty,a,b,c\n"), NACRE_E_PARSE);
    assert_message(f, "header names");
    f->options.format = NACRE_FORMAT_LEAN;
    assert_int_equal(fixture_read_text(f, "x.csv", "1,2,3\n"), NACRE_E_PARSE);
    assert_message(f, "6 columns");
}

static void test_lean_rows(void **state)
{
    fixture *f = *state;
    static const bad_case cases[] = {
        {"20131007,86400000,1,1,P,0,0\n", NACRE_E_RANGE, "x.csv:1:10:", "ms"},
        {"20131032,1,1,1,P,0,0\n", NACRE_E_PARSE, "x.csv:1:1:", "no date"},
        {"20131007,1,1,1,PP,0,0\n", NACRE_E_PARSE, "x.csv:1:16:", "venue letter"},
        {"20131007,1,1,1,P,123456789,0\n", NACRE_E_PARSE, "x.csv:1:18:", "hexadecimal"},
        {"20131007,1,1,1,P,0,2\n", NACRE_E_RANGE, "x.csv:1:20:", "suspicious"},
        {"20131007,1,1,1.5,P,0,0\n", NACRE_E_RANGE, "x.csv:1:14:", "decimals"},
    };
    f->options.format = NACRE_FORMAT_LEAN;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nacre_status status = fixture_read_text(f, "x.csv", cases[i].text);
        if (status != cases[i].status)
            fail_msg("case %zu: %s %s", i, nacre_status_name(status), f->err.message);
        assert_message(f, cases[i].place, cases[i].part);
    }
}

static void test_paths(void **state)
{
    fixture *f = *state;
    const char *path = fixture_path(f, "none.csv");
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_IO);
    assert_int_equal(f->err.system_code, ENOENT);
    assert_message(f, "none.csv", "spelling");
    path = f->folder;
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_IO);
    assert_message(f, "name the files in it");
    path = fixture_path(f, "loop.csv");
    assert_int_equal(symlink("loop.csv", path), 0);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_IO);
    assert_int_equal(f->err.system_code, ELOOP);
    assert_message(f, "loop.csv", "circle");
    // All files are looked at first: the second one's name is wrong, the first one's content too.
    const char *two[2] = {fixture_text(f, "x.csv", "junk"), fixture_path(f, "none.csv")};
    assert_int_equal(fixture_read(f, two, 2), NACRE_E_IO);
    assert_int_equal(fixture_read(f, two, 0), NACRE_E_ARG);
}

static void test_no_permission(void **state)
{
    fixture *f = *state;
    const char *path = fixture_text(f, "x.csv", HEAD);
    assert_int_equal(chmod(path, 0), 0);
    assert_int_equal(chmod(f->folder, 0755), 0);
    uid_t before = geteuid();
    if (before == 0) // the superuser may read everything
        assert_int_equal(seteuid(65534), 0);
    nacre_status status = fixture_read(f, &path, 1);
    if (before == 0)
        assert_int_equal(seteuid(before), 0);
    assert_int_equal(status, NACRE_E_IO);
    assert_int_equal(f->err.system_code, EACCES);
    assert_message(f, "x.csv", "readable");
}

/// A line of any length is refused after 1 MiB: the file has a hole of 10 GB.
static void test_long_line(void **state)
{
    fixture *f = *state;
    const char *path = fixture_text(f, "x.csv", HEAD);
    assert_int_equal(truncate(path, 10000000000LL), 0);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE);
    assert_message(f, "x.csv:3:1", "longer than 1 MiB");
    path = fixture_bytes(f, "y.csv", "x", 1);
    assert_int_equal(truncate(path, 10000000000LL), 0);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE);
    assert_message(f, "y.csv:1:1", "longer than 1 MiB");
}

static void test_options(void **state)
{
    fixture *f = *state;
    const char *path = fixture_text(f, "x.csv", HEAD);
    nacre_reader_options_init(&f->options);
    f->options.size_exp = 10;
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_ARG);
    nacre_reader_options_init(&f->options);
    f->options.reorder_ns = -1;
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_ARG);
    nacre_reader_options_init(&f->options);
    f->options.symbol = "A_SYMBOL_THAT_IS_LONGER_THAN_31_BYTES";
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_ARG);
    nacre_reader_options_init(&f->options);
    f->options.struct_size = 4;
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_ARG);
    nacre_reader_options_init(&f->options);
    f->options.venue = "V";
    assert_int_equal(fixture_read(f, &path, 1), NACRE_OK);
    assert_string_equal(f->instrument.venue, "V");
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        READER_TEST(test_bad_rows), READER_TEST(test_bad_files),     READER_TEST(test_lean_rows),
        READER_TEST(test_paths),    READER_TEST(test_no_permission), READER_TEST(test_long_line),
        READER_TEST(test_options),
    };
#undef READER_TEST
    return cmocka_run_group_tests_name("reader_bad", tests, NULL, NULL);
}
