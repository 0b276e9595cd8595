// SPDX-License-Identifier: Apache-2.0
// Small parts that the pages of the report are put together from: numbers as people read them,
// cards, rows. A value that is not there is "not defined" in every one of them, never a NaN.
#ifndef NACREI_CLI_REPORT_PARTS_H
#define NACREI_CLI_REPORT_PARTS_H

#include "cli/cli_text.h"

#include <stdio.h>

#define REPORT_UNDEFINED "not defined"

/// "−1,234.5", "not defined" for NaN, "not bounded" for infinity.
cli_text nacrei_report_number(double value, int decimals);
/// A residual or a difference as "1.2e-09".
cli_text nacrei_report_small(double value);
/// A fraction as "−1.23 %".
cli_text nacrei_report_percent(double fraction, int decimals);
/// "−12,345 USD", rounded to whole units. @param currency  NULL = unstated
cli_text nacrei_report_money(double value, const char *currency);
/// A name without its underscores.
cli_text nacrei_report_words(const char *name);

/// One card of a `<dl class="figures">`. @param label  trusted text
void nacrei_report_card(FILE *out, const char *label, const char *value, const char *note);
/// One `<tr>` with a head and a text that wraps. @param name  trusted text
void nacrei_report_row(FILE *out, const char *name, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
/// A numeric cell.
void nacrei_report_cell(FILE *out, const char *text);
/// Opens a figure with its caption; close it with `</figure>`. @param title  trusted text
void nacrei_report_caption(FILE *out, const char *title, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/// Draws a chart of this width.
typedef void report_draw_fn(FILE *out, double width, const void *user);
#define REPORT_WIDE 1000.0
#define REPORT_NARROW 350.0
/// The drawing for a desk and the one for a phone; the style sheet shows one.
void nacrei_report_twice(FILE *out, report_draw_fn *draw, const void *user);

#endif
