// SPDX-License-Identifier: Apache-2.0
// The simulated market "SIM": a Poisson stream of trades whose intensity, volatility and sides are
// constant within a minute and set from intraday profile, hour and episode. An efficient price
// moves by noise (news) and by the permanent impact of the flow; trades print half a spread away
// from it. Exponential gaps have no memory, so a gap that reaches past its minute is simply drawn
// anew from the minute's end. One Philox block per draw; constant memory; integers only.
#include "core/alloc.h"
#include "core/timezone.h"
#include "data/sim/sim_random.h"
#include "data/sim/sim_schedule.h"
#include "kern/philox.h"

#include <string.h>

#define BLOCK_ROWS 16384u
#define ONE_Q16 INT64_C(65536)
#define START_PRICE (INT64_C(50000) * NACRE_PRICE_SCALE)
#define TICK INT64_C(10000000)   // 0.01
#define LOT INT64_C(1000)        // 0.00001 coin
#define HALF_SPREAD_PARTS 20000  // half a basis point
#define PULL_MINUTES 65536       // the price returns to its start over about 45 days
#define SIGMA_MINUTE_Q32 2263000 // 2 % a day: 0.02 / sqrt(1440) * 2^32
#define NOISE_SHARE_Q16 50763    // sqrt(0.6): variance of a quiet minute that is news
#define IMPACT_SHARE_Q16 32112   // sqrt(0.4 * (1 - 0.25) / (1 + 0.25)): the flow's part
#define REPEAT_Q12 1024u         // the last side repeats with probability 1/4
#define PROFILE_PEAK_MINUTE 900  // 15:00 UTC
#define PROFILE_SWING_Q16 22938  // volume +- 35 % over the day
#define LATENCY_NS 80000
#define LATENCY_STEP_NS 1000
#define MAX_DAYS 20000u
#define MIN_TRADES_PER_DAY 1440u
#define MAX_TRADES_PER_DAY 10000000u
#define MAX_START_NS (INT64_C(4102444800) * NACREI_NS_PER_SECOND) // 2100

/// What holds within one minute.
typedef struct minute_plan {
    int64_t end_ns;
    uint64_t mean_gap_ns;
    int64_t noise_step;  ///< price per unit of the bell variate
    int64_t impact_step; ///< price per signed trade
    uint32_t buy_q12;
} minute_plan;

struct nacre_sim {
    nacre_ctx *ctx;
    nacre_sim_options options;
    nacre_instrument instrument;
    nacrei_sim_schedule schedule;
    nacrei_sim_log log_table;
    size_t cursor;
    int64_t now_ns, end_ns;
    int64_t price; ///< efficient, in 1e-9
    uint64_t next_block;
    int64_t next_seq;
    int8_t last_side;
    minute_plan plan;
    int64_t ts_event[BLOCK_ROWS], ts_recv[BLOCK_ROWS], trade_price[BLOCK_ROWS], size[BLOCK_ROWS],
        seq[BLOCK_ROWS];
    int8_t side[BLOCK_ROWS];
};

void nacre_sim_options_init(nacre_sim_options *options)
{
    *options = (nacre_sim_options){.struct_size = sizeof *options,
                                   .seed = 1,
                                   .days = 120,
                                   .trades_per_day = 20000,
                                   .episodes_per_kind = 8,
                                   .start_ns = INT64_C(1704067200) * NACREI_NS_PER_SECOND};
}

static nacre_status check_options(const nacre_sim_options *options, nacre_error *err)
{
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "simulation options of %u bytes, expected %zu: call "
                           "nacre_sim_options_init first",
                           options->struct_size, sizeof *options);
    if (options->days < 1 || options->days > MAX_DAYS)
        return nacrei_fail(err, NACRE_E_ARG, "simulation: days is %u, must be 1 to %u",
                           options->days, MAX_DAYS);
    if (options->trades_per_day < MIN_TRADES_PER_DAY ||
        options->trades_per_day > MAX_TRADES_PER_DAY)
        return nacrei_fail(err, NACRE_E_ARG, "simulation: trades_per_day is %u, must be %u to %u",
                           options->trades_per_day, MIN_TRADES_PER_DAY, MAX_TRADES_PER_DAY);
    if (options->start_ns < 0 || options->start_ns > MAX_START_NS ||
        options->start_ns % NACREI_NS_PER_DAY)
        return nacrei_fail(err, NACRE_E_ARG,
                           "simulation: start_ns is %lld, must be midnight UTC in 1970 to 2100",
                           (long long)options->start_ns);
    return NACRE_OK;
}

nacre_status nacre_sim_create(nacre_ctx *ctx, const nacre_sim_options *options, nacre_sim **out,
                              nacre_error *err)
{
    *out = NULL;
    nacre_sim_options defaults;
    nacre_sim_options_init(&defaults);
    if (!options)
        options = &defaults;
    nacre_status status = check_options(options, err);
    if (status)
        return status;
    nacre_sim *sim;
    status = nacrei_alloc(ctx, 1, sizeof *sim, "simulated market", &sim, err);
    if (status)
        return status;
    sim->ctx = ctx;
    sim->options = *options;
    status = nacrei_sim_schedule_init(ctx, options, &sim->schedule, err);
    if (status) {
        nacrei_free(ctx, sim, 1, sizeof *sim);
        return status;
    }
    nacre_instrument_crypto(&sim->instrument, "SIM");
    sim->instrument.tick = TICK;
    sim->instrument.lot = LOT;
    nacrei_sim_log_init(&sim->log_table);
    sim->now_ns = options->start_ns;
    sim->end_ns = options->start_ns + (int64_t)options->days * NACREI_NS_PER_DAY;
    sim->plan.end_ns = sim->now_ns;
    sim->price = START_PRICE;
    sim->next_seq = 1;
    sim->last_side = NACRE_SIDE_BUY;
    *out = sim;
    return NACRE_OK;
}

void nacre_sim_destroy(nacre_sim *sim)
{
    if (!sim)
        return;
    nacrei_sim_schedule_fini(sim->ctx, &sim->schedule);
    nacrei_free(sim->ctx, sim, 1, sizeof *sim);
}

const nacre_instrument *nacre_sim_instrument(const nacre_sim *sim)
{
    return &sim->instrument;
}

const nacre_episode *nacre_sim_episodes(const nacre_sim *sim, size_t *count)
{
    *count = sim->schedule.count;
    return sim->schedule.episodes;
}

/// Volume over the day: a smooth wave with mean 1.
static int64_t profile_q16(int64_t minute_of_day)
{
    int64_t away = minute_of_day - PROFILE_PEAK_MINUTE;
    if (away < 0)
        away = -away;
    if (away > NACREI_SIM_DAY_MINUTES / 2)
        away = NACREI_SIM_DAY_MINUTES - away;
    int64_t t = ONE_Q16 - away * ONE_Q16 / (NACREI_SIM_DAY_MINUTES / 4); // -1 to 1
    int64_t wave = t * (2 * ONE_Q16 - (t < 0 ? -t : t)) / ONE_Q16;
    return ONE_Q16 + wave * PROFILE_SWING_Q16 / ONE_Q16;
}

/// Some hours are busier (x 0.7 to 1.3), and busy ones tend to be more volatile (x 0.8 to 1.2).
static void hour_factors(const nacre_sim *sim, int64_t hour, int64_t *volume_q16,
                         int64_t *volatility_q16)
{
    nacrei_philox words =
        nacrei_philox_block(sim->options.seed, NACREI_SIM_STREAM_HOURS, (uint64_t)hour);
    int64_t shared = words.word[0] >> 16, own = words.word[1] >> 16;
    *volume_q16 = ONE_Q16 * 7 / 10 + shared * 6 / 10;
    *volatility_q16 = ONE_Q16 * 8 / 10 + (shared + own) * 2 / 10;
}

/// Sets the plan for the minute that begins at `begin_ns`.
static void plan_minute(nacre_sim *sim, int64_t begin_ns)
{
    nacrei_sim_regime regime = nacrei_sim_regime_at(&sim->schedule, &sim->cursor, begin_ns);
    int64_t minute = (begin_ns - sim->options.start_ns) / NACREI_SIM_MINUTE_NS;
    int64_t volume_q16, volatility_q16;
    hour_factors(sim, minute / 60, &volume_q16, &volatility_q16);
    int64_t weight_q16 = profile_q16(minute % NACREI_SIM_DAY_MINUTES) * volume_q16 / ONE_Q16;
    weight_q16 = weight_q16 * regime.rate_q16 / ONE_Q16 + regime.extra_q16;

    minute_plan *plan = &sim->plan;
    plan->end_ns = begin_ns + NACREI_SIM_MINUTE_NS;
    plan->mean_gap_ns = ((uint64_t)NACREI_NS_PER_DAY << 16) /
                        ((uint64_t)sim->options.trades_per_day * (uint64_t)weight_q16);
    plan->buy_q12 = (uint32_t)(regime.buy_q16 >> 4);

    // Volatility is set per minute, whatever the number of trades: divide by its square root.
    int64_t trades_q16 = (NACREI_SIM_MINUTE_NS << 16) / (int64_t)plan->mean_gap_ns;
    int64_t root_q16 = (int64_t)nacrei_sim_isqrt((uint64_t)trades_q16 << 16);
    int64_t sigma_q32 = SIGMA_MINUTE_Q32 * volatility_q16 / root_q16;
    int64_t news_q32 = sigma_q32 * regime.noise_q16 / ONE_Q16 * NOISE_SHARE_Q16 / ONE_Q16;
    plan->noise_step = nacrei_sim_scale_q32(sim->price, news_q32) / NACREI_SIM_BELL_SD;
    if (regime.drift_q32 == 0) {
        plan->impact_step =
            nacrei_sim_scale_q32(sim->price, sigma_q32 * IMPACT_SHARE_Q16 / ONE_Q16);
    } else {
        // Expected signed trades a minute = trades * (2 p - 1); their impact adds up to the drift.
        int64_t tilt_q16 = 2 * regime.buy_q16 - ONE_Q16;
        int64_t signed_q16 = trades_q16 / 256 * tilt_q16 / 256;
        plan->impact_step =
            nacrei_sim_scale_q32(sim->price, regime.drift_q32) * ONE_Q16 / signed_q16;
    }
    sim->price += (START_PRICE - sim->price) / PULL_MINUTES;
}

static inline int64_t printed_price(int64_t efficient, int8_t side)
{
    int64_t half = efficient / HALF_SPREAD_PARTS;
    return side > 0 ? (efficient + half + TICK - 1) / TICK * TICK
                    : (efficient - half) / TICK * TICK;
}

nacre_status nacre_sim_next(nacre_sim *sim, nacre_trades *out, nacre_error *err)
{
    (void)err;
    size_t rows = 0;
    while (rows < BLOCK_ROWS) {
        if (sim->now_ns >= sim->plan.end_ns) {
            if (sim->plan.end_ns >= sim->end_ns)
                break;
            plan_minute(sim, sim->plan.end_ns);
        }
        nacrei_philox words =
            nacrei_philox_block(sim->options.seed, NACREI_SIM_STREAM_TRADES, sim->next_block++);
        uint64_t wait_q32 = nacrei_sim_exponential_q32(&sim->log_table, words.word[0]);
        int64_t gap = (int64_t)((nacrei_u128)wait_q32 * sim->plan.mean_gap_ns >> 32) + 1;
        if (gap >= sim->plan.end_ns - sim->now_ns) {
            sim->now_ns = sim->plan.end_ns;
            continue;
        }
        sim->now_ns += gap;
        uint32_t mixed = words.word[2];
        if ((mixed & 4095u) >= REPEAT_Q12)
            sim->last_side =
                (mixed >> 12 & 4095u) < sim->plan.buy_q12 ? NACRE_SIDE_BUY : NACRE_SIDE_SELL;
        sim->price += nacrei_sim_bell(words.word[3]) * sim->plan.noise_step +
                      sim->last_side * sim->plan.impact_step;
        sim->ts_event[rows] = sim->now_ns;
        sim->ts_recv[rows] = sim->now_ns + LATENCY_NS + (int64_t)(mixed >> 24) * LATENCY_STEP_NS;
        sim->trade_price[rows] = printed_price(sim->price, sim->last_side);
        sim->size[rows] = nacrei_sim_size_lots(words.word[1]) * LOT;
        sim->seq[rows] = sim->next_seq++;
        sim->side[rows] = sim->last_side;
        rows++;
    }
    *out = (nacre_trades){.rows = rows,
                          .ts_event = sim->ts_event,
                          .ts_recv = sim->ts_recv,
                          .price = sim->trade_price,
                          .size = sim->size,
                          .seq = sim->seq,
                          .side = sim->side};
    return NACRE_OK;
}
