// SPDX-License-Identifier: Apache-2.0
// The options of the tape filter and of VPIN as both `vpin` and `run` take them: one set of rows,
// one parser, one rule for the automatic warm-up.
#ifndef NACREI_CLI_VPIN_H
#define NACREI_CLI_VPIN_H

#include "cli/command.h"
#include "nacre/vpin.h"

// clang-format off
/// Rows for a command's option table.
#define CLI_VPIN_OPTIONS                                                                           \
    {"conditions", 0, "WHAT", "tape filter: regular, all, or a hex mask of sale conditions to "    \
                              "exclude (default regular)"},                                        \
    {"mode", 0, "MODE", "causal, elo_research, abad_yague or aggressor (default causal)"},         \
    {"classify", 0, "HOW", "volume by bvc or side (default by mode)"},                             \
    {"auctions", 0, "HOW", "auction volume: half, exclude or sign (default half)"},                \
    {"warmup", 0, "HOW", "first bucket volume when none is given: refuse, skip, first-session or " \
                         "auto (default auto: skip with two sessions or more)"},                   \
    {"buckets-per-day", 0, "N", "volume buckets in a mean session (default 50)"},                  \
    {"bucket-volume", 0, "UNITS", "fixed bucket volume, e.g. 10.5 (default from the sessions)"},   \
    {"window", 0, "N", "buckets that VPIN averages over, 1 to 32767 (default 50)"},                \
    {"lookback", 0, "N", "past sessions for sigma and bucket volume (default 20)"},                \
    {"min-bars", 0, "N", "bars before sigma is defined (default 30)"},                             \
    {"bar", 0, "SECONDS", "length of a time bar (default 60)"},                                    \
    {"threshold", 0, "P", "CDF at which an alarm begins (default 0.99)"},                          \
    {"hysteresis", 0, "P", "an alarm ends this far below the threshold (default 0.05)"},           \
    {"horizon", 0, "BUCKETS", "an alarm ends after so many buckets (default buckets per day)"},    \
    {"level", 0, "X", "also alarm when VPIN itself reaches X; 0 = off (default 0)"},               \
    {"reset-session", 0, NULL, "drop the open bucket at a session's end (default run on)"}
// clang-format on

#define CLI_SIZE_EXP_UNKNOWN 255 ///< only the syntax of --bucket-volume is checked

/// Settings first, then the command line. `*auto_warmup` is set when the data shall decide
/// (cli_choose_warmup). Prints and returns false when an option is bad.
bool cli_parse_vpin(const cli_args *args, const nacrei_config *config, uint8_t size_exp,
                    nacre_vpin_options *options, bool *auto_warmup);
/// --conditions; prints and returns false when bad.
bool cli_parse_filter(const cli_args *args, nacre_filter_options *options);

/// Automatic warm-up: skip the first session when the trades span two or more, else use its own
/// volume. A streaming run cannot take the latter and is then refused by the library.
NACRE_MUST_CHECK nacre_status cli_choose_warmup(const nacre_trades *trades,
                                                const nacre_calendar *calendar,
                                                nacre_vpin_options *options, nacre_error *err);
/// "refuse", "skip", "first-session"; "auctions" and "classify" as the options spell them.
const char *cli_warmup_name(nacre_vpin_warmup warmup);
const char *cli_auctions_name(nacre_vpin_auctions auctions);
const char *cli_classify_name(nacre_vpin_classify classify);

#endif
