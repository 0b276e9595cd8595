// SPDX-License-Identifier: Apache-2.0
// Covariance: the strict class against its definition in plain loops, to the bit, on every
// instruction set and number of threads; both classes against long double and a closed form.
#define REAL double
#include "kern/variants.h"

#include "conform/guarded.h"

#include <math.h>
#include <stdlib.h>

static long double wide(double x)
{
    return (long double)x;
}

static nacre_ctx *create(const char *isa, uint32_t threads)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.isa = isa;
    options.threads = threads;
    nacre_ctx *ctx;
    if (nacre_ctx_create(&options, &ctx, NULL))
        return NULL; // a set that this machine lacks
    return ctx;
}

typedef struct input {
    size_t m, n, ldx, ldc;
    guarded x, w, c, mean;
    bool weighted;
} input;

/// Columns far from zero, so that a missing pilot shows.
static input make(size_t m, size_t n, size_t pad, bool weighted, uint64_t seed)
{
    input in = {.m = m, .n = n, .ldx = n + pad, .ldc = n + 2 * pad, .weighted = weighted};
    in.x = random_matrix(m, n, in.ldx, (double)NAN, seed % 2, &seed);
    for (size_t i = 0; i < in.x.count; i++)
        in.x.data[i] += 1e3;
    in.w = random_vector(m, true, &seed);
    for (size_t i = 0; i < m; i++)
        in.w.data[i] = fabs(in.w.data[i]) + 1;
    in.c = map_guarded(n ? (n - 1) * in.ldc + n : 0, true);
    in.mean = map_guarded(n, true);
    for (size_t i = 0; i < in.c.count; i++)
        in.c.data[i] = -7;
    return in;
}

static void release(input *in)
{
    unmap(&in->x);
    unmap(&in->w);
    unmap(&in->c);
    unmap(&in->mean);
}

static nacre_status call(nacre_ctx *ctx, nacre_class class, const input *in, nacre_kern_ran *ran)
{
    return nacre_covariance_f64(ctx, class, in->m, in->n, 1, in->x.data, in->ldx,
                                in->weighted ? in->w.data : NULL, in->mean.data, in->c.data,
                                in->ldc, ran, NULL);
}

/// The definition of nacre/kern.h. `c` is n x n, without padding.
static void define(const input *in, double *c, double *mean)
{
    size_t m = in->m, n = in->n;
    double *w = malloc(m * sizeof *w), *column = malloc(m * sizeof *column);
    double *e = malloc(m * n * sizeof *e), *s = malloc(n * sizeof *s);
    assert_true(w && column && e && s);
    for (size_t i = 0; i < m; i++)
        w[i] = in->weighted ? in->w.data[i] : 1.0;
    double total = in->weighted ? nacrek_sum_f64__ref(m, w) : (double)m;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = 0; i < m; i++)
            column[i] = in->x.data[i * in->ldx + j];
        double pilot = nacrek_dot_f64__ref(m, column, w) / total;
        for (size_t i = 0; i < m; i++)
            column[i] -= pilot;
        s[j] = nacrek_dot_f64__ref(m, column, w);
        mean[j] = pilot + s[j] / total;
        for (size_t i = 0; i < m; i++)
            e[i * n + j] = in->weighted ? column[i] * sqrt(w[i]) : column[i];
    }
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j <= i; j++) {
            double acc = 0;
            for (size_t p = 0; p < m; p++)
                acc = fma(e[p * n + i], e[p * n + j], acc);
            c[i * n + j] = c[j * n + i] = (acc - s[j] * (s[i] / total)) / (total - 1);
        }
    }
    free(w);
    free(column);
    free(e);
    free(s);
}

static const size_t dims[] = {1, 15, 16, 17, 31, 33, 63, 65, 150};
enum { DIMS = sizeof dims / sizeof *dims };

static void compare(const input *in, const double *c, const double *mean)
{
    for (size_t i = 0; i < in->c.count; i++) {
        size_t row = i / in->ldc, column = i % in->ldc;
        double want = column < in->n ? c[row * in->n + column] : -7;
        if (!same(in->c.data[i], want))
            fail_msg("m %zu n %zu: C[%zu][%zu] = %a, by definition %a", in->m, in->n, row, column,
                     in->c.data[i], want);
    }
    for (size_t j = 0; j < in->n; j++)
        assert_true(same(in->mean.data[j], mean[j]));
}

static void test_strict(void **state)
{
    (void)state;
    static const char *const isas[] = {"ref", "avx2", "avx512", NULL};
    size_t contexts = 0;
    for (size_t t = 0; t < 8; t++) {
        nacre_ctx *ctx = create(isas[t % 4], t < 4 ? 1 : 3);
        if (!ctx)
            continue;
        contexts++;
        for (size_t i = 0; i < DIMS * DIMS; i++) {
            input in = make(dims[i / DIMS] + 1, dims[i % DIMS], i % 3, i % 2, i);
            double *c = malloc(in.n * in.n * sizeof *c), mean[150];
            assert_non_null(c);
            nacre_kern_ran ran;
            define(&in, c, mean);
            assert_int_equal(call(ctx, NACRE_CLASS_DEFAULT, &in, &ran), NACRE_OK);
            assert_int_equal(ran.numeric_class, NACRE_CLASS_STRICT);
            compare(&in, c, mean);
            free(c);
            release(&in);
        }
        nacre_ctx_destroy(ctx);
    }
    assert_true(contexts >= 4); // ref and the default, on one thread and three
}

/// Both classes around long double, triangles equal to the bit.
static void test_bounds(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, 1);
    for (size_t t = 0; t < 4; t++) {
        input in = make(200, 70, 1, t & 1, t);
        assert_int_equal(call(ctx, t & 2 ? NACRE_CLASS_BOUNDED : NACRE_CLASS_STRICT, &in, NULL),
                         NACRE_OK);
        for (size_t i = 0; i < in.n; i++) {
            for (size_t j = 0; j <= i; j++) {
                long double total = 0, mean_i = 0, mean_j = 0, sum = 0, size = 0;
                for (size_t p = 0; p < in.m; p++) {
                    long double w = in.weighted ? wide(in.w.data[p]) : 1;
                    total += w;
                    mean_i += w * wide(in.x.data[p * in.ldx + i]);
                    mean_j += w * wide(in.x.data[p * in.ldx + j]);
                }
                for (size_t p = 0; p < in.m; p++) {
                    long double term = (wide(in.x.data[p * in.ldx + i]) - mean_i / total) *
                                       (wide(in.x.data[p * in.ldx + j]) - mean_j / total) *
                                       (in.weighted ? wide(in.w.data[p]) : 1);
                    sum += term;
                    size += fabsl(term);
                }
                long double bound = (long double)(in.m + 8) * 0x1p-53L * size / (total - 1);
                double got = in.c.data[i * in.ldc + j];
                assert_true(fabsl(wide(got) - sum / (total - 1)) <= bound);
                assert_true(same(got, in.c.data[j * in.ldc + i]));
            }
        }
        release(&in);
    }
    nacre_ctx_destroy(ctx);
}

/// x = (t, 3 - 2 t) for t = 0..4 + 2^40: variances 2.5 and 10, covariance -5, exactly. Weights that
/// repeat an observation are the same as repeating it.
static void test_exact(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, 1);
    const double far = 0x1p40;
    double x[10], c[4], mean[2];
    for (size_t i = 0; i < 5; i++) {
        x[2 * i] = far + (double)i;
        x[2 * i + 1] = 3 - 2 * (double)i;
    }
    for (nacre_class class = NACRE_CLASS_STRICT; class <= NACRE_CLASS_BOUNDED; class ++) {
        assert_int_equal(
            nacre_covariance_f64(ctx, class, 5, 2, 1, x, 2, NULL, mean, c, 2, NULL, NULL),
            NACRE_OK);
        assert_true(c[0] == 2.5 && c[1] == -5 && c[2] == -5 && c[3] == 10);
        assert_true(mean[0] == far + 2 && mean[1] == -1);
        const double weights[5] = {4, 0, 0, 0, 4}; // t = 0 and 4 four times: 8 (2^2) / 7
        assert_int_equal(
            nacre_covariance_f64(ctx, class, 5, 2, 1, x, 2, weights, mean, c, 2, NULL, NULL),
            NACRE_OK);
        assert_true(c[0] == 32.0 / 7 && c[1] == -64.0 / 7 && c[3] == 128.0 / 7);
        x[3] = (double)NAN;
        assert_int_equal(
            nacre_covariance_f64(ctx, class, 5, 2, 1, x, 2, NULL, NULL, c, 2, NULL, NULL),
            NACRE_OK);
        assert_true(c[0] == 2.5 && isnan(c[1]) && isnan(c[2]) && isnan(c[3]));
        x[3] = 1;
    }
    nacre_ctx_destroy(ctx);
}

#define REFUSED(call, code, says)                                                                  \
    do {                                                                                           \
        nacre_error err = {0};                                                                     \
        assert_int_equal(call, code);                                                              \
        if (!strstr(err.message, says))                                                            \
            fail_msg("\"%s\" does not say \"%s\"", err.message, says);                             \
    } while (0)
#define COV nacre_covariance_f64

static void test_errors(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(NULL, 1);
    double x[6] = {1, 2, 3, 4, 5, 6}, c[4] = {7, 7, 7, 7}, mean[2] = {7, 7}, w[3] = {1, -1, 1};
    const nacre_class s = NACRE_CLASS_STRICT;
    REFUSED(COV(ctx, s, 3, 2, 1, NULL, 2, NULL, mean, c, 2, NULL, &err), NACRE_E_ARG, "x is NULL");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 2, NULL, mean, NULL, 2, NULL, &err), NACRE_E_ARG, "C is NULL");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 1, NULL, mean, c, 2, NULL, &err), NACRE_E_SHAPE, "rows of x");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 2, NULL, mean, c, 1, NULL, &err), NACRE_E_SHAPE, "rows of C");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 2, NULL, mean, x, 2, NULL, &err), NACRE_E_ARG, "C overlaps x");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 2, NULL, c, c, 2, NULL, &err), NACRE_E_ARG, "mean overlaps C");
    REFUSED(COV(ctx, s, 3, 2, 1, x, 2, w, mean, c, 2, NULL, &err), NACRE_E_ARG, "weight 1 is -1");
    REFUSED(COV(ctx, s, 3, 2, 3, x, 2, NULL, mean, c, 2, NULL, &err), NACRE_E_ARG, "ddof = 3");
    REFUSED(COV(ctx, s, SIZE_MAX / 4, 2, 1, x, 2, NULL, mean, c, 2, NULL, &err), NACRE_E_RANGE,
            "x of");
    REFUSED(COV(ctx, NACRE_CLASS_EXACT, 3, 2, 1, x, 2, NULL, mean, c, 2, NULL, &err),
            NACRE_E_UNSUPPORTED, "strict, bounded");
    assert_true(c[0] == 7 && c[3] == 7 && mean[0] == 7 && mean[1] == 7 && x[0] == 1);
    assert_int_equal(COV(ctx, s, 3, 0, 1, NULL, 0, NULL, NULL, NULL, 0, NULL, NULL), NACRE_OK);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_strict),
        cmocka_unit_test(test_bounds),
        cmocka_unit_test(test_exact),
        cmocka_unit_test(test_errors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
