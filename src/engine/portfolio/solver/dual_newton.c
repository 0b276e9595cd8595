// SPDX-License-Identifier: Apache-2.0
// See the header. A step costs two passes over F and a factor of size k + m: the curvature is that
// of the free variables alone,
//     I + F'D^-1 F, -F'D^-1 A', A D^-1 A',     D^-1 = 0 where x is at a bound.
// A row with two bounds or one has a kink at y = 0: it takes part while its dual is not 0 or its
// value is outside, and a step ends where a dual would change its sign.
#include "engine/portfolio/solver/dual_newton.h"

#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

/// Free variables whose rows are scaled at once: 64 KiB at 64 columns.
enum { CHUNK = 128 };
/// Curvature that a row gets in addition, as a share of row_size: next to nothing, but more when no
/// variable in it is free, where it only sets the length of the first trial.
static const double ROW_SHARE = 1e-10, ROW_SHARE_HELD = 1e-3;
/// A step is long enough when it leaves this share of the slope.
static const double SLOPE_LEFT = 0.1;
enum { TRIALS_MAX = 60 };
/// Distance to a bound that counts as rounding, relative to the size of the value.
static const double ROUNDING = 1e-14;
/// How much larger than the tolerance the gradient may be where a point is judged.
static const double NEAR = 10.0;

nacre_status nacrei_dual_newton_take(nacrei_dual_newton *dual, nacrei_qp_blocks *blocks,
                                     nacre_error *err)
{
    size_t n = dual->n, m = dual->m, k = dual->k, all = k + m;
    struct {
        void *out;
        size_t count, size;
    } wanted[] = {
        {&dual->lambda, k, sizeof(double)},
        {&dual->y, m, sizeof(double)},
        {&dual->x, n, sizeof(double)},
        {&dual->c, n, sizeof(double)},
        {&dual->dc, n, sizeof(double)},
        {&dual->values, m, sizeof(double)},
        {&dual->side, m, sizeof(double)},
        {&dual->row_size, m, sizeof(double)},
        {&dual->works, m, 1},
        {&dual->gradient, all, sizeof(double)},
        {&dual->step, all, sizeof(double)},
        {&dual->system, all * all, sizeof(double)},
        {&dual->reduced, all * all, sizeof(double)},
        {&dual->chunk, CHUNK * all, sizeof(double)},
        {&dual->column, all, sizeof(size_t)},
    };
    for (size_t i = 0; i < sizeof wanted / sizeof wanted[0]; i++) {
        nacre_status status = nacrei_qp_blocks_take(blocks, wanted[i].count, wanted[i].size,
                                                    "dual Newton method", wanted[i].out, err);
        if (status)
            return status;
    }
    return NACRE_OK;
}

static double inside(double value, double low, double high)
{
    value = value > low ? value : low;
    return value < high ? value : high;
}

static void place(nacrei_dual_newton *dual)
{
    for (size_t i = 0; i < dual->n; i++)
        dual->x[i] = inside(-dual->c[i] * dual->inverse[i], dual->lower[i], dual->upper[i]);
}

void nacrei_dual_newton_start(nacrei_dual_newton *dual)
{
    size_t n = dual->n, m = dual->m, k = dual->k;
    memcpy(dual->c, dual->linear, n * sizeof *dual->c);
    nacrei_gemv(false, n, k, 1.0, dual->factor, k, dual->lambda, 1.0, dual->c);
    nacrei_gemv(true, m, n, -1.0, dual->matrix, n, dual->y, 1.0, dual->c);
    for (size_t j = 0; j < m; j++) {
        dual->row_size[j] = 0.0;
        for (size_t i = 0; i < n; i++) {
            double a = dual->matrix[j * n + i];
            dual->row_size[j] += a * a * dual->inverse[i];
        }
    }
    place(dual);
}

bool nacrei_dual_newton_near(nacrei_dual_newton *dual, double tolerance)
{
    size_t n = dual->n, m = dual->m, k = dual->k;
    double *g = dual->gradient, worst = 0.0, size = 1.0;
    nacrei_gemv(true, n, k, 1.0, dual->factor, k, dual->x, 0.0, g);
    nacrei_gemv(false, m, n, 1.0, dual->matrix, n, dual->x, 0.0, dual->values);
    for (size_t j = 0; j < k; j++) {
        size = fmax(size, fabs(dual->lambda[j]));
        g[j] -= dual->lambda[j];
        worst = fmax(worst, fabs(g[j]));
    }
    for (size_t j = 0; j < m; j++) {
        double value = dual->values[j], low = dual->row_lower[j], high = dual->row_upper[j];
        double side = inside(value, low, high);
        if (low == high || dual->y[j] > 0.0)
            side = low;
        else if (dual->y[j] < 0.0)
            side = high;
        dual->works[j] =
            low == high || dual->y[j] != 0.0 || fabs(side - value) > ROUNDING * fabs(value);
        dual->side[j] = dual->works[j] ? side : 0.0;
        g[k + j] = dual->works[j] ? side - value : 0.0;
        size = fmax(size, fabs(value));
        worst = fmax(worst, fabs(g[k + j]));
    }
    return worst <= NEAR * tolerance * size;
}

/// The curvature of all k + m entries.
static void assemble(nacrei_dual_newton *dual)
{
    size_t n = dual->n, m = dual->m, k = dual->k, all = k + m, used = 0;
    double *system = dual->system;
    memset(system, 0, all * all * sizeof *system);
    for (size_t i = 0; i < n; i++) {
        if (dual->x[i] > dual->lower[i] && dual->x[i] < dual->upper[i]) {
            double *row = dual->chunk + used++ * all, weight = sqrt(dual->inverse[i]);
            for (size_t j = 0; j < k; j++)
                row[j] = weight * dual->factor[i * k + j];
            for (size_t j = 0; j < m; j++)
                row[k + j] = -weight * dual->matrix[j * n + i];
        }
        if (used == CHUNK || (i + 1 == n && used > 0)) {
            nacrei_syrk(true, all, used, 1.0, dual->chunk, all, 1.0, system, all);
            used = 0;
        }
    }
    for (size_t j = 0; j < k; j++)
        system[j * all + j] += 1.0;
    for (size_t j = 0; j < m; j++) {
        double *entry = system + (k + j) * all + k + j;
        bool held = *entry <= ROW_SHARE * dual->row_size[j];
        *entry += (held ? ROW_SHARE_HELD : ROW_SHARE) * dual->row_size[j];
    }
}

/// The Newton step over the entries that take part.
static bool solve(nacrei_dual_newton *dual)
{
    size_t m = dual->m, k = dual->k, all = k + m, count = 0;
    for (size_t j = 0; j < all; j++)
        if (j < k || dual->works[j - k])
            dual->column[count++] = j;
    for (size_t a = 0; a < count; a++)
        for (size_t b = 0; b <= a; b++)
            dual->reduced[a * count + b] = dual->system[dual->column[a] * all + dual->column[b]];
    if (nacrei_cholesky(count, dual->reduced, count, NULL))
        return false;
    memset(dual->step, 0, all * sizeof *dual->step);
    double *rhs = dual->chunk;
    for (size_t a = 0; a < count; a++)
        rhs[a] = dual->gradient[dual->column[a]];
    nacrei_cholesky_solve(count, dual->reduced, count, 1, rhs, 1);
    for (size_t a = 0; a < count; a++)
        dual->step[dual->column[a]] = rhs[a];
    return true;
}

/// Takes out rows whose dual is 0 and would take the wrong sign. @return there were some
static bool drop_rows(nacrei_dual_newton *dual)
{
    bool dropped = false;
    for (size_t j = 0; j < dual->m; j++) {
        double *gradient = dual->gradient + dual->k + j;
        if (dual->works[j] && dual->y[j] == 0.0 && dual->row_lower[j] != dual->row_upper[j] &&
            dual->step[dual->k + j] * *gradient < 0.0) {
            dual->works[j] = 0;
            dual->side[j] = *gradient = 0.0;
            dropped = true;
        }
    }
    return dropped;
}

/// Derivative of the dual along the step; four sums, so that additions need not wait.
static double slope(const nacrei_dual_newton *dual, double t)
{
    double sum[4] = {0.0, 0.0, 0.0, 0.0}, rest = 0.0;
    for (size_t j = 0; j < dual->k; j++)
        rest -= (dual->lambda[j] + t * dual->step[j]) * dual->step[j];
    for (size_t j = 0; j < dual->m; j++)
        rest += dual->side[j] * dual->step[dual->k + j];
    for (size_t i = 0; i < dual->n; i++) {
        double c = dual->c[i] + t * dual->dc[i];
        sum[i % 4] += inside(-c * dual->inverse[i], dual->lower[i], dual->upper[i]) * dual->dc[i];
    }
    return rest + ((sum[0] + sum[1]) + (sum[2] + sum[3]));
}

/// The longest step before a row's dual changes its sign, at most 1; `*hit` is that row, else m.
static double longest(const nacrei_dual_newton *dual, size_t *hit)
{
    double t = 1.0;
    *hit = dual->m;
    for (size_t j = 0; j < dual->m; j++) {
        double y = dual->y[j], dy = dual->step[dual->k + j];
        if (dual->row_lower[j] != dual->row_upper[j] && y * (y + t * dy) < 0.0) {
            t = -y / dy;
            *hit = j;
        }
    }
    return t;
}

/// Where the slope has nearly vanished in (0, end): false position, and halving so that no end of
/// the bracket stays. @return 0 when there is no such place
static double search(const nacrei_dual_newton *dual, double first, double end, double last)
{
    double a = 0.0, at_a = first, b = end, at_b = last;
    for (int trial = 0; trial < TRIALS_MAX; trial++) {
        double share = trial % 4 == 3 ? 0.5 : inside(at_a / (at_a - at_b), 0.02, 0.98);
        double t = a + share * (b - a), here = slope(dual, t);
        if (fabs(here) <= SLOPE_LEFT * first)
            return t;
        if (here > 0.0) {
            a = t;
            at_a = here;
        } else {
            b = t;
            at_b = here;
        }
    }
    return a;
}

bool nacrei_dual_newton_step(nacrei_dual_newton *dual)
{
    size_t n = dual->n, m = dual->m, k = dual->k, hit;
    assemble(dual);
    do {
        if (!solve(dual))
            return false;
    } while (drop_rows(dual));
    nacrei_gemv(false, n, k, 1.0, dual->factor, k, dual->step, 0.0, dual->dc);
    nacrei_gemv(true, m, n, -1.0, dual->matrix, n, dual->step + k, 1.0, dual->dc);
    double end = longest(dual, &hit), first = slope(dual, 0.0), last = slope(dual, end), t = end;
    if (!(first > 0.0) || !isfinite(last))
        return false;
    if (last < -SLOPE_LEFT * first) {
        t = search(dual, first, end, last);
        hit = m;
    }
    for (size_t j = 0; j < k; j++)
        dual->lambda[j] += t * dual->step[j];
    for (size_t j = 0; j < m; j++)
        dual->y[j] = j == hit ? 0.0 : dual->y[j] + t * dual->step[k + j];
    for (size_t i = 0; i < n; i++)
        dual->c[i] += t * dual->dc[i];
    place(dual);
    return t > 0.0;
}
