// SPDX-License-Identifier: Apache-2.0
// What main.c needs of the frame: the table of commands, the parser and the help texts.
#ifndef NACREI_CLI_FRAME_H
#define NACREI_CLI_FRAME_H

#include "cli/command.h"

typedef struct cli_entry {
    const cli_command *command;
    cli_run_fn *run;
} cli_entry;

extern const cli_entry cli_entries[];
extern const size_t cli_entry_count;

/// Options that every command takes, before or after its name.
typedef struct cli_globals {
    bool json, quiet, help, version;
    const char *config; ///< path or NULL
    const char *isa;
    uint32_t threads; ///< 0 = not given
} cli_globals;

extern const cli_option cli_global_options[];
extern const size_t cli_global_option_count;

const cli_entry *cli_find(const char *name);
/// The command whose name is nearest, or NULL.
const char *cli_nearest_command(const char *name);

/// Parses what stands before the command; `*next` is the index of the command's name or argc.
/// Returns CLI_OK, or prints and returns CLI_USAGE.
int cli_parse_globals(int argc, char **argv, cli_globals *globals, int *next);
/// Parses options and operands of `command`; argv[0] is its name. Returns CLI_OK, or prints and
/// returns another exit code. `args` is freed by cli_args_free in any case.
int cli_parse_args(const cli_command *command, int argc, char **argv, cli_globals *globals,
                   cli_args *args);
void cli_args_free(cli_args *args);

void cli_print_overview(FILE *out);
void cli_print_help(FILE *out, const cli_command *command);
void cli_print_version(FILE *out, bool json);

#endif
