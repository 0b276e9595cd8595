// SPDX-License-Identifier: Apache-2.0
// Append-only JSON writer. Reading JSON is yyjson's work; this side only ever appends, so no tree
// is built. int64 nanoseconds and sequences go out as decimal strings (JavaScript loses bits above
// 2^53); NaN and infinities go out as null. The first failure sticks and is reported by
// nacrei_json_end.
#ifndef NACREI_CORE_JSON_H
#define NACREI_CORE_JSON_H

#include "core/status.h"

#include <stdio.h>

#define NACREI_JSON_DEPTH 32

typedef struct nacrei_json {
    FILE *out;   ///< borrowed
    bool pretty; ///< two-space indentation and newlines
    bool failed;
    unsigned depth;
    bool has_member[NACREI_JSON_DEPTH];
    bool after_key;
} nacrei_json;

void nacrei_json_init(nacrei_json *json, FILE *out, bool pretty);
void nacrei_json_object_begin(nacrei_json *json);
void nacrei_json_object_end(nacrei_json *json);
void nacrei_json_array_begin(nacrei_json *json);
void nacrei_json_array_end(nacrei_json *json);
void nacrei_json_key(nacrei_json *json, const char *key);
/// Escapes control characters, quotes and backslashes; invalid UTF-8 becomes U+FFFD. NULL gives
/// null.
void nacrei_json_string(nacrei_json *json, const char *text);
void nacrei_json_double(nacrei_json *json, double value); ///< shortest text that reads back equal
void nacrei_json_uint(nacrei_json *json, uint64_t value); ///< as a number
void nacrei_json_int64_string(nacrei_json *json, int64_t value); ///< as a decimal string
void nacrei_json_bool(nacrei_json *json, bool value);
void nacrei_json_null(nacrei_json *json);
/// Ends the document with a newline. @error NACRE_E_IO when any write failed
NACRE_MUST_CHECK nacre_status nacrei_json_end(nacrei_json *json, const char *name,
                                              nacre_error *err);

// Key and value in one call, the usual case.
void nacrei_json_put_string(nacrei_json *json, const char *key, const char *text);
void nacrei_json_put_double(nacrei_json *json, const char *key, double value);
void nacrei_json_put_uint(nacrei_json *json, const char *key, uint64_t value);
void nacrei_json_put_int64(nacrei_json *json, const char *key, int64_t value); ///< decimal string
void nacrei_json_put_bool(nacrei_json *json, const char *key, bool value);

/// Writes the shortest decimal text of a finite double that reads back equal; returns its length.
size_t nacrei_format_double(char *buffer, size_t bytes, double value);

#endif
