// SPDX-License-Identifier: Apache-2.0
// Fuzzes the QPS reader: no input may crash it, and what it accepts must pass the solver's own
// check of shapes, or be refused there by name; small ones are solved.
#include "nacre/portfolio.h"

#include <stdlib.h>

enum { SOLVED_MOST = 50 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static nacre_ctx *ctx;
    nacre_qps *qps;
    nacre_error err = {0};
    if (!ctx && nacre_ctx_create(NULL, &ctx, NULL))
        abort();
    if (nacre_qps_parse(ctx, "fuzz", (const char *)data, size, &qps, &err)) {
        if (qps || err.message[0] == '\0')
            abort();
        return 0;
    }
    const nacre_qp *qp = nacre_qps_problem(qps);
    if (qp->variables + qp->rows <= SOLVED_MOST) {
        double x[SOLVED_MOST], row_dual[SOLVED_MOST], bound_dual[SOLVED_MOST];
        nacre_qp_result result;
        nacre_status status =
            nacre_qp_solve(ctx, qp, NULL, false, x, row_dual, bound_dual, &result, &err);
        if (status == NACRE_E_SHAPE || status == NACRE_E_NONFINITE)
            abort(); // the reader must not make such a problem
    }
    nacre_qps_destroy(qps);
    return 0;
}
