// SPDX-License-Identifier: Apache-2.0
// Every format of the reader, with values typed in by hand, and what its options do. The times were
// computed with another program (GNU date).
#include "unit/reader_fixture.h"

static void test_names(void **state)
{
    (void)state;
    nacre_format format = NACRE_FORMAT_AUTO;
    assert_string_equal(nacre_format_name(NACRE_FORMAT_BINANCE_AGGTRADES), "binance-aggtrades");
    assert_true(nacre_format_parse("lean", &format));
    assert_int_equal(format, NACRE_FORMAT_LEAN);
    assert_false(nacre_format_parse("excel", &format));
    assert_int_equal(format, NACRE_FORMAT_LEAN);
    nacre_reader_options options;
    memset(&options, 0xff, sizeof options);
    nacre_reader_options_init(&options);
    assert_int_equal(options.struct_size, sizeof options);
    assert_int_equal(options.size_exp, -1);
    assert_null(options.symbol);
}

static void assert_trade(const fixture *f, size_t row, int64_t ts, int64_t price, int64_t size,
                         int64_t seq, int side)
{
    assert_true(row < f->rows);
    const nacre_trade *t = &f->trades[row];
    assert_int_equal(t->ts_event, ts);
    assert_int_equal(t->price, price);
    assert_int_equal(t->size, size);
    assert_int_equal(t->seq, seq);
    assert_int_equal(t->side, side);
}

static void test_binance_trades(void **state)
{
    fixture *f = *state;
    static const char rows[] = "100000402,50004.80000000,0.00412000,254.6,1700000257679,false\n"
                               "100000403,50004.70000000,1e-05,0.6,1700000257679123,True\r\n"
                               "100000404,50004.7,2,1.6,1700000257679200,FALSE\n\n\r\n";
    char text[400];
    for (int header = 0; header < 2; header++) {
        (void)snprintf(text, sizeof text, "%s%s",
                       header ? "id,price,qty,quote_qty,time,is_buyer_maker\n" : "", rows);
        assert_int_equal(fixture_read_text(f, "BTCUSDT-trades-2024-08-08.csv", text), NACRE_OK);
        assert_int_equal(f->rows, 3);
        assert_trade(f, 0, INT64_C(1700000257679000000), INT64_C(50004800000000), 412000, 100000402,
                     NACRE_SIDE_BUY);
        assert_trade(f, 1, INT64_C(1700000257679123000), INT64_C(50004700000000), 1000, 100000403,
                     NACRE_SIDE_SELL);
        assert_trade(f, 2, INT64_C(1700000257679200000), INT64_C(50004700000000), 200000000,
                     100000404, NACRE_SIDE_BUY);
        assert_int_equal(f->trades[1].ts_recv, 0);
        assert_string_equal(f->instrument.symbol, "BTCUSDT");
        assert_string_equal(f->instrument.calendar, "24x7");
        assert_int_equal(f->instrument.size_exp, 8);
        assert_int_equal(f->stats.rows, 3);
        assert_int_equal(f->stats.bytes_in, strlen(text));
        assert_int_equal(f->stats.bytes_total, strlen(text));
        char expected[128];
        (void)snprintf(expected, sizeof expected,
                       "time unit us from BTCUSDT-trades-2024-08-08.csv:%d", 2 + header);
        assert_non_null(strstr(f->stats.notes, expected));
        assert_non_null(strstr(f->stats.notes, "time unit ms from"));
    }
}

static void test_binance_aggtrades(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_read_text(f, "binance_cm_ethusd_perp_aggTrades.csv",
                                       "agg_trade_id,price,quantity,first_trade_id,last_trade_id,"
                                       "transact_time,is_buyer_maker\n"
                                       "11,2345.67,12,1,3,1700000257679,true\n"
                                       "12,2345.68,1,4,4,1700000257680,false"),
                     NACRE_OK);
    assert_int_equal(f->rows, 2);
    assert_trade(f, 0, INT64_C(1700000257679000000), INT64_C(2345670000000), 12, 11, -1);
    assert_trade(f, 1, INT64_C(1700000257680000000), INT64_C(2345680000000), 1, 12, 1);
    assert_string_equal(f->instrument.symbol, "ETHUSD_PERP");
    assert_string_equal(f->instrument.venue, "CM");
    assert_true(f->instrument.inverse);
    assert_int_equal(f->instrument.multiplier, 10);
    assert_string_equal(f->instrument.settlement, "ETH");
    assert_int_equal(f->instrument.kind, NACRE_KIND_PERPETUAL);
    assert_int_equal(f->instrument.size_exp, 0);
    // Without a header: the shape tells it from trades with a seventh column.
    assert_int_equal(fixture_read_text(f, "ethusdt.csv", "11,5.5,12,1,3,1700000257679,true,true\n"),
                     NACRE_OK);
    assert_non_null(strstr(f->stats.notes, "binance-aggtrades by the first record"));
    assert_int_equal(
        fixture_read_text(f, "ethusdt.csv", "11,5.5,12,66.0,1700000257679,true,true\n"), NACRE_OK);
    assert_non_null(strstr(f->stats.notes, "binance-trades by the first record"));
}

static void test_lean(void **state)
{
    fixture *f = *state;
    // 2013-10-07 was in daylight time (UTC-4), 2013-11-04 was not (UTC-5).
    assert_int_equal(fixture_read_text(f, "lean_spy_trades_20131007_09.csv",
                                       "20131007,34200123,1500100,100,P,20002020,0\n"
                                       "20131007,34200123,1674150,200,,,1\n"
                                       "20131104,34200000,1500100,1,Q,1,0"),
                     NACRE_OK);
    assert_int_equal(f->rows, 3);
    assert_trade(f, 0, INT64_C(1381152600123000000), INT64_C(150010000000), 100, 0, 0);
    assert_trade(f, 1, INT64_C(1381152600123000000), INT64_C(167415000000), 200, 1, 0);
    assert_trade(f, 2, INT64_C(1383575400000000000), INT64_C(150010000000), 1, 2, 0);
    assert_int_equal(f->trades[0].conditions, 0x20002020);
    assert_int_equal(f->trades[0].venue, 'P');
    assert_int_equal(f->trades[0].flags, 0);
    assert_int_equal(f->trades[1].venue, 0);
    assert_int_equal(f->trades[1].conditions, 0);
    assert_int_equal(f->trades[1].flags, NACRE_TRADE_SUSPICIOUS);
    assert_string_equal(f->instrument.symbol, "SPY");
    assert_string_equal(f->instrument.calendar, "XNYS");
    assert_int_equal(f->instrument.kind, NACRE_KIND_EQUITY);
    assert_int_equal(f->instrument.size_exp, 0);
}

static void test_lean_date(void **state)
{
    fixture *f = *state;
    static const char row[] = "34200123,1500100,100,P,20,0\n";
    assert_int_equal(fixture_read_text(f, "20131007_ibm_trade_tick.csv", row), NACRE_OK);
    assert_trade(f, 0, INT64_C(1381152600123000000), INT64_C(150010000000), 100, 0, 0);
    assert_string_equal(f->instrument.symbol, "IBM");
    assert_int_equal(fixture_read_text(f, "ibm.csv", row), NACRE_E_ARG);
    assert_message(f, "ibm.csv", "--date");
    f->options.date = 20131104;
    assert_int_equal(fixture_read_text(f, "ibm.csv", row), NACRE_OK);
    assert_int_equal(f->trades[0].ts_event, INT64_C(1383575400123000000));
    f->options.date = 20131131;
    assert_int_equal(fixture_read_text(f, "ibm.csv", row), NACRE_E_ARG);
    // A name of words and digits only takes its folder's symbol.
    f->options.date = 0;
    assert_int_equal(fixture_read_text(f, "20131007_trade.csv", row), NACRE_OK);
    assert_non_null(strstr(f->instrument.symbol, "NACRE_READER"));
}

static void test_nacre(void **state)
{
    fixture *f = *state;
    assert_int_equal(
        fixture_read_text(f, "x.csv",
                          "ts_event,ts_recv,price,size,seq,side,flags,venue,conditions\n"
                          "1381152600123000001,1381152600122000000,150.01,0.5,7,B,1,P,20002020\n"
                          "1381152600123000002,1381152600124000000,0.000000001,1,8,N,0,,0\n"
                          "1381152600123000002,1381152600124000000,1,0.00000001,9,S,2,7,ff\n"),
        NACRE_OK);
    assert_int_equal(f->rows, 3);
    assert_trade(f, 0, INT64_C(1381152600123000001), INT64_C(150010000000), 50000000, 7, 1);
    assert_trade(f, 1, INT64_C(1381152600123000002), 1, 100000000, 8, 0);
    assert_trade(f, 2, INT64_C(1381152600123000002), 1000000000, 1, 9, -1);
    assert_int_equal(f->trades[0].ts_recv, INT64_C(1381152600122000000));
    assert_int_equal(f->trades[0].flags, 1);
    assert_int_equal(f->trades[2].conditions, 0xff);
    assert_int_equal(f->trades[1].venue, 0);
    assert_int_equal(f->trades[2].venue, '7');
    assert_int_equal(f->stats.recv_before_event_rows, 1);
    assert_non_null(strstr(f->stats.notes, "format nacre by the header"));
}

static void test_generic(void **state)
{
    fixture *f = *state;
    assert_int_equal(fixture_read_text(f, "BTCUSDT.csv",
                                       "\xef\xbb\xbfrecv_ns,exch_ms,trade_id,price,size,side\n"
                                       "1700000256123456789,1700000257679,849,50004.8,4,B\n"),
                     NACRE_OK);
    assert_trade(f, 0, INT64_C(1700000257679000000), INT64_C(50004800000000), 400000000, 849, 1);
    assert_int_equal(f->trades[0].ts_recv, INT64_C(1700000256123456789));
    assert_int_equal(f->stats.recv_before_event_rows, 1);
    assert_int_equal(
        fixture_read_text(f, "BTCUSDT.csv",
                          "exchange,timestamp,local_timestamp,id,side,price,amount\n"
                          "okx,1585699202957000,1585699203089980,17,\"buy\",6421.5,0.01\n"
                          "\"o,kx\",1585699202957001,1585699203089980,18,sell,6421,1\n"),
        NACRE_OK);
    assert_trade(f, 0, INT64_C(1585699202957000000), INT64_C(6421500000000), 1000000, 17, 1);
    assert_trade(f, 1, INT64_C(1585699202957001000), INT64_C(6421000000000), 100000000, 18, -1);
    assert_int_equal(fixture_read_text(f, "a.csv", "time_s,price,qty\n1585699202.957001,1,1\n"),
                     NACRE_OK);
    assert_int_equal(f->trades[0].ts_event, INT64_C(1585699202957001000));
    assert_int_equal(f->trades[0].side, 0);
}

static void test_generic_mapping(void **state)
{
    fixture *f = *state;
    static const char text[] = "a,b,c,d\n12,1.5,true,100\n13,1.25,false,7\n";
    f->options.columns = "ts_event=d:s,price=b,size=a,is_buyer_maker=c";
    f->options.symbol = "x";
    f->options.size_exp = 2;
    assert_int_equal(fixture_read_text(f, "a.csv", text), NACRE_E_ORDER);
    f->options.columns = "ts_event=a:s,price=b,size=d,is_buyer_maker=c";
    assert_int_equal(fixture_read_text(f, "a.csv", text), NACRE_OK);
    assert_trade(f, 0, INT64_C(12000000000), INT64_C(1500000000), 10000, 0, -1);
    assert_trade(f, 1, INT64_C(13000000000), INT64_C(1250000000), 700, 1, 1);
    static const struct {
        const char *columns;
        nacre_status status;
        const char *part;
    } bad[] = {
        {"ts_event=z:s,price=b,size=d", NACRE_E_NOTFOUND, "a,b,c,d"},
        {"ts_event=a:h,price=b,size=d", NACRE_E_ARG, "ms"},
        {"when=a,price=b,size=d", NACRE_E_ARG, "ts_event"},
        {"ts_event=a:s,price=b", NACRE_E_PARSE, "no size"},
        {"ts_event=a:s,price=b,size=b", NACRE_E_ARG, "twice"},
        {"", NACRE_E_ARG, "ROLE=COLUMN"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        f->options.columns = bad[i].columns;
        assert_int_equal(fixture_read_text(f, "a.csv", text), bad[i].status);
        assert_message(f, bad[i].part);
    }
    f->options.format = NACRE_FORMAT_LEAN;
    assert_int_equal(fixture_read_text(f, "a.csv", text), NACRE_E_ARG);
}

static void test_symbols(void **state)
{
    fixture *f = *state;
    static const char text[] = "time,symbol,price,size\n1700000257679,AAA,1,1\n"
                               "1700000257678,BBB,7,1\n1700000257680,AAA,2,1\n";
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_ARG);
    assert_message(f, "x.csv:3:15", "AAA", "BBB", "--symbol");
    f->options.symbol = "AAA";
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
    assert_int_equal(f->rows, 2);
    assert_int_equal(f->stats.foreign_rows, 1);
    assert_string_equal(f->instrument.symbol, "AAA");
    f->options.symbol = "CCC";
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_NOTFOUND);
    assert_message(f, "CCC", "AAA, BBB");
    f->options.symbol = NULL;
    assert_int_equal(
        fixture_read_text(f, "x.csv", "time,symbol,price,size\n1700000257679,QQ,1,1\n"), NACRE_OK);
    assert_string_equal(f->instrument.symbol, "QQ");
    assert_int_equal(fixture_read_text(f, "2024.csv", "time,price,size\n1700000257679,1,1\n"),
                     NACRE_OK); // its folder's name
}

static void test_several_files(void **state)
{
    fixture *f = *state;
    const char *paths[3];
    paths[0] = fixture_text(f, "u_1.csv", "time,price,size\n1700000257679,1,1");
    paths[1] = fixture_text(f, "u_2.csv", "size,time,price\n2,1700000257679001,3\n\n");
    paths[2] = fixture_text(f, "u_3.csv", "time,price,size\n1700000257680,4,4\n");
    assert_int_equal(fixture_read(f, paths, 3), NACRE_OK);
    assert_int_equal(f->rows, 3);
    assert_trade(f, 1, INT64_C(1700000257679001000), INT64_C(3000000000), 200000000, 1, 0);
    const char *swapped[2] = {paths[1], paths[0]};
    assert_int_equal(fixture_read(f, swapped, 2), NACRE_E_ORDER);
    assert_message(f, "u_1.csv:2", "steps back by 1000 ns", "--reorder 1");
    const char *sided = fixture_text(f, "u_4.csv", "time,price,size,side\n1700000257690,1,1,B\n");
    const char *mixed[2] = {paths[0], sided};
    assert_int_equal(fixture_read(f, mixed, 2), NACRE_E_PARSE);
    assert_message(f, "u_4.csv", "columns");
    const char *other = fixture_text(f, "v.csv", "time,price,size\n1700000257690,1,1\n");
    const char *two[2] = {paths[0], other};
    assert_int_equal(fixture_read(f, two, 2), NACRE_E_ARG);
    assert_message(f, "v.csv", "--symbol");
    f->options.symbol = "U";
    assert_int_equal(fixture_read(f, two, 2), NACRE_OK);
}

static void test_reorder(void **state)
{
    fixture *f = *state;
    static const char text[] = "time,id,price,size\n1700000257100,1,1,1\n1700000257104,2,1,1\n"
                               "1700000257102,3,1,1\n1700000257104,4,1,1\n1700000257103,5,1,1\n"
                               "1700000257102,6,1,1\n1700000257107,7,1,1\n";
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_ORDER);
    assert_message(f, "x.csv:4", "2 ms", "--reorder 3");
    f->options.reorder_ns = 2000000;
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
    assert_int_equal(f->rows, 7);
    static const int64_t order[] = {1, 3, 6, 5, 2, 4, 7};
    for (size_t i = 0; i < 7; i++)
        assert_int_equal(f->trades[i].seq, order[i]);
    assert_int_equal(f->stats.reordered_rows, 3);
    f->options.reorder_ns = 1000000;
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_ORDER);
    assert_message(f, "x.csv:4", "more than --reorder allows");
}

static void test_round_and_skip(void **state)
{
    fixture *f = *state;
    static const char text[] = "time,price,size\n1700000257100,1.0000000005,1\n"
                               "1700000257101,1.0000000015,1.000000015\n1700000257102,1,1.50\n";
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_RANGE);
    assert_message(f, "x.csv:2:15", "price '1.0000000005'", "9 decimals", "--round");
    f->options.round = true;
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
    assert_int_equal(f->stats.rounded_values, 3);
    assert_trade(f, 0, INT64_C(1700000257100000000), 1000000000, 100000000, 0, 0);
    assert_trade(f, 1, INT64_C(1700000257101000000), 1000000002, 100000002, 1, 0);
    f->options.round = false;
    f->options.skip_bad = true;
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
    assert_int_equal(f->rows, 1);
    assert_int_equal(f->stats.bad_rows, 2);
    assert_non_null(strstr(f->stats.bad_samples[0], "x.csv:2:15"));
    assert_non_null(strstr(f->stats.bad_samples[1], "x.csv:3:15"));
    assert_int_equal(f->trades[0].price, 1000000000);
}

static void test_inverted_side(void **state)
{
    fixture *f = *state;
    static char text[200000];
    size_t used = (size_t)snprintf(text, sizeof text, "time,price,size,side\n");
    for (int i = 0; i < 4000; i++) { // price zigzags: buys print below, as if inverted
        const char *side = i % 8 == 0 ? "S" : i % 2 ? "S" : "B";
        used += (size_t)snprintf(text + used, sizeof text - used, "%lld,%d,1,%s\n",
                                 1700000257100LL + i, 100 + i % 2, side);
    }
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_E_PARSE);
    assert_message(f, "x.csv", "looks inverted", "88 % of 3999", "--side-as-is");
    f->options.side_as_is = true;
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
    assert_int_equal(f->rows, 4000);
    f->options.side_as_is = false;
    for (char *p = text; (p = strchr(p, '\n')) && p[1]; p++)
        if (p > text + 30)
            p[-1] = p[-1] == 'B' ? 'S' : 'B';
    assert_int_equal(fixture_read_text(f, "x.csv", text), NACRE_OK);
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_names),        READER_TEST(test_binance_trades),
        READER_TEST(test_binance_aggtrades), READER_TEST(test_lean),
        READER_TEST(test_lean_date),         READER_TEST(test_nacre),
        READER_TEST(test_generic),           READER_TEST(test_generic_mapping),
        READER_TEST(test_symbols),           READER_TEST(test_several_files),
        READER_TEST(test_reorder),           READER_TEST(test_round_and_skip),
        READER_TEST(test_inverted_side),
    };
#undef READER_TEST
    return cmocka_run_group_tests_name("reader", tests, NULL, NULL);
}
