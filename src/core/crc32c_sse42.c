// SPDX-License-Identifier: Apache-2.0
// CRC-32C with the crc32 instruction. It takes 3 cycles and can start every cycle, so long inputs
// run in three lanes of LANE bytes at once. The lanes are joined by "append LANE zero bytes", a
// linear map of the 32-bit state, kept as four byte tables. Compiled with -msse4.2, called only
// where the CPU has it.
#include "core/crc32c.h"

#if defined(__x86_64__)

#include <pthread.h>
#include <string.h>

#define LANE ((size_t)2048)

// zeros[k][b]: state (b << 8k) after LANE zero bytes.
static uint32_t zeros[4][256];
static pthread_once_t zeros_once = PTHREAD_ONCE_INIT;

static void build_zeros(void)
{
    for (int part = 0; part < 4; part++)
        for (uint32_t byte = 0; byte < 256; byte++) {
            uint64_t state = byte << 8 * part;
            for (size_t i = 0; i < LANE; i += 8)
                state = __builtin_ia32_crc32di(state, 0);
            zeros[part][byte] = (uint32_t)state;
        }
}

static uint32_t append_zeros(uint32_t state)
{
    return zeros[0][state & 0xFF] ^ zeros[1][state >> 8 & 0xFF] ^ zeros[2][state >> 16 & 0xFF] ^
           zeros[3][state >> 24];
}

static uint64_t load64(const unsigned char *p)
{
    uint64_t word;
    memcpy(&word, p, sizeof word);
    return word;
}

uint32_t nacrei_crc32c_sse42(uint32_t crc, const void *data, size_t bytes)
{
    const unsigned char *p = data;
    uint64_t a = ~crc;
    if (bytes >= 3 * LANE)
        (void)pthread_once(&zeros_once, build_zeros);
    for (; bytes >= 3 * LANE; bytes -= 3 * LANE, p += 3 * LANE) {
        uint64_t b = 0, c = 0;
        for (size_t i = 0; i < LANE; i += 8) {
            a = __builtin_ia32_crc32di(a, load64(p + i));
            b = __builtin_ia32_crc32di(b, load64(p + LANE + i));
            c = __builtin_ia32_crc32di(c, load64(p + 2 * LANE + i));
        }
        a = append_zeros(append_zeros((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
    }
    for (; bytes >= 8; bytes -= 8, p += 8)
        a = __builtin_ia32_crc32di(a, load64(p));
    uint32_t state = (uint32_t)a;
    for (; bytes > 0; bytes--, p++)
        state = __builtin_ia32_crc32qi(state, *p);
    return ~state;
}

#endif
