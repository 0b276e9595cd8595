// SPDX-License-Identifier: Apache-2.0
// The drawing primitives of the report: scales, round ticks, decimation that loses no peak,
// escaping, columns, steps, points, intervals, paired bars. The chart code belongs to the program
// and not to the library, so it is compiled in here.
#include "cli/svg_chart.c"
#include "cli/svg_columns.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#define assert_near(a, b, error) assert_true(fabs((a) - (b)) <= (error))

/// Runs `draw` on a stream in memory and returns what it wrote; the caller frees it.
typedef void draw_fn(FILE *out);
static char *drawn(draw_fn *draw)
{
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    assert_non_null(out);
    draw(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

static svg_chart box(FILE *out)
{
    return (svg_chart){.out = out,
                       .width = 120,
                       .height = 80,
                       .left = 10,
                       .right = 110,
                       .top = 5,
                       .bottom = 55,
                       .x_low = 0,
                       .x_high = 4,
                       .y_low = 0,
                       .y_high = 100};
}

static void test_scales(void **state)
{
    (void)state;
    svg_chart chart = box(NULL);
    assert_near(nacrei_svg_x(&chart, 0), 10, 1e-12);
    assert_near(nacrei_svg_x(&chart, 3), 85, 1e-12);
    assert_near(nacrei_svg_y(&chart, 0), 55, 1e-12);
    assert_near(nacrei_svg_y(&chart, 100), 5, 1e-12);
    assert_near(nacrei_svg_y(&chart, 50), 30, 1e-12);
    assert_near(nacrei_svg_y(&chart, 500), 5, 1e-12); // clamped
    chart.y_low = 1;
    chart.y_log = true;
    assert_near(nacrei_svg_y(&chart, 10), 30, 1e-9);
    assert_near(nacrei_svg_y(&chart, 0), 55, 1e-12); // no logarithm: the floor
}

static void test_linear_ticks(void **state)
{
    (void)state;
    double ticks[8];
    assert_int_equal(nacrei_svg_linear_ticks(0, 100, 6, ticks), 6);
    assert_near(ticks[0], 0, 1e-12);
    assert_near(ticks[5], 100, 1e-9);
    assert_int_equal(nacrei_svg_linear_ticks(164.53, 168.9, 6, ticks), 4);
    assert_near(ticks[0], 165, 1e-9);
    assert_near(ticks[3], 168, 1e-9);
    assert_int_equal(nacrei_svg_linear_ticks(1, 1, 6, ticks), 0);
    assert_int_equal(nacrei_svg_linear_ticks(0, HUGE_VAL, 6, ticks), 0);
    for (double high = 1e-7; high < 1e12; high *= 3.7) {
        size_t count = nacrei_svg_linear_ticks(-high / 3, high, 6, ticks);
        assert_in_range(count, 2, 6);
        for (size_t i = 0; i < count; i++)
            assert_true(ticks[i] >= -high / 3 * 1.0000001 && ticks[i] <= high * 1.0000001);
    }
}

static void test_log_ticks(void **state)
{
    (void)state;
    double ticks[8];
    assert_int_equal(nacrei_svg_log_ticks(0.9, 60, 7, ticks), 6); // 1 2 5 10 20 50
    assert_near(ticks[1], 2, 1e-12);
    assert_near(ticks[5], 50, 1e-9);
    assert_int_equal(nacrei_svg_log_ticks(0.9, 60000, 5, ticks), 5); // powers of ten only
    assert_near(ticks[4], 10000, 1e-6);
    assert_in_range(nacrei_svg_log_ticks(1e-12, 1e12, 5, ticks), 2, 5);
    assert_int_equal(nacrei_svg_log_ticks(0, 10, 5, ticks), 0);
}

static void test_pad_range(void **state)
{
    (void)state;
    double low = 10, high = 20;
    nacrei_svg_pad_range(&low, &high, 0.1, false);
    assert_near(low, 9, 1e-12);
    assert_near(high, 21, 1e-12);
    low = high = 5;
    nacrei_svg_pad_range(&low, &high, 0.1, false);
    assert_true(low < 5 && high > 5);
    low = HUGE_VAL;
    high = -HUGE_VAL; // nothing seen
    nacrei_svg_pad_range(&low, &high, 0.1, true);
    assert_true(low > 0 && high > low);
}

static void test_decimate(void **state)
{
    (void)state;
    enum { COUNT = 10000, COLUMNS = 50 };
    static double y[COUNT];
    static size_t kept[2 * COLUMNS + 2];
    for (size_t i = 0; i < COUNT; i++)
        y[i] = sin((double)i);
    y[1234] = 77;
    y[8765] = -77;
    for (size_t i = 4000; i < 5000; i++)
        y[i] = (double)NAN;
    size_t points = nacrei_svg_decimate(y, COUNT, COLUMNS, kept);
    assert_in_range(points, COLUMNS, 2 * COLUMNS);
    bool peak = false, trough = false, gap = false;
    for (size_t k = 0; k < points; k++) {
        assert_true(k == 0 || kept[k] > kept[k - 1]); // in order, none twice
        peak |= kept[k] == 1234;
        trough |= kept[k] == 8765;
        gap |= isnan(y[kept[k]]);
    }
    assert_true(peak && trough && gap);
    assert_int_equal(nacrei_svg_decimate(y, 60, COLUMNS, kept), 60); // few points: all of them
    assert_int_equal(nacrei_svg_decimate(y, 0, COLUMNS, kept), 0);
}

static void draw_line(FILE *out)
{
    svg_chart chart = box(out);
    const double y[] = {0, 50, (double)NAN, 100, (double)NAN};
    nacrei_svg_line(&chart, "line", y, 5);
}

static void test_line_breaks_at_nan(void **state)
{
    (void)state;
    char *text = drawn(draw_line);
    assert_string_equal(text, "<path class=\"line\" d=\"M10.0 55.0L35.0 30.0M85.0 5.0h0\"/>\n");
    free(text);
}

static void draw_text(FILE *out)
{
    nacrei_svg_text(out, "a<b & \"c\" 'd'>\x01");
}

static void test_text_is_escaped(void **state)
{
    (void)state;
    char *text = drawn(draw_text);
    assert_string_equal(text, "a&lt;b &amp; &quot;c&quot; &#39;d&#39;&gt;");
    free(text);
}

static void draw_shapes(FILE *out)
{
    svg_chart chart = box(out);
    const double low[] = {10, 20}, high[] = {30, 40};
    chart.x_high = 1;
    nacrei_svg_band(&chart, "alarm", 0, 1, "from <here>");
    nacrei_svg_strip(&chart, "episode", 0.5, 0.5, NULL);
    nacrei_svg_range(&chart, "range", low, high, 2);
    nacrei_svg_rule(&chart, "rule", 50, "half");
}

static void test_shapes(void **state)
{
    (void)state;
    char *text = drawn(draw_shapes);
    assert_string_equal(
        text, "<rect class=\"alarm\" x=\"10.0\" y=\"5.0\" width=\"100.0\" height=\"50.0\"><title>"
              "from &lt;here&gt;</title></rect>\n"
              "<rect class=\"episode\" x=\"60.0\" y=\"5.0\" width=\"3.0\" height=\"7.0\"/>\n"
              "<path class=\"range\" d=\"M10.0 40.0L110.0 35.0L110.0 45.0L10.0 50.0Z\"/>\n"
              "<path class=\"rule\" d=\"M10.0 30.0H110.0\"/><text class=\"tick\" x=\"107.0\" "
              "y=\"26.0\" text-anchor=\"end\">half</text>\n");
    free(text);
}

static void draw_axes(FILE *out)
{
    svg_chart chart = box(out);
    const svg_tick ticks[] = {{0, false, "09:00"}, {0.1, true, "8 Oct"}, {4, false, "16:00"}};
    nacrei_svg_begin(&chart, "a & b");
    nacrei_svg_y_axis(&chart, "USD");
    nacrei_svg_x_axis(&chart, ticks, 3, "time");
    nacrei_svg_end(&chart);
}

static void test_axes(void **state)
{
    (void)state;
    char *text = drawn(draw_axes);
    assert_non_null(strstr(text, "role=\"img\" viewBox=\"0 0 120 80\" aria-label=\"a &amp; b\""));
    assert_non_null(strstr(text, ">USD</text>"));
    assert_non_null(strstr(text, ">50</text>"));
    assert_non_null(strstr(text, ">8 Oct</text>")); // the date wins over the time beside it
    assert_null(strstr(text, ">09:00</text>"));
    assert_non_null(strstr(text, ">16:00</text>"));
    assert_non_null(strstr(text, "</svg>"));
    free(text);
}

static void number_text(const void *user, size_t index, char *text, size_t bytes)
{
    const int *base = user;
    (void)snprintf(text, bytes, "value %zu", index + (size_t)*base);
}

static void draw_hover(FILE *out)
{
    svg_chart chart = box(out);
    const int base = 1000;
    nacrei_svg_hover(&chart, 100, 2, number_text, &base);
}

static void test_hover_shows_the_middle(void **state)
{
    (void)state;
    char *text = drawn(draw_hover);
    assert_non_null(strstr(text, "x=\"10.0\" y=\"5.0\" width=\"50.0\""));
    assert_non_null(strstr(text, ">value 1025<"));
    assert_non_null(strstr(text, ">value 1075<"));
    free(text);
}

static void draw_bars(FILE *out)
{
    const svg_bar bars[] = {{"cash", "1 %", 1}, {"seller", "4 %", 4}};
    nacrei_svg_bars(out, 1000, bars, 2, "by reason");
}

static void test_bars(void **state)
{
    (void)state;
    char *text = drawn(draw_bars);
    assert_non_null(strstr(text, "width=\"155.0\"")); // a quarter of 620
    assert_non_null(strstr(text, "width=\"620.0\""));
    assert_non_null(strstr(text, ">seller<"));
    free(text);
}

static void draw_columns(FILE *out)
{
    svg_chart chart = box(out);
    const double edge[] = {0, 1, 2, 4}, y[] = {50, (double)NAN, 100}, low[] = {-50, 0, 50};
    nacrei_svg_columns(&chart, "mass", edge, y, 3, 1.0);
    chart.y_low = -100; // zero is in the middle of the box
    nacrei_svg_columns(&chart, "mass", edge, low, 3, 30.0);
    chart.y_low = 20; // and below it
    nacrei_svg_columns(&chart, "mass", edge, y, 1, 0.0);
}

static void test_columns_stand_on_zero(void **state)
{
    (void)state;
    char *text = drawn(draw_columns);
    assert_string_equal(text, "<path class=\"mass\" d=\"M10.5 55.0V30.0H34.5V55.0Z"
                              "M60.5 55.0V5.0H109.5V55.0Z\"/>\n"
                              "<path class=\"mass\" d=\"M22.2 30.0V42.5H22.8V30.0Z"
                              "M75.0 30.0V17.5H95.0V30.0Z\"/>\n"
                              "<path class=\"mass\" d=\"M10.0 55.0V36.2H35.0V55.0Z\"/>\n");
    free(text);
}

static void draw_steps(FILE *out)
{
    svg_chart chart = box(out);
    const double edge[] = {0, 1, 2, 3, 4}, y[] = {50, 100, (double)NAN, 0};
    nacrei_svg_steps(&chart, "limit", edge, y, 4);
}

static void test_steps_hold_and_break(void **state)
{
    (void)state;
    char *text = drawn(draw_steps);
    assert_string_equal(text,
                        "<path class=\"limit\" d=\"M10.0 30.0H35.0V5.0H60.0M85.0 55.0H110.0\"/>\n");
    free(text);
}

static void draw_points(FILE *out)
{
    svg_chart chart = box(out);
    const double x[] = {0, 0.01, 1, 4}, y[] = {0, 0, (double)NAN, 100};
    nacrei_svg_points(&chart, "got", x, y, 4);
    nacrei_svg_rug(&chart, "rug", x, 1);
}

static void test_points_do_not_pile_up(void **state)
{
    (void)state;
    char *text = drawn(draw_points);
    assert_string_equal(text, "<path class=\"got\" d=\"M10.0 55.0h0M110.0 5.0h0\"/>\n"
                              "<path class=\"rug\" d=\"M10.0 55.0v-7\"/>\n");
    free(text);
}

static void draw_uprights(FILE *out)
{
    svg_chart chart = box(out);
    nacrei_svg_upright(&chart, "mark", 1, 1, "a<");
    nacrei_svg_upright(&chart, "mark", 4, 0, "ab"); // no room to the right
}

static void test_upright_labels_stay_inside(void **state)
{
    (void)state;
    svg_chart chart = box(NULL);
    char *text = drawn(draw_uprights);
    assert_string_equal(text,
                        "<path class=\"mark\" d=\"M35.0 20.0V55.0\"/><text class=\"tick ink\" "
                        "x=\"40.0\" y=\"30.0\" text-anchor=\"start\">a&lt;</text>\n"
                        "<path class=\"mark\" d=\"M110.0 5.0V55.0\"/><text class=\"tick ink\" "
                        "x=\"105.0\" y=\"15.0\" text-anchor=\"end\">ab</text>\n");
    free(text);
    assert_near(nacrei_svg_y(&chart, nacrei_svg_upright_top(&chart, 1)), 20, 1e-12);
}

static void draw_whiskers(FILE *out)
{
    svg_chart chart = box(out);
    nacrei_svg_whisker(&chart, "w", 50, 1, 2, 3);
    nacrei_svg_whisker(&chart, "w", 50, 1, 2, HUGE_VAL);
    nacrei_svg_whisker(&chart, "w", 50, (double)NAN, 2, (double)NAN);
    nacrei_svg_whisker(&chart, "w", 50, 1, (double)NAN, 3);
}

static void test_whisker_shows_what_is_known(void **state)
{
    (void)state;
    char *text = drawn(draw_whiskers);
    assert_string_equal(
        text,
        "<path class=\"w\" d=\"M35.0 26.5V33.5M35.0 30.0H85.0M85.0 26.5V33.5\"/>"
        "<circle class=\"w\" cx=\"60.0\" cy=\"30.0\" r=\"3.5\"/>\n"
        "<path class=\"w\" d=\"M35.0 26.5V33.5M35.0 30.0H110.0\"/>"
        "<circle class=\"w\" cx=\"60.0\" cy=\"30.0\" r=\"3.5\"/>\n"
        "<path class=\"w\" d=\"\"/><circle class=\"w\" cx=\"60.0\" cy=\"30.0\" r=\"3.5\"/>\n");
    free(text);
}

static void draw_pairs_of_either_sign(FILE *out)
{
    const svg_pair pairs[] = {{"a", 0.5, -0.25, "50 %", "-25 %"},
                              {"b", (double)NAN, 0.0, "none", "0 %"}};
    nacrei_svg_pairs(out, 1000, "weight", "risk", pairs, 2, "both");
}

static void test_pairs_share_a_zero(void **state)
{
    (void)state;
    // Bars take 22.2 to 810 px for -0.25 to 0.5: 1050.4 px a unit, zero at 284.8.
    char *text = drawn(draw_pairs_of_either_sign);
    assert_non_null(strstr(text, "class=\"first\" x=\"284.8\" y=\"23.0\" width=\"525.2\""));
    assert_non_null(strstr(text, "class=\"second\" x=\"22.2\" y=\"32.0\" width=\"262.6\""));
    assert_non_null(strstr(text, "class=\"second\" x=\"284.8\" y=\"57.0\" width=\"0.0\""));
    assert_null(strstr(text, "nan"));
    assert_non_null(strstr(text, ">weight<"));
    free(text);
}

static void draw_number_axes(FILE *out)
{
    svg_chart chart = box(out);
    chart.x_low = -4;
    chart.y_low = -100;
    nacrei_svg_x_numbers(&chart, 3, "loss");
    nacrei_svg_x_grid(&chart, 3);
    nacrei_svg_y_axis(&chart, "pnl");
}

static void test_number_axes(void **state)
{
    (void)state;
    char *text = drawn(draw_number_axes);
    assert_non_null(strstr(text, "x=\"60.0\" y=\"71.0\" text-anchor=\"middle\">0<"));
    assert_non_null(strstr(text, "<path class=\"grid\" d=\"M60.0 5.0V55.0\"/>"));
    assert_non_null(strstr(text, ">\xe2\x88\x92"
                                 "100<")); // a true minus
    assert_null(strstr(text, ">-"));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scales),
        cmocka_unit_test(test_linear_ticks),
        cmocka_unit_test(test_log_ticks),
        cmocka_unit_test(test_pad_range),
        cmocka_unit_test(test_decimate),
        cmocka_unit_test(test_line_breaks_at_nan),
        cmocka_unit_test(test_text_is_escaped),
        cmocka_unit_test(test_shapes),
        cmocka_unit_test(test_axes),
        cmocka_unit_test(test_hover_shows_the_middle),
        cmocka_unit_test(test_bars),
        cmocka_unit_test(test_columns_stand_on_zero),
        cmocka_unit_test(test_steps_hold_and_break),
        cmocka_unit_test(test_points_do_not_pile_up),
        cmocka_unit_test(test_upright_labels_stay_inside),
        cmocka_unit_test(test_whisker_shows_what_is_known),
        cmocka_unit_test(test_pairs_share_a_zero),
        cmocka_unit_test(test_number_axes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
