// SPDX-License-Identifier: Apache-2.0
// The files of `nacre factors --out`: one row per period, one per asset, and the covariance matrix.
#include "cli/cli_csv.h"
#include "cli/cli_export.h"
#include "cli/cli_factors.h"

#include <math.h>

static void put_components(FILE *out, size_t count)
{
    for (size_t k = 0; k < count; k++)
        (void)fprintf(out, ",PC%zu", k + 1);
}

void cli_factors_write_rows(FILE *out, const cli_factors *f)
{
    const nacre_returns *r = f->panel.returns;
    const nacre_risk_model *m = f->model;
    (void)fputs("date", out);
    for (size_t c = 0; m && c < m->factors; c++) {
        (void)fputc(',', out);
        cli_csv_name(out, m->factor_names[c]);
    }
    (void)fputs(m ? ",r_squared" : "", out);
    put_components(out, f->shown);
    (void)fputc('\n', out);
    for (size_t t = 0; t < r->periods; t++) {
        (void)fputs(cli_panel_day(f->panel.panel, r->date[t]).text, out);
        for (size_t c = 0; m && c < m->factors; c++)
            cli_csv_double(out, m->factor_returns[t * m->factors + c]);
        if (m)
            cli_csv_double(out, m->r_squared[t]);
        for (size_t k = 0; k < f->shown; k++)
            cli_csv_double(out, f->pca->scores[t * f->pca->components + k]);
        (void)fputc('\n', out);
    }
}

static void write_factors(FILE *out, const void *factors)
{
    cli_factors_write_rows(out, factors);
}

static void write_loadings(FILE *out, const void *factors)
{
    const cli_factors *f = factors;
    const nacre_returns *r = f->panel.returns;
    (void)fputs(f->model ? "asset,group,specific_variance" : "asset", out);
    put_components(out, f->shown);
    (void)fputc('\n', out);
    for (size_t i = 0; i < r->assets; i++) {
        cli_csv_name(out, r->names[i]);
        if (f->model) {
            uint32_t group = f->groups->group[r->column[i]];
            size_t member = f->member_of[i];
            (void)fputc(',', out);
            cli_csv_name(out, group == NACRE_GROUP_NONE ? "" : f->groups->names[group]);
            cli_csv_double(out,
                           member == SIZE_MAX ? (double)NAN : f->model->specific_variance[member]);
        }
        for (size_t k = 0; k < f->shown; k++)
            cli_csv_double(out, f->pca->loadings[i * f->pca->components + k]);
        (void)fputc('\n', out);
    }
}

static void write_covariance(FILE *out, const void *factors)
{
    const cli_factors *f = factors;
    const nacre_returns *r = f->panel.returns;
    (void)fputs("asset", out);
    for (size_t i = 0; i < r->assets; i++) {
        (void)fputc(',', out);
        cli_csv_name(out, r->names[i]);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < r->assets; i++) {
        cli_csv_name(out, r->names[i]);
        for (size_t j = 0; j < r->assets; j++)
            cli_csv_double(out, f->covariance[i * r->assets + j]);
        (void)fputc('\n', out);
    }
}

nacre_status cli_factors_write(const char *folder, const cli_factors *f, nacre_error *err)
{
    nacre_status status = cli_make_folder(folder, err);
    if (!status)
        status = cli_csv_write(folder, "factors.csv", write_factors, f, err);
    if (!status)
        status = cli_csv_write(folder, "loadings.csv", write_loadings, f, err);
    if (!status)
        status = cli_csv_write(folder, "covariance.csv", write_covariance, f, err);
    return status;
}
