// SPDX-License-Identifier: Apache-2.0
// The JSON writer: a few bytes of state per nesting level, everything else goes straight to the
// stream. Misuse (unbalanced, too deep) sticks like a failed write, so that callers check once.
#include "core/json.h"

#include "core/text.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_bytes(nacrei_json *json, const char *text, size_t bytes)
{
    if (!json->failed && fwrite(text, 1, bytes, json->out) != bytes)
        json->failed = true;
}

static void put_text(nacrei_json *json, const char *text)
{
    put_bytes(json, text, strlen(text));
}

static void new_line(nacrei_json *json)
{
    if (!json->pretty)
        return;
    put_text(json, "\n");
    for (unsigned level = 0; level < json->depth; level++)
        put_text(json, "  ");
}

// What stands before a value or a key: nothing after a key, else the comma and the line break.
static void begin_item(nacrei_json *json)
{
    if (json->after_key) {
        json->after_key = false;
        return;
    }
    if (json->depth == 0)
        return;
    bool *has_member = &json->has_member[json->depth - 1];
    if (*has_member)
        put_text(json, ",");
    *has_member = true;
    new_line(json);
}

static void begin_nested(nacrei_json *json, const char *bracket)
{
    begin_item(json);
    put_text(json, bracket);
    if (json->depth == NACREI_JSON_DEPTH) {
        json->failed = true;
        return;
    }
    json->has_member[json->depth++] = false;
}

static void end_nested(nacrei_json *json, const char *bracket)
{
    if (json->depth == 0 || json->after_key) {
        json->failed = true;
        return;
    }
    bool had_member = json->has_member[--json->depth];
    if (had_member)
        new_line(json);
    put_text(json, bracket);
}

void nacrei_json_init(nacrei_json *json, FILE *out, bool pretty)
{
    *json = (nacrei_json){.out = out, .pretty = pretty};
}

void nacrei_json_object_begin(nacrei_json *json)
{
    begin_nested(json, "{");
}

void nacrei_json_object_end(nacrei_json *json)
{
    end_nested(json, "}");
}

void nacrei_json_array_begin(nacrei_json *json)
{
    begin_nested(json, "[");
}

void nacrei_json_array_end(nacrei_json *json)
{
    end_nested(json, "]");
}

static void put_escaped(nacrei_json *json, const char *text)
{
    put_text(json, "\"");
    for (const char *p = text; *p;) {
        size_t length = nacrei_utf8_sequence(p);
        unsigned char byte = (unsigned char)*p;
        char escape[8];
        if (length == 0) {
            put_text(json, "\xEF\xBF\xBD");
            length = 1;
        } else if (byte == '"' || byte == '\\') {
            (void)snprintf(escape, sizeof escape, "\\%c", byte);
            put_text(json, escape);
        } else if (byte == '\n') {
            put_text(json, "\\n");
        } else if (byte == '\t') {
            put_text(json, "\\t");
        } else if (byte < 0x20) {
            (void)snprintf(escape, sizeof escape, "\\u%04x", (unsigned)byte);
            put_text(json, escape);
        } else {
            put_bytes(json, p, length);
        }
        p += length;
    }
    put_text(json, "\"");
}

void nacrei_json_key(nacrei_json *json, const char *key)
{
    if (json->depth == 0 || json->after_key)
        json->failed = true;
    begin_item(json);
    put_escaped(json, key);
    put_text(json, json->pretty ? ": " : ":");
    json->after_key = true;
}

void nacrei_json_string(nacrei_json *json, const char *text)
{
    begin_item(json);
    if (text)
        put_escaped(json, text);
    else
        put_text(json, "null");
}

void nacrei_json_double(nacrei_json *json, double value)
{
    char buffer[40];
    if (!isfinite(value) || nacrei_format_double(buffer, sizeof buffer, value) == 0) {
        nacrei_json_null(json);
        return;
    }
    begin_item(json);
    put_text(json, buffer);
}

void nacrei_json_uint(nacrei_json *json, uint64_t value)
{
    char buffer[24];
    (void)snprintf(buffer, sizeof buffer, "%" PRIu64, value);
    begin_item(json);
    put_text(json, buffer);
}

void nacrei_json_int64_string(nacrei_json *json, int64_t value)
{
    char buffer[24];
    (void)snprintf(buffer, sizeof buffer, "\"%" PRId64 "\"", value);
    begin_item(json);
    put_text(json, buffer);
}

void nacrei_json_bool(nacrei_json *json, bool value)
{
    begin_item(json);
    put_text(json, value ? "true" : "false");
}

void nacrei_json_null(nacrei_json *json)
{
    begin_item(json);
    put_text(json, "null");
}

nacre_status nacrei_json_end(nacrei_json *json, const char *name, nacre_error *err)
{
    bool misused = json->depth != 0 || json->after_key || (json->failed && !ferror(json->out));
    put_text(json, "\n");
    errno = 0;
    if (fflush(json->out) || ferror(json->out))
        return nacrei_fail_system(err, NACRE_E_IO, errno ? errno : EIO, "cannot write %s", name);
    if (misused)
        return nacrei_fail(err, NACRE_E_STATE, "%s: JSON objects and arrays do not balance", name);
    return NACRE_OK;
}

void nacrei_json_put_string(nacrei_json *json, const char *key, const char *text)
{
    nacrei_json_key(json, key);
    nacrei_json_string(json, text);
}

void nacrei_json_put_double(nacrei_json *json, const char *key, double value)
{
    nacrei_json_key(json, key);
    nacrei_json_double(json, value);
}

void nacrei_json_put_uint(nacrei_json *json, const char *key, uint64_t value)
{
    nacrei_json_key(json, key);
    nacrei_json_uint(json, value);
}

void nacrei_json_put_int64(nacrei_json *json, const char *key, int64_t value)
{
    nacrei_json_key(json, key);
    nacrei_json_int64_string(json, value);
}

void nacrei_json_put_bool(nacrei_json *json, const char *key, bool value)
{
    nacrei_json_key(json, key);
    nacrei_json_bool(json, value);
}

// printf and strtod use the host program's decimal separator; JSON and CSV want a point.
static void replace_decimal_separator(char *text)
{
    size_t before = strspn(text, "+-0123456789eE");
    if (text[before] == '\0')
        return;
    const char *rest = text + before + strcspn(text + before, "+-0123456789eE");
    text[before] = '.';
    memmove(text + before + 1, rest, strlen(rest) + 1);
}

size_t nacrei_format_double(char *buffer, size_t bytes, double value)
{
    // Up to 15 digits identify a normal double, so shorter precisions need not be tried; a
    // subnormal has fewer, and there they must be.
    int precision = fpclassify(value) == FP_SUBNORMAL ? 1 : 15;
    for (; precision <= 17; precision++) {
        int length = snprintf(buffer, bytes, "%.*g", precision, value);
        if (length < 0 || (size_t)length >= bytes)
            return 0;
        double back = strtod(buffer, NULL);
        if (memcmp(&back, &value, sizeof value) == 0)
            break;
    }
    replace_decimal_separator(buffer);
    return strlen(buffer);
}
