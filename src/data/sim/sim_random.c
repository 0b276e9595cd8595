// SPDX-License-Identifier: Apache-2.0
// Integer variates of the simulator; see sim_random.h. The logarithm table is computed when a
// simulation is created: 256 entries of 32 squarings cost less than a millisecond and need no
// constants that somebody would have to trust.
#include "data/sim/sim_random.h"

#define LN2_Q32 UINT64_C(2977044472) // ln 2 * 2^32

void nacrei_sim_log_init(nacrei_sim_log *table)
{
    for (uint64_t i = 0; i + 1 < NACREI_SIM_LOG_ENTRIES; i++) {
        // x in [1, 2) as q62; each squaring doubles the logarithm and so gives its next bit.
        uint64_t x = (UINT64_C(256) + i) << 54;
        uint64_t fraction = 0;
        for (int bit = 0; bit < 32; bit++) {
            x = (uint64_t)((nacrei_u128)x * x >> 62);
            fraction <<= 1;
            if (x >> 63) {
                x >>= 1;
                fraction |= 1;
            }
        }
        table->fraction_q32[i] = fraction;
    }
    table->fraction_q32[NACREI_SIM_LOG_ENTRIES - 1] = UINT64_C(1) << 32;
}

uint64_t nacrei_sim_exponential_q32(const nacrei_sim_log *table, uint32_t word)
{
    // -log2(u) = 33 - log2(2 * word + 1), the argument normalised to [1, 2) * 2^63.
    uint64_t odd = 2 * (uint64_t)word + 1;
    int shift = __builtin_clzll(odd);
    uint64_t mantissa = odd << shift;
    uint64_t index = mantissa >> 55 & 255;
    uint64_t rest = mantissa >> 23 & UINT32_MAX;
    uint64_t low = table->fraction_q32[index];
    uint64_t high = table->fraction_q32[index + 1];
    uint64_t fraction = low + ((high - low) * rest >> 32);
    uint64_t whole = (uint64_t)(33 - (63 - shift)) << 32;
    return (uint64_t)((nacrei_u128)(whole - fraction) * LN2_Q32 >> 32);
}

uint64_t nacrei_sim_isqrt(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1) {
        uint64_t trial = root | bit;
        if (trial * trial <= x)
            root = trial;
    }
    return root;
}

int64_t nacrei_sim_size_lots(uint32_t word)
{
    // 1000 * 2^(0.4 g): with P(g) = 2^-(g+1) the tail exponent is 1 / 0.4.
    static const uint32_t scale[] = {1000,  1320,  1741,  2297,  3031,  4000,  5278,  6964, 9190,
                                     12126, 16000, 21112, 27858, 36758, 48503, 64000, 84449};
    const uint32_t last = sizeof scale / sizeof scale[0] - 1;
    uint32_t zeros = (uint32_t)__builtin_clz(word | 1u);
    uint32_t g = zeros < last ? zeros : last;
    uint64_t fraction_q16 = ((uint64_t)word << (g + 1) & UINT32_MAX) >> 16;
    return (int64_t)(scale[g] * (UINT64_C(65536) + fraction_q16) >> 16);
}
