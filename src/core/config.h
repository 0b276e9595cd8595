// SPDX-License-Identifier: Apache-2.0
// Settings in JSON with comments. The keys, their types, defaults, ranges and one sentence each
// stand in config.def, which feeds the parser, `nacre config` and the documentation. An unknown key
// is an error that suggests the nearest one; a value out of range names key, value and range.
#ifndef NACREI_CORE_CONFIG_H
#define NACREI_CORE_CONFIG_H

#include "core/context.h"
#include "core/status.h"

#include <stdio.h>

#define NACREI_CONFIG_TEXT_BYTES 256

/// One field per line of config.def (dots become underscores).
typedef struct nacrei_config {
#define CONFIG_INT(key, field, default_value, low, high, text) int64_t field;
#define CONFIG_DOUBLE(key, field, default_value, low, high, text) double field;
#define CONFIG_BOOL(key, field, default_value, text) bool field;
#define CONFIG_TEXT(key, field, default_value, choices, text) char field[NACREI_CONFIG_TEXT_BYTES];
#include "core/config.def"
} nacrei_config;

void nacrei_config_init(nacrei_config *config);
/// Reads a file of at most 1 MiB. On an error `config` is unchanged.
NACRE_MUST_CHECK nacre_status nacrei_config_load(nacrei_config *config, const char *path,
                                                 nacre_error *err);
NACRE_MUST_CHECK nacre_status nacrei_config_parse(nacrei_config *config, const char *text,
                                                  size_t bytes, const char *name, nacre_error *err);
/// Writes a complete, commented example with the defaults.
void nacrei_config_write_example(FILE *out);
/// The candidate nearest to `word` by edit distance, or NULL when none is near.
const char *nacrei_nearest(const char *word, const char *const *candidates, size_t count);

#endif
