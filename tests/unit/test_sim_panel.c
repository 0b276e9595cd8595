// SPDX-License-Identifier: Apache-2.0
// The simulated panel: its sample covariance against the structure that it claims to have.
#include "nacre/nacre.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { ASSETS = 12, DAYS = 6001, FACTORS = 3 };

static double prices[DAYS * ASSETS], again[DAYS * ASSETS];
static double loadings[ASSETS * FACTORS], specific[ASSETS];

static nacre_sim_panel_options test_options(void)
{
    nacre_sim_panel_options options;
    nacre_sim_panel_options_init(&options);
    options.assets = ASSETS;
    options.days = DAYS;
    options.factors = FACTORS;
    return options;
}

static double simple_return(size_t day, size_t asset)
{
    return prices[day * ASSETS + asset] / prices[(day - 1) * ASSETS + asset] - 1.0;
}

static void covariance_has_the_structure(void **state)
{
    (void)state;
    nacre_sim_panel_options options = test_options();
    assert_int_equal(nacre_sim_panel(&options, prices, loadings, specific, NULL), NACRE_OK);
    const double n = DAYS - 1;
    for (size_t a = 0; a < ASSETS; a++) {
        assert_true(specific[a] >= 0.008 && specific[a] <= 0.024);
        assert_true(loadings[a * FACTORS] > 0.0); // the market comes first
        for (size_t b = 0; b <= a; b++) {
            double sum_a = 0, sum_b = 0, sum_ab = 0;
            for (size_t day = 1; day < DAYS; day++) {
                double ra = simple_return(day, a), rb = simple_return(day, b);
                sum_a += ra;
                sum_b += rb;
                sum_ab += ra * rb;
            }
            double sample = (sum_ab - sum_a * sum_b / n) / (n - 1);
            double truth = a == b ? specific[a] * specific[a] : 0.0;
            double va = specific[a] * specific[a], vb = specific[b] * specific[b];
            for (size_t f = 0; f < FACTORS; f++) {
                truth += loadings[a * FACTORS + f] * loadings[b * FACTORS + f];
                va += loadings[a * FACTORS + f] * loadings[a * FACTORS + f];
                vb += loadings[b * FACTORS + f] * loadings[b * FACTORS + f];
            }
            // Standard error of a sample covariance of normals; five of them.
            double error = sqrt((va * vb + truth * truth) / n);
            assert_true(fabs(sample - truth) < 5.0 * error);
        }
    }
}

static void seed_and_optional_outputs(void **state)
{
    (void)state;
    nacre_sim_panel_options options = test_options();
    assert_int_equal(nacre_sim_panel(&options, prices, loadings, specific, NULL), NACRE_OK);
    assert_int_equal(nacre_sim_panel(&options, again, NULL, NULL, NULL), NACRE_OK);
    assert_memory_equal(prices, again, sizeof prices);
    options.seed++;
    assert_int_equal(nacre_sim_panel(&options, again, NULL, NULL, NULL), NACRE_OK);
    assert_true(memcmp(prices, again, sizeof prices) != 0);
}

static void bad_options_are_refused(void **state)
{
    (void)state;
    nacre_error err;
    nacre_sim_panel_options options = test_options();
    options.struct_size = 0;
    assert_int_equal(nacre_sim_panel(&options, prices, NULL, NULL, &err), NACRE_E_ARG);
    options = test_options();
    options.assets = 0;
    assert_int_equal(nacre_sim_panel(&options, prices, NULL, NULL, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "assets"));
    options = test_options();
    options.days = 1;
    assert_int_equal(nacre_sim_panel(&options, prices, NULL, NULL, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "days"));
    options = test_options();
    options.factors = 65;
    assert_int_equal(nacre_sim_panel(&options, prices, NULL, NULL, &err), NACRE_E_ARG);
    assert_non_null(strstr(err.message, "factors"));
    options = test_options();
    assert_int_equal(nacre_sim_panel(&options, NULL, NULL, NULL, &err), NACRE_E_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(covariance_has_the_structure),
        cmocka_unit_test(seed_and_optional_outputs),
        cmocka_unit_test(bad_options_are_refused),
    };
    return cmocka_run_group_tests_name("sim_panel", tests, NULL, NULL);
}
