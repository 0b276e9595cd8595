// SPDX-License-Identifier: Apache-2.0
// nacre bench: runs benchmark cases by id or prefix and writes a table or JSON lines. A line is
// flushed as soon as its case is done, so a long run can be watched and cut short.
#include "cli/command.h"

#include "bench.h"
#include "core/json.h"

#include <string.h>

static const cli_option options[] = {
    {"list", 'l', NULL, "list the cases with what they must reach, run nothing"},
    {"seconds", 's', "S", "time per case in seconds, set-up included, 0.1 to 15 (default 3)"},
};

const cli_command cmd_bench = {
    .name = "bench",
    .synopsis = "[OPTION...] [ID...]",
    .summary = "measure this machine against peers and ceilings",
    .details = "An ID may be a prefix: `vpin` runs vpin.batch and vpin.stream. Without an ID every "
               "case runs. Each case checks its result before anything is timed, then runs itself "
               "and its peer in at least 7 interleaved pairs; the ratio is the median of the pair "
               "ratios. With --json one line per case holds all raw samples.",
    .example = "nacre bench ndtr --seconds 2",
    .options = options,
    .option_count = sizeof options / sizeof *options,
};

static bool matches(const bench_case *bench, const cli_args *args)
{
    for (int i = 0; i < args->argc; i++) {
        if (strncmp(bench->id, args->argv[i], strlen(args->argv[i])) == 0)
            return true;
    }
    return args->argc == 0;
}

/// The first operand that is no prefix of any id, or NULL.
static const char *find_unknown(const cli_args *args)
{
    for (int i = 0; i < args->argc; i++) {
        size_t at = 0;
        while (at < bench_case_count &&
               strncmp(bench_cases[at]->id, args->argv[i], strlen(args->argv[i])) != 0)
            at++;
        if (at == bench_case_count)
            return args->argv[i];
    }
    return NULL;
}

static int refuse_unknown(const cli_args *args, const char *word)
{
    const char *ids[64];
    size_t count = 0;
    while (count < bench_case_count && count < sizeof ids / sizeof *ids) {
        ids[count] = bench_cases[count]->id;
        count++;
    }
    const char *nearest = nacrei_nearest(word, ids, count);
    if (nearest)
        return cli_usage(args, "no case \"%s\"; did you mean %s?", word, nearest);
    return cli_usage(args, "no case \"%s\"; --list shows them", word);
}

static int list_cases(const cli_args *args)
{
    for (size_t i = 0; i < bench_case_count; i++) {
        if (matches(bench_cases[i], args))
            (void)printf("%-18s %s\n", bench_cases[i]->id, bench_cases[i]->summary);
    }
    return CLI_OK;
}

/// What this machine lacks is no failure: the case is absent, with the reason.
static int report_absent(const cli_env *env, const cli_args *args, const bench_case *bench,
                         const nacre_error *err)
{
    if (!env->json) {
        (void)printf("%-24s absent: %s\n", bench->id, err->message);
        return CLI_OK;
    }
    nacrei_json json;
    nacrei_json_init(&json, stdout, false);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "id", bench->id);
    nacrei_json_put_string(&json, "absent", err->message);
    nacrei_json_object_end(&json);
    nacre_error failed = {0};
    return nacrei_json_end(&json, "standard output", &failed) ? cli_fail(args, &failed) : CLI_OK;
}

/// Measures one case and writes it. A missed error bound is a failure of the program's promise.
static int run_case(const cli_env *env, const cli_args *args, const bench_case *bench,
                    double seconds)
{
    nacre_error err = {0};
    bench_result result;
    nacre_status status = bench_measure(env->ctx, bench, seconds, &result, &err);
    if (status == NACRE_E_UNSUPPORTED)
        return report_absent(env, args, bench, &err);
    if (!status && env->json)
        status = bench_write_json(stdout, &result, &err);
    else if (!status)
        bench_write_row(stdout, &result);
    if (status)
        return cli_fail(args, &err);
    (void)fflush(stdout);
    if (result.report.max_error > result.report.error_bound) {
        (void)fprintf(stderr, "nacre bench: %s: error %g exceeds its bound %g\n", bench->id,
                      result.report.max_error, result.report.error_bound);
        return CLI_FAILED;
    }
    return CLI_OK;
}

int run_bench(const cli_env *env, const cli_args *args)
{
    double seconds = 3.0;
    if (!cli_double(args, "seconds", 0.1, 15.0, &seconds))
        return CLI_USAGE;
    const char *unknown = find_unknown(args);
    if (unknown)
        return refuse_unknown(args, unknown);
    if (cli_has(args, "list"))
        return list_cases(args);
    if (!env->json)
        bench_write_heading(stdout);
    int worst = CLI_OK;
    for (size_t i = 0; i < bench_case_count; i++) {
        if (!matches(bench_cases[i], args))
            continue;
        int code = run_case(env, args, bench_cases[i], seconds);
        worst = code > worst ? code : worst;
    }
    return worst;
}
