// SPDX-License-Identifier: Apache-2.0
// Drawing of the report's charts. Coordinates are written with one decimal, a tenth of a pixel,
// which keeps a chart of thousands of buckets at some ten kilobytes. Values outside the y range are
// clamped to the box instead of clipped, so a wrong range shows as a flat edge and not as a hole.
#include "cli/svg_chart.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define COLUMNS_MAX 2048

void nacrei_svg_text(FILE *out, const char *text)
{
    for (; *text; text++) {
        unsigned char c = (unsigned char)*text;
        switch (c) {
        case '&':
            fputs("&amp;", out);
            break;
        case '<':
            fputs("&lt;", out);
            break;
        case '>':
            fputs("&gt;", out);
            break;
        case '"':
            fputs("&quot;", out);
            break;
        case '\'':
            fputs("&#39;", out);
            break;
        default:
            if (c >= 0x20 || c == '\n' || c == '\t')
                fputc(c, out);
        }
    }
}

double nacrei_svg_x(const svg_chart *chart, double x)
{
    double share = (x - chart->x_low) / (chart->x_high - chart->x_low);
    share = fmin(fmax(share, 0.0), 1.0);
    return chart->left + share * (chart->right - chart->left);
}

double nacrei_svg_y(const svg_chart *chart, double y)
{
    double share;
    if (chart->y_log)
        share = y > 0.0 ? log(y / chart->y_low) / log(chart->y_high / chart->y_low) : 0.0;
    else
        share = (y - chart->y_low) / (chart->y_high - chart->y_low);
    share = fmin(fmax(share, 0.0), 1.0);
    return chart->bottom - share * (chart->bottom - chart->top);
}

void nacrei_svg_pad_range(double *low, double *high, double share, bool log)
{
    if (!isfinite(*low) || !isfinite(*high) || *low > *high) {
        *low = log ? 1.0 : 0.0;
        *high = log ? 10.0 : 1.0;
    }
    if (log) {
        if (*low <= 0.0)
            *low = *high > 0.0 ? *high * 1e-6 : 1.0;
        if (*high <= *low)
            *high = *low * 10.0;
        double factor = pow(*high / *low, share);
        *low /= factor;
        *high *= factor;
        return;
    }
    double span = *high - *low;
    if (span <= 0.0)
        span = fabs(*high) > 0.0 ? fabs(*high) * 0.02 : 1.0;
    *low -= span * share;
    *high += span * share;
    if (*low == *high)
        *high = *low + 1.0;
}

void nacrei_svg_begin(const svg_chart *chart, const char *aria_label)
{
    fprintf(chart->out, "<svg role=\"img\" viewBox=\"0 0 %.0f %.0f\" aria-label=\"", chart->width,
            chart->height);
    nacrei_svg_text(chart->out, aria_label);
    fputs("\">\n", chart->out);
}

void nacrei_svg_end(const svg_chart *chart)
{
    fputs("</svg>\n", chart->out);
}

size_t nacrei_svg_linear_ticks(double low, double high, size_t limit, double *out)
{
    if (!(high > low) || limit == 0 || !isfinite(high - low))
        return 0;
    static const double steps[] = {1.0, 2.0, 5.0};
    double power = pow(10.0, floor(log10((high - low) / (double)limit)));
    for (size_t i = 0;; i++) {
        double step = steps[i % 3] * power * pow(10.0, (double)(i / 3));
        double first = ceil(low / step - 1e-9);
        double last = floor(high / step + 1e-9);
        if (last - first + 1.0 > (double)limit)
            continue;
        size_t count = 0;
        for (double k = first; k <= last; k += 1.0)
            out[count++] = k * step;
        return count;
    }
}

static bool inside(double value, double low, double high)
{
    return value >= low * (1.0 - 1e-12) && value <= high * (1.0 + 1e-12);
}

size_t nacrei_svg_log_ticks(double low, double high, size_t limit, double *out)
{
    if (!(high > low) || !(low > 0.0) || limit == 0 || !isfinite(high))
        return 0;
    static const double fine[] = {1.0, 2.0, 5.0};
    int first = (int)floor(log10(low)), last = (int)floor(log10(high));
    size_t all = 0, decades = 0;
    for (int exponent = first; exponent <= last; exponent++)
        for (size_t part = 0; part < 3; part++) {
            bool counts = inside(fine[part] * pow(10.0, exponent), low, high);
            all += counts;
            decades += counts && part == 0;
        }
    size_t parts = all <= limit ? 3 : 1, used = 0;
    int stride = parts == 3 || decades <= limit ? 1 : (int)((decades + limit - 1) / limit);
    for (int exponent = first; exponent <= last; exponent++)
        for (size_t part = 0; part < parts && used < limit; part++) {
            double value = fine[part] * pow(10.0, exponent);
            if (exponent % stride == 0 && inside(value, low, high))
                out[used++] = value;
        }
    return used;
}

/// A tick's text with as many decimals as the step between ticks needs.
static void format_tick(char *text, size_t bytes, double value, double step)
{
    double magnitude = fabs(value);
    if (step > 0.0 && step < 1.0) {
        int decimals = (int)ceil(-log10(step) - 1e-9);
        (void)snprintf(text, bytes, "%.*f", decimals > 8 ? 8 : decimals, value + 0.0);
    } else if (magnitude >= 1e9) {
        (void)snprintf(text, bytes, "%.4gG", value / 1e9);
    } else if (magnitude >= 1e6) {
        (void)snprintf(text, bytes, "%.4gM", value / 1e6);
    } else if (magnitude >= 1e5) {
        (void)snprintf(text, bytes, "%.4gk", value / 1e3);
    } else {
        (void)snprintf(text, bytes, "%.0f", value + 0.0);
    }
    static const char minus[] = "\xe2\x88\x92"; // as wide as a plus and a digit
    size_t length = strlen(text);
    if (text[0] == '-' && length + sizeof minus - 1 <= bytes) {
        memmove(text + sizeof minus - 1, text + 1, length);
        memcpy(text, minus, sizeof minus - 1);
    }
}

void nacrei_svg_y_axis(const svg_chart *chart, const char *title)
{
    double ticks[8];
    size_t limit = chart->bottom - chart->top > 130.0 ? 6 : 4;
    size_t count = chart->y_log
                       ? nacrei_svg_log_ticks(chart->y_low, chart->y_high, limit + 1, ticks)
                       : nacrei_svg_linear_ticks(chart->y_low, chart->y_high, limit, ticks);
    for (size_t i = 0; i < count; i++) {
        char text[32];
        double step = chart->y_log ? ticks[i] : (count > 1 ? ticks[1] - ticks[0] : ticks[i]);
        format_tick(text, sizeof text, ticks[i], step);
        double y = nacrei_svg_y(chart, ticks[i]);
        fprintf(chart->out,
                "<path class=\"grid\" d=\"M%.1f %.1fH%.1f\"/><text class=\"tick\" x=\"%.1f\" "
                "y=\"%.1f\" text-anchor=\"end\">%s</text>\n",
                chart->left, y, chart->right, chart->left - 6.0, y + 3.8, text);
    }
    fprintf(chart->out, "<text class=\"axis\" x=\"0\" y=\"11\">");
    nacrei_svg_text(chart->out, title);
    fputs("</text>\n", chart->out);
}

/// Half the width of a tick's label and where its centre goes so that it stays in the drawing.
static double label_half(const svg_chart *chart, const svg_tick *tick, double *centre)
{
    double half = SVG_LABEL_CHAR_WIDTH * (double)strlen(tick->label) / 2.0;
    *centre = fmin(nacrei_svg_x(chart, tick->at), chart->width - half);
    return half;
}

/// Whether the label of tick `i` has room beside those that are shown already.
static bool label_fits(const svg_chart *chart, const svg_tick *ticks, size_t count,
                       const bool *shown, size_t i)
{
    const double gap = 8.0;
    double centre, other;
    double half = label_half(chart, &ticks[i], &centre);
    for (size_t k = 0; k < count; k++) {
        if (!shown[k])
            continue;
        double other_half = label_half(chart, &ticks[k], &other);
        if (fabs(other - centre) < half + other_half + gap)
            return false;
    }
    return true;
}

void nacrei_svg_x_axis(const svg_chart *chart, const svg_tick *ticks, size_t count,
                       const char *title)
{
    bool shown[SVG_TICKS_MAX] = {false};
    if (count > SVG_TICKS_MAX)
        count = SVG_TICKS_MAX;
    // Dates first: a time of day gives way to them.
    for (int strong = 1; strong >= 0; strong--)
        for (size_t i = 0; i < count; i++)
            if (ticks[i].strong == (strong == 1) && ticks[i].label[0])
                shown[i] = label_fits(chart, ticks, count, shown, i);
    for (size_t i = 0; i < count; i++) {
        double x = nacrei_svg_x(chart, ticks[i].at), centre;
        if (ticks[i].strong)
            fprintf(chart->out, "<path class=\"session\" d=\"M%.1f %.1fV%.1f\"/>", x, chart->top,
                    chart->bottom + 4.0);
        else if (shown[i])
            fprintf(chart->out, "<path class=\"notch\" d=\"M%.1f %.1fv4\"/>", x, chart->bottom);
        if (!shown[i])
            continue;
        (void)label_half(chart, &ticks[i], &centre);
        fprintf(chart->out, "<text class=\"tick%s\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"middle\">",
                ticks[i].strong ? " day" : "", centre, chart->bottom + 16.0);
        nacrei_svg_text(chart->out, ticks[i].label);
        fputs("</text>\n", chart->out);
    }
    fprintf(chart->out, "<path class=\"base\" d=\"M%.1f %.1fH%.1f\"/>\n", chart->left,
            chart->bottom, chart->right);
    if (!title)
        return;
    fprintf(chart->out, "<text class=\"axis\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"end\">",
            chart->right, chart->bottom + 31.0);
    nacrei_svg_text(chart->out, title);
    fputs("</text>\n", chart->out);
}

void nacrei_svg_x_numbers(const svg_chart *chart, size_t limit, const char *title)
{
    double at[16];
    svg_tick ticks[16];
    size_t count =
        nacrei_svg_linear_ticks(chart->x_low, chart->x_high, limit < 16 ? limit : 16, at);
    for (size_t i = 0; i < count; i++) {
        ticks[i] = (svg_tick){.at = at[i]};
        format_tick(ticks[i].label, sizeof ticks[i].label, at[i],
                    count > 1 ? at[1] - at[0] : at[i]);
    }
    nacrei_svg_x_axis(chart, ticks, count, title);
}

void nacrei_svg_x_grid(const svg_chart *chart, size_t limit)
{
    double at[16];
    size_t count =
        nacrei_svg_linear_ticks(chart->x_low, chart->x_high, limit < 16 ? limit : 16, at);
    for (size_t i = 0; i < count; i++)
        fprintf(chart->out, "<path class=\"grid\" d=\"M%.1f %.1fV%.1f\"/>\n",
                nacrei_svg_x(chart, at[i]), chart->top, chart->bottom);
}

static void interval(const svg_chart *chart, const char *css, double x_from, double x_to,
                     double height, double at_least, const char *title)
{
    double left = nacrei_svg_x(chart, x_from), right = nacrei_svg_x(chart, x_to);
    fprintf(chart->out, "<rect class=\"%s\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"",
            css, left, chart->top, fmax(right - left, at_least), height);
    if (title) {
        fputs("><title>", chart->out);
        nacrei_svg_text(chart->out, title);
        fputs("</title></rect>\n", chart->out);
    } else {
        fputs("/>\n", chart->out);
    }
}

void nacrei_svg_band(const svg_chart *chart, const char *css, double x_from, double x_to,
                     const char *title)
{
    interval(chart, css, x_from, x_to, chart->bottom - chart->top, 1.5, title);
}

void nacrei_svg_strip(const svg_chart *chart, const char *css, double x_from, double x_to,
                      const char *title)
{
    interval(chart, css, x_from, x_to, 7.0, 3.0, title);
}

size_t nacrei_svg_decimate(const double *y, size_t count, size_t columns, size_t *out)
{
    size_t used = 0;
    if (columns == 0 || count <= 2 * columns) {
        for (size_t i = 0; i < count; i++)
            out[used++] = i;
        return used;
    }
    for (size_t column = 0; column < columns; column++) {
        size_t from = column * count / columns, to = (column + 1) * count / columns;
        size_t low = to, high = to;
        for (size_t i = from; i < to; i++) {
            if (isnan(y[i]))
                continue;
            if (low == to || y[i] < y[low])
                low = i;
            if (high == to || y[i] > y[high])
                high = i;
        }
        if (low == to) {
            out[used++] = from; // a column of nothing but NaN: keeps the gap
            continue;
        }
        out[used++] = low < high ? low : high;
        if (low != high)
            out[used++] = low < high ? high : low;
    }
    return used;
}

static size_t plot_columns(const svg_chart *chart)
{
    double width = chart->right - chart->left;
    return width < 1.0 ? 1 : width > COLUMNS_MAX ? COLUMNS_MAX : (size_t)width;
}

void nacrei_svg_line(const svg_chart *chart, const char *css, const double *y, size_t count)
{
    size_t indices[2 * COLUMNS_MAX + 2];
    size_t columns = plot_columns(chart);
    size_t points = nacrei_svg_decimate(y, count, columns, indices);
    bool pen_down = false;
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t k = 0; k < points; k++) {
        size_t i = indices[k];
        if (isnan(y[i])) {
            pen_down = false;
            continue;
        }
        fprintf(chart->out, "%c%.1f %.1f", pen_down ? 'L' : 'M', nacrei_svg_x(chart, (double)i),
                nacrei_svg_y(chart, y[i]));
        // A lone point would be invisible: a path of length zero shows with round caps.
        bool lone = !pen_down && (k + 1 == points || isnan(y[indices[k + 1]]));
        if (lone)
            fputs("h0", chart->out);
        pen_down = true;
    }
    fputs("\"/>\n", chart->out);
}

void nacrei_svg_range(const svg_chart *chart, const char *css, const double *low,
                      const double *high, size_t count)
{
    if (count == 0)
        return;
    size_t columns = plot_columns(chart);
    if (columns > count)
        columns = count;
    fprintf(chart->out, "<path class=\"%s\" d=\"", css);
    for (size_t pass = 0; pass < 2; pass++)
        for (size_t step = 0; step < columns; step++) {
            size_t column = pass == 0 ? step : columns - 1 - step;
            size_t from = column * count / columns, to = (column + 1) * count / columns;
            double value = pass == 0 ? high[from] : low[from];
            for (size_t i = from + 1; i < to; i++)
                value = pass == 0 ? fmax(value, high[i]) : fmin(value, low[i]);
            fprintf(chart->out, "%c%.1f %.1f", pass + step == 0 ? 'M' : 'L',
                    nacrei_svg_x(chart, (double)from), nacrei_svg_y(chart, value));
        }
    fputs("Z\"/>\n", chart->out);
}

void nacrei_svg_rule(const svg_chart *chart, const char *css, double y, const char *label)
{
    double at = nacrei_svg_y(chart, y);
    fprintf(chart->out,
            "<path class=\"%s\" d=\"M%.1f %.1fH%.1f\"/><text class=\"tick\" x=\"%.1f\" y=\"%.1f\" "
            "text-anchor=\"end\">",
            css, chart->left, at, chart->right, chart->right - 3.0, at - 4.0);
    nacrei_svg_text(chart->out, label);
    fputs("</text>\n", chart->out);
}

void nacrei_svg_hover(const svg_chart *chart, size_t count, size_t zones, svg_hover_fn *fn,
                      const void *user)
{
    if (zones > count)
        zones = count;
    double step = zones ? (chart->right - chart->left) / (double)zones : 0.0;
    for (size_t zone = 0; zone < zones; zone++) {
        char text[256] = "";
        size_t middle = (2 * zone + 1) * count / (2 * zones);
        fn(user, middle, text, sizeof text);
        fprintf(chart->out,
                "<rect class=\"zone\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>",
                chart->left + step * (double)zone, chart->top, step, chart->bottom - chart->top);
        nacrei_svg_text(chart->out, text);
        fputs("</title></rect>\n", chart->out);
    }
}

void nacrei_svg_bars(FILE *out, double width, const svg_bar *bars, size_t count,
                     const char *aria_label)
{
    const double row = 24.0, thickness = 14.0;
    bool stacked = width < 500.0; // a phone: the label goes above its bar
    double pitch = stacked ? row + 14.0 : row;
    double left = stacked ? 0.0 : 190.0, room = stacked ? 120.0 : 190.0;
    double most = 0.0;
    for (size_t i = 0; i < count; i++)
        most = fmax(most, bars[i].value);
    svg_chart chart = {.out = out, .width = width, .height = pitch * (double)count + 4.0};
    nacrei_svg_begin(&chart, aria_label);
    for (size_t i = 0; i < count; i++) {
        double top = pitch * (double)i + (stacked ? 18.0 : 5.0);
        double length = most > 0.0 ? (width - left - room) * bars[i].value / most : 0.0;
        fprintf(out, "<text class=\"tick\" x=\"%.1f\" y=\"%.1f\" text-anchor=\"%s\">",
                stacked ? 0.0 : left - 8.0, stacked ? top - 5.0 : top + 11.0,
                stacked ? "start" : "end");
        nacrei_svg_text(out, bars[i].label);
        fprintf(out,
                "</text><rect class=\"bar\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" "
                "rx=\"2\"/><text class=\"tick\" x=\"%.1f\" y=\"%.1f\">",
                left, top, fmax(length, bars[i].value > 0.0 ? 1.5 : 0.0), thickness,
                left + length + 6.0, top + 11.0);
        nacrei_svg_text(out, bars[i].text);
        fputs("</text>\n", out);
    }
    nacrei_svg_end(&chart);
}
