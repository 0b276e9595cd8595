// SPDX-License-Identifier: Apache-2.0
// CRC-32C (Castagnoli, reflected 0x82F63B78), SSE4.2 or table, same result.
#ifndef NACREI_CORE_CRC32C_H
#define NACREI_CORE_CRC32C_H

#include <stddef.h>
#include <stdint.h>

/// Extends `crc` (0 to begin) by `bytes` bytes.
uint32_t nacrei_crc32c(uint32_t crc, const void *data, size_t bytes);

// The two routes behind it, apart so that tests compare them. The second one exists on x86-64 only
// and needs a CPU with SSE4.2.
uint32_t nacrei_crc32c_table(uint32_t crc, const void *data, size_t bytes);
uint32_t nacrei_crc32c_sse42(uint32_t crc, const void *data, size_t bytes);

#endif
