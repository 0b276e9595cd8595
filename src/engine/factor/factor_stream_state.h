// SPDX-License-Identifier: Apache-2.0
// The inside of a factor stream: one flat block without pointers, so that its bytes are the
// snapshot. The ring of rows and, for ewma, the running sum follow the struct.
#ifndef NACREI_ENGINE_FACTOR_STREAM_STATE_H
#define NACREI_ENGINE_FACTOR_STREAM_STATE_H

#include "engine/state/stream_state.h"
#include "nacre/factor_stream.h"

/// Far above any return, far below where squares and their sums overflow.
#define NACREI_FACTOR_RETURN_LIMIT 1e100

struct nacre_factor_stream {
    nacrei_state_header header;
    nacre_factor_stream_options options;
    nacrei_window window;
    int64_t time_ns; ///< of the last row; INT64_MIN before the first
    uint64_t rows;   ///< taken in so far
    double weight;   ///< ewma: s, the sum of the weights
    nacre_factor_stream_report report;
};

/// Where the arrays begin, in bytes from the block's start.
typedef struct nacrei_factor_stream_layout {
    size_t rows; ///< window x assets returns, a ring
    size_t ewma; ///< S: lower triangle by rows, assets (assets + 1) / 2; of ewma only
    size_t total;
} nacrei_factor_stream_layout;

nacrei_factor_stream_layout
nacrei_factor_stream_layout_of(const nacre_factor_stream_options *options);

extern const nacrei_state_kind nacrei_factor_stream_kind;

#endif
