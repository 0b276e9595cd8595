// SPDX-License-Identifier: Apache-2.0
// Instruments: the two usual ones, names of kinds, and what is refused.
#include "data/market/instrument.h"
#include "tape_support.h"

static void equity_defaults(void **state)
{
    (void)state;
    nacre_instrument i;
    nacre_instrument_equity(&i, "SPY");
    assert_string_equal(i.symbol, "SPY");
    assert_int_equal(i.kind, NACRE_KIND_EQUITY);
    assert_string_equal(i.currency, "USD");
    assert_string_equal(i.settlement, "USD");
    assert_string_equal(i.calendar, "XNYS");
    assert_string_equal(i.timezone, "America/New_York");
    assert_int_equal(i.size_exp, 0);
    assert_int_equal(i.multiplier, 1);
    assert_false(i.inverse);
    assert_int_equal(nacrei_instrument_check(&i, NULL), NACRE_OK);
}

static void crypto_defaults(void **state)
{
    (void)state;
    const char *const pairs[][2] = {{"BTCUSDT", "USDT"}, {"ETHBTC", "BTC"},     {"BTC-USD", "USD"},
                                    {"ETHUSDC", "USDC"}, {"BTCFDUSD", "FDUSD"}, {"XYZ", "USD"}};
    for (size_t p = 0; p < sizeof pairs / sizeof pairs[0]; p++) {
        nacre_instrument i;
        nacre_instrument_crypto(&i, pairs[p][0]);
        assert_string_equal(i.symbol, pairs[p][0]);
        assert_string_equal(i.currency, pairs[p][1]);
        assert_string_equal(i.settlement, pairs[p][1]);
        assert_int_equal(i.kind, NACRE_KIND_SPOT);
        assert_string_equal(i.calendar, "24x7");
        assert_string_equal(i.timezone, "UTC");
        assert_int_equal(i.size_exp, 8);
        assert_int_equal(i.multiplier, 1);
        assert_int_equal(nacrei_instrument_check(&i, NULL), NACRE_OK);
    }
}

static void kinds_have_names(void **state)
{
    (void)state;
    for (int k = NACRE_KIND_EQUITY; k <= NACRE_KIND_OPTION; k++) {
        nacre_kind parsed;
        assert_true(nacrei_kind_parse(nacrei_kind_name((nacre_kind)k), &parsed));
        assert_int_equal(parsed, k);
    }
    nacre_kind parsed;
    assert_string_equal(nacrei_kind_name(NACRE_KIND_PERPETUAL), "perpetual");
    assert_null(nacrei_kind_name((nacre_kind)99));
    assert_false(nacrei_kind_parse("bond", &parsed));
}

static void assert_refused(const nacre_instrument *i, const char *field)
{
    nacre_error err;
    assert_int_equal(nacrei_instrument_check(i, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, field));
}

static void refuses_bad_fields(void **state)
{
    (void)state;
    const char *const symbols[] = {"", ".", "..", "a/b", "a\\b", "tab\t", "\xff"};
    nacre_instrument good, i;
    nacre_instrument_equity(&good, "SPY");
    for (size_t s = 0; s < sizeof symbols / sizeof symbols[0]; s++) {
        nacre_instrument_equity(&i, symbols[s]);
        assert_refused(&i, "symbol");
    }
    i = good;
    memset(i.symbol, 'A', sizeof i.symbol);
    assert_refused(&i, "symbol");
    i = good;
    i.venue[0] = '\n';
    assert_refused(&i, "venue");
    i = good;
    i.currency[0] = 0;
    assert_refused(&i, "currency");
    i = good;
    i.kind = (nacre_kind)7;
    assert_refused(&i, "kind");
    i = good;
    i.size_exp = 19;
    assert_refused(&i, "size_exp");
    i = good;
    i.tick = -1;
    assert_refused(&i, "tick");
    i = good;
    i.multiplier = 0;
    assert_refused(&i, "multiplier");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(equity_defaults),
        cmocka_unit_test(crypto_defaults),
        cmocka_unit_test(kinds_have_names),
        cmocka_unit_test(refuses_bad_fields),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
