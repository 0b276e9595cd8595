// SPDX-License-Identifier: Apache-2.0
// Tables of results as CSV: names quoted where CSV needs it, numbers as the shortest text that
// reads back equal, one file at a time that appears complete or not at all.
#ifndef NACREI_CLI_CSV_H
#define NACREI_CLI_CSV_H

#include "core/status.h"

#include <stdio.h>

/// The name, quoted if it holds a comma, a quote or a line end.
void cli_csv_name(FILE *out, const char *name);
/// A comma, then the value; nothing after the comma where it is not finite.
void cli_csv_double(FILE *out, double value);
/// Writes `folder`/`name`; the folder exists.
NACRE_MUST_CHECK nacre_status cli_csv_write(const char *folder, const char *name,
                                            void (*write)(FILE *out, const void *what),
                                            const void *what, nacre_error *err);

#endif
