// SPDX-License-Identifier: Apache-2.0
// The tape filter on real ticks (SPY, IBM and BAC, October 2013), reason by reason against
// tests/oracle/filter_counts.py, which reads the same file on its own.
#include "tape_support.h"

#include <inttypes.h>
#include <sys/wait.h>

typedef struct line {
    char name[32];
    uint64_t rows;
    int64_t volume;
} line;

/// Filters a file block by block and adds the figures up in the oracle's order of lines.
static size_t filter_file(const char *path, line out[16])
{
    nacre_ctx *ctx = support_ctx();
    nacre_reader *reader;
    nacre_calendar *calendar;
    nacre_error err;
    if (nacre_reader_open(ctx, &path, 1, NULL, &reader, &err) ||
        nacre_calendar_open(ctx, "XNYS", &calendar, &err))
        fail_msg("%s", err.message);
    nacre_trades block;
    line kept = {.name = "kept"}, auction = {.name = "auction"};
    size_t reasons = 0;
    memset(out, 0, 16 * sizeof *out);
    for (;;) {
        nacre_filtered *f;
        if (nacre_reader_next(reader, &block, &err))
            fail_msg("%s", err.message);
        if (block.rows == 0)
            break;
        if (nacre_filter_trades(ctx, nacre_reader_instrument(reader), calendar, NULL, &block, &f,
                                &err))
            fail_msg("%s", err.message);
        reasons = f->reason_count;
        for (size_t r = 0; r < reasons; r++) {
            (void)snprintf(out[r].name, sizeof out[r].name, "%s", f->reasons[r].name);
            out[r].rows += f->reasons[r].rows;
            out[r].volume += f->reasons[r].volume;
        }
        kept.rows += f->kept.rows;
        kept.volume += f->kept_volume;
        auction.volume += f->auction_volume;
        for (size_t i = 0; i < f->kept.rows; i++)
            auction.rows += (f->kept.flags[i] & NACRE_TRADE_AUCTION) != 0;
        nacre_filtered_destroy(ctx, f);
    }
    out[reasons] = kept;
    out[reasons + 1] = auction;
    nacre_calendar_close(calendar);
    nacre_reader_close(reader);
    nacre_ctx_destroy(ctx);
    return reasons + 2;
}

static void compare_file(const char *name)
{
    const char *data = getenv("NACRE_DATA"), *source = getenv("NACRE_SOURCE");
    char path[1024], command[3000];
    (void)snprintf(path, sizeof path, "%s/trades/%s", data ? data : "", name);
    if (!data || !data[0] || access(path, R_OK) != 0) {
        print_message("SKIP test_filter_golden: NACRE_DATA has no trades/%s\n", name);
        return;
    }
    (void)snprintf(command, sizeof command, "python3 '%s/tests/oracle/filter_counts.py' '%s'",
                   source ? source : ".", path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    line expected[16] = {0}, got[16];
    size_t lines = 0;
    while (lines < 16 && fscanf(pipe, "%31s %" SCNu64 " %" SCNd64, expected[lines].name,
                                &expected[lines].rows, &expected[lines].volume) == 3)
        lines++;
    int status = pclose(pipe);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 127) {
        print_message("SKIP test_filter_golden: python3 is not installed\n");
        return;
    }
    assert_int_equal(status, 0);
    assert_int_equal(lines, 12);
    assert_int_equal(filter_file(path, got), lines);
    for (size_t i = 0; i < lines; i++) {
        assert_string_equal(got[i].name, expected[i].name);
        if (got[i].rows != expected[i].rows || got[i].volume != expected[i].volume)
            fail_msg("%s %s: %" PRIu64 " rows of %" PRId64 ", expected %" PRIu64 " of %" PRId64,
                     name, got[i].name, got[i].rows, got[i].volume, expected[i].rows,
                     expected[i].volume);
    }
}

static void spy(void **state)
{
    (void)state;
    compare_file("lean_spy_trades_20131007_09.csv.xz");
}

static void ibm(void **state)
{
    (void)state;
    compare_file("lean_ibm_trades_20131007_11.csv.xz");
}

static void bac(void **state)
{
    (void)state;
    compare_file("lean_bac_trades_20131007_11.csv.xz");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spy),
        cmocka_unit_test(ibm),
        cmocka_unit_test(bac),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
