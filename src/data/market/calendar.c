// SPDX-License-Identifier: Apache-2.0
// Trading calendars. A calendar is data: a zone, hours, the years it covers and a table of special
// days. On opening, the table becomes one byte per day, so a lookup is one index plus five searches
// in the zone's transitions; nothing is cached, hence any number of threads may ask.
#include "core/alloc.h"
#include "core/timezone.h"
#include "nacre/data.h"

#include <string.h>

#define SECONDS_PER_DAY INT64_C(86400)
#define HOURS(h, m) ((h)*3600 + (m)*60)

typedef enum day_kind { OPEN = 0, CLOSED = 1, EARLY = 2 } day_kind;

typedef struct special_day {
    int32_t date;
    day_kind kind;
} special_day;

static const special_day xnys_days[] = {
#define X(date, kind, why) {(date), kind},
#include "data/market/xnys_days.def"
#undef X
};

/// What a calendar is; `zone` NULL means around the clock in UTC.
typedef struct calendar_rules {
    const char *name;
    const char *zone;
    int32_t open_s, close_s, early_close_s; ///< local seconds of the day
    int32_t first_date, last_date;
    const special_day *days;
    size_t day_count;
} calendar_rules;

static const calendar_rules calendars[] = {
    {.name = "24x7"},
    {.name = "XNYS",
     .zone = "America/New_York",
     .open_s = HOURS(9, 30),
     .close_s = HOURS(16, 0),
     .early_close_s = HOURS(13, 0),
     .first_date = 19980101,
     .last_date = 20301231,
     .days = xnys_days,
     .day_count = sizeof xnys_days / sizeof xnys_days[0]},
};

struct nacre_calendar {
    nacre_ctx *ctx;
    const calendar_rules *rules;
    nacrei_timezone *zone; ///< NULL around the clock
    int64_t first_day;     ///< days since 1970
    size_t day_count;
    uint8_t *kinds; ///< day_kind of each day from first_day on
};

static const calendar_rules *find_rules(const char *name)
{
    for (size_t i = 0; i < sizeof calendars / sizeof calendars[0]; i++) {
        if (strcmp(calendars[i].name, name) == 0)
            return &calendars[i];
    }
    return NULL;
}

/// Monday is 0; 1970-01-01 was a Thursday.
static bool is_weekend(int64_t day)
{
    int64_t weekday = day + 3 - nacrei_floor_div(day + 3, 7) * 7;
    return weekday >= 5;
}

/// Opens the zone and spreads weekends and special days over one byte per day.
static nacre_status load_days(nacre_calendar *calendar, nacre_error *err)
{
    const calendar_rules *rules = calendar->rules;
    nacre_status status = nacrei_timezone_open(calendar->ctx, rules->zone, &calendar->zone, err);
    if (status == NACRE_E_NOTFOUND) {
        // For the caller of a calendar the missing thing is the machine's time-zone data.
        status = NACRE_E_IO;
        if (err)
            err->status = status;
    }
    if (status)
        return status;
    int64_t last_day = 0;
    if (!nacrei_days_from_yyyymmdd(rules->first_date, &calendar->first_day) ||
        !nacrei_days_from_yyyymmdd(rules->last_date, &last_day))
        return nacrei_fail(err, NACRE_E_CORRUPT, "calendar %s: bad range of dates", rules->name);
    calendar->day_count = (size_t)(last_day - calendar->first_day + 1);
    status =
        nacrei_alloc(calendar->ctx, calendar->day_count, 1, "calendar days", &calendar->kinds, err);
    if (status)
        return status;
    for (size_t i = 0; i < calendar->day_count; i++)
        calendar->kinds[i] = is_weekend(calendar->first_day + (int64_t)i) ? CLOSED : OPEN;
    for (size_t i = 0; i < rules->day_count; i++) {
        int64_t day;
        if (!nacrei_days_from_yyyymmdd(rules->days[i].date, &day) || day < calendar->first_day ||
            day > last_day)
            return nacrei_fail(err, NACRE_E_CORRUPT, "calendar %s: bad special day %d", rules->name,
                               rules->days[i].date);
        calendar->kinds[day - calendar->first_day] = (uint8_t)rules->days[i].kind;
    }
    return NACRE_OK;
}

nacre_status nacre_calendar_open(nacre_ctx *ctx, const char *name, nacre_calendar **out,
                                 nacre_error *err)
{
    *out = NULL;
    const calendar_rules *rules = find_rules(name);
    if (!rules)
        return nacrei_fail(err, NACRE_E_NOTFOUND,
                           "calendar \"%.32s\" is unknown; known are 24x7 and XNYS", name);
    nacre_calendar *calendar;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *calendar, "calendar", &calendar, err);
    if (status)
        return status;
    calendar->ctx = ctx;
    calendar->rules = rules;
    if (rules->zone)
        status = load_days(calendar, err);
    if (status) {
        nacre_calendar_close(calendar);
        return status;
    }
    *out = calendar;
    return NACRE_OK;
}

void nacre_calendar_close(nacre_calendar *calendar)
{
    if (!calendar)
        return;
    nacre_ctx *ctx = calendar->ctx;
    if (calendar->zone)
        nacrei_timezone_close(calendar->zone);
    nacrei_free(ctx, calendar->kinds, calendar->day_count, 1);
    nacrei_free(ctx, calendar, 1, sizeof *calendar);
}

const char *nacre_calendar_name(const nacre_calendar *calendar)
{
    return calendar->rules->name;
}

/// The UTC day, trading around the clock.
static nacre_status session_continuous(int64_t t_ns, nacre_session *out, nacre_error *err)
{
    int64_t day = nacrei_floor_div(t_ns, NACREI_NS_PER_DAY);
    nacre_session session = {.date = nacrei_yyyymmdd_from_days(day), .trading = true};
    // The first and last day of the int64 range are cut off in the middle.
    if (__builtin_mul_overflow(day, NACREI_NS_PER_DAY, &session.begin_ns) ||
        __builtin_add_overflow(session.begin_ns, NACREI_NS_PER_DAY, &session.end_ns))
        return nacrei_fail(err, NACRE_E_RANGE, "time %lld ns is at the edge of what 64 bits hold",
                           (long long)t_ns);
    session.open_ns = session.begin_ns;
    session.close_ns = session.end_ns;
    *out = session;
    return NACRE_OK;
}

static int64_t local_to_utc_ns(const nacre_calendar *calendar, int64_t day, int32_t second)
{
    return nacrei_timezone_to_utc(calendar->zone, day * SECONDS_PER_DAY + second) *
           NACREI_NS_PER_SECOND;
}

nacre_status nacre_calendar_session(const nacre_calendar *calendar, int64_t t_ns,
                                    nacre_session *out, nacre_error *err)
{
    const calendar_rules *rules = calendar->rules;
    if (!calendar->zone)
        return session_continuous(t_ns, out, err);
    int64_t t = nacrei_floor_div(t_ns, NACREI_NS_PER_SECOND);
    int64_t day = nacrei_floor_div(t + nacrei_timezone_offset(calendar->zone, t), SECONDS_PER_DAY);
    int64_t index = day - calendar->first_day;
    if (index < 0 || index >= (int64_t)calendar->day_count)
        return nacrei_fail(
            err, NACRE_E_RANGE, "calendar %s knows %d to %d, not %d: check the unit of the times",
            rules->name, rules->first_date, rules->last_date, nacrei_yyyymmdd_from_days(day));
    day_kind kind = (day_kind)calendar->kinds[index];
    out->date = nacrei_yyyymmdd_from_days(day);
    out->trading = kind != CLOSED;
    out->early_close = kind == EARLY;
    out->begin_ns = local_to_utc_ns(calendar, day, 0);
    out->end_ns = local_to_utc_ns(calendar, day + 1, 0);
    out->open_ns = local_to_utc_ns(calendar, day, rules->open_s);
    out->close_ns =
        local_to_utc_ns(calendar, day, kind == EARLY ? rules->early_close_s : rules->close_s);
    return NACRE_OK;
}
