// SPDX-License-Identifier: Apache-2.0
// The tile instructions that the matrix unit's products use, as macros over tile numbers, so that a
// test can put an emulation of the same instructions in their place (NACREI_TILES_EMULATED names
// the header) and the code around them is proved on machines without the unit.
#ifndef NACREI_KERN_GEMM_AMX_TILES_H
#define NACREI_KERN_GEMM_AMX_TILES_H

#ifdef NACREI_TILES_EMULATED
#include NACREI_TILES_EMULATED
#else

#include <immintrin.h>
#include <stdint.h>

/// What LDTILECFG reads. All eight tiles have 16 rows of 64 bytes.
typedef struct nacrei_tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} nacrei_tile_config;

/// Not _tile_loadconfig: gcc 12 declares 8 bytes of its argument as read and drops the other
/// stores.
static inline void tiles_begin(void)
{
    static const nacrei_tile_config config = {
        .palette = 1,
        .row_bytes = {64, 64, 64, 64, 64, 64, 64, 64},
        .rows = {16, 16, 16, 16, 16, 16, 16, 16},
    };
    __asm__ volatile("ldtilecfg %0" : : "m"(config));
}

#define tiles_end() _tile_release()
#define tile_zero(tile) _tile_zero(tile)
#define tile_load(tile, address) _tile_loadd(tile, address, 64)
#define tile_store(tile, address) _tile_stored(tile, address, 64)
/// tile c += tile a (16 x 32 bf16) times tile b (16 pairs of k x 16)
#define tile_dot(c, a, b) _tile_dpbf16ps(c, a, b)

#endif
#endif
