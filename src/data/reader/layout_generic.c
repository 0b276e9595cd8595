// SPDX-License-Identifier: Apache-2.0
// The generic CSV: header names are looked up in a table of synonyms, or the caller maps columns to
// roles. A role that two columns claim is refused, because a guess would be silent.
#include "data/reader/layout.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

typedef struct role {
    const char *name;
    nacrei_column_kind kind;
    const char *synonyms; ///< lower case, ' ' between and around them
} role;

static const role roles[] = {
    {"ts_event", NACREI_COLUMN_TS_EVENT,
     " ts_event ts time timestamp event_time exch exch_time exch_ts exch_timestamp exchange_time "
     "exchange_timestamp trade_time transact_time "},
    {"ts_recv", NACREI_COLUMN_TS_RECV,
     " ts_recv recv recv_time recv_ts receive_time local local_time local_ts local_timestamp "},
    {"price", NACREI_COLUMN_PRICE, " price px "},
    {"size", NACREI_COLUMN_SIZE, " size qty quantity amount volume "},
    {"seq", NACREI_COLUMN_SEQ, " seq sequence id trade_id tradeid agg_trade_id "},
    {"side", NACREI_COLUMN_SIDE, " side aggressor aggressor_side taker_side "},
    {"is_buyer_maker", NACREI_COLUMN_BUYER_MAKER, " is_buyer_maker isbuyermaker buyer_maker m "},
    {"symbol", NACREI_COLUMN_SYMBOL, " symbol sym ticker instrument "},
};
enum { ROLE_COUNT = sizeof roles / sizeof roles[0] };

static bool unit_scale(const char *unit, size_t bytes, unsigned *scale)
{
    static const struct {
        const char *name;
        unsigned scale;
    } units[] = {{"ns", 0}, {"us", 3}, {"ms", 6}, {"s", 9}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strlen(units[i].name) == bytes && strncasecmp(units[i].name, unit, bytes) == 0) {
            *scale = units[i].scale;
            return true;
        }
    return false;
}

static bool is_time(nacrei_column_kind kind)
{
    return kind == NACREI_COLUMN_TS_EVENT || kind == NACREI_COLUMN_TS_RECV;
}

/// Whether `text` is among the synonyms.
static bool is_synonym(const char *synonyms, const char *text, size_t bytes)
{
    if (bytes == 0 || memchr(text, ' ', bytes))
        return false;
    for (const char *p = synonyms + 1; *p;) {
        size_t length = strcspn(p, " ");
        if (length == bytes && strncasecmp(p, text, bytes) == 0)
            return true;
        p += length + 1;
    }
    return false;
}

/// The role of a header name; for times also with a unit suffix ("exch_ms").
static const role *find_role(nacrei_field name, bool *has_unit, unsigned *scale)
{
    *has_unit = false;
    const char *underscore = memrchr(name.text, '_', name.bytes);
    for (size_t i = 0; i < ROLE_COUNT; i++) {
        if (is_synonym(roles[i].synonyms, name.text, name.bytes))
            return &roles[i];
        if (!underscore || !is_time(roles[i].kind))
            continue;
        size_t stem = (size_t)(underscore - name.text);
        if (is_synonym(roles[i].synonyms, name.text, stem) &&
            unit_scale(underscore + 1, name.bytes - stem - 1, scale)) {
            *has_unit = true;
            return &roles[i];
        }
    }
    return NULL;
}

static void set_role(nacrei_layout *layout, size_t index, const role *found, bool has_unit,
                     unsigned unit, nacrei_field name)
{
    unsigned scale = 0;
    if (found->kind == NACREI_COLUMN_PRICE)
        scale = 9;
    else if (is_time(found->kind) && has_unit)
        scale = unit;
    nacrei_layout_set(layout, index, found->kind, scale, name.text, name.bytes);
    layout->columns[index].detect_unit = is_time(found->kind) && !has_unit;
}

static nacre_status fail_header(nacre_error *err, nacre_status status, const char *place,
                                const char *problem, const nacrei_field *fields, size_t count)
{
    char seen[140];
    nacrei_fields_show(seen, sizeof seen, fields, count);
    return nacrei_fail(err, status,
                       "%s:1: %s in the columns %s; map them with --columns "
                       "ts_event=NAME[:ms],price=NAME,size=NAME[,side=NAME]",
                       place, problem, seen);
}

static nacre_status require(const nacrei_layout *layout, const char *place,
                            const nacrei_field *fields, size_t count, nacre_error *err)
{
    static const nacrei_column_kind needed[] = {NACREI_COLUMN_TS_EVENT, NACREI_COLUMN_PRICE,
                                                NACREI_COLUMN_SIZE};
    for (size_t i = 0; i < sizeof needed / sizeof needed[0]; i++) {
        if (layout->has[needed[i]])
            continue;
        char problem[64];
        (void)snprintf(problem, sizeof problem, "no %s",
                       i == 0   ? "event time"
                       : i == 1 ? "price"
                                : "size");
        return fail_header(err, NACRE_E_PARSE, place, problem, fields, count);
    }
    if (layout->has[NACREI_COLUMN_SIDE] && layout->has[NACREI_COLUMN_BUYER_MAKER])
        return fail_header(err, NACRE_E_PARSE, place, "both a side and is_buyer_maker", fields,
                           count);
    return NACRE_OK;
}

static nacre_status by_synonyms(nacrei_layout *layout, const char *place,
                                const nacrei_field *fields, size_t count, nacre_error *err)
{
    for (size_t i = 0; i < count; i++) {
        bool has_unit;
        unsigned unit = 0;
        const role *found = find_role(fields[i], &has_unit, &unit);
        if (!found) {
            nacrei_layout_set(layout, i, NACREI_COLUMN_SKIP, 0, fields[i].text, fields[i].bytes);
            continue;
        }
        if (layout->has[found->kind]) {
            char problem[64];
            (void)snprintf(problem, sizeof problem, "two candidates for %s", found->name);
            return fail_header(err, NACRE_E_PARSE, place, problem, fields, count);
        }
        set_role(layout, i, found, has_unit, unit, fields[i]);
    }
    return NACRE_OK;
}

static size_t find_column(const nacrei_field *fields, size_t count, const char *name, size_t bytes)
{
    for (size_t i = 0; i < count; i++)
        if (fields[i].bytes == bytes && memcmp(fields[i].text, name, bytes) == 0)
            return i;
    return count;
}

static const role *role_by_name(const char *name, size_t bytes)
{
    for (size_t i = 0; i < ROLE_COUNT; i++)
        if (strlen(roles[i].name) == bytes && memcmp(roles[i].name, name, bytes) == 0)
            return &roles[i];
    return NULL;
}

/// One "role=column[:unit]" of `bytes` bytes.
static nacre_status map_one(nacrei_layout *layout, const char *item, size_t bytes,
                            const char *place, const nacrei_field *fields, size_t count,
                            nacre_error *err)
{
    const char *equals = memchr(item, '=', bytes);
    const role *found = equals ? role_by_name(item, (size_t)(equals - item)) : NULL;
    if (!found)
        return nacrei_fail(err, NACRE_E_ARG,
                           "--columns: '%.*s' is not ROLE=COLUMN with a role of ts_event, ts_recv, "
                           "price, size, seq, side, is_buyer_maker, symbol",
                           (int)(bytes < 80 ? bytes : 80), item);
    nacrei_field name = {equals + 1, bytes - (size_t)(equals + 1 - item)};
    size_t index = find_column(fields, count, name.text, name.bytes);
    bool has_unit = false;
    unsigned unit = 0;
    const char *colon = memrchr(name.text, ':', name.bytes);
    if (index == count && colon && is_time(found->kind)) {
        size_t unit_bytes = name.bytes - (size_t)(colon + 1 - name.text);
        if (!unit_scale(colon + 1, unit_bytes, &unit))
            return nacrei_fail(err, NACRE_E_ARG,
                               "--columns: '%.*s' is no time unit; use s, ms, us or ns",
                               (int)(unit_bytes < 40 ? unit_bytes : 40), colon + 1);
        has_unit = true;
        name.bytes = (size_t)(colon - name.text);
        index = find_column(fields, count, name.text, name.bytes);
    }
    char problem[96];
    (void)snprintf(problem, sizeof problem, "'%.*s' is not",
                   (int)(name.bytes < 60 ? name.bytes : 60), name.text);
    if (index == count)
        return fail_header(err, NACRE_E_NOTFOUND, place, problem, fields, count);
    if (layout->has[found->kind] || layout->columns[index].kind != NACREI_COLUMN_SKIP)
        return nacrei_fail(err, NACRE_E_ARG, "--columns: %s or its column is given twice",
                           found->name);
    set_role(layout, index, found, has_unit, unit, name);
    return NACRE_OK;
}

static nacre_status by_mapping(nacrei_layout *layout, const char *columns, const char *place,
                               const nacrei_field *fields, size_t count, nacre_error *err)
{
    for (size_t i = 0; i < count; i++)
        nacrei_layout_set(layout, i, NACREI_COLUMN_SKIP, 0, fields[i].text, fields[i].bytes);
    for (const char *p = columns;;) {
        size_t length = strcspn(p, ",");
        nacre_status status = map_one(layout, p, length, place, fields, count, err);
        if (status)
            return status;
        if (p[length] == '\0')
            return NACRE_OK;
        p += length + 1;
    }
}

nacre_status nacrei_layout_generic(nacrei_layout *layout, const char *columns, const char *place,
                                   const nacrei_field *fields, size_t count, nacre_error *err)
{
    layout->count = count;
    nacre_status status = columns ? by_mapping(layout, columns, place, fields, count, err)
                                  : by_synonyms(layout, place, fields, count, err);
    return status ? status : require(layout, place, fields, count, err);
}

bool nacrei_layout_is_generic(const nacrei_field *fields, size_t count)
{
    bool time = false, price = false, size = false;
    for (size_t i = 0; i < count; i++) {
        bool has_unit;
        unsigned unit;
        const role *found = find_role(fields[i], &has_unit, &unit);
        time = time || (found && found->kind == NACREI_COLUMN_TS_EVENT);
        price = price || (found && found->kind == NACREI_COLUMN_PRICE);
        size = size || (found && found->kind == NACREI_COLUMN_SIZE);
    }
    return time && price && size;
}
