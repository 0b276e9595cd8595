// SPDX-License-Identifier: Apache-2.0
// The QPS reader: every section and bound type against the problem worked out by hand, fixed
// columns with blanks in names, and the place that each refusal names.
#include "nacre/portfolio.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static nacre_ctx *ctx;

static nacre_status parse(const char *text, nacre_qps **out, nacre_error *err)
{
    return nacre_qps_parse(ctx, "t.qps", text, strlen(text), out, err);
}

static const char FREE_TEXT[] =
    "* comment\nNAME  every kind\nROWS\n N c\n N other\n E e1\n E e2\n G g\n L l\n"
    "COLUMNS\n a c 1.5 e1 1\n a g 2 other 7\n b e1 -1 e2 3\n b l 1D1\n c c -2\n d c 0\n e l 1\n"
    "RHS\n RHS c -100 e1 1\n RHS e2 2 g 3\n RHS l 4\n"
    "RANGES\n R e1 0.5 e2 -0.5\n R g 2 l 6\n"
    "BOUNDS\n UP B a 4\n LO B a 1\n FR B b\n MI B c\n UP B c 5\n FX B d 2.5\n UP B e -3\n"
    "QUADOBJ\n a a 2\n b a -1\n b b 4\nENDATA\n";

static void test_every_section(void **state)
{
    (void)state;
    nacre_qps *qps;
    nacre_error err = {0};
    assert_int_equal(parse(FREE_TEXT, &qps, &err), NACRE_OK);
    const nacre_qp *qp = nacre_qps_problem(qps);
    assert_string_equal(nacre_qps_name(qps), "every kind");
    assert_int_equal(qp->variables, 5);
    assert_int_equal(qp->rows, 4);
    assert_true(qp->constant == 100.0);
    static const double linear[] = {1.5, 0, -2, 0, 0};
    static const double lower[] = {1, -(double)INFINITY, -(double)INFINITY, 2.5, -(double)INFINITY};
    static const double upper[] = {4, (double)INFINITY, 5, 2.5, -3};
    static const double row_lower[] = {1, 1.5, 3, -2}, row_upper[] = {1.5, 2, 5, 4};
    for (size_t i = 0; i < 5; i++) {
        assert_true(qp->linear[i] == linear[i]);
        assert_true(qp->lower[i] == lower[i]);
        assert_true(qp->upper[i] == upper[i]);
    }
    for (size_t i = 0; i < 4; i++) {
        assert_true(qp->row_lower[i] == row_lower[i]);
        assert_true(qp->row_upper[i] == row_upper[i]);
    }
    static const size_t a_start[] = {0, 2, 3, 4, 6}, a_index[] = {0, 1, 1, 0, 1, 4};
    static const double a_value[] = {1, -1, 3, 2, 10, 1};
    assert_memory_equal(qp->a_start, a_start, sizeof a_start);
    assert_memory_equal(qp->a_index, a_index, sizeof a_index);
    assert_memory_equal(qp->a_value, a_value, sizeof a_value);
    static const size_t p_start[] = {0, 1, 3, 3, 3, 3}, p_index[] = {0, 0, 1};
    static const double p_value[] = {2, -1, 4};
    assert_memory_equal(qp->p_start, p_start, sizeof p_start);
    assert_memory_equal(qp->p_index, p_index, sizeof p_index);
    assert_memory_equal(qp->p_value, p_value, sizeof p_value);
    assert_string_equal(nacre_qps_variable_name(qps, 3), "d");
    assert_string_equal(nacre_qps_row_name(qps, 2), "g");
    nacre_qps_destroy(qps);
}

static void test_fixed_names_with_blanks(void **state)
{
    (void)state;
    static const char text[] =
        "NAME          FIXED\nROWS\n N  OB J\n L  RO W\nCOLUMNS\n"
        "    A B       OB J                1.   RO W               2.5\n"
        "RHS\n    RHS       RO W                4.   OB J               -2.\n"
        "BOUNDS\n UP BND       A B                 3.\n"
        "QUADOBJ\n    A B       A B                 2.\nENDATA\n";
    nacre_qps *qps;
    nacre_error err = {0};
    assert_int_equal(parse(text, &qps, &err), NACRE_OK);
    const nacre_qp *qp = nacre_qps_problem(qps);
    assert_string_equal(nacre_qps_variable_name(qps, 0), "A B");
    assert_string_equal(nacre_qps_row_name(qps, 0), "RO W");
    assert_true(qp->constant == 2.0 && qp->linear[0] == 1.0 && qp->a_value[0] == 2.5);
    assert_true(qp->upper[0] == 3.0 && qp->row_upper[0] == 4.0 && qp->p_value[0] == 2.0);
    nacre_qps_destroy(qps);
}

static void test_qmatrix_is_full(void **state)
{
    (void)state;
    nacre_qps *qps;
    nacre_error err = {0};
    static const char good[] = "ROWS\n N c\nCOLUMNS\n x c 1\n y c 1\nQMATRIX\n x x 2\n x y -1\n"
                               " y x -1\n y y 3\nENDATA\n";
    assert_int_equal(parse(good, &qps, &err), NACRE_OK);
    const nacre_qp *qp = nacre_qps_problem(qps);
    assert_int_equal(qp->p_start[2], 3);
    assert_true(qp->p_value[0] == 2.0 && qp->p_value[1] == -1.0 && qp->p_value[2] == 3.0);
    nacre_qps_destroy(qps);
    static const char bad[] = "ROWS\n N c\nCOLUMNS\n x c 1\n y c 1\nQMATRIX\n x y -1\nENDATA\n";
    assert_int_equal(parse(bad, &qps, &err), NACRE_E_PARSE);
    assert_non_null(strstr(err.message, "'x' and 'y'"));
}

static void test_huge_bounds_are_infinite(void **state)
{
    (void)state;
    nacre_qps *qps;
    nacre_error err = {0};
    assert_int_equal(parse("ROWS\n N c\nCOLUMNS\n x c 1\n y c 1\nBOUNDS\n UP B x 1e30\n"
                           " LO B x -1D20\n UP B y 9.9e19\nENDATA\n",
                           &qps, &err),
                     NACRE_OK);
    const nacre_qp *qp = nacre_qps_problem(qps);
    assert_true(isinf(qp->upper[0]) && qp->upper[0] > 0.0);
    assert_true(isinf(qp->lower[0]) && qp->lower[0] < 0.0);
    assert_true(qp->upper[1] == 9.9e19 && qp->constant == 0.0);
    nacre_qps_destroy(qps);
}

static void test_refusals_name_the_place(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        nacre_status status;
        const char *message;
    } cases[] = {
        {"ROWS\n N c\n X r\nENDATA\n", NACRE_E_PARSE, "t.qps:3: "},
        {"ROWS\n N c\n E r\n L r\nENDATA\n", NACRE_E_PARSE,
         "t.qps:4: second row with the name 'r'"},
        {"ROWS\n E r\nCOLUMNS\n", NACRE_E_PARSE, "t.qps:3: there is no objective"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\n x q 1\n", NACRE_E_PARSE,
         "t.qps:5: no row has the name 'q'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1..2\n", NACRE_E_PARSE, "t.qps:4: not a finite number: '1..2'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1e999\n", NACRE_E_PARSE, "t.qps:4: not a finite"},
        {"ROWS\n N c\nCOLUMNS\n x c nan\n", NACRE_E_PARSE, "t.qps:4: not a number: 'nan'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\n", NACRE_E_PARSE, "without ENDATA"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\n y c 1\n x c 1\n", NACRE_E_PARSE, "t.qps:6: other columns"},
        {"ROWS\n N c\n E r\nCOLUMNS\n x r 1\n x r 2\nENDATA\n", NACRE_E_PARSE, "'r' twice"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nQUADOBJ\n x x 1\n x x 1\nENDATA\n", NACRE_E_PARSE, "twice"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n UP B z 1\n", NACRE_E_PARSE, "t.qps:6: no column"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n QQ B x 1\n", NACRE_E_PARSE, "unknown bound type"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n BV B x\n", NACRE_E_UNSUPPORTED, "t.qps:6: "},
        {"ROWS\n N c\nCOLUMNS\n M 'MARKER' 'INTORG'\n", NACRE_E_UNSUPPORTED, "t.qps:4: integer"},
        {"OBJSENSE\n MAX\n", NACRE_E_UNSUPPORTED, "t.qps:2: only minimisation"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\n x c 2\nENDATA\n", NACRE_E_PARSE,
         "t.qps:5: second entry of the objective in column 'x'"},
        {"ROWS\n N c\n E r\nCOLUMNS\n x r 1\nRHS\n S r 1\n T r 2\nENDATA\n", NACRE_E_PARSE,
         "t.qps:8: second set in this section, keep one: 'T'"},
        {"ROWS\n N c\n E r\nCOLUMNS\n x r 1\nRHS\n r 1\n r 2\nENDATA\n", NACRE_E_PARSE,
         "t.qps:8: second value for row 'r'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nRHS\n c 1\n c 2\nENDATA\n", NACRE_E_PARSE,
         "t.qps:7: second value for row 'c'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n UP B x 1\n UP D x 2\nENDATA\n", NACRE_E_PARSE,
         "t.qps:7: second set in this section, keep one: 'D'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n FX B x 1e20\nENDATA\n", NACRE_E_PARSE,
         "t.qps:6: no value of the column meets a bound at infinity: 'x'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n UP B x -1e30\nENDATA\n", NACRE_E_PARSE,
         "t.qps:6: no value of the column meets a bound at infinity: 'x'"},
        {"ROWS\n N c\nCOLUMNS\n x c 1\nBOUNDS\n LO B x 1e30\nENDATA\n", NACRE_E_PARSE,
         "t.qps:6: no value of the column meets a bound at infinity: 'x'"},
        {"WHAT\n", NACRE_E_PARSE, "t.qps:1: unknown section 'WHAT'"},
        {" x y 1\n", NACRE_E_PARSE, "t.qps:1: data outside"},
        {"", NACRE_E_PARSE, "without ENDATA"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        nacre_qps *qps;
        nacre_error err = {0};
        assert_int_equal(parse(cases[i].text, &qps, &err), cases[i].status);
        assert_null(qps);
        if (!strstr(err.message, cases[i].message))
            fail_msg("case %zu: '%s' lacks '%s'", i, err.message, cases[i].message);
    }
    nacre_qps *qps;
    nacre_error err = {0};
    assert_int_equal(nacre_qps_open(ctx, "/nonexistent/x.qps", &qps, &err), NACRE_E_NOTFOUND);
    assert_non_null(strstr(err.message, "/nonexistent/x.qps"));
}

static int open_context(void **state)
{
    (void)state;
    return nacre_ctx_create(NULL, &ctx, NULL) ? -1 : 0;
}

static int close_context(void **state)
{
    (void)state;
    nacre_ctx_destroy(ctx);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_every_section),
        cmocka_unit_test(test_fixed_names_with_blanks),
        cmocka_unit_test(test_qmatrix_is_full),
        cmocka_unit_test(test_huge_bounds_are_infinite),
        cmocka_unit_test(test_refusals_name_the_place),
    };
    return cmocka_run_group_tests(tests, open_context, close_context);
}
