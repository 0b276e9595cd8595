// SPDX-License-Identifier: Apache-2.0
// What the streaming states of all engines share: the header that makes a block of bytes a
// snapshot, the places of the arrays behind it, and the positions of a ring of rows.
#ifndef NACREI_ENGINE_STREAM_STATE_H
#define NACREI_ENGINE_STREAM_STATE_H

#include "core/status.h"

#include <string.h>

#define NACREI_STATE_ALIGNMENT 64u
#define NACREI_STREAM_ASSETS_MAX 16384u ///< with them sums over the assets stay below 2^127
#define NACREI_STREAM_WINDOW_MAX 65536u

/// The first member of every streaming state.
typedef struct nacrei_state_header {
    uint64_t magic;
    uint32_t version;
    uint32_t header_bytes; ///< of the struct that begins with this one
    uint64_t bytes;        ///< of the whole block
    uint32_t crc;          ///< CRC-32C of the block with this field zero; true after a seal
    uint32_t zero;         ///< keeps the struct free of padding
} nacrei_state_header;

/// What one engine's states are called and recognised by.
typedef struct nacrei_state_kind {
    const char *name;   ///< "vpin": messages speak of "a vpin stream"
    const char *prefix; ///< "nacre_vpin_stream": of its public functions
    const char *inputs; ///< "trades": what is replayed where a snapshot cannot be read
    uint64_t magic;
    uint32_t version;
    uint32_t header_bytes;
} nacrei_state_kind;

/// Whether a state of `needed` bytes can be made in the caller's memory.
/// @error  NACRE_E_ARG alignment or size
NACRE_MUST_CHECK nacre_status nacrei_state_check_memory(const nacrei_state_kind *kind,
                                                        const void *memory, size_t bytes,
                                                        size_t needed, nacre_error *err);
/// Zeroes the block, padding included, and writes the header.
void nacrei_state_begin(const nacrei_state_kind *kind, void *memory, size_t bytes);
/// Brings the checksum up to date.
void nacrei_state_seal(nacrei_state_header *header);
/// Magic, version, size, checksum, in this order. What lies behind the header may be read then.
/// @error  NACRE_E_CORRUPT names which of them is wrong
NACRE_MUST_CHECK nacre_status nacrei_state_open(const nacrei_state_kind *kind, const void *memory,
                                                size_t bytes, nacre_error *err);
/// The error for a block with a good checksum whose content is impossible.
nacre_status nacrei_state_refuse(const nacrei_state_kind *kind, nacre_error *err);

/// An option of a stream against its range.
/// @error  NACRE_E_ARG names stream, option and range
NACRE_MUST_CHECK nacre_status nacrei_state_check_option(const nacrei_state_kind *kind,
                                                        const char *option, uint32_t value,
                                                        uint32_t low, uint32_t high,
                                                        nacre_error *err);
/// Times of a stream never step back. `last_ns` is INT64_MIN before the first event.
/// @error  NACRE_E_ORDER
NACRE_MUST_CHECK nacre_status nacrei_state_check_time(const nacrei_state_kind *kind,
                                                      int64_t last_ns, int64_t time_ns,
                                                      nacre_error *err);
/// One positive price per asset, in 1e-9.
/// @error  NACRE_E_ARG names the first asset (from 0) without one
NACRE_MUST_CHECK nacre_status nacrei_state_check_prices(const nacrei_state_kind *kind,
                                                        uint32_t assets, const int64_t *price,
                                                        nacre_error *err);
/// Whether a bool of a restored state may be read as one.
static inline bool nacrei_state_is_bool(const void *flag)
{
    unsigned char byte;
    memcpy(&byte, flag, sizeof byte);
    return byte <= 1;
}

/// Puts an array of `count * size` bytes at the next aligned place of a layout. Callers bound both.
size_t nacrei_state_place(size_t *end, size_t count, size_t size);

/// An array of a state.
static inline void *nacrei_state_at(const void *state, size_t offset)
{
    return (char *)(uintptr_t)state + offset;
}

/// A ring of rows, newest over oldest once it is full.
typedef struct nacrei_window {
    uint32_t capacity;
    uint32_t count;
    uint32_t next; ///< where the next row goes; the oldest one of a full ring
} nacrei_window;

/// Where the next row goes, which is taken by that.
static inline size_t nacrei_window_push(nacrei_window *window)
{
    size_t at = window->next;
    window->next = window->next + 1 < window->capacity ? window->next + 1 : 0;
    window->count += window->count < window->capacity;
    return at;
}

static inline bool nacrei_window_is_full(const nacrei_window *window)
{
    return window->count == window->capacity;
}

/// Whether the positions are possible for a ring of this capacity.
static inline bool nacrei_window_holds(const nacrei_window *window, uint32_t capacity)
{
    return window->capacity == capacity && window->count <= capacity && window->next < capacity &&
           (window->count == capacity || window->next == window->count);
}

#endif
