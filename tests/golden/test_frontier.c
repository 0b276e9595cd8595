// SPDX-License-Identifier: Apache-2.0
// The frontier against published figures: the 2,000 points of each OR-Library frontier (Chang,
// Meade, Beasley & Sharaiha 2000), and the small problems of the critical line gallery, whose
// answers are either closed forms or checked by the optimality conditions with plain C of this
// file's own.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MAX_ASSETS 100
#define PUBLISHED_POINTS 2000
/// METHODS section 8: half a unit of the tenth decimal that is printed, and the rounding of the
/// mean.
#define VARIANCE_TOLERANCE 5e-10

typedef struct instance {
    size_t n;
    double mean[MAX_ASSETS], deviation[MAX_ASSETS];
    double covariance[MAX_ASSETS * MAX_ASSETS];
    double lower[MAX_ASSETS], upper[MAX_ASSETS];
} instance;

static nacre_ctx *ctx;
static instance problem;

static FILE *open_data(const char *name)
{
    const char *folder = getenv("NACRE_DATA");
    char path[4096];
    (void)snprintf(path, sizeof path, "%s/qp/%s", folder ? folder : "", name);
    FILE *file = folder && *folder ? fopen(path, "r") : NULL;
    if (!file)
        print_message("SKIP test_frontier: no $NACRE_DATA/qp/%s\n", name);
    return file;
}

static void read_orlib(FILE *file, instance *out)
{
    assert_int_equal(fscanf(file, "%zu", &out->n), 1);
    assert_in_range(out->n, 1, MAX_ASSETS);
    for (size_t i = 0; i < out->n; i++)
        assert_int_equal(fscanf(file, "%lf %lf", &out->mean[i], &out->deviation[i]), 2);
    size_t a, b;
    double correlation;
    while (fscanf(file, "%zu %zu %lf", &a, &b, &correlation) == 3) {
        double value = correlation * out->deviation[a - 1] * out->deviation[b - 1];
        out->covariance[(a - 1) * out->n + b - 1] = value;
        out->covariance[(b - 1) * out->n + a - 1] = value;
    }
    for (size_t i = 0; i < out->n; i++) {
        out->lower[i] = 0.0;
        out->upper[i] = 1.0;
    }
    (void)fclose(file);
}

static nacre_frontier *trace(const instance *p, double budget)
{
    nacre_frontier *frontier = NULL;
    nacre_error err = {0};
    nacre_status status = nacre_frontier_create(ctx, p->n, p->mean, p->covariance, p->lower,
                                                p->upper, budget, &frontier, &err);
    if (status)
        print_error("%s\n", err.message);
    assert_int_equal(status, NACRE_OK);
    return frontier;
}

static double form(const instance *p, const double *w)
{
    double sum = 0.0;
    for (size_t i = 0; i < p->n; i++)
        for (size_t j = 0; j < p->n; j++)
            sum += w[i] * p->covariance[i * p->n + j] * w[j];
    return sum;
}

static void check_published(const char *assets, const char *points)
{
    FILE *file = open_data(assets);
    if (!file)
        return;
    memset(&problem, 0, sizeof problem);
    read_orlib(file, &problem);
    file = open_data(points);
    if (!file)
        return;
    nacre_frontier *frontier = trace(&problem, 1.0);
    double mean, published, worst = 0.0;
    size_t count = 0;
    while (fscanf(file, "%lf %lf", &mean, &published) == 2) {
        double w[MAX_ASSETS], variance, sum = 0.0, reached = 0.0;
        assert_int_equal(nacre_frontier_at(frontier, mean, w, &variance, NULL), NACRE_OK);
        for (size_t i = 0; i < problem.n; i++) {
            assert_true(w[i] >= 0.0 && w[i] <= 1.0);
            sum += w[i];
            reached += w[i] * problem.mean[i];
        }
        assert_true(fabs(sum - 1.0) < 1e-12);
        assert_true(reached > mean - 1e-10);
        assert_true(fabs(form(&problem, w) - variance) < 1e-13);
        worst = fmax(worst, fabs(variance - published));
        count++;
    }
    (void)fclose(file);
    print_message("%s: %zu corners, %zu points, largest |variance - published| %.3g\n", assets,
                  frontier->corners, count, worst);
    assert_int_equal(count, PUBLISHED_POINTS);
    assert_true(worst <= VARIANCE_TOLERANCE);
    nacre_frontier_destroy(ctx, frontier);
}

static void orlib_port1(void **state)
{
    (void)state;
    check_published("orlib_port1.txt", "orlib_portef1.txt");
}

static void orlib_port2(void **state)
{
    (void)state;
    check_published("orlib_port2.txt", "orlib_portef2.txt");
}

static void orlib_port3(void **state)
{
    (void)state;
    check_published("orlib_port3.txt", "orlib_portef3.txt");
}

/// Optimality of the corner for its lambda: gradient S w - lambda mean equal to one number on the
/// free assets, not below it at lower bounds, not above it at upper ones. Either lambda of a kink
/// will do for corners, so the middle of each segment is checked, whose lambda follows from its end
/// points.
static void check_optimality(const instance *p, const nacre_frontier *frontier)
{
    for (size_t c = 1; c < frontier->corners; c++) {
        const double *a = frontier->weights + (c - 1) * p->n, *b = frontier->weights + c * p->n;
        double w[MAX_ASSETS], g[MAX_ASSETS], gamma = 0.0, lambda;
        double span = frontier->mean[c - 1] - frontier->mean[c];
        if (!(span > 1e-9))
            continue;
        for (size_t i = 0; i < p->n; i++)
            w[i] = 0.5 * (a[i] + b[i]);
        lambda = 0.5 * (form(p, a) - form(p, b)) / span;
        size_t free = 0;
        for (size_t i = 0; i < p->n; i++) {
            g[i] = -lambda * p->mean[i];
            for (size_t j = 0; j < p->n; j++)
                g[i] += p->covariance[i * p->n + j] * w[j];
            if (w[i] > p->lower[i] && w[i] < p->upper[i]) {
                gamma += g[i];
                free++;
            }
        }
        assert_true(free > 0);
        gamma /= (double)free;
        for (size_t i = 0; i < p->n; i++) {
            if (w[i] < p->upper[i])
                assert_true(g[i] > gamma - 1e-9);
            if (w[i] > p->lower[i])
                assert_true(g[i] < gamma + 1e-9);
        }
    }
}

static void read_toy(const char *name, instance *out)
{
    memset(out, 0, sizeof *out);
    FILE *file = open_data(name);
    if (!file)
        return;
    char line[4096];
    size_t row = 0;
    while (fgets(line, sizeof line, file)) {
        size_t count = 0;
        for (char *text = strtok(line, ",\n"); text; text = strtok(NULL, ",\n"), count++) {
            double value = strtod(text, NULL);
            if (row == 1)
                out->mean[count] = value;
            else if (row == 2)
                out->lower[count] = value;
            else if (row == 3)
                out->upper[count] = value;
            else if (row >= 4)
                out->covariance[(row - 4) * out->n + count] = value;
        }
        if (row == 0)
            out->n = count;
        row++;
    }
    (void)fclose(file);
}

/// Two uncorrelated assets, variances 5 and 3, means 5 and 2: from (1, 0) straight to the smallest
/// variance at w = (3/8, 5/8), variance 15/8; and d variance / 2 d mean at (1, 0) is 5/3.
static void toy_two_assets(void **state)
{
    (void)state;
    read_toy("cla_Xu2_problem.csv", &problem);
    if (problem.n == 0)
        return;
    nacre_frontier *frontier = trace(&problem, 1.0);
    assert_int_equal(frontier->corners, 2);
    assert_true(fabs(frontier->mean[0] - 5.0) < 1e-15);
    assert_true(fabs(frontier->lambda[0] - 5.0 / 3.0) < 1e-15);
    assert_true(fabs(frontier->weights[2] - 0.375) < 1e-15);
    assert_true(fabs(frontier->weights[3] - 0.625) < 1e-15);
    assert_true(fabs(frontier->variance[1] - 1.875) < 1e-15);
    assert_true(frontier->lambda[1] == 0.0);
    nacre_frontier_destroy(ctx, frontier);
}

/// Three uncorrelated assets, variances 5, 3, 2, means 5, 2, 1: smallest variance in proportion to
/// 1/5, 1/3, 1/2 = 6/31, 10/31, 15/31, variance 30/31. The second asset comes in at lambda 5/3, the
/// third where the gradients meet: with w1 = 3/8 + 3 lambda / 8, 5 w1 - 5 lambda = -lambda gives
/// lambda 15/17.
static void toy_three_assets(void **state)
{
    (void)state;
    read_toy("cla_Xu3_problem.csv", &problem);
    if (problem.n == 0)
        return;
    nacre_frontier *frontier = trace(&problem, 1.0);
    assert_int_equal(frontier->corners, 3);
    assert_true(fabs(frontier->lambda[0] - 5.0 / 3.0) < 1e-15);
    assert_true(fabs(frontier->lambda[1] - 15.0 / 17.0) < 1e-14);
    for (size_t i = 0; i < 3; i++) {
        const double exact[] = {6.0 / 31.0, 10.0 / 31.0, 15.0 / 31.0};
        assert_true(fabs(frontier->weights[6 + i] - exact[i]) < 1e-15);
    }
    assert_true(fabs(frontier->variance[2] - 30.0 / 31.0) < 1e-15);
    check_optimality(&problem, frontier);
    nacre_frontier_destroy(ctx, frontier);
}

static void toy_five_assets(void **state)
{
    (void)state;
    read_toy("cla_Full5_problem.csv", &problem);
    if (problem.n == 0)
        return;
    nacre_frontier *frontier = trace(&problem, 1.0);
    assert_true(frontier->corners > 2);
    assert_true(fabs(frontier->mean[0] - 0.8248383420043122) < 1e-15);
    check_optimality(&problem, frontier);
    nacre_frontier_destroy(ctx, frontier);
}

/// Bounds on both sides, a lower one above zero, a fixed asset, and two equal means.
static void bounded_frontier(void **state)
{
    (void)state;
    FILE *file = open_data("orlib_port2.txt");
    if (!file)
        return;
    memset(&problem, 0, sizeof problem);
    read_orlib(file, &problem);
    for (size_t i = 0; i < problem.n; i++) {
        problem.lower[i] = i % 7 == 0 ? 0.01 : i % 5 == 0 ? -0.02 : 0.0;
        problem.upper[i] = 0.05 + 0.002 * (double)(i % 4);
    }
    problem.lower[3] = problem.upper[3] = 0.015;
    problem.mean[10] = problem.mean[11];
    nacre_frontier *frontier = trace(&problem, 1.0);
    assert_true(frontier->corners > 20);
    check_optimality(&problem, frontier);
    for (size_t c = 0; c < frontier->corners; c++) {
        double sum = 0.0;
        for (size_t i = 0; i < problem.n; i++) {
            double w = frontier->weights[c * problem.n + i];
            assert_true(w >= problem.lower[i] && w <= problem.upper[i]);
            sum += w;
        }
        assert_true(fabs(sum - 1.0) < 1e-12);
        assert_true(c == 0 || frontier->mean[c] <= frontier->mean[c - 1] + 1e-15);
        assert_true(c == 0 || frontier->variance[c] <= frontier->variance[c - 1] + 1e-15);
    }
    nacre_frontier_destroy(ctx, frontier);
}

/// All means equal: the path has one end, the smallest variance, in proportion to 1/variance.
static void equal_means(void **state)
{
    (void)state;
    problem = (instance){.n = 4, .mean = {0.01, 0.01, 0.01, 0.01}, .upper = {1.0, 1.0, 1.0, 1.0}};
    for (size_t i = 0; i < 4; i++)
        problem.covariance[i * 4 + i] = (double)(i + 1);
    nacre_frontier *frontier = trace(&problem, 1.0);
    const double *last = frontier->weights + (frontier->corners - 1) * 4;
    for (size_t i = 0; i < 4; i++)
        assert_true(fabs(last[i] - 12.0 / 25.0 / (double)(i + 1)) < 1e-14);
    double variance;
    assert_int_equal(nacre_frontier_at(frontier, 0.01, NULL, &variance, NULL), NACRE_OK);
    assert_true(fabs(variance - 0.48) < 1e-14);
    nacre_frontier_destroy(ctx, frontier);
}

static void expect_refused(nacre_status expected, const char *text, double budget)
{
    nacre_frontier *frontier = (nacre_frontier *)(void *)&problem;
    nacre_error err = {0};
    assert_int_equal(nacre_frontier_create(ctx, problem.n, problem.mean, problem.covariance,
                                           problem.lower, problem.upper, budget, &frontier, &err),
                     expected);
    assert_null(frontier);
    assert_non_null(strstr(err.message, text));
}

static void bad_input(void **state)
{
    (void)state;
    const instance good = {
        .n = 2, .mean = {1.0, 2.0}, .covariance = {1.0, 0.0, 0.0, 1.0}, .upper = {1.0, 1.0}};
    problem = good;
    problem.n = 0;
    expect_refused(NACRE_E_SHAPE, "0 assets", 1.0);
    problem = good;
    problem.mean[1] = (double)NAN;
    expect_refused(NACRE_E_NONFINITE, "asset 1", 1.0);
    problem = good;
    problem.covariance[2] = (double)INFINITY;
    expect_refused(NACRE_E_NONFINITE, "1 and 0", 1.0);
    problem = good;
    problem.lower[0] = 2.0;
    expect_refused(NACRE_E_ARG, "asset 0 cross", 1.0);
    problem = good;
    expect_refused(NACRE_E_ARG, "budget 3", 3.0);
    expect_refused(NACRE_E_NONFINITE, "budget", (double)NAN);
    problem.covariance[1] = problem.covariance[2] = -2.0; // correlation -2
    expect_refused(NACRE_E_ARG, "not positive definite", 1.0);
    problem = good;
    nacre_frontier *frontier = trace(&problem, 1.0);
    nacre_error err = {0};
    assert_int_equal(nacre_frontier_at(frontier, 2.1, NULL, NULL, &err), NACRE_E_RANGE);
    assert_int_equal(nacre_frontier_at(frontier, (double)NAN, NULL, NULL, &err), NACRE_E_NONFINITE);
    nacre_frontier_destroy(ctx, frontier);
    nacre_frontier_destroy(ctx, NULL);
}

static int create_context(void **state)
{
    (void)state;
    return nacre_ctx_create(NULL, &ctx, NULL);
}

static int destroy_context(void **state)
{
    (void)state;
    nacre_ctx_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(orlib_port1),      cmocka_unit_test(orlib_port2),
        cmocka_unit_test(orlib_port3),      cmocka_unit_test(toy_two_assets),
        cmocka_unit_test(toy_three_assets), cmocka_unit_test(toy_five_assets),
        cmocka_unit_test(bounded_frontier), cmocka_unit_test(equal_means),
        cmocka_unit_test(bad_input),
    };
    return cmocka_run_group_tests(tests, create_context, destroy_context);
}
