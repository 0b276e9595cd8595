// SPDX-License-Identifier: Apache-2.0
// The benchmark protocol. A case sets itself up, checks its result against a reference before anything
// is timed, then runs itself and its peer in turn; the ratio is the median of the pair ratios. One
// JSON line per case carries raw samples, quartiles, context switches, steal and the ceiling.
#ifndef NACREI_BENCH_H
#define NACREI_BENCH_H

#include "core/context.h"
#include "core/status.h"

/// What a case reports about itself besides times.
typedef struct bench_report {
    const char *kernel;      ///< "nacrek_ndtr_f64__avx512" or a function name
    const char *numeric_class; ///< "exact", "strict", "bounded"
    const char *unit_name;   ///< "vector", "scalar"
    uint64_t n;              ///< items per run
    const char *unit;        ///< of the rate: "trades/s"
    const char *peer;        ///< NULL = none on this machine
    char peer_version[64];
    char peer_absent[160];   ///< why there is no peer
    double ceiling;          ///< measured, in `unit`; 0 = none
    const char *ceiling_name; ///< "read bandwidth at 16 bytes a trade"
    double max_error;        ///< observed against the reference
    double error_bound;
    uint64_t batch;          ///< operations per timed sample when one is too short (< 200 ns), else 1
} bench_report;

typedef struct bench_case bench_case;
struct bench_case {
    const char *id;      ///< "vpin.batch"
    const char *summary; ///< one line for --list, with the bar: ">= 150 M trades/s on one core"
    /// Allocates inputs, checks the result, fills the report. `*state` is passed on.
    nacre_status (*setup)(nacre_ctx *ctx, void **state, bench_report *report, nacre_error *err);
    /// One timed run of ours.
    nacre_status (*run)(nacre_ctx *ctx, void *state, nacre_error *err);
    /// One timed run of the peer. Returns its seconds in *seconds when the peer times itself in
    /// another process, else leaves it negative and the harness's clock counts. NULL = no peer.
    nacre_status (*peer)(nacre_ctx *ctx, void *state, double *seconds, nacre_error *err);
    void (*teardown)(nacre_ctx *ctx, void *state);
};

/// All cases, from bench/cases.def (one line per case).
extern const bench_case *const bench_cases[];
extern const size_t bench_case_count;

/// Runs one case for at most `budget_s` seconds, at least 7 pairs, and writes its JSON line.
NACRE_MUST_CHECK nacre_status bench_run_case(nacre_ctx *ctx, const bench_case *bench, double budget_s,
                                             void *json_file, nacre_error *err);

/// Measured single-core read bandwidth in bytes/s over `bytes` of memory (one pass, best of several).
double bench_read_bandwidth(nacre_ctx *ctx, size_t bytes);

#endif
