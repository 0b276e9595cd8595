// SPDX-License-Identifier: Apache-2.0
// A zone in memory: the instants at which the offset changes and the offset after each, sorted, so
// that a lookup is one binary search. A footer rule with daylight saving time is written out for
// the 400 years after the file's last change; the Gregorian calendar repeats itself (weekdays
// included) after 400 years, so later instants are moved back by whole cycles. Reading the file:
// tzif.c.
#include "core/timezone.h"

#include "core/alloc.h"
#include "core/small_file.h"
#include "core/tzif.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CYCLE_SECONDS (INT64_C(146097) * 86400)
#define MAX_FILE_BYTES ((size_t)1 << 20)

// Index of the first change after t.
static size_t first_after(const nacrei_timezone *zone, int64_t t)
{
    size_t low = 0, high = zone->count;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (zone->times[middle] <= t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// The instant of the written-out cycle that a later one repeats. Remainders first: the difference
// of t and a negative beginning may not fit.
static int64_t into_cycle(const nacrei_timezone *zone, int64_t t)
{
    int64_t since = t % CYCLE_SECONDS - zone->cycle_begin % CYCLE_SECONDS;
    since -= nacrei_floor_div(since, CYCLE_SECONDS) * CYCLE_SECONDS;
    return zone->cycle_begin + since;
}

int32_t nacrei_timezone_offset(const nacrei_timezone *zone, int64_t t)
{
    if (zone->has_cycle && t >= zone->cycle_begin + CYCLE_SECONDS)
        t = into_cycle(zone, t);
    size_t next = first_after(zone, t);
    return next ? zone->offsets[next - 1] : zone->first_offset;
}

int64_t nacrei_timezone_to_utc(const nacrei_timezone *zone, int64_t local)
{
    // Far outside the calendar (where the sums below could overflow) any offset is as good.
    if (local > INT64_MAX / 2 || local < INT64_MIN / 2)
        return local;
    int64_t shift = 0;
    if (zone->has_cycle && local >= zone->cycle_begin + CYCLE_SECONDS)
        shift = (local - zone->cycle_begin) / CYCLE_SECONDS * CYCLE_SECONDS;
    local -= shift;
    // Walk the spans of constant offset in time order, from one that surely begins before the
    // answer.
    size_t next = first_after(zone, local - NACREI_TZ_MAX_OFFSET);
    int32_t before = next ? zone->offsets[next - 1] : zone->first_offset;
    int32_t offset = before;
    int64_t begin = INT64_MIN;
    for (;; next++) {
        int64_t end = next < zone->count ? zone->times[next] : INT64_MAX;
        int64_t t = local - offset;
        if (t < begin) // the clock jumped over `local` here
            return local - before + shift;
        if (t < end)
            return t + shift;
        begin = end;
        before = offset;
        offset = zone->offsets[next];
    }
}

static void release_tables(nacrei_timezone *zone)
{
    nacrei_free(zone->ctx, zone->times, zone->capacity, sizeof *zone->times);
    nacrei_free(zone->ctx, zone->offsets, zone->capacity, sizeof *zone->offsets);
}

void nacrei_timezone_close(nacrei_timezone *zone)
{
    if (!zone)
        return;
    release_tables(zone);
    nacrei_free(zone->ctx, zone, 1, sizeof *zone);
}

nacre_status nacrei_timezone_parse(nacre_ctx *ctx, const void *bytes, size_t size, const char *name,
                                   nacrei_timezone **out, nacre_error *err)
{
    nacrei_timezone *zone;
    *out = NULL;
    if (size > MAX_FILE_BYTES)
        return nacrei_fail(err, NACRE_E_LIMIT, "time zone %s has %zu bytes, at most %zu are read",
                           name, size, MAX_FILE_BYTES);
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *zone, "time zone", &zone, err);
    if (status)
        return status;
    zone->ctx = ctx;
    status = nacrei_tzif_read(zone, bytes, size, name, err);
    if (status) {
        nacrei_timezone_close(zone);
        return status;
    }
    *out = zone;
    return NACRE_OK;
}

// A name becomes part of a path, so it must not lead out of the folder.
static bool is_zone_name(const char *name)
{
    if (name[0] == '\0' || name[0] == '/' || strlen(name) > 255 || strstr(name, ".."))
        return false;
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p <= ' ' || *p == 0x7F || *p == '\\')
            return false;
    return true;
}

nacre_status nacrei_timezone_open(nacre_ctx *ctx, const char *name, nacrei_timezone **out,
                                  nacre_error *err)
{
    *out = NULL;
    if (!is_zone_name(name))
        return nacrei_fail(err, NACRE_E_ARG,
                           "the time zone name is empty, absolute or has \"..\" or blanks in it: "
                           "use an IANA name like America/New_York");
    const char *folder = getenv("TZDIR");
    if (!folder || !folder[0])
        folder = "/usr/share/zoneinfo";
    char path[PATH_MAX];
    int length = snprintf(path, sizeof path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof path)
        return nacrei_fail(err, NACRE_E_ARG, "the path of time zone %s is too long", name);
    char *content;
    size_t size;
    nacre_status status = nacrei_small_file_read(ctx, path, MAX_FILE_BYTES, &content, &size, err);
    if (status == NACRE_E_NOTFOUND)
        return nacrei_fail(err, NACRE_E_NOTFOUND,
                           "time zone %s is not in %s: check the name, or install tzdata", name,
                           folder);
    if (status)
        return status;
    status = nacrei_timezone_parse(ctx, content, size, path, out, err);
    nacrei_small_file_free(ctx, content, size);
    return status;
}
