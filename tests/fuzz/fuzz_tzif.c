// SPDX-License-Identifier: Apache-2.0
// Time zones from any bytes: whatever is accepted answers for every instant with an offset that a
// zone may have, and the way to UTC and back ends within a day of where it began.
#include "core/timezone.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *plain_alloc(void *user, size_t bytes, size_t alignment)
{
    (void)user;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void plain_release(void *user, void *memory, size_t bytes)
{
    (void)user;
    (void)bytes;
    free(memory);
}

static void require(bool condition)
{
    if (!condition)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nacre_ctx ctx = {.allocator = {plain_alloc, plain_release, NULL}};
    nacrei_timezone *zone;
    if (nacrei_timezone_parse(&ctx, data, size, "fuzz", &zone, NULL)) {
        require(!zone);
        return 0;
    }
    const int64_t instants[] = {
        INT64_MIN,  -(INT64_C(1) << 59), -62135596800,          -1,       0, 1362898800, 1383458400,
        4102444800, 32503680000,         INT64_C(253402300800), INT64_MAX};
    const int64_t day = 26 * 3600;
    for (size_t i = 0; i < sizeof instants / sizeof *instants; i++) {
        int64_t t = instants[i];
        int64_t offset = nacrei_timezone_offset(zone, t);
        require(offset >= -day && offset <= day);
        int64_t utc = nacrei_timezone_to_utc(zone, t);
        require(t < INT64_MIN / 2 || t > INT64_MAX / 2 || (utc >= t - day && utc <= t + day));
    }
    nacrei_timezone_close(zone);
    return 0;
}
