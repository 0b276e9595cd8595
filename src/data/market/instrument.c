// SPDX-License-Identifier: Apache-2.0
// Instruments: the two usual ones and the check of their fields. Symbols are restricted to
// characters that are safe in a file name, because users name files after them; the library itself
// never builds a path from a symbol.
#include "data/market/instrument.h"

#include <stdio.h>
#include <string.h>

#define CRYPTO_SIZE_EXP 8 ///< coins are counted in 1e-8, the satoshi

static const char *const kind_names[] = {
    [NACRE_KIND_EQUITY] = "equity",       [NACRE_KIND_SPOT] = "spot",
    [NACRE_KIND_PERPETUAL] = "perpetual", [NACRE_KIND_FUTURE] = "future",
    [NACRE_KIND_OPTION] = "option",
};
#define KIND_COUNT (sizeof kind_names / sizeof kind_names[0])

void nacre_instrument_equity(nacre_instrument *out, const char *symbol)
{
    memset(out, 0, sizeof *out);
    (void)snprintf(out->symbol, sizeof out->symbol, "%s", symbol);
    out->kind = NACRE_KIND_EQUITY;
    (void)snprintf(out->currency, sizeof out->currency, "USD");
    (void)snprintf(out->settlement, sizeof out->settlement, "USD");
    out->lot = 1;
    out->multiplier = 1;
    (void)snprintf(out->calendar, sizeof out->calendar, "XNYS");
    (void)snprintf(out->timezone, sizeof out->timezone, "America/New_York");
}

void nacre_instrument_crypto(nacre_instrument *out, const char *symbol)
{
    // Quote currencies that pairs end with; a symbol without one of them is quoted in US dollars.
    static const char *const quotes[] = {"USDT", "USDC", "FDUSD", "BUSD", "TUSD",
                                         "USD",  "EUR",  "BTC",   "ETH"};
    memset(out, 0, sizeof *out);
    (void)snprintf(out->symbol, sizeof out->symbol, "%s", symbol);
    out->kind = NACRE_KIND_SPOT;
    const char *currency = "USD";
    size_t length = strlen(out->symbol);
    for (size_t i = 0; i < sizeof quotes / sizeof quotes[0]; i++) {
        size_t n = strlen(quotes[i]);
        if (length > n && strcmp(out->symbol + length - n, quotes[i]) == 0) {
            currency = quotes[i];
            break;
        }
    }
    (void)snprintf(out->currency, sizeof out->currency, "%s", currency);
    (void)snprintf(out->settlement, sizeof out->settlement, "%s", currency);
    out->size_exp = CRYPTO_SIZE_EXP;
    out->multiplier = 1;
    (void)snprintf(out->calendar, sizeof out->calendar, "24x7");
    (void)snprintf(out->timezone, sizeof out->timezone, "UTC");
}

const char *nacrei_kind_name(nacre_kind kind)
{
    return (size_t)kind < KIND_COUNT ? kind_names[kind] : NULL;
}

bool nacrei_kind_parse(const char *name, nacre_kind *out)
{
    for (size_t i = 0; i < KIND_COUNT; i++) {
        if (strcmp(name, kind_names[i]) == 0) {
            *out = (nacre_kind)i;
            return true;
        }
    }
    return false;
}

/// A field of a fixed array: terminated, printable ASCII, and no separator of paths unless allowed.
static nacre_status check_text(const char *field, const char *text, size_t bytes, bool required,
                               bool slash, nacre_error *err)
{
    size_t length = strnlen(text, bytes);
    if (length == bytes)
        return nacrei_fail(err, NACRE_E_ARG, "instrument %s: longer than %zu characters", field,
                           bytes - 1);
    if (required && length == 0)
        return nacrei_fail(err, NACRE_E_ARG, "instrument %s: empty, give one", field);
    for (size_t i = 0; i < length; i++) {
        unsigned char c = (unsigned char)text[i];
        if (c < 0x20 || c > 0x7e || c == '\\' || (c == '/' && !slash))
            return nacrei_fail(err, NACRE_E_ARG,
                               "instrument %s: byte 0x%02x at position %zu is not allowed, use "
                               "printable ASCII without slashes",
                               field, c, i + 1);
    }
    return NACRE_OK;
}

nacre_status nacrei_instrument_check(const nacre_instrument *instrument, nacre_error *err)
{
    const nacre_instrument *in = instrument;
    const struct {
        const char *field, *text;
        size_t bytes;
        bool required, slash;
    } texts[] = {
        {"symbol", in->symbol, sizeof in->symbol, true, false},
        {"venue", in->venue, sizeof in->venue, false, false},
        {"currency", in->currency, sizeof in->currency, true, false},
        {"settlement", in->settlement, sizeof in->settlement, true, false},
        {"calendar", in->calendar, sizeof in->calendar, true, false},
        {"timezone", in->timezone, sizeof in->timezone, true, true},
    };
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        nacre_status status = check_text(texts[i].field, texts[i].text, texts[i].bytes,
                                         texts[i].required, texts[i].slash, err);
        if (status)
            return status;
    }
    if (strcmp(in->symbol, ".") == 0 || strcmp(in->symbol, "..") == 0)
        return nacrei_fail(err, NACRE_E_ARG, "instrument symbol: \"%s\" is no name", in->symbol);
    if (!nacrei_kind_name(in->kind))
        return nacrei_fail(err, NACRE_E_ARG, "instrument kind: %d is unknown", (int)in->kind);
    if (in->size_exp > NACREI_SIZE_EXP_MAX)
        return nacrei_fail(err, NACRE_E_ARG, "instrument size_exp: %u is above %d", in->size_exp,
                           NACREI_SIZE_EXP_MAX);
    if (in->tick < 0 || in->lot < 0)
        return nacrei_fail(err, NACRE_E_ARG, "instrument tick and lot: must not be negative");
    if (in->multiplier < 1)
        return nacrei_fail(err, NACRE_E_ARG, "instrument multiplier: must be at least 1");
    return NACRE_OK;
}

void nacrei_instrument_put_json(nacrei_json *json, const nacre_instrument *instrument)
{
    nacrei_json_key(json, "instrument");
    nacrei_json_object_begin(json);
    nacrei_json_put_string(json, "symbol", instrument->symbol);
    nacrei_json_put_string(json, "venue", instrument->venue);
    nacrei_json_put_string(json, "kind", nacrei_kind_name(instrument->kind));
    nacrei_json_put_string(json, "currency", instrument->currency);
    nacrei_json_put_string(json, "settlement", instrument->settlement);
    nacrei_json_put_int64(json, "tick", instrument->tick);
    nacrei_json_put_uint(json, "size_exp", instrument->size_exp);
    nacrei_json_put_int64(json, "lot", instrument->lot);
    nacrei_json_put_int64(json, "multiplier", instrument->multiplier);
    nacrei_json_put_bool(json, "inverse", instrument->inverse);
    nacrei_json_put_string(json, "calendar", instrument->calendar);
    nacrei_json_put_string(json, "timezone", instrument->timezone);
    nacrei_json_put_int64(json, "expiry_ns", instrument->expiry_ns);
    nacrei_json_object_end(json);
}
