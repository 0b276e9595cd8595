// SPDX-License-Identifier: Apache-2.0
// The ring alone (full, empty, wrapping, odd slot sizes) and between two threads: every item
// arrives once, in order, whole. Run under TSan as well.
#include "core/ring.h"

#include <pthread.h>
#include <sched.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
static void alone(void **state)
{
    (void)state;
    unsigned char storage[8 * 12];
    struct item {
        uint32_t a, b, c;
    } in[20], out[20];
    nacrei_ring ring;
    assert_int_equal(nacrei_ring_init(&ring, storage, 8, sizeof *in, NULL), NACRE_OK);
    uint32_t pushed = 0, popped = 0;
    for (size_t round = 0; round < 1000; round++) {
        size_t batch = round % 13;
        for (size_t i = 0; i < batch; i++)
            in[i] = (struct item){pushed + (uint32_t)i, 7, ~(pushed + (uint32_t)i)};
        size_t room = 8 - (pushed - popped);
        size_t took = nacrei_ring_push(&ring, in, batch);
        assert_int_equal(took, batch < room ? batch : room);
        pushed += (uint32_t)took;
        assert_int_equal(nacrei_ring_count(&ring), pushed - popped);
        size_t wanted = round % 5, there = pushed - popped;
        size_t got = nacrei_ring_pop(&ring, out, wanted);
        assert_int_equal(got, wanted < there ? wanted : there);
        for (size_t i = 0; i < got; i++, popped++) {
            assert_int_equal(out[i].a, popped);
            assert_int_equal(out[i].b, 7);
            assert_int_equal(out[i].c, ~popped);
        }
    }
    assert_true(popped > 1000);
}

static void impossible_shapes(void **state)
{
    (void)state;
    unsigned char storage[64];
    nacrei_ring ring;
    assert_int_equal(nacrei_ring_init(&ring, storage, 0, 8, NULL), NACRE_E_ARG);
    assert_int_equal(nacrei_ring_init(&ring, storage, 6, 8, NULL), NACRE_E_ARG);
    assert_int_equal(nacrei_ring_init(&ring, storage, 8, 0, NULL), NACRE_E_ARG);
    assert_int_equal(nacrei_ring_init(&ring, storage, SIZE_MAX / 2 + 1, 8, NULL), NACRE_E_ARG);
}

enum { ITEMS = 300000 };

static void *produce(void *user)
{
    nacrei_ring *ring = user;
    uint64_t batch[2 * 5], next = 0;
    while (next < ITEMS) {
        size_t count = 1 + next % 5;
        if (count > ITEMS - next)
            count = ITEMS - next;
        for (size_t i = 0; i < count; i++) {
            batch[2 * i] = next + i;
            batch[2 * i + 1] = (next + i) * UINT64_C(0x9E3779B97F4A7C15);
        }
        size_t took = nacrei_ring_push(ring, batch, count);
        next += took;
        if (took == 0)
            (void)sched_yield();
    }
    return NULL;
}

static void between_two_threads(void **state)
{
    (void)state;
    static uint64_t storage[2 * 64];
    nacrei_ring ring;
    pthread_t producer;
    uint64_t batch[2 * 7], expected = 0;
    assert_int_equal(nacrei_ring_init(&ring, storage, 64, 16, NULL), NACRE_OK);
    assert_int_equal(pthread_create(&producer, NULL, produce, &ring), 0);
    while (expected < ITEMS) {
        size_t got = nacrei_ring_pop(&ring, batch, 7);
        for (size_t i = 0; i < got; i++, expected++)
            if (batch[2 * i] != expected ||
                batch[2 * i + 1] != expected * UINT64_C(0x9E3779B97F4A7C15))
                fail_msg("item %llu is wrong", (unsigned long long)expected);
        if (got == 0)
            (void)sched_yield();
    }
    assert_int_equal(pthread_join(producer, NULL), 0);
    assert_int_equal(nacrei_ring_count(&ring), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(alone),
        cmocka_unit_test(impossible_shapes),
        cmocka_unit_test(between_two_threads),
    };
    return cmocka_run_group_tests_name("core_ring", tests, NULL, NULL);
}
