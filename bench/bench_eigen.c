// SPDX-License-Identifier: Apache-2.0
// eig.top20: the 20 largest eigenpairs of the covariance of a panel of 2,520 days with 20 factors,
// as a factor model wants them, against LAPACK's full eigensolver in the same process. Before
// anything is timed the values must be those of the full solver, and the residuals, computed here
// with a product of their own, within the bound.
#include "bench.h"

#include "core/alloc.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { DAYS = 2520, FACTORS = 20 };

/// Of values and residuals, relative to the largest value.
#define ERROR_BOUND 1e-12

typedef struct eigen_bench {
    size_t n;
    double *c;      ///< n x n
    double *copy;   ///< n x n, spoilt by the full solver
    double *all;    ///< n
    double *values; ///< FACTORS
    double *vectors;
    double *products; ///< FACTORS x n
} eigen_bench;

static double next_uniform(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (double)(*state >> 40) * 0x1p-24 - 0.5;
}

/// Twenty factors of falling strength, loadings of either sign, and noise of a share's own.
static nacre_status fill_covariance(nacre_ctx *ctx, const eigen_bench *b, nacre_error *err)
{
    size_t n = b->n;
    uint64_t seed = 5;
    double *x, *load = b->copy, factor[FACTORS]; // the copy is not in use yet
    nacre_status status = nacrei_alloc(ctx, DAYS * n, sizeof *x, "observations", &x, err);
    if (status)
        return status;
    for (size_t i = 0; i < FACTORS * n; i++)
        load[i] = next_uniform(&seed) / (1.0 + 0.2 * (double)(i / n));
    for (size_t t = 0; t < DAYS; t++) {
        for (size_t q = 0; q < FACTORS; q++)
            factor[q] = next_uniform(&seed);
        for (size_t i = 0; i < n; i++)
            x[t * n + i] = next_uniform(&seed);
        for (size_t q = 0; q < FACTORS; q++)
            for (size_t i = 0; i < n; i++)
                x[t * n + i] += factor[q] * load[q * n + i];
    }
    nacrei_syrk(true, n, DAYS, 1.0 / DAYS, x, n, 0.0, b->c, n); // the means are zero by design
    nacrei_free(ctx, x, DAYS * n, sizeof *x);
    return NACRE_OK;
}

static void teardown(nacre_ctx *ctx, void *state)
{
    eigen_bench *b = state;
    nacrei_free(ctx, b->c, b->n * b->n, sizeof *b->c);
    nacrei_free(ctx, b->copy, b->n * b->n, sizeof *b->c);
    nacrei_free(ctx, b->all, b->n, sizeof *b->c);
    nacrei_free(ctx, b->values, FACTORS, sizeof *b->c);
    nacrei_free(ctx, b->vectors, FACTORS * b->n, sizeof *b->c);
    nacrei_free(ctx, b->products, FACTORS * b->n, sizeof *b->c);
    nacrei_free(ctx, b, 1, sizeof *b);
}

static nacre_status run_and_report(nacre_ctx *ctx, const eigen_bench *b, nacre_error *err)
{
    nacrei_eigen_top_info info;
    nacre_status status = nacrei_eigen_top(ctx, b->n, b->c, b->n, FACTORS, NULL, ERROR_BOUND,
                                           b->values, b->vectors, &info, err);
    if (!status && info.full)
        status = nacrei_fail(err, NACRE_E_CORRUPT, "eig.top20: the full solver had to answer");
    return status;
}

static nacre_status run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    return run_and_report(ctx, state, err);
}

static nacre_status run_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)seconds; // the harness's clock counts
    const eigen_bench *b = state;
    memcpy(b->copy, b->c, b->n * b->n * sizeof *b->c);
    return nacrei_eigen_symmetric(ctx, b->n, b->copy, b->n, b->all, err);
}

static nacre_status check(nacre_ctx *ctx, eigen_bench *b, bench_report *report, nacre_error *err)
{
    size_t n = b->n;
    double ignored = -1.0;
    nacre_status status = run_and_report(ctx, b, err);
    if (!status)
        status = run_peer(ctx, b, &ignored, err);
    if (status)
        return status;
    nacrei_gemm(false, false, FACTORS, n, n, 1.0, b->vectors, n, b->c, n, 0.0, b->products, n);
    for (size_t i = 0; i < FACTORS; i++) {
        double squares = 0.0, top = b->all[n - 1], gap = fabs(b->values[i] - b->all[n - 1 - i]);
        for (size_t j = 0; j < n; j++) {
            double rest = b->products[i * n + j] - b->values[i] * b->vectors[i * n + j];
            squares += rest * rest;
        }
        report->max_error = fmax(report->max_error, fmax(gap, sqrt(squares)) / top);
    }
    if (!(report->max_error <= ERROR_BOUND))
        status = nacrei_fail(err, NACRE_E_CORRUPT, "eig.top20: error %.3g of the largest value",
                             report->max_error);
    return status;
}

static nacre_status setup(nacre_ctx *ctx, size_t n, void **state, bench_report *report,
                          nacre_error *err)
{
    eigen_bench *b;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *b, "eigenvalue benchmark", &b, err);
    if (status)
        return status;
    b->n = n;
    status = nacrei_alloc(ctx, n * n, sizeof *b->c, "covariance", &b->c, err);
    if (!status)
        status = nacrei_alloc(ctx, n * n, sizeof *b->c, "copy", &b->copy, err);
    if (!status)
        status = nacrei_alloc(ctx, n, sizeof *b->c, "eigenvalues", &b->all, err);
    if (!status)
        status = nacrei_alloc(ctx, FACTORS, sizeof *b->c, "eigenvalues", &b->values, err);
    if (!status)
        status = nacrei_alloc(ctx, FACTORS * n, sizeof *b->c, "eigenvectors", &b->vectors, err);
    if (!status)
        status = nacrei_alloc(ctx, FACTORS * n, sizeof *b->c, "products", &b->products, err);
    *report = (bench_report){
        .kernel = "nacrei_eigen_top",
        .numeric_class = "bounded",
        .unit_name = "vector",
        .n = FACTORS,
        .unit = "eigenpairs/s",
        .peer = "LAPACK dsyevd, all pairs",
        .error_bound = ERROR_BOUND,
    };
    if (!status)
        status = fill_covariance(ctx, b, err);
    if (!status)
        status = check(ctx, b, report, err);
    if (status) {
        teardown(ctx, b);
        return status;
    }
    nacrei_blas_describe(report->peer_version, sizeof report->peer_version);
    *state = b;
    return NACRE_OK;
}

static nacre_status setup_2000(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err)
{
    return setup(ctx, 2000, state, report, err);
}

const bench_case bench_eigen_top_2000 = {
    .id = "eig.top20.n2000",
    .summary = "20 largest eigenpairs of a covariance of 2000: ratio to LAPACK's full eigensolver",
    .setup = setup_2000,
    .run = run,
    .peer = run_peer,
    .teardown = teardown,
};
