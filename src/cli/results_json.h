// SPDX-License-Identifier: Apache-2.0
// results.json: everything that a run found, for programs (docs/results.md,
// docs/results.schema.json).
#ifndef NACREI_CLI_RESULTS_JSON_H
#define NACREI_CLI_RESULTS_JSON_H

#include "cli/run_job.h"
#include "core/json.h"

/// What the figures of one stage share.
typedef struct results_origin {
    nacrei_json *json;
    const char *stage, *numeric_class;
    double seconds;
} results_origin;
/// A figure object under `name`: value with unit, method, class, device, stage and its seconds.
void nacrei_results_figure(const results_origin *from, const char *name, double value,
                           const char *unit, const char *method);

/// @param name  of the file, for the error
/// @error NACRE_E_IO a write failed
NACRE_MUST_CHECK nacre_status nacrei_results_json(FILE *out, const run_job *job, const char *name,
                                                  nacre_error *err);

#endif
