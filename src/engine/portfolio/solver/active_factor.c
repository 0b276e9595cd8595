// SPDX-License-Identifier: Apache-2.0
// P = diag + F F' with diag > 0: the dual Newton method, whose point satisfies bounds, signs and
// complementarity by construction; only rows and F'x = lambda are left to converge.
#include "engine/portfolio/solver/active_set.h"
#include "engine/portfolio/solver/dual_newton.h"

#include "kern/linalg/linalg.h"

#include <string.h>

nacre_status nacrei_active_set_factor(nacrei_active_set *set, bool warm, bool *solved,
                                      nacre_error *err)
{
    const nacre_qp *qp = &set->qp;
    size_t n = set->n, m = set->m, k = qp->factors;
    double *inverse;
    nacre_status status =
        nacrei_qp_blocks_take(&set->blocks, n, sizeof *inverse, "active set", &inverse, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++)
        inverse[i] = qp->lower[i] == qp->upper[i] ? 0.0 : 1.0 / qp->diagonal[i];
    nacrei_dual_newton dual = {
        .n = n,
        .m = m,
        .k = k,
        .inverse = inverse,
        .factor = qp->factor,
        .linear = qp->linear,
        .lower = qp->lower,
        .upper = qp->upper,
        .matrix = qp->matrix,
        .row_lower = qp->row_lower,
        .row_upper = qp->row_upper,
    };
    status = nacrei_dual_newton_take(&dual, &set->blocks, err);
    if (status)
        return status;
    if (warm) {
        nacrei_gemv(true, n, k, 1.0, qp->factor, k, set->x, 0.0, dual.lambda);
        for (size_t j = 0; j < m; j++)
            dual.y[j] = set->y[j];
    }
    nacrei_dual_newton_start(&dual);
    for (;; set->steps++) {
        if (nacrei_dual_newton_near(&dual, set->tolerance)) {
            memcpy(set->x, dual.x, n * sizeof *set->x);
            for (size_t j = 0; j < m; j++)
                set->y[j] = dual.y[j];
            *solved = nacrei_active_set_accept(set);
        }
        if (*solved || set->steps == set->steps_max || !nacrei_dual_newton_step(&dual))
            return NACRE_OK;
    }
}
