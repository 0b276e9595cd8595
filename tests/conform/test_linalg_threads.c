// SPDX-License-Identifier: Apache-2.0
// Several threads in the linear algebra at once, each on its own matrices: every one must get the
// bits that one thread gets alone. All threads begin together, so that first use is raced as well.
#include "kern/linalg/linalg.h"

#include "../unit/core_context.h"

// clang-format off
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
// clang-format on

#include <pthread.h>
#include <string.h>

#define THREADS 4
#define TURNS 40
#define N 96

typedef struct work {
    double a[N * N], product[N * N], factor[N * N], vectors[N * N], values[N], solution[N];
} work;

typedef struct worker {
    pthread_barrier_t *begin;
    const work *expected; ///< NULL: the result is kept in `work`
    work work;
    unsigned wrong;
} worker;

static void compute(work *w, unsigned *wrong)
{
    core_memory memory = {0};
    nacre_ctx ctx = core_test_context(&memory);
    uint64_t random = 1;
    for (size_t i = 0; i < (size_t)N * N; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        w->a[i] = (double)(int64_t)random * 0x1p-63;
    }
    nacrei_gemm(false, true, N, N, N, 1.0, w->a, N, w->a, N, 0.0, w->product, N);
    for (size_t i = 0; i < N; i++)
        w->product[i * N + i] += N;
    memcpy(w->factor, w->product, sizeof w->factor);
    memcpy(w->vectors, w->product, sizeof w->vectors);
    for (size_t i = 0; i < N; i++)
        w->solution[i] = (double)i;
    *wrong += nacrei_cholesky(N, w->factor, N, NULL) != NACRE_OK;
    nacrei_cholesky_solve(N, w->factor, N, 1, w->solution, 1);
    *wrong += nacrei_eigen_symmetric(&ctx, N, w->vectors, N, w->values, NULL) != NACRE_OK;
    *wrong += nacrei_least_squares(&ctx, N, N / 2, w->a, N, w->values, w->solution, NULL, NULL) !=
              NACRE_OK;
}

static void *run(void *argument)
{
    worker *w = argument;
    (void)pthread_barrier_wait(w->begin);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        compute(&w->work, &w->wrong);
        if (w->expected)
            w->wrong += memcmp(&w->work, w->expected, sizeof w->work) != 0;
    }
    return NULL;
}

static void threads_agree(void **state)
{
    (void)state;
    pthread_barrier_t begin;
    pthread_t threads[THREADS];
    worker *workers = calloc(THREADS, sizeof *workers);
    work *expected = calloc(1, sizeof *expected);
    assert_non_null(workers);
    assert_non_null(expected);
    // The first round races the first use, so its results are compared with each other only.
    for (unsigned round = 0; round < 2; round++) {
        assert_int_equal(pthread_barrier_init(&begin, NULL, THREADS), 0);
        for (size_t i = 0; i < THREADS; i++) {
            workers[i].begin = &begin;
            workers[i].expected = round ? expected : NULL;
            assert_int_equal(pthread_create(&threads[i], NULL, run, &workers[i]), 0);
        }
        for (size_t i = 0; i < THREADS; i++) {
            assert_int_equal(pthread_join(threads[i], NULL), 0);
            assert_int_equal(workers[i].wrong, 0);
            assert_memory_equal(&workers[i].work, &workers[0].work, sizeof(work));
        }
        assert_int_equal(pthread_barrier_destroy(&begin), 0);
        unsigned wrong = 0;
        compute(expected, &wrong);
        assert_int_equal(wrong, 0);
        assert_memory_equal(expected, &workers[0].work, sizeof(work));
    }
    free(workers);
    free(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(threads_agree)};
    return cmocka_run_group_tests_name("linalg_threads", tests, NULL, NULL);
}
