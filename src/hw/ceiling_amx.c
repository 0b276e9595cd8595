// SPDX-License-Identifier: Apache-2.0
// AMX tile products: four accumulators over two tiles of each factor, all ones. A product of bf16
// tiles is 16 x 16 x 32 multiply-adds, of 8-bit tiles 16 x 16 x 64. The tile configuration is
// loaded here and released before return, so that the thread does not carry tile state around.
#include "hw/ceiling_kernels.h"

#include <immintrin.h>
#include <string.h>

enum { TILE_ROWS = 16, TILE_ROW_BYTES = 64, TILES = 8, TILE_BYTES = TILE_ROWS * TILE_ROW_BYTES };

/// The 64 bytes that LDTILECFG reads (Intel SDM volume 1, 18.3).
typedef struct tile_config {
    uint8_t palette, start_row, reserved[14];
    uint16_t row_bytes[16];
    uint8_t rows[16];
} tile_config;

static void configure(void)
{
    _Alignas(64) tile_config config;
    memset(&config, 0, sizeof config);
    config.palette = 1;
    for (int i = 0; i < TILES; i++) {
        config.row_bytes[i] = TILE_ROW_BYTES;
        config.rows[i] = TILE_ROWS;
    }
    _tile_loadconfig(&config);
}

/// Accumulators 0 to 3 zero, factors 4 to 7 from `ones`.
static void load_tiles(const void *ones)
{
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    _tile_zero(3);
    _tile_loadd(4, ones, TILE_ROW_BYTES);
    _tile_loadd(5, ones, TILE_ROW_BYTES);
    _tile_loadd(6, ones, TILE_ROW_BYTES);
    _tile_loadd(7, ones, TILE_ROW_BYTES);
}

double nacrek_tilerate_bf16__amx(uint64_t rounds)
{
    enum { BF16_ONE = 0x3f80 };
    _Alignas(64) uint16_t ones[TILE_BYTES / sizeof(uint16_t)];
    _Alignas(64) float result[TILE_BYTES / sizeof(float)];
    for (size_t i = 0; i < sizeof ones / sizeof *ones; i++)
        ones[i] = BF16_ONE;
    configure();
    load_tiles(ones);
    for (uint64_t r = 0; r < rounds; r++) {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
    }
    _tile_stored(3, result, TILE_ROW_BYTES);
    _tile_release();
    return (double)result[0];
}

double nacrek_tilerate_i8__amx(uint64_t rounds)
{
    _Alignas(64) int8_t ones[TILE_BYTES];
    _Alignas(64) int32_t result[TILE_BYTES / sizeof(int32_t)];
    memset(ones, 1, sizeof ones);
    configure();
    load_tiles(ones);
    for (uint64_t r = 0; r < rounds; r++) {
        _tile_dpbssd(0, 4, 6);
        _tile_dpbssd(1, 4, 7);
        _tile_dpbssd(2, 5, 6);
        _tile_dpbssd(3, 5, 7);
    }
    _tile_stored(3, result, TILE_ROW_BYTES);
    _tile_release();
    return (double)result[0];
}
