// SPDX-License-Identifier: Apache-2.0
// The hot loop of importing: one record's fields, taken in place by kind. It knows only well-formed
// text; on anything else it hands the field to row_slow.c, which has the same result or the reason.
#include "data/reader/decimal.h"
#include "data/reader/reader_state.h"

#include <string.h>

/// Aggressor by letter in a table, because sides are as good as random and a branch would guess.
static inline __attribute__((always_inline)) const char *fast_side(const char *p, int8_t *side)
{
    enum { NO_SIDE = 2 };
    static const int8_t by_letter[32] = {
        ['b' & 31] = NACRE_SIDE_BUY - NO_SIDE,
        ['s' & 31] = NACRE_SIDE_SELL - NO_SIDE,
        ['n' & 31] = NACRE_SIDE_UNKNOWN - NO_SIDE,
    };
    if (memcmp(p, "buy", 3) == 0) {
        *side = NACRE_SIDE_BUY;
        return p + 3;
    }
    if (memcmp(p, "sell", 4) == 0) {
        *side = NACRE_SIDE_SELL;
        return p + 4;
    }
    int entry = by_letter[*p & 31];
    *side = (int8_t)(entry + NO_SIDE);
    return entry != 0 && (unsigned)((*p | 0x20) - 'a') < 26 ? p + 1 : NULL;
}

/// true or false in lower, upper or mixed case, without a branch on which.
static inline const char *fast_buyer_maker(const char *p, int8_t *side)
{
    uint32_t word;
    memcpy(&word, p, sizeof word);
    word |= 0x20202020u;
    unsigned yes = word == 0x65757274u;                        // "true"
    unsigned no = word == 0x736c6166u && (p[4] | 0x20) == 'e'; // "fals" "e"
    if (!(yes | no))
        return NULL;
    *side = (int8_t)(1 - 2 * (int)yes);
    return p + 5 - yes;
}

static inline const char *fast_hex(const char *p, uint32_t *value)
{
    uint32_t sum = 0;
    const char *limit = p + 8;
    for (; p < limit; p++) {
        unsigned digit = (unsigned)(unsigned char)*p - '0';
        if (digit > 9) {
            digit = ((unsigned)(unsigned char)*p | 0x20u) - 'a' + 10u;
            if (digit < 10 || digit > 15)
                break;
        }
        sum = sum << 4 | digit;
    }
    *value = sum;
    return p;
}

/// To the next ',' or line end; NULL at a quote.
static inline __attribute__((always_inline)) const char *fast_skip(const char *p)
{
    const uint64_t ones = UINT64_C(0x0101010101010101), high = UINT64_C(0x8080808080808080);
    for (;; p += 8) {
        uint64_t word;
        memcpy(&word, p, sizeof word);
        uint64_t comma = word ^ (ones * ','), end = word ^ (ones * '\n'),
                 quote = word ^ (ones * '"'), ret = word ^ (ones * '\r');
        uint64_t marks = (((comma - ones) & ~comma) | ((end - ones) & ~end) |
                          ((quote - ones) & ~quote) | ((ret - ones) & ~ret)) &
                         high;
        if (marks) {
            // False marks only lie above a true one.
            p += __builtin_ctzll(marks) >> 3;
            return *p == '"' ? NULL : p;
        }
    }
}

static inline __attribute__((always_inline)) const char *fast_time(const nacrei_column *column,
                                                                   const char *p, int64_t *value)
{
    uint64_t number;
    unsigned digits;
    p = nacrei_scan_digits(p, &number, &digits);
    if (digits == 0 || (column->detect_unit && digits != column->digits) ||
        number > nacrei_integer_limit[column->scale])
        return NULL;
    *value = (int64_t)(number * nacrei_pow10[column->scale]);
    return p;
}

static inline __attribute__((always_inline)) const char *
fast_positive(const nacrei_column *column, const char *p, int64_t *value)
{
    p = nacrei_decimal_fast(p, column->scale, value);
    return p && *value > 0 ? p : NULL;
}

static inline __attribute__((always_inline)) const char *fast_integer(const char *p, uint64_t limit,
                                                                      uint64_t *value)
{
    unsigned digits;
    p = nacrei_scan_digits(p, value, &digits);
    return digits == 0 || *value > limit ? NULL : p;
}

static inline const char *fast_day_ms(const nacre_reader *reader, const char *p, int64_t *ts_event)
{
    uint64_t number;
    p = fast_integer(p, 86399999, &number);
    if (!p || (int64_t)(number / 3600000) != reader->hour)
        return NULL;
    *ts_event = nacrei_reader_local_ns(reader, (int64_t)number);
    return p;
}

/// The field at `p` into the row: the byte behind it, or NULL when it needs a closer look.
static inline __attribute__((always_inline)) const char *
fast_field(const nacre_reader *reader, const nacrei_column *column, const char *p, nacrei_row *row)
{
    uint64_t number;
    switch (column->kind) {
    case NACREI_COLUMN_SKIP:
        return fast_skip(p);
    case NACREI_COLUMN_TS_EVENT:
        return fast_time(column, p, &row->ts_event);
    case NACREI_COLUMN_TS_RECV:
        return fast_time(column, p, &row->ts_recv);
    case NACREI_COLUMN_PRICE:
        return fast_positive(column, p, &row->price);
    case NACREI_COLUMN_SIZE:
        return fast_positive(column, p, &row->size);
    case NACREI_COLUMN_SEQ:
        p = fast_integer(p, INT64_MAX, &number);
        row->seq = (int64_t)number;
        return p;
    case NACREI_COLUMN_SIDE:
        return fast_side(p, &row->side);
    case NACREI_COLUMN_BUYER_MAKER:
        return fast_buyer_maker(p, &row->side);
    case NACREI_COLUMN_FLAGS:
        p = fast_integer(p, UINT8_MAX, &number);
        row->flags = (uint8_t)number;
        return p;
    case NACREI_COLUMN_VENUE:
        row->venue = *p == ',' ? 0 : (uint8_t)*p;
        if (*p == ',')
            return p;
        return (unsigned)((*p | 0x20) - 'a') < 26 || nacrei_is_digit(*p) ? p + 1 : NULL;
    case NACREI_COLUMN_CONDITIONS:
        return fast_hex(p, &row->conditions);
    case NACREI_COLUMN_SUSPICIOUS:
        row->flags = *p == '1' ? NACRE_TRADE_SUSPICIOUS : 0;
        return (unsigned)(*p - '0') < 2 ? p + 1 : NULL;
    case NACREI_COLUMN_SYMBOL:
        return memcmp(p, reader->instrument.symbol, reader->symbol_bytes) == 0
                   ? p + reader->symbol_bytes
                   : NULL;
    case NACREI_COLUMN_DATE:
        p = fast_integer(p, INT32_MAX, &number);
        return p && (int32_t)number == reader->date ? p : NULL;
    case NACREI_COLUMN_DAY_MS:
        return fast_day_ms(reader, p, &row->ts_event);
    case NACREI_COLUMN_KINDS:
        break;
    }
    return NULL;
}

nacre_status nacrei_row_parse(nacre_reader *reader, nacrei_row *row, nacre_error *err)
{
    const char *p = reader->lines.next;
    size_t last = reader->layout.count - 1;
    reader->row_foreign = false;
    for (size_t i = 0; i < last; i++) {
        const char *after = fast_field(reader, &reader->layout.columns[i], p, row);
        if (__builtin_expect(!after || *after != ',', 0)) {
            nacre_status status = nacrei_row_slow(reader, i, p, &after, row, err);
            if (status)
                return status;
        }
        p = after + 1;
    }
    const char *after = fast_field(reader, &reader->layout.columns[last], p, row);
    if (__builtin_expect(!after || (*after != '\n' && !(*after == '\r' && after[1] == '\n')), 0)) {
        nacre_status status = nacrei_row_slow(reader, last, p, &after, row, err);
        if (status)
            return status;
    }
    reader->lines.next = after + 1 + (*after == '\r');
    reader->lines.line++;
    return NACRE_OK;
}
