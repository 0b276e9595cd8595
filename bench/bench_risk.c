// SPDX-License-Identifier: Apache-2.0
// mcvar.*: Monte Carlo VaR, ES and component ES under a multivariate t on one thread. risk.hist:
// the same figures from a panel. Simulations are checked against the closed forms, within five of
// their own standard errors, before anything is timed. `mcvar.20kx500.returns` makes every asset's
// return by gemm; its ceiling is that product alone. The peer is NumPy in its own process, which
// times itself.
#include "bench.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "kern/linalg/linalg.h"
#include "nacre/risk.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    SMALL_SCENARIOS = 1000000,
    SMALL_ASSETS = 5,
    BIG_SCENARIOS = 100000,
    BIG_ASSETS = 500,
    MATRIX_SCENARIOS = 20000, ///< so that seven pairs fit into the time of a case
    BLOCK = 2048,             ///< rows of the full matrix that are made together
    PERIODS = 2520,
    PANEL_ASSETS = 439,
};
#define LEVEL 0.99
#define NU 5.0
#define ERRORS 5.0

typedef struct risk_bench {
    size_t assets, rows;
    double *weights, *covariance, *components, *losses;
    double *returns; ///< a block of the full matrix, or the panel
    nacre_risk_tail tail;
    char kind[8], script[512];
    bench_peer peer;
} risk_bench;

static size_t returns_cells(const risk_bench *bench)
{
    if (strcmp(bench->kind, "mc") == 0)
        return 0;
    return (strcmp(bench->kind, "hist") == 0 ? bench->rows : BLOCK) * bench->assets;
}

static void teardown(nacre_ctx *ctx, void *state)
{
    risk_bench *bench = state;
    if (!bench)
        return;
    size_t n = bench->assets;
    bench_peer_stop(&bench->peer);
    nacrei_free(ctx, bench->weights, n, sizeof(double));
    nacrei_free(ctx, bench->components, n, sizeof(double));
    nacrei_free(ctx, bench->covariance, n * n, sizeof(double));
    nacrei_free(ctx, bench->losses, bench->rows, sizeof(double));
    nacrei_free(ctx, bench->returns, returns_cells(bench), sizeof(double));
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

static nacre_status allocate(nacre_ctx *ctx, risk_bench *bench, nacre_error *err)
{
    size_t n = bench->assets, size = sizeof(double);
    nacre_status status = nacrei_alloc(ctx, n, size, "weights", &bench->weights, err);
    if (!status)
        status = nacrei_alloc(ctx, n, size, "components", &bench->components, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, size, "covariance", &bench->covariance, err);
    if (!status)
        status = nacrei_alloc(ctx, bench->rows, size, "losses", &bench->losses, err);
    if (!status)
        status = nacrei_alloc(ctx, returns_cells(bench), size, "returns", &bench->returns, err);
    return status;
}

static void fill(risk_bench *bench)
{
    size_t n = bench->assets;
    for (size_t i = 0; i < n; i++) {
        bench->weights[i] = 1 / (double)n;
        for (size_t j = 0; j < n; j++)
            bench->covariance[i * n + j] = (i == j ? 1 : 0.3) *
                                           (0.01 + 0.03 * (double)i / (double)n) *
                                           (0.01 + 0.03 * (double)j / (double)n);
    }
    bench->tail = (nacre_risk_tail){.component_es = bench->components};
}

static nacre_status simulate(nacre_ctx *ctx, const risk_bench *bench, nacre_risk_simulation **out,
                             nacre_error *err)
{
    nacre_risk_simulation_options options;
    nacre_risk_simulation_options_init(&options);
    options.scenarios = bench->rows;
    options.nu = NU;
    return nacre_risk_simulation_create(ctx, bench->assets, bench->weights, bench->covariance,
                                        bench->assets, &options, out, err);
}

static nacre_status run_simulation(nacre_ctx *ctx, void *state, nacre_error *err)
{
    risk_bench *bench = state;
    nacre_risk_simulation *simulation;
    nacre_status status = simulate(ctx, bench, &simulation, err);
    if (status)
        return status;
    status = nacre_risk_simulation_tail(ctx, simulation, LEVEL, &bench->tail, err);
    nacre_risk_simulation_destroy(ctx, simulation);
    return status;
}

/// Every asset's return in every scenario, and the losses from them.
static nacre_status run_matrix(nacre_ctx *ctx, void *state, nacre_error *err)
{
    risk_bench *bench = state;
    nacre_risk_simulation *simulation;
    nacre_status status = simulate(ctx, bench, &simulation, err);
    if (status)
        return status;
    size_t n = bench->assets;
    for (size_t at = 0; !status && at < bench->rows; at += BLOCK) {
        size_t count = bench->rows - at < BLOCK ? bench->rows - at : BLOCK;
        status = nacre_risk_simulation_returns(ctx, simulation, at, count, bench->returns, n, err);
        if (!status)
            nacrei_gemv(false, count, n, -1, bench->returns, n, bench->weights, 0,
                        bench->losses + at);
    }
    if (!status)
        status = nacre_risk_historical(ctx, bench->rows, bench->losses, LEVEL, &bench->tail.var,
                                       &bench->tail.es, err);
    nacre_risk_simulation_destroy(ctx, simulation);
    return status;
}

static nacre_status run_history(nacre_ctx *ctx, void *state, nacre_error *err)
{
    risk_bench *bench = state;
    return nacre_risk_historical_tail(ctx, bench->rows, bench->assets, bench->returns,
                                      bench->assets, bench->weights, LEVEL, &bench->tail, err);
}

static void start_peer(risk_bench *bench, bench_report *report)
{
    char command[640];
    if (!bench_find_peer("risk_numpy.py", bench->script, sizeof bench->script)) {
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "risk_numpy.py is neither installed nor in a source tree above");
        return;
    }
    (void)snprintf(command, sizeof command, "exec /usr/bin/python3 '%s' %s %zu %zu 2>/dev/null",
                   bench->script, bench->kind, bench->rows, bench->assets);
    if (bench_peer_start(&bench->peer, command, report->peer_version, sizeof report->peer_version))
        report->peer = "NumPy";
    else
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "/usr/bin/python3 has no numpy: apt install python3-numpy");
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    const risk_bench *bench = state;
    char line[160];
    if (!bench_peer_ask(&bench->peer, line, sizeof line))
        return nacrei_fail(err, NACRE_E_IO, "%s failed", bench->script);
    *seconds = strtod(line, NULL);
    return NACRE_OK;
}

/// VaR and ES against the closed form, in their own standard errors.
static nacre_status check_simulation(const risk_bench *bench, bench_report *report,
                                     nacre_error *err)
{
    double variance = 0, var, es;
    size_t n = bench->assets;
    for (size_t i = 0; i < n; i++)
        for (size_t j = 0; j < n; j++)
            variance += bench->weights[i] * bench->weights[j] * bench->covariance[i * n + j];
    nacre_status status =
        nacre_risk_parametric(NACRE_RISK_STUDENT_T, 0, sqrt(variance), NU, LEVEL, &var, &es, err);
    if (status)
        return status;
    const nacre_risk_tail *tail = &bench->tail;
    double a = fabs(tail->var.value - var) / tail->var.standard_error;
    double b = fabs(tail->es.value - es) / tail->es.standard_error;
    report->max_error = a > b ? a : b;
    report->error_bound = ERRORS;
    if (!(report->max_error <= ERRORS))
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "VaR %g, ES %g miss the closed form %g, %g by %g standard errors",
                           tail->var.value, tail->es.value, var, es, report->max_error);
    return NACRE_OK;
}

static nacre_status prepare(nacre_ctx *ctx, const char *kind, size_t rows, size_t assets,
                            void **state, bench_report *report, nacre_error *err)
{
    risk_bench *bench;
    *state = NULL;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "benchmark", &bench, err);
    if (status)
        return status;
    bench->assets = assets;
    bench->rows = rows;
    (void)snprintf(bench->kind, sizeof bench->kind, "%s", kind);
    status = allocate(ctx, bench, err);
    if (status) {
        teardown(ctx, bench);
        return status;
    }
    fill(bench);
    report->numeric_class = "bounded";
    report->unit_name = "scalar";
    report->n = rows;
    report->unit = "scenarios/s";
    report->batch = 1;
    start_peer(bench, report);
    *state = bench;
    return NACRE_OK;
}

static nacre_status checked(nacre_ctx *ctx, void **state, bench_report *report, nacre_status status,
                            nacre_error *err)
{
    if (!status)
        status = check_simulation(*state, report, err);
    if (status) {
        teardown(ctx, *state);
        *state = NULL;
    }
    return status;
}

/// Scenarios a second of the product z R' alone: the best of three passes.
static nacre_status gemm_ceiling(nacre_ctx *ctx, const risk_bench *bench, double *rate,
                                 nacre_error *err)
{
    size_t n = bench->assets, rows = BLOCK / 2;
    double *z;
    nacre_status status = nacrei_alloc(ctx, 2 * rows, n * sizeof *z, "ceiling", &z, err);
    for (int pass = 0; !status && pass < 3; pass++) {
        int64_t begin = nacrei_monotonic_ns();
        // Any square matrix of the size does: the covariance stands for the root.
        nacrei_gemm(false, true, rows, n, n, 1, z + rows * n, n, bench->covariance, n, 0, z, n);
        double seconds = (double)(nacrei_monotonic_ns() - begin) * 1e-9;
        *rate = fmax(*rate, (double)rows / seconds);
    }
    nacrei_free(ctx, z, 2 * rows, n * sizeof *z);
    return status;
}

/// Ends a set-up whose ceiling is the product.
static nacre_status under_ceiling(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_status status, nacre_error *err)
{
    report->ceiling_name = "the matrix product z R' alone, one core";
    if (!status)
        status = gemm_ceiling(ctx, *state, &report->ceiling, err);
    if (status) {
        teardown(ctx, *state);
        *state = NULL;
    }
    return status;
}

static nacre_status setup_small(nacre_ctx *ctx, void **state, bench_report *report,
                                nacre_error *err)
{
    nacre_status status = prepare(ctx, "mc", SMALL_SCENARIOS, SMALL_ASSETS, state, report, err);
    report->kernel = "nacre_risk_simulation_create + _tail";
    if (!status)
        status = run_simulation(ctx, *state, err);
    return checked(ctx, state, report, status, err);
}

static nacre_status setup_big(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    nacre_status status = prepare(ctx, "mc", BIG_SCENARIOS, BIG_ASSETS, state, report, err);
    report->kernel = "nacre_risk_simulation_create + _tail";
    if (!status)
        status = run_simulation(ctx, *state, err);
    status = checked(ctx, state, report, status, err);
    return under_ceiling(ctx, state, report, status, err);
}

static nacre_status setup_matrix(nacre_ctx *ctx, void **state, bench_report *report,
                                 nacre_error *err)
{
    nacre_status status = prepare(ctx, "matrix", MATRIX_SCENARIOS, BIG_ASSETS, state, report, err);
    report->kernel = "nacre_risk_simulation_returns + nacrei_gemm";
    if (!status)
        status = run_matrix(ctx, *state, err);
    status = checked(ctx, state, report, status, err);
    return under_ceiling(ctx, state, report, status, err);
}

/// Pseudo-random returns; component ES must add up to ES, and VaR be a loss of the right rank.
static nacre_status setup_history(nacre_ctx *ctx, void **state, bench_report *report,
                                  nacre_error *err)
{
    nacre_status status = prepare(ctx, "hist", PERIODS, PANEL_ASSETS, state, report, err);
    if (status)
        return status;
    report->kernel = "nacre_risk_historical_tail";
    report->unit = "periods/s";
    risk_bench *bench = *state;
    uint64_t random = 1;
    for (size_t i = 0; i < returns_cells(bench); i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        bench->returns[i] = (double)(int64_t)random * 0x1p-68;
    }
    status = run_history(ctx, bench, err);
    double sum = 0;
    size_t beyond = 0, n = bench->assets;
    for (size_t i = 0; i < n; i++)
        sum += bench->components[i];
    for (size_t t = 0; t < bench->rows; t++) {
        double loss = 0;
        for (size_t i = 0; i < n; i++)
            loss -= bench->weights[i] * bench->returns[t * n + i];
        beyond += loss > bench->tail.var.value * (1 + 1e-12);
    }
    report->max_error = fabs(sum / bench->tail.es.value - 1);
    report->error_bound = 1e-12;
    if (!status && (beyond != 25 || !(report->max_error <= report->error_bound)))
        status = nacrei_fail(err, NACRE_E_CORRUPT, "%zu losses beyond VaR, components off by %g",
                             beyond, report->max_error);
    if (status) {
        teardown(ctx, bench);
        *state = NULL;
    }
    return status;
}

const bench_case bench_mcvar_small = {
    .id = "mcvar.1Mx5",
    .summary = "Monte Carlo t VaR, ES and component ES: >= 8 M scenarios/s on one core",
    .setup = setup_small,
    .run = run_simulation,
    .peer = run_peer,
    .teardown = teardown,
};

const bench_case bench_mcvar_big = {
    .id = "mcvar.100kx500",
    .summary = "the same with 500 assets, which needs no matrix product: ratio to one",
    .setup = setup_big,
    .run = run_simulation,
    .peer = run_peer,
    .teardown = teardown,
};

const bench_case bench_mcvar_matrix = {
    .id = "mcvar.20kx500.returns",
    .summary = "every asset's return in every scenario, by gemm: fraction of its ceiling",
    .setup = setup_matrix,
    .run = run_matrix,
    .peer = run_peer,
    .teardown = teardown,
};

const bench_case bench_risk_history = {
    .id = "risk.hist.2520x439",
    .summary = "historical VaR, ES and component ES of a panel",
    .setup = setup_history,
    .run = run_history,
    .peer = run_peer,
    .teardown = teardown,
};
