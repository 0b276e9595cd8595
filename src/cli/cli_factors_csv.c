// SPDX-License-Identifier: Apache-2.0
// The files of `nacre factors --out`: one row per period, one per asset, and the covariance matrix.
// Numbers are the shortest text that reads back equal; names are quoted where CSV needs it.
#include "cli/cli_export.h"
#include "cli/cli_factors.h"
#include "core/json.h"

#include <math.h>
#include <string.h>

#define PATH_BYTES 4096

static void put_double(FILE *out, double value)
{
    char text[40];
    if (isnan(value)) {
        (void)fputc(',', out);
        return;
    }
    (void)nacrei_format_double(text, sizeof text, value);
    (void)fprintf(out, ",%s", text);
}

void cli_factors_put_name(FILE *out, const char *name)
{
    if (!strpbrk(name, ",\"\r\n")) {
        (void)fputs(name, out);
        return;
    }
    (void)fputc('"', out);
    for (; *name; name++) {
        if (*name == '"')
            (void)fputc('"', out);
        (void)fputc(*name, out);
    }
    (void)fputc('"', out);
}

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
        cli_factors_put_name(out, m->factor_names[c]);
    }
    (void)fputs(m ? ",r_squared" : "", out);
    put_components(out, f->shown);
    (void)fputc('\n', out);
    for (size_t t = 0; t < r->periods; t++) {
        (void)fputs(cli_panel_day(f->panel.panel, r->date[t]).text, out);
        for (size_t c = 0; m && c < m->factors; c++)
            put_double(out, m->factor_returns[t * m->factors + c]);
        if (m)
            put_double(out, m->r_squared[t]);
        for (size_t k = 0; k < f->shown; k++)
            put_double(out, f->pca->scores[t * f->pca->components + k]);
        (void)fputc('\n', out);
    }
}

static void write_loadings(FILE *out, const cli_factors *f)
{
    const nacre_returns *r = f->panel.returns;
    (void)fputs(f->model ? "asset,group,specific_variance" : "asset", out);
    put_components(out, f->shown);
    (void)fputc('\n', out);
    for (size_t i = 0; i < r->assets; i++) {
        cli_factors_put_name(out, r->names[i]);
        if (f->model) {
            uint32_t group = f->groups->group[r->column[i]];
            size_t member = f->member_of[i];
            (void)fputc(',', out);
            cli_factors_put_name(out, group == NACRE_GROUP_NONE ? "" : f->groups->names[group]);
            put_double(out, member == SIZE_MAX ? (double)NAN : f->model->specific_variance[member]);
        }
        for (size_t k = 0; k < f->shown; k++)
            put_double(out, f->pca->loadings[i * f->pca->components + k]);
        (void)fputc('\n', out);
    }
}

static void write_covariance(FILE *out, const cli_factors *f)
{
    const nacre_returns *r = f->panel.returns;
    (void)fputs("asset", out);
    for (size_t i = 0; i < r->assets; i++) {
        (void)fputc(',', out);
        cli_factors_put_name(out, r->names[i]);
    }
    (void)fputc('\n', out);
    for (size_t i = 0; i < r->assets; i++) {
        cli_factors_put_name(out, r->names[i]);
        for (size_t j = 0; j < r->assets; j++)
            put_double(out, f->covariance[i * r->assets + j]);
        (void)fputc('\n', out);
    }
}

nacre_status cli_factors_write(const char *folder, const cli_factors *f, nacre_error *err)
{
    static const struct {
        const char *name;
        void (*write)(FILE *out, const cli_factors *factors);
    } files[] = {
        {"factors.csv", cli_factors_write_rows},
        {"loadings.csv", write_loadings},
        {"covariance.csv", write_covariance},
    };
    nacre_status status = cli_make_folder(folder, err);
    for (size_t i = 0; i < sizeof files / sizeof files[0] && !status; i++) {
        char path[PATH_BYTES];
        cli_file file;
        int length = snprintf(path, sizeof path, "%s/%s", folder, files[i].name);
        if (length < 0 || (size_t)length >= sizeof path)
            return nacrei_fail(err, NACRE_E_ARG, "--out: a path of %d bytes is too long", length);
        status = cli_file_open(&file, path, err);
        if (status)
            return status;
        files[i].write(file.out, f);
        status = cli_file_commit(&file, err);
        cli_file_abandon(&file);
    }
    return status;
}
