// SPDX-License-Identifier: Apache-2.0
// gzip, xz, zstd and zip, packed here by their own libraries: the same rows as from the plain text,
// several members, and what is said when a file ends early or is altered.
#include "unit/reader_fixture.h"

#include <lzma.h>
#include <zip.h>
#include <zlib.h>
#include <zstd.h>

#define TEXT_ROWS 30000
#define TEXT_CAPACITY ((size_t)1 << 21)

static char text[TEXT_CAPACITY];
static size_t text_length;
static unsigned char packed[TEXT_CAPACITY];

/// The header and rows with pseudo-random digits, so that packed files have a middle to tear.
static void make_text(void)
{
    uint32_t seed = 7;
    size_t used = (size_t)snprintf(text, sizeof text, "time,price,size\n");
    for (unsigned i = 0; i < TEXT_ROWS; i++) {
        seed = seed * 1664525u + 1013904223u;
        used += (size_t)snprintf(text + used, sizeof text - used, "%llu,%u.%u,%u\n",
                                 1700000257100ULL + i, 1 + (seed >> 20), seed >> 16 & 0xfff,
                                 1 + (seed & 0xffff));
    }
    text_length = used;
}

static size_t pack_gzip(const char *data, size_t bytes, unsigned char *out)
{
    z_stream z = {0};
    assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
    z.next_in = (unsigned char *)(uintptr_t)data;
    z.avail_in = (uInt)bytes;
    z.next_out = out;
    z.avail_out = (uInt)TEXT_CAPACITY / 2;
    assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
    size_t length = z.total_out;
    assert_int_equal(deflateEnd(&z), Z_OK);
    return length;
}

static size_t pack_xz(const char *data, size_t bytes, unsigned char *out)
{
    size_t at = 0;
    assert_int_equal(lzma_easy_buffer_encode(1, LZMA_CHECK_CRC32, NULL, (const uint8_t *)data,
                                             bytes, out, &at, TEXT_CAPACITY / 2),
                     LZMA_OK);
    return at;
}

static size_t pack_zstd(const char *data, size_t bytes, unsigned char *out)
{
    size_t length = ZSTD_compress(out, TEXT_CAPACITY / 2, data, bytes, 3);
    assert_false(ZSTD_isError(length));
    return length;
}

typedef size_t pack_fn(const char *data, size_t bytes, unsigned char *out);
static const struct {
    const char *name;
    pack_fn *pack;
} packers[] = {{"gzip", pack_gzip}, {"xz", pack_xz}, {"zstd", pack_zstd}};

/// Reads the plain text first; the packed file must give the same trades.
static void assert_same_rows(fixture *f, const char *packed_path)
{
    static nacre_trade plain[TEXT_ROWS];
    const char *path = fixture_bytes(f, "plain.csv", text, text_length);
    f->options.symbol = "P";
    assert_int_equal(fixture_read(f, &path, 1), NACRE_OK);
    assert_int_equal(f->rows, TEXT_ROWS);
    memcpy(plain, f->trades, sizeof plain);
    assert_int_equal(fixture_read(f, &packed_path, 1), NACRE_OK);
    assert_int_equal(f->rows, TEXT_ROWS);
    assert_memory_equal(plain, f->trades, sizeof plain);
    assert_int_equal(f->stats.bytes_in, f->stats.bytes_total);
}

static void test_streams(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++) {
        size_t length = packers[i].pack(text, text_length, packed);
        // The name says nothing: the content is looked at.
        assert_same_rows(f, fixture_bytes(f, "misnamed.csv", packed, length));
        size_t half = text_length / 2;
        length = packers[i].pack(text, half, packed);
        length += packers[i].pack(text + half, text_length - half, packed + length);
        assert_same_rows(f, fixture_bytes(f, "members.csv", packed, length));
    }
}

static void test_truncated(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof packers / sizeof packers[0]; i++) {
        size_t length = packers[i].pack(text, text_length, packed);
        const size_t cuts[] = {length - 1, length / 2, 20};
        for (size_t k = 0; k < 3; k++) {
            const char *path = fixture_bytes(f, "torn.csv", packed, cuts[k]);
            assert_int_equal(fixture_read(f, &path, 1), NACRE_E_CORRUPT);
            assert_message(f, "torn.csv", "truncated", packers[i].name, "fetch it again");
        }
        packed[length / 2] ^= 0x55;
        packed[length / 2 + 1] ^= 0x55;
        const char *path = fixture_bytes(f, "altered.csv", packed, length);
        assert_int_not_equal(fixture_read(f, &path, 1), NACRE_OK);
        memcpy(packed + packers[i].pack(text, text_length, packed), "junk", 5);
        path = fixture_bytes(f, "tail.csv", packed, length + 4);
        assert_int_equal(fixture_read(f, &path, 1), NACRE_E_CORRUPT);
        assert_message(f, "tail.csv", packers[i].name);
    }
}

typedef struct member {
    const char *name;
    const char *data;
    size_t bytes;
} member;

static const char *make_zip(fixture *f, const char *name, const member *members, size_t count)
{
    const char *path = fixture_path(f, name);
    int code;
    zip_t *archive = zip_open(path, ZIP_CREATE | ZIP_TRUNCATE, &code);
    assert_non_null(archive);
    for (size_t i = 0; i < count; i++) {
        zip_source_t *source = zip_source_buffer(archive, members[i].data, members[i].bytes, 0);
        assert_non_null(source);
        assert_true(zip_file_add(archive, members[i].name, source, 0) >= 0);
    }
    assert_int_equal(zip_close(archive), 0);
    return path;
}

static void test_zip(void **state)
{
    fixture *f = *state;
    static const char second[] = "price,time,size\n7,1723161999999,7\n";
    const member members[] = {{"read.me", "hello", 5},
                              {"data/a.csv", text, text_length},
                              {"b.TXT", second, sizeof second - 1}};
    assert_same_rows(f, make_zip(f, "one.zip", members, 2));
    const char *path = make_zip(f, "two.zip", members, 3);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_OK);
    assert_int_equal(f->rows, TEXT_ROWS + 1);
    assert_int_equal(f->trades[TEXT_ROWS].price, INT64_C(7000000000));
    path = make_zip(f, "readme.zip", members, 1);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE); // the only member, but no table
    assert_message(f, "readme.zip(read.me):1");
    const member bad[] = {{"x.csv", "time,price,size\n1700000257100,1,-1\n", 35}};
    path = make_zip(f, "bad.zip", bad, 1);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_RANGE);
    assert_message(f, "bad.zip(x.csv):2:17");
    const member neither[] = {{"a.bin", "x", 1}, {"b.bin", "y", 1}};
    path = make_zip(f, "bins.zip", neither, 2);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE);
    assert_message(f, "bins.zip", ".csv");
}

static void test_zip_torn(void **state)
{
    fixture *f = *state;
    const member members[] = {{"20131007_spy_trade_tick.csv", text, text_length}};
    const char *path = make_zip(f, "t.zip", members, 1);
    struct stat info;
    assert_int_equal(stat(path, &info), 0);
    static unsigned char bytes[TEXT_CAPACITY];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(bytes, 1, sizeof bytes, file), info.st_size);
    assert_int_equal(fclose(file), 0);
    size_t length = (size_t)info.st_size;
    path = fixture_bytes(f, "torn.zip", bytes, length / 2);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_CORRUPT);
    assert_message(f, "torn.zip", "truncated");
    bytes[length / 2] ^= 0x55;
    bytes[length / 2 + 3] ^= 0x55;
    path = fixture_bytes(f, "altered.zip", bytes, length);
    assert_int_not_equal(fixture_read(f, &path, 1), NACRE_OK);
    path = fixture_bytes(f, "empty.zip", "PK\5\6\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 22);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE);
    assert_message(f, "empty.zip", "empty");
    const size_t nothing = pack_gzip("", 0, packed);
    path = fixture_bytes(f, "nothing.gz", packed, nothing);
    assert_int_equal(fixture_read(f, &path, 1), NACRE_E_PARSE);
    assert_message(f, "nothing.gz", "empty");
}

int main(void)
{
#define READER_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)
    const struct CMUnitTest tests[] = {
        READER_TEST(test_streams),
        READER_TEST(test_truncated),
        READER_TEST(test_zip),
        READER_TEST(test_zip_torn),
    };
#undef READER_TEST
    make_text();
    return cmocka_run_group_tests_name("reader_packed", tests, NULL, NULL);
}
