// SPDX-License-Identifier: Apache-2.0
// Every episode and every trade of small simulations with all kinds of episodes, against a Python
// program in unbounded integers that shares no code with the simulator
// (tests/oracle/sim_oracle.py).
#include "nacre/nacre.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static bool is_python_here(void)
{
    return system("python3 -c 'import sys; sys.exit(sys.version_info < (3, 8))' >/dev/null 2>&1") ==
           0;
}

static void compare_episodes(nacre_sim *sim, FILE *oracle)
{
    size_t count;
    const nacre_episode *episodes = nacre_sim_episodes(sim, &count);
    for (size_t i = 0; i < count; i++) {
        int kind;
        int64_t begin, end;
        assert_int_equal(fscanf(oracle, " E %d %" SCNd64 " %" SCNd64, &kind, &begin, &end), 3);
        assert_int_equal(kind, episodes[i].kind);
        assert_int_equal(begin, episodes[i].begin_ns);
        assert_int_equal(end, episodes[i].end_ns);
    }
}

static uint64_t compare_trades(nacre_sim *sim, FILE *oracle)
{
    uint64_t rows = 0;
    for (;;) {
        nacre_trades t;
        assert_int_equal(nacre_sim_next(sim, &t, NULL), NACRE_OK);
        if (!t.rows)
            break;
        for (size_t i = 0; i < t.rows; i++, rows++) {
            int64_t v[5];
            int side;
            assert_int_equal(
                fscanf(oracle, " T %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %" SCNd64 " %d",
                       &v[0], &v[1], &v[2], &v[3], &v[4], &side),
                6);
            if (v[0] != t.ts_event[i] || v[1] != t.ts_recv[i] || v[2] != t.price[i] ||
                v[3] != t.size[i] || v[4] != t.seq[i] || side != t.side[i])
                fail_msg("trade %" PRIu64 " differs from the oracle's", rows);
        }
    }
    char rest;
    assert_int_equal(fscanf(oracle, " %c", &rest), EOF);
    return rows;
}

static void compare(nacre_ctx *ctx, const char *source, uint64_t seed)
{
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.seed = seed;
    options.days = 14;
    options.trades_per_day = 1440;
    options.episodes_per_kind = 1;
    options.flash_crash = true;
    char command[1024];
    (void)snprintf(command, sizeof command,
                   "python3 '%s/tests/oracle/sim_oracle.py' %" PRIu64 " %u %u %u 1 %" PRId64,
                   source, seed, options.days, options.trades_per_day, options.episodes_per_kind,
                   options.start_ns);
    FILE *oracle = popen(command, "r");
    assert_non_null(oracle);
    nacre_sim *sim;
    assert_int_equal(nacre_sim_create(ctx, &options, &sim, NULL), NACRE_OK);
    compare_episodes(sim, oracle);
    assert_true(compare_trades(sim, oracle) > 20000);
    nacre_sim_destroy(sim);
    assert_int_equal(pclose(oracle), 0);
}

static void trades_equal_oracle(void **state)
{
    (void)state;
    const char *source = getenv("NACRE_SOURCE");
    if (!source || !is_python_here()) {
        printf("SKIP test_sim_oracle: %s\n",
               source ? "python3 (3.8 or newer) is missing" : "NACRE_SOURCE is not set");
        return;
    }
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    compare(ctx, source, 1);
    compare(ctx, source, UINT64_C(0xfedcba9876543210));
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(trades_equal_oracle),
    };
    return cmocka_run_group_tests_name("sim_oracle", tests, NULL, NULL);
}
