// SPDX-License-Identifier: Apache-2.0
// Trades out of Nacre: the `nacre` CSV format, plain .npy columns, and the truth of a simulated
// market. Everything is written under a temporary name beside its place and renamed when it is
// complete.
#ifndef NACREI_CLI_EXPORT_H
#define NACREI_CLI_EXPORT_H

#include "cli/command.h"
#include "nacre/data.h"

/// A file that appears at `path` only when it is complete.
typedef struct cli_file {
    FILE *out;
    const char *path;
    char temporary[4096]; ///< empty for standard output
} cli_file;

/// Opens a temporary file beside `path`; "-" is standard output.
NACRE_MUST_CHECK nacre_status cli_file_open(cli_file *file, const char *path, nacre_error *err);
/// Flushes, syncs and renames; on failure nothing is left.
NACRE_MUST_CHECK nacre_status cli_file_commit(cli_file *file, nacre_error *err);
/// Removes what was written. Harmless after commit.
void cli_file_abandon(cli_file *file);

/// Creates the folder and its parents where missing.
NACRE_MUST_CHECK nacre_status cli_make_folder(const char *path, nacre_error *err);
/// The same, and says how many levels were missing.
NACRE_MUST_CHECK nacre_status cli_make_folders(const char *path, unsigned *made, nacre_error *err);
/// Removes the levels that cli_make_folders made, as far as they are empty.
void cli_unmake_folder(const char *path, unsigned made);

/// The header and one line per trade: exact decimals, sizes with all size_exp digits.
NACRE_MUST_CHECK nacre_status cli_export_csv(nacre_ctx *ctx, FILE *out, const char *name,
                                             const nacre_trades *trades, uint8_t size_exp,
                                             nacre_progress_fn progress, void *user,
                                             nacre_error *err);
/// The header line alone and the rows alone, for exports in several blocks.
extern const char cli_csv_header[];
NACRE_MUST_CHECK nacre_status cli_export_csv_rows(nacre_ctx *ctx, FILE *out, const char *name,
                                                  const nacre_trades *trades, uint8_t size_exp,
                                                  nacre_error *err);
/// One .npy per column: prices and sizes as f8 in units, times and sequence as i8.
NACRE_MUST_CHECK nacre_status cli_export_npy(nacre_ctx *ctx, const char *folder,
                                             const nacre_trades *trades, uint8_t size_exp,
                                             nacre_error *err);

/// Writes {"schema":"nacre.episodes/1", ...} with kind, begin and end of every episode.
NACRE_MUST_CHECK nacre_status cli_export_episodes(const char *path, uint64_t seed,
                                                  const nacre_episode *episodes, size_t count,
                                                  nacre_error *err);

/// Writes the default simulated universe of nacre_sim_panel with this seed: columns A001, A002,
/// ..., rows dated by weekdays from a Monday (days since 1970).
NACRE_MUST_CHECK nacre_status cli_export_sim_panel(nacre_ctx *ctx, uint64_t seed, int64_t monday,
                                                   const char *path, nacre_error *err);

#endif
