// SPDX-License-Identifier: Apache-2.0
// results.json: everything that a run found, for programs (docs/results.md,
// docs/results.schema.json).
#ifndef NACREI_CLI_RESULTS_JSON_H
#define NACREI_CLI_RESULTS_JSON_H

#include "cli/run_job.h"

/// @param name  of the file, for the error
/// @error NACRE_E_IO a write failed
NACRE_MUST_CHECK nacre_status nacrei_results_json(FILE *out, const run_job *job, const char *name,
                                                  nacre_error *err);

#endif
