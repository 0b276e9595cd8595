// SPDX-License-Identifier: Apache-2.0
// Whatever the sizes of the blocks that are appended, and whichever optional columns each has, the
// tape holds their concatenation; and its files are the same bytes for every cut.
#include "tape_support.h"

#define ROWS 300000 // ts_event spans three checksum blocks
#define START_NS INT64_C(1700000000000000000)

typedef struct columns {
    int64_t *ts_event, *price, *seq;
    uint32_t *conditions;
    uint8_t *venue;
} columns;

static void fill(columns *c)
{
    uint64_t state = 5;
    int64_t t = START_NS;
    c->ts_event = malloc(ROWS * 8);
    c->price = malloc(ROWS * 8);
    c->seq = malloc(ROWS * 8);
    c->conditions = malloc(ROWS * 4);
    c->venue = malloc(ROWS);
    for (size_t i = 0; i < ROWS; i++) {
        c->ts_event[i] = t += (int64_t)(support_random(&state) % 3);
        c->price[i] = (int64_t)support_random(&state);
        c->seq[i] = (int64_t)support_random(&state);
        c->conditions[i] = (uint32_t)support_random(&state);
        c->venue[i] = (uint8_t)support_random(&state);
    }
}

static void release(columns *c)
{
    free(c->ts_event);
    free(c->price);
    free(c->seq);
    free(c->conditions);
    free(c->venue);
}

static nacre_trades part(const columns *c, size_t begin, size_t count)
{
    return (nacre_trades){.rows = count,
                          .ts_event = c->ts_event + begin,
                          .price = c->price + begin,
                          .size = c->price + begin,
                          .seq = c->seq + begin,
                          .conditions = c->conditions + begin,
                          .venue = c->venue + begin};
}

static nacre_tape *write_cut(nacre_ctx *ctx, const char *path, const columns *c, size_t step)
{
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "IBM");
    nacre_tape_writer *writer;
    nacre_tape *tape;
    uint64_t state = step;
    assert_int_equal(nacre_tape_writer_create(ctx, path, &instrument, &writer, NULL), NACRE_OK);
    for (size_t row = 0; row < ROWS;) {
        size_t count = 1 + (size_t)(support_random(&state) % step);
        count = count < ROWS - row ? count : ROWS - row;
        nacre_trades view = part(c, row, count);
        assert_int_equal(nacre_tape_writer_append(writer, &view, NULL), NACRE_OK);
        row += count;
    }
    assert_int_equal(nacre_tape_writer_seal(writer, NULL), NACRE_OK);
    nacre_tape_writer_destroy(writer);
    assert_int_equal(nacre_tape_open(ctx, path, &tape, NULL), NACRE_OK);
    return tape;
}

static void cuts_do_not_matter(void **state)
{
    (void)state;
    static const size_t steps[] = {1000, 2100, 16000, 70000, ROWS};
    nacre_ctx *ctx = support_ctx();
    char folder[256], path[300], json[2][65536];
    size_t json_bytes[2] = {0, 0};
    support_folder(folder);
    columns c;
    fill(&c);
    for (size_t s = 0; s < sizeof steps / sizeof steps[0]; s++) {
        (void)snprintf(path, sizeof path, "%s/%zu", folder, steps[s]);
        nacre_tape *tape = write_cut(ctx, path, &c, steps[s]);
        nacre_trades out;
        nacre_tape_view(tape, &out);
        assert_int_equal(out.rows, ROWS);
        assert_memory_equal(out.ts_event, c.ts_event, ROWS * 8);
        assert_memory_equal(out.price, c.price, ROWS * 8);
        assert_memory_equal(out.size, c.price, ROWS * 8);
        assert_memory_equal(out.seq, c.seq, ROWS * 8);
        assert_memory_equal(out.conditions, c.conditions, ROWS * 4);
        assert_memory_equal(out.venue, c.venue, ROWS);
        for (size_t i = 0; i < ROWS; i++)
            assert_true(out.ts_recv[i] == 0 && out.instrument[i] == 0 && out.side[i] == 0 &&
                        out.flags[i] == 0);
        assert_int_equal(nacre_tape_check(tape, NULL, NULL, NULL), NACRE_OK);
        nacre_tape_close(tape);
        (void)snprintf(path, sizeof path, "%s/%zu/tape.json", folder, steps[s]);
        FILE *file = fopen(path, "r");
        assert_non_null(file);
        json_bytes[s > 0] = fread(json[s > 0], 1, sizeof json[0], file);
        (void)fclose(file);
        if (s > 0) {
            assert_int_equal(json_bytes[0], json_bytes[1]);
            assert_memory_equal(json[0], json[1], json_bytes[0]);
        }
    }
    release(&c);
    support_remove(folder);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(cuts_do_not_matter)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
