// SPDX-License-Identifier: Apache-2.0
// Settings by table: config.def becomes one array of keys with offset, type and range, and
// everything here is a loop over it. Nested objects are names with dots. Settings are read before
// there is a context (they say what the context is to be), so the few kilobytes needed meanwhile
// come from a private one over the C library's memory.
#include "core/config.h"

#include "core/alloc.h"
#include "core/json.h"
#include "core/small_file.h"
#include "core/text.h"

#include <stdlib.h>
#include <string.h>
#include <yyjson.h>

#define MAX_FILE_BYTES ((size_t)1 << 20)
#define MAX_KEY_BYTES 128

typedef enum key_type { KEY_INT, KEY_DOUBLE, KEY_BOOL, KEY_TEXT } key_type;

typedef struct config_key {
    const char *name;
    key_type type;
    size_t offset;
    double low, high; // of numbers; every integer bound fits a double
    const char *choices;
    const char *text;
} config_key;

#define AT(field) offsetof(nacrei_config, field)
static const config_key keys[] = {
#define CONFIG_INT(key, field, default_value, low, high, text)                                     \
    {key, KEY_INT, AT(field), low, high, "", text},
#define CONFIG_DOUBLE(key, field, default_value, low, high, text)                                  \
    {key, KEY_DOUBLE, AT(field), low, high, "", text},
#define CONFIG_BOOL(key, field, default_value, text) {key, KEY_BOOL, AT(field), 0, 1, "", text},
#define CONFIG_TEXT(key, field, default_value, choices, text)                                      \
    {key, KEY_TEXT, AT(field), 0, 0, choices, text},
#include "core/config.def"
};

#define KEYS (sizeof keys / sizeof *keys)

// One parse: where the values go, and what was seen already.
typedef struct config_parse {
    nacrei_config *config;
    const char *name;
    bool seen[KEYS];
    nacre_error *err;
} config_parse;

void nacrei_config_init(nacrei_config *config)
{
    *config = (nacrei_config){
#define CONFIG_INT(key, field, default_value, low, high, text) .field = default_value,
#define CONFIG_DOUBLE(key, field, default_value, low, high, text) .field = default_value,
#define CONFIG_BOOL(key, field, default_value, text) .field = default_value,
#define CONFIG_TEXT(key, field, default_value, choices, text) .field = default_value,
#include "core/config.def"
    };
}

static nacre_status fail_unknown(const config_parse *parse, const char *path)
{
    const char *names[KEYS];
    for (size_t i = 0; i < KEYS; i++)
        names[i] = keys[i].name;
    const char *nearest = nacrei_nearest(path, names, KEYS);
    char shown[MAX_KEY_BYTES];
    (void)snprintf(shown, sizeof shown, "%s", path);
    nacrei_text_one_line(shown);
    if (nearest)
        return nacrei_fail(parse->err, NACRE_E_PARSE,
                           "%s: unknown key \"%s\" (did you mean \"%s\"?)", parse->name, shown,
                           nearest);
    return nacrei_fail(parse->err, NACRE_E_PARSE,
                       "%s: unknown key \"%s\" (nacre config lists all keys)", parse->name, shown);
}

static nacre_status fail_type(const config_parse *parse, const config_key *key, const char *wanted)
{
    return nacrei_fail(parse->err, NACRE_E_PARSE, "%s: %s must be %s", parse->name, key->name,
                       wanted);
}

static nacre_status fail_range(const config_parse *parse, const config_key *key, yyjson_val *value)
{
    char shown[40];
    if (yyjson_is_sint(value))
        (void)snprintf(shown, sizeof shown, "%lld", (long long)yyjson_get_sint(value));
    else if (yyjson_is_uint(value))
        (void)snprintf(shown, sizeof shown, "%llu", (unsigned long long)yyjson_get_uint(value));
    else
        (void)nacrei_format_double(shown, sizeof shown, yyjson_get_real(value));
    return nacrei_fail(parse->err, NACRE_E_RANGE, "%s: %s is %s, allowed are %.15g to %.15g",
                       parse->name, key->name, shown, key->low, key->high);
}

static nacre_status set_number(const config_parse *parse, const config_key *key, yyjson_val *value)
{
    char *place = (char *)parse->config + key->offset;
    if (key->type == KEY_INT && !yyjson_is_int(value))
        return fail_type(parse, key, "a whole number");
    if (!yyjson_is_num(value))
        return fail_type(parse, key, "a number");
    double number = yyjson_get_num(value);
    if (!(number >= key->low && number <= key->high))
        return fail_range(parse, key, value);
    if (key->type == KEY_INT) {
        // In range, so both readings of an integer fit.
        int64_t whole = yyjson_get_sint(value);
        memcpy(place, &whole, sizeof whole);
    } else {
        memcpy(place, &number, sizeof number);
    }
    return NACRE_OK;
}

// True when `text` is one of "a|b|c".
static bool is_choice(const char *choices, const char *text)
{
    size_t bytes = strlen(text);
    for (const char *at = choices; *at;) {
        size_t length = strcspn(at, "|");
        if (length == bytes && memcmp(at, text, bytes) == 0)
            return true;
        at += length + (at[length] == '|');
    }
    return false;
}

static nacre_status set_text(const config_parse *parse, const config_key *key, yyjson_val *value)
{
    if (!yyjson_is_str(value))
        return fail_type(parse, key, "a text");
    const char *text = yyjson_get_str(value);
    size_t bytes = yyjson_get_len(value);
    if (bytes >= NACREI_CONFIG_TEXT_BYTES || strlen(text) != bytes)
        return nacrei_fail(parse->err, NACRE_E_RANGE,
                           "%s: %s is longer than %d bytes or has a NUL in it", parse->name,
                           key->name, NACREI_CONFIG_TEXT_BYTES - 1);
    if (key->choices[0] && !is_choice(key->choices, text)) {
        char shown[NACREI_CONFIG_TEXT_BYTES];
        memcpy(shown, text, bytes + 1);
        nacrei_text_one_line(shown);
        return nacrei_fail(parse->err, NACRE_E_RANGE, "%s: %s is \"%s\", allowed are %s",
                           parse->name, key->name, shown, key->choices);
    }
    memcpy((char *)parse->config + key->offset, text, bytes + 1);
    return NACRE_OK;
}

static nacre_status set_value(const config_parse *parse, const config_key *key, yyjson_val *value)
{
    if (key->type == KEY_TEXT)
        return set_text(parse, key, value);
    if (key->type != KEY_BOOL)
        return set_number(parse, key, value);
    if (!yyjson_is_bool(value))
        return fail_type(parse, key, "true or false");
    bool flag = yyjson_get_bool(value);
    memcpy((char *)parse->config + key->offset, &flag, sizeof flag);
    return NACRE_OK;
}

static bool is_group(const char *path)
{
    size_t bytes = strlen(path);
    for (size_t i = 0; i < KEYS; i++)
        if (strncmp(keys[i].name, path, bytes) == 0 && keys[i].name[bytes] == '.')
            return true;
    return false;
}

static nacre_status set_path(config_parse *parse, const char *path, yyjson_val *value)
{
    size_t i = 0;
    while (i < KEYS && strcmp(keys[i].name, path) != 0)
        i++;
    if (i == KEYS)
        return fail_unknown(parse, path);
    if (parse->seen[i])
        return nacrei_fail(parse->err, NACRE_E_PARSE, "%s: %s is given twice: delete one",
                           parse->name, path);
    parse->seen[i] = true;
    return set_value(parse, &keys[i], value);
}

// Walks an object whose members' names begin with `prefix`. Only objects that some key's name
// begins with are entered, so the depth is bounded by the table.
static nacre_status walk(config_parse *parse, yyjson_val *object, const char *prefix)
{
    yyjson_obj_iter members = yyjson_obj_iter_with(object);
    yyjson_val *key;
    while ((key = yyjson_obj_iter_next(&members))) {
        char path[MAX_KEY_BYTES];
        const char *text = yyjson_get_str(key);
        int length = snprintf(path, sizeof path, "%s%s%s", prefix, prefix[0] ? "." : "", text);
        bool whole =
            length >= 0 && (size_t)length < sizeof path && strlen(text) == yyjson_get_len(key);
        yyjson_val *value = yyjson_obj_iter_get_val(key);
        nacre_status status;
        if (!whole)
            status = fail_unknown(parse, path);
        else if (yyjson_is_obj(value) && is_group(path))
            status = walk(parse, value, path);
        else
            status = set_path(parse, path, value);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static void *plain_alloc(void *user, size_t bytes, size_t alignment)
{
    (void)user;
    if (bytes > SIZE_MAX - alignment)
        return NULL;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void plain_release(void *user, void *memory, size_t bytes)
{
    (void)user;
    (void)bytes;
    free(memory);
}

static nacre_ctx plain_context(void)
{
    return (nacre_ctx){.allocator = {plain_alloc, plain_release, NULL}};
}

static nacre_status fail_syntax(const char *name, const char *text, size_t bytes,
                                const yyjson_read_err *problem, nacre_error *err)
{
    size_t line = 1, column = 1, character = 0;
    (void)yyjson_locate_pos(text, bytes, problem->pos, &line, &column, &character);
    return nacrei_fail(err, NACRE_E_PARSE, "%s:%zu:%zu: %s", name, line, column, problem->msg);
}

nacre_status nacrei_config_parse(nacrei_config *config, const char *text, size_t bytes,
                                 const char *name, nacre_error *err)
{
    const yyjson_read_flag flags = YYJSON_READ_ALLOW_COMMENTS | YYJSON_READ_ALLOW_TRAILING_COMMAS;
    if (bytes == 0)
        return nacrei_fail(err, NACRE_E_PARSE, "%s is empty: write {} for all defaults", name);
    if (bytes > MAX_FILE_BYTES)
        return nacrei_fail(err, NACRE_E_LIMIT, "%s has %zu bytes, at most %zu are read", name,
                           bytes, MAX_FILE_BYTES);
    nacre_ctx ctx = plain_context();
    size_t memory_bytes = yyjson_read_max_memory_usage(bytes, flags);
    char *memory;
    nacre_status status = nacrei_alloc(&ctx, memory_bytes, 1, "settings", &memory, err);
    if (status)
        return status;
    yyjson_alc allocator;
    yyjson_read_err problem = {0};
    (void)yyjson_alc_pool_init(&allocator, memory, memory_bytes);
    // Without the in-situ flag the text is only read, whatever the parameter's type says.
    yyjson_doc *document =
        yyjson_read_opts((char *)(uintptr_t)text, bytes, flags, &allocator, &problem);
    nacrei_config parsed = *config;
    config_parse parse = {.config = &parsed, .name = name, .err = err};
    if (!document)
        status = fail_syntax(name, text, bytes, &problem, err);
    else if (!yyjson_is_obj(yyjson_doc_get_root(document)))
        status = nacrei_fail(err, NACRE_E_PARSE, "%s:1:1: settings must be an object {...}", name);
    else
        status = walk(&parse, yyjson_doc_get_root(document), "");
    if (!status)
        *config = parsed;
    nacrei_free(&ctx, memory, memory_bytes, 1);
    return status;
}

nacre_status nacrei_config_load(nacrei_config *config, const char *path, nacre_error *err)
{
    nacre_ctx ctx = plain_context();
    char *text;
    size_t bytes;
    nacre_status status = nacrei_small_file_read(&ctx, path, MAX_FILE_BYTES, &text, &bytes, err);
    if (status)
        return status;
    status = nacrei_config_parse(config, text, bytes, path, err);
    nacrei_small_file_free(&ctx, text, bytes);
    return status;
}

static void write_default(FILE *out, const config_key *key, const nacrei_config *defaults)
{
    const char *place = (const char *)defaults + key->offset;
    int64_t whole;
    double number;
    bool flag;
    char shown[40];
    switch (key->type) {
    case KEY_INT:
        memcpy(&whole, place, sizeof whole);
        (void)fprintf(out, "%lld", (long long)whole);
        break;
    case KEY_DOUBLE:
        memcpy(&number, place, sizeof number);
        (void)nacrei_format_double(shown, sizeof shown, number);
        (void)fputs(shown, out);
        break;
    case KEY_BOOL:
        memcpy(&flag, place, sizeof flag);
        (void)fputs(flag ? "true" : "false", out);
        break;
    case KEY_TEXT:
        (void)fprintf(out, "\"%s\"", place);
        break;
    }
}

void nacrei_config_write_example(FILE *out)
{
    nacrei_config defaults;
    nacrei_config_init(&defaults);
    (void)fputs("// Settings of nacre with their defaults. \"vpin\": {\"window\": 50} and\n"
                "// \"vpin.window\": 50 mean the same; what is left out keeps its default.\n{",
                out);
    for (size_t i = 0; i < KEYS; i++) {
        const config_key *key = &keys[i];
        (void)fprintf(out, "%s\n    // %s", i ? "," : "", key->text);
        if (key->type == KEY_INT || key->type == KEY_DOUBLE)
            (void)fprintf(out, " (%.15g to %.15g)", key->low, key->high);
        else if (key->choices[0])
            (void)fprintf(out, " (%s)", key->choices);
        (void)fprintf(out, "\n    \"%s\": ", key->name);
        write_default(out, key, &defaults);
    }
    (void)fputs("\n}\n", out);
}
