// SPDX-License-Identifier: Apache-2.0
// Tapes: what is written is what is read, and what the writer and the reader refuse.
#include "data/tape/tape_json.h"
#include "mem/copies.h"
#include "tape_support.h"

#define START_NS INT64_C(1700000000000000000)

static support_rows rows;

typedef struct scratch {
    nacre_ctx *ctx;
    char folder[256];
    char tape[300];
} scratch;

static int set_up(void **state)
{
    scratch *s = calloc(1, sizeof *s);
    s->ctx = support_ctx();
    support_folder(s->folder);
    (void)snprintf(s->tape, sizeof s->tape, "%s/day", s->folder);
    support_fill(&rows, SUPPORT_ROWS_MAX, 1, START_NS, 1000);
    *state = s;
    return 0;
}

static int tear_down(void **state)
{
    scratch *s = *state;
    support_remove(s->folder);
    nacre_ctx_destroy(s->ctx);
    free(s);
    return 0;
}

static nacre_tape_writer *create(const scratch *s, const char *path)
{
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_tape_writer *writer;
    nacre_error err;
    if (nacre_tape_writer_create(s->ctx, path, &instrument, &writer, &err))
        fail_msg("%s", err.message);
    return writer;
}

static void round_trip(void **state)
{
    scratch *s = *state;
    nacre_trades in = support_view(&rows, 1000), out;
    support_write_tape(s->ctx, s->tape, &in);
    assert_int_equal(support_entries(s->folder), 1);
    assert_int_equal(support_entries(s->tape), 11);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    const nacre_tape_info *info = nacre_tape_get_info(tape);
    assert_int_equal(info->schema_version, 1);
    assert_int_equal(info->rows, 1000);
    assert_int_equal(info->bytes, 10 * 4096 + 1000 * 51);
    assert_int_equal(info->first_ns, rows.ts_event[0]);
    assert_int_equal(info->last_ns, rows.ts_event[999]);
    nacre_tape_view(tape, &out);
    support_assert_equal(&in, &out);
    assert_int_equal((uintptr_t)out.price % 4096, 0);
    assert_int_equal(nacre_tape_check(tape, NULL, NULL, NULL), NACRE_OK);
    nacre_tape_close(tape);
    nacre_tape_close(NULL);
}

static void keeps_the_instrument(void **state)
{
    scratch *s = *state;
    nacre_instrument in;
    nacre_instrument_crypto(&in, "BTCUSD_PERP \"x\"");
    (void)snprintf(in.venue, sizeof in.venue, "CM");
    in.kind = NACRE_KIND_FUTURE;
    in.tick = 100000000;
    in.size_exp = 0;
    in.lot = INT64_MAX;
    in.multiplier = 100;
    in.inverse = true;
    in.expiry_ns = INT64_MIN;
    nacre_tape_writer *writer;
    nacre_trades view = support_view(&rows, 10);
    assert_int_equal(nacre_tape_writer_create(s->ctx, s->tape, &in, &writer, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    const nacre_instrument *out = &nacre_tape_get_info(tape)->instrument;
    assert_string_equal(out->symbol, in.symbol);
    assert_string_equal(out->venue, "CM");
    assert_int_equal(out->kind, NACRE_KIND_FUTURE);
    assert_string_equal(out->currency, in.currency);
    assert_string_equal(out->settlement, in.settlement);
    assert_int_equal(out->tick, 100000000);
    assert_int_equal(out->size_exp, 0);
    assert_int_equal(out->lot, INT64_MAX);
    assert_int_equal(out->multiplier, 100);
    assert_true(out->inverse);
    assert_string_equal(out->calendar, "24x7");
    assert_string_equal(out->timezone, "UTC");
    assert_int_equal(out->expiry_ns, INT64_MIN);
    nacre_tape_close(tape);
}

static void absent_columns_are_zeros(void **state)
{
    scratch *s = *state;
    nacre_tape_writer *writer = create(s, s->tape);
    nacre_trades bare = {
        .rows = 300, .ts_event = rows.ts_event, .price = rows.price, .size = rows.size};
    nacre_trades full = support_view(&rows, 600);
    full.ts_event += 300;
    full.rows = 300;
    assert_int_equal(nacre_tape_writer_append(writer, &bare, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_append(writer, &full, NULL), NACRE_OK);
    bare.ts_event += 600;
    assert_int_equal(nacre_tape_writer_append(writer, &bare, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    nacre_tape *tape;
    nacre_trades out;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_check(tape, NULL, NULL, NULL), NACRE_OK);
    nacre_tape_view(tape, &out);
    assert_int_equal(out.rows, 900);
    for (size_t i = 0; i < 900; i++) {
        bool given = i >= 300 && i < 600;
        assert_int_equal(out.seq[i], given ? rows.seq[i - 300] : 0);
        assert_int_equal(out.conditions[i], given ? rows.conditions[i - 300] : 0);
        assert_int_equal(out.venue[i], given ? rows.venue[i - 300] : 0);
        assert_int_equal(out.side[i], given ? rows.side[i - 300] : 0);
    }
    nacre_tape_close(tape);
}

static void an_empty_tape_is_a_tape(void **state)
{
    scratch *s = *state;
    nacre_tape_writer *writer = create(s, s->tape);
    nacre_trades none = {0};
    assert_int_equal(nacre_tape_writer_append(writer, &none, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_check(tape, NULL, NULL, NULL), NACRE_OK);
    nacre_tape_view(tape, &none);
    assert_int_equal(none.rows, 0);
    nacre_tape_close(tape);
}

static void order_names_the_row(void **state)
{
    scratch *s = *state;
    nacre_tape_writer *writer = create(s, s->tape);
    nacre_trades view = support_view(&rows, 100);
    nacre_error err;
    assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
    // The same block again begins before its predecessor's end.
    assert_int_equal(nacre_tape_writer_append(writer, &view, &err), NACRE_E_ORDER);
    assert_non_null(strstr(err.message, "row 100 "));
    static int64_t times[10];
    for (int i = 0; i < 10; i++)
        times[i] = rows.ts_event[99] + i;
    times[7] = times[6] - 1;
    view.ts_event = times;
    view.rows = 10;
    assert_int_equal(nacre_tape_writer_append(writer, &view, &err), NACRE_E_ORDER);
    assert_non_null(strstr(err.message, "row 107 "));
    // Nothing of a refused block was taken, so the tape goes on; equal times are in order.
    times[7] = times[6];
    assert_int_equal(nacre_tape_writer_append(writer, &view, &err), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_get_info(tape)->rows, 110);
    assert_int_equal(nacre_tape_check(tape, NULL, NULL, NULL), NACRE_OK);
    nacre_tape_close(tape);
}

static void does_not_overwrite(void **state)
{
    scratch *s = *state;
    nacre_trades view = support_view(&rows, 5);
    nacre_tape_writer *early = create(s, s->tape);
    support_write_tape(s->ctx, s->tape, &view);
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_tape_writer *writer;
    nacre_error err;
    assert_int_equal(nacre_tape_writer_create(s->ctx, s->tape, &instrument, &writer, &err),
                     NACRE_E_EXISTS);
    assert_null(writer);
    assert_non_null(strstr(err.message, "remove it"));
    // One that began before the other was sealed must not replace it either.
    assert_int_equal(nacre_tape_writer_seal(early, &err), NACRE_E_EXISTS);
    assert_int_equal(nacre_tape_writer_seal(early, &err), NACRE_E_STATE);
    nacre_tape_writer_destroy(early);
    assert_int_equal(support_entries(s->folder), 1);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_get_info(tape)->rows, 5);
    nacre_tape_close(tape);
}

static void unsealed_leaves_nothing(void **state)
{
    scratch *s = *state;
    nacre_trades view = support_view(&rows, SUPPORT_ROWS_MAX);
    nacre_tape_writer *writer = create(s, s->tape);
    assert_int_equal(support_entries(s->folder), 1);
    assert_int_equal(access(s->tape, F_OK), -1);
    assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    assert_int_equal(support_entries(s->folder), 0);
    nacre_tape_writer_destroy(NULL);
}

static void refuses_bad_calls(void **state)
{
    scratch *s = *state;
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_tape_writer *writer;
    nacre_error err;
    const char *const paths[] = {"", "/", ".", "..", "x/.."};
    for (size_t i = 0; i < sizeof paths / sizeof paths[0]; i++)
        assert_int_equal(nacre_tape_writer_create(s->ctx, paths[i], &instrument, &writer, &err),
                         NACRE_E_ARG);
    char path[400];
    (void)snprintf(path, sizeof path, "%s/no/such", s->folder);
    assert_int_equal(nacre_tape_writer_create(s->ctx, path, &instrument, &writer, &err),
                     NACRE_E_IO);
    nacre_instrument_equity(&instrument, "a/b");
    assert_int_equal(nacre_tape_writer_create(s->ctx, s->tape, &instrument, &writer, &err),
                     NACRE_E_ARG);
    assert_int_equal(support_entries(s->folder), 0);
    writer = create(s, s->tape);
    nacre_trades view = support_view(&rows, 5);
    view.price = NULL;
    assert_int_equal(nacre_tape_writer_append(writer, &view, &err), NACRE_E_ARG);
    assert_int_equal(nacre_tape_writer_seal(writer, &err), NACRE_OK);
    assert_int_equal(nacre_tape_writer_append(writer, &view, &err), NACRE_E_STATE);
    assert_int_equal(nacre_tape_writer_seal(writer, &err), NACRE_E_STATE);
    nacre_tape_writer_destroy(writer);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, path, &tape, &err), NACRE_E_NOTFOUND);
    assert_int_equal(nacre_tape_open(s->ctx, "", &tape, &err), NACRE_E_ARG);
    (void)snprintf(path, sizeof path, "%s/price.npy", s->tape);
    assert_int_equal(nacre_tape_open(s->ctx, path, &tape, &err), NACRE_E_NOTFOUND);
    assert_null(tape);
}

static void a_relative_path_works(void **state)
{
    scratch *s = *state;
    char before[4096];
    assert_non_null(getcwd(before, sizeof before));
    assert_int_equal(chdir(s->folder), 0);
    nacre_trades view = support_view(&rows, 5);
    support_write_tape(s->ctx, "here//", &view);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, "here", &tape, NULL), NACRE_OK);
    nacre_tape_close(tape);
    assert_int_equal(chdir(before), 0);
}

static bool count_calls(void *user, uint64_t done, uint64_t total)
{
    uint64_t *last = user;
    assert_true(done > *last && done <= total);
    *last = done;
    return done < 100000;
}

static void check_reports_progress(void **state)
{
    scratch *s = *state;
    nacre_trades view = support_view(&rows, SUPPORT_ROWS_MAX);
    support_write_tape(s->ctx, s->tape, &view);
    nacre_tape *tape;
    assert_int_equal(nacre_tape_open(s->ctx, s->tape, &tape, NULL), NACRE_OK);
    uint64_t last = 0;
    // 4,096 rows are 208,896 bytes; the callback gives up at 100,000.
    assert_int_equal(nacre_tape_check(tape, count_calls, &last, NULL), NACRE_E_CANCELLED);
    assert_int_equal(last, 4 * 32768);
    nacre_tape_close(tape);
}

static void big_blocks_are_not_staged(void **state)
{
    scratch *s = *state;
    nacre_trades view = support_view(&rows, SUPPORT_ROWS_MAX);
    view.seq = NULL;
    nacre_tape_writer *writer = create(s, s->tape);
    uint64_t staged = nacrei_copied_total(NACREI_COPY_TAPE_STAGE).bytes;
    uint64_t written = nacrei_copied_total(NACREI_COPY_TAPE_WRITE).bytes;
    assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    // The 8-byte columns (32 KiB) go straight to the file, the 4- and 1-byte ones are gathered
    // unless they reach a quarter of the buffer; an absent column costs no copy at all.
    assert_int_equal(nacrei_copied_total(NACREI_COPY_TAPE_STAGE).bytes - staged,
                     3 * SUPPORT_ROWS_MAX);
    assert_int_equal(nacrei_copied_total(NACREI_COPY_TAPE_WRITE).bytes - written,
                     10 * 4096 + SUPPORT_ROWS_MAX * 43);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(round_trip, set_up, tear_down),
        cmocka_unit_test_setup_teardown(keeps_the_instrument, set_up, tear_down),
        cmocka_unit_test_setup_teardown(absent_columns_are_zeros, set_up, tear_down),
        cmocka_unit_test_setup_teardown(an_empty_tape_is_a_tape, set_up, tear_down),
        cmocka_unit_test_setup_teardown(order_names_the_row, set_up, tear_down),
        cmocka_unit_test_setup_teardown(does_not_overwrite, set_up, tear_down),
        cmocka_unit_test_setup_teardown(unsealed_leaves_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(refuses_bad_calls, set_up, tear_down),
        cmocka_unit_test_setup_teardown(a_relative_path_works, set_up, tear_down),
        cmocka_unit_test_setup_teardown(check_reports_progress, set_up, tear_down),
        cmocka_unit_test_setup_teardown(big_blocks_are_not_staged, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
