// SPDX-License-Identifier: Apache-2.0
// A simulated universe of daily closes with known factor structure: r = B f + s e with independent
// factors f of unit variance, so the true covariance is B B' + diag(s^2). Floating point, but only
// + - * / on exactly converted integers, each exactly rounded: the same prices on every machine.
// Normals are sums of twelve uniforms (Irwin-Hall), bounded by 6 deviations.
#include "core/status.h"
#include "kern/philox.h"
#include "nacre/data.h"

#define MAX_ASSETS 100000u
#define MAX_DAYS 100000u
#define MAX_FACTORS 64u
#define START_PRICE 100.0
#define MARKET_VOLATILITY 0.010 // daily
#define FACTOR_VOLATILITY 0.004 // daily, of every other factor at exposure 1
#define BETA_SPREAD 0.3
#define SPECIFIC_LOW 0.008
#define SPECIFIC_RANGE 0.016
#define WORST_DAY (-0.5) // a price stays positive

/// Streams of the seed; the market's streams are below these.
enum { STREAM_LOADINGS = 16, STREAM_SPECIFIC = 17, STREAM_FACTORS = 18, STREAM_RESIDUALS = 19 };

/// Irwin-Hall: twelve uniforms on [0,1) minus 6; mean 0, variance 1 up to 2^-31.
static double normal(uint64_t seed, uint64_t stream, uint64_t index)
{
    uint64_t sum = 0;
    for (uint64_t block = 0; block < 3; block++) {
        nacrei_philox words = nacrei_philox_block(seed, stream, 3 * index + block);
        for (int i = 0; i < 4; i++)
            sum += words.word[i];
    }
    return (double)sum / 4294967296.0 - 6.0;
}

static double uniform(uint64_t seed, uint64_t stream, uint64_t index)
{
    return (double)nacrei_philox_block(seed, stream, index).word[0] / 4294967296.0;
}

void nacre_sim_panel_options_init(nacre_sim_panel_options *options)
{
    *options = (nacre_sim_panel_options){
        .struct_size = sizeof *options, .seed = 1, .assets = 100, .days = 756, .factors = 4};
}

static nacre_status check_panel(const nacre_sim_panel_options *options, const double *prices,
                                nacre_error *err)
{
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "panel options of %u bytes, expected %zu: call "
                           "nacre_sim_panel_options_init first",
                           options->struct_size, sizeof *options);
    if (options->assets < 1 || options->assets > MAX_ASSETS)
        return nacrei_fail(err, NACRE_E_ARG, "simulated panel: assets is %u, must be 1 to %u",
                           options->assets, MAX_ASSETS);
    if (options->days < 2 || options->days > MAX_DAYS)
        return nacrei_fail(err, NACRE_E_ARG, "simulated panel: days is %u, must be 2 to %u",
                           options->days, MAX_DAYS);
    if (options->factors < 1 || options->factors > MAX_FACTORS)
        return nacrei_fail(err, NACRE_E_ARG, "simulated panel: factors is %u, must be 1 to %u",
                           options->factors, MAX_FACTORS);
    if (!prices)
        return nacrei_fail(err, NACRE_E_ARG, "simulated panel: prices is NULL, give days x assets");
    return NACRE_OK;
}

static double loading(uint64_t seed, uint64_t asset, uint64_t factor)
{
    double draw = normal(seed, STREAM_LOADINGS, asset * MAX_FACTORS + factor);
    return factor == 0 ? MARKET_VOLATILITY * (1.0 + BETA_SPREAD * draw) : FACTOR_VOLATILITY * draw;
}

/// Closes of one asset, down its column.
static void walk(const nacre_sim_panel_options *options, uint64_t asset, const double *exposures,
                 double specific, double *prices)
{
    double price = START_PRICE;
    for (uint64_t day = 0; day < options->days; day++) {
        if (day > 0) {
            double step =
                specific * normal(options->seed, STREAM_RESIDUALS, day * MAX_ASSETS + asset);
            for (uint64_t f = 0; f < options->factors; f++)
                step += exposures[f] * normal(options->seed, STREAM_FACTORS, day * MAX_FACTORS + f);
            price *= 1.0 + (step > WORST_DAY ? step : WORST_DAY);
        }
        prices[day * options->assets + asset] = price;
    }
}

nacre_status nacre_sim_panel(const nacre_sim_panel_options *options, double *prices,
                             double *loadings, double *specific_volatility, nacre_error *err)
{
    nacre_status status = check_panel(options, prices, err);
    if (status)
        return status;
    for (uint64_t asset = 0; asset < options->assets; asset++) {
        double exposures[MAX_FACTORS];
        for (uint64_t f = 0; f < options->factors; f++) {
            exposures[f] = loading(options->seed, asset, f);
            if (loadings)
                loadings[asset * options->factors + f] = exposures[f];
        }
        double specific =
            SPECIFIC_LOW + SPECIFIC_RANGE * uniform(options->seed, STREAM_SPECIFIC, asset);
        if (specific_volatility)
            specific_volatility[asset] = specific;
        walk(options, asset, exposures, specific, prices);
    }
    return NACRE_OK;
}
