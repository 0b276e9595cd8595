// SPDX-License-Identifier: Apache-2.0
// Reductions of one type: every variant against the reference to the bit, the reference against
// closed forms, and both classes against long double; included by test_reduce_f32.c and
// test_reduce_f64.c, which say before:
//   REAL, REAL_BITS          element and its bits of precision
//   TYPED(name), OP_ID(name) name_f32, NACREI_OP_name_f32
//   REF(op), BLAS(op)        symbols of the reference and the bounded variant
//   GEMV_FN                  the type of a product's kernel
//   SUM, DOT, MEAN_VARIANCE, PREFIX_SUM, GEMV   public functions
#ifndef NACRE_TESTS_REDUCE_CONFORM_H
#define NACRE_TESTS_REDUCE_CONFORM_H

#include "kern/reduce/reduce.h"
#include "kern/variants.h"

#include "conform/guarded.h"

#include <float.h>
#include <stdio.h>
#include <stdlib.h>

enum { ROW = NACREI_REDUCE_ROW_BYTES / sizeof(REAL), BLOCK = 8192 };
#define UNIT ldexpl(1, -REAL_BITS)
static const REAL MARK = (REAL)-12345.5;

static const size_t dims[] = {0, 1, 15, 16, 17, 31, 33, 63, 65};
static const size_t lengths[] = {0,
                                 1,
                                 2,
                                 7,
                                 8,
                                 15,
                                 16,
                                 17,
                                 31,
                                 32,
                                 33,
                                 63,
                                 64,
                                 65,
                                 127,
                                 129,
                                 1000,
                                 BLOCK - 1,
                                 BLOCK,
                                 BLOCK + 1,
                                 2 * BLOCK,
                                 2 * BLOCK + 1,
                                 3 * BLOCK + 77,
                                 5 * BLOCK};
enum { DIMS = sizeof dims / sizeof *dims, LENGTHS = sizeof lengths / sizeof *lengths };

static bool usable(const nacrei_variant *one, nacrei_op op)
{
    return one->op == op && one->numeric_class == NACRE_CLASS_STRICT &&
           nacrei_cpu_isas() & (uint32_t)one->isa;
}

static void test_usable(void **state)
{
    (void)state;
    static const nacrei_op ops[] = {OP_ID(sum), OP_ID(dot), OP_ID(moments), OP_ID(prefix),
                                    OP_ID(gemv)};
    for (size_t i = 0; i < sizeof ops / sizeof *ops; i++) {
        size_t strict = 0;
        for (size_t v = 0; v < nacrei_variant_count; v++) {
            const nacrei_variant *one = &nacrei_variants[v];
            if (one->op != ops[i] || one->numeric_class != NACRE_CLASS_STRICT)
                continue;
            strict++;
            if (!(nacrei_cpu_isas() & (uint32_t)one->isa))
                printf("SKIP %s: this CPU or system lacks %s\n", one->name,
                       nacrei_isa_name(one->isa));
        }
        assert_true(strict >= 2);
    }
}

#define SAME(one, n, got, want)                                                                    \
    do {                                                                                           \
        if (!same(got, want))                                                                      \
            fail_msg("%s n %zu: %a, reference %a", (one)->name, n, (double)(got), (double)(want)); \
    } while (0)

static void check_prefix(const nacrei_variant *one, const guarded *x, const REAL *expected)
{
    guarded y = map_guarded(x->count, x->count % 2);
    one->function.TYPED(prefix)(x->count, x->data, y.data);
    for (size_t i = 0; i < x->count; i++)
        SAME(one, i, y.data[i], expected[i]);
    memcpy(y.data, x->data, x->count * sizeof(REAL));
    one->function.TYPED(prefix)(x->count, y.data, y.data);
    for (size_t i = 0; i < x->count; i++)
        SAME(one, i, y.data[i], expected[i]);
    unmap(&y);
}

/// All operations over vectors, all strict variants.
static void check_vectors(const guarded *x, const guarded *y, REAL pilot)
{
    size_t n = x->count;
    REAL sum = REF(sum)(n, x->data), dot = REF(dot)(n, x->data, y->data), moments[2], got[2];
    guarded prefix = map_guarded(n, true);
    REF(moments)(n, x->data, pilot, moments);
    REF(prefix)(n, x->data, prefix.data);
    for (size_t v = 0; v < nacrei_variant_count; v++) {
        const nacrei_variant *one = &nacrei_variants[v];
        if (usable(one, OP_ID(sum)))
            SAME(one, n, one->function.TYPED(sum)(n, x->data), sum);
        if (usable(one, OP_ID(dot)))
            SAME(one, n, one->function.TYPED(dot)(n, x->data, y->data), dot);
        if (usable(one, OP_ID(moments))) {
            one->function.TYPED(moments)(n, x->data, pilot, got);
            SAME(one, n, got[0], moments[0]);
            SAME(one, n, got[1], moments[1]);
        }
        if (usable(one, OP_ID(prefix)))
            check_prefix(one, x, prefix.data);
    }
    unmap(&prefix);
}

static void test_lengths(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2 * LENGTHS; i++) {
        uint64_t seed = i;
        size_t n = lengths[i / 2];
        guarded x = random_vector(n, i % 2, &seed), y = random_vector(n, true, &seed);
        check_vectors(&x, &y, (REAL)0.375);
        unmap(&x);
        unmap(&y);
    }
}

/// Every address modulo a vector.
static void test_misaligned(void **state)
{
    (void)state;
    enum { N = 1000 };
    uint64_t seed = 7;
    guarded x = random_vector(N + ROW, false, &seed);
    for (size_t shift = 0; shift < 64 / sizeof(REAL); shift++) {
        guarded part = {.data = x.data + shift, .count = N};
        guarded other = {.data = x.data + ROW - shift, .count = N};
        check_vectors(&part, &other, (REAL)-0.1);
    }
    unmap(&x);
}

/// NaN, infinities, -0 and products that underflow to -0, in full rows and in the last one.
static void test_specials(void **state)
{
    (void)state;
    const REAL tiny = sizeof(REAL) == 4 ? (REAL)1e-40 : (REAL)1e-310;
    const REAL values[] = {(REAL)NAN, (REAL)INFINITY, (REAL)-INFINITY, (REAL)-0.0, tiny, -tiny};
    const size_t sizes[] = {1, 5, ROW, 3 * ROW + 5, BLOCK + 3};
    for (size_t i = 0; i < 5 * 6 * 6; i++) {
        uint64_t seed = i;
        size_t n = sizes[i % 5];
        guarded x = random_vector(n, true, &seed), y = random_vector(n, true, &seed);
        for (size_t j = 0; j < n && i % 3 == 0; j++) // nothing else
            x.data[j] = y.data[j] = values[3];
        x.data[0] = values[i / 5 % 6];
        y.data[0] = -values[4];
        x.data[n - 1] = values[i / 30];
        y.data[n - 1] = tiny;
        check_vectors(&x, &y, i % 2 ? values[i / 30] : (REAL)0.5);
        unmap(&x);
        unmap(&y);
    }
}

/// Integers below the precision: sums are exact in any order, so these are closed forms.
static void test_exact(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTHS; i++) {
        size_t n = lengths[i], period = sizeof(REAL) == 4 ? 7 : BLOCK * 5;
        guarded x = map_guarded(n, true), y = map_guarded(n, true);
        REAL sums[2];
        int64_t sum = 0, squares = 0;
        for (size_t j = 0; j < n; j++)
            x.data[j] = (REAL)(j % period + 1);
        REF(prefix)(n, x.data, y.data);
        for (size_t j = 0; j < n; j++) {
            int64_t value = (int64_t)(j % period + 1);
            sum += value;
            squares += value * value;
            assert_true(y.data[j] == (REAL)sum);
        }
        assert_true(REF(sum)(n, x.data) == (REAL)sum);
        assert_true(REF(dot)(n, x.data, x.data) == (REAL)squares);
        if (sizeof(REAL) == 8) { // the textbook's forms
            int64_t m = (int64_t)n;
            assert_true(sum == m * (m + 1) / 2 && squares == m * (m + 1) * (2 * m + 1) / 6);
        }
        REF(moments)(n, x.data, 1, sums);
        assert_true(sums[0] == (REAL)(sum - (int64_t)n));
        assert_true(sums[1] == (REAL)(squares - 2 * sum + (int64_t)n));
        unmap(&x);
        unmap(&y);
    }
}

/// Only the lane rule gives these results.
static void test_order(void **state)
{
    (void)state;
    static REAL x[4 * BLOCK], ones[4 * BLOCK];
    const REAL big = (REAL)ldexp(1, REAL_BITS + 1); // big + 1 and -big + 1 round to +-big
    for (size_t i = 0; i < 4 * BLOCK; i++)
        ones[i] = 1;
    x[0] = big, x[1] = 1, x[ROW] = -big; // lane 0 cancels before lane 1 joins
    assert_true(REF(sum)(2 * ROW, x) == 1);
    assert_true(REF(dot)(2 * ROW, x, ones) == 1);
    memset(x, 0, sizeof x);
    x[0] = big, x[1] = -big, x[2] = 1, x[3] = 1; // neighbours fold first
    assert_true(REF(sum)(4, x) == 2);
    x[1] = 1, x[2] = -big;
    assert_true(REF(sum)(4, x) == 0);
    memset(x, 0, sizeof x);
    x[0] = big, x[BLOCK] = -big, x[2 * BLOCK] = 1; // blocks, too
    assert_true(REF(sum)(3 * BLOCK, x) == 1);
    x[BLOCK] = 1, x[2 * BLOCK] = -big, x[3 * BLOCK] = 1;
    assert_true(REF(sum)(4 * BLOCK, x) == 0);
    assert_true(REF(dot)(4 * BLOCK, x, ones) == 0);
    // (1 + e)^2 - (1 + 2 e) = e^2, which a rounded product loses.
    const REAL e = (REAL)ldexp(1, -((REAL_BITS + 1) / 2));
    REAL left[ROW + 1] = {-1 - 2 * e}, right[ROW + 1] = {1};
    left[ROW] = right[ROW] = 1 + e;
    assert_true(REF(dot)(ROW + 1, left, right) == e * e);
    REAL none = REF(sum)(0, NULL);
    assert_true(none == 0 && !signbit(none));
    const REAL negative_zero = (REAL)-0.0;
    assert_false(signbit(REF(sum)(1, &negative_zero)));
    // A scan: v1 = x0 + x1, v3 = v1 + (x2 + x3).
    REAL scan[4] = {big, 1, 1, -big};
    REF(prefix)(4, scan, scan);
    assert_true(scan[1] == big && scan[2] == big && scan[3] == 0);
}

static long double wide(REAL x)
{
    return (long double)x;
}

static void within(const char *what, size_t n, REAL got, long double exact, long double bound)
{
    if (!(fabsl(wide(got) - exact) <= bound))
        fail_msg("%s n %zu: %a, exactly %La, bound %La", what, n, (double)got, exact, bound);
}

static long double tree_steps(size_t n)
{
    return (long double)BLOCK / ROW + 7 + (n > BLOCK ? (long double)log2((double)n / BLOCK) : 0);
}

static void test_bounds(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTHS; i++) {
        uint64_t seed = i;
        size_t n = lengths[i];
        guarded x = random_vector(n, true, &seed), y = random_vector(n, true, &seed);
        guarded prefix = map_guarded(n, true);
        REF(prefix)(n, x.data, prefix.data);
        long double sum = 0, size = 0, dot = 0, dot_size = 0, group = 64 / sizeof(REAL);
        for (size_t j = 0; j < n; j++) {
            sum += wide(x.data[j]);
            size += fabsl(wide(x.data[j]));
            dot += wide(x.data[j]) * wide(y.data[j]);
            dot_size += fabsl(wide(x.data[j]) * wide(y.data[j]));
            within("prefix", j, prefix.data[j], sum,
                   (BLOCK / group + 6 + (long double)(j / BLOCK)) * UNIT * size);
        }
        within("sum", n, REF(sum)(n, x.data), sum, tree_steps(n) * UNIT * size);
        within("dot", n, REF(dot)(n, x.data, y.data), dot, tree_steps(n) * UNIT * dot_size);
        within("dot, BLAS", n, BLAS(dot)(n, x.data, y.data), dot, (long double)n * UNIT * dot_size);
        unmap(&x);
        unmap(&y);
        unmap(&prefix);
    }
}

static const REAL factors[][2] = {{1, 0}, {1, 1}, {(REAL)-0.3, (REAL)0.7}, {0, (REAL)-1.5}, {2, 0}};

typedef struct shape {
    bool transpose;
    size_t m, n, pad;
    REAL alpha, beta;
} shape;

/// Old y, and what a kernel makes of it; with beta = 0 the old one is NaN.
static guarded apply(GEMV_FN *kernel, const shape *s, const guarded *a, const guarded *x,
                     const guarded *old)
{
    guarded y = map_guarded(old->count, s->m % 2);
    memcpy(y.data, old->data, old->count * sizeof(REAL));
    kernel(s->transpose, s->m, s->n, s->alpha, a->data, s->n + s->pad, x->data, s->beta, y.data);
    return y;
}

static void check_gemv_bound(const char *what, const shape *s, const guarded *a, const guarded *x,
                             const guarded *old, const REAL *y, long double steps)
{
    size_t lda = s->n + s->pad;
    for (size_t i = 0; i < old->count; i++) {
        long double acc = 0, size = 0;
        for (size_t j = 0; j < x->count; j++) {
            long double term =
                wide(a->data[s->transpose ? j * lda + i : i * lda + j]) * wide(x->data[j]);
            acc += term;
            size += fabsl(term);
        }
        long double rest = s->beta == 0 ? 0 : wide(s->beta) * wide(old->data[i]);
        within(what, i, y[i], wide(s->alpha) * acc + rest,
               (steps + 3) * UNIT * (fabsl(wide(s->alpha)) * size + fabsl(rest)));
    }
}

static void check_gemv(const shape *s, uint64_t seed, bool special)
{
    size_t inputs = s->transpose ? s->m : s->n, outputs = s->transpose ? s->n : s->m;
    guarded a = random_matrix(s->m, s->n, s->n + s->pad, (REAL)NAN, seed % 2, &seed);
    guarded x = random_vector(inputs, true, &seed), old = random_vector(outputs, true, &seed);
    for (size_t i = 0; i < outputs && s->beta == 0; i++)
        old.data[i] = (REAL)NAN;
    if (special && a.count && x.count) {
        a.data[0] = (REAL)INFINITY;
        a.data[a.count - 1] = (REAL)NAN;
        x.data[0] = (REAL)-0.0;
    }
    guarded expected = apply(REF(gemv), s, &a, &x, &old);
    for (size_t v = 0; v < nacrei_variant_count; v++) {
        const nacrei_variant *one = &nacrei_variants[v];
        if (!usable(one, OP_ID(gemv)))
            continue;
        guarded y = apply(one->function.TYPED(gemv), s, &a, &x, &old);
        for (size_t i = 0; i < outputs; i++) {
            if (!same(y.data[i], expected.data[i]))
                fail_msg("%s%s m %zu n %zu: y[%zu] = %a, reference %a", one->name,
                         s->transpose ? " A'" : "", s->m, s->n, i, (double)y.data[i],
                         (double)expected.data[i]);
        }
        unmap(&y);
    }
    if (!special) {
        guarded y = apply(BLAS(gemv), s, &a, &x, &old);
        check_gemv_bound("gemv", s, &a, &x, &old, expected.data, tree_steps(inputs));
        check_gemv_bound("gemv, BLAS", s, &a, &x, &old, y.data, (long double)inputs);
        unmap(&y);
    }
    unmap(&a);
    unmap(&x);
    unmap(&old);
    unmap(&expected);
}

static void test_gemv(void **state)
{
    (void)state;
    static const size_t big[][2] = {
        {BLOCK + 1, 67}, {2 * BLOCK + 1, 3}, {3, 2 * BLOCK + 1}, {70, BLOCK + 5}, {3 * ROW, 200}};
    size_t cases = DIMS * DIMS + sizeof big / sizeof *big;
    for (size_t i = 0; i < 4 * cases; i++) {
        size_t at = i / 4;
        const REAL *factor = factors[(i + at) % 5];
        shape s = {.transpose = i & 1,
                   .m = at < DIMS * DIMS ? dims[at / DIMS] : big[at - DIMS * DIMS][0],
                   .n = at < DIMS * DIMS ? dims[at % DIMS] : big[at - DIMS * DIMS][1],
                   .pad = at % 3 + 1,
                   .alpha = factor[0],
                   .beta = factor[1]};
        check_gemv(&s, i, i & 2);
    }
}

/// A[i][j] = i + 2 j on ones: row sums n i + n (n - 1), column sums m (m - 1) / 2 + 2 j m.
static void test_gemv_exact(void **state)
{
    (void)state;
    enum { M = 40, N = 33 };
    REAL a[M * N], ones[M], y[M];
    for (size_t i = 0; i < M * N; i++)
        a[i] = (REAL)(i / N + 2 * (i % N));
    for (size_t i = 0; i < M; i++)
        ones[i] = 1, y[i] = (REAL)i;
    REF(gemv)(false, M, N, 2, a, N, ones, -3, y);
    for (size_t i = 0; i < M; i++)
        assert_true(y[i] == (REAL)(2 * (N * i + N * (N - 1))) - (REAL)(3 * i));
    REF(gemv)(true, M, N, 1, a, N, ones, 0, y);
    for (size_t j = 0; j < N; j++)
        assert_true(y[j] == (REAL)(M * (M - 1) / 2 + 2 * j * M));
}

static nacre_ctx *create(uint32_t threads)
{
    nacre_ctx_options options;
    nacre_ctx_options_init(&options);
    options.threads = threads;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(&options, &ctx, NULL), NACRE_OK);
    return ctx;
}

/// The public calls on 1, 2 and 5 threads give the reference's bits.
static void test_threads(void **state)
{
    (void)state;
    enum { N = (1 << 19) + 12345, SIDE = 700 };
    uint64_t seed = 3;
    guarded x = random_vector(N, true, &seed), y = random_vector(N, true, &seed);
    REAL sum = REF(sum)(N, x.data), dot = REF(dot)(N, x.data, y.data), sums[2], product[2][SIDE];
    REAL pilot = sum / (REAL)N;
    REF(moments)(N, x.data, pilot, sums);
    for (size_t t = 0; t < 2; t++)
        REF(gemv)(t, SIDE, SIDE, 2, x.data, SIDE, y.data, 0, product[t]);
    for (uint32_t threads = 1; threads <= 5; threads += threads == 1 ? 1 : 3) {
        nacre_ctx *ctx = create(threads);
        nacre_class class = NACRE_CLASS_STRICT;
        nacre_kern_ran ran;
        REAL got, mean, variance, z[SIDE];
        assert_int_equal(SUM(ctx, class, N, x.data, &got, &ran, NULL), NACRE_OK);
        assert_true(same(got, sum));
        assert_int_equal(ran.threads, threads);
        assert_int_equal(DOT(ctx, class, N, x.data, y.data, &got, &ran, NULL), NACRE_OK);
        assert_true(same(got, dot));
        assert_int_equal(MEAN_VARIANCE(ctx, class, N, 1, x.data, &mean, &variance, &ran, NULL),
                         NACRE_OK);
        assert_true(same(mean, pilot + sums[0] / (REAL)N));
        for (size_t t = 0; t < 2; t++) {
            assert_int_equal(
                GEMV(ctx, class, t, SIDE, SIDE, 2, x.data, SIDE, y.data, 0, z, &ran, NULL),
                NACRE_OK);
            assert_int_equal(ran.threads, threads);
            for (size_t i = 0; i < SIDE; i++)
                assert_true(same(z[i], product[t][i]));
        }
        nacre_ctx_destroy(ctx);
    }
    unmap(&x);
    unmap(&y);
}

/// 0, 1, ..., n - 1 far from 0: mean (n - 1) / 2, unbiased variance n (n + 1) / 12.
static void test_mean_variance(void **state)
{
    (void)state;
    enum { N = 1001 };
    const REAL far = sizeof(REAL) == 4 ? (REAL)1e6 : (REAL)1e12;
    REAL x[N], mean, variance;
    for (size_t i = 0; i < N; i++)
        x[i] = far + (REAL)i;
    nacre_ctx *ctx = create(1);
    assert_int_equal(MEAN_VARIANCE(ctx, NACRE_CLASS_DEFAULT, N, 1, x, &mean, &variance, NULL, NULL),
                     NACRE_OK);
    assert_true(mean == far + (N - 1) / 2);
    within("variance", N, variance, (long double)N * (N + 1) / 12, 1e5L * 20 * UNIT);
    assert_int_equal(MEAN_VARIANCE(ctx, NACRE_CLASS_DEFAULT, 1, 0, x, &mean, &variance, NULL, NULL),
                     NACRE_OK);
    assert_true(mean == far && variance == 0);
    for (size_t i = 0; i < N; i++)
        x[i] = (REAL)0.1; // n x 0.1 / n need not be 0.1
    assert_int_equal(MEAN_VARIANCE(ctx, NACRE_CLASS_DEFAULT, N, 1, x, &mean, &variance, NULL, NULL),
                     NACRE_OK);
    assert_true(mean == (REAL)0.1 && variance >= 0 && wide(variance) < UNIT * UNIT);
    nacre_ctx_destroy(ctx);
}

#define REFUSED(call, code, says)                                                                  \
    do {                                                                                           \
        nacre_error err = {0};                                                                     \
        assert_int_equal(call, code);                                                              \
        if (!strstr(err.message, says))                                                            \
            fail_msg("\"%s\" does not say \"%s\"", err.message, says);                             \
    } while (0)

static void test_errors(void **state)
{
    (void)state;
    nacre_ctx *ctx = create(1);
    const nacre_class strict = NACRE_CLASS_STRICT, bounded = NACRE_CLASS_BOUNDED;
    REAL x[8] = {1, 2, 3, 4, 5, 6, 7, 8}, y[8] = {MARK, MARK, MARK}, z = MARK;
    const size_t huge = SIZE_MAX / 2;
    REFUSED(SUM(ctx, strict, 8, NULL, &z, NULL, &err), NACRE_E_ARG, "x is NULL");
    REFUSED(SUM(ctx, strict, 8, x, NULL, NULL, &err), NACRE_E_ARG, "sum is NULL");
    REFUSED(SUM(ctx, strict, huge, x, &z, NULL, &err), NACRE_E_RANGE, "x of 1 rows");
    REFUSED(SUM(ctx, bounded, 8, x, &z, NULL, &err), NACRE_E_UNSUPPORTED, "sum_f");
    REFUSED(DOT(ctx, strict, 8, x, NULL, &z, NULL, &err), NACRE_E_ARG, "y is NULL");
    REFUSED(DOT(ctx, strict, 8, x, x, NULL, NULL, &err), NACRE_E_ARG, "dot is NULL");
    REFUSED(DOT(ctx, bounded, (size_t)INT32_MAX + 1, x, x, &z, NULL, &err), NACRE_E_RANGE,
            "bounded class");
    REFUSED(MEAN_VARIANCE(ctx, strict, 2, 2, x, &z, &z, NULL, &err), NACRE_E_ARG, "ddof");
    REFUSED(MEAN_VARIANCE(ctx, strict, 2, 1, x, NULL, &z, NULL, &err), NACRE_E_ARG, "mean is");
    REFUSED(MEAN_VARIANCE(ctx, strict, 2, 1, x, &z, NULL, NULL, &err), NACRE_E_ARG, "variance");
    REFUSED(PREFIX_SUM(ctx, strict, 8, x, NULL, NULL, &err), NACRE_E_ARG, "y is NULL");
    REFUSED(PREFIX_SUM(ctx, strict, 7, x, x + 1, NULL, &err), NACRE_E_ARG, "y overlaps x");
    REFUSED(GEMV(ctx, strict, false, 2, 3, 1, x, 2, x, 0, y, NULL, &err), NACRE_E_SHAPE,
            "leading dimension is 2");
    REFUSED(GEMV(ctx, strict, false, 2, 3, 1, NULL, 3, x, 0, y, NULL, &err), NACRE_E_ARG,
            "A is NULL");
    REFUSED(GEMV(ctx, strict, false, 2, 3, 1, x, 3, x, 0, x + 5, NULL, &err), NACRE_E_ARG,
            "y overlaps A");
    REFUSED(GEMV(ctx, strict, false, 2, 3, 1, x, 3, y, 0, y, NULL, &err), NACRE_E_ARG,
            "y overlaps x");
    REFUSED(GEMV(ctx, strict, false, huge, 3, 1, x, 3, x, 0, y, NULL, &err), NACRE_E_RANGE, "A of");
    assert_true(z == MARK && y[0] == MARK && y[2] == MARK && x[0] == 1 && x[7] == 8);
    // Empty vectors may be NULL; the reference's -0 and scaling hold there, too.
    assert_int_equal(SUM(ctx, strict, 0, NULL, &z, NULL, NULL), NACRE_OK);
    assert_true(z == 0);
    assert_int_equal(DOT(ctx, bounded, 0, NULL, NULL, &z, NULL, NULL), NACRE_OK);
    assert_int_equal(PREFIX_SUM(ctx, strict, 0, NULL, NULL, NULL, NULL), NACRE_OK);
    assert_int_equal(GEMV(ctx, strict, false, 3, 0, 1, NULL, 0, NULL, 2, x, NULL, NULL), NACRE_OK);
    assert_int_equal(GEMV(ctx, bounded, true, 0, 3, 1, NULL, 3, NULL, 2, x, NULL, NULL), NACRE_OK);
    assert_true(x[0] == 4 && x[2] == 12 && x[3] == 4);
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usable),     cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_misaligned), cmocka_unit_test(test_specials),
        cmocka_unit_test(test_exact),      cmocka_unit_test(test_order),
        cmocka_unit_test(test_bounds),     cmocka_unit_test(test_gemv),
        cmocka_unit_test(test_gemv_exact), cmocka_unit_test(test_threads),
        cmocka_unit_test(test_errors),     cmocka_unit_test(test_mean_variance),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
