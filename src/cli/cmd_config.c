// SPDX-License-Identifier: Apache-2.0
// `nacre config` prints a complete, commented example of the settings; `nacre config check FILE`
// reads one and says whether it would be taken.
#include "cli/command.h"
#include "core/json.h"

#include <string.h>

const cli_command cmd_config = {
    .name = "config",
    .synopsis = "[OPTION...] [check FILE...]",
    .summary = "print the settings with their defaults, or check a file of them",
    .details = "Settings are JSON with comments. Without an operand a complete example goes to\n"
               "standard output; `check` names the first line that would be refused.",
    .example = "nacre config > nacre.json && nacre config check nacre.json",
};

int run_config(const cli_env *env, const cli_args *args)
{
    if (args->argc == 0) {
        nacrei_config_write_example(stdout);
        return CLI_OK;
    }
    if (strcmp(args->argv[0], "check") != 0)
        return cli_usage(args, "unknown action '%s'; the only one is 'check'", args->argv[0]);
    if (args->argc == 1)
        return cli_usage(args, "check needs a file");
    for (int i = 1; i < args->argc; i++) {
        nacrei_config config;
        nacre_error err = {0};
        nacrei_config_init(&config);
        if (nacrei_config_load(&config, args->argv[i], &err))
            return cli_fail(args, &err);
        if (!env->json) {
            (void)printf("%s: ok\n", args->argv[i]);
            continue;
        }
        nacrei_json json;
        nacrei_json_init(&json, stdout, false);
        nacrei_json_object_begin(&json);
        nacrei_json_put_string(&json, "path", args->argv[i]);
        nacrei_json_put_bool(&json, "ok", true);
        nacrei_json_object_end(&json);
        if (nacrei_json_end(&json, "standard output", &err))
            return cli_fail(args, &err);
    }
    return CLI_OK;
}
