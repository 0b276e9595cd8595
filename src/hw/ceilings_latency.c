// SPDX-License-Identifier: Apache-2.0
// What small things cost: reading a clock, waking a thread with a bare futex, handing over between
// two spinning threads. The two threads are ours and pinned to two cores where there are two; the
// caller's thread is not touched. A turn counter passes between them, so no signal can be lost.
#include "hw/ceilings.h"

#include "core/alloc.h"
#include "core/clock.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#if defined(__linux__)
#include <linux/futex.h>
#include <sys/syscall.h>
#endif

#define CLOCK_CALLS 10000
#define CLOCK_SAMPLES 15
#define WAKES 1000      // one way
#define WAKES_FIRST 100 // not counted: the threads start
#define WAKES_LEAST 300 // also on a machine so busy that time is up
#define SPIN_HOPS 2000
#define SPIN_SAMPLES 15
#define SPIN_SAMPLES_LEAST 4 // the first not counted
#define SPINS_BEFORE_YIELD 20000
#define PAIR_NS INT64_C(250000000) // then a pair stops early

void nacrei_measure_clocks(nacre_hw_figure *figures)
{
    double sample[CLOCK_SAMPLES];
    for (int s = 0; s < CLOCK_SAMPLES; s++) {
        int64_t start = nacrei_thread_cpu_ns();
        for (int i = 0; i < CLOCK_CALLS; i++)
            (void)nacrei_monotonic_ns();
        sample[s] = (double)(nacrei_thread_cpu_ns() - start) / CLOCK_CALLS;
    }
    nacrei_figure_set(&figures[NACREI_CEILING_CLOCK_MONOTONIC], sample, CLOCK_SAMPLES, 1, "");
#if defined(__x86_64__) || defined(__aarch64__)
    for (int s = 0; s < CLOCK_SAMPLES; s++) {
        int64_t start = nacrei_thread_cpu_ns();
        for (int i = 0; i < CLOCK_CALLS; i++) {
            uint64_t ticks;
#if defined(__x86_64__)
            uint32_t high;
            __asm__ volatile("rdtsc" : "=a"(ticks), "=d"(high));
#else
            __asm__ volatile("mrs %0, cntvct_el0" : "=r"(ticks));
#endif
        }
        sample[s] = (double)(nacrei_thread_cpu_ns() - start) / CLOCK_CALLS;
    }
    nacrei_figure_set(&figures[NACREI_CEILING_CLOCK_COUNTER], sample, CLOCK_SAMPLES, 1, "");
#else
    nacrei_figure_refuse(&figures[NACREI_CEILING_CLOCK_COUNTER],
                         "this build knows no time counter of this architecture");
#endif
}

/// Two CPUs on two cores that this thread may use; false when there are not two.
static bool two_cpus(const nacre_hw_topology *topology, int cpus[2])
{
#if defined(__linux__)
    cpu_set_t mask;
    int found = 0;
    if (sched_getaffinity(0, sizeof mask, &mask))
        return false;
    for (size_t i = 0; i < topology->core_count && found < 2; i++) {
        uint32_t cpu = topology->cores[i].first_cpu;
        if (cpu < CPU_SETSIZE && CPU_ISSET(cpu, &mask))
            cpus[found++] = (int)cpu;
    }
    return found == 2;
#else
    (void)cpus;
    return topology->usable_cpus >= 2;
#endif
}

typedef struct hop_pair {
    _Alignas(64) _Atomic uint32_t turn; // counts hops; side (turn & 1) moves next
    _Alignas(64) int64_t stamp;         // when the last hop began; handed over by turn
    _Atomic uint32_t
        limit; // hops; lowered by one side before it hands over, so both see it in time
    int64_t deadline;
    double *sample; // per hop (futex) or per batch (spin)
} hop_pair;

typedef struct hop_side {
    hop_pair *pair;
    uint32_t side;
} hop_side;

static uint32_t limit_of(hop_pair *pair)
{
    return atomic_load_explicit(&pair->limit, memory_order_relaxed);
}

#if defined(__linux__)
static void futex(_Atomic uint32_t *word, int operation, uint32_t value)
{
    (void)syscall(SYS_futex, word, operation | FUTEX_PRIVATE_FLAG, value, NULL, NULL, 0);
}

static void *run_futex(void *user)
{
    const hop_side *me = user;
    hop_pair *pair = me->pair;
    for (uint32_t hop = 0; hop < limit_of(pair); hop++) {
        if ((hop & 1) == me->side) {
            pair->stamp = nacrei_monotonic_ns();
            if (me->side == 0 && hop >= WAKES_LEAST && pair->stamp > pair->deadline)
                atomic_store_explicit(&pair->limit, hop + 1, memory_order_relaxed);
            atomic_store_explicit(&pair->turn, hop + 1, memory_order_release);
            futex(&pair->turn, FUTEX_WAKE, 1);
        } else {
            while (atomic_load_explicit(&pair->turn, memory_order_acquire) != hop + 1)
                futex(&pair->turn, FUTEX_WAIT, hop);
            pair->sample[hop] = (double)(nacrei_monotonic_ns() - pair->stamp);
        }
    }
    return NULL;
}
#endif

static void pause_once(void)
{
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Spins until the turn is `wanted`; a thread that lost its CPU must not be waited for forever.
static void spin_until(const hop_pair *pair, uint32_t wanted)
{
    for (uint32_t spins = 0; atomic_load_explicit(&pair->turn, memory_order_acquire) != wanted;
         spins++) {
        pause_once();
        if (spins % SPINS_BEFORE_YIELD == SPINS_BEFORE_YIELD - 1)
            (void)sched_yield();
    }
}

static void *run_spin(void *user)
{
    const hop_side *me = user;
    hop_pair *pair = me->pair;
    int64_t start = nacrei_monotonic_ns();
    for (uint32_t hop = 0; hop < limit_of(pair); hop++) {
        if ((hop & 1) != me->side) {
            spin_until(pair, hop + 1);
            continue;
        }
        if (me->side == 1 && (hop + 1) % SPIN_HOPS == 0) { // batch 0 warms up
            int64_t now = nacrei_monotonic_ns();
            pair->sample[hop / SPIN_HOPS] = (double)(now - start) / SPIN_HOPS;
            if (hop / SPIN_HOPS >= SPIN_SAMPLES_LEAST && now > pair->deadline)
                atomic_store_explicit(&pair->limit, hop + 1, memory_order_relaxed);
            start = now;
        }
        atomic_store_explicit(&pair->turn, hop + 1, memory_order_release);
    }
    return NULL;
}

static int start_pinned(pthread_t *thread, void *(*run)(void *), hop_side *side, const int *cpu)
{
    pthread_attr_t attributes;
    int code = pthread_attr_init(&attributes);
    if (code)
        return code;
#if defined(__linux__)
    if (cpu) {
        cpu_set_t mask;
        CPU_ZERO(&mask);
        CPU_SET((size_t)*cpu, &mask);
        (void)pthread_attr_setaffinity_np(&attributes, sizeof mask, &mask);
    }
#else
    (void)cpu;
#endif
    code = pthread_create(thread, &attributes, run, side);
    (void)pthread_attr_destroy(&attributes);
    return code;
}

/// Runs both sides to their end. When the second cannot start, this thread takes its place: the
/// first waits for it.
static int run_pair(hop_pair *pair, void *(*run)(void *), uint32_t hops, const int *cpus)
{
    hop_side sides[2] = {{pair, 0}, {pair, 1}};
    pthread_t threads[2];
    atomic_store(&pair->turn, 0);
    atomic_store(&pair->limit, hops);
    pair->deadline = nacrei_monotonic_ns() + PAIR_NS;
    int code = start_pinned(&threads[0], run, &sides[0], cpus);
    if (code)
        return code;
    code = start_pinned(&threads[1], run, &sides[1], cpus ? cpus + 1 : NULL);
    if (code)
        (void)run(&sides[1]);
    else
        (void)pthread_join(threads[1], NULL);
    (void)pthread_join(threads[0], NULL);
    return code;
}

static void measure_futex(hop_pair *pair, const int *cpus, nacre_hw_figure *figure)
{
#if defined(__linux__)
    int code = run_pair(pair, run_futex, WAKES, cpus);
    if (code) {
        nacrei_figure_refuse(figure, "a thread could not be started: %s", strerror(code));
        return;
    }
    size_t count = limit_of(pair) - WAKES_FIRST;
    nacrei_figure_set(figure, pair->sample + WAKES_FIRST, count, 2, "");
    figure->p99 = nacrei_quantile(pair->sample + WAKES_FIRST, count, 0.99);
    if (!cpus)
        (void)snprintf(figure->reason, sizeof figure->reason, "both threads share one core");
#else
    (void)pair;
    (void)cpus;
    nacrei_figure_refuse(figure, "this system has no futex");
#endif
}

static void measure_spin(hop_pair *pair, const int *cpus, nacre_hw_figure *figure)
{
    if (!cpus) {
        nacrei_figure_refuse(figure, "needs two cores; this process may use one");
        return;
    }
    int code = run_pair(pair, run_spin, SPIN_HOPS * (SPIN_SAMPLES + 1), cpus);
    if (code)
        nacrei_figure_refuse(figure, "a thread could not be started: %s", strerror(code));
    else
        nacrei_figure_set(figure, pair->sample + 1, limit_of(pair) / SPIN_HOPS - 1, 2, "");
}

nacre_status nacrei_measure_wakeups(nacre_ctx *ctx, const nacre_hw_topology *topology,
                                    nacre_hw_figure *figures, nacre_error *err)
{
    hop_pair *pair;
    double *sample;
    nacre_status status = nacrei_alloc(ctx, 1, sizeof *pair, "the wake-up measurement", &pair, err);
    if (status)
        return status;
    status = nacrei_alloc(ctx, WAKES, sizeof *sample, "the wake-up measurement", &sample, err);
    if (!status) {
        int cpus[2] = {0};
        bool two = two_cpus(topology, cpus);
        pair->sample = sample;
        measure_futex(pair, two ? cpus : NULL, &figures[NACREI_CEILING_WAKE_FUTEX]);
        measure_spin(pair, two ? cpus : NULL, &figures[NACREI_CEILING_HANDOVER_SPIN]);
    }
    nacrei_free(ctx, sample, WAKES, sizeof *sample);
    nacrei_free(ctx, pair, 1, sizeof *pair);
    return status;
}
