// SPDX-License-Identifier: Apache-2.0
// Allocation number n fails, for every n that opening a panel, its returns and its groups make:
// each must end with NACRE_E_NOMEM, give nothing out and everything back.
#include "unit/panel_fixture.h"

typedef struct counting {
    uint64_t calls, fail_at; ///< fail_at 0 = never
    size_t live_bytes, live_blocks;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    c->live_blocks++;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    counting *c = user;
    assert_true(c->live_bytes >= bytes && c->live_blocks > 0);
    c->live_bytes -= bytes;
    c->live_blocks--;
    free(memory);
}

/// Everything that a panel is used for, to its end or the first failure.
static nacre_status use(nacre_ctx *ctx, const char *path, const char *groups_path, nacre_error *err)
{
    nacre_panel *panel;
    nacre_returns *returns = NULL;
    nacre_panel_group_table *groups = NULL;
    nacre_status status = nacre_panel_open(ctx, path, NULL, &panel, err);
    if (status) {
        assert_null(panel);
        return status;
    }
    status = nacre_panel_returns(ctx, panel, 0.5, &returns, err);
    assert_true(status == NACRE_OK || !returns);
    if (!status && groups_path) {
        status = nacre_panel_groups(ctx, groups_path, panel, &groups, err);
        assert_true(status == NACRE_OK || !groups);
    }
    nacre_panel_groups_destroy(ctx, groups);
    nacre_returns_destroy(ctx, returns);
    nacre_panel_close(ctx, panel);
    return status;
}

static nacre_status use_counted(fixture *f, counting *c, uint64_t fail_at, const char *path,
                                const char *groups_path)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = 1;
    *c = (counting){0};
    options.allocator = (nacre_allocator){counting_alloc, counting_release, c};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, &f->err), NACRE_OK);
    size_t bytes = c->live_bytes;
    c->calls = 0;
    c->fail_at = fail_at;
    nacre_status status = use(ctx, path, groups_path, &f->err);
    assert_int_equal(c->live_bytes, bytes);
    nacre_ctx_destroy(ctx);
    assert_int_equal(c->live_blocks, 0);
    return status;
}

static void fail_each(fixture *f, const char *path, const char *groups_path, uint64_t at_least)
{
    counting c;
    assert_int_equal(use_counted(f, &c, 0, path, groups_path), NACRE_OK);
    uint64_t calls = c.calls;
    assert_true(calls >= at_least);
    for (uint64_t n = 1; n <= calls; n++) {
        assert_int_equal(use_counted(f, &c, n, path, groups_path), NACRE_E_NOMEM);
        assert_message(f, "out of memory");
    }
}

static void test_csv(void **state)
{
    fixture *f = *state;
    char text[2048] = "date,A,B,C\n20190101,1,1,\n";
    size_t used = strlen(text);
    for (int day = 1; day <= 28; day++) // the arrays grow twice
        used +=
            (size_t)snprintf(text + used, sizeof text - used, "%d,1,%d,\n", 20200100 + day, day);
    const char *groups = fixture_text(f, "g.csv", "Symbol,Sector\nA,x\nB,y\n");
    fail_each(f, fixture_text(f, "p.csv", text), groups, 20);
}

static void test_orlib(void **state)
{
    fixture *f = *state;
    fail_each(f, fixture_text(f, "p.txt", "1 9\n1 2 3 4 5 6 7 8 9 10\n1 2 3 4 5 6 7 8 9 10\n"),
              NULL, 10);
}

/// What fails for another reason gives everything back too.
static void test_bad_files(void **state)
{
    fixture *f = *state;
    counting c;
    const char *path = fixture_text(f, "p.csv", "date,A\n2020-01-02,1\n2020-01-03,x\n");
    assert_int_equal(use_counted(f, &c, 0, path, NULL), NACRE_E_PARSE);
    path = fixture_text(f, "p.csv", "date,A,B\n2020-01-02,1,2\n2020-01-03,1,2\n2020-01-04,1,2\n");
    const char *groups = fixture_text(f, "g.csv", "Symbol,Sector\nA,x\nA,y\n");
    assert_int_equal(use_counted(f, &c, 0, path, groups), NACRE_E_EXISTS);
    path = fixture_text(f, "p.txt", "1 1\n1 2 3\n");
    assert_int_equal(use_counted(f, &c, 0, path, NULL), NACRE_E_PARSE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_csv),
        PANEL_TEST(test_orlib),
        PANEL_TEST(test_bad_files),
    };
    return cmocka_run_group_tests_name("panel_alloc", tests, NULL, NULL);
}
