// SPDX-License-Identifier: Apache-2.0
// The program `nacre`: global options, the choice of a command, its context, and the exit code.
// Standard output is closed here and checked, so that a full disk is an error and not a short file;
// a closed pipe ends the program silently by SIGPIPE, as for any filter. A file size limit must
// come back from write() as an error that names the file, so its signal is ignored.
#include "cli/cli_frame.h"

#include <errno.h>
#include <signal.h>
#include <string.h>

static const char *const level_names[] = {"debug", "info", "warn", "error"};

static void log_line(void *user, nacre_log_level level, const char *line)
{
    const nacre_log_level *least = user;
    if (level >= *least)
        (void)fprintf(stderr, "nacre: %s: %s\n", level_names[level], line);
}

static int unknown_command(const char *name)
{
    const char *near = cli_nearest_command(name);
    if (near)
        (void)fprintf(stderr,
                      "nacre: unknown command '%s'; did you mean '%s'? (try 'nacre --help')\n",
                      name, near);
    else
        (void)fprintf(stderr, "nacre: unknown command '%s' (try 'nacre --help')\n", name);
    return CLI_USAGE;
}

static bool parse_level(const char *name, nacre_log_level *level)
{
    for (size_t i = 0; i < sizeof level_names / sizeof level_names[0]; i++)
        if (strcmp(name, level_names[i]) == 0) {
            *level = (nacre_log_level)i;
            return true;
        }
    return false;
}

static int run_with_context(const cli_entry *entry, const cli_globals *globals,
                            const cli_args *args)
{
    cli_env env = {.json = globals->json, .quiet = globals->quiet};
    nacre_error err = {0};
    nacrei_config_init(&env.config);
    if (globals->config && nacrei_config_load(&env.config, globals->config, &err))
        return cli_fail(args, &err);
    nacre_log_level least;
    if (!parse_level(env.config.log_level, &least)) {
        (void)nacrei_fail(&err, NACRE_E_ARG,
                          "%s: log.level: '%s' is not one of debug, info, warn, error",
                          globals->config, env.config.log_level);
        return cli_fail(args, &err);
    }
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = globals->threads ? globals->threads : (uint32_t)env.config.threads;
    options.isa = globals->isa ? globals->isa : env.config.isa[0] ? env.config.isa : NULL;
    options.log = log_line;
    options.log_user = &least;
    nacre_status status = nacre_ctx_create(&options, &env.ctx, &err);
    char isa_error[NACRE_ERROR_MESSAGE_BYTES];
    if (status == NACRE_E_UNSUPPORTED && entry->command->runs_without_isa) {
        memcpy(isa_error, err.message, sizeof isa_error);
        env.isa_error = isa_error;
        options.isa = "ref";
        status = nacre_ctx_create(&options, &env.ctx, &err);
    }
    if (status) {
        if (globals->isa && !env.isa_error)
            return cli_usage(args, "--isa: %s", err.message);
        return cli_fail(args, &err);
    }
    int code = entry->run(&env, args);
    nacre_ctx_destroy(env.ctx);
    return code;
}

static int run_command(int argc, char **argv, cli_globals *globals)
{
    const cli_entry *entry = cli_find(argv[0]);
    if (!entry)
        return unknown_command(argv[0]);
    cli_args args;
    int code = cli_parse_args(entry->command, argc, argv, globals, &args);
    if (code == CLI_OK && globals->help)
        cli_print_help(stdout, entry->command);
    else if (code == CLI_OK && globals->version)
        cli_print_version(stdout, globals->json);
    else if (code == CLI_OK)
        code = run_with_context(entry, globals, &args);
    cli_args_free(&args);
    return code;
}

/// Closes standard output; what could not be written makes a success a failure.
static int finish(int code)
{
    errno = 0;
    bool bad = ferror(stdout) != 0;
    bad |= fclose(stdout) != 0;
    if (bad && code != CLI_USAGE && code != CLI_BAD_INPUT) {
        (void)fprintf(stderr, "nacre: standard output could not be written: %s\n",
                      errno ? strerror(errno) : "an earlier write failed");
        return CLI_BAD_INPUT;
    }
    return code;
}

int main(int argc, char **argv)
{
    cli_globals globals = {0};
    int next = 1;
    (void)signal(SIGXFSZ, SIG_IGN);
    int code = cli_parse_globals(argc, argv, &globals, &next);
    if (code)
        return code;
    if (next < argc && strcmp(argv[next], "help") == 0) { // `nacre help vpin` as people type it
        globals.help = true;
        next++;
    }
    if (next < argc)
        return finish(run_command(argc - next, argv + next, &globals));
    if (globals.version)
        cli_print_version(stdout, globals.json);
    else
        cli_print_overview(stdout);
    return finish(CLI_OK);
}
