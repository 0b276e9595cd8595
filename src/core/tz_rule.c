// SPDX-License-Identifier: Apache-2.0
// A recursive-descent parser for POSIX TZ rules over a bounded text (nothing is NUL-terminated in a
// TZif file), and the two instants that a rule gives for a year.
#include "core/tz_rule.h"

#include "core/timezone.h"

// What is still to be read.
typedef struct rule_text {
    const char *at, *end;
} rule_text;

static bool take(rule_text *text, char wanted)
{
    if (text->at == text->end || *text->at != wanted)
        return false;
    text->at++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
    return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

// One to three digits within [low, high].
static bool parse_number(rule_text *text, int32_t low, int32_t high, int32_t *out)
{
    int32_t value = 0;
    int digits = 0;
    while (text->at < text->end && is_digit(*text->at) && digits < 3) {
        value = value * 10 + (*text->at++ - '0');
        digits++;
    }
    *out = value;
    return digits > 0 && value >= low && value <= high;
}

// "EST" or "<+0330>": at least three characters.
static bool skip_name(rule_text *text)
{
    bool quoted = take(text, '<');
    const char *begin = text->at;
    while (text->at < text->end &&
           (is_letter(*text->at) ||
            (quoted && (is_digit(*text->at) || *text->at == '+' || *text->at == '-'))))
        text->at++;
    return text->at - begin >= 3 && (!quoted || take(text, '>'));
}

// [+-]hh[:mm[:ss]]
static bool parse_time(rule_text *text, int32_t max_hours, int32_t *seconds)
{
    bool negative = take(text, '-');
    if (!negative)
        (void)take(text, '+');
    int32_t hours, minutes = 0, rest = 0;
    if (!parse_number(text, 0, max_hours, &hours))
        return false;
    if (take(text, ':')) {
        if (!parse_number(text, 0, 59, &minutes))
            return false;
        if (take(text, ':') && !parse_number(text, 0, 59, &rest))
            return false;
    }
    int32_t value = hours * 3600 + minutes * 60 + rest;
    *seconds = negative ? -value : value;
    return true;
}

// ",M3.2.0/2"
static bool parse_day(rule_text *text, nacrei_tz_day *day)
{
    *day = (nacrei_tz_day){.time = 7200};
    if (!take(text, ','))
        return false;
    if (take(text, 'M')) {
        day->kind = NACREI_TZ_DAY_MONTH;
        if (!parse_number(text, 1, 12, &day->month) || !take(text, '.') ||
            !parse_number(text, 1, 5, &day->week) || !take(text, '.') ||
            !parse_number(text, 0, 6, &day->day))
            return false;
    } else if (take(text, 'J')) {
        day->kind = NACREI_TZ_DAY_JULIAN;
        if (!parse_number(text, 1, 365, &day->day))
            return false;
    } else {
        day->kind = NACREI_TZ_DAY_ZERO;
        if (!parse_number(text, 0, 365, &day->day))
            return false;
    }
    return !take(text, '/') || parse_time(text, 167, &day->time);
}

bool nacrei_tz_rule_parse(nacrei_tz_rule *rule, const char *text, size_t bytes)
{
    rule_text rest = {text, text + bytes};
    nacrei_tz_rule parsed = {0};
    int32_t west;
    if (!skip_name(&rest) || !parse_time(&rest, 24, &west))
        return false;
    parsed.standard = -west;
    if (rest.at < rest.end) {
        parsed.has_daylight = true;
        parsed.daylight = parsed.standard + 3600;
        if (!skip_name(&rest))
            return false;
        if (rest.at < rest.end && *rest.at != ',') {
            if (!parse_time(&rest, 24, &west))
                return false;
            parsed.daylight = -west;
        }
        if (!parse_day(&rest, &parsed.begin) || !parse_day(&rest, &parsed.end))
            return false;
    }
    if (rest.at != rest.end)
        return false;
    *rule = parsed;
    return true;
}

static bool is_leap(int32_t year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int64_t month_day(const nacrei_tz_day *rule, int32_t year)
{
    int64_t first = nacrei_days_from_civil(year, (uint32_t)rule->month, 1);
    int64_t next = rule->month == 12 ? nacrei_days_from_civil(year + 1, 1, 1)
                                     : nacrei_days_from_civil(year, (uint32_t)rule->month + 1, 1);
    int64_t weekday = first + 4 - nacrei_floor_div(first + 4, 7) * 7; // 1970-01-01 was a Thursday
    int64_t day = first + (rule->day - weekday + 7) % 7 + (int64_t)(rule->week - 1) * 7;
    return day < next ? day : day - 7;
}

static int64_t local_second(const nacrei_tz_day *rule, int32_t year)
{
    int64_t january = nacrei_days_from_civil(year, 1, 1);
    int64_t day;
    switch (rule->kind) {
    case NACREI_TZ_DAY_MONTH:
        day = month_day(rule, year);
        break;
    case NACREI_TZ_DAY_JULIAN:
        day = january + rule->day - 1 + (is_leap(year) && rule->day >= 60);
        break;
    default:
        day = january + rule->day;
        break;
    }
    return day * 86400 + rule->time;
}

void nacrei_tz_rule_year(const nacrei_tz_rule *rule, int32_t year, int64_t *begin, int64_t *end)
{
    *begin = local_second(&rule->begin, year) - rule->standard;
    *end = local_second(&rule->end, year) - rule->daylight;
}
