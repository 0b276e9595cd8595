// SPDX-License-Identifier: Apache-2.0
// What each operation got in each class, and why not the others: the table of variants, grouped.
// The table says why a variant does not run; where the machine is the reason, the feature says it
// better.
#include "cli/cli_doctor.h"
#include "kern/variants.h"

#include <string.h>

static void explain(const char *why, const nacre_hw_topology *topology, doctor_variant *variant)
{
    const nacre_hw_feature *feature = nacre_hw_feature_find(
        topology, strcmp(variant->isa, "amx") == 0 ? "amx_bf16" : variant->isa);
    bool machine = feature && !feature->usable;
    variant->chosen = !why;
    (void)snprintf(variant->reason, sizeof variant->reason, "%s",
                   !why      ? ""
                   : machine ? feature->reason
                             : why);
}

size_t cli_doctor_kernels(const nacre_ctx *ctx, const nacre_hw_topology *topology,
                          doctor_kernel *kernels)
{
    size_t count = 0;
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        const char *op = nacrei_op_name(one->op);
        const char *numeric_class = nacre_class_name(one->numeric_class);
        size_t at = 0;
        while (at < count && (strcmp(kernels[at].op, op) != 0 ||
                              strcmp(kernels[at].numeric_class, numeric_class) != 0))
            at++;
        if (at == DOCTOR_KERNELS_MAX)
            break;
        doctor_kernel *kernel = &kernels[at];
        if (at == count) {
            *kernel = (doctor_kernel){.op = op, .numeric_class = numeric_class};
            count++;
        }
        if (kernel->variant_count == DOCTOR_VARIANTS_MAX)
            continue;
        doctor_variant *variant = &kernel->variant[kernel->variant_count++];
        *variant = (doctor_variant){.symbol = one->name, .isa = nacrei_isa_name(one->isa)};
        explain(nacrei_variant_why_not(ctx->kerns, one), topology, variant);
    }
    return count;
}
