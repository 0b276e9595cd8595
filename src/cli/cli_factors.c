// SPDX-License-Identifier: Apache-2.0
// Text and JSON of `nacre factors`: the explained variance as a table with a scree plot in
// characters, the assets that load most on each component, and what the groups explain.
#include "cli/cli_factors.h"

#include "cli/cli_text.h"

#include <math.h>
#include <string.h>

#define BAR_WIDTH 40
#define TOP_LOADINGS 5
#define GROUPLESS_LISTED 12

void cli_factors_moments(size_t periods, size_t columns, const double *values, size_t column,
                         double *mean, double *volatility)
{
    double sum = 0.0, squares = 0.0;
    for (size_t t = 0; t < periods; t++)
        sum += values[t * columns + column];
    *mean = sum / (double)periods;
    for (size_t t = 0; t < periods; t++) {
        double gap = values[t * columns + column] - *mean;
        squares += gap * gap;
    }
    *volatility = sqrt(squares / ((double)periods - 1.0));
}

static const char *name_of(const cli_factors *f, size_t asset)
{
    return f->panel.returns->names[asset];
}

/// Mean volatility and mean correlation of the estimate.
static void average(const cli_factors *f, double *volatility, double *correlation)
{
    size_t n = f->panel.returns->assets, pairs = 0;
    *volatility = 0.0;
    *correlation = 0.0;
    for (size_t i = 0; i < n; i++) {
        double sigma = sqrt(f->covariance[i * n + i]);
        *volatility += sigma / (double)n;
        for (size_t j = 0; j < i; j++) {
            double product = sigma * sqrt(f->covariance[j * n + j]);
            if (product > 0.0) {
                *correlation += f->covariance[i * n + j] / product;
                pairs++;
            }
        }
    }
    *correlation = pairs ? *correlation / (double)pairs : (double)NAN;
}

static void print_covariance(FILE *out, const cli_factors *f)
{
    double volatility, correlation, year = f->panel.returns->periods_per_year;
    average(f, &volatility, &correlation);
    (void)fprintf(out, "covariance  %s", nacre_covariance_method_name(f->method));
    if (!isnan(f->info.shrinkage))
        (void)fprintf(out, ", weight of the target %.4f", f->info.shrinkage);
    if (f->method == NACRE_COV_MP_CLIP)
        (void)fprintf(out, ", %s eigenvalues averaged", cli_count_text(f->info.clamped).text);
    (void)fprintf(out, "; mean volatility %.2f %% a %s", 100.0 * volatility * sqrt(fmax(year, 1.0)),
                  year > 0.0 ? "year" : "period");
    if (!isnan(correlation))
        (void)fprintf(out, ", mean correlation %.3f", correlation);
    (void)fprintf(out, "\n");
}

static void print_scree(FILE *out, const cli_factors *f)
{
    const nacre_pca *p = f->pca;
    double cumulative = 0.0;
    (void)fprintf(out,
                  "components  of the %s matrix; noise edge (Marchenko-Pastur) %.4g: %zu of %zu "
                  "above it\n\n",
                  p->correlation ? "correlation" : "sample covariance", p->noise_edge,
                  f->above_noise, p->components);
    (void)fprintf(out, "     PC   variance    share  cumulative\n");
    for (size_t k = 0; k < f->shown; k++) {
        static const char bar[BAR_WIDTH + 1] = "########################################";
        double ratio = p->explained_ratio[k];
        int width = (int)lround(BAR_WIDTH * ratio / p->explained_ratio[0]);
        bool shared = (k > 0 && p->subspace[k] == p->subspace[k - 1]) ||
                      (k + 1 < p->components && p->subspace[k] == p->subspace[k + 1]);
        cumulative += ratio;
        (void)fprintf(out, "  %5zu  %9.4g  %6.2f %%    %6.2f %%  %.*s%s%s\n", k + 1,
                      p->explained_variance[k], 100.0 * ratio, 100.0 * cumulative, width, bar,
                      k >= f->above_noise ? " noise" : "", shared ? " (one subspace)" : "");
    }
}

/// The assets with the largest |loading|, by repeated search: few are asked for.
static size_t top_assets(const nacre_pca *p, size_t component, size_t top[TOP_LOADINGS])
{
    size_t found = 0;
    const double *v = p->vectors + component * p->assets;
    for (; found < TOP_LOADINGS && found < p->assets; found++) {
        size_t best = SIZE_MAX;
        for (size_t i = 0; i < p->assets; i++) {
            bool taken = false;
            for (size_t j = 0; j < found; j++)
                taken |= top[j] == i;
            if (!taken && (best == SIZE_MAX || fabs(v[i]) > fabs(v[best])))
                best = i;
        }
        top[found] = best;
    }
    return found;
}

static void print_loadings(FILE *out, const cli_factors *f)
{
    (void)fprintf(out, "\nlargest loadings, in %s\n",
                  f->pca->correlation ? "correlations with the component" : "% a period");
    for (size_t k = 0; k < f->shown; k++) {
        size_t top[TOP_LOADINGS], count = top_assets(f->pca, k, top);
        (void)fprintf(out, "  %5zu ", k + 1);
        for (size_t i = 0; i < count; i++) {
            double loading = f->pca->loadings[top[i] * f->pca->components + k];
            (void)fprintf(out, " %s %+.3f%s", name_of(f, top[i]),
                          f->pca->correlation ? loading : 100.0 * loading,
                          i + 1 < count ? "," : "\n");
        }
    }
}

/// Mean of R squared over the periods where it is defined.
static double mean_r_squared(const nacre_risk_model *m)
{
    double sum = 0.0;
    size_t count = 0;
    for (size_t t = 0; t < m->periods; t++) {
        if (!isnan(m->r_squared[t])) {
            sum += m->r_squared[t];
            count++;
        }
    }
    return count ? sum / (double)count : (double)NAN;
}

/// The kept assets that the table of groups does not name.
static void print_groupless(FILE *out, const cli_factors *f)
{
    size_t listed = 0, missing = f->panel.returns->assets - f->grouped;
    for (size_t i = 0; i < f->panel.returns->assets && listed < GROUPLESS_LISTED; i++)
        if (f->member_of[i] == SIZE_MAX)
            (void)fprintf(
                out, "%s%s",
                listed++ ? ", " : "\n            left out, without a group: ", name_of(f, i));
    (void)fprintf(out, "%s", missing > listed ? ", ..." : "");
}

static void print_model(FILE *out, const cli_factors *f)
{
    const nacre_risk_model *m = f->model;
    double year = f->panel.returns->periods_per_year, specific = 0.0;
    double k = year > 0.0 ? year : 1.0;
    for (size_t i = 0; i < m->assets; i++)
        specific += sqrt(m->specific_variance[i] * k) / (double)m->assets;
    (void)fprintf(out,
                  "\ngroups      %zu of %zu assets in %zu groups, equal weights; mean R squared "
                  "%.3f, mean specific\n            volatility %.2f %% a %s",
                  f->grouped, f->panel.returns->assets, m->factors - 1, mean_r_squared(m),
                  100.0 * specific, year > 0.0 ? "year" : "period");
    if (m->floored)
        (void)fprintf(out, "; %zu raised to the floor (alone in their group)", m->floored);
    print_groupless(out, f);
    (void)fprintf(out, "\n\n  %-32s %10s %11s   %% a %s\n", "factor", "mean", "volatility",
                  year > 0.0 ? "year" : "period");
    for (size_t c = 0; c < m->factors; c++) {
        double mean, volatility;
        cli_factors_moments(m->periods, m->factors, m->factor_returns, c, &mean, &volatility);
        (void)fprintf(out, "  %-32s %+10.2f %11.2f\n", m->factor_names[c], 100.0 * mean * k,
                      100.0 * volatility * sqrt(k));
    }
}

void cli_factors_print(FILE *out, const cli_factors *f)
{
    cli_panel_print(out, &f->panel);
    print_covariance(out, f);
    print_scree(out, f);
    print_loadings(out, f);
    if (f->model)
        print_model(out, f);
}

static void json_components(nacrei_json *json, const cli_factors *f)
{
    const nacre_pca *p = f->pca;
    nacrei_json_put_string(json, "matrix", p->correlation ? "correlation" : "covariance");
    nacrei_json_put_double(json, "total_variance", p->total_variance);
    nacrei_json_put_double(json, "noise_edge", p->noise_edge);
    nacrei_json_put_uint(json, "above_noise", f->above_noise);
    nacrei_json_put_uint(json, "clamped", p->clamped);
    nacrei_json_key(json, "components");
    nacrei_json_array_begin(json);
    for (size_t k = 0; k < f->shown; k++) {
        nacrei_json_object_begin(json);
        nacrei_json_put_double(json, "explained_variance", p->explained_variance[k]);
        nacrei_json_put_double(json, "explained_ratio", p->explained_ratio[k]);
        nacrei_json_put_uint(json, "subspace", p->subspace[k]);
        nacrei_json_key(json, "loadings");
        nacrei_json_object_begin(json);
        for (size_t i = 0; i < p->assets; i++)
            nacrei_json_put_double(json, name_of(f, i), p->loadings[i * p->components + k]);
        nacrei_json_object_end(json);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
}

static void json_model(nacrei_json *json, const cli_factors *f)
{
    const nacre_risk_model *m = f->model;
    nacrei_json_key(json, "groups");
    nacrei_json_object_begin(json);
    nacrei_json_put_double(json, "mean_r_squared", mean_r_squared(m));
    nacrei_json_put_uint(json, "floored", m->floored);
    nacrei_json_key(json, "without_group");
    nacrei_json_array_begin(json);
    for (size_t i = 0; i < f->panel.returns->assets; i++)
        if (f->member_of[i] == SIZE_MAX)
            nacrei_json_string(json, name_of(f, i));
    nacrei_json_array_end(json);
    nacrei_json_key(json, "factors");
    nacrei_json_array_begin(json);
    for (size_t c = 0; c < m->factors; c++) {
        double mean, volatility;
        cli_factors_moments(m->periods, m->factors, m->factor_returns, c, &mean, &volatility);
        nacrei_json_object_begin(json);
        nacrei_json_put_string(json, "name", m->factor_names[c]);
        nacrei_json_put_double(json, "mean", mean);
        nacrei_json_put_double(json, "volatility", volatility);
        nacrei_json_object_end(json);
    }
    nacrei_json_array_end(json);
    nacrei_json_key(json, "specific_variance");
    nacrei_json_object_begin(json);
    for (size_t i = 0; i < m->assets; i++)
        nacrei_json_put_double(json, name_of(f, f->member[i]), m->specific_variance[i]);
    nacrei_json_object_end(json);
    nacrei_json_object_end(json);
}

nacre_status cli_factors_print_json(FILE *out, const cli_factors *f, nacre_error *err)
{
    nacrei_json json;
    double volatility, correlation;
    average(f, &volatility, &correlation);
    nacrei_json_init(&json, out, true);
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "schema", "nacre.factors/1");
    cli_panel_json(&json, &f->panel);
    nacrei_json_key(&json, "covariance");
    nacrei_json_object_begin(&json);
    nacrei_json_put_string(&json, "method", nacre_covariance_method_name(f->method));
    nacrei_json_put_double(&json, "shrinkage", f->info.shrinkage);
    nacrei_json_put_uint(&json, "clamped", f->info.clamped);
    nacrei_json_put_double(&json, "condition", f->info.condition);
    nacrei_json_put_double(&json, "mean_volatility", volatility);
    nacrei_json_put_double(&json, "mean_correlation", correlation);
    nacrei_json_object_end(&json);
    json_components(&json, f);
    if (f->model)
        json_model(&json, f);
    nacrei_json_object_end(&json);
    return nacrei_json_end(&json, "standard output", err);
}
