// SPDX-License-Identifier: Apache-2.0
// The real panels of $NACRE_DATA/panels: shapes, first and last dates and single values as their
// README and the files themselves state them; the value checks were read off the files with xz,
// gzip and head, not with this reader.
#include "unit/panel_fixture.h"

typedef struct data_panel {
    const char *file;
    nacre_panel_kind kind;
    size_t dates, assets;
    int32_t first, last;
    const char *first_name;
    double first_value; ///< row 0, column 0; NaN = missing
    size_t kept;        ///< columns of the window at a share of 0.95
    double periods_per_year;
} data_panel;

#define N ((double)NAN)

static const data_panel panels[] = {
    {"pooksoft_sp500_2010_2021_adjclose.csv.xz", NACRE_PANEL_PRICES, 2844, 439, 20100104, 20210421,
     "A", 20.7055, 439, 252},
    {"skfolio_sp500_dataset.csv.gz", NACRE_PANEL_PRICES, 8313, 20, 19900102, 20221228, "AAPL",
     0.264, 20, 252},
    {"pyportfolioopt_stock_prices.csv.xz", NACRE_PANEL_PRICES, 7126, 20, 19891229, 20180411, "GOOG",
     N, 19, 252},
    {"bruni_DowJones_weekly_returns.csv.xz", NACRE_PANEL_SIMPLE, 1363, 28, 1, 1363, "S1",
     0.00738344118135051, 28, 0},
    {"bruni_NASDAQ100_weekly_returns.csv.xz", NACRE_PANEL_SIMPLE, 596, 82, 1, 596, "S1",
     0.0158072239528358, 82, 0},
    {"orlib_indtrack1.txt.xz", NACRE_PANEL_PRICES, 291, 32, 1, 291, "INDEX", 8749.31759356, 32, 52},
    {"orlib_indtrack2.txt.xz", NACRE_PANEL_PRICES, 291, 86, 1, 291, "INDEX", N, 86, 52},
    {"orlib_indtrack3.txt.xz", NACRE_PANEL_PRICES, 291, 90, 1, 291, "INDEX", N, 90, 52},
    {"orlib_indtrack4.txt.xz", NACRE_PANEL_PRICES, 291, 99, 1, 291, "INDEX", 242.43775927, 99, 52},
};

static nacre_panel *open_data(nacre_ctx *ctx, const char *file, nacre_panel_kind kind)
{
    char path[512];
    (void)snprintf(path, sizeof path, "%s/panels/%s", getenv("NACRE_DATA"), file);
    nacre_panel_options options;
    nacre_panel_options_init(&options);
    options.kind = kind;
    nacre_panel *panel;
    nacre_error err;
    if (nacre_panel_open(ctx, path, &options, &panel, &err))
        fail_msg("%s", err.message);
    return panel;
}

static void test_shapes(void **state)
{
    fixture *f = *state;
    for (size_t i = 0; i < sizeof panels / sizeof panels[0]; i++) {
        const data_panel *expected = &panels[i];
        nacre_panel *panel = open_data(f->ctx, expected->file, expected->kind);
        if (panel->dates != expected->dates || panel->assets != expected->assets)
            fail_msg("%s: %zu x %zu", expected->file, panel->dates, panel->assets);
        assert_int_equal(panel->date[0], expected->first);
        assert_int_equal(panel->date[panel->dates - 1], expected->last);
        assert_string_equal(panel->names[0], expected->first_name);
        if (!isnan(expected->first_value))
            assert_true(panel->values[0] == expected->first_value);
        nacre_returns *returns = good_returns(f, panel, 0.95);
        if (returns->assets != expected->kept ||
            returns->periods_per_year != expected->periods_per_year)
            fail_msg("%s: %zu columns, %g periods", expected->file, returns->assets,
                     returns->periods_per_year);
        nacre_returns_destroy(f->ctx, returns);
        nacre_panel_close(f->ctx, panel);
    }
}

static size_t column_of(const nacre_panel *panel, const char *name)
{
    for (size_t i = 0; i < panel->assets; i++)
        if (strcmp(panel->names[i], name) == 0)
            return i;
    fail_msg("no column %s", name);
    return 0;
}

// First returns of AAPL and AMD of the 20-stock panel by hand: 0.266/0.264 - 1 and 4/4.125 - 1.
static void test_returns(void **state)
{
    fixture *f = *state;
    nacre_panel *panel = open_data(f->ctx, "skfolio_sp500_dataset.csv.gz", NACRE_PANEL_PRICES);
    nacre_returns *returns = good_returns(f, panel, 0.95);
    assert_int_equal(returns->periods, 8312);
    assert_int_equal(returns->date[0], 19900103);
    assert_true(fabs(returns->values[column_of(panel, "AAPL")] - 0.002 / 0.264) < 1e-15);
    assert_true(fabs(returns->values[column_of(panel, "AMD")] + 0.125 / 4.125) < 1e-15);
    nacre_returns_destroy(f->ctx, returns);
    nacre_panel_close(f->ctx, panel);
}

// A ragged panel: Alibaba was listed on 2014-09-19, the last of the twenty; SHLD and the others are
// complete to the end. Without it the window begins with Facebook on 2012-05-18.
static void test_ragged(void **state)
{
    fixture *f = *state;
    nacre_panel *panel =
        open_data(f->ctx, "pyportfolioopt_stock_prices.csv.xz", NACRE_PANEL_PRICES);
    nacre_returns *returns = good_returns(f, panel, 0.95);
    assert_int_equal(returns->dropped_columns, 1);
    assert_int_equal(returns->dropped_column[0], column_of(panel, "BABA"));
    assert_int_equal(panel->date[returns->dropped_rows], 20120518);
    assert_int_equal(returns->date[0], 20120521);
    assert_int_equal(returns->periods + returns->dropped_rows + 1, panel->dates);
    nacre_returns_destroy(f->ctx, returns);
    returns = good_returns(f, panel, 1.0);
    assert_int_equal(returns->assets, 20);
    assert_int_equal(panel->date[returns->dropped_rows], 20140919);
    nacre_returns_destroy(f->ctx, returns);
    nacre_panel_close(f->ctx, panel);
}

static void test_sectors(void **state)
{
    fixture *f = *state;
    nacre_panel *panel =
        open_data(f->ctx, "pooksoft_sp500_2010_2021_adjclose.csv.xz", NACRE_PANEL_PRICES);
    char path[512];
    (void)snprintf(path, sizeof path, "%s/panels/pooksoft_sp500_constituents_2021.csv",
                   getenv("NACRE_DATA"));
    nacre_panel_group_table *groups;
    if (nacre_panel_groups(f->ctx, path, panel, &groups, &f->err))
        fail_msg("%s", f->err.message);
    assert_int_equal(groups->groups, 11); // GICS has eleven sectors
    assert_int_equal(groups->missing, 0);
    assert_int_equal(groups->unused, 505 - 439);
    assert_string_equal(groups->names[groups->group[column_of(panel, "MMM")]], "Industrials");
    assert_string_equal(groups->names[groups->group[column_of(panel, "AAPL")]],
                        "Information Technology");
    assert_string_equal(groups->names[0], "Communication Services");
    nacre_panel_groups_destroy(f->ctx, groups);
    nacre_panel_close(f->ctx, panel);
}

int main(void)
{
    const char *folder = getenv("NACRE_DATA");
    char probe[512];
    (void)snprintf(probe, sizeof probe, "%s/panels", folder ? folder : "");
    if (!folder || !*folder || access(probe, R_OK)) {
        (void)printf("SKIP panel_data: NACRE_DATA names no folder of real data\n");
        return 77;
    }
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_shapes),
        PANEL_TEST(test_returns),
        PANEL_TEST(test_ragged),
        PANEL_TEST(test_sectors),
    };
    return cmocka_run_group_tests_name("panel_data", tests, NULL, NULL);
}
