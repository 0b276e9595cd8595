// SPDX-License-Identifier: Apache-2.0
// The harness: sets a case up, runs ours and the peer in pairs whose order alternates, so that a
// slow drift of the machine hits both, and keeps every raw sample beside what disturbed the run.
#include "bench.h"

#include "core/alloc.h"
#include "core/clock.h"
#include "core/timezone.h"
#include "hw/cpu.h"

#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <unistd.h>

static int64_t context_switches(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return usage.ru_nvcsw + usage.ru_nivcsw;
}

/// Milliseconds stolen from all cores since boot; NaN where the kernel does not say.
static double steal_ms(void)
{
    FILE *file = fopen("/proc/stat", "re");
    if (!file)
        return __builtin_nan("");
    unsigned long long steal;
    // cpu user nice system idle iowait irq softirq steal
    int found = fscanf(file, "cpu %*u %*u %*u %*u %*u %*u %*u %llu", &steal);
    (void)fclose(file);
    long ticks = sysconf(_SC_CLK_TCK);
    return found == 1 && ticks > 0 ? (double)steal * 1000.0 / (double)ticks : __builtin_nan("");
}

static void describe_machine(bench_result *result)
{
    char cpu[NACREI_CPU_NAME_BYTES];
    nacrei_cpu_name(cpu);
    struct utsname system = {0};
    (void)uname(&system);
    (void)snprintf(result->machine, sizeof result->machine, "%s, %u cores, %.16s %.32s", cpu,
                   nacrei_cpu_cores(), system.sysname, system.release);
    nacrei_format_utc(result->date, nacrei_clock_now(&nacrei_clock_live));
}

static nacre_status time_ours(nacre_ctx *ctx, const bench_case *bench, void *state, double *ns,
                              nacre_error *err)
{
    int64_t start = nacrei_monotonic_ns();
    nacre_status status = bench->run(ctx, state, err);
    *ns = (double)(nacrei_monotonic_ns() - start);
    return status;
}

static nacre_status time_peer(nacre_ctx *ctx, const bench_case *bench, void *state, double *ns,
                              nacre_error *err)
{
    double seconds = -1.0;
    int64_t start = nacrei_monotonic_ns();
    nacre_status status = bench->peer(ctx, state, &seconds, err);
    *ns = seconds >= 0.0 ? seconds * 1e9 : (double)(nacrei_monotonic_ns() - start);
    return status;
}

/// One pair; `peer_first` alternates from pair to pair.
static nacre_status time_pair(nacre_ctx *ctx, const bench_result *result, void *state,
                              bool peer_first, double *ours_ns, double *peer_ns, nacre_error *err)
{
    bool with_peer = result->report.peer && result->bench->peer;
    nacre_status status = NACRE_OK;
    if (with_peer && peer_first)
        status = time_peer(ctx, result->bench, state, peer_ns, err);
    if (!status)
        status = time_ours(ctx, result->bench, state, ours_ns, err);
    if (!status && with_peer && !peer_first)
        status = time_peer(ctx, result->bench, state, peer_ns, err);
    return status;
}

static nacre_status time_pairs(nacre_ctx *ctx, void *state, int64_t started_ns, double budget_s,
                               bench_result *result, nacre_error *err)
{
    double warm_ours, warm_peer;
    nacre_status status = time_pair(ctx, result, state, false, &warm_ours, &warm_peer, err);
    int64_t switches = context_switches();
    double stolen = steal_ms();
    while (!status && result->pairs < BENCH_PAIRS_MAX) {
        double elapsed = (double)(nacrei_monotonic_ns() - started_ns) * 1e-9;
        if (result->pairs >= BENCH_PAIRS_MIN && elapsed >= budget_s)
            break;
        if (elapsed >= BENCH_LIMIT_S)
            return nacrei_fail(err, NACRE_E_LIMIT,
                               "%s: %zu of %u pairs in %.0f s: the machine is too slow or too busy "
                               "for this case; try again when it is idle",
                               result->bench->id, result->pairs, BENCH_PAIRS_MIN, elapsed);
        size_t at = result->pairs;
        status = time_pair(ctx, result, state, at % 2 == 1, &result->ours_ns[at],
                           &result->peer_ns[at], err);
        result->pairs = at + 1;
    }
    result->context_switches = context_switches() - switches;
    result->steal_ms = steal_ms() - stolen;
    return status;
}

nacre_status bench_measure(nacre_ctx *ctx, const bench_case *bench, double budget_s,
                           bench_result *result, nacre_error *err)
{
    int64_t started_ns = nacrei_monotonic_ns();
    memset(result, 0, sizeof *result);
    result->bench = bench;
    describe_machine(result);
    void *state = NULL;
    nacre_status status = bench->setup(ctx, &state, &result->report, err);
    if (status)
        return status;
    status = time_pairs(ctx, state, started_ns, budget_s, result, err);
    bench->teardown(ctx, state);
    if (!status)
        bench_summarise(result);
    return status;
}

double bench_read_bandwidth(nacre_ctx *ctx, size_t bytes)
{
    enum { PASSES = 5, UNROLL = 8 };
    size_t count = bytes / sizeof(uint64_t) / UNROLL * UNROLL;
    uint64_t *words;
    if (!count || nacrei_alloc(ctx, count, sizeof *words, "bandwidth probe", &words, NULL))
        return 0.0;
    memset(words, 1, count * sizeof *words); // real pages, not the shared zero page
    double best = 0.0;
    for (int pass = 0; pass < PASSES; pass++) {
        uint64_t sum[UNROLL] = {0};
        int64_t start = nacrei_monotonic_ns();
        for (size_t i = 0; i < count; i += UNROLL) {
            for (size_t k = 0; k < UNROLL; k++)
                sum[k] += words[i + k];
        }
        for (size_t k = 1; k < UNROLL; k++)
            sum[0] += sum[k];
        __asm__ volatile("" : : "r"(sum[0])); // the sum counts as used: the loop stays
        double seconds = (double)(nacrei_monotonic_ns() - start) * 1e-9;
        double rate = seconds > 0.0 ? (double)(count * sizeof *words) / seconds : 0.0;
        best = rate > best ? rate : best;
    }
    nacrei_free(ctx, words, count, sizeof *words);
    return best;
}
