// SPDX-License-Identifier: Apache-2.0
// Time zones three ways: facts anyone can look up, Python's zoneinfo as an independent reader of
// the same files (tests/oracle/zone_offsets.py), and images written here byte by byte, good and
// bad.
#include "core/timezone.h"

#include "unit/core_context.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#define HOUR INT64_C(3600)

static core_memory memory;
static nacre_ctx ctx;

// The zone, or NULL after a SKIP line when this machine has no tzdata.
static nacrei_timezone *open_zone(const char *name, const char *test)
{
    nacrei_timezone *zone;
    nacre_error err;
    nacre_status status = nacrei_timezone_open(&ctx, name, &zone, &err);
    if (status == NACRE_E_NOTFOUND) {
        printf("SKIP %s: %s\n", test, err.message);
        return NULL;
    }
    assert_int_equal(status, NACRE_OK);
    return zone;
}

static int64_t local(int32_t year, uint32_t month, uint32_t day, int hour, int minute)
{
    return nacrei_days_from_civil(year, month, day) * 86400 + hour * HOUR + minute * 60;
}

static void new_york_2013(void **state)
{
    (void)state;
    nacrei_timezone *zone = open_zone("America/New_York", "new_york_2013");
    if (!zone)
        return;
    // 10 March, 07:00 UTC: EST to EDT. 3 November, 06:00 UTC: back.
    assert_int_equal(nacrei_timezone_offset(zone, 1362898799), -5 * HOUR);
    assert_int_equal(nacrei_timezone_offset(zone, 1362898800), -4 * HOUR);
    assert_int_equal(nacrei_timezone_offset(zone, 1383458399), -4 * HOUR);
    assert_int_equal(nacrei_timezone_offset(zone, 1383458400), -5 * HOUR);
    // The market opens at 09:30: 13:30 UTC in summer, 14:30 UTC in winter.
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 10, 7, 9, 30)), 1381152600);
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 3, 8, 9, 30)),
                     local(2013, 3, 8, 14, 30));
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 3, 11, 9, 30)),
                     local(2013, 3, 11, 13, 30));
    // 02:30 does not exist on 10 March: it becomes 03:30 EDT.
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 3, 10, 2, 30)),
                     local(2013, 3, 10, 7, 30));
    // 01:30 happens twice on 3 November: the earlier is 05:30 UTC.
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 11, 3, 1, 30)),
                     local(2013, 11, 3, 5, 30));
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 11, 3, 2, 0)),
                     local(2013, 11, 3, 7, 0));
    nacrei_timezone_close(zone);
}

static void far_future_by_the_rule(void **state)
{
    (void)state;
    nacrei_timezone *zone = open_zone("America/New_York", "far_future_by_the_rule");
    if (!zone)
        return;
    for (int32_t year = 2007; year <= 9999; year += 4) {
        assert_int_equal(nacrei_timezone_offset(zone, local(year, 1, 15, 12, 0)), -5 * HOUR);
        assert_int_equal(nacrei_timezone_offset(zone, local(year, 7, 1, 12, 0)), -4 * HOUR);
        assert_int_equal(nacrei_timezone_to_utc(zone, local(year, 7, 1, 12, 0)),
                         local(year, 7, 1, 16, 0));
    }
    // Every first Sunday of November is a change day; 2500-11-07 is one.
    assert_int_equal(nacrei_timezone_offset(zone, local(2500, 11, 7, 5, 59)), -4 * HOUR);
    assert_int_equal(nacrei_timezone_offset(zone, local(2500, 11, 7, 6, 0)), -5 * HOUR);
    // No overflow at the ends.
    assert_in_range(-nacrei_timezone_offset(zone, INT64_MAX), 4 * HOUR, 5 * HOUR);
    assert_in_range(-nacrei_timezone_offset(zone, INT64_MIN), 4 * HOUR, 5 * HOUR);
    (void)nacrei_timezone_to_utc(zone, INT64_MAX);
    (void)nacrei_timezone_to_utc(zone, INT64_MIN);
    nacrei_timezone_close(zone);
}

static void fixed_zones(void **state)
{
    (void)state;
    nacrei_timezone *zone = open_zone("Asia/Kolkata", "fixed_zones");
    if (!zone)
        return;
    assert_int_equal(nacrei_timezone_offset(zone, 1381152600), 19800);
    assert_int_equal(nacrei_timezone_to_utc(zone, local(2013, 10, 7, 9, 15)),
                     local(2013, 10, 7, 3, 45));
    nacrei_timezone_close(zone);
    zone = open_zone("UTC", "fixed_zones");
    if (!zone)
        return;
    assert_int_equal(nacrei_timezone_offset(zone, 1381152600), 0);
    assert_int_equal(nacrei_timezone_to_utc(zone, 1381152600), 1381152600);
    nacrei_timezone_close(zone);
}

static void agrees_with_zoneinfo(void **state)
{
    (void)state;
    const char *source = getenv("NACRE_SOURCE");
    char command[4096], name[64] = "", next[64], kind[16];
    int64_t t, expected;
    nacrei_timezone *zone = NULL;
    size_t compared = 0;
    if (!source) {
        printf("SKIP agrees_with_zoneinfo: NACRE_SOURCE is not set (ctest sets it)\n");
        return;
    }
    (void)snprintf(
        command, sizeof command,
        "python3 -c 'import zoneinfo; zoneinfo.ZoneInfo(\"America/New_York\")' 2>&1 "
        ">/dev/null | tail -n 1 | grep . || exec python3 '%s/tests/oracle/zone_offsets.py'",
        source);
    FILE *oracle = popen(command, "r");
    assert_non_null(oracle);
    while (fscanf(oracle, "%63s %15s %" SCNd64 " %" SCNd64, next, kind, &t, &expected) == 4) {
        if (strcmp(next, name) != 0) {
            nacrei_timezone_close(zone);
            assert_int_equal(nacrei_timezone_open(&ctx, next, &zone, NULL), NACRE_OK);
            memcpy(name, next, sizeof name);
        }
        int64_t ours = strcmp(kind, "utc") == 0 ? nacrei_timezone_to_utc(zone, t)
                                                : nacrei_timezone_offset(zone, t);
        if (ours != expected)
            fail_msg("%s %s %" PRId64 ": %" PRId64 ", zoneinfo says %" PRId64, name, kind, t, ours,
                     expected);
        compared++;
    }
    nacrei_timezone_close(zone);
    int status = pclose(oracle);
    if (compared == 0) {
        printf("SKIP agrees_with_zoneinfo: python3 with zoneinfo and tzdata is not here\n");
        return;
    }
    assert_int_equal(status, 0);
    assert_true(compared > 10000);
}

// An image under construction. From version 2 on: a version 1 block without changes comes first,
// and a footer last.
typedef struct image {
    unsigned char bytes[2048];
    size_t size;
} image;

static void put(image *im, const void *bytes, size_t size)
{
    assert_true(im->size + size <= sizeof im->bytes);
    memcpy(im->bytes + im->size, bytes, size);
    im->size += size;
}

static void put_be(image *im, int64_t value, int bytes)
{
    for (int i = bytes - 1; i >= 0; i--) {
        unsigned char byte = (unsigned char)((uint64_t)value >> (8 * i));
        put(im, &byte, 1);
    }
}

static void put_header(image *im, char version, const uint32_t counts[6])
{
    char reserved[15] = {0};
    put(im, "TZif", 4);
    put(im, &version, 1);
    put(im, reserved, sizeof reserved);
    for (int i = 0; i < 6; i++)
        put_be(im, counts[i], 4);
}

// Two types: 0 = first offset "AAA", 1 = second "BBB"; change i goes to type (i + 1) % 2.
static void put_block(image *im, char version, const int64_t *times, uint32_t count, int32_t first,
                      int32_t second, int time_bytes)
{
    put_header(im, version, (const uint32_t[6]){0, 0, 0, count, 2, 8});
    for (uint32_t i = 0; i < count; i++)
        put_be(im, times[i], time_bytes);
    for (uint32_t i = 0; i < count; i++)
        put_be(im, (i + 1) % 2, 1);
    put_be(im, first, 4);
    put(im, "\0\0", 2);
    put_be(im, second, 4);
    put(im, "\1\4", 2);
    put(im, "AAA\0BBB", 8);
}

static image make_image(char version, const int64_t *times, uint32_t count, int32_t first,
                        int32_t second, const char *footer)
{
    image im = {.size = 0};
    if (version == 0) {
        put_block(&im, version, times, count, first, second, 4);
        return im;
    }
    put_block(&im, version, NULL, 0, 0, 0, 4);
    put_block(&im, version, times, count, first, second, 8);
    put(&im, "\n", 1);
    put(&im, footer, strlen(footer));
    put(&im, "\n", 1);
    return im;
}

static nacrei_timezone *parse_good(const image *im)
{
    nacrei_timezone *zone;
    nacre_error err;
    if (nacrei_timezone_parse(&ctx, im->bytes, im->size, "made", &zone, &err))
        fail_msg("%s", err.message);
    return zone;
}

static void versions_and_tables(void **state)
{
    (void)state;
    const int64_t times[] = {1000, 100000};
    for (int version = 0; version <= 4; version += version ? 1 : 2) {
        image im = make_image(version ? (char)('0' + version) : 0, times, 2, 3600, 7200, "");
        nacrei_timezone *zone = parse_good(&im);
        assert_int_equal(nacrei_timezone_offset(zone, INT64_MIN), 3600);
        assert_int_equal(nacrei_timezone_offset(zone, 999), 3600);
        assert_int_equal(nacrei_timezone_offset(zone, 1000), 7200);
        assert_int_equal(nacrei_timezone_offset(zone, 100000), 3600);
        // 1000 + 3600 .. 1000 + 7200 local is a gap; 100000 + 3600 .. + 7200 comes twice.
        assert_int_equal(nacrei_timezone_to_utc(zone, 4599), 999);
        assert_int_equal(nacrei_timezone_to_utc(zone, 4600), 1000);
        assert_int_equal(nacrei_timezone_to_utc(zone, 8199), 4599);
        assert_int_equal(nacrei_timezone_to_utc(zone, 8200), 1000);
        assert_int_equal(nacrei_timezone_to_utc(zone, 103600), 96400);
        assert_int_equal(nacrei_timezone_to_utc(zone, 107199), 99999);
        assert_int_equal(nacrei_timezone_to_utc(zone, 107200), 103600);
        nacrei_timezone_close(zone);
    }
}

typedef struct rule_case {
    const char *footer;
    int64_t t;
    int32_t offset;
} rule_case;

static void footer_rules(void **state)
{
    (void)state;
    const rule_case cases[] = {
        {"EST5", local(2100, 7, 1, 0, 0), -18000},
        {"<+0330>-3:30", local(2100, 7, 1, 0, 0), 12600},
        {"<-12>12:00:30", local(2100, 7, 1, 0, 0), -43230},
        // Julian day 60 is always 1 March; begin 02:00 at UTC.
        {"AAA0BBB,J60,J300", local(2400, 3, 1, 1, 59), 0},
        {"AAA0BBB,J60,J300", local(2400, 3, 1, 2, 0), 3600},
        // Day 59 counted from 0 is 29 February in a leap year, 1 March in 2401.
        {"AAA0BBB,59/0,300", local(2400, 2, 29, 0, 0), 3600},
        {"AAA0BBB,59/0,300", local(2401, 2, 28, 23, 59), 0},
        {"AAA0BBB,59/0,300", local(2401, 3, 1, 0, 0), 3600},
        // Last Sunday of March 2026 is the 29th, of October the 25th.
        {"CET-1CEST,M3.5.0,M10.5.0/3", local(2026, 3, 29, 0, 59), 3600},
        {"CET-1CEST,M3.5.0,M10.5.0/3", local(2026, 3, 29, 1, 0), 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", local(2026, 10, 25, 0, 59), 7200},
        {"CET-1CEST,M3.5.0,M10.5.0/3", local(2026, 10, 25, 1, 0), 3600},
        // South of the equator the daylight time spans the new year.
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", local(2600, 1, 1, 0, 0), 39600},
        {"AEST-10AEDT,M10.1.0,M4.1.0/3", local(2600, 7, 1, 0, 0), 36000},
        // Half an hour of daylight, negative and long hours (RFC 8536, 3.3.1).
        {"AAA0BBB-0:30,M3.1.0/-1,M10.1.0/24", local(2026, 2, 28, 23, 0), 1800},
        {"AAA0BBB-0:30,M3.1.0/-1,M10.1.0/24", local(2026, 2, 28, 22, 59), 0},
        // Daylight time all year (RFC 9636's example for EST5EDT).
        {"EST5EDT,0/0,J365/25", local(2024, 12, 31, 23, 59), -14400},
        {"EST5EDT,0/0,J365/25", local(2025, 1, 1, 4, 30), -14400},
        {"EST5EDT,0/0,J365/25", local(2024, 2, 29, 4, 30), -14400},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        image im = make_image('3', NULL, 0, 0, 0, cases[i].footer);
        nacrei_timezone *zone = parse_good(&im);
        if (nacrei_timezone_offset(zone, cases[i].t) != cases[i].offset)
            fail_msg("case %zu %s: %d", i, cases[i].footer,
                     nacrei_timezone_offset(zone, cases[i].t));
        nacrei_timezone_close(zone);
    }
}

static void expect_refused(const image *im, size_t size, nacre_status wanted)
{
    nacrei_timezone *zone = (nacrei_timezone *)&ctx;
    nacre_error err;
    nacre_status status = nacrei_timezone_parse(&ctx, im->bytes, size, "bad", &zone, &err);
    assert_int_equal(status, wanted);
    assert_null(zone);
    assert_null(strchr(err.message, '\n'));
    assert_non_null(strstr(err.message, "bad"));
}

static void bad_footers(void **state)
{
    (void)state;
    const char *const bad[] = {
        "E5",
        "EST",
        "EST25",
        "EST5EDT",
        "EST5EDT,M3.2.0",
        "<EST5",
        "<+3>3",
        "EST5:60",
        "EST5EDT,M13.1.0,1",
        "EST5EDT,M3.6.0,1",
        "EST5 ",
        "EST5EDT,J0,1",
        "EST5EDT,366,1",
        "EST5EDT,1,2x",
        "EST5EDT,M3.2.0/168,1",
        "EST5EDT,1,2,3",
        "5EST",
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        image im = make_image('2', NULL, 0, 0, 0, bad[i]);
        expect_refused(&im, im.size, NACRE_E_CORRUPT);
    }
}

static void bad_images(void **state)
{
    (void)state;
    const int64_t times[] = {1000, 100000};
    image good = make_image('2', times, 2, 3600, 7200, "AAA-1");
    for (size_t size = 0; size < good.size; size++)
        expect_refused(&good, size, NACRE_E_CORRUPT);

    // Offsets within the image: header 44, version 1 block 20, header 44, then the 64-bit block.
    const struct {
        size_t at;
        unsigned char byte;
    } damage[] = {
        {0, 'X'},         // magic
        {4, '9'},         // version
        {108 - 12, 0xFF}, // time count
        {108 - 5, 0},     // type count
        {108 - 1, 0},     // abbreviation bytes
        {108 - 1, 3},     // the last abbreviation does not end
        {108 + 8, 0x7F},  // second time: beyond year 9999
        {108 + 15, 0},    // see below: still ascending, so damage the first instead
        {108 + 16, 7},    // type index
        {108 + 18, 0x7F}, // offset
        {108 + 22, 2},    // daylight flag
        {108 + 23, 200},  // abbreviation index
    };
    for (size_t i = 0; i < sizeof damage / sizeof *damage; i++) {
        image im = good;
        if (damage[i].at == 108 + 15) {
            im.bytes[108 + 1] = 0x01; // first time: after the second, within the calendar's width
            expect_refused(&im, im.size, NACRE_E_CORRUPT);
            continue;
        }
        im.bytes[damage[i].at] = damage[i].byte;
        expect_refused(&im, im.size, NACRE_E_CORRUPT);
    }
    const int64_t descending[] = {100000, 1000}, equal[] = {1000, 1000};
    image im = make_image('2', descending, 2, 0, 60, "");
    expect_refused(&im, im.size, NACRE_E_CORRUPT);
    im = make_image('2', equal, 2, 0, 60, "");
    expect_refused(&im, im.size, NACRE_E_CORRUPT);
    im = (image){.size = 0};
    put_header(&im, 0, (const uint32_t[6]){0, 0, 1, 0, 1, 4});
    put(&im, "\0\0\0\0\0\0AAA\0\0\0\0\1\0\0\0\1", 18);
    expect_refused(&im, im.size, NACRE_E_UNSUPPORTED);
}

static void names(void **state)
{
    (void)state;
    nacrei_timezone *zone;
    nacre_error err;
    const char *const bad[] = {"", "/etc/passwd", "../passwd", "America/../../x", "a b", "a\nb"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        assert_int_equal(nacrei_timezone_open(&ctx, bad[i], &zone, &err), NACRE_E_ARG);
        assert_null(zone);
        assert_null(strchr(err.message, '\n'));
    }
    assert_int_equal(nacrei_timezone_open(&ctx, "America/Atlantis", &zone, &err), NACRE_E_NOTFOUND);
    assert_non_null(strstr(err.message, "tzdata"));
    assert_int_not_equal(nacrei_timezone_open(&ctx, "America", &zone, &err), NACRE_OK);
    assert_null(zone);
}

static void allocation_failures(void **state)
{
    (void)state;
    const int64_t times[] = {1000};
    image im = make_image('2', times, 1, 3600, 7200, "CET-1CEST,M3.5.0,M10.5.0/3");
    for (long n = 1; n <= 3; n++) {
        nacrei_timezone *zone;
        atomic_store(&memory.fail_at, atomic_load(&memory.requests) + n);
        assert_int_equal(nacrei_timezone_parse(&ctx, im.bytes, im.size, "made", &zone, NULL),
                         NACRE_E_NOMEM);
        assert_null(zone);
    }
    atomic_store(&memory.fail_at, 0);
}

static void *read_zone(void *user)
{
    const nacrei_timezone *zone = user;
    int64_t sum = 0;
    for (int64_t t = 0; t < INT64_C(4000000000); t += 400009)
        sum += nacrei_timezone_offset(zone, t) + nacrei_timezone_to_utc(zone, t) % 7;
    return (void *)(intptr_t)sum;
}

static void many_threads_read_one_zone(void **state)
{
    (void)state;
    const int64_t times[] = {1000};
    image im = make_image('2', times, 1, 3600, 7200, "CET-1CEST,M3.5.0,M10.5.0/3");
    nacrei_timezone *zone = parse_good(&im);
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, read_zone, zone), 0);
    void *expected = read_zone(zone);
    for (int i = 0; i < 4; i++) {
        void *got;
        assert_int_equal(pthread_join(threads[i], &got), 0);
        assert_ptr_equal(got, expected);
    }
    nacrei_timezone_close(zone);
}

static int begin(void **state)
{
    (void)state;
    ctx = core_test_context(&memory);
    return 0;
}

static int all_memory_came_back(void **state)
{
    (void)state;
    return atomic_load(&memory.live) != 0;
}

#define ZONE_TEST(name) cmocka_unit_test_teardown(name, all_memory_came_back)

int main(void)
{
    const struct CMUnitTest tests[] = {
        ZONE_TEST(new_york_2013),
        ZONE_TEST(far_future_by_the_rule),
        ZONE_TEST(fixed_zones),
        ZONE_TEST(agrees_with_zoneinfo),
        ZONE_TEST(versions_and_tables),
        ZONE_TEST(footer_rules),
        ZONE_TEST(bad_footers),
        ZONE_TEST(bad_images),
        ZONE_TEST(names),
        ZONE_TEST(allocation_failures),
        ZONE_TEST(many_threads_read_one_zone),
    };
    return cmocka_run_group_tests_name("core_timezone", tests, begin, NULL);
}
