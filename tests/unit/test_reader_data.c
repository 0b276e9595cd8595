// SPDX-License-Identifier: Apache-2.0
// The real files of $NACRE_DATA/trades: row counts, price ranges and days as their README states
// them.
#include "unit/reader_fixture.h"

typedef struct data_file {
    const char *name;
    const char *symbol;
    size_t rows;
    int64_t low, high;           ///< prices stated, 1e-9; 0 = not stated
    int64_t first_day, last_day; ///< UTC seconds of the stated days' midnights
} data_file;

#define DAY_20131007 INT64_C(1381104000)
#define DAY_20240808 INT64_C(1723075200)
#define DAY INT64_C(86400)

static const data_file files[] = {
    {"lean_spy_trades_20131007_09.csv.xz", "SPY", 1141823, INT64_C(164530000000),
     INT64_C(168900000000), DAY_20131007, DAY_20131007 + 2 * DAY},
    {"lean_bac_trades_20131007_11.csv.xz", "BAC", 573620, INT64_C(13560000000),
     INT64_C(14410000000), DAY_20131007, DAY_20131007 + 4 * DAY},
    {"lean_ibm_trades_20131007_11.csv.xz", "IBM", 126395, INT64_C(178450000000),
     INT64_C(186230000000), DAY_20131007, DAY_20131007 + 4 * DAY},
    {"binance_usdm_btcusdt_20240808_trades.csv.xz", "BTCUSDT", 21313, 0, 0, DAY_20240808,
     DAY_20240808},
    {"binance_spot_btcusdt_20240808_trades.csv.xz", "BTCUSDT", 9757, 0, 0, DAY_20240808,
     DAY_20240808 + DAY},
    {"binance_spot_btcusdt_20240809_trades.csv.xz", "BTCUSDT", 10147, 0, 0, DAY_20240808 + DAY,
     DAY_20240808 + DAY},
    {"binance_cm_btcusd_perp_20240808_trades.csv.xz", "BTCUSD_PERP", 2286, 0, 0, DAY_20240808,
     DAY_20240808 + DAY},
    {"binance_cm_btcusd_perp_20240809_trades.csv.xz", "BTCUSD_PERP", 2949, 0, 0, DAY_20240808 + DAY,
     DAY_20240808 + DAY},
};

static void read_file(nacre_ctx *ctx, const char *folder, const data_file *file)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/trades/%s", folder, file->name);
    const char *paths[1] = {path};
    nacre_reader *reader;
    nacre_error err;
    if (nacre_reader_open(ctx, paths, 1, NULL, &reader, &err))
        fail_msg("%s", err.message);
    size_t rows = 0, unsided = 0;
    int64_t low = INT64_MAX, high = 0, first = 0, last = 0;
    nacre_trades block;
    nacre_status status;
    while (!(status = nacre_reader_next(reader, &block, &err)) && block.rows > 0) {
        if (rows == 0)
            first = block.ts_event[0];
        last = block.ts_event[block.rows - 1];
        for (size_t i = 0; i < block.rows; i++) {
            low = block.price[i] < low ? block.price[i] : low;
            high = block.price[i] > high ? block.price[i] : high;
            unsided += !block.side || block.side[i] == 0;
        }
        rows += block.rows;
    }
    if (status)
        fail_msg("%s", err.message);
    assert_int_equal(rows, file->rows);
    assert_string_equal(nacre_reader_instrument(reader)->symbol, file->symbol);
    if (file->low) {
        assert_int_equal(low, file->low);
        assert_int_equal(high, file->high);
    }
    assert_int_equal(unsided, file->low ? rows : 0); // Binance tells the aggressor, LEAN does not
    assert_int_equal(first / 1000000000 / DAY * DAY, file->first_day);
    assert_int_equal(last / 1000000000 / DAY * DAY, file->last_day);
    nacre_reader_close(reader);
}

static void test_files(void **state)
{
    (void)state;
    const char *folder = getenv("NACRE_DATA");
    nacre_error err;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, &err), NACRE_OK);
    for (size_t i = 0; i < sizeof files / sizeof files[0]; i++)
        read_file(ctx, folder, &files[i]);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const char *folder = getenv("NACRE_DATA");
    if (!folder || access(folder, R_OK) != 0) {
        (void)printf("SKIP reader_data: NACRE_DATA names no folder of real data\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_files)};
    return cmocka_run_group_tests_name("reader_data", tests, NULL, NULL);
}
