// SPDX-License-Identifier: Apache-2.0
// What the desk's part of a run writes: the section `desk` of results.json and five tables
// (docs/results.md).
#ifndef NACREI_CLI_RESULTS_DESK_H
#define NACREI_CLI_RESULTS_DESK_H

#include "cli/run_job.h"
#include "core/json.h"

/// As the member "desk" of the open object; job->desk is there.
void nacrei_results_desk_json(nacrei_json *json, const run_job *job);

#define RESULTS_DESK_TABLES 5u
extern const char *const nacrei_results_desk_tables[RESULTS_DESK_TABLES];
/// The table of that file name. The caller checks the stream when it closes the file.
void nacrei_results_desk_table(FILE *out, const char *name, const run_desk *desk);

#endif
