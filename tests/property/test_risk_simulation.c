// SPDX-License-Identifier: Apache-2.0
// Laws of the risk engine: Monte Carlo against the closed forms within its own stated errors, sums
// of components, scaling, permutations, and the same bits for any number of threads.
#include "nacre/risk.h"

#include "../unit/core_context.h"
#include "core/pool.h"
#include "engine/risk/risk_order.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { ASSETS = 5, SCENARIOS = 200000 };

static core_memory memory;
static nacre_ctx context;

#define assert_close(got, want, bound)                                                             \
    do {                                                                                           \
        double got_ = (got), want_ = (want);                                                       \
        if (!(fabs(got_ - want_) <= (bound)))                                                      \
            fail_msg("%s:%d: %.17g, expected %.17g", __FILE__, __LINE__, got_, want_);             \
    } while (0)

static const double weights[ASSETS] = {0.3, 0.25, 0.2, 0.15, 0.1};
static double covariance[ASSETS * ASSETS];

static int begin_threads(uint32_t threads)
{
    context = core_test_context(&memory);
    context.threads = threads;
    for (int i = 0; i < ASSETS; i++)
        for (int j = 0; j < ASSETS; j++)
            covariance[i * ASSETS + j] =
                (i == j ? 1 : 0.3) * (0.01 + 0.003 * i) * (0.01 + 0.003 * j);
    return nacrei_pool_create(&context, threads, &context.pool, NULL);
}

static int begin(void **state)
{
    (void)state;
    return begin_threads(1);
}

static int end(void **state)
{
    (void)state;
    nacrei_pool_destroy(context.pool);
    assert_int_equal(atomic_load(&memory.live), 0);
    return 0;
}

static nacre_risk_simulation_options options_of(nacre_risk_distribution distribution, uint64_t seed)
{
    nacre_risk_simulation_options options;
    nacre_risk_simulation_options_init(&options);
    assert_int_equal(options.scenarios, 1000000);
    options.distribution = distribution;
    options.seed = seed;
    options.scenarios = SCENARIOS;
    return options;
}

static nacre_risk_simulation *simulate(nacre_risk_distribution distribution, uint64_t seed)
{
    nacre_risk_simulation_options options = options_of(distribution, seed);
    nacre_risk_simulation *simulation;
    assert_int_equal(nacre_risk_simulation_create(&context, ASSETS, weights, covariance, ASSETS,
                                                  &options, &simulation, NULL),
                     NACRE_OK);
    return simulation;
}

static double deviation_of(void)
{
    double variance = 0;
    for (int i = 0; i < ASSETS; i++)
        for (int j = 0; j < ASSETS; j++)
            variance += weights[i] * weights[j] * covariance[i * ASSETS + j];
    return sqrt(variance);
}

/// Closed form within 4 stated errors for every seed, and not always far inside: the root mean
/// square of the standardised misses must look like that of a standard normal (12 seeds: 0.4
/// to 1.7).
static void check_closed_form(nacre_risk_distribution distribution, double level)
{
    double var, es, misses[2] = {0, 0};
    assert_int_equal(
        nacre_risk_parametric(distribution, 0, deviation_of(), 5, level, &var, &es, NULL),
        NACRE_OK);
    for (uint64_t seed = 1; seed <= 12; seed++) {
        nacre_risk_simulation *simulation = simulate(distribution, seed);
        nacre_risk_tail tail = {0};
        assert_int_equal(nacre_risk_simulation_tail(&context, simulation, level, &tail, NULL),
                         NACRE_OK);
        double a = (tail.var.value - var) / tail.var.standard_error;
        double b = (tail.es.value - es) / tail.es.standard_error;
        if (!(fabs(a) < 4 && fabs(b) < 4))
            fail_msg("seed %d: VaR misses by %.2f errors, ES by %.2f", (int)seed, a, b);
        misses[0] += a * a / 12;
        misses[1] += b * b / 12;
        nacre_risk_simulation_destroy(&context, simulation);
    }
    for (int k = 0; k < 2; k++)
        if (!(sqrt(misses[k]) > 0.4 && sqrt(misses[k]) < 1.7))
            fail_msg("root mean square miss %g errors", sqrt(misses[k]));
}

static void test_normal_closed_form(void **state)
{
    (void)state;
    check_closed_form(NACRE_RISK_NORMAL, 0.99);
}

/// A weighted sum of a multivariate t is a univariate t with the same nu.
static void test_t_closed_form(void **state)
{
    (void)state;
    check_closed_form(NACRE_RISK_STUDENT_T, 0.975);
}

static void test_components_sum(void **state)
{
    (void)state;
    for (int d = 0; d < 2; d++) {
        nacre_risk_simulation *simulation = simulate((nacre_risk_distribution)d, 3);
        double es[ASSETS], var[ASSETS], exact[ASSETS], s, sums[3] = {0, 0, 0};
        nacre_risk_tail tail = {.component_es = es, .component_var = var};
        assert_int_equal(nacre_risk_simulation_tail(&context, simulation, 0.975, &tail, NULL),
                         NACRE_OK);
        assert_int_equal(nacre_risk_components(&context, ASSETS, weights, covariance, ASSETS, 1,
                                               exact, &s, NULL),
                         NACRE_OK);
        for (int i = 0; i < ASSETS; i++) {
            sums[0] += es[i];
            sums[1] += var[i];
            sums[2] += exact[i];
        }
        assert_close(sums[0], tail.es.value, 1e-12 * tail.es.value);
        assert_close(sums[1], tail.var.value, 1e-12 * tail.var.value);
        assert_close(sums[2], s, 1e-12 * s);
        assert_close(s, deviation_of(), 1e-12 * s);
        // Elliptical: each asset's share is the same in every measure, but for sampling: of 5,000
        // tail scenarios an asset's mean is known to about 1.5 %.
        for (int i = 0; i < ASSETS; i++) {
            assert_close(es[i] / tail.es.value, exact[i] / s, 0.02);
            assert_close(var[i] / tail.var.value, exact[i] / s, 0.02);
        }
        assert_true(tail.band > 0 && fabs(tail.band_mean / tail.var.value - 1) < 0.05);
        nacre_risk_simulation_destroy(&context, simulation);
    }
}

/// Scenario returns explain the losses, and have the covariance that was asked for.
static void test_returns(void **state)
{
    (void)state;
    enum { FROM = 100, COUNT = 20000, LD = ASSETS + 1 };
    for (int d = 0; d < 2; d++) {
        nacre_risk_simulation *simulation = simulate((nacre_risk_distribution)d, 4);
        double *out = malloc(COUNT * LD * sizeof *out);
        assert_non_null(out);
        out[ASSETS] = 42;
        assert_int_equal(
            nacre_risk_simulation_returns(&context, simulation, FROM, COUNT, out, LD, NULL),
            NACRE_OK);
        assert_close(out[ASSETS], 42, 0);
        double sum[ASSETS][ASSETS] = {{0}};
        for (size_t t = 0; t < COUNT; t++) {
            double loss = 0;
            for (int i = 0; i < ASSETS; i++) {
                loss -= weights[i] * out[t * LD + (size_t)i];
                for (int j = 0; j < ASSETS; j++)
                    sum[i][j] += out[t * LD + (size_t)i] * out[t * LD + (size_t)j] / COUNT;
            }
            assert_close(loss, simulation->losses[FROM + t], 1e-15);
        }
        for (int i = 0; i < ASSETS; i++)
            for (int j = 0; j < ASSETS; j++) // 7 % is five errors for t with nu = 5
                assert_close(sum[i][j] /
                                 sqrt(covariance[i * ASSETS + i] * covariance[j * ASSETS + j]),
                             i == j ? 1 : 0.3, 0.07);
        nacre_error err;
        assert_int_equal(
            nacre_risk_simulation_returns(&context, simulation, SCENARIOS, 1, out, LD, &err),
            NACRE_E_SHAPE);
        free(out);
        nacre_risk_simulation_destroy(&context, simulation);
    }
}

/// Same bits for 1 and 2 threads; and scenario i is the same however many there are.
static void test_threads_and_prefix(void **state)
{
    (void)state;
    nacre_risk_simulation *one = simulate(NACRE_RISK_STUDENT_T, 5);
    nacre_ctx single = context;
    assert_int_equal(begin_threads(2), 0);
    nacre_risk_simulation *two = simulate(NACRE_RISK_STUDENT_T, 5);
    assert_memory_equal(one->losses, two->losses, SCENARIOS * sizeof *one->losses);
    nacre_risk_simulation_options options = options_of(NACRE_RISK_STUDENT_T, 5);
    options.scenarios = 1001;
    nacre_risk_simulation *few;
    assert_int_equal(nacre_risk_simulation_create(&context, ASSETS, weights, covariance, ASSETS,
                                                  &options, &few, NULL),
                     NACRE_OK);
    assert_memory_equal(one->losses, few->losses, 1001 * sizeof *one->losses);
    nacre_risk_simulation *other = simulate(NACRE_RISK_STUDENT_T, 6);
    assert_memory_not_equal(one->losses, other->losses, SCENARIOS * sizeof *one->losses);
    nacre_risk_simulation_destroy(&context, other);
    nacre_risk_simulation_destroy(&context, few);
    nacre_risk_simulation_destroy(&context, two);
    nacre_risk_simulation_destroy(&context, one);
    nacrei_pool_destroy(single.pool);
}

/// A singular covariance (three assets, two of them the same) goes through its eigenvalues; one
/// that is indefinite is refused.
static void test_singular(void **state)
{
    (void)state;
    const double w[3] = {0.5, 0.25, 0.25};
    double s[9] = {1, 1, 0.5, 1, 1, 0.5, 0.5, 0.5, 1};
    nacre_risk_simulation_options options = options_of(NACRE_RISK_NORMAL, 1);
    nacre_risk_simulation *simulation;
    assert_int_equal(
        nacre_risk_simulation_create(&context, 3, w, s, 3, &options, &simulation, NULL), NACRE_OK);
    double out[300];
    assert_int_equal(nacre_risk_simulation_returns(&context, simulation, 0, 100, out, 3, NULL),
                     NACRE_OK);
    for (int t = 0; t < 100; t++)
        assert_close(out[3 * t], out[3 * t + 1], 1e-7);
    double square = 0; // w'Sw = 1/2 (1) ... = 0.5625 + 0.0625 + 0.1875
    for (size_t i = 0; i < SCENARIOS; i++)
        square += simulation->losses[i] * simulation->losses[i] / SCENARIOS;
    assert_close(square, 0.8125, 0.013); // five errors: 5 sqrt(2 / 200,000) 0.8125
    nacre_risk_simulation_destroy(&context, simulation);
    s[1] = s[3] = 2;
    nacre_error err;
    assert_int_equal(
        nacre_risk_simulation_create(&context, 3, w, s, 3, &options, &simulation, &err),
        NACRE_E_ARG);
    assert_null(simulation);
    s[3] = (double)NAN;
    assert_int_equal(
        nacre_risk_simulation_create(&context, 3, w, s, 3, &options, &simulation, &err),
        NACRE_E_NONFINITE);
    assert_int_equal(
        nacre_risk_simulation_create(&context, 0, w, s, 3, &options, &simulation, &err),
        NACRE_E_SHAPE);
    options.distribution = NACRE_RISK_STUDENT_T;
    options.nu = 2;
    s[1] = s[3] = 1;
    assert_int_equal(
        nacre_risk_simulation_create(&context, 3, w, s, 3, &options, &simulation, &err),
        NACRE_E_ARG);
    nacre_risk_simulation_destroy(&context, NULL);
}

/// Every allocation fails in turn; nothing is left and nothing is given.
static void test_allocations_fail(void **state)
{
    (void)state;
    nacre_risk_simulation_options options = options_of(NACRE_RISK_NORMAL, 1);
    options.scenarios = 1000;
    for (long k = 1;; k++) {
        atomic_store(&memory.fail_at, atomic_load(&memory.requests) + k);
        long live = atomic_load(&memory.live);
        nacre_risk_simulation *simulation;
        nacre_error err;
        nacre_status status = nacre_risk_simulation_create(&context, ASSETS, weights, covariance,
                                                           ASSETS, &options, &simulation, &err);
        double es[ASSETS];
        nacre_risk_tail tail = {.component_es = es};
        if (!status)
            status = nacre_risk_simulation_tail(&context, simulation, 0.9, &tail, &err);
        nacre_risk_simulation_destroy(&context, simulation);
        assert_int_equal(atomic_load(&memory.live), live);
        if (!status)
            break;
        assert_int_equal(status, NACRE_E_NOMEM);
        assert_true(k < 20);
    }
    atomic_store(&memory.fail_at, 0);
}

/// Losses in any order, scaled, shifted: the same ranks. Sorted, reversed, equal: hard for a sort.
static void test_historical_laws(void **state)
{
    (void)state;
    enum { N = 5000 };
    static double losses[N], other[N];
    uint64_t random = 7;
    for (int i = 0; i < N; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        losses[i] = (double)(int64_t)random * 0x1p-63;
    }
    nacre_risk_figure var, es, var2, es2;
    assert_int_equal(nacre_risk_historical(&context, N, losses, 0.99, &var, &es, NULL), NACRE_OK);
    assert_true(var.low < var.value && var.value < var.high && es.value > var.value);
    size_t at_most = 0, below = 0;
    for (int i = 0; i < N; i++) {
        at_most += losses[i] <= var.value;
        below += losses[i] < var.value;
        other[i] = 4 * losses[N - 1 - i];
    }
    assert_true(at_most >= 4950 && below < 4950); // the definition
    assert_int_equal(nacre_risk_historical(&context, N, other, 0.99, &var2, &es2, NULL), NACRE_OK);
    assert_close(var2.value, 4 * var.value, 0);
    assert_close(var2.low, 4 * var.low, 0);
    assert_close(var2.high, 4 * var.high, 0);
    assert_close(es2.value, 4 * es.value, 0);
    assert_close(es2.standard_error, 4 * es.standard_error, 0);
    for (int i = 0; i < N; i++)
        other[i] = i; // sorted: VaR is rank 4950 of 0..4999; ES the mean of the last 50
    for (int turn = 0; turn < 2; turn++) {
        assert_int_equal(nacre_risk_historical(&context, N, other, 0.99, &var, &es, NULL),
                         NACRE_OK);
        assert_close(var.value, 4949, 0);
        assert_close(es.value, 4974.5, 1e-9);
        for (int i = 0; i < N; i++)
            other[i] = N - 1 - i;
    }
    for (int i = 0; i < N; i++)
        other[i] = 0.5;
    assert_int_equal(nacre_risk_historical(&context, N, other, 0.99, &var, &es, NULL), NACRE_OK);
    assert_close(var.value, 0.5, 0);
    assert_close(es.value, 0.5, 1e-15);
    assert_close(es.standard_error, 0, 1e-15);
}

/// Samples so large that only losses above a probed threshold are kept: the definition by sorting,
/// also where the probed places hold the largest losses, or all but a few losses are equal.
static void test_large_samples(void **state)
{
    (void)state;
    enum { N = 100000 };
    static double losses[N], sorted[N], reversed[N];
    for (int kind = 0; kind < 3; kind++) {
        uint64_t random = 11;
        for (int i = 0; i < N; i++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            losses[i] = (double)(int64_t)random * 0x1p-63;
            if (kind == 1 && i % (N / 4096) == 0)
                losses[i] += 100;
            if (kind == 2)
                losses[i] = i % 500 == 7 ? 2 : 1;
            sorted[i] = reversed[N - 1 - i] = losses[i];
        }
        nacrei_sort(sorted, N);
        nacre_risk_figure var, es, var2, es2;
        assert_int_equal(nacre_risk_historical(&context, N, losses, 0.99, &var, &es, NULL),
                         NACRE_OK);
        assert_int_equal(nacre_risk_historical(&context, N, reversed, 0.99, &var2, &es2, NULL),
                         NACRE_OK);
        double sum = 0;
        for (int i = N - 1000; i < N; i++)
            sum += sorted[i];
        assert_close(var.value, sorted[N - 1001], 0);
        assert_close(es.value, sum / 1000, 1e-12);
        assert_memory_equal(&var, &var2, sizeof var);
        assert_memory_equal(&es, &es2, sizeof es);
    }
}

/// Permuting assets permutes components; ties share their weight, so periods may be permuted too.
static void test_permutation(void **state)
{
    (void)state;
    enum { T = 200, N = 3 };
    static double returns[T * N], mixed[T * N];
    for (int t = 0; t < T; t++)
        for (int i = 0; i < N; i++)
            returns[t * N + i] = round(20 * sin(3.7 * t + 1.3 * i + 0.1 * t * i)) / 1000; // ties
    for (int t = 0; t < T; t++)
        for (int i = 0; i < N; i++)
            mixed[((t * 77 + 13) % T) * N + (i + 1) % N] = returns[t * N + i];
    const double w[N] = {0.5, 0.25, 0.25}, wm[N] = {0.25, 0.5, 0.25};
    double es[N], var[N], es2[N], var2[N];
    nacre_risk_tail tail = {.component_es = es, .component_var = var};
    nacre_risk_tail tail2 = {.component_es = es2, .component_var = var2};
    assert_int_equal(nacre_risk_historical_tail(&context, T, N, returns, N, w, 0.95, &tail, NULL),
                     NACRE_OK);
    assert_int_equal(nacre_risk_historical_tail(&context, T, N, mixed, N, wm, 0.95, &tail2, NULL),
                     NACRE_OK);
    assert_close(tail2.var.value, tail.var.value, 1e-16);
    double sums[2] = {0, 0};
    for (int i = 0; i < N; i++) {
        assert_close(es2[(i + 1) % N], es[i], 1e-14);
        assert_close(var2[(i + 1) % N], var[i], 1e-14);
        sums[0] += es[i];
        sums[1] += var[i];
    }
    assert_close(sums[0], tail.es.value, 1e-14);
    assert_close(sums[1], tail.var.value, 1e-14);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_normal_closed_form), TEST(test_t_closed_form),
        TEST(test_components_sum),     TEST(test_returns),
        TEST(test_threads_and_prefix), TEST(test_singular),
        TEST(test_allocations_fail),   TEST(test_historical_laws),
        TEST(test_permutation),        TEST(test_large_samples),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
