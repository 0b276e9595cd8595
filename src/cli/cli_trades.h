// SPDX-License-Identifier: Apache-2.0
// One way from the paths on a command line to trades in memory, shared by `vpin` and `run`: a tape
// folder is mapped, files go through the reader into memory columns. The option rows of the readers
// stand here once, as a macro, because a command's table must be one array.
#ifndef NACREI_CLI_TRADES_H
#define NACREI_CLI_TRADES_H

#include "cli/command.h"
#include "nacre/data.h"

struct cli_trades_store;

typedef struct cli_trades {
    nacre_trades trades; ///< valid until unload
    nacre_instrument instrument;
    nacre_reader_stats stats; ///< of the import; only `rows` for a tape
    bool from_tape;
    double read_seconds;
    struct cli_trades_store *store; ///< what owns the columns
} cli_trades;

/// Loads one tape folder, or one instrument's files in the given order.
/// @param progress  NULL or told the compressed bytes done and in total
/// @error  as nacre_tape_open and nacre_reader_next; NACRE_E_ARG several tapes, or tapes and files
/// @own    freed by cli_trades_unload
NACRE_MUST_CHECK nacre_status cli_trades_load(nacre_ctx *ctx, const char *const *paths,
                                              size_t count, const nacre_reader_options *options,
                                              nacre_progress_fn progress, void *user,
                                              cli_trades **out, nacre_error *err);
void cli_trades_unload(nacre_ctx *ctx, cli_trades *trades);

/// The instrument that a tape folder holds or that a file would be read as: by its name and header.
NACRE_MUST_CHECK nacre_status cli_trades_identify(nacre_ctx *ctx, const char *path,
                                                  const nacre_reader_options *options,
                                                  nacre_instrument *out, nacre_error *err);

// clang-format off
/// Rows for a command's option table: static const cli_option options[] = {CLI_READER_OPTIONS, ...};
#define CLI_READER_OPTIONS                                                                         \
    {"format", 0, "NAME", "input format: auto, binance-trades, binance-aggtrades, lean, nacre, "   \
                          "generic (default auto)"},                                               \
    {"columns", 0, "MAP", "generic: ts_event=COL:UNIT,price=COL,size=COL,side=COL,symbol=COL "     \
                          "(UNIT ns, us, ms or s; default by header)"},                            \
    {"symbol", 0, "NAME", "symbol (default from the file name)"},                                  \
    {"venue", 0, "NAME", "venue (default from the file name)"},                                    \
    {"size-exp", 0, "N", "sizes count 10^-N units, 0 to 9 (default lean 0, others 8)"},            \
    {"date", 0, "YYYYMMDD", "lean: the date, when neither lines nor file name have it"},           \
    {"round", 0, NULL, "round excess decimals and count them (default refuse)"},                   \
    {"skip-bad", 0, NULL, "count and list bad rows (default stop at the first)"},                  \
    {"side-as-is", 0, NULL, "accept a side column that contradicts the price moves"},              \
    {"reorder", 0, "MS", "put late prints within MS milliseconds in order (default refuse)"}
// clang-format on

/// Fills the reader's options from the command line; prints and returns false when one is bad.
/// Strings point into the arguments.
bool cli_parse_reader(const cli_args *args, nacre_reader_options *options);

#endif
