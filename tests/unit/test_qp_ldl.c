// SPDX-License-Identifier: Apache-2.0
// The sparse L D L', by rows and by supernodes, against the definition: K times the solution is the
// right side. Patterns are a band (thin supernodes), a dense block (wide ones, cut) and both with
// an arrow (a row that touches all); the smallest sizes go by rows because blocks do not pay there.
#include "engine/portfolio/solver/ipm_ldl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

typedef struct kkt_system {
    nacre_qp qp;
    size_t *p_start, *p_index, *a_start, *a_index;
    double *p_value, *a_value, *linear, *diagonal;
} kkt_system;

static uint64_t state_of_random;

static double uniform(void)
{
    uint64_t z = state_of_random += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1.0;
}

/// P: diagonally dominant, entries within `reach` of the diagonal; A: `reach` entries a row.
static void make(kkt_system *s, size_t n, size_t m, size_t reach)
{
    memset(s, 0, sizeof *s);
    s->p_start = calloc(n + 1, sizeof *s->p_start);
    s->p_index = calloc(n * (reach + 1), sizeof *s->p_index);
    s->p_value = calloc(n * (reach + 1), sizeof *s->p_value);
    s->a_start = calloc(m + 1, sizeof *s->a_start);
    s->a_index = calloc(m * n + 1, sizeof *s->a_index);
    s->a_value = calloc(m * n + 1, sizeof *s->a_value);
    s->linear = calloc(n, sizeof *s->linear);
    s->diagonal = calloc(n + m, sizeof *s->diagonal);
    size_t at = 0;
    for (size_t j = 0; j < n; j++) {
        for (size_t i = j > reach ? j - reach : 0; i <= j; i++) {
            s->p_index[at] = i;
            s->p_value[at++] = i == j ? 2.0 * (double)reach + 1.0 : uniform();
        }
        s->p_start[j + 1] = at;
    }
    at = 0;
    for (size_t i = 0; i < m; i++) {
        for (size_t j = 0; j < n; j++)
            if (i == 0 || (j + i) % (n / reach + 1) == 0) {
                s->a_index[at] = j;
                s->a_value[at++] = uniform();
            }
        s->a_start[i + 1] = at;
    }
    for (size_t i = 0; i < n + m; i++)
        s->diagonal[i] = 1e-3 + fabs(uniform());
    s->qp = (nacre_qp){.variables = n,
                       .rows = m,
                       .linear = s->linear,
                       .p_start = s->p_start,
                       .p_index = s->p_index,
                       .p_value = s->p_value,
                       .a_start = s->a_start,
                       .a_index = s->a_index,
                       .a_value = s->a_value};
}

static void drop(kkt_system *s)
{
    free(s->p_start);
    free(s->p_index);
    free(s->p_value);
    free(s->a_start);
    free(s->a_index);
    free(s->a_value);
    free(s->linear);
    free(s->diagonal);
}

/// y -= K x
static void subtract_product(const kkt_system *s, const double *x, double *y)
{
    size_t n = s->qp.variables, m = s->qp.rows;
    for (size_t j = 0; j < n; j++)
        for (size_t k = s->p_start[j]; k < s->p_start[j + 1]; k++) {
            size_t i = s->p_index[k];
            y[i] -= s->p_value[k] * x[j];
            if (i != j)
                y[j] -= s->p_value[k] * x[i];
        }
    for (size_t i = 0; i < m; i++)
        for (size_t k = s->a_start[i]; k < s->a_start[i + 1]; k++) {
            y[n + i] -= s->a_value[k] * x[s->a_index[k]];
            y[s->a_index[k]] -= s->a_value[k] * x[n + i];
        }
    for (size_t i = 0; i < n + m; i++)
        y[i] -= (i < n ? 1.0 : -1.0) * s->diagonal[i] * x[i];
}

static void test_solves_the_system(void **state)
{
    (void)state;
    static const struct {
        size_t n, m, reach;
        bool blocks;
    } cases[] = {{1, 0, 1, false},    {1, 1, 1, false},     {7, 3, 2, false},
                 {300, 40, 2, false}, {90, 30, 90, true},   {200, 20, 200, true},
                 {400, 60, 80, true}, {130, 129, 64, true}, {1500, 200, 40, true}};
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        kkt_system s;
        nacrei_ldl ldl;
        size_t total = cases[c].n + cases[c].m;
        state_of_random = c;
        make(&s, cases[c].n, cases[c].m, cases[c].reach);
        assert_int_equal(nacrei_ldl_init(&ldl, ctx, &s.qp, NULL), NACRE_OK);
        if ((ldl.nodes.count > 0) != cases[c].blocks)
            fail_msg("case %zu: %zu supernodes", c, ldl.nodes.count);
        double *x = calloc(total, sizeof *x), *rest = calloc(total, sizeof *rest);
        for (int again = 0; again < 2; again++) { // nothing of a factorisation stays behind
            for (size_t i = 0; i < total; i++)
                x[i] = rest[i] = uniform();
            s.diagonal[0] += again;
            assert_int_equal(nacrei_ldl_factor(&ldl, s.diagonal), total);
            nacrei_ldl_solve(&ldl, x);
            subtract_product(&s, x, rest);
            for (size_t i = 0; i < total; i++)
                if (!(fabs(rest[i]) <= 1e-10))
                    fail_msg("case %zu: residual %g at %zu", c, rest[i], i);
        }
        // A diagonal entry below what the rest of its column can hold up is found by name.
        s.diagonal[cases[c].n / 2] = -1e6;
        assert_int_equal(nacrei_ldl_factor(&ldl, s.diagonal), cases[c].n / 2);
        free(x);
        free(rest);
        nacrei_ldl_fini(&ldl);
        drop(&s);
    }
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_solves_the_system)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
