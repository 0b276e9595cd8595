// SPDX-License-Identifier: Apache-2.0
// Columns, steps, points and intervals. What repeats is one path per class, not one element per
// value: a histogram of a hundred columns is two kilobytes.
#include "cli/svg_columns.h"

#include <math.h>
#include <string.h>

#define CAP 3.5          ///< half the height of a whisker's cap
#define UPRIGHT_ROW 15.0 ///< between the labels of upright lines

void nacrei_svg_columns(const svg_chart *chart, const char *css, const double *edge,
                        const double *y, size_t count, double gap)
{
    double base = nacrei_svg_y(chart, 0.0);
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t i = 0; i < count; i++) {
        if (isnan(y[i]) || y[i] == 0.0)
            continue;
        double left = nacrei_svg_x(chart, edge[i]), right = nacrei_svg_x(chart, edge[i + 1]);
        // Half a pixel stays, or a column thinner than its gap would vanish.
        double side = fmax(fmin(gap, right - left - 0.5), 0.0) / 2.0;
        left += side;
        right -= side;
        fprintf(chart->out, "M%.1f %.1fV%.1fH%.1fV%.1fZ", left, base, nacrei_svg_y(chart, y[i]),
                right, base);
    }
    fputs("\"/>\n", chart->out);
}

void nacrei_svg_steps(const svg_chart *chart, const char *css, const double *edge, const double *y,
                      size_t count)
{
    bool pen_down = false;
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t i = 0; i < count; i++) {
        if (isnan(y[i])) {
            pen_down = false;
            continue;
        }
        double at = nacrei_svg_y(chart, y[i]);
        if (pen_down)
            fprintf(chart->out, "V%.1f", at);
        else
            fprintf(chart->out, "M%.1f %.1f", nacrei_svg_x(chart, edge[i]), at);
        fprintf(chart->out, "H%.1f", nacrei_svg_x(chart, edge[i + 1]));
        pen_down = true;
    }
    fputs("\"/>\n", chart->out);
}

void nacrei_svg_points(const svg_chart *chart, const char *css, const double *x, const double *y,
                       size_t count)
{
    double last_x = -1.0, last_y = -1.0;
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t i = 0; i < count; i++) {
        if (isnan(x[i]) || isnan(y[i]))
            continue;
        double px = nacrei_svg_x(chart, x[i]), py = nacrei_svg_y(chart, y[i]);
        if (fabs(px - last_x) < 0.5 && fabs(py - last_y) < 0.5)
            continue;
        fprintf(chart->out, "M%.1f %.1fh0", px, py);
        last_x = px;
        last_y = py;
    }
    fputs("\"/>\n", chart->out);
}

void nacrei_svg_rug(const svg_chart *chart, const char *css, const double *x, size_t count)
{
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t i = 0; i < count; i++)
        if (!isnan(x[i]))
            fprintf(chart->out, "M%.1f %.1fv-7", nacrei_svg_x(chart, x[i]), chart->bottom);
    fputs("\"/>\n", chart->out);
}

double nacrei_svg_upright_top(const svg_chart *chart, size_t row)
{
    double share = UPRIGHT_ROW * (double)row / (chart->bottom - chart->top);
    return chart->y_high - share * (chart->y_high - chart->y_low);
}

void nacrei_svg_upright(const svg_chart *chart, const char *css, double x, size_t row,
                        const char *label)
{
    double at = nacrei_svg_x(chart, x), top = chart->top + UPRIGHT_ROW * (double)row;
    bool room = at + 5.0 + SVG_LABEL_CHAR_WIDTH * (double)strlen(label) <= chart->width;
    fprintf(chart->out,
            "<path class=\"%s\" d=\"M%.1f %.1fV%.1f\"/><text class=\"tick ink\" x=\"%.1f\" "
            "y=\"%.1f\" text-anchor=\"%s\">",
            css, at, top, chart->bottom, room ? at + 5.0 : at - 5.0, top + 10.0,
            room ? "start" : "end");
    nacrei_svg_text(chart->out, label);
    fputs("</text>\n", chart->out);
}

void nacrei_svg_whisker(const svg_chart *chart, const char *css, double y, double low, double value,
                        double high)
{
    if (isnan(value))
        return;
    double at = nacrei_svg_y(chart, y);
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    if (isfinite(low) && !isnan(high)) {
        double left = nacrei_svg_x(chart, low);
        fprintf(chart->out, "M%.1f %.1fV%.1fM%.1f %.1fH%.1f", left, at - CAP, at + CAP, left, at,
                isinf(high) ? chart->right : nacrei_svg_x(chart, high));
        if (isfinite(high))
            fprintf(chart->out, "M%.1f %.1fV%.1f", nacrei_svg_x(chart, high), at - CAP, at + CAP);
    }
    fprintf(chart->out, "\"/><circle class=\"%s\" cx=\"%.1f\" cy=\"%.1f\" r=\"3.5\"/>\n", css,
            nacrei_svg_x(chart, value), at);
}

void nacrei_svg_row_label(const svg_chart *chart, const char *css, double y, const char *label)
{
    fprintf(chart->out, "<text class=\"%s\" x=\"0\" y=\"%.1f\">", css,
            nacrei_svg_y(chart, y) + 3.8);
    nacrei_svg_text(chart->out, label);
    fputs("</text>\n", chart->out);
}

/// Where the parts of a pair's row go.
typedef struct pair_layout {
    bool stacked; ///< a phone: label and numbers go above the bars
    double pitch, head, left, right, first_at, second_at, low, high;
} pair_layout;

static pair_layout lay_out(double width, const svg_pair *pairs, size_t count)
{
    bool stacked = width < 500.0;
    size_t longest = 0;
    for (size_t i = 0; i < count; i++)
        longest = strlen(pairs[i].label) > longest ? strlen(pairs[i].label) : longest;
    double label = fmin(16.0 + SVG_LABEL_CHAR_WIDTH * (double)longest, 190.0);
    pair_layout at = {.stacked = stacked,
                      .pitch = stacked ? 42.0 : 25.0,
                      .head = 20.0,
                      .left = stacked ? 0.0 : label,
                      .right = stacked ? width : width - 190.0,
                      .first_at = width - 90.0,
                      .second_at = width};
    for (size_t i = 0; i < count; i++) {
        at.low = fmin(fmin(at.low, pairs[i].first), pairs[i].second);
        at.high = fmax(fmax(at.high, pairs[i].first), pairs[i].second);
    }
    if (at.high <= at.low)
        at.high = at.low + 1.0;
    return at;
}

static void put_text(FILE *out, const char *css, double x, double y, const char *anchor,
                     const char *text)
{
    fprintf(out, "<text class=\"%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">", css, x, y, anchor);
    nacrei_svg_text(out, text);
    fputs("</text>\n", out);
}

static void put_bar(FILE *out, const char *css, const pair_layout *at, double value, double y)
{
    if (isnan(value))
        return;
    double scale = (at->right - at->left) / (at->high - at->low);
    double zero = at->left - at->low * scale, length = fabs(value) * scale;
    fprintf(out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"8\"/>", css,
            value < 0.0 ? zero - length : zero, y, fmax(length, value == 0.0 ? 0.0 : 1.0));
}

void nacrei_svg_pairs(FILE *out, double width, const char *first_head, const char *second_head,
                      const svg_pair *pairs, size_t count, const char *aria_label)
{
    pair_layout at = lay_out(width, pairs, count);
    svg_chart chart = {
        .out = out, .width = width, .height = at.head + at.pitch * (double)count + 4.0};
    nacrei_svg_begin(&chart, aria_label);
    put_text(out, "axis", at.first_at, 11.0, "end", first_head);
    put_text(out, "axis", at.second_at, 11.0, "end", second_head);
    for (size_t i = 0; i < count; i++) {
        double top = at.head + at.pitch * (double)i;
        double text_y = top + (at.stacked ? 14.0 : 16.0), bar_y = top + (at.stacked ? 19.0 : 3.0);
        put_text(out, "tick ink", at.stacked ? 0.0 : at.left - 10.0, text_y,
                 at.stacked ? "start" : "end", pairs[i].label);
        put_bar(out, "first", &at, pairs[i].first, bar_y);
        put_bar(out, "second", &at, pairs[i].second, bar_y + 9.0);
        put_text(out, "tick", at.first_at, text_y, "end", pairs[i].first_text);
        put_text(out, "tick", at.second_at, text_y, "end", pairs[i].second_text);
    }
    double zero = at.left - at.low * (at.right - at.left) / (at.high - at.low);
    if (!at.stacked || at.low < 0.0)
        fprintf(out, "<path class=\"base\" d=\"M%.1f %.1fV%.1f\"/>\n", zero, at.head,
                chart.height - 2.0);
    nacrei_svg_end(&chart);
}
