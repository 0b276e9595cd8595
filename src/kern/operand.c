// SPDX-License-Identifier: Apache-2.0
// One place for the texts, so that every operation refuses in the same words.
#include "kern/operand.h"

#include "core/alloc.h"

nacre_status nacrei_operand_check(const char *op, nacrei_operand *x, size_t limit, nacre_error *err)
{
    x->bytes = 0;
    if (x->rows == 0 || x->columns == 0)
        return NACRE_OK;
    if (!x->data)
        return nacrei_fail(err, NACRE_E_ARG, "%s: %s is NULL but has %zu x %zu elements", op,
                           x->name, x->rows, x->columns);
    if (x->ld < x->columns)
        return nacrei_fail(err, NACRE_E_SHAPE,
                           "%s: the rows of %s have %zu elements, but its leading dimension is "
                           "%zu; it must be at least the row",
                           op, x->name, x->columns, x->ld);
    if (x->rows > limit || x->ld > limit)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "%s: %s has %zu rows with leading dimension %zu; the bounded class "
                           "takes at most %zu of each",
                           op, x->name, x->rows, x->ld, limit);
    size_t elements, bytes;
    if (!nacrei_mul(x->rows - 1, x->ld, &elements) ||
        __builtin_add_overflow(elements, x->columns, &elements) ||
        !nacrei_mul(elements, x->size, &bytes) || bytes > PTRDIFF_MAX ||
        (uintptr_t)x->data > UINTPTR_MAX - bytes)
        return nacrei_fail(err, NACRE_E_RANGE,
                           "%s: %s of %zu rows with leading dimension %zu does not fit the address "
                           "space",
                           op, x->name, x->rows, x->ld);
    x->bytes = bytes;
    return NACRE_OK;
}

nacre_status nacrei_operand_apart(const char *op, const nacrei_operand *out,
                                  const nacrei_operand *in, nacre_error *err)
{
    uintptr_t start_out = (uintptr_t)out->data, start_in = (uintptr_t)in->data;
    if (!out->bytes || !in->bytes || start_out >= start_in + in->bytes ||
        start_in >= start_out + out->bytes)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ARG,
                       "%s: %s overlaps %s, which it would overwrite while it is read; give %s its "
                       "own memory",
                       op, out->name, in->name, out->name);
}
