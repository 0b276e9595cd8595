// SPDX-License-Identifier: Apache-2.0
// Laws of the factor stream: an estimate is the batch functions' answer on the window's rows, to
// the bit; ewma is its own fold to the bit and the batch's up to rounding; a snapshot at any moment
// changes nothing, and an estimate made on one fits the stream; permuting assets permutes.
#include "stream_support.h"

enum { ASSETS = 7, WINDOW = 30, ROWS = 130, EVERY = 4 };

typedef struct twin {
    nacre_ctx *ctx;
    nacre_factor_stream_options options;
    void *memory;
    size_t bytes;
    nacre_factor_stream *stream;
} twin;

static twin twin_begin(nacre_covariance_method method, bool correlation)
{
    twin t = {.ctx = stream_ctx()};
    nacre_factor_stream_options_init(&t.options);
    t.options.assets = ASSETS;
    t.options.window = WINDOW;
    t.options.every = EVERY;
    t.options.shares = 3;
    t.options.correlation = correlation;
    t.options.covariance.method = method;
    t.bytes = nacre_factor_stream_bytes(&t.options);
    t.memory = stream_memory(t.bytes);
    assert_int_equal(nacre_factor_stream_init(t.memory, t.bytes, &t.options, &t.stream, NULL), 0);
    return t;
}

static void twin_end(twin *t)
{
    free(t->memory);
    nacre_ctx_destroy(t->ctx);
}

/// A market and what each asset adds to it.
static void make_rows(uint64_t seed, double rows[ROWS][ASSETS])
{
    for (size_t t = 0; t < ROWS; t++) {
        double market = 0.04 * stream_uniform(&seed);
        for (size_t i = 0; i < ASSETS; i++)
            rows[t][i] = market + 0.01 * (double)(1 + i % 3) * stream_uniform(&seed);
    }
}

static void check_components(const twin *t, const double *window, const nacre_factor_estimate *e)
{
    nacre_pca *pca;
    uint32_t noise = ASSETS;
    assert_int_equal(nacre_pca_create(t->ctx, WINDOW, ASSETS, window, ASSETS,
                                      t->options.correlation, 0, &pca, NULL),
                     NACRE_OK);
    assert_int_equal(e->share_count, 3);
    for (size_t c = 0; c < 3; c++)
        assert_true(stream_same(e->share[c], pca->explained_ratio[c]));
    for (size_t c = 0; c < pca->components; c++)
        noise -= pca->explained_variance[c] > pca->noise_edge;
    assert_int_equal(e->noise, noise);
    assert_true(stream_same(e->noise_edge, pca->noise_edge) && noise < ASSETS);
    nacre_pca_destroy(t->ctx, pca);
}

static void check_volatility(const double *c, const nacre_factor_estimate *e)
{
    double average = 0, all = 0;
    for (size_t i = 0; i < ASSETS; i++)
        average += sqrt(c[i * ASSETS + i]) / ASSETS;
    for (size_t i = 0; i < ASSETS * ASSETS; i++)
        all += c[i];
    stream_near(e->average_volatility, average, 1e-15, "average volatility");
    stream_near(e->market_volatility, sqrt(all) / ASSETS, 1e-15, "market volatility");
}

/// The fold that the header states, on full matrices.
static void fold(size_t rows, double (*row)[ASSETS], double lambda, double *out)
{
    double sum[ASSETS * ASSETS] = {0}, weight = 0;
    for (size_t t = 0; t < rows; t++) {
        weight = lambda * weight + 1;
        for (size_t i = 0; i < ASSETS; i++)
            for (size_t j = 0; j < ASSETS; j++)
                sum[i * ASSETS + j] = lambda * sum[i * ASSETS + j] + row[t][i] * row[t][j];
    }
    for (size_t i = 0; i < ASSETS * ASSETS; i++)
        out[i] = sum[i] / weight;
}

static void check_ewma(const twin *t, size_t rows, double (*row)[ASSETS], const double *c)
{
    double own[ASSETS * ASSETS], batch[ASSETS * ASSETS], trace = 0;
    fold(rows, row, t->options.covariance.lambda, own);
    assert_memory_equal(own, c, sizeof own);
    assert_int_equal(nacre_covariance(t->ctx, rows, ASSETS, row[0], ASSETS, &t->options.covariance,
                                      batch, NULL, NULL),
                     NACRE_OK);
    for (size_t i = 0; i < ASSETS; i++)
        trace += batch[i * ASSETS + i];
    for (size_t i = 0; i < ASSETS * ASSETS; i++)
        stream_near(c[i], batch[i], 1e-13 * trace, "ewma against the batch");
}

static void check_estimate(const twin *t, size_t rows, double (*row)[ASSETS],
                           const nacre_factor_estimate *e, const double *c)
{
    assert_int_equal(e->rows, rows);
    assert_int_equal(e->time_ns, (int64_t)rows - 1);
    if (t->options.covariance.method == NACRE_COV_EWMA) {
        check_ewma(t, rows, row, c);
    } else {
        double batch[ASSETS * ASSETS];
        nacre_covariance_info info;
        assert_int_equal(nacre_covariance(t->ctx, WINDOW, ASSETS, row[rows - WINDOW], ASSETS,
                                          &t->options.covariance, batch, &info, NULL),
                         NACRE_OK);
        assert_memory_equal(batch, c, sizeof batch);
        assert_true(stream_same(e->shrinkage, info.shrinkage) && e->clamped == info.clamped);
    }
    check_components(t, row[rows - WINDOW], e);
    check_volatility(c, e);
}

static void test_batch_on_the_window(void **state)
{
    (void)state;
    double row[ROWS][ASSETS], c[ASSETS * ASSETS];
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++) {
        twin t = twin_begin((nacre_covariance_method)m, m % 2);
        uint64_t sequence = 0;
        make_rows((uint64_t)m, row);
        for (size_t r = 0; r < ROWS; r++) {
            const nacre_factor_stream_report *report;
            nacre_factor_estimate e;
            assert_int_equal(nacre_factor_stream_push(t.stream, (int64_t)r, row[r], NULL), 0);
            bool due = r + 1 >= WINDOW && (r + 1 - WINDOW) % EVERY == 0;
            assert_int_equal(nacre_factor_stream_due(t.stream), due);
            if (!due)
                continue;
            assert_int_equal(nacre_factor_stream_estimate(t.stream, t.ctx, &e, c, NULL), NACRE_OK);
            check_estimate(&t, r + 1, row, &e, c);
            assert_int_equal(nacre_factor_stream_accept(t.stream, &e, &report, NULL), NACRE_OK);
            assert_int_equal(report->sequence, ++sequence);
        }
        assert_int_equal(sequence, (ROWS - WINDOW) / EVERY + 1);
        twin_end(&t);
    }
}

/// One stream moves through a snapshot after every row, and its estimates are made on a copy while
/// `lag` more rows come in; the other is never copied.
static void test_snapshot_anywhere(void **state)
{
    (void)state;
    static const nacre_covariance_method methods[] = {NACRE_COV_EWMA, NACRE_COV_LW_IDENTITY};
    enum { LAG = 2 };
    double row[ROWS][ASSETS];
    make_rows(17, row);
    for (size_t m = 0; m < 2; m++) {
        twin a = twin_begin(methods[m], false), b = twin_begin(methods[m], false);
        nacre_factor_estimate of_a = {0}, of_b = {0};
        size_t ready = SIZE_MAX, accepted = 0;
        for (size_t r = 0; r < ROWS; r++) {
            const nacre_factor_stream_report *report;
            assert_int_equal(nacre_factor_stream_push(a.stream, (int64_t)r, row[r], NULL), 0);
            assert_int_equal(nacre_factor_stream_push(b.stream, (int64_t)r, row[r], NULL), 0);
            nacre_factor_stream_seal(b.stream);
            b.memory = stream_move(b.memory, b.bytes);
            assert_int_equal(
                nacre_factor_stream_restore(b.memory, b.bytes, &b.options, &b.stream, NULL), 0);
            if (ready == SIZE_MAX && nacre_factor_stream_due(a.stream)) {
                nacre_factor_stream *copy;
                void *snapshot = stream_memory(b.bytes);
                memcpy(snapshot, b.memory, b.bytes);
                assert_int_equal(nacre_factor_stream_restore(snapshot, b.bytes, NULL, &copy, NULL),
                                 NACRE_OK);
                assert_int_equal(nacre_factor_stream_estimate(a.stream, a.ctx, &of_a, NULL, NULL),
                                 NACRE_OK);
                assert_int_equal(nacre_factor_stream_estimate(copy, b.ctx, &of_b, NULL, NULL),
                                 NACRE_OK);
                free(snapshot);
                ready = r + LAG;
            }
            if (r == ready) {
                assert_int_equal(nacre_factor_stream_accept(a.stream, &of_a, &report, NULL), 0);
                assert_non_null(report);
                assert_int_equal(nacre_factor_stream_accept(b.stream, &of_b, &report, NULL), 0);
                ready = SIZE_MAX;
                accepted++;
            }
            nacre_factor_stream_seal(a.stream);
            nacre_factor_stream_seal(b.stream);
            assert_memory_equal(a.memory, b.memory, a.bytes);
        }
        assert_true(accepted > 15);
        twin_end(&a);
        twin_end(&b);
    }
}

static void test_permuted_assets(void **state)
{
    (void)state;
    double row[ROWS][ASSETS], x[ASSETS * ASSETS], y[ASSETS * ASSETS];
    make_rows(23, row);
    for (int m = 0; m <= (int)NACRE_COV_MP_CLIP; m++) {
        twin a = twin_begin((nacre_covariance_method)m, false);
        twin b = twin_begin((nacre_covariance_method)m, false);
        nacre_factor_estimate of_a, of_b;
        for (size_t r = 0; r < WINDOW + 5; r++) {
            double turned[ASSETS];
            for (size_t i = 0; i < ASSETS; i++)
                turned[(i * 3 + 1) % ASSETS] = row[r][i];
            assert_int_equal(nacre_factor_stream_push(a.stream, 0, row[r], NULL), NACRE_OK);
            assert_int_equal(nacre_factor_stream_push(b.stream, 0, turned, NULL), NACRE_OK);
        }
        assert_int_equal(nacre_factor_stream_estimate(a.stream, a.ctx, &of_a, x, NULL), NACRE_OK);
        assert_int_equal(nacre_factor_stream_estimate(b.stream, b.ctx, &of_b, y, NULL), NACRE_OK);
        double tolerance = m == NACRE_COV_EWMA ? 0 : 1e-12 * of_a.average_volatility;
        for (size_t i = 0; i < ASSETS; i++)
            for (size_t j = 0; j < ASSETS; j++)
                stream_near(y[(i * 3 + 1) % ASSETS * ASSETS + (j * 3 + 1) % ASSETS],
                            x[i * ASSETS + j], tolerance, "permuted");
        stream_near(of_b.share[0], of_a.share[0], 1e-12, "share");
        assert_int_equal(of_b.noise, of_a.noise);
        twin_end(&a);
        twin_end(&b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_batch_on_the_window),
        cmocka_unit_test(test_snapshot_anywhere),
        cmocka_unit_test(test_permuted_assets),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
