// SPDX-License-Identifier: Apache-2.0
// The f32 functions on all 2^32 arguments (every 4,001st in sanitizer builds), by the fastest
// variant: within the bounds that elementary.h states of the f64 functions, which are good to 4 ulp
// of f64, so that a distance is right to 1e-8 ulp of f32. Every other variant gives the same bits
// on every 1,021st argument (16,411th). Blocks go to all cores.
#include "elementary_support.h"

#include "core/pool.h"
#include "nacre/nacre.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>

#include <cmocka.h>

enum {
    BLOCK = 4096,
    ITEM_BLOCKS = 256,
    VARIANTS_MAX = 8,
#ifdef SLOW_BUILD
    STRIDE = 4001, // primes
    COMPARE_STRIDE = 16411,
#else
    STRIDE = 1,
    COMPARE_STRIDE = 1021,
#endif
};

typedef struct sweep {
    const nacrei_variant *f64;
    const nacrei_variant *f32[VARIANTS_MAX]; ///< the first is judged, the others compared with it
    size_t variants;
    uint64_t stride;
    _Atomic uint64_t differ;  ///< bits of a variant
    _Atomic uint64_t foreign; ///< NaN or infinity in the wrong place
    _Atomic double worst;     ///< ulp; 0.5 stands for everything correctly rounded
} sweep;

static void raise_worst(sweep *all, double error)
{
    double before = atomic_load(&all->worst);
    while (error > before && !atomic_compare_exchange_weak(&all->worst, &before, error))
        ;
}

/// Only what is not correctly rounded is looked at closely.
static void judge(sweep *all, const float *y, const double *exact)
{
    double worst = 0.5;
    for (size_t i = 0; i < BLOCK; i++) {
        float rounded = (float)exact[i];
        if (y[i] == rounded)
            continue;
        if (isnan(y[i]) && isnan(exact[i]))
            continue;
        if (!isfinite(y[i]) || !isfinite(rounded)) {
            atomic_fetch_add(&all->foreign, 1);
            continue;
        }
        double ulp = unit_in_last_place(exact[i], FLT_MANT_DIG, -149);
        worst = fmax(worst, fabs((double)y[i] - exact[i]) / ulp);
    }
    raise_worst(all, worst);
}

static void sweep_item(void *user, size_t item)
{
    sweep *all = user;
    float x[BLOCK], y[BLOCK], other[BLOCK];
    double wide[BLOCK], exact[BLOCK];
    for (uint64_t block = 0; block < ITEM_BLOCKS; block++) {
        uint64_t first = (item * ITEM_BLOCKS + block) * BLOCK * all->stride;
        if (first >> 32)
            return;
        for (size_t i = 0; i < BLOCK; i++) {
            uint32_t bits = (uint32_t)(first + i * all->stride);
            memcpy(&x[i], &bits, sizeof bits);
            wide[i] = (double)x[i];
        }
        all->f32[0]->function.exp_f32(BLOCK, x, y);
        all->f64->function.exp_f64(BLOCK, wide, exact);
        judge(all, y, exact);
        for (size_t v = 1; v < all->variants; v++) {
            all->f32[v]->function.exp_f32(BLOCK, x, other);
            if (memcmp(y, other, sizeof y) == 0)
                continue;
            for (size_t i = 0; i < BLOCK; i++) {
                if (!same_element(y, other, i, sizeof(float)))
                    atomic_fetch_add(&all->differ, 1);
            }
        }
    }
}

static void run_sweep(nacre_ctx *ctx, sweep *all)
{
    uint64_t per_item = (uint64_t)ITEM_BLOCKS * BLOCK * all->stride;
    size_t items = (size_t)(((UINT64_C(1) << 32) + per_item - 1) / per_item);
    nacrei_pool_for(ctx->pool, items, sweep_item, all);
    assert_int_equal(all->differ, 0);
    assert_int_equal(all->foreign, 0);
}

static void test_all_arguments(void **state)
{
    nacre_ctx *ctx = *state;
    for (size_t k = 0; k < FUNCTION_COUNT; k++) {
        const elementary_function *function = &elementary_functions[k];
        sweep all = {
            .f64 = elementary_fastest(function->f64),
            .f32 = {elementary_fastest(function->f32)},
            .variants = 1,
            .stride = STRIDE,
        };
        run_sweep(ctx, &all);
        printf("%s: worst %.5f ulp, the bound is %.2f\n", all.f32[0]->name, all.worst,
               function->bound_f32);
        assert_true(all.worst <= function->bound_f32);
    }
}

static void test_same_bits(void **state)
{
    nacre_ctx *ctx = *state;
    for (size_t k = 0; k < FUNCTION_COUNT; k++) {
        const elementary_function *function = &elementary_functions[k];
        sweep all = {
            .f64 = elementary_fastest(function->f64),
            .f32 = {elementary_fastest(function->f32)},
            .variants = 1,
            .stride = COMPARE_STRIDE,
        };
        for (size_t i = 0; i < nacrei_variant_count; i++) {
            const nacrei_variant *one = &nacrei_variants[i];
            if (one->op == function->f32 && one != all.f32[0] && elementary_usable(one))
                all.f32[all.variants++] = one;
        }
        run_sweep(ctx, &all);
    }
}

static int create(void **state)
{
    return nacre_ctx_create(NULL, (nacre_ctx **)state, NULL);
}

static int destroy(void **state)
{
    nacre_ctx_destroy(*state);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_all_arguments, create, destroy),
        cmocka_unit_test_setup_teardown(test_same_bits, create, destroy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
