// SPDX-License-Identifier: Apache-2.0
// Draws in blocks: all uniforms, then all central quantiles in one loop that the compiler turns
// into vectors, then the 15 % in the tails in another, after their logarithms. 52 bits of a word
// pair are the middle of one of 2^52 cells of (0, 1), as an exact q = p - 1/2, so that 0 and 1
// cannot come up and the tails are symmetric.
#include "engine/risk/risk_draws.h"

#include "engine/risk/risk_distribution.h"
#include "kern/philox.h"

#include <math.h>
#include <string.h>

#define BLOCK NACREI_DRAW_BLOCK

static inline double centred_uniform(uint32_t high, uint32_t low)
{
    uint64_t bits = UINT64_C(0x3FF0000000000000) | ((uint64_t)high << 32 | low) >> 12;
    double one_to_two;
    memcpy(&one_to_two, &bits, sizeof one_to_two);
    return (one_to_two - 1.5) + 0x1p-53;
}

static inline double tail_normal(double q)
{
    double z = nacrei_normal_far_quantile(0.5 - fabs(q));
    return q < 0 ? -z : z;
}

/// Normals in place of q.
static void to_normals(double values[BLOCK])
{
    double centre[BLOCK], root[BLOCK], far[BLOCK];
    uint16_t tail[BLOCK];
    size_t tails = 0;
    for (size_t i = 0; i < BLOCK; i++)
        centre[i] = nacrei_normal_centre(values[i]);
    for (size_t i = 0; i < BLOCK; i++) {
        tail[tails] = (uint16_t)i;
        tails += fabs(values[i]) > NACREI_AS241_CENTRE;
    }
    for (size_t k = 0; k < tails; k++)
        root[k] = sqrt(-log(0.5 - fabs(values[tail[k]])));
    for (size_t k = 0; k < tails; k++)
        far[k] = nacrei_normal_near_tail(root[k]);
    for (size_t k = 0; k < tails; k++) {
        double q = values[tail[k]];
        double z = root[k] <= NACREI_AS241_NEAR ? far[k] : fabs(tail_normal(q));
        centre[tail[k]] = q < 0 ? -z : z;
    }
    memcpy(values, centre, sizeof centre);
}

void nacrei_draw_normals(uint64_t seed, uint64_t pair, const uint64_t scenario[restrict BLOCK],
                         double even[restrict BLOCK], double odd[restrict BLOCK])
{
    for (size_t i = 0; i < BLOCK; i++) {
        nacrei_philox word = nacrei_philox_block(seed, pair, scenario[i]);
        even[i] = centred_uniform(word.word[0], word.word[1]);
        odd[i] = centred_uniform(word.word[2], word.word[3]);
    }
    to_normals(even);
    to_normals(odd);
}

/// Chi-square / 2 by one attempt of Marsaglia & Tsang 2000 with a normal x and a uniform u; 0 when
/// it is rejected. d = nu / 2 - 1/3, c = 1 / sqrt(9 d).
static inline double gamma_attempt(double d, double c, double x, double u)
{
    double v = 1 + c * x;
    if (v <= 0)
        return 0;
    v = v * v * v;
    double square = x * x;
    if (u < 1 - 0.0331 * square * square || log(u) < 0.5 * square + d * (1 - v + log(v)))
        return d * v;
    return 0;
}

static double gamma_again(uint64_t seed, double d, double c, uint64_t scenario)
{
    for (uint64_t attempt = 1;; attempt++) {
        nacrei_philox word = nacrei_philox_block(seed, NACREI_DRAW_MIXING + attempt, scenario);
        double q = centred_uniform(word.word[0], word.word[1]);
        double u = centred_uniform(word.word[2], word.word[3]) + 0.5;
        double x = fabs(q) > NACREI_AS241_CENTRE ? tail_normal(q) : nacrei_normal_centre(q);
        double value = gamma_attempt(d, c, x, u);
        if (value > 0)
            return value;
    }
}

void nacrei_draw_mixing(uint64_t seed, double nu, const uint64_t scenario[restrict BLOCK],
                        double scale[restrict BLOCK])
{
    double d = 0.5 * nu - 1.0 / 3, c = 1 / sqrt(9 * d);
    double x[BLOCK], q[BLOCK];
    for (size_t i = 0; i < BLOCK; i++) {
        nacrei_philox word = nacrei_philox_block(seed, NACREI_DRAW_MIXING, scenario[i]);
        x[i] = centred_uniform(word.word[0], word.word[1]);
        q[i] = centred_uniform(word.word[2], word.word[3]);
    }
    to_normals(x);
    for (size_t i = 0; i < BLOCK; i++) {
        double value = gamma_attempt(d, c, x[i], q[i] + 0.5);
        scale[i] = value > 0 ? value : gamma_again(seed, d, c, scenario[i]);
    }
    for (size_t i = 0; i < BLOCK; i++)
        scale[i] = sqrt((0.5 * nu - 1) / scale[i]);
}
