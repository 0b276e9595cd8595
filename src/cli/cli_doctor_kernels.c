// SPDX-License-Identifier: Apache-2.0
// What each kernel operation got and why. The lists that feed the dispatcher are read again here,
// so a new line appears by itself; choice is not repeated but asked of the context's table.
#include "cli/cli_doctor.h"
#include "hw/cpu.h"
#include "kern/kern.h"

#include <string.h>

typedef struct kernel_line {
    const char *op, *numeric_class, *isa, *symbol;
    uint32_t bit;
} kernel_line;

// Every operation so far is strict; one of another class says so in its own include below.
static const kernel_line lines[] = {
#define NACREI_KERNEL(op, isa, rank, symbol) {#op, "strict", #isa, #symbol, NACREI_ISA_##isa},
#include "kern/ndtr/ndtr.inc"
#undef NACREI_KERNEL
};

/// The symbol that the context runs for an operation.
static const char *taken(const nacre_ctx *ctx, const char *op)
{
    return strcmp(op, "ndtr_f64") == 0 ? ctx->kerns->ndtr_f64_name : "";
}

static void explain(const nacre_ctx *ctx, const nacre_hw_topology *topology,
                    const kernel_line *line, doctor_variant *variant)
{
    nacrei_isa isa;
    uint32_t allowed = 0;
    const nacre_hw_feature *feature = nacre_hw_feature_find(topology, line->isa);
    bool known = nacrei_isa_find(nacre_ctx_isa(ctx), &isa, &allowed);
    if (feature && !feature->usable)
        (void)snprintf(variant->reason, sizeof variant->reason, "%s", feature->reason);
    else if (known && !(allowed & line->bit))
        (void)snprintf(variant->reason, sizeof variant->reason,
                       "usable, but this run is held to %s (NACRE_ISA, --isa or the settings)",
                       nacre_ctx_isa(ctx));
    else
        (void)snprintf(variant->reason, sizeof variant->reason, "a variant of higher rank runs");
}

size_t cli_doctor_kernels(const nacre_ctx *ctx, const nacre_hw_topology *topology,
                          doctor_kernel *kernels)
{
    size_t count = 0;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        size_t at = 0;
        while (at < count && strcmp(kernels[at].op, lines[i].op) != 0)
            at++;
        if (at == DOCTOR_KERNELS_MAX)
            break;
        doctor_kernel *kernel = &kernels[at];
        if (at == count) {
            *kernel = (doctor_kernel){.op = lines[i].op, .numeric_class = lines[i].numeric_class};
            count++;
        }
        if (kernel->variant_count == DOCTOR_VARIANTS_MAX)
            continue;
        doctor_variant *variant = &kernel->variant[kernel->variant_count++];
        *variant = (doctor_variant){.symbol = lines[i].symbol, .isa = lines[i].isa};
        variant->chosen = strcmp(taken(ctx, lines[i].op), lines[i].symbol) == 0;
        if (!variant->chosen)
            explain(ctx, topology, &lines[i], variant);
    }
    return count;
}
