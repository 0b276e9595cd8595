// SPDX-License-Identifier: Apache-2.0
// The help texts, made from the tables that parse the command line, so that they cannot differ from
// it.
#include "cli/cli_frame.h"
#include "core/json.h"

#include <string.h>

#define HELP_WIDTH 100

void cli_print_overview(FILE *out)
{
    (void)fputs("Nacre turns real trades into exact, explained figures of a trading desk.\n"
                "It imports market data to memory-mapped tapes and computes VPIN, the toxicity of "
                "order flow.\n\nusage: nacre [OPTION...] COMMAND [ARGUMENT...]\n\ncommands:\n",
                out);
    for (size_t i = 0; i < cli_entry_count; i++)
        (void)fprintf(out, "  %-10s %s\n", cli_entries[i].command->name,
                      cli_entries[i].command->summary);
    (void)fputs("\nexample:\n  nacre run --trades BTCUSDT-trades-2024-08-08.zip --out report\n\n"
                "'nacre COMMAND --help' explains a command; 'nacre --version' names the version.\n",
                out);
}

/// Words of `text` in lines of HELP_WIDTH; the first line begins at column `used`, others are
/// indented by `indent`.
static void print_wrapped(FILE *out, const char *text, int used, int indent)
{
    while (*text) {
        int word = (int)strcspn(text, " ");
        if (used > indent && used + 1 + word > HELP_WIDTH) {
            (void)fprintf(out, "\n%*s", indent, "");
            used = indent;
        } else if (used > indent) {
            (void)fputc(' ', out);
            used++;
        }
        (void)fprintf(out, "%.*s", word, text);
        used += word;
        text += word;
        text += strspn(text, " ");
    }
    (void)fputc('\n', out);
}

/// Lines that fit stay as they are written; longer ones are wrapped.
static void print_details(FILE *out, const char *text)
{
    (void)fputc('\n', out);
    while (*text) {
        char line[2048];
        size_t length = strcspn(text, "\n");
        (void)snprintf(line, sizeof line, "%.*s", (int)length, text);
        if (length <= HELP_WIDTH)
            (void)fprintf(out, "%s\n", line);
        else
            print_wrapped(out, line, 0, 0);
        text += length;
        text += *text == '\n';
    }
}

static int left_width(const cli_option *option)
{
    return (int)(strlen(option->name) + (option->argument ? strlen(option->argument) + 1 : 0));
}

static void print_option(FILE *out, const cli_option *option, int width)
{
    char brief[8] = "    ";
    if (option->short_name)
        (void)snprintf(brief, sizeof brief, "-%c, ", option->short_name);
    (void)fprintf(out, "  %s--%s%s%s%*s", brief, option->name, option->argument ? " " : "",
                  option->argument ? option->argument : "", width - left_width(option) + 2, "");
    int indent = width + 10;
    print_wrapped(out, option->help, indent, indent);
}

void cli_print_help(FILE *out, const cli_command *command)
{
    (void)fprintf(out, "%s\n\nusage: nacre %s %s\n", command->summary, command->name,
                  command->synopsis);
    if (command->details && command->details[0])
        print_details(out, command->details);
    int width = 0;
    for (size_t i = 0; i < command->option_count; i++)
        width = left_width(&command->options[i]) > width ? left_width(&command->options[i]) : width;
    for (size_t i = 0; i < cli_global_option_count; i++)
        width =
            left_width(&cli_global_options[i]) > width ? left_width(&cli_global_options[i]) : width;
    if (command->option_count)
        (void)fputs("\noptions:\n", out);
    for (size_t i = 0; i < command->option_count; i++)
        print_option(out, &command->options[i], width);
    (void)fputs("\noptions of every command:\n", out);
    for (size_t i = 0; i < cli_global_option_count; i++)
        print_option(out, &cli_global_options[i], width);
    (void)fprintf(out, "\nexample:\n  %s\n", command->example);
}

void cli_print_version(FILE *out, bool json)
{
    if (!json) {
        (void)fprintf(out, "nacre %s\n", nacre_version());
        return;
    }
    nacrei_json writer;
    nacrei_json_init(&writer, out, false);
    nacrei_json_object_begin(&writer);
    nacrei_json_put_string(&writer, "name", "nacre");
    nacrei_json_put_string(&writer, "version", nacre_version());
    nacrei_json_object_end(&writer);
    // main notices a failed standard output when it closes it.
    if (nacrei_json_end(&writer, "standard output", NULL))
        return;
}
