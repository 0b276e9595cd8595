// SPDX-License-Identifier: Apache-2.0
// The desk's pages of the report: whole and well-formed for every shape of run_desk that a run can
// have, names escaped, nothing undefined printed as a number, and every figure that was typed into
// the fixture found where a reader looks for it. Compiled in, because it belongs to the program.
#include "cli/cli_panel.c"
#include "cli/cli_text.c"
#include "cli/report_desk.c"
#include "cli/report_desk_charts.c"
#include "cli/report_desk_tables.c"
#include "cli/report_desk_walk.c"
#include "cli/report_parts.c"
#include "cli/svg_chart.c"
#include "cli/svg_columns.c"

#include "cli/report_charts.c" // last: its names are short

#include "unit/desk_fixture.h"

#include <ctype.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

// What the files above ask of the rest of the program and no test here reaches.
const nacre_vpin_alarm *nacrei_run_alarms(const run_symbol *symbol, size_t measure, size_t *count)
{
    (void)symbol;
    (void)measure;
    *count = 0;
    return NULL;
}
const char *cli_value(const cli_args *args, const char *option)
{
    (void)args;
    (void)option;
    return NULL;
}
bool cli_double(const cli_args *args, const char *option, double low, double high, double *value)
{
    (void)args;
    (void)option;
    (void)low;
    (void)high;
    (void)value;
    return true;
}
int cli_usage(const cli_args *args, const char *format, ...)
{
    (void)args;
    (void)format;
    return 2;
}

#define MINUS_SIGN "\xe2\x88\x92"
#define SPACE "\xc2\xa0" // no break

/// The tag at `at` (after '<'): checks its attributes' quotes and returns the place after '>'.
static const char *tag_end(const char *at, bool *closes_itself)
{
    char quote = 0;
    const char *last = at;
    for (; *at && (quote || *at != '>'); at++) {
        if (quote ? *at == quote : (*at == '"' || *at == '\''))
            quote = quote ? 0 : *at;
        assert_true(quote || *at != '<');
        last = at;
    }
    assert_true(*at == '>' && !quote);
    *closes_itself = *last == '/';
    return at + 1;
}

/// Every element is closed in order, every < and & of the text is escaped.
static void assert_well_formed(const char *text)
{
    char open[64][16];
    size_t depth = 0;
    for (const char *c = text; *c;) {
        if (*c == '&') {
            size_t length = strcspn(c, "; <\n");
            assert_true(length > 1 && length < 10 && c[length] == ';');
        }
        if (*c++ != '<')
            continue;
        bool closing = *c == '/', itself;
        c += closing;
        size_t length = strspn(c, "abcdefghijklmnopqrstuvwxyz0123456789");
        assert_in_range(length, 1, 15);
        char name[16] = {0};
        memcpy(name, c, length);
        c = tag_end(c + length, &itself);
        if (closing) {
            assert_true(depth > 0);
            assert_string_equal(open[--depth], name);
        } else if (!itself) {
            assert_true(depth < 64);
            memcpy(open[depth++], name, sizeof name);
        }
    }
    assert_int_equal(depth, 0);
}

/// No value that is not defined was printed as one: "nan" and "inf" never stand as a word.
static void assert_no_bad_number(const char *text)
{
    static const char *const words[] = {"nan", "inf", "infinity"};
    for (const char *c = text; *c; c++) {
        if (c > text && isalpha((unsigned char)c[-1]))
            continue;
        for (size_t w = 0; w < 3; w++) {
            size_t length = strlen(words[w]);
            if (strncasecmp(c, words[w], length) == 0 && !isalpha((unsigned char)c[length]))
                fail_msg("an undefined number in \"%.60s\"", c > text + 30 ? c - 30 : text);
        }
    }
}

static size_t times(const char *text, const char *part)
{
    size_t count = 0;
    for (const char *at = strstr(text, part); at; at = strstr(at + 1, part))
        count++;
    return count;
}

static void assert_has(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("the page lacks \"%s\"", part);
}

static nacre_ctx *ctx;

/// The page of a fixture, checked for what holds for every page; the caller frees it.
static char *page(const desk_fixture *f)
{
    static const char *const sections[] = {"desk", "followed", "believed",
                                           "made", "weights",  "ticks"};
    char *text = NULL;
    size_t bytes = 0;
    FILE *out = open_memstream(&text, &bytes);
    nacre_error err = {0};
    assert_non_null(out);
    assert_int_equal(nacrei_report_desk(out, &f->job, &err), NACRE_OK);
    assert_int_equal(fclose(out), 0);
    assert_well_formed(text);
    assert_no_bad_number(text);
    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++) {
        char head[32], link[32];
        (void)snprintf(head, sizeof head, "<h2 id=\"%s\">", sections[i]);
        (void)snprintf(link, sizeof link, "href=\"#%s\"", sections[i]);
        assert_int_equal(times(text, head), 1);
        assert_int_equal(times(text, link), 1);
    }
    assert_null(strstr(text, "<b>&"));
    assert_null(strstr(text, "<oil>"));
    return text;
}

static desk_fixture *filled(void)
{
    static desk_fixture f;
    desk_fill(&f, ctx);
    return &f;
}

static void test_whole_page(void **state)
{
    (void)state;
    char *text = page(filled());
    // Volatility: sqrt(1e-4 x 252); VaR 99 and ES 97.5 of the simulation, with interval and money.
    assert_has(text, "Expected volatility</dt><dd>15.87" SPACE "%");
    assert_has(text, "VaR 99, 1 day</dt><dd>1.63" SPACE "%<small>16,300" SPACE "USD; 95 % interval "
                     "1.532 to 1.728" SPACE "%");
    assert_has(text, "ES 97.5, 1 day</dt><dd>2.03" SPACE "%");
    // 1 / (0.1^2 + 0.4^2 + 0.25^2 + 0.2^2 + 0.05^2)
    assert_has(text, "Names held</dt><dd>5<small>of 6; largest 40.0" SPACE "%; as spread as 3.6 ");
    assert_has(text, "Cost measured</dt><dd>0.120 bp<small>of capital, 12" SPACE
                     "USD: half the spread on 10.0" SPACE
                     "% of the weight; assumed for all: 0.050" SPACE "%");
    assert_has(text, "Turnover</dt><dd>99.5" SPACE "%");
    assert_has(text, "Survivorship.");
    assert_has(text, "shrinkage 0.125");
    assert_has(text, "1 of 6 columns, 0 rows; gaps in the window: AAA");
    assert_has(text, "1 stands above and explain 70.0" SPACE "%");
    assert_has(text, "noise edge 32.000 %");
    assert_has(text, "worst &lt;5&gt; days");
    assert_int_equal(times(text, "<figure>"), times(text, "</figure>"));
    assert_int_equal(times(text, "<figure>"), 8);
    free(text);
}

static void test_followed_days(void **state)
{
    (void)state;
    char *text = page(filled());
    assert_has(text, "<tr class=\"hit\"><td>2020-02-05</td><td class=\"n\">" MINUS_SIGN
                     "2.500" SPACE "%</td><td class=\"n\">" MINUS_SIGN "25,000" SPACE "USD");
    assert_int_equal(times(text, "<tr class=\"hit\">"), 1);
    // Sum of the five days; VaR of the first evening times sqrt(5).
    assert_has(text, "<th>total</th><td class=\"n\">" MINUS_SIGN "1.990" SPACE "%");
    assert_has(text, "<td class=\"n\">980,100" SPACE "USD</td><td class=\"n\">3.690" SPACE "%");
    assert_has(text, "1 of 5; 0.05 expected");
    free(text);
}

static void test_walk_forward(void **state)
{
    (void)state;
    char *text = page(filled());
    assert_has(text, "<td>sample covariance</td><td class=\"n\">11.50" SPACE "%</td>"
                     "<td class=\"n\">12.00" SPACE "%</td><td class=\"n\">12.50" SPACE "%</td>"
                     "<td class=\"n\">1.25</td><td class=\"n\">31.0" SPACE "%</td>"
                     "<td class=\"n\">0 of 0.2</td><td class=\"n\">0.221</td><td>not rejected</td>"
                     "<td class=\"n\">1.019</td>");
    assert_has(text, "<td class=\"n\">2 of 0.2</td><td class=\"n\">&lt; 0.001</td><td>too small");
    assert_has(text, "with 4 periods a right model stays within 0.29 to 1.71"); // 1 -+ sqrt(2/4)
    assert_int_equal(times(text, "<h4>"), 3);
    free(text);
}

static void test_names_are_escaped(void **state)
{
    (void)state;
    char *text = page(filled());
    assert_has(text, "<td>&lt;b&gt;&amp;&quot;BB&quot;&lt;/b&gt;</td><td class=\"n\">40.00</td>");
    assert_has(text, "panel&lt;1&gt;.csv");
    assert_has(text, "<a href=\"#s-X&lt;Y\">X&lt;Y</a>");
    assert_has(text, "positive autocovariance &lt;0.1&gt;");
    assert_has(text, "A name that is longer than\xe2\x80\xa6</text>"); // cut in the chart only
    assert_has(text, "<td>A name that is longer than any column has room for</td>");
    free(text);
}

static void test_weights_and_groups(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    char *text = page(f);
    assert_has(text, "<th>group</th>");
    assert_has(text, "<td>FFF</td><td class=\"n\">5.00</td><td class=\"n\">" MINUS_SIGN
                     "2.00</td><td class=\"n\">" MINUS_SIGN "0.0400</td><td class=\"n\">105.00</td>"
                     "<td class=\"n\">50</td><td class=\"n\">5,250</td><td>-</td></tr>");
    assert_has(text, "<td>Energy &amp; &lt;oil&gt;</td></tr>");
    assert_has(text, "<td class=\"n\">4.32</td><td class=\"n\">43,200" SPACE
                     "USD</td><td>2019-10-03</td><td>2019-10-07</td>");
    assert_has(text, "<th>all assets</th><td class=\"n\">100.00</td>");
    assert_null(strstr(text, "<td>CCC</td>")); // not held
    assert_has(text, ">without a group</text>");
    free(text);
    f->desk.groups = NULL;
    f->desk.model = NULL;
    f->desk.trades = NULL;
    text = page(f);
    assert_null(strstr(text, "<th>group</th>"));
    assert_null(strstr(text, "By group"));
    assert_null(strstr(text, "shares bought"));
    assert_has(text, "assumed for all: 0.040" SPACE "%");
    free(text);
}

static void test_ticks(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    static run_symbol symbol = {.name = "AAA",
                                .first_ns = INT64_C(1381190400000000000), // 2013-10-08
                                .last_ns = INT64_C(1381363199000000000)};
    f->job.symbols = &symbol;
    f->job.symbol_count = 1;
    char *text = page(f);
    assert_has(text, "<a href=\"#flow\">Order flow</a>");
    assert_has(text,
               "AAA</a></td><td class=\"n\">10.00" SPACE "%</td><td>2013-10-08 to 2013-10-09</td>"
               "<td class=\"n\">2.40</td>"
               "<td class=\"wrap\">aggressor</td><td class=\"n\">0.120</td>"
               "<td class=\"n\">0.2345</td>");
    assert_int_equal(times(text, ">masked<"), 2);
    assert_int_equal(times(text, ">not in the panel<"), 1);
    assert_int_equal(times(text, "<td>-</td><td class=\"n\">masked"), 2); // of no symbol here
    free(text);
    f->desk.tick_count = 0;
    f->desk.weight_measured = 0.0;
    text = page(f);
    assert_has(text, "No trades were given");
    assert_has(text, "Cost measured</dt><dd class=\"none\">not defined");
    free(text);
}

static void test_nothing_followed_and_no_walk(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    f->desk.followed = 0;
    (void)snprintf(f->desk.follow_reason, sizeof f->desk.follow_reason, "AAA <held> has no close");
    f->desk.walk_count = 0;
    f->desk.walk_reason = "40 rows are fewer than <60>";
    char *text = page(f);
    assert_has(text, "Nothing to compare with yet: AAA &lt;held&gt; has no close.");
    assert_has(text, "Not walked forward: 40 rows are fewer than &lt;60&gt;.");
    assert_null(strstr(text, "Each day against its limit"));
    assert_null(strstr(text, "<h4>"));
    free(text);
}

static void test_one_asset(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    f->panel.assets = f->returns.assets = f->portfolio.assets = f->desk.problem.assets = 1;
    f->pca.components = f->pca.assets = 1;
    f->ratio[0] = f->weights[0] = f->share[0] = 1.0;
    f->desk.held_count = 1;
    f->desk.followed = 1;
    (void)snprintf(f->desk.follow_reason, sizeof f->desk.follow_reason, "the panel ends");
    f->desk.walk_count = 1;
    f->desk.walk_days = 1;
    f->desk.walk[0].rebalances = 1;
    char *text = page(f);
    assert_has(text, "1 day after the purchase");
    assert_has(text, "too few to judge a model by. No more: the panel ends");
    assert_has(text, "as spread as 1.0 ");
    assert_null(strstr(text, "Survivorship.")); // of one asset there is nothing to choose
    free(text);
}

static void test_without_weights(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    f->conflict[0] = "sector <energy>";
    f->conflict[1] = "budget";
    f->portfolio.outcome = NACRE_PORTFOLIO_INFEASIBLE;
    f->portfolio.conflict = f->conflict;
    f->portfolio.conflict_count = 2;
    char *text = page(f);
    assert_has(text, "contradict each other: sector &lt;energy&gt;, budget. The weights below");
    free(text);
    f->portfolio.outcome = NACRE_PORTFOLIO_UNBOUNDED;
    f->portfolio.conflict_count = 0;
    f->portfolio.weights = f->portfolio.risk_share = NULL;
    f->desk.followed = 0;
    text = page(f);
    assert_has(text, "No optimal portfolio</strong> (unbounded). There are no weights");
    assert_has(text, "None: unbounded.");
    free(text);
}

/// Everything that may be undefined is.
static void test_undefined_figures(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    run_desk *d = &f->desk;
    const double none = (double)NAN;
    for (size_t m = 0; m < RUN_DESK_METHODS; m++)
        for (size_t level = 0; level < RUN_DESK_LEVELS; level++)
            d->figure[m][level] = (nacre_risk_figure){none, none, none, none};
    d->figure[RUN_DESK_HISTORICAL][1] = (nacre_risk_figure){0.02, none, 0.01, HUGE_VAL};
    d->nu = none;
    f->portfolio.qp.gap = none;
    d->peer.present = true;
    d->peer.weight_difference = none;
    d->covariance_info.shrinkage = none;
    d->per_year = 1.0; // what a run takes when it is not known
    f->returns.periods_per_year = 0.0;
    d->component_es = NULL;
    d->price = NULL;
    f->panel.dated = false;
    f->panel.currency = NULL;
    f->portfolio.variance = none;
    f->tick[0].cost = f->tick[0].spread_bp = none;
    d->weight_measured = 0.0;
    for (size_t w = 0; w < RUN_DESK_WALKS; w++) {
        d->walk[w].bias = d->walk[w].turnover = none;
        d->walk[w].kupiec = (nacre_risk_test){none, none};
    }
    for (size_t k = 0; k < DESK_REBALANCES; k++)
        f->realised[k] = none;
    char *text = page(f);
    assert_has(text, "VaR 99, 1 period</dt><dd class=\"none\">not defined");
    assert_has(text, "the number of periods a year is not known");
    assert_has(text, "row 20200203");
    free(text);
    d->losses = NULL;
    d->returns = NULL;
    d->pca = NULL;
    text = page(f);
    assert_null(strstr(text, "Loss distribution"));
    free(text);
}

static void test_flags(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    f->desk.panel.all_alive = false;
    f->desk.problem.mean = f->es;
    f->desk.problem.method = NACRE_PORTFOLIO_MAX_SHARPE;
    char *text = page(f);
    assert_null(strstr(text, "Survivorship."));
    assert_has(text, "Fitted means.</strong> The method (max sharpe)");
    assert_has(text, "Maximum Sharpe ratio on 6 assets");
    free(text);
    f->desk.simulated = true;
    f->desk.nu = 199.9;
    text = page(f);
    assert_has(text, "199.9 degrees of freedom (nearly normal)");
    assert_has(text, "<strong>Simulated.</strong>");
    free(text);
}

static void test_peer(void **state)
{
    (void)state;
    desk_fixture *f = filled();
    (void)snprintf(f->desk.peer.reason, sizeof f->desk.peer.reason, "python3 has no <numpy>");
    char *text = page(f);
    assert_has(text, "No comparison with NumPy and pandas: python3 has no &lt;numpy&gt;");
    free(text);
    f->desk.peer.present = true;
    (void)snprintf(f->desk.peer.version, sizeof f->desk.peer.version, "pandas 1.5.3");
    f->desk.peer.weight_difference = 2e-3;
    text = page(f);
    assert_has(text, "weights 2.0e-03");
    assert_has(text, "<strong>not equal</strong>");
    free(text);
}

static void test_numbers(void **state)
{
    (void)state;
    assert_string_equal(nacrei_report_percent(-0.01234, 2).text, MINUS_SIGN "1.23" SPACE "%");
    assert_string_equal(nacrei_report_percent(-0.00001, 2).text, "0.00" SPACE "%");
    assert_string_equal(nacrei_report_percent((double)NAN, 2).text, "not defined");
    assert_string_equal(nacrei_report_number(-1057.964, 2).text, MINUS_SIGN "1,057.96");
    assert_string_equal(nacrei_report_number(999.996, 2).text, "1,000.00");
    assert_string_equal(nacrei_report_number(-0.004, 2).text, "0.00");
    assert_string_equal(nacrei_report_number(HUGE_VAL, 2).text, "not bounded");
    assert_string_equal(nacrei_report_money(-1234567.4, "EUR").text,
                        MINUS_SIGN "1,234,567" SPACE "EUR");
    assert_string_equal(nacrei_report_money(-0.4, NULL).text, "0");
    assert_string_equal(nacrei_report_words("lw_identity").text, "lw identity");
}

static void test_largest(void **state)
{
    (void)state;
    const double weights[] = {0.1, -0.5, 1e-9, 0.3, 0.1, (double)NAN, 0.2};
    size_t order[7];
    assert_int_equal(nacrei_desk_largest(weights, 7, 7, order), 5);
    const size_t expected[] = {1, 3, 6, 0, 4}; // equal ones in the order of the panel
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(order[i], expected[i]);
    assert_int_equal(nacrei_desk_largest(weights, 7, 2, order), 2);
    assert_int_equal(order[1], 3);
}

typedef struct counting {
    uint64_t calls, fail_at;
    size_t live_bytes;
} counting;

static void *counting_alloc(void *user, size_t bytes, size_t alignment)
{
    counting *c = user;
    if (++c->calls == c->fail_at)
        return NULL;
    c->live_bytes += bytes;
    return aligned_alloc(alignment, (bytes + alignment - 1) / alignment * alignment);
}

static void counting_release(void *user, void *memory, size_t bytes)
{
    counting *c = user;
    assert_true(c->live_bytes >= bytes);
    c->live_bytes -= bytes;
    free(memory);
}

/// Allocation n fails, for every n: the error says so and everything is given back.
static void test_out_of_memory(void **state)
{
    (void)state;
    counting count = {0};
    nacre_ctx_options options;
    nacre_ctx *small;
    nacre_error err = {0};
    nacre_ctx_options_init(&options);
    options.allocator = (nacre_allocator){counting_alloc, counting_release, &count};
    assert_int_equal(nacre_ctx_create(&options, &small, &err), NACRE_OK);
    desk_fixture *f = filled();
    f->job.ctx = small;
    size_t before = count.live_bytes, failures = 0;
    for (uint64_t n = 1;; n++) {
        count.calls = 0;
        count.fail_at = n;
        FILE *out = fopen("/dev/null", "w");
        assert_non_null(out);
        nacre_status status = nacrei_report_desk(out, &f->job, &err);
        assert_int_equal(fclose(out), 0);
        assert_int_equal(count.live_bytes, before);
        if (status == NACRE_OK)
            break;
        assert_int_equal(status, NACRE_E_NOMEM);
        failures++;
    }
    assert_int_equal(failures, 3); // walk charts, scree plot, sums of groups
    count.fail_at = 0;
    nacre_ctx_destroy(small);
}

static int make_ctx(void **state)
{
    (void)state;
    return nacre_ctx_create(NULL, &ctx, NULL) ? -1 : 0;
}

static int drop_ctx(void **state)
{
    (void)state;
    nacre_ctx_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_whole_page),
        cmocka_unit_test(test_followed_days),
        cmocka_unit_test(test_walk_forward),
        cmocka_unit_test(test_names_are_escaped),
        cmocka_unit_test(test_weights_and_groups),
        cmocka_unit_test(test_ticks),
        cmocka_unit_test(test_nothing_followed_and_no_walk),
        cmocka_unit_test(test_one_asset),
        cmocka_unit_test(test_without_weights),
        cmocka_unit_test(test_undefined_figures),
        cmocka_unit_test(test_flags),
        cmocka_unit_test(test_peer),
        cmocka_unit_test(test_numbers),
        cmocka_unit_test(test_largest),
        cmocka_unit_test(test_out_of_memory),
    };
    return cmocka_run_group_tests(tests, make_ctx, drop_ctx);
}
