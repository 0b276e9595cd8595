// SPDX-License-Identifier: Apache-2.0
// The POSIX TZ rule in the footer of a TZif file: "EST5EDT,M3.2.0,M11.1.0".
#ifndef NACREI_CORE_TZ_RULE_H
#define NACREI_CORE_TZ_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum nacrei_tz_day_kind {
    NACREI_TZ_DAY_JULIAN, ///< Jn: 1..365, 29 February is never counted
    NACREI_TZ_DAY_ZERO,   ///< n: 0..365, leap days are counted
    NACREI_TZ_DAY_MONTH,  ///< Mm.w.d: weekday d of week w (5 = last) of month m
} nacrei_tz_day_kind;

typedef struct nacrei_tz_day {
    nacrei_tz_day_kind kind;
    int32_t day; ///< of the year, or weekday with 0 = Sunday
    int32_t week, month;
    int32_t time; ///< seconds after local midnight, -167 h to 167 h
} nacrei_tz_day;

/// Offsets are seconds east of UTC, the opposite of the text's sign.
typedef struct nacrei_tz_rule {
    int32_t standard, daylight;
    bool has_daylight;
    nacrei_tz_day begin, end; ///< of daylight saving time
} nacrei_tz_rule;

/// Parses exactly `bytes` bytes; false when it is no rule. The extended hours of RFC 8536 (-167 to
/// 167) are taken in every version.
bool nacrei_tz_rule_parse(nacrei_tz_rule *rule, const char *text, size_t bytes);
/// UTC seconds at which daylight saving begins and ends in a year.
void nacrei_tz_rule_year(const nacrei_tz_rule *rule, int32_t year, int64_t *begin, int64_t *end);

#endif
