// SPDX-License-Identifier: Apache-2.0
// Memory between unmapped pages, and values whose order of summation shows, for conformance tests
// of one type; the test says REAL before.
#ifndef NACRE_TESTS_GUARDED_H
#define NACRE_TESTS_GUARDED_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

/// splitmix64
static inline uint64_t next_random(uint64_t *state)
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

/// Of either sign, over eight binary orders of magnitude, so that the order of a sum shows.
static inline REAL random_value(uint64_t *state)
{
    uint64_t bits = next_random(state);
    double value = (double)(bits >> 40) * 0x1p-24 - 0.5;
    return (REAL)ldexp(value, (int)(bits & 7));
}

/// Equal bits, or both NaN: payloads are excepted.
static inline bool same(REAL a, REAL b)
{
    return memcmp(&a, &b, sizeof a) == 0 || (isnan(a) && isnan(b));
}

typedef struct guarded {
    char *base;
    size_t bytes;
    REAL *data;
    size_t count;
} guarded;

/// `count` elements whose last one ends at an unmapped page (`at_end`), or whose first one begins
/// behind one.
static inline guarded map_guarded(size_t count, bool at_end)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE), size = count * sizeof(REAL);
    size_t inner = (size / page + 1) * page;
    guarded x = {.bytes = inner + 2 * page, .count = count};
    x.base = mmap(NULL, x.bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(x.base != MAP_FAILED);
    assert_int_equal(mprotect(x.base + page, inner, PROT_READ | PROT_WRITE), 0);
    x.data = (REAL *)(void *)(x.base + page + (at_end ? inner - size : 0));
    return x;
}

static inline void unmap(guarded *x)
{
    assert_int_equal(munmap(x->base, x->bytes), 0);
}

/// rows x columns with leading dimension ld: random inside, `pad` between the rows.
static inline guarded random_matrix(size_t rows, size_t columns, size_t ld, REAL pad, bool at_end,
                                    uint64_t *seed)
{
    size_t count = rows && columns ? (rows - 1) * ld + columns : 0;
    guarded x = map_guarded(count, at_end);
    for (size_t i = 0; i < count; i++)
        x.data[i] = i % ld < columns ? random_value(seed) : pad;
    return x;
}

static inline guarded random_vector(size_t count, bool at_end, uint64_t *seed)
{
    return random_matrix(1, count, count ? count : 1, 0, at_end, seed);
}

#endif
