// SPDX-License-Identifier: Apache-2.0
// Intel's tile instructions in C, for machines without them: TILEZERO, TILELOADD, TILESTORED with
// rows of 64 bytes, and TDPBF16PS as the manual writes it: pairs of k are summed apart by fma with
// denormals as zero, then added to each other and to the tile.
#ifndef TESTS_TILES_EMULATED_H
#define TESTS_TILES_EMULATED_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

static _Thread_local union {
    float f32[16][16];
    uint16_t bf16[16][32];
} tiles[8];
static _Thread_local bool tiles_configured; ///< a tile instruction without it is a fault

static void tiles_begin(void)
{
    tiles_configured = true;
    memset(tiles, 0, sizeof tiles);
}

static void tiles_end(void)
{
    tiles_configured = false;
}

static float from_bf16(uint16_t half)
{
    uint32_t bits = (uint32_t)half << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return fpclassify(x) == FP_SUBNORMAL ? copysignf(0.0f, x) : x;
}

static void tile_zero(int tile)
{
    memset(&tiles[tile], 0, sizeof tiles[tile]);
}

static void tile_load(int tile, const void *address)
{
    memcpy(&tiles[tile], address, sizeof tiles[tile]);
}

static void tile_store(int tile, void *address)
{
    memcpy(address, &tiles[tile], sizeof tiles[tile]);
}

static void tile_dot(int c, int a, int b)
{
    for (int i = 0; i < 16 && tiles_configured; i++)
        for (int j = 0; j < 16; j++) {
            float even = 0.0f, odd = 0.0f;
            for (int k = 0; k < 16; k++) {
                even = fmaf(from_bf16(tiles[a].bf16[i][2 * k]), from_bf16(tiles[b].bf16[k][2 * j]),
                            even);
                odd = fmaf(from_bf16(tiles[a].bf16[i][2 * k + 1]),
                           from_bf16(tiles[b].bf16[k][2 * j + 1]), odd);
            }
            tiles[c].f32[i][j] += even + odd;
        }
}

#endif
