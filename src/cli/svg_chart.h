// SPDX-License-Identifier: Apache-2.0
// Line charts as inline SVG, written straight to a FILE. A chart knows a plot box, a linear x axis
// (bucket index), a linear or logarithmic y axis, and draws what it is told in order: bands behind,
// grid, series, markers, hover zones on top. Colours and fonts come from the page's style sheet by
// class name, so that light, dark and print need no second drawing. Nothing is buffered and nothing
// can fail: the caller checks the stream once at the end.
#ifndef NACREI_CLI_SVG_CHART_H
#define NACREI_CLI_SVG_CHART_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

typedef struct svg_chart {
    FILE *out;
    double width, height;            ///< of the whole drawing in user units (px at 100 %)
    double left, right, top, bottom; ///< edges of the plot box
    double x_low, x_high;
    double y_low, y_high;
    bool y_log;
} svg_chart;

/// A labelled place on the x axis. A strong one begins a session and gets a full-height line.
typedef struct svg_tick {
    double at;
    bool strong;
    char label[24];
} svg_tick;

#define SVG_TICKS_MAX 64
#define SVG_LABEL_CHAR_WIDTH 6.2 ///< of the 11.5 px label font, for keeping labels apart

/// Opens the drawing with its accessible name.
/// @param chart  width, height, edges and ranges filled in; `out` set
void nacrei_svg_begin(const svg_chart *chart, const char *aria_label);
void nacrei_svg_end(const svg_chart *chart);

/// Widens an empty or degenerate range so that a scale exists; `share` of the span is added on
/// both sides. With `log`, low is kept above zero.
void nacrei_svg_pad_range(double *low, double *high, double share, bool log);

/// Horizontal grid with round labels and the axis title above the box.
void nacrei_svg_y_axis(const svg_chart *chart, const char *title);
/// Vertical ticks. Labels without room are left out, times of day before dates.
void nacrei_svg_x_axis(const svg_chart *chart, const svg_tick *ticks, size_t count,
                       const char *title);
/// The same with at most `limit` round numbers (16 or fewer) of a linear axis.
void nacrei_svg_x_numbers(const svg_chart *chart, size_t limit, const char *title);
/// Vertical grid lines at the same numbers.
void nacrei_svg_x_grid(const svg_chart *chart, size_t limit);

/// A shaded interval of x over the full height, with a hover title (NULL = none).
void nacrei_svg_band(const svg_chart *chart, const char *css, double x_from, double x_to,
                     const char *title);
/// A thin strip at the upper edge of the box: the episodes of a simulated market.
void nacrei_svg_strip(const svg_chart *chart, const char *css, double x_from, double x_to,
                      const char *title);
/// Values at x = 0, 1, ...; NaN interrupts. More points than pixels are drawn as the minimum and
/// maximum of every pixel column, in their order, so that no peak is lost.
void nacrei_svg_line(const svg_chart *chart, const char *css, const double *y, size_t count);
/// The range between two series as a filled shape; both without NaN.
void nacrei_svg_range(const svg_chart *chart, const char *css, const double *low,
                      const double *high, size_t count);
/// A horizontal reference line with a label at its right end.
void nacrei_svg_rule(const svg_chart *chart, const char *css, double y, const char *label);

/// Writes the hover text of point `index` into `text`.
typedef void svg_hover_fn(const void *user, size_t index, char *text, size_t bytes);
/// At most `zones` invisible columns that show the text of the point in their middle.
void nacrei_svg_hover(const svg_chart *chart, size_t count, size_t zones, svg_hover_fn *fn,
                      const void *user);

/// One horizontal bar per row with its label and value text.
typedef struct svg_bar {
    const char *label;
    const char *text;
    double value; ///< >= 0
} svg_bar;
/// A bar chart with its own layout: `width` wide, as high as it needs.
void nacrei_svg_bars(FILE *out, double width, const svg_bar *bars, size_t count,
                     const char *aria_label);

/// Round numbers (1, 2 or 5 times a power of ten) that cover [low, high] from inside, at most
/// `limit`; returns how many.
size_t nacrei_svg_linear_ticks(double low, double high, size_t limit, double *out);
/// Powers of ten inside [low, high], with 2 and 5 between when all fit into `limit`.
size_t nacrei_svg_log_ticks(double low, double high, size_t limit, double *out);
/// Indices of the points to draw: all, or first minimum and maximum of each of `columns` columns.
/// @param out  room for 2 * columns + 2 indices        @return how many
size_t nacrei_svg_decimate(const double *y, size_t count, size_t columns, size_t *out);

double nacrei_svg_x(const svg_chart *chart, double x);
double nacrei_svg_y(const svg_chart *chart, double y);

/// Text with &, <, >, " and ' escaped and control characters dropped, for HTML and SVG alike.
void nacrei_svg_text(FILE *out, const char *text);

#endif
