// SPDX-License-Identifier: Apache-2.0
// Every item exactly once, for any number of threads, nested, from two callers at once, and when
// the system refuses threads. That several threads really work together is shown by items that wait
// for each other. Run under TSan as well.
#include "core/pool.h"

#include "unit/core_context.h"

#include <pthread.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
enum { ITEMS = 5000 };

static core_memory memory;
static nacre_ctx ctx;

static struct nacrei_pool *make_pool(uint32_t threads)
{
    struct nacrei_pool *pool;
    assert_int_equal(nacrei_pool_create(&ctx, threads, &pool, NULL), NACRE_OK);
    return pool;
}

typedef struct tally {
    atomic_uint calls[ITEMS];
    struct nacrei_pool *pool;
    atomic_uint inner;
} tally;

static void count_item(void *user, size_t index)
{
    tally *t = user;
    atomic_fetch_add(&t->calls[index], 1);
}

static void each_item_once(void **state)
{
    (void)state;
    static tally t;
    const uint32_t threads[] = {1, 2, 3, 8, 33};
    for (size_t k = 0; k < sizeof threads / sizeof *threads; k++) {
        struct nacrei_pool *pool = make_pool(threads[k]);
        for (unsigned round = 1; round <= 20; round++) {
            size_t count = round % 4 == 0 ? round % 3 : ITEMS;
            for (size_t i = 0; i < ITEMS; i++)
                atomic_store(&t.calls[i], 0);
            nacrei_pool_for(pool, count, count_item, &t);
            for (size_t i = 0; i < ITEMS; i++)
                assert_int_equal(atomic_load(&t.calls[i]), i < count);
        }
        nacrei_pool_destroy(pool);
    }
    assert_int_equal(atomic_load(&memory.live), 0);
}

typedef struct meeting {
    pthread_mutex_t mutex;
    pthread_cond_t all_here;
    unsigned here;
} meeting;

// Returns only when three items are inside at the same time.
static void meet(void *user, size_t index)
{
    meeting *m = user;
    (void)index;
    pthread_mutex_lock(&m->mutex);
    if (++m->here == 3)
        pthread_cond_broadcast(&m->all_here);
    while (m->here < 3)
        pthread_cond_wait(&m->all_here, &m->mutex);
    pthread_mutex_unlock(&m->mutex);
}

static void threads_work_together(void **state)
{
    (void)state;
    meeting m = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
    struct nacrei_pool *pool = make_pool(3);
    nacrei_pool_for(pool, 3, meet, &m); // would never return with fewer than three threads
    assert_int_equal(m.here, 3);
    nacrei_pool_destroy(pool);
}

static void count_inner(void *user, size_t index)
{
    tally *t = user;
    (void)index;
    atomic_fetch_add(&t->inner, 1);
}

static void nest(void *user, size_t index)
{
    tally *t = user;
    count_item(user, index);
    nacrei_pool_for(t->pool, 7, count_inner, t);
}

static void nested_calls_run_inline(void **state)
{
    (void)state;
    static tally t;
    t.pool = make_pool(4);
    nacrei_pool_for(t.pool, 100, nest, &t);
    assert_int_equal(atomic_load(&t.inner), 700);
    nacrei_pool_destroy(t.pool);
}

static void *call_often(void *user)
{
    tally *t = user;
    for (int i = 0; i < 50; i++)
        nacrei_pool_for(t->pool, 100, count_item, t);
    return NULL;
}

static void two_callers(void **state)
{
    (void)state;
    static tally t;
    pthread_t other;
    t.pool = make_pool(3);
    assert_int_equal(pthread_create(&other, NULL, call_often, &t), 0);
    (void)call_often(&t);
    assert_int_equal(pthread_join(other, NULL), 0);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(atomic_load(&t.calls[i]), 100);
    nacrei_pool_destroy(t.pool);
}

static void without_threads_the_caller_works(void **state)
{
    (void)state;
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    printf("SKIP without_threads_the_caller_works: sanitizers need address space\n");
#else
    static tally t;
    struct rlimit before, none;
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    none = before;
    none.rlim_cur = 1; // no room for another thread's stack
    struct nacrei_pool *pool = make_pool(4);
    assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
    nacrei_pool_for(pool, ITEMS, count_item, &t);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    for (size_t i = 0; i < ITEMS; i++)
        assert_int_equal(atomic_load(&t.calls[i]), 1);
    nacrei_pool_destroy(pool);
#endif
}

static void limits_and_failures(void **state)
{
    (void)state;
    struct nacrei_pool *pool;
    assert_int_equal(nacrei_pool_create(&ctx, 0, &pool, NULL), NACRE_E_ARG);
    assert_int_equal(nacrei_pool_create(&ctx, 1025, &pool, NULL), NACRE_E_ARG);
    for (long n = 1; n <= 2; n++) {
        atomic_store(&memory.fail_at, atomic_load(&memory.requests) + n);
        assert_int_equal(nacrei_pool_create(&ctx, 4, &pool, NULL), NACRE_E_NOMEM);
        assert_null(pool);
    }
    atomic_store(&memory.fail_at, 0);
    nacrei_pool_destroy(NULL);
    assert_int_equal(atomic_load(&memory.live), 0);
    uint32_t cores = nacrei_pool_default_threads();
    assert_true(cores >= 1);
    assert_true(cores <= (uint32_t)sysconf(_SC_NPROCESSORS_CONF));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_item_once),
        cmocka_unit_test(threads_work_together),
        cmocka_unit_test(nested_calls_run_inline),
        cmocka_unit_test(two_callers),
        cmocka_unit_test(without_threads_the_caller_works),
        cmocka_unit_test(limits_and_failures),
    };
    ctx = core_test_context(&memory);
    return cmocka_run_group_tests_name("core_pool", tests, NULL, NULL);
}
