// SPDX-License-Identifier: Apache-2.0
// What the panel tests share, over the reader tests' folder of small files.
#ifndef TESTS_PANEL_FIXTURE_H
#define TESTS_PANEL_FIXTURE_H

#include "unit/reader_fixture.h"

#include "nacre/panel.h"

#include <math.h>

static inline nacre_status open_panel_text(fixture *f, const char *name, const char *text,
                                           const nacre_panel_options *options, nacre_panel **panel)
{
    memset(&f->err, 0, sizeof f->err);
    return nacre_panel_open(f->ctx, fixture_text(f, name, text), options, panel, &f->err);
}

/// Opens what must be right.
static inline nacre_panel *good_panel(fixture *f, const char *text,
                                      const nacre_panel_options *options)
{
    nacre_panel *panel;
    if (open_panel_text(f, "panel.csv", text, options, &panel))
        fail_msg("%s", f->err.message);
    return panel;
}

static inline nacre_returns *good_returns(fixture *f, const nacre_panel *panel, double share)
{
    nacre_returns *returns;
    if (nacre_panel_returns(f->ctx, panel, share, &returns, &f->err))
        fail_msg("%s", f->err.message);
    return returns;
}

/// Equal to the bit, or both NaN.
static inline void assert_values(const double *values, const double *expected, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!(values[i] == expected[i] || (isnan(values[i]) && isnan(expected[i]))))
            fail_msg("value %zu is %.17g, expected %.17g", i, values[i], expected[i]);
}

#define PANEL_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif
