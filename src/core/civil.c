// SPDX-License-Identifier: Apache-2.0
// The proleptic Gregorian calendar in integers. Years are counted from 1 March, so that the leap
// day is the last day of a year and month lengths follow 153 days per 5 months.
#include "core/timezone.h"

#define DAYS_PER_400_YEARS INT64_C(146097)
#define EPOCH_FROM_MARCH_0 INT64_C(719468) // days from 0000-03-01 to 1970-01-01

int64_t nacrei_days_from_civil(int32_t year, uint32_t month, uint32_t day)
{
    int64_t y = month <= 2 ? (int64_t)year - 1 : year;
    int64_t month_from_march = (month + 9) % 12;
    int64_t leap_days =
        nacrei_floor_div(y, 4) - nacrei_floor_div(y, 100) + nacrei_floor_div(y, 400);
    return 365 * y + leap_days + (153 * month_from_march + 2) / 5 + day - 1 - EPOCH_FROM_MARCH_0;
}

void nacrei_civil_from_days(int64_t days, int32_t *year, uint32_t *month, uint32_t *day)
{
    int64_t from_march_0 = days + EPOCH_FROM_MARCH_0;
    int64_t cycle = nacrei_floor_div(from_march_0, DAYS_PER_400_YEARS);
    int64_t in_cycle = from_march_0 - cycle * DAYS_PER_400_YEARS;
    // Take out the leap days that lie before: one per 4 years (1461 days), but not per 100 (36524),
    // but per 400. The minus ones keep the last day of each period inside it.
    int64_t y = (in_cycle - in_cycle / 1460 + in_cycle / 36524 - in_cycle / 146096) / 365;
    int64_t in_year = in_cycle - (365 * y + y / 4 - y / 100);
    int64_t month_from_march = (5 * in_year + 2) / 153;
    *day = (uint32_t)(in_year - (153 * month_from_march + 2) / 5 + 1);
    *month = (uint32_t)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *year = (int32_t)(cycle * 400 + y + (*month <= 2));
}

bool nacrei_days_from_yyyymmdd(int32_t date, int64_t *days)
{
    if (date < 10101 || date > 99991231)
        return false;
    int64_t candidate =
        nacrei_days_from_civil(date / 10000, (uint32_t)(date / 100 % 100), (uint32_t)(date % 100));
    // A month 13 or a 30 February becomes another day, so the way back tells.
    if (nacrei_yyyymmdd_from_days(candidate) != date)
        return false;
    *days = candidate;
    return true;
}

int32_t nacrei_yyyymmdd_from_days(int64_t days)
{
    int32_t year;
    uint32_t month, day;
    nacrei_civil_from_days(days, &year, &month, &day);
    return year * 10000 + (int32_t)(month * 100 + day);
}

// Writes `digits` decimal digits and the character that follows them.
static char *put_number(char *out, uint32_t value, int digits, char after)
{
    for (int i = digits - 1; i >= 0; i--, value /= 10)
        out[i] = (char)('0' + value % 10);
    out[digits] = after;
    return out + digits + 1;
}

void nacrei_format_utc(char out[31], int64_t t_ns)
{
    int64_t days = nacrei_floor_div(t_ns, NACREI_NS_PER_DAY);
    // Not t_ns - days * ...: the product does not fit for the oldest instants.
    int64_t in_day =
        t_ns % NACREI_NS_PER_DAY + (t_ns % NACREI_NS_PER_DAY < 0 ? NACREI_NS_PER_DAY : 0);
    uint32_t second = (uint32_t)(in_day / NACREI_NS_PER_SECOND);
    int32_t year;
    uint32_t month, day;
    nacrei_civil_from_days(days, &year, &month, &day);
    out = put_number(out, (uint32_t)year, 4, '-');
    out = put_number(out, month, 2, '-');
    out = put_number(out, day, 2, 'T');
    out = put_number(out, second / 3600, 2, ':');
    out = put_number(out, second / 60 % 60, 2, ':');
    out = put_number(out, second % 60, 2, '.');
    out = put_number(out, (uint32_t)(in_day % NACREI_NS_PER_SECOND), 9, 'Z');
    *out = '\0';
}
