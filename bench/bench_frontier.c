// SPDX-License-Identifier: Apache-2.0
// The whole frontier of 89 assets (OR-Library port3, FTSE): corner portfolios by the critical line,
// then 2,000 points with their weights. Checked against the 2,000 published variances before it is
// timed.
#include "bench.h"

#include "core/alloc.h"
#include "nacre/optimize.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { ASSETS = 89, POINTS = 2000 };

/// METHODS section 8.
static const double BOUND_VARIANCE = 5e-10;

typedef struct frontier_bench {
    double mean[ASSETS], lower[ASSETS], upper[ASSETS];
    double covariance[ASSETS * ASSETS];
    double point_mean[POINTS], point_variance[POINTS];
    double variance[POINTS];
    double weights[POINTS * ASSETS];
} frontier_bench;

static nacre_status open_data(const char *name, FILE **out, nacre_error *err)
{
    const char *folder = getenv("NACRE_DATA");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/qp/%s", folder ? folder : "", name);
    *out = folder && *folder ? fopen(path, "re") : NULL;
    if (*out)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_NOTFOUND,
                       "frontier benchmark: no $NACRE_DATA/qp/%s: set NACRE_DATA to the folder of "
                       "reference data",
                       name);
}

static bool read_assets(FILE *file, frontier_bench *bench)
{
    double deviation[ASSETS], correlation;
    size_t n, a, b, pairs = 0;
    bool good = fscanf(file, "%zu", &n) == 1 && n == ASSETS;
    for (size_t i = 0; good && i < ASSETS; i++) {
        good = fscanf(file, "%lf %lf", &bench->mean[i], &deviation[i]) == 2;
        bench->upper[i] = 1.0;
    }
    while (good && fscanf(file, "%zu %zu %lf", &a, &b, &correlation) == 3) {
        good = a >= 1 && a <= ASSETS && b >= 1 && b <= ASSETS;
        if (!good)
            break;
        double value = correlation * deviation[a - 1] * deviation[b - 1];
        bench->covariance[(a - 1) * ASSETS + b - 1] = value;
        bench->covariance[(b - 1) * ASSETS + a - 1] = value;
        pairs++;
    }
    return good && pairs == ASSETS * (ASSETS + 1) / 2;
}

static bool read_points(FILE *file, frontier_bench *bench)
{
    for (size_t k = 0; k < POINTS; k++)
        if (fscanf(file, "%lf %lf", &bench->point_mean[k], &bench->point_variance[k]) != 2)
            return false;
    return true;
}

static nacre_status load(frontier_bench *bench, nacre_error *err)
{
    FILE *file;
    nacre_status status = open_data("orlib_port3.txt", &file, err);
    if (status)
        return status;
    bool good = read_assets(file, bench);
    (void)fclose(file);
    if (good) {
        status = open_data("orlib_portef3.txt", &file, err);
        if (status)
            return status;
        good = read_points(file, bench);
        (void)fclose(file);
    }
    return good
               ? NACRE_OK
               : nacrei_fail(err, NACRE_E_CORRUPT, "frontier benchmark: port3 is not as published");
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    frontier_bench *bench = state;
    nacre_frontier *frontier;
    nacre_status status = nacre_frontier_create(ctx, ASSETS, bench->mean, bench->covariance,
                                                bench->lower, bench->upper, 1.0, &frontier, err);
    if (status)
        return status;
    for (size_t k = 0; !status && k < POINTS; k++)
        status = nacre_frontier_at(frontier, bench->point_mean[k], bench->weights + k * ASSETS,
                                   &bench->variance[k], err);
    nacre_frontier_destroy(ctx, frontier);
    return status;
}

static nacre_status check(nacre_ctx *ctx, frontier_bench *bench, bench_report *report,
                          nacre_error *err)
{
    nacre_status status = run(ctx, bench, err);
    for (size_t k = 0; !status && k < POINTS; k++)
        report->max_error =
            fmax(report->max_error, fabs(bench->variance[k] - bench->point_variance[k]));
    if (!status && !(report->max_error <= BOUND_VARIANCE))
        status = nacrei_fail(err, NACRE_E_CORRUPT, "frontier: %g from the published variances",
                             report->max_error);
    return status;
}

static nacre_status setup(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    frontier_bench *bench;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "frontier benchmark", &bench, err);
    if (status)
        return status;
    *report = (bench_report){
        .kernel = "nacre_frontier_create, nacre_frontier_at",
        .numeric_class = "bounded",
        .unit_name = "scalar",
        .n = POINTS,
        .unit = "points/s",
        .peer_absent = "no critical line program among Debian's packages",
        .error_bound = BOUND_VARIANCE,
    };
    status = load(bench, err);
    if (!status)
        status = check(ctx, bench, report, err);
    if (status) {
        nacrei_free(ctx, bench, 1, sizeof *bench);
        return status;
    }
    *state = bench;
    return NACRE_OK;
}

static void teardown(nacre_ctx *ctx, void *state)
{
    nacrei_free(ctx, state, 1, sizeof(frontier_bench));
}

const bench_case bench_frontier_port3 = {
    .id = "frontier.port3.2000",
    .summary = "2,000 points of the frontier of 89 assets with weights: < 50 ms on one core",
    .setup = setup,
    .run = run,
    .teardown = teardown,
};
