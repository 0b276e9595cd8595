// SPDX-License-Identifier: Apache-2.0
// Snapshots of the factor, risk and portfolio streams: each way in which one can be wrong is named,
// in the order magic, version, size, checksum, content, other options.
#include "engine/factor/factor_stream_state.h"
#include "engine/portfolio/model/portfolio_stream_state.h"
#include "engine/risk/risk_stream_state.h"
#include "stream_support.h"

typedef nacre_status restore_fn(void *memory, size_t bytes, const void *expected, nacre_error *err);

typedef struct sealed {
    const char *name;
    restore_fn *restore;
    void *memory;
    size_t bytes;
} sealed;

static nacre_factor_stream_options factor_options(void)
{
    nacre_factor_stream_options options;
    nacre_factor_stream_options_init(&options);
    options.assets = 3;
    options.window = 4;
    return options;
}

static nacre_risk_stream_options risk_options(void)
{
    nacre_risk_stream_options options;
    nacre_risk_stream_options_init(&options);
    options.assets = 3;
    options.window = 100;
    return options;
}

static nacre_portfolio_stream_options portfolio_options(void)
{
    nacre_portfolio_stream_options options;
    nacre_portfolio_stream_options_init(&options);
    options.assets = 3;
    return options;
}

static nacre_status restore_factor(void *memory, size_t bytes, const void *expected,
                                   nacre_error *err)
{
    nacre_factor_stream *stream = memory;
    nacre_status status = nacre_factor_stream_restore(memory, bytes, expected, &stream, err);
    assert_true((status == NACRE_OK) == (stream != NULL));
    return status;
}

static nacre_status restore_risk(void *memory, size_t bytes, const void *expected, nacre_error *err)
{
    nacre_risk_stream *stream = memory;
    nacre_status status = nacre_risk_stream_restore(memory, bytes, expected, &stream, err);
    assert_true((status == NACRE_OK) == (stream != NULL));
    return status;
}

static nacre_status restore_portfolio(void *memory, size_t bytes, const void *expected,
                                      nacre_error *err)
{
    nacre_portfolio_stream *stream = memory;
    nacre_status status = nacre_portfolio_stream_restore(memory, bytes, expected, &stream, err);
    assert_true((status == NACRE_OK) == (stream != NULL));
    return status;
}

static sealed seal_factor(void)
{
    nacre_factor_stream_options options = factor_options();
    sealed s = {"factor", restore_factor, NULL, nacre_factor_stream_bytes(&options)};
    nacre_factor_stream *stream;
    const double row[3] = {0.1, 0.2, 0.3};
    s.memory = stream_memory(s.bytes);
    assert_int_equal(nacre_factor_stream_init(s.memory, s.bytes, &options, &stream, NULL), 0);
    assert_int_equal(nacre_factor_stream_push(stream, 1, row, NULL), 0);
    nacre_factor_stream_seal(stream);
    return s;
}

static const int64_t prices[3] = {CURRENCY, 2 * CURRENCY, 3 * CURRENCY};

static sealed seal_risk(void)
{
    nacre_risk_stream_options options = risk_options();
    sealed s = {"risk", restore_risk, NULL, nacre_risk_stream_bytes(&options)};
    nacre_risk_stream *stream;
    const nacre_risk_stream_report *report;
    s.memory = stream_memory(s.bytes);
    assert_int_equal(nacre_risk_stream_init(s.memory, s.bytes, &options, &stream, NULL), 0);
    assert_int_equal(nacre_risk_stream_bar(stream, 1, prices, &report, NULL), 0);
    assert_int_equal(nacre_risk_stream_fill(stream, 1, 2, 5, CURRENCY, &report, NULL), 0);
    nacre_risk_stream_seal(stream);
    return s;
}

static sealed seal_portfolio(void)
{
    nacre_portfolio_stream_options options = portfolio_options();
    sealed s = {"portfolio", restore_portfolio, NULL, nacre_portfolio_stream_bytes(&options)};
    nacre_portfolio_stream *stream;
    const nacre_portfolio_stream_report *report;
    s.memory = stream_memory(s.bytes);
    assert_int_equal(nacre_portfolio_stream_init(s.memory, s.bytes, &options, &stream, NULL), 0);
    assert_int_equal(nacre_portfolio_stream_bar(stream, 1, prices, &report, NULL), 0);
    assert_int_equal(nacre_portfolio_stream_fill(stream, 1, 2, 5, CURRENCY, 0, &report, NULL), 0);
    nacre_portfolio_stream_seal(stream);
    return s;
}

static void refused(const sealed *s, size_t bytes, const char *part)
{
    nacre_error err = {0};
    assert_int_equal(s->restore(s->memory, bytes, NULL, &err), NACRE_E_CORRUPT);
    stream_has(&err, part);
    stream_has(&err, s->name);
}

static void damage(sealed s)
{
    nacrei_state_header *header = s.memory;
    char *bytes = s.memory;
    nacre_error err = {0};
    assert_int_equal(s.restore(s.memory, s.bytes, NULL, &err), NACRE_OK);
    header->magic ^= 1;
    refused(&s, s.bytes, "not the snapshot");
    header->magic ^= 1;
    header->version = 2;
    refused(&s, s.bytes, "version 2, this library reads 1");
    header->version = 1;
    header->bytes += 64;
    refused(&s, s.bytes, "cut short");
    header->bytes -= 64;
    refused(&s, s.bytes - 64, "cut short");
    refused(&s, 64, "do not hold");
    for (size_t at = sizeof *header; at < s.bytes; at += at < 1024 ? 1 : 61) {
        bytes[at] = (char)(bytes[at] ^ 0x10);
        refused(&s, s.bytes, "_seal");
        bytes[at] = (char)(bytes[at] ^ 0x10);
    }
    assert_int_equal(s.restore(s.memory, s.bytes, NULL, &err), NACRE_OK);
    // A good checksum over options that are none: the first word of the options is their size.
    bytes[sizeof *header] = (char)(bytes[sizeof *header] + 1);
    nacrei_state_seal(header);
    refused(&s, s.bytes, "impossible content");
    free(s.memory);
}

static void test_damage_is_named(void **state)
{
    (void)state;
    damage(seal_factor());
    damage(seal_risk());
    damage(seal_portfolio());
}

static void test_unsealed(void **state)
{
    (void)state;
    sealed s = seal_risk();
    const nacre_risk_stream_report *report;
    assert_int_equal(nacre_risk_stream_bar(s.memory, 2, prices, &report, NULL), 0);
    refused(&s, s.bytes, "nacre_risk_stream_seal");
    free(s.memory);
}

/// Sealed again after a change: only the content is wrong.
static void forged(sealed s)
{
    nacrei_state_seal(s.memory);
    refused(&s, s.bytes, "impossible content");
    free(s.memory);
}

#define FORGED(seal, type, change)                                                                 \
    do {                                                                                           \
        sealed s = seal();                                                                         \
        struct type *stream = s.memory;                                                            \
        change;                                                                                    \
        forged(s);                                                                                 \
    } while (0)

static void test_forged_factor(void **state)
{
    (void)state;
    FORGED(seal_factor, nacre_factor_stream, stream->options.window = 5);
    FORGED(seal_factor, nacre_factor_stream, stream->options.shares = 9);
    FORGED(seal_factor, nacre_factor_stream, memset(&stream->options.covariance.divisor_n, 2, 1));
    FORGED(seal_factor, nacre_factor_stream, stream->window.capacity = 5);
    FORGED(seal_factor, nacre_factor_stream, stream->window.next = 2);
    FORGED(seal_factor, nacre_factor_stream, stream->window.next = 4);
    FORGED(seal_factor, nacre_factor_stream, stream->rows = 2);
    FORGED(seal_factor, nacre_factor_stream, stream->report.estimate.rows = 2);
    // a full ring that has taken in too few rows
    FORGED(seal_factor, nacre_factor_stream, stream->window.count = 4);
}

static int64_t *int_at(void *stream, size_t offset)
{
    return nacrei_state_at(stream, offset);
}

static double *double_at(void *stream, size_t offset)
{
    return nacrei_state_at(stream, offset);
}

static void test_forged_risk(void **state)
{
    (void)state;
    nacre_risk_stream_options options = risk_options();
    nacrei_risk_stream_layout at = nacrei_risk_stream_layout_of(&options);
    const nacrei_i128 limit = NACREI_RISK_MONEY_LIMIT;
    FORGED(seal_risk, nacre_risk_stream, stream->options.assets = 4);
    FORGED(seal_risk, nacre_risk_stream, stream->options.level[0] = 2);
    FORGED(seal_risk, nacre_risk_stream, stream->window.next = 100);
    FORGED(seal_risk, nacre_risk_stream, stream->window.count = 101);
    FORGED(seal_risk, nacre_risk_stream, stream->sorted_from = 101);
    FORGED(seal_risk, nacre_risk_stream, stream->ranks[0].count.index = 100);
    FORGED(seal_risk, nacre_risk_stream, stream->ranks[1].low = 0);
    FORGED(seal_risk, nacre_risk_stream, stream->cost = limit);
    FORGED(seal_risk, nacre_risk_stream, stream->cost = -limit);
    FORGED(seal_risk, nacre_risk_stream, stream->total = 2 * limit);
    FORGED(seal_risk, nacre_risk_stream, stream->report.level_count = 3);
    FORGED(seal_risk, nacre_risk_stream, stream->report.level[1].level = 0.5);
    FORGED(seal_risk, nacre_risk_stream, stream->report.level[0].exceptions = 1);
    FORGED(seal_risk, nacre_risk_stream, stream->report.bars = 0); // yet there are prices
    FORGED(seal_risk, nacre_risk_stream, int_at(stream, at.price)[2] = 0);
    FORGED(seal_risk, nacre_risk_stream, int_at(stream, at.shares)[2] = NACREI_RISK_SHARES_LIMIT);
    FORGED(seal_risk, nacre_risk_stream, int_at(stream, at.shares)[0] = INT64_MIN);
    FORGED(seal_risk, nacre_risk_stream, double_at(stream, at.exposure)[1] = (double)NAN);
    FORGED(seal_risk, nacre_risk_stream, double_at(stream, at.losses)[7] = (double)INFINITY);
    FORGED(seal_risk, nacre_risk_stream, double_at(stream, at.sorted)[99] = (double)NAN);
    sealed s = seal_risk();
    const nacre_risk_stream_report *report;
    assert_int_equal(nacre_risk_stream_bar(s.memory, 2, prices, &report, NULL), 0);
    double_at(s.memory, at.rows)[2] = (double)NAN;
    forged(s);
}

static void test_forged_portfolio(void **state)
{
    (void)state;
    nacre_portfolio_stream_options options = portfolio_options();
    nacrei_portfolio_stream_layout at = nacrei_portfolio_stream_layout_of(&options);
    const nacrei_i128 limit = NACREI_PORTFOLIO_MONEY_LIMIT;
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->options.lot = 0);
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->options.assets = 40);
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->options.lot = 2); // 5 lots are 5 shares
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->cash = limit);
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->cash = -limit);
    FORGED(seal_portfolio, nacre_portfolio_stream, stream->report.bars = 0);
    FORGED(seal_portfolio, nacre_portfolio_stream, int_at(stream, at.price)[0] = -1);
    FORGED(seal_portfolio, nacre_portfolio_stream, int_at(stream, at.price)[0] = 7);
    FORGED(seal_portfolio, nacre_portfolio_stream, int_at(stream, at.lots)[0] = INT64_MAX);
    FORGED(seal_portfolio, nacre_portfolio_stream, int_at(stream, at.lots)[2] = 6);
    FORGED(seal_portfolio, nacre_portfolio_stream, double_at(stream, at.target)[0] = (double)NAN);
    FORGED(seal_portfolio, nacre_portfolio_stream, double_at(stream, at.target)[2] = -2e6);
    FORGED(seal_portfolio, nacre_portfolio_stream, double_at(stream, at.shares)[1] = 1);
    FORGED(seal_portfolio, nacre_portfolio_stream, double_at(stream, at.price_now)[1] = 0);
}

/// One kind's snapshot is not another's.
static void test_kinds(void **state)
{
    (void)state;
    sealed f = seal_factor(), r = seal_risk(), p = seal_portfolio();
    nacre_error err = {0};
    assert_int_equal(restore_risk(f.memory, f.bytes, NULL, &err), NACRE_E_CORRUPT);
    assert_int_equal(restore_portfolio(r.memory, r.bytes, NULL, &err), NACRE_E_CORRUPT);
    assert_int_equal(restore_factor(r.memory, r.bytes, NULL, &err), NACRE_E_CORRUPT);
    stream_has(&err, "not the snapshot of a factor stream");
    free(f.memory);
    free(r.memory);
    free(p.memory);
}

static void expect_other(const sealed *s, const void *options, const char *part)
{
    nacre_error err = {0};
    assert_int_equal(s->restore(s->memory, s->bytes, options, &err), NACRE_E_STATE);
    stream_has(&err, part);
}

static void test_other_options(void **state)
{
    (void)state;
    sealed s = seal_factor();
    nacre_factor_stream_options factor = factor_options();
    assert_int_equal(s.restore(s.memory, s.bytes, &factor, NULL), NACRE_OK);
    factor.assets = 4;
    expect_other(&s, &factor, "3 assets and a window of 4, expected are 4");
    factor = factor_options();
    factor.covariance.method = NACRE_COV_QIS;
    expect_other(&s, &factor, "another estimator");
    free(s.memory);

    s = seal_risk();
    nacre_risk_stream_options risk = risk_options();
    risk.level[3] = 0.5; // not used, so it does not matter
    assert_int_equal(s.restore(s.memory, s.bytes, &risk, NULL), NACRE_OK);
    risk.window = 101;
    expect_other(&s, &risk, "3 assets and a window of 100, expected are 3 and 101");
    risk = risk_options();
    risk.limit[0] = 5;
    expect_other(&s, &risk, "limits");
    risk.lambda = 7;
    assert_int_equal(s.restore(s.memory, s.bytes, &risk, NULL), NACRE_E_ARG);
    free(s.memory);

    s = seal_portfolio();
    nacre_portfolio_stream_options portfolio = portfolio_options();
    assert_int_equal(s.restore(s.memory, s.bytes, &portfolio, NULL), NACRE_OK);
    portfolio.assets = 2;
    expect_other(&s, &portfolio, "3 assets, expected are 2");
    portfolio = portfolio_options();
    portfolio.band = 0.5;
    expect_other(&s, &portfolio, "band");
    free(s.memory);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_damage_is_named),  cmocka_unit_test(test_unsealed),
        cmocka_unit_test(test_forged_factor),    cmocka_unit_test(test_forged_risk),
        cmocka_unit_test(test_forged_portfolio), cmocka_unit_test(test_kinds),
        cmocka_unit_test(test_other_options),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
