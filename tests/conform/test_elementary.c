// SPDX-License-Identifier: Apache-2.0
// Every variant of every elementary function against the reference, to the bit: all lengths around
// the vector widths, all placements within 64 bytes, against guard pages on both sides, in place,
// special values and their neighbours in every lane, and random arguments, a quarter of them random
// bit patterns.
#include "elementary_support.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum {
    LENGTHS = 2 * 16 + 1, // two of the widest vectors, and one
    BLOCK = 4096,
#ifdef SLOW_BUILD
    RANDOM_BLOCKS = 8, // 33 thousand per variant
#else
    RANDOM_BLOCKS = 256, // a million
#endif
};

/// Of all the ranges where some function does something.
static double random_argument(uint64_t *state)
{
    uint64_t bits = next_random(state);
    double value;
    switch (bits & 3) {
    case 0:
        memcpy(&value, &bits, sizeof value);
        return value;
    case 1:
        return 40.0 * next_uniform(state) - 20.0;
    case 2:
        return next_uniform(state);
    default:
        return 1500.0 * next_uniform(state) - 750.0;
    }
}

static void put(void *at, size_t i, size_t size, double value)
{
    if (size == sizeof(float))
        ((float *)at)[i] = (float)value;
    else
        ((double *)at)[i] = value;
}

static void fill(void *x, size_t n, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < n; i++)
        put(x, i, size, random_argument(&seed));
}

static void compare(const nacrei_variant *one, size_t n, const void *x, const void *got)
{
    static double expected[BLOCK];
    size_t size = elementary_size(one->op);
    assert_true(n <= BLOCK);
    elementary_call(elementary_reference(one->op), n, x, expected);
    for (size_t i = 0; i < n; i++) {
        if (same_element(got, expected, i, size))
            continue;
        if (size == sizeof(float))
            fail_msg("%s(%a) = %a, reference %a (element %zu of %zu)", one->name,
                     (double)((const float *)x)[i], (double)((const float *)got)[i],
                     (double)((float *)expected)[i], i, n);
        fail_msg("%s(%a) = %a, reference %a (element %zu of %zu)", one->name,
                 ((const double *)x)[i], ((const double *)got)[i], expected[i], i, n);
    }
}

/// Calls `check` for every variant that this machine can run, the reference included.
static void for_all(void (*check)(const nacrei_variant *one, size_t size))
{
    size_t checked = 0;
    for (size_t i = 0; i < nacrei_variant_count; i++) {
        size_t size = elementary_size(nacrei_variants[i].op);
        if (!size || !elementary_usable(&nacrei_variants[i]))
            continue;
        check(&nacrei_variants[i], size);
        checked++;
    }
    assert_true(checked >= 2 * FUNCTION_COUNT);
}

/// A page with an unmapped page on each side.
static unsigned char *map_guarded(size_t *bytes)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    unsigned char *base = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(base != MAP_FAILED);
    assert_int_equal(mprotect(base + page, page, PROT_READ | PROT_WRITE), 0);
    *bytes = page;
    return base + page;
}

static void unmap_guarded(unsigned char *page)
{
    size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(munmap(page - bytes, 3 * bytes), 0);
}

enum { MARK = 0xa5 };

/// x ends at byte x_end of its page, y at y_end of its own.
static void check_placed(const nacrei_variant *one, size_t n, unsigned char *x_page,
                         unsigned char *y_page, size_t bytes, size_t x_end, size_t y_end)
{
    size_t size = elementary_size(one->op), length = n * size;
    memset(y_page, MARK, bytes);
    fill(x_page + x_end - length, n, size, 7 + n);
    elementary_call(one, n, x_page + x_end - length, y_page + y_end - length);
    compare(one, n, x_page + x_end - length, y_page + y_end - length);
    for (size_t i = 0; i < bytes; i++) {
        if (i < y_end - length || i >= y_end)
            assert_int_equal(y_page[i], MARK);
    }
}

static void check_places(const nacrei_variant *one, size_t size)
{
    size_t bytes;
    unsigned char *x = map_guarded(&bytes), *y = map_guarded(&bytes);
    for (size_t n = 0; n <= LENGTHS; n++) {
        for (size_t place = 0; place < 64; place += size) {
            check_placed(one, n, x, y, bytes, n * size, 1024 + place);
            check_placed(one, n, x, y, bytes, 1024 + place, n * size);
            check_placed(one, n, x, y, bytes, bytes - place, bytes);
            check_placed(one, n, x, y, bytes, bytes, bytes - place);
        }
    }
    check_placed(one, bytes / size, x, y, bytes, bytes, bytes);
    check_placed(one, bytes / size - 1, x, y, bytes, bytes, bytes - size);
    unmap_guarded(x);
    unmap_guarded(y);
}

static void test_lengths_and_places(void **state)
{
    (void)state;
    for_all(check_places);
}

static void check_in_place(const nacrei_variant *one, size_t size)
{
    static double x[BLOCK], y[BLOCK];
    for (size_t n = 0; n <= BLOCK; n = n < LENGTHS ? n + 1 : n * 2 - 31) {
        fill(x, n, size, 11 + n);
        memcpy(y, x, n * size);
        elementary_call(one, n, y, y);
        compare(one, n, x, y);
    }
}

static void test_in_place(void **state)
{
    (void)state;
    for_all(check_in_place);
}

/// Ends and limits of the functions in either type, and the arguments at which a step changes.
static const double specials[] = {
    0.0,
    (double)INFINITY,
    (double)NAN,
    DBL_MAX,
    DBL_MIN,
    0x1p-1074,
    (double)FLT_MAX,
    (double)FLT_MIN,
    0x1p-149,
    0x1p-150,
    0.5,
    1.0,
    2.0,
    0x1p-27,
    0x1p-53,
    0x1.6a09e667f3bcdp-1,  // sqrt(1/2), where log changes its exponent
    0x1.62e42fefa39efp-2,  // ln2 / 2, where exp does
    0x1.c000000000000p-10, // where ndtri leaves its centre
    0x1.ff20000000000p-1,
    709.782712893384,  // exp overflows
    708.3964185322641, // exp is subnormal below the negative
    745.1332191019412, // exp is zero below the negative
    746.0,
    88.72283935546875, // the same for f32
    87.33654475055,
    103.97207641601562,
    105.0,
    9.010913, // tanh is one above
    19.061547465398498,
    22.0,
    8.2923611, // ndtr is one above
    5.4,
    37.5193, // ndtr is subnormal below the negative
    38.5,
    40.0,
    14.17,
    14.25,
};

/// Each special value of either sign in each lane, its neighbours in the lanes of the next vectors.
static void check_specials(const nacrei_variant *one, size_t size)
{
    for (size_t k = 0; k < sizeof specials / sizeof *specials; k++) {
        for (size_t lane = 0; lane < 16; lane++) {
            double x[6 * 16], y[6 * 16];
            for (size_t i = 0; i < 6 * 16; i++)
                put(x, i, size, 0.01 * (double)i + 0.02);
            double value = specials[k], up, down;
            if (size == sizeof(float)) {
                up = (double)nextafterf((float)value, INFINITY);
                down = (double)nextafterf((float)value, -INFINITY);
            } else {
                up = nextafter(value, (double)INFINITY);
                down = nextafter(value, (double)-INFINITY);
            }
            const double near[6] = {value, -value, up, -up, down, -down};
            for (size_t i = 0; i < 6; i++)
                put(x, 16 * i + lane, size, near[i]);
            elementary_call(one, 6 * 16, x, y);
            compare(one, 6 * 16, x, y);
        }
    }
}

static void test_specials(void **state)
{
    (void)state;
    for_all(check_specials);
}

static void check_random(const nacrei_variant *one, size_t size)
{
    static double x[BLOCK], y[BLOCK];
    if (one->isa == NACREI_ISA_ref)
        return;
    for (size_t block = 0; block < RANDOM_BLOCKS; block++) {
        fill(x, BLOCK, size, 88172645463325252u + block);
        elementary_call(one, BLOCK, x, y);
        compare(one, BLOCK, x, y);
    }
}

static void test_random(void **state)
{
    (void)state;
    for_all(check_random);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths_and_places),
        cmocka_unit_test(test_in_place),
        cmocka_unit_test(test_specials),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
