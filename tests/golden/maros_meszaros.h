// SPDX-License-Identifier: Apache-2.0
// The Maros-Meszaros problems against the published optima (Maros & Meszaros 1999, BPMPD). A
// problem is solved when |f - f*| <= 1e-6 max(1, |f*|); for the degenerate ones that the data's
// README names (YAO, LISWET*, GOULDQP2), whose optimum moves with the feasibility tolerance, when
// the KKT residuals are <= 1e-8. The outcome must be optimal either way. Every optimum that the
// solver claims must have KKT residuals <= 1e-8, evaluated here (kkt_check.h) and not by the
// solver.
#ifndef NACRE_TESTS_MAROS_MESZAROS_H
#define NACRE_TESTS_MAROS_MESZAROS_H

#include "nacre/portfolio.h"

#include "kkt_check.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

enum { MM_PATH_BYTES = 512 };
static const double MM_OBJECTIVE_LIMIT = 1e-6, MM_KKT_LIMIT = 1e-8;

static char mm_folder[MM_PATH_BYTES];

/// Unpacks the two archives; false, with a SKIP line for `test`, when NACRE_DATA lacks them.
static inline bool mm_unpack(const char *test)
{
    static const char *const archives[] = {"maros_meszaros_qps_dev.tar.xz",
                                           "maros_meszaros_qps_large.tar.xz"};
    const char *data = getenv("NACRE_DATA");
    for (size_t i = 0; i < 2; i++) {
        char archive[MM_PATH_BYTES], command[3 * MM_PATH_BYTES];
        (void)snprintf(archive, sizeof archive, "%s/qp/%s", data ? data : "", archives[i]);
        if (!data || !*data || access(archive, R_OK)) {
            printf("SKIP %s: NACRE_DATA has no qp/%s\n", test, archives[i]);
            return false;
        }
        (void)snprintf(command, sizeof command, "tar -xJf '%s' -C '%s'", archive, mm_folder);
        if (system(command) != 0)
            fail_msg("cannot unpack: %s", command);
    }
    return true;
}

/// The optimum in the table; its names lack the '_' that those of the files may have.
static inline double mm_published(const char *name)
{
    char table[MM_PATH_BYTES], line[256], wanted[64];
    size_t length = 0;
    for (; *name && *name != '.' && length + 1 < sizeof wanted; name++)
        if (*name != '_')
            wanted[length++] = *name;
    wanted[length] = '\0';
    (void)snprintf(table, sizeof table, "%s/qp/maros_meszaros_optima.csv", getenv("NACRE_DATA"));
    FILE *file = fopen(table, "re");
    double value = (double)NAN;
    while (file && fgets(line, sizeof line, file)) {
        const char *comma = strchr(line, ','), *last = strrchr(line, ',');
        if (comma && (size_t)(comma - line) == length && strncasecmp(line, wanted, length) == 0)
            value = strtod(last + 1, NULL);
    }
    if (file)
        (void)fclose(file);
    return value;
}

static inline bool mm_degenerate(const char *name)
{
    return strncmp(name, "YAO", 3) == 0 || strncmp(name, "LISWET", 6) == 0 ||
           strncmp(name, "GOULDQP2", 8) == 0;
}

static inline double mm_seconds(void)
{
    struct timespec now;
    (void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

/// Solves NAME.QPS and prints one line of the table. @param[out] objective  what was reached
static inline bool mm_solve(nacre_ctx *ctx, const char *name, double *objective)
{
    char path[2 * MM_PATH_BYTES];
    nacre_qps *qps;
    nacre_error err = {0};
    nacre_qp_result result;
    (void)snprintf(path, sizeof path, "%s/maros_meszaros_qps/%s", mm_folder, name);
    if (nacre_qps_open(ctx, path, &qps, &err))
        fail_msg("%s", err.message);
    const nacre_qp *qp = nacre_qps_problem(qps);
    size_t n = qp->variables, m = qp->rows;
    double *x = calloc(n, sizeof *x), *z = calloc(n, sizeof *z), *y = calloc(m + 1, sizeof *y);
    double begin = mm_seconds();
    if (nacre_qp_solve(ctx, qp, NULL, false, x, y, z, &result, &err))
        fail_msg("%s: %s", name, err.message);
    double taken = mm_seconds() - begin, best = mm_published(name);
    kkt_residuals kkt = kkt_check(qp, x, y, z);
    double error = fabs(kkt.objective - best) / fmax(1.0, fabs(best));
    double worst = fmax(kkt.primal, fmax(kkt.dual, kkt.gap));
    bool optimal = result.outcome == NACRE_QP_OPTIMAL;
    bool solved =
        optimal && (mm_degenerate(name) ? worst <= MM_KKT_LIMIT : error <= MM_OBJECTIVE_LIMIT);
    *objective = kkt.objective;
    printf(
        "%-6s %-13s n %5zu, m %5zu, %-15s %3u iterations, f %.8e, error %.1e, KKT %.1e, %.2f s\n",
        solved ? "ok" : "MISSED", name, n, m, nacre_qp_outcome_name(result.outcome),
        result.iterations, kkt.objective, error, worst, taken);
    free(x);
    free(y);
    free(z);
    nacre_qps_destroy(qps);
    if (optimal && !(worst <= MM_KKT_LIMIT))
        fail_msg("%s is called optimal with a KKT residual of %g", name, worst);
    return solved;
}

static inline int mm_make_folder(void **state)
{
    (void)state;
    const char *base = getenv("TMPDIR");
    (void)snprintf(mm_folder, sizeof mm_folder, "%s/nacre_qp_XXXXXX", base ? base : "/tmp");
    return mkdtemp(mm_folder) ? 0 : -1;
}

static inline int mm_remove_folder(void **state)
{
    (void)state;
    char command[2 * MM_PATH_BYTES];
    (void)snprintf(command, sizeof command, "rm -rf '%s'", mm_folder);
    return system(command);
}

#endif
