// SPDX-License-Identifier: Apache-2.0
// Laws of panels: what is written is read back to the bit; permuting columns permutes the result;
// cutting the future off changes nothing before the cut; adding gaps never adds anything.
#include "unit/panel_fixture.h"

#include "core/json.h"
#include "core/timezone.h"

#define ROWS 300
#define COLUMNS 12
#define TEXT_BYTES ((size_t)1 << 18)

typedef struct table {
    int32_t date[ROWS];
    double values[ROWS * COLUMNS];
    char text[TEXT_BYTES];
} table;

static uint64_t random_bits(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 11;
}

/// Positive prices over many magnitudes; one in `gap_every` is missing.
static void fill(table *t, uint64_t seed, unsigned gap_every)
{
    int64_t day = 18000;
    for (size_t i = 0; i < ROWS; i++) {
        day += 1 + (int64_t)(random_bits(&seed) % 3);
        t->date[i] = nacrei_yyyymmdd_from_days(day);
        for (size_t j = 0; j < COLUMNS; j++) {
            double mantissa = (double)random_bits(&seed) * 0x1p-53 + 0x1p-54;
            int exponent = (int)(random_bits(&seed) % 60) - 30;
            bool gap = gap_every && random_bits(&seed) % gap_every == 0;
            t->values[i * COLUMNS + j] = gap ? (double)NAN : ldexp(mantissa, exponent);
        }
    }
}

/// Columns in the order (first + k * step) mod COLUMNS, rows up to `rows`.
static const char *write_text(table *t, size_t rows, size_t first, size_t step)
{
    size_t used = (size_t)snprintf(t->text, TEXT_BYTES, "date");
    for (size_t k = 0; k < COLUMNS; k++)
        used += (size_t)snprintf(t->text + used, TEXT_BYTES - used, ",N%zu",
                                 (first + k * step) % COLUMNS);
    for (size_t i = 0; i < rows; i++) {
        used += (size_t)snprintf(t->text + used, TEXT_BYTES - used, "\n%d", (int)t->date[i]);
        for (size_t k = 0; k < COLUMNS; k++) {
            double value = t->values[i * COLUMNS + (first + k * step) % COLUMNS];
            t->text[used++] = ',';
            t->text[used] = '\0';
            if (!isnan(value))
                used += nacrei_format_double(t->text + used, TEXT_BYTES - used, value);
        }
    }
    assert_true(used + 1 < TEXT_BYTES);
    return t->text;
}

static void test_round_trip(void **state)
{
    fixture *f = *state;
    static table t;
    for (uint64_t seed = 1; seed <= 20; seed++) {
        fill(&t, seed, 7);
        nacre_panel *panel = good_panel(f, write_text(&t, ROWS, 0, 1), NULL);
        assert_int_equal(panel->dates, ROWS);
        assert_int_equal(panel->assets, COLUMNS);
        assert_memory_equal(panel->date, t.date, sizeof t.date);
        assert_values(panel->values, t.values, (size_t)ROWS * COLUMNS);
        nacre_panel_close(f->ctx, panel);
    }
}

static void test_permutation(void **state)
{
    fixture *f = *state;
    static table t;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        fill(&t, seed, 0);
        for (size_t i = 0; i < 40; i++) // column 3 begins late, column 8 has one gap inside
            t.values[i * COLUMNS + 3] = (double)NAN;
        t.values[200 * COLUMNS + 8] = (double)NAN;
        nacre_panel *straight = good_panel(f, write_text(&t, ROWS, 0, 1), NULL);
        nacre_panel *turned = good_panel(f, write_text(&t, ROWS, 5, 7), NULL);
        nacre_returns *a = good_returns(f, straight, 0.8), *b = good_returns(f, turned, 0.8);
        assert_int_equal(a->periods, b->periods);
        assert_int_equal(a->assets, b->assets);
        assert_int_equal(a->dropped_rows, b->dropped_rows);
        for (size_t j = 0; j < b->assets; j++) {
            size_t same = 0;
            while (strcmp(a->names[same], b->names[j]) != 0)
                same++;
            for (size_t i = 0; i < a->periods; i++)
                assert_true(a->values[i * a->assets + same] == b->values[i * b->assets + j]);
        }
        nacre_returns_destroy(f->ctx, a);
        nacre_returns_destroy(f->ctx, b);
        nacre_panel_close(f->ctx, straight);
        nacre_panel_close(f->ctx, turned);
    }
}

// A file that ends at a date, and a longer one read up to it, whatever stands after.
static void test_future(void **state)
{
    fixture *f = *state;
    static table t;
    for (uint64_t seed = 1; seed <= 10; seed++) {
        size_t rows = 50 + (size_t)seed * 20;
        fill(&t, seed, 9);
        nacre_panel_options options;
        nacre_panel_options_init(&options);
        options.last_date = t.date[rows - 1];
        nacre_panel *whole = good_panel(f, write_text(&t, ROWS, 0, 1), &options);
        nacre_panel *cut = good_panel(f, write_text(&t, rows, 0, 1), NULL);
        assert_int_equal(whole->dates, rows);
        assert_int_equal(cut->dates, rows);
        assert_memory_equal(whole->date, cut->date, rows * sizeof *cut->date);
        assert_values(whole->values, cut->values, rows * COLUMNS);
        nacre_panel_close(f->ctx, whole);
        nacre_panel_close(f->ctx, cut);
    }
}

static size_t values_in_row(const nacre_panel *panel, size_t row)
{
    size_t count = 0;
    for (size_t j = 0; j < panel->assets; j++)
        count += isnan(panel->values[row * panel->assets + j]) ? 0 : 1;
    return count;
}

/// Columns without a gap on the rows from `first` on that have `required` values.
static size_t columns_without_gap(const nacre_panel *panel, size_t first, size_t required)
{
    size_t count = 0;
    for (size_t j = 0; j < panel->assets; j++) {
        bool complete = true;
        for (size_t i = first; i < panel->dates; i++)
            if (values_in_row(panel, i) >= required && isnan(panel->values[i * panel->assets + j]))
                complete = false;
        count += complete;
    }
    return count;
}

// The window as its definition says, found again by trying every beginning.
static void test_window_definition(void **state)
{
    fixture *f = *state;
    static table t;
    size_t dropped_columns = 0, ended_early = 0, thin_rows = 0;
    for (uint64_t seed = 1; seed <= 30; seed++) {
        fill(&t, seed, 300);
        size_t required = 7 + seed % 6;
        for (size_t j = 0; j < 8; j++) // one row that hardly any column has
            t.values[250 * COLUMNS + j] = (double)NAN;
        nacre_panel *panel = good_panel(f, write_text(&t, ROWS, 0, 1), NULL);
        nacre_returns *r = good_returns(f, panel, (double)required / COLUMNS);
        size_t first = 0, kept_rows = 0;
        while (columns_without_gap(panel, first, required) < required)
            first++;
        for (size_t i = first; i < ROWS; i++)
            kept_rows += values_in_row(panel, i) >= required;
        assert_int_equal(r->periods + 1, kept_rows);
        assert_int_equal(r->periods + 1 + r->dropped_rows, ROWS);
        assert_int_equal(r->assets, columns_without_gap(panel, first, required));
        assert_int_equal(r->assets + r->dropped_columns, COLUMNS);
        for (size_t k = 0; k < r->dropped_rows; k++) {
            size_t row = r->dropped_row[k];
            assert_true(row < first || values_in_row(panel, row) < required);
            thin_rows += row >= first;
        }
        dropped_columns += r->dropped_columns;
        ended_early += first > 0;
        nacre_returns_destroy(f->ctx, r);
        nacre_panel_close(f->ctx, panel);
    }
    assert_true(dropped_columns > 0 && ended_early > 0 && thin_rows > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        PANEL_TEST(test_round_trip),
        PANEL_TEST(test_permutation),
        PANEL_TEST(test_future),
        PANEL_TEST(test_window_definition),
    };
    return cmocka_run_group_tests_name("panel_laws", tests, NULL, NULL);
}
