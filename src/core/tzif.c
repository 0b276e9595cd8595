// SPDX-License-Identifier: Apache-2.0
// Reads a TZif image (RFC 8536, versions 1 to 4). Nothing in it is trusted: every count is compared
// with the bytes that are there before anything is read or allocated. Version 1 data (32-bit times)
// are skipped when 64-bit data follow. Abbreviations and the standard/UT indicators are checked for
// sense but not kept. Leap-second ("right/") zones are refused: our clock counts POSIX seconds.
#include "core/tzif.h"

#include "core/alloc.h"
#include "core/tz_rule.h"

#include <string.h>

#define HEADER_BYTES 44u
#define TYPE_BYTES 6u
#define RULE_YEARS 404 // 400, and two on either side where the cycle begins and ends
#define MIN_TIME (-(INT64_C(1) << 59)) // the oldest time that RFC 8536 recommends

// The image, and the part that is still to be read.
typedef struct tzif_image {
    const unsigned char *at;
    size_t left;
    const char *name;
    nacre_error *err;
} tzif_image;

typedef struct tzif_header {
    unsigned char version;
    uint32_t ut_count, standard_count, leap_count, time_count, type_count, char_count;
} tzif_header;

// Parts of one data block.
typedef struct tzif_block {
    const unsigned char *times, *indices, *types, *chars, *standard, *ut;
    size_t time_bytes; // 4 or 8
} tzif_block;

static nacre_status corrupt(const tzif_image *image, const char *what)
{
    return nacrei_fail(image->err, NACRE_E_CORRUPT, "time zone %s: %s", image->name, what);
}

static uint32_t load_be32(const unsigned char *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | (uint32_t)p[3];
}

static int64_t load_time(const unsigned char *p, size_t bytes)
{
    if (bytes == 4)
        return (int32_t)load_be32(p);
    return (int64_t)((uint64_t)load_be32(p) << 32 | load_be32(p + 4));
}

static const unsigned char *advance(tzif_image *image, size_t bytes)
{
    const unsigned char *part = image->at;
    image->at += bytes;
    image->left -= bytes;
    return part;
}

static nacre_status read_header(tzif_image *image, tzif_header *header)
{
    if (image->left < HEADER_BYTES)
        return corrupt(image, "too short for a TZif header");
    const unsigned char *p = advance(image, HEADER_BYTES);
    if (memcmp(p, "TZif", 4) != 0)
        return corrupt(image, "no TZif file (it must begin with \"TZif\")");
    *header = (tzif_header){p[4],
                            load_be32(p + 20),
                            load_be32(p + 24),
                            load_be32(p + 28),
                            load_be32(p + 32),
                            load_be32(p + 36),
                            load_be32(p + 40)};
    if (header->version != 0 && (header->version < '2' || header->version > '4'))
        return corrupt(image, "unknown TZif version");
    return NACRE_OK;
}

// Cuts the block into its parts. Counts are 32-bit, so their sums cannot overflow 64 bits.
static nacre_status read_block(tzif_image *image, const tzif_header *h, size_t time_bytes,
                               tzif_block *block)
{
    uint64_t times = (uint64_t)h->time_count * time_bytes;
    uint64_t types = (uint64_t)h->type_count * TYPE_BYTES;
    uint64_t leaps = (uint64_t)h->leap_count * (time_bytes + 4);
    uint64_t total =
        times + h->time_count + types + h->char_count + leaps + h->standard_count + h->ut_count;
    if (total > image->left)
        return corrupt(image, "its counts ask for more bytes than it has (truncated?)");
    block->time_bytes = time_bytes;
    block->times = advance(image, (size_t)times);
    block->indices = advance(image, h->time_count);
    block->types = advance(image, (size_t)types);
    block->chars = advance(image, h->char_count);
    (void)advance(image, (size_t)leaps);
    block->standard = advance(image, h->standard_count);
    block->ut = advance(image, h->ut_count);
    return NACRE_OK;
}

static nacre_status check_types(const tzif_image *image, const tzif_header *h,
                                const tzif_block *block)
{
    if (h->leap_count)
        return nacrei_fail(image->err, NACRE_E_UNSUPPORTED,
                           "time zone %s counts leap seconds: use the zone without \"right/\"",
                           image->name);
    if (h->type_count == 0 || h->type_count > 256 || h->char_count == 0)
        return corrupt(image, "wrong number of local time types or no abbreviation");
    if ((h->standard_count && h->standard_count != h->type_count) ||
        (h->ut_count && h->ut_count != h->type_count))
        return corrupt(image, "wrong number of standard/UT indicators");
    for (uint32_t i = 0; i < h->type_count; i++) {
        const unsigned char *type = block->types + (size_t)i * TYPE_BYTES;
        int64_t offset = (int32_t)load_be32(type);
        if (offset > NACREI_TZ_MAX_OFFSET || offset < -NACREI_TZ_MAX_OFFSET)
            return corrupt(image, "an offset from UTC is larger than 26 hours");
        if (type[4] > 1)
            return corrupt(image, "a daylight saving flag is neither 0 nor 1");
        if (type[5] >= h->char_count || !memchr(block->chars + type[5], 0, h->char_count - type[5]))
            return corrupt(image, "an abbreviation lies outside the file's");
    }
    for (uint32_t i = 0; i < h->standard_count; i++)
        if (block->standard[i] > 1)
            return corrupt(image, "a standard indicator is neither 0 nor 1");
    for (uint32_t i = 0; i < h->ut_count; i++)
        if (block->ut[i] > 1)
            return corrupt(image, "a UT indicator is neither 0 nor 1");
    return NACRE_OK;
}

static int32_t type_offset(const tzif_block *block, size_t type)
{
    return (int32_t)load_be32(block->types + type * TYPE_BYTES);
}

static nacre_status read_changes(nacrei_timezone *zone, const tzif_image *image,
                                 const tzif_header *h, const tzif_block *block)
{
    int64_t limit = nacrei_days_from_civil(10000, 1, 1) * 86400;
    zone->first_offset = type_offset(block, 0);
    for (uint32_t i = 0; i < h->time_count; i++) {
        int64_t time = load_time(block->times + i * block->time_bytes, block->time_bytes);
        if (time < MIN_TIME || time >= limit)
            return corrupt(image, "a change lies outside the calendar (after year 9999?)");
        if (i && time <= zone->times[i - 1])
            return corrupt(image, "its changes are not in ascending order");
        if (block->indices[i] >= h->type_count)
            return corrupt(image, "a change names a local time type that does not exist");
        zone->times[i] = time;
        zone->offsets[i] = type_offset(block, block->indices[i]);
    }
    zone->count = h->time_count;
    return NACRE_OK;
}

static void append_change(nacrei_timezone *zone, int64_t after, int64_t time, int32_t offset)
{
    if (time <= after)
        return;
    zone->times[zone->count] = time;
    zone->offsets[zone->count++] = offset;
}

// Writes the rule's changes for 400 years after the table. When the end of one year's daylight time
// falls on the beginning of the next (daylight time all year), the beginning comes later in the
// table and wins. A rule whose changes are out of order otherwise is refused.
static nacre_status append_rule(nacrei_timezone *zone, const tzif_image *image,
                                const nacrei_tz_rule *rule)
{
    int64_t oldest = nacrei_days_from_civil(1600, 1, 1) * 86400;
    int64_t after = zone->count ? zone->times[zone->count - 1] : MIN_TIME;
    int32_t year;
    uint32_t month, day;
    nacrei_civil_from_days(nacrei_floor_div(after > oldest ? after : oldest, 86400), &year, &month,
                           &day);
    for (int32_t y = year - 1; y < year - 1 + RULE_YEARS; y++) {
        int64_t begin, end;
        nacrei_tz_rule_year(rule, y, &begin, &end);
        if (begin <= end) {
            append_change(zone, after, begin, rule->daylight);
            append_change(zone, after, end, rule->standard);
        } else {
            append_change(zone, after, end, rule->standard);
            append_change(zone, after, begin, rule->daylight);
        }
    }
    for (size_t i = 1; i < zone->count; i++)
        if (zone->times[i] < zone->times[i - 1])
            return corrupt(image, "the rule in its footer has changes that overtake each other");
    zone->has_cycle = true;
    zone->cycle_begin = nacrei_days_from_civil(year + 2, 1, 1) * 86400;
    return NACRE_OK;
}

// "\n<rule>\n" at the end; an empty rule says nothing about the time after the table.
static nacre_status read_footer(const tzif_image *image, nacrei_tz_rule *rule, bool *has_rule)
{
    *has_rule = false;
    if (image->left < 2 || image->at[0] != '\n')
        return corrupt(image, "no footer");
    const char *begin = (const char *)image->at + 1;
    const char *end = memchr(begin, '\n', image->left - 1);
    if (!end)
        return corrupt(image, "its footer does not end");
    if (end == begin)
        return NACRE_OK;
    if (!nacrei_tz_rule_parse(rule, begin, (size_t)(end - begin)))
        return corrupt(image, "its footer is no POSIX TZ rule");
    *has_rule = true;
    return NACRE_OK;
}

static nacre_status allocate(nacrei_timezone *zone, size_t capacity, nacre_error *err)
{
    nacre_status status = nacrei_alloc(zone->ctx, capacity, sizeof *zone->times,
                                       "time zone changes", &zone->times, err);
    if (status)
        return status;
    zone->capacity = capacity;
    return nacrei_alloc(zone->ctx, capacity, sizeof *zone->offsets, "time zone offsets",
                        &zone->offsets, err);
}

nacre_status nacrei_tzif_read(nacrei_timezone *zone, const unsigned char *bytes, size_t size,
                              const char *name, nacre_error *err)
{
    tzif_image image = {bytes, size, name, err};
    tzif_header header;
    tzif_block block;
    nacrei_tz_rule rule;
    bool has_rule = false;
    nacre_status status = read_header(&image, &header);
    if (!status)
        status = read_block(&image, &header, 4, &block);
    if (!status && header.version) {
        status = read_header(&image, &header);
        if (!status && !header.version)
            status = corrupt(&image, "its two headers disagree on the version");
        if (!status)
            status = read_block(&image, &header, 8, &block);
        if (!status)
            status = read_footer(&image, &rule, &has_rule);
    }
    if (!status)
        status = check_types(&image, &header, &block);
    if (!status)
        status = allocate(zone, header.time_count + 2 * RULE_YEARS, err);
    if (!status)
        status = read_changes(zone, &image, &header, &block);
    if (!status && has_rule && rule.has_daylight)
        status = append_rule(zone, &image, &rule);
    else if (!status && has_rule && zone->count == 0)
        zone->first_offset = rule.standard;
    return status;
}
