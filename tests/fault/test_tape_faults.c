// SPDX-License-Identifier: Apache-2.0
// Tapes under bad luck: every allocation failing in turn, files that may not grow, and tapes that
// were torn or altered after they were sealed.
#include "tape_support.h"

#include <errno.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define START_NS INT64_C(1700000000000000000)
#define BIG_APPENDS 40 // of 4,096 rows: ts_event spans two checksum blocks

static support_rows rows;

static nacre_trades standing_still(void)
{
    support_fill(&rows, SUPPORT_ROWS_MAX, 3, START_NS, 1000);
    for (size_t i = 0; i < SUPPORT_ROWS_MAX; i++)
        rows.ts_event[i] = START_NS;
    return support_view(&rows, SUPPORT_ROWS_MAX);
}

// ---- allocation n fails
// --------------------------------------------------------------------------

typedef struct meter {
    bool armed;
    size_t calls, fail_at, live;
} meter;

static void *meter_alloc(void *user, size_t bytes, size_t alignment)
{
    meter *m = user;
    if (m->armed && ++m->calls == m->fail_at)
        return NULL;
    void *memory = aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
    m->live += memory != NULL;
    return memory;
}

static void meter_release(void *user, void *memory, size_t bytes)
{
    (void)bytes;
    ((meter *)user)->live--;
    free(memory);
}

/// A whole life: write, seal, open, check, filter. Returns the first failure.
static nacre_status live_once(nacre_ctx *ctx, const char *path, nacre_error *err)
{
    nacre_trades view = standing_still();
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_tape_writer *writer = NULL;
    nacre_tape *tape = NULL;
    nacre_calendar *calendar = NULL;
    nacre_filtered *filtered = NULL;
    nacre_status status = nacre_tape_writer_create(ctx, path, &instrument, &writer, err);
    for (int i = 0; i < BIG_APPENDS && !status; i++)
        status = nacre_tape_writer_append(writer, &view, err);
    if (!status)
        status = nacre_tape_writer_seal(writer, err);
    nacre_tape_writer_destroy(writer);
    if (!status)
        status = nacre_tape_open(ctx, path, &tape, err);
    if (!status)
        status = nacre_tape_check(tape, NULL, NULL, err);
    if (!status)
        status = nacre_calendar_open(ctx, "XNYS", &calendar, err);
    if (!status) {
        nacre_tape_view(tape, &view);
        status = nacre_filter_trades(ctx, &instrument, calendar, NULL, &view, &filtered, err);
    }
    nacre_filtered_destroy(ctx, filtered);
    nacre_calendar_close(calendar);
    nacre_tape_close(tape);
    return status;
}

static void every_allocation_may_fail(void **state)
{
    (void)state;
    meter m = {0};
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    options.allocator = (nacre_allocator){meter_alloc, meter_release, &m};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    size_t live = m.live;
    m.armed = true;
    nacre_status status = NACRE_E_NOMEM;
    for (m.fail_at = 1; status == NACRE_E_NOMEM; m.fail_at++) {
        char folder[256], path[300];
        support_folder(folder);
        (void)snprintf(path, sizeof path, "%s/t", folder);
        m.calls = 0;
        nacre_error err = {0};
        status = live_once(ctx, path, &err);
        if (status)
            assert_non_null(strstr(err.message, "out of memory"));
        assert_int_equal(m.live, live);
        // Either the finished tape is there or nothing is.
        assert_int_equal(support_entries(folder), access(path, F_OK) == 0);
        support_remove(folder);
    }
    assert_int_equal(status, NACRE_OK);
    assert_true(m.fail_at > 30);
    nacre_ctx_destroy(ctx);
}

// ---- files that may not grow
// ---------------------------------------------------------------------

/// In the child: files are limited, writing fails by name, destroy cleans up. Returns an exit code.
static int write_limited(const char *path, rlim_t limit)
{
    nacre_trades view = standing_still();
    nacre_instrument instrument;
    nacre_instrument_equity(&instrument, "SPY");
    nacre_ctx *ctx = support_ctx();
    nacre_tape_writer *writer;
    nacre_error err = {0};
    const struct rlimit files = {limit, limit};
    if (signal(SIGXFSZ, SIG_IGN) == SIG_ERR || setrlimit(RLIMIT_FSIZE, &files) != 0)
        return 2;
    nacre_status status = nacre_tape_writer_create(ctx, path, &instrument, &writer, &err);
    for (int i = 0; i < BIG_APPENDS && !status; i++)
        status = nacre_tape_writer_append(writer, &view, &err);
    if (!status)
        status = nacre_tape_writer_seal(writer, &err);
    nacre_status again = nacre_tape_writer_seal(writer, NULL);
    nacre_tape_writer_destroy(writer);
    nacre_ctx_destroy(ctx);
    bool good = status == NACRE_E_IO && again == NACRE_E_STATE && err.system_code == EFBIG &&
                strstr(err.message, ".npy") && strstr(err.message, "ulimit -f") &&
                !strchr(err.message, '\n');
    return good ? 0 : 3;
}

static void a_full_disk_leaves_nothing(void **state)
{
    (void)state;
    static const rlim_t limits[] = {0, 4095, 4096, 40000, 200000, 1200000};
    for (size_t i = 0; i < sizeof limits / sizeof limits[0]; i++) {
        char folder[256], path[300];
        support_folder(folder);
        (void)snprintf(path, sizeof path, "%s/t", folder);
        pid_t child = fork();
        assert_true(child >= 0);
        if (child == 0)
            _exit(write_limited(path, limits[i]));
        int status;
        assert_int_equal(waitpid(child, &status, 0), child);
        assert_true(WIFEXITED(status));
        assert_int_equal(WEXITSTATUS(status), 0);
        assert_int_equal(support_entries(folder), 0);
        support_remove(folder);
    }
}

// ---- torn and altered tapes
// ----------------------------------------------------------------------

static const char *const files[] = {"ts_event.npy", "ts_recv.npy",    "price.npy",      "size.npy",
                                    "seq.npy",      "instrument.npy", "conditions.npy", "side.npy",
                                    "flags.npy",    "venue.npy",      "tape.json"};
#define FILE_COUNT (sizeof files / sizeof files[0])

typedef struct scratch {
    nacre_ctx *ctx;
    char folder[256], tape[300], file[360], saved[360];
} scratch;

static int make_tape(void **state)
{
    scratch *s = calloc(1, sizeof *s);
    s->ctx = support_ctx();
    support_folder(s->folder);
    (void)snprintf(s->tape, sizeof s->tape, "%s/t", s->folder);
    support_fill(&rows, 500, 3, START_NS, 1000);
    nacre_trades view = support_view(&rows, 500);
    support_write_tape(s->ctx, s->tape, &view);
    *state = s;
    return 0;
}

static int drop_tape(void **state)
{
    scratch *s = *state;
    support_remove(s->folder);
    nacre_ctx_destroy(s->ctx);
    free(s);
    return 0;
}

static void pick_file(scratch *s, const char *name)
{
    (void)snprintf(s->file, sizeof s->file, "%s/%s", s->tape, name);
    (void)snprintf(s->saved, sizeof s->saved, "%s/saved", s->folder);
}

/// Open, then check; the status of the first that fails. The message must name `name`.
static nacre_status open_and_check(const scratch *s, const char *name, bool *opened)
{
    nacre_tape *tape;
    nacre_error err = {0};
    nacre_status status = nacre_tape_open(s->ctx, s->tape, &tape, &err);
    *opened = !status;
    if (status)
        assert_null(tape);
    else
        status = nacre_tape_check(tape, NULL, NULL, &err);
    nacre_tape_close(tape);
    if (status) {
        assert_non_null(strstr(err.message, name));
        assert_null(strchr(err.message, '\n'));
    }
    return status;
}

static void flip_byte(const char *path, long at)
{
    FILE *file = fopen(path, "r+");
    assert_non_null(file);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    int byte = fgetc(file);
    assert_true(byte != EOF);
    assert_int_equal(fseek(file, at, SEEK_SET), 0);
    assert_int_equal(fputc(byte ^ 0x10, file), byte ^ 0x10);
    assert_int_equal(fclose(file), 0);
}

static void torn_files_are_refused(void **state)
{
    scratch *s = *state;
    bool opened;
    assert_int_equal(open_and_check(s, "", &opened), NACRE_OK);
    for (size_t f = 0; f < FILE_COUNT; f++) {
        pick_file(s, files[f]);
        struct stat info;
        assert_int_equal(stat(s->file, &info), 0);
        assert_int_equal(rename(s->file, s->saved), 0);
        assert_int_equal(open_and_check(s, files[f], &opened), NACRE_E_CORRUPT);
        assert_int_equal(mkdir(s->file, 0700), 0); // a folder in its place
        assert_int_equal(open_and_check(s, files[f], &opened), NACRE_E_CORRUPT);
        assert_int_equal(rmdir(s->file), 0);
        assert_int_equal(mkfifo(s->file, 0600), 0);
        assert_int_equal(open_and_check(s, files[f], &opened), NACRE_E_CORRUPT);
        assert_int_equal(unlink(s->file), 0);
        assert_int_equal(rename(s->saved, s->file), 0);
    }
    for (size_t f = 0; f + 1 < FILE_COUNT; f++) {
        pick_file(s, files[f]);
        struct stat info;
        assert_int_equal(stat(s->file, &info), 0);
        assert_int_equal(truncate(s->file, info.st_size + 1), 0);
        assert_int_equal(open_and_check(s, files[f], &opened), NACRE_E_CORRUPT);
        assert_false(opened);
        assert_int_equal(truncate(s->file, info.st_size), 0);
    }
}

static void truncated_files_are_refused(void **state)
{
    scratch *s = *state;
    bool opened;
    // From the last column to the first, then tape.json, which is read before them: each time the
    // one cut last is the first that the reader meets.
    for (size_t n = 0; n < FILE_COUNT; n++) {
        const char *name = files[(FILE_COUNT - 2 + FILE_COUNT - n) % FILE_COUNT];
        pick_file(s, name);
        struct stat info;
        assert_int_equal(stat(s->file, &info), 0);
        const off_t lengths[] = {info.st_size - 2, info.st_size / 2, 100, 0};
        for (size_t i = 0; i < 4; i++) {
            assert_int_equal(truncate(s->file, lengths[i]), 0);
            assert_int_equal(open_and_check(s, name, &opened), NACRE_E_CORRUPT);
            assert_false(opened);
        }
    }
}

static void flipped_bytes_are_found(void **state)
{
    scratch *s = *state;
    for (size_t f = 0; f + 1 < FILE_COUNT; f++) {
        pick_file(s, files[f]);
        struct stat info;
        assert_int_equal(stat(s->file, &info), 0);
        const long places[] = {0, 6, 9, 20, 4095, 4096, 4200, (long)info.st_size - 1};
        for (size_t i = 0; i < sizeof places / sizeof places[0]; i++) {
            bool opened;
            flip_byte(s->file, places[i]);
            assert_int_equal(open_and_check(s, files[f], &opened), NACRE_E_CORRUPT);
            assert_int_equal(opened, places[i] >= 4096);
            flip_byte(s->file, places[i]);
            assert_int_equal(open_and_check(s, files[f], &opened), NACRE_OK);
        }
    }
}

/// Replaces the first `from` in tape.json by `to`, tries, and puts the old text back.
static nacre_status try_json(scratch *s, const char *from, const char *to)
{
    static char old[65536], new[65536];
    bool opened;
    pick_file(s, "tape.json");
    FILE *file = fopen(s->file, "r");
    assert_non_null(file);
    size_t bytes = fread(old, 1, sizeof old - 1, file);
    old[bytes] = 0;
    (void)fclose(file);
    const char *at = strstr(old, from);
    if (!at)
        fail_msg("tape.json has no %s", from);
    int length = snprintf(new, sizeof new, "%.*s%s%s", (int)(at - old), old, to, at + strlen(from));
    const char *const texts[] = {new, old};
    const size_t lengths[] = {(size_t)length, bytes};
    nacre_status status = NACRE_OK;
    for (int i = 0; i < 2; i++) {
        file = fopen(s->file, "w");
        assert_non_null(file);
        assert_int_equal(fwrite(texts[i], 1, lengths[i], file), lengths[i]);
        assert_int_equal(fclose(file), 0);
        if (i == 0)
            status = open_and_check(s, "", &opened);
    }
    return status;
}

static void altered_json_is_refused(void **state)
{
    scratch *s = *state;
    static const char *const edits[][2] = {
        {"\"schema_version\": 1", "\"schema_version\": 2"},
        {"\"schema_version\": 1", "\"schema_version\": 1, \"schema_version\": 1"},
        {"\"schema_version\": 1", "\"more\": 1, \"schema_version\": 1"},
        {"\"schema_version\": 1", "\"schema_version\": \"1\""},
        {"\"kind\": \"trades\"", "\"kind\": \"quotes\""},
        {"\"kind\": \"spot\"", "\"kind\": \"bond\""},
        {"\"symbol\": \"BTCUSDT\"", "\"symbol\": \"../BTCUSDT\""},
        {"\"symbol\": \"BTCUSDT\"", "\"symbol\": \"0123456789012345678901234567890123456789\""},
        {"\"symbol\": \"BTCUSDT\"", "\"symbol\": \"BTC\\u0000USDT\""},
        {"\"symbol\": \"BTCUSDT\"", "\"symbol\": null"},
        {"\"size_exp\": 8", "\"size_exp\": 19"},
        {"\"size_exp\": 8", "\"size_exp\": -1"},
        {"\"inverse\": false", "\"inverse\": 0"},
        {"\"multiplier\": \"1\"", "\"multiplier\": \"0\""},
        {"\"multiplier\": \"1\"", "\"multiplier\": \"9223372036854775808\""},
        {"\"multiplier\": \"1\"", "\"multiplier\": \"\""},
        {"\"multiplier\": \"1\"", "\"multiplier\": \"1e0\""},
        {"\"rows\": \"500\"", "\"rows\": \"499\""},
        {"\"rows\": \"500\"", "\"rows\": \"0\""},
        {"\"rows\": \"500\"", "\"rows\": \"-500\""},
        {"\"rows\": \"500\"", "\"rows\": \"281474976710656\""},
        {"\"rows\": \"500\"", "\"rows\": \"9223372036854775807\""},
        {"\"first_ns\": \"17", "\"first_ns\": \"16"},
        {"\"last_ns\": \"17", "\"last_ns\": \"18"},
        {"\"last_ns\": \"17", "\"last_ns\": \"-17"},
        {"\"name\": \"price\"", "\"name\": \"../price\""},
        {"\"name\": \"price\"", "\"name\": \"size\""},
        {"\"dtype\": \"<i8\"", "\"dtype\": \"<f8\""},
        {"\"crc32c\": [", "\"crc32c\": [\"00000000\", "},
        {"\"crc32c\": [", "\"crc32c\": 7, \"x\": ["},
        {"\"columns\": [", "\"columns\": [{}, "},
        {"{", "[{"},
        {"}", ""},
    };
    for (size_t i = 0; i < sizeof edits / sizeof edits[0]; i++) {
        if (try_json(s, edits[i][0], edits[i][1]) != NACRE_E_CORRUPT)
            fail_msg("accepted: %s", edits[i][1]);
    }
    bool opened;
    assert_int_equal(open_and_check(s, "", &opened), NACRE_OK);
    // A column replaced by that of another, equally long tape: only the checksums tell.
    char other[300], from[360];
    (void)snprintf(other, sizeof other, "%s/other", s->folder);
    support_fill(&rows, 500, 4, START_NS, 1000);
    nacre_trades view = support_view(&rows, 500);
    support_write_tape(s->ctx, other, &view);
    (void)snprintf(from, sizeof from, "%s/price.npy", other);
    pick_file(s, "price.npy");
    assert_int_equal(rename(from, s->file), 0);
    assert_int_equal(open_and_check(s, "price.npy", &opened), NACRE_E_CORRUPT);
    assert_true(opened);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_allocation_may_fail),
        cmocka_unit_test(a_full_disk_leaves_nothing),
        cmocka_unit_test_setup_teardown(torn_files_are_refused, make_tape, drop_tape),
        cmocka_unit_test_setup_teardown(truncated_files_are_refused, make_tape, drop_tape),
        cmocka_unit_test_setup_teardown(flipped_bytes_are_found, make_tape, drop_tape),
        cmocka_unit_test_setup_teardown(altered_json_is_refused, make_tape, drop_tape),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
