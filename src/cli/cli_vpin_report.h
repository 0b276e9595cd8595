// SPDX-License-Identifier: Apache-2.0
// What `nacre vpin` says of a computation: a summary for people, a document for programs, a table
// of the buckets. A batch and a streaming run give the same struct, so they print the same.
#ifndef NACREI_CLI_VPIN_REPORT_H
#define NACREI_CLI_VPIN_REPORT_H

#include "cli/cli_trades.h"
#include "core/json.h"
#include "nacre/vpin.h"

typedef struct cli_vpin_report {
    const cli_trades *source;
    const nacre_filtered *filtered;
    const nacre_vpin_result *vpin;
    const char *conditions; ///< "regular", "all" or the mask as given
    bool auto_warmup;       ///< the data chose the warm-up
    double filter_seconds, vpin_seconds;
} cli_vpin_report;

void cli_vpin_print(FILE *out, const cli_vpin_report *report);
NACRE_MUST_CHECK nacre_status cli_vpin_print_json(FILE *out, const cli_vpin_report *report,
                                                  nacre_error *err);
/// Writes the member "options": what was used, defaults filled in.
void cli_vpin_put_options(nacrei_json *json, const nacre_vpin_options *o, uint8_t size_exp,
                          bool auto_warmup);
/// One line per bucket; the caller checks the stream when it closes the file.
void cli_vpin_print_csv(FILE *out, const nacre_vpin_result *vpin, uint8_t size_exp);

/// Runs the streaming adapter over blocks of `block_rows` and gives what a batch would.
/// @error  as nacre_vpin_stream_init and _push
/// @own    freed by nacre_vpin_result_destroy
NACRE_MUST_CHECK nacre_status cli_vpin_stream(nacre_ctx *ctx, const nacre_trades *trades,
                                              const nacre_calendar *calendar,
                                              const nacre_vpin_options *options, size_t block_rows,
                                              nacre_vpin_result **out, nacre_error *err);

#endif
