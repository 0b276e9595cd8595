// SPDX-License-Identifier: Apache-2.0
// Laws of reading. Quoting every field sends it through the careful parser: the rows must not
// change. Neither may they depend on where files are cut, on the column order, or on line ends; and
// a shuffle within the reorder span gives the stable order by time back.
#include "unit/reader_fixture.h"

#define LAW_ROWS 50000 // some blocks and refills

typedef enum style { STYLE_PLAIN, STYLE_QUOTED, STYLE_CRLF, STYLE_TURNED } style;

static char text[LAW_ROWS * 110];
static nacre_trade reference[LAW_ROWS];

static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/// Header and rows [begin, end) of one fixed random table in the given style.
static size_t make_text(style how, unsigned begin, unsigned end)
{
    uint64_t seed = 99;
    int64_t time = INT64_C(1700000257679123);
    size_t used = (size_t)snprintf(text, sizeof text,
                                   how == STYLE_TURNED ? "side,size,other,price,id,ts_event_us\n"
                                                       : "ts_event_us,id,price,other,size,side\n");
    for (unsigned i = 0; i < end; i++) {
        time += (int64_t)(next_random(&seed) % 500);
        char price[40], size[40];
        unsigned decimals = (unsigned)(next_random(&seed) % 10);
        static const unsigned scale[] = {1,      10,      100,      1000,      10000,
                                         100000, 1000000, 10000000, 100000000, 1000000000};
        unsigned below = (unsigned)(next_random(&seed) % scale[decimals]);
        unsigned above = 1 + (unsigned)(next_random(&seed) % 99999);
        if (decimals)
            (void)snprintf(price, sizeof price, "%u.%0*u", above, (int)decimals, below);
        else
            (void)snprintf(price, sizeof price, "%u", above);
        unsigned digits = (unsigned)(next_random(&seed) % 5);
        if (digits == 0)
            (void)snprintf(size, sizeof size, "%ue-0%u", above, below % 8 + 1);
        else
            (void)snprintf(size, sizeof size, "%u.%u00", above >> digits, below % 1000 + 1);
        char side = "BSN"[next_random(&seed) % 3];
        if (i < begin)
            continue;
        char *out = text + used;
        size_t room = sizeof text - used;
        long long us = (long long)time;
        int length;
        if (how == STYLE_TURNED)
            length = snprintf(out, room, "%c,%s,o%u,%s,%u,%lld\n", side, size, below, price, i, us);
        else if (how == STYLE_QUOTED)
            length = snprintf(out, room, "\"%lld\",\"%u\",\"%s\",\"o,%u\",\"%s\",\"%c\"\n", us, i,
                              price, below, size, side);
        else
            length = snprintf(out, room, "%lld,%u,%s,o%u,%s,%c%s\n", us, i, price, below, size,
                              side, how == STYLE_CRLF ? "\r" : "");
        used += (size_t)length;
    }
    return used;
}

static void assert_reference(const fixture *f)
{
    assert_int_equal(f->rows, LAW_ROWS);
    assert_memory_equal(f->trades, reference, sizeof reference);
}

static void read_reference(fixture *f)
{
    const char *path = fixture_bytes(f, "a.csv", text, make_text(STYLE_PLAIN, 0, LAW_ROWS));
    if (fixture_read(f, &path, 1))
        fail_msg("%s", f->err.message);
    assert_int_equal(f->rows, LAW_ROWS);
    memcpy(reference, f->trades, sizeof reference);
    for (size_t i = 0; i < LAW_ROWS; i++)
        assert_int_equal(reference[i].seq, i);
}

static void test_styles(void **state)
{
    fixture *f = *state;
    read_reference(f);
    for (style how = STYLE_QUOTED; how <= STYLE_TURNED; how++) {
        const char *path = fixture_bytes(f, "a.csv", text, make_text(how, 0, LAW_ROWS));
        if (fixture_read(f, &path, 1))
            fail_msg("style %d: %s", (int)how, f->err.message);
        assert_reference(f);
    }
}

static void test_cuts(void **state)
{
    fixture *f = *state;
    read_reference(f);
    static const unsigned cuts[] = {1, 777, 16383, 16384, 16385, LAW_ROWS - 1};
    for (size_t i = 0; i < sizeof cuts / sizeof cuts[0]; i++) {
        const char *paths[2];
        paths[0] = fixture_bytes(f, "a_1.csv", text, make_text(STYLE_PLAIN, 0, cuts[i]) - 1);
        paths[1] = fixture_bytes(f, "a_2.csv", text, make_text(STYLE_TURNED, cuts[i], LAW_ROWS));
        assert_int_equal(fixture_read(f, paths, 2), NACRE_OK);
        assert_reference(f);
    }
}

static int by_time_then_arrival(const void *left, const void *right)
{
    const nacre_trade *a = left, *b = right;
    if (a->ts_event != b->ts_event)
        return a->ts_event < b->ts_event ? -1 : 1;
    return (a->seq > b->seq) - (a->seq < b->seq);
}

static void test_reorder(void **state)
{
    fixture *f = *state;
    uint64_t seed = 5;
    size_t used = (size_t)snprintf(text, sizeof text, "time,id,price,size\n");
    for (int i = 0; i < LAW_ROWS; i++) {
        int64_t time = 1700000257000LL + i / 4 + (int64_t)(next_random(&seed) % 50);
        reference[i] = (nacre_trade){
            .ts_event = time * 1000000, .price = 1000000000, .size = 100000000, .seq = i};
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%lld,%d,1,1\n", (long long)time, i);
    }
    qsort(reference, LAW_ROWS, sizeof reference[0], by_time_then_arrival);
    const char *path = fixture_bytes(f, "a.csv", text, used);
    f->options.reorder_ns = 50000000;
    if (fixture_read(f, &path, 1))
        fail_msg("%s", f->err.message);
    assert_reference(f);
    assert_true(f->stats.reordered_rows > LAW_ROWS / 2);
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        READER_TEST(test_styles),
        READER_TEST(test_cuts),
        READER_TEST(test_reorder),
    };
#undef READER_TEST
    return cmocka_run_group_tests_name("reader_laws", tests, NULL, NULL);
}
