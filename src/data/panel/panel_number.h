// SPDX-License-Identifier: Apache-2.0
// Decimal text to the nearest double, independent of the host program's locale.
#ifndef NACREI_DATA_PANEL_NUMBER_H
#define NACREI_DATA_PANEL_NUMBER_H

#include <locale.h>
#include <stdbool.h>
#include <stddef.h>

typedef enum nacrei_number_result {
    NACREI_NUMBER_OK = 0,
    NACREI_NUMBER_NONE,      ///< no decimal number
    NACREI_NUMBER_NONFINITE, ///< "nan", "inf", "infinity" in any case, with or without a sign
    NACREI_NUMBER_OVERFLOW,  ///< larger than any double
} nacrei_number_result;

/// Accepts [+-]digits[.digits][e[+-]digits] with at least one digit before or after the point, and
/// nothing else: no spaces, no hexadecimal, at most 511 bytes. Needs no byte after the text.
/// @param c_locale  newlocale(LC_ALL_MASK, "C", ...)
nacrei_number_result nacrei_number_parse(const char *text, size_t bytes, locale_t c_locale,
                                         double *value);

#endif
