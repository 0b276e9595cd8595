// SPDX-License-Identifier: Apache-2.0
// What `nacre doctor` found, for its two outputs. Each part is filled by a file of its own; the
// outputs only read.
#ifndef NACREI_CLI_DOCTOR_H
#define NACREI_CLI_DOCTOR_H

#include "cli/command.h"
#include "hw/os_probe.h"

#define DOCTOR_TEXT_BYTES 320
#define DOCTOR_VARIANTS_MAX 16
#define DOCTOR_KERNELS_MAX 128
#define DOCTOR_LIBRARIES 4
#define DOCTOR_LINES_MAX 12
#define DOCTOR_CPUS_MAX 1024

/// One variant of a kernel: taken, or why not.
typedef struct doctor_variant {
    const char *symbol; ///< "nacrek_ndtr_f64__avx512"
    const char *isa;
    bool chosen;
    char reason[DOCTOR_TEXT_BYTES]; ///< empty when chosen
} doctor_variant;

/// What a kernel operation got.
typedef struct doctor_kernel {
    const char *op;            ///< "ndtr_f64"
    const char *numeric_class; ///< "exact", "strict" or "bounded"
    size_t variant_count;
    doctor_variant variant[DOCTOR_VARIANTS_MAX];
} doctor_kernel;

/// An optional library that is opened at run time.
typedef struct doctor_library {
    const char *name, *purpose, *install;
    bool found;
    char detail[DOCTOR_TEXT_BYTES]; ///< where it was found, or the loader's reason
} doctor_library;

typedef struct doctor_lines {
    size_t count;
    char text[DOCTOR_LINES_MAX][DOCTOR_TEXT_BYTES];
} doctor_lines;

typedef struct cli_doctor {
    nacre_hw_topology *topology;
    nacre_hw_ceilings *ceilings;
    const char *isa;       ///< set in use
    const char *isa_error; ///< why the one asked for is not usable, or NULL
    size_t kernel_count;
    doctor_kernel *kernels; ///< DOCTOR_KERNELS_MAX
    doctor_library library[DOCTOR_LIBRARIES];
    nacrei_cpu_share all; ///< over the window before anything was measured
    size_t cpu_count;
    nacrei_cpu_share *cpus;           ///< DOCTOR_CPUS_MAX
    uint64_t busy_ns[NACRE_HW_UNITS]; ///< of this context's own work
    doctor_lines warnings, effects, next;
} cli_doctor;

/// Lists every operation of the kernel table into kernels[0..DOCTOR_KERNELS_MAX): the one place
/// that knows how the table is kept. @return how many
size_t cli_doctor_kernels(const nacre_ctx *ctx, const nacre_hw_topology *topology,
                          doctor_kernel *kernels);
/// Tries to open each optional library.
void cli_doctor_libraries(doctor_library library[DOCTOR_LIBRARIES]);
/// Warnings, process-wide effects and what to do next, from all the rest.
void cli_doctor_advise(cli_doctor *doctor);

/// For a person: 80 columns, ends with what to do next.
void cli_doctor_print(FILE *out, const cli_doctor *doctor);
/// Everything (docs/doctor.schema.json).
NACRE_MUST_CHECK nacre_status cli_doctor_print_json(FILE *out, const cli_doctor *doctor,
                                                    nacre_error *err);

#endif
