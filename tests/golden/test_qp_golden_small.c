// SPDX-License-Identifier: Apache-2.0
// A few small Maros-Meszaros problems that a sanitizer can afford, each for a reason.
#include "maros_meszaros.h"

static const char *const problems[] = {
    "CVXQP1_M.QPS", // the sparse factor goes by supernodes
    "HS118.QPS",    // bounds on both sides
    "HS35MOD.QPS",  // a fixed variable
    "LOTSCHD.QPS",  // P = 0 in most columns
    "QAFIRO.QPS",
    "QBORE3D.QPS",  // dependent rows
    "QFORPLAN.QPS", // names with blanks, ranges
    "QSHARE2B.QPS", // badly scaled
    "S268.QPS",     // optimum 0
    "YAO.QPS",      // multipliers of 1e5
};

static void test_small_problems(void **state)
{
    (void)state;
    if (!mm_unpack("test_qp_golden_small"))
        return;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    for (size_t i = 0; i < sizeof problems / sizeof problems[0]; i++) {
        double objective;
        assert_true(mm_solve(ctx, problems[i], &objective));
    }
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_small_problems)};
    return cmocka_run_group_tests(tests, mm_make_folder, mm_remove_folder);
}
