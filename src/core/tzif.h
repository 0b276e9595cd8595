// SPDX-License-Identifier: Apache-2.0
// The inside of a time zone and the reader that fills it; for timezone.c and tzif.c only.
#ifndef NACREI_CORE_TZIF_H
#define NACREI_CORE_TZIF_H

#include "core/timezone.h"

/// Largest offset that is accepted, in seconds: RFC 8536 asks for -25 h < offset < 26 h.
#define NACREI_TZ_MAX_OFFSET (INT64_C(26) * 3600)

struct nacrei_timezone {
    nacre_ctx *ctx;
    int32_t first_offset; ///< before the first change
    size_t count, capacity;
    int64_t *times;   ///< UTC seconds at which the offset changes, never descending
    int32_t *offsets; ///< seconds east of UTC from times[i] on
    bool has_cycle;   ///< a rule covers the time from cycle_begin on, 400 years of it in the table
    int64_t cycle_begin;
};

/// Fills an empty zone; on an error its tables may be allocated (nacrei_timezone_close frees them).
NACRE_MUST_CHECK nacre_status nacrei_tzif_read(nacrei_timezone *zone, const unsigned char *bytes,
                                               size_t size, const char *name, nacre_error *err);

#endif
