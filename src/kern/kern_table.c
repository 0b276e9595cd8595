// SPDX-License-Identifier: Apache-2.0
// Filling a context's kernel table from the lists of variants. Choice is by predicate: the CPU has
// the set, the operating system saves its registers and the forced name allows it; rank only orders
// the variants that pass.
#include "kern/kern.h"

#include "core/status.h"
#include "hw/cpu.h"
#include "kern/ndtr/ndtr.h"

#include <stdio.h>

/// "ref, avx2, avx512"
static void list_sets(uint32_t sets, char *text, size_t bytes)
{
    static const nacrei_isa all[] = {
#define ISA_VALUE(name, bit, allowed) NACREI_ISA_##name,
        NACREI_ISA_LIST(ISA_VALUE)
#undef ISA_VALUE
    };
    size_t used = 0;
    text[0] = '\0';
    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        if ((sets & (uint32_t)all[i]) && used < bytes)
            used += (size_t)snprintf(text + used, bytes - used, "%s%s", used ? ", " : "",
                                     nacrei_isa_name(all[i]));
    }
}

/// Takes the allowed variant of the highest rank; the reference is always allowed.
static nacrei_isa choose_ndtr_f64(struct nacrei_kerns *kerns, uint32_t allowed)
{
    static const struct {
        nacrei_ndtr_f64_fn *function;
        const char *name;
        nacrei_isa isa;
        unsigned rank;
    } variants[] = {
#define NACREI_KERNEL(op, isa, rank, symbol) {symbol, #symbol, NACREI_ISA_##isa, rank},
#include "kern/ndtr/ndtr.inc"
#undef NACREI_KERNEL
    };
    size_t best = 0;
    for (size_t i = 1; i < sizeof variants / sizeof *variants; i++) {
        if ((allowed & (uint32_t)variants[i].isa) && variants[i].rank > variants[best].rank)
            best = i;
    }
    kerns->ndtr_f64 = variants[best].function;
    kerns->ndtr_f64_name = variants[best].name;
    return variants[best].isa;
}

nacre_status nacrei_kerns_init(struct nacrei_kerns *kerns, const char *isa, nacre_error *err)
{
    uint32_t usable = nacrei_cpu_isas();
    uint32_t allowed = usable;
    nacrei_isa forced;
    if (isa && (!nacrei_isa_find(isa, &forced, &allowed) || !(usable & (uint32_t)forced))) {
        char names[64];
        list_sets(usable, names, sizeof names);
        return nacrei_fail(err, NACRE_E_UNSUPPORTED,
                           "instruction set \"%s\" cannot be used here; use one of: %s", isa,
                           names);
    }
    kerns->isa = nacrei_isa_name(choose_ndtr_f64(kerns, usable & allowed));
    return NACRE_OK;
}
