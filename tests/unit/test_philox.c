// SPDX-License-Identifier: Apache-2.0
// Philox4x32-10 against the known-answer vectors that its authors publish with Random123
// (file kat_vectors, rows "philox4x32 10"), and the layout of seed, stream and index.
#include "kern/philox.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static const struct {
    uint32_t counter[4], key[2], expected[4];
} vectors[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5u, 0xe169c58du, 0xbc57ac4cu, 0x9b00dbd8u}},
    {{0xffffffffu, 0xffffffffu, 0xffffffffu, 0xffffffffu},
     {0xffffffffu, 0xffffffffu},
     {0x408f276du, 0x41c83b0eu, 0xa20bc7c6u, 0x6d5451fdu}},
    {{0x243f6a88u, 0x85a308d3u, 0x13198a2eu, 0x03707344u},
     {0xa4093822u, 0x299f31d0u},
     {0xd16cfe09u, 0x94fdccebu, 0x5001e420u, 0x24126ea1u}},
};

static void known_answers(void **state)
{
    (void)state;
    for (size_t v = 0; v < sizeof vectors / sizeof vectors[0]; v++) {
        nacrei_philox counter;
        for (size_t i = 0; i < 4; i++)
            counter.word[i] = vectors[v].counter[i];
        nacrei_philox block = nacrei_philox4x32(counter, vectors[v].key[0], vectors[v].key[1]);
        for (size_t i = 0; i < 4; i++)
            assert_int_equal(block.word[i], vectors[v].expected[i]);
    }
}

static void block_layout(void **state)
{
    (void)state;
    // The third vector, spelled as seed, stream and index: low words first.
    nacrei_philox block = nacrei_philox_block(
        UINT64_C(0x299f31d0a4093822), UINT64_C(0x0370734413198a2e), UINT64_C(0x85a308d3243f6a88));
    for (size_t i = 0; i < 4; i++)
        assert_int_equal(block.word[i], vectors[2].expected[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers),
        cmocka_unit_test(block_layout),
    };
    return cmocka_run_group_tests_name("philox", tests, NULL, NULL);
}
