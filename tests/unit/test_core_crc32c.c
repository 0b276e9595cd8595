// SPDX-License-Identifier: Apache-2.0
// CRC-32C against published values (the check value of the CRC catalogue; RFC 3720 appendix B.4)
// and its two routes against each other at all lengths and alignments that change the code path.
#include "core/crc32c.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void published_values(void **state)
{
    (void)state;
    unsigned char bytes[32];
    assert_int_equal(nacrei_crc32c(0, "123456789", 9), 0xE3069283);
    assert_int_equal(nacrei_crc32c_table(0, "123456789", 9), 0xE3069283);
    memset(bytes, 0, sizeof bytes);
    assert_int_equal(nacrei_crc32c(0, bytes, 32), 0x8A9136AA);
    memset(bytes, 0xFF, sizeof bytes);
    assert_int_equal(nacrei_crc32c(0, bytes, 32), 0x62A8AB43);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)i;
    assert_int_equal(nacrei_crc32c(0, bytes, 32), 0x46DD794E);
    for (int i = 0; i < 32; i++)
        bytes[i] = (unsigned char)(31 - i);
    assert_int_equal(nacrei_crc32c(0, bytes, 32), 0x113FDB5C);
    assert_int_equal(nacrei_crc32c(0, NULL, 0), 0);
}

// One bit at a time, straight from the definition.
static uint32_t crc_by_bits(uint32_t crc, const unsigned char *p, size_t bytes)
{
    crc = ~crc;
    for (size_t i = 0; i < bytes; i++) {
        crc ^= p[i];
        for (int bit = 0; bit < 8; bit++)
            crc = (crc >> 1) ^ (crc & 1 ? UINT32_C(0x82F63B78) : 0);
    }
    return ~crc;
}

static void routes_agree(void **state)
{
    (void)state;
    enum { BYTES = 3 * 6144 + 64 };
    unsigned char *bytes = malloc(BYTES);
    assert_non_null(bytes);
    uint32_t random = 1;
    for (size_t i = 0; i < BYTES; i++) {
        random = random * 1664525 + 1013904223;
        bytes[i] = (unsigned char)(random >> 24);
    }
    const size_t lengths[] = {0,    1,    7,    8,    9,     63,    64,    6143,
                              6144, 6145, 6151, 6152, 12287, 12288, 12289, 18432};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++)
        for (size_t offset = 0; offset < 9; offset++) {
            uint32_t expected = crc_by_bits(7, bytes + offset, lengths[i]);
            assert_int_equal(nacrei_crc32c(7, bytes + offset, lengths[i]), expected);
            assert_int_equal(nacrei_crc32c_table(7, bytes + offset, lengths[i]), expected);
        }
    for (size_t cut = 0; cut <= 7000; cut += 500) {
        uint32_t whole = nacrei_crc32c(0, bytes, 7000);
        assert_int_equal(nacrei_crc32c(nacrei_crc32c(0, bytes, cut), bytes + cut, 7000 - cut),
                         whole);
    }
    free(bytes);
}

static void instruction_route(void **state)
{
    (void)state;
#if defined(__x86_64__)
    if (__builtin_cpu_supports("sse4.2")) {
        assert_int_equal(nacrei_crc32c_sse42(0, "123456789", 9), 0xE3069283);
        return;
    }
#endif
    printf("SKIP instruction_route: this CPU has no SSE4.2\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(published_values),
        cmocka_unit_test(routes_agree),
        cmocka_unit_test(instruction_route),
    };
    return cmocka_run_group_tests_name("core_crc32c", tests, NULL, NULL);
}
