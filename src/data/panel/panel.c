// SPDX-License-Identifier: Apache-2.0
// Opening and closing a panel: options, the choice of the parser by the first line, and the checks
// that both parsers share.
#include "data/panel/panel_state.h"

#include "core/timezone.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <string.h>

static const char *const kind_names[] = {"prices", "simple", "log"};
#define KINDS (sizeof kind_names / sizeof kind_names[0])

const char *nacre_panel_kind_name(nacre_panel_kind kind)
{
    return (size_t)kind < KINDS ? kind_names[kind] : NULL;
}

bool nacre_panel_kind_parse(const char *name, nacre_panel_kind *kind)
{
    for (size_t i = 0; i < KINDS; i++)
        if (strcmp(name, kind_names[i]) == 0) {
            *kind = (nacre_panel_kind)i;
            return true;
        }
    return false;
}

void nacre_panel_options_init(nacre_panel_options *options)
{
    *options = (nacre_panel_options){.struct_size = sizeof *options};
}

static bool is_currency(const char *text)
{
    for (size_t i = 0; i < 3; i++)
        if (!isupper((unsigned char)text[i]))
            return false;
    return text[3] == '\0';
}

static nacre_status check_options(const nacre_panel_options *options, nacre_error *err)
{
    int64_t days;
    if (options->struct_size != sizeof *options)
        return nacrei_fail(err, NACRE_E_ARG,
                           "panel options of %u bytes, expected %zu; call nacre_panel_options_init",
                           options->struct_size, sizeof *options);
    if (!nacre_panel_kind_name(options->kind))
        return nacrei_fail(err, NACRE_E_ARG, "panel kind %d; use prices, simple or log",
                           (int)options->kind);
    if (options->base_currency && !is_currency(options->base_currency))
        return nacrei_fail(err, NACRE_E_ARG, "currency '%.16s'; use three capitals such as USD",
                           options->base_currency);
    if ((options->first_date && !nacrei_days_from_yyyymmdd(options->first_date, &days)) ||
        (options->last_date && !nacrei_days_from_yyyymmdd(options->last_date, &days)))
        return nacrei_fail(err, NACRE_E_ARG, "panel dates %d to %d; use yyyymmdd or 0",
                           (int)options->first_date, (int)options->last_date);
    if (options->first_date && options->last_date && options->first_date > options->last_date)
        return nacrei_fail(err, NACRE_E_ARG, "the panel's first date %d is after its last date %d",
                           (int)options->first_date, (int)options->last_date);
    if (!isfinite(options->periods_per_year) || options->periods_per_year < 0.0)
        return nacrei_fail(err, NACRE_E_ARG, "%g periods per year; use a positive number or 0",
                           options->periods_per_year);
    return NACRE_OK;
}

nacre_status nacrei_panel_make_names(nacrei_panel_build *build, size_t assets, size_t text_bytes,
                                     nacre_error *err)
{
    nacrei_panel_store *store = build->store;
    store->panel.assets = assets;
    nacre_status status =
        nacrei_alloc(build->ctx, assets, sizeof *store->names, "panel names", &store->names, err);
    if (status)
        return status;
    store->name_capacity = assets;
    status = nacrei_alloc(build->ctx, text_bytes, 1, "panel names", &store->name_text, err);
    if (!status)
        store->name_text_bytes = text_bytes;
    return status;
}

nacre_status nacrei_panel_value(const nacrei_panel_build *build, nacrei_field field,
                                const char *column, double *value, nacre_error *err)
{
    switch (nacrei_number_parse(field.text, field.bytes, build->c_locale, value)) {
    case NACREI_NUMBER_OK:
        break;
    case NACREI_NUMBER_NONE:
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_PARSE, column,
                                      "is not a decimal number",
                                      "leave a missing value's field empty", err);
    case NACREI_NUMBER_NONFINITE:
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_NONFINITE, column,
                                      "is not a finite number",
                                      "leave a missing value's field empty", err);
    case NACREI_NUMBER_OVERFLOW:
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_RANGE, column,
                                      "is larger than any double", "repair the row", err);
    }
    if (build->options->kind == NACRE_PANEL_PRICES && !(*value > 0.0))
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_RANGE, column,
                                      "is no price above 0",
                                      "repair the row, or say that the panel holds returns", err);
    if (build->options->kind == NACRE_PANEL_SIMPLE && *value < -1.0)
        return nacrei_panel_text_fail(&build->text, field, NACRE_E_RANGE, column,
                                      "is a simple return below -1",
                                      "use fractions and not percent, or say that they are log "
                                      "returns",
                                      err);
    return NACRE_OK;
}

static nacre_status read_panel(nacrei_panel_build *build, const char *path, nacre_error *err)
{
    bool more;
    nacre_status status = nacrei_panel_text_open(build->ctx, &build->text, path, err);
    if (!status)
        status = nacrei_panel_text_next(&build->text, &more, err);
    if (status)
        return status;
    if (!more)
        return nacrei_fail(err, NACRE_E_PARSE, "%s: the file is empty", build->text.input->place);
    if (nacrei_panel_is_orlib(build->text.line, build->text.eol))
        return nacrei_panel_read_orlib(build, err);
    return nacrei_panel_read_csv(build, err);
}

// The public view: plain pointers to what was read.
static void publish(nacrei_panel_store *store, const nacre_panel_options *options)
{
    nacre_panel *panel = &store->panel;
    panel->kind = options->kind;
    panel->date = store->dates;
    panel->names = store->names;
    panel->values = store->values;
    panel->currency = store->currency[0] ? store->currency : NULL;
    if (options->periods_per_year > 0.0)
        panel->periods_per_year = options->periods_per_year;
}

nacre_status nacre_panel_open(nacre_ctx *ctx, const char *path, const nacre_panel_options *options,
                              nacre_panel **out, nacre_error *err)
{
    *out = NULL;
    nacre_panel_options defaults;
    if (!options) {
        nacre_panel_options_init(&defaults);
        options = &defaults;
    }
    nacre_status status = check_options(options, err);
    if (status)
        return status;
    nacrei_panel_build build = {.ctx = ctx, .options = options};
    build.c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!build.c_locale)
        return nacrei_fail_system(err, NACRE_E_NOMEM, errno, "the C locale cannot be made");
    status = nacrei_alloc(ctx, 1, sizeof *build.store, "panel", &build.store, err);
    if (!status) {
        status = read_panel(&build, path, err);
        nacrei_panel_text_close(&build.text);
        if (status)
            nacre_panel_close(ctx, &build.store->panel);
    }
    freelocale(build.c_locale);
    if (status)
        return status;
    publish(build.store, options);
    *out = &build.store->panel;
    return NACRE_OK;
}

void nacre_panel_close(nacre_ctx *ctx, nacre_panel *panel)
{
    if (!panel)
        return;
    nacrei_panel_store *store = (nacrei_panel_store *)panel;
    nacrei_free(ctx, store->dates, store->date_capacity, sizeof *store->dates);
    nacrei_free(ctx, store->values, store->value_capacity, sizeof *store->values);
    nacrei_free(ctx, store->names, store->name_capacity, sizeof *store->names);
    nacrei_free(ctx, store->name_text, store->name_text_bytes, 1);
    nacrei_free(ctx, store, 1, sizeof *store);
}
