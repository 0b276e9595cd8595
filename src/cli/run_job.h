// SPDX-License-Identifier: Apache-2.0
// What `nacre run` knows when its work is done and before anything is written: the stages with
// their times, one entry per symbol with results and reduced series (the trades themselves are
// unloaded by then), and, for the demo, the judgement against the known episodes. The writers of
// results.json, of the tables and of the report only read it, so that the three can never disagree.
#ifndef NACREI_CLI_RUN_JOB_H
#define NACREI_CLI_RUN_JOB_H

#include "cli/cli_trades.h"
#include "cli/run_desk.h"
#include "core/timezone.h"
#include "nacre/toxicity.h"

#define RUN_NAME_BYTES 64
#define RUN_REASONS_MAX 16
#define RUN_STAGES_MAX 512
#define RUN_FILES_MAX 96     ///< five stages a symbol, and the desk's
#define RUN_BASELINE_BARS 60 ///< one hour of one-minute bars stands beside VPIN

/// One step: what it handled, how long it took and on what.
typedef struct run_stage {
    char name[16];               ///< "import"
    char symbol[RUN_NAME_BYTES]; ///< file name of the symbol, or empty
    uint64_t rows;
    const char *counted; ///< what the rows are: "trades"
    double seconds;
    const char *unit_name; ///< "scalar", "vector", or "blas": what OpenBLAS chose
    const char *kernel;    ///< the function or kernel that did the work
    const char *numeric_class;
} run_stage;

typedef struct run_reason {
    char name[40];
    uint64_t rows;
    int64_t volume;
} run_reason;

/// Round-trip spread as the trades alone tell it, over all their sessions.
typedef struct run_spread {
    double bp;          ///< of the price; NaN = masked
    const char *method; ///< "aggressor" or "roll"; NULL when masked
    const char *reason; ///< why masked, else NULL
} run_spread;

/// Results of one symbol.
typedef struct run_symbol {
    char name[RUN_NAME_BYTES]; ///< unique, safe in a file name
    nacre_instrument instrument;
    nacre_reader_stats import;
    bool from_tape;
    uint64_t rows;
    int64_t first_ns, last_ns;
    uint64_t kept_rows;
    int64_t kept_volume, auction_volume;
    int64_t excluded_volume;
    size_t reason_count;
    run_reason reasons[RUN_REASONS_MAX];
    bool auto_warmup; ///< the warm-up was chosen by the data
    nacrei_timezone *zone;
    nacre_vpin_result *vpin;
    nacre_baseline_result *volatility, *volume;
    double *price_low, *price_high; ///< per bucket, in currency
    run_spread spread;              ///< with a panel only
    double import_seconds, filter_seconds, vpin_seconds, baseline_seconds;
} run_symbol;

enum { RUN_MEASURE_VPIN, RUN_MEASURE_VOLATILITY, RUN_MEASURE_VOLUME, RUN_MEASURES };
#define RUN_KINDS (NACRE_EPISODE_FLASH_CRASH + 1)

/// The same computation by another program on this machine.
typedef struct run_peer {
    bool present;
    char reason[256]; ///< why not, with the remedy
    char version[96]; ///< "pandas 1.5.3, NumPy 1.24.2"
    double seconds;
    size_t compared;       ///< values in both
    double max_difference; ///< of VPIN
    bool equal;            ///< same buckets, difference within RUN_PEER_TOLERANCE
} run_peer;
/// Both sides count volume differently below 2^-20 lot and pandas sums in doubles.
#define RUN_PEER_TOLERANCE 1e-9

/// Alarms against the truth of the simulated market.
typedef struct run_judgement {
    nacre_episode *episodes;
    size_t episode_count;
    int64_t judged_from_ns; ///< the CDF is defined from here on
    int64_t grace_ns;       ///< an alarm this long after an episode still counts for it
    nacre_alarm_score score[RUN_MEASURES][RUN_KINDS];
    run_peer peer;
} run_judgement;

typedef struct run_job {
    nacre_ctx *ctx; ///< borrowed
    const char *command_line;
    const char *out; ///< folder as the user named it
    int64_t created_ns;
    const char *cpu;
    uint32_t cores;
    size_t stage_count;
    run_stage stages[RUN_STAGES_MAX];
    size_t symbol_count;
    run_symbol *symbols;
    bool demo;
    uint64_t seed;
    run_judgement judgement; ///< of symbols[0], demo only
    run_desk *desk;          ///< NULL without --panel
} run_job;

/// Name of a measure: "vpin", "volatility", "volume".
const char *nacrei_run_measure_name(size_t measure);
/// The alarms of a measure on a symbol.
const nacre_vpin_alarm *nacrei_run_alarms(const run_symbol *symbol, size_t measure, size_t *count);

/// Bars were needed but none could be classified: VPIN is 0 because nothing is known.
bool nacrei_run_unclassified(const run_symbol *symbol);

/// Notes a finished stage of `rows` trades; drops it silently only when the table is full, which a
/// command line of at most RUN_FILES_MAX files cannot reach.
void nacrei_run_stage(run_job *job, const char *name, const char *symbol, uint64_t rows,
                      double seconds, const char *kernel, const char *numeric_class);
/// The same for a stage that counts something else, belongs to no symbol and says on which unit it
/// ran: "scalar" or "blas".
void nacrei_run_desk_stage(run_job *job, const char *name, uint64_t rows, const char *counted,
                           double seconds, const char *kernel, const char *unit_name,
                           const char *numeric_class);

/// What the desk's part was asked for.
typedef struct run_desk_options {
    const char *panel;  ///< NULL: no desk
    const char *groups; ///< or NULL
    int32_t asof;
    size_t follow; ///< days; 0 = those of the calendar week that follows
    double capital, max_weight;
    bool simulated;
} run_desk_options;

/// Everything that `run` was asked for.
typedef struct run_options {
    const cli_args *args;
    const cli_env *env;
    nacre_reader_options reader;
    nacre_filter_options filter;
    run_desk_options desk;
    size_t path_count;
    const char *const *paths;
} run_options;

/// Sorts the paths into symbols and fills job->symbols (names and instruments).
/// @param groups  per path its symbol's index; room for path_count
NACRE_MUST_CHECK nacre_status nacrei_run_group(run_job *job, const run_options *options,
                                               size_t *groups, nacre_error *err);
/// Import, filter, VPIN and baselines of one symbol.
NACRE_MUST_CHECK nacre_status nacrei_run_compute(run_job *job, const run_options *options,
                                                 run_symbol *symbol, const char *const *paths,
                                                 size_t path_count, nacre_error *err);
void nacrei_run_job_free(run_job *job);

/// Simulates the default market into folder/SIM and folder/episodes.json, exports it as CSV and
/// names the CSV, which the run then imports.
NACRE_MUST_CHECK nacre_status nacrei_demo_simulate(run_job *job, const char *folder, char *csv_path,
                                                   size_t csv_bytes, nacre_error *err);
/// Scores the alarms and runs the NumPy/pandas program on the same tape.
NACRE_MUST_CHECK nacre_status nacrei_demo_judge(run_job *job, const char *folder, nacre_error *err);
/// Runs bench/peers/vpin_pandas.py on a tape and compares its VPIN values with ours.
void nacrei_run_peer(run_peer *peer, const char *tape, const char *scratch,
                     const nacre_vpin_result *vpin);

/// The lines at the end, for people.
void nacrei_run_summary(FILE *out, const run_job *job);
/// The desk's part of them; job->desk is there.
void nacrei_run_summary_desk(FILE *out, const run_job *job);

#endif
