// SPDX-License-Identifier: Apache-2.0
// Filling a context's kernel table from the lists of variants. Choice is by predicate: the CPU has
// the set, the operating system saves its registers and the forced name allows it; rank only orders
// the variants of one class that pass.
#include "kern/variants.h"

#include "core/status.h"

#include <stdio.h>
#include <string.h>

/// Classes by the names that the lists use.
enum {
    CLASS_exact = NACRE_CLASS_EXACT,
    CLASS_strict = NACRE_CLASS_STRICT,
    CLASS_bounded = NACRE_CLASS_BOUNDED,
};

const nacrei_variant nacrei_variants[] = {
#define NACREI_KERNEL(op, isa, class, rank, symbol)                                                \
    {NACREI_OP_##op, NACREI_ISA_##isa, (nacre_class)CLASS_##class, rank, #symbol, {.op = symbol}},
#include "kern/ops.def"
};
const size_t nacrei_variant_count = sizeof nacrei_variants / sizeof *nacrei_variants;

const char *nacrei_op_name(nacrei_op op)
{
    static const char *const names[] = {
#define NACREI_OP(op, class, result, parameters, flops, bytes) #op,
#include "kern/ops.def"
    };
    return names[op];
}

nacre_class nacrei_op_class(nacrei_op op)
{
    static const nacre_class classes[] = {
#define NACREI_OP(op, class, result, parameters, flops, bytes) (nacre_class) CLASS_##class,
#include "kern/ops.def"
    };
    return classes[op];
}

typedef struct op_cost {
    double flops, bytes;
} op_cost;

static op_cost cost(nacrei_op which, double m, double n, double k)
{
    (void)m, (void)k;
    switch (which) {
#define NACREI_OP(op, class, result, parameters, flops, bytes)                                     \
    case NACREI_OP_##op:                                                                           \
        return (op_cost){flops, bytes};
#include "kern/ops.def"
    case NACREI_OP_COUNT:
        break;
    }
    return (op_cost){0, 0};
}

double nacrei_op_flops(nacrei_op op, size_t m, size_t n, size_t k)
{
    return cost(op, (double)m, (double)n, (double)k).flops;
}

double nacrei_op_bytes(nacrei_op op, size_t m, size_t n, size_t k)
{
    return cost(op, (double)m, (double)n, (double)k).bytes;
}

const char *nacre_class_name(nacre_class numeric_class)
{
    switch (numeric_class) {
    case NACRE_CLASS_DEFAULT:
        return "default";
    case NACRE_CLASS_EXACT:
        return "exact";
    case NACRE_CLASS_STRICT:
        return "strict";
    case NACRE_CLASS_BOUNDED:
        return "bounded";
    }
    return "unknown";
}

const char *nacrei_variant_unit(const nacrei_variant *variant)
{
    if (variant->isa == NACREI_ISA_amx)
        return "matrix";
    if (variant->isa != NACREI_ISA_ref)
        return "vector";
    size_t length = strlen(variant->name);
    bool library = length > 4 && strcmp(variant->name + length - 4, "blas") == 0;
    return library ? "library" : "scalar"; // a library chooses the instruction set itself
}

const char *nacrei_variant_why_not(const struct nacrei_kerns *kerns, const nacrei_variant *variant)
{
    if (!(nacrei_cpu_isas() & (uint32_t)variant->isa))
        return "this CPU or system lacks the instruction set";
    if (!(kerns->allowed & (uint32_t)variant->isa))
        return "another instruction set was forced";
    if (kerns->chosen[variant->op][variant->numeric_class] != variant)
        return "a faster variant is in use";
    return NULL;
}

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

/// In every slot the allowed variant of the highest rank; the first of the list among equals.
static void choose_all(struct nacrei_kerns *kerns)
{
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        const nacrei_variant *one = &nacrei_variants[i];
        const nacrei_variant **slot = &kerns->chosen[one->op][one->numeric_class];
        if ((kerns->allowed & (uint32_t)one->isa) && (!*slot || one->rank > (*slot)->rank))
            *slot = one;
    }
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
    kerns->allowed = usable & allowed;
    choose_all(kerns);
    const nacrei_variant *best = kerns->chosen[0][nacrei_op_class(0)];
    for (size_t op = 0; op < NACREI_OP_COUNT; op++) {
        const nacrei_variant *one = kerns->chosen[op][nacrei_op_class((nacrei_op)op)];
        if (one->rank > best->rank)
            best = one;
    }
    kerns->isa = nacrei_isa_name(best->isa);
#define NACREI_OP(op, class, result, parameters, flops, bytes)                                     \
    kerns->op = kerns->chosen[NACREI_OP_##op][CLASS_##class]->function.op;                         \
    kerns->op##_name = kerns->chosen[NACREI_OP_##op][CLASS_##class]->name;
#include "kern/ops.def"
    return NACRE_OK;
}

nacre_status nacrei_kern_choose(const struct nacrei_kerns *kerns, nacrei_op op,
                                nacre_class numeric_class, const nacrei_variant **out,
                                nacre_error *err)
{
    if (numeric_class == NACRE_CLASS_DEFAULT)
        numeric_class = nacrei_op_class(op);
    bool known = numeric_class > 0 && numeric_class < NACREI_CLASSES;
    if (known && kerns->chosen[op][numeric_class]) {
        *out = kerns->chosen[op][numeric_class];
        return NACRE_OK;
    }
    char offered[64] = "";
    size_t used = 0;
    for (int i = 1; i < NACREI_CLASSES; i++) {
        if (kerns->chosen[op][i])
            used += (size_t)snprintf(offered + used, sizeof offered - used, "%s%s",
                                     used ? ", " : "", nacre_class_name((nacre_class)i));
    }
    return nacrei_fail(
        err, NACRE_E_UNSUPPORTED, "%s has no variant of class %s (%d) here; ask for one of: %s",
        nacrei_op_name(op), nacre_class_name(numeric_class), (int)numeric_class, offered);
}
