// SPDX-License-Identifier: Apache-2.0
// Tests of a risk model by its exceptions: how many (Kupiec, the traffic light), whether they
// cluster (Christoffersen), and how deep they go (Acerbi and Szekely).
#include "core/status.h"
#include "engine/risk/risk_distribution.h"
#include "nacre/risk.h"

#include <math.h>

#define LIGHT_TAIL 0.01
#define LIGHT_YELLOW 0.95
#define LIGHT_RED 0.9999

/// count * log(p), which is 0 for no count whatever p is.
static double count_log(size_t count, double p)
{
    return count ? (double)count * log(p) : 0;
}

static double log_binomial(size_t hits, size_t n, double p)
{
    return (n - hits ? (double)(n - hits) * log1p(-p) : 0) + count_log(hits, p);
}

/// Twice a difference of log-likelihoods; rounding may make it a little negative.
static nacre_risk_test likelihood_ratio(double statistic, int degrees)
{
    statistic = statistic > 0 ? statistic : 0;
    return (nacre_risk_test){statistic, nacrei_chi_square_tail(statistic, degrees)};
}

static double coverage_statistic(size_t n, size_t hits, double tail)
{
    double rate = (double)hits / (double)n;
    return 2 * (log_binomial(hits, n, rate) - log_binomial(hits, n, tail));
}

nacre_status nacre_risk_kupiec(size_t observations, size_t exceptions, double tail,
                               nacre_risk_test *test, nacre_error *err)
{
    if (observations == 0 || exceptions > observations)
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu exceptions in %zu observations", exceptions,
                           observations);
    if (!(tail > 0 && tail < 1))
        return nacrei_fail(err, NACRE_E_ARG, "tail %g is not between 0 and 1", tail);
    *test = likelihood_ratio(coverage_statistic(observations, exceptions, tail), 1);
    return NACRE_OK;
}

nacre_status nacre_risk_christoffersen(size_t n, const bool *exceptions, double tail,
                                       nacre_risk_test *independence, nacre_risk_test *conditional,
                                       nacre_error *err)
{
    if (n < 2)
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu observations: independence needs two", n);
    if (!(tail > 0 && tail < 1))
        return nacrei_fail(err, NACRE_E_ARG, "tail %g is not between 0 and 1", tail);
    size_t count[2][2] = {{0, 0}, {0, 0}}; // [yesterday][today]
    for (size_t i = 1; i < n; i++)
        count[exceptions[i - 1]][exceptions[i]]++;
    size_t after_calm = count[0][0] + count[0][1], after_hit = count[1][0] + count[1][1];
    size_t hits = count[0][1] + count[1][1], days = n - 1;
    double free = 0;
    if (after_calm)
        free += log_binomial(count[0][1], after_calm, (double)count[0][1] / (double)after_calm);
    if (after_hit)
        free += log_binomial(count[1][1], after_hit, (double)count[1][1] / (double)after_hit);
    double bound = log_binomial(hits, days, (double)hits / (double)days);
    *independence = likelihood_ratio(2 * (free - bound), 1);
    *conditional =
        likelihood_ratio(independence->statistic + coverage_statistic(days, hits, tail), 2);
    return NACRE_OK;
}

const char *nacre_risk_light_name(nacre_risk_light light)
{
    static const char *const names[] = {"green", "yellow", "red"};
    size_t index = (size_t)light;
    return index < sizeof names / sizeof names[0] ? names[index] : NULL;
}

nacre_status nacre_risk_traffic_light(size_t observations, size_t exceptions,
                                      nacre_risk_light *light, nacre_error *err)
{
    if (observations == 0 || exceptions > observations)
        return nacrei_fail(err, NACRE_E_SHAPE, "%zu exceptions in %zu observations", exceptions,
                           observations);
    double probability = nacrei_binomial_cdf(exceptions, observations, LIGHT_TAIL);
    *light = probability >= LIGHT_RED      ? NACRE_RISK_RED
             : probability >= LIGHT_YELLOW ? NACRE_RISK_YELLOW
                                           : NACRE_RISK_GREEN;
    return NACRE_OK;
}

nacre_status nacre_risk_acerbi_szekely(size_t n, const double *losses, const double *var,
                                       const double *es, double level, double *z2, nacre_error *err)
{
    if (n < 1)
        return nacrei_fail(err, NACRE_E_SHAPE, "the test needs an observation");
    if (!(level > 0 && level < 1))
        return nacrei_fail(err, NACRE_E_ARG, "level %g is not between 0 and 1", level);
    double sum = 0;
    for (size_t i = 0; i < n; i++) {
        if (!isfinite(losses[i]) || !isfinite(var[i]) || !isfinite(es[i]))
            return nacrei_fail(err, NACRE_E_NONFINITE, "observation %zu: loss %g, VaR %g, ES %g", i,
                               losses[i], var[i], es[i]);
        if (es[i] <= 0)
            return nacrei_fail(err, NACRE_E_ARG, "observation %zu: ES %g is not positive", i,
                               es[i]);
        if (losses[i] > var[i])
            sum += losses[i] / es[i];
    }
    *z2 = 1 - sum / ((double)n * (1 - level));
    return NACRE_OK;
}
