// SPDX-License-Identifier: Apache-2.0
// Random draws of the simulation, by number: what scenario i gets is a function of seed and i.
// Streams of Philox: stream j holds normals 2j and 2j + 1 of every scenario; streams from
// NACREI_DRAW_MIXING on hold the attempts at its chi-square, one stream each.
#ifndef NACREI_ENGINE_RISK_DRAWS_H
#define NACREI_ENGINE_RISK_DRAWS_H

#include <stddef.h>
#include <stdint.h>

#define NACREI_DRAW_BLOCK 256u ///< scenarios that are drawn together
#define NACREI_DRAW_MIXING (UINT64_C(1) << 63)

/// Standard normals 2 pair and 2 pair + 1 of each of the scenarios, in any order.
void nacrei_draw_normals(uint64_t seed, uint64_t pair,
                         const uint64_t scenario[restrict NACREI_DRAW_BLOCK],
                         double even[restrict NACREI_DRAW_BLOCK],
                         double odd[restrict NACREI_DRAW_BLOCK]);

/// sqrt((nu - 2) / chi-square(nu)) of the same scenarios: what scales normals to a t of the same
/// covariance; nu > 2.
void nacrei_draw_mixing(uint64_t seed, double nu,
                        const uint64_t scenario[restrict NACREI_DRAW_BLOCK],
                        double scale[restrict NACREI_DRAW_BLOCK]);

#endif
