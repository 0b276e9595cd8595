// SPDX-License-Identifier: Apache-2.0
// The inside of a reader, shared by its three parts: opening files (reader.c), parsing rows
// (row_parse.c) and what is said about bad ones (row_slow.c).
#ifndef NACREI_DATA_READER_STATE_H
#define NACREI_DATA_READER_STATE_H

#include "core/timezone.h"
#include "data/reader/layout.h"
#include "data/reader/line_window.h"
#include "data/reader/reorder.h"

/// Rows per block: its columns and the text they came from stay in a second-level cache.
#define NACREI_READER_BLOCK_ROWS ((size_t)16384)
#define NACREI_READER_SYMBOLS 8

/// The columns of one block, all in one allocation.
typedef struct nacrei_block {
    size_t rows;
    int64_t *ts_event, *ts_recv, *price, *size, *seq;
    uint32_t *conditions;
    int8_t *side;
    uint8_t *flags, *venue;
} nacrei_block;

/// Price moves with a known side, and how many of them went against it.
typedef struct nacrei_side_check {
    int64_t last_price;
    uint64_t moves, against;
} nacrei_side_check;

struct nacre_reader {
    nacre_ctx *ctx;
    nacre_reader_options options; ///< its texts point into `texts`
    char *texts;                  ///< copies of the paths and the options' texts
    size_t texts_bytes;
    const char **paths;
    size_t path_count, path_next;
    bool sized; ///< every file's size is known
    uint64_t bytes_done;

    nacrei_input *input;
    nacrei_lines lines;
    nacrei_layout layout;
    nacre_instrument instrument;
    nacre_reader_stats stats;
    bool symbol_filter; ///< options.symbol was given
    size_t symbol_bytes;
    char symbols[NACREI_READER_SYMBOLS][32]; ///< other symbols seen
    size_t symbol_count;

    nacrei_timezone *zone; ///< lean: New York
    int32_t date;          ///< lean: of the current row
    int64_t date_seconds;  ///< its midnight in local civil seconds
    int64_t hour;          ///< local hour whose UTC offset is `offset_seconds`; -1 = none
    int64_t offset_seconds;

    bool failed, finished;
    bool row_foreign;         ///< the current row belongs to another symbol
    uint64_t member_rows;     ///< rows taken from the current member
    uint64_t blank_line;      ///< a blank line, legal only when nothing follows; 0 = none
    uint64_t unit_line;       ///< line of the last switch of the time unit; 0 = none
    unsigned noted_digits[2]; ///< unit of the last note on event and receive times
    int64_t newest_ns;        ///< latest event time so far
    uint64_t arrivals;
    nacrei_reorder reorder;
    nacrei_block block;
    void *block_memory;
    nacrei_side_check side_check;
};

/// Parses the line at lines.next and moves past it.
/// @error  NACRE_E_PARSE, NACRE_E_RANGE, NACRE_E_NONFINITE: a bad row, and lines.next still stands
/// at
///         its beginning; others end the reading
NACRE_MUST_CHECK nacre_status nacrei_row_parse(nacre_reader *reader, nacrei_row *row,
                                               nacre_error *err);

/// Parses field `index` at `p` without hurry, whatever its form, and finds what is wrong with it.
/// *after is the byte behind it: ',' or the line's end.
NACRE_MUST_CHECK nacre_status nacrei_row_slow(nacre_reader *reader, size_t index, const char *p,
                                              const char **after, nacrei_row *row,
                                              nacre_error *err);

/// Adds a line to stats.notes; what does not fit is left out.
void nacrei_reader_note(nacre_reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/// The current file without its folders, for notes.
const char *nacrei_reader_short_place(const nacre_reader *reader);

/// Event time of a local time of day; the offset is looked up once per hour.
static inline int64_t nacrei_reader_local_ns(const nacre_reader *reader, int64_t day_ms)
{
    return (reader->date_seconds + day_ms / 1000 - reader->offset_seconds) * NACREI_NS_PER_SECOND +
           day_ms % 1000 * 1000000;
}

#endif
