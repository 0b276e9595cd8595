// SPDX-License-Identifier: Apache-2.0
// What the columns of a file mean. Every format becomes a layout, a list of column kinds with their
// decimal scales; one row parser serves them all.
#ifndef NACREI_DATA_LAYOUT_H
#define NACREI_DATA_LAYOUT_H

#include "core/status.h"
#include "nacre/data.h"

#define NACREI_COLUMNS_MAX 64
#define NACREI_COLUMN_NAME_BYTES 32

typedef enum nacrei_column_kind {
    NACREI_COLUMN_SKIP = 0,
    NACREI_COLUMN_TS_EVENT,
    NACREI_COLUMN_TS_RECV,
    NACREI_COLUMN_PRICE,
    NACREI_COLUMN_SIZE,
    NACREI_COLUMN_SEQ,
    NACREI_COLUMN_SIDE,        ///< B/S/N, buy/sell, 1/-1/0
    NACREI_COLUMN_BUYER_MAKER, ///< true: the buyer rested, so the seller was the aggressor
    NACREI_COLUMN_FLAGS,
    NACREI_COLUMN_VENUE,      ///< one letter or digit, or empty
    NACREI_COLUMN_CONDITIONS, ///< hex or empty
    NACREI_COLUMN_SUSPICIOUS, ///< 0 or 1
    NACREI_COLUMN_SYMBOL,
    NACREI_COLUMN_DATE,   ///< yyyymmdd in local time
    NACREI_COLUMN_DAY_MS, ///< milliseconds since local midnight; comes after the date
    NACREI_COLUMN_KINDS,
} nacrei_column_kind;

typedef struct nacrei_column {
    nacrei_column_kind kind;
    unsigned scale;   ///< the value is the text times 10^scale
    bool detect_unit; ///< time: the number of digits tells the unit
    unsigned digits;  ///< time with detect_unit: digits of the unit in force, 0 = none yet
    char name[NACREI_COLUMN_NAME_BYTES];
} nacrei_column;

typedef struct nacrei_layout {
    nacre_format format;
    bool has_header;
    size_t count;
    bool has[NACREI_COLUMN_KINDS];
    nacrei_column columns[NACREI_COLUMNS_MAX];
} nacrei_layout;

/// One field of a line without its quotes.
typedef struct nacrei_field {
    const char *text;
    size_t bytes;
} nacrei_field;

/// Reads the field at `p`, which ends at ',' or at the line's end `eol` ('\r' before it excluded).
/// Returns the byte after the field (a ',' or eol), or NULL when quotes are wrong.
const char *nacrei_field_next(const char *p, const char *eol, nacrei_field *field);
/// Splits a line; returns the number of fields, of which the first `capacity` are stored, or 0 when
/// quotes are wrong.
size_t nacrei_fields_split(const char *p, const char *eol, nacrei_field *fields, size_t capacity);
/// The line's end without '\r'; `line` lies in a window, so a '\n' follows.
const char *nacrei_line_end(const char *line);

/// Nanoseconds per unit as a power of ten from the number of digits of a time of our age
/// (10 s, 13 ms, 16 us, 19 ns); false for other numbers of digits.
bool nacrei_time_scale(unsigned digits, unsigned *scale);
const char *nacrei_time_unit_name(unsigned scale); ///< 9 "s", 6 "ms", 3 "us", 0 "ns"

/// Decides what the first line of a file says. The scale of sizes is left 0: it is the
/// instrument's.
/// @param asked    the caller's format, AUTO to find out; later files get the first one's
/// @param columns  the caller's mapping for generic, or NULL
/// @error  NACRE_E_PARSE lists what was seen and the remedy; NACRE_E_ARG a bad mapping
NACRE_MUST_CHECK nacre_status nacrei_layout_detect(nacrei_layout *layout, nacre_format asked,
                                                   const char *columns, const char *place,
                                                   const char *line, const char *eol,
                                                   nacre_error *err);

/// Generic: by header names, or by the mapping. `fields` are the header's.
NACRE_MUST_CHECK nacre_status nacrei_layout_generic(nacrei_layout *layout, const char *columns,
                                                    const char *place, const nacrei_field *fields,
                                                    size_t count, nacre_error *err);
/// Whether header names alone make a table of trades.
bool nacrei_layout_is_generic(const nacrei_field *fields, size_t count);
/// Sets one column of a layout.
void nacrei_layout_set(nacrei_layout *layout, size_t index, nacrei_column_kind kind, unsigned scale,
                       const char *name, size_t name_bytes);
/// "a,b,c" of the fields for messages, cut when long, unprintable bytes as '?'.
void nacrei_fields_show(char *out, size_t bytes, const nacrei_field *fields, size_t count);

#endif
