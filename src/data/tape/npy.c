// SPDX-License-Identifier: Apache-2.0
// NumPy's .npy format 1.0 (numpy.lib.format): magic, version, little-endian u16 length, a Python
// dictionary as text, blanks up to the length, newline. Our own headers are rebuilt from the row
// count and compared whole: there is exactly one right text, so nothing needs a Python parser.
#include "data/tape/npy.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define PREAMBLE_BYTES 10 ///< magic (6), version (2), header length (2)
#define SHAPE_KEY "'shape': ("

static const unsigned char magic[8] = {0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

void nacrei_npy_header(char out[NACREI_NPY_HEADER_BYTES], const char *dtype, uint64_t rows)
{
    const size_t length = NACREI_NPY_HEADER_BYTES - PREAMBLE_BYTES;
    memset(out, ' ', NACREI_NPY_HEADER_BYTES);
    memcpy(out, magic, sizeof magic);
    out[8] = (char)(length & 0xff);
    out[9] = (char)(length >> 8);
    int text = snprintf(out + PREAMBLE_BYTES, length,
                        "{'descr': '%s', 'fortran_order': False, " SHAPE_KEY "%" PRIu64 ",), }",
                        dtype, rows);
    out[PREAMBLE_BYTES + text] = ' '; // over the terminating zero
    out[NACREI_NPY_HEADER_BYTES - 1] = '\n';
}

/// Decimal digits up to the first other byte; false when there are none or too many.
static bool parse_rows(const char *text, const char *end, uint64_t *rows)
{
    uint64_t value = 0;
    const char *p = text;
    for (; p < end && *p >= '0' && *p <= '9'; p++) {
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_add_overflow(value, (uint64_t)(*p - '0'), &value))
            return false;
    }
    *rows = value;
    return p > text;
}

nacre_status nacrei_npy_header_parse(const void *data, size_t bytes, const char *dtype,
                                     const char *shown, uint64_t *rows, nacre_error *err)
{
    const char *header = data;
    if (bytes < NACREI_NPY_HEADER_BYTES)
        return nacrei_fail(err, NACRE_E_CORRUPT,
                           "%s: %zu bytes, shorter than the header of %u: truncated, import again",
                           shown, bytes, NACREI_NPY_HEADER_BYTES);
    if (memcmp(header, magic, sizeof magic) != 0)
        return nacrei_fail(err, NACRE_E_CORRUPT, "%s: not a .npy file of format 1.0", shown);
    const char *end = header + NACREI_NPY_HEADER_BYTES;
    const char *shape = memmem(header, NACREI_NPY_HEADER_BYTES, SHAPE_KEY, strlen(SHAPE_KEY));
    uint64_t count = 0;
    char expected[NACREI_NPY_HEADER_BYTES];
    if (shape && parse_rows(shape + strlen(SHAPE_KEY), end, &count)) {
        nacrei_npy_header(expected, dtype, count);
        if (memcmp(header, expected, sizeof expected) == 0) {
            *rows = count;
            return NACRE_OK;
        }
    }
    return nacrei_fail(err, NACRE_E_CORRUPT,
                       "%s: the header is not that of a tape column of dtype %s", shown, dtype);
}
