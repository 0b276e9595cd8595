// SPDX-License-Identifier: Apache-2.0
// Fuzzes the .npy header reader: it must never read past its input, and whatever it accepts must be
// the text that the writer makes for the row count it returned.
#include "data/tape/npy.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const dtypes[] = {"<i8", "<u4", "|i1", "|u1"};
    // The header is mostly blanks: short inputs are padded, so that mutations reach the dictionary.
    char padded[NACREI_NPY_HEADER_BYTES];
    uint64_t rows;
    nacre_error err;
    (void)!nacrei_npy_header_parse(data, size, "<i8", "fuzz", &rows, &err);
    memset(padded, ' ', sizeof padded);
    padded[sizeof padded - 1] = '\n';
    memcpy(padded, data, size < sizeof padded ? size : sizeof padded);
    for (size_t i = 0; i < sizeof dtypes / sizeof dtypes[0]; i++) {
        if (nacrei_npy_header_parse(padded, sizeof padded, dtypes[i], "fuzz", &rows, &err) == 0) {
            char again[NACREI_NPY_HEADER_BYTES];
            nacrei_npy_header(again, dtypes[i], rows);
            if (memcmp(again, padded, sizeof again) != 0)
                abort();
        }
    }
    return 0;
}
