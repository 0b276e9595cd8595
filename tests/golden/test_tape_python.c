// SPDX-License-Identifier: Apache-2.0
// A tape read by programs that share nothing with ours: tests/oracle/read_tape.py with the standard
// library (headers, values, checksums) and with NumPy. Their figures per column must be those of
// the rows that were written.
#include "tape_support.h"

#include <inttypes.h>
#include <sys/wait.h>

#define ROWS 4000
#define APPENDS 50 // 200,000 rows: ts_event spans two checksum blocks
#define START_NS INT64_C(1700000000000000000)

static support_rows rows;

typedef struct figures {
    char name[16], dtype[8];
    size_t rows;
    int64_t first, last;
    uint64_t sum;
} figures;

static figures figures_of(const char *name, const char *dtype, int64_t first, int64_t last,
                          uint64_t sum)
{
    figures f = {
        .rows = (size_t)ROWS * APPENDS, .first = first, .last = last, .sum = sum * APPENDS};
    (void)snprintf(f.name, sizeof f.name, "%s", name);
    (void)snprintf(f.dtype, sizeof f.dtype, "%s", dtype);
    return f;
}

#define FIGURES(name, dtype)                                                                       \
    {                                                                                              \
        uint64_t sum = 0;                                                                          \
        for (size_t i = 0; i < ROWS; i++)                                                          \
            sum += (uint64_t)rows.name[i];                                                         \
        expected[count++] = figures_of(#name, dtype, rows.name[0], rows.name[ROWS - 1], sum);      \
    }

static size_t expect_all(figures expected[10])
{
    size_t count = 0;
    FIGURES(ts_event, "<i8")
    FIGURES(ts_recv, "<i8")
    FIGURES(price, "<i8")
    FIGURES(size, "<i8")
    FIGURES(seq, "<i8")
    FIGURES(instrument, "<u4")
    FIGURES(conditions, "<u4")
    FIGURES(side, "|i1")
    FIGURES(flags, "|u1")
    FIGURES(venue, "|u1")
    return count;
}

static void write_tape(nacre_ctx *ctx, const char *path)
{
    support_fill(&rows, ROWS, 11, START_NS, 1000);
    for (size_t i = 0; i < ROWS; i++)
        rows.ts_event[i] = START_NS; // so that the same rows can be appended again
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_trades view = support_view(&rows, ROWS);
    nacre_tape_writer *writer;
    assert_int_equal(nacre_tape_writer_create(ctx, path, &instrument, &writer, NULL), NACRE_OK);
    for (int i = 0; i < APPENDS; i++)
        assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
}

static void compare_with(const char *option, const char *skip_reason)
{
    const char *source = getenv("NACRE_SOURCE");
    const char *python = access("/usr/bin/python3", X_OK) == 0 ? "/usr/bin/python3" : "python3";
    char folder[256], path[300], command[1024];
    nacre_ctx *ctx = support_ctx();
    support_folder(folder);
    (void)snprintf(path, sizeof path, "%s/t", folder);
    write_tape(ctx, path);
    (void)snprintf(command, sizeof command, "%s '%s/tests/oracle/read_tape.py' %s '%s'", python,
                   source ? source : ".", option, path);
    FILE *pipe = popen(command, "r");
    assert_non_null(pipe);
    figures expected[10], got;
    size_t count = expect_all(expected), seen = 0;
    while (seen < count && fscanf(pipe, "%15s %7s %zu %" SCNd64 " %" SCNd64 " %" SCNu64, got.name,
                                  got.dtype, &got.rows, &got.first, &got.last, &got.sum) == 6) {
        const figures *e = &expected[seen++];
        assert_string_equal(got.name, e->name);
        assert_string_equal(got.dtype, e->dtype);
        assert_int_equal(got.rows, e->rows);
        assert_int_equal(got.first, e->first);
        assert_int_equal(got.last, e->last);
        assert_int_equal(got.sum, e->sum);
    }
    int status = pclose(pipe);
    support_remove(folder);
    nacre_ctx_destroy(ctx);
    int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    if (code == 77 || code == 127) {
        print_message("SKIP test_tape_python: %s\n", skip_reason);
        return;
    }
    assert_int_equal(code, 0);
    assert_int_equal(seen, count);
}

static void the_standard_library_reads_it(void **state)
{
    (void)state;
    compare_with("", "python3 is not installed");
}

static void numpy_reads_it(void **state)
{
    (void)state;
    compare_with("--numpy", "NumPy is not installed");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_standard_library_reads_it),
        cmocka_unit_test(numpy_reads_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
