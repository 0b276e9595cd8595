// SPDX-License-Identifier: Apache-2.0
// Every variant of the normal CDF against the reference, to the bit: all lengths around the vector
// widths, all placements within 64 bytes, against guard pages on both sides, in place, special
// values and ten million random doubles, half of them random bit patterns.
#include "hw/cpu.h"
#include "kern/ndtr/ndtr.h"

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SLOW_BUILD 1
#endif
#endif
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SLOW_BUILD 1
#endif

enum {
    LENGTHS = 2 * 16 + 1, // two unrolled pairs of the widest vectors, and one
    PLACES = 8,           // multiples of 8 bytes within a cache line
    BLOCK = 4096,
#ifdef SLOW_BUILD
    RANDOM_BLOCKS = 125, // 0.5 million
#else
    RANDOM_BLOCKS = 2442, // 10 million
#endif
};

typedef struct variant {
    nacrei_ndtr_f64_fn *function;
    const char *name;
    nacrei_isa isa;
} variant;

static const variant variants[] = {
#define NACREI_KERNEL(op, isa, class, rank, symbol) {symbol, #symbol, NACREI_ISA_##isa},
#include "kern/ndtr/ndtr.inc"
#undef NACREI_KERNEL
};
enum { VARIANT_COUNT = sizeof variants / sizeof *variants };

static bool usable(const variant *one)
{
    if (nacrei_cpu_isas() & (uint32_t)one->isa)
        return true;
    printf("SKIP %s: this CPU or system lacks %s\n", one->name, nacrei_isa_name(one->isa));
    return false;
}

/// xorshift64
static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static double random_argument(uint64_t *state)
{
    return (double)(next_random(state) >> 11) * 0x1p-53 * 80.0 - 40.0;
}

/// Equal bits, or both NaN: payloads are excepted.
static bool same(double a, double b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

static void compare(const variant *one, size_t n, const double *x, const double *got)
{
    for (size_t i = 0; i < n; i++) {
        double expected;
        nacrek_ndtr_f64__ref(1, x + i, &expected);
        if (!same(got[i], expected))
            fail_msg("%s(%a) = %a, reference %a (element %zu of %zu)", one->name, x[i], got[i],
                     expected, i, n);
    }
}

/// A page of doubles with an unmapped page on each side.
static double *map_guarded(size_t *count)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    char *base = mmap(NULL, 3 * page, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(base != MAP_FAILED);
    assert_int_equal(mprotect(base + page, page, PROT_READ | PROT_WRITE), 0);
    *count = page / sizeof(double);
    return (double *)(void *)(base + page);
}

static void unmap_guarded(double *page)
{
    size_t bytes = (size_t)sysconf(_SC_PAGESIZE);
    assert_int_equal(munmap((char *)page - bytes, 3 * bytes), 0);
}

static const double CANARY = -12345.678;

static void check_placed(const variant *one, size_t n, double *x_page, double *y_page,
                         size_t page_count, size_t x_at, size_t y_at)
{
    uint64_t seed = 7 + n;
    for (size_t i = 0; i < page_count; i++) {
        x_page[i] = random_argument(&seed);
        y_page[i] = CANARY;
    }
    one->function(n, x_page + x_at, y_page + y_at);
    compare(one, n, x_page + x_at, y_page + y_at);
    for (size_t i = 0; i < page_count; i++) {
        if (i < y_at || i >= y_at + n)
            assert_true(y_page[i] == CANARY);
    }
}

static void test_lengths_and_places(void **state)
{
    (void)state;
    size_t count;
    double *x = map_guarded(&count), *y = map_guarded(&count);
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        for (size_t n = 0; n <= LENGTHS; n++) {
            for (size_t place = 0; place < PLACES; place++) {
                check_placed(&variants[v], n, x, y, count, place, 64 + place);
                check_placed(&variants[v], n, x, y, count, 64 + place, place);
                check_placed(&variants[v], n, x, y, count, count - n - place, count - n);
                check_placed(&variants[v], n, x, y, count, count - n, count - n - place);
            }
        }
        check_placed(&variants[v], count, x, y, count, 0, 0);
        check_placed(&variants[v], count - 1, x, y, count, 1, 0);
    }
    unmap_guarded(x);
    unmap_guarded(y);
}

static void test_in_place(void **state)
{
    (void)state;
    static double x[BLOCK], y[BLOCK];
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        for (size_t n = 0; n <= BLOCK; n = n < LENGTHS ? n + 1 : n * 2 - 31) {
            uint64_t seed = 11 + n;
            for (size_t i = 0; i < n; i++)
                x[i] = y[i] = random_argument(&seed);
            variants[v].function(n, y, y);
            compare(&variants[v], n, x, y);
        }
    }
}

/// Each special value in each lane, its neighbours in floating point beside it.
static void test_specials(void **state)
{
    (void)state;
    const double infinity = (double)INFINITY, nan_value = (double)NAN;
    const double specials[] = {
        0.0,     -0.0,    infinity,  -infinity, nan_value, -nan_value,
        DBL_MAX, DBL_MIN, 0x1p-1074, 40.0,      38.5,      37.5,
        1.0,     4.0,     0x1p-53,   0x1p-27,   8.25,      0x1.62e42fefa39efp-1};
    for (size_t v = 0; v < VARIANT_COUNT; v++) {
        if (!usable(&variants[v]))
            continue;
        for (size_t k = 0; k < sizeof specials / sizeof *specials; k++) {
            for (size_t lane = 0; lane < 16; lane++) {
                double x[3 * 16], y[3 * 16];
                for (size_t i = 0; i < 3 * 16; i++)
                    x[i] = 0.25 * (double)i - 6.0;
                x[lane] = specials[k];
                x[16 + lane] = -nextafter(specials[k], infinity);
                x[32 + lane] = nextafter(specials[k], -infinity);
                variants[v].function(3 * 16, x, y);
                compare(&variants[v], 3 * 16, x, y);
            }
        }
    }
}

/// The reference once per block, every other variant against it.
static void test_random(void **state)
{
    (void)state;
    static double x[BLOCK], expected[BLOCK], y[BLOCK];
    uint64_t seed = 88172645463325252u;
    for (size_t block = 0; block < RANDOM_BLOCKS; block++) {
        for (size_t i = 0; i < BLOCK; i++) {
            uint64_t bits = next_random(&seed);
            if (i % 2)
                memcpy(&x[i], &bits, sizeof bits);
            else
                x[i] = random_argument(&seed);
        }
        nacrek_ndtr_f64__ref(BLOCK, x, expected);
        for (size_t v = 1; v < VARIANT_COUNT; v++) {
            if (!(nacrei_cpu_isas() & (uint32_t)variants[v].isa))
                continue; // the other tests have named it
            variants[v].function(BLOCK, x, y);
            for (size_t i = 0; i < BLOCK; i++) {
                if (!same(y[i], expected[i]))
                    fail_msg("%s(%a) = %a, reference %a", variants[v].name, x[i], y[i],
                             expected[i]);
            }
        }
    }
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
