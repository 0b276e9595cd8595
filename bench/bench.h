// SPDX-License-Identifier: Apache-2.0
// The benchmark protocol. A case sets itself up, checks its result against a reference before
// anything is timed, then runs itself and its peer in turn; the ratio is the median of the pair
// ratios. One JSON line per case carries raw samples, quartiles, context switches, steal and the
// ceiling.
#ifndef NACREI_BENCH_H
#define NACREI_BENCH_H

#include "core/context.h"
#include "core/status.h"

#include <stdio.h>

/// What a case reports about itself besides times.
typedef struct bench_report {
    const char *kernel;        ///< "nacrek_ndtr_f64__avx512" or a function name
    const char *numeric_class; ///< "exact", "strict", "bounded"
    const char *unit_name;     ///< "vector", "scalar"
    uint64_t n;                ///< items per run
    const char *unit;          ///< of the rate: "trades/s"
    const char *peer;          ///< NULL = none on this machine
    char peer_version[64];
    char peer_absent[160];    ///< why there is no peer
    double ceiling;           ///< measured, in `unit`; 0 = none
    const char *ceiling_name; ///< "read bandwidth at 16 bytes a trade"
    double max_error;         ///< observed against the reference
    double error_bound;
    uint64_t batch; ///< operations per run when one is too short to time (< 200 ns); 0 and 1: one
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

#define BENCH_PAIRS_MIN 7u
#define BENCH_PAIRS_MAX 201u
#define BENCH_LIMIT_S 20.0 ///< no id takes longer

/// What was measured. Times are nanoseconds per operation, a run holding `report.batch` of them;
/// the samples are raw, per run.
typedef struct bench_result {
    const bench_case *bench;
    bench_report report;
    size_t pairs;
    double ours_ns[BENCH_PAIRS_MAX];
    double peer_ns[BENCH_PAIRS_MAX]; ///< filled when report.peer is set
    double median_ns, p99_ns, max_ns;
    double quartiles_ns[2];
    double rate;                  ///< report.unit
    double peer_median_ns, ratio; ///< NaN without a peer
    double ratio_quartiles[2];    ///< of the pair ratios; NaN without a peer
    double ceiling_fraction;      ///< NaN without a ceiling
    int64_t context_switches;     ///< of this process while it was timed
    double steal_ms;              ///< taken by the hypervisor from all cores; NaN = unknown
    char machine[128];
    char date[31];
} bench_result;

/// Runs one case: set-up with its check, one pair to warm up, then pairs in alternating order until
/// `budget_s` is used up, at least BENCH_PAIRS_MIN and at most BENCH_PAIRS_MAX.
/// @error  what the case reports; NACRE_E_LIMIT when the least number of pairs takes longer than
///         BENCH_LIMIT_S
NACRE_MUST_CHECK nacre_status bench_measure(nacre_ctx *ctx, const bench_case *bench,
                                            double budget_s, bench_result *result,
                                            nacre_error *err);
/// Fills medians, quartiles and ratios from the raw samples.
void bench_summarise(bench_result *result);
/// The p-quantile (0 to 1) of `count` sorted values, linear between neighbours; NaN for none.
double bench_quantile(const double *sorted, size_t count, double p);

/// One JSON line.
NACRE_MUST_CHECK nacre_status bench_write_json(FILE *out, const bench_result *result,
                                               nacre_error *err);
/// The table for people: a heading, then a row and its notes per case.
void bench_write_heading(FILE *out);
void bench_write_row(FILE *out, const bench_result *result);

/// Measured single-core read bandwidth in bytes/s over `bytes` of memory (one pass, best of
/// several).
double bench_read_bandwidth(nacre_ctx *ctx, size_t bytes);

/// A peer that stays: a command whose first line of output is its version and which then answers
/// every line of input with one line. Starting an interpreter for every pair would leave time for a
/// handful of pairs only.
typedef struct bench_peer {
    int pid;
    int channel; ///< its standard input and output
} bench_peer;

/// Starts `command` with /bin/sh and reads the version, without the line end; false when there is
/// none within 20 s. `peer` is to be stopped in any case.
bool bench_peer_start(bench_peer *peer, const char *command, char *version, size_t bytes);
/// One question, one answer; false when the peer is gone or silent for 20 s.
bool bench_peer_ask(const bench_peer *peer, char *answer, size_t bytes);
/// Ends the process. Harmless on one that was never started, or that was all zeros.
void bench_peer_stop(bench_peer *peer);

/// Path of a peer's script (bench/peers/<name>, or share/nacre/peers/<name> when installed).
bool bench_find_peer(const char *name, char *path, size_t bytes);

#endif
