// SPDX-License-Identifier: Apache-2.0
// Log lines as the program's function gets them: one line, cut with a mark, filtered by level.
#include "core/log.h"

#include "core/text.h"

#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
typedef struct last_line {
    unsigned lines;
    nacre_log_level level;
    char text[2048];
} last_line;

static void keep(void *user, nacre_log_level level, const char *line)
{
    last_line *last = user;
    last->lines++;
    last->level = level;
    (void)snprintf(last->text, sizeof last->text, "%s", line);
}

static void one_line(void **state)
{
    (void)state;
    last_line last = {0};
    nacre_ctx ctx = {.log = keep, .log_user = &last};
    nacrei_log(&ctx, NACRE_LOG_WARN, "%s:%d: a\nb\x1b[31m\xFF", "x.csv", 7);
    assert_int_equal(last.lines, 1);
    assert_int_equal(last.level, NACRE_LOG_WARN);
    assert_string_equal(last.text, "x.csv:7: a b [31m?");
    nacre_ctx silent = {.log = NULL};
    nacrei_log(&silent, NACRE_LOG_ERROR, "nobody hears this");
    assert_int_equal(last.lines, 1);
}

static void cut_with_a_mark(void **state)
{
    (void)state;
    last_line last = {0};
    nacre_ctx ctx = {.log = keep, .log_user = &last};
    char text[1200];
    memset(text, 'a', sizeof text);
    text[511] = '\0';
    nacrei_log(&ctx, NACRE_LOG_INFO, "%s", text);
    assert_string_equal(last.text, text); // just fits
    text[511] = 'a';
    text[512] = '\0';
    nacrei_log(&ctx, NACRE_LOG_INFO, "%s", text);
    assert_int_equal(strlen(last.text), 511);
    assert_string_equal(last.text + 507, "a...");
    // Two-byte letters: the cut must not leave half of one.
    for (size_t i = 1; i + 1 < sizeof text; i += 2)
        memcpy(text + i, "\xC3\xA9", 2);
    text[sizeof text - 1] = '\0';
    nacrei_log(&ctx, NACRE_LOG_INFO, "%s", text);
    assert_null(strchr(last.text, '?'));
    assert_string_equal(last.text + strlen(last.text) - 5, "\xC3\xA9...");
}

static void levels(void **state)
{
    (void)state;
    nacre_log_level level = NACRE_LOG_ERROR;
    assert_true(nacrei_log_level_parse("debug", &level));
    assert_int_equal(level, NACRE_LOG_DEBUG);
    assert_true(nacrei_log_level_parse("warn", &level));
    assert_int_equal(level, NACRE_LOG_WARN);
    assert_false(nacrei_log_level_parse("loud", &level));
    assert_int_equal(level, NACRE_LOG_WARN);
    assert_string_equal(nacrei_log_level_name(NACRE_LOG_INFO), "info");
    assert_string_equal(nacrei_log_level_name((nacre_log_level)77), "unknown");

    last_line last = {0};
    nacrei_log_filter filter = {NACRE_LOG_WARN, keep, &last};
    nacre_ctx ctx = {.log = nacrei_log_filter_line, .log_user = &filter};
    nacrei_log(&ctx, NACRE_LOG_DEBUG, "no");
    nacrei_log(&ctx, NACRE_LOG_INFO, "no");
    nacrei_log(&ctx, NACRE_LOG_WARN, "yes");
    nacrei_log(&ctx, NACRE_LOG_ERROR, "yes");
    assert_int_equal(last.lines, 2);
    assert_string_equal(last.text, "yes");
}

static void utf8_sequences(void **state)
{
    (void)state;
    assert_int_equal(nacrei_utf8_sequence("a"), 1);
    assert_int_equal(nacrei_utf8_sequence("\xC3\xA9"), 2);
    assert_int_equal(nacrei_utf8_sequence("\xE2\x82\xAC"), 3);
    assert_int_equal(nacrei_utf8_sequence("\xF4\x8F\xBF\xBF"), 4);
    assert_int_equal(nacrei_utf8_sequence("\xF4\x90\x80\x80"), 0);
    assert_int_equal(nacrei_utf8_sequence("\xE0\x9F\xBF"), 0);
    assert_int_equal(nacrei_utf8_sequence("\xED\xA0\x80"), 0);
    assert_int_equal(nacrei_utf8_sequence("\xF0\x9F\x90"), 0);
    assert_int_equal(nacrei_utf8_sequence("\xC1\xBF"), 0);
    assert_int_equal(nacrei_utf8_sequence("\xFF"), 0);
    char text[] = "a\tb\x80\xC3\xA9\n\x7F\xE2\x82";
    nacrei_text_one_line(text);
    assert_string_equal(text, "a b?\xC3\xA9  ??");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(one_line),
        cmocka_unit_test(cut_with_a_mark),
        cmocka_unit_test(levels),
        cmocka_unit_test(utf8_sequences),
    };
    return cmocka_run_group_tests_name("core_log", tests, NULL, NULL);
}
