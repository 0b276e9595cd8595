// SPDX-License-Identifier: Apache-2.0
// report.html: one self-contained page without scripts or network for everything that a run found.
#ifndef NACREI_CLI_REPORT_HTML_H
#define NACREI_CLI_REPORT_HTML_H

#include "cli/run_job.h"

/// Writes the page; the caller checks the stream when it closes the file.
NACRE_MUST_CHECK nacre_status nacrei_report_write(FILE *out, const run_job *job, nacre_error *err);

/// The style sheet in pieces (ISO C limits one literal), ended by NULL.
extern const char *const nacrei_report_style[];

#endif
