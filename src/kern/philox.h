// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3; SC11): a
// keyed bijection of a 128-bit counter. Counter-based, so draw number n of stream s is the same on
// every machine, in any order and on any number of threads, and there is no state to carry.
#ifndef NACREI_KERN_PHILOX_H
#define NACREI_KERN_PHILOX_H

#include <stdint.h>

typedef struct nacrei_philox {
    uint32_t word[4];
} nacrei_philox;

/// The block of four words at a counter under a key.
/// @source SC11, table 2: multipliers and Weyl increments; ten rounds
static inline nacrei_philox nacrei_philox4x32(nacrei_philox counter, uint32_t key0, uint32_t key1)
{
    for (int round = 0; round < 10; round++) {
        uint64_t product0 = (uint64_t)0xD2511F53u * counter.word[0];
        uint64_t product1 = (uint64_t)0xCD9E8D57u * counter.word[2];
        nacrei_philox next = {{
            (uint32_t)(product1 >> 32) ^ counter.word[1] ^ key0,
            (uint32_t)product1,
            (uint32_t)(product0 >> 32) ^ counter.word[3] ^ key1,
            (uint32_t)product0,
        }};
        counter = next;
        key0 += 0x9E3779B9u;
        key1 += 0xBB67AE85u;
    }
    return counter;
}

/// Block `index` of one of 2^64 independent streams of a seed.
static inline nacrei_philox nacrei_philox_block(uint64_t seed, uint64_t stream, uint64_t index)
{
    nacrei_philox counter = {
        {(uint32_t)index, (uint32_t)(index >> 32), (uint32_t)stream, (uint32_t)(stream >> 32)}};
    return nacrei_philox4x32(counter, (uint32_t)seed, (uint32_t)(seed >> 32));
}

#endif
