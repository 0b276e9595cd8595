// SPDX-License-Identifier: Apache-2.0
// Thread-safe time zones from TZif files (RFC 8536), without setenv or mktime: a zone is an
// immutable table that any number of threads may read. Also the proleptic Gregorian calendar in
// integers.
#ifndef NACREI_CORE_TIMEZONE_H
#define NACREI_CORE_TIMEZONE_H

#include "core/context.h"
#include "core/status.h"

#define NACREI_NS_PER_SECOND INT64_C(1000000000)
#define NACREI_NS_PER_DAY (INT64_C(86400) * NACREI_NS_PER_SECOND)

typedef struct nacrei_timezone nacrei_timezone;

/// Loads an IANA zone from $TZDIR or /usr/share/zoneinfo. Names with "..", or absolute, are
/// refused.
/// @error  NACRE_E_NOTFOUND (remedy: install tzdata), NACRE_E_CORRUPT
NACRE_MUST_CHECK nacre_status nacrei_timezone_open(nacre_ctx *ctx, const char *name,
                                                   nacrei_timezone **out, nacre_error *err);
/// Parses a TZif image (versions 1 to 4; the footer's POSIX rule covers the time after the table).
NACRE_MUST_CHECK nacre_status nacrei_timezone_parse(nacre_ctx *ctx, const void *bytes, size_t size,
                                                    const char *name, nacrei_timezone **out,
                                                    nacre_error *err);
void nacrei_timezone_close(nacrei_timezone *zone);

/// Seconds east of UTC at the UTC second `t`.
int32_t nacrei_timezone_offset(const nacrei_timezone *zone, int64_t t);
/// UTC second of a local civil second (days since 1970 * 86400 + second of day). In a gap the time
/// moves forward by the gap; of two candidates the earlier is taken.
int64_t nacrei_timezone_to_utc(const nacrei_timezone *zone, int64_t local);

/// Days since 1970-01-01 of a civil date, and back. Valid for years 1 to 9999.
int64_t nacrei_days_from_civil(int32_t year, uint32_t month, uint32_t day);
void nacrei_civil_from_days(int64_t days, int32_t *year, uint32_t *month, uint32_t *day);
/// yyyymmdd to days since 1970; false when it is no date.
bool nacrei_days_from_yyyymmdd(int32_t date, int64_t *days);
int32_t nacrei_yyyymmdd_from_days(int64_t days);
/// "2013-10-07T13:30:00.123456789Z"; needs 31 bytes. Trailing zero groups are kept.
void nacrei_format_utc(char out[31], int64_t t_ns);
/// Floor division for negative instants.
static inline int64_t nacrei_floor_div(int64_t a, int64_t b)
{
    return a / b - (a % b < 0);
}

#endif
