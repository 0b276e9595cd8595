// SPDX-License-Identifier: Apache-2.0
// The parts of measuring: each fills its figures of the array, measured or absent with a reason,
// and fails only for lack of memory. The order of the array is ceilings.def.
#ifndef NACREI_HW_CEILINGS_H
#define NACREI_HW_CEILINGS_H

#include "core/context.h"
#include "core/status.h"
#include "nacre/hw.h"

typedef enum nacrei_ceiling {
#define CEILING(id, name, unit, how) NACREI_CEILING_##id,
#include "hw/ceilings.def"
#undef CEILING
    NACREI_CEILINGS
} nacrei_ceiling;

/// Names, units and methods; every figure absent.
void nacrei_figures_init(nacre_hw_figure figures[NACREI_CEILINGS]);

/// Median and quartiles (linear between neighbours) of count >= 1 samples, which it sorts.
void nacrei_figure_set(nacre_hw_figure *figure, double *samples, size_t count, uint32_t threads,
                       const char *kernel);
/// Makes it absent.
void nacrei_figure_refuse(nacre_hw_figure *figure, const char *format, ...)
    __attribute__((format(printf, 2, 3)));
/// The value below which the share q of count >= 1 sorted samples lies.
double nacrei_quantile(const double *sorted, size_t count, double q);

/// Working sets of the levels, from the topology.
typedef struct nacrei_levels {
    uint64_t bytes[4];                   ///< level 1 to 3, memory; 0 = absent
    char reason[4][NACRE_HW_TEXT_BYTES]; ///< why absent, or what to know
} nacrei_levels;
void nacrei_levels_choose(const nacre_hw_topology *topology, nacrei_levels *levels);

NACRE_MUST_CHECK nacre_status nacrei_measure_streams(nacre_ctx *ctx,
                                                     const nacre_hw_topology *topology,
                                                     nacre_hw_figure *figures, nacre_error *err);
void nacrei_measure_rates(nacre_ctx *ctx, const nacre_hw_topology *topology,
                          nacre_hw_figure *figures);
void nacrei_measure_clocks(nacre_hw_figure *figures);
NACRE_MUST_CHECK nacre_status nacrei_measure_wakeups(nacre_ctx *ctx,
                                                     const nacre_hw_topology *topology,
                                                     nacre_hw_figure *figures, nacre_error *err);

/// What the cache file must say to be taken: version, CPU, microcode, kernel, threads.
void nacrei_ceilings_key(const nacre_ctx *ctx, const nacre_hw_topology *topology, char key[256]);
/// Path of the file for a key; false with the reason in `note` when there is no place for it.
bool nacrei_ceilings_path(const char *folder, const char *key, char *path, size_t bytes, char *note,
                          size_t note_bytes);
/// Parses a cache file; on failure *out is untouched.
/// @error  NACRE_E_CORRUPT not such a file; NACRE_E_NOTFOUND of another machine or version
NACRE_MUST_CHECK nacre_status nacrei_ceilings_parse(nacre_ctx *ctx, const char *text, size_t bytes,
                                                    const char *key, nacre_hw_figure *figures,
                                                    nacre_hw_ceilings *out, nacre_error *err);
/// Reads the file. @error  as parse; NACRE_E_NOTFOUND no file; NACRE_E_IO; NACRE_E_LIMIT
NACRE_MUST_CHECK nacre_status nacrei_ceilings_load(nacre_ctx *ctx, const char *path,
                                                   const char *key, nacre_hw_figure *figures,
                                                   nacre_hw_ceilings *out, nacre_error *err);
/// Writes the file under another name, syncs, renames; makes the folder. @error NACRE_E_IO
NACRE_MUST_CHECK nacre_status nacrei_ceilings_save(const char *path, const char *key,
                                                   const nacre_hw_ceilings *ceilings,
                                                   nacre_error *err);

#endif
