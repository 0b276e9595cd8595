// SPDX-License-Identifier: Apache-2.0
// The machine: what is in it, what the operating system lets us use of it, and how fast it was when
// it was measured. Nothing here is a constant of a data sheet: a figure was measured on this
// machine or it is absent, and then `reason` says why.
#ifndef NACRE_HW_H
#define NACRE_HW_H

#include "nacre/core.h"

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_HW_TEXT_BYTES 160
#define NACRE_HW_NONE UINT32_MAX ///< "does not apply" in an index

/// Something that silicon may have: an instruction set or a matrix unit.
typedef struct nacre_hw_feature {
    const char *name;         ///< "avx2", "amx_bf16", "sme2"; static
    const char *architecture; ///< that it belongs to: "x86_64" or "aarch64"; static
    bool usable;              ///< the CPU has it and the operating system lets this process use it
    char reason[NACRE_HW_TEXT_BYTES]; ///< why not; empty when usable
} nacre_hw_feature;

typedef enum nacre_hw_core_class {
    NACRE_HW_CORE_PERFORMANCE = 0, ///< the fastest kind of this machine; also when all are alike
    NACRE_HW_CORE_EFFICIENCY = 1,  ///< every slower kind
} nacre_hw_core_class;

typedef struct nacre_hw_core {
    uint32_t package; ///< index of the package
    uint32_t
        cluster;   ///< index of the cores that share an L2 (or as the system groups them); or NONE
    uint32_t numa; ///< index into numas, or NACRE_HW_NONE
    uint32_t first_cpu; ///< number that the operating system gives its first hardware thread
    uint32_t threads;   ///< hardware threads
    nacre_hw_core_class core_class;
} nacre_hw_core;

/// All caches of one level, kind and size.
typedef struct nacre_hw_cache {
    uint32_t level;      ///< 1, 2, 3 ...
    char kind;           ///< 'd' data, 'i' instructions, 'u' both
    uint64_t bytes;      ///< of one instance, as the system reports it
    uint32_t line_bytes; ///< 0 when not reported
    uint32_t ways;       ///< 0 when not reported or fully associative
    uint32_t instances;
    uint32_t shared_by; ///< hardware threads that share one instance
} nacre_hw_cache;

typedef struct nacre_hw_numa {
    uint32_t os_index;
    uint32_t cpus;
    uint64_t bytes; ///< memory attached to it
} nacre_hw_numa;

/// A size of huge page that the kernel keeps a pool for.
typedef struct nacre_hw_page {
    uint64_t bytes;
    uint64_t total, free; ///< pages in the pool
} nacre_hw_page;

/// What is in the machine. Counts are of what is online.
typedef struct nacre_hw_topology {
    char cpu_name[64];
    char architecture[16];                    ///< "x86_64", "aarch64"
    char system[96];                          ///< "Linux 6.1.0"
    char microcode[24];                       ///< empty when the system does not say
    char transparent_huge_pages[16];          ///< "always", "madvise", "never"; empty: not reported
    char governor[24];                        ///< of CPU frequency; empty when not reported
    double cpu_quota;                         ///< cores that a control group grants; NaN = no limit
    uint32_t packages, clusters;              ///< clusters: 0 when the system reports none
    uint32_t cpus, usable_cpus;               ///< hardware threads: online; in this thread's mask
    uint32_t performance_cores;               ///< cores of class PERFORMANCE
    uint32_t efficiency_cores;                ///< 0 when all cores are alike
    uint64_t memory_bytes, memory_free_bytes; ///< free: what could be allocated now; 0: not known
    uint64_t page_bytes;                      ///< the ordinary page
    const char *matrix_unit;                  ///< "amx", "sme" when usable, else NULL
    size_t core_count, cache_count, numa_count, page_count, feature_count;
    const nacre_hw_core *cores;
    const nacre_hw_cache *caches; ///< by level; the data cache of a level before the others
    const nacre_hw_numa *numas;
    const nacre_hw_page *pages;
    const nacre_hw_feature *features;
} nacre_hw_topology;

/// Looks at this machine. Asking for the permission to use AMX tiles (Linux, only on a CPU that has
/// them) is an effect on the whole process; it happens once.
/// @error  NACRE_E_NOMEM; NACRE_E_UNSUPPORTED the topology library found no processor
/// @own    nacre_hw_topology_destroy   @thread any; binds the calling thread to each CPU in turn
///         on x86 systems that do not describe their caches, and restores its mask
/// @source hwloc for packages, cores, caches and NUMA; CPUID, XCR0, arch_prctl, HWCAP2 or sysctl
///         for the features; /proc and /sys for the rest
NACRE_API NACRE_MUST_CHECK nacre_status nacre_hw_topology_create(nacre_ctx *ctx,
                                                                 nacre_hw_topology **out,
                                                                 nacre_error *err);
/// NULL is fine.
NACRE_API void nacre_hw_topology_destroy(nacre_ctx *ctx, nacre_hw_topology *topology);

/// The feature of that name, or NULL.
NACRE_API const nacre_hw_feature *nacre_hw_feature_find(const nacre_hw_topology *topology,
                                                        const char *name);

/// One measured ceiling. Absent figures have samples == 0, NaN values and a reason.
typedef struct nacre_hw_figure {
    const char *name; ///< "read.l1", "fma.f32.all"; static
    const char *unit; ///< "GB/s" (1e9 bytes), "Gflop/s", "Gop/s" or "ns"; static
    const char *how;  ///< one sentence; static
    double median, q1, q3;
    double best;                      ///< of the samples: the nearest to what the machine could do
    double p99;                       ///< of latencies measured one by one, else NaN
    uint32_t samples;                 ///< that the quartiles are of
    uint32_t threads;                 ///< that worked at once
    uint64_t working_bytes;           ///< touched per pass; 0 where it does not apply
    char kernel[48];                  ///< code that ran; empty where it does not apply
    char reason[NACRE_HW_TEXT_BYTES]; ///< why absent, or what to know of the figure; may be empty
} nacre_hw_figure;

typedef struct nacre_hw_ceilings {
    size_t count;
    const nacre_hw_figure *figures; ///< always all names, in the same order
    bool from_cache;
    int64_t measured_ns;   ///< UTC
    double steal_percent;  ///< of the CPUs' time, taken by the hypervisor meanwhile; NaN: not told
    double other_percent;  ///< of the CPUs' time, used by other processes meanwhile; NaN: not told
    char cache_path[1024]; ///< empty when there is no place for one
    char cache_note[384];  ///< what happened with the cache, one sentence
} nacre_hw_ceilings;

typedef struct nacre_hw_ceilings_options {
    uint32_t struct_size;
    bool measure;             ///< measure anew even if a cached result fits this machine
    const char *cache_folder; ///< NULL = $XDG_CACHE_HOME/nacre or ~/.cache/nacre; "" = no cache
} nacre_hw_ceilings_options;

NACRE_API void nacre_hw_ceilings_options_init(nacre_hw_ceilings_options *options);

/// The ceilings of this machine: from the cache when its key (version, CPU, microcode, kernel,
/// CPUs) fits, else measured in about two seconds on all cores and cached. A cache that cannot be
/// read or written is no error: cache_note says so.
/// @param options  NULL for the defaults
/// @error  NACRE_E_NOMEM, NACRE_E_ARG
/// @own    nacre_hw_ceilings_destroy; borrows topology for the call   @thread one at a time
NACRE_API NACRE_MUST_CHECK nacre_status nacre_hw_ceilings_create(
    nacre_ctx *ctx, const nacre_hw_topology *topology, const nacre_hw_ceilings_options *options,
    nacre_hw_ceilings **out, nacre_error *err);
/// NULL is fine.
NACRE_API void nacre_hw_ceilings_destroy(nacre_ctx *ctx, nacre_hw_ceilings *ceilings);

/// The figure of that name, or NULL. It may be absent: look at samples.
NACRE_API const nacre_hw_figure *nacre_hw_figure_find(const nacre_hw_ceilings *ceilings,
                                                      const char *name);

/// Parts of the machine whose busy time a context counts.
typedef enum nacre_hw_unit {
    NACRE_HW_UNIT_VECTOR = 0,
    NACRE_HW_UNIT_MATRIX = 1,
    NACRE_HW_UNIT_GPU = 2,
    NACRE_HW_UNIT_NPU = 3,
} nacre_hw_unit;
#define NACRE_HW_UNITS 4

/// Nanoseconds that work of this context has kept a unit busy, summed over its users, running ones
/// included; modulo 2^52 (52 days), so take differences of two readings:
/// utilisation = ((b1 - b0) mod 2^52) / (wall time x units).
/// @thread any; lock-free
NACRE_API uint64_t nacre_hw_busy_ns(const nacre_ctx *ctx, nacre_hw_unit unit);

#ifdef __cplusplus
}
#endif
#endif
