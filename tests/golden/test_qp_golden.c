// SPDX-License-Identifier: Apache-2.0
// All 93 Maros-Meszaros problems. The list of those that miss the table's value is part of the
// test: another failure fails it, and so does one on the list that succeeds.
#include "maros_meszaros.h"

#include <dirent.h>

enum { PROBLEMS = 93, SOLVED_LEAST = 91 };

/// The table's 3.4824690e7 and 3.4824690e11 are no optima of these data: the points found satisfy
/// all constraints with less. `exact` is the optimum computed apart from the solver, in 60 digits
/// (tests/oracle/qp_hues.py), and is what these two are held to.
static const struct {
    const char *name;
    double exact;
} misses[] = {
    {"HUES-MOD.QPS", 34824463.87334522571977},
    {"HUESTIS.QPS", 348244638733.4522571977},
};
enum { MISSES = sizeof misses / sizeof misses[0] };
static const double EXACT_LIMIT = 1e-9;

static int by_name(const void *a, const void *b)
{
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}

static size_t list_problems(char **names, size_t most)
{
    char path[2 * MM_PATH_BYTES];
    size_t count = 0;
    (void)snprintf(path, sizeof path, "%s/maros_meszaros_qps", mm_folder);
    DIR *entries = opendir(path);
    assert_non_null(entries);
    for (struct dirent *entry; (entry = readdir(entries));)
        if (strstr(entry->d_name, ".QPS") && count < most)
            names[count++] = strdup(entry->d_name);
    (void)closedir(entries);
    qsort(names, count, sizeof names[0], by_name);
    return count;
}

static size_t known_miss(const char *name)
{
    size_t k = 0;
    while (k < MISSES && strcmp(name, misses[k].name) != 0)
        k++;
    return k;
}

static void test_maros_meszaros(void **state)
{
    (void)state;
    if (!mm_unpack("test_qp_golden"))
        return;
    char *names[2 * PROBLEMS];
    size_t count = list_problems(names, 2 * PROBLEMS), solved = 0, surprises = 0;
    nacre_ctx *ctx;
    assert_int_equal(nacre_ctx_create(NULL, &ctx, NULL), NACRE_OK);
    double begin = mm_seconds();
    for (size_t i = 0; i < count; i++) {
        double objective;
        bool good = mm_solve(ctx, names[i], &objective);
        size_t miss = known_miss(names[i]);
        solved += good;
        if (good == (miss < MISSES)) {
            printf("SURPRISE: %s %s\n", names[i],
                   good ? "succeeds: take it off the list" : "fails and is not on the list");
            surprises++;
        }
        if (miss < MISSES &&
            !(fabs(objective - misses[miss].exact) <= EXACT_LIMIT * misses[miss].exact))
            fail_msg("%s: %.17g is not the optimum", names[i], objective);
        free(names[i]);
    }
    nacre_ctx_destroy(ctx);
    printf("%zu of %zu Maros-Meszaros problems solved in %.1f s\n", solved, count,
           mm_seconds() - begin);
    assert_int_equal(count, PROBLEMS);
    assert_int_equal(surprises, 0);
    assert_true(solved >= SOLVED_LEAST);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_maros_meszaros)};
    return cmocka_run_group_tests(tests, mm_make_folder, mm_remove_folder);
}
