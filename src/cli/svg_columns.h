// SPDX-License-Identifier: Apache-2.0
// Marks for distributions and estimates on a chart of svg_chart.h: columns, stepped lines, points,
// single observations, upright rules, intervals. Also paired bars, a drawing of its own. Like
// there, colours come by class name, values outside the ranges are clamped, and NaN draws nothing.
#ifndef NACREI_CLI_SVG_COLUMNS_H
#define NACREI_CLI_SVG_COLUMNS_H

#include "cli/svg_chart.h"

/// Filled columns over [edge[i], edge[i + 1]] from 0 to y[i], or from the nearer end of the box
/// where it does not hold 0. One path for all.
/// @param edge  count + 1 values        @param gap  left empty between neighbours, in px
void nacrei_svg_columns(const svg_chart *chart, const char *css, const double *edge,
                        const double *y, size_t count, double gap);
/// A line that holds y[i] over [edge[i], edge[i + 1]]; NaN interrupts.
/// @param edge  count + 1 values
void nacrei_svg_steps(const svg_chart *chart, const char *css, const double *edge, const double *y,
                      size_t count);
/// A dot for every pair; the style's stroke width is its size. One that would lie within half a
/// pixel of the last drawn is left out.
void nacrei_svg_points(const svg_chart *chart, const char *css, const double *x, const double *y,
                       size_t count);
/// Short strokes at the foot of the box: single observations beside a distribution.
void nacrei_svg_rug(const svg_chart *chart, const char *css, const double *x, size_t count);
/// A line from row `row` down to the foot, with its label in that row, on the side with room. Given
/// rows in the order of their x, no line crosses a label.
void nacrei_svg_upright(const svg_chart *chart, const char *css, double x, size_t row,
                        const char *label);
/// The y value at which such a line begins, for what is drawn beside it (linear axes).
double nacrei_svg_upright_top(const svg_chart *chart, size_t row);
/// A horizontal interval with end caps and its estimate as a dot. Without a finite low and value
/// only the dot is drawn; an infinite `high` runs to the edge and has no cap.
void nacrei_svg_whisker(const svg_chart *chart, const char *css, double y, double low, double value,
                        double high);
/// A label left of the box at height y.
void nacrei_svg_row_label(const svg_chart *chart, const char *css, double y, const char *label);

/// Two values of one thing, of any sign, and their texts.
typedef struct svg_pair {
    const char *label;
    double first, second;
    const char *first_text, *second_text;
} svg_pair;
/// Two bars per row from a common zero, classes "first" and "second", and two columns of numbers
/// under their heads. `width` wide, as high as it needs; a NaN has no bar.
void nacrei_svg_pairs(FILE *out, double width, const char *first_head, const char *second_head,
                      const svg_pair *pairs, size_t count, const char *aria_label);

#endif
