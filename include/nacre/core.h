// SPDX-License-Identifier: Apache-2.0
// Status codes, errors, the allocator and the context. Every other public header builds on this
// one. The library never prints, exits, aborts, sleeps or installs handlers: it returns a status
// and, where the caller gave a place for it, one sentence that names the thing, the place and the
// remedy.
#ifndef NACRE_CORE_H
#define NACRE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define NACRE_VERSION_MAJOR 0
#define NACRE_VERSION_MINOR 1
#define NACRE_VERSION_PATCH 0
#define NACRE_VERSION_STRING "0.1.0"

#define NACRE_API __attribute__((visibility("default")))
#define NACRE_MUST_CHECK __attribute__((warn_unused_result))

/// code, name, text. Codes are pinned: they never change meaning and are never reused.
#define NACRE_STATUS_LIST(X)                                                                       \
    X(0, OK, "success")                                                                            \
    X(-1, E_ARG, "an argument is outside its domain")                                              \
    X(-2, E_NOMEM, "memory could not be allocated")                                                \
    X(-3, E_IO, "the operating system refused an operation on a file")                             \
    X(-4, E_PARSE, "the input does not follow its format")                                         \
    X(-5, E_RANGE, "a value does not fit its type or scale")                                       \
    X(-6, E_NONFINITE, "a value is NaN or infinite")                                               \
    X(-7, E_SHAPE, "lengths or dimensions are inconsistent")                                       \
    X(-8, E_ORDER, "event time steps back")                                                        \
    X(-9, E_CORRUPT, "content does not match its header or checksum")                              \
    X(-10, E_NOTFOUND, "the named thing does not exist")                                           \
    X(-11, E_EXISTS, "the named thing exists already")                                             \
    X(-12, E_UNSUPPORTED, "this build or machine cannot do that")                                  \
    X(-13, E_STATE, "the call does not fit the object's state")                                    \
    X(-14, E_LIMIT, "a configured limit was reached")                                              \
    X(-15, E_CANCELLED, "the caller asked to stop")

typedef enum nacre_status {
#define NACRE_STATUS_ENUM(code, name, text) NACRE_##name = (code),
    NACRE_STATUS_LIST(NACRE_STATUS_ENUM)
#undef NACRE_STATUS_ENUM
} nacre_status;

#define NACRE_ERROR_MESSAGE_BYTES 512

/// Where a fallible call explains itself. Owned by the caller; a NULL pointer is accepted
/// everywhere.
typedef struct nacre_error {
    nacre_status status;
    int system_code; ///< errno of the failing call, or 0
    char message[NACRE_ERROR_MESSAGE_BYTES];
} nacre_error;

/// The identifier ("E_PARSE") or the general text of a status; "unknown" for a foreign number.
NACRE_API const char *nacre_status_name(nacre_status status);
NACRE_API const char *nacre_status_text(nacre_status status);

/// "0.1.0"
NACRE_API const char *nacre_version(void);

/// Memory source of a context. `alloc` returns NULL on failure and honours a power-of-two
/// alignment; `release` gets the same byte count that was asked for. Both are called from any
/// thread.
typedef struct nacre_allocator {
    void *(*alloc)(void *user, size_t bytes, size_t alignment);
    void (*release)(void *user, void *memory, size_t bytes);
    void *user;
} nacre_allocator;

typedef enum nacre_log_level {
    NACRE_LOG_DEBUG = 0,
    NACRE_LOG_INFO = 1,
    NACRE_LOG_WARN = 2,
    NACRE_LOG_ERROR = 3,
} nacre_log_level;

/// Receives one finished line without a newline. Called from any thread, never from a kernel.
typedef void (*nacre_log_fn)(void *user, nacre_log_level level, const char *line);

/// Told now and then how far long work has come; `total` is 0 when unknown. Returning false cancels
/// the work with NACRE_E_CANCELLED.
typedef bool (*nacre_progress_fn)(void *user, uint64_t done, uint64_t total);

typedef struct nacre_ctx nacre_ctx;

typedef struct nacre_ctx_options {
    uint32_t struct_size;
    uint32_t threads;          ///< size of the worker pool; 0 = one per available core
    const char *isa;           ///< "ref", "avx2", "avx512"; NULL = $NACRE_ISA or the best available
    nacre_allocator allocator; ///< all NULL = the C library
    nacre_log_fn log;          ///< NULL = silent
    void *log_user;
} nacre_ctx_options;

NACRE_API void nacre_ctx_options_init(nacre_ctx_options *options);

/// Creates the context that owns kernels, pool, allocator and log.
/// @param options  NULL for the defaults
/// @error  NACRE_E_UNSUPPORTED isa unknown or not usable here (the message lists the usable ones)
/// @own    the caller destroys it after everything made from it
NACRE_API NACRE_MUST_CHECK nacre_status nacre_ctx_create(const nacre_ctx_options *options,
                                                         nacre_ctx **out, nacre_error *err);
NACRE_API void nacre_ctx_destroy(nacre_ctx *ctx);

/// The instruction set that the context's kernels use: "ref", "avx2" or "avx512".
NACRE_API const char *nacre_ctx_isa(const nacre_ctx *ctx);

#ifdef __cplusplus
}
#endif
#endif
