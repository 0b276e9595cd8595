// SPDX-License-Identifier: Apache-2.0
// The progress line on a pseudo-terminal that stands in for standard error: drawn there, wiped at
// the end, silent on a pipe, on a dumb terminal and when quiet. Time is moved by hand, not slept
// away.
#include "core/progress.h"

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static int real_stderr, terminal;

// Puts a terminal in the place of standard error; false (after a SKIP line) where there is none.
static bool begin_terminal(const char *test)
{
    terminal = posix_openpt(O_RDWR | O_NOCTTY);
    if (terminal < 0 || grantpt(terminal) || unlockpt(terminal)) {
        printf("SKIP %s: no pseudo-terminal here\n", test);
        return false;
    }
    int slave = open(ptsname(terminal), O_RDWR | O_NOCTTY);
    assert_true(slave >= 0);
    real_stderr = dup(STDERR_FILENO);
    assert_true(dup2(slave, STDERR_FILENO) >= 0);
    (void)close(slave);
    return true;
}

// Gives standard error back and returns what was written to the terminal.
static void end_terminal(char *text, size_t bytes)
{
    size_t used = 0;
    struct pollfd ready = {.fd = terminal, .events = POLLIN};
    while (used + 1 < bytes && poll(&ready, 1, 0) == 1 && (ready.revents & POLLIN)) {
        ssize_t got = read(terminal, text + used, bytes - 1 - used);
        if (got <= 0)
            break;
        used += (size_t)got;
    }
    text[used] = '\0';
    assert_true(dup2(real_stderr, STDERR_FILENO) >= 0);
    (void)close(real_stderr);
    (void)close(terminal);
}

static void drawn_and_wiped(void **state)
{
    (void)state;
    char text[4096];
    nacrei_progress progress;
    if (!begin_terminal("drawn_and_wiped"))
        return;
    (void)setenv("TERM", "xterm", 1);
    nacrei_progress_begin(&progress, "import", "rows", false);
    bool enabled = progress.enabled;
    bool early = nacrei_progress_update(&progress, 1, 100); // too soon after the beginning
    progress.started_ns -= INT64_C(10000000000);            // ten seconds ago
    progress.drawn_ns -= INT64_C(10000000000);
    bool drawn = nacrei_progress_update(&progress, 5000000, 20000000);
    bool again = nacrei_progress_update(&progress, 6000000, 20000000); // within a tenth of a second
    nacrei_progress_end(&progress);
    end_terminal(text, sizeof text);
    assert_true(enabled && early && drawn && again);
    const char *line = strstr(text, "import  5.00 M rows  25 %  ");
    assert_non_null(line);
    assert_non_null(strstr(line, "k rows/s  0:3")); // just under 500 k rows/s, just over 30 s left
    assert_null(strstr(text, "6.00 M"));
    assert_null(strstr(text, "1 rows"));
    assert_string_equal(text + strlen(text) - 4, "\r\033[K");
}

static void unknown_total_and_long_labels(void **state)
{
    (void)state;
    char text[4096], label[200];
    nacrei_progress progress;
    if (!begin_terminal("unknown_total_and_long_labels"))
        return;
    (void)setenv("TERM", "xterm", 1);
    memset(label, 'x', sizeof label - 1);
    label[sizeof label - 1] = '\0';
    nacrei_progress_begin(&progress, "read", "MB", false);
    progress.started_ns -= INT64_C(1000000000);
    progress.drawn_ns -= INT64_C(1000000000);
    (void)nacrei_progress_update(&progress, 7, 0);
    progress.label = label;
    progress.drawn_ns -= INT64_C(1000000000);
    (void)nacrei_progress_update(&progress, 8, 0);
    nacrei_progress_end(&progress);
    end_terminal(text, sizeof text);
    assert_non_null(strstr(text, "read  7 MB  "));
    assert_null(strchr(text, '%'));
    assert_null(strstr(text, "left"));
    assert_int_equal(strspn(strstr(text, "xx"), "x"), 79);
}

static void silent_elsewhere(void **state)
{
    (void)state;
    char text[4096];
    nacrei_progress progress;
    int ends[2];
    if (!begin_terminal("silent_elsewhere"))
        return;
    (void)setenv("TERM", "dumb", 1);
    nacrei_progress_begin(&progress, "import", "rows", false);
    bool on_dumb = progress.enabled;
    (void)setenv("TERM", "xterm", 1);
    nacrei_progress_begin(&progress, "import", "rows", true);
    bool on_quiet = progress.enabled;
    progress.drawn_ns -= INT64_C(10000000000);
    (void)nacrei_progress_update(&progress, 1, 2);
    nacrei_progress_end(&progress);
    end_terminal(text, sizeof text);
    assert_false(on_dumb || on_quiet);
    assert_string_equal(text, "");
    // A pipe is no terminal.
    assert_int_equal(pipe(ends), 0);
    int saved = dup(STDERR_FILENO);
    assert_true(dup2(ends[1], STDERR_FILENO) >= 0);
    nacrei_progress_begin(&progress, "import", "rows", false);
    assert_true(dup2(saved, STDERR_FILENO) >= 0);
    assert_false(progress.enabled);
    (void)close(saved);
    (void)close(ends[0]);
    (void)close(ends[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drawn_and_wiped),
        cmocka_unit_test(unknown_total_and_long_labels),
        cmocka_unit_test(silent_elsewhere),
    };
    return cmocka_run_group_tests_name("core_progress", tests, NULL, NULL);
}
