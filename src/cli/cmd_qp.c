// SPDX-License-Identifier: Apache-2.0
// `nacre qp FILE.QPS` solves a convex quadratic program from a file. Infeasible and unbounded are
// results, not failures of the command; a program that was not solved to the tolerance exits
// with 1.
#include "cli/cli_text.h"
#include "cli/command.h"
#include "core/json.h"
#include "nacre/portfolio.h"

#include "core/alloc.h"

#include <errno.h>
#include <string.h>

static const cli_option options[] = {
    {"tolerance", 0, "R", "largest scaled residual, primal, dual and gap (default 1e-9)"},
    {"out", 0, "FILE.csv", "write kind,name,value,dual of every variable and row"},
};

const cli_command cmd_qp = {
    .name = "qp",
    .synopsis = "[OPTION...] FILE.QPS",
    .summary = "solve a convex quadratic program in QPS format",
    .details =
        "The file is MPS, fixed or free columns, with QUADOBJ or QMATRIX; the right side of\n"
        "the objective is minus its constant. A dual is the change of the objective per unit\n"
        "that the active bound moves up. Exit code 1: no optimum (see the outcome).",
    .example = "nacre qp HS21.QPS --out solution.csv",
    .options = options,
    .option_count = sizeof options / sizeof options[0],
};

typedef struct qp_solution {
    double *x, *row_dual, *bound_dual, *row_value;
    nacre_qp_result result;
} qp_solution;

static void free_solution(const cli_env *env, const nacre_qp *qp, qp_solution *solution)
{
    nacrei_free(env->ctx, solution->x, qp->variables, sizeof(double));
    nacrei_free(env->ctx, solution->bound_dual, qp->variables, sizeof(double));
    nacrei_free(env->ctx, solution->row_dual, qp->rows, sizeof(double));
    nacrei_free(env->ctx, solution->row_value, qp->rows, sizeof(double));
}

static nacre_status solve(const cli_env *env, const nacre_qp *qp, double tolerance,
                          qp_solution *solution, nacre_error *err)
{
    nacre_qp_options chosen;
    nacre_qp_options_init(&chosen);
    chosen.tolerance = tolerance;
    size_t n = qp->variables, m = qp->rows;
    nacre_status status = nacrei_alloc(env->ctx, n, sizeof(double), "solution", &solution->x, err);
    if (!status)
        status = nacrei_alloc(env->ctx, n, sizeof(double), "duals", &solution->bound_dual, err);
    if (!status)
        status = nacrei_alloc(env->ctx, m, sizeof(double), "duals", &solution->row_dual, err);
    if (!status)
        status = nacrei_alloc(env->ctx, m, sizeof(double), "rows", &solution->row_value, err);
    if (!status)
        status = nacre_qp_solve(env->ctx, qp, &chosen, false, solution->x, solution->row_dual,
                                solution->bound_dual, &solution->result, err);
    if (status)
        return status;
    for (size_t i = 0; i < m; i++)
        for (size_t k = qp->a_start[i]; k < qp->a_start[i + 1]; k++)
            solution->row_value[i] += qp->a_value[k] * solution->x[qp->a_index[k]];
    return NACRE_OK;
}

static void write_name(FILE *file, const char *name)
{
    bool quoted = strpbrk(name, ",\" ") != NULL;
    if (quoted)
        (void)fputc('"', file);
    for (; *name; name++) {
        if (*name == '"')
            (void)fputc('"', file);
        (void)fputc(*name, file);
    }
    if (quoted)
        (void)fputc('"', file);
}

static nacre_status write_csv(const char *path, const nacre_qps *qps, const qp_solution *solution,
                              nacre_error *err)
{
    const nacre_qp *qp = nacre_qps_problem(qps);
    FILE *file = fopen(path, "we");
    if (!file)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", path);
    (void)fputs("kind,name,value,dual\n", file);
    for (size_t i = 0; i < qp->variables + qp->rows; i++) {
        bool row = i >= qp->variables;
        size_t at = row ? i - qp->variables : i;
        char value[40], dual[40];
        (void)nacrei_format_double(value, sizeof value,
                                   row ? solution->row_value[at] : solution->x[at]);
        (void)nacrei_format_double(dual, sizeof dual,
                                   row ? solution->row_dual[at] : solution->bound_dual[at]);
        (void)fputs(row ? "row," : "variable,", file);
        write_name(file, row ? nacre_qps_row_name(qps, at) : nacre_qps_variable_name(qps, at));
        (void)fprintf(file, ",%s,%s\n", value, dual);
    }
    bool failed = ferror(file) != 0;
    if (fclose(file) != 0 || failed)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: writing failed", path);
    return NACRE_OK;
}

static nacre_status print_json(const nacre_qps *qps, const nacre_qp_result *result,
                               nacre_error *err)
{
    const nacre_qp *qp = nacre_qps_problem(qps);
    nacrei_json json;
    nacrei_json_init(&json, stdout, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "problem", nacre_qps_name(qps));
    nacrei_json_put_uint(&json, "variables", qp->variables);
    nacrei_json_put_uint(&json, "rows", qp->rows);
    nacrei_json_put_string(&json, "outcome", nacre_qp_outcome_name(result->outcome));
    nacrei_json_put_uint(&json, "iterations", result->iterations);
    nacrei_json_put_double(&json, "objective", result->objective);
    nacrei_json_put_double(&json, "primal_residual", result->primal_residual);
    nacrei_json_put_double(&json, "dual_residual", result->dual_residual);
    nacrei_json_put_double(&json, "gap", result->gap);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", err);
}

static void print_text(const nacre_qps *qps, const nacre_qp_result *result)
{
    const nacre_qp *qp = nacre_qps_problem(qps);
    (void)printf("problem    %s: %s variables, %s rows\n", nacre_qps_name(qps),
                 cli_count_text(qp->variables).text, cli_count_text(qp->rows).text);
    (void)printf("outcome    %s after %u iterations\n", nacre_qp_outcome_name(result->outcome),
                 result->iterations);
    (void)printf("objective  %.12g\n", result->objective);
    (void)printf("residuals  primal %.1e, dual %.1e, gap %.1e (scaled)\n", result->primal_residual,
                 result->dual_residual, result->gap);
}

int run_qp(const cli_env *env, const cli_args *args)
{
    double tolerance = 1e-9;
    nacre_error err = {0};
    nacre_qps *qps;
    qp_solution solution = {0};
    if (args->argc != 1)
        return cli_usage(args, "needs one QPS file");
    if (!cli_double(args, "tolerance", 1e-14, 1e-2, &tolerance))
        return CLI_USAGE;
    if (nacre_qps_open(env->ctx, args->argv[0], &qps, &err))
        return cli_fail(args, &err);
    nacre_status status = solve(env, nacre_qps_problem(qps), tolerance, &solution, &err);
    if (!status && cli_value(args, "out"))
        status = write_csv(cli_value(args, "out"), qps, &solution, &err);
    if (!status && env->json)
        status = print_json(qps, &solution.result, &err);
    else if (!status)
        print_text(qps, &solution.result);
    free_solution(env, nacre_qps_problem(qps), &solution);
    nacre_qps_destroy(qps);
    if (status)
        return cli_fail(args, &err);
    return solution.result.outcome == NACRE_QP_OPTIMAL ? CLI_OK : CLI_FAILED;
}
