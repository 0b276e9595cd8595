// SPDX-License-Identifier: Apache-2.0
// One row per volume bucket: vpin_<symbol>.csv with exact decimals for people and spreadsheets, and
// vpin_<symbol>.npy with the same rows as a NumPy structured array. Columns: docs/results.md.
#ifndef NACREI_CLI_RESULTS_TABLE_H
#define NACREI_CLI_RESULTS_TABLE_H

#include "cli/run_job.h"

/// The caller checks the stream when it closes the file.
void nacrei_results_csv(FILE *out, const run_symbol *symbol);
void nacrei_results_npy(FILE *out, const run_symbol *symbol);

#define RUN_EXACT_BYTES 64
/// (lots + frac / 2^20) / 10^size_exp as an exact decimal without trailing zeros.
void nacrei_exact_volume(char text[RUN_EXACT_BYTES], int64_t lots, uint32_t frac, uint8_t size_exp);

#endif
