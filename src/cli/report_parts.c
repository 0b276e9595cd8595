// SPDX-License-Identifier: Apache-2.0
// The parts of report_parts.h. Numbers use the true minus sign, which is as wide as a digit's plus,
// so that columns stay aligned.
#include "cli/report_parts.h"

#include "cli/svg_chart.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define MINUS "\xe2\x88\x92"
#define NO_BREAK "\xc2\xa0" ///< a number keeps its unit on its line

cli_text nacrei_report_number(double value, int decimals)
{
    cli_text text = {REPORT_UNDEFINED};
    if (isinf(value))
        (void)snprintf(text.text, sizeof text.text, "not bounded");
    if (!isfinite(value))
        return text;
    char digits[CLI_TEXT_BYTES - 4];
    (void)snprintf(digits, sizeof digits, "%.*f", decimals, fabs(value));
    const char *sign = value < 0.0 && strspn(digits, "0.") < strlen(digits) ? MINUS : "";
    if (fabs(value) < 9e15)
        (void)snprintf(text.text, sizeof text.text, "%s%.24s%.16s", sign,
                       cli_count_text(strtoull(digits, NULL, 10)).text,
                       digits + strcspn(digits, "."));
    else
        (void)snprintf(text.text, sizeof text.text, "%s%.40s", sign, digits);
    return text;
}

cli_text nacrei_report_small(double value)
{
    cli_text text = nacrei_report_number(value, 0);
    if (isfinite(value))
        (void)snprintf(text.text, sizeof text.text, "%.1e", value);
    return text;
}

cli_text nacrei_report_percent(double fraction, int decimals)
{
    cli_text text = nacrei_report_number(100.0 * fraction, decimals);
    size_t length = strlen(text.text);
    if (isfinite(fraction))
        (void)snprintf(text.text + length, sizeof text.text - length, NO_BREAK "%%");
    return text;
}

cli_text nacrei_report_money(double value, const char *currency)
{
    if (!isfinite(value) || fabs(value) >= 9e18)
        return nacrei_report_number(value, 0);
    cli_text text;
    double whole = round(fabs(value));
    (void)snprintf(text.text, sizeof text.text, "%s%.30s%s%.8s",
                   value < 0.0 && whole > 0.0 ? MINUS : "", cli_count_text((uint64_t)whole).text,
                   currency ? NO_BREAK : "", currency ? currency : "");
    return text;
}

cli_text nacrei_report_words(const char *name)
{
    cli_text text;
    (void)snprintf(text.text, sizeof text.text, "%s", name);
    for (char *c = text.text; *c; c++)
        if (*c == '_')
            *c = ' ';
    return text;
}

void nacrei_report_card(FILE *out, const char *label, const char *value, const char *note)
{
    bool none = strcmp(value, REPORT_UNDEFINED) == 0;
    fprintf(out, "<div><dt>%s</dt><dd%s>", label, none ? " class=\"none\"" : "");
    nacrei_svg_text(out, value);
    fputs("<small>", out);
    nacrei_svg_text(out, note);
    fputs("</small></dd></div>\n", out);
}

static void put_formatted(FILE *out, const char *format, va_list args)
    __attribute__((format(printf, 2, 0)));
static void put_formatted(FILE *out, const char *format, va_list args)
{
    char text[1024];
    (void)vsnprintf(text, sizeof text, format, args);
    nacrei_svg_text(out, text);
}

void nacrei_report_row(FILE *out, const char *name, const char *format, ...)
{
    va_list args;
    fprintf(out, "<tr><th>%s</th><td class=\"wrap\">", name);
    va_start(args, format);
    put_formatted(out, format, args);
    va_end(args);
    fputs("</td></tr>\n", out);
}

void nacrei_report_cell(FILE *out, const char *text)
{
    fputs("<td class=\"n\">", out);
    nacrei_svg_text(out, text);
    fputs("</td>", out);
}

void nacrei_report_caption(FILE *out, const char *title, const char *format, ...)
{
    va_list args;
    fprintf(out, "<figure><figcaption><strong>%s</strong> ", title);
    va_start(args, format);
    put_formatted(out, format, args);
    va_end(args);
    fputs("</figcaption>\n", out);
}

void nacrei_report_twice(FILE *out, report_draw_fn *draw, const void *user)
{
    fputs("<div class=\"wide\">", out);
    draw(out, REPORT_WIDE, user);
    fputs("</div><div class=\"narrow\">", out);
    draw(out, REPORT_NARROW, user);
    fputs("</div>", out);
}
