// SPDX-License-Identifier: Apache-2.0
// What a file's name says about its content: symbol, venue and date. Data vendors put them there
// and nowhere else, so the rules are few and stand in one place.
#ifndef NACREI_DATA_FILE_NAME_H
#define NACREI_DATA_FILE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct nacrei_name_hints {
    char symbol[32]; ///< upper case, parts joined by '_'; empty when the name has none
    char venue[16];  ///< "CM", "UM", "USDM", "SPOT" or empty
    bool too_long;   ///< the symbol did not fit
} nacrei_name_hints;

/// Strips folders and extensions, splits at anything but letters and digits, drops words such as
/// "trades" and pure digits. A name without a symbol takes its folder's.
void nacrei_name_hints_parse(const char *path, nacrei_name_hints *out);
/// The first group of exactly eight digits in the last path component that is a date, or 0.
int32_t nacrei_name_date(const char *path);

#endif
