// SPDX-License-Identifier: Apache-2.0
// The header of a streaming state. Its checks stand before everything else that reads a snapshot:
// first what the bytes claim to be, then how many there are, then whether they are whole.
#include "engine/state/stream_state.h"

#include "core/crc32c.h"

static size_t aligned(size_t bytes)
{
    return (bytes + NACREI_STATE_ALIGNMENT - 1) / NACREI_STATE_ALIGNMENT * NACREI_STATE_ALIGNMENT;
}

size_t nacrei_state_place(size_t *end, size_t count, size_t size)
{
    size_t at = aligned(*end);
    *end = aligned(at + count * size);
    return at;
}

nacre_status nacrei_state_check_memory(const nacrei_state_kind *kind, const void *memory,
                                       size_t bytes, size_t needed, nacre_error *err)
{
    if ((uintptr_t)memory % NACREI_STATE_ALIGNMENT)
        return nacrei_fail(err, NACRE_E_ARG, "the memory of a %s stream is not %u-byte aligned",
                           kind->name, NACREI_STATE_ALIGNMENT);
    if (bytes < needed)
        return nacrei_fail(err, NACRE_E_ARG,
                           "%zu bytes are too few for a %s stream, it needs %zu: ask %s_bytes",
                           bytes, kind->name, needed, kind->prefix);
    return NACRE_OK;
}

void nacrei_state_begin(const nacrei_state_kind *kind, void *memory, size_t bytes)
{
    memset(memory, 0, bytes);
    *(nacrei_state_header *)memory = (nacrei_state_header){
        .magic = kind->magic,
        .version = kind->version,
        .header_bytes = kind->header_bytes,
        .bytes = bytes,
    };
}

static uint32_t checksum(const nacrei_state_header *header)
{
    const size_t at = offsetof(nacrei_state_header, crc);
    const uint32_t zero = 0;
    const char *bytes = (const char *)header;
    uint32_t crc = nacrei_crc32c(0, bytes, at);
    crc = nacrei_crc32c(crc, &zero, sizeof zero);
    return nacrei_crc32c(crc, bytes + at + sizeof zero, header->bytes - at - sizeof zero);
}

void nacrei_state_seal(nacrei_state_header *header)
{
    header->crc = checksum(header);
}

nacre_status nacrei_state_open(const nacrei_state_kind *kind, const void *memory, size_t bytes,
                               nacre_error *err)
{
    if ((uintptr_t)memory % NACREI_STATE_ALIGNMENT || bytes < kind->header_bytes)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "%zu bytes, or their alignment, do not hold a %s stream", bytes,
                           kind->name);
    const nacrei_state_header *header = memory;
    if (header->magic != kind->magic)
        return nacrei_fail(err, NACRE_E_CORRUPT, "this is not the snapshot of a %s stream",
                           kind->name);
    if (header->version != kind->version || header->header_bytes != kind->header_bytes)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "the %s snapshot has version %u, this library reads %u: replay the %s",
                           kind->name, header->version, kind->version, kind->inputs);
    if (header->bytes < kind->header_bytes || header->bytes > bytes)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "the %s snapshot is cut short: it says %llu bytes, there are %zu",
                           kind->name, (unsigned long long)header->bytes, bytes);
    if (header->crc != checksum(header))
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "the checksum of the %s snapshot is wrong: it is damaged, or was copied "
                           "without %s_seal",
                           kind->name, kind->prefix);
    return NACRE_OK;
}

nacre_status nacrei_state_refuse(const nacrei_state_kind *kind, nacre_error *err)
{
    return nacrei_fail(err, NACRE_E_CORRUPT,
                       "the %s snapshot has a good checksum but impossible content: replay the %s",
                       kind->name, kind->inputs);
}

nacre_status nacrei_state_check_option(const nacrei_state_kind *kind, const char *option,
                                       uint32_t value, uint32_t low, uint32_t high,
                                       nacre_error *err)
{
    if (value >= low && value <= high)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ARG, "%s stream: %s %u is not in [%u, %u]", kind->name, option,
                       value, low, high);
}

nacre_status nacrei_state_check_time(const nacrei_state_kind *kind, int64_t last_ns,
                                     int64_t time_ns, nacre_error *err)
{
    if (time_ns >= last_ns)
        return NACRE_OK;
    return nacrei_fail(err, NACRE_E_ORDER,
                       "%s stream: time %lld steps back, the last event was at %lld: sort the %s",
                       kind->name, (long long)time_ns, (long long)last_ns, kind->inputs);
}

nacre_status nacrei_state_check_prices(const nacrei_state_kind *kind, uint32_t assets,
                                       const int64_t *price, nacre_error *err)
{
    for (uint32_t i = 0; i < assets; i++)
        if (price[i] <= 0)
            return nacrei_fail(err, NACRE_E_ARG,
                               "%s stream: the price of asset %u is %lld, not positive: carry the "
                               "last one forward or leave the bar out",
                               kind->name, i, (long long)price[i]);
    return NACRE_OK;
}
