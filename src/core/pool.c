// SPDX-License-Identifier: Apache-2.0
// parallel_for: one job at a time, its items handed out by one atomic counter, the caller among the
// workers. Whoever finds the pool busy (a nested call, or a second caller) does the work alone, so
// nothing ever waits for a thread that waits for it. Where threads cannot be started there are
// fewer, and in the end only the caller: slower, and the same result.
#include "core/pool.h"

#include "core/alloc.h"

#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

#define MAX_THREADS 1024u

struct nacrei_pool {
    nacre_ctx *ctx;
    uint32_t thread_limit; // with the caller
    pthread_mutex_t mutex; // guards everything up to the next comment
    pthread_cond_t wake, idle;
    bool stopping, busy, tried_to_start;
    bool open;        // the current job still takes workers
    uint64_t job;     // number of the current job
    uint32_t working; // workers inside the current job
    uint32_t started;
    pthread_t *workers;
    // The job itself: written while no worker is inside, read by workers that entered under the
    // mutex.
    nacrei_pool_fn *fn;
    void *user;
    size_t count;
    _Alignas(64) atomic_size_t next;
};

uint32_t nacrei_pool_default_threads(void)
{
    long cores = 0;
#if defined(__linux__)
    cpu_set_t mask;
    if (!sched_getaffinity(0, sizeof mask, &mask))
        cores = CPU_COUNT(&mask);
#endif
    if (cores < 1)
        cores = sysconf(_SC_NPROCESSORS_ONLN);
    if (cores < 1)
        return 1;
    return cores > (long)MAX_THREADS ? MAX_THREADS : (uint32_t)cores;
}

static void run_items(struct nacrei_pool *pool)
{
    for (;;) {
        size_t index = atomic_fetch_add_explicit(&pool->next, 1, memory_order_relaxed);
        if (index >= pool->count)
            return;
        pool->fn(pool->user, index);
    }
}

static void *worker_main(void *argument)
{
    struct nacrei_pool *pool = argument;
    uint64_t seen = 0;
    pthread_mutex_lock(&pool->mutex);
    for (;;) {
        while (!pool->stopping && (!pool->open || pool->job == seen))
            pthread_cond_wait(&pool->wake, &pool->mutex);
        if (pool->stopping)
            break;
        seen = pool->job;
        pool->working++;
        pthread_mutex_unlock(&pool->mutex);
        run_items(pool);
        pthread_mutex_lock(&pool->mutex);
        if (--pool->working == 0)
            pthread_cond_signal(&pool->idle);
    }
    pthread_mutex_unlock(&pool->mutex);
    return NULL;
}

// Called once, under the mutex. The program's signals are its own business: workers take none.
static void start_workers(struct nacrei_pool *pool)
{
    sigset_t all, before;
    pool->tried_to_start = true;
    (void)sigfillset(&all);
    if (pthread_sigmask(SIG_SETMASK, &all, &before))
        return;
    while (pool->started + 1 < pool->thread_limit &&
           !pthread_create(&pool->workers[pool->started], NULL, worker_main, pool))
        pool->started++;
    (void)pthread_sigmask(SIG_SETMASK, &before, NULL);
}

// Makes the pool this caller's; false when somebody else has it.
static bool open_job(struct nacrei_pool *pool, size_t count, nacrei_pool_fn *fn, void *user)
{
    pthread_mutex_lock(&pool->mutex);
    bool mine = !pool->busy;
    if (mine) {
        if (!pool->tried_to_start)
            start_workers(pool);
        pool->busy = true;
        pool->open = true;
        pool->job++;
        pool->fn = fn;
        pool->user = user;
        pool->count = count;
        atomic_store_explicit(&pool->next, 0, memory_order_relaxed);
        pthread_cond_broadcast(&pool->wake);
    }
    pthread_mutex_unlock(&pool->mutex);
    return mine;
}

static void close_job(struct nacrei_pool *pool)
{
    pthread_mutex_lock(&pool->mutex);
    pool->open = false;
    while (pool->working > 0)
        pthread_cond_wait(&pool->idle, &pool->mutex);
    pool->busy = false;
    pthread_mutex_unlock(&pool->mutex);
}

void nacrei_pool_for(struct nacrei_pool *pool, size_t count, nacrei_pool_fn *fn, void *user)
{
    if (pool->thread_limit > 1 && count > 1 && open_job(pool, count, fn, user)) {
        run_items(pool);
        close_job(pool);
        return;
    }
    for (size_t i = 0; i < count; i++)
        fn(user, i);
}

nacre_status nacrei_pool_create(nacre_ctx *ctx, uint32_t threads, struct nacrei_pool **out,
                                nacre_error *err)
{
    struct nacrei_pool *pool;
    *out = NULL;
    if (threads < 1 || threads > MAX_THREADS)
        return nacrei_fail(err, NACRE_E_ARG, "a pool of %u threads: allowed are 1 to %u", threads,
                           MAX_THREADS);
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *pool, "thread pool", &pool, err);
    if (status)
        return status;
    status =
        nacrei_alloc(ctx, threads - 1, sizeof *pool->workers, "thread pool", &pool->workers, err);
    if (status) {
        nacrei_free(ctx, pool, 1, sizeof *pool);
        return status;
    }
    pool->ctx = ctx;
    pool->thread_limit = threads;
    // With default attributes these three cannot fail on the systems that we build for.
    (void)pthread_mutex_init(&pool->mutex, NULL);
    (void)pthread_cond_init(&pool->wake, NULL);
    (void)pthread_cond_init(&pool->idle, NULL);
    *out = pool;
    return NACRE_OK;
}

void nacrei_pool_destroy(struct nacrei_pool *pool)
{
    if (!pool)
        return;
    pthread_mutex_lock(&pool->mutex);
    pool->stopping = true;
    pthread_cond_broadcast(&pool->wake);
    pthread_mutex_unlock(&pool->mutex);
    for (uint32_t i = 0; i < pool->started; i++)
        (void)pthread_join(pool->workers[i], NULL);
    (void)pthread_cond_destroy(&pool->idle);
    (void)pthread_cond_destroy(&pool->wake);
    (void)pthread_mutex_destroy(&pool->mutex);
    nacrei_free(pool->ctx, pool->workers, pool->thread_limit - 1, sizeof *pool->workers);
    nacrei_free(pool->ctx, pool, 1, sizeof *pool);
}
