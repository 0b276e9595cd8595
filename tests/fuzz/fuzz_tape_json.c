// SPDX-License-Identifier: Apache-2.0
// Fuzzes the reader of tape.json: no crash, no leak, and whatever it accepts is written and read
// again to the same contents.
#include "core/alloc.h"
#include "data/market/instrument.h"
#include "data/tape/tape_json.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void *plain_alloc(void *user, size_t bytes, size_t alignment)
{
    (void)user;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void plain_release(void *user, void *memory, size_t bytes)
{
    (void)user;
    (void)bytes;
    free(memory);
}

static void require(bool good)
{
    if (!good)
        abort();
}

/// Reads a copy that ends exactly where the reader may look.
static nacre_status parse(nacre_ctx *ctx, const void *data, size_t size, nacrei_tape_manifest *out)
{
    char *text = calloc(1, size + NACREI_TAPE_JSON_SPARE_BYTES);
    require(text != NULL);
    if (size)
        memcpy(text, data, size);
    nacre_error err;
    nacre_status status = nacrei_tape_json_parse(ctx, text, size, "fuzz", out, &err);
    free(text);
    return status;
}

static void check_again(nacre_ctx *ctx, const nacrei_tape_manifest *first)
{
    const uint32_t *crcs[NACREI_TAPE_COLUMNS];
    size_t at = 0;
    for (int c = 0; c < NACREI_TAPE_COLUMNS; c++) {
        crcs[c] = first->crcs ? first->crcs + at : NULL;
        at += nacrei_tape_blocks((nacrei_tape_column_id)c, first->info.rows);
    }
    require(at == first->crc_count);
    require(nacrei_instrument_check(&first->info.instrument, NULL) == NACRE_OK);
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    require(out != NULL);
    require(nacrei_tape_json_write(out, &first->info, crcs, "fuzz", NULL) == NACRE_OK);
    require(fclose(out) == 0);
    nacrei_tape_manifest second;
    require(parse(ctx, text, bytes, &second) == NACRE_OK);
    require(second.info.rows == first->info.rows && second.crc_count == first->crc_count);
    require(second.info.first_ns == first->info.first_ns);
    require(second.info.last_ns == first->info.last_ns);
    require(strcmp(second.info.instrument.symbol, first->info.instrument.symbol) == 0);
    require(second.info.instrument.multiplier == first->info.instrument.multiplier);
    if (first->crc_count)
        require(memcmp(second.crcs, first->crcs, first->crc_count * sizeof *first->crcs) == 0);
    nacrei_tape_manifest_free(ctx, &second);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    nacre_ctx ctx = {.allocator = {plain_alloc, plain_release, NULL}};
    nacrei_tape_manifest manifest;
    if (parse(&ctx, data, size, &manifest) == NACRE_OK) {
        check_again(&ctx, &manifest);
        nacrei_tape_manifest_free(&ctx, &manifest);
    }
    return 0;
}
