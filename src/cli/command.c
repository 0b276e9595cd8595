// SPDX-License-Identifier: Apache-2.0
// The table of commands and the parsing of a command line. Each command's option rows and the
// global ones become one getopt_long table; values are kept per option, so a command asks for them
// by name. Messages are our own (one line, with the nearest known word), because getopt's name no
// remedy.
#include "cli/cli_frame.h"
#include "core/text.h"

#include <errno.h>
#include <getopt.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

const cli_entry cli_entries[] = {
#define COMMAND(name) {&cmd_##name, run_##name},
#include "cli/commands.def"
#undef COMMAND
};
const size_t cli_entry_count = sizeof cli_entries / sizeof cli_entries[0];

const cli_option cli_global_options[] = {
    {"json", 0, NULL, "results as JSON on standard output"},
    {"quiet", 'q', NULL, "no progress line"},
    {"config", 0, "FILE", "settings (see nacre config; default built-in)"},
    {"threads", 0, "N", "worker threads, 1 to 1024 (default one per core)"},
    {"isa", 0, "NAME", "kernels: ref, avx2, avx512, amx or neon (default the best)"},
    {"help", 'h', NULL, "this text"},
    {"version", 0, NULL, "version of program and library"},
};
const size_t cli_global_option_count = sizeof cli_global_options / sizeof cli_global_options[0];

// getopt_long returns this plus an option's index; above every character.
#define OPTION_BASE 256

typedef struct option_table {
    struct option *rows; ///< command's options, then the globals, then a zero row
    size_t own, total;
    char *shorts;
} option_table;

const cli_entry *cli_find(const char *name)
{
    for (size_t i = 0; i < cli_entry_count; i++)
        if (strcmp(cli_entries[i].command->name, name) == 0)
            return &cli_entries[i];
    return NULL;
}

const char *cli_nearest_command(const char *name)
{
    const char *names[64];
    size_t count = 0;
    for (; count < cli_entry_count && count < 64; count++)
        names[count] = cli_entries[count].command->name;
    return nacrei_nearest(name, names, count);
}

/// "nacre COMMAND: " without a space too many when no command is known yet.
static void print_line(const cli_command *command, const char *message, bool usage)
{
    const char *gap = command ? " " : "", *name = command ? command->name : "";
    char line[NACRE_ERROR_MESSAGE_BYTES + 256];
    (void)snprintf(line, sizeof line, "%s", message);
    nacrei_text_one_line(line); // a name with a newline must not break the one line
    (void)fflush(stdout);
    if (usage)
        (void)fprintf(stderr, "nacre%s%s: %s (try 'nacre%s%s --help')\n", gap, name, line, gap,
                      name);
    else
        (void)fprintf(stderr, "nacre%s%s: %s\n", gap, name, line);
}

static int usage_line(const cli_command *command, const char *format, va_list list)
    __attribute__((format(printf, 2, 0)));
static int usage_line(const cli_command *command, const char *format, va_list list)
{
    char message[NACRE_ERROR_MESSAGE_BYTES + 256];
    (void)vsnprintf(message, sizeof message, format, list);
    print_line(command, message, true);
    return CLI_USAGE;
}

static int usage_of(const cli_command *command, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
static int usage_of(const cli_command *command, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int code = usage_line(command, format, list);
    va_end(list);
    return code;
}

int cli_usage(const cli_args *args, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    int code = usage_line(args->command, format, list);
    va_end(list);
    return code;
}

int cli_fail(const cli_args *args, const nacre_error *err)
{
    print_line(args->command, err->message, false);
    return CLI_BAD_INPUT;
}

static const cli_option *option_at(const cli_command *command, size_t index)
{
    size_t own = command ? command->option_count : 0;
    return index < own ? &command->options[index] : &cli_global_options[index - own];
}

static void table_free(option_table *table)
{
    free(table->rows);
    free(table->shorts);
}

static bool table_build(const cli_command *command, bool stop_early, option_table *table)
{
    table->own = command ? command->option_count : 0;
    table->total = table->own + cli_global_option_count;
    table->rows = calloc(table->total + 1, sizeof *table->rows);
    table->shorts = calloc(1, 3 + 2 * table->total);
    if (!table->rows || !table->shorts)
        return false;
    char *at = table->shorts;
    if (stop_early)
        *at++ = '+';
    *at++ = ':'; // a missing argument is told apart from an unknown option
    for (size_t i = 0; i < table->total; i++) {
        const cli_option *option = option_at(command, i);
        table->rows[i] = (struct option){
            .name = option->name,
            .has_arg = option->argument ? required_argument : no_argument,
            .val = OPTION_BASE + (int)i,
        };
        if (option->short_name) {
            *at++ = option->short_name;
            if (option->argument)
                *at++ = ':';
        }
    }
    return true;
}

/// What getopt_long could not take: a missing argument, an argument to a switch, an unknown option.
static int bad_option(const cli_command *command, const option_table *table, int code, char **argv)
{
    const char *word = optind > 0 ? argv[optind - 1] : "";
    if (optopt >= OPTION_BASE) {
        const cli_option *option = option_at(command, (size_t)(optopt - OPTION_BASE));
        if (code == ':')
            return usage_of(command, "--%s needs an argument: %s", option->name, option->argument);
        return usage_of(command, "--%s takes no argument", option->name);
    }
    if (code == ':')
        return usage_of(command, "-%c needs an argument", optopt);
    if (optopt)
        return usage_of(command, "unknown option '-%c'", optopt);
    const char *names[128], *typed = strncmp(word, "--", 2) == 0 ? word + 2 : word;
    char plain[64];
    (void)snprintf(plain, sizeof plain, "%.*s", (int)strcspn(typed, "="), typed);
    size_t count = 0;
    for (; count < table->total && count < 128; count++)
        names[count] = table->rows[count].name;
    const char *near = nacrei_nearest(plain, names, count);
    if (near)
        return usage_of(command, "unknown option '--%s'; did you mean '--%s'?", plain, near);
    return usage_of(command, "unknown option '--%s'", plain);
}

static int take_global(const cli_command *command, const cli_option *option, const char *value,
                       cli_globals *globals)
{
    const char *name = option->name;
    if (strcmp(name, "json") == 0)
        globals->json = true;
    else if (strcmp(name, "quiet") == 0)
        globals->quiet = true;
    else if (strcmp(name, "help") == 0)
        globals->help = true;
    else if (strcmp(name, "version") == 0)
        globals->version = true;
    else if (strcmp(name, "config") == 0)
        globals->config = value;
    else if (strcmp(name, "isa") == 0)
        globals->isa = value;
    else {
        char *end;
        errno = 0;
        long threads = strtol(value, &end, 10);
        if (errno || end == value || *end || threads < 1 || threads > 1024)
            return usage_of(command, "--threads: '%s' is not a whole number from 1 to 1024", value);
        globals->threads = (uint32_t)threads;
    }
    return CLI_OK;
}

static bool keep_value(cli_args *args, size_t index, const char *value)
{
    size_t count = args->value_counts[index];
    const char **grown = realloc((void *)args->values[index], (count + 1) * sizeof *grown);
    if (!grown)
        return false;
    grown[count] = value;
    args->values[index] = grown;
    args->value_counts[index] = count + 1;
    return true;
}

static int parse_options(const cli_command *command, option_table *table, int argc, char **argv,
                         cli_globals *globals, cli_args *args)
{
    optind = 0; // GNU: start over, with the prefix of the option string read again
    opterr = 0;
    for (;;) {
        optopt = 0;
        int code = getopt_long(argc, argv, table->shorts, table->rows, NULL);
        if (code == -1)
            return CLI_OK;
        if (code == '?' || code == ':')
            return bad_option(command, table, code, argv);
        size_t index = (size_t)code - OPTION_BASE;
        if (code < OPTION_BASE)
            for (index = 0; option_at(command, index)->short_name != code;)
                index++;
        int result = CLI_OK;
        if (index >= table->own)
            result = take_global(command, option_at(command, index), optarg, globals);
        else if (!keep_value(args, index, optarg ? optarg : ""))
            result = usage_of(command, "out of memory while reading the command line");
        if (result)
            return result;
    }
}

int cli_parse_globals(int argc, char **argv, cli_globals *globals, int *next)
{
    option_table table = {0};
    int code = CLI_BAD_INPUT;
    if (table_build(NULL, true, &table))
        code = parse_options(NULL, &table, argc, argv, globals, NULL);
    else
        (void)fputs("nacre: out of memory\n", stderr);
    table_free(&table);
    *next = optind;
    return code;
}

int cli_parse_args(const cli_command *command, int argc, char **argv, cli_globals *globals,
                   cli_args *args)
{
    option_table table = {0};
    *args = (cli_args){.command = command};
    args->values = calloc(command->option_count + 1, sizeof *args->values);
    args->value_counts = calloc(command->option_count + 1, sizeof *args->value_counts);
    int code = CLI_BAD_INPUT;
    if (args->values && args->value_counts && table_build(command, false, &table))
        code = parse_options(command, &table, argc, argv, globals, args);
    else
        (void)fputs("nacre: out of memory\n", stderr);
    table_free(&table);
    args->argc = argc - optind;
    args->argv = argv + optind;
    return code;
}

void cli_args_free(cli_args *args)
{
    for (size_t i = 0; args->values && i < args->command->option_count; i++)
        free((void *)args->values[i]);
    free((void *)args->values);
    free(args->value_counts);
    *args = (cli_args){0};
}

/// The option's row, or SIZE_MAX: asking for an option that the table lacks reads as "not given".
static size_t option_index(const cli_args *args, const char *option)
{
    for (size_t i = 0; i < args->command->option_count; i++)
        if (strcmp(args->command->options[i].name, option) == 0)
            return i;
    return SIZE_MAX;
}

size_t cli_count(const cli_args *args, const char *option)
{
    size_t index = option_index(args, option);
    return index == SIZE_MAX ? 0 : args->value_counts[index];
}

bool cli_has(const cli_args *args, const char *option)
{
    return cli_count(args, option) > 0;
}

const char *cli_value_at(const cli_args *args, const char *option, size_t index)
{
    return index < cli_count(args, option) ? args->values[option_index(args, option)][index] : NULL;
}

const char *cli_value(const cli_args *args, const char *option)
{
    size_t count = cli_count(args, option);
    return count ? cli_value_at(args, option, count - 1) : NULL;
}

bool cli_int(const cli_args *args, const char *option, int64_t low, int64_t high, int64_t *value)
{
    const char *text = cli_value(args, option);
    if (!text)
        return true;
    char *end;
    errno = 0;
    long long parsed = strtoll(text, &end, 10);
    if (errno || end == text || *end || parsed < low || parsed > high) {
        (void)cli_usage(args, "--%s: '%s' is not a whole number from %lld to %lld", option, text,
                        (long long)low, (long long)high);
        return false;
    }
    *value = parsed;
    return true;
}

bool cli_double(const cli_args *args, const char *option, double low, double high, double *value)
{
    const char *text = cli_value(args, option);
    if (!text)
        return true;
    char *end;
    double parsed = strtod(text, &end);
    if (end == text || *end || !isfinite(parsed) || parsed < low || parsed > high) {
        (void)cli_usage(args, "--%s: '%s' is not a number from %g to %g", option, text, low, high);
        return false;
    }
    *value = parsed;
    return true;
}

bool cli_choice(const cli_args *args, const char *option, const char *const *choices, size_t count,
                int *value)
{
    const char *text = cli_value(args, option);
    if (!text)
        return true;
    char list[256] = "";
    for (size_t i = 0, used = 0; i < count; i++) {
        if (strcmp(text, choices[i]) == 0) {
            *value = (int)i;
            return true;
        }
        int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", choices[i]);
        used += (size_t)n < sizeof list - used ? (size_t)n : 0;
    }
    const char *near = nacrei_nearest(text, choices, count);
    if (near)
        (void)cli_usage(args, "--%s: '%s' is not one of %s; did you mean '%s'?", option, text, list,
                        near);
    else
        (void)cli_usage(args, "--%s: '%s' is not one of %s", option, text, list);
    return false;
}
