// SPDX-License-Identifier: Apache-2.0
// Shared by the tape's writer and reader: the column table and the contents of tape.json.
#ifndef NACREI_DATA_TAPE_JSON_H
#define NACREI_DATA_TAPE_JSON_H

#include "core/context.h"
#include "core/status.h"
#include "nacre/data.h"

#include <stdio.h>

#define NACREI_TAPE_SCHEMA_VERSION 1u
#define NACREI_TAPE_BLOCK_BYTES ((size_t)1 << 20) ///< data bytes per checksum
#define NACREI_TAPE_JSON_NAME "tape.json"
#define NACREI_TAPE_JSON_MAX_BYTES ((size_t)64 << 20)
#define NACREI_TAPE_ROWS_MAX (UINT64_C(1) << 48) ///< keeps every byte count far from 2^63

typedef enum nacrei_tape_column_id {
#define X(name, dtype, item_bytes) NACREI_TAPE_##name,
#include "data/tape/tape_columns.def"
#undef X
    NACREI_TAPE_COLUMNS
} nacrei_tape_column_id;

typedef struct nacrei_tape_column {
    const char *name, *file, *dtype;
    size_t item_bytes;
    size_t field; ///< offset of the column's pointer in nacre_trades
} nacrei_tape_column;

extern const nacrei_tape_column nacrei_tape_columns[NACREI_TAPE_COLUMNS];

/// What tape.json says. The checksums are one array, column after column.
typedef struct nacrei_tape_manifest {
    nacre_tape_info info;
    uint32_t *crcs;
    size_t crc_count;
} nacrei_tape_manifest;

/// Checksum blocks of a column with that many rows.
size_t nacrei_tape_blocks(nacrei_tape_column_id column, uint64_t rows);
/// Bytes of all column files.
uint64_t nacrei_tape_bytes(uint64_t rows);
/// The column's pointer in a view; NULL means zeros.
const void *nacrei_tape_column_of(const nacre_trades *trades, nacrei_tape_column_id column);

/// @param crcs  per column its nacrei_tape_blocks values
NACRE_MUST_CHECK nacre_status nacrei_tape_json_write(FILE *out, const nacre_tape_info *info,
                                                     const uint32_t *const crcs[],
                                                     const char *shown, nacre_error *err);
/// Reads text that nacrei_tape_json_write could have written: no key more, none less, none twice.
/// @param text  overwritten; has 4 spare bytes behind `bytes`
/// @error  NACRE_E_CORRUPT names file, place and what is wrong
/// @own    nacrei_tape_manifest_free
NACRE_MUST_CHECK nacre_status nacrei_tape_json_parse(nacre_ctx *ctx, char *text, size_t bytes,
                                                     const char *shown, nacrei_tape_manifest *out,
                                                     nacre_error *err);
void nacrei_tape_manifest_free(nacre_ctx *ctx, nacrei_tape_manifest *manifest);

#define NACREI_TAPE_JSON_SPARE_BYTES 4u ///< padding that the in-place JSON reader asks for

#endif
