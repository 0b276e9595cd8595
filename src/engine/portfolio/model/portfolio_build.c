// SPDX-License-Identifier: Apache-2.0
// From the problem to the quadratic program and its solution. The objective is divided by the mean
// variance, so that tolerances mean the same for daily and yearly figures.
// Turnover and costs: u >= w - h, u >= 0 are the buys, u - (w - h) the sells; n extra columns.
// Sharpe: y = kappa w, kappa > 0, min y'Sy with the excess return of y fixed; every bound b that is
// not zero becomes b kappa, so all rows are homogeneous but that one.
#include "engine/portfolio/model/portfolio_model.h"
#include "kern/linalg/linalg.h"

#include <math.h>
#include <string.h>

/// Pull of the elastic models towards w = 0: it makes their points unique and is far below the
/// violations that count.
#define ELASTIC_RIDGE 1e-9

size_t nacrei_limit_count(const nacre_portfolio_problem *problem)
{
    return NACREI_LIMIT_FIRST_GROUP + problem->group_count + problem->row_count;
}

const char *nacrei_limit_name(const nacre_portfolio_problem *problem, size_t limit)
{
    static const char *const names[] = {"budget", "lower_bounds", "upper_bounds", "turnover",
                                        "target_return"};
    if (limit < NACREI_LIMIT_FIRST_GROUP)
        return names[limit];
    limit -= NACREI_LIMIT_FIRST_GROUP;
    return limit < problem->group_count ? problem->groups[limit].name
                                        : problem->rows[limit - problem->group_count].name;
}

bool nacrei_limit_stated(const nacre_portfolio_problem *problem, size_t limit)
{
    if (limit == NACREI_LIMIT_TURNOVER)
        return isfinite(problem->max_turnover);
    if (limit == NACREI_LIMIT_TARGET)
        return problem->method == NACRE_PORTFOLIO_TARGET_RETURN;
    return true;
}

static bool is_active(const nacre_portfolio_problem *problem, const bool *active, size_t limit)
{
    return nacrei_limit_stated(problem, limit) && (!active || active[limit]);
}

double nacrei_mean_variance(const nacre_portfolio_problem *problem)
{
    size_t n = problem->assets;
    double sum = 0.0;
    // Specific variance alone is scale enough for a factor model: it is positive.
    for (size_t i = 0; i < n; i++)
        sum += problem->covariance ? problem->covariance[i * n + i] : problem->specific_variance[i];
    return sum / (double)n;
}

void nacrei_covariance_times(const nacre_portfolio_problem *problem, const double *x,
                             double *scratch, double *out)
{
    size_t n = problem->assets, k = problem->factors;
    if (problem->covariance) {
        nacrei_gemv(false, n, n, 1.0, problem->covariance, n, x, 0.0, out);
        return;
    }
    double *exposure = scratch, *product = scratch + k;
    nacrei_gemv(true, n, k, 1.0, problem->exposures, k, x, 0.0, exposure);
    nacrei_gemv(false, k, k, 1.0, problem->factor_covariance, k, exposure, 0.0, product);
    nacrei_gemv(false, n, k, 1.0, problem->exposures, k, product, 0.0, out);
    for (size_t i = 0; i < n; i++)
        out[i] += problem->specific_variance[i] * x[i];
}

/// B times the Cholesky factor of F: n x k with row stride k.
static nacre_status factor_root(nacre_ctx *ctx, const nacre_portfolio_problem *problem, double *out,
                                nacre_error *err)
{
    size_t n = problem->assets, k = problem->factors;
    double *chol;
    nacre_status status = nacrei_alloc(ctx, k * k, sizeof *chol, "factor root", &chol, err);
    if (status || k == 0)
        return status;
    memcpy(chol, problem->factor_covariance, k * k * sizeof *chol);
    status = nacrei_cholesky(k, chol, k, err);
    if (!status)
        nacrei_gemm(false, false, n, k, k, 1.0, problem->exposures, k, chol, k, 0.0, out, k);
    nacrei_free(ctx, chol, k * k, sizeof *chol);
    return status;
}

nacre_status nacrei_covariance_full(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                    double *out, nacre_error *err)
{
    size_t n = problem->assets, k = problem->factors;
    if (problem->covariance) {
        memcpy(out, problem->covariance, n * n * sizeof *out);
        return NACRE_OK;
    }
    double *root;
    nacre_status status = nacrei_alloc(ctx, n * k, sizeof *root, "covariance", &root, err);
    if (!status)
        status = factor_root(ctx, problem, root, err);
    if (!status) {
        nacrei_syrk(false, n, k, 1.0, root, k, 0.0, out, n);
        for (size_t i = 0; i < n; i++)
            out[i * n + i] += problem->specific_variance[i];
    }
    nacrei_free(ctx, root, n * k, sizeof *root);
    return status;
}

void nacrei_model_free(nacre_ctx *ctx, nacrei_model *model)
{
    size_t c = model->columns, r = model->row_capacity;
    nacrei_free(ctx, model->hessian, c * c, sizeof(double));
    nacrei_free(ctx, model->diagonal, c, sizeof(double));
    nacrei_free(ctx, model->factor, c * model->factors, sizeof(double));
    nacrei_free(ctx, model->linear, c, sizeof(double));
    nacrei_free(ctx, model->matrix, r * c, sizeof(double));
    nacrei_free(ctx, model->row_lower, r, sizeof(double));
    nacrei_free(ctx, model->row_upper, r, sizeof(double));
    nacrei_free(ctx, model->lower, c, sizeof(double));
    nacrei_free(ctx, model->upper, c, sizeof(double));
    nacrei_free(ctx, model->row_limit, r, sizeof(size_t));
    nacrei_free(ctx, model->x, c, sizeof(double));
    nacrei_free(ctx, model->row_dual, r, sizeof(double));
    nacrei_free(ctx, model->bound_dual, c, sizeof(double));
    *model = (nacrei_model){0};
}

static nacre_status alloc_model(nacre_ctx *ctx, nacrei_model *model, bool dense, nacre_error *err)
{
    size_t c = model->columns, r = model->row_capacity;
    const struct {
        double **array;
        size_t rows, columns;
    } part[] = {
        {&model->hessian, dense ? c : 0, c},
        {&model->diagonal, dense ? 0 : c, 1},
        {&model->factor, c, model->factors},
        {&model->linear, c, 1},
        {&model->matrix, r, c},
        {&model->row_lower, r, 1},
        {&model->row_upper, r, 1},
        {&model->lower, c, 1},
        {&model->upper, c, 1},
        {&model->x, c, 1},
        {&model->row_dual, r, 1},
        {&model->bound_dual, c, 1},
    };
    nacre_status status =
        nacrei_alloc(ctx, r, sizeof *model->row_limit, "portfolio rows", &model->row_limit, err);
    for (size_t i = 0; !status && i < sizeof part / sizeof part[0]; i++) {
        size_t count;
        if (!nacrei_mul(part[i].rows, part[i].columns, &count))
            return nacrei_fail(err, NACRE_E_NOMEM, "portfolio program of %zu x %zu overflows", r,
                               c);
        status = nacrei_alloc(ctx, count, sizeof(double), "portfolio program", part[i].array, err);
    }
    return status;
}

double nacrei_model_slack(const nacrei_model *model, size_t row)
{
    const double *slack = model->x + model->first_slack;
    return model->kind == NACREI_MODEL_NEAREST ? fabs(slack[row])
                                               : fabs(slack[2 * row] - slack[2 * row + 1]);
}

/// Costs and bounds of the slacks; rows that are not there leave theirs at 0.
static void put_slacks(nacrei_model *model)
{
    bool squared = model->kind == NACREI_MODEL_NEAREST;
    for (size_t i = 0; i < model->first_slack; i++)
        model->diagonal[i] = ELASTIC_RIDGE;
    for (size_t i = model->first_slack; i < model->columns; i++) {
        model->diagonal[i] = squared ? 1.0 : ELASTIC_RIDGE;
        model->linear[i] = squared ? 0.0 : 1.0;
        model->lower[i] = squared ? -(double)INFINITY : 0.0;
        model->upper[i] = (double)INFINITY;
    }
}

/// Opens a row; its coefficients are zero. Returns them.
static double *add_row(nacrei_model *model, size_t limit, double lower, double upper)
{
    size_t at = model->rows++;
    double *row = model->matrix + at * model->columns;
    model->row_limit[at] = limit;
    model->row_lower[at] = lower;
    model->row_upper[at] = upper;
    if (limit == NACREI_ROW_UNNAMED)
        return row;
    if (model->kind == NACREI_MODEL_NEAREST)
        row[model->first_slack + at] = 1.0;
    if (model->kind == NACREI_MODEL_ELASTIC) {
        row[model->first_slack + 2 * at] = 1.0;
        row[model->first_slack + 2 * at + 1] = -1.0;
    }
    return row;
}

/// Adds lower <= a w <= upper, whose coefficients for w (and u) the caller has put into `row`
/// already, with a constant `shift` on the left: as bounds, or with kappa as one row per bound that
/// is not zero.
static void finish_row(nacrei_model *model, double *row, size_t limit, double lower, double upper,
                       double shift)
{
    size_t at = (size_t)(row - model->matrix) / model->columns;
    lower -= shift;
    upper -= shift;
    if (model->kind != NACREI_MODEL_KAPPA) {
        model->row_lower[at] = lower;
        model->row_upper[at] = upper;
        return;
    }
    size_t kappa = model->columns - 1;
    bool two_sided = isfinite(lower) && isfinite(upper) && lower != upper;
    row[kappa] = isfinite(lower) ? -lower : -upper;
    model->row_lower[at] = isfinite(lower) ? 0.0 : -(double)INFINITY;
    model->row_upper[at] = isfinite(upper) && !two_sided ? 0.0 : (double)INFINITY;
    if (!isfinite(lower) && !isfinite(upper))
        row[kappa] = 0.0;
    if (two_sided) {
        double *second = add_row(model, limit, -(double)INFINITY, 0.0);
        memcpy(second, row, kappa * sizeof *second);
        second[kappa] = -upper;
    }
}

static void add_bounds(const nacre_portfolio_problem *problem, const bool *active,
                       nacrei_model *model)
{
    bool lower_on = is_active(problem, active, NACREI_LIMIT_LOWER);
    bool upper_on = is_active(problem, active, NACREI_LIMIT_UPPER);
    for (size_t i = 0; i < problem->assets; i++) {
        double lower = lower_on ? nacrei_lower(problem, i) : -(double)INFINITY;
        double upper = upper_on ? nacrei_upper(problem, i) : (double)INFINITY;
        model->lower[i] = lower;
        model->upper[i] = upper;
        if (model->kind != NACREI_MODEL_KAPPA)
            continue;
        model->lower[i] = lower == 0.0 ? 0.0 : -(double)INFINITY;
        model->upper[i] = upper == 0.0 ? 0.0 : (double)INFINITY;
        if (lower != 0.0 && isfinite(lower)) {
            double *row = add_row(model, NACREI_LIMIT_LOWER, 0.0, (double)INFINITY);
            row[i] = 1.0;
            row[model->columns - 1] = -lower;
        }
        if (upper != 0.0 && isfinite(upper)) {
            double *row = add_row(model, NACREI_LIMIT_UPPER, -(double)INFINITY, 0.0);
            row[i] = 1.0;
            row[model->columns - 1] = -upper;
        }
    }
}

/// Adds rate x |w_i - h_i| summed to a row: rate (2 u - w + h). Returns the constant part.
static double put_trading(const nacre_portfolio_problem *problem, const double *rate, double sign,
                          double *row)
{
    size_t n = problem->assets;
    double constant = 0.0;
    for (size_t i = 0; i < n; i++) {
        double each = sign * (rate ? rate[i] : 1.0);
        row[n + i] += 2.0 * each;
        row[i] -= each;
        constant += each * nacrei_held(problem, i);
    }
    return constant;
}

static void add_trading(const nacre_portfolio_problem *problem, const bool *active,
                        nacrei_model *model)
{
    size_t n = problem->assets;
    for (size_t i = 0; i < n; i++) {
        double *row =
            add_row(model, NACREI_ROW_UNNAMED, -nacrei_held(problem, i), (double)INFINITY);
        row[n + i] = 1.0;
        row[i] = -1.0;
        if (model->kind == NACREI_MODEL_KAPPA) {
            model->row_lower[model->rows - 1] = 0.0;
            row[model->columns - 1] = nacrei_held(problem, i);
        }
        model->lower[n + i] = 0.0;
        model->upper[n + i] = (double)INFINITY;
    }
    if (is_active(problem, active, NACREI_LIMIT_TURNOVER)) {
        double *row = add_row(model, NACREI_LIMIT_TURNOVER, 0.0, 0.0);
        double shift = put_trading(problem, NULL, 1.0, row);
        finish_row(model, row, NACREI_LIMIT_TURNOVER, -(double)INFINITY, problem->max_turnover,
                   shift);
    }
}

static void add_limits(const nacre_portfolio_problem *problem, const bool *active,
                       nacrei_model *model)
{
    if (is_active(problem, active, NACREI_LIMIT_BUDGET)) {
        double *row = add_row(model, NACREI_LIMIT_BUDGET, 0.0, 0.0);
        for (size_t i = 0; i < problem->assets; i++)
            row[i] = 1.0;
        finish_row(model, row, NACREI_LIMIT_BUDGET, problem->budget, problem->budget, 0.0);
    }
    for (size_t g = 0; g < problem->group_count; g++) {
        const nacre_portfolio_group *group = problem->groups + g;
        size_t limit = NACREI_LIMIT_FIRST_GROUP + g;
        if (!is_active(problem, active, limit))
            continue;
        double *row = add_row(model, limit, 0.0, 0.0);
        for (size_t m = 0; m < group->members; m++)
            row[group->member[m]] = 1.0;
        finish_row(model, row, limit, group->lower, group->upper, 0.0);
    }
    for (size_t r = 0; r < problem->row_count; r++) {
        const nacre_portfolio_row *source = problem->rows + r;
        size_t limit = NACREI_LIMIT_FIRST_GROUP + problem->group_count + r;
        if (!is_active(problem, active, limit))
            continue;
        double *row = add_row(model, limit, 0.0, 0.0);
        for (size_t i = 0; i < problem->assets; i++)
            row[i] = source->coefficient[i * (source->stride ? source->stride : 1)];
        finish_row(model, row, limit, source->lower, source->upper, 0.0);
    }
}

/// Returns after costs: the target, or with kappa the normalisation, both in units of the largest
/// mean.
static void add_return_row(const nacre_portfolio_problem *problem, const bool *active,
                           nacrei_model *model)
{
    bool sharpe = model->kind == NACREI_MODEL_KAPPA;
    if (!sharpe && !is_active(problem, active, NACREI_LIMIT_TARGET))
        return;
    double rate = sharpe ? problem->risk_free : 0.0, largest = 0.0;
    for (size_t i = 0; i < problem->assets; i++)
        largest = fmax(largest, fabs(problem->mean[i] - rate));
    model->excess_scale = largest > 0.0 ? largest : 1.0;
    double *row = add_row(model, sharpe ? NACREI_ROW_UNNAMED : NACREI_LIMIT_TARGET, 1.0, 1.0);
    double constant = 0.0;
    for (size_t i = 0; i < problem->assets; i++)
        row[i] = problem->mean[i] - rate;
    if (problem->cost)
        constant = put_trading(problem, problem->cost, -1.0, row);
    size_t used = problem->assets * (model->trading ? 2 : 1);
    for (size_t i = 0; i < used; i++)
        row[i] /= model->excess_scale;
    constant /= model->excess_scale;
    if (sharpe)
        row[model->columns - 1] = constant;
    else
        finish_row(model, row, NACREI_LIMIT_TARGET, problem->target_return / model->excess_scale,
                   (double)INFINITY, constant);
}

/// Quadratic part over w, divided by the mean variance.
static nacre_status put_risk(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                             nacrei_model *model, nacre_error *err)
{
    size_t n = problem->assets, c = model->columns;
    double inverse = 1.0 / nacrei_mean_variance(problem);
    if (problem->covariance) {
        for (size_t i = 0; i < n; i++)
            for (size_t j = 0; j < n; j++)
                model->hessian[i * c + j] =
                    0.5 * inverse *
                    (problem->covariance[i * n + j] + problem->covariance[j * n + i]);
        return NACRE_OK;
    }
    for (size_t i = 0; i < n; i++)
        model->diagonal[i] = inverse * problem->specific_variance[i];
    nacre_status status = factor_root(ctx, problem, model->factor, err);
    for (size_t i = 0; i < n * model->factors; i++)
        model->factor[i] *= sqrt(inverse);
    return status;
}

/// Linear part: -mean (utility), -gamma S b (tracking error), costs.
static nacre_status put_linear(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                               nacrei_model *model, nacre_error *err)
{
    size_t n = problem->assets;
    if (problem->method == NACRE_PORTFOLIO_TRACKING_ERROR) {
        double *scratch;
        nacre_status status = nacrei_alloc(ctx, 2 * problem->factors + 1, sizeof *scratch,
                                           "benchmark", &scratch, err);
        if (status)
            return status;
        nacrei_covariance_times(problem, problem->benchmark, scratch, model->linear);
        nacrei_free(ctx, scratch, 2 * problem->factors + 1, sizeof *scratch);
        for (size_t i = 0; i < n; i++)
            model->linear[i] *= -problem->risk_aversion;
    }
    for (size_t i = 0; problem->method == NACRE_PORTFOLIO_UTILITY && i < n; i++)
        model->linear[i] = -problem->mean[i];
    if (problem->cost)
        (void)put_trading(problem, problem->cost, 1.0, model->linear);
    for (size_t i = 0; i < n * (model->trading ? 2 : 1); i++)
        model->linear[i] /= model->scale;
    return NACRE_OK;
}

nacre_status nacrei_model_build(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                nacrei_model_kind kind, const bool *active, nacrei_model *model,
                                nacre_error *err)
{
    size_t n = problem->assets;
    bool elastic = kind == NACREI_MODEL_ELASTIC || kind == NACREI_MODEL_NEAREST;
    bool kappa = kind == NACREI_MODEL_KAPPA;
    *model = (nacrei_model){.kind = kind, .assets = n};
    model->trading = isfinite(problem->max_turnover) || problem->cost;
    model->factors = problem->covariance || elastic ? 0 : problem->factors;
    model->scale = problem->risk_aversion * nacrei_mean_variance(problem);
    // With kappa a row can split into two and every bound becomes a row.
    size_t named = 3 + problem->group_count + problem->row_count;
    model->row_capacity = (kappa ? 2 * (named + n) : named) + (model->trading ? n : 0);
    model->first_slack = n * (model->trading ? 2 : 1);
    model->columns = model->first_slack + (kappa ? 1 : 0);
    if (elastic)
        model->columns += model->row_capacity * (kind == NACREI_MODEL_ELASTIC ? 2 : 1);
    nacre_status status = alloc_model(ctx, model, problem->covariance && !elastic, err);
    if (!status && elastic) {
        put_slacks(model);
    } else if (!status) {
        status = put_risk(ctx, problem, model, err);
        if (!status && !kappa)
            status = put_linear(ctx, problem, model, err);
    }
    if (status) {
        nacrei_model_free(ctx, model);
        return status;
    }
    if (kappa)
        model->upper[model->columns - 1] = (double)INFINITY;
    add_bounds(problem, active, model);
    if (model->trading)
        add_trading(problem, active, model);
    add_limits(problem, active, model);
    add_return_row(problem, active, model);
    return NACRE_OK;
}

nacre_status nacrei_model_solve(nacre_ctx *ctx, const nacre_portfolio_problem *problem,
                                nacrei_model *model, nacre_error *err)
{
    nacre_qp program = {
        .variables = model->columns,
        .rows = model->rows,
        .hessian = model->hessian,
        .diagonal = model->diagonal,
        .factor = model->factor,
        .factors = model->factors,
        .linear = model->linear,
        .matrix = model->matrix,
        .row_lower = model->row_lower,
        .row_upper = model->row_upper,
        .lower = model->lower,
        .upper = model->upper,
    };
    nacre_qp_options options;
    nacre_qp_options_init(&options);
    options.tolerance = problem->tolerance;
    return nacre_qp_solve(ctx, &program, &options, false, model->x, model->row_dual,
                          model->bound_dual, &model->result, err);
}
