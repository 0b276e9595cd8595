// SPDX-License-Identifier: Apache-2.0
// Quadratic programs of portfolio shape. qp.minvar.n500: a dense covariance, budget and box,
// against cvxopt in its own process on the same matrix. qp.factor.n3000k50: a factor model with
// expected returns, from nothing (.cold) and from the solution of the day before (.warm: the
// returns differ by a hundredth). The result is checked before it is timed: budget, box and the
// peer's objective.
#include "bench.h"

#include "core/alloc.h"
#include "nacre/portfolio.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DENSE_N = 500, DENSE_T = 750, FACTOR_N = 3000, FACTOR_K = 50, PATH_BYTES = 512 };
static const double BOX = 0.1, FACTOR_BOX = 0.02, FACTOR_TOLERANCE = 1e-6;

typedef struct qp_bench {
    size_t n, k, total;
    double *memory; ///< everything below
    double *p, *factor, *diagonal, *q, *ones, *upper, *zero;
    double *x, *z, *start_x, *start_z;
    double y, start_y, one, objective;
    double tolerance;
    bool warm;
    char path[PATH_BYTES], script[PATH_BYTES];
} qp_bench;

static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-53;
}

static nacre_qp problem(const qp_bench *bench)
{
    return (nacre_qp){
        .variables = bench->n,
        .rows = 1,
        .hessian = bench->k ? NULL : bench->p,
        .diagonal = bench->k ? bench->diagonal : NULL,
        .factor = bench->k ? bench->factor : NULL,
        .factors = bench->k,
        .linear = bench->q,
        .matrix = bench->ones,
        .row_lower = &bench->one,
        .row_upper = &bench->one,
        .lower = bench->zero,
        .upper = bench->upper,
    };
}

static nacre_status qp_run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    qp_bench *bench = state;
    nacre_qp qp = problem(bench);
    nacre_qp_options options;
    nacre_qp_result result;
    nacre_qp_options_init(&options);
    options.tolerance = bench->tolerance;
    if (bench->warm) {
        memcpy(bench->x, bench->start_x, bench->n * sizeof *bench->x);
        memcpy(bench->z, bench->start_z, bench->n * sizeof *bench->z);
        bench->y = bench->start_y;
    }
    nacre_status status = nacre_qp_solve(ctx, &qp, &options, bench->warm, bench->x, &bench->y,
                                         bench->z, &result, err);
    if (!status && result.outcome != NACRE_QP_OPTIMAL)
        status = nacrei_fail(err, NACRE_E_CORRUPT, "the program of the benchmark ends as %s",
                             nacre_qp_outcome_name(result.outcome));
    bench->objective = result.objective;
    return status;
}

static void qp_teardown(nacre_ctx *ctx, void *state)
{
    qp_bench *bench = state;
    if (bench->path[0])
        (void)unlink(bench->path);
    nacrei_free(ctx, bench->memory, bench->total, sizeof(double));
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

static nacre_status make(nacre_ctx *ctx, size_t n, size_t k, double box, qp_bench **out,
                         nacre_error *err)
{
    qp_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "benchmark", &bench, err);
    if (status)
        return status;
    *bench = (qp_bench){.n = n, .k = k, .one = 1.0, .total = 9 * n + (k ? n * k : n * n)};
    status = nacrei_alloc(ctx, bench->total, sizeof(double), "benchmark", &bench->memory, err);
    if (status) {
        nacrei_free(ctx, bench, 1, sizeof *bench);
        return status;
    }
    double **parts[] = {&bench->diagonal, &bench->q, &bench->ones,    &bench->upper,  &bench->zero,
                        &bench->x,        &bench->z, &bench->start_x, &bench->start_z};
    for (size_t i = 0; i < 9; i++)
        *parts[i] = bench->memory + i * n;
    bench->p = bench->factor = bench->memory + 9 * n;
    for (size_t i = 0; i < n; i++) {
        bench->ones[i] = 1.0;
        bench->upper[i] = box;
    }
    *out = bench;
    return NACRE_OK;
}

static nacre_status check(nacre_ctx *ctx, qp_bench *bench, bench_report *report, nacre_error *err)
{
    nacre_status status = qp_run(ctx, bench, err);
    double sum = 0.0, worst = 0.0;
    for (size_t i = 0; i < bench->n; i++) {
        sum += bench->x[i];
        worst = fmax(worst, fmax(-bench->x[i], bench->x[i] - bench->upper[i]));
    }
    report->max_error = fmax(fabs(sum - 1.0), worst);
    report->error_bound = 10.0 * bench->tolerance;
    if (!status && !(report->max_error <= report->error_bound))
        status = nacrei_fail(err, NACRE_E_CORRUPT, "the weights miss budget or box by %g",
                             report->max_error);
    return status;
}

static bool run_script(const qp_bench *bench, const char *argument, char *line, size_t bytes)
{
    char command[3 * PATH_BYTES];
    (void)snprintf(command, sizeof command,
                   "OPENBLAS_NUM_THREADS=1 /usr/bin/python3 '%s' '%s' 2>/dev/null", bench->script,
                   argument);
    FILE *pipe = popen(command, "re");
    if (!pipe)
        return false;
    bool read = fgets(line, (int)bytes, pipe) != NULL;
    return pclose(pipe) == 0 && read;
}

static nacre_status find_peer(qp_bench *bench, bench_report *report, nacre_error *err)
{
    char line[64];
    if (!bench_find_peer("qp_cvxopt.py", bench->script, sizeof bench->script)) {
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "qp_cvxopt.py is neither installed nor in a source tree above");
        return NACRE_OK;
    }
    if (!run_script(bench, "--version", line, sizeof line)) {
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "/usr/bin/python3 has no cvxopt: apt install python3-cvxopt");
        return NACRE_OK;
    }
    line[strcspn(line, "\n")] = '\0';
    report->peer = "cvxopt.solvers.qp";
    (void)snprintf(report->peer_version, sizeof report->peer_version, "cvxopt %.50s", line);
    const char *base = getenv("TMPDIR");
    (void)snprintf(bench->path, sizeof bench->path, "%s/nacre_qpXXXXXX", base ? base : "/tmp");
    int file = mkstemp(bench->path);
    size_t bytes = bench->n * bench->n * sizeof(double);
    if (file < 0 || write(file, bench->p, bytes) != (ssize_t)bytes || close(file) != 0)
        return nacrei_fail_system(err, NACRE_E_IO, errno, "%s: cannot be written", bench->path);
    return NACRE_OK;
}

static nacre_status minvar_setup(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    qp_bench *bench;
    nacre_status status = make(ctx, DENSE_N, 0, BOX, &bench, err);
    if (status)
        return status;
    // Outer products of one common and many own movements: a sample covariance, as it comes.
    uint64_t seed = 1;
    for (int t = 0; t < DENSE_T; t++) {
        double market = next_uniform(&seed) - 0.5;
        for (size_t i = 0; i < DENSE_N; i++)
            bench->x[i] = (0.5 + (double)(i % 17) / 16.0) * market + next_uniform(&seed) - 0.5;
        for (size_t i = 0; i < DENSE_N; i++)
            for (size_t j = 0; j < DENSE_N; j++)
                bench->p[i * DENSE_N + j] += bench->x[i] * bench->x[j] / DENSE_T;
    }
    bench->tolerance = 1e-9;
    report->kernel = "nacre_qp_solve";
    report->numeric_class = "bounded";
    report->unit_name = "scalar";
    report->n = 1;
    report->unit = "problems/s";
    status = check(ctx, bench, report, err);
    if (!status)
        status = find_peer(bench, report, err);
    if (status)
        qp_teardown(ctx, bench);
    else
        *state = bench;
    return status;
}

static nacre_status minvar_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    qp_bench *bench = state;
    char line[128], *end = line;
    if (!run_script(bench, bench->path, line, sizeof line))
        return nacrei_fail(err, NACRE_E_IO, "qp.minvar.n500: %s failed", bench->script);
    *seconds = strtod(line, &end);
    double objective = strtod(end, NULL);
    if (!(fabs(objective - bench->objective) <= 1e-6 * bench->objective))
        return nacrei_fail(err, NACRE_E_CORRUPT, "cvxopt finds %.10g, we %.10g", objective,
                           bench->objective);
    return NACRE_OK;
}

static nacre_status factor_setup(nacre_ctx *ctx, bool warm, void **state, bench_report *report,
                                 nacre_error *err)
{
    qp_bench *bench;
    nacre_status status = make(ctx, FACTOR_N, FACTOR_K, FACTOR_BOX, &bench, err);
    if (status)
        return status;
    uint64_t seed = 2;
    for (size_t i = 0; i < FACTOR_N; i++) {
        bench->diagonal[i] = 0.01 + 0.05 * next_uniform(&seed);
        bench->q[i] = -0.1 * next_uniform(&seed);
        for (size_t j = 0; j < FACTOR_K; j++)
            bench->factor[i * FACTOR_K + j] =
                (j == 0 ? 0.2 : 0.0) + 0.1 * (next_uniform(&seed) - 0.5);
    }
    bench->tolerance = FACTOR_TOLERANCE;
    report->kernel = "nacre_qp_solve";
    report->numeric_class = "bounded";
    report->unit_name = "scalar";
    report->n = 1;
    report->unit = "problems/s";
    (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                   "no installed solver takes a factor model");
    status = check(ctx, bench, report, err);
    if (!status && warm) {
        memcpy(bench->start_x, bench->x, FACTOR_N * sizeof *bench->x);
        memcpy(bench->start_z, bench->z, FACTOR_N * sizeof *bench->z);
        bench->start_y = bench->y;
        bench->warm = true;
        for (size_t i = 0; i < FACTOR_N; i++)
            bench->q[i] *= 1.0 + 0.02 * (next_uniform(&seed) - 0.5);
        status = check(ctx, bench, report, err);
    }
    if (status)
        qp_teardown(ctx, bench);
    else
        *state = bench;
    return status;
}

static nacre_status cold_setup(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return factor_setup(ctx, false, state, report, err);
}

static nacre_status warm_setup(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return factor_setup(ctx, true, state, report, err);
}

const bench_case bench_qp_minvar = {
    .id = "qp.minvar.n500",
    .summary = "minimum variance, dense covariance of 500, budget and box: >= 20x cvxopt",
    .setup = minvar_setup,
    .run = qp_run,
    .peer = minvar_peer,
    .teardown = qp_teardown,
};

const bench_case bench_qp_factor_cold = {
    .id = "qp.factor.n3000k50.cold",
    .summary = "factor model of 3000 x 50, budget and box, residuals 1e-6: < 5 ms",
    .setup = cold_setup,
    .run = qp_run,
    .teardown = qp_teardown,
};

const bench_case bench_qp_factor_warm = {
    .id = "qp.factor.n3000k50.warm",
    .summary = "the same from the solution for returns that differ by a hundredth: < 1 ms",
    .setup = warm_setup,
    .run = qp_run,
    .teardown = qp_teardown,
};
