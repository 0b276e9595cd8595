// SPDX-License-Identifier: Apache-2.0
// An open-addressing table of numbers beside one text of all names: two growing arrays, no
// allocation per name.
#include "engine/portfolio/solver/qps_names.h"

#include "core/alloc.h"

#include <string.h>

static uint64_t hash(const char *name, size_t length)
{
    uint64_t h = UINT64_C(0xcbf29ce484222325); // FNV-1a
    for (size_t i = 0; i < length; i++)
        h = (h ^ (unsigned char)name[i]) * UINT64_C(0x100000001b3);
    return h;
}

void nacrei_qps_names_fini(nacrei_qps_names *names)
{
    nacrei_free(names->ctx, names->text, names->text_capacity, 1);
    nacrei_free(names->ctx, names->offset, names->capacity, sizeof *names->offset);
    nacrei_free(names->ctx, names->slot, names->slots, sizeof *names->slot);
}

const char *nacrei_qps_names_at(const nacrei_qps_names *names, size_t index)
{
    return names->text + names->offset[index];
}

/// The slot that holds the name, or the free one where it would go.
static size_t probe(const nacrei_qps_names *names, const char *name, size_t length)
{
    size_t at = (size_t)hash(name, length) & (names->slots - 1);
    while (names->slot[at] != 0) {
        const char *known = nacrei_qps_names_at(names, names->slot[at] - 1);
        if (strncmp(known, name, length) == 0 && known[length] == '\0')
            break;
        at = (at + 1) & (names->slots - 1);
    }
    return at;
}

size_t nacrei_qps_names_find(const nacrei_qps_names *names, const char *name, size_t length)
{
    if (names->slots == 0)
        return SIZE_MAX;
    uint32_t held = names->slot[probe(names, name, length)];
    return held ? held - 1 : SIZE_MAX;
}

static nacre_status rehash(nacrei_qps_names *names, nacre_error *err)
{
    size_t slots = names->slots ? 2 * names->slots : 64;
    uint32_t *slot;
    nacre_status status =
        nacrei_alloc(names->ctx, slots, sizeof *slot, "names of a QPS file", &slot, err);
    if (status)
        return status;
    nacrei_free(names->ctx, names->slot, names->slots, sizeof *names->slot);
    names->slot = slot;
    names->slots = slots;
    for (size_t i = 0; i < names->count; i++) {
        const char *name = nacrei_qps_names_at(names, i);
        slot[probe(names, name, strlen(name))] = (uint32_t)(i + 1);
    }
    return NACRE_OK;
}

nacre_status nacrei_qps_names_add(nacrei_qps_names *names, const char *name, size_t length,
                                  nacre_error *err)
{
    if (names->count + 1 >= (size_t)INT32_MAX)
        return nacrei_fail(err, NACRE_E_LIMIT, "a QPS file with 2^31 names is too large");
    nacre_status status = nacrei_grow(names->ctx, &names->offset, &names->capacity,
                                      names->count + 1, sizeof *names->offset, "names", err);
    if (!status)
        status = nacrei_grow(names->ctx, &names->text, &names->text_capacity,
                             names->text_used + length + 1, 1, "names", err);
    if (!status && 2 * (names->count + 1) > names->slots)
        status = rehash(names, err);
    if (status)
        return status;
    memcpy(names->text + names->text_used, name, length);
    names->text[names->text_used + length] = '\0';
    names->offset[names->count] = names->text_used;
    names->text_used += length + 1;
    names->slot[probe(names, name, length)] = (uint32_t)(names->count + 1);
    names->count++;
    return NACRE_OK;
}
