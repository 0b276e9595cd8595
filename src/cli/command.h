// SPDX-License-Identifier: Apache-2.0
// The table of commands and what every command gets. A command is one file cmd_<name>.c with one
// function and one line in commands.def; options are declared in a table that feeds getopt_long,
// the help text and the tests.
#ifndef NACREI_CLI_COMMAND_H
#define NACREI_CLI_COMMAND_H

#include "core/config.h"
#include "core/context.h"
#include "core/status.h"

#include <stdio.h>

/// Exit codes of the program.
enum {
    CLI_OK = 0,
    CLI_FAILED = 1,    ///< a check said no (tape check, bench bound missed)
    CLI_USAGE = 2,     ///< wrong command line
    CLI_BAD_INPUT = 3, ///< a file, a value or the system said no
};

typedef struct cli_option {
    const char *name;     ///< long name without dashes
    char short_name;      ///< or 0
    const char *argument; ///< placeholder in the help ("FILE"), NULL = a switch
    const char *help;
} cli_option;

typedef struct cli_command {
    const char *name;
    const char *synopsis; ///< "[OPTION...] FILE..."
    const char *summary;  ///< one line for the list of commands
    const char *details;  ///< paragraphs of the help
    const char *example;  ///< at least one command line that works
    const cli_option *options;
    size_t option_count;
    bool runs_without_isa; ///< also when the instruction set asked for is not usable (isa_error)
} cli_command;

/// Parsed command line. Values point into argv; a list option may be given several times.
typedef struct cli_args {
    const cli_command *command;
    int argc; ///< operands
    char **argv;
    const char ***values; ///< per option: its arguments in order ("" for a switch)
    size_t *value_counts;
} cli_args;

/// What the program holds for a command: context, settings, --json, --quiet.
typedef struct cli_env {
    nacre_ctx *ctx;
    nacrei_config config;
    bool json;             ///< results as JSON on stdout
    bool quiet;            ///< no progress
    const char *isa_error; ///< why ctx is on "ref" instead of the set asked for, or NULL
} cli_env;

typedef int cli_run_fn(const cli_env *env, const cli_args *args);

bool cli_has(const cli_args *args, const char *option);
/// The last value given, or NULL.
const char *cli_value(const cli_args *args, const char *option);
size_t cli_count(const cli_args *args, const char *option);
const char *cli_value_at(const cli_args *args, const char *option, size_t index);
/// Parses with range check; prints "nacre COMMAND: --option: ..." and returns false when bad.
bool cli_int(const cli_args *args, const char *option, int64_t low, int64_t high, int64_t *value);
bool cli_double(const cli_args *args, const char *option, double low, double high, double *value);
/// Index of the value in `choices`; unchanged when not given; prints and returns false when bad.
bool cli_choice(const cli_args *args, const char *option, const char *const *choices, size_t count,
                int *value);

/// Prints "nacre COMMAND: message (try 'nacre COMMAND --help')" as one line; returns CLI_USAGE.
int cli_usage(const cli_args *args, const char *format, ...) __attribute__((format(printf, 2, 3)));
/// Prints "nacre COMMAND: <err->message>" as one line; returns CLI_BAD_INPUT.
int cli_fail(const cli_args *args, const nacre_error *err);

#define COMMAND(name)                                                                              \
    extern const cli_command cmd_##name;                                                           \
    cli_run_fn run_##name;
#include "cli/commands.def"
#undef COMMAND

#endif
