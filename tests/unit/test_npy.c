// SPDX-License-Identifier: Apache-2.0
// The .npy header: its bytes against NumPy's published format, and every single-byte change
// refused.
#include "data/tape/npy.h"
#include "tape_support.h"

static void header_follows_the_format(void **state)
{
    (void)state;
    // numpy.lib.format, version 1.0: magic, 1, 0, u16 length, dictionary, blanks, newline.
    static const char text[] = "{'descr': '<i8', 'fortran_order': False, 'shape': (1234567,), }";
    char header[NACREI_NPY_HEADER_BYTES];
    nacrei_npy_header(header, "<i8", 1234567);
    assert_memory_equal(header, "\x93NUMPY\x01\x00\xf6\x0f", 10); // 0x0ff6 = 4096 - 10
    assert_memory_equal(header + 10, text, sizeof text - 1);
    for (size_t i = 10 + sizeof text - 1; i < NACREI_NPY_HEADER_BYTES - 1; i++)
        assert_int_equal(header[i], ' ');
    assert_int_equal(header[NACREI_NPY_HEADER_BYTES - 1], '\n');
}

static void reads_its_own(void **state)
{
    (void)state;
    const uint64_t counts[] = {0, 1, 9, 10, 65536, UINT64_C(1) << 48, UINT64_MAX};
    const char *const dtypes[] = {"<i8", "<u4", "|i1", "|u1"};
    for (size_t c = 0; c < sizeof counts / sizeof counts[0]; c++) {
        for (size_t d = 0; d < sizeof dtypes / sizeof dtypes[0]; d++) {
            char header[NACREI_NPY_HEADER_BYTES];
            uint64_t rows = 77;
            nacrei_npy_header(header, dtypes[d], counts[c]);
            assert_int_equal(
                nacrei_npy_header_parse(header, sizeof header, dtypes[d], "x.npy", &rows, NULL),
                NACRE_OK);
            assert_int_equal(rows, counts[c]);
        }
    }
}

static void refuses_other_headers(void **state)
{
    (void)state;
    char header[NACREI_NPY_HEADER_BYTES];
    uint64_t rows = 77;
    nacre_error err;
    nacrei_npy_header(header, "<i8", 100);
    assert_int_equal(nacrei_npy_header_parse(header, 4095, "<i8", "x.npy", &rows, &err),
                     NACRE_E_CORRUPT);
    assert_non_null(strstr(err.message, "x.npy"));
    assert_int_equal(nacrei_npy_header_parse(header, 4096, "<u4", "x.npy", &rows, &err),
                     NACRE_E_CORRUPT);
    for (size_t i = 0; i < sizeof header; i++) {
        char saved = header[i];
        header[i] = (char)(saved ^ 0x40); // never turns one digit into another
        assert_int_equal(nacrei_npy_header_parse(header, 4096, "<i8", "x.npy", &rows, &err),
                         NACRE_E_CORRUPT);
        header[i] = saved;
    }
    // More digits than 64 bits, and a second spelling of a number.
    (void)snprintf(header + 10, 200,
                   "{'descr': '<i8', 'fortran_order': False, 'shape': (99999999999999999999,), }");
    assert_int_equal(nacrei_npy_header_parse(header, 4096, "<i8", "x.npy", &rows, &err),
                     NACRE_E_CORRUPT);
    nacrei_npy_header(header, "<i8", 100);
    char *shape = strstr(header + 10, "(100,)");
    assert_non_null(shape);
    memcpy(shape, "(0100,", 6);
    assert_int_equal(nacrei_npy_header_parse(header, 4096, "<i8", "x.npy", &rows, &err),
                     NACRE_E_CORRUPT);
    assert_int_equal(rows, 77);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(header_follows_the_format),
        cmocka_unit_test(reads_its_own),
        cmocka_unit_test(refuses_other_headers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
