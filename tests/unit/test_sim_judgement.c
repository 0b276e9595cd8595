// SPDX-License-Identifier: Apache-2.0
// METHODS section 10: judging on the simulation must not be circular. VPIN by bulk volume, VPIN by
// true sides, and the alarms on volatility and on volume alone run on the default market; recall,
// delay and false alarms come out per kind of episode, and no classifier may be perfect. VPIN must
// also find something, so that the test fails both when the market is too easy and when it is
// empty.
#include "core/timezone.h"
#include "nacre/nacre.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define GRACE_NS (INT64_C(3600) * NACREI_NS_PER_SECOND)
#define MINUTE_NS INT64_C(60000000000)
#define BASELINE_BARS 60

/// A whole simulation in memory.
typedef struct market {
    nacre_sim *sim;
    int64_t *ts, *price, *size;
    int8_t *side;
    size_t rows, capacity;
} market;

static void *grown(void *memory, size_t bytes)
{
    memory = realloc(memory, bytes);
    assert_non_null(memory);
    return memory;
}

static void load_market(nacre_ctx *ctx, uint64_t seed, market *out)
{
    *out = (market){0};
    nacre_sim_options options;
    nacre_sim_options_init(&options);
    options.seed = seed;
    nacre_error err;
    if (nacre_sim_create(ctx, &options, &out->sim, &err))
        fail_msg("%s", err.message);
    for (;;) {
        nacre_trades block;
        assert_int_equal(nacre_sim_next(out->sim, &block, &err), NACRE_OK);
        if (!block.rows)
            return;
        if (out->rows + block.rows > out->capacity) {
            out->capacity = 2 * (out->capacity + block.rows);
            out->ts = grown(out->ts, out->capacity * sizeof *out->ts);
            out->price = grown(out->price, out->capacity * sizeof *out->price);
            out->size = grown(out->size, out->capacity * sizeof *out->size);
            out->side = grown(out->side, out->capacity * sizeof *out->side);
        }
        memcpy(out->ts + out->rows, block.ts_event, block.rows * sizeof *out->ts);
        memcpy(out->price + out->rows, block.price, block.rows * sizeof *out->price);
        memcpy(out->size + out->rows, block.size, block.rows * sizeof *out->size);
        memcpy(out->side + out->rows, block.side, block.rows * sizeof *out->side);
        out->rows += block.rows;
    }
}

static nacre_trades view(const market *m)
{
    return (nacre_trades){
        .rows = m->rows, .ts_event = m->ts, .price = m->price, .size = m->size, .side = m->side};
}

static void drop_market(market *m)
{
    nacre_sim_destroy(m->sim);
    free(m->ts);
    free(m->price);
    free(m->size);
    free(m->side);
}

static nacre_vpin_result *run_vpin(nacre_ctx *ctx, const market *m, nacre_vpin_mode mode)
{
    nacre_vpin_options options;
    nacre_vpin_options_init(&options);
    options.mode = mode;
    options.warmup = NACRE_VPIN_WARMUP_SKIP_SESSION;
    nacre_trades trades = view(m);
    nacre_vpin_result *result;
    nacre_error err;
    if (nacre_vpin_batch(ctx, &trades, NULL, &options, &result, &err))
        fail_msg("%s", err.message);
    return result;
}

static int64_t judged_from(const double *cdf, const nacre_vpin_result *vpin)
{
    for (size_t i = 0; i < vpin->bucket_count; i++) {
        double value = cdf ? cdf[i] : vpin->buckets[i].cdf;
        if (value == value)
            return vpin->buckets[i].end_ns;
    }
    fail_msg("the CDF is never defined");
    return 0;
}

/// Scores every kind, prints the line that a person would read, and gives the informed score.
static nacre_alarm_score judge(const char *name, const market *m, const nacre_vpin_alarm *alarms,
                               size_t alarm_count, int64_t from_ns)
{
    size_t episode_count;
    const nacre_episode *episodes = nacre_sim_episodes(m->sim, &episode_count);
    nacre_alarm_score informed = {0};
    printf("  %-12s", name);
    for (int kind = NACRE_EPISODE_INFORMED; kind <= NACRE_EPISODE_CALM; kind++) {
        nacre_alarm_score score;
        nacre_alarm_score_kind(alarms, alarm_count, episodes, episode_count,
                               (nacre_episode_kind)kind, from_ns, GRACE_NS, &score);
        // The quiet days are long enough for the CDF: no episode may be left out.
        assert_int_equal(score.episodes, 8);
        assert_true(score.detected <= score.episodes && score.alarms == alarm_count);
        assert_true(score.false_alarms <= score.alarms);
        assert_true((score.median_delay_ns < 0) == (score.detected == 0));
        assert_true(score.median_delay_ns <= 3 * GRACE_NS + GRACE_NS);
        printf(" %s %llu/%llu", nacre_episode_kind_name((nacre_episode_kind)kind),
               (unsigned long long)score.detected, (unsigned long long)score.episodes);
        if (kind == NACRE_EPISODE_INFORMED)
            informed = score;
    }
    printf("; delay %lld min, alarms %llu, false %llu\n",
           (long long)(informed.median_delay_ns < 0 ? -1 : informed.median_delay_ns / MINUTE_NS),
           (unsigned long long)informed.alarms, (unsigned long long)informed.false_alarms);
    return informed;
}

static bool is_perfect(const nacre_alarm_score *score)
{
    return score->detected == score->episodes && score->false_alarms == 0;
}

/// What the four classifiers do on the informed episodes of one seed.
typedef struct verdict {
    nacre_alarm_score bulk, side, volatility, volume;
    uint64_t placebos_of_volatility; ///< volatility bursts that set off the volatility alarm
} verdict;

static nacre_alarm_score judge_baseline(nacre_ctx *ctx, const market *m,
                                        const nacre_vpin_result *vpin, nacre_baseline baseline,
                                        uint64_t *placebos)
{
    nacre_trades trades = view(m);
    nacre_baseline_result *result;
    nacre_error err;
    if (nacre_baseline_alarms(ctx, &trades, NULL, vpin, baseline, BASELINE_BARS, &result, &err))
        fail_msg("%s", err.message);
    assert_int_equal(result->count, vpin->bucket_count);
    int64_t from = judged_from(result->cdf, vpin);
    nacre_alarm_score score = judge(baseline == NACRE_BASELINE_VOLATILITY ? "volatility" : "volume",
                                    m, result->alarms, result->alarm_count, from);
    size_t episode_count;
    const nacre_episode *episodes = nacre_sim_episodes(m->sim, &episode_count);
    nacre_alarm_score placebo;
    nacre_alarm_score_kind(result->alarms, result->alarm_count, episodes, episode_count,
                           NACRE_EPISODE_VOLATILITY_BURST, from, GRACE_NS, &placebo);
    *placebos = placebo.detected;
    nacre_baseline_destroy(ctx, result);
    return score;
}

static verdict judge_seed(nacre_ctx *ctx, uint64_t seed)
{
    market m;
    load_market(ctx, seed, &m);
    printf("seed %llu: %zu trades\n", (unsigned long long)seed, m.rows);
    verdict v = {0};
    nacre_vpin_result *bulk = run_vpin(ctx, &m, NACRE_VPIN_CAUSAL);
    v.bulk = judge("vpin bvc", &m, bulk->alarms, bulk->alarm_count, judged_from(NULL, bulk));
    nacre_vpin_result *side = run_vpin(ctx, &m, NACRE_VPIN_AGGRESSOR);
    v.side = judge("vpin side", &m, side->alarms, side->alarm_count, judged_from(NULL, side));
    uint64_t unused;
    v.volatility =
        judge_baseline(ctx, &m, bulk, NACRE_BASELINE_VOLATILITY, &v.placebos_of_volatility);
    v.volume = judge_baseline(ctx, &m, bulk, NACRE_BASELINE_VOLUME, &unused);
    nacre_vpin_result_destroy(ctx, bulk);
    nacre_vpin_result_destroy(ctx, side);
    drop_market(&m);
    return v;
}

static void no_classifier_is_perfect(void **state)
{
    (void)state;
    nacre_ctx *ctx;
    nacre_error err;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, &err), NACRE_OK);
    for (uint64_t seed = 1; seed <= 3; seed++) {
        verdict v = judge_seed(ctx, seed);
        assert_false(is_perfect(&v.bulk));
        assert_false(is_perfect(&v.side));
        assert_false(is_perfect(&v.volatility));
        assert_false(is_perfect(&v.volume));
        assert_true(v.bulk.detected > 0);
        assert_true(v.side.detected > 0);
        // A placebo that fools nobody tests nothing.
        assert_true(v.placebos_of_volatility > 0 && v.volatility.false_alarms > 0);
        assert_true(v.volume.false_alarms > 0);
    }
    nacre_ctx_destroy(ctx);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_classifier_is_perfect),
    };
    return cmocka_run_group_tests_name("sim_judgement", tests, NULL, NULL);
}
