// SPDX-License-Identifier: Apache-2.0
// The two dense ways to solve the KKT system; storage and refinement are in ipm_kkt.
#ifndef NACREI_PORTFOLIO_IPM_DENSE_H
#define NACREI_PORTFOLIO_IPM_DENSE_H

#include "engine/portfolio/solver/ipm_kkt.h"

// Each pair: factor for kkt->diagonal (false: a pivot was not positive), then solve in place.
bool nacrei_ipm_dense_factor(nacrei_kkt *kkt);
void nacrei_ipm_dense_solve(const nacrei_kkt *kkt, double *rhs);
bool nacrei_ipm_woodbury_factor(nacrei_kkt *kkt);
void nacrei_ipm_woodbury_solve(const nacrei_kkt *kkt, double *rhs);

#endif
