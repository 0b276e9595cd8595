// SPDX-License-Identifier: Apache-2.0
// The factor stream on two assets worked out by hand, when an estimate is due and when one is taken
// back, and everything that it refuses.
#include "stream_support.h"

typedef struct market {
    nacre_ctx *ctx;
    nacre_factor_stream *stream;
    void *memory;
    size_t bytes;
} market;

static nacre_factor_stream_options two_assets(nacre_covariance_method method)
{
    nacre_factor_stream_options options;
    nacre_factor_stream_options_init(&options);
    options.assets = 2;
    options.window = 3;
    options.every = 2;
    options.shares = 2;
    options.covariance.method = method;
    return options;
}

static market market_new(const nacre_factor_stream_options *options)
{
    market m = {.ctx = stream_ctx(), .bytes = nacre_factor_stream_bytes(options)};
    nacre_error err = {0};
    m.memory = stream_memory(m.bytes);
    if (nacre_factor_stream_init(m.memory, m.bytes, options, &m.stream, &err))
        fail_msg("%s", err.message);
    return m;
}

static void market_free(market *m)
{
    free(m->memory);
    nacre_ctx_destroy(m->ctx);
}

static void push(market *m, int64_t time, double first, double second)
{
    const double row[2] = {first, second};
    assert_int_equal(nacre_factor_stream_push(m->stream, time, row, NULL), NACRE_OK);
}

static void estimate(market *m, nacre_factor_estimate *out, double *covariance)
{
    nacre_error err = {0};
    if (nacre_factor_stream_estimate(m->stream, m->ctx, out, covariance, &err))
        fail_msg("%s", err.message);
}

/// Rows (3, 0), (-1, 2), (1, -2) after one that has left: means 1 and 0, squares 8 and 8,
/// products 2 * 0 - 2 * 2 + 0 = -4; divisor 2.
static void test_sample_by_hand(void **state)
{
    (void)state;
    nacre_factor_stream_options options = two_assets(NACRE_COV_SAMPLE);
    market m = market_new(&options);
    nacre_factor_estimate found;
    double c[4];
    push(&m, 1, 100, 200);
    push(&m, 2, 3, 0);
    push(&m, 3, -1, 2);
    assert_true(nacre_factor_stream_due(m.stream));
    push(&m, 4, 1, -2);
    estimate(&m, &found, c);
    assert_true(c[0] == 4 && c[3] == 4 && c[1] == -2 && c[2] == -2);
    assert_int_equal(found.rows, 4);
    assert_int_equal(found.time_ns, 4);
    assert_int_equal(found.periods, 3);
    assert_true(isnan(found.shrinkage) && found.average_volatility == 2);
    assert_true(found.market_volatility == 1);         // sqrt(4 + 4 - 2 - 2) / 2
    stream_near(found.share[0], 0.75, 1e-15, "share"); // eigenvalues 6 and 2
    stream_near(found.share[1], 0.25, 1e-15, "share");
    // edge 4 (1 + sqrt(2 / 3))^2 = 13.2: no eigenvalue is above it
    stream_near(found.noise_edge, 4 * pow(1 + sqrt(2.0 / 3), 2), 1e-14, "edge");
    assert_int_equal(found.noise, 2);
    market_free(&m);
}

/// lambda 0.5, rows 2, 4, 8 of one asset beside zeros: S = 64 + 16 / 2 + 4 / 4 = 73, s = 1.75.
static void test_ewma_by_hand(void **state)
{
    (void)state;
    nacre_factor_stream_options options = two_assets(NACRE_COV_EWMA);
    options.covariance.lambda = 0.5;
    market m = market_new(&options);
    nacre_factor_estimate found;
    double c[4];
    push(&m, 1, 2, 0);
    push(&m, 2, 4, 0);
    push(&m, 3, 8, 1);
    estimate(&m, &found, c);
    assert_true(c[0] == 73 / 1.75 && c[3] == 1 / 1.75 && c[1] == 8 / 1.75 && c[2] == c[1]);
    assert_int_equal(found.periods, 3);
    market_free(&m);
}

static void test_due_and_accept(void **state)
{
    (void)state;
    nacre_factor_stream_options options = two_assets(NACRE_COV_LW_IDENTITY);
    market m = market_new(&options);
    nacre_factor_estimate found, early;
    const nacre_factor_stream_report *report;
    push(&m, 1, 0.01, 0.02);
    push(&m, 1, -0.01, 0.01);
    assert_false(nacre_factor_stream_due(m.stream));
    STREAM_REFUSED(nacre_factor_stream_estimate(m.stream, m.ctx, &found, NULL, &err), NACRE_E_STATE,
                   "2 of 3 rows", m.memory, m.bytes);
    push(&m, 2, 0.02, -0.01);
    assert_true(nacre_factor_stream_due(m.stream));
    estimate(&m, &early, NULL);
    push(&m, 3, 0.01, 0.03); // a row comes while the estimate is being made
    assert_int_equal(nacre_factor_stream_accept(m.stream, &early, &report, NULL), NACRE_OK);
    assert_int_equal(report->sequence, 1);
    assert_memory_equal(&report->estimate, &early, sizeof early);
    assert_false(nacre_factor_stream_due(m.stream));
    push(&m, 4, -0.02, 0.01);
    assert_true(nacre_factor_stream_due(m.stream));
    estimate(&m, &found, NULL);
    assert_int_equal(nacre_factor_stream_accept(m.stream, &found, &report, NULL), NACRE_OK);
    assert_int_equal(report->sequence, 2);
    assert_int_equal(nacre_factor_stream_accept(m.stream, &early, &report, NULL), NACRE_OK);
    assert_null(report); // an older one changes nothing
    assert_int_equal(nacre_factor_stream_last(m.stream)->sequence, 2);
    assert_int_equal(nacre_factor_stream_last(m.stream)->estimate.rows, 5);
    market_free(&m);
}

static void test_refused_rows(void **state)
{
    (void)state;
    nacre_factor_stream_options options = two_assets(NACRE_COV_EWMA);
    market m = market_new(&options);
    const double nan[2] = {0, (double)NAN}, infinite[2] = {-(double)INFINITY, 0},
                 big[2] = {0, 2e100};
    const double good[2] = {0, 0};
    push(&m, 5, 0.1, 0.2);
    STREAM_REFUSED(nacre_factor_stream_push(m.stream, 6, nan, &err), NACRE_E_NONFINITE, "asset 1",
                   m.memory, m.bytes);
    STREAM_REFUSED(nacre_factor_stream_push(m.stream, 6, infinite, &err), NACRE_E_NONFINITE,
                   "asset 0", m.memory, m.bytes);
    STREAM_REFUSED(nacre_factor_stream_push(m.stream, 6, big, &err), NACRE_E_RANGE, "asset 1",
                   m.memory, m.bytes);
    STREAM_REFUSED(nacre_factor_stream_push(m.stream, 4, good, &err), NACRE_E_ORDER, "steps back",
                   m.memory, m.bytes);
    market_free(&m);
}

/// The check runs in lanes of eight: every place in them and behind them is looked at.
static void test_every_place_is_checked(void **state)
{
    (void)state;
    enum { MANY = 19 };
    nacre_factor_stream_options options = two_assets(NACRE_COV_SAMPLE);
    options.assets = MANY;
    market m = market_new(&options);
    for (size_t i = 0; i < MANY; i++) {
        double row[MANY] = {0};
        char name[16];
        (void)snprintf(name, sizeof name, "asset %zu ", i);
        row[i] = (double)NAN;
        STREAM_REFUSED(nacre_factor_stream_push(m.stream, 1, row, &err), NACRE_E_NONFINITE, name,
                       m.memory, m.bytes);
        row[i] = -1.1e100;
        STREAM_REFUSED(nacre_factor_stream_push(m.stream, 1, row, &err), NACRE_E_RANGE, name,
                       m.memory, m.bytes);
    }
    market_free(&m);
}

/// What the batch functions refuse comes through, and nothing is written.
static void test_refused_estimates(void **state)
{
    (void)state;
    nacre_factor_stream_options options = two_assets(NACRE_COV_LW_CONSTANT_CORRELATION);
    market m = market_new(&options);
    nacre_factor_estimate found = {.rows = 77};
    const nacre_factor_stream_report *report;
    double c[4] = {1, 2, 3, 4};
    for (int t = 0; t < 3; t++)
        push(&m, t, 0.1 * t, 0);
    STREAM_REFUSED(nacre_factor_stream_estimate(m.stream, m.ctx, &found, c, &err), NACRE_E_ARG,
                   "column 1", m.memory, m.bytes);
    assert_true(found.rows == 77 && c[0] == 1 && c[3] == 4);
    push(&m, 4, 0.3, 0.1);
    estimate(&m, &found, c);
#define REFUSED(field, value, status, part)                                                        \
    do {                                                                                           \
        nacre_factor_estimate bad = found;                                                         \
        bad.field = (value);                                                                       \
        report = (const nacre_factor_stream_report *)m.memory;                                     \
        STREAM_REFUSED(nacre_factor_stream_accept(m.stream, &bad, &report, &err), status, part,    \
                       m.memory, m.bytes);                                                         \
        assert_null(report);                                                                       \
    } while (0)
    REFUSED(assets, 3, NACRE_E_ARG, "other options");
    REFUSED(share_count, 1, NACRE_E_ARG, "other options");
    REFUSED(periods, 4, NACRE_E_ARG, "other options");
    REFUSED(rows, 2, NACRE_E_ARG, "is none");
    REFUSED(noise, 3, NACRE_E_ARG, "is none");
    REFUSED(average_volatility, (double)NAN, NACRE_E_ARG, "is none");
    REFUSED(market_volatility, -1.0, NACRE_E_ARG, "is none");
    REFUSED(rows, 5, NACRE_E_STATE, "the stream has 4");
#undef REFUSED
    market_free(&m);
}

static void test_refused_options(void **state)
{
    (void)state;
    _Alignas(64) char memory[64];
    nacre_factor_stream *stream;
#define REFUSED(field, value, part)                                                                \
    do {                                                                                           \
        nacre_factor_stream_options bad = two_assets(NACRE_COV_EWMA);                              \
        nacre_error err = {0};                                                                     \
        bad.field = (value);                                                                       \
        assert_int_equal(nacre_factor_stream_bytes(&bad), 0);                                      \
        stream = (nacre_factor_stream *)memory;                                                    \
        assert_int_equal(nacre_factor_stream_init(memory, sizeof memory, &bad, &stream, &err),     \
                         NACRE_E_ARG);                                                             \
        assert_null(stream);                                                                       \
        stream_has(&err, part);                                                                    \
    } while (0)
    REFUSED(struct_size, 1, "nacre_factor_stream_options_init");
    REFUSED(assets, 0, "assets 0");
    REFUSED(assets, 16385, "16384");
    REFUSED(window, 1, "window 1");
    REFUSED(every, 0, "every 0");
    REFUSED(shares, 0, "shares 0");
    REFUSED(shares, 9, "shares 9");
    REFUSED(correlation, 2, "correlation 2");
    REFUSED(covariance.struct_size, 0, "nacre_covariance_options_init");
    REFUSED(covariance.method, (nacre_covariance_method)99, "method 99");
    REFUSED(covariance.lambda, 1.0, "lambda 1");
#undef REFUSED
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sample_by_hand),         cmocka_unit_test(test_ewma_by_hand),
        cmocka_unit_test(test_due_and_accept),         cmocka_unit_test(test_refused_rows),
        cmocka_unit_test(test_every_place_is_checked), cmocka_unit_test(test_refused_estimates),
        cmocka_unit_test(test_refused_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
