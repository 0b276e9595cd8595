// SPDX-License-Identifier: Apache-2.0
// Making a reader from its options, the instrument from what names and options say, and the step
// from one file or zip member to the next.
#ifndef NACREI_DATA_READER_OPEN_H
#define NACREI_DATA_READER_OPEN_H

#include "data/reader/reader_state.h"

/// Copies options and texts, checks the paths, allocates buffers and columns.
NACRE_MUST_CHECK nacre_status nacrei_reader_prepare(nacre_reader *reader, const char *const *paths,
                                                    size_t path_count,
                                                    const nacre_reader_options *options,
                                                    nacre_error *err);
/// Goes to the next member or file and reads its first line. *more is false after the last.
NACRE_MUST_CHECK nacre_status nacrei_reader_advance(nacre_reader *reader, bool *more,
                                                    nacre_error *err);
/// Fills reader->instrument from the format, the names and the options, after the first advance.
NACRE_MUST_CHECK nacre_status nacrei_reader_make_instrument(nacre_reader *reader, nacre_error *err);
/// Gives the size columns of the current layout the instrument's scale.
void nacrei_reader_scale_sizes(nacre_reader *reader);

#endif
