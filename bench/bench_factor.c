// SPDX-License-Identifier: Apache-2.0
// cov.lw.2520x500 and cov.lwcc.2520x500: ten years of daily returns of 500 assets to a shrunk
// covariance, on one thread. The first has scikit-learn's estimator and divisor, the second the
// constant correlation that is our default, with a NumPy program in the authors' own formulas as
// peer. Both are compared with a plain triple loop before anything is timed, and with the peer's
// answer.
#include "bench.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "kern/linalg/linalg.h"
#include "nacre/factor.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PERIODS = 2520, ASSETS = 500, PATH_BYTES = 512 };

/// Rounding of sums over the periods, relative to the mean variance.
#define ERROR_BOUND 1e-12
/// Rounding of two programs' sums over the whole matrix.
#define PEER_TOLERANCE 1e-9

typedef struct factor_bench {
    nacre_covariance_options options;
    bench_peer peer;
    double weight;
    char script[PATH_BYTES], matrix[64];
    double *returns;    ///< PERIODS x ASSETS
    double *covariance; ///< ASSETS x ASSETS
    double *reference;
} factor_bench;

static double next_uniform(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53 - 0.5;
}

/// A market, ten sectors and noise, the volatilities between 1 and 3 % a day.
static void fill_returns(double *returns)
{
    uint64_t state = 3;
    for (size_t t = 0; t < PERIODS; t++) {
        double market = next_uniform(&state), sector[10];
        for (size_t k = 0; k < 10; k++)
            sector[k] = next_uniform(&state);
        for (size_t i = 0; i < ASSETS; i++)
            returns[t * ASSETS + i] = (0.03 + 0.0001 * (double)i) *
                                      (market + 0.5 * sector[i % 10] + next_uniform(&state));
    }
}

typedef struct pair_sums {
    double product, squares, cube_i, cube_j; ///< sums of ab, a^2 b^2, a^3 b, a b^3
} pair_sums;

static pair_sums sum_pair(const double *columns, size_t i, size_t j)
{
    pair_sums s = {0};
    for (size_t t = 0; t < PERIODS; t++) {
        double a = columns[i * PERIODS + t], b = columns[j * PERIODS + t], ab = a * b;
        s.product += ab;
        s.squares += ab * ab;
        s.cube_i += a * a * ab;
        s.cube_j += b * b * ab;
    }
    return s;
}

/// Columns less their means, one after the other.
static void center(const double *returns, double *columns)
{
    for (size_t i = 0; i < ASSETS; i++) {
        double mean = 0.0;
        for (size_t t = 0; t < PERIODS; t++)
            mean += returns[t * ASSETS + i] / PERIODS;
        for (size_t t = 0; t < PERIODS; t++)
            columns[i * PERIODS + t] = returns[t * ASSETS + i] - mean;
    }
}

/// Sample covariance and mean correlation.
static double fill_sample(const double *columns, double n, double *out)
{
    double sum = 0.0;
    for (size_t i = 0; i < ASSETS; i++)
        for (size_t j = 0; j <= i; j++)
            out[i * ASSETS + j] = out[j * ASSETS + i] = sum_pair(columns, i, j).product / n;
    for (size_t i = 0; i < ASSETS; i++)
        for (size_t j = 0; j < i; j++)
            sum += out[i * ASSETS + j] / sqrt(out[i * ASSETS + i] * out[j * ASSETS + j]);
    return sum / (ASSETS * (ASSETS - 1) / 2);
}

/// The papers' sums term by term; gives the weight, with the estimate in `out`.
static double plain_shrinkage(const double *columns, bool identity, double n, double *out)
{
    double correlation = fill_sample(columns, n, out), mean = 0.0;
    double pi = 0.0, rho = 0.0, gamma = 0.0;
    for (size_t i = 0; i < ASSETS; i++)
        mean += out[i * ASSETS + i] / ASSETS;
#define TARGET(i, j)                                                                               \
    (identity     ? ((i) == (j) ? mean : 0.0)                                                      \
     : (i) == (j) ? out[(i)*ASSETS + (i)]                                                          \
                  : correlation * sqrt(out[(i)*ASSETS + (i)]) * sqrt(out[(j)*ASSETS + (j)]))
    for (size_t i = 0; i < ASSETS; i++) {
        for (size_t j = 0; j <= i; j++) {
            pair_sums s = sum_pair(columns, i, j);
            double value = out[i * ASSETS + j], vi = out[i * ASSETS + i], vj = out[j * ASSETS + j];
            double times = i == j ? 1.0 : 2.0, gap = value - TARGET(i, j);
            double here = s.squares / n - value * value;
            pi += times * here;
            gamma += times * gap * gap;
            if (!identity && i == j)
                rho += here;
            else if (!identity)
                rho += correlation * (sqrt(vj / vi) * (s.cube_i / n - vi * value) +
                                      sqrt(vi / vj) * (s.cube_j / n - vj * value));
        }
    }
    double weight = fmin(1.0, fmax(0.0, (pi - rho) / gamma / n));
    for (size_t i = 0; i < ASSETS; i++)
        for (size_t j = 0; j < i; j++)
            out[i * ASSETS + j] = out[j * ASSETS + i] =
                weight * TARGET(i, j) + (1.0 - weight) * out[i * ASSETS + j];
    for (size_t i = 0; i < ASSETS && identity; i++)
        out[i * ASSETS + i] = weight * mean + (1.0 - weight) * out[i * ASSETS + i];
#undef TARGET
    return weight;
}

static nacre_status factor_run(nacre_ctx *ctx, void *state, nacre_error *err)
{
    factor_bench *bench = state;
    nacre_covariance_info info;
    nacre_status status = nacre_covariance(ctx, PERIODS, ASSETS, bench->returns, ASSETS,
                                           &bench->options, bench->covariance, &info, err);
    bench->weight = info.shrinkage;
    return status;
}

static nacre_status check(nacre_ctx *ctx, factor_bench *bench, bench_report *report,
                          nacre_error *err)
{
    double *columns;
    size_t cells = (size_t)PERIODS * ASSETS;
    nacre_status status = nacrei_alloc(ctx, cells, sizeof *columns, "columns", &columns, err);
    if (status)
        return status;
    center(bench->returns, columns);
    bool identity = bench->options.method == NACRE_COV_LW_IDENTITY;
    double n = bench->options.divisor_n ? PERIODS : PERIODS - 1.0, scale = 0.0;
    double weight = plain_shrinkage(columns, identity, n, bench->reference);
    nacrei_free(ctx, columns, cells, sizeof *columns);
    for (size_t i = 0; i < ASSETS; i++)
        scale += bench->reference[i * ASSETS + i] / ASSETS;
    report->max_error = fabs(weight - bench->weight);
    for (size_t i = 0; i < (size_t)ASSETS * ASSETS; i++)
        report->max_error =
            fmax(report->max_error, fabs(bench->covariance[i] - bench->reference[i]) / scale);
    if (!(report->max_error <= ERROR_BOUND))
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "nacre_covariance is off the plain loop by %g of the mean variance",
                           report->max_error);
    return NACRE_OK;
}

static nacre_status factor_peer(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err)
{
    (void)ctx;
    factor_bench *bench = state;
    char line[160];
    double weight = 0.0, sum = 0.0, squares = 0.0;
    if (!bench_peer_ask(&bench->peer, line, sizeof line) ||
        sscanf(line, "%lf %lf %lf %lf", seconds, &weight, &sum, &squares) != 4)
        return nacrei_fail(err, NACRE_E_IO, "cov.lw: %s failed", bench->script);
    for (size_t i = 0; i < (size_t)ASSETS * ASSETS; i++) {
        sum -= bench->reference[i];
        squares -= bench->reference[i] * bench->reference[i];
    }
    if (!(fabs(weight - bench->weight) <= PEER_TOLERANCE && fabs(sum) <= PEER_TOLERANCE &&
          fabs(squares) <= PEER_TOLERANCE))
        return nacrei_fail(err, NACRE_E_CORRUPT, "cov.lw: the peer has another answer: %s", line);
    return NACRE_OK;
}

/// Starts the peer's script on one thread, as ours runs.
static void start_peer(factor_bench *bench, const char *word, bench_report *report)
{
    char command[PATH_BYTES * 2];
    bool scikit = strcmp(word, "sklearn") == 0;
    if (!bench_find_peer("covariance_numpy.py", bench->script, sizeof bench->script)) {
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "covariance_numpy.py is neither installed nor in a source tree above");
        return;
    }
    (void)snprintf(command, sizeof command,
                   "OPENBLAS_NUM_THREADS=1 OMP_NUM_THREADS=1 exec /usr/bin/python3 '%s' %s '%s' "
                   "%d %d 2>/dev/null",
                   bench->script, word, bench->matrix, PERIODS, ASSETS);
    if (bench_peer_start(&bench->peer, command, report->peer_version, sizeof report->peer_version))
        report->peer = scikit ? "sklearn.covariance.ledoit_wolf" : "NumPy, the authors' formulas";
    else
        (void)snprintf(report->peer_absent, sizeof report->peer_absent,
                       "/usr/bin/python3 has no %s: apt install python3-%s", word, word);
}

static nacre_status write_matrix(factor_bench *bench, nacre_error *err)
{
    (void)snprintf(bench->matrix, sizeof bench->matrix, "/tmp/nacre_returnsXXXXXX");
    int file = mkstemp(bench->matrix);
    size_t bytes = (size_t)PERIODS * ASSETS * sizeof *bench->returns;
    bool good = file >= 0;
    for (size_t done = 0; good && done < bytes;) {
        ssize_t n = write(file, (const char *)bench->returns + done, bytes - done);
        good = n > 0;
        done += good ? (size_t)n : 0;
    }
    int code = errno;
    good &= file < 0 || close(file) == 0;
    return good ? NACRE_OK
                : nacrei_fail_system(err, NACRE_E_IO, code, "%s: cannot be written", bench->matrix);
}

static void factor_teardown(nacre_ctx *ctx, void *state)
{
    factor_bench *bench = state;
    if (!bench)
        return;
    bench_peer_stop(&bench->peer);
    if (bench->matrix[0])
        (void)unlink(bench->matrix);
    nacrei_free(ctx, bench->returns, (size_t)PERIODS * ASSETS, sizeof(double));
    nacrei_free(ctx, bench->covariance, (size_t)ASSETS * ASSETS, sizeof(double));
    nacrei_free(ctx, bench->reference, (size_t)ASSETS * ASSETS, sizeof(double));
    nacrei_free(ctx, bench, 1, sizeof *bench);
}

/// Matrices a second if the lower half of Y'Y were all, at the speed of the full product by gemm:
/// the best of five passes.
static nacre_status gemm_ceiling(nacre_ctx *ctx, const factor_bench *bench, double *rate,
                                 nacre_error *err)
{
    double *product;
    size_t cells = (size_t)ASSETS * ASSETS;
    nacre_status status = nacrei_alloc(ctx, cells, sizeof *product, "ceiling", &product, err);
    for (int pass = 0; !status && pass < 5; pass++) {
        int64_t begin = nacrei_monotonic_ns();
        nacrei_gemm(true, false, ASSETS, ASSETS, PERIODS, 1.0, bench->returns, ASSETS,
                    bench->returns, ASSETS, 0.0, product, ASSETS);
        *rate = fmax(*rate, 2e9 / (double)(nacrei_monotonic_ns() - begin));
    }
    nacrei_free(ctx, product, cells, sizeof *product);
    return status;
}

static nacre_status setup(nacre_ctx *ctx, nacre_covariance_method method, void **state,
                          bench_report *report, nacre_error *err)
{
    factor_bench *bench;
    size_t square = (size_t)ASSETS * ASSETS;
    *state = NULL;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *bench, "benchmark", &bench, err);
    if (status)
        return status;
    bool identity = method == NACRE_COV_LW_IDENTITY;
    nacre_covariance_options_init(&bench->options);
    bench->options.method = method;
    bench->options.divisor_n = identity;
    status = nacrei_alloc(ctx, (size_t)PERIODS * ASSETS, sizeof(double), "returns", &bench->returns,
                          err);
    if (!status)
        status = nacrei_alloc(ctx, square, sizeof(double), "matrix", &bench->covariance, err);
    if (!status)
        status = nacrei_alloc(ctx, square, sizeof(double), "matrix", &bench->reference, err);
    if (!status) {
        fill_returns(bench->returns);
        status = write_matrix(bench, err);
    }
    if (!status)
        status = factor_run(ctx, bench, err);
    if (!status)
        status = check(ctx, bench, report, err);
    if (!status)
        status = gemm_ceiling(ctx, bench, &report->ceiling, err);
    if (status) {
        factor_teardown(ctx, bench);
        return status;
    }
    report->kernel = "nacre_covariance";
    report->numeric_class = "bounded";
    report->unit_name = "vector";
    report->ceiling_name = "half of the product Y'Y by gemm, one core";
    report->n = 1;
    report->unit = "matrices/s";
    report->error_bound = ERROR_BOUND;
    start_peer(bench, identity ? "sklearn" : "numpy", report);
    *state = bench;
    return NACRE_OK;
}

static nacre_status setup_identity(nacre_ctx *ctx, void **state, bench_report *report,
                                   nacre_error *err)
{
    return setup(ctx, NACRE_COV_LW_IDENTITY, state, report, err);
}

static nacre_status setup_constant(nacre_ctx *ctx, void **state, bench_report *report,
                                   nacre_error *err)
{
    return setup(ctx, NACRE_COV_LW_CONSTANT_CORRELATION, state, report, err);
}

const bench_case bench_cov_lw = {
    .id = "cov.lw.2520x500",
    .summary = "Ledoit-Wolf shrinkage to the identity, divisor T: >= 3x scikit-learn on one core",
    .setup = setup_identity,
    .run = factor_run,
    .peer = factor_peer,
    .teardown = factor_teardown,
};

const bench_case bench_cov_lwcc = {
    .id = "cov.lwcc.2520x500",
    .summary = "Ledoit-Wolf shrinkage to constant correlation: ratio to NumPy on one core",
    .setup = setup_constant,
    .run = factor_run,
    .peer = factor_peer,
    .teardown = factor_teardown,
};
